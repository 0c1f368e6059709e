//! What an audit found, and over what.

use crate::process::problem::{Problem, ProblemLevel};

/// What an audit found, and over what.
#[derive(Debug, Default)]
pub struct Audited {
    /// What was found, in the order of the commits.
    pub faults: Vec<Problem>,
    /// How many commits were looked at.
    pub commits: usize,
    /// How many entries they brought.
    pub entries: usize,
    /// Of how many tickets.
    pub tickets: usize,
    /// True where history begins with commits whose parents are not here, which were not judged.
    pub is_cut: bool,
    /// Where the stretch begins: a seal, or as it was asked for; from the first commit on, where it is not said.
    pub since: Option<String>,
    /// The seal that was written.
    pub seal: Option<String>,
    /// True where what was found is to stand.
    pub is_accepted: bool,
}

impl Audited {
    /// Over what: `12 commits with 30 entries of 4 tickets`.
    #[must_use]
    pub fn counts(&self) -> String {
        let count =
            |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        format!(
            "{} with {} of {}",
            count(self.commits, "commit", "commits"),
            count(self.entries, "entry", "entries"),
            count(self.tickets, "ticket", "tickets"),
        )
    }

    /// How many warnings and errors there are.
    #[must_use]
    pub fn open(&self) -> usize {
        self.faults.iter().filter(|fault| fault.level > ProblemLevel::Note).count()
    }
}
