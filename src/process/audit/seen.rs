//! What the writer of an entry may have seen: the states that some of the earlier entries lead to.

use std::collections::BTreeMap;

use crate::ticket::{Ancestry, Entry, Ticket, TicketId};

/// The most states that are tried for an entry whose writer did not see all that is there now.
const MAX_STATES: usize = 1024;

/// The entries that the writer of one had seen, where it says what it follows; else those that may have been seen by
/// who wrote this number: earlier numbers only, and of concurrent entries one, or all.
pub(super) fn may_have_seen<'a>(
    timeline: &'a [Entry],
    entry: &Entry,
) -> Box<dyn Iterator<Item = Vec<&'a Entry>> + 'a> {
    if let Some(seen) = Ancestry::of(timeline).seen_by(entry) {
        return Box::new(std::iter::once(seen));
    }
    let mut numbered: BTreeMap<u64, Vec<&Entry>> = BTreeMap::new();
    for earlier in timeline.iter().filter(|earlier| earlier.seq < entry.seq) {
        numbered.entry(earlier.seq).or_default().push(earlier);
    }
    let mut groups: Vec<Vec<&Entry>> = numbered.into_values().collect();
    // Who writes sees their own entries first.
    groups.iter_mut().for_each(|group| group.sort_by_key(|other| other.by != entry.by));
    let states = groups.iter().fold(1, |states: usize, group| states.saturating_mul(choices(group)));
    Box::new(
        (0..states.min(MAX_STATES))
            .map(move |number| chosen(&groups, number))
            .filter(|seen| !seen.is_empty()),
    )
}

/// How many ways there are to have seen some of a number's entries.
fn choices(group: &[&Entry]) -> usize {
    if group.len() > 1 { group.len() + 1 } else { 1 }
}

/// One way to have seen some of each number's: the ways are counted, those of the lowest number first.
fn chosen<'a>(groups: &[Vec<&'a Entry>], mut number: usize) -> Vec<&'a Entry> {
    let mut seen = Vec::new();
    for group in groups {
        let choice = number % choices(group);
        number /= choices(group);
        match group.get(choice) {
            Some(one) => seen.push(*one),
            None => seen.extend(group),
        }
    }
    seen
}

/// The ticket that some entries lead to, in order; of long texts that they only name, only that they are there.
pub(super) fn led_to(id: &TicketId, entries: &[&Entry]) -> Ticket {
    let timeline: Vec<Entry> = entries.iter().map(|entry| (*entry).clone()).collect();
    Ticket::of_entries(id.clone(), timeline, "(no longer there)")
}
