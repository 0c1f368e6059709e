//! A moment: an instant in UTC, to the second, as entries record it.

use std::fmt;
use std::time::Duration;

use serde::ser::{Serialize, Serializer};
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, time};
use time::{Date, OffsetDateTime, UtcOffset};

const STAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const MINUTE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]");
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The last second that git's index and many of its readers can hold: 32 bits, in the year 2106.
const LAST_SECOND: i64 = u32::MAX as i64;

/// An instant in UTC, to the second, of the years 1970 to 2106: what a commit's date can be without being another
/// one for some reader of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

/// The first instant of 1970 UTC.
impl Default for Timestamp {
    fn default() -> Self {
        Self(OffsetDateTime::UNIX_EPOCH)
    }
}

impl Timestamp {
    /// From seconds since 1970 UTC; `None` outside of 32 bits.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Option<Self> {
        let moment = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        (0..=LAST_SECOND).contains(&seconds).then_some(Self(moment))
    }

    /// The nearest moment to some seconds since 1970 UTC.
    fn nearest(seconds: i64) -> Self {
        Self::from_unix(seconds.clamp(0, LAST_SECOND)).unwrap_or_default()
    }

    /// Seconds since 1970 UTC.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// Reads `2026-11-23T09:12:04Z`, with any offset; seconds may be left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parsed = OffsetDateTime::parse(text, &Rfc3339).ok()?.to_offset(UtcOffset::UTC);
        Self::from_unix(parsed.unix_timestamp())
    }

    /// Reads a moment as a person types it: as [`parse`](Self::parse) does, or without seconds, without a zone (UTC), or both
    /// (`2026-11-23T09:12`, `2026-11-23 09:12+01:00`).
    #[must_use]
    pub fn parse_typed(text: &str) -> Option<Self> {
        let text = text.replacen(' ', "T", 1);
        // The zone: what stands behind the time from a `Z`, a plus or a minus on.
        let time = text.find('T').unwrap_or(text.len());
        let zone = text
            .get(time..)
            .and_then(|rest| rest.find(['Z', 'z', '+', '-']))
            .map_or(text.len(), |at| time + at);
        let (moment, zone) = text.split_at(zone);
        let zone = if zone.is_empty() { "Z" } else { zone };
        Self::parse(&format!("{moment}{zone}")).or_else(|| Self::parse(&format!("{moment}:00{zone}")))
    }

    /// Reads a day, `2026-11-23`, as its first instant in UTC.
    #[must_use]
    pub fn parse_day(text: &str) -> Option<Self> {
        let day = Date::parse(text, DAY).ok()?;
        Self::from_unix(day.with_time(time!(0:00)).assume_utc().unix_timestamp())
    }

    /// This moment less a span; the earliest moment where it would fall before that.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Self::nearest(self.unix().saturating_sub(seconds))
    }

    /// This moment and a span more; the last moment where it would fall after that.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Self::nearest(self.unix().saturating_add(seconds))
    }

    /// `2026-11-23 09:12`, for people.
    #[must_use]
    pub fn minute(self) -> String {
        self.0.format(MINUTE).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(STAMP).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn a_moment_is_read_as_people_type_it() {
        for text in [
            "2026-11-23T09:12:00Z",
            "2026-11-23T09:12:00",
            "2026-11-23T09:12",
            "2026-11-23 09:12",
            "2026-11-23T09:12Z",
            "2026-11-23T10:12+01:00",
            "2026-11-23 10:12:00+01:00",
            "2026-11-23T04:12-05:00",
        ] {
            assert_eq!(Timestamp::parse_typed(text).unwrap().to_string(), "2026-11-23T09:12:00Z", "{text}");
        }
        for text in ["2026-11-23", "2026-11-23T", "T09:12", "2026-11-23T09", "2026-11-23T25:00Z", "", "é+"] {
            assert_eq!(Timestamp::parse_typed(text), None, "{text}");
        }
    }
}
