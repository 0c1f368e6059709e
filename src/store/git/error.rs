//! What can go wrong with a repository, in kinds that commands tell apart.

use std::io;

/// A failure of the repository, of git, or of the disk below it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind it is.
    pub kind: Kind,
    /// What is wrong, and where; lower case, no period.
    pub message: String,
    /// What puts it right.
    pub hint: Option<String>,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No repository, or one that cannot be used.
    Repository,
    /// Nobody to sign the commit as, or no signature.
    Identity,
    /// Somebody else is at it; nothing was changed, try again.
    Busy,
    /// The user's own edits stand in the way.
    Conflict,
    /// A rule of the design says no.
    Refused,
    /// A revision that is not there.
    NotFound,
    /// The disk or the operating system failed.
    Io,
}

impl Error {
    /// A failure without a hint.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The same failure, with what puts it right.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A failure of the operating system while doing something to a path.
    pub(crate) fn io(doing: impl Into<String>, error: &io::Error) -> Self {
        Self::new(Kind::Io, format!("{}: {error}", doing.into()))
    }

    /// A failure of libgit2 while doing something.
    pub(crate) fn git(doing: &str, error: &git2::Error) -> Self {
        let of_disk = [git2::ErrorClass::Os, git2::ErrorClass::Filesystem, git2::ErrorClass::Zlib];
        let kind = if of_disk.contains(&error.class()) { Kind::Io } else { Kind::Repository };
        Self::new(kind, format!("{doing}: {}", error.message()))
    }
}

/// The shape of every answer of this room.
pub(crate) type Result<T> = std::result::Result<T, Error>;
