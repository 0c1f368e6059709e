//! A calendar as `config.yaml` holds it: zone, hours of the week, holidays.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZoneDatabase;
use time::Date;
use time::macros::format_description;

use crate::process::calendar::{Calendar, DAY_SECS, Wrong, day_of, yearly};
use crate::ticket::{Node, nearest};

const KEYS: &[&str] = &["timezone", "hours", "holidays"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The longest range of holidays, in days: three years.
const MAX_RANGE_DAYS: i64 = 1_100;

/// Reads a calendar.
///
/// # Errors
/// The path to the value that is wrong, and what is wrong with it.
pub fn read_calendar(node: &Node) -> Result<Calendar, Wrong> {
    let Node::Map(pairs) = node else { return Err((Vec::new(), "is not a calendar".to_owned())) };
    for (key, _) in pairs {
        let key = key.to_string();
        if !KEYS.contains(&key.as_str()) {
            let meant =
                nearest(&key, KEYS).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Err((
                vec![key],
                format!("is not a known key (possible keys: {}){meant}", KEYS.join(", ")),
            ));
        }
    }
    let zone = node.at("timezone").and_then(Node::as_text).unwrap_or("UTC").to_owned();
    check_zone(&zone).map_err(|problem| (vec!["timezone".to_owned()], problem))?;
    // Every hour, until some are named: a time zone may be set before them.
    let week = match node.at("hours") {
        None => Calendar::always().week,
        named => hours(named)?,
    };
    let mut calendar = Calendar { zone, week, ..Calendar::always() };
    for (place, item) in texts(node.at("holidays")).into_iter().enumerate() {
        let wrong = |problem| (vec!["holidays".to_owned(), place.to_string()], problem);
        holiday(&item, &mut calendar).map_err(wrong)?;
    }
    Ok(calendar)
}

pub(super) fn check_zone(zone: &str) -> Result<(), String> {
    let zones = TimeZoneDatabase::bundled();
    if zones.get(zone).is_ok() {
        return Ok(());
    }
    let names: Vec<String> = zones.available().map(|name| name.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // A city alone is what people know.
    let city = |name: &&&str| {
        name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&zone.replace(' ', "_")))
    };
    let meant = names.iter().find(city).copied().or_else(|| nearest(zone, &names));
    let meant = meant.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    Err(format!("'{zone}' is not a valid IANA time zone{meant}"))
}

/// The items of a list; a text is taken as items with commas between, as `config set` writes it.
pub(in crate::process) fn texts(node: Option<&Node>) -> Vec<String> {
    match node {
        None | Some(Node::Null) => Vec::new(),
        Some(Node::List(items)) => items.iter().map(Node::to_string).collect(),
        Some(one) => one.to_string().split(',').map(|item| item.trim().to_owned()).collect(),
    }
}

/// The hours of the week; what runs over midnight goes on in the next day.
fn hours(node: Option<&Node>) -> Result<[Vec<(i64, i64)>; 7], Wrong> {
    let wrong = |path: &[&str], problem: String| {
        let path = std::iter::once(&"hours").chain(path).map(|part| (*part).to_owned());
        (path.collect(), problem)
    };
    let pairs = match node {
        Some(Node::Map(pairs)) => pairs.as_slice(),
        Some(Node::Text(word)) if word == super::ALWAYS => return Ok(Calendar::always().week),
        _ => &[],
    };
    let mut week: [Vec<(i64, i64)>; 7] = Default::default();
    for (days, spans) in pairs {
        let days = days.to_string();
        let named = weekdays(&days).map_err(|problem| wrong(&[&days], problem))?;
        for span in texts(Some(spans)) {
            let (from, to) = span_of_day(&span).map_err(|problem| wrong(&[&days], problem))?;
            for day in &named {
                let parts = if from < to {
                    [(*day, from, to), (*day, 0, 0)]
                } else {
                    [(*day, from, DAY_SECS), ((day + 1) % 7, 0, to)]
                };
                for (day, from, to) in parts.into_iter().filter(|(_, from, to)| from < to) {
                    if let Some(day) = week.get_mut(day) {
                        day.push((from, to));
                    }
                }
            }
        }
    }
    for (day, name) in week.iter_mut().zip(WEEKDAYS) {
        day.sort_unstable();
        if day.iter().zip(day.iter().skip(1)).any(|(one, next)| next.0 < one.1) {
            return Err(wrong(&[], format!("two intervals of {name} overlap")));
        }
        *day = joined(day);
    }
    if week.iter().all(Vec::is_empty) {
        return Err(wrong(&[], "has no hours at all; write mon-fri: [\"09:00-17:00\"], or 24x7".to_owned()));
    }
    Ok(week)
}

/// Intervals that touch, as one.
fn joined(day: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, to) in day {
        match joined.last_mut() {
            Some(last) if last.1 == *from => last.1 = *to,
            _ => joined.push((*from, *to)),
        }
    }
    joined
}

/// The weekdays that `mon-fri`, `sat` or `mon,wed` name, Monday as 0.
fn weekdays(text: &str) -> Result<Vec<usize>, String> {
    let place = |word: &str| {
        let found = WEEKDAYS.iter().position(|day| day.eq_ignore_ascii_case(word.trim()));
        found.ok_or_else(|| {
            format!("'{word}' is not a valid value (possible values: {})", WEEKDAYS.join(", "))
        })
    };
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (place(first)?, place(last)?);
        let count = (last + 7 - first) % 7;
        days.extend((0..=count).map(|more| (first + more) % 7));
    }
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

/// `08:30-17:00`, in seconds after midnight; an end that is not after its start is of the next day.
fn span_of_day(text: &str) -> Result<(i64, i64), String> {
    let problem =
        || format!("'{text}' is not a valid interval (use 08:30-17:00, 22:00-06:00 or 00:00-24:00)");
    let (from, to) = text.split_once('-').ok_or_else(problem)?;
    let (from, to) = (time_of_day(from).ok_or_else(problem)?, time_of_day(to).ok_or_else(problem)?);
    if from == to || from == DAY_SECS {
        return Err(problem());
    }
    Ok((from, to))
}

fn time_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let is_short = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !is_short(hours) || minutes.len() != 2 || !is_short(minutes) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = hours * 3600 + minutes * 60;
    (minutes < 60 && seconds <= DAY_SECS).then_some(seconds)
}

/// `2026-12-25`, `12-25`, a range of either with `..`, or the name of an iCalendar file.
fn holiday(text: &str, calendar: &mut Calendar) -> Result<(), String> {
    let problem = || {
        format!(
            "'{text}' is not a valid holiday (use 2026-12-25, 12-25 for every year, 2026-12-28..2026-12-31, or a file in .support/calendars such as au.ics)"
        )
    };
    let is_file = std::path::Path::new(text).extension().is_some_and(|end| end.eq_ignore_ascii_case("ics"));
    if is_file {
        if text.contains(['/', '\\']) || text.starts_with('.') {
            return Err(format!("'{text}' is not a valid file name in .support/calendars"));
        }
        calendar.files.push(text.to_owned());
        return Ok(());
    }
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    if let (Some(first), Some(last)) = (date(first), date(last)) {
        if !(first..=first + MAX_RANGE_DAYS).contains(&last) {
            return Err(format!("'{text}' is not a valid range of at most {MAX_RANGE_DAYS} days"));
        }
        calendar.holidays.extend(first..=last);
        return Ok(());
    }
    let month_day = |text: &str| text.trim().split_once('-').and_then(|(month, day)| yearly(month, day));
    let (first, last) = (month_day(first).ok_or_else(problem)?, month_day(last).ok_or_else(problem)?);
    calendar.yearly.extend(year_from(first, last));
    Ok(())
}

/// The days of a year from one to another, over New Year where the last comes before the first.
fn year_from(first: (u8, u8), last: (u8, u8)) -> Vec<(u8, u8)> {
    let all: BTreeMap<(u8, u8), ()> = (1..=12_u8)
        .flat_map(|month| (1..=31_u8).map(move |day| (month, day)))
        .filter(|(month, day)| yearly(&month.to_string(), &day.to_string()).is_some())
        .map(|day| (day, ()))
        .collect();
    let days: BTreeSet<(u8, u8)> = if first <= last {
        all.range(first..=last).map(|(day, ())| *day).collect()
    } else {
        all.range(first..).chain(all.range(..=last)).map(|(day, ())| *day).collect()
    };
    days.into_iter().collect()
}

fn date(text: &str) -> Option<i64> {
    Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok().map(day_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::yaml;

    fn read(text: &str) -> Result<Calendar, Wrong> {
        read_calendar(&yaml::parse(text).unwrap())
    }

    #[test]
    fn hours_over_midnight_go_on_in_the_next_day() {
        let calendar = read("hours: {fri: '22:00-06:00', sat: '06:00-07:00'}").unwrap();
        assert_eq!(calendar.week[4], [(79_200, 86_400)]);
        assert_eq!(calendar.week[5], [(0, 25_200)]);
    }

    #[test]
    fn days_are_named_alone_in_lists_and_in_ranges() {
        assert_eq!(weekdays("mon,wed-fri").unwrap(), [0, 2, 3, 4]);
        assert_eq!(weekdays("sat-mon").unwrap(), [0, 5, 6]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, place, problem) in [
            ("{timezone: Brisbane, hours: 24x7}", "timezone", "did you mean 'Australia/Brisbane'?"),
            ("{hours: {}}", "hours", "no hours at all"),
            ("{hours: {mon: ['08:00-12:00', '11:00-13:00']}}", "hours", "of mon overlap"),
            ("{hours: {sun: '22:00-06:00', mon: '05:00-09:00'}}", "hours", "of mon overlap"),
            ("{hours: {mon-frt: '08:00-12:00'}}", "hours.mon-frt", "'frt' is not a valid value"),
            ("{hours: {mon: '8-12'}}", "hours.mon", "is not a valid interval"),
            ("{hours: {mon: '24:00-02:00'}}", "hours.mon", "is not a valid interval"),
            ("{hours: 24x7, holidays: ['2026-02-30']}", "holidays.0", "is not a valid holiday"),
            ("{hours: 24x7, holidays: ['2026-12-31..2026-12-01']}", "holidays.0", "is not a valid range"),
            ("{hours: 24x7, holidays: ['../x.ics']}", "holidays.0", "is not a valid file name"),
            ("{hours: 24x7, holliday: []}", "holliday", "did you mean 'holidays'?"),
        ] {
            let (path, said) = read(text).unwrap_err();
            assert_eq!(path.join("."), place, "{text}");
            assert!(said.contains(problem), "{text}: {said}");
        }
    }

    #[test]
    fn holidays_are_days_years_and_ranges() {
        let calendar = read("{hours: 24x7, holidays: [2026-12-25, 12-30..01-02, 2026-12-28..2026-12-29]}");
        let calendar = calendar.unwrap();
        assert_eq!(calendar.holidays.len(), 3);
        let yearly: Vec<(u8, u8)> = calendar.yearly.into_iter().collect();
        assert_eq!(yearly, [(1, 1), (1, 2), (12, 30), (12, 31)]);
    }
}
