//! Texts that people hand in: paragraphs of `-m`, a file of `-F`, standard input for `-`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::ticket::MAX_TEXT_BYTES;

/// The text of `-m` and `-F`: each `-m` a paragraph, then the file; `None` where neither is given. A paragraph `-` is what
/// standard input has, as with every other text.
///
/// # Errors
/// A file cannot be read, is too long, or is no UTF-8.
pub fn read_message(
    paragraphs: &[String],
    file: Option<&Path>,
    directory: &Path,
    input: &mut dyn Read,
) -> Result<Option<String>> {
    let read = |paragraph: &String| read_text(paragraph, input);
    let mut parts: Vec<String> = paragraphs.iter().map(read).collect::<Result<_>>()?;
    if let Some(file) = file {
        parts.push(read_file(file, directory, input)?);
    }
    Ok((!parts.is_empty()).then(|| parts.join("\n\n")))
}

/// The text of a flag: itself, or standard input for `-`.
///
/// # Errors
/// Standard input cannot be read, is empty, is too long, or is no UTF-8.
pub fn read_text(text: &str, input: &mut dyn Read) -> Result<String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let read = limited(input, "standard input")?;
    // Whoever hands over nothing has failed: it is not to empty what is there.
    ensure!(!read.trim().is_empty(), "standard input has no text");
    Ok(read)
}

/// The text of a file; `None` where there is none.
///
/// # Errors
/// It cannot be read, is too long, or is no UTF-8.
pub fn read_existing(path: &Path) -> Result<Option<String>> {
    let name = path.display().to_string();
    match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        opened => {
            let file = opened.with_context(|| format!("opening {name}"))?;
            let limit = u64::try_from(MAX_TEXT_BYTES).unwrap_or(u64::MAX);
            let mut text = String::new();
            file.take(limit + 1).read_to_string(&mut text).with_context(|| format!("reading {name}"))?;
            if text.len() > MAX_TEXT_BYTES {
                bail!("{name} is longer than {MAX_TEXT_BYTES} bytes");
            }
            Ok(Some(text))
        }
    }
}

fn read_file(path: &Path, directory: &Path, input: &mut dyn Read) -> Result<String> {
    if path == Path::new("-") {
        return limited(input, "standard input");
    }
    let path = directory.join(path);
    let name = path.display().to_string();
    let mut file = File::open(&path).with_context(|| format!("opening {name}"))?;
    limited(&mut file, &name)
}

fn limited(input: &mut dyn Read, name: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_TEXT_BYTES).unwrap_or(u64::MAX);
    input.take(limit + 1).read_to_end(&mut bytes).with_context(|| format!("reading {name}"))?;
    if bytes.len() > MAX_TEXT_BYTES {
        bail!(
            "{name} is longer than {MAX_TEXT_BYTES} bytes, the longest a text may be; attach it instead: \
             git support attach ID FILE"
        );
    }
    let text = String::from_utf8(bytes)
        .with_context(|| format!("{name} is not UTF-8; attach it instead: git support attach ID FILE"))?;
    // The mark that some editors write before a text is none of its letters.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A title and a description from one text: the first line that says something, and the rest.
#[must_use]
pub fn split_title(text: &str) -> (String, Option<String>) {
    let text = text.trim_start_matches(['\n', '\r']);
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let rest = rest.trim_start_matches(['\n', '\r']);
    (title.trim().to_owned(), (!rest.trim().is_empty()).then(|| rest.to_owned()))
}
