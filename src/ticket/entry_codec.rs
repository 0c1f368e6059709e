//! How an entry stands in a ticket file, and how it is read.

use std::collections::BTreeMap;

use crate::ticket::entry::{Attachment, Entry, EntryData, Set, Visibility};
use crate::ticket::field::Field;
use crate::ticket::id::EntryId;
use crate::ticket::mail::Mail;
use crate::ticket::node::Node;
use crate::ticket::occurrence::Occurrence;
use crate::ticket::person::Person;
use crate::ticket::reading::{Keys, Problem, Read};
use crate::ticket::span::{parse_span, span_of_minutes};
use crate::ticket::timestamp::Timestamp;
use crate::ticket::words::Action;

pub(super) fn read_entry(node: Node) -> Read<Entry> {
    let mut keys = Keys::of(node)?;
    // The opening has 1: nothing stands before it.
    let seq = keys.need("seq", |text| text.parse().ok().filter(|seq| *seq > 0))?;
    let id = keys.need("id", EntryId::parse)?;
    let after = read_ids(&mut keys, "after")?;
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
    let speaker = keys.text("speaker")?;
    let told = keys.text("told")?;
    let proposed = read_flag(&mut keys, "proposed")?;
    let overrides = match keys.take("overrides") {
        None => Vec::new(),
        Some(Node::List(rules)) => rules.iter().map(Node::to_string).collect(),
        Some(_) => return Err(Problem::new("is not a list").under("overrides")),
    };
    let seen = keys.take("seen").map(Occurrence::from_node).transpose();
    let seen = seen.map_err(|problem| Problem::new(problem).under("seen"))?;
    let mail = keys.take("mail").map(Mail::from_node).transpose();
    let mail = mail.map_err(|problem| Problem::new(problem).under("mail"))?;
    let spent_minutes = keys.take("spent").map(|span| read_spent(&span)).transpose()?;
    let answer = keys.text("answer")?;
    let via = keys.text("via")?;
    let undoes = read_ids(&mut keys, "undoes")?;
    let replaces = keys.take("replaces").map(|id| read_id("replaces", &id)).transpose()?;
    let redacted = keys.take("redacted").map(|id| read_id("redacted", &id)).transpose()?;
    Ok(Entry::from(EntryData {
        seq,
        at,
        id,
        after,
        by,
        action,
        set,
        visibility,
        attachment,
        note,
        speaker,
        told,
        proposed,
        overrides,
        seen,
        mail,
        spent_minutes,
        answer,
        via,
        undoes,
        replaces,
        redacted,
        unknown: keys.0,
    }))
}

fn read_flag(keys: &mut Keys, key: &'static str) -> Read<bool> {
    match keys.take(key) {
        None => Ok(false),
        Some(Node::Bool(flag)) => Ok(flag),
        Some(_) => Err(Problem::new("is neither true nor false").under(key)),
    }
}

fn read_id(key: &'static str, id: &Node) -> Read<EntryId> {
    EntryId::parse(&id.to_string()).ok_or_else(|| Problem::new("is not a valid entry ID").under(key))
}

fn read_ids(keys: &mut Keys, key: &'static str) -> Read<Vec<EntryId>> {
    match keys.take(key) {
        None => Ok(Vec::new()),
        Some(Node::List(ids)) => ids.iter().map(|id| read_id(key, id)).collect(),
        Some(_) => Err(Problem::new("is not a list").under(key)),
    }
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
        is_removed: keys.take("removed") == Some(Node::Bool(true)),
    })
}

fn attachment_node(attachment: &Attachment) -> Node {
    let mut parts = vec![
        ("name", Node::text(&attachment.name)),
        ("file", Node::text(&attachment.file)),
        ("bytes", Node::Number(attachment.bytes.to_string())),
        ("sha256", Node::text(&attachment.sha256)),
    ];
    if attachment.is_removed {
        parts.push(("removed", Node::Bool(true)));
    }
    Node::map(parts)
}

/// An entry as it stands in the file.
#[must_use]
pub fn entry_node(entry: &Entry) -> Node {
    let mut pairs = vec![("seq", Node::Number(entry.seq.to_string())), ("id", Node::text(entry.id.as_str()))];
    if !entry.after.is_empty() {
        pairs.push(("after", Node::texts(entry.after.iter().map(EntryId::as_str))));
    }
    pairs.extend([
        ("at", Node::Text(entry.at.to_string())),
        ("by", Node::Text(entry.by.to_string())),
        ("action", Node::text(entry.action.as_str())),
    ]);
    if !entry.set.is_empty() {
        let sets = entry.set.iter().map(|(field, set)| (Node::Text(field.name()), set.to_node()));
        pairs.push(("set", Node::Map(sets.collect())));
    }
    match &entry.visibility {
        Visibility::Customer => {}
        Visibility::Internal => pairs.push(("visibility", Node::text("internal"))),
        Visibility::Unknown(word) => pairs.push(("visibility", Node::text(word))),
    }
    pairs.extend(entry.attachment.as_ref().map(|file| ("attachment", attachment_node(file))));
    if let Some(speaker) = &entry.speaker {
        pairs.push(("speaker", Node::text(speaker)));
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
    if let Some(mail) = &entry.mail {
        pairs.push(("mail", mail.to_node()));
    }
    if let Some(minutes) = entry.spent_minutes {
        pairs.push(("spent", Node::Text(span_of_minutes(minutes))));
    }
    for (key, text) in [("via", &entry.via), ("answer", &entry.answer)] {
        pairs.extend(text.as_ref().map(|text| (key, Node::text(text))));
    }
    if !entry.undoes.is_empty() {
        pairs.push(("undoes", Node::texts(entry.undoes.iter().map(EntryId::as_str))));
    }
    if let Some(replaces) = &entry.replaces {
        pairs.push(("replaces", Node::text(replaces.as_str())));
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
