//! Whose an entry is, and whether others have gone on from it.

use crate::process::request::Actor;
use crate::ticket::{Entry, Ticket};

/// True where somebody else has done something to a ticket since an entry at a place.
pub(super) fn others_since(ticket: &Ticket, place: usize, actor: &Actor) -> bool {
    ticket.timeline().iter().skip(place + 1).any(|entry| !is_by(entry, actor) && entry.speaker.is_none())
}

/// True where somebody else has changed a ticket since an entry at a place: words alone stand beside it.
pub(super) fn others_went_on(ticket: &Ticket, place: usize, actor: &Actor) -> bool {
    let went_on = |entry: &Entry| !entry.set.is_empty() && !is_by(entry, actor);
    ticket.timeline().iter().skip(place + 1).any(|entry| went_on(entry) && entry.speaker.is_none())
}

/// True for an entry of the actor's own.
pub(super) fn is_by(entry: &Entry, actor: &Actor) -> bool {
    [&actor.by, &actor.member].iter().any(|who| who.is_named(&entry.by.to_string()))
}
