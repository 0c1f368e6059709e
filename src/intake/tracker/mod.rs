//! Issues of other trackers, brought in: whatever form they come in, an object a line, then a ticket each.

mod comment;
mod dates;
mod encoding;
mod ending;
mod heading;
mod incoming;
mod issue;
mod names;
mod person;
mod reading;
mod row;
mod source;
mod table;
mod value;
mod words;

use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

pub use dates::{DateForm, DayOrder};
pub use incoming::incoming;
pub use issue::Issue;
pub use reading::Reading;
pub use source::Source;
pub use words::{Kind, Words};

use crate::intake::lines::Lines;
use crate::intake::tracker::encoding::decoded;
use crate::intake::tracker::table::{check_fields, open_table};

/// The issues of a file, an object a line. `columns` says which column a field is in, for a table.
///
/// # Errors
/// It cannot be read, or is not what it should be: the file, and the line.
pub fn open_foreign(from: Lines, source: Source, columns: &[(String, String)]) -> Result<Lines> {
    let told: Vec<(String, String)> =
        columns.iter().map(|(field, column)| (names::field_told(field).to_owned(), column.clone())).collect();
    if matches!(source, Source::Jira | Source::Csv) {
        open_table(from, &told)
    } else {
        check_fields(&told)?;
        open_members(from, &told)
    }
}

/// The members of a list, or of several documents one after another, an object a line.
///
/// # Errors
/// It cannot be read, or is no JSON: the file, and the line.
pub fn open_list(from: Lines) -> Result<Lines> {
    open_members(from, &[])
}

/// The same, with fields under the names of ours that are told to be under others.
fn open_members(from: Lines, told: &[(String, String)]) -> Result<Lines> {
    let (mut file, name) = from.into_file()?;
    let mut lines = std::io::BufWriter::new(tempfile::tempfile().context("keeping it aside")?);
    let mut missing: Vec<&(String, String)> = told.iter().collect();
    let mut put = |value: &Value| -> Result<()> {
        let mut value = value.clone();
        for (field, column) in told {
            let Some(object) = value.as_object_mut() else { continue };
            let Some(said) = object.get(column).cloned() else { continue };
            missing.retain(|(_, other)| other != column);
            names::names_of(field).iter().for_each(|name| drop(object.remove(*name)));
            object.insert(field.clone(), said);
        }
        writeln!(lines, "{value}").context("keeping it aside")
    };
    let text = decoded(&mut file, &name)?;
    let invalid = |error: serde_json::Error| anyhow::anyhow!("{name}, line {}: {error}", error.line());
    for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        members(&value.map_err(invalid)?, &mut put)?;
    }
    if let Some((field, column)) = missing.first() {
        bail!("{name}: no issue has '{column}' for {field}");
    }
    let file = lines.into_inner().map_err(|error| error.into_error()).context("keeping it aside")?;
    Ok(Lines::of(file, name))
}

/// Where trackers put a list under names: git-bug, and GitHub's query language.
const LISTS: [&str; 4] = ["/bugs", "/data/repository/issues/nodes", "/issues/nodes", "/nodes"];

/// Hands over each member of a document: those of its list, of pages that were put into one list, or itself.
fn members(value: &Value, put: &mut dyn FnMut(&Value) -> Result<()>) -> Result<()> {
    let listed = LISTS.iter().find_map(|place| value.pointer(place)?.as_array());
    match value.as_array().or(listed) {
        Some(items) => items.iter().try_for_each(|item| {
            let is_page = item.is_array() || LISTS.iter().any(|place| item.pointer(place).is_some());
            if is_page { members(item, put) } else { put(item) }
        }),
        None => put(value),
    }
}
