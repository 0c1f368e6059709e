//! People, as trackers name them.

use serde_json::Value;

use crate::intake::tracker::names::{REPORTER, REPORTER_EMAIL};
use crate::intake::tracker::source::Source;
use crate::intake::tracker::value::{pick, text};
use crate::ticket::{Person, may_be_delivered, one_line};

/// What tables write where there is nobody.
const NOBODY: [&str; 8] = ["", "-", "--", "–", "Unassigned", "Nobody", "No Agent", "None"];

/// Somebody, as far as the tracker names them. An address that it does not tell is one that cannot be (RFC 2606).
pub(super) fn person(value: &Value) -> Option<Person> {
    let part = |names: &[&str]| text(value, names);
    let (name, email) = match value.as_str() {
        Some(whole) if NOBODY.contains(&whole.trim()) => return None,
        Some(whole) => match Person::parse(whole).filter(|person| person.email.contains('@')) {
            Some(person) => return Some(person),
            None => (whole.to_owned(), None),
        },
        None => (part(&["name", "login", "username", "displayName"])?, part(&["email", "emailAddress"])),
    };
    let login = part(&["login", "username"])
        .unwrap_or_else(|| name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("."));
    Person::parse(&format!("{} <{}>", one_line(&name), email.unwrap_or_else(|| format!("{login}@invalid"))))
}

/// Whoever is named under some names. Somebody whom the tracker does not name any more (an account that was deleted) is
/// nobody of ours; `None`, where it has no such field at all.
pub(super) fn named(object: &Value, names: &[&str]) -> Option<Person> {
    let is_nameless = names.iter().any(|name| {
        object.get(*name).is_some_and(|value| value.as_str().is_none_or(|text| text.trim().is_empty()))
    });
    pick(object, names).and_then(person).or_else(|| is_nameless.then(nobody))
}

/// Who told it.
pub(super) fn reporter(object: &Value) -> Option<Person> {
    addressed(named(object, REPORTER), object, REPORTER_EMAIL)
}

/// Somebody with the address that may be in a column of its own.
pub(super) fn addressed(told: Option<Person>, object: &Value, emails: &[&str]) -> Option<Person> {
    let address = text(object, emails).filter(|text| text.contains('@'));
    match (told, address) {
        (Some(told), Some(address)) if !may_be_delivered(&told.email) => {
            let name = if told == nobody() { String::new() } else { format!("{} ", told.name) };
            Person::parse(&format!("{name}<{address}>")).or(Some(told))
        }
        (None, Some(address)) => Person::parse(&address),
        (told, _) => told,
    }
}

/// Somebody of whom nothing is known.
pub(super) fn nobody() -> Person {
    Person { name: "unknown".to_owned(), email: "unknown@invalid".to_owned() }
}

/// A tracker, where it says something itself.
pub(super) fn tracker(source: Source) -> Person {
    let name = if source == Source::Csv { "import" } else { source.word() };
    Person { name: name.to_owned(), email: format!("{name}@invalid") }
}
