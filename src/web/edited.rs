//! The form of `edit` as it begins: with what the ticket has. What was left as it is, is not set again; what was emptied, is
//! cleared.

use serde_json::Value;

use crate::web::pages::plain;

/// The fields that the form begins with; the others add to a list, or are steps of their own.
const FIELDS: &[&str] = &[
    "title",
    "description",
    "type",
    "severity",
    "area",
    "level",
    "reporter",
    "channel",
    "owner",
    "assignee",
    "environment",
    "estimate",
    "requirements",
    "troubleshooting",
    "reproduction",
    "diagnosis",
    "workaround",
];

/// The fields that every ticket has, and that a form cannot empty.
const KEPT: &[&str] = &["type", "area", "level"];

/// What a ticket has, field by field.
pub(super) fn begun(ticket: &Value) -> Vec<(String, String)> {
    let value = |name: &&str| {
        let value = ticket.get(*name).filter(|value| !value.is_null());
        let value = value.or_else(|| ticket.get("findings")?.get(*name))?;
        Some(((*name).to_owned(), plain(value).trim_end().to_owned()))
    };
    FIELDS.iter().filter_map(value).filter(|(_, value)| !value.is_empty()).collect()
}

/// What somebody typed, and where they left a field as they saw it after the entry `last`, what others have set there since.
pub(super) fn brought_up(ticket: &Value, typed: &[(String, String)], last: &str) -> Vec<(String, String)> {
    let timeline = ticket["timeline"].as_array().map(Vec::as_slice).unwrap_or_default();
    let seen = timeline.iter().position(|entry| entry["id"] == *last).map_or(0, |place| place + 1);
    let (before, since) = timeline.split_at(seen.min(timeline.len()));
    let now = begun(ticket);
    let set = |entry: &Value, name: &str| -> Option<String> {
        let set = &entry["set"];
        let one = set.get(name).or_else(|| set.get(format!("findings.{name}")))?;
        Some(one.get("to").filter(|to| !to.is_null()).map(plain).unwrap_or_default())
    };
    let even = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    let one = |(name, value): &(String, String)| {
        let is_changed = since.iter().any(|entry| set(entry, name).is_some());
        let saw = before.iter().rev().find_map(|entry| set(entry, name)).unwrap_or_default();
        let is_left = is_changed && FIELDS.contains(&name.as_str()) && even(&saw) == even(value);
        let current = || now.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        (name.clone(), if is_left { current().unwrap_or_default() } else { value.clone() })
    };
    typed.iter().map(one).collect()
}

/// What somebody changed of it: what they typed otherwise, and what they emptied.
pub(super) fn changed(ticket: &Value, typed: &[(String, String)]) -> Vec<(String, String)> {
    let had = begun(ticket);
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    let is_as_it_was = |(name, value): &&(String, String)| {
        had.iter().any(|(known, before)| known == name && *before == plain(value))
    };
    let mut changed: Vec<(String, String)> =
        typed.iter().filter(|pair| !is_as_it_was(pair)).cloned().collect();
    for (name, _) in had.iter().filter(|(name, _)| !KEPT.contains(&name.as_str())) {
        if typed.iter().any(|(known, value)| known == name && plain(value).is_empty()) {
            changed.push(("clear".to_owned(), name.clone()));
        }
    }
    changed
}
