//! An issue of another tracker as a ticket that comes in.
//!
//! Each entry's id is told by what it came from, so that a second import of the same file changes nothing, and
//! what happened here meanwhile stays.

use crate::intake::tracker::issue::{Issue, Said};
use crate::process::{
    Changes, FieldChange, IncomingEntry, IncomingIssue, LongText, ProcessAction, Request, RequestKind,
    ResolutionRequest, checksum, without_secrets,
};
use crate::ticket::{
    EntryId, Field, LinkKind, MAX_TEXT_BYTES, Resolution, TicketId, Timestamp, Visibility, first_bytes,
};

/// What is said where the rest of a text is attached.
const MORE: &str = "\n\n[The whole text is attached.]\n";

/// An issue as a ticket that comes in, with the links that it and others tell.
pub fn incoming(issue: &Issue, links: &[(LinkKind, TicketId)]) -> IncomingIssue {
    let entry = |what: &str| EntryId::from_bits(checksum(&format!("{} {what}", issue.key)));
    let mut long_texts = Vec::new();
    let mut bounded = |what: &str, text: &str| {
        let text = without_secrets(&text.replace("\r\n", "\n"));
        let cut = beginning(&text);
        if cut != text {
            let name = format!("{what}.md");
            long_texts.push(LongText { entry: entry(&format!("attached {name}")), name, text });
        }
        cut
    };
    let mut fields = fields(issue, links);
    if !issue.description.trim().is_empty() {
        let description = bounded("description", &issue.description);
        fields.insert(Field::Description, FieldChange::to_text(description));
    }
    let mut comments = Vec::new();
    for (number, Said { id, at, by, text, is_internal }) in issue.comments.iter().enumerate() {
        let note = bounded(&format!("comment-{}", number + 1), text);
        if !note.trim().is_empty() {
            let visibility = if *is_internal { Visibility::Internal } else { Visibility::Customer };
            let request = Request { visibility, ..Request::new(RequestKind::Comment).with_note(Some(note)) };
            comments.push(IncomingEntry {
                entry: entry(&format!("comment {id}")),
                by: by.clone(),
                at: *at,
                request,
            });
        }
    }
    if !issue.facts.is_empty() {
        let facts = issue.facts.join("\n");
        let note = Some(bounded("import", &format!("Imported:\n{facts}")));
        let request = Request {
            visibility: Visibility::Internal,
            ..Request::new(RequestKind::Comment).with_note(note)
        };
        let (entry, by) = (entry(&format!("facts {facts}")), issue.reporter.clone());
        comments.push(IncomingEntry { entry, by, at: issue.created, request });
    }
    let mut one = IncomingIssue {
        id: TicketId::from_key(&issue.key),
        key: issue.key.clone(),
        fields,
        reporter: issue.reporter.clone(),
        created: issue.created,
        long_texts,
        comments,
        end: None,
    };
    one.end = issue.ended.as_ref().map(|(at, code)| ended(&one, *at, code, links));
    one
}

/// How it ended there. That it is fixed, no commit here shows.
fn ended(one: &IncomingIssue, at: Timestamp, code: &str, links: &[(LinkKind, TicketId)]) -> IncomingEntry {
    let original = links.iter().find(|(kind, _)| *kind == LinkKind::DuplicateOf);
    let why = "It was fixed where it came from.";
    let ending = ResolutionRequest {
        code: Resolution::parse(code),
        commits: Vec::new(),
        no_commit: Some(why.to_owned()),
        duplicate_of: original.map(|(_, id)| id.clone()),
        answered_by: None,
    };
    let note = (code == "fixed").then(|| format!("No commit: {why}"));
    let request = Request::new(RequestKind::Process(ProcessAction::Resolve(ending))).with_note(note);
    IncomingEntry { entry: one.end_entry(at), by: one.reporter.clone(), at, request }
}

fn fields(issue: &Issue, links: &[(LinkKind, TicketId)]) -> Changes {
    let mut changes = Changes::from([
        (Field::Title, FieldChange::to_text(&issue.title)),
        (Field::Reporter, FieldChange::to_text(issue.reporter.to_string())),
        (Field::Channel, FieldChange::to_text("import")),
        (Field::Key, FieldChange::to_text(&issue.key)),
    ]);
    for (field, word) in [
        (Field::Type, &issue.kind),
        (Field::Status, &issue.status),
        (Field::Severity, &issue.severity),
        (Field::Assignee, &issue.assignee),
    ] {
        changes.extend(word.as_ref().map(|word| (field, FieldChange::to_text(word))));
    }
    for (field, words) in [(Field::Labels, &issue.labels), (Field::Affects, &issue.affects)] {
        if !words.is_empty() {
            changes.insert(field, FieldChange::adding(words.clone()));
        }
    }
    // Of a duplicate, the resolution names the other one.
    let is_ending = |kind: &LinkKind| *kind == LinkKind::DuplicateOf && issue.ended.is_some();
    for (kind, id) in links.iter().filter(|(kind, _)| !is_ending(kind)) {
        let change =
            changes.entry(Field::Links(kind.clone())).or_insert_with(|| FieldChange::adding(Vec::new()));
        if let FieldChange::Members { add, .. } = change
            && !add.contains(&id.to_string())
        {
            add.push(id.to_string());
        }
    }
    changes
}

/// As much of a text as a ticket takes.
fn beginning(text: &str) -> String {
    if text.len() <= MAX_TEXT_BYTES {
        return text.to_owned();
    }
    format!("{}{MORE}", first_bytes(text, MAX_TEXT_BYTES - MORE.len()).trim_end())
}
