//! When entries count, where people's clocks differ and clones work apart.

use std::collections::BTreeMap;

use crate::ticket::{Ancestry, Entry, Field, Timestamp};

/// An entry that the writer of another had seen, and when it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Followed {
    /// Its place in the timeline.
    pub(super) place: usize,
    /// When it counts, in seconds since 1970 UTC.
    pub(super) at: i64,
}

/// For each entry of a timeline, in order, the latest of those that its writer had seen. One that does not say what it
/// follows saw of each lower number one at least, so the earliest of it: what another clone wrote under that number at the
/// same time, the writer need not have seen. `at` is when an entry counts, by its place.
pub(super) fn followed(
    timeline: &[Entry],
    at: impl Fn(usize, Option<Followed>) -> i64,
) -> Vec<Option<Followed>> {
    let ancestry = Ancestry::of(timeline);
    let latest = |some: &mut dyn Iterator<Item = Followed>| some.max_by_key(|followed| followed.at);
    let (mut all, mut own): (Vec<Option<Followed>>, Vec<Followed>) = (Vec::new(), Vec::new());
    let (mut floor, mut earliest): (Option<Followed>, Option<Followed>) = (None, None);
    let mut seq = None;
    for (place, entry) in timeline.iter().enumerate() {
        if seq.is_some_and(|seq| seq != entry.seq) {
            floor = latest(&mut [floor, earliest.take()].into_iter().flatten());
        }
        seq = Some(entry.seq);
        let seen = match ancestry.named(place) {
            None => floor,
            Some(named) => latest(&mut named.into_iter().flat_map(|place| {
                let floor = all.get(place).copied().flatten();
                floor.into_iter().chain(own.get(place).copied())
            })),
        };
        let now = Followed { place, at: at(place, seen) };
        earliest = earliest.filter(|known| known.at <= now.at).or(Some(now));
        own.push(now);
        all.push(seen);
    }
    all
}

/// When each entry of a timeline was written at the earliest: at its own time, but not before what its writer had seen.
#[must_use]
pub fn earliest(timeline: &[Entry]) -> Vec<Timestamp> {
    let own = |place: usize| timeline.get(place).map(|entry| entry.at).unwrap_or_default();
    let seen = followed(timeline, |place, _| own(place).unix());
    let floor = |followed: Option<Followed>| followed.map(|followed| own(followed.place));
    seen.into_iter()
        .enumerate()
        .map(|(place, seen)| own(place).max(floor(seen).unwrap_or_default()))
        .collect()
}

/// When each entry counts, in seconds since 1970 UTC: at its own time, but not before what its writer must have seen. Where
/// entries do not name what they follow, the timeline's order decides what a state is: then not before what set the same state
/// earlier in it, either.
pub(super) fn moments(ancestry: &Ancestry<'_>, is_undone: impl Fn(&Entry) -> bool) -> Vec<i64> {
    let timeline = ancestry.timeline();
    let names_all = ancestry.names_all();
    let mut last: BTreeMap<u8, i64> = BTreeMap::new();
    let mut moments = Vec::new();
    let floors = followed(timeline, |place, floor| {
        let own = timeline.get(place).map_or(i64::MIN, |entry| entry.at.unix());
        floor.map_or(own, |floor| own.max(floor.at))
    });
    for (entry, floor) in timeline.iter().zip(floors) {
        let mut at = floor.map_or(entry.at.unix(), |floor| entry.at.unix().max(floor.at));
        if !names_all && !is_undone(entry) {
            let states: Vec<u8> = entry.set.keys().filter_map(state).collect();
            at = states.iter().filter_map(|state| last.get(state)).fold(at, |at, last| at.max(*last));
            last.extend(states.into_iter().map(|state| (state, at)));
        }
        moments.push(at);
    }
    moments
}

/// The fields that make up a state of which clocks ask: what one entry makes of it, a later one goes on from.
fn state(field: &Field) -> Option<u8> {
    let states = [
        (Field::Status, 0),
        (Field::Deferral, 0),
        (Field::Resolution, 0),
        (Field::Level, 1),
        (Field::Severity, 2),
    ];
    states.into_iter().find(|(own, _)| own == field).map(|(_, state)| state)
}
