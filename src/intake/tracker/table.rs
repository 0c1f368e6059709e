//! Issues of a table: an object a row, the columns by their headings.

use std::fs::File;
use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use crate::intake::lines::Lines;
use crate::intake::tracker::encoding::decoded;
use crate::intake::tracker::names::{self, UNREAD};
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
    if let Some(line) = unclosed_quote(&text, delimiter) {
        bail!("{name}, line {line}: a quote is not closed; the file may be cut off");
    }
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let heading = reader.headers().with_context(|| format!("reading {name}"))?.clone();
    let heading: Vec<String> =
        heading.iter().map(|column| column.trim_start_matches('\u{feff}').to_owned()).collect();
    check_heading(name, &heading, columns)?;
    let kept: Vec<bool> = heading.iter().map(|column| !names::is_read(column)).collect();
    let mut lines = LineCount { text: &text, at: 0, line: 1 };
    for row in reader.records() {
        let row = row.with_context(|| format!("reading {name}"))?;
        let line = lines.of(row.position().map_or(0, csv::Position::byte));
        if row.iter().skip(heading.len()).any(|cell| !cell.is_empty()) {
            bail!("{name}, line {line}: {} cells, and the heading has {}", row.len(), heading.len());
        }
        // A column that is empty is there all the same.
        let told = columns.iter().filter(|(_, from)| heading.contains(from)).map(|(field, _)| field);
        let mut object: Map<String, Value> =
            heading.iter().chain(told).map(|column| (column.clone(), Value::Null)).collect();
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
        for (column, cell) in passed_over(&object) {
            add(&mut object, UNREAD, &format!("{column}: {cell}"));
        }
        put(line, &Value::Object(object))?;
    }
    Ok(())
}

/// Sees that a table has the columns that it is said to have, and one of titles, and is no table of ours.
fn check_heading(name: &str, heading: &[String], columns: &[(String, String)]) -> Result<()> {
    if let Some((field, _)) = columns.iter().find(|(field, _)| !names::fields().contains(&field.as_str())) {
        let near = nearest(field, &names::fields());
        let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        bail!("--map: unknown field '{field}'{near}");
    }
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

/// The cells of columns that a field may be read from, in a row that has it in another one: no word of them is lost.
fn passed_over(object: &Map<String, Value>) -> Vec<(&'static str, String)> {
    let mut cells = Vec::new();
    for names in [names::REPORTER, names::ASSIGNEES, names::ENDED, names::SEVERITY, names::STATE] {
        let mut given = names.iter().filter_map(|name| Some((*name, object.get(*name)?.as_str()?)));
        if let Some((_, taken)) = given.next() {
            let others = given.filter(|(_, cell)| *cell != taken);
            cells.extend(others.map(|(column, cell)| (column, cell.to_owned())));
        }
    }
    cells
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

/// Adds a value; a second one under a name makes a list of them.
fn add(object: &mut Map<String, Value>, field: &str, cell: &str) {
    match object.get_mut(field) {
        None | Some(Value::Null) => {
            object.insert(field.to_owned(), cell.into());
        }
        Some(Value::Array(cells)) => cells.push(cell.into()),
        Some(one) => *one = Value::Array(vec![one.take(), cell.into()]),
    }
}
