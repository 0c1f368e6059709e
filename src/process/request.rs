//! What somebody wants done to a ticket, and who that is.

use std::collections::BTreeMap;

use crate::ticket::{Attachment, EntryId, Field, LinkKind, Moment, Node, Person, TicketId, Visibility};

/// Who does something, when, and the id that its entry will have.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The author as git takes it.
    pub by: Person,
    /// The author date as git takes it.
    pub at: Moment,
    /// Drawn before the rule is asked, so that a retried write records the same entry.
    pub entry: EntryId,
}

/// How one field is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// To a value, or to none.
    To(Option<Node>),
    /// Members to add to, and take from, a set.
    Members {
        /// Those to add.
        add: Vec<String>,
        /// Those to take away.
        remove: Vec<String>,
    },
}

impl Change {
    /// To a text.
    pub fn to_text(text: impl Into<String>) -> Self {
        Self::To(Some(Node::text(text)))
    }

    /// To a set of texts that are added.
    #[must_use]
    pub fn adding(add: Vec<String>) -> Self {
        Self::Members { add, remove: Vec::new() }
    }
}

/// The fields to change.
pub type Changes = BTreeMap<Field, Change>;

/// What is to be done.
#[derive(Debug, Clone)]
pub enum What {
    /// Change fields of the head.
    Edit(Changes),
    /// Say something.
    Comment,
    /// Attach a file, stored already.
    Attach(Attachment),
    /// Link to another ticket.
    Link(LinkKind, TicketId),
    /// Take a link back.
    Unlink(LinkKind, TicketId),
    /// Give the work to somebody, or to nobody.
    Assign(Option<String>),
    /// Record that the same cause was seen again; a resolved ticket is reopened.
    Repeat(Changes),
}

/// A wish, with what is said about it.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is to be done.
    pub what: What,
    /// What is said about it, or why.
    pub note: Option<String>,
    /// Who may see the note.
    pub visibility: Visibility,
}

impl Request {
    /// A wish without a word about it.
    #[must_use]
    pub fn new(what: What) -> Self {
        Self { what, note: None, visibility: Visibility::Customer }
    }

    /// The same wish, with a note.
    #[must_use]
    pub fn with_note(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }
}
