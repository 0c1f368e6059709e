//! Three versions of a ticket, as git hands them to a merge driver: what was, ours, theirs.
//!
//! The merge rule needs no base. The base tells three things more: entries that theirs undoes (`git
//! revert`), which stay in the timeline and are answered by an entry of their own; edits by hand, which
//! no entry accounts for and which would otherwise be lost; and which of two versions of an entry is the newer.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::Ticket;
use crate::ticket::entry::Entry;
use crate::ticket::field::{Field, OF_A_STATUS};
use crate::ticket::id::EntryId;
use crate::ticket::merge::{Merged, merge};

/// What came of three versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThreeWay {
    /// One ticket that holds everything of both.
    One(Box<Ticket>),
    /// The same, and fields that are to be set back, because theirs takes their entries back.
    TakenBack {
        /// The ticket, with every entry.
        ticket: Box<Ticket>,
        /// The entries that theirs undoes.
        entries: Vec<EntryId>,
    },
    /// Two tickets that met under one id by chance.
    Two,
    /// Fields that were edited by hand on one side and changed on the other.
    Contested(Vec<Field>),
}

/// Merges ours and theirs, which both came from `base`.
#[must_use]
pub fn merge_three(base: &Ticket, ours: &Ticket, theirs: &Ticket) -> ThreeWay {
    let (ours, theirs) = (&*with_edited(base, ours, theirs), &*with_edited(base, theirs, ours));
    let Merged::One(merged) = merge(ours, theirs) else { return ThreeWay::Two };
    if merged.is_purged() {
        return ThreeWay::One(merged);
    }
    // One that stands there otherwise was redacted, or the redaction was reverted: neither takes anything back.
    let is_there = |entry: &Entry| theirs.timeline().iter().any(|other| other.identity() == entry.identity());
    let taken: Vec<&Entry> =
        base.timeline().iter().filter(|entry| !is_there(entry) && entry.can_be_undone()).collect();
    let taken_fields: BTreeSet<&Field> = taken.iter().flat_map(|entry| entry.set.keys()).collect();
    let mut head = merged.fields().clone();
    let mut contested = Vec::new();
    for (side, other) in [(ours, theirs), (theirs, ours)] {
        for field in by_hand(base, side).filter(|field| !taken_fields.contains(field)) {
            let (mine, was) = (side.fields().get(field), base.fields().get(field));
            let is_settled = other.fields().get(field) == mine;
            if other.fields().get(field) == was {
                head.put(field.clone(), mine.cloned());
            } else if !is_settled && !contested.contains(field) {
                contested.push(field.clone());
            }
        }
    }
    if !contested.is_empty() {
        return ThreeWay::Contested(contested);
    }
    let ticket = Box::new(Ticket::from_parts(
        merged.id().clone(),
        head,
        merged.earlier().clone(),
        merged.timeline().to_vec(),
    ));
    if taken.is_empty() {
        return ThreeWay::One(ticket);
    }
    ThreeWay::TakenBack { ticket, entries: taken.into_iter().map(|entry| entry.id.clone()).collect() }
}

/// The entries that a merge adds to ours though they are older than what it was to bring: the base of a cherry-pick, or of a
/// rebase that leaves commits out, has them, and ours does not.
#[must_use]
pub fn brought_along<'t>(base: &Ticket, ours: &Ticket, merged: &'t Ticket) -> Vec<&'t Entry> {
    let [base, ours] =
        [base, ours].map(|side| side.timeline().iter().map(Entry::identity).collect::<BTreeSet<_>>());
    let is_brought = |entry: &&Entry| {
        let identity = entry.identity();
        base.contains(&identity) && !ours.contains(&identity)
    };
    merged.timeline().iter().filter(is_brought).collect()
}

/// A side with the entries that somebody has edited by hand on the other since the base, and that it has as they were. Side
/// by side, both versions would stand in the timeline for ever.
#[must_use]
pub fn with_edited<'a>(base: &Ticket, side: &'a Ticket, other: &Ticket) -> Cow<'a, Ticket> {
    let edited: BTreeMap<_, &Entry> = other
        .timeline()
        .iter()
        .filter(|entry| entry.redacted.is_none() && !base.has_entry(entry))
        .map(|entry| (entry.identity(), entry))
        .collect();
    let was = |entry: &Entry| entry.redacted.is_none() && base.has_entry(entry);
    let newer = |entry: &Entry| edited.get(&entry.identity()).copied().filter(|_| was(entry));
    if edited.is_empty() || !side.timeline().iter().any(|entry| newer(entry).is_some()) {
        return Cow::Borrowed(side);
    }
    let timeline = side.timeline().iter().map(|entry| newer(entry).unwrap_or(entry).clone()).collect();
    Cow::Owned(Ticket::from_parts(side.id().clone(), side.fields().clone(), side.earlier().clone(), timeline))
}

/// The fields that a side has otherwise than the base, without an entry that says so.
fn by_hand<'a>(base: &'a Ticket, side: &'a Ticket) -> impl Iterator<Item = &'a Field> {
    let beside = |one: &'a Ticket, other: &'a Ticket| {
        let only = one.timeline().iter().filter(move |entry| !other.has_entry(entry));
        only.flat_map(|entry| entry.set.keys())
    };
    let new: BTreeSet<&Field> = beside(side, base).collect();
    // A pick of the later of two steps: the base has the earlier, and the side neither that nor what it set.
    let unaccounted: BTreeSet<Field> = side.unaccounted().into_iter().collect();
    let missing: BTreeSet<&Field> =
        beside(base, side).filter(|field| !unaccounted.contains(*field)).collect();
    let fields: BTreeSet<&Field> = base.fields().names().chain(side.fields().names()).collect();
    fields.into_iter().filter(move |field| {
        // What belongs to a status is told by the entry that sets the status.
        let is_of_status =
            OF_A_STATUS.contains(field) && new.contains(&Field::Status) && !unaccounted.contains(*field);
        let is_told = new.contains(field) || missing.contains(field) || is_of_status;
        base.fields().get(field) != side.fields().get(field) && !is_told
    })
}
