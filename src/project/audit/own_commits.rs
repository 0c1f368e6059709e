//! Where an entry comes from: the commits here that brought it as their own.

use crate::process::audit::{CommitFacts, Origin};
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::git::ObjectId;
use crate::store::{Error, Parsed, Store, layout};
use crate::ticket::{Entry, TicketId};

/// The commits here, on any branch or remembered, that brought an entry as their own, but for one.
pub(super) fn own_commits(
    review: &mut Review<'_>,
    ticket: &TicketId,
    entry: &Entry,
    but: ObjectId,
) -> Result<Vec<ObjectId>, Failure> {
    let (store, path) = (review.store, layout::ticket(ticket));
    let mut tips = store.repository().commit_tips().map_err(Error::from)?;
    tips.extend(store.repository().remembered());
    tips.push(but);
    let mut own = Vec::new();
    let mut parsed = Parsed::new(store);
    for commit in store.repository().touching(&tips, &[], &[&path]).map_err(Error::from)? {
        if commit == but {
            continue;
        }
        for touch in store.repository().touches(commit, &path).map_err(Error::from)? {
            let Some(blob) = touch.blob else { continue };
            let version = parsed.get(ticket, blob)?;
            let Ok(version) = &version.content else { continue };
            let facts = facts(store, review, commit)?;
            let by = review.book.member(&entry.by)?;
            let is_there = version.timeline().iter().any(|one| is_same(one, entry));
            if is_there && Origin::of(entry, &by, &facts) == Origin::Own {
                own.push(commit);
            }
        }
    }
    Ok(own)
}

/// True where both are one entry, whole or with text taken out.
pub(super) fn is_same(one: &Entry, other: &Entry) -> bool {
    one == other || one.is_cut_of(other) || other.is_cut_of(one)
}

/// What a commit says of itself, and who made it.
pub(super) fn facts(
    store: &Store,
    review: &mut Review<'_>,
    commit: ObjectId,
) -> Result<CommitFacts, Failure> {
    let passage = store.repository().passage(commit, layout::FOLDER).map_err(Error::from)?;
    let rules = review.book.at(passage.parents.first())?;
    review.facts(&passage, &rules)
}
