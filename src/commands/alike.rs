//! Tickets like another: what was done about them may help with it.

use crate::commands::catalogue::whole;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::query::words;
use crate::store::{Snapshot, Store};
use crate::ticket::{Field, Ticket};

/// The tickets like another that are looked at.
const MAX_ALIKE: usize = 200;
/// Shorter words say little about what a ticket is about.
const MIN_WORD_CHARS: usize = 4;

/// The tickets that have ended and share a longer word of the title, or a label, with this one: those that
/// share the most.
pub(crate) fn alike(
    store: &Store,
    snapshot: &Snapshot<'_>,
    ticket: &Ticket,
    session: &mut Session<'_>,
) -> Result<Vec<Ticket>, Failure> {
    let words = words(ticket.head().title());
    let words = words.split(' ').filter(|word| word.chars().count() >= MIN_WORD_CHARS);
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let labels = ticket.head().members(&Field::Labels).map(|label| format!("label:{}", quoted(label)));
    let terms: Vec<String> = words.map(quoted).chain(labels).collect();
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let query = format!("status:resolved,closed ({}) limit:{MAX_ALIKE}", terms.join(" OR "));
    whole(store, snapshot, &query, session)
}
