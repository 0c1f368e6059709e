//! Entries that a later one undoes: what no longer counts, and what the fields are without it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::Ticket;
use crate::ticket::ancestry::Ancestry;
use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::{Field, Kind, OF_A_STATUS};
use crate::ticket::fields::Fields;
use crate::ticket::fold::{contenders, decider, fold_of, heaviest};
use crate::ticket::id::EntryId;
use crate::ticket::node::Node;
use crate::ticket::person::Person;
use crate::ticket::words::Action;

/// The entries of a ticket that others undo. An entry that is undone undoes nothing any more: so undoing an
/// undo is a redo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    undone: BTreeSet<Reached>,
    replaced: BTreeSet<Reached>,
}

/// The entries of an ID: of everybody, or, where several people's entries have it, those of one. Nobody reaches what a
/// colleague wrote by an entry of their own under its ID, whichever came first.
type Reached = (EntryId, Option<Person>);

/// The people whose entries have an ID that others' entries have, too.
struct Shared<'a>(BTreeMap<&'a EntryId, BTreeSet<&'a Person>>);

impl<'a> Shared<'a> {
    fn of(timeline: &'a [Entry]) -> Self {
        let mut writers: BTreeMap<&EntryId, BTreeSet<&Person>> = BTreeMap::new();
        for entry in timeline {
            writers.entry(&entry.id).or_default().insert(&entry.by);
        }
        writers.retain(|_, writers| writers.len() > 1);
        Self(writers)
    }

    /// What somebody reaches who names an ID.
    fn reached(&self, id: &EntryId, by: &Person) -> Reached {
        let is_own = self.0.get(id).is_some_and(|writers| writers.contains(by));
        (id.clone(), is_own.then(|| by.clone()))
    }
}

/// True for an entry that is reached.
fn is_reached(reached: &BTreeSet<Reached>, entry: &Entry) -> bool {
    !reached.is_empty()
        && (reached.contains(&(entry.id.clone(), None))
            || reached.contains(&(entry.id.clone(), Some(entry.by.clone()))))
}

impl Undone {
    /// True for an entry that counts nowhere: an undo reverts it. What opens a ticket or takes a text out of it is never
    /// undone.
    #[must_use]
    pub fn is_undone(&self, entry: &Entry) -> bool {
        entry.can_be_undone() && is_reached(&self.undone, entry)
    }

    /// True for an entry whose words no longer hold: it is undone, or a later comment replaces it.
    #[must_use]
    pub fn is_struck(&self, entry: &Entry) -> bool {
        self.is_undone(entry) || is_reached(&self.replaced, entry)
    }

    /// What of a timeline is undone, where `others` are undone, too.
    fn of<'a>(timeline: &'a [Entry], others: impl Iterator<Item = &'a EntryId>) -> Self {
        let shared = Shared::of(timeline);
        let undone = others.map(|id| (id.clone(), None)).collect();
        let mut found = Self { undone, replaced: BTreeSet::new() };
        for entry in timeline.iter().rev().filter(|entry| is_link(entry)) {
            if !found.is_undone(entry) {
                found.undone.extend(entry.undoes.iter().map(|id| shared.reached(id, &entry.by)));
                found.replaced.extend(entry.replaces.iter().map(|id| shared.reached(id, &entry.by)));
            }
        }
        found
    }
}

/// The steps behind entries that are undone, and whether each is undone or done again by it: an undo of an undo is a redo.
/// Each entry is looked at once, whatever a hostile file has undo what.
fn steps_behind<'a>(timeline: &'a [Entry], undoes: &[EntryId]) -> Vec<(&'a Entry, bool)> {
    let mut wanted: BTreeMap<&EntryId, bool> = undoes.iter().map(|id| (id, true)).collect();
    let mut steps = Vec::new();
    for earlier in timeline.iter().rev() {
        let Some(is_undone) = wanted.get(&earlier.id).copied() else { continue };
        if earlier.undoes.is_empty() {
            steps.push((earlier, is_undone));
        }
        for id in &earlier.undoes {
            wanted.entry(id).or_insert(!is_undone);
        }
    }
    steps.reverse();
    steps
}

fn is_link(entry: &Entry) -> bool {
    !entry.undoes.is_empty() || entry.replaces.is_some()
}

/// What becomes of a field where entries are undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// It has this value.
    To(Option<Node>),
    /// It has the long text that this entry set.
    TextOf(EntryId),
    /// It was changed since, and stays.
    Stays,
}

impl Entry {
    /// False for what opens a ticket, and for what took a text, or all, out of it.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        !matches!(self.action, Action::Open | Action::Send | Action::Redact | Action::Purge)
    }
}

impl Ticket {
    /// The entries that others undo.
    #[must_use]
    pub fn undone(&self) -> Undone {
        if self.timeline.iter().any(is_link) {
            Undone::of(&self.timeline, std::iter::empty())
        } else {
            Undone::default()
        }
    }

    /// The entries that count, in order: all but those that are undone.
    pub fn in_effect(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        let undone = self.undone();
        self.timeline.iter().filter(move |entry| !undone.is_undone(entry))
    }

    /// The entries whose words hold, in order: those that count, but for comments that were replaced.
    pub fn current(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        let undone = self.undone();
        self.timeline.iter().filter(move |entry| !undone.is_struck(entry))
    }

    /// The entry that gave a field the value it has, behind any undo that only gave it back.
    #[must_use]
    pub(crate) fn origin(&self, field: &Field) -> Option<&Entry> {
        let undone = self.undone();
        let counts = |entry: &Entry| !undone.is_undone(entry) && entry.undoes.is_empty();
        decider(&Ancestry::of(&self.timeline), field, counts)
    }

    /// The steps behind an undo, and whether it undoes (true) or redoes each.
    #[must_use]
    pub fn undone_steps(&self, undo: &Entry) -> Vec<(&Entry, bool)> {
        let earlier = self.timeline.partition_point(|earlier| earlier < undo);
        steps_behind(self.timeline.get(..earlier).unwrap_or_default(), &undo.undoes)
    }

    /// True where to undo some entries is to do again what an earlier undo reverted.
    #[must_use]
    pub fn redoes(&self, entries: &[EntryId]) -> bool {
        steps_behind(&self.timeline, entries).iter().any(|(_, is_undone)| !is_undone)
    }

    /// Entries, and every other undo in effect that undoes what one of them undoes: two clones may have undone the
    /// same, and a redo brings it back.
    #[must_use]
    pub fn with_same_undos(&self, entries: &[EntryId]) -> Vec<EntryId> {
        let undone = self.undone();
        let named = |entry: &&Entry| entries.contains(&entry.id);
        let taken: BTreeSet<&EntryId> =
            self.timeline.iter().filter(named).flat_map(|entry| &entry.undoes).collect();
        let is_same = |entry: &&Entry| {
            !entries.contains(&entry.id)
                && !undone.is_undone(entry)
                && !entry.undoes.is_empty()
                && entry.undoes.iter().all(|id| taken.contains(id))
        };
        let same = self.timeline.iter().filter(is_same).map(|entry| entry.id.clone());
        entries.iter().cloned().chain(same).collect()
    }

    /// The fields that entries set, as they are where those entries are undone.
    #[must_use]
    pub fn restored(&self, entries: &[EntryId]) -> Vec<(Field, Restored)> {
        let before = self.undone();
        let after = Undone::of(&self.timeline, entries.iter());
        let is_changed = |entry: &&Entry| before.is_undone(entry) != after.is_undone(entry);
        let changed: Vec<&Entry> = self.timeline.iter().filter(is_changed).collect();
        let set: BTreeSet<&Field> = changed.iter().flat_map(|entry| entry.set.keys()).collect();
        let counts = |undone: &Undone, entry: &Entry| !undone.is_undone(entry) && entry.undoes.is_empty();
        let ancestry = Ancestry::of(&self.timeline);
        let decides =
            |undone: &Undone, field: &Field| decider(&ancestry, field, |entry| counts(undone, entry));
        let head = fold_of(&self.timeline, |entry| counts(&after, entry));
        let restored = |field: &Field| {
            let setter = decides(&after, field);
            let stays = field.kind() != Kind::Members && decides(&before, field) == setter;
            if stays {
                return Restored::Stays;
            }
            match (field.kind(), setter) {
                (Kind::Text, Some(entry)) if self.text_set(entry, field).is_some() => {
                    Restored::TextOf(entry.id.clone())
                }
                // The text of schema 1 that an older version replaced is lost: what stands there stays.
                (Kind::Text, Some(entry)) if matches!(entry.set.get(field), Some(Set::TextInHead)) => {
                    Restored::Stays
                }
                (Kind::Text, _) => Restored::To(None),
                (Kind::Value | Kind::Members, _) => Restored::To(head.get(field).cloned()),
            }
        };
        let mut all: BTreeMap<Field, Restored> =
            set.iter().map(|field| ((*field).clone(), restored(field))).collect();
        let says = |undone: &Undone, field: &Field| {
            heaviest(field, contenders(&ancestry, field, |entry| counts(undone, entry)))
        };
        // What only counts again where others are undone was not said since.
        self.settle_status(&mut all, &head, |field| {
            says(&after, field).filter(|said| says(&before, field) == Some(said))
        });
        all.into_iter().collect()
    }

    /// What belongs to a status comes and goes with it: a status that comes back brings it, and one that a later entry said
    /// more of stays, with what that said. `says` is the entry that sets a field, with those that are undone and without them.
    fn settle_status<'a>(
        &self,
        restored: &mut BTreeMap<Field, Restored>,
        head: &Fields,
        says: impl Fn(&Field) -> Option<&'a Entry>,
    ) {
        let now = self.head.status();
        let goes = |field: &Field| restored.get(field) == Some(&Restored::To(None)) && !field.is_gone_at(now);
        let is_given = matches!(restored.get(&Field::Status), Some(Restored::To(_)));
        let status = if is_given || OF_A_STATUS.iter().any(goes) { head.status() } else { now };
        let is_said = |field: &Field| {
            let said = says(field).and_then(|entry| entry.set.get(field));
            let Some(Set::Value { to: Some(to), .. }) = said else { return false };
            field.is_gone_at(status) && !field.is_gone_at(now) && self.head.get(field) == Some(to)
        };
        if OF_A_STATUS.iter().any(is_said) {
            for (field, what) in restored.iter_mut() {
                if *field == Field::Status || OF_A_STATUS.contains(field) {
                    *what = Restored::Stays;
                }
            }
            return;
        }
        for field in [&Field::Status].into_iter().chain(&OF_A_STATUS) {
            let value = head.get(field).filter(|_| !field.is_gone_at(status)).cloned();
            let is_given = matches!(restored.get(field), Some(Restored::To(_)));
            if is_given || (status != now && value.as_ref() != self.head.get(field)) {
                restored.insert(field.clone(), Restored::To(value));
            }
        }
    }
}
