//! What stands of an entry that history has: where it was redacted since, or its ticket purged, no answer has the text.

use std::collections::HashMap;

use crate::store::error::Error;
use crate::store::snapshot::{Read, Snapshot};
use crate::ticket::{Entry, Ticket, TicketId};

/// The tickets of a state, as far as they were asked for.
pub(super) struct Standing<'s, 'r> {
    snapshot: &'s Snapshot<'r>,
    known: HashMap<TicketId, Option<Known>>,
}

/// What is kept of a ticket: little, since there may be many.
struct Known {
    title: String,
    is_purged: bool,
    /// The entries that were redacted, or whose file was.
    redacted: Vec<Entry>,
    /// Of a purged ticket, all that are left.
    left: Vec<Entry>,
}

impl Known {
    fn of(ticket: &Ticket) -> Self {
        let is_redacted = |entry: &&Entry| {
            entry.redacted.is_some() || entry.attachment.as_ref().is_some_and(|file| file.is_removed)
        };
        let is_purged = ticket.is_purged();
        Self {
            title: ticket.fields().title().to_owned(),
            is_purged,
            redacted: ticket.timeline().iter().filter(is_redacted).cloned().collect(),
            left: if is_purged { ticket.timeline().to_vec() } else { Vec::new() },
        }
    }
}

impl<'s, 'r> Standing<'s, 'r> {
    pub(super) fn new(snapshot: &'s Snapshot<'r>) -> Self {
        Self { snapshot, known: HashMap::new() }
    }

    /// An entry of a ticket's history as it stands, and the ticket's title; `None` where it was purged. One of a ticket that is
    /// not there, or cannot be read, is as history has it, title and all.
    ///
    /// # Errors
    /// An object cannot be read.
    pub(super) fn of(
        &mut self,
        id: &TicketId,
        (title, entry): (String, Entry),
    ) -> Read<Option<(String, Entry)>> {
        if !self.known.contains_key(id) {
            let ticket = match self.snapshot.ticket(id) {
                Ok(ticket) => ticket,
                Err(Error::BadFile(_)) => None,
                Err(error) => return Err(error),
            };
            self.known.insert(id.clone(), ticket.as_ref().map(Known::of));
        }
        let Some(known) = self.known.get(id).and_then(Option::as_ref) else {
            return Ok(Some((title, entry)));
        };
        let is_it = |other: &&Entry| other.identity() == entry.identity();
        if known.is_purged && !known.left.iter().any(|other| is_it(&other)) {
            return Ok(None);
        }
        let redacted = known.redacted.iter().find(is_it).cloned();
        Ok(Some((known.title.clone(), redacted.unwrap_or(entry))))
    }
}
