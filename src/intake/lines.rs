//! A file of lines that is read more than once, a line at a time, however long it is.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};

use crate::intake::aside::{self, kept_aside};
use crate::intake::attachment::STANDARD_INPUT;
use crate::intake::limits::{MAX_LINE_BYTES, MAX_LINES};

/// How much of a file tells what it is: the heading of a wide table has some hundred columns.
const BEGINNING_BYTES: u64 = 65_536;

/// Lines of a file, or of standard input, which is kept aside meanwhile.
pub struct Lines {
    file: File,
    name: String,
}

impl Lines {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(path: &Path, directory: &Path, input: &mut dyn Read) -> Result<Self> {
        if path == Path::new(STANDARD_INPUT) {
            let name = "standard input".to_owned();
            let file = kept_aside(input, &name)?.into_file();
            return Ok(Self { file, name });
        }
        let path = directory.join(path);
        let name = path.display().to_string();
        Ok(Self { file: aside::open(&path, &name)?, name })
    }

    /// Lines of a file of ours.
    pub(crate) fn of(file: File, name: String) -> Self {
        Self { file, name }
    }

    /// The file itself, from its beginning, and its name.
    pub(crate) fn into_file(mut self) -> Result<(File, String)> {
        self.file.seek(SeekFrom::Start(0)).with_context(|| format!("reading {}", self.name))?;
        Ok((self.file, self.name))
    }

    /// The beginning of the file, in whatever encoding its mark names; all of it stays to be read.
    #[must_use]
    pub fn beginning(&self) -> String {
        let mut bytes = Vec::new();
        let mut file = &self.file;
        let _ =
            file.seek(SeekFrom::Start(0)).and_then(|_| file.take(BEGINNING_BYTES).read_to_end(&mut bytes));
        encoding_rs::UTF_8.decode(&bytes).0.into_owned()
    }

    /// Hands over each line that says something, with its number from 1.
    ///
    /// # Errors
    /// It cannot be read, a line is too long, or no UTF-8; or what `visit` says.
    pub fn each<E: From<anyhow::Error>>(
        &self,
        mut visit: impl FnMut(usize, &str) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0)).with_context(|| format!("reading {}", self.name))?;
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            if number > MAX_LINES {
                return Err(anyhow!("{} has more lines than the limit of {MAX_LINES}", self.name).into());
            }
            match self.next(&mut reader, &mut line, number)? {
                None => break,
                Some(text) if text.trim().is_empty() => {}
                Some(text) => visit(number, text.trim_start_matches('\u{feff}'))?,
            }
        }
        Ok(())
    }

    fn next<'a>(
        &self,
        reader: &mut BufReader<&File>,
        line: &'a mut Vec<u8>,
        number: usize,
    ) -> Result<Option<&'a str>> {
        let name = &self.name;
        let read = reader.take(MAX_LINE_BYTES).read_until(b'\n', line);
        if read.with_context(|| format!("reading {name}"))? == 0 {
            return Ok(None);
        }
        if u64::try_from(line.len()).unwrap_or(u64::MAX) >= MAX_LINE_BYTES {
            bail!("{name}, line {number}, is longer than {MAX_LINE_BYTES} bytes");
        }
        let text =
            std::str::from_utf8(line).with_context(|| format!("{name}, line {number}, is not UTF-8"))?;
        Ok(Some(text))
    }
}
