//! The replay: a ticket's course becomes its clocks, each judged by the rules in force when it began.

use std::collections::BTreeMap;

use crate::process::calendar::{Calendar, Hours};
use crate::process::clock::clock::{Clock, ClockKind};
use crate::process::clock::history::{Event, EventKind, TicketHistory};
use crate::process::clock::rules::{ClockRules, Reason, Target, Targets};
use crate::process::clock::run::{Gap, Measure, Run, Why};
use crate::process::team::Team;
use crate::ticket::{Level, Severity};

/// Rules of clocks, with the hours of their calendars ready to be counted.
#[derive(Debug)]
pub struct ClockBook {
    /// The rules.
    pub rules: ClockRules,
    hours: BTreeMap<String, Hours>,
    always: Hours,
}

impl ClockBook {
    /// Rules made ready.
    #[must_use]
    pub fn of(rules: ClockRules) -> Self {
        let hours = rules.calendars.iter().map(|(name, calendar)| (name.clone(), Hours::of(calendar)));
        Self { hours: hours.collect(), rules, always: Hours::of(&Calendar::always()) }
    }

    /// The hours of a calendar; those of every day, where there is none of that name.
    #[must_use]
    pub fn hours(&self, calendar: &str) -> &Hours {
        self.hours.get(calendar).unwrap_or(&self.always)
    }
}

/// The rules that a project had, and which of them judge a ticket.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The rules.
    pub books: &'a [ClockBook],
    /// For each entry of a course at which rules are looked up, the place of those in force.
    pub by: &'a [usize],
    /// Whose words count as the team's.
    pub team: &'a Team,
}

impl Judged<'_> {
    /// The rules in force from a judgement on, counted from 0.
    fn at(&self, judgement: usize) -> RulesInForce {
        let book = self.by.get(judgement).or(self.by.last()).copied().unwrap_or_default();
        RulesInForce { book, judgement }
    }

    /// The rules that judge the present of a course, but for what waits for a vendor.
    pub(super) fn present(&self, course: &TicketHistory) -> Option<&ClockBook> {
        let judging = course.events.iter().filter(|event| event.what.is_judged()).enumerate();
        let last = judging.filter(|(_, event)| !matches!(event.what, EventKind::Waits(..))).last();
        self.books.get(self.at(last.map_or(0, |(judgement, _)| judgement)).book)
    }
}

/// Rules, and the entry at which they were looked up.
#[derive(Debug, Clone, Copy, Default)]
struct RulesInForce {
    book: usize,
    judgement: usize,
}

/// The clocks of a ticket at a moment, in seconds since 1970 UTC, but for when they came to their end.
pub(super) fn measured(events: &[Event], judged: Judged<'_>, now: i64) -> Vec<Clock> {
    let mut replay = Replay::new(judged, now);
    events.iter().for_each(|event| replay.take(event));
    replay.finish()
}

struct Replay<'a> {
    judged: Judged<'a>,
    now: i64,
    judgements: usize,
    in_force: RulesInForce,
    severity: Option<Severity>,
    opened: Option<(i64, u32)>,
    has_response: bool,
    /// When the first word was said, while no severity has given it a target.
    early_response: Option<(i64, u32)>,
    update_from: Option<(i64, u32)>,
    ended: Option<(i64, u32)>,
    /// Waits, and times after an end.
    gaps: Vec<Gap>,
    level: Option<Level>,
    /// When a level was first reached, and the times elsewhere since.
    levels: BTreeMap<Level, ((i64, u32), Vec<Gap>)>,
    /// Whom it waits for, since when, and by which rules.
    vendor: Option<(String, (i64, u32), RulesInForce)>,
    clocks: Vec<Clock>,
}

impl<'a> Replay<'a> {
    fn new(judged: Judged<'a>, now: i64) -> Self {
        Self {
            judged,
            now,
            judgements: 0,
            in_force: RulesInForce::default(),
            severity: None,
            opened: None,
            has_response: false,
            early_response: None,
            update_from: None,
            ended: None,
            gaps: Vec::new(),
            level: None,
            levels: BTreeMap::new(),
            vendor: None,
            clocks: Vec::new(),
        }
    }

    fn take(&mut self, event: &Event) {
        let mark = (event.at, event.entry);
        match &event.what {
            EventKind::Opened => {
                self.in_force = self.judge();
                (self.opened, self.update_from) = (Some(mark), Some(mark));
            }
            EventKind::Severity(severity) => {
                self.severity = *severity;
                self.in_force = self.judge();
                if let Some(mark) = self.early_response {
                    self.respond_by(mark);
                }
            }
            EventKind::Level(level, _) => self.come_to(*level, mark),
            EventKind::Waits(reason, vendor) => {
                let why = Why::Waits(*reason, vendor.clone());
                self.gaps.push(Gap { from: mark.0, to: None, why, began: mark.1, ended: None });
                // A contract holds from the handing over on.
                self.vendor = vendor.clone().map(|name| (name, mark, self.judge()));
            }
            EventKind::Resumed => {
                self.close(mark, |why| matches!(why, Why::Waits(..)));
                self.vendor_answers(mark);
            }
            EventKind::Ended(_) => {
                self.update(mark);
                // That a ticket was opened as resolved answers nobody, unless it stays so.
                if !self.is_opening(mark) {
                    self.respond(mark);
                }
                (self.ended, self.update_from) = (Some(mark), None);
                self.gaps.push(Gap { from: mark.0, to: None, why: Why::Ended, began: mark.1, ended: None });
            }
            EventKind::Reopened(_) => {
                self.close(mark, |why| *why == Why::Ended);
                (self.ended, self.update_from) = (None, Some(mark));
            }
            EventKind::Said(email, is_customer) if self.judged.team.speaks(email, *is_customer) => {
                self.update(mark);
                self.respond(mark);
                // What is said after the end begins no interval.
                self.update_from = self.ended.is_none().then_some(mark);
            }
            EventKind::Said(..) | EventKind::Spent(_) | EventKind::Assigned(_) | EventKind::EndedAs(_) => {}
        }
    }

    /// The rules in force from here on.
    fn judge(&mut self) -> RulesInForce {
        let in_force = self.judged.at(self.judgements);
        self.judgements += 1;
        in_force
    }

    fn book(&self, in_force: RulesInForce) -> Option<&'a ClockBook> {
        let books: &'a [ClockBook] = self.judged.books;
        books.get(in_force.book)
    }

    fn close(&mut self, (at, entry): (i64, u32), is_meant: impl Fn(&Why) -> bool) {
        for gap in self.gaps.iter_mut().filter(|gap| gap.to.is_none() && is_meant(&gap.why)) {
            (gap.to, gap.ended) = (Some(at), Some(entry));
        }
    }

    fn come_to(&mut self, level: Level, mark: (i64, u32)) {
        if let Some((_, gaps)) = self.level.and_then(|left| self.levels.get_mut(&left)) {
            gaps.push(Gap { from: mark.0, to: None, why: Why::Elsewhere, began: mark.1, ended: None });
        }
        let (_, gaps) = self.levels.entry(level).or_insert((mark, Vec::new()));
        for gap in gaps.iter_mut().filter(|gap| gap.to.is_none()) {
            (gap.to, gap.ended) = (Some(mark.0), Some(mark.1));
        }
        self.level = Some(level);
    }

    fn targets(&self) -> Option<&'a Targets> {
        self.book(self.in_force)?.rules.severities.get(&self.severity?)
    }

    fn respond(&mut self, mark: (i64, u32)) {
        if self.has_response {
            return;
        }
        self.has_response = true;
        self.respond_by(mark);
    }

    /// True for what happened as the ticket was opened.
    fn is_opening(&self, (_, entry): (i64, u32)) -> bool {
        self.opened.is_some_and(|(_, opening)| opening == entry)
    }

    /// Measures the first word against the target that there is; where there is none yet, against the first that comes.
    fn respond_by(&mut self, mark: (i64, u32)) {
        let target = self.targets().and_then(|targets| targets.response);
        self.early_response = target.is_none().then_some(mark);
        self.stop(ClockKind::Response, target, self.opened, Some(mark), true);
    }

    /// Ends an interval between two words. Where it is shorter than the time for the first word, that one has its own:
    /// the first interval begins with it.
    fn update(&mut self, mark: (i64, u32)) {
        // What says something and ends the ticket is one word: between it and itself is no interval.
        let is_same = self.update_from.is_some_and(|(_, entry)| entry == mark.1);
        if is_same || self.waits_for_response() {
            return;
        }
        let target = self.targets().and_then(|targets| targets.update);
        self.stop(ClockKind::Update, target, self.update_from, Some(mark), false);
    }

    /// True while updates are not due yet, because the first word is not.
    fn waits_for_response(&self) -> bool {
        let (Some(targets), Some(book)) = (self.targets(), self.book(self.in_force)) else { return false };
        let targets_of_words = targets.response.zip(targets.update);
        !self.has_response
            && targets_of_words
                .is_some_and(|(response, update)| book.rules.is_longer(response, update, &targets.calendar))
    }

    fn vendor_answers(&mut self, mark: (i64, u32)) {
        if let Some(wait) = self.vendor.take() {
            self.vendor_clock(wait, Some(mark));
        }
    }

    fn vendor_clock(&mut self, wait: (String, (i64, u32), RulesInForce), stop: Option<(i64, u32)>) {
        let (name, since, in_force) = wait;
        let rules = self.book(in_force).and_then(|book| book.rules.vendors.get(&name));
        if let Some((target, calendar)) = rules {
            let plan = Plan { target: *target, calendar, warn_percent: 100, severity: None, in_force };
            self.add(ClockKind::Vendor(name), plan, since, stop, Vec::new(), stop.is_none());
        }
    }

    /// Adds a clock of the severity, if it has such a target.
    fn stop(
        &mut self,
        kind: ClockKind,
        target: Option<Target>,
        start: Option<(i64, u32)>,
        stop: Option<(i64, u32)>,
        is_present: bool,
    ) {
        let (Some(target), Some(targets), Some(start)) = (target, self.targets(), start) else { return };
        let plan = Plan {
            target,
            calendar: &targets.calendar,
            warn_percent: targets.warn_percent,
            severity: self.severity,
            in_force: self.in_force,
        };
        // A clock that an end has stopped is not kept waiting by it.
        let gaps = self.gaps.iter().filter(|gap| stop.is_none_or(|(at, _)| gap.from < at)).cloned().collect();
        self.add(kind, plan, start, stop, gaps, is_present);
    }

    fn add(
        &mut self,
        kind: ClockKind,
        plan: Plan<'_>,
        started: (i64, u32),
        stopped: Option<(i64, u32)>,
        mut gaps: Vec<Gap>,
        is_present: bool,
    ) {
        let Some(book) = self.book(plan.in_force) else { return };
        let counts = |reason: &Reason| book.rules.pause.contains(reason);
        gaps.retain(|gap| gap.to.is_none_or(|to| to > started.0));
        gaps.retain(|gap| if let Why::Waits(reason, _) = &gap.why { counts(reason) } else { true });
        let run = Run {
            start: started.0,
            stop: stopped.map(|(at, _)| at),
            gaps: &gaps,
            target: plan.target,
            warn_percent: plan.warn_percent,
        };
        let Measure { target, elapsed, paused, due, warn, state, is_paused } =
            run.measure(book.hours(plan.calendar), self.now);
        self.clocks.push(Clock {
            kind,
            severity: plan.severity,
            target: plan.target,
            calendar: plan.calendar.to_owned(),
            book: plan.in_force.book,
            judgement: plan.in_force.judgement,
            started,
            stopped,
            gaps,
            target_seconds: target,
            elapsed_seconds: elapsed,
            paused_seconds: paused,
            due,
            ended: None,
            warn,
            state,
            is_paused,
            is_present,
        });
    }

    fn finish(mut self) -> Vec<Clock> {
        if let Some(mark) = self.ended.filter(|mark| self.is_opening(*mark)) {
            self.respond(mark);
        }
        let targets = self.targets().cloned();
        let target = |of: fn(&Targets) -> Option<Target>| targets.as_ref().and_then(of);
        if !self.has_response {
            self.stop(ClockKind::Response, target(|targets| targets.response), self.opened, None, true);
        }
        if self.update_from.is_some() && !self.waits_for_response() {
            self.stop(ClockKind::Update, target(|targets| targets.update), self.update_from, None, true);
        } else if self.update_from.is_none()
            && let Some(last) = self.clocks.iter_mut().rfind(|clock| clock.kind == ClockKind::Update)
        {
            // The ticket has ended: its last interval is what remains to be said.
            last.is_present = true;
        }
        self.stop(ClockKind::Resolution, target(|targets| targets.resolution), self.opened, self.ended, true);
        self.finish_levels();
        if let Some(wait) = self.vendor.take() {
            self.vendor_clock(wait, None);
        }
        self.clocks.sort_by_key(|clock| match clock.kind {
            ClockKind::Response => 0,
            ClockKind::Update => 1,
            ClockKind::Resolution => 2,
            ClockKind::Level(_) => 3,
            ClockKind::Vendor(_) => 4,
        });
        self.clocks
    }

    fn finish_levels(&mut self) {
        let in_force = self.in_force;
        let Some(rules) = self.book(in_force).map(|book| &book.rules) else { return };
        for (level, (start, elsewhere)) in std::mem::take(&mut self.levels) {
            let Some((target, calendar)) = rules.levels.get(&level) else { continue };
            let of_severity = self.targets().map_or(crate::process::calendar::ALWAYS, |of| &of.calendar);
            let calendar = calendar.as_deref().unwrap_or(of_severity);
            // It was left for good, as far as is known, or the ticket ended there.
            let left = elsewhere.iter().find(|gap| gap.to.is_none()).map(|gap| (gap.from, gap.began));
            let stop = left.or(self.ended);
            let before = |gap: &&Gap| stop.is_none_or(|(at, _)| gap.from < at);
            // What it waited for at another level is no part of this one.
            let was_here = |gap: &&Gap| !elsewhere.iter().any(|away| away.covers(gap));
            let gaps = self.gaps.iter().filter(was_here).chain(&elsewhere).filter(before).cloned().collect();
            let plan = Plan { target: *target, calendar, warn_percent: 100, severity: None, in_force };
            self.add(ClockKind::Level(level), plan, start, stop, gaps, true);
        }
    }
}

/// What a clock is to keep.
struct Plan<'a> {
    target: Target,
    calendar: &'a str,
    warn_percent: i64,
    severity: Option<Severity>,
    in_force: RulesInForce,
}
