//! Calendars: in which hours of which days support works, in one time zone, as `config.yaml` names them.

mod hours;
mod ics;
mod reading;
mod typed;
mod zone;

use std::collections::BTreeSet;

use time::{Date, Month};

pub use hours::{Hours, Span};
pub use reading::read_calendar;
pub(in crate::process) use reading::texts;
pub use typed::{left_without_hours, no_more_always, typed_hours};
pub use zone::Zone;

/// The calendar that every project has: every hour of every day.
pub const ALWAYS: &str = "24x7";

/// Seconds of a day without a change of the clocks.
pub(super) const DAY_SECS: i64 = 86_400;

/// What is wrong with a calendar: the path to the value below the calendar, and the problem.
type Wrong = (Vec<String>, String);

/// A calendar. A local time of day is within its hours, or not; so in a night when clocks are set back an
/// hour may count twice, and one that the clocks skip counts never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The name of its time zone in the IANA database: `Australia/Brisbane`.
    pub zone: String,
    /// The hours of each weekday, Monday first: from and to in seconds after midnight, local time, in order
    /// and apart from each other.
    pub week: [Vec<(i64, i64)>; 7],
    /// Days without hours: days since 1970.
    pub holidays: BTreeSet<i64>,
    /// Days without hours in every year: month and day.
    pub yearly: BTreeSet<(u8, u8)>,
    /// The same, but for single days.
    pub series: Vec<Series>,
    /// The files below `.support/calendars/` that name more holidays; nothing once they are read.
    pub files: Vec<String>,
}

/// A yearly holiday that is none on single days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Month and day.
    pub(super) yearly: BTreeSet<(u8, u8)>,
    /// The days on which it is none: days since 1970.
    pub(super) but: BTreeSet<i64>,
}

impl Calendar {
    /// Every hour of every day.
    #[must_use]
    pub fn always() -> Self {
        Self {
            zone: "UTC".to_owned(),
            week: std::array::from_fn(|_| vec![(0, DAY_SECS)]),
            holidays: BTreeSet::new(),
            yearly: BTreeSet::new(),
            series: Vec::new(),
            files: Vec::new(),
        }
    }

    /// True where every hour of every day counts.
    #[must_use]
    pub fn is_always(&self) -> bool {
        let is_whole = |day: &Vec<(i64, i64)>| day.as_slice() == [(0, DAY_SECS)];
        let has_holidays = !(self.holidays.is_empty() && self.yearly.is_empty() && self.series.is_empty());
        self.week.iter().all(is_whole) && !has_holidays
    }

    /// The hours of a day, in seconds after midnight; none on a holiday.
    pub(super) fn hours_of(&self, day: i64) -> &[(i64, i64)] {
        if self.is_holiday(day) { &[] } else { self.hours_of_weekday(day) }
    }

    /// The same, of a holiday, too.
    fn hours_of_weekday(&self, day: i64) -> &[(i64, i64)] {
        // 1970 began on a Thursday.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default();
        self.week.get(weekday).map(Vec::as_slice).unwrap_or_default()
    }

    /// The end of the hours that a day has from a shift of the day before, in seconds after midnight; 0 where it has none.
    pub(super) fn end_of_night(&self, day: i64) -> i64 {
        // The shift of a holiday does not begin: what the week has of it in the next day is no day of its own.
        let before = self.hours_of_weekday(day - 1).last().map(|(_, to)| *to);
        let first = self.hours_of(day).first().filter(|(from, to)| *from == 0 && *to < DAY_SECS);
        first.filter(|_| before == Some(DAY_SECS)).map_or(0, |(_, to)| *to)
    }

    /// True for a working day: one on which hours begin. A night's rest of hours is of the day before.
    pub(super) fn is_working_day(&self, day: i64) -> bool {
        let night = usize::from(self.end_of_night(day) > 0);
        self.hours_of(day).len() > night
    }

    fn is_holiday(&self, day: i64) -> bool {
        if self.holidays.contains(&day) {
            return true;
        }
        if self.yearly.is_empty() && self.series.is_empty() {
            return false;
        }
        let Some(date) = date_of(day).map(|date| (u8::from(date.month()), date.day())) else { return false };
        let is_in = |series: &Series| series.yearly.contains(&date) && !series.but.contains(&day);
        self.yearly.contains(&date) || self.series.iter().any(is_in)
    }

    /// The shortest and the longest day with hours, in seconds.
    #[must_use]
    pub fn day_lengths(&self) -> (i64, i64) {
        let lengths = self.week.iter().filter(|day| !day.is_empty());
        let lengths = lengths.map(|day| day.iter().map(|(from, to)| to - from).sum::<i64>());
        let (shortest, longest) = (lengths.clone().min(), lengths.max());
        (shortest.unwrap_or_default(), longest.unwrap_or_default())
    }
}

/// The day of a date, in days since 1970.
pub(super) fn day_of(date: Date) -> i64 {
    i64::from(date.to_julian_day() - EPOCH_JULIAN_DAY)
}

/// The date of a day since 1970.
pub(super) fn date_of(day: i64) -> Option<Date> {
    let julian = day.checked_add(i64::from(EPOCH_JULIAN_DAY))?;
    Date::from_julian_day(i32::try_from(julian).ok()?).ok()
}

/// The Julian day of 1970-01-01.
const EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// A month and a day of it as a yearly date; 29 February is one.
pub(super) fn yearly(month: &str, day: &str) -> Option<(u8, u8)> {
    let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
    let in_leap_year = Date::from_calendar_date(2000, Month::try_from(month).ok()?, day);
    in_leap_year.ok().map(|_| (month, day))
}
