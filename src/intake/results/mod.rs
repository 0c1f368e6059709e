//! Reports of tests and analyses, as the tools write them: read as a stream, whatever their length.

mod cases;
mod console;
mod gotest;
mod junit;
mod libtest;
mod located;
mod names;
mod plain;
mod roots;
mod sarif;
mod stated;
mod tap;
mod thinned;
mod xml;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::intake::aside::{self, kept_aside};
use crate::intake::attachment::STANDARD_INPUT;
use crate::intake::limits::{MAX_REPORT_LINE_BYTES, MAX_REPORTS};
use crate::process::{Outcome, Results};

pub use console::ConsoleOutput;
pub use roots::roots;

/// What is said of a file that is a report of something else.
const FOREIGN: &str = "> is not a JUnit report";
/// What Maven's Failsafe writes beside its reports: counts, and no test.
const FAILSAFE_SUMMARY: &str = "failsafe-summary.xml";
/// Bytes at a report's beginning that tell its form and its encoding.
const BEGINNING_BYTES: u64 = 4_096;

/// The forms of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// JUnit XML, in all its dialects.
    Junit,
    /// The Test Anything Protocol.
    Tap,
    /// `cargo test -- --format json`, and that of nextest.
    Libtest,
    /// `go test -json`.
    GoTest,
    /// SARIF, of static analyses.
    Sarif,
}

impl ReportFormat {
    /// The words of the command line.
    pub const WORDS: &'static [&'static str] = &["junit", "tap", "libtest", "go", "sarif"];

    /// The form of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let forms = [Self::Junit, Self::Tap, Self::Libtest, Self::GoTest, Self::Sarif];
        Self::WORDS.iter().zip(forms).find(|(known, _)| **known == word).map(|(_, form)| form)
    }

    /// The form that a report's beginning shows.
    fn of(beginning: &str) -> Option<Self> {
        let text = beginning.trim_start_matches('\u{feff}').trim_start();
        // TAP may begin with comments.
        let line = text.lines().map(str::trim_start).find(|line| !line.starts_with('#') && !line.is_empty());
        let line = line.unwrap_or_default();
        if text.starts_with('<') {
            return Some(Self::Junit);
        }
        let is_plan =
            line.strip_prefix("1..").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let is_version = line.to_lowercase().starts_with("tap version") || line.starts_with("pragma ");
        let is_subtest = text.starts_with("# Subtest: ");
        if is_plan || is_version || is_subtest || ["ok ", "not ok "].iter().any(|word| line.starts_with(word))
        {
            return Some(Self::Tap);
        }
        let object: Option<serde_json::Value> = serde_json::from_str(line).ok();
        let has = |key: &str| object.as_ref().is_some_and(|object| object.get(key).is_some());
        match text {
            _ if has("Action") => Some(Self::GoTest),
            _ if has("type") && (has("event") || has("version")) => Some(Self::Libtest),
            _ if has("runs") => Some(Self::Sarif),
            // A document over many lines.
            text if text.starts_with('{') && (text.contains("sarif") || text.contains("\"runs\"")) => {
                Some(Self::Sarif)
            }
            _ => None,
        }
    }
}

/// Reads reports into results, file by file; a folder stands for the XML files in it, `-` for standard input. What is no
/// report, is empty or is cut off is left out, and said; of what is cut off, what is there counts.
///
/// # Errors
/// A folder cannot be read, or standard input.
pub fn read_report(
    path: &Path,
    form: Option<ReportFormat>,
    (directory, roots): (&Path, &[String]),
    input: &mut dyn Read,
    results: &mut Results,
    left_out: &mut Vec<anyhow::Error>,
) -> Result<()> {
    let mut file = |path: &Path, name: &str, results: &mut Results| {
        results.of_report(Some(name).filter(|name| *name != "standard input"));
        if let Err(error) = read_file(path, name, form, roots, results, left_out) {
            // What a test printed before it ended is missing, whatever else is there.
            let is_foreign = error.to_string().contains(FOREIGN);
            if !is_foreign {
                results.is_partial();
            }
            left_out.push(error);
        }
    };
    if path == Path::new(STANDARD_INPUT) {
        // A form that reads itself a second time to tell a line needs a file.
        let aside = kept_aside(input, "standard input")?;
        file(aside.path(), "standard input", results);
        return Ok(());
    }
    let whole = directory.join(path);
    if !whole.is_dir() {
        file(&whole, &path.display().to_string(), results);
        return Ok(());
    }
    let files = xml_files(&whole)?;
    if files.is_empty() {
        bail!("{}: no XML files", path.display());
    }
    for one in files {
        let name = one.strip_prefix(directory).unwrap_or(&one).display().to_string();
        file(&one, &name, results);
    }
    Ok(())
}

/// What a command printed, as plain text; its end, where it is long.
#[must_use]
pub fn printed(output: &str) -> String {
    plain::end(plain::plain(output).trim_end(), plain::MAX_TEXT_BYTES)
}

/// The XML files of a folder and those below it, in order of their names; links are not followed.
fn xml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut waiting) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = waiting.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("reading {}", folder.display()))?;
            let kind = entry.file_type().with_context(|| format!("reading {}", folder.display()))?;
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file()
                && entry.path().extension().is_some_and(|extension| extension == "xml")
                && entry.file_name() != FAILSAFE_SUMMARY
            {
                found.push(entry.path());
            }
        }
        if found.len() + waiting.len() > MAX_REPORTS {
            bail!("{} has more than {MAX_REPORTS} files; name the reports", folder.display());
        }
    }
    found.sort();
    Ok(found)
}

fn read_file(
    path: &Path,
    name: &str,
    form: Option<ReportFormat>,
    roots: &[String],
    results: &mut Results,
    left_out: &mut Vec<anyhow::Error>,
) -> Result<()> {
    let file = aside::open(path, name)?;
    let opened = || -> Result<File> {
        let mut again = file.try_clone().with_context(|| format!("opening {name}"))?;
        again.seek(SeekFrom::Start(0)).with_context(|| format!("reading {name}"))?;
        Ok(again)
    };
    let mut beginning = Vec::new();
    opened()?.take(BEGINNING_BYTES).read_to_end(&mut beginning).with_context(|| format!("reading {name}"))?;
    if beginning.iter().all(u8::is_ascii_whitespace) {
        bail!("{name}, line 1: the report is empty");
    }
    let encoding = declared(&beginning);
    let decoded = |bytes: &[u8]| {
        let mut text = String::new();
        let _ = decoder(Cursor::new(bytes.to_vec()), encoding).read_to_string(&mut text);
        text
    };
    let begins = decoded(&beginning);
    let told = ReportFormat::of(&begins).filter(|_| !begins.starts_with(console::GO_PASSES));
    let is_unknown = told.is_none() && form != Some(ReportFormat::Tap);
    if let Some(output) = console::recognised(&begins, name).filter(|_| is_unknown) {
        return Err(output.into());
    }
    let Some(form) = form.or(told) else {
        bail!(
            "{name}, line 1: unknown report format (set it with --input {})",
            ReportFormat::WORDS.join("|")
        );
    };
    let open = || -> Result<Box<dyn Read>> { Ok(Box::new(decoder(opened()?, encoding))) };
    if form == ReportFormat::Sarif {
        let unread = sarif::read(BufReader::new(open()?), name, roots, results, left_out)?;
        if unread > 0 {
            bail!("{name}: {unread} of its findings cannot be read");
        }
        return Ok(());
    }
    let mut take = |outcome: Outcome| results.add(outcome);
    match form {
        ReportFormat::Junit => {
            if let Some(short) = junit::read(&open, name, roots, &mut take)? {
                results.is_short(format!("{name}: {short}; nothing is resolved"));
            }
            Ok(())
        }
        ReportFormat::Tap => tap::read(BufReader::new(open()?), name, roots, &mut take),
        ReportFormat::Libtest => libtest::read(BufReader::new(open()?), name, &mut take),
        ReportFormat::GoTest => gotest::read(BufReader::new(open()?), name, &mut take),
        ReportFormat::Sarif => Ok(()),
    }
}

/// UTF-8, from whatever a file says it is; what is broken becomes a replacement character.
fn decoder(reader: impl Read + 'static, encoding: &'static Encoding) -> impl Read {
    DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).build(reader)
}

/// The encoding that an XML declaration names, where it can be true: its own letters were just read as ASCII.
fn declared(beginning: &[u8]) -> &'static Encoding {
    let text = String::from_utf8_lossy(beginning.get(..200).unwrap_or(beginning)).into_owned();
    let label = text.split("encoding=").nth(1).and_then(|rest| rest.get(1..)?.split(['"', '\'']).next());
    let named = label
        .filter(|_| text.trim_start().starts_with("<?xml"))
        .and_then(|label| Encoding::for_label(label.as_bytes()));
    named.filter(|encoding| encoding.is_ascii_compatible()).unwrap_or(encoding_rs::UTF_8)
}

/// Hands over each line, with its number from 1; the end of a very long one is dropped.
fn lines(
    mut reader: impl BufRead,
    name: &str,
    mut visit: impl FnMut(usize, &str) -> Result<()>,
) -> Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = (&mut reader).take(MAX_REPORT_LINE_BYTES).read_until(b'\n', &mut line);
        if read.with_context(|| format!("reading {name}"))? == 0 {
            break;
        }
        if !line.ends_with(b"\n") {
            reader.skip_until(b'\n').with_context(|| format!("reading {name}"))?;
        }
        visit(number, String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']))?;
    }
    Ok(())
}
