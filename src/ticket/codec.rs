//! The ticket file: how head and timeline stand in YAML (docs/file-format.md), and how they are read.

use std::collections::BTreeMap;

use crate::ticket::Ticket;
use crate::ticket::entry::{Attachment, Entry, Set, Visibility};
use crate::ticket::field::Field;
use crate::ticket::fields::Fields;
use crate::ticket::id::{EntryId, TicketId};
use crate::ticket::node::Node;
use crate::ticket::occurrence::Occurrence;
use crate::ticket::person::Person;
use crate::ticket::span::{parse_span, span_of_minutes};
use crate::ticket::timestamp::Timestamp;
use crate::ticket::words::{Action, Finding, LinkKind};
use crate::ticket::yaml;

/// The version of the format that this program writes.
const SCHEMA: &str = "1";

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

/// A problem somewhere below the top: the path to it, innermost first.
struct Problem(Vec<String>, String);

impl Problem {
    fn new(problem: impl Into<String>) -> Self {
        Self(Vec::new(), problem.into())
    }

    fn under(mut self, key: impl Into<String>) -> Self {
        self.0.push(key.into());
        self
    }
}

type Read<T> = Result<T, Problem>;

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
    let mut values = BTreeMap::new();
    let mut timeline = None;
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
            "timeline" => timeline = Some(read_timeline(value).map_err(|p| p.under(key))?),
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
    Ok(Ticket::from_parts(id.clone(), head, timeline.unwrap_or_default()))
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

fn check_schema(value: &Node) -> Read<()> {
    let Node::Number(version) = value else {
        return Err(Problem::new("is not a number"));
    };
    if version == SCHEMA {
        return Ok(());
    }
    Err(Problem::new(format!("version {version} is newer than this program, which knows {SCHEMA}")))
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

/// The values of an entry's keys, taken out one by one; what is left is unknown.
struct Keys(Vec<(String, Node)>);

impl Keys {
    fn of(node: Node) -> Read<Self> {
        let Node::Map(pairs) = node else {
            return Err(Problem::new("is not a mapping"));
        };
        Ok(Self(pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect()))
    }

    fn take(&mut self, key: &str) -> Option<Node> {
        let place = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(place).1)
    }

    /// A text that may be there.
    fn text(&mut self, key: &str) -> Read<Option<String>> {
        match self.take(key) {
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::new("is not text").under(key)),
            None => Ok(None),
        }
    }

    /// A part that may be there, read by `read`.
    fn part<T>(&mut self, key: &str, read: impl Fn(Node) -> Read<T>) -> Read<Option<T>> {
        self.take(key).map(read).transpose().map_err(|problem| problem.under(key))
    }

    /// A text that must be there, read by `parse`.
    fn need<T>(&mut self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Read<T> {
        let value = self.take(key).ok_or_else(|| Problem::new(format!("has no '{key}'")))?;
        let parsed = match &value {
            Node::Text(text) | Node::Number(text) => parse(text),
            Node::Null | Node::Bool(_) | Node::List(_) | Node::Map(_) => None,
        };
        parsed.ok_or_else(|| Problem::new(format!("`{value}` is not valid here")).under(key))
    }
}

fn read_entry(node: Node) -> Read<Entry> {
    let mut keys = Keys::of(node)?;
    let seq = keys.need("seq", |text| text.parse().ok())?;
    let id = keys.need("id", EntryId::parse)?;
    let at = keys.need("at", Timestamp::parse)?;
    let by = keys.need("by", Person::parse)?;
    let action = keys.need("action", |text| Some(Action::parse(text)))?;
    let set = keys.part("set", read_set)?.unwrap_or_default();
    let visibility = match keys.take("visibility") {
        None => Visibility::Customer,
        Some(word) if word.as_text() == Some("internal") => Visibility::Internal,
        Some(word) => Visibility::Unknown(word.to_string()),
    };
    let attachment = keys.part("attachment", read_attachment)?;
    let note = keys.text("note")?;
    let told = keys.text("told")?;
    let proposed = match keys.take("proposed") {
        None => false,
        Some(Node::Bool(proposed)) => proposed,
        Some(_) => return Err(Problem::new("is neither true nor false").under("proposed")),
    };
    let overrides = match keys.take("overrides") {
        None => Vec::new(),
        Some(Node::List(rules)) => rules.iter().map(Node::to_string).collect(),
        Some(_) => return Err(Problem::new("is not a list").under("overrides")),
    };
    let seen = keys.take("seen").map(Occurrence::from_node).transpose();
    let seen = seen.map_err(|problem| Problem::new(problem).under("seen"))?;
    let spent_minutes = keys.take("spent").map(|span| read_spent(&span)).transpose()?;
    let redacted = match keys.take("redacted") {
        None => None,
        Some(id) => Some(
            EntryId::parse(&id.to_string())
                .ok_or_else(|| Problem::new("is not a valid entry ID").under("redacted"))?,
        ),
    };
    Ok(Entry {
        seq,
        at,
        id,
        by,
        action,
        set,
        visibility,
        attachment,
        note,
        told,
        proposed,
        overrides,
        seen,
        spent_minutes,
        redacted,
        unknown: keys.0,
    })
}

fn read_spent(span: &Node) -> Read<u64> {
    let minutes = parse_span(&span.to_string()).map(|span| span.as_secs() / 60);
    minutes.ok_or_else(|| Problem::new("is not a valid duration (use 45m or 1h30m)").under("spent"))
}

fn read_set(node: Node) -> Read<BTreeMap<Field, Set>> {
    let Node::Map(pairs) = node else {
        return Err(Problem::new("is not a mapping"));
    };
    let mut sets = BTreeMap::new();
    for (key, value) in pairs {
        let name = key.to_string();
        let field = Field::parse(&name);
        let set = Set::from_node(&field, value).map_err(|p| Problem::new(p).under(name))?;
        sets.insert(field, set);
    }
    Ok(sets)
}

fn read_attachment(node: Node) -> Read<Attachment> {
    let mut keys = Keys::of(node)?;
    let safe = |text: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        (text.chars().all(plain) && !text.starts_with('.')).then(|| text.to_owned())
    };
    Ok(Attachment {
        name: keys.need("name", |text| Some(text.to_owned()))?,
        file: keys.need("file", safe)?,
        bytes: keys.need("bytes", |text| text.parse().ok())?,
        sha256: keys.need("sha256", safe)?,
    })
}

/// The canonical bytes of a ticket file.
#[must_use]
pub fn write(ticket: &Ticket) -> String {
    let Node::Map(mut pairs) = head_node(ticket) else {
        return String::new();
    };
    pairs.insert(0, (Node::text("schema"), Node::Number(SCHEMA.to_owned())));
    let timeline = ticket.timeline().iter().map(entry_node).collect();
    pairs.push((Node::text("timeline"), Node::List(timeline)));
    yaml::write(&pairs)
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
    Node::Map(pairs)
}

/// An entry as it stands in the file.
#[must_use]
pub fn entry_node(entry: &Entry) -> Node {
    let mut pairs = vec![
        ("seq", Node::Number(entry.seq.to_string())),
        ("id", Node::text(entry.id.as_str())),
        ("at", Node::Text(entry.at.to_string())),
        ("by", Node::Text(entry.by.to_string())),
        ("action", Node::text(entry.action.as_str())),
    ];
    if !entry.set.is_empty() {
        let sets = entry.set.iter().map(|(field, set)| (Node::Text(field.name()), set.to_node()));
        pairs.push(("set", Node::Map(sets.collect())));
    }
    match &entry.visibility {
        Visibility::Customer => {}
        Visibility::Internal => pairs.push(("visibility", Node::text("internal"))),
        Visibility::Unknown(word) => pairs.push(("visibility", Node::text(word))),
    }
    if let Some(attachment) = &entry.attachment {
        let node = Node::map(vec![
            ("name", Node::text(&attachment.name)),
            ("file", Node::text(&attachment.file)),
            ("bytes", Node::Number(attachment.bytes.to_string())),
            ("sha256", Node::text(&attachment.sha256)),
        ]);
        pairs.push(("attachment", node));
    }
    if let Some(told) = &entry.told {
        pairs.push(("told", Node::text(told)));
    }
    if entry.proposed {
        pairs.push(("proposed", Node::Bool(true)));
    }
    if !entry.overrides.is_empty() {
        pairs.push(("overrides", Node::texts(entry.overrides.clone())));
    }
    if let Some(seen) = &entry.seen {
        pairs.push(("seen", seen.to_node()));
    }
    if let Some(minutes) = entry.spent_minutes {
        pairs.push(("spent", Node::Text(span_of_minutes(minutes))));
    }
    if let Some(redacted) = &entry.redacted {
        pairs.push(("redacted", Node::text(redacted.as_str())));
    }
    if let Some(note) = &entry.note {
        pairs.push(("note", Node::text(note)));
    }
    pairs.extend(entry.unknown.iter().map(|(key, value)| (key.as_str(), value.clone())));
    Node::map(pairs)
}
