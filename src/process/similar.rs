//! Tickets that are like another: earlier ones, for whoever takes it over, and open ones, for whoever files it.

use std::collections::BTreeSet;

use crate::ticket::{Field, Ticket};

/// Shorter words say little about what a ticket is about.
const MIN_WORD_CHARS: usize = 4;
/// The share of common words, in percent, from which two tickets are alike.
pub(super) const MIN_SHARE: usize = 12;
/// What a common label adds, in percent.
const LABEL_SHARE: usize = 10;

/// The others that are most like this one, the most alike first.
#[must_use]
pub fn similar<'a>(ticket: &Ticket, others: &'a [Ticket], limit: usize) -> Vec<&'a Ticket> {
    let own = words(ticket);
    let mut alike: Vec<(usize, &Ticket)> = others
        .iter()
        .filter(|other| other.id() != ticket.id())
        .map(|other| (share(ticket, &own, other), other))
        .filter(|(share, _)| *share >= MIN_SHARE)
        .collect();
    alike.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.id().cmp(other.id())));
    alike.into_iter().take(limit).map(|(_, other)| other).collect()
}

/// How much two tickets have in common, in percent of all their words.
pub(super) fn share(ticket: &Ticket, own: &BTreeSet<String>, other: &Ticket) -> usize {
    let theirs = words(other);
    let all = own.union(&theirs).count().max(1);
    let labels: BTreeSet<&str> = ticket.fields().members(&Field::Labels).collect();
    let common_labels = other.fields().members(&Field::Labels).filter(|label| labels.contains(label)).count();
    100 * own.intersection(&theirs).count() / all + LABEL_SHARE * common_labels
}

/// The words of the title and of what was told, found and tried.
pub(super) fn words(ticket: &Ticket) -> BTreeSet<String> {
    let head = ticket.fields();
    let texts =
        std::iter::once(head.title()).chain(head.description()).chain(head.findings().map(|(_, text)| text));
    texts.flat_map(|text| words_of(text, MIN_WORD_CHARS)).collect()
}

/// The words of a text that have so many characters, in lower case.
pub(super) fn words_of(text: &str, min_chars: usize) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().count() >= min_chars).map(str::to_lowercase).collect()
}
