//! A file that is written whole, or not at all: beside its place first, then into it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// How much of a file is looked at for what tells that it is ours, in bytes.
const HEAD_BYTES: u64 = 4096;

/// True where a file may be written: it is not there, or holds a mark that tells that an earlier run wrote it.
pub(super) fn may_write(path: &Path, mark: Option<&str>) -> bool {
    let Ok(file) = fs::File::open(path) else { return fs::symlink_metadata(path).is_err() };
    let mut head = Vec::new();
    file.take(HEAD_BYTES).read_to_end(&mut head).is_ok()
        && mark.is_some_and(|mark| String::from_utf8_lossy(&head).contains(mark))
}

/// Takes away the pages of earlier runs in a folder, those that hold the mark, but for those to keep; how many.
pub(super) fn tidy(folder: &Path, mark: &str, keep: &[PathBuf]) -> Result<usize> {
    let mut gone = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_page = path.extension().is_some_and(|end| end == "html")
            && entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_page && !keep.contains(&path) && may_write(&path, Some(mark)) {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// Writes into what a path that somebody typed leads to: through a link, into a device or a pipe; a file as [`save`] does.
pub(super) fn save_through(path: &Path, content: &[u8]) -> Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink()) {
        return fs::write(path, content).with_context(|| format!("writing {}", path.display()));
    }
    save(path, content)
}

/// Writes a file in one step, and the folders it lies in. A link is replaced: a repository may have one that leads to a file
/// of its user's. What is no file (a device, a pipe) is written into.
pub(super) fn save(path: &Path, content: &[u8]) -> Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|data| !data.is_file() && !data.is_symlink()) {
        return fs::write(path, content).with_context(|| format!("writing {}", path.display()));
    }
    if fs::metadata(path).is_ok_and(|data| data.permissions().readonly()) {
        bail!("writing {}: it is read-only", path.display());
    }
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
