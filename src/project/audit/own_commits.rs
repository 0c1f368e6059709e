//! Where an entry comes from: the commits here that brought it as their own; and whether a commit says what it brings.

use crate::process::audit::{CommitFacts, Origin};
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, ObjectId};
use crate::store::{Error, Parsed, Store, layout};
use crate::ticket::{Entry, Ticket, TicketId};

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

impl Review<'_> {
    /// What a commit says of itself is what its entries do: those that are new in it, and those of them that are its own.
    pub(super) fn message(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        changed: &[String],
        (new, own): (&[&Entry], &[&Entry]),
    ) -> Result<(), Failure> {
        let purged = self.names_purged(passage.commit, &facts.said.tickets, changed)?;
        let untrue =
            |earlier: &[_]| facts.said.untrue(changed, (new, own, earlier), facts.is_first(), purged);
        let mut found = untrue(&[]);
        if !found.is_empty() {
            found = untrue(&told_earlier(self.store, passage, facts)?);
        }
        for finding in found {
            self.found(passage.commit, None, "", finding);
        }
        Ok(())
    }
}

/// The entries that a commit was first made with, where it was picked after a later one that brought them along: those of the
/// tickets it names, by its author, at its author date.
fn told_earlier(
    store: &Store,
    passage: &CommitDelta,
    facts: &CommitFacts,
) -> Result<Vec<(TicketId, Entry)>, Failure> {
    let mut earlier = Vec::new();
    if facts.is_first() || facts.parents != 1 || !facts.said.is_ours {
        return Ok(earlier);
    }
    let Some(parent) = passage.parents.first() else { return Ok(earlier) };
    let before = store.snapshot(Some(&parent.to_string()))?;
    for id in facts.said.tickets.iter().filter_map(|id| TicketId::parse(id)) {
        let ticket = before.ticket(&id).unwrap_or_default();
        let entries = ticket.iter().flat_map(Ticket::timeline);
        let own = entries.filter(|entry| entry.at == facts.authored && facts.names(&entry.by));
        earlier.extend(own.map(|entry| (id.clone(), entry.clone())));
    }
    Ok(earlier)
}
