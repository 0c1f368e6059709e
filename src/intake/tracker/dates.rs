//! Times as trackers write them, and people in tables.

use serde_json::Value;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::process::Zone;
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

/// How dates are read that leave something open.
#[derive(Debug, Clone, Default)]
pub struct DateForm {
    /// The order of day and month, in dates of numbers alone.
    pub order: Option<DayOrder>,
    /// The zone of those that say none; UTC, where none is named.
    pub zone: Option<Zone>,
}

/// A time of a tracker: RFC 3339 and 2822, seconds or milliseconds since 1970, and what people and tables write.
///
/// # Errors
/// It is no time, or day and month cannot be told apart.
pub(super) fn moment(value: &Value, form: &DateForm) -> Result<Timestamp, String> {
    if let Some(number) = value.as_i64() {
        let seconds = if number.abs() > MAX_SECONDS { number / 1_000 } else { number };
        return Timestamp::from_unix(seconds).ok_or_else(|| wrong(value));
    }
    if value.is_object() {
        let inner = ["timestamp", "time"].iter().find_map(|name| value.get(*name));
        return inner.map_or_else(|| Err(wrong(value)), |inner| moment(inner, form));
    }
    let text = value.as_str().map(str::trim).ok_or_else(|| wrong(value))?;
    if let Ok(number) = text.parse::<i64>()
        && [10, 13].contains(&text.len())
    {
        return moment(&number.into(), form);
    }
    let known = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Rfc2822));
    let at = match known {
        Ok(at) => at,
        Err(_) => written(text, form)?,
    };
    Timestamp::from_unix(at.unix_timestamp()).ok_or_else(|| wrong(value))
}

fn wrong(value: &Value) -> String {
    format!("'{}' is not a valid time", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// A date with or without a time of day, however its parts are put.
fn written(text: &str, form: &DateForm) -> Result<OffsetDateTime, String> {
    let invalid = || format!("'{text}' is not a valid time");
    // `2026-11-24T10:00:00`: the letter stands between numbers. Some write a minus as printers do.
    let mut plain = String::new();
    for c in text.chars() {
        let is_between = c == 'T' && plain.ends_with(|before: char| before.is_ascii_digit());
        let is_minus = matches!(c, '\u{2212}' | '\u{2010}'..='\u{2013}');
        plain.push(if is_between || c == ',' {
            ' '
        } else if is_minus {
            '-'
        } else {
            c
        });
    }
    let mut parts = Parts::default();
    let (before, zone) = plain.split_once('(').map_or((plain.as_str(), ""), |(before, zone)| (before, zone));
    for part in before.split_whitespace() {
        parts.take(part).ok_or_else(invalid)?;
    }
    // What stands in parentheses names the offset again, or alone: `GMT+0200 (CEST)`, `(GMT-5)`.
    if parts.offset.is_none() && !zone.is_empty() {
        let zone = zone.strip_suffix(')').ok_or_else(invalid)?;
        parts.take(zone.trim()).filter(|()| parts.offset.is_some()).ok_or_else(invalid)?;
    }
    if let Some(is_afternoon) = parts.half {
        let hour = parts.clock.hour() % 12 + if is_afternoon { 12 } else { 0 };
        parts.clock = parts.clock.replace_hour(hour).map_err(|_| invalid())?;
    }
    // Where dates are written with dots, the day comes first.
    let order = form.order.or(parts.has_dots.then_some(DayOrder::DayFirst));
    let date = date(text, &parts.numbers, parts.month, order)?;
    let local = PrimitiveDateTime::new(date, parts.clock);
    let at = local.assume_offset(parts.offset.unwrap_or(UtcOffset::UTC));
    match form.zone.as_ref().filter(|_| parts.offset.is_none()) {
        Some(zone) => {
            let instant = zone.instant(at.unix_timestamp()).ok_or_else(invalid)?;
            OffsetDateTime::from_unix_timestamp(instant).map_err(|_| invalid())
        }
        None => Ok(at),
    }
}

/// What the parts of a written date say.
struct Parts {
    /// The numbers of the date, with their lengths.
    numbers: Vec<(i32, usize)>,
    month: Option<Month>,
    clock: Time,
    has_clock: bool,
    /// How far it is from UTC, where it says.
    offset: Option<UtcOffset>,
    /// True for the afternoon, where it says `am` or `pm`.
    half: Option<bool>,
    /// True for `24.11.2026`.
    has_dots: bool,
}

impl Default for Parts {
    fn default() -> Self {
        let (numbers, month, half) = (Vec::new(), None, None);
        let (clock, has_clock, offset) = (Time::MIDNIGHT, false, None);
        Self { numbers, month, clock, has_clock, offset, half, has_dots: false }
    }
}

impl Parts {
    /// Takes a part; `None` of one that says nothing of a time.
    fn take(&mut self, part: &str) -> Option<()> {
        let lower = part.to_lowercase();
        let of_utc = ["utc", "gmt"].iter().find_map(|zone| lower.strip_prefix(zone));
        if part.contains(':') && !part.starts_with(['+', '-']) && of_utc.is_none() {
            let (time, rest) = split_offset(part);
            // Two times are none.
            if std::mem::replace(&mut self.has_clock, true) {
                return None;
            }
            self.clock = time_of_day(time)?;
            self.offset = if rest.is_empty() { self.offset } else { Some(offset_of(rest)?) };
        } else if lower == "am" || lower == "pm" {
            self.half = Some(lower == "pm");
        } else if part.starts_with('+') || (part.starts_with('-') && part.len() > 3) {
            self.offset = Some(offset_of(part)?);
        } else if let Some(rest) = of_utc {
            self.offset = Some(offset_of(rest)?);
        } else if let Some((_, hours)) = ZONES.iter().find(|(zone, _)| *zone == lower) {
            self.offset = Some(UtcOffset::from_hms(*hours, 0, 0).ok()?);
        } else if lower == "z" {
            self.offset = Some(UtcOffset::UTC);
        } else if lower != "uhr" && !is_weekday(&lower) {
            self.date_part(part)?;
        }
        Some(())
    }

    fn date_part(&mut self, part: &str) -> Option<()> {
        // ISO 8601 without what stands between: `20261124`, `080000Z`.
        if let Some((year, rest)) = part.split_at_checked(4).filter(|_| part.len() == 8 && is_number(part)) {
            let (month, day) = rest.split_at_checked(2)?;
            self.numbers.extend([(year.parse().ok()?, 4), (month.parse().ok()?, 2), (day.parse().ok()?, 2)]);
            return Some(());
        }
        let time = part.trim_end_matches(['Z', 'z']);
        if self.numbers.len() == 3 && time.len() == 6 && is_number(time) {
            let at = |place: usize| time.get(place..place + 2)?.parse::<u8>().ok();
            self.clock = Time::from_hms(at(0)?, at(2)?, at(4)?).ok()?;
            self.offset = if time == part { self.offset } else { Some(UtcOffset::UTC) };
            return Some(());
        }
        self.has_dots |= part.split('.').filter(|piece| is_number(piece)).count() > 1;
        for piece in part.split(['/', '-', '.']).filter(|piece| !piece.is_empty()) {
            match (month_named(piece), piece.trim_end_matches(char::is_alphabetic).parse::<i32>()) {
                (Some(named), _) => self.month = Some(named),
                (None, Ok(number)) => self.numbers.push((number, piece.len())),
                (None, Err(_)) => return None,
            }
        }
        Some(())
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// Zones by letters that mean one alone, and their hours before UTC: those of RFC 2822, 4.3, and of Europe. `CST` is in
/// America and in China.
const ZONES: &[(&str, i8)] = &[
    ("est", -5),
    ("edt", -4),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("wet", 0),
    ("west", 1),
    ("cet", 1),
    ("cest", 2),
    ("eet", 2),
    ("eest", 3),
];

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
    let number = |part: &str| part.split('.').next()?.trim().parse::<u8>().ok();
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = parts.next().map_or(Some(0), number)?;
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
    let digits = text.trim_start_matches(['+', '-']);
    // `+0100`, `+01:00`, `+1`.
    let split = || digits.split_at_checked(digits.len().min(2));
    let (hours, minutes) = digits.split_once(':').or_else(split)?;
    let minutes = if minutes.is_empty() { 0 } else { minutes.parse::<i8>().ok()? };
    let hours = hours.parse::<i8>().ok()?;
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
            ("2026-10-05 08:00 CEST", "2026-10-05T06:00:00Z"),
            ("10/25/2026 3:05 PM PST", "2026-10-25T23:05:00Z"),
            ("Oct 5, 2026 8:00 AM GMT+2", "2026-10-05T06:00:00Z"),
            ("Mon Oct 05 2026 08:00:00 GMT+0200 (CEST)", "2026-10-05T06:00:00Z"),
            ("2025-12-25 14:30 (GMT-5)", "2025-12-25T19:30:00Z"),
            ("2025-12-25 14:30 (CET)", "2025-12-25T13:30:00Z"),
            ("2025-12-25 14:30 (UTC+01:00)", "2025-12-25T13:30:00Z"),
            ("2024-02-01T09:05:00\u{2212}05:00", "2024-02-01T14:05:00Z"),
            ("2024-02-01T09:05:00\u{2013}05:00", "2024-02-01T14:05:00Z"),
            ("2026-10-05 08:00 UTC+05:30", "2026-10-05T02:30:00Z"),
            ("25.10.2026, 8:00 Uhr", "2026-10-25T08:00:00Z"),
            ("05.10.2026", "2026-10-05T00:00:00Z"),
            ("20261005", "2026-10-05T00:00:00Z"),
            ("20261005T080000Z", "2026-10-05T08:00:00Z"),
            ("1795514400", "2026-11-24T10:00:00Z"),
        ] {
            let at = moment(&Value::from(text), &DateForm::default());
            assert_eq!(at.map(|at| at.to_string()), Ok(expected.to_owned()), "{text}");
        }
        for number in [1_795_514_400_i64, 1_795_514_400_000] {
            assert_eq!(
                moment(&Value::from(number), &DateForm::default()).map(|at| at.unix()),
                Ok(1_795_514_400)
            );
        }
    }

    #[test]
    fn a_zone_counts_for_what_names_none() {
        let form = DateForm { order: None, zone: Zone::parse("Europe/Berlin").ok() };
        for (text, expected) in [
            ("2026-07-24 10:00", "2026-07-24T08:00:00Z"),
            ("2026-11-24", "2026-11-23T23:00:00Z"),
            ("24/Nov/26 3:05 PM", "2026-11-24T14:05:00Z"),
            ("2026-11-24 10:00 UTC", "2026-11-24T10:00:00Z"),
            ("20261124T100000Z", "2026-11-24T10:00:00Z"),
            ("2026-11-24T10:00:00+05:00", "2026-11-24T05:00:00Z"),
        ] {
            let at = moment(&Value::from(text), &form);
            assert_eq!(at.map(|at| at.to_string()), Ok(expected.to_owned()), "{text}");
        }
        assert!(Zone::parse("Berlin").is_err());
    }

    #[test]
    fn what_may_be_two_days_is_asked_for() {
        let text = Value::from("04/05/2026");
        assert!(moment(&text, &DateForm::default()).is_err_and(|problem| problem.contains("--dates dmy")));
        let day =
            |order| moment(&text, &DateForm { order: Some(order), zone: None }).map(|at| at.to_string());
        assert_eq!(day(DayOrder::DayFirst), Ok("2026-05-04T00:00:00Z".to_owned()));
        assert_eq!(day(DayOrder::MonthFirst), Ok("2026-04-05T00:00:00Z".to_owned()));
        for bad in [
            "soon",
            "2026-13-40",
            "32/32/2026",
            "",
            "2026-10-05 08:00 CST",
            "2026-10-05 25:00",
            "12",
            "2024-02-01 09:05 / 10:05",
            "2025-12-25 14:30 (CST)",
            "2025-12-25 14:30 (noon)",
            "2025-12-25 14:30:xx",
        ] {
            assert!(moment(&Value::from(bad), &DateForm::default()).is_err(), "{bad}");
        }
    }
}
