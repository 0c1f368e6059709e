//! What else a course tells, beside clocks: the first word to the customer, and the time at each level.

use crate::process::clock::history::{Event, EventKind, TicketHistory};
use crate::process::clock::replay::Judged;
use crate::process::team::Team;
use crate::ticket::{Level, Severity};

/// When the team first said something that the customer may read, in seconds since 1970 UTC; an end tells them
/// too.
#[must_use]
pub fn first_response(course: &TicketHistory, team: &Team) -> Option<i64> {
    let answers = |what: &EventKind| {
        matches!(what, EventKind::Said(email, is_customer) if team.speaks(email, *is_customer))
            || matches!(what, EventKind::Ended(_))
    };
    // A ticket that was opened as resolved has answered nobody by that.
    let is_opening = |event: &&Event| event.entry == 0 && matches!(event.what, EventKind::Ended(_));
    course
        .events
        .iter()
        .filter(|event| !is_opening(event))
        .find(|event| answers(&event.what))
        .map(|event| event.at)
}

/// The seconds of hours that a ticket was worked on at each level until a moment, none of them where it was there at night
/// alone; `None` of a level where it never was. What it waited, and what lies after its end, is cut out. The hours are those
/// of the calendar of its severity.
#[must_use]
pub fn at_levels(course: &TicketHistory, judged: Judged<'_>, now: i64) -> [Option<i64>; 3] {
    let mut levels = [None; 3];
    let (mut level, mut severity, mut is_stopped) = (Level::One, None, false);
    let mut since: Option<i64> = None;
    let mut add = |since: Option<i64>, until: i64, level: Level, severity: Option<Severity>| {
        let hours = judged
            .present(course)
            .and_then(|book| Some(book.hours(&book.rules.severities.get(&severity?)?.calendar)));
        let seconds = since.map_or(0, |since| match hours {
            Some(hours) => hours.between(since, until),
            None => (until - since).max(0),
        });
        let was_there = since.is_some_and(|since| since < until);
        if let Some(sum) = levels.get_mut(level as usize).filter(|_| was_there) {
            *sum = Some(sum.unwrap_or(0) + seconds);
        }
    };
    for event in course.events.iter().filter(|event| event.at <= now) {
        let before = (level, severity, is_stopped);
        match &event.what {
            EventKind::Opened => since = Some(event.at),
            EventKind::Level(to, _) => level = *to,
            EventKind::Severity(to) => severity = *to,
            EventKind::Waits(..) | EventKind::Ended(_) => is_stopped = true,
            EventKind::Resumed | EventKind::Reopened(_) => is_stopped = false,
            EventKind::Said(..) | EventKind::Spent(_) | EventKind::Assigned(_) | EventKind::EndedAs(_) => {}
        }
        if before != (level, severity, is_stopped) {
            add(since.filter(|_| !before.2), event.at, before.0, before.1);
            since = Some(event.at);
        }
    }
    add(since.filter(|_| !is_stopped), now, level, severity);
    levels
}
