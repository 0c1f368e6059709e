//! What clocks and reports answer with, before it has a form.

use std::collections::BTreeMap;

use crate::process::{Clock, Skew};
use crate::ticket::{Summary, TicketId, Timestamp};

/// Figures of a period.
#[derive(Debug)]
pub struct Metrics {
    /// The titles of the tickets, for people.
    pub titles: BTreeMap<TicketId, String>,
    /// Which tickets, as it was typed.
    pub query: String,
    /// The period's first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// The moment whose timelines were looked at.
    pub at: Timestamp,
    /// How many tickets were looked at.
    pub tickets: usize,
    /// What the figures are taken apart by.
    pub by: Option<String>,
    /// Group by group; one without a name, where nothing is taken apart.
    pub groups: Vec<MetricGroup>,
    /// What changes from week to week.
    pub weeks: Vec<WeekLine>,
    /// True where the tickets behind each figure are listed.
    pub with_tickets: bool,
}

/// The figures of a group.
#[derive(Debug)]
pub struct MetricGroup {
    /// Its name.
    pub name: Option<String>,
    /// The figures.
    pub figures: Vec<MetricLine>,
}

/// A figure.
#[derive(Debug)]
pub struct MetricLine {
    /// Its name in machine formats.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its values are, in machine formats: tickets, percent, seconds, business-seconds, seconds-in-all.
    pub unit: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How many values it has.
    pub count: usize,
    /// A count, a sum of seconds, a share in tenths of a percent.
    pub value: Option<i64>,
    /// The median, in seconds.
    pub median: Option<i64>,
    /// What nine of ten values are at most, in seconds.
    pub p90: Option<i64>,
    /// The tickets behind it, each with its value.
    pub tickets: Vec<(TicketId, i64)>,
}

/// A week of a period.
#[derive(Debug)]
pub struct WeekLine {
    /// Its name.
    pub name: String,
    /// The tickets filed in it.
    pub opened: usize,
    /// The ends in it.
    pub resolved: usize,
    /// The tickets open at its end.
    pub backlog: usize,
}

/// The hours of the support agreement.
#[derive(Debug)]
pub struct BudgetTable {
    /// What is granted for each period: `40h per month`.
    pub agreement: Option<String>,
    /// Period by period: its name, the seconds granted and spent, and on how many tickets.
    pub periods: Vec<(String, Option<i64>, i64, usize)>,
    /// The tickets: id, title, the seconds estimated and spent.
    pub tickets: Vec<(TicketId, String, Option<i64>, i64)>,
}

/// Tickets' clocks.
#[derive(Debug)]
pub struct Clocks {
    /// Ticket by ticket.
    pub tickets: Vec<TicketClocks>,
    /// True where each clock explains itself; otherwise a line a clock.
    pub explained: bool,
    /// True where the clocks are a gate, and one of them shuts it.
    pub shuts: bool,
}

/// The clocks of a ticket.
#[derive(Debug)]
pub struct TicketClocks {
    /// What a list shows of the ticket.
    pub summary: Summary,
    /// The length of its shortest unique prefix.
    pub prefix: usize,
    /// The clocks.
    pub clocks: Vec<ClockLine>,
    /// How many of the intervals between words to the customer that are over were kept, and of how many.
    pub updates: (usize, usize),
    /// Entries whose dates cannot be right.
    pub skews: Vec<Skew>,
    /// Why it has no clock, where that is not the rules' doing.
    pub without: Option<&'static str>,
}

/// A clock, and how it came to stand where it does.
#[derive(Debug)]
pub struct ClockLine {
    /// The clock.
    pub clock: Clock,
    /// The time zone of its calendar.
    pub zone: String,
    /// The commit whose settings judge it; `None` where the settings of a revision were asked for instead.
    pub settings: Option<String>,
    /// What started, paused and stopped it.
    pub marks: Vec<ClockMark>,
    /// The hours that count, from and to by the calendar's clocks, and how many seconds each has.
    pub spans: Vec<(String, String, i64)>,
    /// When it is used up, by the calendar's clocks.
    pub due: Option<String>,
    /// When it warns, likewise.
    pub warn: Option<String>,
}

/// Something that started, paused or stopped a clock.
#[derive(Debug)]
pub struct ClockMark {
    /// When.
    pub at: Timestamp,
    /// When, by the calendar's clocks.
    pub local: String,
    /// What.
    pub what: String,
    /// The entry's id.
    pub entry: String,
    /// The entry's action.
    pub action: String,
    /// The commit that carried it.
    pub commit: Option<String>,
}
