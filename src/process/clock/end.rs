//! When clocks came to their end, as far as was known then: a target that is set later makes nothing late in the past.

use crate::process::clock::clock::Clock;
use crate::process::clock::history::TicketHistory;
use crate::process::clock::replay::{Judged, measured};
use crate::process::clock::run::State;

/// The clocks of a ticket at a moment, in seconds since 1970 UTC: response, updates, resolution, levels,
/// vendors.
#[must_use]
pub fn replay(course: &TicketHistory, judged: Judged<'_>, now: i64) -> Vec<Clock> {
    let mut clocks = measured(&course.events, judged, now);
    for clock in &mut clocks {
        clock.ended = came_to_end(course, judged, clock);
    }
    clocks
}

/// When a clock came to its end. Where the target that it is judged by was set later, it had ended alike under an earlier one,
/// or it ended when that was set: so what happened to it in a period that is over is counted once, whenever that is asked for
/// (docs/reports.md).
fn came_to_end(course: &TicketHistory, judged: Judged<'_>, clock: &Clock) -> Option<i64> {
    let mut end = end_of(clock)?;
    let (mut judgement, mut events) = (clock.judgement, course.events.len());
    loop {
        let judging =
            course.events.iter().take(events).enumerate().filter(|(_, event)| event.what.is_judged());
        let later =
            judging.map(|(place, event)| (place, event.at)).nth(judgement).filter(|(_, at)| *at > end);
        let Some((place, known)) = later else { return Some(end) };
        events = place;
        let until = course.events.get(..place).unwrap_or_default();
        let same = |before: &Clock| before.kind == clock.kind && before.started == clock.started;
        let before = measured(until, judged, known).into_iter().find(same);
        match before.and_then(|before| Some((end_of(&before)?, before))) {
            Some((ended, before)) if before.state == clock.state => {
                (end, judgement) = (ended, before.judgement);
            }
            // A breach that was none for the later target; one that comes to light counts from then on.
            Some(_) if clock.state == State::Met => return Some(end),
            Some(_) | None => return Some(known),
        }
    }
}

/// When a clock was used up, or else stopped.
fn end_of(clock: &Clock) -> Option<i64> {
    clock.due.filter(|_| clock.state == State::Breached).or(clock.stopped.map(|(at, _)| at))
}
