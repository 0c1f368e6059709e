//! Values of an object under one of several names, as trackers name the same thing.

use serde_json::Value;

/// The value under the first of some names that has one.
pub(super) fn pick<'a>(object: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().filter_map(|name| object.get(*name)).find(|value| !value.is_null())
}

/// A text, or a number as one.
pub(super) fn text(object: &Value, names: &[&str]) -> Option<String> {
    let of = |value: &Value| {
        let value = value.as_array().map_or(Some(value), |items| items.first())?;
        let text =
            value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))?;
        (!text.trim().is_empty()).then_some(text)
    };
    names.iter().filter_map(|name| object.get(*name)).find_map(of)
}

/// The members of a list under some names; one that is no list is alone.
pub(super) fn list<'a>(object: &'a Value, names: &[&str]) -> Vec<&'a Value> {
    match pick(object, names) {
        Some(Value::Array(items)) => items.iter().collect(),
        // GitHub's query language puts a list under a name.
        Some(value) if value.get("nodes").is_some_and(Value::is_array) => list(value, &["nodes"]),
        Some(value @ (Value::Object(_) | Value::String(_))) => vec![value],
        Some(_) | None => Vec::new(),
    }
}
