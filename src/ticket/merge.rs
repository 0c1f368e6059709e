//! The merge rule: two states of a ticket become one, whichever way and order they meet.
//!
//! Entries are united by identity and ordered by `(seq, at, id)`; each head field is as the entry set it
//! that decides it. So the rule is commutative, associative and idempotent: a ticket's state is its set of
//! entries, and for each field the deciding entry with the value it left. One function serves the file merge, the view over branches, and a retried write.

use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::Ticket;
use crate::ticket::ancestry::Ancestry;
use crate::ticket::earlier::EarlierTexts;
use crate::ticket::entry::Entry;
use crate::ticket::field::{Field, Kind};
use crate::ticket::fields::Fields;
use crate::ticket::fold::{either, fields_set, members, setters, told_text};
use crate::ticket::id::{EntryId, TicketId};
use crate::ticket::node::Node;
use crate::ticket::timestamp::Timestamp;
use crate::ticket::words::Action;

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// One ticket that holds everything of both.
    One(Box<Ticket>),
    /// Two tickets that met under one id by chance: the older keeps it.
    Two {
        /// The older, under its id.
        kept: Box<Ticket>,
        /// The younger, under a new id that follows from its own entries.
        renamed: Box<Ticket>,
    },
}

/// Merges two states of the ticket that has one id.
#[must_use]
pub fn merge(a: &Ticket, b: &Ticket) -> Merged {
    if let Some(purged) = Ticket::purged_on_either_side(a, b) {
        return Merged::One(Box::new(purged));
    }
    if !is_same_ticket(a, b) {
        return part(a, b);
    }
    // What one side redacted, the other may have copied meanwhile.
    let (cut_a, cut_b) = (a.cut_as(b), b.cut_as(a));
    let (a, b) = (&*cut_a, &*cut_b);
    let timeline = united(a, b);
    let mut fields = fields_set(&timeline);
    fields.extend(a.fields().names().chain(b.fields().names()).cloned());
    let ancestry = Ancestry::of(&timeline);
    let (members, decides) = (members(&ancestry, |_| true), setters(&ancestry, |_| true));
    let mut head = Fields::from_values(BTreeMap::new());
    let [of_a, of_b] = [a, b].map(|side| setters(&Ancestry::of(side.timeline()), |_| true));
    for field in fields {
        if let Some(members) = members.get(&field).filter(|_| field.kind() == Kind::Members) {
            head.put(field, Some(Node::texts(members.iter().copied())));
        } else if let Some(text) = decides
            .get(&field)
            .and_then(|entry| told_text(timeline.iter(), entry, &field))
            .filter(|_| !is_edited_by_hand(a, &field) && !is_edited_by_hand(b, &field))
        {
            // What one side took out of an entry, the other still has in its head.
            head.put(field, text.map(Node::text));
        } else {
            let is_of = |setters: &BTreeMap<&Field, &Entry>| {
                setters.get(&field).map(|entry| entry.identity())
                    == decides.get(&field).map(|entry| entry.identity())
            };
            let value = match (is_of(&of_a), is_of(&of_b)) {
                (true, true) => either(a.fields().get(&field), b.fields().get(&field)),
                (true, false) => a.fields().get(&field).cloned(),
                (false, true) => b.fields().get(&field).cloned(),
                (false, false) => decides
                    .get(&field)
                    .and_then(|entry| a.value_set(entry, &field).or_else(|| b.value_set(entry, &field))),
            };
            head.put(field, value);
        }
    }
    let earlier = earlier([a, b], [&of_a, &of_b], &decides);
    Merged::One(Box::new(Ticket::from_parts(a.id().clone(), head, earlier, timeline)))
}

/// The texts that the entries of schema 1 set on either side, and that the merged ticket has from another entry.
fn earlier(
    sides: [&Ticket; 2],
    setters: [&BTreeMap<&Field, &Entry>; 2],
    decides: &BTreeMap<&Field, &Entry>,
) -> EarlierTexts {
    let [a, b] = sides;
    let mut earlier = a.earlier().united(b.earlier());
    for (side, setters) in sides.into_iter().zip(setters) {
        for (field, entry) in setters {
            if decides.get(field).is_some_and(|other| other.identity() != entry.identity()) {
                earlier.keep(side.fields(), side.timeline(), field);
            }
        }
    }
    earlier
}

/// The entries of both; of one that text was taken out of on one side, that side's.
fn united(a: &Ticket, b: &Ticket) -> Vec<Entry> {
    let both: BTreeSet<&Entry> = a.timeline().iter().chain(b.timeline()).collect();
    let redacted: BTreeSet<_> = both.iter().filter(|e| e.redacted.is_some()).map(|e| e.identity()).collect();
    let stays = |entry: &&Entry| entry.redacted.is_some() || !redacted.contains(&entry.identity());
    let mut united: Vec<Entry> = Vec::new();
    for entry in both.into_iter().filter(stays) {
        // Redacted on both sides: what either took out is out.
        let of_both = |other: &Entry| other.cut_by_both(entry).or_else(|| other.written_by_both(entry));
        let alike = united.iter_mut().rev().take_while(|other| other.identity() == entry.identity());
        let joined = alike.into_iter().find_map(|other| of_both(other).map(|both| *other = both));
        if joined.is_none() {
            united.push(entry.clone());
        }
    }
    // What follows more has another place among those of its number, time and id.
    united.sort_unstable();
    united
}

impl Entry {
    /// An entry that two clones wrote from one source, a message or an export, each after what it had: it follows both. `None`
    /// where they say anything else otherwise.
    #[must_use]
    pub fn written_by_both(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        both.after.clone_from(&other.after);
        if both != *other {
            return None;
        }
        both.after.extend(self.after.iter().cloned());
        both.after.sort_unstable();
        both.after.dedup();
        Some(both)
    }
}

/// True where a long text stands in the head that no entry tells.
fn is_edited_by_hand(side: &Ticket, field: &Field) -> bool {
    let told = side.setter(field).and_then(|entry| told_text(side.timeline().iter(), entry, field));
    let stands = side.fields().get(field).and_then(Node::as_text);
    told.map_or(stands.is_some(), |told| told != stands)
}

/// Two states are of one ticket when they share an opening entry, or were filed under one key.
#[must_use]
pub fn is_same_ticket(a: &Ticket, b: &Ticket) -> bool {
    let (of_a, of_b) = (opening(a), opening(b));
    of_a.is_empty()
        || of_b.is_empty()
        || !of_a.is_disjoint(&of_b)
        || (a.fields().key().is_some() && a.fields().key() == b.fields().key())
}

fn opening(ticket: &Ticket) -> BTreeSet<(u64, Timestamp, &EntryId)> {
    ticket.timeline().iter().filter(|entry| entry.action == Action::Open).map(Entry::identity).collect()
}

/// Gives the younger of two strangers the id that follows from it.
fn part(a: &Ticket, b: &Ticket) -> Merged {
    let (kept, younger) = if a.timeline().first() <= b.timeline().first() { (a, b) } else { (b, a) };
    Merged::Two {
        kept: Box::new(kept.clone()),
        renamed: Box::new(younger.clone().with_id(younger.parted_id())),
    }
}

impl Ticket {
    /// The id under which the ticket goes on where it meets an older one under its own: it follows from that id and
    /// the first entry.
    #[must_use]
    pub fn parted_id(&self) -> TicketId {
        let first = self.timeline().first().map(|entry| entry.id.to_string()).unwrap_or_default();
        TicketId::from_key(&format!("{}/{first}", self.id()))
    }
}
