//! An issue of another tracker as a ticket that comes in.
//!
//! Each entry's id is told by what it came from, so that a second import of the same file changes nothing, and
//! what happened here meanwhile stays.

use crate::intake::tracker::issue::{Issue, Said};
use crate::process::{
    Changes, FieldChange, IncomingEntry, IncomingIssue, ProcessAction, Request, RequestKind,
    ResolutionRequest, checksum, without_secrets,
};
use crate::ticket::{EntryId, Field, MAX_TEXT_BYTES, Resolution, TicketId};

/// An issue as a ticket that comes in.
pub fn incoming(issue: &Issue) -> IncomingIssue {
    let entry = |what: &str| EntryId::from_bits(checksum(&format!("{} {what}", issue.key)));
    let opening = fields(issue);
    let follows = |(field, _): &(Field, FieldChange)| CONTENT.contains(field);
    let comment = |Said { id, at, by, text }: &Said| {
        let note = Some(bounded(text)).filter(|text| !text.trim().is_empty())?;
        let request = Request::new(RequestKind::Comment).with_note(Some(note));
        Some(IncomingEntry { entry: entry(&format!("comment {id}")), by: by.clone(), at: *at, request })
    };
    let end = issue.ended.map(|(at, code)| {
        let ending = ResolutionRequest {
            code: Resolution::parse(code),
            commits: Vec::new(),
            no_commit: Some("It ended elsewhere.".to_owned()),
            duplicate_of: None,
        };
        let request = Request::new(RequestKind::Process(ProcessAction::Resolve(ending)));
        IncomingEntry { entry: entry(&format!("ended {at}")), by: issue.reporter.clone(), at, request }
    });
    IncomingIssue {
        id: TicketId::from_key(&issue.key),
        content: opening.clone().into_iter().filter(follows).collect(),
        opening,
        content_entry: entry(&format!("content {:?}", (&issue.title, &issue.description, &issue.labels))),
        reporter: issue.reporter.clone(),
        created: issue.created,
        comments: issue.comments.iter().filter_map(comment).collect(),
        end,
    }
}

/// The fields that follow the other tracker.
const CONTENT: &[Field] = &[Field::Title, Field::Description, Field::Labels];

fn fields(issue: &Issue) -> Changes {
    let mut changes = Changes::from([
        (Field::Title, FieldChange::to_text(&issue.title)),
        (Field::Type, FieldChange::to_text(issue.kind)),
        (Field::Reporter, FieldChange::to_text(issue.reporter.to_string())),
        (Field::Channel, FieldChange::to_text("import")),
        (Field::Key, FieldChange::to_text(&issue.key)),
    ]);
    changes.extend(issue.severity.map(|severity| (Field::Severity, FieldChange::to_text(severity))));
    changes.extend(issue.assignee.as_ref().map(|who| (Field::Assignee, FieldChange::to_text(who))));
    if !issue.description.trim().is_empty() {
        changes.insert(Field::Description, FieldChange::to_text(bounded(&issue.description)));
    }
    for (field, words) in [(Field::Labels, &issue.labels), (Field::Affects, &issue.affects)] {
        if !words.is_empty() {
            changes.insert(field, FieldChange::adding(words.clone()));
        }
    }
    changes
}

/// A text that a ticket takes, without what looks like a secret.
fn bounded(text: &str) -> String {
    let text = without_secrets(&text.replace("\r\n", "\n"));
    let end = (0..=MAX_TEXT_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}
