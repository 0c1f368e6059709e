//! A calendar's hours as somebody types them, and what a change would leave of them.

use crate::ticket::Node;

/// Hours of the week typed in one line, as the settings hold them: `mon-thu 09:00-17:00, fri 09:00-15:00`. Days without
/// hours share those of the next; hours without days are more of the days before, as are hours of days that were named
/// already. `None` where it is no such line.
#[must_use]
pub fn typed_hours(text: &str) -> Option<Node> {
    let text = text.replace(" - ", "-");
    let mut pairs: Vec<(String, Vec<Node>)> = Vec::new();
    let mut days = String::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let begins_with_day = part.starts_with(|c: char| c.is_alphabetic());
        let (day, span) = match part.split_once(' ') {
            Some((day, span)) if begins_with_day => (day, span.trim()),
            None if begins_with_day => (part, ""),
            _ => ("", part),
        };
        if !day.is_empty() && !days.is_empty() {
            days.push(',');
        }
        days.push_str(day);
        if span.is_empty() {
            continue;
        }
        let spans = span.split_whitespace().map(Node::text);
        let days = std::mem::take(&mut days);
        if let Some((_, of_days)) = pairs.iter_mut().find(|(known, _)| *known == days) {
            of_days.extend(spans);
        } else if days.is_empty() {
            pairs.last_mut()?.1.extend(spans);
        } else {
            pairs.push((days, spans.collect()));
        }
    }
    let pairs = pairs.into_iter().map(|(days, spans)| (Node::text(&days), Node::List(spans))).collect();
    (days.is_empty() && pairs != Vec::new()).then_some(Node::Map(pairs))
}

/// The calendars of settings with their hours, where they have any.
fn calendars(file: &Node) -> impl Iterator<Item = (String, Option<&Node>)> {
    let pairs = match file.at("calendars") {
        Some(Node::Map(pairs)) => pairs.as_slice(),
        _ => &[],
    };
    pairs.iter().map(|(name, calendar)| (name.to_string(), calendar.at("hours")))
}

/// The calendar that a change of settings leaves without the hours it had: it would be open around the clock.
#[must_use]
pub fn left_without_hours(old: &Node, new: &Node) -> Option<String> {
    let had = |name: &str| calendars(old).any(|(known, hours)| known == name && hours.is_some());
    calendars(new).find(|(name, hours)| hours.is_none() && had(name)).map(|(name, _)| name)
}

/// The calendar that was open around the clock before a change of settings, and has only some hours after it.
#[must_use]
pub fn no_more_always(old: &Node, new: &Node) -> Option<String> {
    let was = |name: &str| {
        calendars(old).any(|(known, hours)| {
            known == name && hours.and_then(Node::as_text).is_some_and(|word| word == super::ALWAYS)
        })
    };
    calendars(new)
        .find(|(name, hours)| matches!(hours, Some(Node::Map(_))) && was(name))
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_typed_in_one_line() {
        for (typed, written) in [
            ("mon-fri 09:00-17:00", "mon-fri: 09:00-17:00"),
            (
                "mon-thu 08:30-12:30, 13:30-17:00, fri 08:30-12:30",
                "mon-thu: 08:30-12:30, 13:30-17:00; fri: 08:30-12:30",
            ),
            ("mon, wed 09:00-17:00", "mon,wed: 09:00-17:00"),
            ("mon 9:00 - 17:00", "mon: 9:00-17:00"),
            ("mon 09:00-12:00, mon 13:00-17:00", "mon: 09:00-12:00, 13:00-17:00"),
            ("mon-fri 09:00-12:00 13:00-17:00, sat 9-12", "mon-fri: 09:00-12:00, 13:00-17:00; sat: 9-12"),
        ] {
            let Some(Node::Map(pairs)) = typed_hours(typed) else { panic!("{typed}") };
            let shown: Vec<String> = pairs.iter().map(|(days, spans)| format!("{days}: {spans}")).collect();
            assert_eq!(shown.join("; "), written);
        }
        for typed in ["", "24x7", "09:00-17:00", "mon", "mon 09:00-17:00, tue"] {
            assert_eq!(typed_hours(typed), None, "{typed}");
        }
    }
}
