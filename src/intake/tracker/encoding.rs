//! The text of an export, whatever its encoding.

use std::fs::File;
use std::io::Read as _;

use anyhow::{Context as _, Result, bail};

use crate::intake::limits::MAX_DOCUMENT_BYTES;

/// The text of a file, in UTF-8, UTF-16 with its mark, or what Windows calls Latin 1.
pub(super) fn decoded(file: &mut File, name: &str) -> Result<String> {
    let mut bytes = Vec::new();
    file.take(MAX_DOCUMENT_BYTES).read_to_end(&mut bytes).with_context(|| format!("reading {name}"))?;
    let encoding = encoding_rs::Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    let is_utf8 = std::str::from_utf8(&bytes).is_ok();
    if let Some(line) = broken_line(&bytes).filter(|_| encoding.is_none()) {
        bail!(
            "{name}, line {line}: UTF-8 with bytes that are none (without them: iconv -c -f UTF-8 -t UTF-8 <FILE)"
        );
    }
    let encoding = encoding.unwrap_or(if is_utf8 { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 });
    Ok(encoding.decode(&bytes).0.into_owned())
}

/// The line of the first byte that is none of UTF-8, in a text that is UTF-8 otherwise: it has more letters of several bytes
/// than such bytes, which no text in Latin 1 has.
fn broken_line(bytes: &[u8]) -> Option<usize> {
    let (mut letters, mut broken, mut at, mut first) = (0, 0, 0, None);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            first = first.or(Some(at));
            broken += 1;
            at += chunk.invalid().len();
        }
    }
    let before = bytes.get(..first.filter(|_| letters > broken)?)?;
    Some(memchr::memchr_iter(b'\n', before).count() + 1)
}
