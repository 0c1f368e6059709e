//! A file that is written whole, or not at all: beside its place first, then into it.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Writes a file, and the folders it lies in.
pub(super) fn save(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let writing = || format!("writing {}", path.display());
    let mut file =
        tempfile::Builder::new().prefix(".git-support-").tempfile_in(folder).with_context(writing)?;
    file.write_all(content).with_context(writing)?;
    // A page is for others to read; a temporary file is not.
    fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .with_context(writing)?;
    file.persist(path).map_err(|error| error.error).with_context(writing)?;
    Ok(())
}
