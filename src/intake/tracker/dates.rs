//! Times as trackers write them, and people in tables.

use serde_json::Value;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::ticket::Timestamp;

/// Seconds since 1970 that are more than this are milliseconds: the year 5138.
const MAX_SECONDS: i64 = 100_000_000_000;

/// The order of day and month in dates of numbers alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    /// `24/11/2026`.
    DayFirst,
    /// `11/24/2026`.
    MonthFirst,
}

impl DayOrder {
    /// The words of the command line.
    pub const WORDS: &'static [&'static str] = &["dmy", "mdy"];

    /// The order of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "dmy" => Some(Self::DayFirst),
            "mdy" => Some(Self::MonthFirst),
            _ => None,
        }
    }
}

/// A time of a tracker: RFC 3339 and 2822, seconds or milliseconds since 1970, and what people and tables write.
///
/// # Errors
/// It is no time, or day and month cannot be told apart.
pub(super) fn moment(value: &Value, order: Option<DayOrder>) -> Result<Timestamp, String> {
    if let Some(number) = value.as_i64() {
        let seconds = if number.abs() > MAX_SECONDS { number / 1_000 } else { number };
        return Timestamp::from_unix(seconds).ok_or_else(|| wrong(value));
    }
    if value.is_object() {
        let inner = ["timestamp", "time"].iter().find_map(|name| value.get(*name));
        return inner.map_or_else(|| Err(wrong(value)), |inner| moment(inner, order));
    }
    let text = value.as_str().map(str::trim).ok_or_else(|| wrong(value))?;
    let known = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Rfc2822));
    let at = match known {
        Ok(at) => at,
        Err(_) => written(text, order)?,
    };
    Timestamp::from_unix(at.unix_timestamp()).ok_or_else(|| wrong(value))
}

fn wrong(value: &Value) -> String {
    format!("'{}' is not a valid time", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// A date with or without a time of day, however its parts are put; without an offset, it is UTC.
fn written(text: &str, order: Option<DayOrder>) -> Result<OffsetDateTime, String> {
    let invalid = || format!("'{text}' is not a valid time");
    let (mut numbers, mut month, mut clock, mut offset) = (Vec::new(), None, Time::MIDNIGHT, UtcOffset::UTC);
    let mut half = None;
    // `2026-11-24T10:00:00`: the letter stands between numbers.
    let mut parts = String::new();
    for c in text.chars() {
        let is_between = c == 'T' && parts.ends_with(|before: char| before.is_ascii_digit());
        parts.push(if is_between || c == ',' { ' ' } else { c });
    }
    for part in parts.split_whitespace() {
        let lower = part.to_lowercase();
        if part.contains(':') && !part.starts_with(['+', '-']) {
            let (time, rest) = split_offset(part);
            clock = time_of_day(time).ok_or_else(invalid)?;
            offset = offset_of(rest).unwrap_or(offset);
        } else if lower == "am" || lower == "pm" {
            half = Some(lower == "pm");
        } else if part.starts_with('+') || (part.starts_with('-') && part.len() > 3) {
            offset = offset_of(part).ok_or_else(invalid)?;
        } else if ["utc", "gmt", "z"].contains(&lower.as_str()) || is_weekday(&lower) {
            continue;
        } else {
            for piece in part.split(['/', '-', '.']).filter(|piece| !piece.is_empty()) {
                match (month_named(piece), piece.trim_end_matches(char::is_alphabetic).parse::<i32>()) {
                    (Some(named), _) => month = Some(named),
                    (None, Ok(number)) => numbers.push((number, piece.len())),
                    (None, Err(_)) => return Err(invalid()),
                }
            }
        }
    }
    if let Some(is_afternoon) = half {
        let hour = clock.hour() % 12 + if is_afternoon { 12 } else { 0 };
        clock = clock.replace_hour(hour).map_err(|_| invalid())?;
    }
    let date = date(text, &numbers, month, order)?;
    Ok(PrimitiveDateTime::new(date, clock).assume_offset(offset))
}

/// A date from its numbers, with their lengths.
fn date(
    text: &str,
    numbers: &[(i32, usize)],
    month: Option<Month>,
    order: Option<DayOrder>,
) -> Result<Date, String> {
    let invalid = || format!("'{text}' is not a valid time");
    // As POSIX reads them, nearly: trackers have no dates of the 2070s, and some of the 1970s.
    let full = |year: i32, length: usize| match year {
        70..=99 if length <= 2 => 1_900 + year,
        _ if length <= 2 => 2_000 + year,
        _ => year,
    };
    let (year, month, day) = match (numbers, month) {
        ([(year, 4), (day, _)], Some(month)) => (*year, month, *day),
        ([(day, _), (year, length)], Some(month)) => (full(*year, *length), month, *day),
        ([(year, 4), (month, _), (day, _)], None) => (*year, numbered(*month).ok_or_else(invalid)?, *day),
        ([(one, _), (other, _), (year, length)], None) => {
            let (month, day) = match order {
                Some(DayOrder::DayFirst) => (*other, *one),
                Some(DayOrder::MonthFirst) => (*one, *other),
                None if *one > 12 => (*other, *one),
                None if *other > 12 || one == other => (*one, *other),
                None => {
                    return Err(format!(
                        "'{text}' may be either day or month first (set it with --dates dmy or --dates mdy)"
                    ));
                }
            };
            (full(*year, *length), numbered(month).ok_or_else(invalid)?, day)
        }
        _ => return Err(invalid()),
    };
    let day = u8::try_from(day).map_err(|_| invalid())?;
    Date::from_calendar_date(year, month, day).map_err(|_| invalid())
}

fn numbered(month: i32) -> Option<Month> {
    Month::try_from(u8::try_from(month).ok()?).ok()
}

/// Months as German and French exports have them, where English ones do not begin so.
const OTHER_MONTHS: &[(&str, u8)] = &[
    ("janv", 1),
    ("janvier", 1),
    ("févr", 2),
    ("fév", 2),
    ("février", 2),
    ("mär", 3),
    ("mrz", 3),
    ("märz", 3),
    ("mars", 3),
    ("avr", 4),
    ("avril", 4),
    ("mai", 5),
    ("juin", 6),
    ("juni", 6),
    ("juil", 7),
    ("juillet", 7),
    ("juli", 7),
    ("août", 8),
    ("septembre", 9),
    ("okt", 10),
    ("oktober", 10),
    ("octobre", 10),
    ("novembre", 11),
    ("dez", 12),
    ("dezember", 12),
    ("déc", 12),
    ("décembre", 12),
];

fn month_named(word: &str) -> Option<Month> {
    let word = word.to_lowercase();
    let word = word.trim_end_matches('.').to_owned();
    if let Some((_, number)) = OTHER_MONTHS.iter().find(|(name, _)| *name == word) {
        return Month::try_from(*number).ok();
    }
    let months = (1..=12).filter_map(|number| Month::try_from(number).ok());
    let is = |month: &Month| {
        let name = month.to_string().to_lowercase();
        word.len() >= 3 && word.chars().all(char::is_alphabetic) && name.starts_with(&word)
    };
    months.into_iter().find(is)
}

fn is_weekday(word: &str) -> bool {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    word.len() >= 3 && days.iter().any(|day| day.starts_with(word))
}

/// `09:12:00.000+0000`: the time of day, and what is beside.
fn split_offset(text: &str) -> (&str, &str) {
    let end = text.find(['+', '-', 'Z', 'z']).unwrap_or(text.len());
    text.split_at(end)
}

fn time_of_day(text: &str) -> Option<Time> {
    let lower = text.to_lowercase();
    let (plain, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(rest), _) => (rest, Some(false)),
        (_, Some(rest)) => (rest, Some(true)),
        (None, None) => (lower.as_str(), None),
    };
    let mut parts = plain.split(':');
    let mut next = || parts.next().and_then(|part| part.split('.').next()?.trim().parse::<u8>().ok());
    let (hour, minute) = (next()?, next()?);
    let second = next().unwrap_or_default();
    let hour = match half {
        Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
        None => hour,
    };
    Time::from_hms(hour, minute, second).ok()
}

/// `+0000`, `+01:00`, `Z`.
fn offset_of(text: &str) -> Option<UtcOffset> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return Some(UtcOffset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes) = (hours.parse::<i8>().ok()?, minutes.parse::<i8>().unwrap_or_default());
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_times() {
        for (text, expected) in [
            ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
            ("2026-11-24T10:00:00.000+0100", "2026-11-24T09:00:00Z"),
            ("2026-11-24T10:00:00", "2026-11-24T10:00:00Z"),
            ("2026-11-24 10:00", "2026-11-24T10:00:00Z"),
            ("2026-11-24 10:00:05 UTC", "2026-11-24T10:00:05Z"),
            ("2026-11-24", "2026-11-24T00:00:00Z"),
            ("2026/11/24", "2026-11-24T00:00:00Z"),
            ("24.11.2026 10:00", "2026-11-24T10:00:00Z"),
            ("11/24/2026", "2026-11-24T00:00:00Z"),
            ("24/11/2026 3:05 PM", "2026-11-24T15:05:00Z"),
            ("21/Nov/26 9:12 AM", "2026-11-21T09:12:00Z"),
            ("Nov 24, 2026", "2026-11-24T00:00:00Z"),
            ("24 November 2026 10:00", "2026-11-24T10:00:00Z"),
            ("Tue, 24 Nov 2026 10:00:00 +0000", "2026-11-24T10:00:00Z"),
            ("19/Mär/24", "2024-03-19T00:00:00Z"),
            ("19. März 2024", "2024-03-19T00:00:00Z"),
            ("1 août 2024", "2024-08-01T00:00:00Z"),
            ("19/mars/24", "2024-03-19T00:00:00Z"),
            ("31/12/99", "1999-12-31T00:00:00Z"),
            ("31/12/69", "2069-12-31T00:00:00Z"),
            ("Tuesday, November 24, 2026 12:30 am", "2026-11-24T00:30:00Z"),
        ] {
            let at = moment(&Value::from(text), None);
            assert_eq!(at.map(|at| at.to_string()), Ok(expected.to_owned()), "{text}");
        }
        for number in [1_795_514_400_i64, 1_795_514_400_000] {
            assert_eq!(moment(&Value::from(number), None).map(|at| at.unix()), Ok(1_795_514_400));
        }
    }

    #[test]
    fn what_may_be_two_days_is_asked_for() {
        let text = Value::from("04/05/2026");
        assert!(moment(&text, None).is_err_and(|problem| problem.contains("--dates dmy")));
        let day = |order| moment(&text, Some(order)).map(|at| at.to_string());
        assert_eq!(day(DayOrder::DayFirst), Ok("2026-05-04T00:00:00Z".to_owned()));
        assert_eq!(day(DayOrder::MonthFirst), Ok("2026-04-05T00:00:00Z".to_owned()));
        for bad in ["soon", "2026-13-40", "32/32/2026", ""] {
            assert!(moment(&Value::from(bad), None).is_err(), "{bad}");
        }
    }
}
