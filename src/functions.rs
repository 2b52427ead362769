//! functions, to be written
