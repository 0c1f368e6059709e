//! A revert of somebody's own entries, held against the undo that it stands for.

use crate::process::decide::decide;
use crate::process::refusal::Refusal;
use crate::process::request::{Actor, Request, RequestKind};
use crate::process::rules::Rules;
use crate::ticket::{Entry, EntryId, Person, Ticket};

/// True where the rules let somebody undo entries of their own: what they may not set back by `undo`, they may not by
/// `git revert`. What no undo reaches, as an opening, is judged elsewhere.
#[must_use]
pub fn may_set_back(ticket: &Ticket, gone: &[&Entry], who: &Person, rules: &Rules) -> bool {
    let at = ticket.updated().unwrap_or_default();
    let by = gone.first().map_or_else(|| who.clone(), |entry| entry.by.clone());
    let actor = Actor { by, member: who.clone(), at, via: None, entry: EntryId::from_bits(0) };
    let entries = gone.iter().map(|entry| entry.id.clone()).collect();
    let undo = Request::new(RequestKind::Undo(entries));
    !matches!(decide(ticket, undo, rules, &actor), Err(Refusal::NotTheirs { .. }))
}
