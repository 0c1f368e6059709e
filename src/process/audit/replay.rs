//! An entry, read back into the request that leads to it.

use crate::process::follow_up::FollowUp;
use crate::process::request::{
    Assignee, Changes, Deferral, FieldChange, FixStatus, ProcessAction, Request, RequestKind,
    ResolutionRequest,
};
use crate::ticket::{
    Action, Entry, EntryId, Field, Fields, Finding, Kind, Level, LinkKind, NO_COMMIT, Node, Resolution, Set,
    Ticket, TicketId, Timestamp,
};

/// The request that an entry answers to; `None` for what only a newer version knows, and for what is judged
/// otherwise. Long texts are taken from the head of the version that brought the entry.
pub(super) fn request(entry: &Entry, before: &Ticket, after: &Fields) -> Option<Request> {
    let what = what(entry, before, after)?;
    let mut request = Request::new(what).with_note(entry.note.clone()).spending(entry.spent_minutes);
    request.visibility = entry.visibility.clone();
    request.seen.clone_from(&entry.seen);
    request.answer.clone_from(&entry.answer);
    request.mail.clone_from(&entry.mail);
    request.speaker.clone_from(&entry.speaker);
    request.force = !entry.overrides.is_empty();
    Some(request)
}

fn what(entry: &Entry, before: &Ticket, after: &Fields) -> Option<RequestKind> {
    let all = || changes(entry, after, |_| true);
    let step = |step| Some(RequestKind::Process(step));
    match &entry.action {
        // The customer's word wakes it or reopens it by itself.
        Action::Comment | Action::Resume | Action::Reopen if entry.speaker.is_some() => {
            Some(RequestKind::Comment)
        }
        Action::Edit => Some(RequestKind::Edit(all())),
        Action::Undo if entry.undoes.is_empty() => Some(RequestKind::SetBack(all())),
        Action::Undo => Some(RequestKind::Undo(entry.undoes.clone())),
        Action::Comment => Some(match &entry.replaces {
            Some(replaced) => RequestKind::ReplaceComment(replaced.clone()),
            None => RequestKind::Comment,
        }),
        Action::Attach => entry.attachment.clone().map(RequestKind::Attach),
        Action::Acknowledge => Some(RequestKind::Acknowledge),
        Action::Send => Some(RequestKind::Send),
        Action::Link => linked(entry, true).map(|(kind, id)| RequestKind::Link(kind, id)),
        Action::Unlink => linked(entry, false).map(|(kind, id)| RequestKind::Unlink(kind, id)),
        Action::Assign => match value(entry, &Field::Owner) {
            Some(owner) => step(ProcessAction::Own(owner)),
            // Neither changes: it was assigned to whoever had it, and says how long that took.
            None if entry.set.is_empty() => {
                let own = before.fields().get(&Field::Assignee).map(ToString::to_string);
                Some(RequestKind::Assign(own))
            }
            None => Some(RequestKind::Assign(value(entry, &Field::Assignee))),
        },
        Action::Repeat => Some(RequestKind::Repeat(beside_status(entry, after), FixStatus::Missing)),
        Action::Reopen => Some(reopened(entry, after)),
        Action::Triage => step(triage(entry, after)),
        Action::Replicate => {
            let (text, happened) = replicated(entry, after);
            step(ProcessAction::Replicate { text, happened })
        }
        Action::Diagnose => {
            step(ProcessAction::Diagnose(text_of(entry, after, &Field::Findings(Finding::Diagnosis))))
        }
        Action::Estimate => {
            let own = || before.fields().get(&Field::Estimate).map(ToString::to_string);
            step(ProcessAction::Estimate(value(entry, &Field::Estimate).or_else(own).unwrap_or_default()))
        }
        Action::Escalate => {
            let findings = changes(entry, after, |field| matches!(field, Field::Findings(_)));
            let (force, to) = (!entry.overrides.is_empty(), assignee(entry));
            step(ProcessAction::Escalate { findings, force, to })
        }
        Action::Return | Action::HandBack => step(ProcessAction::Return {
            level: level(entry),
            incomplete: entry.action == Action::HandBack,
            to: assignee(entry),
        }),
        Action::Alert => step(ProcessAction::Alert(entry.told.clone().unwrap_or_default())),
        Action::Defer => step(ProcessAction::Defer(deferral(entry, before)?)),
        Action::Pend => {
            step(ProcessAction::Pend { follow_up: FollowUp::Recorded(follow_up(waiting(entry, before)?)?) })
        }
        Action::Resume => step(ProcessAction::Resume),
        Action::Resolve => step(ProcessAction::Resolve(ending(entry, before))),
        Action::Close => step(ProcessAction::Close),
        Action::Open | Action::Redact | Action::Purge | Action::Unknown(_) => None,
    }
}

fn reopened(entry: &Entry, after: &Fields) -> RequestKind {
    match entry.seen {
        Some(_) => RequestKind::Repeat(beside_status(entry, after), FixStatus::Contained),
        None => RequestKind::Process(ProcessAction::Reopen),
    }
}

fn triage(entry: &Entry, after: &Fields) -> ProcessAction {
    let confirm = matches!(entry.set.get(&Field::Severity), Some(Set::Value { from, to }) if from == to);
    let mut changes = beside_status(entry, after);
    if confirm {
        changes.remove(&Field::Severity);
    }
    ProcessAction::Triage { changes, confirm }
}

/// The changes of an entry that are wanted.
pub(super) fn changes(entry: &Entry, after: &Fields, is_wanted: impl Fn(&Field) -> bool) -> Changes {
    let change = |(field, set): (&Field, &Set)| {
        let change = match set {
            Set::Value { to, .. } => FieldChange::To(to.clone()),
            Set::Members { add, remove } => FieldChange::Members { add: add.clone(), remove: remove.clone() },
            Set::Text { to } => FieldChange::To(to.clone().map(Node::Text)),
            Set::TextOf { .. } | Set::TextInHead => FieldChange::to_text(text_of(entry, after, field)),
            Set::Other(_) => return None,
        };
        Some((field.clone(), change))
    };
    entry.set.iter().filter(|(field, _)| is_wanted(field)).filter_map(change).collect()
}

/// What an entry sets beside the status, and what goes with a status.
fn beside_status(entry: &Entry, after: &Fields) -> Changes {
    changes(entry, after, |field| ![Field::Status, Field::Deferral, Field::Resolution].contains(field))
}

/// The long text that an entry set: of one of schema 1 as it stands in the head, and a word in its place, where a
/// later entry has taken it away.
fn text_of(entry: &Entry, after: &Fields, field: &Field) -> String {
    if let Some(Set::Text { to: Some(to) }) = entry.set.get(field) {
        return to.clone();
    }
    let text = after.get(field).filter(|_| field.kind() == Kind::Text).and_then(Node::as_text);
    text.map_or_else(|| "(no longer there)".to_owned(), str::to_owned)
}

fn replicated(entry: &Entry, after: &Fields) -> (String, bool) {
    let text = text_of(entry, after, &Field::Findings(Finding::Reproduction));
    match text.strip_prefix("Cannot reproduce.\n\n") {
        Some(tried) => (tried.to_owned(), false),
        None => (text, true),
    }
}

fn node<'a>(entry: &'a Entry, field: &Field) -> Option<&'a Node> {
    match entry.set.get(field) {
        Some(Set::Value { to, .. }) => to.as_ref(),
        Some(
            Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Members { .. } | Set::Other(_),
        )
        | None => None,
    }
}

fn value(entry: &Entry, field: &Field) -> Option<String> {
    node(entry, field).map(ToString::to_string)
}

fn level(entry: &Entry) -> Option<Level> {
    value(entry, &Field::Level).as_deref().and_then(Level::parse)
}

/// Who works on it at the level that it came to.
fn assignee(entry: &Entry) -> Assignee {
    match entry.set.get(&Field::Assignee) {
        None => Assignee::Unchanged,
        Some(_) => value(entry, &Field::Assignee).map_or(Assignee::Queue, Assignee::Person),
    }
}

fn linked(entry: &Entry, adds: bool) -> Option<(LinkKind, TicketId)> {
    entry.set.iter().find_map(|(field, set)| match (field, set) {
        (Field::Links(kind), Set::Members { add, remove }) => {
            let other = if adds { add.first() } else { remove.first() };
            Some((kind.clone(), TicketId::parse(other?)?))
        }
        _ => None,
    })
}

/// For whom the ticket waits: as the entry sets it, or as it was.
fn waiting<'a>(entry: &'a Entry, before: &'a Ticket) -> Option<&'a Node> {
    node(entry, &Field::Deferral).or_else(|| before.fields().get(&Field::Deferral))
}

fn follow_up(deferral: &Node) -> Option<Timestamp> {
    Timestamp::parse(deferral.at("follow_up")?.as_text()?)
}

fn deferral(entry: &Entry, before: &Ticket) -> Option<Deferral> {
    let to = waiting(entry, before)?;
    let text = |key: &str| to.at(key).and_then(Node::as_text).map(str::to_owned);
    if text("to").as_deref() == Some("enhance") {
        return Some(Deferral::Enhance);
    }
    Some(Deferral::Vendor {
        name: text("vendor"),
        case: text("case"),
        follow_up: FollowUp::Recorded(follow_up(to)?),
    })
}

fn ending(entry: &Entry, before: &Ticket) -> ResolutionRequest {
    let code = value(entry, &Field::Resolution)
        .or_else(|| before.fields().get(&Field::Resolution).map(ToString::to_string))
        .unwrap_or_default();
    let added = |field: &Field| match entry.set.get(field) {
        Some(Set::Members { add, .. }) => add.clone(),
        Some(Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Value { .. } | Set::Other(_))
        | None => Vec::new(),
    };
    let survivor = Field::Links(LinkKind::DuplicateOf);
    let known = before.fields().members(&survivor).next().map(str::to_owned);
    // A reason that was taken out was one.
    let said = entry.note.as_deref().and_then(|note| note.split_once(NO_COMMIT)).map(|(_, why)| why);
    let why = said.or(entry.redacted.as_ref().map(EntryId::as_str)).map(str::to_owned);
    ResolutionRequest {
        code: Resolution::parse(&code),
        commits: added(&Field::Commits),
        no_commit: why,
        duplicate_of: added(&survivor).into_iter().next().or(known).as_deref().and_then(TicketId::parse),
        answered_by: added(&Field::Links(LinkKind::AnsweredBy)).first().and_then(|id| TicketId::parse(id)),
    }
}
