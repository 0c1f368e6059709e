//! What completion offers for a word: ids, values that tickets have, terms of a query.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::process::{begun_mention, mention_names};
use crate::project::{Project, Values};
use crate::query::{AWAITED, FIELDS, OTHER_FIELDS, PROPERTIES, SORT_KEYS, quoted_value};
use crate::ticket::{Area, Level, Severity, Status, Type};

/// What stands at the place of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The id of a ticket.
    Id,
    /// A value of this field of a query.
    Value(&'static str),
    /// A term of a query.
    Term,
    /// An answer to use again.
    Answer,
    /// A text, in which somebody of the team may be named with an `@`.
    Text,
}

/// The candidates for a word, each with what it is about.
///
/// # Errors
/// There is no repository, or it cannot be read.
pub fn candidates(session: &Session<'_>, sought: Sought, typed: &str) -> Result<Values, Failure> {
    let project = session.project()?;
    match sought {
        Sought::Id => project.ids_beginning_with(typed),
        Sought::Value(field) => {
            let values = values(&project, field, typed)?;
            Ok(values.into_iter().map(|value| (value, String::new())).collect())
        }
        Sought::Term => terms(&project, typed),
        Sought::Text => mentions(&project, typed),
        Sought::Answer => {
            let names = project.answer_names()?.into_iter().filter(|name| name.starts_with(typed));
            Ok(names.map(|name| (name, String::new())).collect())
        }
    }
}

/// The values of a field that begin with what was typed: the words of a closed list; otherwise those that
/// the project's files name and those that tickets have.
fn values(project: &Project<'_>, field: &str, typed: &str) -> Result<Vec<String>, Failure> {
    let listed: Option<Vec<&str>> = match field {
        "status" | "was" => Some([&["open"], Status::WORDS].concat()),
        "severity" => Some(Severity::WORDS.to_vec()),
        "type" => Some(Type::WORDS.to_vec()),
        "area" => Some(Area::WORDS.to_vec()),
        "level" => Some(Level::WORDS.to_vec()),
        "is" => Some(PROPERTIES.to_vec()),
        "awaiting" => Some(AWAITED.to_vec()),
        "has" | "no" => Some(FIELDS.to_vec()),
        "sort" => Some(SORT_KEYS.to_vec()),
        _ => None,
    };
    let mut all: Vec<String> = match (listed, field) {
        (Some(words), _) => words.into_iter().map(str::to_owned).collect(),
        (None, "assignee" | "owner" | "reporter" | "by") => {
            let people = &project.team()?.members;
            std::iter::once("me".to_owned())
                .chain(people.iter().map(|member| member.person().to_string()))
                .collect()
        }
        (None, "vendor") => project.vendors()?.keys().cloned().collect(),
        (None, "affects") => project.releases()?.iter().map(|release| release.version.clone()).collect(),
        (None, _) => Vec::new(),
    };
    all.extend(project.values_beginning_with(field, typed));
    let typed = typed.to_lowercase();
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|value| value.to_lowercase().starts_with(&typed) && seen.insert(value.clone()));
    Ok(all)
}

/// Fields, and after a colon their values; saved queries after an at sign. What stands before the part that
/// is completed stays.
fn terms(project: &Project<'_>, typed: &str) -> Result<Values, Failure> {
    if let Some(name) = typed.strip_prefix('@') {
        let saved = project.settings()?.queries.iter();
        let begun = saved.filter(|(known, _)| known.starts_with(name));
        return Ok(begun.map(|(known, query)| (format!("@{known}"), query.clone())).collect());
    }
    let sign = typed.len() - typed.trim_start_matches(['-', '(']).len();
    let (sign, rest) = typed.split_at_checked(sign).unwrap_or(("", typed));
    let Some((field, value)) = rest.split_once(':') else {
        let fields = FIELDS.iter().chain(OTHER_FIELDS);
        let begun = fields.filter(|field| field.starts_with(rest));
        return Ok(begun.map(|field| (format!("{sign}{field}:"), String::new())).collect());
    };
    let part = value.rsplit([',', '=', '<', '>']).next().unwrap_or_default();
    let before = typed.strip_suffix(part).unwrap_or(typed);
    let found = values(project, field, part.trim_start_matches('"'))?;
    Ok(found.iter().map(|value| (format!("{before}{}", quoted_value(value)), String::new())).collect())
}

/// People of the team whom a text that ends with the beginning of a mention may mean; what stands before it stays.
fn mentions(project: &Project<'_>, typed: &str) -> Result<Values, Failure> {
    let Some((before, name)) = begun_mention(typed) else { return Ok(Vec::new()) };
    let name = name.to_lowercase();
    let mut found = Vec::new();
    for member in &project.team()?.members {
        let person = member.person();
        let names = mention_names(&person).into_iter().filter(|word| word.to_lowercase().starts_with(&name));
        // One word is enough of each.
        found.extend(names.take(1).map(|word| (format!("{before}{word}"), person.to_string())));
    }
    Ok(found)
}
