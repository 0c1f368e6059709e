//! The figures of a report beside a direct recomputation from the timelines, over generated years.

use std::collections::BTreeMap;

use git_support::process::{
    Actor, Assignee, Changes, ClockBook, ClockRules, Decision, Deferral, FieldChange, FollowUp, Judged,
    ProcessAction, Request, RequestKind, ResolutionRequest, Rules, Settings, Team, TicketHistory, Vendor,
    at_levels, decide, first_response, open, replay,
};
use git_support::report::{Case, Period, figures, weeks};
use git_support::ticket::{
    Action, Entry, EntryId, Field, Node, Person, Resolution, Set, Severity, Status, Summary, Ticket,
    TicketId, Timestamp, Visibility, yaml,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// The first instant of the year.
const BEGIN: i64 = 1_767_225_600;
const YEAR: i64 = 365 * 86_400;

/// What may be done to a ticket, by number, and after how many minutes.
type Deed = (u8, i64);

fn rules() -> Rules {
    let settings =
        yaml::parse("clocks: {critical: {response: 2h, resolution: 3h}, minor: {resolution: 10h}}").unwrap();
    let vendor =
        Vendor { name: "paygate".to_owned(), email: Some("a@b.example".to_owned()), ..Vendor::default() };
    Rules {
        settings: Settings::read(&settings).unwrap(),
        team: Team::default(),
        vendors: BTreeMap::from([("paygate".to_owned(), vendor)]),
    }
}

fn deed(number: u8, at: Timestamp) -> RequestKind {
    let ending = |code| ResolutionRequest {
        code,
        commits: Vec::new(),
        no_commit: None,
        duplicate_of: None,
        answered_by: None,
    };
    match number {
        0 => RequestKind::Comment,
        1 => RequestKind::Process(ProcessAction::Escalate {
            findings: Changes::new(),
            force: true,
            to: Assignee::Queue,
        }),
        2 => {
            RequestKind::Process(ProcessAction::Return { level: None, incomplete: true, to: Assignee::Queue })
        }
        3 => RequestKind::Process(ProcessAction::Return {
            level: None,
            incomplete: false,
            to: Assignee::Queue,
        }),
        4 => RequestKind::Process(ProcessAction::Pend { follow_up: FollowUp::At(at) }),
        5 => {
            let name = Some("paygate".to_owned());
            RequestKind::Process(ProcessAction::Defer(Deferral::Vendor {
                name,
                case: None,
                follow_up: FollowUp::At(at),
            }))
        }
        6 => RequestKind::Process(ProcessAction::Defer(Deferral::Enhance)),
        7 => RequestKind::Process(ProcessAction::Resume),
        8 => RequestKind::Process(ProcessAction::Resolve(ending(Resolution::Answered))),
        9 => RequestKind::Process(ProcessAction::Reopen),
        _ => RequestKind::Edit(Changes::from([(Field::Severity, FieldChange::to_text("critical"))])),
    }
}

fn ticket(number: u64, start: i64, is_critical: bool, deeds: &[Deed], rules: &Rules) -> Ticket {
    let dana = Person::parse("Dana Li <dana@example.com>").unwrap();
    let actor = |at: i64, entry: u64| Actor {
        via: None,
        by: dana.clone(),
        member: dana.clone(),
        at: Timestamp::from_unix(at).unwrap(),
        entry: EntryId::from_bits(entry),
    };
    let severity = if is_critical { "critical" } else { "minor" };
    let changes = Changes::from([
        (Field::Title, FieldChange::to_text("T")),
        (Field::Severity, FieldChange::to_text(severity)),
        (Field::Reporter, FieldChange::to_text("Ann <ann@customer.example>")),
    ]);
    let mut at = BEGIN + start;
    let mut ticket = open(
        TicketId::from_bits(number),
        &changes,
        Request::new(RequestKind::Comment),
        rules,
        &actor(at, number * 100),
    )
    .unwrap()
    .ticket;
    for (place, (deed, minutes)) in (1_u64..).zip(deeds) {
        at += minutes * 60;
        let actor = actor(at, number * 100 + place);
        let what = self::deed(*deed, actor.at);
        let spent = minutes % 7 == 0;
        let request = Request::new(what).with_note(Some("Said.".to_owned())).spending(spent.then_some(30));
        // What the rules refuse does not happen.
        if let Ok(Decision { step: Some(step), .. }) = decide(&ticket, request, rules, &actor) {
            ticket.apply(step);
        }
    }
    ticket
}

/// What a field was set to by an entry, as text.
fn set(entry: &Entry, field: &Field) -> Option<Option<String>> {
    match entry.set.get(field) {
        Some(Set::Value { to, .. }) => Some(to.as_ref().map(Node::to_string)),
        _ => None,
    }
}

/// When, the status, the level, whom it waits for, the entry.
type State<'a> = (i64, Status, i64, &'static str, &'a Entry);

/// A ticket's state after each entry: when, its status, its level, whom it waits for.
fn states(ticket: &Ticket) -> Vec<State<'_>> {
    let (mut status, mut level, mut waits_for) = (Status::New, 1, "");
    let mut states = Vec::new();
    for entry in ticket.timeline() {
        if let Some(Some(to)) = set(entry, &Field::Status) {
            status = Status::parse(&to).unwrap();
        }
        if let Some(Some(to)) = set(entry, &Field::Level) {
            level = to.parse().unwrap();
        }
        if let Some(Set::Value { to: Some(to), .. }) = entry.set.get(&Field::Deferral) {
            waits_for = match to.at("to").and_then(Node::as_text) {
                Some("vendor") => "vendor",
                Some("enhance") => "enhance",
                _ => "customer",
            };
        }
        let waits = matches!(status, Status::Pending | Status::Deferred);
        states.push((entry.at.unix(), status, level, if waits { waits_for } else { "" }, entry));
    }
    states
}

/// True for a word to the customer: what is noted with any other step is for colleagues.
fn is_word(entry: &Entry) -> bool {
    let words = [Action::Comment, Action::Pend, Action::Resolve, Action::Close, Action::Reopen];
    entry.note.is_some() && entry.visibility == Visibility::Customer && words.contains(&entry.action)
}

/// The figures of a ticket, recomputed: name and values.
fn recomputed(ticket: &Ticket, period: Period) -> BTreeMap<&'static str, Vec<i64>> {
    let mut found: BTreeMap<&'static str, Vec<i64>> = BTreeMap::new();
    let mut add = |key, value| found.entry(key).or_default().push(value);
    let states = states(ticket);
    let opened = states[0].0;
    let inside = |at: i64| period.from <= at && at < period.to;
    let is_over = |status: Status| matches!(status, Status::Resolved | Status::Closed);
    if inside(opened) {
        add("opened", 1);
    }
    let at_end = states.iter().rev().find(|state| state.0 < period.to);
    if at_end.is_some_and(|state| !is_over(state.1)) {
        add("backlog", 1);
        add("age", period.to - opened);
    }
    let responded = states.iter().skip(1).find(|state| is_word(state.4));
    if let Some(state) = responded.filter(|state| inside(state.0)) {
        add("response-time", state.0 - opened);
    }
    let mut is_resolved = false;
    for pair in states.windows(2) {
        let ((_, before, level, waited, _), (at, status, to, waits, entry)) = (pair[0], pair[1]);
        if !inside(at) {
            continue;
        }
        let later =
            || states.iter().filter(|state| state.0 >= at && state.4.seq > entry.seq && state.0 < period.to);
        if !is_over(before) && is_over(status) {
            // A ticket that was resolved twice is one ticket.
            if !std::mem::replace(&mut is_resolved, true) {
                add("resolved", 1);
            }
            add("resolution-time", at - opened);
            let never_above = states.iter().all(|state| state.4.seq > entry.seq || state.2 == 1);
            add("first-level", i64::from(never_above));
            add("reopened", i64::from(later().any(|state| !is_over(state.1))));
        }
        if entry.action == Action::Escalate && to > level {
            // From there, and not from a level above it.
            let came_back = states.windows(2).any(|pair| {
                let is_later = pair[1].4.seq > entry.seq && pair[1].0 < period.to;
                is_later && pair[0].2 == to && matches!(pair[1].4.action, Action::Return | Action::HandBack)
            });
            add("returned", i64::from(came_back));
        }
        if entry.action == Action::HandBack {
            add("hand-backs", 1);
        }
        if waits == "enhance" && waited != "enhance" {
            add("enhanced", 1);
        }
        if !waited.is_empty() && waits != waited {
            let (key, began) = wait(&states, entry, waited);
            add(key, at - began);
        }
        if let Some(minutes) = entry.spent_minutes {
            add("spent", i64::try_from(minutes).unwrap() * 60);
        }
    }
    for (key, value) in resolution_clock(ticket, &states, period) {
        add(key, value);
    }
    found
}

/// The figure of a wait that an entry ends, and when it began.
fn wait(states: &[State<'_>], end: &Entry, waited: &str) -> (&'static str, i64) {
    let before = states.iter().rev().filter(|state| state.4.seq < end.seq);
    let began = before.take_while(|state| state.3 == waited).last().unwrap().0;
    let key = match waited {
        "vendor" => "vendor-wait",
        "enhance" => "enhance-wait",
        _ => "customer-wait",
    };
    (key, began)
}

/// What the resolution clock counted until the end, and whether that is within the target: what was neither a
/// wait nor after an end, in hours of every day.
fn resolution_clock(ticket: &Ticket, states: &[State<'_>], period: Period) -> Vec<(&'static str, i64)> {
    let is_over = |status: Status| matches!(status, Status::Resolved | Status::Closed);
    let last = states.last().unwrap();
    let end =
        states.iter().rev().take_while(|state| is_over(state.1)).last().map_or(i64::MAX, |state| state.0);
    if !is_over(last.1) || !(period.from..period.to).contains(&end) {
        return Vec::new();
    }
    let run: i64 = states
        .windows(2)
        .filter(|pair| !is_over(pair[0].1) && pair[0].3.is_empty())
        .map(|pair| pair[1].0.min(end) - pair[0].0)
        .sum();
    let target = if ticket.fields().severity() == Some(Severity::Critical) { 3 } else { 10 };
    vec![("resolution-hours", run), ("resolution-kept", i64::from(run <= target * 3600))]
}

fn case(ticket: &Ticket, books: &[ClockBook], at: i64) -> Case {
    let course = TicketHistory::of(ticket);
    let team = Team::default();
    let judged = Judged { books, by: &[], team: &team };
    Case {
        summary: Summary::of(ticket),
        clocks: replay(&course, judged, at),
        responded: first_response(&course, &team),
        at_levels: at_levels(&course, judged, at),
        course,
        of_vendor: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_years_figures_are_those_of_its_timelines(
        tickets in vec((0..YEAR, any::<bool>(), vec((0_u8..11, 1_i64..20_000), 0..12)), 30..60),
        span in (0..YEAR, 1..YEAR),
    ) {
        let rules = rules();
        let tickets: Vec<Ticket> = (0_u64..)
            .zip(&tickets)
            .map(|(number, (start, is_critical, deeds))| ticket(number, *start, *is_critical, deeds, &rules))
            .collect();
        let books = [ClockBook::of(ClockRules::clone(&rules.settings.clocks))];
        let at = BEGIN + 3 * YEAR;
        let cases: Vec<Case> = tickets.iter().map(|ticket| case(ticket, &books, at)).collect();
        let cases: Vec<&Case> = cases.iter().collect();
        let (from, length) = span;
        for period in [
            Period { from: BEGIN, to: BEGIN + 3 * YEAR },
            Period { from: BEGIN + from, to: BEGIN + from + length },
        ] {
            let mut expected: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
            for ticket in &tickets {
                for (key, values) in recomputed(ticket, period) {
                    expected.entry(key).or_default().extend(values);
                }
            }
            for figure in figures(&cases, period) {
                // What runs on after it was used up ends where no entry does: the whole period tells nothing of it.
                let is_recomputed = !figure.key.starts_with("level-") && !figure.key.starts_with("escalated")
                    && !["resolution-kept", "response-kept", "update-kept", "vendor-kept", "regressed", "flaky"].contains(&figure.key);
                if !is_recomputed {
                    continue;
                }
                let mut values = expected.remove(figure.key).unwrap_or_default();
                values.sort_unstable();
                let found: Vec<i64> = figure.values.iter().map(|(value, _)| *value).collect();
                prop_assert_eq!(found, values, "{} in {:?}", figure.key, period);
            }
            let all = weeks(&cases, period);
            let opened: usize = all.iter().map(|week| week.opened).sum();
            let last = all.last().map_or(0, |week| week.backlog.iter().sum::<usize>());
            let count = |key: &str| figures(&cases, period).into_iter().find(|f| f.key == key).unwrap().count();
            prop_assert_eq!((opened, last), (count("opened"), count("backlog")));
        }
        // Clocks that have stopped are kept where what they counted is within the target.
        for (case, ticket) in cases.iter().zip(&tickets) {
            let whole = Period { from: BEGIN, to: at };
            let expected = recomputed(ticket, whole).remove("resolution-kept");
            let stopped = case.clocks.iter().find(|clock| clock.kind.name() == "resolution" && clock.stopped.is_some());
            let found = stopped.map(|clock| vec![i64::from(clock.state.as_str() == "met")]);
            prop_assert_eq!(found, expected, "{}", git_support::ticket::codec::write(ticket));
        }
    }
}
