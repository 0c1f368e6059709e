//! The handover packet for the next level, and the brief for a vendor: Markdown in a pipe, a page on a
//! terminal.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::process::for_outside;
use crate::render::lines::{SHORT_COMMIT, bytes_text, contested_values, linked_text, value_text};
use crate::render::markdown::{fenced, inline};
use crate::render::paint::{BOLD, DIM, RenderOptions, shown};
use crate::render::view::{Audience, HandoverNotes};
use crate::ticket::{Action, Entry, Field, Finding, Node, Person, Ticket, Visibility};

/// A part of the packet: its heading, and what stands below it.
struct Section {
    title: String,
    parts: Vec<Part>,
}

enum Part {
    /// A name and a value.
    Fact(String, String),
    /// Text that somebody wrote.
    Text(String),
}

/// Markdown.
pub(super) fn markdown(packet: &HandoverNotes) -> String {
    let mut out = format!("# {}\n", inline(&title(packet)));
    for section in sections(packet) {
        let _ = write!(out, "\n## {}\n\n", inline(&section.title));
        for part in &section.parts {
            let _ = match part {
                Part::Fact(name, value) => writeln!(out, "- **{}**: {}", inline(name), inline(value)),
                Part::Text(text) => write!(out, "{}", fenced(text)),
            };
        }
    }
    out
}

/// A page for a terminal.
pub(super) fn page(packet: &HandoverNotes, look: &RenderOptions) -> String {
    let mut out = format!("{}\n", look.paint(BOLD, look.block(&title(packet), "").trim()));
    for section in sections(packet) {
        let _ = writeln!(out, "\n{}", look.paint(BOLD, &shown(&section.title)));
        for part in &section.parts {
            match part {
                Part::Fact(name, value) => {
                    let name = look.paint(DIM, &format!("  {:14}", shown(name)));
                    let value = look.block(value, &" ".repeat(17));
                    let _ = writeln!(out, "{name} {}", value.trim());
                }
                Part::Text(text) => out.push_str(&look.block(text, "  ")),
            }
        }
    }
    out
}

/// The same facts as one object.
pub(super) fn object(packet: &HandoverNotes) -> Value {
    let mut map = Map::new();
    map.insert("schema".to_owned(), json!(1));
    map.insert("ticket".to_owned(), packet.ticket.id().as_str().into());
    map.insert("title".to_owned(), title(packet).into());
    for section in sections(packet) {
        let part = |part: Part| match part {
            Part::Fact(name, value) => json!({"name": name, "value": value}),
            Part::Text(text) => json!({"text": text}),
        };
        map.insert(section.title.to_lowercase(), section.parts.into_iter().map(part).collect());
    }
    Value::Object(map)
}

fn title(packet: &HandoverNotes) -> String {
    let (id, title) = (packet.ticket.id(), packet.ticket.fields().title());
    match &packet.audience {
        Audience::Team => format!("Handover of {id}: {title}"),
        Audience::Vendor(_) => format!("{} (our reference {id})", packet.for_outside(title)),
        Audience::Enhance => format!("For elaboration: {} ({id})", packet.for_outside(title)),
    }
}

fn sections(packet: &HandoverNotes) -> Vec<Section> {
    let head = packet.ticket.fields();
    let mut sections = vec![facts(packet)];
    let mut text = |title: &str, text: &str| {
        let text = packet.for_outside(text);
        sections.push(Section { title: title.to_owned(), parts: vec![Part::Text(text)] });
    };
    if matches!(packet.audience, Audience::Team)
        && let Some(entry) = last_move(&packet.ticket)
    {
        text("Reason for handover", entry.note.as_deref().unwrap_or("No reason was given."));
    }
    let mut contended = |title: &str, field: &Field, told: &str| {
        text(title, told);
        for (entry, other) in packet.ticket.contending_texts(field) {
            let is_for_team = matches!(packet.audience, Audience::Team);
            let by = if is_for_team { format!(", by {}", entry.by.short()) } else { String::new() };
            text(&format!("{title} written at the same time{by}"), other);
        }
    };
    head.description().map(|told| contended("Description", &Field::Description, told)).unwrap_or_default();
    for (finding, found) in head.findings() {
        let mut title = finding.to_string();
        title.get_mut(..1).map(str::make_ascii_uppercase).unwrap_or_default();
        contended(&title, &Field::Findings(finding.clone()), found);
    }
    let missing: Vec<&str> = Finding::WORDS
        .iter()
        .copied()
        .filter(|word| head.findings().all(|(found, _)| found.as_str() != *word))
        .collect();
    if matches!(packet.audience, Audience::Team) && !missing.is_empty() {
        text("Missing information", &missing.join(", "));
    }
    sections.extend([evidence(packet), comments(packet)].into_iter().flatten());
    if matches!(packet.audience, Audience::Team) {
        sections.extend(
            [links(packet), duplicates(packet), known(packet), similar(packet), code(packet)]
                .into_iter()
                .flatten(),
        );
    }
    sections
}

/// The last escalation, or return.
fn last_move(ticket: &Ticket) -> Option<&Entry> {
    let moved = |entry: &&Entry| matches!(entry.action, Action::Escalate | Action::Return | Action::HandBack);
    ticket.in_effect().rev().find(moved)
}

fn facts(packet: &HandoverNotes) -> Section {
    let head = packet.ticket.fields();
    let mut parts = Vec::new();
    let mut fact = |name: &str, value: Option<String>| {
        parts.extend(value.filter(|value| !value.is_empty()).map(|value| Part::Fact(name.to_owned(), value)));
    };
    let field = |field: &Field| head.get(field).map(Node::to_string);
    if let Audience::Vendor(vendor) = &packet.audience {
        fact("to", Some(vendor.name.clone()));
        fact("contract", vendor.contract.clone());
        fact("your case", head.get(&Field::Deferral).and_then(|to| to.at("case")).map(Node::to_string));
        fact("answer to", field(&Field::Assignee));
    } else if matches!(packet.audience, Audience::Team) {
        fact("status", field(&Field::Status));
        fact("level", field(&Field::Level));
        fact("reporter", field(&Field::Reporter));
        fact("channel", field(&Field::Channel));
        fact("owner", field(&Field::Owner));
        fact("assignee", field(&Field::Assignee));
        fact("waits for", head.get(&Field::Deferral).map(value_text));
        fact("estimate", field(&Field::Estimate));
        fact("labels", field(&Field::Labels));
        fact("contested", Some(contested_values(&packet.ticket).join("; ")));
    }
    fact("type", field(&Field::Type));
    fact("severity", field(&Field::Severity));
    fact("area", field(&Field::Area));
    fact("affects", field(&Field::Affects));
    fact("environment", field(&Field::Environment).map(|text| packet.for_outside(&text)));
    Section { title: "Facts".to_owned(), parts }
}

/// What stands in the place of a file that a redaction removed.
const REMOVED: &str = "removed by a redaction";

fn evidence(packet: &HandoverNotes) -> Option<Section> {
    let mut parts = Vec::new();
    let is_for_team = matches!(packet.audience, Audience::Team);
    let entries = packet.ticket.current();
    for entry in entries.filter(|entry| is_for_team || entry.visibility == Visibility::Customer) {
        let Some(file) = &entry.attachment else { continue };
        // Of what was redacted, nobody outside learns the size or the checksum.
        if file.is_removed && !is_for_team {
            continue;
        }
        let place = match packet.audience {
            Audience::Team if file.is_removed => REMOVED.to_owned(),
            Audience::Team => format!(".support/attachments/{}/{}", packet.ticket.id(), file.file),
            Audience::Vendor(_) | Audience::Enhance => {
                format!("{}, SHA-256 {}", bytes_text(file.bytes), file.sha256)
            }
        };
        let name = match packet.audience {
            Audience::Team if entry.visibility != Visibility::Customer => format!("{}, internal", file.name),
            Audience::Team => file.name.clone(),
            Audience::Vendor(_) | Audience::Enhance => packet.for_outside(&file.name),
        };
        parts.push(Part::Fact(name, place));
    }
    (!parts.is_empty()).then_some(Section { title: "Attachments".to_owned(), parts })
}

/// What was said; for a vendor, without what was said for the team only.
fn comments(packet: &HandoverNotes) -> Option<Section> {
    let mut parts = Vec::new();
    for entry in packet.ticket.current() {
        let is_team = matches!(packet.audience, Audience::Team);
        let is_word = entry.action == Action::Comment || entry.speaker.is_some() || entry.is_said();
        // Why it waited and came back is for colleagues.
        let is_reason = is_team && matches!(entry.action, Action::Defer | Action::Resume);
        let Some(note) = entry.note.as_ref().filter(|_| is_word || is_reason) else { continue };
        let is_internal = entry.visibility != Visibility::Customer;
        if is_internal && !matches!(packet.audience, Audience::Team) {
            continue;
        }
        let who = match entry.speaker.as_deref().and_then(Person::short_of) {
            Some(customer) if matches!(packet.audience, Audience::Team) => format!("{customer}, customer"),
            Some(_) => "customer".to_owned(),
            None if is_internal => format!("{}, internal", entry.by.short()),
            None if is_team && entry.action != Action::Comment => {
                format!("{}, {}", entry.by.short(), entry.action)
            }
            None => entry.by.short().to_owned(),
        };
        parts.push(Part::Fact(entry.at.minute(), packet.for_outside(&who)));
        parts.push(Part::Text(packet.for_outside(note)));
    }
    (!parts.is_empty()).then_some(Section { title: "Comments".to_owned(), parts })
}

fn links(packet: &HandoverNotes) -> Option<Section> {
    let fact = |link: &crate::render::view::LinkedTicket| {
        Part::Fact(link.kind.to_string(), format!("{} {}", link.id, linked_text(link)))
    };
    let parts: Vec<Part> = packet.linked.iter().map(fact).collect();
    (!parts.is_empty()).then_some(Section { title: "Links".to_owned(), parts })
}

/// The duplicates, with who reported them and what was found there: this ticket goes on for all of them.
fn duplicates(packet: &HandoverNotes) -> Option<Section> {
    if !matches!(packet.audience, Audience::Team) {
        return None;
    }
    let mut parts = Vec::new();
    for ticket in &packet.duplicates {
        let head = ticket.fields();
        parts.push(Part::Fact(ticket.id().to_string(), head.title().to_owned()));
        let reporter = head.get(&Field::Reporter).map(Node::to_string);
        parts.extend(reporter.map(|reporter| Part::Fact("reporter".to_owned(), reporter)));
        parts.extend(ticket.descriptions().map(|text| Part::Text(text.to_owned())));
        for (finding, text) in head.findings() {
            parts.push(Part::Fact(finding.to_string(), format!("of {}", ticket.id())));
            parts.push(Part::Text(text.to_owned()));
        }
        for entry in ticket.current() {
            let Some(file) = &entry.attachment else { continue };
            let place = format!(".support/attachments/{}/{}", ticket.id(), file.file);
            let place = if file.is_removed { REMOVED.to_owned() } else { place };
            parts.push(Part::Fact(file.name.clone(), place));
        }
    }
    (!parts.is_empty()).then_some(Section { title: "Duplicates".to_owned(), parts })
}

/// Known errors that it is likely to be about, with their workarounds.
fn known(packet: &HandoverNotes) -> Option<Section> {
    let mut parts = Vec::new();
    for known in &packet.known {
        let head = known.ticket.fields();
        parts.push(Part::Fact(known.ticket.id().to_string(), head.title().to_owned()));
        parts.push(Part::Text(known.workaround().to_owned()));
    }
    (!parts.is_empty()).then_some(Section { title: "Likely known errors".to_owned(), parts })
}

/// Earlier tickets like this one, and how they ended.
fn similar(packet: &HandoverNotes) -> Option<Section> {
    let mut parts = Vec::new();
    for ticket in &packet.similar {
        let head = ticket.fields();
        let code = head.get(&Field::Resolution).map(Node::to_string).unwrap_or_default();
        parts.push(Part::Fact(ticket.id().to_string(), format!("{}: {code}", head.title())));
        let resolved = ticket.in_effect().rev().find(|entry| entry.set.contains_key(&Field::Resolution));
        parts.extend(resolved.and_then(|entry| entry.note.clone()).map(Part::Text));
    }
    (!parts.is_empty()).then_some(Section { title: "Similar".to_owned(), parts })
}

/// The ticket's files, and the commits that changed them.
fn code(packet: &HandoverNotes) -> Option<Section> {
    let code = packet.code.as_ref()?;
    let mut parts = vec![Part::Fact("files".to_owned(), code.files.join(", "))];
    let since = code.since.as_ref().map_or("lately".to_owned(), |tag| format!("since {tag}"));
    let count = code.commits.len();
    parts.push(Part::Fact(
        "changed".to_owned(),
        format!("{since}: {count} commit{}", if count == 1 { "" } else { "s" }),
    ));
    for line in &code.commits {
        let name = line.commit.get(..SHORT_COMMIT).unwrap_or(&line.commit).to_owned();
        let day = line.at.map(|at| format!(", {}", at.minute())).unwrap_or_default();
        parts.push(Part::Fact(name, format!("{} ({}{day})", line.subject, line.author)));
    }
    Some(Section { title: "Code".to_owned(), parts })
}

impl HandoverNotes {
    /// A text as it may leave the team: for a vendor, without what leads to the customer.
    fn for_outside(&self, text: &str) -> String {
        if matches!(self.audience, Audience::Team) {
            return text.to_owned();
        }
        let reporter = self.ticket.fields().get(&Field::Reporter).map(Node::to_string);
        let speakers = self.ticket.timeline().iter().filter_map(|entry| entry.speaker.clone());
        let mut customers: Vec<String> = reporter.into_iter().chain(speakers).collect();
        customers.sort();
        customers.dedup();
        let text = for_outside(text, None);
        let people = customers.iter().filter_map(|customer| Person::parse(customer));
        people.fold(text, |text, customer| for_outside(&text, Some(&customer)))
    }
}
