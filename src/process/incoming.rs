//! A ticket that comes in from outside: whole, new, or as an issue of another tracker tells it.

use std::collections::BTreeSet;

use crate::process::fingerprint::checksum;
use crate::process::request::{Changes, FieldChange, ProcessAction, Request, RequestKind, ResolutionRequest};
use crate::ticket::{
    Entry, EntryId, Field, LinkKind, NO_COMMIT, Person, Resolution, Set, Ticket, TicketId, Timestamp,
    Visibility,
};

/// A ticket that comes in.
#[derive(Debug, Clone)]
pub enum Incoming {
    /// A whole ticket, with its timeline.
    Whole(Box<Ticket>),
    /// A new ticket.
    New(NewTicket),
    /// An issue of another tracker.
    Issue(Box<IncomingIssue>),
}

/// A new ticket, as a line gives it.
#[derive(Debug, Clone)]
pub struct NewTicket {
    /// The id that its key gives it; a new one is drawn where there is no key.
    pub id: Option<TicketId>,
    /// Its fields.
    pub changes: Changes,
    /// When it was opened; now, where it is not said.
    pub created: Option<Timestamp>,
}

/// An issue of another tracker: it is opened the first time, and only what changed there is taken over the next.
#[derive(Debug, Clone)]
pub struct IncomingIssue {
    /// The id of its ticket, from its address.
    pub id: TicketId,
    /// What its entries' ids are told by: the address.
    pub key: String,
    /// The fields that it has there.
    pub fields: Changes,
    /// The fields of which the export says nothing, not even that they are empty.
    pub unknown: BTreeSet<Field>,
    /// Who reported it.
    pub reporter: Person,
    /// When.
    pub created: Timestamp,
    /// When it changed last there, where the export tells.
    pub updated: Option<Timestamp>,
    /// Texts that are longer than a ticket takes, whole: files to attach.
    pub long_texts: Vec<LongText>,
    /// What was said about it, the oldest first.
    pub comments: Vec<IncomingEntry>,
    /// How it ended, if it did.
    pub end: Option<IncomingEntry>,
    /// True where the export says when it ended, not only that it has.
    pub is_end_dated: bool,
}

/// A text that is longer than a ticket takes.
#[derive(Debug, Clone)]
pub struct LongText {
    /// The id of the entry that attaches it, as earlier versions told it.
    pub earlier: EntryId,
    /// Who wrote it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Who may see it.
    pub visibility: Visibility,
    /// The name of the file.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// What an import says of the state that it brought.
const AS_OF: &str = "Imported as of ";

impl IncomingIssue {
    /// The id of an entry that brings something: it is told by all that the entry says, so that two clones which import one
    /// export write the same, and never two entries that differ under one id.
    #[must_use]
    pub fn entry_id(&self, mark: &str) -> EntryId {
        EntryId::from_bits(checksum(&format!("{} {mark}", self.key)))
    }

    /// True for an entry that an import made of something.
    #[must_use]
    pub fn is_entry_of(&self, entry: &Entry, mark: &str) -> bool {
        entry.id == self.entry_id(mark)
    }

    /// True where a ticket has something that happened there: as this version tells it, or as earlier ones did, which told a
    /// comment by its number.
    #[must_use]
    pub fn is_known(&self, ticket: &Ticket, what: &IncomingEntry) -> bool {
        let is_it = |entry: &Entry| {
            (entry.at == what.at && self.is_entry_of(entry, &what.mark))
                // What no field has, an export of another form may tell in other letters.
                || (what.mark.starts_with(FACTS) && entry.by == what.by && is_alike(entry, what))
                || (what.earlier.as_ref() == Some(&entry.id)
                    && (entry.redacted.is_some()
                        || is_same_text(entry.note.as_ref(), what.request.note.as_ref())))
        };
        ticket.timeline().iter().any(is_it)
    }

    /// True where a ticket has a long text as a file.
    #[must_use]
    pub fn is_attached(&self, ticket: &Ticket, text: &LongText, sum: &str) -> bool {
        let has_it = |entry: &Entry| entry.attachment.as_ref().is_some_and(|file| file.sha256 == sum);
        let is_it = |entry: &Entry| {
            (entry.at == text.at && self.is_entry_of(entry, &attached_mark(sum)))
                || (entry.id == text.earlier && (entry.redacted.is_some() || has_it(entry)))
        };
        ticket.timeline().iter().any(is_it)
    }

    /// True for the entry that brings fields over, after another such entry: it tells by itself that an import made it.
    #[must_use]
    pub fn is_update(&self, entry: &Entry, last: &EntryId, fields: &str) -> bool {
        let earlier = EntryId::from_bits(checksum(&format!("{} after {last} {fields}", self.key)));
        entry.id == earlier || self.is_entry_of(entry, &update_mark(last, fields, &entry.by, entry.at))
    }

    /// True for the entry with which it ended there.
    #[must_use]
    pub fn is_end(&self, entry: &Entry) -> bool {
        let earlier = EntryId::from_bits(checksum(&format!("{} ended {}", self.key, entry.at)));
        let code = match entry.set.get(&Field::Resolution) {
            Some(Set::Value { to: Some(code), .. }) => code.to_string(),
            _ => String::new(),
        };
        let original = match entry.set.get(&Field::Links(LinkKind::DuplicateOf)) {
            Some(Set::Members { add, .. }) => add.join(" "),
            _ => String::new(),
        };
        entry.id == earlier || self.is_entry_of(entry, &end_mark(&entry.by, entry.at, &code, &original))
    }

    /// True where the export says that it ended again later than with an entry, and not only by another reading of its dates.
    #[must_use]
    pub fn ended_after(&self, ticket: &Ticket, last: &Entry) -> bool {
        let Some(end) = self.end.as_ref().filter(|_| self.is_end_dated) else { return false };
        let later = end.at.unix() - last.at.unix();
        let opening = ticket.timeline().first();
        later > 0 && opening.is_none_or(|opening| self.created.unix() - opening.at.unix() != later)
    }

    /// True for the entry that says how it ended there: with the end, or since.
    #[must_use]
    pub fn is_ending(&self, entry: &Entry, last: &Entry) -> bool {
        let code = match entry.set.get(&Field::Resolution) {
            Some(Set::Value { to: Some(code), .. }) => code.to_string(),
            _ => return false,
        };
        entry.id == last.id || self.is_entry_of(entry, &ending_mark(&code, last, &entry.by, entry.at))
    }

    /// That it ended otherwise than it was known to.
    #[must_use]
    pub fn ending_changed(
        &self,
        ending: &ResolutionRequest,
        last: &Entry,
        by: &Person,
        at: Timestamp,
    ) -> IncomingEntry {
        let code = ending.code.as_str();
        let changes = Changes::from([(Field::Resolution, FieldChange::to_text(code))]);
        // A fix there has no commit here.
        let is_fixed = ending.code == Resolution::Fixed;
        let note = ending.no_commit.as_ref().filter(|_| is_fixed).map(|why| format!("{NO_COMMIT}{why}"));
        let request = Request::new(RequestKind::Edit(changes)).with_note(note.or_else(|| self.as_of()));
        let request = Request { force: is_fixed, visibility: Visibility::Internal, ..request };
        let mark = ending_mark(code, last, by, at);
        IncomingEntry { mark, earlier: None, by: by.clone(), at, request }
    }

    /// That it was opened again after it had ended.
    #[must_use]
    pub fn reopened(&self, ended: &Entry, by: &Person, at: Timestamp) -> IncomingEntry {
        let request = Request::new(RequestKind::Process(ProcessAction::Reopen))
            .with_note(Some("It was opened again where it came from.".to_owned()));
        let mark = reopened_mark(ended, by, at);
        IncomingEntry { mark, earlier: None, by: by.clone(), at, request }
    }

    /// The entry with which an import opened a ticket again that nothing has ended since.
    #[must_use]
    pub fn reopening<'t>(&self, ticket: &'t Ticket) -> Option<&'t Entry> {
        let last = ticket.setter(&Field::Status)?;
        let mut ends = ticket.timeline().iter().filter(|entry| self.is_end(entry));
        ends.any(|end| self.is_entry_of(last, &reopened_mark(end, &last.by, last.at))).then_some(last)
    }

    /// What is said of the state that an export has.
    #[must_use]
    pub fn as_of(&self) -> Option<String> {
        self.updated.map(|at| format!("{AS_OF}{at}."))
    }
}

/// The state that an entry brought, where it says.
#[must_use]
pub fn state_brought(entry: &Entry) -> Option<Timestamp> {
    Timestamp::parse(entry.note.as_ref()?.trim_end().strip_prefix(AS_OF)?.strip_suffix('.')?)
}

/// What tells the entry that brings fields over.
#[must_use]
pub fn update_mark(last: &EntryId, fields: &str, by: &Person, at: Timestamp) -> String {
    format!("changed {last} {fields} {by} {at}")
}

/// What tells the entry with which an issue ended.
#[must_use]
pub fn end_mark(by: &Person, at: Timestamp, code: &str, original: &str) -> String {
    format!("ended {by} {at} {code} {original}")
}

fn reopened_mark(ended: &Entry, by: &Person, at: Timestamp) -> String {
    format!("reopened after {} {by} {at}", ended.id)
}

fn ending_mark(code: &str, last: &Entry, by: &Person, at: Timestamp) -> String {
    format!("ended as {code} after {} {by} {at}", last.id)
}

/// What tells the entry that attaches a long text, by its checksum.
#[must_use]
pub fn attached_mark(sum: &str) -> String {
    format!("attached {sum}")
}

/// How the mark of the tracker's own note begins: what no field has.
pub const FACTS: &str = "facts ";

fn is_alike(entry: &Entry, what: &IncomingEntry) -> bool {
    let plain = |note: &Option<String>| note.as_ref().map(|note| note.trim_end().to_lowercase());
    entry.note.is_some() && plain(&entry.note) == plain(&what.request.note)
}

fn is_same_text(one: Option<&String>, other: Option<&String>) -> bool {
    one.map(|text| text.trim_end()) == other.map(|text| text.trim_end())
}

/// Something that happened in another tracker.
#[derive(Debug, Clone)]
pub struct IncomingEntry {
    /// What tells it from everything else of the issue.
    pub mark: String,
    /// Its id, as earlier versions told it; they had none for what they did not know.
    pub earlier: Option<EntryId>,
    /// Who did it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// What.
    pub request: Request,
}
