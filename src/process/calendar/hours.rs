//! A calendar's hours as instants: how much of them lies between two, and when a budget is used up.
//!
//! A year's hours are worked out when they are first asked for, so that a question costs a search in a sorted
//! list. Years run in UTC; within one, the offset from UTC is constant between changes of the clocks.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::process::calendar::{Calendar, DAY_SECS};

/// The first year in which hours are known, and the first in which they are no more: clocks stand still
/// outside.
const YEARS: std::ops::Range<i16> = 1970..2100;
/// After so many days without hours none are looked for.
const MAX_IDLE_DAYS: i64 = 3_700;

/// A span of hours, in seconds since 1970 UTC: from the first instant up to, not including, the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first instant.
    pub from: i64,
    /// Its end.
    pub to: i64,
}

/// A calendar's hours, ready to be counted.
#[derive(Debug)]
pub struct Hours {
    calendar: Calendar,
    zone: TimeZone,
    years: Vec<OnceLock<Year>>,
}

/// The hours of a year.
#[derive(Debug, Default)]
struct Year {
    spans: Vec<Span>,
    /// The seconds of the spans before each.
    before: Vec<i64>,
    total: i64,
}

impl Year {
    /// The seconds of its hours before an instant.
    fn up_to(&self, at: i64) -> i64 {
        let next = self.spans.partition_point(|span| span.from < at);
        let Some(last) = next.checked_sub(1) else { return 0 };
        let (Some(span), Some(before)) = (self.spans.get(last), self.before.get(last)) else { return 0 };
        before + at.min(span.to) - span.from
    }

    /// The earliest instant before which so many seconds of its hours lie; more than none, at most all.
    fn instant_of(&self, seconds: i64) -> Option<i64> {
        let last = self.before.partition_point(|before| *before < seconds).checked_sub(1)?;
        Some(self.spans.get(last)?.from + seconds - self.before.get(last)?)
    }
}

/// The first instant of a year in UTC.
fn start_of(year: i16) -> i64 {
    let first = Date::new(year, 1, 1).map(DateTime::from);
    first.and_then(|first| TimeZone::UTC.to_timestamp(first)).map_or(i64::MAX, Timestamp::as_second)
}

fn year_of(at: i64) -> i16 {
    Timestamp::from_second(at).map_or(i16::MAX, |at| TimeZone::UTC.to_datetime(at).year())
}

fn place(year: i16) -> Option<usize> {
    YEARS.contains(&year).then(|| usize::try_from(year - YEARS.start).ok()).flatten()
}

impl Hours {
    /// The hours of a calendar. A zone that is not known counts as UTC; reading a calendar refuses it.
    #[must_use]
    pub fn of(calendar: &Calendar) -> Self {
        let zone = TimeZoneDatabase::bundled().get(&calendar.zone).unwrap_or(TimeZone::UTC);
        let years = YEARS.map(|_| OnceLock::new()).collect();
        Self { calendar: calendar.clone(), zone, years }
    }

    fn year(&self, year: i16) -> Option<&Year> {
        let cell = self.years.get(place(year)?)?;
        Some(cell.get_or_init(|| self.worked_out(year)))
    }

    /// The seconds of hours between two instants; none where the second is not after the first.
    #[must_use]
    pub fn between(&self, from: i64, to: i64) -> i64 {
        if from >= to {
            return 0;
        }
        if self.calendar.is_always() {
            return to.saturating_sub(from);
        }
        let (first, last) = (year_of(from).max(YEARS.start), year_of(to).min(YEARS.end - 1));
        let mut seconds = 0;
        for year in first..=last {
            let Some(hours) = self.year(year) else { continue };
            let until = if year == last { hours.up_to(to) } else { hours.total };
            seconds += until - if year == first { hours.up_to(from) } else { 0 };
        }
        seconds
    }

    /// The earliest instant at which so many seconds of hours have passed since another; exactly at closing
    /// it stays at closing. `None` where hours end before.
    #[must_use]
    pub fn after(&self, from: i64, seconds: i64) -> Option<i64> {
        if seconds <= 0 {
            return Some(from);
        }
        if self.calendar.is_always() {
            return from.checked_add(seconds);
        }
        let first = year_of(from).max(YEARS.start);
        let mut wanted = seconds;
        for year in first..YEARS.end {
            let hours = self.year(year)?;
            let gone = if year == first { hours.up_to(from) } else { 0 };
            if wanted <= hours.total - gone {
                return hours.instant_of(gone + wanted);
            }
            wanted -= hours.total - gone;
        }
        None
    }

    /// The instant itself where it lies within the hours, and the next opening where it does not.
    #[must_use]
    pub fn opening(&self, at: i64) -> Option<i64> {
        if self.calendar.is_always() {
            return Some(at);
        }
        // The second that is used up first began when the hours did.
        self.after(at, 1).map(|end| end - 1)
    }

    /// The same time of day so many working days on: an instant outside the hours counts as the next opening,
    /// and so does one that would be reached outside them. A working day is a local day on which hours begin.
    #[must_use]
    pub fn working_days_on(&self, from: i64, days: u32) -> Option<i64> {
        let start = self.opening(from)?;
        let local = self.zone.to_datetime(Timestamp::from_second(start).ok()?);
        let mut day = day_number(local.date());
        // In the second half of a night, it is still the working day that the night began on.
        let seconds =
            i64::from(local.hour()) * 3600 + i64::from(local.minute()) * 60 + i64::from(local.second());
        let is_night = seconds < self.calendar.end_of_night(day);
        day -= i64::from(is_night);
        let mut left = days;
        let mut idle = 0;
        while left > 0 {
            day += 1;
            if !self.calendar.is_working_day(day) {
                idle += 1;
                if idle > MAX_IDLE_DAYS {
                    return None;
                }
            } else {
                (left, idle) = (left - 1, 0);
            }
        }
        let date = date_numbered(day + i64::from(is_night))?;
        // A time of day that the clocks skip is read as they stood before; one that comes twice as the first.
        let reached = self.zone.to_timestamp(date.to_datetime(local.time())).ok()?.as_second();
        self.opening(reached)
    }

    /// The time of day of an instant, as the calendar's clocks show it.
    #[must_use]
    pub fn time_of_day(&self, at: i64) -> Option<Time> {
        Some(self.zone.to_datetime(Timestamp::from_second(at).ok()?).time())
    }

    /// The spans of hours between two instants, cut to them; at most `limit`.
    #[must_use]
    pub fn spans(&self, from: i64, to: i64, limit: usize) -> Vec<Span> {
        if from >= to {
            return Vec::new();
        }
        if self.calendar.is_always() {
            return vec![Span { from, to }];
        }
        let (first, last) = (year_of(from).max(YEARS.start), year_of(to).min(YEARS.end - 1));
        let years = (first..=last).filter_map(|year| self.year(year));
        let cut = |span: &Span| Span { from: span.from.max(from), to: span.to.min(to) };
        years
            .flat_map(|year| year.spans.iter().map(cut))
            .filter(|span| span.from < span.to)
            .take(limit)
            .collect()
    }

    /// An instant as the calendar's clocks show it: `2026-11-24 09:30 +10`.
    #[must_use]
    pub fn local(&self, at: i64) -> String {
        let Ok(at) = Timestamp::from_second(at) else { return String::new() };
        let (local, offset) = (self.zone.to_datetime(at), self.zone.to_offset(at));
        let (date, time) = (local.date(), local.time());
        format!("{date} {:02}:{:02} {offset}", time.hour(), time.minute())
    }

    /// The name of its zone.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.calendar.zone
    }

    fn worked_out(&self, year: i16) -> Year {
        let (start, end) = (start_of(year), start_of(year + 1));
        let mut spans: Vec<Span> = Vec::new();
        let mut from = start;
        while from < end {
            let Ok(at) = Timestamp::from_second(from) else { break };
            let change = self.zone.following(at).next().map_or(end, |change| change.timestamp().as_second());
            let offset = i64::from(self.zone.to_offset(at).seconds());
            let to = change.min(end);
            self.add(&mut spans, from, to, offset);
            from = to;
        }
        let mut total = 0;
        let before = spans.iter().map(|span| {
            let before = total;
            total += span.to - span.from;
            before
        });
        Year { before: before.collect(), total, spans }
    }

    /// Adds the hours between two instants between which the offset from UTC does not change.
    fn add(&self, spans: &mut Vec<Span>, from: i64, to: i64, offset: i64) {
        let (first, last) = ((from + offset).div_euclid(DAY_SECS), (to + offset - 1).div_euclid(DAY_SECS));
        for day in first..=last {
            let midnight = day * DAY_SECS - offset;
            for (opens, closes) in self.calendar.hours_of(day) {
                let span = Span { from: from.max(midnight + opens), to: to.min(midnight + closes) };
                match spans.last_mut() {
                    Some(last) if last.to == span.from && span.from < span.to => last.to = span.to,
                    _ if span.from < span.to => spans.push(span),
                    _ => {}
                }
            }
        }
    }
}

fn day_number(date: Date) -> i64 {
    let midnight = TimeZone::UTC.to_timestamp(DateTime::from(date));
    midnight.map_or(0, |midnight| midnight.as_second().div_euclid(DAY_SECS))
}

fn date_numbered(day: i64) -> Option<Date> {
    Some(TimeZone::UTC.to_datetime(Timestamp::from_second(day.checked_mul(DAY_SECS)?).ok()?).date())
}
