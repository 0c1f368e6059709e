//! Why the index did not answer; the caller then does without it.

use std::path::Path;

use rusqlite::ErrorCode;

/// What went wrong with the index.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    message: String,
    is_damage: bool,
}

impl Error {
    /// True where the file is no index any more.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        self.is_damage
    }

    /// What is kept was written by another version.
    #[must_use]
    pub fn foreign() -> Self {
        Self { message: "it was written by another version".to_owned(), is_damage: true }
    }

    /// An error of the file system.
    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self { message: format!("{}: {error}", path.display()), is_damage: false }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self { message: error.to_string(), is_damage: is_damaged(&error) }
    }
}

pub(crate) fn is_damaged(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        || matches!(error, rusqlite::Error::SqliteFailure(_, Some(text)) if text.contains("no such table") || text.contains("no such column"))
}
