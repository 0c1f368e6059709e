//! What shapes are made of.

use serde_json::{Map, Value, json};

pub(super) fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn number() -> Value {
    json!({"type": "integer"})
}

pub(super) fn flag() -> Value {
    json!({"type": "boolean"})
}

/// An instant in UTC: `2026-11-24T10:00:00Z`.
pub(super) fn instant() -> Value {
    json!({"type": "string", "format": "date-time"})
}

/// A whole id of a ticket.
pub(super) fn ticket_id() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-hjkmnp-tv-z]{10}$"})
}

/// The id of an entry.
pub(super) fn entry_id() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-hjkmnp-tv-z]{8}$"})
}

/// The whole name of a commit, SHA-1 or SHA-256.
pub(super) fn commit() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"})
}

pub(super) fn or_null(shape: Value) -> Value {
    json!({"anyOf": [shape, {"type": "null"}]})
}

pub(super) fn list(shape: Value) -> Value {
    json!({"type": "array", "items": shape})
}

/// One of a closed list of words.
pub(super) fn one_of(words: &[&str]) -> Value {
    json!({"enum": words})
}

/// A word of a list that newer versions add to.
pub(super) fn open_word(words: &[&str]) -> Value {
    json!({"type": "string", "examples": words})
}

/// Whatever stands there.
pub(super) fn anything() -> Value {
    json!({})
}

/// An object whose keys are names of their own kind.
pub(super) fn map_of(shape: Value) -> Value {
    json!({"type": "object", "additionalProperties": shape})
}

/// An object: the keys that are always there, and those that may be. What a newer version adds is not in it.
pub(super) fn object(always: &[(&str, Value)], maybe: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> =
        always.iter().chain(maybe).map(|(key, shape)| ((*key).to_owned(), shape.clone())).collect();
    let required: Vec<&str> = always.iter().map(|(key, _)| *key).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

/// The same with the version of the shape in front.
pub(super) fn versioned(always: &[(&str, Value)], maybe: &[(&str, Value)]) -> Value {
    let version = [("schema", json!({"const": crate::render::json_value::SCHEMA}))];
    object(&[&version, always].concat(), maybe)
}

/// A shape with one more keyword.
pub(super) fn with(mut shape: Value, keyword: &str, value: Value) -> Value {
    if let Value::Object(map) = &mut shape {
        map.insert(keyword.to_owned(), value);
    }
    shape
}
