//! The form of `edit` as it begins: with what the ticket has. What was left as it is, is not set again; what was emptied, is
//! cleared.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

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

/// What the names of the marks begin with.
pub(super) const MARK: &str = "was-";

/// A mark of each field that the form begins with: by it, what was left is known when the form comes back, whatever happened
/// to the ticket meanwhile. It has nothing of the text, which may be redacted by then.
pub(super) fn marks(ticket: &Value) -> Vec<(String, String)> {
    begun(ticket).into_iter().map(|(name, value)| (format!("{MARK}{name}"), digest(&value))).collect()
}

/// A text in a form as it is compared: browsers send line ends of their own.
fn even(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}

fn digest(text: &str) -> String {
    Sha256::digest(even(text)).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// The mark of a field, where the form began with something in it.
fn mark<'a>(typed: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let is_its = |known: &str| known.strip_prefix(MARK) == Some(name);
    typed.iter().find(|(known, _)| is_its(known)).map(|(_, mark)| mark.as_str())
}

/// True for a field that somebody left as the form began.
fn is_left(typed: &[(String, String)], name: &str, value: &str) -> bool {
    match mark(typed, name) {
        Some(mark) => mark == digest(value),
        None => FIELDS.contains(&name) && even(value).is_empty(),
    }
}

/// What somebody typed, and where they left a field as it was, what the ticket has there now.
pub(super) fn brought_up(ticket: &Value, typed: &[(String, String)]) -> Vec<(String, String)> {
    let now = begun(ticket);
    let current = |name: &str| now.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let one = |(name, value): &(String, String)| {
        let is_current = FIELDS.contains(&name.as_str()) && is_left(typed, name, value);
        (name.clone(), if is_current { current(name).unwrap_or_default() } else { value.clone() })
    };
    typed.iter().filter(|(name, _)| !name.starts_with(MARK)).map(one).collect()
}

/// What somebody changed of it: what they typed otherwise, and what they emptied.
pub(super) fn changed(typed: &[(String, String)]) -> Vec<(String, String)> {
    let is_changed = |(name, value): &&(String, String)| {
        !name.starts_with(MARK) && (!FIELDS.contains(&name.as_str()) || !is_left(typed, name, value))
    };
    let one = |(name, value): &(String, String)| {
        let is_cleared = FIELDS.contains(&name.as_str())
            && !KEPT.contains(&name.as_str())
            && mark(typed, name).is_some()
            && even(value).is_empty();
        if is_cleared { ("clear".to_owned(), name.clone()) } else { (name.clone(), value.clone()) }
    };
    typed.iter().filter(is_changed).map(one).collect()
}
