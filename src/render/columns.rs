//! Tickets as a board shows them: which stand in which column, and what is to catch the eye.

use crate::process::Listed;
use crate::render::due::Emphasis;
use crate::ticket::{Level, Person, Severity, Status};

/// What the columns of a board are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// One column of everything.
    Queue,
    /// A column for each status that some ticket has.
    Status,
    /// A column for each level of support.
    Level,
}

/// The columns: a heading, and the places of the tickets that stand in it.
#[must_use]
pub fn lanes(tickets: &[Listed], by: Columns) -> Vec<(String, Vec<usize>)> {
    let of = |is_one: &dyn Fn(&Listed) -> bool| -> Vec<usize> {
        tickets.iter().enumerate().filter(|(_, one)| is_one(one)).map(|(place, _)| place).collect()
    };
    match by {
        Columns::Queue => vec![(String::new(), (0..tickets.len()).collect())],
        Columns::Level => Level::ALL
            .iter()
            .map(|level| (format!("level {level}"), of(&|one| one.summary.level == *level)))
            .collect(),
        Columns::Status => Status::ALL
            .iter()
            .map(|status| (status.to_string(), of(&|one| one.summary.status == *status)))
            // Columns of nothing would take the room of the others.
            .filter(|(_, tickets)| !tickets.is_empty())
            .collect(),
    }
}

/// Who works on a ticket, in a word.
#[must_use]
pub fn assignee_text(one: &Listed) -> &str {
    let who = one.summary.assignee.as_deref().unwrap_or("-");
    Person::short_of(who).unwrap_or(who)
}

/// A ticket's severity as a word, and how much it is to catch the eye.
#[must_use]
pub fn severity_text(one: &Listed) -> (&'static str, Emphasis) {
    match one.summary.severity {
        Some(Severity::Blocker) => (Severity::Blocker.as_str(), Emphasis::Alarm),
        Some(Severity::Critical) => (Severity::Critical.as_str(), Emphasis::Strong),
        Some(Severity::Major) => (Severity::Major.as_str(), Emphasis::Notice),
        Some(Severity::Minor) => (Severity::Minor.as_str(), Emphasis::Quiet),
        None => ("-", Emphasis::Quiet),
    }
}
