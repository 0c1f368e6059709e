//! Entries that somebody edited by hand on one side of a merge: what that was is found in the commit that did it.

use std::borrow::Cow;

use crate::project::failure::Failure;
use crate::store::git::CommitDelta;
use crate::store::{Error, Parsed, Store};
use crate::ticket::{Ticket, TicketId, with_edited};

/// The versions of a merge's parents, each with the entries that the other has edited since they parted.
pub(super) fn met_edited<'t>(
    store: &Store,
    passage: &CommitDelta,
    id: &TicketId,
    before: Vec<&'t Ticket>,
    parsed: &mut Parsed<'_>,
) -> Result<Vec<Cow<'t, Ticket>>, Failure> {
    let as_they_are = |before: Vec<&'t Ticket>| before.into_iter().map(Cow::Borrowed).collect();
    let ([ours, theirs], [one, other]) = (&before[..], &passage.parents[..]) else {
        return Ok(as_they_are(before));
    };
    let differs =
        ours.timeline().iter().any(|entry| theirs.has_entry_like(entry) && !theirs.has_entry(entry));
    if !differs {
        return Ok(as_they_are(before));
    }
    let parted = store.repository().merge_base(*one, *other).map_err(Error::from)?;
    let Some(base) = parted.map(|base| parsed.at(base, id)).transpose()?.flatten() else {
        return Ok(as_they_are(before));
    };
    let Ok(base) = &base.content else { return Ok(as_they_are(before)) };
    Ok(vec![with_edited(base, ours, theirs), with_edited(base, theirs, ours)])
}
