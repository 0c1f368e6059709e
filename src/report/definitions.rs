//! What each figure is: a definition, and what a single ticket adds to it.

use crate::process::{Clock, ClockKind, ClockState, Event, EventKind, LevelChange, Reason, Wait};
use crate::report::case::{Case, SetAside};
use crate::report::definition::{Definition, Unit};
use crate::report::period::Period;
use crate::ticket::Level;

/// The figure of the levels' own targets.
pub(super) const LEVEL_KEPT: &str = "level-kept";

/// Every figure of tickets, in order.
pub const METRICS: &[Definition] = &[
    Definition {
        key: "opened",
        title: "Opened",
        unit: Unit::Count,
        is_of_end: false,
        about: "tickets opened in the period",
        collect: |case, period| once(period.has(case.opened()), 1),
    },
    Definition {
        key: "resolved",
        title: "Resolved",
        unit: Unit::Count,
        is_of_end: false,
        about: "tickets resolved in the period, or closed without being resolved",
        collect: |case, period| once(case.during(period).any(is_end), 1),
    },
    Definition {
        key: "backlog",
        title: "Backlog",
        unit: Unit::Count,
        is_of_end: true,
        about: "tickets open at the end of the period",
        collect: |case, period| once(case.is_open_at(period.to - 1), 1),
    },
    Definition {
        key: "duplicates",
        title: "Duplicates",
        unit: Unit::Count,
        is_of_end: false,
        about: "tickets resolved as duplicate in the period; they count in no time and no rate",
        collect: |case, period| ended_aside(case, period, SetAside::Duplicate),
    },
    Definition {
        key: "no-tickets",
        title: "Spam and other products",
        unit: Unit::Count,
        is_of_end: false,
        about: "tickets resolved as spam or other-product in the period; they count in no time and no rate",
        collect: |case, period| ended_aside(case, period, SetAside::NoTicket),
    },
    Definition {
        key: "opened-resolved",
        title: "Opened as resolved",
        unit: Unit::Count,
        is_of_end: false,
        about: "tickets opened as already resolved in the period; they count in no time and no rate",
        collect: |case, period| once(period.has(case.opened()) && case.is_filed_resolved(period.to), 1),
    },
    Definition {
        key: "age",
        title: "Age of the backlog",
        unit: Unit::Span,
        is_of_end: true,
        about: "calendar time from opening to the end of the period, for tickets open then",
        collect: |case, period| once(case.is_open_at(period.to - 1), period.to - case.opened()),
    },
    Definition {
        key: "response-time",
        title: "First response",
        unit: Unit::Span,
        is_of_end: false,
        about: "calendar time from opening to first response, for responses in the period",
        collect: |case, period| {
            case.responded.filter(|at| period.has(*at)).map(|at| at - case.opened()).into_iter().collect()
        },
    },
    Definition {
        key: "resolution-time",
        title: "Time to resolve",
        unit: Unit::Span,
        is_of_end: false,
        about: "calendar time from opening to resolution, waits included, for resolutions in the period",
        collect: |case, period| {
            case.during(period)
                .filter(|event| is_resolution(event))
                .map(|event| event.at - case.opened())
                .collect()
        },
    },
    Definition {
        key: "resolution-hours",
        title: "Business time to resolve",
        unit: Unit::Hours,
        is_of_end: false,
        about: "business hours of resolution clocks that stopped in the period, without waits",
        collect: |case, period| {
            let stopped = case.clocks.iter().filter(|clock| clock.kind == ClockKind::Resolution);
            let at = |clock: &Clock| {
                let (stopped, _) = clock.stopped?;
                // One without a target then stopped, as far as was known, when it got one.
                Some(if clock.state == ClockState::Met { clock.ended? } else { stopped })
            };
            let in_period = |clock: &&Clock| at(clock).is_some_and(|at| period.has(at));
            stopped.filter(in_period).map(|clock| clock.elapsed_seconds).collect()
        },
    },
    Definition {
        key: "response-kept",
        title: "Response SLA met",
        unit: Unit::Share,
        is_of_end: false,
        about: "share of response clocks met, of those that ended or breached in the period",
        collect: |case, period| kept(case, period, |kind| *kind == ClockKind::Response),
    },
    Definition {
        key: "update-kept",
        title: "Update SLA met",
        unit: Unit::Share,
        is_of_end: false,
        about: "the same for update clocks",
        collect: |case, period| kept(case, period, |kind| *kind == ClockKind::Update),
    },
    Definition {
        key: "resolution-kept",
        title: "Resolution SLA met",
        unit: Unit::Share,
        is_of_end: false,
        about: "the same for resolution clocks",
        collect: |case, period| kept(case, period, |kind| *kind == ClockKind::Resolution),
    },
    Definition {
        key: LEVEL_KEPT,
        title: "Level targets met (OLA)",
        unit: Unit::Share,
        is_of_end: false,
        about: "the same for operational-level agreements (OLA) of the levels",
        collect: |case, period| kept(case, period, |kind| matches!(kind, ClockKind::Level(_))),
    },
    Definition {
        key: "vendor-kept",
        title: "Vendor targets met (UC)",
        unit: Unit::Share,
        is_of_end: false,
        about: "the same for underpinning contracts (UC) of vendors",
        collect: |case, period| kept(case, period, |kind| matches!(kind, ClockKind::Vendor(_))),
    },
    Definition {
        key: "escalated-1-2",
        title: "Escalated 1 to 2",
        unit: Unit::Share,
        is_of_end: false,
        about: "share of tickets opened in the period and at level 1 since that were escalated to level 2 by its end",
        collect: |case, period| escalated(case, period, Level::One, Level::Two),
    },
    Definition {
        key: "escalated-2-3",
        title: "Escalated 2 to 3",
        unit: Unit::Share,
        is_of_end: false,
        about: "share of tickets opened in the period and at level 2 since that were escalated to level 3 by its end",
        collect: |case, period| escalated(case, period, Level::Two, Level::Three),
    },
    Definition {
        key: "returned",
        title: "Escalations returned",
        unit: Unit::Share,
        is_of_end: false,
        about: "share of escalations in the period whose ticket was returned from there by its end",
        collect: returned,
    },
    Definition {
        key: "hand-backs",
        title: "Hand-backs",
        unit: Unit::Count,
        is_of_end: false,
        about: "returns in the period because findings were missing",
        collect: |case, period| {
            let is_one = |event: &&Event| matches!(event.what, EventKind::Level(_, LevelChange::HandedBack));
            case.during(period).filter(is_one).map(|_| 1).collect()
        },
    },
    Definition {
        key: "first-level",
        title: "Resolved at level 1",
        unit: Unit::Share,
        is_of_end: false,
        about: "share of resolutions in the period of tickets that were never above level 1",
        collect: |case, period| {
            let ends = case.during(period).filter(|event| is_resolution(event));
            ends.map(|event| i64::from(!case.was_above_first_level(event.at))).collect()
        },
    },
    Definition {
        key: "reopened",
        title: "Reopened",
        unit: Unit::Share,
        is_of_end: false,
        about: "share of resolutions in the period that were reopened by its end",
        collect: |case, period| {
            let again = |end: &Event| {
                let is_again = |event: &Event| matches!(event.what, EventKind::Reopened(_));
                case.events().any(|event| event.entry > end.entry && event.at < period.to && is_again(event))
            };
            let ends = case.during(period).filter(|event| is_resolution(event));
            ends.map(|end| i64::from(again(end))).collect()
        },
    },
    Definition {
        key: "regressed",
        title: "Regressed",
        unit: Unit::Count,
        is_of_end: false,
        about: "reopenings in the period because a failure was repeated",
        collect: |case, period| {
            let is_one = |event: &&Event| event.what == EventKind::Reopened(true);
            case.during(period).filter(is_one).map(|_| 1).collect()
        },
    },
    Definition {
        key: "flaky",
        title: "Flaky",
        unit: Unit::Count,
        is_of_end: false,
        about: "tickets opened in the period whose test is flaky (label flaky)",
        collect: |case, period| once(period.has(case.opened()) && case.course.is_flaky, 1),
    },
    Definition {
        key: "customer-wait",
        title: "Waits for customers",
        unit: Unit::Span,
        is_of_end: false,
        about: "calendar time of waits for the customer that ended in the period",
        collect: |case, period| waits(case, period, Reason::Customer),
    },
    Definition {
        key: "vendor-wait",
        title: "Waits for vendors",
        unit: Unit::Span,
        is_of_end: false,
        about: "calendar time of waits for a vendor that ended in the period",
        collect: |case, period| waits(case, period, Reason::Vendor),
    },
    Definition {
        key: "enhance-wait",
        title: "Waits for Enhance",
        unit: Unit::Span,
        is_of_end: false,
        about: "calendar time of waits for the Enhance process that ended in the period",
        collect: |case, period| waits(case, period, Reason::Enhance),
    },
    Definition {
        key: "enhanced",
        title: "Sent to Enhance",
        unit: Unit::Count,
        is_of_end: false,
        about: "deferrals to the Enhance process in the period",
        collect: |case, period| {
            let is_one = |event: &&Event| matches!(event.what, EventKind::Waits(Reason::Enhance, _));
            case.during(period).filter(is_one).map(|_| 1).collect()
        },
    },
    Definition {
        key: "level-1-time",
        title: "Time at level 1",
        unit: Unit::Hours,
        is_of_end: false,
        about: "business hours at level 1 of tickets resolved in the period and not reopened",
        collect: |case, period| at_level(case, period, 0),
    },
    Definition {
        key: "level-2-time",
        title: "Time at level 2",
        unit: Unit::Hours,
        is_of_end: false,
        about: "the same at level 2",
        collect: |case, period| at_level(case, period, 1),
    },
    Definition {
        key: "level-3-time",
        title: "Time at level 3",
        unit: Unit::Hours,
        is_of_end: false,
        about: "the same at level 3",
        collect: |case, period| at_level(case, period, 2),
    },
    Definition {
        key: "spent",
        title: "Time spent",
        unit: Unit::Sum,
        is_of_end: false,
        about: "time recorded with --spent in the period, a value for each entry",
        collect: |case, period| {
            let spent =
                |event: &Event| if let EventKind::Spent(seconds) = event.what { Some(seconds) } else { None };
            case.during(period).filter_map(spent).collect()
        },
    },
];

fn once(is_one: bool, value: i64) -> Vec<i64> {
    if is_one { vec![value] } else { Vec::new() }
}

fn is_end(event: &Event) -> bool {
    matches!(event.what, EventKind::Ended(_))
}

/// True for the end of work that was seen: what a ticket was opened with is none.
fn is_resolution(event: &Event) -> bool {
    is_end(event) && event.entry != 0
}

/// The clocks of a kind that came to their end in a period: 1 for those that were kept. One that was used up has ended
/// then, as far as the promise goes, whenever it stopped.
pub(super) fn kept(case: &Case, period: Period, is_meant: impl Fn(&ClockKind) -> bool) -> Vec<i64> {
    let clocks = case.clocks.iter().filter(|clock| is_meant(&clock.kind));
    let ended = clocks.filter(|clock| clock.ended.is_some_and(|at| period.has(at)));
    ended.map(|clock| i64::from(clock.state == ClockState::Met)).collect()
}

fn escalated(case: &Case, period: Period, from: Level, to: Level) -> Vec<i64> {
    let level = |event: &Event| {
        if let EventKind::Level(level, step) = event.what { Some((level, step)) } else { None }
    };
    let levels: Vec<(Level, LevelChange)> =
        case.events().filter(|event| event.at < period.to).filter_map(level).collect();
    let was_there = period.has(case.opened()) && levels.iter().any(|(level, _)| *level == from);
    let pairs = levels.iter().zip(levels.iter().skip(1));
    let went = |((before, _), (after, step)): (&(Level, LevelChange), &(Level, LevelChange))| {
        *before == from && *after == to && *step == LevelChange::Escalated
    };
    once(was_there, i64::from(pairs.into_iter().any(went)))
}

fn returned(case: &Case, period: Period) -> Vec<i64> {
    let level =
        |event: &Event| if let EventKind::Level(to, how) = event.what { Some((to, how)) } else { None };
    let moves: Vec<(&Event, Level, LevelChange)> =
        case.events().filter_map(|event| level(event).map(|(to, how)| (event, to, how))).collect();
    let came_back = |escalation: &Event, to: Level| {
        moves.iter().zip(moves.iter().skip(1)).any(|((_, from, _), (event, _, how))| {
            *from == to
                && event.entry > escalation.entry
                && event.at < period.to
                && matches!(how, LevelChange::Returned | LevelChange::HandedBack)
        })
    };
    let escalations = case.during(period).filter_map(|event| match level(event) {
        Some((to, LevelChange::Escalated)) => Some((event, to)),
        Some(_) | None => None,
    });
    escalations.map(|(event, to)| i64::from(came_back(event, to))).collect()
}

fn waits(case: &Case, period: Period, reason: Reason) -> Vec<i64> {
    let own = case.of_vendor.as_deref();
    let is_meant = |wait: &Wait<'_>| {
        wait.reason == reason && (reason != Reason::Vendor || own.is_none() || wait.vendor == own)
    };
    let waits = case.course.waits().into_iter().filter(is_meant);
    waits.filter_map(|wait| Some(wait.to.filter(|to| period.has(*to))? - wait.from)).collect()
}

fn at_level(case: &Case, period: Period, level: usize) -> Vec<i64> {
    let has_ended = case.during(period).any(is_end) && !case.is_open_at(period.to - 1);
    let seconds = case.at_levels.get(level).copied().flatten().filter(|_| has_ended);
    seconds.into_iter().collect()
}

/// One for a ticket that ended in the period and counts in no time and no rate, for a reason.
fn ended_aside(case: &Case, period: Period, why: SetAside) -> Vec<i64> {
    let has_ended = case.during(period).any(is_end);
    once(has_ended && case.set_aside(period.to) == Some(why), 1)
}
