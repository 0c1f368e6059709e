//! Text that is taken out of a ticket: by whom, and with the entry that says so.

use crate::process::decide::{Record, checked_note};
use crate::process::own::is_by;
use crate::process::refusal::Refusal;
use crate::process::request::{Actor, Request, RequestKind};
use crate::process::rules::Rules;
use crate::ticket::{Action, Entry, EntryId, Redaction, Ticket};

/// The ticket without what is to be taken out, and with the entry that says so; `None` where there is nothing
/// of it.
///
/// # Errors
/// No reason was given, or it is too long; the text is somebody else's.
pub fn redact(
    ticket: &Ticket,
    redaction: &Redaction,
    note: Option<String>,
    rules: &Rules,
    actor: &Actor,
) -> Result<Option<Ticket>, Refusal> {
    let request = Request::new(RequestKind::Comment).with_note(checked_note(note)?);
    if request.note.is_none() {
        return Err(Refusal::NoReason { step: Action::Redact });
    }
    if request.note.as_deref().is_some_and(|note| redaction.texts.iter().any(|text| note.contains(text))) {
        return Err(Refusal::ReasonHolds);
    }
    let entry = Record::default().step(Action::Redact, ticket.next_position(), request, actor);
    let by = entry.id.clone();
    let Some(after) = ticket.redacted(redaction, entry) else { return Ok(None) };
    check_may_redact(ticket, &after, &by, rules, actor)?;
    Ok(Some(after))
}

/// Sees that somebody may take text out of the entries that a redaction cut: their own, or anybody's for a lead or a
/// product owner. Where nobody leads, everybody may.
pub(super) fn check_may_redact(
    before: &Ticket,
    after: &Ticket,
    redaction: &EntryId,
    rules: &Rules,
    actor: &Actor,
) -> Result<(), Refusal> {
    if !rules.team.is_led() || rules.team.leads(&actor.member) {
        return Ok(());
    }
    let cut = after.timeline().iter().filter(|entry| entry.redacted.as_ref() == Some(redaction));
    let was = |cut: &Entry| before.timeline().iter().find(|entry| entry.identity() == cut.identity());
    match cut.filter_map(was).find(|entry| !is_by(entry, actor)) {
        None => Ok(()),
        Some(entry) => {
            let allowed = rules.team.leaders();
            let (entry, by) = (entry.id.clone(), entry.by.short().to_owned());
            Err(Refusal::NotOwnText { who: actor.by.to_string(), entry, by, allowed })
        }
    }
}
