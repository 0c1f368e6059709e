//! A ticket that must not be in the tree any more: who may purge it, and what remains.

use crate::process::decide::{Record, checked_note};
use crate::process::refusal::Refusal;
use crate::process::request::{Actor, Request, RequestKind};
use crate::process::rules::Rules;
use crate::ticket::{Action, Ticket};

/// What remains of a ticket that is purged; `None` where it is purged already.
///
/// # Errors
/// No reason was given, or whoever asks neither leads nor owns the product.
pub fn purge(
    ticket: &Ticket,
    note: Option<String>,
    rules: &Rules,
    actor: &Actor,
) -> Result<Option<Ticket>, Refusal> {
    if ticket.is_purged() {
        return Ok(None);
    }
    check_may_purge(rules, actor)?;
    let request = Request::new(RequestKind::Comment).with_note(checked_note(note)?);
    if request.note.is_none() {
        return Err(Refusal::NoReason { step: Action::Purge });
    }
    let entry = Record::default().step(Action::Purge, ticket.next_position(), request, actor);
    Ok(Some(ticket.purged_by(entry)))
}

/// Sees that somebody may purge tickets: a lead or a product owner. Where nobody leads, everybody may.
pub(super) fn check_may_purge(rules: &Rules, actor: &Actor) -> Result<(), Refusal> {
    if !rules.team.is_led() || rules.team.leads(&actor.member) {
        return Ok(());
    }
    Err(Refusal::NotToPurge { who: actor.by.to_string(), allowed: rules.team.leaders() })
}
