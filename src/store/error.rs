//! What can go wrong with tickets in git.

use crate::store::git;
use crate::ticket::{Invalid, NEWER, TicketId, Timestamp, visible, visible_line};

/// A file under `.support/` that cannot be read; it is left as it is and hides no other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {problem}", visible_line(path), if *line > 0 { format!(":{line}") } else { String::new() })]
pub struct BadFile {
    /// Its path from the top of the repository.
    pub path: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The field and what is wrong with it.
    pub problem: String,
}

impl BadFile {
    /// What the codec says of a file.
    #[must_use]
    pub fn new(path: &str, invalid: &Invalid) -> Self {
        Self { path: path.to_owned(), line: invalid.line, problem: visible(&invalid.to_string()) }
    }

    /// True where a merge was committed with its markers.
    #[must_use]
    pub fn has_conflict_markers(&self) -> bool {
        self.problem.contains("conflict markers")
    }

    /// True where a newer version of this program wrote it.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        self.problem.starts_with("schema: ") && self.problem.contains(NEWER)
    }

    /// A file that is wrong as a whole.
    pub(crate) fn whole(path: &str, problem: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: 0, problem: problem.into() }
    }
}

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The repository, git or the disk failed.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A file cannot be read.
    #[error(transparent)]
    BadFile(#[from] BadFile),
    /// Text that cannot name a ticket.
    #[error("'{}' is not a valid ticket ID (use 4 to 10 of 0-9 and a-z without i, l, o, u)", visible(.0))]
    NoId(String),
    /// No ticket of that id.
    #[error("branch '{branch}' has no ticket {id}{}{}", as_of(*instant), on(elsewhere))]
    NotFound {
        /// The id or prefix.
        id: String,
        /// The branch that was read.
        branch: String,
        /// Ids that are nearly the same.
        near: Vec<TicketId>,
        /// Branches that have it.
        elsewhere: Vec<String>,
        /// The instant as of which it was looked for.
        instant: Option<Timestamp>,
    },
    /// A ticket whose file has no room for a long text.
    #[error("{id} would have {bytes} bytes: it is full, and takes texts of up to 1,024 bytes")]
    Full {
        /// The ticket.
        id: TicketId,
        /// How large it would be.
        bytes: usize,
    },
    /// A prefix that several tickets share.
    #[error("ticket ID {prefix} is ambiguous: {}", list(candidates))]
    Ambiguous {
        /// The prefix.
        prefix: String,
        /// The tickets.
        candidates: Vec<TicketId>,
    },
}

/// Ids side by side, without punctuation, so that each can be picked with a double click.
fn list(ids: &[TicketId]) -> String {
    ids.iter().map(TicketId::as_str).collect::<Vec<_>>().join(" ")
}

/// The branches that have what is not here; the first few.
fn as_of(instant: Option<Timestamp>) -> String {
    instant.map(|instant| format!(" as of {instant}")).unwrap_or_default()
}

fn on(branches: &[String]) -> String {
    match branches {
        [] => String::new(),
        [one, two, _, _, ..] => visible(&format!("; it is on {one}, {two} and others")),
        all => visible(&format!("; it is on {}", all.join(", "))),
    }
}
