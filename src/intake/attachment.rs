//! Evidence: files to be attached, read whole, within the limit.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// The path that means standard input.
pub const STANDARD_INPUT: &str = "-";

/// A file to be attached.
#[derive(Debug, Clone)]
pub struct AttachedFile {
    /// The name it had.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// Reads a file, or standard input under a given name; more than `limit` bytes are not read.
///
/// # Errors
/// It cannot be read, is no file, or is too large.
pub fn read_evidence(
    path: &Path,
    name: Option<&str>,
    directory: &Path,
    input: &mut dyn Read,
    limit: u64,
) -> Result<AttachedFile> {
    let shown = path.display().to_string();
    let mut content = Vec::new();
    if path == Path::new(STANDARD_INPUT) {
        input.take(limit.saturating_add(1)).read_to_end(&mut content).context("reading standard input")?;
    } else {
        let path = directory.join(path);
        // Before it is opened: opening a pipe waits for whoever writes into it.
        let is_file = fs::metadata(&path).with_context(|| format!("opening {shown}"))?.is_file();
        if !is_file {
            bail!("{shown} is not a file");
        }
        let file = File::open(&path).with_context(|| format!("opening {shown}"))?;
        file.take(limit.saturating_add(1))
            .read_to_end(&mut content)
            .with_context(|| format!("reading {shown}"))?;
    }
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > limit {
        let named = if shown == STANDARD_INPUT { name.unwrap_or("standard input") } else { &shown };
        let named = crate::ticket::visible_line(named);
        bail!("{named} has more than {limit} bytes, the most that attachments.max_bytes allows");
    }
    let own = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let own = own.filter(|own| own != STANDARD_INPUT).unwrap_or_else(|| "stdin.txt".to_owned());
    let name = crate::ticket::one_line(name.unwrap_or(&own));
    let sha256 = crate::ticket::sha256(&content);
    Ok(AttachedFile { name, content, sha256 })
}
