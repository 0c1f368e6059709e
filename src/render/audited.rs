//! What an audit found, and over what.

use std::fmt::Write as _;

use crate::process::FaultLevel;
use crate::render::fault::Fault;
use crate::render::paint::{DIM, GREEN, Look, RED, YELLOW, shown};

/// What an audit found, and over what.
#[derive(Debug, Default)]
pub struct Audited {
    /// What was found, in the order of the commits.
    pub faults: Vec<Fault>,
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
        self.faults.iter().filter(|fault| fault.level > FaultLevel::Note).count()
    }
}

/// The columns of the flat formats.
pub(super) const COLUMNS: &[&str] = &["level", "rule", "ticket", "commit", "path", "message"];

/// The rows of the flat formats.
pub(super) fn rows(audited: &Audited) -> Vec<Vec<String>> {
    let row = |fault: &Fault| {
        vec![
            fault.level.as_str().to_owned(),
            fault.rule.to_owned(),
            fault.ticket.as_ref().map(ToString::to_string).unwrap_or_default(),
            fault.commit.clone().unwrap_or_default(),
            fault.path.clone().unwrap_or_default(),
            fault.message.clone(),
        ]
    };
    audited.faults.iter().map(row).collect()
}

/// The findings, each under its rule, and what was looked at.
pub(super) fn table(audited: &Audited, look: &Look) -> String {
    let mut out = String::new();
    for fault in &audited.faults {
        let style = match fault.level {
            FaultLevel::Error => RED,
            FaultLevel::Warning => YELLOW,
            FaultLevel::Note => DIM,
        };
        let place = fault.ticket.as_ref().map(ToString::to_string).or_else(|| fault.path.clone());
        let commit = fault.commit.as_ref().map(|commit| format!("{commit:.10}"));
        let place: String = commit.iter().chain(&place).map(|part| format!("  {}", shown(part))).collect();
        let level = look.paint(style, &format!("{}: {}", fault.level.as_str(), fault.rule));
        let _ = writeln!(out, "{level}{place}\n  {}", shown(&fault.message));
        if let Some(hint) = &fault.hint {
            let _ = writeln!(out, "  {}", look.paint(DIM, &shown(hint)));
        }
    }
    let since = audited.since.as_ref().map(|since| format!(" since {}", shown(since))).unwrap_or_default();
    let verdict = match audited.open() {
        0 => look.paint(GREEN, "nothing is wrong"),
        open => look.paint(RED, &format!("{open} found")),
    };
    let _ = writeln!(out, "{}{since}: {verdict}", audited.counts());
    if let Some(seal) = &audited.seal {
        let _ = writeln!(out, "sealed as {}", shown(seal));
    }
    out
}
