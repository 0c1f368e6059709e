//! Files that we make for a moment, and files of our own folder: made where nothing stands, opened without waiting,
//! never through a link.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::store::git::platform;

/// A part of a name that nobody can foresee.
///
/// # Errors
/// The system has no randomness.
pub(crate) fn random_part() -> io::Result<String> {
    getrandom::u64().map(|bits| format!("{bits:016x}")).map_err(io::Error::other)
}

/// Makes a file where nothing stands.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Makes a file with a content where nothing stands.
pub(crate) fn create_with(path: &Path, content: &[u8]) -> io::Result<File> {
    let mut file = create(path)?;
    file.write_all(content)?;
    Ok(file)
}

/// Opens a plain file: a pipe is not waited for, a link not followed.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = platform::open_no_link(path, options)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::other("it is not a regular file"))
}

/// Reads a plain file of at most some bytes.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open(path, OpenOptions::new().read(true))?;
    let mut content = Vec::new();
    file.take(limit).read_to_end(&mut content)?;
    Ok(content)
}
