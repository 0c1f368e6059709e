//! Holidays from an iCalendar file, as governments and calendar programs publish them (RFC 5545).
//!
//! Of a calendar, only the days of its events are needed: properties are read line by line, and all else is passed over.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;
use time::macros::format_description;

use crate::process::calendar::{Calendar, Series, day_of};

/// The longest holiday of a file, in days.
const MAX_DAYS: i64 = 400;

/// What an event says of its days.
#[derive(Debug, Default)]
struct Event {
    summary: Option<String>,
    /// The first day.
    start: Option<i64>,
    /// The day after the last one.
    end: Option<i64>,
    /// How many days it lasts, where no end is given.
    days: Option<i64>,
    rule: Option<String>,
    /// Days on which it begins besides.
    added: Vec<i64>,
    /// Days on which it does not begin.
    left_out: BTreeSet<i64>,
    /// What tells it, or its series, from others.
    uid: String,
    /// The day of its series whose place it takes.
    instead_of: Option<i64>,
    is_cancelled: bool,
    /// The time at which it begins or ends, where that is not midnight: it is a part of a day.
    time: Option<String>,
}

impl Calendar {
    /// Adds the days of an iCalendar file's events. An event lasts from its first day up to, not including,
    /// its end, or one day; one that repeats every year is a holiday of every year.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn add_events(&mut self, text: &str) -> Result<(), String> {
        let mut events = events(text)?;
        // What another event takes the place of is not there, also where that one is cancelled.
        let mut moved: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for event in &events {
            if let Some(day) = event.instead_of {
                moved.entry(event.uid.clone()).or_default().push(day);
            }
        }
        for event in events.iter_mut().filter(|event| event.instead_of.is_none()) {
            event.left_out.extend(moved.get(&event.uid).into_iter().flatten());
        }
        for event in events.iter().filter(|event| !event.is_cancelled) {
            let name = event.summary.as_deref().unwrap_or("an event");
            let Some(first) = event.start else {
                return Err(format!("{name} has no start date (DTSTART)"));
            };
            if let Some(time) = &event.time {
                return Err(format!(
                    "{name} is not of whole days ({time}): have it written as a date, or left out"
                ));
            }
            let end = event.end.or_else(|| Some(first + event.days?));
            let last = end.map_or(first, |end| (end - 1).max(first));
            if last - first > MAX_DAYS {
                return Err(format!("{name} lasts longer than {MAX_DAYS} days"));
            }
            let length = last - first;
            let begins = std::iter::once(&first).chain(&event.added);
            let days = begins.filter(|day| !event.left_out.contains(day)).flat_map(|day| *day..=day + length);
            match event.rule.as_deref() {
                None => self.holidays.extend(days),
                Some(rule) if is_yearly(rule) => {
                    let dates = (first..=last).filter_map(super::date_of);
                    let dates: BTreeSet<_> = dates.map(|date| (u8::from(date.month()), date.day())).collect();
                    let but: BTreeSet<_> =
                        event.left_out.iter().flat_map(|day| *day..=day + length).collect();
                    if but.is_empty() {
                        self.yearly.extend(dates);
                    } else {
                        self.series.push(Series { yearly: dates, but });
                    }
                    self.holidays.extend(event.added.iter().flat_map(|day| *day..=day + length));
                }
                Some(rule) => {
                    let problem = "only FREQ=YEARLY is understood; have the days written out";
                    return Err(format!("{name} repeats by {rule}: {problem}"));
                }
            }
        }
        Ok(())
    }
}

/// The events of a file; alarms and other parts within them are passed over.
fn events(text: &str) -> Result<Vec<Event>, String> {
    let lines = unfolded(text);
    let mut properties = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| property(line));
    if !properties.next().is_some_and(|(name, value)| name == "BEGIN" && value == "VCALENDAR") {
        return Err("is not an iCalendar file".to_owned());
    }
    let mut events = Vec::new();
    // The parts that are open, the innermost last.
    let mut open: Vec<String> = vec!["VCALENDAR".to_owned()];
    for (name, value) in properties {
        match (name.as_str(), open.last().map(String::as_str)) {
            ("BEGIN", _) => {
                if value.eq_ignore_ascii_case("VEVENT") {
                    events.push(Event::default());
                }
                open.push(value.to_uppercase());
            }
            ("END", Some(part)) if value.eq_ignore_ascii_case(part) => {
                open.pop();
            }
            ("END", _) => return Err(format!("has END:{value} where nothing of that name is open")),
            (_, Some("VEVENT")) => {
                if let Some(event) = events.last_mut() {
                    event.take(&name, value);
                }
            }
            (_, _) => {}
        }
    }
    if let Some(part) = open.last() {
        return Err(format!("ends before END:{part}"));
    }
    Ok(events)
}

impl Event {
    fn take(&mut self, name: &str, value: &str) {
        match name {
            "UID" => value.clone_into(&mut self.uid),
            "SUMMARY" => self.summary = Some(plain(value)),
            "DTSTART" | "DTEND" => {
                let is_midnight =
                    value.split_once('T').is_none_or(|(_, time)| time.trim_end_matches('Z') == "000000");
                if !is_midnight {
                    self.time.get_or_insert_with(|| value.to_owned());
                }
                let moment = if name == "DTSTART" { &mut self.start } else { &mut self.end };
                *moment = day(value);
            }
            "DURATION" => self.days = whole_days(value),
            "RRULE" => self.rule = Some(value.to_owned()),
            "RDATE" => self.added.extend(value.split(',').filter_map(|value| day(value.split('/').next()?))),
            "EXDATE" => self.left_out.extend(value.split(',').filter_map(day)),
            "RECURRENCE-ID" => self.instead_of = day(value),
            "STATUS" => self.is_cancelled = value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }
}

/// Lines as they were before they were folded: one that begins with a blank goes on with the one before.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// The name and value of a property; parameters between them are left out. A colon within quotes is a parameter's.
fn property(line: &str) -> (String, &str) {
    let mut is_quoted = false;
    let colon = line.char_indices().find(|(_, c)| {
        is_quoted ^= *c == '"';
        *c == ':' && !is_quoted
    });
    let (head, value) =
        colon.and_then(|(at, _)| Some((line.get(..at)?, line.get(at + 1..)?))).unwrap_or((line, ""));
    (head.split(';').next().unwrap_or_default().trim().to_uppercase(), value.trim())
}

/// A text without its escapes.
fn plain(value: &str) -> String {
    value.replace("\\n", " ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
}

/// The day of a date, or of a date with a time: the day where the event is.
fn day(value: &str) -> Option<i64> {
    let date = value.get(..8).filter(|_| matches!(value.as_bytes().get(8), None | Some(b'T')))?;
    Date::parse(date, format_description!("[year][month][day]")).ok().map(day_of)
}

/// A duration of whole days or weeks: `P2D`, `P1W`. One of hours ends on its first day.
fn whole_days(value: &str) -> Option<i64> {
    let value = value.strip_prefix('P')?;
    let number = |text: &str| text.parse::<u16>().ok().map(i64::from);
    if let Some(weeks) = value.strip_suffix('W') {
        return number(weeks).map(|weeks| weeks * 7);
    }
    number(value.split('D').next().filter(|days| days.len() < value.len())?)
}

/// True for a rule that says every year on the same date, for good.
fn is_yearly(rule: &str) -> bool {
    let plain = ["FREQ=YEARLY", "INTERVAL=1"];
    rule.split(';').all(|part| {
        plain.contains(&part)
            || part.starts_with("BYMONTH=")
            || part.starts_with("BYMONTHDAY=")
            || part.starts_with("WKST=")
    }) && rule.contains("FREQ=YEARLY")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260126\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Australia Day\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";

    fn dates(text: &str) -> Vec<String> {
        let mut calendar = Calendar::always();
        calendar.add_events(text).unwrap();
        calendar
            .holidays
            .iter()
            .filter_map(|day| super::super::date_of(*day))
            .map(|d| d.to_string())
            .collect()
    }

    #[test]
    fn events_are_holidays() {
        let mut calendar = Calendar::always();
        calendar.add_events(FILE).unwrap();
        assert_eq!(dates(FILE), ["2026-12-25", "2026-12-26"]);
        assert_eq!(calendar.yearly.into_iter().collect::<Vec<_>>(), [(1, 26)]);
    }

    #[test]
    fn forms_that_programs_write_are_read() {
        let event = |lines: &str| {
            dates(&format!("\u{feff}BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"))
        };
        let first = ["2026-12-25"];
        assert_eq!(event("DTSTART:20261225"), first);
        assert_eq!(event("dtstart;tzid=Europe/Berlin:20261225T000000"), first);
        assert_eq!(event("DTSTART:20261225T000000Z"), first);
        assert_eq!(event("DTSTART;X-A=\"b:c;d\";VALUE=DATE:20261225"), first);
        assert_eq!(event("DTSTART;VALUE=DATE:2026\n 1225"), first, "folded");
        assert_eq!(event("DTSTART:20261225\nBEGIN:VALARM\nDTSTART:20200101\nEND:VALARM"), first);
        assert_eq!(event("DTSTART:20261225\nDURATION:P2D"), ["2026-12-25", "2026-12-26"]);
        assert_eq!(event("DTSTART:20261225\nDURATION:PT8H"), first);
        assert!(event("DTSTART:20261225\nSTATUS:CANCELLED").is_empty());
        assert_eq!(
            event("DTSTART:20260401\nRDATE;VALUE=DATE:20260504,20260601"),
            ["2026-04-01", "2026-05-04", "2026-06-01"]
        );
        assert_eq!(event("DTSTART:20260401\nDURATION:P2D\nRDATE;VALUE=PERIOD:20260504T000000Z/P2D").len(), 4);
        assert_eq!(event("DTSTART:20261225\nRDATE:20261226\nEXDATE:20261225"), ["2026-12-26"]);
    }

    #[test]
    fn a_yearly_holiday_is_none_where_the_file_takes_it_out_or_moves_it() {
        let mut calendar = Calendar::always();
        let of = |uid: u8, lines: &str| format!("BEGIN:VEVENT\nUID:{uid}\n{lines}\nEND:VEVENT\n");
        let event = |lines: &str| of(1, lines);
        calendar.yearly.insert((7, 1));
        let file = [
            // Another series of that day, and the settings' own, are holidays all the same.
            of(2, "DTSTART;VALUE=DATE:20200701\nRRULE:FREQ=YEARLY\nEXDATE:20260701"),
            of(3, "DTSTART;VALUE=DATE:20200801\nRRULE:FREQ=YEARLY\nEXDATE:20260801"),
            of(4, "DTSTART;VALUE=DATE:20200801\nRRULE:FREQ=YEARLY"),
            of(5, "DTSTART;VALUE=DATE:20200901\nDURATION:P2D\nRRULE:FREQ=YEARLY"),
            of(5, "RECURRENCE-ID:20260901\nDTSTART:20260903\nDURATION:P2D"),
            event(
                "DTSTART;VALUE=DATE:20200506\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20260506\nRDATE:20260507",
            ),
            event("DTSTART;VALUE=DATE:20200601\nRRULE:FREQ=YEARLY"),
            event("RECURRENCE-ID;VALUE=DATE:20260601\nDTSTART;VALUE=DATE:20260602"),
            event("RECURRENCE-ID;VALUE=DATE:20270601\nDTSTART;VALUE=DATE:20270601\nSTATUS:CANCELLED"),
        ];
        calendar.add_events(&format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", file.concat())).unwrap();
        let is_free = |year: i32, month: u8, day: u8| {
            let date = Date::from_calendar_date(year, time::Month::try_from(month).unwrap(), day).unwrap();
            calendar.hours_of(day_of(date)).is_empty()
        };
        for (year, month, day, free) in [
            (2025, 5, 6, true),
            (2026, 5, 6, false),
            (2026, 5, 7, true),
            (2027, 5, 6, true),
            (2026, 6, 1, false),
            (2026, 6, 2, true),
            (2027, 6, 1, false),
            (2028, 6, 1, true),
            (2026, 7, 1, true),
            (2026, 8, 1, true),
            (2026, 9, 1, false),
            (2026, 9, 2, false),
            (2026, 9, 4, true),
            (2027, 9, 2, true),
        ] {
            assert_eq!(is_free(year, month, day), free, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let mut calendar = Calendar::always();
        let cut = FILE.get(..FILE.len() - 16).unwrap();
        for (text, problem) in [
            ("hello", "not an iCalendar file"),
            ("", "not an iCalendar file"),
            (cut, "ends before END:VCALENDAR"),
            ("BEGIN:VCALENDAR\nEND:VEVENT\n", "END:VEVENT"),
            (
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:X\\, y\nEND:VEVENT\nEND:VCALENDAR\n",
                "X, y has no start",
            ),
            (
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Party\nDTSTART;TZID=Europe/Berlin:20261228T120000\nDTEND;TZID=Europe/Berlin:20261228T140000\nEND:VEVENT\nEND:VCALENDAR\n",
                "Party is not of whole days (20261228T120000)",
            ),
            (
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261224T140000Z\nEND:VEVENT\nEND:VCALENDAR\n",
                "whole days",
            ),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261399\nEND:VEVENT\nEND:VCALENDAR\n", "no start"),
            (&FILE.replace("FREQ=YEARLY", "FREQ=WEEKLY"), "Australia Day"),
            (&FILE.replace("DTEND;VALUE=DATE:20261227", "DTEND;VALUE=DATE:20290101"), "longer than"),
        ] {
            assert!(calendar.add_events(text).unwrap_err().contains(problem), "{text}");
        }
    }
}
