//! The support agreement: the hours that are granted for each period, as `config.yaml` holds them.

use time::{Date, Duration, Month};

use crate::process::wrong::{Wrong, wrong};
use crate::ticket::{Node, Timestamp, visible};

/// A span of the calendar that an agreement, or a report, counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// From Monday on.
    Week,
    /// From the first of a month on.
    Month,
    /// From the first of January, April, July, October on.
    Quarter,
    /// From the first of January on.
    Year,
}

impl Period {
    /// The words of the settings.
    pub const WORDS: &'static [&'static str] = &["week", "month", "quarter", "year"];
    const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// Reads the word of the settings.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().zip(Self::ALL).find(|(word, _)| **word == text).map(|(_, period)| period)
    }

    /// The word of the settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The first day of the period that a moment lies in, in UTC.
    fn first_day(self, at: Timestamp) -> Option<Date> {
        let day = Date::from_ordinal_date(1970, 1)
            .ok()?
            .checked_add(Duration::seconds(at.unix().div_euclid(86_400) * 86_400))?;
        let month = match self {
            Self::Week => {
                return day.checked_sub(Duration::days(i64::from(day.weekday().number_days_from_monday())));
            }
            Self::Month => day.month(),
            Self::Quarter => Month::try_from((u8::from(day.month()) - 1) / 3 * 3 + 1).ok()?,
            Self::Year => Month::January,
        };
        Date::from_calendar_date(day.year(), month, 1).ok()
    }

    /// The first instant of the period that a moment lies in, in UTC.
    #[must_use]
    pub fn start(self, at: Timestamp) -> Timestamp {
        let midnight = |date: Date| Timestamp::from_unix(date.midnight().assume_utc().unix_timestamp());
        self.first_day(at).and_then(midnight).unwrap_or(at)
    }

    /// The first instant after the period that a moment lies in, in UTC.
    #[must_use]
    pub fn end(self, at: Timestamp) -> Timestamp {
        let days = match self {
            Self::Week => 7,
            Self::Month => 31,
            Self::Quarter => 92,
            Self::Year => 366,
        };
        // The longest one's days lead into the next one, whichever it is.
        let next = self.start(at).after(std::time::Duration::from_secs(days * 86_400));
        self.start(next)
    }

    /// The period that a moment lies in, by name: `2026-11`, `2026-W48`, `2026-Q4`, `2026`.
    #[must_use]
    pub fn name(self, at: Timestamp) -> String {
        let Some(day) = self.first_day(at) else { return String::new() };
        match self {
            Self::Week => {
                let (year, week, _) = day.to_iso_week_date();
                format!("{year}-W{week:02}")
            }
            Self::Month => format!("{}-{:02}", day.year(), u8::from(day.month())),
            Self::Quarter => format!("{}-Q{}", day.year(), u8::from(day.month()).div_ceil(3)),
            Self::Year => day.year().to_string(),
        }
    }
}

/// What a support agreement grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// The hours of each period.
    pub hours: u32,
    /// The period.
    pub per: Period,
}

impl Agreement {
    /// The agreement of a settings' file, if it names one.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub(in crate::process) fn read(file: &Node) -> Result<Option<Self>, Wrong> {
        let Some(node) = file.at("agreement").filter(|node| **node != Node::Null) else { return Ok(None) };
        let Node::Map(pairs) = node else { return Err(wrong(&["agreement"], "is not a mapping")) };
        for (key, _) in pairs {
            let key = key.to_string();
            if !["hours", "per"].contains(&key.as_str()) {
                return Err(wrong(&["agreement", &key], "is not a known key (possible keys: hours, per)"));
            }
        }
        let per = node.at("per").map_or_else(|| "month".to_owned(), Node::to_string);
        let none_of = || {
            wrong(
                &["agreement", "per"],
                &format!("'{per}' is not a valid value (possible values: {})", Period::WORDS.join(", ")),
            )
        };
        let per = Period::parse(&per).ok_or_else(none_of)?;
        // A period alone grants nothing: the hours may come later.
        let Some(hours) = node.at("hours").filter(|hours| **hours != Node::Null) else { return Ok(None) };
        let text = hours.to_string();
        let none = format!("'{}' is not a whole number of hours (use 40)", visible(&text));
        let hours = text.parse().map_err(|_| wrong(&["agreement", "hours"], &none))?;
        Ok(Some(Self { hours, per }))
    }
}

/// The agreement of the present, and those of before: what was granted for a period does not change when another
/// agreement is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreements {
    /// The one in effect now, whose periods a budget is divided into.
    pub present: Option<Agreement>,
    /// What each change left and made, with its moment in seconds since 1970 UTC, the oldest first.
    pub changes: Vec<(i64, [Option<Agreement>; 2])>,
}

impl Agreements {
    /// One agreement that is in effect all the time.
    #[must_use]
    pub fn always(present: Option<Agreement>) -> Self {
        Self { present, changes: Vec::new() }
    }

    /// The agreement in effect at a moment, in seconds since 1970 UTC.
    #[must_use]
    pub fn at(&self, moment: i64) -> Option<Agreement> {
        let begun = self.changes.partition_point(|(since, _)| *since <= moment);
        match (begun.checked_sub(1).and_then(|last| self.changes.get(last)), self.changes.first()) {
            _ if begun == self.changes.len() => self.present,
            (Some((_, [_, made])), _) => *made,
            (None, first) => first.and_then(|(_, [left, _])| *left),
        }
    }

    /// The same as it was known at a moment, in seconds since 1970 UTC.
    #[must_use]
    pub fn as_of(mut self, moment: i64) -> Self {
        self.present = self.at(moment);
        self.changes.retain(|(since, _)| *since <= moment);
        self
    }

    /// The hours granted for a period of the present agreement, by the agreement in effect at its end, or now; `None`
    /// where none was, or one of other periods.
    #[must_use]
    pub fn granted(&self, end: i64) -> Option<u32> {
        let present = self.present?;
        self.at(end.saturating_sub(1)).filter(|then| then.per == present.per).map(|then| then.hours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_granted_the_hours_of_its_end() {
        let hours = |hours: u32, per: Period| Some(Agreement { hours, per });
        let (month, quarter) = (Period::Month, Period::Quarter);
        let agreements = Agreements {
            present: hours(40, month),
            changes: vec![
                (100, [None, hours(90, quarter)]),
                (200, [hours(90, quarter), hours(20, month)]),
                (300, [hours(20, month), hours(40, month)]),
            ],
        };
        for (end, granted) in
            [(100, None), (101, None), (200, None), (201, Some(20)), (300, Some(20)), (301, Some(40))]
        {
            assert_eq!(agreements.granted(end), granted, "{end}");
        }
        assert_eq!(agreements.at(150), hours(90, quarter));
        assert_eq!(Agreements::always(hours(8, month)).granted(1), Some(8));
        assert_eq!(Agreements::default().granted(1), None);
    }

    #[test]
    fn periods_begin_and_end_where_the_calendar_says() {
        let at = Timestamp::parse("2026-11-24T12:00:00Z").unwrap();
        for (period, name, start, end) in [
            (Period::Week, "2026-W48", "2026-11-23", "2026-11-30"),
            (Period::Month, "2026-11", "2026-11-01", "2026-12-01"),
            (Period::Quarter, "2026-Q4", "2026-10-01", "2027-01-01"),
            (Period::Year, "2026", "2026-01-01", "2027-01-01"),
        ] {
            assert_eq!(period.name(at), name);
            assert_eq!(period.start(at), Timestamp::parse_day(start).unwrap());
            assert_eq!(period.end(at), Timestamp::parse_day(end).unwrap());
        }
        let february = Timestamp::parse("2028-02-29T23:59:59Z").unwrap();
        assert_eq!(Period::Month.end(february), Timestamp::parse_day("2028-03-01").unwrap());
    }
}
