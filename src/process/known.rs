//! Known errors: tickets with a workaround, by which others are answered.

use std::collections::BTreeSet;

use crate::process::similar::{MIN_SHARE, share, words, words_of};
use crate::ticket::{Field, Finding, LinkKind, REDACTED, Resolution, Ticket};

/// The label that marks a ticket as a known error.
pub const KNOWN_ERROR: &str = "known-error";

/// A known error, as it is found.
#[derive(Debug, Clone)]
pub struct KnownError {
    /// The ticket.
    pub ticket: Ticket,
    /// How many tickets it answered.
    pub answered: usize,
    /// True where it affects a release that is asked for.
    pub is_of_release: bool,
    /// How much it has in common with what is asked for, in percent.
    pub share: usize,
}

impl KnownError {
    /// True where it is likely to be what is asked for.
    #[must_use]
    pub fn is_likely(&self) -> bool {
        self.share >= MIN_SHARE
    }

    /// Its workaround.
    #[must_use]
    pub fn workaround(&self) -> &str {
        workaround(&self.ticket).unwrap_or_default()
    }
}

/// The workaround of a ticket; none where text was taken out of it, which nobody could follow.
#[must_use]
pub fn workaround(ticket: &Ticket) -> Option<&str> {
    let text = ticket.fields().get(&Field::Findings(Finding::Workaround)).and_then(|text| text.as_text());
    text.filter(|text| !text.contains(REDACTED))
}

/// True for a ticket that is marked as a known error, and has a workaround.
#[must_use]
pub fn is_known_error(ticket: &Ticket) -> bool {
    let is_marked =
        ticket.fields().members(&Field::Labels).any(|label| label.eq_ignore_ascii_case(KNOWN_ERROR));
    is_marked && workaround(ticket).is_some() && !is_no_error(ticket)
}

/// True for what ended as no error of this product, or goes on as another ticket.
fn is_no_error(ticket: &Ticket) -> bool {
    let ending =
        ticket.fields().get(&Field::Resolution).and_then(|code| code.as_text()).map(Resolution::parse);
    ending.is_some_and(|ending| ending == Resolution::Duplicate || ending.is_no_ticket())
}

/// What known errors are asked for.
pub enum Wanted<'a> {
    /// All of them.
    All,
    /// Those like a ticket.
    Like(&'a Ticket),
    /// Those that have words in them.
    Words(&'a str),
}

/// The known errors among tickets: those of the affected release first, then the most alike, then those that answered most.
/// Those that have none of the words that are asked for are left out.
#[must_use]
pub fn known_errors(tickets: Vec<Ticket>, wanted: &Wanted<'_>) -> Vec<KnownError> {
    let mut known: Vec<KnownError> = tickets
        .into_iter()
        .filter(|ticket| workaround(ticket).is_some() && !is_no_error(ticket))
        .filter_map(|ticket| found(ticket, wanted))
        .collect();
    known.sort_by(|a, b| {
        let rank = |one: &KnownError| (one.is_of_release, one.share, one.answered);
        rank(b).cmp(&rank(a)).then_with(|| b.ticket.updated().cmp(&a.ticket.updated()))
    });
    known
}

fn found(ticket: Ticket, wanted: &Wanted<'_>) -> Option<KnownError> {
    let answered = ticket.fields().members(&Field::Links(LinkKind::Answers)).count();
    let (is_of_release, share) = match wanted {
        Wanted::All => (false, 0),
        Wanted::Like(other) if other.id() == ticket.id() => return None,
        Wanted::Like(other) => {
            let releases: BTreeSet<&str> = other.fields().members(&Field::Affects).collect();
            let is_of_release = ticket.fields().members(&Field::Affects).any(|one| releases.contains(one));
            (is_of_release, share(other, &words(other), &ticket))
        }
        Wanted::Words(text) => (false, Some(words_found(text, &ticket)).filter(|share| *share > 0)?),
    };
    Some(KnownError { ticket, answered, is_of_release, share })
}

/// How many of the words that are asked for a ticket has, as beginnings of its words, in percent.
fn words_found(text: &str, ticket: &Ticket) -> usize {
    let wanted: BTreeSet<String> = words_of(text, 1).into_iter().collect();
    let head = ticket.fields();
    let labels = head.members(&Field::Labels).chain(head.members(&Field::Affects));
    let own: BTreeSet<String> =
        words(ticket).into_iter().chain(labels.flat_map(|label| words_of(label, 1))).collect();
    let short: BTreeSet<String> = words_of(head.title(), 1).into_iter().collect();
    let is_there = |word: &&String| own.iter().chain(&short).any(|one| one.starts_with(word.as_str()));
    100 * wanted.iter().filter(is_there).count() / wanted.len().max(1)
}
