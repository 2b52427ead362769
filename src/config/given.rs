//! One value of an environment file, or where it is kept.

use std::fmt;

/// A place in a file, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A value, or where it is kept, with its place in the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// The value, or where it is kept.
    pub at: Where,
    /// Where the file says so.
    pub place: Place,
}

/// A value, or where it is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Where {
    /// It stands in the file.
    Here(String),
    /// In a variable of the process's environment.
    Env {
        /// The variable.
        name: String,
        /// The value where the variable is not set; never for secrets.
        default: Option<String>,
    },
    /// In a file.
    File(String),
}

// What stands in the file may be a secret that someone wrote there by mistake, so it is not shown.
impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Where::Here(_) => f.write_str("Here(…)"),
            Where::Env { name, .. } => write!(f, "Env({name})"),
            Where::File(path) => write!(f, "File({path})"),
        }
    }
}
