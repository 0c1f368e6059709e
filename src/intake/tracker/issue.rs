//! An issue of another tracker, read from its object: the names differ, what they mean does not.

use serde_json::Value;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

use crate::intake::tracker::Source;
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
}

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What tells it from all others: `github:https://…`.
    pub key: String,
    /// What it is about.
    pub title: String,
    /// The whole story.
    pub description: String,
    /// The word of our own for its kind.
    pub kind: &'static str,
    /// The word of our own for how grave it is, where it says.
    pub severity: Option<&'static str>,
    /// Who told it.
    pub reporter: Person,
    /// Who works on it.
    pub assignee: Option<String>,
    /// Words to find it by.
    pub labels: Vec<String>,
    /// Releases it affects.
    pub affects: Vec<String>,
    /// When it was opened.
    pub created: Timestamp,
    /// When it ended, and the word of our own for how; `None` while it is open.
    pub ended: Option<(Timestamp, &'static str)>,
    /// What was said.
    pub comments: Vec<Said>,
}

/// The value under the first of some names that has one.
fn pick<'a>(object: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| object.get(*name)).filter(|value| !value.is_null())
}

/// A text, or a number as one.
fn text(object: &Value, names: &[&str]) -> Option<String> {
    let value = pick(object, names)?;
    let value = value.as_array().map_or(Some(value), |items| items.first())?;
    let text = value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))?;
    (!text.trim().is_empty()).then_some(text)
}

fn list<'a>(object: &'a Value, names: &[&str]) -> Vec<&'a Value> {
    match pick(object, names) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(value @ (Value::Object(_) | Value::String(_))) => vec![value],
        Some(_) | None => Vec::new(),
    }
}

impl Issue {
    /// Reads an issue; `None` for a pull request, which some lists hold, too.
    ///
    /// # Errors
    /// What is missing, or wrong.
    pub fn read(
        object: &Value,
        source: Source,
        importer: &Person,
        now: Timestamp,
    ) -> Result<Option<Self>, String> {
        if object.get("pull_request").is_some_and(|value| !value.is_null()) {
            return Ok(None);
        }
        let title = text(object, &["title", "Summary", "summary"]).ok_or("has no title")?;
        let created = pick(object, &["created_at", "createdAt", "create_time", "created", "Created"]);
        let created =
            created.map(|at| moment(at).ok_or_else(|| format!("'{at}' is not a valid time"))).transpose()?;
        let identity = text(object, &["html_url", "url", "web_url", "Issue key", "key", "id"])
            .unwrap_or_else(|| title.clone());
        let mut comments = Vec::new();
        for (number, said) in list(object, &["comments", "notes", "Comment"]).into_iter().enumerate() {
            comments.extend(comment(said, number, importer, created.unwrap_or(now)));
        }
        let mut description = text(object, &["body", "description", "Description"]).unwrap_or_default();
        // git-bug tells the story in the first comment.
        if source == Source::GitBug && description.is_empty() && !comments.is_empty() {
            description = comments.remove(0).text;
        }
        let labels: Vec<String> =
            list(object, &["labels", "Labels", "label", "tags"]).into_iter().flat_map(words).collect();
        Ok(Some(Self {
            key: format!("{}:{identity}", source.word()),
            kind: kind(text(object, &["issue_type", "Issue Type", "type"]).as_deref(), &labels),
            severity: severity(object, &labels),
            reporter: pick(object, &["author", "user", "Reporter", "reporter", "creator"])
                .and_then(|who| person(who, source))
                .unwrap_or_else(|| importer.clone()),
            assignee: list(object, &["assignees", "assignee", "Assignee"])
                .first()
                .and_then(|who| person(who, source))
                .map(|who| who.to_string()),
            affects: list(object, &["affects", "Affects versions", "Affects Version/s"])
                .into_iter()
                .flat_map(words)
                .collect(),
            ended: ended(object, created.unwrap_or(now))?,
            created: created.unwrap_or(now),
            title: one_line(&title),
            description,
            labels,
            comments,
        }))
    }
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

/// Somebody, as far as the tracker names them.
fn person(value: &Value, source: Source) -> Option<Person> {
    let part = |names: &[&str]| text(value, names);
    let (name, email) = match value.as_str() {
        Some(whole) if whole.trim().is_empty() => return None,
        Some(whole) => match Person::parse(whole) {
            Some(person) => return Some(person),
            None => (whole.to_owned(), None),
        },
        None => (part(&["name", "login", "username", "displayName"])?, part(&["email"])),
    };
    let login = part(&["login", "username"])
        .unwrap_or_else(|| name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("."));
    let domain = match source {
        Source::Github => "users.noreply.github.com",
        Source::Gitlab => "users.noreply.gitlab.com",
        Source::Jira | Source::GitBug | Source::Beads | Source::Csv => "invalid",
    };
    Person::parse(&format!("{} <{}>", one_line(&name), email.unwrap_or_else(|| format!("{login}@{domain}"))))
}

fn comment(value: &Value, number: usize, importer: &Person, created: Timestamp) -> Option<Said> {
    if let Some(whole) = value.as_str() {
        // Jira: `21/Nov/26 9:12 AM;ann;what was said`.
        let mut parts = whole.splitn(3, ';');
        let (at, who, said) = (parts.next()?, parts.next(), parts.next());
        let (Some(who), Some(said), Some(at)) = (who, said, moment(&Value::from(at))) else {
            return Some(Said {
                id: number.to_string(),
                at: created,
                by: importer.clone(),
                text: whole.to_owned(),
            });
        };
        let by = person(&Value::from(who), Source::Jira).unwrap_or_else(|| importer.clone());
        return Some(Said { id: format!("{at} {number}"), at, by, text: said.to_owned() });
    }
    let said = text(value, &["body", "text", "message", "note"])?;
    if value.get("system").and_then(Value::as_bool).unwrap_or(false) {
        return None;
    }
    let at = pick(value, &["created_at", "createdAt", "create_time", "timestamp"])
        .and_then(moment)
        .unwrap_or(created);
    let by = pick(value, &["author", "user"]).and_then(|who| person(who, Source::Github));
    let id = text(value, &["id", "url"]).unwrap_or_else(|| number.to_string());
    Some(Said { id, at, by: by.unwrap_or_else(|| importer.clone()), text: said })
}

fn kind(word: Option<&str>, labels: &[String]) -> &'static str {
    let word = word.unwrap_or_default().to_lowercase();
    let is = |names: &[&str]| {
        names.contains(&word.as_str())
            || labels.iter().any(|label| names.contains(&label.to_lowercase().as_str()))
    };
    if is(&["question", "support"]) {
        "question"
    } else if is(&["feature", "enhancement", "improvement", "story", "new feature", "epic", "task", "chore"])
    {
        "improvement"
    } else {
        "defect"
    }
}

/// How grave it is: the words of trackers for it, or beads' numbers.
fn severity(object: &Value, labels: &[String]) -> Option<&'static str> {
    let word = text(object, &["severity", "priority", "Priority"]).unwrap_or_default().to_lowercase();
    let of_word = |word: &str| {
        Some(match word {
            "0" | "p0" | "blocker" | "highest" | "severity-1" => "blocker",
            "1" | "p1" | "critical" | "high" | "urgent" | "severity-2" => "critical",
            "2" | "p2" | "major" | "medium" | "normal" | "severity-3" => "major",
            "3" | "4" | "p3" | "p4" | "minor" | "low" | "lowest" | "trivial" | "severity-4" => "minor",
            _ => return None,
        })
    };
    of_word(&word).or_else(|| labels.iter().find_map(|label| of_word(&label.to_lowercase())))
}

/// When and how it ended, if it has.
fn ended(object: &Value, created: Timestamp) -> Result<Option<(Timestamp, &'static str)>, String> {
    let state = text(object, &["state", "status", "Status"]).unwrap_or_default().to_lowercase();
    if !["closed", "resolved", "done", "completed", "tombstone"].contains(&state.as_str()) {
        return Ok(None);
    }
    let at = pick(object, &["closed_at", "closedAt", "Resolved", "resolved", "edit_time"]);
    let at = at
        .map(|at| moment(at).ok_or_else(|| format!("'{at}' is not a valid time")))
        .transpose()?
        .unwrap_or(created);
    let reason = text(object, &["state_reason", "stateReason", "close_reason", "Resolution", "resolution"]);
    Ok(Some((
        at,
        match reason.unwrap_or_default().to_lowercase().replace('_', " ").as_str() {
            "not planned" | "won't fix" | "won't do" | "wont-fix" | "duplicate" => "wont-fix",
            "cannot reproduce" => "cannot-reproduce",
            "works as designed" | "not a bug" => "works-as-designed",
            _ => "fixed",
        },
    )))
}

/// A time, in the forms of the trackers: RFC 3339, seconds since 1970, Jira's, a day.
fn moment(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = value.as_i64() {
        return Timestamp::from_unix(seconds);
    }
    if value.is_object() {
        return pick(value, &["timestamp", "time"]).and_then(moment);
    }
    let text = value.as_str()?.trim();
    let plain = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let day = format_description!("[year]-[month]-[day]");
    let known = OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(text, &Rfc2822))
        .or_else(|_| PrimitiveDateTime::parse(text, plain).map(PrimitiveDateTime::assume_utc))
        .or_else(|_| Date::parse(text, day).map(|day| day.midnight().assume_utc()));
    let known = known.ok().or_else(|| jira_time(text));
    known.and_then(|at| Timestamp::from_unix(at.unix_timestamp()))
}

/// `21/Nov/26 9:12 AM`: the century is ours.
fn jira_time(text: &str) -> Option<OffsetDateTime> {
    let mut parts = text.splitn(3, '/');
    let (day, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, clock) = rest.split_once(' ')?;
    let year: i32 = year.parse().ok()?;
    let year = if year < 100 { 2000 + year } else { year };
    let whole = format_description!(
        "[year]-[month repr:short]-[day padding:none] [hour repr:12 padding:none]:[minute] [period]"
    );
    PrimitiveDateTime::parse(&format!("{year}-{month}-{day} {clock}"), whole)
        .ok()
        .map(PrimitiveDateTime::assume_utc)
}
