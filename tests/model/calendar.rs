//! Calendars and clocks beside a model that counts minute by minute.

use std::fmt::Write as _;

use git_support::process::{Calendar, Hours, read_calendar};
use git_support::ticket::{Node, yaml};
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _};
use proptest::collection::vec;
use proptest::prelude::*;

/// Zones whose clocks change: by an hour in either half of the world, by half an hour, at midnight, so that
/// a day begins at one o'clock, and for a month of fasting.
const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca"];

/// The longest span that is counted, in minutes: two and a half days.
const SPAN_MINUTES: i64 = 3_600;

/// A calendar as a person writes it, and as the model reads it.
#[derive(Debug, Clone)]
struct Case {
    zone: &'static str,
    /// Weekday (Monday as 0), and from and to in minutes after midnight; to is of the next day where it is
    /// not after from.
    intervals: Vec<(i8, i64, i64)>,
    /// Where to look: seconds since 1970 UTC.
    start: i64,
    minutes: i64,
    holiday: i64,
}

impl Case {
    fn zone(&self) -> TimeZone {
        TimeZoneDatabase::bundled().get(self.zone).unwrap()
    }

    /// A day near the start, without hours.
    fn holiday(&self) -> String {
        let local = self.zone().to_datetime(Timestamp::from_second(self.start).unwrap());
        local.date().saturating_add(self.holiday.days()).to_string()
    }

    fn calendar(&self) -> Calendar {
        let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let mut text = format!("timezone: {}\nholidays: [{}]\nhours:\n", self.zone, self.holiday());
        for (place, day) in days.iter().enumerate() {
            let own = self.intervals.iter().filter(|(weekday, _, _)| usize::try_from(*weekday) == Ok(place));
            let spans: Vec<String> =
                own.map(|(_, from, to)| format!("\"{}-{}\"", clock(*from), clock(*to))).collect();
            if !spans.is_empty() {
                let _ = writeln!(text, "  {day}: [{}]", spans.join(", "));
            }
        }
        let node: Node = yaml::parse(&text).unwrap();
        read_calendar(&node).unwrap()
    }

    /// Whether a minute counts, as a person at a clock on the wall would say.
    fn is_open(&self, local: DateTime, holiday: &str) -> bool {
        if local.date().to_string() == holiday {
            return false;
        }
        let weekday = local.date().weekday().to_monday_zero_offset();
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        self.intervals.iter().any(|(day, from, to)| {
            if from < to {
                *day == weekday && (*from..*to).contains(&minute)
            } else {
                (*day == weekday && minute >= *from) || ((*day + 1) % 7 == weekday && minute < *to)
            }
        })
    }

    /// The minutes that count, in order: their first instants.
    fn open_minutes(&self, minutes: i64) -> Vec<i64> {
        let (zone, holiday) = (self.zone(), self.holiday());
        (0..minutes)
            .map(|minute| self.start + minute * 60)
            .filter(|at| self.is_open(zone.to_datetime(Timestamp::from_second(*at).unwrap()), &holiday))
            .collect()
    }
}

fn case() -> impl Strategy<Value = Case> {
    // One interval a day at most, between 00:30 and 23:30, and one over midnight now and then; together they
    // never overlap.
    let day = prop_oneof![
        1 => Just(None),
        4 => (30_i64..700, 701_i64..1_300).prop_map(Some),
    ];
    let night = prop_oneof![3 => Just(None), 1 => (1_310_i64..1_430, 1_i64..30).prop_map(Some)];
    let week = (vec(day, 7), vec(night, 7));
    let change = (0..ZONES.len(), 1990_i16..2037, 0_usize..4, -2_000_i64..2_000, 0..SPAN_MINUTES, -1_i64..4);
    (week, change).prop_map(|((days, nights), (zone, year, which, shift, minutes, holiday))| {
        let day = days.iter().zip(0_i8..).filter_map(|(day, at)| day.map(|(from, to)| (at, from, to)));
        let night =
            nights.iter().zip(0_i8..).filter_map(|(night, at)| night.map(|(from, to)| (at, from, to)));
        let mut intervals: Vec<(i8, i64, i64)> = day.chain(night).collect();
        if intervals.is_empty() {
            intervals.push((0, 0, 1_440));
        }
        let zone = ZONES[zone];
        // Near a change of the clocks in that year, or at its beginning where there is none.
        let database = TimeZoneDatabase::bundled();
        let begin = TimeZone::UTC.to_timestamp(jiff::civil::date(year, 1, 1).at(0, 0, 0, 0)).unwrap();
        let named = database.get(zone).unwrap();
        let change = named.following(begin).nth(which).map_or(begin, |change| change.timestamp());
        let start = (change.as_second().div_euclid(60) + shift - minutes / 2) * 60;
        Case { zone, intervals, start, minutes, holiday }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hours_are_what_counting_minutes_finds(case in case(), share in 0_usize..=100) {
        let hours = Hours::of(&case.calendar());
        let open = case.open_minutes(case.minutes);
        let end = case.start + case.minutes * 60;
        prop_assert_eq!(hours.between(case.start, end), i64::try_from(open.len()).unwrap() * 60);
        let spans = hours.spans(case.start, end, usize::MAX);
        prop_assert_eq!(spans.iter().map(|span| span.to - span.from).sum::<i64>(), hours.between(case.start, end));
        // A budget is used up at the end of the minute that uses it up.
        let budget = open.len() * share / 100;
        let due = match budget.checked_sub(1) {
            None => case.start,
            Some(last) => open[last] + 60,
        };
        prop_assert_eq!(hours.after(case.start, i64::try_from(budget).unwrap() * 60), Some(due));
        if let Some(first) = open.first() {
            prop_assert_eq!(hours.opening(case.start), Some(*first));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn working_days_are_what_a_wall_calendar_says(case in case(), days in 1_u32..4) {
        let hours = Hours::of(&case.calendar());
        let (zone, holiday) = (case.zone(), case.holiday());
        let local = |at: i64| zone.to_datetime(Timestamp::from_second(at).unwrap());
        // Far enough for a week with one short day, and a holiday on it.
        let open = case.open_minutes(60 * 24 * 30);
        let first = open[0];
        let is_open = |date: Date, minute: i64| {
            let time = jiff::civil::time(i8::try_from(minute / 60).unwrap(), i8::try_from(minute % 60).unwrap(), 0, 0);
            case.is_open(date.to_datetime(time), &holiday)
        };
        // The minutes at the beginning of a day that are the rest of the night before.
        let night = |date: Date| {
            let rest = (0..1_440).take_while(|minute| is_open(date, *minute)).count();
            // A holiday's shift does not begin, and what the week has of it in the next day is no day of its own.
            let before = date.yesterday().unwrap().to_datetime(jiff::civil::time(23, 59, 0, 0));
            let is_rest = rest < 1_440 && case.is_open(before, "no holiday");
            if is_rest { i64::try_from(rest).unwrap() } else { 0 }
        };
        let time = local(first).time();
        let is_night = i64::from(time.hour()) * 60 + i64::from(time.minute()) < night(local(first).date());
        let (mut date, mut left) = (local(first).date(), days);
        if is_night {
            date = date.yesterday().unwrap();
        }
        while left > 0 {
            date = date.tomorrow().unwrap();
            left -= u32::from((night(date)..1_440).any(|minute| is_open(date, minute)));
        }
        if is_night {
            date = date.tomorrow().unwrap();
        }
        let wanted = date.to_datetime(time);
        let reached = zone.to_timestamp(wanted).unwrap().as_second();
        let due = open.iter().find(|at| **at >= reached);
        prop_assert_eq!(hours.working_days_on(case.start, days), due.copied());
    }
}
