//! A ticket that comes in from outside: whole, new, or as an issue of another tracker tells it.

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

/// An issue of another tracker: it is opened the first time, and only what is new is added the next.
#[derive(Debug, Clone)]
pub struct IncomingIssue {
    /// The id of its ticket, from its address.
    pub id: TicketId,
    /// The fields that it is opened with.
    pub opening: Changes,
    /// The fields that follow the other tracker, where the ticket is here already.
    pub content: Changes,
    /// The entry that stands for the present content.
    pub content_entry: EntryId,
    /// Who reported it.
    pub reporter: Person,
    /// When.
    pub created: Timestamp,
    /// What was said about it, the oldest first.
    pub comments: Vec<IncomingEntry>,
    /// How it ended, if it did.
    pub end: Option<IncomingEntry>,
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
