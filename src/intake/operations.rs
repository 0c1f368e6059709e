//! Operations that come in one a line, as JSON objects: a step on a ticket, or a new one.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::intake::import::members;
use crate::process::{
    Assignee, Changes, FieldChange, FollowUp, ProcessAction, Request, RequestKind, ResolutionRequest,
};
use crate::ticket::{
    Field, Finding, Kind, Level, LinkKind, NO_COMMIT, Node, Resolution, TicketId, Visibility, nearest,
};

/// The operations, and what an object of each may have beside [`EVERY`]. `edit` and `triage` take the fields of a ticket, too,
/// and `escalate` the findings.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("new", &[]),
    ("comment", &["from"]),
    ("edit", &[]),
    ("assign", &["to"]),
    ("link", &["kind", "to"]),
    ("triage", &["confirm"]),
    ("replicate", &["steps", "cannot"]),
    ("diagnose", &["diagnosis", "text"]),
    ("estimate", &["span"]),
    ("escalate", &["to"]),
    ("return", &["to", "level", "incomplete"]),
    ("alert", &["to"]),
    ("pend", &["follow_up"]),
    ("resume", &[]),
    ("resolve", &["as", "commits", "known", "no_commit", "of"]),
    ("close", &[]),
    ("reopen", &[]),
];
/// What an object of each operation may have.
const EVERY: &[&str] = &["op", "id", "note", "internal", "force"];

/// What a line asks for.
#[derive(Debug)]
pub enum Operation {
    /// A new ticket, as `import` takes it: the object without the operation's word.
    New(String),
    /// A request to a ticket, which is named as typed.
    On(String, Box<Request>),
    /// The words of a customer on a ticket, both as typed.
    From(String, String, Box<Request>),
}

/// The ticket that a line names by its whole id, so that it can be read ahead; the line may be wrong in any other way.
#[must_use]
pub fn named_ticket(line: &str) -> Option<TicketId> {
    let value: Value = serde_json::from_str(line).ok()?;
    TicketId::parse(value.get("id")?.as_str()?)
}

/// Reads a line. `resolve` finds the ticket that an id, as typed, names.
///
/// # Errors
/// What is wrong with the line.
pub fn read_operation(
    line: &str,
    resolve: &dyn Fn(&str) -> Result<TicketId, String>,
) -> Result<Operation, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("is not valid JSON: {error}"))?;
    if !value.is_object() {
        return Err("is not a JSON object".to_owned());
    }
    let Once(map) = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let object = Object(&map);
    let word = object.need("op")?;
    if word == "new" {
        let mut rest = map.clone();
        rest.remove("op");
        return Ok(Operation::New(Value::Object(rest).to_string()));
    }
    object.check(&word)?;
    let what = match word.as_str() {
        "comment" => RequestKind::Comment,
        "edit" => RequestKind::Edit(object.fields(&word)?),
        "assign" => RequestKind::Assign(object.text("to")?),
        "link" => RequestKind::Link(LinkKind::parse(&object.need("kind")?), resolve(&object.need("to")?)?),
        _ => RequestKind::Process(action(&word, &object, resolve)?),
    };
    // The reason stands in the note, as `resolve --no-commit` writes it.
    let why = object.text("no_commit")?.map(|why| format!("{NO_COMMIT}{why}"));
    let said: Vec<String> = object.text("note")?.into_iter().chain(why).collect();
    let mut request = Request::new(what).with_note((!said.is_empty()).then(|| said.join("\n\n")));
    request.force = object.flag("force")?;
    if object.flag("internal")? {
        request.visibility = Visibility::Internal;
    }
    let id = object.need("id")?;
    Ok(match object.text("from")? {
        Some(from) => Operation::From(id, from, Box::new(request)),
        None => Operation::On(id, Box::new(request)),
    })
}

/// The step of the process that a word means.
fn action(
    word: &str,
    object: &Object<'_>,
    resolve: &dyn Fn(&str) -> Result<TicketId, String>,
) -> Result<ProcessAction, String> {
    Ok(match word {
        "triage" => {
            let (changes, confirm) = (object.fields(word)?, object.flag("confirm")?);
            if changes.contains_key(&Field::Status) {
                return Err("'status' is what 'triage' sets itself; use 'edit'".to_owned());
            }
            if confirm && changes.contains_key(&Field::Severity) {
                return Err("'confirm' keeps the severity; give one of both".to_owned());
            }
            ProcessAction::Triage { changes, confirm }
        }
        "replicate" => {
            ProcessAction::Replicate { text: object.need("steps")?, happened: !object.flag("cannot")? }
        }
        "diagnose" => ProcessAction::Diagnose(
            object
                .text("diagnosis")?
                .or(object.text("text")?)
                .ok_or_else(|| "has no 'diagnosis'".to_owned())?,
        ),
        "estimate" => ProcessAction::Estimate(object.need("span")?),
        "escalate" => ProcessAction::Escalate {
            findings: findings(object)?,
            force: object.flag("force")?,
            to: object.text("to")?.map_or(Assignee::Queue, Assignee::Person),
        },
        "return" => {
            let (level, to) = returned(object)?;
            ProcessAction::Return { level, incomplete: object.flag("incomplete")?, to }
        }
        "alert" => ProcessAction::Alert(object.need("to")?),
        "pend" => ProcessAction::Pend {
            follow_up: object
                .text("follow_up")?
                .map_or(Some(FollowUp::Usual), |text| FollowUp::parse(&text))
                .ok_or("'follow_up' is not a valid time (use 3d, 12h or 2026-11-26T09:00:00Z)")?,
        },
        "resume" => ProcessAction::Resume,
        "resolve" => ProcessAction::Resolve(ending(object, resolve)?),
        "close" => ProcessAction::Close,
        "reopen" => ProcessAction::Reopen,
        other => return Err(format!("unknown operation '{other}'")),
    })
}

/// An object in which each name occurs once: of two, JSON readers take one and drop the other.
struct Once(Map<String, Value>);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(OnceVisitor)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Once;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Once, A::Error> {
        let mut map = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if map.insert(name.clone(), value).is_some() {
                return Err(A::Error::custom(format!("'{name}' occurs twice")));
            }
        }
        Ok(Once(map))
    }
}

/// The object of a line, read by the letter: what is not known, or not of its type, is an error and never left out.
struct Object<'a>(&'a Map<String, Value>);

impl Object<'_> {
    /// A text, or a number as its text. `null` is as if it were not there.
    fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(format!("'{name}' is not a text")),
        }
    }

    fn need(&self, name: &str) -> Result<String, String> {
        self.text(name)?.ok_or_else(|| format!("has no '{name}'"))
    }

    fn flag(&self, name: &str) -> Result<bool, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("'{name}' is neither true nor false")),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                Ok(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            }
            Some(_) => Err(format!("'{name}' is not a list of texts")),
        }
    }

    /// That the operation is known, and each of its names.
    fn check(&self, word: &str) -> Result<(), String> {
        let words: Vec<&str> = OPERATIONS.iter().map(|(word, _)| *word).collect();
        let Some((_, own)) = OPERATIONS.iter().find(|(known, _)| *known == word) else {
            return Err(format!("unknown operation '{word}'{}", near(word, &words)));
        };
        let more: &[&str] = if word == "escalate" { Finding::WORDS } else { &[] };
        let known = [EVERY, own, more].concat();
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) if !matches!(word, "edit" | "triage") => {
                let near = near(name, &known);
                let takes: Vec<&str> = known.into_iter().filter(|name| *name != "op").collect();
                Err(format!("unknown field '{name}'{near} ('{word}' takes {})", takes.join(", ")))
            }
            _ => Ok(()),
        }
    }

    /// The fields of the head that the object names, beside what is the operation's own.
    fn fields(&self, word: &str) -> Result<Changes, String> {
        let own = OPERATIONS.iter().filter(|(known, _)| *known == word).flat_map(|(_, own)| *own);
        let own: Vec<&str> = EVERY.iter().chain(own).copied().collect();
        let mut changes = Changes::new();
        for (name, value) in self.0.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
            let field = Field::parse(name);
            if matches!(field, Field::Unknown(_)) {
                return Err(format!("unknown field '{name}'"));
            }
            let node: Node = serde_json::from_value(value.clone())
                .map_err(|error| format!("'{name}' is not a value of a field: {error}"))?;
            let change = match (field.kind(), node) {
                (_, Node::Null) => FieldChange::To(None),
                (Kind::Members, node) => members(name, node)?,
                (Kind::Value | Kind::Text, node) => FieldChange::To(Some(node)),
            };
            changes.insert(field, change);
        }
        Ok(changes)
    }
}

fn near(word: &str, known: &[&str]) -> String {
    nearest(word, known).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default()
}

fn findings(object: &Object<'_>) -> Result<Changes, String> {
    let mut changes = Changes::new();
    for word in Finding::WORDS {
        if let Some(text) = object.text(word)? {
            changes.insert(Field::Findings(Finding::parse(word)), FieldChange::to_text(&text));
        }
    }
    Ok(changes)
}

/// The level that a ticket is returned to, and who works on it there. A level stood in `to` before there was `level`.
fn returned(object: &Object<'_>) -> Result<(Option<Level>, Assignee), String> {
    let to = object.text("to")?;
    let level = |typed: Option<&String>| {
        let typed = typed?;
        Level::ALL.iter().find(|level| level.as_str() == typed.as_str()).copied()
    };
    let named = object.text("level")?;
    if named.is_some() && level(named.as_ref()).is_none() {
        return Err("'level' is not a valid level (use 1, 2 or 3)".to_owned());
    }
    let before = level(to.as_ref());
    let who = to.filter(|_| before.is_none()).map_or(Assignee::Queue, Assignee::Person);
    Ok((level(named.as_ref()).or(before), who))
}

fn ending(
    object: &Object<'_>,
    resolve: &dyn Fn(&str) -> Result<TicketId, String>,
) -> Result<ResolutionRequest, String> {
    let code = object.need("as")?;
    if !Resolution::WORDS.contains(&code.as_str()) {
        return Err(format!(
            "'as': '{code}' is not a valid resolution (possible values: {})",
            Resolution::WORDS.join(", ")
        ));
    }
    let is_duplicate = code == Resolution::Duplicate.as_str();
    for (name, is_meant) in [
        ("of", is_duplicate),
        ("no_commit", code == Resolution::Fixed.as_str()),
        ("known", Resolution::parse(&code).may_be_of_known_error()),
    ] {
        if object.text(name)?.is_some() && !is_meant {
            return Err(format!("'{name}' does not belong to '{code}'"));
        }
    }
    if object.text("no_commit")?.is_some_and(|why| why.trim().is_empty()) {
        return Err("'no_commit' is empty; give the reason".to_owned());
    }
    Ok(ResolutionRequest {
        code: Resolution::parse(&code),
        commits: object.texts("commits")?,
        no_commit: object.text("no_commit")?,
        duplicate_of: object.text("of")?.as_deref().map(resolve).transpose()?,
        answered_by: object.text("known")?.as_deref().map(resolve).transpose()?,
    })
}
