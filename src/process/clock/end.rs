//! When a clock came to its end, as far as was known then: a target that is set later makes nothing late in the past.

use crate::process::clock::clock::Clock;
use crate::process::clock::history::TicketHistory;
use crate::process::clock::replay::{Judged, replay};
use crate::process::clock::run::State;

/// When a clock came to its end, in seconds since 1970 UTC: when it was used up, or stopped. Where the target that it is judged
/// by was set later, it had ended alike under an earlier one, or it ended when that was set. So what happened to it in a period
/// that is over is counted once, whenever that is asked for (docs/reports.md).
#[must_use]
pub fn came_to_end(course: &TicketHistory, judged: Judged<'_>, clock: &Clock) -> Option<i64> {
    let mut course = course.clone();
    let mut clock = clock.clone();
    loop {
        let end = end_of(&clock)?;
        let judging = course.events.iter().enumerate().filter(|(_, event)| event.what.is_judged());
        let Some((place, known)) =
            judging.map(|(place, event)| (place, event.at)).nth(clock.judgement).filter(|(_, at)| *at > end)
        else {
            return Some(end);
        };
        course.events.truncate(place);
        let same = |before: &Clock| before.kind == clock.kind && before.started == clock.started;
        let before = replay(&course, judged, known).into_iter().find(same);
        match before.filter(|before| end_of(before).is_some()) {
            Some(before) if before.state == clock.state => clock = before,
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
