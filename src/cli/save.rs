//! A file that is written whole, or not at all: beside its place first, then into it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

/// How much of a file is looked at for what tells that it is ours, in bytes.
const HEAD_BYTES: u64 = 4096;

/// True where a file may be written: it is not there, or holds a mark that tells that an earlier run wrote it.
pub(super) fn may_write(path: &Path, mark: Option<&str>) -> bool {
    let Ok(file) = fs::File::open(path) else { return fs::symlink_metadata(path).is_err() };
    let mut head = Vec::new();
    file.take(HEAD_BYTES).read_to_end(&mut head).is_ok()
        && mark.is_some_and(|mark| String::from_utf8_lossy(&head).contains(mark))
}

/// Writes a file, and the folders it lies in.
pub(super) fn save(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    // A page is for others to read, as the user's umask says; a temporary file is not.
    let open = |path: &Path| fs::File::options().write(true).create_new(true).open(path);
    let writing = || format!("writing {}", path.display());
    let mut file =
        tempfile::Builder::new().prefix(".git-support-").make_in(folder, open).with_context(writing)?;
    file.write_all(content).with_context(writing)?;
    file.persist(path).map_err(|error| error.error).with_context(writing)?;
    Ok(())
}
