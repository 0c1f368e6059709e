//! What JSON objects are made of: the version of their shapes, values of ticket files and back.

use serde_json::Value;

use crate::ticket::Node;

/// The version of the JSON shapes (docs/formats.md).
pub(super) const SCHEMA: u64 = 1;

/// A JSON value as ticket files hold it.
pub(super) fn node(value: &Value) -> Node {
    match value {
        Value::Null => Node::Null,
        Value::Bool(value) => Node::Bool(*value),
        Value::Number(number) => Node::Number(number.to_string()),
        Value::String(text) => Node::text(text),
        Value::Array(items) => Node::List(items.iter().map(node).collect()),
        Value::Object(map) => {
            Node::Map(map.iter().map(|(key, value)| (Node::text(key), node(value))).collect())
        }
    }
}

/// A value of a ticket file as JSON.
pub(super) fn value(node: &Node) -> Value {
    serde_json::to_value(node).unwrap_or(Value::Null)
}
