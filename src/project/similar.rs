//! Tickets like another: what was done about them may help with it.

use crate::process::similar;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::query::{quoted, words};
use crate::ticket::{Field, Ticket};

/// The tickets like another that are looked at.
const MAX_CANDIDATES: usize = 200;
/// Shorter words say little about what a ticket is about.
const MIN_WORD_CHARS: usize = 4;

impl Project<'_> {
    /// The tickets that have ended and share a longer word of the title, or a label, with this one: those that share
    /// the most.
    pub(super) fn similar_candidates(&self, ticket: &Ticket) -> Result<Vec<Ticket>, Failure> {
        self.sharing_words(ticket, "status:resolved,closed -resolution:spam,other-product")
    }

    pub(super) fn sharing_words(&self, ticket: &Ticket, status: &str) -> Result<Vec<Ticket>, Failure> {
        let words = words(ticket.fields().title());
        let words = words.split(' ').filter(|word| word.chars().count() >= MIN_WORD_CHARS);
        let labels = ticket.fields().members(&Field::Labels).map(|label| format!("label:{}", quoted(label)));
        let terms: Vec<String> = words.map(quoted).chain(labels).collect();
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        self.find_tickets(&format!("{status} ({}) limit:{MAX_CANDIDATES}", terms.join(" OR ")))
    }

    /// The tickets that ended and are most like this one, at most some.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn similar(&self, ticket: &Ticket, limit: usize) -> Result<Vec<Ticket>, Failure> {
        let others = self.similar_candidates(ticket)?;
        Ok(similar(ticket, &others, limit).into_iter().cloned().collect())
    }

    /// The open tickets that are most like one, at most some.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn similar_open(&self, ticket: &Ticket, limit: usize) -> Result<Vec<Ticket>, Failure> {
        let others = self.sharing_words(ticket, "status:open")?;
        Ok(similar(ticket, &others, limit).into_iter().cloned().collect())
    }
}
