//! The words of other trackers for status, resolution, kind, severity and links, and ours for them: a table that
//! docs/import.md repeats. What is in none of it is said, and never guessed.

use std::collections::{BTreeMap, BTreeSet};

/// What a word is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Where an issue stands.
    Status,
    /// How it ended.
    Resolution,
    /// What kind of concern it is.
    Type,
    /// How grave it is.
    Severity,
    /// How it goes with another.
    Link,
}

impl Kind {
    /// The words of `--map`.
    pub const WORDS: &'static [&'static str] = &["status", "resolution", "type", "severity", "link"];
    const ALL: [Self; 5] = [Self::Status, Self::Resolution, Self::Type, Self::Severity, Self::Link];

    /// The kind of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().zip(Self::ALL).find(|(known, _)| **known == word).map(|(_, kind)| kind)
    }

    /// The word of a kind.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().zip(Self::WORDS).find(|(kind, _)| **kind == self).map_or("", |(_, word)| word)
    }

    /// True for a word of the table.
    #[must_use]
    pub fn has(self, theirs: &str) -> bool {
        let theirs = plain(theirs);
        self.table().iter().any(|(_, all)| all.contains(&theirs.as_str()))
    }

    /// Ours, and theirs for each, in lower case with spaces for `_` and `-`.
    #[must_use]
    pub fn table(self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            Self::Status => STATUS,
            Self::Resolution => RESOLUTION,
            Self::Type => TYPE,
            Self::Severity => SEVERITY,
            Self::Link => LINK,
        }
    }
}

/// An open issue that waits is worked on: for whom it waits, no other tracker says. `resolved` ends it.
const STATUS: &[(&str, &[&str])] = &[
    (
        "new",
        &[
            "new",
            "open",
            "opened",
            "reopened",
            "to do",
            "todo",
            "backlog",
            "unconfirmed",
            "selected for development",
        ],
    ),
    ("triaged", &["triaged", "confirmed", "accepted", "ready", "assigned"]),
    (
        "in-progress",
        &[
            "in progress",
            "doing",
            "started",
            "active",
            "blocked",
            "on hold",
            "hold",
            "waiting",
            "pending",
            "deferred",
        ],
    ),
    (
        "resolved",
        &["closed", "resolved", "done", "completed", "verified", "tombstone", "fixed", "merged", "solved"],
    ),
];

const RESOLUTION: &[(&str, &[&str])] = &[
    ("fixed", &["fixed", "done", "completed", "complete", "resolved", "implemented", "merged"]),
    ("workaround", &["workaround", "worked around"]),
    ("answered", &["answered", "question"]),
    ("duplicate", &["duplicate", "duplicated"]),
    ("vendor", &["vendor", "external", "third party", "upstream"]),
    (
        "works-as-designed",
        &["works as designed", "as designed", "by design", "not a bug", "invalid", "not a defect"],
    ),
    (
        "wont-fix",
        &[
            "wont fix",
            "won't fix",
            "wontfix",
            "won't do",
            "wont do",
            "not planned",
            "declined",
            "rejected",
            "obsolete",
            "abandoned",
        ],
    ),
    (
        "cannot-reproduce",
        &[
            "cannot reproduce",
            "can't reproduce",
            "cannot be reproduced",
            "works for me",
            "worksforme",
            "not reproducible",
        ],
    ),
    ("no-response", &["incomplete", "no response", "not enough information", "stale", "expired"]),
    ("withdrawn", &["withdrawn", "tombstone", "deleted", "cancelled", "canceled"]),
    ("spam", &["spam"]),
    ("other-product", &["moved", "other product", "wrong project"]),
];

const TYPE: &[(&str, &[&str])] = &[
    ("defect", &["defect", "bug", "error", "incident", "regression", "problem", "crash", "issue"]),
    ("question", &["question", "support", "help", "help wanted", "service request"]),
    (
        "improvement",
        &[
            "improvement",
            "feature",
            "feature request",
            "enhancement",
            "new feature",
            "story",
            "user story",
            "epic",
            "task",
            "sub task",
            "subtask",
            "chore",
            "change",
        ],
    ),
];

const SEVERITY: &[(&str, &[&str])] = &[
    ("blocker", &["blocker", "highest", "0", "p0", "severity 1", "s1", "immediate"]),
    ("critical", &["critical", "high", "urgent", "1", "p1", "severity 2", "s2"]),
    ("major", &["major", "medium", "normal", "2", "p2", "severity 3", "s3"]),
    ("minor", &["minor", "low", "lowest", "trivial", "3", "4", "p3", "p4", "severity 4", "s4"]),
];

const LINK: &[(&str, &[&str])] = &[
    ("blocks", &["blocks", "is blocking", "blocked"]),
    ("blocked-by", &["blocked by", "is blocked by", "depends on", "dependson"]),
    ("duplicate-of", &["duplicates", "duplicate of", "is duplicate of", "superseded by", "dup id"]),
    ("duplicated-by", &["duplicated by", "is duplicated by", "has duplicate", "supersedes"]),
    ("parent", &["parent", "parent child", "child of", "epic link", "is child of"]),
    (
        "relates-to",
        &[
            "relates",
            "relates to",
            "related",
            "related to",
            "is related to",
            "discovered from",
            "cloners",
            "is caused by",
            "causes",
            "problem/incident",
            "copied to",
            "copied from",
            "precedes",
            "follows",
        ],
    ),
];

/// The table, with what somebody added to it, and the words that were in neither.
#[derive(Debug, Clone, Default)]
pub struct Words {
    own: BTreeMap<(Kind, String), String>,
    unknown: BTreeSet<(Kind, String)>,
}

impl Words {
    /// Adds `status:In Review=in-progress`, as (`status`, `In Review`, `in-progress`).
    ///
    /// # Errors
    /// It is not a word of ours.
    pub fn map(&mut self, kind: Kind, theirs: &str, ours: &str) -> Result<(), String> {
        let known: Vec<&str> = kind.table().iter().map(|(ours, _)| *ours).collect();
        if !known.contains(&ours) {
            let kind = kind.word();
            return Err(format!("'{ours}' is not a valid {kind} (possible values: {})", known.join(", ")));
        }
        self.own.insert((kind, plain(theirs)), ours.to_owned());
        Ok(())
    }

    /// Our word for one of another tracker; one that nobody knows is noted.
    pub fn ours(&mut self, kind: Kind, theirs: &str) -> Option<String> {
        let word = plain(theirs);
        if word.is_empty() {
            return None;
        }
        let found = self.known(kind, theirs);
        if found.is_none() {
            self.unknown.insert((kind, theirs.trim().to_owned()));
        }
        found
    }

    /// The same of a word that may be of something else: a label.
    #[must_use]
    pub fn known(&self, kind: Kind, theirs: &str) -> Option<String> {
        let word = plain(theirs);
        let own = self.own.get(&(kind, word.clone())).cloned();
        let of_table = || {
            let found = kind.table().iter().find(|(_, words)| words.contains(&word.as_str()));
            found.map(|(ours, _)| (*ours).to_owned())
        };
        own.or_else(of_table)
    }

    /// The words that nobody knows, each with what it is of.
    pub fn unknown(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.unknown.iter().map(|(kind, word)| (kind.word(), word.as_str()))
    }
}

/// A word as the table has it.
fn plain(word: &str) -> String {
    let word = word.to_lowercase().replace(['_', '-', ':'], " ").replace('’', "'");
    word.split_whitespace().collect::<Vec<_>>().join(" ")
}
