//! SQL as constants: each module declares its own with `statements!`, and a test prepares every one of
//! them on both engines.

/// Declares SQL constants and, for the test, the list of them.
macro_rules! statements {
    ($($name:ident = $sql:expr;)+) => {
        $(const $name: &str = $sql;)+

        /// Every statement of this module.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
