//! What the writer of each entry had seen of a timeline: which entries follow which, and which were concurrent.
//!
//! An entry names those that it follows, as a commit names its parents. One that names none saw every entry of a lower
//! number: the opening, and what earlier versions wrote. Nearly every timeline is one line, and is told at a glance.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::ticket::entry::Entry;
use crate::ticket::id::EntryId;

/// Where a new entry stands: its number, and the entries that it follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// One more than the highest number that its writer saw.
    pub seq: u64,
    /// The entries that no other follows yet.
    pub after: Vec<EntryId>,
}

impl Position {
    /// That of an opening, which follows nothing.
    #[must_use]
    pub fn first() -> Self {
        Self { seq: 1, after: Vec::new() }
    }
}

/// Which entries of a timeline follow which.
#[derive(Debug)]
pub struct Ancestry<'a> {
    timeline: &'a [Entry],
    /// What each follows, by place; `None` where each follows the one before it.
    parents: Option<Vec<Parents>>,
}

/// The entries that one follows, by their places; they stand before it.
#[derive(Debug)]
enum Parents {
    /// The one that it names: a list for each would take its time.
    One(usize),
    /// Those that it names, in order.
    Named(Vec<usize>),
    /// All before this place: those of a lower number.
    Before(usize),
}

impl Parents {
    /// The places that it names, in order; `None` where its number tells.
    fn named(&self) -> Option<&[usize]> {
        match self {
            Self::One(place) => Some(std::slice::from_ref(place)),
            Self::Named(places) => Some(places),
            Self::Before(_) => None,
        }
    }

    /// Marks the entries that it follows; gives the place before which all are.
    fn mark(&self, seen: &mut [bool]) -> usize {
        for place in self.named().unwrap_or_default() {
            if let Some(seen) = seen.get_mut(*place) {
                *seen = true;
            }
        }
        if let Self::Before(place) = self { *place } else { 0 }
    }
}

impl<'a> Ancestry<'a> {
    /// The ancestry of a timeline, which is in order.
    #[must_use]
    pub fn of(timeline: &'a [Entry]) -> Self {
        Self { timeline, parents: (!is_line(timeline)).then(|| parents(timeline)) }
    }

    /// The entries, in order.
    #[must_use]
    pub fn timeline(&self) -> &'a [Entry] {
        self.timeline
    }

    /// True where each entry follows the one before it: none were concurrent.
    #[must_use]
    pub fn is_line(&self) -> bool {
        self.parents.is_none()
    }

    /// The places of the entries that one names; `None` where it names none that is there, and its number tells.
    #[must_use]
    pub fn named(&self, place: usize) -> Option<Vec<usize>> {
        match &self.parents {
            Some(parents) => parents.get(place)?.named().map(<[usize]>::to_vec),
            None if self.timeline.get(place)?.after.is_empty() => None,
            None => Some(vec![place.checked_sub(1)?]),
        }
    }

    /// The entries that no other follows yet, in order.
    #[must_use]
    pub fn tips(&self) -> Vec<&'a Entry> {
        let Some(parents) = &self.parents else { return self.timeline.last().into_iter().collect() };
        let mut followed = vec![false; self.timeline.len()];
        let before = parents.iter().map(|parents| parents.mark(&mut followed)).max().unwrap_or(0);
        let all = self.timeline.iter().zip(followed).skip(before);
        all.filter(|(_, is_followed)| !is_followed).map(|(entry, _)| entry).collect()
    }

    /// For each entry, by place, whether another was written without knowledge of it, and it without knowledge of that.
    #[must_use]
    pub fn concurrent(&self) -> Vec<bool> {
        let Some(parents) = &self.parents else { return vec![false; self.timeline.len()] };
        let mut saw_all = Vec::new();
        let mut tips: BTreeSet<usize> = BTreeSet::new();
        for (place, parents) in parents.iter().enumerate() {
            match parents {
                Parents::Before(place) => tips = tips.split_off(place),
                Parents::One(_) | Parents::Named(_) => {
                    parents.named().into_iter().flatten().for_each(|place| _ = tips.remove(place));
                }
            }
            saw_all.push(tips.is_empty());
            tips.insert(place);
        }
        // What saw all before it is seen by all after it where none of them reaches back past it.
        let mut reach = usize::MAX;
        let mut concurrent: Vec<bool> = Vec::new();
        for (place, (parents, saw_all)) in parents.iter().zip(saw_all).enumerate().rev() {
            concurrent.push(!saw_all || reach < place);
            let nearest = match parents {
                Parents::Before(place) => place.checked_sub(1),
                Parents::One(_) | Parents::Named(_) => parents.named().and_then(<[usize]>::last).copied(),
            };
            reach = reach.min(nearest.unwrap_or(0));
        }
        concurrent.reverse();
        concurrent
    }

    /// The places of the entries in an order of time: each after those that it follows, and of those that clones wrote apart,
    /// the one first that is so by `at`, which gives the moment of a place. Where an entry does not name what it follows, only
    /// the order of the timeline tells.
    #[must_use]
    pub fn by_time<T: Ord>(&self, at: impl Fn(usize) -> T) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.timeline.len()).collect();
        if self.names_all() {
            places.sort_by_key(|place| at(*place));
        }
        places
    }

    /// True where each entry but an opening names what it follows, or follows the one before it.
    #[must_use]
    pub fn names_all(&self) -> bool {
        let is_named = |parents: &Parents| !matches!(parents, Parents::Before(place) if *place > 0);
        self.parents.as_ref().is_none_or(|parents| parents.iter().all(is_named))
    }

    /// Goes through the entries that are picked, in an order in which each is after those that it follows: each with the places
    /// of those, itself among them, that none of the picked ones up to it had seen.
    pub(super) fn each(
        &self,
        order: &[usize],
        picks: impl Fn(&Entry) -> bool,
        mut visit: impl FnMut(usize, &[usize]),
    ) {
        let picked = |place: usize| self.timeline.get(place).is_some_and(&picks);
        let Some(parents) = &self.parents else {
            order.iter().copied().filter(|place| picked(*place)).for_each(|place| visit(place, &[place]));
            return;
        };
        // The picked ones that none of the others had seen.
        let mut last: Vec<usize> = Vec::new();
        // For each entry, by place, what of `last` at least its writer knew.
        let none: Rc<[usize]> = Rc::from([]);
        let mut known: Vec<Rc<[usize]>> = vec![Rc::clone(&none); self.timeline.len()];
        // What all know that saw every entry before a place.
        let mut before: (usize, Rc<[usize]>) = (0, none);
        for place in order.iter().copied() {
            let Some(parents) = parents.get(place) else { continue };
            if let Parents::Before(end) = parents
                && *end != before.0
            {
                before = (*end, last.iter().copied().filter(|seen| seen < end).collect());
            }
            let knew = parents.named().map_or_else(|| Rc::clone(&before.1), |named| of_all(&known, named));
            let knew = if picked(place) {
                last.retain(|place| knew.binary_search(place).is_err());
                last.push(place);
                visit(place, &last);
                Rc::from([place])
            } else {
                knew
            };
            if let Some(known) = known.get_mut(place) {
                *known = knew;
            }
        }
    }

    /// Of the entries that are picked, those that none of the others had seen, in order.
    pub(super) fn last(&self, picks: impl Fn(&Entry) -> bool) -> Vec<&'a Entry> {
        let Some(parents) = &self.parents else {
            return self.timeline.iter().rfind(|entry| picks(entry)).into_iter().collect();
        };
        let mut seen = vec![false; self.timeline.len()];
        let mut before = 0;
        let mut last = Vec::new();
        for (place, (entry, parents)) in self.timeline.iter().zip(parents).enumerate().rev() {
            let is_seen = place < before || seen.get(place) == Some(&true);
            let is_picked = picks(entry);
            if is_picked && !is_seen {
                last.push(entry);
            }
            if is_picked || is_seen {
                before = before.max(parents.mark(&mut seen));
            }
        }
        last.reverse();
        last
    }

    /// The entries that the writer of another had seen, in order; `None` where none is there of those that it names, so
    /// that its number alone tells.
    #[must_use]
    pub fn seen_by(&self, entry: &Entry) -> Option<Vec<&'a Entry>> {
        let mut names: BTreeSet<&EntryId> = entry.after.iter().collect();
        let mut seen = vec![false; self.timeline.len()];
        let mut before = 0;
        for (place, earlier) in self.timeline.iter().enumerate().rev() {
            let is_named = earlier.seq < entry.seq && names.remove(&earlier.id);
            if let Some(seen) = seen.get_mut(place) {
                *seen |= is_named || place < before;
            }
            if seen.get(place) == Some(&true) {
                let parents = self.parents.as_ref().and_then(|parents| parents.get(place));
                before = before.max(parents.map_or(place, |parents| parents.mark(&mut seen)));
            }
        }
        let found = self.timeline.iter().zip(&seen).filter(|(_, is_seen)| **is_seen);
        seen.contains(&true).then(|| found.map(|(entry, _)| entry).collect())
    }
}

/// True where each entry follows the one before it.
fn is_line(timeline: &[Entry]) -> bool {
    timeline.is_sorted_by(|before, entry| {
        before.seq < entry.seq && (entry.after.is_empty() || entry.after.contains(&before.id))
    })
}

/// What each entry of a timeline follows. Of two that share an id, the later is meant: no list grows longer than the names.
fn parents(timeline: &[Entry]) -> Vec<Parents> {
    let names_any = timeline.iter().any(|entry| !entry.after.is_empty());
    let mut places: HashMap<&EntryId, usize> = HashMap::new();
    let mut all = Vec::with_capacity(timeline.len());
    for numbered in timeline.chunk_by(|a, b| a.seq == b.seq) {
        let before = all.len();
        for entry in numbered {
            let mut named = entry.after.iter().filter_map(|id| places.get(id).copied());
            all.push(match (named.next(), entry.after.len()) {
                (None, _) => Parents::Before(before),
                (Some(one), 1) => Parents::One(one),
                (Some(first), _) => {
                    let mut named: Vec<usize> = named.chain([first]).collect();
                    named.sort_unstable();
                    named.dedup();
                    Parents::Named(named)
                }
            });
        }
        if names_any {
            places.extend(numbered.iter().enumerate().map(|(place, entry)| (&entry.id, before + place)));
        }
    }
    all
}

/// What several writers knew together, in order.
fn of_all(known: &[Rc<[usize]>], places: &[usize]) -> Rc<[usize]> {
    let mut all = places.iter().filter_map(|place| known.get(*place));
    match (all.next(), places) {
        (Some(first), [_]) => Rc::clone(first),
        (first, _) => {
            let together: BTreeSet<usize> =
                first.into_iter().chain(all).flat_map(|known| known.iter().copied()).collect();
            together.into_iter().collect()
        }
    }
}

/// The entries of a timeline that no other follows yet.
pub(super) fn tips(timeline: &[Entry]) -> Vec<EntryId> {
    let mut ids: Vec<EntryId> =
        Ancestry::of(timeline).tips().into_iter().map(|entry| entry.id.clone()).collect();
    // One that has another number in another clone is named once.
    ids.dedup();
    ids
}
