//! Tickets as a product gathers them: words of varied frequency, timelines of 1 to 30 entries.

use std::collections::BTreeMap;

use git_support::process::{Actor, Changes, FieldChange, Request, RequestKind, Rules, open};
use git_support::ticket::{
    Action, Entry, EntryData, EntryId, Field, Finding, Node, Person, Position, Set, Ticket, TicketId,
    Timestamp, Visibility,
};

/// The first ticket is opened this many seconds after 1970 UTC; the last about two years later.
pub(crate) const FIRST: i64 = 1_720_000_000;
pub(crate) const SPAN: i64 = 2 * 365 * 86_400;

/// Numbers that are the same in every run (splitmix64, <https://prng.di.unimi.it/splitmix64.c>).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Small numbers are more likely than great ones.
    fn skewed(&mut self, end: u64) -> u64 {
        (0..4).map(|_| self.below(end)).min().unwrap_or(0)
    }
}

const SYLLABLES: [&str; 40] = [
    "pay", "ment", "card", "time", "out", "re", "try", "ac", "count", "log", "in", "page", "load", "er",
    "ror", "que", "ue", "da", "ta", "base", "in", "dex", "gate", "way", "ex", "port", "im", "mail", "no",
    "ti", "fy", "cli", "ent", "ser", "ver", "con", "fig", "up", "date", "sync",
];

/// One of about 4,000 words, some much more frequent than others.
fn word(numbers: &mut Numbers) -> String {
    spelled(numbers.skewed(4_000))
}

/// The word of a number: 0 is the most frequent one.
pub(crate) fn spelled(number: u64) -> String {
    let place = |number: u64| SYLLABLES[usize::try_from(number % 40).unwrap()];
    let mut word = format!("{}{}", place(number), place(number / 40));
    if number >= 1_600 {
        word.push_str(place(number / 7));
    }
    word
}

fn text(numbers: &mut Numbers, words: u64) -> String {
    let mut out = String::new();
    for number in 0..words {
        out.push_str(&word(numbers));
        out.push(if number % 12 == 11 { '\n' } else { ' ' });
    }
    out
}

fn person(numbers: &mut Numbers) -> Person {
    let number = numbers.skewed(60);
    Person::parse(&format!("Person {number} <person{number}@example.com>")).unwrap()
}

/// The id of the ticket of a number.
pub(crate) fn id(number: usize) -> TicketId {
    TicketId::from_key(&format!("bench {number}"))
}

/// The ticket of a number among `total`, as it is after `share` percent of its entries.
pub(crate) fn ticket(number: usize, total: usize, share: u64) -> Ticket {
    let mut numbers = Numbers(u64::try_from(number).unwrap());
    let severity = ["minor", "major", "critical", "blocker"][usize::try_from(numbers.skewed(4)).unwrap()];
    let label = format!("area-{}", numbers.skewed(40));
    let title = format!("{} {}", word(&mut numbers), text(&mut numbers, 5).trim());
    let changes = Changes::from([
        (Field::Title, FieldChange::to_text(title.replace('\n', " "))),
        (Field::Severity, FieldChange::to_text(severity)),
        (Field::Labels, FieldChange::adding(vec![label])),
        (Field::Description, FieldChange::to_text(text(&mut numbers, 30))),
    ]);
    let by = person(&mut numbers);
    let number = i64::try_from(number).unwrap();
    let opened = FIRST + number * SPAN / i64::try_from(total).unwrap();
    let entry = EntryId::from_bits(numbers.next());
    let at = Timestamp::from_unix(opened).unwrap();
    let actor = Actor { by: by.clone(), member: by, at, via: None, entry };
    let mut ticket = open(
        id(usize::try_from(number).unwrap()),
        &changes,
        Request::new(RequestKind::Comment),
        &Rules::default(),
        &actor,
    )
    .unwrap()
    .ticket;
    let entries = numbers.skewed(30);
    let is_over = numbers.below(10) < 7;
    for count in 1..=entries * share / 100 {
        let at = Timestamp::from_unix(opened + i64::try_from(count).unwrap() * 7_200).unwrap();
        let is_last = count == entries && is_over;
        let position = Position { seq: count + 1, ..ticket.next_position() };
        ticket.apply(step(&mut numbers, position, at, is_last));
    }
    ticket
}

fn step(numbers: &mut Numbers, position: Position, at: Timestamp, is_last: bool) -> Entry {
    let Position { seq, after } = position;
    let by = person(numbers);
    let mut set = BTreeMap::new();
    let value = |to: &str| Set::Value { from: None, to: Some(Node::text(to)) };
    let action = if is_last {
        set.insert(Field::Status, value("resolved"));
        set.insert(Field::Resolution, value("answered"));
        Action::Resolve
    } else if seq == 2 {
        set.insert(Field::Assignee, value(&by.to_string()));
        set.insert(Field::Status, value("triaged"));
        Action::Triage
    } else if seq == 4 {
        set.insert(Field::Findings(Finding::Diagnosis), Set::Text { to: Some(text(numbers, 20)) });
        Action::Diagnose
    } else {
        Action::Comment
    };
    Entry::from(EntryData {
        seq,
        at,
        id: EntryId::from_bits(numbers.next()),
        after,
        by,
        action,
        set,
        visibility: Visibility::Customer,
        attachment: None,
        note: Some(text(numbers, 8)),
        speaker: None,
        told: None,
        proposed: false,
        overrides: Vec::new(),
        seen: None,
        mail: None,
        spent_minutes: None,
        answer: None,
        via: None,
        undoes: Vec::new(),
        replaces: None,
        redacted: None,
        unknown: Vec::new(),
    })
}

/// A comment on a ticket, as the change of one ticket.
pub(crate) fn comment(ticket: &mut Ticket, salt: u64) {
    let mut numbers = Numbers(salt);
    let at = ticket.updated().unwrap();
    let position = ticket.next_position();
    let position = Position { seq: position.seq.max(5), ..position };
    ticket.apply(step(&mut numbers, position, at, false));
}
