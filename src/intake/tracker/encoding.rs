//! The text of an export, whatever its encoding.

use std::fs::File;
use std::io::Read as _;

use anyhow::{Context as _, Result};

use crate::intake::limits::MAX_DOCUMENT_BYTES;

/// The text of a file, in UTF-8, UTF-16 with its mark, or what Windows calls Latin 1.
pub(super) fn decoded(file: &mut File, name: &str) -> Result<String> {
    let mut bytes = Vec::new();
    file.take(MAX_DOCUMENT_BYTES).read_to_end(&mut bytes).with_context(|| format!("reading {name}"))?;
    let encoding = encoding_rs::Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    let is_utf8 = std::str::from_utf8(&bytes).is_ok();
    let encoding = encoding.unwrap_or(if is_utf8 { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 });
    Ok(encoding.decode(&bytes).0.into_owned())
}
