//! Why a rule said no, and what would make it say yes.

use crate::ticket::{Field, LinkKind, MAX_TEXT_BYTES, TicketId};

/// A rule said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A value that the field cannot hold.
    #[error("{}: {problem}", field.name())]
    Value {
        /// The field.
        field: Field,
        /// What is wrong with the value.
        problem: String,
    },
    /// A ticket without a title.
    #[error("a ticket needs a title")]
    NoTitle,
    /// A note of nothing but white space.
    #[error("the comment is empty")]
    EmptyNote,
    /// A note beyond the limit.
    #[error("the text has {bytes} bytes; a text is at most {MAX_TEXT_BYTES}")]
    LongNote {
        /// Its size.
        bytes: usize,
    },
    /// A file beyond the limit.
    #[error("{name} has {bytes} bytes; an attachment is at most {limit}")]
    LargeAttachment {
        /// The file.
        name: String,
        /// Its size.
        bytes: u64,
        /// The limit in force.
        limit: u64,
    },
    /// A ticket linked to itself.
    #[error("{0} cannot be linked to itself")]
    LinkToItself(TicketId),
    /// A link that is not there.
    #[error("{id} has no link {kind} {other}")]
    NoSuchLink {
        /// The ticket.
        id: TicketId,
        /// The kind.
        kind: LinkKind,
        /// The other ticket.
        other: TicketId,
    },
    /// The ticket moved on since somebody looked at it.
    #[error("{id} has moved on: its last entry is {last}, not {wanted}")]
    MovedOn {
        /// The ticket.
        id: TicketId,
        /// Its last entry.
        last: String,
        /// The entry that was to be the last.
        wanted: String,
    },
}

impl Refusal {
    /// What would make the rule say yes.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Value { .. } | Self::LinkToItself(_) => None,
            Self::NoTitle => Some("git support new \"What is wrong\"".to_owned()),
            Self::EmptyNote => {
                Some("say it with -m TEXT, -F FILE, or -F - to read standard input".to_owned())
            }
            Self::LongNote { .. } => Some("attach it instead: git support attach ID FILE".to_owned()),
            Self::LargeAttachment { bytes, .. } => {
                Some(format!("git support config set attachments.max_bytes {bytes}"))
            }
            Self::NoSuchLink { id, .. } | Self::MovedOn { id, .. } => Some(format!("git support show {id}")),
        }
    }
}
