//! The rules of clocks, as `config.yaml` holds them: calendars, targets for each severity and level, and
//! what pauses a clock.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::calendar::{ALWAYS, Calendar, Hours, read_calendar, texts};
use crate::process::settings::Settings;
use crate::process::vendor::Vendor;
use crate::process::wrong::{Wrong, no_target, wrong};
use crate::ticket::{Level, Node, Severity, nearest, parse_span, visible};

/// From which share of the budget on a clock warns, in percent, where the settings do not say.
const WARN_PERCENT: i64 = 75;

/// What a ticket waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Reason {
    /// The customer's answer.
    Customer,
    /// A vendor.
    Vendor,
    /// The Enhance process.
    Enhance,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Vendor, Self::Enhance];
    const WORDS: [&str; 3] = ["customer", "vendor", "enhance"];

    /// The word of the settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Vendor => "vendor",
            Self::Enhance => "enhance",
        }
    }
}

/// A budget of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Seconds within the hours of the calendar: `30s`, `15m`, `4h`, `1h30m`.
    Hours(i64),
    /// The same time of day so many working days on: `3d`.
    Days(u32),
}

impl Target {
    /// Reads a target.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |unit: char| text.strip_suffix(unit).and_then(|number| number.parse::<u32>().ok());
        let target = match (number('d'), number('s')) {
            (Some(days), _) => Self::Days(days),
            (None, Some(seconds)) => Self::Hours(i64::from(seconds)),
            // Only hours and minutes: a week or a day among hours would be of another kind.
            (None, None) if text.contains(['d', 'w']) => return None,
            (None, None) => Self::Hours(i64::try_from(parse_span(text)?.as_secs()).ok()?),
        };
        let is_some = !matches!(target, Self::Hours(0) | Self::Days(0));
        let is_sane = matches!(target, Self::Hours(seconds) if seconds <= 10_000 * 3600)
            || matches!(target, Self::Days(days) if days <= 1_000);
        (is_some && is_sane).then_some(target)
    }

    /// The instant at which it is used up, where nothing pauses it. Days from a closing end at that hour, and not at the
    /// opening after it, by which no more hours have passed.
    #[must_use]
    pub fn due(self, hours: &Hours, from: i64) -> Option<i64> {
        match self {
            Self::Hours(seconds) => hours.after(from, seconds),
            Self::Days(days) => {
                let due = hours.working_days_on(from, days)?;
                let closing = hours.after(from, hours.between(from, due))?;
                // What begins outside the hours begins at the next opening.
                let is_within = hours.between(from - 1, from) > 0 || hours.opening(from) == Some(from);
                let is_same_hour = hours.time_of_day(closing) == hours.time_of_day(from);
                Some(if is_within && is_same_hour { closing } else { due })
            }
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Hours(seconds) => f.write_str(&span_text(*seconds)),
        }
    }
}

/// Seconds as people write them: `1h30m`, `45s`; hours are the largest unit, since days differ.
#[must_use]
pub fn span_text(seconds: i64) -> String {
    if seconds < 0 {
        return format!("-{}", span_text(seconds.saturating_neg()));
    }
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, rest) => format!("{rest}s"),
        (0, minutes, 0) => format!("{minutes}m"),
        (0, minutes, rest) => format!("{minutes}m{rest}s"),
        (hours, 0, _) => format!("{hours}h"),
        (hours, minutes, _) => format!("{hours}h{minutes}m"),
    }
}

/// Calendar time that was measured: `45s`, `9m`, `41h14m`, and from two days on days with a tenth, `3.9d`.
#[must_use]
pub fn measured_text(seconds: i64) -> String {
    const TENTH: i64 = 8_640;
    if seconds < 0 {
        return format!("-{}", measured_text(seconds.saturating_neg()));
    }
    if seconds < 2 * 86_400 {
        return span_text(if seconds < 60 { seconds } else { seconds / 60 * 60 });
    }
    let tenths = seconds.saturating_add(TENTH / 2) / TENTH;
    match tenths % 10 {
        0 => format!("{}d", tenths / 10),
        tenth => format!("{}.{tenth}d", tenths / 10),
    }
}

/// The targets of a severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// Until the first word to the customer.
    pub response: Option<Target>,
    /// From one word to the customer to the next.
    pub update: Option<Target>,
    /// Until the ticket is resolved.
    pub resolution: Option<Target>,
    /// The name of the calendar whose hours count.
    pub calendar: String,
    /// From which share of the budget on it warns, in percent.
    pub warn_percent: i64,
}

/// The rules of clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRules {
    /// The calendars by name; `24x7` is always there.
    pub calendars: BTreeMap<String, Calendar>,
    /// The targets of each severity that has some.
    pub severities: BTreeMap<Severity, Targets>,
    /// The targets of each level of support that has one.
    pub levels: BTreeMap<Level, (Target, Option<String>)>,
    /// The reasons that pause a clock.
    pub pause: BTreeSet<Reason>,
    /// The vendors whose answers are timed: how long they may take, and in the hours of which calendar.
    pub vendors: BTreeMap<String, (Target, String)>,
}

impl Default for ClockRules {
    fn default() -> Self {
        Self {
            calendars: BTreeMap::from([(ALWAYS.to_owned(), Calendar::always())]),
            severities: BTreeMap::new(),
            levels: BTreeMap::new(),
            pause: BTreeSet::from(Reason::ALL),
            vendors: BTreeMap::new(),
        }
    }
}

impl ClockRules {
    /// The same rules, with what vendors have promised. A calendar that is not there counts every hour.
    #[must_use]
    pub fn with_vendors<'a>(mut self, vendors: impl Iterator<Item = &'a Vendor>) -> Self {
        for vendor in vendors {
            let calendar = vendor.calendar.clone().unwrap_or_else(|| ALWAYS.to_owned());
            if let Some(target) = vendor.response.as_deref().and_then(Target::parse) {
                self.vendors.insert(vendor.name.clone(), (target, calendar));
            }
        }
        self
    }

    /// True where no ticket of any kind has a clock.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.severities.is_empty() && self.levels.is_empty() && self.vendors.is_empty()
    }

    /// The rules that a settings' file leads to.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub(in crate::process) fn read(file: &Node) -> Result<Self, Wrong> {
        let mut rules = Self::default();
        for (name, node) in pairs(file, "calendars")? {
            let is_name = name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)) && !name.is_empty();
            if !is_name || name == ALWAYS {
                return Err(wrong(
                    &["calendars", &name],
                    "is not a valid calendar name (use letters, digits and dashes; 24x7 always exists)",
                ));
            }
            let calendar = read_calendar(node).map_err(|(path, problem)| {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                wrong(&[&["calendars", &name][..], &path].concat(), &problem)
            })?;
            rules.calendars.insert(name, calendar);
        }
        for (word, node) in pairs(file, "clocks")? {
            let severity = Severity::parse(&word).ok_or_else(|| {
                wrong(
                    &["clocks", &word],
                    &format!("is not a severity (possible values: {})", Severity::WORDS.join(", ")),
                )
            })?;
            let targets = rules.targets(&word, node)?;
            rules.severities.insert(severity, targets);
        }
        for (word, node) in pairs(file, "levels")? {
            let level = Level::parse(&word)
                .ok_or_else(|| wrong(&["levels", &word], "is not a level (possible values: 1, 2, 3)"))?;
            let path = ["levels", &word];
            check_keys(&path, node, &["resolution", "calendar"])?;
            let calendar = node.at("calendar").map(Node::to_string);
            rules.check_calendar(&path, calendar.as_deref())?;
            match target(&path, node, "resolution")? {
                Some(target) => rules.levels.insert(level, (target, calendar)),
                None => return Err(wrong(&path, "has no resolution target, such as 4h")),
            };
        }
        if let Some(node) = file.at("pause").filter(|node| **node != Node::Null) {
            rules.pause.clear();
            for word in texts(Some(node)).iter().filter(|word| !word.is_empty()) {
                let known = Reason::ALL.into_iter().find(|reason| reason.as_str() == word);
                let none_of = || {
                    wrong(
                        &["pause"],
                        &format!(
                            "'{word}' is not a valid value (possible values: {})",
                            Reason::WORDS.join(", ")
                        ),
                    )
                };
                rules.pause.insert(known.ok_or_else(none_of)?);
            }
        }
        Ok(rules)
    }

    fn targets(&self, severity: &str, node: &Node) -> Result<Targets, Wrong> {
        let path = ["clocks", severity];
        check_keys(&path, node, &["response", "update", "resolution", "calendar", "warn_at"])?;
        let calendar = node.at("calendar").map_or_else(|| ALWAYS.to_owned(), Node::to_string);
        self.check_calendar(&path, Some(&calendar))?;
        let warn_percent = match node.at("warn_at") {
            None => WARN_PERCENT,
            Some(text) => {
                let percent = text.to_string().trim_end_matches('%').parse().ok();
                let problem = || {
                    let problem = format!(
                        "'{}' is not a valid share of the target (use 1% to 100%)",
                        visible(&text.to_string())
                    );
                    wrong(&[&path[..], &["warn_at"]].concat(), &problem)
                };
                percent.filter(|percent| (1..=100).contains(percent)).ok_or_else(problem)?
            }
        };
        let targets = Targets {
            response: target(&path, node, "response")?,
            update: target(&path, node, "update")?,
            resolution: target(&path, node, "resolution")?,
            calendar,
            warn_percent,
        };
        if let (Some(response), Some(resolution)) = (targets.response, targets.resolution)
            && self.is_longer(response, resolution, &targets.calendar)
        {
            let problem = format!("{response} is longer than the resolution's {resolution}");
            return Err(wrong(&[&path[..], &["response"]].concat(), &problem));
        }
        Ok(targets)
    }

    /// True where a budget is longer than another on whatever day it begins.
    pub(super) fn is_longer(&self, one: Target, other: Target, calendar: &str) -> bool {
        let (shortest, longest) = self.calendars.get(calendar).map(Calendar::day_lengths).unwrap_or_default();
        match (one, other) {
            (Target::Hours(one), Target::Hours(other)) => one > other,
            (Target::Days(one), Target::Days(other)) => one > other,
            (Target::Hours(one), Target::Days(other)) => one > i64::from(other) * longest,
            (Target::Days(one), Target::Hours(other)) => i64::from(one) * shortest > other,
        }
    }

    pub(in crate::process) fn check_calendar(&self, path: &[&str], name: Option<&str>) -> Result<(), Wrong> {
        match name.and_then(|name| self.unknown_calendar(name)) {
            Some(problem) => Err(wrong(&[path, &["calendar"]].concat(), &problem)),
            None => Ok(()),
        }
    }

    /// What is wrong with the name of a calendar that is not there.
    #[must_use]
    pub fn unknown_calendar(&self, name: &str) -> Option<String> {
        let known: Vec<&str> = self.calendars.keys().map(String::as_str).collect();
        let is_known = name == ALWAYS || self.calendars.contains_key(name);
        (!is_known).then(|| format!("unknown calendar '{}' (known: {})", visible(name), known.join(", ")))
    }
}

impl Settings {
    /// The files of holidays that calendars name, and that are not read yet.
    #[must_use]
    pub fn calendar_files(&self) -> BTreeSet<String> {
        self.clocks.calendars.values().flat_map(|calendar| calendar.files.iter().cloned()).collect()
    }

    /// Adds the holidays of an iCalendar file to the calendars that name it.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn add_holidays(&mut self, file: &str, text: &str) -> Result<(), String> {
        for calendar in self.clocks.calendars.values_mut() {
            if calendar.files.iter().any(|name| name == file) {
                calendar.add_events(text)?;
                calendar.files.retain(|name| name != file);
            }
        }
        Ok(())
    }
}

/// The pairs of a group of the settings; none where it is not there.
fn pairs<'a>(file: &'a Node, group: &str) -> Result<Vec<(String, &'a Node)>, Wrong> {
    match file.at(group) {
        None | Some(Node::Null) => Ok(Vec::new()),
        Some(Node::Map(pairs)) => Ok(pairs.iter().map(|(key, value)| (key.to_string(), value)).collect()),
        Some(_) => Err(wrong(&[group], "is not a mapping")),
    }
}

fn check_keys(path: &[&str], node: &Node, known: &[&str]) -> Result<(), Wrong> {
    let Node::Map(pairs) = node else { return Err(wrong(path, "is not a mapping")) };
    for (key, _) in pairs {
        let key = key.to_string();
        if !known.contains(&key.as_str()) {
            let meant =
                nearest(&key, known).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            let problem = format!("is not a known key (possible keys: {}){meant}", known.join(", "));
            return Err(wrong(&[path, &[key.as_str()]].concat(), &problem));
        }
    }
    Ok(())
}

fn target(path: &[&str], node: &Node, key: &str) -> Result<Option<Target>, Wrong> {
    let Some(value) = node.at(key).filter(|value| **value != Node::Null) else { return Ok(None) };
    let text = value.to_string();
    Target::parse(&text).map(Some).ok_or_else(|| wrong(&[path, &[key]].concat(), &no_target(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::yaml;

    fn read(text: &str) -> Result<ClockRules, Wrong> {
        ClockRules::read(&yaml::parse(text).unwrap())
    }

    #[test]
    fn targets_are_business_time_or_working_days() {
        let texts = ["30s", "15m", "4h", "1h30m", "3d"];
        let targets: Vec<Target> = texts.into_iter().map(|text| Target::parse(text).unwrap()).collect();
        assert_eq!(targets[3], Target::Hours(5400));
        assert_eq!(targets[4], Target::Days(3));
        assert_eq!(targets.iter().map(ToString::to_string).collect::<Vec<_>>(), texts);
        for text in ["", "0h", "0d", "1w", "1d4h", "h", "4", "-4h", "99999999999h", "9999d"] {
            assert_eq!(Target::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_key() {
        for (text, key, problem) in [
            ("clocks: {blocker: {response: 5h, resolution: 4h}}", "clocks.blocker.response", "longer"),
            ("clocks: {blocker: {response: 2d, resolution: 4h}}", "clocks.blocker.response", "longer"),
            ("clocks: {blocker: {response: 4y}}", "clocks.blocker.response", "is not a valid target"),
            ("clocks: {blocker: {calendar: office}}", "clocks.blocker.calendar", "unknown calendar 'office'"),
            ("clocks: {blocker: {respond: 4h}}", "clocks.blocker.respond", "did you mean 'response'?"),
            ("clocks: {worst: {response: 4h}}", "clocks.worst", "is not a severity"),
            ("clocks: {major: {response: 4h, warn_at: 0%}}", "clocks.major.warn_at", "not a valid share"),
            ("levels: {4: {resolution: 4h}}", "levels.4", "is not a level"),
            ("levels: {1: {calendar: 24x7}}", "levels.1", "no resolution"),
            ("pause: [weather]", "pause", "'weather' is not a valid value"),
            ("calendars: {24x7: {hours: 24x7}}", "calendars.24x7", "always exists"),
            (
                "calendars: {o: {timezone: Nowhere/At, hours: 24x7}}",
                "calendars.o.timezone",
                "not a valid IANA time zone",
            ),
        ] {
            let (path, said) = read(text).unwrap_err();
            assert_eq!(path, key, "{text}");
            assert!(said.contains(problem), "{text}: {said}");
        }
        assert_eq!(read("{}").unwrap(), ClockRules::default());
    }
}
