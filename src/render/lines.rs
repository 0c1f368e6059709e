//! Lines for people: what steps did, what a write would do.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::process::{Problem, ProblemLevel, Suggestion};
use crate::render::mail;
use crate::render::paint::{BOLD, DIM, GREEN, RED, RenderOptions, YELLOW, shown};
use crate::render::view::{DryRun, LinkedTicket, Reported};
use crate::ticket::{
    Action, Entry, EntryId, Field, Finding, LinkKind, Node, Occurrence, Person, Set, Ticket, Timestamp,
    Undone, Visibility, cut, span_of_minutes, visible,
};

/// A short commit name, in characters.
pub(super) const SHORT_COMMIT: usize = 10;

/// The widest description of a candidate for completion, in columns.
const ABOUT_COLUMNS: usize = 60;

/// A candidate for completion: the word, and what it is about after a tab.
#[must_use]
pub fn candidate(word: &str, about: Option<&str>) -> String {
    match about {
        Some(about) => format!("{}\t{}\n", shown(word), cut(&shown(about), ABOUT_COLUMNS)),
        None => format!("{}\n", shown(word)),
    }
}

/// What an import came to.
pub(super) fn imported(new: usize, changed: usize, unchanged: usize) -> String {
    format!("{new} new, {changed} changed, {unchanged} unchanged\n")
}

/// A line for each ticket that a run's results changed, and one that counts the others.
pub(super) fn reported(reported: &Reported, look: &RenderOptions) -> String {
    let mut out = String::new();
    for (what, ids) in [
        ("opened", &reported.opened),
        ("reopened", &reported.reopened),
        ("repeated", &reported.repeated),
        ("resolved", &reported.resolved),
        ("test-gone", &reported.proposed),
    ] {
        for id in ids {
            let Some(ticket) = reported.tickets.iter().find(|ticket| ticket.id() == id) else { continue };
            let count = ticket.occurrences();
            let times = if what == "repeated" { format!(" ({count} times)") } else { String::new() };
            let line = format!("{what:<10}  {}{times}", shown(ticket.fields().title()));
            let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(12));
            let _ = writeln!(out, "{}  {}", look.id(id.as_str(), 10), cut(&line, room));
        }
    }
    if !reported.unchanged.is_empty() {
        let _ = writeln!(out, "unchanged: {}", reported.unchanged.len());
    }
    if out.is_empty() {
        out.push_str("no failures, nothing to open\n");
    }
    out
}

/// What a step did: a line for each ticket with its id, the action and the title, and below it what was set.
pub(super) fn steps(tickets: &[Ticket], new: &BTreeSet<EntryId>, look: &RenderOptions) -> String {
    let mut out = String::new();
    for ticket in tickets {
        let timeline = ticket.timeline();
        let mut own = timeline.iter().filter(|entry| new.contains(&entry.id)).peekable();
        // Where text was taken out, say, the last tells of it.
        let last = timeline.last().filter(|_| own.peek().is_none());
        for entry in own.chain(last) {
            step(entry, ticket, look, &mut out);
        }
    }
    out
}

fn step(entry: &Entry, ticket: &Ticket, look: &RenderOptions, out: &mut String) {
    let what = match (set_lines(entry).join(", "), &entry.attachment) {
        (_, Some(file)) => {
            format!("{} ({})", shown(&file.name), bytes_text(file.bytes))
        }
        (sets, None) => sets,
    };
    let action = if is_redo(entry, ticket) { "redo" } else { entry.action.as_str() };
    let title = format!("{action}  {}", shown(ticket.fields().title()));
    let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(12));
    let _ = writeln!(out, "{}  {}", look.id(ticket.id().as_str(), 10), cut(&title, room).trim_end());
    for undone in taken_back(entry, ticket) {
        let _ = writeln!(out, "{}", cut(&undone, look.columns.unwrap_or(usize::MAX)));
    }
    if !what.is_empty() {
        out.push_str(&look.block(&what, "  "));
    }
}

/// The short values that concurrent entries set beside the one that counts: `severity: also minor, by Dana Li`.
pub(super) fn contested_values(ticket: &Ticket) -> Vec<String> {
    let mut lines = Vec::new();
    for (field, others) in ticket.contested() {
        for entry in others {
            let other = match entry.set.get(&field) {
                Some(Set::Value { to, .. }) => to.as_ref().map_or("none".to_owned(), value_text),
                Some(_) => continue,
                None => shown(entry.action.as_str()),
            };
            lines.push(format!("{}: also {other}, by {}", short_name(&field), entry.by.short()));
        }
    }
    lines
}

/// What is said behind an entry that no longer holds.
pub(super) fn struck_word(undone: &Undone, entry: &Entry) -> &'static str {
    match (undone.is_undone(entry), undone.is_struck(entry)) {
        (true, _) => " (undone)",
        (false, true) => " (replaced)",
        (false, false) => "",
    }
}

/// True for an undo of undos alone.
fn is_redo(entry: &Entry, ticket: &Ticket) -> bool {
    let steps = ticket.undone_steps(entry);
    !steps.is_empty() && steps.iter().all(|(_, is_undone)| !is_undone)
}

/// What an undo reverted, or restored, a line each: `  undone: comment k2m8w4tz: "What it said"`.
fn taken_back(entry: &Entry, ticket: &Ticket) -> Vec<String> {
    let named = |word: &str, entry: &Entry| {
        let said = entry.note.as_deref().and_then(|note| note.lines().next());
        let said = said.map(|said| format!(": \"{}\"", shown(said))).unwrap_or_default();
        format!("  {word}: {} {}{said}", shown(entry.action.as_str()), entry.id)
    };
    let steps = ticket.undone_steps(entry);
    steps.iter().map(|(step, is_undone)| named(if *is_undone { "undone" } else { "redone" }, step)).collect()
}

/// A value in a line; a deferral in words.
pub(super) fn value_text(value: &Node) -> String {
    let text = |key: &str| value.at(key).map(|node| shown(&node.to_string()));
    let Some(to) = text("to") else { return shown(&value.to_string()) };
    let mut out = match text("vendor") {
        Some(vendor) => format!("{to} {vendor}"),
        None => to,
    };
    if let Some(case) = text("case") {
        let _ = write!(out, ", case {case}");
    }
    if let Some(at) = value.at("follow_up").and_then(Node::as_text).and_then(Timestamp::parse) {
        let _ = write!(out, ", follow up {} UTC", at.minute());
    }
    out
}

/// The other end of a link: its title and status; of a duplicate, who reported it and how often it was seen.
pub(super) fn linked_text(link: &LinkedTicket) -> String {
    let Some(ticket) = &link.ticket else { return "(not here)".to_owned() };
    let head = ticket.fields();
    let mut facts = vec![head.status().to_string()];
    if link.kind == LinkKind::DuplicatedBy {
        let reporter = head.get(&Field::Reporter).map(Node::to_string);
        facts.extend(
            reporter.map(|who| {
                format!("by {}", Person::parse(&who).map_or(who.clone(), |p| p.short().to_owned()))
            }),
        );
        let times = ticket.occurrences();
        facts.push(format!("seen {times} time{}", if times == 1 { "" } else { "s" }));
    }
    format!("{} ({})", head.title(), facts.join(", "))
}

/// What a finding or link is called says enough to people: `diagnosis`, `blocks`.
pub(super) fn short_name(field: &Field) -> String {
    let name = field.name();
    name.split_once('.').map_or(name.clone(), |(_, member)| member.to_owned())
}

/// What an entry set, a line a field.
pub(super) fn set_lines(entry: &Entry) -> Vec<String> {
    let value = |value: &Option<Node>| value.as_ref().map_or("none".to_owned(), value_text);
    let line = |(field, set): (&Field, &Set)| {
        let name = shown(&short_name(field));
        match set {
            Set::Value { from, to } if from == to && entry.action == Action::Redact => {
                format!("{name}: {}, redacted", value(to))
            }
            Set::Value { from, to } if from == to && entry.undoes.is_empty() => {
                format!("{name}: {}, confirmed", value(to))
            }
            Set::Value { from, to } if from == to => format!("{name}: {}", value(to)),
            // What it waited for before is the entry's before.
            Set::Value { from: Some(_), to: to @ Some(_) } if *field == Field::Deferral => {
                format!("{name}: {}", value(to))
            }
            Set::Value { from: None, to } => format!("{name}: {}", value(to)),
            Set::Value { from, to } => format!("{name}: {} -> {}", value(from), value(to)),
            Set::Text { to: None } => format!("{name}: none"),
            Set::TextOf { entry } => format!("{name}: as in entry {entry}"),
            Set::Text { .. } | Set::TextInHead => format!("{name}: new text"),
            Set::Members { add, remove } => {
                let signed = |sign: &str, list: &[String]| -> Vec<String> {
                    list.iter().map(|member| format!("{sign}{}", shown(member))).collect()
                };
                format!("{name}: {}", [signed("+", add), signed("-", remove)].concat().join(" "))
            }
            Set::Other(_) => format!("{name}: changed"),
        }
    };
    entry.set.iter().map(line).collect()
}

/// What an entry set, brought and said, indented below its first line.
pub(super) fn entry_details(entry: &Entry, indent: &str, look: &RenderOptions) -> String {
    let mut out = String::new();
    let is_opening = entry.action.as_str() == "open";
    for line in set_lines(entry).iter().filter(|_| !is_opening) {
        let line = look
            .columns
            .map_or(line.clone(), |columns| cut(line, columns.saturating_sub(indent.len())).into_owned());
        let _ = writeln!(out, "{indent}{line}");
    }
    if entry.proposed {
        let _ = writeln!(out, "{indent}{}", look.paint(DIM, "a proposal, until a product owner confirms it"));
    }
    if let Some(minutes) = entry.spent_minutes {
        let _ = writeln!(out, "{indent}spent {}", span_of_minutes(minutes));
    }
    if let Some(via) = &entry.via {
        let _ = writeln!(out, "{indent}via {}", shown(via));
    }
    if let Some(answer) = &entry.answer {
        let _ = writeln!(out, "{indent}answer {}", shown(answer));
    }
    if let Some(who) = &entry.speaker {
        let _ = writeln!(out, "{indent}said by the customer, {}", shown(who));
    }
    if let Some(mail) = &entry.mail {
        let _ = writeln!(out, "{indent}{}", mail::entry_line(mail));
    }
    if let Some(who) = &entry.told {
        let _ = writeln!(out, "{indent}alerted {}", shown(who));
    }
    if let Some(seen) = &entry.seen {
        let line = seen_line(seen);
        let line = look
            .columns
            .map_or(line.clone(), |columns| cut(&line, columns.saturating_sub(indent.len())).into_owned());
        let _ = writeln!(out, "{indent}{line}");
    }
    for undone in &entry.undoes {
        let _ = writeln!(out, "{indent}undoes entry {undone}");
    }
    if let Some(replaced) = &entry.replaces {
        let _ = writeln!(out, "{indent}replaces entry {replaced}");
    }
    if let Some(by) = &entry.redacted {
        let _ = writeln!(out, "{indent}{}", look.paint(DIM, &format!("redacted by entry {by}")));
    }
    for rule in &entry.overrides {
        let _ = writeln!(out, "{indent}{}", look.paint(RED, &format!("overrode {}", shown(rule))));
    }
    out.extend(attachment_line(entry).map(|line| format!("{indent}{line}\n")));
    if let Some(note) = &entry.note {
        if entry.visibility != Visibility::Customer {
            let _ = writeln!(out, "{indent}{}", look.paint(DIM, "internal:"));
        }
        out.push_str(&look.block(note, indent));
    }
    out
}

/// What an entry attached: `app.log (4 bytes, entry k2m8w4tz, internal)`.
fn attachment_line(entry: &Entry) -> Option<String> {
    let file = entry.attachment.as_ref()?;
    let internal = if entry.visibility == Visibility::Customer { "" } else { ", internal" };
    let removed = if file.is_removed { ", removed" } else { "" };
    let (name, bytes) = (shown(&file.name), bytes_text(file.bytes));
    Some(format!("{name} ({bytes}{removed}, entry {}{internal})", entry.id))
}

/// Where a machine saw it: `seen on main at 1a2b3c4d5e, test, https://…`.
fn seen_line(seen: &Occurrence) -> String {
    let mut out = "seen".to_owned();
    let revision = seen.revision.as_deref().map(|revision| revision.get(..SHORT_COMMIT).unwrap_or(revision));
    for (word, text) in [
        (" on ", seen.branch.as_deref()),
        (" at ", revision),
        (", ", seen.job.as_deref()),
        (", ", seen.run.as_deref()),
    ] {
        out.extend(text.map(|text| format!("{word}{}", shown(text))));
    }
    out
}

/// Who could work on a ticket, the best first, each with the reasons.
pub(super) fn suggestions(people: &[Suggestion], look: &RenderOptions) -> String {
    let mut out = String::new();
    for one in people {
        let _ = writeln!(out, "{}", look.paint(BOLD, &shown(&one.person.to_string())));
        for reason in &one.reasons {
            let _ = writeln!(out, "  {}", shown(reason));
        }
    }
    out
}

/// What a release fixes, as a list in Markdown, for a page as for a terminal.
pub(super) fn notes(version: &str, tag: &str, tickets: &[Ticket], known: &[Ticket]) -> String {
    let mut out = format!("# {} ({})\n\n", shown(version), shown(tag));
    for ticket in tickets {
        let _ = writeln!(out, "- {} {}", ticket.id(), shown(ticket.fields().title()));
    }
    if tickets.is_empty() {
        out.push_str("No ticket is fixed in it.\n");
    }
    if !known.is_empty() {
        out.push_str("\n## Known errors\n\n");
    }
    for ticket in known {
        let _ = writeln!(out, "- {} {}", ticket.id(), shown(ticket.fields().title()));
        let workaround = ticket.fields().get(&Field::Findings(Finding::Workaround)).and_then(Node::as_text);
        for line in workaround.unwrap_or_default().lines() {
            let _ = writeln!(out, "  {}", shown(line));
        }
    }
    out
}

/// What is wrong, a paragraph each, and in the end how much of it.
pub(super) fn faults(faults: &[Problem], look: &RenderOptions) -> String {
    let mut out = String::new();
    for fault in faults {
        let (word, style) = match fault.level {
            _ if fault.repaired => ("repaired", GREEN),
            ProblemLevel::Error => ("error", RED),
            ProblemLevel::Warning => ("warning", YELLOW),
            ProblemLevel::Note => ("note", DIM),
        };
        let place = fault.path.as_ref().map(|path| format!("{}: ", shown(path))).unwrap_or_default();
        // Many problems begin with their place themselves.
        let place =
            if fault.message.starts_with(place.trim_end_matches(": ")) { String::new() } else { place };
        let rule = look.paint(DIM, &format!("[{}]", fault.rule));
        let _ = writeln!(
            out,
            "{} {place}{} {rule}",
            look.paint(style, &format!("{word}:")),
            shown(&fault.message)
        );
        if let Some(hint) = fault.hint.as_ref().filter(|hint| !fault.repaired && !hint.is_empty()) {
            let _ = writeln!(out, "  {}", look.paint(DIM, &shown(hint)));
        }
    }
    let repaired = faults.iter().filter(|fault| fault.repaired).count();
    let left = faults.iter().filter(|fault| !fault.repaired && fault.level > ProblemLevel::Note).count();
    let _ = match (left, repaired) {
        (0, 0) => writeln!(out, "no problems found"),
        (0, repaired) => writeln!(out, "{repaired} repaired, no problems left"),
        (1, 0) => writeln!(out, "1 problem found"),
        (left, 0) => writeln!(out, "{left} problems found"),
        (left, repaired) => writeln!(out, "{repaired} repaired, {left} left"),
    };
    out
}

/// How many tickets came and went.
pub(super) fn synced(branch: &str, remote: &str, received: usize, sent: usize) -> String {
    let count = |count: usize| format!("{count} ticket{}", if count == 1 { "" } else { "s" });
    format!("{}: {} from {}, {} to it\n", shown(branch), count(received), shown(remote), count(sent))
}

/// What a write would do: the message, then the difference.
pub(super) fn dry_run(dry_run: &DryRun, look: &RenderOptions) -> String {
    let mut out = String::new();
    for line in dry_run.message.lines() {
        let _ = writeln!(out, "{}", format!("    {}", visible(line)).trim_end());
    }
    out.push('\n');
    for line in visible(&dry_run.patch).lines() {
        let style = match line.chars().next() {
            Some('+') => GREEN,
            Some('-') => RED,
            Some('@') => DIM,
            _ => anstyle::Style::new(),
        };
        let _ = writeln!(out, "{}", look.paint(style, line));
    }
    out
}

/// A size for people: `1 byte`, `512 bytes`.
pub(super) fn bytes_text(bytes: u64) -> String {
    format!("{bytes} byte{}", if bytes == 1 { "" } else { "s" })
}
