//! Who set each field of a ticket, field by field.

use anstyle::Style;
use serde_json::{Value, json};

use crate::render::entries::short;
use crate::render::json_value::SCHEMA;
use crate::render::paint::{BOLD, DIM, RenderOptions};
use crate::render::table::Table;
use crate::render::view::history::BlameLine;
use crate::ticket::{Entry, TicketId, cut};

/// The columns of the flat formats.
pub(super) const COLUMNS: &[&str] = &["ticket", "field", "value", "commit", "entry", "at", "by", "action"];
/// The longest value that is shown, in columns.
const MAX_VALUE: usize = 200;

/// The rows of the flat formats.
pub(super) fn rows(ticket: &TicketId, lines: &[BlameLine]) -> Vec<Vec<String>> {
    let row = |line: &BlameLine| {
        let of = |part: fn(&Entry) -> String| line.entry.as_ref().map(part).unwrap_or_default();
        vec![
            ticket.to_string(),
            line.field.clone(),
            line.value.clone(),
            line.commit.clone().unwrap_or_default(),
            of(|entry| entry.id.to_string()),
            of(|entry| entry.at.to_string()),
            of(|entry| entry.by.to_string()),
            of(|entry| entry.action.to_string()),
        ]
    };
    lines.iter().map(row).collect()
}

/// The lines as objects for machines.
pub(super) fn objects(ticket: &TicketId, lines: &[BlameLine]) -> Vec<Value> {
    let object = |line: &BlameLine| {
        let entry = line.entry.as_ref();
        json!({
            "schema": SCHEMA,
            "ticket": ticket,
            "field": line.field,
            "value": line.value,
            "commit": line.commit,
            "entry": entry.map(|entry| entry.id.as_str()),
            "at": entry.map(|entry| entry.at),
            "by": entry.map(|entry| entry.by.to_string()),
            "action": entry.map(|entry| entry.action.as_str()),
        })
    };
    lines.iter().map(object).collect()
}

/// The table for people: commit, who, when, the field and its value.
pub(super) fn table(lines: &[BlameLine], look: &RenderOptions) -> String {
    let mut table = Table::new(look, &["FIELD", "VALUE", "COMMIT", "BY", "AT"]);
    for line in lines {
        let by = line.entry.as_ref().map(|entry| entry.by.short().to_owned()).unwrap_or_default();
        let at = line.entry.as_ref().map(|entry| entry.at.minute()).unwrap_or_default();
        table.row([
            // A finding is known by its own name, and the table is as wide as a terminal.
            (line.field.strip_prefix("findings.").unwrap_or(&line.field), BOLD),
            (cut(&line.value, MAX_VALUE).as_ref(), Style::new()),
            (line.commit.as_deref().map_or("-", short), DIM),
            (by.as_str(), Style::new()),
            (at.as_str(), DIM),
        ]);
    }
    table.finish()
}
