//! The commit message of a change: a subject, a body that a reviewer can read, trailers (DESIGN.md, section 4).

use std::fmt::Write as _;

use crate::ticket::{Entry, Field, Kind, Set, Ticket, cut, one_line, visible};

/// The widest subject, in columns.
const SUBJECT_COLUMNS: usize = 72;
/// The longest note that a message repeats, in bytes; the whole stands in the ticket.
const BODY_BYTES: usize = 2000;

/// What the project wants in its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// The word before the colon of the subject.
    pub prefix: String,
    /// True where every message ends with `[skip ci]`.
    pub skip_ci: bool,
}

/// A ticket before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketChange {
    /// As it was; `None` for a new one.
    pub before: Option<Ticket>,
    /// As it becomes.
    pub after: Ticket,
}

impl TicketChange {
    /// The entries that came.
    fn entries(&self) -> Vec<&Entry> {
        let old = self.before.as_ref().map(Ticket::timeline).unwrap_or_default();
        self.after.timeline().iter().filter(|entry| !old.contains(entry)).collect()
    }
}

/// The message of a commit that changes tickets.
#[must_use]
pub(crate) fn of_tickets(changes: &[TicketChange], wording: &Wording) -> String {
    let subject = match changes {
        [one] => subject_of_one(one),
        many => subject_of_many(many),
    };
    let body = changes.first().map(body).unwrap_or_default();
    compose(&subject, &body, &trailers(changes), wording)
}

/// The message of a commit that changes the project's files.
#[must_use]
pub(crate) fn of_files(subject: &str, wording: &Wording) -> String {
    compose(subject, "", "", wording)
}

fn compose(subject: &str, body: &str, trailers: &str, wording: &Wording) -> String {
    let subject = format!("{}: {}", wording.prefix, one_line(subject));
    let mut message = cut(&visible(&subject), SUBJECT_COLUMNS);
    message.push('\n');
    let skip = if wording.skip_ci { "[skip ci]" } else { "" };
    for part in [body, skip, trailers] {
        if !part.trim().is_empty() {
            let _ = write!(message, "\n{}\n", visible(part.trim_end()));
        }
    }
    message
}

fn subject_of_one(change: &TicketChange) -> String {
    let entries = change.entries();
    let (id, title) = (change.after.id(), change.after.head().title());
    let action = entries.last().map_or("edit", |entry| entry.action.as_str());
    let detail = match (&change.before, entries.last()) {
        (Some(_), Some(entry)) => detail(entry),
        _ => String::new(),
    };
    format!("{action} {id}{detail}: {title}")
}

/// What the entry did, after the id: ` severity critical`, ` crash.log`.
fn detail(entry: &Entry) -> String {
    if let Some(file) = &entry.attachment {
        return format!(" {}", file.name);
    }
    let mut parts = Vec::new();
    for (field, set) in &entry.set {
        let name = field.name();
        let name = name.split_once('.').map_or(name.as_str(), |(_, member)| member);
        parts.push(match set {
            Set::Value { to: Some(to), .. } if field.kind() == Kind::Value && *field != Field::Title => {
                format!("{name} {to}")
            }
            Set::Members { add, remove } if remove.is_empty() => format!("{name} {}", add.join(" ")),
            Set::Value { to: None, .. } => format!("no {name}"),
            Set::Value { .. } | Set::Members { .. } | Set::Text | Set::Other(_) => name.to_owned(),
        });
    }
    if parts.is_empty() { String::new() } else { format!(" {}", parts.join(", ")) }
}

fn subject_of_many(changes: &[TicketChange]) -> String {
    let entry = changes.first().and_then(|change| change.entries().last().copied().cloned());
    let action = entry.as_ref().map_or("edit", |entry| entry.action.as_str()).to_owned();
    let detail = entry.as_ref().map(detail).unwrap_or_default();
    let same = changes
        .iter()
        .all(|change| change.entries().last().map(|entry| self::detail(entry)).unwrap_or_default() == detail);
    let detail = if same && !detail.is_empty() { format!(":{detail}") } else { String::new() };
    format!("{action} {} tickets{detail}", changes.len())
}

/// What was said, or what was told when the ticket was opened.
fn body(change: &TicketChange) -> String {
    let notes = change.entries();
    let note = notes.last().and_then(|entry| entry.note.as_deref());
    let description = || if change.before.is_none() { change.after.head().description() } else { None };
    let text = note.or_else(description).unwrap_or_default();
    if text.len() <= BODY_BYTES {
        return text.to_owned();
    }
    let end = (0..=BODY_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}

fn trailers(changes: &[TicketChange]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut add = |name: &str, value: &str| {
        let line = format!("Support-{name}: {}", one_line(value));
        if !lines.contains(&line) {
            lines.push(line);
        }
    };
    for change in changes {
        add("Ticket", change.after.id().as_str());
    }
    for change in changes {
        for entry in change.entries() {
            add("Action", entry.action.as_str());
        }
        for (name, field) in [
            ("Severity", Field::Severity),
            ("Status", Field::Status),
            ("Level", Field::Level),
            ("Assignee", Field::Assignee),
        ] {
            let before = change.before.as_ref().and_then(|ticket| ticket.head().get(&field));
            let after = change.after.head().get(&field);
            let new_and_usual = change.before.is_none() && matches!(field, Field::Status | Field::Level);
            if before != after && !new_and_usual {
                let text = |value: Option<&crate::ticket::Node>| {
                    value.map_or("none".to_owned(), ToString::to_string)
                };
                match before {
                    Some(_) => add(name, &format!("{} -> {}", text(before), text(after))),
                    None => add(name, &text(after)),
                }
            }
        }
    }
    lines.join("\n")
}
