//! How a command ends: the exit codes that scripts rely on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Done, but something needs a person: dead letters, rejected records, failed tests.
    Attention,
    /// The command line, the settings or the store are not usable.
    Usage,
    /// The flow has errors.
    Flow,
    /// A remote failed.
    Remote,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Attention => 1,
            Exit::Usage => 2,
            Exit::Flow => 3,
            Exit::Remote => 4,
        })
    }
}

/// Why a command could not do its work, for a person.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How it ends.
    pub(crate) exit: Exit,
    /// What to say.
    pub(crate) message: String,
}

impl Failure {
    /// The settings or the command line are not usable.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        Self::usage(error.to_string())
    }
}

/// The outcome of a command.
pub(crate) type Outcome = Result<Exit, Failure>;
