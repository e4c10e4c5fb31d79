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

/// Declares statements about lists ([`Many`](crate::many::Many)): the columns of the list, then the
/// text. And, for the test, the list of them.
macro_rules! many {
    ($($name:ident = [$($column:ident: $kind:ident),+ $(,)?] $sql:expr;)+) => {
        $(static $name: crate::many::Many = crate::many::Many::new(
            &[$((stringify!($column), crate::many::Kind::$kind)),+],
            $sql,
        );)+

        /// Every statement about a list in this module.
        #[cfg(test)]
        pub(crate) const MANY: &[(&str, &crate::many::Many)] = &[$((stringify!($name), &$name)),+];
    };
}
