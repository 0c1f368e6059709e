//! A time zone by its name: when a local time was that says none.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::process::calendar::reading::check_zone;

/// A time zone of the IANA database.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of a name: `Europe/Berlin`.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn parse(name: &str) -> Result<Self, String> {
        check_zone(name)?;
        TimeZoneDatabase::bundled().get(name).map(Self).map_err(|error| error.to_string())
    }

    /// When a local time was, in seconds since 1970 UTC, as it would be read in UTC: the first of two, where clocks were set
    /// back.
    #[must_use]
    pub fn instant(&self, local_seconds: i64) -> Option<i64> {
        let local = TimeZone::UTC.to_datetime(Timestamp::from_second(local_seconds).ok()?);
        self.0.to_timestamp(local).ok().map(Timestamp::as_second)
    }
}
