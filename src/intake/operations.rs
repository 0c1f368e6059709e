//! Operations that come in one a line, as JSON objects: a step on a ticket, or a new one.

use serde_json::Value;

use crate::process::{
    Assignee, Changes, FieldChange, FollowUp, ProcessAction, Request, RequestKind, ResolutionRequest,
};
use crate::ticket::{Field, Finding, Kind, Level, LinkKind, Node, Resolution, TicketId, Visibility, nearest};

/// The operations, by their words.
const WORDS: &[&str] = &[
    "new",
    "comment",
    "edit",
    "assign",
    "link",
    "triage",
    "replicate",
    "diagnose",
    "estimate",
    "escalate",
    "return",
    "alert",
    "pend",
    "resume",
    "resolve",
    "close",
    "reopen",
];
/// What stands in an object beside the fields of a ticket.
const OWN: &[&str] = &["op", "id", "note", "internal", "from", "force"];

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

/// Reads a line. `resolve` finds the ticket that an id, as typed, names.
///
/// # Errors
/// What is wrong with the line.
pub fn read_operation(
    line: &str,
    resolve: &dyn Fn(&str) -> Result<TicketId, String>,
) -> Result<Operation, String> {
    let object: Value = serde_json::from_str(line).map_err(|error| format!("is not valid JSON: {error}"))?;
    let Some(map) = object.as_object() else { return Err("is not a JSON object".to_owned()) };
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let need = |name: &str| text(name).ok_or_else(|| format!("has no '{name}'"));
    let word = need("op")?;
    if word == "new" {
        let mut rest = map.clone();
        rest.remove("op");
        return Ok(Operation::New(Value::Object(rest).to_string()));
    }
    let given = |own: &[&str]| fields(&object, &[OWN, own].concat());
    let what = match word.as_str() {
        "comment" => RequestKind::Comment,
        "edit" => RequestKind::Edit(given(&[])?),
        "assign" => RequestKind::Assign(text("to")),
        "link" => RequestKind::Link(LinkKind::parse(&need("kind")?), resolve(&need("to")?)?),
        _ => RequestKind::Process(action(&word, &object, resolve)?),
    };
    let mut request = Request::new(what).with_note(text("note"));
    request.force = flag(&object, "force");
    if flag(&object, "internal") {
        request.visibility = Visibility::Internal;
    }
    match text("from").filter(|_| word == "comment") {
        Some(from) => Ok(Operation::From(need("id")?, from, Box::new(request))),
        None => Ok(Operation::On(need("id")?, Box::new(request))),
    }
}

/// The step of the process that a word means.
fn action(
    word: &str,
    object: &Value,
    resolve: &dyn Fn(&str) -> Result<TicketId, String>,
) -> Result<ProcessAction, String> {
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let need = |name: &str| text(name).ok_or_else(|| format!("has no '{name}'"));
    Ok(match word {
        "triage" => ProcessAction::Triage {
            changes: fields(object, &[OWN, &["confirm"]].concat())?,
            confirm: flag(object, "confirm"),
        },
        "replicate" => ProcessAction::Replicate { text: need("steps")?, happened: !flag(object, "cannot") },
        "diagnose" => ProcessAction::Diagnose(
            text("diagnosis").or_else(|| text("text")).ok_or_else(|| "has no 'diagnosis'".to_owned())?,
        ),
        "estimate" => ProcessAction::Estimate(need("span")?),
        "escalate" => ProcessAction::Escalate {
            findings: findings(object),
            force: flag(object, "force"),
            to: text("to").map_or(Assignee::Queue, Assignee::Person),
        },
        "return" => {
            let (level, to) = returned(object)?;
            ProcessAction::Return { level, incomplete: flag(object, "incomplete"), to }
        }
        "alert" => ProcessAction::Alert(need("to")?),
        "pend" => ProcessAction::Pend {
            follow_up: FollowUp::parse(&need("follow_up")?)
                .ok_or("'follow_up' is not a valid time (use 3d, 12h or 2026-11-26T09:00:00Z)")?,
        },
        "resume" => ProcessAction::Resume,
        "resolve" => ProcessAction::Resolve(ending(object, resolve)?),
        "close" => ProcessAction::Close,
        "reopen" => ProcessAction::Reopen,
        other => {
            let hint =
                nearest(other, WORDS).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Err(format!("unknown operation '{other}'{hint}"));
        }
    })
}

fn flag(object: &Value, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// The fields of the head that an object names, beside what is the operation's own.
fn fields(object: &Value, own: &[&str]) -> Result<Changes, String> {
    let mut changes = Changes::new();
    for (name, value) in
        object.as_object().into_iter().flatten().filter(|(name, _)| !own.contains(&name.as_str()))
    {
        let field = Field::parse(name);
        if matches!(field, Field::Unknown(_)) {
            return Err(format!("unknown field '{name}'"));
        }
        let node: Node = serde_json::from_value(value.clone()).unwrap_or(Node::Null);
        let change = match (field.kind(), node) {
            (_, Node::Null) => FieldChange::To(None),
            (Kind::Members, Node::List(items)) => {
                FieldChange::adding(items.iter().map(Node::to_string).collect())
            }
            (Kind::Members, one) => FieldChange::adding(vec![one.to_string()]),
            (Kind::Value | Kind::Text, node) => FieldChange::To(Some(node)),
        };
        changes.insert(field, change);
    }
    Ok(changes)
}

fn findings(object: &Value) -> Changes {
    let given = |word: &&&str| object.get(**word).and_then(Value::as_str);
    let words = Finding::WORDS.iter();
    words
        .filter_map(|word| Some((Field::Findings(Finding::parse(word)), FieldChange::to_text(given(&word)?))))
        .collect()
}

/// The level that a ticket is returned to, and who works on it there. A level stood in `to` before there was `level`.
fn returned(object: &Value) -> Result<(Option<Level>, Assignee), String> {
    let text = |name: &str| {
        let value = object.get(name)?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let to = text("to");
    let level = |typed: Option<&String>| {
        let typed = typed?;
        Level::ALL.iter().find(|level| level.as_str() == typed.as_str()).copied()
    };
    let named = text("level");
    if named.is_some() && level(named.as_ref()).is_none() {
        return Err("'level' is not a valid level (use 1, 2 or 3)".to_owned());
    }
    let before = level(to.as_ref());
    let who = to.filter(|_| before.is_none()).map_or(Assignee::Queue, Assignee::Person);
    Ok((level(named.as_ref()).or(before), who))
}

fn ending(
    object: &Value,
    resolve: &dyn Fn(&str) -> Result<TicketId, String>,
) -> Result<ResolutionRequest, String> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let code = text("as").ok_or("has no 'as'")?;
    if !Resolution::WORDS.contains(&code) {
        return Err(format!(
            "'as': '{code}' is not a valid resolution (possible values: {})",
            Resolution::WORDS.join(", ")
        ));
    }
    let commits = object.get("commits").and_then(Value::as_array).into_iter().flatten();
    Ok(ResolutionRequest {
        code: Resolution::parse(code),
        commits: commits.filter_map(Value::as_str).map(str::to_owned).collect(),
        no_commit: text("no_commit").map(str::to_owned),
        duplicate_of: text("of").map(resolve).transpose()?,
    })
}
