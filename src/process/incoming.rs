//! A ticket that comes in from outside: whole, new, or as an issue of another tracker tells it.

use crate::process::fingerprint::checksum;
use crate::process::request::{Changes, Request};
use crate::ticket::{EntryId, Person, Ticket, TicketId, Timestamp};

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
    /// Who reported it.
    pub reporter: Person,
    /// When.
    pub created: Timestamp,
    /// Texts that are longer than a ticket takes, whole: files to attach.
    pub long_texts: Vec<LongText>,
    /// What was said about it, the oldest first.
    pub comments: Vec<IncomingEntry>,
    /// How it ended, if it did.
    pub end: Option<IncomingEntry>,
}

/// A text that is longer than a ticket takes.
#[derive(Debug, Clone)]
pub struct LongText {
    /// The id of the entry that attaches it.
    pub entry: EntryId,
    /// The name of the file.
    pub name: String,
    /// All of it.
    pub text: String,
}

impl IncomingIssue {
    /// The id of the entry that brings fields over, after another such entry: so that an entry tells by itself that an
    /// import made it.
    #[must_use]
    pub fn update_entry(&self, after: &EntryId, fields: &str) -> EntryId {
        EntryId::from_bits(checksum(&format!("{} after {after} {fields}", self.key)))
    }

    /// The id of the entry with which it ended there at a time.
    #[must_use]
    pub fn end_entry(&self, at: Timestamp) -> EntryId {
        EntryId::from_bits(checksum(&format!("{} ended {at}", self.key)))
    }

    /// The id of the entry with which it was worked on again there, after an end.
    #[must_use]
    pub fn reopened_entry(&self, after: &EntryId) -> EntryId {
        EntryId::from_bits(checksum(&format!("{} reopened after {after}", self.key)))
    }

    /// The id of the entry that opened it here.
    #[must_use]
    pub fn opening_entry(&self) -> EntryId {
        EntryId::from_bits(checksum(&format!("{} opened", self.key)))
    }
}

/// Something that happened in another tracker.
#[derive(Debug, Clone)]
pub struct IncomingEntry {
    /// Its id, told by what it came from.
    pub entry: EntryId,
    /// Who did it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// What.
    pub request: Request,
}
