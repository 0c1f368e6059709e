//! Holidays from an iCalendar file, as governments and calendar programs publish them.

use std::str::FromStr as _;

use icalendar::{Calendar as Ical, CalendarComponent, Component as _, DatePerhapsTime};
use time::Date;
use time::macros::format_description;

use crate::process::calendar::{Calendar, day_of};

/// The longest holiday of a file, in days.
const MAX_DAYS: i64 = 400;

impl Calendar {
    /// Adds the days of an iCalendar file's events. An event lasts from its first day up to, not including,
    /// its end, or one day; one that repeats every year is a holiday of every year.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn add_events(&mut self, text: &str) -> Result<(), String> {
        let file = Ical::from_str(text).map_err(|_| "is no iCalendar file".to_owned())?;
        for component in &file.components {
            let CalendarComponent::Event(event) = component else { continue };
            let name = event.get_summary().unwrap_or("an event");
            let Some(first) = event.get_start().and_then(day) else {
                return Err(format!("{name} has no first day (DTSTART)"));
            };
            let last = event.get_end().and_then(day).map_or(first, |end| (end - 1).max(first));
            if last - first > MAX_DAYS {
                return Err(format!("{name} lasts longer than {MAX_DAYS} days"));
            }
            match event.property_value("RRULE") {
                None => self.holidays.extend(first..=last),
                Some(rule) if is_yearly(rule) => {
                    let days = (first..=last).filter_map(super::date_of);
                    self.yearly.extend(days.map(|date| (u8::from(date.month()), date.day())));
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

fn day(when: DatePerhapsTime) -> Option<i64> {
    use icalendar::CalendarDateTime;
    let date = match when {
        DatePerhapsTime::Date(date) => date,
        DatePerhapsTime::DateTime(CalendarDateTime::Floating(at)) => at.date(),
        DatePerhapsTime::DateTime(CalendarDateTime::Utc(at)) => at.date_naive(),
        DatePerhapsTime::DateTime(CalendarDateTime::WithTimezone { date_time, .. }) => date_time.date(),
    };
    // The file's own types go no further than this.
    Date::parse(&date.to_string(), format_description!("[year]-[month]-[day]")).ok().map(day_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260126\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Australia Day\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";

    #[test]
    fn events_are_holidays() {
        let mut calendar = Calendar::always();
        calendar.add_events(FILE).unwrap();
        let dates: Vec<String> = calendar
            .holidays
            .iter()
            .filter_map(|day| super::super::date_of(*day))
            .map(|d| d.to_string())
            .collect();
        assert_eq!(dates, ["2026-12-25", "2026-12-26"]);
        assert_eq!(calendar.yearly.into_iter().collect::<Vec<_>>(), [(1, 26)]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let mut calendar = Calendar::always();
        assert!(calendar.add_events("hello").is_err());
        let weekly = FILE.replace("FREQ=YEARLY", "FREQ=WEEKLY");
        assert!(calendar.add_events(&weekly).unwrap_err().contains("Australia Day"));
    }
}
