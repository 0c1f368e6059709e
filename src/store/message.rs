//! The commit message of a change: a subject, a body that a reviewer can read, trailers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::ticket::{
    Action, Entry, FULL_TICKET_BYTES, Field, Kind, MAX_TICKET_BYTES, Person, Set, Ticket, TicketId, cut,
    first_bytes, inert, inert_lines, one_line, visible,
};

/// The widest subject, in columns.
const SUBJECT_COLUMNS: usize = 72;
/// The widest account of what was done, in columns: the rest is the title's.
const DETAIL_COLUMNS: usize = 32;
/// The longest note that a message repeats, in bytes; the whole stands in the ticket.
const BODY_BYTES: usize = 2000;
/// The most tickets that a body names.
const MAX_LINES: usize = 50;

/// What the project wants in its messages. What people wrote stands in them so that nothing acts on it
/// ([`inert`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// The entries that came; one that text was taken out of was there.
    pub(super) fn entries(&self) -> Vec<&Entry> {
        let old = self.before.as_ref().map(Ticket::timeline).unwrap_or_default();
        let old: BTreeSet<_> = old.iter().map(|known| (known.seq, &known.id)).collect();
        let was_there = |entry: &Entry| old.contains(&(entry.seq, &entry.id));
        self.after.timeline().iter().filter(|entry| !was_there(entry)).collect()
    }
}

/// The longest text that a ticket still takes when it is full, in bytes.
const SHORT_TEXT_BYTES: usize = 1024;

impl TicketChange {
    /// True where a ticket's file may be as large as this, in bytes. A full one takes every step that brings no long text,
    /// up to what is read; what is undone or removed from it is nothing new.
    #[must_use]
    pub fn has_room(&self, bytes: usize) -> bool {
        let is_long = |entry: &&Entry| {
            let texts = entry.set.values().filter_map(|set| match set {
                Set::Text { to } => to.as_deref(),
                Set::Value { .. }
                | Set::Members { .. }
                | Set::TextOf { .. }
                | Set::TextInHead
                | Set::Other(_) => None,
            });
            let is_old = matches!(entry.action, Action::Undo | Action::Redact | Action::Purge);
            !is_old && texts.chain(entry.note.as_deref()).any(|text| text.len() > SHORT_TEXT_BYTES)
        };
        bytes <= FULL_TICKET_BYTES || (bytes <= MAX_TICKET_BYTES && !self.entries().iter().any(is_long))
    }
}

/// The message of a commit that changes tickets.
#[must_use]
pub fn of_tickets(changes: &[TicketChange], wording: &Wording) -> String {
    let is_link = |change: &TicketChange| {
        change.entries().iter().all(|entry| matches!(entry.action, Action::Link | Action::Unlink))
    };
    let subject = match changes {
        [one] => subject_of_one(one),
        // Both ends of a link: one says it all.
        [one, other] if is_link(one) && is_link(other) => subject_of_one(one),
        // A step, and the other ends of the links it made.
        many if many.iter().filter(|change| !is_link(change)).count() == 1 => {
            many.iter().find(|change| !is_link(change)).map(subject_of_one).unwrap_or_default()
        }
        many => subject_of_many(many),
    };
    let body = changes.first().map(body).unwrap_or_default();
    compose(&subject, &body, &trailers(changes), wording)
}

/// The message of a commit that changes tickets for a reason of its own, which names them in its body.
#[must_use]
pub(crate) fn of_tickets_under(subject: &str, changes: &[TicketChange], wording: &Wording) -> String {
    let line = |change: &TicketChange| {
        let action = change.entries().last().map_or("edit", |entry| entry.action.as_str()).to_owned();
        format!("{action} {}: {}", change.after.id(), one_line(change.after.fields().title()))
    };
    let mut lines: Vec<String> = changes.iter().take(MAX_LINES).map(line).collect();
    if changes.len() > MAX_LINES {
        lines.push(format!("and {} more", changes.len() - MAX_LINES));
    }
    compose(subject, &lines.join("\n"), &trailers(changes), wording)
}

/// The message of a commit that changes the project's files.
#[must_use]
pub(crate) fn of_files(subject: &str, wording: &Wording) -> String {
    compose(subject, "", "", wording)
}

/// The action of a commit that takes over what others did.
pub(super) const TAKES_OVER: &str = "sync";

/// The line by which such a commit says so.
pub(super) fn line_of_action(action: &str) -> String {
    format!("Support-Action: {action}")
}

/// The message of a commit whose action no entry of a ticket tells.
#[must_use]
pub(crate) fn of_action(subject: &str, ids: &[TicketId], action: &str, wording: &Wording) -> String {
    let tickets: Vec<String> = ids.iter().map(|id| format!("Support-Ticket: {id}")).collect();
    compose(subject, "", &[tickets, vec![line_of_action(action)]].concat().join("\n"), wording)
}

fn compose(subject: &str, body: &str, trailers: &str, wording: &Wording) -> String {
    let subject = format!("{}: {}", wording.prefix, inert(&one_line(subject)));
    let mut message = cut(&visible(&subject), SUBJECT_COLUMNS).into_owned();
    message.push('\n');
    let skip = if wording.skip_ci { "[skip ci]" } else { "" };
    for part in [&inert_lines(body), skip, trailers] {
        if !part.trim().is_empty() {
            let _ = write!(message, "\n{}\n", visible(part.trim_end()));
        }
    }
    message
}

fn subject_of_one(change: &TicketChange) -> String {
    let entries = change.entries();
    let (id, title) = (change.after.id(), change.after.fields().title());
    let action = entries.last().map_or("edit", |entry| entry.action.as_str());
    let detail = match (&change.before, entries.last()) {
        (Some(_), Some(entry)) => detail(entry),
        _ => String::new(),
    };
    format!("{action} {id}{detail}: {title}")
}

/// What the entry did, after the id: ` severity critical`, ` crash.log`, ` to Dana Li`.
fn detail(entry: &Entry) -> String {
    if let Some(file) = &entry.attachment {
        return format!(" {}", file.name);
    }
    if let (Action::Assign, Some(Set::Value { to, .. })) = (&entry.action, entry.set.get(&Field::Assignee)) {
        let who = to.as_ref().and_then(|to| Person::parse(&to.to_string()));
        return format!(" to {}", who.as_ref().map_or("nobody", Person::short));
    }
    if let Some(detail) = step_detail(entry) {
        return if detail.is_empty() { detail } else { format!(" {detail}") };
    }
    let values: Vec<String> = entry.set.iter().map(|(field, set)| set_detail(field, set)).collect();
    let names: Vec<String> = entry.set.keys().map(short_name).collect();
    match values.join(", ") {
        none if none.is_empty() => String::new(),
        short if short.width() <= DETAIL_COLUMNS => format!(" {short}"),
        _ => format!(" {}", cut(&names.join(", "), DETAIL_COLUMNS)),
    }
}

/// What a step of the process did, in its own words: `to level 3`, `to paygate`, `as fixed`.
fn step_detail(entry: &Entry) -> Option<String> {
    let to = |field: &Field| match entry.set.get(field) {
        Some(Set::Value { to: Some(to), .. }) => Some(to.clone()),
        _ => None,
    };
    if matches!(entry.action, Action::Escalate | Action::Return | Action::HandBack) {
        return to(&Field::Level).map(|level| format!("to level {level}"));
    }
    if entry.action == Action::Alert {
        return entry.told.as_ref().map(|who| format!("to {who}"));
    }
    if entry.action == Action::Resolve {
        return to(&Field::Resolution).map(|code| format!("as {code}"));
    }
    if entry.action == Action::Defer {
        let deferral = to(&Field::Deferral)?;
        return deferral.at("vendor").or(deferral.at("to")).map(|party| format!("to {party}"));
    }
    // What is said by the verb alone needs no list of fields.
    let plain = matches!(entry.action, Action::Pend | Action::Resume | Action::Close | Action::Reopen);
    let finding = matches!(entry.action, Action::Replicate | Action::Diagnose);
    (plain || finding).then(String::new)
}

fn set_detail(field: &Field, set: &Set) -> String {
    let name = short_name(field);
    match set {
        Set::Value { to: Some(to), .. } if *field != Field::Title => format!("{name} {to}"),
        Set::Value { to: None, .. } => format!("no {name}"),
        Set::Members { add, remove } if remove.is_empty() => format!("{name} {}", add.join(" ")),
        Set::Value { .. }
        | Set::Members { .. }
        | Set::Text { .. }
        | Set::TextOf { .. }
        | Set::TextInHead
        | Set::Other(_) => name,
    }
}

/// The name without its group: `diagnosis`, `blocks`.
fn short_name(field: &Field) -> String {
    let name = field.name();
    name.split_once('.').map_or(name.clone(), |(_, member)| member.to_owned())
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

/// What was said, what was told when the ticket was opened, or the texts that were written.
fn body(change: &TicketChange) -> String {
    let entries = change.entries();
    let head = change.after.fields();
    let note = entries.last().and_then(|entry| entry.note.clone());
    let description = || head.description().filter(|_| change.before.is_none()).map(str::to_owned);
    let texts = || {
        let fields =
            entries.iter().flat_map(|entry| entry.set.keys()).filter(|field| field.kind() == Kind::Text);
        let text = |field: &Field| {
            let text = head.get(field).map(ToString::to_string).unwrap_or_default();
            format!("{}: {}", short_name(field), text.trim_end())
        };
        fields.map(text).collect::<Vec<_>>().join("\n\n")
    };
    let text = note.or_else(description).unwrap_or_else(texts);
    if text.len() <= BODY_BYTES {
        return text;
    }
    format!("{}…", first_bytes(&text, BODY_BYTES))
}

fn trailers(changes: &[TicketChange]) -> String {
    let (mut lines, mut known) = (Vec::new(), BTreeSet::new());
    let mut add = |name: &str, value: &str| {
        let line = format!("Support-{name}: {}", inert(&one_line(value)));
        if known.insert(line.clone()) {
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
        // What was purged had no last change worth a word.
        if change.after.is_purged() {
            continue;
        }
        for (name, field) in [
            ("Severity", Field::Severity),
            ("Status", Field::Status),
            ("Level", Field::Level),
            ("Assignee", Field::Assignee),
        ] {
            let before = change.before.as_ref().and_then(|ticket| ticket.fields().get(&field));
            let after = change.after.fields().get(&field);
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
        let vendor =
            |ticket: &Ticket| ticket.fields().get(&Field::Deferral).and_then(|to| to.at("vendor")).cloned();
        let (before, after) = (change.before.as_ref().and_then(vendor), vendor(&change.after));
        if let Some(vendor) = after.filter(|after| before.as_ref() != Some(after)) {
            add("Vendor", &vendor.to_string());
        }
    }
    lines.join("\n")
}
