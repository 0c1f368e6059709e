//! An issue of another tracker as a ticket that comes in.
//!
//! Each entry's id is told by what it came from, so that a second import of the same file changes nothing, and
//! what happened here meanwhile stays.

use std::collections::BTreeMap;

use crate::intake::tracker::issue::Issue;
use crate::intake::tracker::reading::Said;
use crate::process::{
    Changes, FACTS, FieldChange, IncomingEntry, IncomingIssue, LongText, ProcessAction, Request, RequestKind,
    ResolutionRequest, checksum, without_secrets,
};
use crate::ticket::{
    EntryId, Field, LinkKind, MAX_TEXT_BYTES, NO_COMMIT, Person, Resolution, TicketId, Timestamp, Visibility,
    first_bytes,
};

/// What is said where the rest of a text is attached.
const MORE: &str = "\n\n[The whole text is attached.]\n";

/// An issue as a ticket that comes in, with the links that it and others tell.
pub fn incoming(issue: &Issue, links: &[(LinkKind, TicketId)]) -> IncomingIssue {
    let mut texts = Texts { issue, long: Vec::new() };
    let mut fields = fields(issue, links);
    if !issue.description.trim().is_empty() {
        let (by, at) = (&issue.reporter, issue.created);
        let description = texts.bounded("description", &issue.description, (by, at, Visibility::Customer));
        fields.insert(Field::Description, FieldChange::to_text(description));
    }
    let mut comments = Vec::new();
    comments.extend(facts(issue, &mut texts));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (number, said) in issue.comments.iter().enumerate() {
        comments.extend(comment(said, number, &mut texts, &mut seen));
    }
    // One that was said earlier is not put after what was said later.
    comments.sort_by_key(|comment| comment.at);
    IncomingIssue {
        id: TicketId::from_key(&issue.key),
        key: issue.key.clone(),
        fields,
        unknown: issue.unknown.clone(),
        reporter: issue.reporter.clone(),
        created: issue.created,
        updated: issue.updated,
        long_texts: texts.long,
        comments,
        end: issue.ended.as_ref().map(|ending| ended(issue, ending.at, &ending.code, links)),
        is_end_dated: issue.ended.as_ref().is_some_and(|ending| ending.is_dated),
    }
}

/// The texts of an issue; those that are longer than a ticket takes are attached.
struct Texts<'a> {
    issue: &'a Issue,
    long: Vec<LongText>,
}

impl Texts<'_> {
    /// The id of an entry, as earlier versions told it.
    fn earlier(&self, what: &str) -> EntryId {
        EntryId::from_bits(checksum(&format!("{} {what}", self.issue.key)))
    }

    /// A text as far as a ticket takes it; without secrets.
    fn bounded(
        &mut self,
        what: &str,
        text: &str,
        (by, at, visibility): (&Person, Timestamp, Visibility),
    ) -> String {
        let text = without_secrets(&text.replace("\r\n", "\n"));
        let cut = beginning(&text);
        if cut != text {
            let name = format!("{what}.md");
            let earlier = self.earlier(&format!("attached {name}"));
            self.long.push(LongText { earlier, by: by.clone(), at, visibility, name, text });
        }
        cut
    }
}

/// A comment. It is told by who wrote what and when, not by its number: an earlier one may be deleted there, and one that
/// was edited there is another text.
fn comment(
    said: &Said,
    number: usize,
    texts: &mut Texts<'_>,
    seen: &mut BTreeMap<String, usize>,
) -> Option<IncomingEntry> {
    let Said { id, at, by, text, is_internal } = said;
    let visibility = if *is_internal { Visibility::Internal } else { Visibility::Customer };
    let name = format!("comment-{}", number + 1);
    let note = texts.bounded(&name, text, (by, *at, visibility.clone()));
    if note.trim().is_empty() {
        return None;
    }
    let what = format!("{at} {by} {is_internal} {:016x}", checksum(note.trim_end()));
    let count = seen.entry(what.clone()).or_default();
    *count += 1;
    let mark = format!("comment {what} {count}");
    let request = Request { visibility, ..Request::new(RequestKind::Comment).with_note(Some(note)) };
    let earlier = Some(texts.earlier(&format!("comment {id}")));
    Some(IncomingEntry { mark, earlier, by: by.clone(), at: *at, request })
}

/// What no field of ours has, as an internal note of the tracker's.
fn facts(issue: &Issue, texts: &mut Texts<'_>) -> Option<IncomingEntry> {
    if issue.facts.is_empty() {
        return None;
    }
    let facts = issue.facts.join("\n");
    let (by, at) = (issue.tracker.clone(), issue.created);
    let note = texts.bounded("import", &format!("Imported:\n{facts}"), (&by, at, Visibility::Internal));
    let what = format!("{FACTS}{facts}");
    let mark = format!("{what} {by} {at}");
    let request = Request {
        visibility: Visibility::Internal,
        ..Request::new(RequestKind::Comment).with_note(Some(note))
    };
    Some(IncomingEntry { mark, earlier: Some(texts.earlier(&what)), by, at, request })
}

/// How it ended there. That it is fixed, no commit here shows.
fn ended(issue: &Issue, at: Timestamp, code: &str, links: &[(LinkKind, TicketId)]) -> IncomingEntry {
    let is_duplicate = Resolution::parse(code) == Resolution::Duplicate;
    let original = links.iter().find(|(kind, _)| *kind == LinkKind::DuplicateOf && is_duplicate);
    let why = "It was fixed where it came from.";
    let ending = ResolutionRequest {
        code: Resolution::parse(code),
        commits: Vec::new(),
        no_commit: Some(why.to_owned()),
        duplicate_of: original.map(|(_, id)| id.clone()),
        answered_by: None,
    };
    let note = (code == "fixed").then(|| format!("{NO_COMMIT}{why}"));
    let request = Request::new(RequestKind::Process(ProcessAction::Resolve(ending))).with_note(note);
    IncomingEntry { mark: String::new(), earlier: None, by: issue.closer.clone(), at, request }
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
    let is_duplicate =
        issue.ended.as_ref().is_some_and(|ending| ending.code == Resolution::Duplicate.as_str());
    let is_ending = |kind: &LinkKind| *kind == LinkKind::DuplicateOf && is_duplicate;
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
