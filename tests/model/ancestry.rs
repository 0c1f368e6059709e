//! What each writer had seen: clones that write, undo and merge in any order, beside a plain count of who knew what.

use std::collections::{BTreeMap, BTreeSet};

use git_support::process::{
    Actor, Changes, Deferral, FieldChange, FollowUp, ProcessAction, Request, RequestKind, ResolutionRequest,
    Rules, decide, open,
};
use git_support::ticket::{
    Ancestry, Entry, EntryId, Field, Merged, Node, Person, Resolution, Set, Ticket, TicketId, Timestamp,
    merge,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::counted::property;

const CLONES: usize = 3;

/// What happens next: on which clone, what, and a number to choose by.
type Step = (usize, u8, usize);

/// Clones of one ticket, and of every entry the entries that its writer's clone had: found by counting, not by the rule.
struct Clones {
    tickets: Vec<Ticket>,
    seen: BTreeMap<EntryId, BTreeSet<EntryId>>,
    count: u64,
}

impl Clones {
    fn new() -> Self {
        let mut clones = Self { tickets: Vec::new(), seen: BTreeMap::new(), count: 0 };
        let changes = Changes::from([
            (Field::Title, FieldChange::to_text("Pay fails")),
            (Field::Severity, FieldChange::to_text("major")),
            (Field::Labels, labels("a")),
        ]);
        let actor = clones.actor();
        let request = Request::new(RequestKind::Comment);
        let opened = open(TicketId::from_key("one"), &changes, request, &Rules::default(), &actor).unwrap();
        clones.seen.insert(actor.entry, BTreeSet::new());
        clones.tickets = vec![opened.ticket; CLONES];
        clones
    }

    /// Somebody whose clock goes forth and back.
    fn actor(&mut self) -> Actor {
        self.count += 1;
        let by = Person { name: "Ann".to_owned(), email: "ann@example.com".to_owned() };
        let at = Timestamp::from_unix(1_800_000_000 + i64::try_from(self.count * 7 % 5).unwrap()).unwrap();
        Actor { by: by.clone(), member: by, at, via: None, entry: EntryId::from_bits(self.count * 7919) }
    }

    fn request(&mut self, clone: usize, what: RequestKind, note: Option<String>) {
        let actor = self.actor();
        let ticket = &mut self.tickets[clone];
        let Ok(decision) = decide(ticket, Request::new(what).with_note(note), &Rules::default(), &actor)
        else {
            return;
        };
        let Some(step) = decision.step else { return };
        let had = ticket.timeline().iter().map(|entry| entry.id.clone()).collect();
        self.seen.insert(step.id.clone(), had);
        ticket.apply(step);
    }

    fn process(&mut self, clone: usize, choice: usize) {
        let resolve = |code| {
            ProcessAction::Resolve(ResolutionRequest {
                code,
                commits: Vec::new(),
                no_commit: Some("none".to_owned()),
                duplicate_of: None,
                answered_by: None,
            })
        };
        let action = match choice % 7 {
            0 => ProcessAction::Pend { follow_up: FollowUp::WorkingDays(3) },
            1 => ProcessAction::Defer(Deferral::Enhance),
            2 => ProcessAction::Resume,
            3 => resolve(Resolution::Answered),
            4 => resolve(Resolution::Fixed),
            5 => ProcessAction::Close,
            _ => ProcessAction::Reopen,
        };
        self.request(clone, RequestKind::Process(action), Some("why".to_owned()));
    }

    fn edit(&mut self, clone: usize, field: Field, to: &str) {
        self.request(clone, RequestKind::Edit(Changes::from([(field, FieldChange::to_text(to))])), None);
    }

    fn step(&mut self, (clone, what, choice): Step) {
        match what {
            0 => {
                let note = Some(format!("note {}", self.count));
                self.request(clone, RequestKind::Comment, note);
            }
            1 => self.edit(clone, Field::Severity, ["blocker", "critical", "major", "minor"][choice % 4]),
            2 => self.edit(clone, Field::Title, ["x", "y", "z"][choice % 3]),
            3 => {
                let to = labels(["a", "b", "a,b", "c"][choice % 4]);
                self.request(clone, RequestKind::Edit(Changes::from([(Field::Labels, to)])), None);
            }
            4 => {
                let timeline = self.tickets[clone].timeline();
                let undone = timeline[choice % timeline.len()].id.clone();
                self.request(clone, RequestKind::Undo(vec![undone]), None);
            }
            5 => self.process(clone, choice),
            _ => {
                let other = choice % CLONES;
                let merged = one(&self.tickets[clone], &self.tickets[other]);
                self.tickets[clone] = merged;
            }
        }
    }

    fn saw(&self, entry: &Entry, other: &Entry) -> bool {
        self.seen[&entry.id].contains(&other.id)
    }

    /// True where neither writer had the other's entry.
    fn are_concurrent(&self, entry: &Entry, other: &Entry) -> bool {
        entry.id != other.id && !self.saw(entry, other) && !self.saw(other, entry)
    }
}

fn labels(names: &str) -> FieldChange {
    FieldChange::To(Some(Node::texts(names.split(','))))
}

fn one(a: &Ticket, b: &Ticket) -> Ticket {
    match merge(a, b) {
        Merged::One(ticket) => *ticket,
        Merged::Two { .. } => panic!("one ticket was taken for two"),
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec((0..CLONES, 0_u8..7, any::<usize>()), 4..40)
}

fn run(steps: Vec<Step>) -> Clones {
    let mut clones = Clones::new();
    steps.into_iter().for_each(|step| clones.step(step));
    clones
}

#[test]
fn what_each_writer_had_seen_is_told_by_the_timeline() {
    property(400, steps(), |steps| {
        let clones = run(steps);
        let mut told = 0;
        for ticket in &clones.tickets {
            let timeline = ticket.timeline();
            let ancestry = Ancestry::of(timeline);
            for (entry, is_concurrent) in timeline.iter().zip(ancestry.concurrent()) {
                let expected = timeline.iter().any(|other| clones.are_concurrent(entry, other));
                prop_assert_eq!(is_concurrent, expected, "{}", entry.id);
                told += usize::from(expected);
                let seen: BTreeSet<EntryId> =
                    ancestry.seen_by(entry).into_iter().flatten().map(|other| other.id.clone()).collect();
                prop_assert_eq!(&seen, &clones.seen[&entry.id]);
            }
            let is_tip = |entry: &&Entry| !timeline.iter().any(|other| clones.saw(other, entry));
            let tips: Vec<&Entry> = timeline.iter().filter(is_tip).collect();
            prop_assert_eq!(ancestry.tips(), tips);
            prop_assert_eq!(ancestry.is_line(), !ancestry.concurrent().contains(&true));
        }
        Ok(told)
    });
}

#[test]
fn no_decision_gives_way_to_one_that_had_not_seen_it_but_by_the_process() {
    property(400, steps(), |steps| {
        let clones = run(steps);
        let mut contested = 0;
        let all = one(&one(&clones.tickets[0], &clones.tickets[1]), &clones.tickets[2]);
        for field in [Field::Severity, Field::Title] {
            let sets = |entry: &&Entry| entry.set.contains_key(&field);
            let setters: Vec<&Entry> = all.timeline().iter().filter(sets).collect();
            let last: Vec<&Entry> = setters
                .iter()
                .copied()
                .filter(|entry| !setters.iter().any(|other| clones.saw(other, entry)))
                .collect();
            let decides = all.setter(&field).unwrap();
            prop_assert!(last.contains(&decides));
            contested += usize::from(last.len() > 1);
            // An undo gives way; the graver severity does not.
            let steps: Vec<&Entry> = last.iter().copied().filter(|entry| entry.undoes.is_empty()).collect();
            prop_assert!(steps.is_empty() || decides.undoes.is_empty());
            if field == Field::Severity && !steps.is_empty() {
                let gravest = steps.iter().filter_map(|entry| severity(entry)).max();
                prop_assert_eq!(severity(decides), gravest);
            }
        }
        Ok(contested)
    });
}

#[test]
fn a_ticket_has_a_resolution_where_it_ended_and_a_deferral_where_it_waits() {
    let processes = vec((0..CLONES, 4_u8..7, any::<usize>()), 4..30);
    property(3000, processes, |steps| {
        let clones = run(steps);
        let all = one(&one(&clones.tickets[0], &clones.tickets[1]), &clones.tickets[2]);
        let mut met = 0;
        for ticket in clones.tickets.iter().chain([&all]) {
            let head = ticket.fields();
            let file = git_support::ticket::codec::write(ticket);
            prop_assert_eq!(head.get(&Field::Resolution).is_some(), !head.status().is_open(), "{}", file);
            prop_assert_eq!(head.get(&Field::Deferral).is_some(), head.status().is_waiting(), "{}", file);
            prop_assert_eq!(ticket.unaccounted(), Vec::<Field>::new());
            met += usize::from(ticket.contested().iter().any(|(field, _)| *field == Field::Status));
        }
        Ok(met)
    });
}

fn severity(entry: &Entry) -> Option<git_support::ticket::Severity> {
    let Set::Value { to, .. } = entry.set.get(&Field::Severity)? else { return None };
    git_support::ticket::Severity::parse(to.as_ref()?.as_text()?)
}

#[test]
fn a_label_stays_where_somebody_added_it_who_had_not_seen_it_go() {
    property(400, steps(), |steps| {
        let clones = run(steps);
        let all = one(&one(&clones.tickets[0], &clones.tickets[1]), &clones.tickets[2]);
        let mut kept = 0;
        for label in ["a", "b", "c"] {
            let change = |entry: &Entry| match entry.set.get(&Field::Labels) {
                Some(Set::Members { add, remove }) if add.iter().chain(remove).any(|name| name == label) => {
                    Some(add.iter().any(|name| name == label))
                }
                _ => None,
            };
            let changes: Vec<(&Entry, bool)> =
                all.timeline().iter().filter_map(|entry| Some((entry, change(entry)?))).collect();
            let is_last = |entry: &Entry| !changes.iter().any(|(other, _)| clones.saw(other, entry));
            let last: Vec<&(&Entry, bool)> = changes.iter().filter(|(entry, _)| is_last(entry)).collect();
            let is_added = last.iter().any(|(entry, adds)| *adds && entry.undoes.is_empty());
            let is_there = all.fields().members(&Field::Labels).any(|name| name == label);
            prop_assert!(is_there || !is_added, "{label}");
            kept += usize::from(is_added && last.len() > 1);
        }
        Ok(kept)
    });
}
