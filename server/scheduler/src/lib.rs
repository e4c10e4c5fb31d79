//! (head page follows)
