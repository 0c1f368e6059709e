//! What concerns somebody: tickets, each with what happened.

use std::fmt::Write as _;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::process::{Concern, InboxItem};
use crate::render::json_value::{SCHEMA, value};
use crate::render::paint::{DIM, RenderOptions, shown};
use crate::render::view::QueueCounts;
use crate::ticket::{codec, cut, one_line, short_node};

/// The columns of the flat formats.
pub(super) const COLUMNS: &[&str] =
    &["ticket", "title", "reason", "at", "by", "action", "entry", "note", "product"];

/// Blanks before what happened.
const INDENT: &str = "    ";
/// The columns that a text has at least.
const MIN_TEXT: usize = 20;

/// The tickets, each with what concerns the reader.
pub(super) fn table(items: &[InboxItem], look: &RenderOptions) -> String {
    let mut out = String::new();
    for item in items {
        let head = item.ticket.fields();
        let id = look.id(item.ticket.id().as_str(), item.prefix);
        let state = format!("{}  {}", look.severity(head.severity()), look.status(head.status()));
        let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(36).max(MIN_TEXT));
        let product = item.product.as_deref().map(|name| format!("{}  ", shown(name))).unwrap_or_default();
        let room = room.saturating_sub(product.width()).max(MIN_TEXT);
        let _ = writeln!(out, "{product}{id}  {state}  {}", cut(&shown(head.title()), room));
        for concern in &item.concerns {
            let _ = writeln!(out, "{INDENT}{}", line(concern, look));
        }
    }
    out
}

/// How much there is to do, in one line; nothing where there is nothing.
pub(super) fn counts(counts: &QueueCounts) -> String {
    let parts = [(counts.assigned, "to you"), (counts.overdue, "overdue"), (counts.new, "new")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if parts.is_empty() { String::new() } else { format!("{}\n", parts.join(" · ")) }
}

/// The same as an object.
pub(super) fn counts_object(counts: &QueueCounts) -> Value {
    json!({"schema": SCHEMA, "assigned": counts.assigned, "overdue": counts.overdue, "new": counts.new})
}

/// What happened, and why it concerns the reader, in one line.
fn line(concern: &Concern, look: &RenderOptions) -> String {
    let age = look.age(Some(concern.at));
    let reason = concern.words();
    let Some(entry) = &concern.entry else { return format!("{age:>4}  {reason}") };
    let who = entry.speaker.as_deref().and_then(crate::ticket::Person::short_of);
    let who = shown(who.unwrap_or_else(|| entry.by.short()));
    let start = format!("{age:>4}  {who}: {} ({reason})", shown(entry.action.as_str()));
    let Some(note) = &entry.note else { return start };
    let room = look.columns.map_or(usize::MAX, |columns| {
        columns.saturating_sub(start.chars().count() + INDENT.len() + 2).max(MIN_TEXT)
    });
    let text = shown(&one_line(note));
    format!("{start}  {}", look.paint(DIM, &cut(&text, room)))
}

/// The tickets as objects: their short fields, and what concerns the reader.
pub(super) fn objects(items: &[InboxItem]) -> Vec<Value> {
    items.iter().map(object).collect()
}

fn object(item: &InboxItem) -> Value {
    let concern = |concern: &Concern| {
        let entry = concern.entry.as_ref().map(|entry| value(&codec::entry_node(entry)));
        let mut one =
            json!({"reason": concern.reason.as_str(), "at": concern.at.to_string(), "entry": entry});
        if let (Value::Object(map), Some(clock)) = (&mut one, &concern.clock) {
            map.insert("clock".to_owned(), clock.name().into());
        }
        one
    };
    let concerns: Vec<Value> = item.concerns.iter().map(concern).collect();
    let mut object =
        json!({"schema": SCHEMA, "ticket": value(&short_node(&item.ticket)), "concerns": concerns});
    if let (Value::Object(map), Some(product)) = (&mut object, &item.product) {
        map.insert("product".to_owned(), product.as_str().into());
    }
    object
}

/// The rows of the flat formats: one for each that concerns the reader.
pub(super) fn rows(items: &[InboxItem]) -> Vec<Vec<String>> {
    let row = |item: &InboxItem, concern: &Concern| {
        let entry = concern.entry.as_ref();
        let text = |text: Option<String>| text.unwrap_or_default();
        vec![
            item.ticket.id().to_string(),
            item.ticket.fields().title().to_owned(),
            concern.reason.as_str().to_owned(),
            concern.at.to_string(),
            text(entry.map(|entry| entry.speaker.clone().unwrap_or_else(|| entry.by.to_string()))),
            text(entry.map(|entry| entry.action.to_string())),
            text(entry.map(|entry| entry.id.to_string())),
            text(entry.and_then(|entry| entry.note.clone())),
            text(item.product.clone()),
        ]
    };
    items.iter().flat_map(|item| item.concerns.iter().map(move |concern| row(item, concern))).collect()
}
