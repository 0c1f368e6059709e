//! Steps on several clones, undone and redacted, merged in any order: no text is lost, and all clones come to one.

use git_support::process::{
    Actor, Changes, FieldChange, ProcessAction, Request, RequestKind, Rules, decide, open, redact,
};
use git_support::ticket::{
    Entry, EntryId, Field, Merged, Person, Redaction, Set, Ticket, TicketId, Timestamp, codec, fold, merge,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::counted::property;

const CLONES: usize = 3;

/// What happens next: on which clone, what, and a number to choose by.
type Step = (usize, u8, usize);

struct Clones {
    tickets: Vec<Ticket>,
    /// The texts that were written, and the entry of each.
    written: Vec<String>,
    redacted: Vec<String>,
    count: u64,
}

impl Clones {
    fn new() -> Self {
        let mut clones = Self { tickets: Vec::new(), written: Vec::new(), redacted: Vec::new(), count: 0 };
        let title = Changes::from([(Field::Title, FieldChange::to_text("Pay fails"))]);
        let actor = clones.actor();
        let id = TicketId::from_key("one");
        let opened = open(id, &title, Request::new(RequestKind::Comment), &Rules::default(), &actor);
        clones.tickets = vec![opened.unwrap().ticket; CLONES];
        clones
    }

    fn actor(&mut self) -> Actor {
        self.count += 1;
        let by = Person { name: "Ann".to_owned(), email: "ann@example.com".to_owned() };
        let at = Timestamp::from_unix(1_800_000_000 + i64::try_from(self.count % 5).unwrap()).unwrap();
        Actor { by: by.clone(), member: by, at, via: None, entry: EntryId::from_bits(self.count * 7919) }
    }

    /// A text that no other holds.
    fn text(&mut self) -> String {
        let text = format!("text-{:04}-end", self.written.len());
        self.written.push(text.clone());
        text
    }

    /// Each text is there, or was redacted and is nowhere.
    fn check_texts(&self, merged: &Ticket) -> Result<(), TestCaseError> {
        let (shown, file) = (shown(merged), codec::write(merged));
        for text in &self.written {
            let is_redacted = self.redacted.contains(text);
            prop_assert!(is_redacted || shown.contains(text.as_str()), "{text} is lost");
            prop_assert!(!is_redacted || !file.contains(text.as_str()), "{text} is back");
        }
        Ok(())
    }

    fn request(&mut self, clone: usize, what: RequestKind, note: Option<String>) {
        let actor = self.actor();
        let request = Request::new(what).with_note(note);
        // What is refused, of a status that has gone on, changes nothing; its text was not taken.
        let before = self.written.len();
        match decide(&self.tickets[clone], request, &Rules::default(), &actor) {
            Ok(decision) => decision.step.into_iter().for_each(|step| self.tickets[clone].apply(step)),
            Err(_) => self.written.truncate(before.saturating_sub(1)),
        }
    }

    fn take(&mut self, (clone, what, number): Step) {
        match what {
            0 => {
                let text = self.text();
                self.request(clone, RequestKind::Process(ProcessAction::Diagnose(text)), None);
            }
            1 => {
                let field = if number % 2 == 0 { Field::Description } else { Field::Environment };
                let text = self.text();
                let change = Changes::from([(field, FieldChange::to_text(text))]);
                self.request(clone, RequestKind::Edit(change), None);
            }
            2 => {
                let text = self.text();
                self.request(clone, RequestKind::Comment, Some(text));
            }
            3 => {
                let timeline = self.tickets[clone].timeline();
                let entry = timeline[number % timeline.len()].id.clone();
                let (actor, undo) = (self.actor(), Request::new(RequestKind::Undo(vec![entry])));
                if let Ok(decision) = decide(&self.tickets[clone], undo, &Rules::default(), &actor) {
                    decision.step.into_iter().for_each(|step| self.tickets[clone].apply(step));
                }
            }
            4 if !self.written.is_empty() => {
                let text = self.written[number % self.written.len()].clone();
                let redaction = Redaction { texts: vec![text.clone()], ..Redaction::default() };
                let actor = self.actor();
                let note = Some("Personal.".to_owned());
                if let Ok(Some(cut)) =
                    redact(&self.tickets[clone], &redaction, note, &Rules::default(), &actor)
                {
                    self.tickets[clone] = cut;
                    self.redacted.push(text);
                }
            }
            // Two texts in one value, of which two redactions each take one.
            7 => {
                let field = if number % 2 == 0 { Field::Description } else { Field::Title };
                let text = format!("{} and {}", self.text(), self.text());
                let change = Changes::from([(field, FieldChange::to_text(text))]);
                self.request(clone, RequestKind::Edit(change), None);
            }
            _ => {
                let other = (clone + 1 + number % (CLONES - 1)) % CLONES;
                self.tickets[clone] = one(&self.tickets[clone], &self.tickets[other]);
            }
        }
    }
}

fn one(a: &Ticket, b: &Ticket) -> Ticket {
    match merge(a, b) {
        Merged::One(ticket) => *ticket,
        Merged::Two { .. } => panic!("one ticket was taken for two"),
    }
}

/// Every text that a page of the ticket has: notes, what entries set, and what stands in the head.
fn shown(ticket: &Ticket) -> String {
    let mut all = String::new();
    for entry in ticket.timeline() {
        all.extend(entry.note.as_deref());
        all.extend(entry.set.keys().filter_map(|field| ticket.text_set(entry, field)));
        all.extend(entry.set.values().filter_map(|set| {
            if let Set::Value { to, .. } = set { to.as_ref().map(ToString::to_string) } else { None }
        }));
        all.push('\n');
    }
    all
}

#[test]
fn clones_that_go_their_own_ways_come_to_one_ticket_with_every_text() {
    let steps = vec((0..CLONES, 0u8..7, 0usize..1000), 1..25);
    property(600, (steps,), |(steps,)| come_to_one(steps));
}

/// Texts that stand in one value, which all clones have: each redacts what it will, copies and merges.
#[test]
fn texts_of_one_value_that_clones_redact_apart_from_each_other_stay_out() {
    let steps = vec((0..CLONES, 3u8..8, 0usize..1000), 2..12);
    property(600, (0usize..2, steps), |(field, steps)| {
        let shared = [(0, 7, field), (1, 5, 1), (2, 5, 0)];
        let mut clones = Clones::new();
        shared.into_iter().chain(steps).for_each(|step| clones.take(step));
        let [a, b, c] = clones.tickets.as_slice() else { panic!("three clones") };
        let orders = [one(&one(a, b), c), one(a, &one(b, c)), one(&one(c, a), b)];
        check_orders(&orders)?;
        for order in &orders {
            prop_assert_eq!(order.unaccounted(), Vec::<Field>::new());
            clones.check_texts(order)?;
        }
        Ok(1)
    });
}

/// Two redactions cut one entry apart from each other, or one after the other, while a third clone copied its value.
#[test]
fn a_text_redacted_twice_does_not_come_back_with_a_copy() {
    let steps = [
        (0, 0, 0),
        (0, 1, 47),
        (0, 2, 0),
        (0, 1, 761),
        (0, 0, 0),
        (0, 4, 401),
        (0, 0, 0),
        (1, 0, 0),
        (2, 5, 234),
        (0, 1, 395),
        (0, 0, 0),
        (2, 4, 30),
    ];
    come_to_one(steps.to_vec()).unwrap();
}

/// Copies of a redacted value that an undo brought to another clone: whose redaction cut them depends on who met first.
#[test]
fn copies_of_a_value_that_two_clones_redact_come_to_one() {
    let undone_first = [
        (0, 1, 187),
        (0, 1, 419),
        (2, 5, 30),
        (1, 5, 0),
        (0, 3, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 3, 0),
        (0, 4, 420),
        (0, 0, 0),
        (2, 1, 5),
        (0, 3, 0),
        (1, 4, 81),
    ];
    let redacted_first = [
        (1, 1, 755),
        (1, 1, 197),
        (0, 5, 110),
        (0, 0, 0),
        (1, 4, 528),
        (0, 0, 0),
        (0, 3, 23),
        (0, 3, 207),
        (0, 0, 0),
        (2, 5, 65),
        (0, 1, 631),
        (1, 4, 289),
        (1, 5, 637),
    ];
    come_to_one(undone_first.to_vec()).unwrap();
    come_to_one(redacted_first.to_vec()).unwrap();
}

fn come_to_one(steps: Vec<Step>) -> Result<usize, TestCaseError> {
    let mut clones = Clones::new();
    steps.into_iter().for_each(|step| clones.take(step));
    let [a, b, c] = clones.tickets.as_slice() else { panic!("three clones") };
    let orders = [one(&one(a, b), c), one(a, &one(b, c)), one(&one(c, a), b), one(&one(b, c), &one(a, c))];
    let merged = &orders[0];
    check_orders(&orders)?;
    prop_assert_eq!(merged.unaccounted(), Vec::<Field>::new());
    prop_assert_eq!(&fold(merged.timeline()), merged.fields());
    // Clocks are skewed: an entry may be older than what it follows.
    for second in 1_799_999_999..1_800_000_006 {
        let at = Timestamp::from_unix(second).unwrap();
        let entries: Vec<Entry> = merged.timeline().iter().filter(|entry| entry.at <= at).cloned().collect();
        let then = merged.clone().until(at);
        prop_assert_eq!(then.is_some(), merged.created().unwrap() <= at);
        let Some(then) = then else { continue };
        prop_assert_eq!(&fold(&entries), then.fields());
        prop_assert_eq!(then.timeline(), entries.as_slice());
        prop_assert_eq!(then.unaccounted(), Vec::<Field>::new());
    }
    clones.check_texts(merged)?;
    Ok(1)
}

/// In whatever order clones meet, they come to one ticket. Which of several redactions an entry names may depend on the
/// order, until all have met.
fn check_orders(orders: &[Ticket]) -> Result<(), TestCaseError> {
    let met = orders.iter().skip(1).fold(orders[0].clone(), |met, order| one(&met, order));
    for order in orders {
        prop_assert_eq!(unnamed(order), unnamed(&met));
        prop_assert_eq!(codec::write(&one(order, &met)), codec::write(&met));
    }
    Ok(())
}

/// The file of a ticket without which redaction cut each entry.
fn unnamed(ticket: &Ticket) -> String {
    let file = codec::write(ticket);
    let lines = file.lines().filter(|line| !line.starts_with("  redacted:"));
    lines.map(|line| format!("{line}\n")).collect()
}
