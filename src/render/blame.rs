//! Who set each field of a ticket, field by field.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::render::json_value::SCHEMA;
use crate::render::paint::{BOLD, DIM, Look, shown};
use crate::render::view::history::BlameLine;
use crate::ticket::{Entry, TicketId, cut};

/// The columns of the flat formats.
pub(super) const COLUMNS: &[&str] = &["ticket", "field", "value", "commit", "entry", "at", "by", "action"];
/// The widest value, in columns, where there is no limit to the line.
const MAX_VALUE: usize = 60;

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

/// The lines for people: commit, who, when, the field and its value.
pub(super) fn table(lines: &[BlameLine], look: &Look) -> String {
    let mut out = String::new();
    let width = lines.iter().map(|line| line.field.len()).max().unwrap_or_default();
    let room = look.columns.map_or(MAX_VALUE, |columns| columns.saturating_sub(49 + width).max(10));
    for line in lines {
        let commit = line.commit.as_deref().map_or("-", |commit| commit.get(..10).unwrap_or(commit));
        let (who, when) = line
            .entry
            .as_ref()
            .map(|entry| (cut(&shown(entry.by.short()), 16).into_owned(), entry.at.minute()))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "{}  {who:<16} {}  {} {}",
            look.paint(DIM, &format!("{commit:<10}")),
            look.paint(DIM, &when),
            look.paint(BOLD, &format!("{:<width$}", shown(&line.field))),
            cut(&shown(&line.value), room),
        );
    }
    out
}
