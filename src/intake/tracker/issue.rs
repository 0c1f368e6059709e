//! An issue of another tracker, read from its object: the names differ, what they mean does not.

use serde_json::Value;

use crate::intake::tracker::dates::{DayOrder, moment};
use crate::intake::tracker::names::{
    AFFECTS, ASSIGNEES, COMMENTS, CREATED, DESCRIPTION, ENDED, FACTS, IDENTITY, INWARD, KIND, LABELS,
    OUTWARD, PARENT, REASON, REPORTER, SEVERITY, STATE, TITLE,
};
use crate::intake::tracker::person::{person, who};
use crate::intake::tracker::value::{list, pick, text};
use crate::intake::tracker::words::{Kind, Words};
use crate::intake::tracker::{Source, UNREAD};
use crate::ticket::{Person, Timestamp, one_line};

/// Something that was said about an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What tells it from others of the issue.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Person,
    /// What.
    pub text: String,
    /// True for what the customer may not read.
    pub is_internal: bool,
}

/// When an issue ended, and the word of our own for how.
type Ending = (Timestamp, String);

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
    /// When it ended, and the word of our own for how; `None` while it is open.
    pub ended: Option<Ending>,
    /// What was said.
    pub comments: Vec<Said>,
    /// What no field of ours has: a line each, `milestone: 2.0`.
    pub facts: Vec<String>,
}

/// How issues are read: whence, by whom, and what somebody said of words and dates.
pub struct Reading<'a> {
    /// Where they come from.
    pub source: Source,
    /// Who imports them.
    pub importer: &'a Person,
    /// Now.
    pub now: Timestamp,
    /// The words of the tracker.
    pub words: &'a mut Words,
    /// The order of day and month.
    pub order: Option<DayOrder>,
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
        let (source, importer, order) = (reading.source, reading.importer, reading.order);
        let title = text(object, TITLE).ok_or("has no title")?;
        let created = pick(object, CREATED).map(|at| moment(at, order)).transpose()?;
        let at = created.unwrap_or(reading.now);
        let identity = text(object, IDENTITY).unwrap_or_else(|| unnamed(&title, created, nth));
        let mut comments = Vec::new();
        for (number, said) in list(object, COMMENTS).into_iter().enumerate() {
            comments.extend(comment(said, number, at, reading)?);
        }
        let mut description = text(object, DESCRIPTION).unwrap_or_default();
        // git-bug tells the story in the first comment.
        if source == Source::GitBug && description.is_empty() && !comments.is_empty() {
            description = comments.remove(0).text;
        }
        let labels: Vec<String> = list(object, LABELS).into_iter().flat_map(words).collect();
        let assignees = people(object, ASSIGNEES);
        let mut facts = facts(object, &assignees);
        let links = links(object, source, reading.words);
        let (status, ended) = standing(object, at, &labels, &links, reading, &mut facts)?;
        Ok(Some(Self {
            key: format!("{}:{identity}", source.word()),
            kind: kind(object, &labels, reading.words),
            severity: severity(object, &labels, reading.words),
            status,
            reporter: who(object, REPORTER, importer),
            assignee: assignees.first().map(ToString::to_string),
            affects: list(object, AFFECTS).into_iter().flat_map(words).collect(),
            links,
            ended,
            created: at,
            title: one_line(&title),
            description,
            labels,
            comments,
            facts,
        }))
    }
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
fn facts(object: &Value, assignees: &[Person]) -> Vec<String> {
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
        named.map(str::to_owned).or(plain).filter(|text| text != "0")
    };
    match pick(object, names) {
        Some(Value::Array(items)) => items.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The links of an issue, as far as its object tells them: those of beads and of Jira's table.
fn links(object: &Value, source: Source, known: &mut Words) -> Vec<(String, String)> {
    let mut links = Vec::new();
    for one in list(object, &["dependencies"]) {
        let Some(other) = text(one, &["depends_on_id", "id"]) else { continue };
        let kind = text(one, &["type", "dependency_type"]).unwrap_or_else(|| "blocks".to_owned());
        // Who depends on another is blocked by it.
        let kind =
            if kind == "blocks" { Some("blocked-by".to_owned()) } else { known.ours(Kind::Link, &kind) };
        links.extend(kind.map(|kind| (kind, format!("{}:{other}", source.word()))));
    }
    let columns = object.as_object().into_iter().flatten();
    for (column, cell) in columns {
        let outward = column.strip_prefix(OUTWARD).and_then(|rest| rest.strip_suffix(')'));
        let inward = column.strip_prefix(INWARD).and_then(|rest| rest.strip_suffix(')'));
        let kind = match (outward, inward) {
            (Some(kind), _) if kind.eq_ignore_ascii_case("duplicate") => Some("duplicate-of".to_owned()),
            (Some(kind), _) => known.ours(Kind::Link, kind),
            (_, Some(kind)) if kind.eq_ignore_ascii_case("blocks") => Some("blocked-by".to_owned()),
            // The other one tells it.
            (_, Some(_)) => Some("relates-to".to_owned()),
            (None, None) if PARENT.contains(&column.as_str()) => Some("parent".to_owned()),
            (None, None) => continue,
        };
        let others = cell.as_array().map_or_else(|| vec![cell], |cells| cells.iter().collect());
        let others =
            others.into_iter().filter_map(Value::as_str).map(str::trim).filter(|other| !other.is_empty());
        links.extend(others.filter_map(|other| Some((kind.clone()?, format!("{}:{other}", source.word())))));
    }
    links
}

/// The words of a value: names of objects, or words with commas between.
fn words(value: &Value) -> Vec<String> {
    let text = value.as_str().or_else(|| value.get("name")?.as_str()).unwrap_or_default();
    let parts = if value.is_string() { text.split([',', ';']).collect() } else { vec![text] };
    // A label of ours is one word.
    parts
        .into_iter()
        .map(|word| word.split_whitespace().collect::<Vec<_>>().join("-"))
        .filter(|word| !word.is_empty())
        .collect()
}

fn comment(
    value: &Value,
    number: usize,
    created: Timestamp,
    reading: &Reading<'_>,
) -> Result<Option<Said>, String> {
    let importer = reading.importer;
    if let Some(whole) = value.as_str() {
        // Jira: `21/Nov/26 9:12 AM;ann;what was said`.
        let mut parts = whole.splitn(3, ';');
        let (at, who, said) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let (Some(who), Some(said), Ok(moment)) = (who, said, moment(&Value::from(at), reading.order)) else {
            let (id, by, text) = (number.to_string(), importer.clone(), whole.to_owned());
            return Ok(Some(Said { id, at: created, by, text, is_internal: false }));
        };
        let by = person(&Value::from(who)).unwrap_or_else(|| importer.clone());
        let (id, text) = (format!("{at} {number}"), said.to_owned());
        return Ok(Some(Said { id, at: moment, by, text, is_internal: false }));
    }
    let Some(said) = text(value, &["body", "text", "message", "note", "content"]) else { return Ok(None) };
    if value.get("system").and_then(Value::as_bool).unwrap_or(false) {
        return Ok(None);
    }
    let at = pick(value, &["created_at", "createdAt", "create_time", "created", "timestamp"]);
    let at = at.map(|at| moment(at, reading.order)).transpose()?.unwrap_or(created);
    let by = who(value, &["author", "user", "created_by"], importer);
    // GitLab's notes for the team, as it names them now and did before.
    let is_internal =
        ["internal", "confidential"].iter().any(|name| value.get(*name) == Some(&Value::Bool(true)));
    let id = text(value, &["id", "url"]).unwrap_or_else(|| number.to_string());
    Ok(Some(Said { id, at, by, text: said, is_internal }))
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
    let own = text(object, SEVERITY);
    // What GitLab says of an issue that nobody judged.
    let own = own.filter(|word| !word.eq_ignore_ascii_case("unknown"));
    let own = own.and_then(|word| known.ours(Kind::Severity, &word));
    own.or_else(|| labels.iter().find_map(|label| known.known(Kind::Severity, label)))
}

/// Where it stands while it is open, and when and how it ended, if it has.
fn standing(
    object: &Value,
    created: Timestamp,
    labels: &[String],
    links: &[(String, String)],
    reading: &mut Reading<'_>,
    facts: &mut Vec<String>,
) -> Result<(Option<String>, Option<Ending>), String> {
    let state = text(object, STATE).unwrap_or_default();
    let status = reading.words.ours(Kind::Status, &state);
    if status.is_none() {
        facts.extend((!state.trim().is_empty()).then(|| format!("status: {state}")));
    }
    if status.as_deref() != Some("resolved") {
        let waits = ["blocked", "on hold", "waiting", "pending", "deferred"];
        facts.extend(waits.contains(&state.to_lowercase().as_str()).then(|| format!("status: {state}")));
        return Ok((status, None));
    }
    let at = pick(object, ENDED);
    let at = at.map(|at| moment(at, reading.order)).transpose()?.unwrap_or(created);
    Ok((None, Some((at, ending(object, &state, labels, links, reading, facts)))))
}

/// How an issue ended: by its reason, by a label that is one, or by its state. A duplicate names the other one.
fn ending(
    object: &Value,
    state: &str,
    labels: &[String],
    links: &[(String, String)],
    reading: &mut Reading<'_>,
    facts: &mut Vec<String>,
) -> String {
    let known = &mut *reading.words;
    let reason = text(object, REASON);
    facts.extend(reason.iter().map(|reason| format!("close reason: {reason}")));
    let own = reason.as_ref().map(|reason| {
        // What beads asks for is a sentence, and is asked of what is done.
        if reading.source == Source::Beads && object.get("close_reason").is_some() {
            return known.known(Kind::Resolution, reason).unwrap_or_else(|| "fixed".to_owned());
        }
        // A reason that nobody knows is not said to be a fix.
        known.ours(Kind::Resolution, reason).unwrap_or_else(|| "withdrawn".to_owned())
    });
    let of_label = || labels.iter().find_map(|label| known.known(Kind::Resolution, label));
    let of_state = || {
        let of_table = known.known(Kind::Resolution, state);
        // Closed, and no word why: that is what closing means where there is no other way to end one.
        of_table.unwrap_or_else(|| "fixed".to_owned())
    };
    // `completed` is what a forge says where somebody only pressed the button.
    let is_default = reason.as_deref().is_some_and(|reason| reason.eq_ignore_ascii_case("completed"));
    let code = match own.filter(|_| !is_default) {
        Some(code) => code,
        None => of_label().unwrap_or_else(of_state),
    };
    let has_original = links.iter().any(|(kind, _)| kind == "duplicate-of");
    if code == "duplicate" && !has_original { "withdrawn".to_owned() } else { code }
}
