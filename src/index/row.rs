//! A version of a ticket as the index keeps it: what a list shows, what a query asks, which words it has.

use crate::query::matching::{count, ranks, statuses, values};
use crate::query::phrase::words_of;
use crate::query::tree::Key;
use crate::ticket::{Summary, Ticket, short_node};

/// Stands for a time that a ticket does not have; older than any.
pub(crate) const NEVER: i64 = i64::MIN;
/// The bit of `marks` for a severity that is only proposed.
pub(crate) const PROPOSED: i64 = 1;
/// The bit of `marks` for a ticket that was opened again.
pub(crate) const REOPENED: i64 = 2;
/// The bit of `marks` for a ticket whose fields are not as its entries set them.
pub(crate) const BY_HAND: i64 = 4;

/// The fields whose values are kept as terms; the others have columns of their own.
const TERMS: [Key; 25] = [
    Key::Reporter,
    Key::Channel,
    Key::Owner,
    Key::Assignee,
    Key::Watcher,
    Key::Affects,
    Key::Environment,
    Key::Label,
    Key::Fingerprint,
    Key::Commit,
    Key::Link,
    Key::Attachment,
    Key::Finding,
    Key::Estimate,
    Key::Resolution,
    Key::Vendor,
    Key::Case,
    Key::Mail,
    Key::By,
    Key::Via,
    Key::BlockedBy,
    Key::Blocks,
    Key::Parent,
    Key::Child,
    Key::DuplicateOf,
];

/// A version of a ticket, ready to be written.
#[derive(Debug)]
pub struct Row {
    pub(crate) summary: Summary,
    pub(crate) short: String,
    /// What clocks and reports need, as the process wrote it down.
    pub(crate) course: Vec<u8>,
    pub(crate) kind: i64,
    pub(crate) area: i64,
    pub(crate) reopened: i64,
    pub(crate) comments: i64,
    pub(crate) was: i64,
    pub(crate) has: i64,
    pub(crate) marks: i64,
    pub(crate) occurrences: i64,
    /// Keys and values.
    pub(crate) terms: Vec<(i64, String)>,
    /// Place by place.
    pub(crate) words: [String; 5],
}

impl Row {
    /// What is kept of a ticket; its course is for the process alone to read.
    #[must_use]
    pub fn of(ticket: &Ticket, course: Vec<u8>) -> Self {
        let number = |key: Key| i64::try_from(count(key, ticket)).unwrap_or(i64::MAX);
        let place = |key: Key| ranks(key, ticket).first().map_or(-1, |rank| signed(*rank));
        let was_reopened = !ticket.reopenings().is_empty();
        let mut terms: Vec<(i64, String)> = TERMS
            .iter()
            .flat_map(|key| values(*key, ticket).into_iter().map(|value| (number_of(*key), value)))
            .collect();
        terms.sort();
        terms.dedup();
        Self {
            summary: Summary::of(ticket),
            short: serde_json::to_string(&short_node(ticket)).unwrap_or_default(),
            course,
            kind: place(Key::Type),
            area: place(Key::Area),
            reopened: number(Key::Reopened),
            comments: number(Key::Comments),
            occurrences: number(Key::Occurrences),
            was: statuses(ticket).iter().fold(0, |was, status| was | (1 << (*status as i64))),
            has: Key::ALL
                .iter()
                .filter(|key| !values(**key, ticket).is_empty())
                .fold(0, |has, key| has | bit(*key)),
            marks: i64::from(ticket.severity_is_proposed()) * PROPOSED
                + i64::from(was_reopened) * REOPENED
                + i64::from(!ticket.unaccounted().is_empty()) * BY_HAND,
            terms,
            words: words_of(ticket),
        }
    }
}

/// The number that stands for a key; only this version of the tables knows it.
pub(crate) fn number_of(key: Key) -> i64 {
    Key::ALL.iter().position(|known| *known == key).map_or(-1, signed)
}

/// A key's bit in `has`.
pub(crate) fn bit(key: Key) -> i64 {
    1 << number_of(key).clamp(0, 62)
}

pub(crate) fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
