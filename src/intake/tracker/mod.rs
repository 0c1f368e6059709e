//! Issues of other trackers, brought in: whatever form they come in, an object a line, then a ticket each.

mod dates;
mod incoming;
mod issue;
mod names;
mod person;
mod value;
mod words;

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

pub use dates::DayOrder;
pub use incoming::incoming;
pub use issue::{Issue, Reading};
pub use words::{Kind, Words};

use crate::intake::limits::MAX_DOCUMENT_BYTES;
use crate::intake::lines::Lines;
use crate::ticket::nearest;

/// Where issues come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `gh issue list --json …`, or the REST interface.
    Github,
    /// GitLab's REST interface.
    Gitlab,
    /// Jira's export of a search as CSV.
    Jira,
    /// git-bug's JSON.
    GitBug,
    /// The lines of beads.
    Beads,
    /// A table whose columns are told.
    Csv,
}

impl Source {
    /// The words of the command line.
    pub const WORDS: &'static [&'static str] = &["github", "gitlab", "jira", "git-bug", "beads", "csv"];
    const ALL: [Self; 6] = [Self::Github, Self::Gitlab, Self::Jira, Self::GitBug, Self::Beads, Self::Csv];

    /// The source of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().zip(Self::ALL).find(|(known, _)| **known == word).map(|(_, source)| source)
    }

    /// The word of a source.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().zip(Self::WORDS).find(|(source, _)| **source == self).map_or("", |(_, word)| word)
    }

    /// The source that a file shows, by its name and its beginning; `None` for our own form.
    #[must_use]
    pub fn of(path: &Path, beginning: &str) -> Option<Self> {
        let text = beginning.trim_start_matches('\u{feff}').trim_start();
        let heading = text.lines().next().unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == "csv" || extension == "tsv") {
            return Some(if heading.contains("Issue key") { Self::Jira } else { Self::Csv });
        }
        let names = |name: &str| text.contains(&format!("\"{name}\""));
        match text.chars().next() {
            Some('[' | '{') if names("iid") => Some(Self::Gitlab),
            Some('[' | '{') if names("human_id") || names("create_time") => Some(Self::GitBug),
            Some('[' | '{') if names("issue_type") && !names("timeline") => Some(Self::Beads),
            Some('[' | '{') if names("html_url") || (names("number") && !names("timeline")) => {
                Some(Self::Github)
            }
            _ => None,
        }
    }
}

/// The name under which a row has the cells of columns that no field is read from: no heading has it.
const UNREAD: &str = "\0unread";

/// The issues of a file, an object a line. `columns` says which column a field is in, for a table.
///
/// # Errors
/// It cannot be read, or is not what it should be: the file, and the line.
pub fn open_foreign(from: Lines, source: Source, columns: &[(String, String)]) -> Result<Lines> {
    if matches!(source, Source::Jira | Source::Csv) { open_table(from, columns) } else { open_list(from) }
}

/// The rows of a table, an object a line, each at the line at which it begins.
fn open_table(from: Lines, columns: &[(String, String)]) -> Result<Lines> {
    let (file, name) = from.into_file()?;
    let mut lines = std::io::BufWriter::new(tempfile::tempfile().context("keeping it aside")?);
    let mut at = 1;
    each_row(file, &name, columns, &mut |line, value| {
        while at < line {
            at += 1;
            writeln!(lines).context("keeping it aside")?;
        }
        at += 1;
        writeln!(lines, "{value}").context("keeping it aside")
    })?;
    let file = lines.into_inner().map_err(|error| error.into_error()).context("keeping it aside")?;
    Ok(Lines::of(file, name))
}

/// The members of a list, or of several documents one after another, an object a line.
///
/// # Errors
/// It cannot be read, or is no JSON: the file, and the line.
pub fn open_list(from: Lines) -> Result<Lines> {
    let (mut file, name) = from.into_file()?;
    let mut lines = std::io::BufWriter::new(tempfile::tempfile().context("keeping it aside")?);
    let mut put = |value: &Value| -> Result<()> { writeln!(lines, "{value}").context("keeping it aside") };
    let text = decoded(&mut file, &name)?;
    let invalid = |error: serde_json::Error| anyhow::anyhow!("{name}, line {}: {error}", error.line());
    for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let value = value.map_err(invalid)?;
        // git-bug puts its list under a name.
        match value.as_array().or_else(|| value.get("bugs")?.as_array()) {
            Some(items) => items.iter().try_for_each(&mut put)?,
            None => put(&value)?,
        }
    }
    let file = lines.into_inner().map_err(|error| error.into_error()).context("keeping it aside")?;
    Ok(Lines::of(file, name))
}

/// The text of a file, in UTF-8, UTF-16 with its mark, or what Windows calls Latin 1.
fn decoded(file: &mut File, name: &str) -> Result<String> {
    let mut bytes = Vec::new();
    file.take(MAX_DOCUMENT_BYTES).read_to_end(&mut bytes).with_context(|| format!("reading {name}"))?;
    let encoding = encoding_rs::Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    let is_utf8 = std::str::from_utf8(&bytes).is_ok();
    let encoding = encoding.unwrap_or(if is_utf8 { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 });
    Ok(encoding.decode(&bytes).0.into_owned())
}

/// Hands over each row as an object: its columns by their headings, those of one heading as a list; and the
/// fields that are told by `columns`.
fn each_row(
    file: File,
    name: &str,
    columns: &[(String, String)],
    put: &mut dyn FnMut(u64, &Value) -> Result<()>,
) -> Result<()> {
    let mut file = file;
    let text = decoded(&mut file, name)?;
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let heading = reader.headers().with_context(|| format!("reading {name}"))?.clone();
    let heading: Vec<String> =
        heading.iter().map(|column| column.trim_start_matches('\u{feff}').to_owned()).collect();
    if let Some((field, _)) = columns.iter().find(|(field, _)| !names::fields().contains(&field.as_str())) {
        let near = nearest(field, &names::fields());
        let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        bail!("--map: unknown field '{field}'{near}");
    }
    if let Some((field, column)) = columns.iter().find(|(_, column)| !heading.contains(column)) {
        bail!("{name}, line 1: no column '{column}' for {field} (columns: {})", heading.join(", "));
    }
    let kept: Vec<bool> = heading.iter().map(|column| !names::is_read(column)).collect();
    for row in reader.records() {
        let row = row.with_context(|| format!("reading {name}"))?;
        let mut object: Map<String, Value> = Map::new();
        let cells = heading.iter().zip(&kept).zip(row.iter());
        for ((column, is_kept), cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
            // An apostrophe that keeps a spreadsheet from calculating is not the text's.
            let cell =
                cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell);
            let told = columns.iter().filter(|(_, from)| from == column).map(|(field, _)| field.as_str());
            let told: Vec<&str> = told.collect();
            if told.is_empty() && *is_kept {
                add(&mut object, UNREAD, &format!("{column}: {cell}"));
            }
            for field in told.into_iter().chain([column.as_str()]) {
                add(&mut object, field, cell);
            }
        }
        put(row.position().map_or(0, csv::Position::line), &Value::Object(object))?;
    }
    Ok(())
}

/// Adds a value; a second one under a name makes a list of them.
fn add(object: &mut Map<String, Value>, field: &str, cell: &str) {
    match object.get_mut(field) {
        None => {
            object.insert(field.to_owned(), cell.into());
        }
        Some(Value::Array(cells)) => cells.push(cell.into()),
        Some(one) => *one = Value::Array(vec![one.take(), cell.into()]),
    }
}
