//! The versions of a ticket that a commit's parents have, as the commit is held against them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, FileDelta};
use crate::store::{Error, Parsed, Store, Version};
use crate::ticket::{Ticket, TicketId, with_edited};

/// The versions of a ticket that a commit's parents have.
pub(super) fn versions_before(
    passage: &CommitDelta,
    file: &FileDelta,
    id: &TicketId,
    parsed: &mut Parsed<'_>,
) -> Result<Vec<Arc<Version>>, Failure> {
    let mut before = Vec::new();
    for (parent, item) in passage.parents.iter().zip(&file.before) {
        let Some(item) = item.as_ref().filter(|item| item.kind.has_content()) else { continue };
        let version = parsed.get(id, item.id)?;
        if version.content.is_ok() {
            before.push(version);
        } else {
            before.extend(parsed.last_readable(*parent, id)?);
        }
    }
    Ok(before)
}

/// The versions of a merge's parents, each with the entries that the other has edited since they parted: what that was is
/// found in the commit that did it.
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
