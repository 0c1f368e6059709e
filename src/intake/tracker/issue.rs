//! An issue of another tracker, read from its object: the names differ, what they mean does not.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::intake::tracker::comment::{comment, said_of};
use crate::intake::tracker::dates::moment;
use crate::intake::tracker::ending::standing;
use crate::intake::tracker::names::{
    AFFECTS, ASSIGNEE_EMAIL, ASSIGNEES, CLOSER, COMMENTS, CREATED, DESCRIPTION, FACTS, IDENTITY, INWARD,
    KIND, LABELS, OUTWARD, PARENT, SEVERITY, STATE, TITLE, UNREAD, UPDATED,
};
use crate::intake::tracker::person::{addressed, named, nobody, person, reporter, tracker};
use crate::intake::tracker::reading::{Ending, Reading, Said};
use crate::intake::tracker::source::Source;
use crate::intake::tracker::value::{list, pick, text};
use crate::intake::tracker::words::{Kind, Words};
use crate::ticket::{Field, MAX_LINE_CHARS, Person, Timestamp, may_be_delivered, one_line};

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What tells it from all others: `github:https://…`.
    pub key: String,
    /// What it is about.
    pub title: String,
    /// The whole story.
    pub description: String,
    /// The word of our own for its kind, where it says one that is known.
    pub kind: Option<String>,
    /// The word of our own for how grave it is, where it says.
    pub severity: Option<String>,
    /// The word of our own for where it stands, while it is open and says one that is known.
    pub status: Option<String>,
    /// Who told it.
    pub reporter: Person,
    /// True where the export has a field for that.
    pub is_signed: bool,
    /// True where it has a key or an address.
    pub is_named: bool,
    /// Who works on it.
    pub assignee: Option<String>,
    /// Words to find it by.
    pub labels: Vec<String>,
    /// Releases it affects.
    pub affects: Vec<String>,
    /// Links to others: ours for how, and their keys.
    pub links: Vec<(String, String)>,
    /// When it was opened.
    pub created: Timestamp,
    /// True where the export says when.
    pub is_dated: bool,
    /// When it ended, and the word of our own for how; `None` while it is open.
    pub ended: Option<Ending>,
    /// What was said.
    pub comments: Vec<Said>,
    /// What no field of ours has: a line each, `milestone: 2.0`.
    pub facts: Vec<String>,
    /// The fields of which the export says nothing, not even that they are empty.
    pub unknown: BTreeSet<Field>,
    /// True where it has comments that the export counts, and does not tell.
    pub lacks_comments: bool,
    /// When it changed last, where the export tells.
    pub updated: Option<Timestamp>,
    /// Who ended it: nobody that is known, where the export names nobody.
    pub closer: Person,
    /// The tracker itself, which says what no field has.
    pub tracker: Person,
    /// Another name that issues of the export have for it: `gitlab:https://…`.
    pub alias: Option<String>,
}

impl Issue {
    /// Reads an issue; `None` for a pull request, which some lists hold, too. `nth` tells it from those before it that have
    /// no key, and the same title and date.
    ///
    /// # Errors
    /// What is missing, or wrong.
    pub fn read(object: &Value, nth: usize, reading: &mut Reading<'_>) -> Result<Option<Self>, String> {
        if object.get("pull_request").is_some_and(|value| !value.is_null()) {
            return Ok(None);
        }
        let (source, dates) = (reading.source, reading.dates);
        let title = one_line(&text(object, TITLE).ok_or("has no title")?);
        let created = pick(object, CREATED).map(|at| moment(at, dates)).transpose()?;
        reading.is_vague |= created.is_none();
        let at = created.unwrap_or(reading.now);
        let identity = text(object, IDENTITY).unwrap_or_else(|| unnamed(&title, created, nth));
        let mut comments = Vec::new();
        for (number, said) in said_of(object, source).into_iter().enumerate() {
            comments.extend(comment(said, number, at, reading)?);
        }
        let mut description = text(object, DESCRIPTION).unwrap_or_default();
        // git-bug tells the story in the first comment.
        if source == Source::GitBug && description.is_empty() && !comments.is_empty() {
            description = comments.remove(0).text;
        }
        let labels: Vec<String> = list(object, LABELS).into_iter().flat_map(words).collect();
        let (labels, long) = labels.into_iter().partition::<Vec<_>, _>(|label| !is_too_long(label));
        let told = reporter(object);
        reading.is_vague |= told.is_none();
        let mut others = people(object, ASSIGNEES).into_iter();
        let first = addressed(others.next(), object, ASSIGNEE_EMAIL);
        let assignees: Vec<Person> = first.into_iter().chain(others).collect();
        let mut facts = facts(object, &assignees, source);
        facts.extend(long.into_iter().map(|label| format!("label: {label}")));
        facts.extend(is_too_long(&title).then(|| format!("title: {title}")));
        let links = links(object, reading, &mut facts);
        let (status, ended) = standing(object, at, &labels, &links, reading, &mut facts)?;
        let severity = severity(object, &labels, reading.words);
        let mut unknown = unknown(object, source, told.as_ref());
        unknown.extend(unread(object, severity.as_ref(), (status.as_ref(), ended.as_ref())));
        Ok(Some(Self {
            key: reading.key(&identity),
            kind: kind(object, &labels, reading.words),
            severity,
            status,
            is_signed: told.is_some(),
            is_named: text(object, IDENTITY).is_some(),
            assignee: assignees.first().map(ToString::to_string),
            affects: list(object, AFFECTS).into_iter().flat_map(words).collect(),
            links,
            ended,
            created: at,
            is_dated: created.is_some(),
            title: cut_to(&title, MAX_LINE_CHARS),
            description,
            labels,
            comments,
            facts,
            unknown,
            lacks_comments: pick(object, COMMENTS).and_then(Value::as_u64).is_some_and(|count| count > 0),
            reporter: told.unwrap_or_else(|| reading.importer.clone()),
            updated: pick(object, UPDATED).and_then(|at| moment(at, dates).ok()),
            closer: named(object, CLOSER).unwrap_or_else(nobody),
            tracker: tracker(source),
            alias: alias(object, reading),
        }))
    }
}

/// The fields of which an object, or a table, says nothing. Beads leaves out what is empty.
fn unknown(object: &Value, source: Source, reporter: Option<&Person>) -> BTreeSet<Field> {
    // An address that is known is not given up for one that is none.
    let lacks_reporter = !reporter.is_some_and(|who| may_be_delivered(&who.email));
    if source == Source::Beads {
        return lacks_reporter.then_some(Field::Reporter).into_iter().collect();
    }
    let lacks = |names: &[&str]| names.iter().all(|name| object.get(*name).is_none());
    // Where forges have no field of their own for it, a label tells, and its absence.
    let lacks_word = |names: &[&str]| {
        let is_forge = matches!(source, Source::Github | Source::Gitlab | Source::GitBug);
        lacks(names) && (lacks(LABELS) || !is_forge)
    };
    let is_told_first = source == Source::GitBug && !lacks(COMMENTS);
    [
        (Field::Title, lacks(TITLE)),
        (Field::Description, lacks(DESCRIPTION) && !is_told_first),
        (Field::Type, lacks_word(KIND)),
        (Field::Severity, lacks_word(SEVERITY)),
        (Field::Assignee, lacks(ASSIGNEES)),
        (Field::Labels, lacks(LABELS)),
        (Field::Affects, lacks(AFFECTS)),
        (Field::Status, lacks(STATE)),
        (Field::Reporter, lacks_reporter),
    ]
    .into_iter()
    .filter_map(|(field, is_unknown)| is_unknown.then_some(field))
    .collect()
}

/// The fields of which an object says something by a word that nobody knows.
fn unread(
    object: &Value,
    severity: Option<&String>,
    (status, ended): (Option<&String>, Option<&Ending>),
) -> impl Iterator<Item = Field> {
    let has_state = text(object, STATE).is_some_and(|word| !word.trim().is_empty());
    [
        (Field::Severity, severity.is_none() && own_severity(object).is_some()),
        (Field::Status, has_state && status.is_none() && ended.is_none()),
        (Field::Resolution, ended.is_some_and(|ended| !ended.is_known)),
    ]
    .into_iter()
    .filter_map(|(field, is_unread)| is_unread.then_some(field))
}

/// Another name of an issue: the address of GitLab's interface, which a duplicate of it names; the number of Jira's.
fn alias(object: &Value, reading: &Reading<'_>) -> Option<String> {
    let name = match reading.source {
        Source::Gitlab => text(object.get("_links")?, &["self"]),
        Source::Jira => text(object, &["Issue id"]),
        Source::Github | Source::GitBug | Source::Beads | Source::Csv => None,
    };
    Some(reading.key(&name?))
}

fn is_too_long(line: &str) -> bool {
    line.chars().count() > MAX_LINE_CHARS
}

/// As much of a line as a field takes.
fn cut_to(line: &str, most: usize) -> String {
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let mut kept: String = line.chars().take(most - 1).collect();
    kept.push('…');
    kept
}

/// What tells an issue without a key: its title alone does not.
fn unnamed(title: &str, created: Option<Timestamp>, nth: usize) -> String {
    let created = created.map(|at| at.to_string()).unwrap_or_default();
    let nth = if nth > 1 { format!(" #{nth}") } else { String::new() };
    format!("{title} {created}{nth}").trim_end().to_owned()
}

/// Everybody under some names.
fn people(object: &Value, names: &[&str]) -> Vec<Person> {
    list(object, names).into_iter().filter_map(person).collect()
}

/// What no field of ours has.
fn facts(object: &Value, assignees: &[Person], source: Source) -> Vec<String> {
    let mut facts: Vec<String> =
        assignees.iter().skip(1).map(|who| format!("also assigned: {who}")).collect();
    facts.extend((object.get("confidential") == Some(&Value::Bool(true))).then(|| "confidential".to_owned()));
    for (name, keys) in FACTS {
        let said: Vec<String> =
            list_or_text(object, keys).into_iter().filter(|text| !text.trim().is_empty()).collect();
        if !said.is_empty() {
            facts.push(format!("{name}: {}", said.join(", ")));
        }
    }
    let notes = text(object, &["notes"]).filter(|_| source == Source::Beads);
    facts.extend(notes.map(|notes| format!("notes: {notes}")));
    for (name, key) in [("time estimate", "human_time_estimate"), ("time spent", "human_total_time_spent")] {
        let time = object.get("time_stats").and_then(|stats| text(stats, &[key]));
        facts.extend(time.map(|time| format!("{name}: {time}")));
    }
    // A table's columns that nobody reads: each has a reason to be there.
    facts.extend(list_or_text(object, &[UNREAD]));
    facts
}

/// The texts under some names: of a list, of an object by its title or name, or one.
fn list_or_text(object: &Value, names: &[&str]) -> Vec<String> {
    let one = |value: &Value| {
        let named = ["title", "name", "text"].iter().find_map(|name| value.get(*name)?.as_str());
        let plain =
            value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()));
        let whole = value.as_object().filter(|members| !members.is_empty()).map(|_| value.to_string());
        named.map(str::to_owned).or(plain).or(whole).filter(|text| text != "0")
    };
    match pick(object, names) {
        Some(Value::Array(items)) => items.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The links of an issue, as far as its object tells them: those of beads and of Jira's table.
/// A kind that nobody knows is a fact.
fn links(object: &Value, reading: &mut Reading<'_>, facts: &mut Vec<String>) -> Vec<(String, String)> {
    let mut links = Vec::new();
    let original = object.get("_links").and_then(|links| text(links, &["closed_as_duplicate_of"]));
    links.extend(original.map(|other| ("duplicate-of".to_owned(), reading.key(&other))));
    for one in list(object, &["dependencies"]) {
        let Some(other) = text(one, &["depends_on_id", "id"]) else { continue };
        let kind = text(one, &["type", "dependency_type"]).unwrap_or_else(|| "blocks".to_owned());
        // Who depends on another is blocked by it.
        let ours = if kind == "blocks" {
            Some("blocked-by".to_owned())
        } else {
            reading.words.ours(Kind::Link, &kind)
        };
        match ours {
            Some(kind) => links.push((kind, reading.key(&other))),
            None => facts.push(format!("{kind}: {other}")),
        }
    }
    let columns = object.as_object().into_iter().flatten();
    for (column, cell) in columns {
        let outward = column.strip_prefix(OUTWARD).and_then(|rest| rest.strip_suffix(')'));
        let inward = column.strip_prefix(INWARD).and_then(|rest| rest.strip_suffix(')'));
        let kind = match (outward, inward) {
            (Some(kind), _) if kind.eq_ignore_ascii_case("duplicate") => Some("duplicate-of".to_owned()),
            (Some(kind), _) => reading.words.ours(Kind::Link, kind),
            (_, Some(kind)) if kind.eq_ignore_ascii_case("blocks") => Some("blocked-by".to_owned()),
            (_, Some(kind)) if kind.eq_ignore_ascii_case("duplicate") => Some("duplicated-by".to_owned()),
            // The other one tells it.
            (_, Some(_)) => Some("relates-to".to_owned()),
            (None, None) if PARENT.contains(&column.as_str()) => Some("parent".to_owned()),
            (None, None) => continue,
        };
        let others = cell.as_array().map_or_else(|| vec![cell], |cells| cells.iter().collect());
        let others =
            others.into_iter().filter_map(Value::as_str).map(str::trim).filter(|other| !other.is_empty());
        for other in others {
            match &kind {
                Some(kind) => links.push((kind.clone(), reading.key(other))),
                None => facts.push(format!("{}: {other}", outward.unwrap_or_default())),
            }
        }
    }
    links
}

/// The words of a value: names of objects, or words with commas between.
fn words(value: &Value) -> Vec<String> {
    let title_of_link = || value.pointer("/label/title")?.as_str();
    let named = || value.get("name")?.as_str().or_else(|| value.get("title")?.as_str());
    let text = value.as_str().or_else(named).or_else(title_of_link).unwrap_or_default();
    let parts = if value.is_string() { text.split([',', ';']).collect() } else { vec![text] };
    // A label of ours is one word.
    parts
        .into_iter()
        .map(|word| word.split_whitespace().collect::<Vec<_>>().join("-"))
        .filter(|word| !word.is_empty())
        .collect()
}

/// The kind: by its own word, else by a label that is one.
fn kind(object: &Value, labels: &[String], known: &mut Words) -> Option<String> {
    let named = pick(object, KIND);
    let named = named.and_then(|value| value.as_str().map(str::to_owned).or_else(|| text(value, &["name"])));
    let own = named.and_then(|word| known.ours(Kind::Type, &word));
    let of_label = || labels.iter().find_map(|label| known.known(Kind::Type, label));
    own.or_else(of_label)
}

/// How grave it is: by its own word, else by a label that is one.
fn severity(object: &Value, labels: &[String], known: &mut Words) -> Option<String> {
    let own = own_severity(object).and_then(|word| known.ours(Kind::Severity, &word));
    own.or_else(|| labels.iter().find_map(|label| known.known(Kind::Severity, label)))
}

/// Its own word for that.
fn own_severity(object: &Value) -> Option<String> {
    // What trackers say of an issue that nobody judged.
    let none = ["", "unknown", "no priority", "none", "not set", "n/a", "-", "--", "---"];
    text(object, SEVERITY).filter(|word| !none.contains(&word.trim().to_lowercase().as_str()))
}
