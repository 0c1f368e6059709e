//! Tickets that come in one a line, as JSON objects: whole ones, as `export` writes them, or new ones.

use serde_json::Value;

use crate::process::{Changes, FieldChange, Incoming, NewTicket};
use crate::ticket::{COMPUTED, Field, Kind, Node, TicketId, Timestamp, codec, nearest};

/// Reads a line. A line with a timeline is a whole ticket; one without an id is a new one, with its fields as they are
/// given, and `created` as the time of its opening.
///
/// # Errors
/// What is wrong with the line.
pub fn read_line(line: &str) -> Result<Incoming, String> {
    let object = match serde_json::from_str(line) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err("is not a JSON object".to_owned()),
        Err(error) => return Err(format!("is not valid JSON: {error}")),
    };
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    if object.contains_key("timeline") {
        let id = text("id").and_then(TicketId::parse).ok_or("`id` is not a ticket id of 10 characters")?;
        let pairs = object.iter().filter(|(name, _)| !COMPUTED.contains(&name.as_str()));
        let pairs = pairs.map(|(name, value)| (Node::text(name), node_of(value))).collect();
        let ticket = codec::from_node(&id, Node::Map(pairs)).map_err(|invalid| invalid.to_string())?;
        return Ok(Incoming::Whole(Box::new(ticket)));
    }
    if object.contains_key("id") {
        return Err("has an `id`, but no `timeline`: export a ticket with --full, or leave the id out of a new one; of a \
                    tracker whose JSON is not read, export CSV"
            .to_owned());
    }
    let created = match text("created") {
        Some(created) => Some(
            Timestamp::parse(created)
                .or_else(|| Timestamp::parse_day(created))
                .ok_or_else(|| format!("`created`: '{created}' is not a valid time"))?,
        ),
        None => None,
    };
    let mut changes = Changes::new();
    changes.insert(Field::Channel, FieldChange::to_text("import"));
    for (name, value) in object.iter().filter(|(name, _)| *name != "created" && *name != "schema") {
        add(&mut changes, name, value)?;
    }
    Ok(Incoming::New(NewTicket { id: text("key").map(TicketId::from_key), changes, created }))
}

/// A JSON value as a value of a file.
fn node_of(value: &Value) -> Node {
    serde_json::from_value(value.clone()).unwrap_or(Node::Null)
}

/// A field as it is given; findings stand under their name.
fn add(changes: &mut Changes, name: &str, value: &Value) -> Result<(), String> {
    if let ("findings" | "links", Value::Object(members)) = (name, value) {
        return members
            .iter()
            .try_for_each(|(member, value)| add(changes, &format!("{name}.{member}"), value));
    }
    let field = Field::parse(name);
    if matches!(field, Field::Unknown(_)) {
        let hint = nearest(name, FIELDS).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        return Err(format!("unknown field '{name}'{hint}"));
    }
    let node = node_of(value);
    let change = match (field.kind(), node) {
        (_, Node::Null) => return Ok(()),
        (Kind::Members, node) => members(name, node)?,
        (Kind::Value | Kind::Text, node) => {
            FieldChange::To(Some(field.check(node).map_err(|problem| format!("`{name}` {problem}"))?))
        }
    };
    changes.insert(field, change);
    Ok(())
}

/// The members that a list adds, or one alone: each a text or a number.
pub(super) fn members(name: &str, node: Node) -> Result<FieldChange, String> {
    let items = if let Node::List(items) = node { items } else { vec![node] };
    if items.iter().any(|item| matches!(item, Node::List(_) | Node::Map(_) | Node::Null)) {
        return Err(format!("'{name}' is not a list of texts"));
    }
    Ok(FieldChange::adding(items.iter().map(Node::to_string).collect()))
}

/// The fields that a new ticket is given, for "did you mean".
const FIELDS: &[&str] = &[
    "title",
    "type",
    "area",
    "severity",
    "status",
    "level",
    "reporter",
    "channel",
    "owner",
    "assignee",
    "affects",
    "environment",
    "labels",
    "key",
    "commits",
    "description",
    "findings",
    "estimate",
    "resolution",
    "created",
];
