//! One run of a clock: when it started and stopped, what was cut out of it, and where it stands.

use crate::process::calendar::Hours;
use crate::process::clock::rules::{Reason, Target};

/// Why a clock did not run for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The ticket waited: for what, and for which vendor.
    Waits(Reason, Option<String>),
    /// It was resolved.
    Ended,
    /// Another level held it.
    Elsewhere,
}

/// A while in which a clock did not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Its first instant, in seconds since 1970 UTC.
    pub from: i64,
    /// Its end; `None` while it lasts.
    pub to: Option<i64>,
    /// Why.
    pub why: Why,
    /// The place in the timeline of the entry that began it.
    pub began: u32,
    /// The place of the entry that ended it.
    pub ended: Option<u32>,
}

impl Gap {
    /// True where another lies within it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let until = |gap: &Self| gap.to.unwrap_or(i64::MAX);
        self.from <= other.from && until(other) <= until(self)
    }
}

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It runs.
    Running,
    /// It waits.
    Paused,
    /// It was stopped in time.
    Met,
    /// It runs, and most of the budget is gone.
    Warned,
    /// The budget was used up before it stopped, or it is used up now.
    Breached,
}

impl State {
    /// The word of machine formats.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Met => "met",
            Self::Warned => "warned",
            Self::Breached => "breached",
        }
    }
}

/// A run of a clock, in seconds since 1970 UTC.
pub(super) struct Run<'a> {
    pub(super) start: i64,
    /// When it stopped; `None` while it runs or waits.
    pub(super) stop: Option<i64>,
    /// What is cut out of it, in order of time; they may overlap.
    pub(super) gaps: &'a [Gap],
    pub(super) target: Target,
    pub(super) warn_percent: i64,
}

/// What a run comes to. Seconds are those of the calendar's hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) target: i64,
    pub(super) elapsed: i64,
    pub(super) paused: i64,
    pub(super) due: Option<i64>,
    pub(super) warn: Option<i64>,
    pub(super) state: State,
    pub(super) is_paused: bool,
}

impl Run<'_> {
    /// What the run comes to at a moment.
    pub(super) fn measure(&self, hours: &Hours, now: i64) -> Measure {
        let end = self.stop.unwrap_or(now).max(self.start);
        let all = self.merged(|_| true);
        let whole = self.cut(&all, end);
        let nominal = self.target.due(hours, self.start);
        let target = nominal.map_or(i64::MAX, |due| hours.between(self.start, due));
        let seconds =
            |gaps: &[(i64, i64)]| gaps.iter().map(|(from, to)| hours.between(*from, *to)).sum::<i64>();
        let waits = self.merged(|gap| matches!(gap.why, Why::Waits(..)));
        let share = i128::from(target) * i128::from(self.warn_percent) / 100;
        let warn = hours.after(self.start, i64::try_from(share).unwrap_or(i64::MAX));
        let (due, warn) = (self.put_off(nominal, hours), self.put_off(warn, hours));
        let is_paused = self.stop.is_none() && self.gaps.iter().any(|gap| gap.to.is_none());
        let late = |at: i64| due.is_some_and(|due| at > due);
        // A clock that waits stands where it stood when the wait began, from that very instant on.
        let paused_at = all.last().map_or(self.start, |(from, _)| *from);
        let state = match (self.stop, is_paused) {
            (Some(at), _) if late(at) => State::Breached,
            (Some(_), _) => State::Met,
            (None, true) if late(paused_at) => State::Breached,
            (None, true) => State::Paused,
            (None, false) if late(now) => State::Breached,
            (None, false) if warn.is_some_and(|warn| now >= warn) => State::Warned,
            (None, false) => State::Running,
        };
        Measure {
            target,
            elapsed: hours.between(self.start, end) - seconds(&whole),
            paused: seconds(&self.cut(&waits, end)),
            due: due.filter(|_| state != State::Paused),
            warn,
            state,
            is_paused,
        }
    }

    /// An instant put off by what is cut out before it; `None` while the clock stands still before it.
    fn put_off(&self, nominal: Option<i64>, hours: &Hours) -> Option<i64> {
        let mut due = nominal?;
        for (from, to) in self.merged(|_| true) {
            // What is used up at the very instant at which a wait begins is not yet overdrawn.
            if from > due {
                break;
            }
            if to == LASTS {
                return None;
            }
            due = hours.after(due, hours.between(from, to))?;
        }
        Some(due)
    }

    /// The gaps of a kind as intervals apart from each other; one that lasts ends where it began, until
    /// somebody cuts it.
    fn merged(&self, is_meant: impl Fn(&Gap) -> bool) -> Vec<(i64, i64)> {
        let mut spans: Vec<(i64, i64)> = self
            .gaps
            .iter()
            .filter(|gap| is_meant(gap))
            .map(|gap| (gap.from.max(self.start), gap.to.unwrap_or(LASTS)))
            .filter(|(from, to)| from < to)
            .collect();
        spans.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for (from, to) in spans {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        merged
    }

    fn cut(&self, spans: &[(i64, i64)], end: i64) -> Vec<(i64, i64)> {
        spans.iter().map(|(from, to)| (*from, (*to).min(end))).filter(|(from, to)| from < to).collect()
    }
}

/// The end of a gap that lasts.
const LASTS: i64 = i64::MAX;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::calendar::Calendar;

    fn measured(gaps: &[Gap], stop: Option<i64>, now: i64) -> Measure {
        let run = Run { start: 0, stop, gaps, target: Target::Hours(3_600), warn_percent: 50 };
        run.measure(&Hours::of(&Calendar::always()), now)
    }

    fn wait(from: i64, to: Option<i64>) -> Gap {
        Gap { from, to, why: Why::Waits(Reason::Customer, None), began: 0, ended: None }
    }

    #[test]
    fn a_clock_is_late_once_more_than_its_budget_has_passed() {
        for (at, state) in [
            (1_799, State::Running),
            (1_800, State::Warned),
            (3_600, State::Warned),
            (3_601, State::Breached),
        ] {
            assert_eq!(measured(&[], None, at).state, state, "{at}");
        }
        assert_eq!(measured(&[], Some(3_600), 9_000).state, State::Met);
        assert_eq!(measured(&[], Some(3_601), 9_000).state, State::Breached);
    }

    #[test]
    fn a_wait_that_begins_at_the_last_instant_saves_it() {
        let gaps = [wait(3_600, Some(7_200))];
        assert_eq!(measured(&gaps, Some(7_200), 9_000).state, State::Met);
        assert_eq!(measured(&gaps, Some(7_201), 9_000).state, State::Breached);
        assert_eq!(measured(&[wait(3_600, None)], None, 9_000).state, State::Paused);
        assert_eq!(measured(&[wait(3_601, None)], None, 9_000).state, State::Breached);
        assert_eq!(measured(&[wait(3_601, None)], None, 3_601).state, State::Breached);
        assert_eq!(measured(&[wait(3_600, None)], None, 3_600).state, State::Paused);
    }

    #[test]
    fn waits_that_overlap_are_cut_out_once() {
        let found = measured(&[wait(600, Some(1_200)), wait(900, Some(1_800))], None, 4_000);
        assert_eq!((found.elapsed, found.paused, found.due), (2_800, 1_200, Some(4_800)));
    }
}
