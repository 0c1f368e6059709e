//! Issues of a table: an object a row, the columns by their headings.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::intake::lines::Lines;
use crate::intake::tracker::encoding::decoded;
use crate::intake::tracker::heading::known_headings;
use crate::intake::tracker::names;
use crate::intake::tracker::row::Columns;
use crate::ticket::nearest;

/// The rows of a table, an object a line, each at the line at which it begins.
pub(super) fn open_table(from: Lines, columns: &[(String, String)]) -> Result<Lines> {
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

/// Hands over each row as an object.
fn each_row(
    file: File,
    name: &str,
    told: &[(String, String)],
    put: &mut dyn FnMut(u64, &Value) -> Result<()>,
) -> Result<()> {
    let mut file = file;
    let (text, stated) = without_separator(decoded(&mut file, name)?);
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    let most = || [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',');
    let delimiter = stated.unwrap_or_else(most);
    if let Some(line) = unclosed_quote(&text, delimiter) {
        bail!("{name}, line {line}: a quote is not closed; the file may be cut off");
    }
    let open = || csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut reader = open();
    let heading = reader.headers().with_context(|| format!("reading {name}"))?.clone();
    let heading: Vec<String> =
        heading.iter().map(|column| column.trim_start_matches('\u{feff}').to_owned()).collect();
    check_heading(name, &heading, told)?;
    let mut columns = Columns { heading: known_headings(heading, told), told, accounts: BTreeMap::new() };
    for row in open().records() {
        columns.learn(&row.with_context(|| format!("reading {name}"))?);
    }
    let mut lines = LineCount { text: &text, at: 0, line: 1 };
    for row in reader.records() {
        let row = row.with_context(|| format!("reading {name}"))?;
        let line = lines.of(row.position().map_or(0, csv::Position::byte));
        let count = columns.heading.len();
        if row.iter().skip(count).any(|cell| !cell.is_empty()) {
            bail!("{name}, line {line}: {} cells, and the heading has {count}", row.len());
        }
        // What a spreadsheet keeps of rows that were emptied.
        if row.iter().any(|cell| !cell.trim().is_empty()) {
            put(line, &Value::Object(columns.object(&row)))?;
        }
    }
    Ok(())
}

/// The text without the line in which a spreadsheet says what is between cells (`sep=;`), and that; the line stays, empty.
fn without_separator(text: String) -> (String, Option<u8>) {
    let first = text.lines().next().unwrap_or_default().trim_end().to_owned();
    match first.strip_prefix("sep=").map(str::as_bytes) {
        Some([stated]) => (text.replacen(&first, "", 1), Some(*stated)),
        _ => (text, None),
    }
}

/// Sees that what is told of columns is told of fields that issues have.
///
/// # Errors
/// One is none, with the nearest.
pub(super) fn check_fields(columns: &[(String, String)]) -> Result<()> {
    if let Some((field, _)) = columns.iter().find(|(field, _)| !names::fields().contains(&field.as_str())) {
        let near = nearest(field, &names::fields());
        let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        bail!("--map: unknown field '{field}'{near}");
    }
    Ok(())
}

/// Sees that a table has the columns that it is said to have, and one of titles, and is no table of ours.
fn check_heading(name: &str, heading: &[String], columns: &[(String, String)]) -> Result<()> {
    check_fields(columns)?;
    if let Some((field, column)) = columns.iter().find(|(_, column)| !heading.contains(column)) {
        bail!("{name}, line 1: no column '{column}' for {field} (columns: {})", heading.join(", "));
    }
    if OWN_COLUMNS.iter().all(|column| heading.iter().any(|one| one == column)) {
        bail!(
            "{name}: a table of git support, which lacks texts and history (use export --full --format ndjson)"
        );
    }
    let is_title = |name: &String| names::TITLE.contains(&name.as_str());
    if !heading.iter().chain(columns.iter().map(|(field, _)| field)).any(is_title) {
        bail!(
            "{name}, line 1: no column is the title; say which: --map title=COLUMN (columns: {})",
            heading.join(", ")
        );
    }
    Ok(())
}

/// The columns that a table of ours has, and no other tracker's.
const OWN_COLUMNS: [&str; 5] = ["id", "area", "level", "channel", "updated"];

/// Tells the line of a place in a text, for places that follow each other.
struct LineCount<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl LineCount<'_> {
    /// The line of a row that begins at a byte, or behind the end of the line there.
    fn of(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let mut to = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        while matches!(bytes.get(to), Some(b'\r' | b'\n')) {
            to += 1;
        }
        let passed = bytes.get(self.at..to).unwrap_or_default();
        self.line += u64::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or_default();
        self.at = to;
        self.line
    }
}

/// The line of a quote that begins a cell and that nothing closes: all that follows would be one cell.
fn unclosed_quote(text: &str, delimiter: u8) -> Option<u64> {
    let (mut line, mut opened, mut begins_cell) = (1, None, true);
    let mut bytes = text.trim_start_matches('\u{feff}').bytes().peekable();
    while let Some(byte) = bytes.next() {
        let is_quote = byte == b'"';
        if is_quote && opened.is_some() {
            // Two of them stand for one.
            if bytes.next_if_eq(&b'"').is_none() {
                opened = None;
            }
        } else if is_quote && begins_cell {
            opened = Some(line);
        }
        begins_cell = opened.is_none() && (byte == delimiter || matches!(byte, b'\n' | b'\r'));
        line += u64::from(byte == b'\n');
    }
    opened
}
