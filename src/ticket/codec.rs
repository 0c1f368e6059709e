//! The ticket file: how head and timeline stand in YAML (docs/file-format.md), and how they are read.

use std::collections::BTreeMap;

use crate::ticket::Ticket;
use crate::ticket::earlier::EarlierTexts;
use crate::ticket::entry::Entry;
pub use crate::ticket::entry_codec::entry_node;
use crate::ticket::entry_codec::read_entry;
use crate::ticket::field::Field;
use crate::ticket::fields::Fields;
use crate::ticket::id::TicketId;
use crate::ticket::node::Node;
use crate::ticket::reading::{Problem, Read};
use crate::ticket::words::{Finding, LinkKind};
use crate::ticket::yaml;

/// The version of the format that this program writes.
const SCHEMA: &str = "2";
/// The version of a purged ticket's file: an earlier version of this program would bring back what is gone.
const SCHEMA_PURGED: &str = "3";
/// The version in which entries did not carry long texts; its files are read and merged for ever.
const SCHEMA_1: &str = "1";
/// The key of the entries.
const TIMELINE: &str = "timeline";
/// The key of the texts that entries of schema 1 set.
const EARLIER: &str = "earlier_texts";

/// How far an entry's number may be ahead of the number of entries.
pub const MAX_AHEAD: u64 = 1000;

/// What is wrong with a ticket file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if field.is_empty() { String::new() } else { format!("{field}: ") })]
pub struct Invalid {
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The field, as a path; empty where the whole file is meant.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Invalid {
    /// True where a newer version of this program wrote the file.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        self.field == "schema" && self.problem.contains(NEWER)
    }
}

/// Reads a ticket file. Fields that this version does not know are kept.
///
/// # Errors
/// What is wrong, in which field, on which line; the file is then left as it is.
pub fn read(id: &TicketId, bytes: &[u8]) -> Result<Ticket, Invalid> {
    let invalid = |line, field: &str, problem| Invalid { line, field: field.to_owned(), problem };
    let text = yaml::decode(bytes).map_err(|error| invalid(error.line, "", error.problem))?;
    let node = yaml::parse(&text).map_err(|error| invalid(error.line, "", error.problem))?;
    read_ticket(id, node).map_err(|Problem(mut path, problem)| {
        path.reverse();
        invalid(yaml::line_of(&text, &path), &path.join("."), problem)
    })
}

/// The id that a file says is its own; `None` where it says none.
#[must_use]
pub fn own_id(bytes: &[u8]) -> Option<TicketId> {
    let node = yaml::parse(&yaml::decode(bytes).ok()?).ok()?;
    TicketId::parse(node.at("id")?.as_text()?)
}

/// Reads a ticket from the values of its file.
///
/// # Errors
/// The field that is wrong, and what is wrong with it; there is no line.
pub fn from_node(id: &TicketId, node: Node) -> Result<Ticket, Invalid> {
    read_ticket(id, node).map_err(|Problem(mut path, problem)| {
        path.reverse();
        Invalid { line: 0, field: path.join("."), problem }
    })
}

fn read_ticket(id: &TicketId, node: Node) -> Read<Ticket> {
    let Node::Map(pairs) = node else {
        return Err(Problem::new(format!("is {}, where a ticket belongs", node.kind_name())));
    };
    read_pairs(id, pairs, None)
}

/// A ticket from the pairs of its file; its timeline may be among them, or read already.
fn read_pairs(id: &TicketId, pairs: Vec<(Node, Node)>, mut timeline: Option<Vec<Entry>>) -> Read<Ticket> {
    let mut values = BTreeMap::new();
    let mut earlier = EarlierTexts::default();
    let (mut schema, mut own_id) = (false, false);
    for (key, value) in pairs {
        let Node::Text(key) = key else {
            return Err(Problem::new(format!("the key '{key}' is not text")));
        };
        match key.as_str() {
            "schema" => {
                schema = check_schema(&value).map(|()| true).map_err(|p| p.under(key))?;
            }
            "id" => {
                own_id = check_id(id, &value).map(|()| true).map_err(|p| p.under(key))?;
            }
            TIMELINE => timeline = Some(read_timeline(value).map_err(|p| p.under(key))?),
            EARLIER => earlier = EarlierTexts::from_node(&value).map_err(|p| Problem::new(p).under(key))?,
            "findings" => {
                let field = |name: &str| Field::Findings(Finding::parse(name));
                read_group(&mut values, value, field).map_err(|p| p.under(key))?;
            }
            "links" => {
                let field = |name: &str| Field::Links(LinkKind::parse(name));
                read_group(&mut values, value, field).map_err(|p| p.under(key))?;
            }
            name => {
                read_field(&mut values, Field::parse(name), value).map_err(|p| p.under(name))?;
            }
        }
    }
    for (there, name) in [(schema, "schema"), (own_id, "id"), (timeline.is_some(), "timeline")] {
        if !there {
            return Err(Problem::new(format!("has no '{name}'")));
        }
    }
    for field in [Field::Title, Field::Type, Field::Status, Field::Level] {
        if !values.contains_key(&field) {
            return Err(Problem::new(format!("has no '{}'", field.name())));
        }
    }
    let head = Fields::from_values(values);
    Ok(Ticket::from_parts(id.clone(), head, earlier, timeline.unwrap_or_default()))
}

fn read_field(values: &mut BTreeMap<Field, Node>, field: Field, value: Node) -> Read<()> {
    let checked = field.check(value).map_err(Problem::new)?;
    if checked != Node::List(Vec::new()) {
        values.insert(field, checked);
    }
    Ok(())
}

fn read_group(values: &mut BTreeMap<Field, Node>, node: Node, field: impl Fn(&str) -> Field) -> Read<()> {
    let Node::Map(pairs) = node else {
        return Err(Problem::new(format!("is {}, where a mapping belongs", node.kind_name())));
    };
    for (key, value) in pairs {
        let name = key.to_string();
        read_field(values, field(&name), value).map_err(|p| p.under(name))?;
    }
    Ok(())
}

/// What is said of a file of a version that this one does not know yet.
pub const NEWER: &str = "is newer than this program";

fn check_schema(value: &Node) -> Read<()> {
    let Node::Number(version) = value else {
        return Err(Problem::new("is not a number"));
    };
    if [SCHEMA, SCHEMA_1, SCHEMA_PURGED].contains(&version.as_str()) {
        return Ok(());
    }
    let is_newer = version.parse::<u64>().is_ok_and(|version| version > 0);
    Err(Problem::new(match is_newer {
        true => format!("version {version} {NEWER}, which knows {SCHEMA_PURGED}"),
        false => format!("version {version} is not supported"),
    }))
}

fn check_id(id: &TicketId, value: &Node) -> Read<()> {
    if value.as_text() == Some(id.as_str()) {
        return Ok(());
    }
    Err(Problem::new(format!("`{value}` is not the id in the file's name, {id}")))
}

fn read_timeline(node: Node) -> Read<Vec<Entry>> {
    let Node::List(items) = node else {
        return Err(Problem::new("is not a list"));
    };
    if items.is_empty() {
        return Err(Problem::new("has no entry"));
    }
    let entry = |(place, item): (usize, Node)| read_entry(item).map_err(|p| p.under(place.to_string()));
    let entries = items.into_iter().enumerate().map(entry).collect::<Read<Vec<Entry>>>()?;
    check_numbers(&entries)?;
    Ok(entries)
}

/// Refuses a number that no writer can have drawn: each is one more than the highest that its writer saw, so they
/// run ahead of the entries only where entries were taken out by hand. A step adds one to both, and so does every
/// entry that a merge brings: what is readable stays so.
fn check_numbers(entries: &[Entry]) -> Read<()> {
    let highest = u64::try_from(entries.len()).unwrap_or(u64::MAX).saturating_add(MAX_AHEAD);
    let Some(place) = entries.iter().position(|entry| entry.seq > highest) else { return Ok(()) };
    let problem = format!("is more than {MAX_AHEAD} above the number of entries ({})", entries.len());
    Err(Problem::new(problem).under("seq").under(place.to_string()))
}

/// The canonical bytes of a ticket file.
#[must_use]
pub fn write(ticket: &Ticket) -> String {
    let timeline = ticket.timeline().iter().map(entry_node).collect();
    write_head(ticket) + &yaml::write(&[(Node::text(TIMELINE), Node::List(timeline))])
}

/// The canonical lines of a ticket file above its timeline.
fn write_head(ticket: &Ticket) -> String {
    let version = if ticket.is_purged() { SCHEMA_PURGED } else { SCHEMA };
    let schema = (Node::text("schema"), Node::Number(version.to_owned()));
    let Node::Map(mut pairs) = head_node(ticket) else { return String::new() };
    pairs.insert(0, schema);
    yaml::write(&pairs)
}

/// A ticket from the lines above its timeline and its entries; `None` where those lines are not written as we write them.
pub(super) fn of_head_and_entries(id: &TicketId, head: &str, entries: Vec<Entry>) -> Option<Ticket> {
    let Node::Map(pairs) = yaml::parse(head).ok()? else { return None };
    check_numbers(&entries).ok()?;
    let ticket = read_pairs(id, pairs, Some(entries)).ok()?;
    is_form_of(&write_head(&ticket), head.as_bytes()).then_some(ticket)
}

/// The entry that some lines of a timeline hold; `None` where they are not written as we write them.
pub(super) fn of_lines(lines: &str) -> Option<Entry> {
    let list = format!("{TIMELINE}:\n{lines}");
    let Node::List(items) = yaml::parse(&list).ok()?.at(TIMELINE)?.clone() else { return None };
    let [item] = <[Node; 1]>::try_from(items).ok()?;
    let entry = read_entry(item).ok()?;
    let written = yaml::write(&[(Node::text(TIMELINE), Node::List(vec![entry_node(&entry)]))]);
    (written == list).then_some(entry)
}

/// True where a file is written as we write it; one of schema 1 becomes one of this schema with its next change only.
#[must_use]
pub fn is_canonical(ticket: &Ticket, bytes: &[u8]) -> bool {
    is_form_of(&write(ticket), bytes)
}

/// True for a file of schema 1, whose entries do not say what they follow.
#[must_use]
pub fn is_schema_1(bytes: &[u8]) -> bool {
    bytes.starts_with(format!("schema: {SCHEMA_1}\n").as_bytes())
}

/// True for what is written so, whichever schema its first line names.
fn is_form_of(canonical: &str, bytes: &[u8]) -> bool {
    let body = |text: &[u8]| text.splitn(2, |byte| *byte == b'\n').nth(1).map(<[u8]>::to_vec);
    let is_schema_1 = is_schema_1(bytes);
    canonical.as_bytes() == bytes || (is_schema_1 && body(canonical.as_bytes()) == body(bytes))
}

/// The id and head as a mapping: findings and links under their group's name.
#[must_use]
pub fn head_node(ticket: &Ticket) -> Node {
    let mut pairs = vec![(Node::text("id"), Node::text(ticket.id().as_str()))];
    for (field, value) in ticket.fields().iter() {
        let name = field.name();
        match (field, name.split_once('.')) {
            (Field::Links(_) | Field::Findings(_), Some((group, member))) => {
                let member = (Node::text(member), value.clone());
                match pairs.last_mut() {
                    Some((last, Node::Map(members))) if last.as_text() == Some(group) => {
                        members.push(member);
                    }
                    _ => pairs.push((Node::text(group), Node::Map(vec![member]))),
                }
            }
            _ => pairs.push((Node::Text(name), value.clone())),
        }
    }
    pairs.extend(ticket.earlier().to_node().map(|node| (Node::text(EARLIER), node)));
    Node::Map(pairs)
}
