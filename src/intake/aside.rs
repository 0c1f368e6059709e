//! Input that is read more than once, or whose end nobody knows: kept aside in a file, up to a bound.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::intake::limits::MAX_INPUT_BYTES;

/// A temporary file with all of an input.
///
/// # Errors
/// It cannot be read, or does not end within the bound.
pub(crate) fn kept_aside(input: &mut dyn Read, name: &str) -> Result<tempfile::NamedTempFile> {
    let mut aside = tempfile::NamedTempFile::new().with_context(|| format!("keeping {name} aside"))?;
    let copied = io::copy(&mut input.take(MAX_INPUT_BYTES + 1), &mut aside);
    check_length(copied.with_context(|| format!("reading {name}"))?, name)?;
    Ok(aside)
}

/// Opens a file; what is no plain file, a pipe say, is kept aside first.
///
/// # Errors
/// It cannot be read, or is longer than the bound.
pub(crate) fn open(path: &Path, name: &str) -> Result<File> {
    let mut file = File::open(path).with_context(|| format!("opening {name}"))?;
    let meta = file.metadata().with_context(|| format!("opening {name}"))?;
    if !meta.is_file() {
        return kept_aside(&mut file, name)?.reopen().with_context(|| format!("reading {name}"));
    }
    check_length(meta.len(), name)?;
    Ok(file)
}

fn check_length(bytes: u64, name: &str) -> Result<()> {
    if bytes > MAX_INPUT_BYTES {
        bail!("{name} is larger than the limit of {MAX_INPUT_BYTES} bytes");
    }
    Ok(())
}
