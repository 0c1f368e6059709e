//! When a ticket is due, as lists and the board show it.

use crate::process::Listed;
use crate::render::paint::span;
use crate::ticket::{SlaStatus, Timestamp};

/// How much something is to catch the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emphasis {
    /// More than anything.
    Alarm,
    /// Much.
    Strong,
    /// Some.
    Notice,
    /// As any text.
    Plain,
    /// Less.
    Quiet,
}

/// When the first of a ticket's clocks is used up: how long ahead, or how long ago with a minus before it; or
/// why none runs.
pub(super) fn due(one: &Listed, standing: SlaStatus, now: i64) -> String {
    let asks = one.summary.follow_up.is_some_and(|at| at.unix() <= now);
    let is_open = one.summary.status.is_open();
    match standing.due.map(|due| due.unix().saturating_sub(now)) {
        Some(left @ 0..) => span(left),
        Some(left) => format!("-{}", span(left.saturating_neg())),
        None if asks && is_open => "follow up".to_owned(),
        None if standing.is_late => "late".to_owned(),
        None if standing.is_paused && is_open => "paused".to_owned(),
        None => String::new(),
    }
}

/// When the first of a ticket's clocks is used up, at a moment in seconds since 1970 UTC, as a list shows it,
/// and how much it is to catch the eye; nothing where the project has no clocks.
#[must_use]
pub fn due_text(one: &Listed, now: i64) -> (String, Emphasis) {
    let moment = Timestamp::from_unix(now).unwrap_or_default();
    let emphasis = match one.standing {
        Some(standing) if standing.is_breached(moment) => Emphasis::Strong,
        Some(standing) if standing.is_warned(moment) => Emphasis::Notice,
        Some(SlaStatus { due: Some(_), .. }) => Emphasis::Plain,
        _ => Emphasis::Quiet,
    };
    (one.standing.map(|standing| due(one, standing, now)).unwrap_or_default(), emphasis)
}
