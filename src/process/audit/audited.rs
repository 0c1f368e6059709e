//! What an audit found, and over what.

use crate::process::problem::{Problem, ProblemLevel};

/// What an audit proves: each level all of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// What the timelines say is what the commits say, by the rules for whom they name.
    Consistency,
    /// Who is named has signed.
    Identity,
    /// All of it since a sealed state.
    Anchored,
    /// And a server has taken down when it arrived, and from whom.
    Received,
}

impl Proof {
    /// What it comes to, and what the next level needs, in one line.
    #[must_use]
    pub fn said(self, is_signing: bool) -> &'static str {
        match (self, is_signing) {
            (Self::Consistency, false) => {
                "level 0, consistency: names and dates are as the commits give them (next: git support config set policy.signed_commits enforce)"
            }
            (Self::Consistency, true) => {
                "level 0, consistency: not all commits are signed by who they name (next: git support audit --seal)"
            }
            (Self::Identity, _) => {
                "level 1, identity: who is named has signed (next: git support audit --seal)"
            }
            (Self::Anchored, _) => {
                "level 2, anchored: signed since a sealed state (next: a server that records pushes)"
            }
            (Self::Received, _) => "level 3, received: signed, sealed, and arrived when the server says",
        }
    }
}

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
    /// What it proves, and whether commits have to be signed now; not said where a push is judged.
    pub proof: Option<(Proof, bool)>,
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
