//! Messages that came in, and that go out.

use crate::ticket::{EntryId, TicketId, Timestamp};

/// What became of a message that came in.
#[derive(Debug, Clone)]
pub struct TakenLine {
    /// Where it stood.
    pub place: String,
    /// Who it says wrote it.
    pub from: String,
    /// What it opens with.
    pub subject: String,
    /// What became of it: `opened`, `comment`, `note`, `known`, `left`, `failed`.
    pub outcome: &'static str,
    /// The ticket.
    pub ticket: Option<TicketId>,
    /// Why it was left.
    pub reason: Option<String>,
}

impl TakenLine {
    /// The outcome of a message that could not be read.
    pub const FAILED: &'static str = "failed";
}

/// A message that is to go out, or went.
#[derive(Debug, Clone)]
pub struct OutgoingLine {
    /// The ticket it is about.
    pub ticket: TicketId,
    /// The entry it is made of.
    pub entry: EntryId,
    /// Its Message-ID, without angle brackets.
    pub id: String,
    /// Everybody who gets it.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub at: Timestamp,
    /// Where it stands: `queued`, `sent`, `sent again`, `under way`, `failed`.
    pub state: &'static str,
    /// What went wrong.
    pub problem: Option<String>,
}

impl OutgoingLine {
    /// The state of a message that could not be sent.
    pub const FAILED: &'static str = "failed";
}
