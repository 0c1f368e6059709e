//! What completion offers for a word: ids, values that tickets have, terms of a query.

use crate::commands::arguments::Reading;
use crate::commands::catalogue;
use crate::commands::failure::Failure;
use crate::commands::project_files::{releases, settings, team, vendors};
use crate::commands::session::Session;
use crate::query::{FIELDS, PROPERTIES, SORT_KEYS};
use crate::store::{Snapshot, Store};
use crate::ticket::{Area, Level, Severity, Status, Ticket, Type};

/// The most candidates of one kind: nobody reads more.
const MAX_CANDIDATES: usize = 200;

/// What stands at the place of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The id of a ticket.
    Id,
    /// A value of this field of a query.
    Value(&'static str),
    /// A term of a query.
    Term,
}

/// The candidates for a word, each with what it is about.
///
/// # Errors
/// There is no repository, or it cannot be read.
pub fn candidates(
    session: &Session<'_>,
    sought: Sought,
    typed: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    match sought {
        Sought::Id => ids(&store, &snapshot, session, typed),
        Sought::Value(field) => {
            let values = values(&store, &snapshot, session, field, typed)?;
            Ok(values.into_iter().map(|value| (value, String::new())).collect())
        }
        Sought::Term => terms(&store, &snapshot, session, typed),
    }
}

fn ids(
    store: &Store,
    snapshot: &Snapshot<'_>,
    session: &Session<'_>,
    typed: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let opened = catalogue::open(store, snapshot, &Reading::default(), session)?;
    let known = opened.and_then(|(index, edition)| index.ids(edition, &typed.to_lowercase(), MAX_CANDIDATES));
    if let Ok(known) = known {
        return Ok(known);
    }
    let pair = |ticket: &Ticket| (ticket.id().to_string(), ticket.head().title().to_owned());
    Ok(snapshot.beginning_with(typed)?.iter().map(pair).collect())
}

/// The values of a field that begin with what was typed: the words of a closed list; otherwise those that
/// the project's files name and those that tickets have.
fn values(
    store: &Store,
    snapshot: &Snapshot<'_>,
    session: &Session<'_>,
    field: &str,
    typed: &str,
) -> Result<Vec<String>, Failure> {
    let listed: Option<Vec<&str>> = match field {
        "status" | "was" => Some([&["open"], Status::WORDS].concat()),
        "severity" => Some(Severity::WORDS.to_vec()),
        "type" => Some(Type::WORDS.to_vec()),
        "area" => Some(Area::WORDS.to_vec()),
        "level" => Some(Level::WORDS.to_vec()),
        "is" => Some(PROPERTIES.to_vec()),
        "has" | "no" => Some(FIELDS.to_vec()),
        "sort" => Some(SORT_KEYS.to_vec()),
        _ => None,
    };
    let mut all: Vec<String> = match (listed, field) {
        (Some(words), _) => words.into_iter().map(str::to_owned).collect(),
        (None, "assignee" | "owner" | "reporter" | "by") => {
            let people = team(snapshot)?.members;
            std::iter::once("me".to_owned())
                .chain(people.iter().map(|member| member.person().to_string()))
                .collect()
        }
        (None, "vendor") => vendors(snapshot)?.into_keys().collect(),
        (None, "affects") => releases(snapshot)?.into_iter().map(|release| release.version).collect(),
        (None, _) => Vec::new(),
    };
    let opened = catalogue::open(store, snapshot, &Reading::default(), session)?;
    all.extend(opened.and_then(|(index, _)| index.values(field, typed, MAX_CANDIDATES)).unwrap_or_default());
    let typed = typed.to_lowercase();
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|value| value.to_lowercase().starts_with(&typed) && seen.insert(value.clone()));
    Ok(all)
}

/// Fields, and after a colon their values; saved queries after an at sign. What stands before the part that
/// is completed stays.
fn terms(
    store: &Store,
    snapshot: &Snapshot<'_>,
    session: &Session<'_>,
    typed: &str,
) -> Result<Vec<(String, String)>, Failure> {
    if let Some(name) = typed.strip_prefix('@') {
        let saved = settings(snapshot)?.queries;
        let begun = saved.into_iter().filter(|(known, _)| known.starts_with(name));
        return Ok(begun.map(|(known, query)| (format!("@{known}"), query)).collect());
    }
    let sign = typed.len() - typed.trim_start_matches(['-', '(']).len();
    let (sign, rest) = typed.split_at_checked(sign).unwrap_or(("", typed));
    let Some((field, value)) = rest.split_once(':') else {
        let fields = FIELDS.iter().chain(&["is", "has", "no", "sort", "limit"]);
        let begun = fields.filter(|field| field.starts_with(rest));
        return Ok(begun.map(|field| (format!("{sign}{field}:"), String::new())).collect());
    };
    let part = value.rsplit([',', '=', '<', '>']).next().unwrap_or_default();
    let before = typed.strip_suffix(part).unwrap_or(typed);
    let found = values(store, snapshot, session, field, part.trim_start_matches('"'))?;
    let quoted = |value: String| {
        if value.contains(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"')) {
            format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
        } else {
            value
        }
    };
    Ok(found.into_iter().map(|value| (format!("{before}{}", quoted(value)), String::new())).collect())
}
