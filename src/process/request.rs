//! What somebody wants done to a ticket, and who that is.

use std::collections::BTreeMap;

use crate::process::follow_up::FollowUp;
use crate::ticket::{
    Attachment, EntryId, Field, Level, LinkKind, Mail, Node, Occurrence, Person, Resolution, TicketId,
    Timestamp, Visibility,
};

/// Who does something, when, and the id that its entry will have.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The author as git takes it.
    pub by: Person,
    /// The same person as the team knows them: through `.mailmap`.
    pub member: Person,
    /// The author date as git takes it.
    pub at: Timestamp,
    /// The program that acts for them, by the name that it gave itself.
    pub via: Option<String>,
    /// Drawn before the rule is asked, so that a retried write records the same entry.
    pub entry: EntryId,
}

/// How one field is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldChange {
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

impl FieldChange {
    /// To a text.
    pub fn to_text(text: impl Into<String>) -> Self {
        Self::To(Some(Node::text(text)))
    }

    /// To a set of texts that are added.
    #[must_use]
    pub fn adding(add: Vec<String>) -> Self {
        Self::Members { add, remove: Vec::new() }
    }

    /// Members to remove, and none to add.
    #[must_use]
    pub fn removing(remove: Vec<String>) -> Self {
        Self::Members { add: Vec::new(), remove }
    }
}

/// The fields to change.
pub type Changes = BTreeMap<Field, FieldChange>;

/// What is to be done.
#[derive(Debug, Clone)]
pub enum RequestKind {
    /// Change fields of the head.
    Edit(Changes),
    /// Say something.
    Comment,
    /// Say something in the place of a comment.
    ReplaceComment(EntryId),
    /// Attach a file, stored already.
    Attach(Attachment),
    /// Link to another ticket.
    Link(LinkKind, TicketId),
    /// Take a link back.
    Unlink(LinkKind, TicketId),
    /// Say, for the desk, that a message has arrived.
    Acknowledge,
    /// Record that a message was sent.
    Send,
    /// Give the work to somebody, or to nobody.
    Assign(Option<String>),
    /// Take a step of the process.
    Process(ProcessAction),
    /// Account for fields that somebody changed in the file by hand.
    Adopt(Vec<Field>),
    /// Take entries back: fields get the values they have without them.
    Undo(Vec<EntryId>),
    /// Set fields back to given values: of a ticket that should not have been opened.
    SetBack(Changes),
    /// Record that the same cause was seen again; a resolved ticket is reopened where its fix is contained.
    Repeat(Changes, FixStatus),
}

/// Whether what was looked at contains the fix of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixStatus {
    /// It does, or nothing is known of a fix: what is seen again is a regression.
    Contained,
    /// The fix is not there yet.
    Missing,
}

/// A step of the process, with what it needs.
#[derive(Debug, Clone)]
pub enum ProcessAction {
    /// Judge it: severity, area, people, kind.
    Triage {
        /// The fields to set.
        changes: Changes,
        /// Confirm the severity that somebody proposed.
        confirm: bool,
    },
    /// Say how to see it happen, or that it could not be seen.
    Replicate {
        /// The steps, or what was tried.
        text: String,
        /// True where it happened.
        happened: bool,
    },
    /// Say what is wrong, and why.
    Diagnose(String),
    /// Say what effort is expected.
    Estimate(String),
    /// Hand it to the next level.
    Escalate {
        /// Findings that come with it.
        findings: Changes,
        /// Go over what is missing.
        force: bool,
        /// Who works on it at the new level.
        to: Assignee,
    },
    /// Give it back to a lower level.
    Return {
        /// The level; the next lower one where it is not said.
        level: Option<Level>,
        /// True where what the level needs was missing: a hand-back.
        incomplete: bool,
        /// Who works on it at that level.
        to: Assignee,
    },
    /// Tell somebody with more authority; nothing moves.
    Alert(String),
    /// Hand it to a vendor, or to the Enhance process.
    Defer(Deferral),
    /// Wait for the customer.
    Pend {
        /// When to ask again.
        follow_up: FollowUp,
    },
    /// The wait is over.
    Resume,
    /// The team is done.
    Resolve(ResolutionRequest),
    /// It was accepted.
    Close,
    /// It is worked on again.
    Reopen,
    /// Say who answers to the reporter.
    Own(String),
}

/// Who works on a ticket after it has come to another level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// Nobody yet: it is in the level's queue.
    Queue,
    /// This one.
    Person(String),
    /// Whoever worked on it before, as versions of before 2026-11 recorded it.
    Unchanged,
}

/// To whom a ticket is deferred.
#[derive(Debug, Clone)]
pub enum Deferral {
    /// To a vendor; the one that runs the infrastructure, where none is named for a ticket of it.
    Vendor {
        /// The vendor's name.
        name: Option<String>,
        /// The vendor's number of the case.
        case: Option<String>,
        /// When to ask.
        follow_up: FollowUp,
    },
    /// To the Enhance process.
    Enhance,
}

/// How a ticket ends.
#[derive(Debug, Clone)]
pub struct ResolutionRequest {
    /// The resolution code.
    pub code: Resolution,
    /// The commits that fix it, by their whole names.
    pub commits: Vec<String>,
    /// Why there is no commit.
    pub no_commit: Option<String>,
    /// The ticket that goes on with a duplicate.
    pub duplicate_of: Option<TicketId>,
    /// The known error whose workaround answers it.
    pub answered_by: Option<TicketId>,
}

/// A wish, with what is said about it.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is to be done.
    pub what: RequestKind,
    /// What is said about it, or why.
    pub note: Option<String>,
    /// The customer whose words they are: `Name <address>`.
    pub speaker: Option<String>,
    /// True where somebody goes over rules, with a reason.
    pub force: bool,
    /// The rules that were gone over, where the request itself breaks none.
    pub overrides: Vec<String>,
    /// Who may see the note.
    pub visibility: Visibility,
    /// Where a machine saw it.
    pub seen: Option<Occurrence>,
    /// The message that it came by, is to be sent as, or was sent as.
    pub mail: Option<Mail>,
    /// The time that was spent on it, in minutes.
    pub spent_minutes: Option<u64>,
    /// The answer that the note was made from, by its name.
    pub answer: Option<String>,
}

impl Request {
    /// A wish without a word about it.
    #[must_use]
    pub fn new(what: RequestKind) -> Self {
        Self {
            what,
            note: None,
            speaker: None,
            force: false,
            overrides: Vec::new(),
            visibility: Visibility::Customer,
            seen: None,
            mail: None,
            spent_minutes: None,
            answer: None,
        }
    }

    /// The same wish, with where a machine saw it.
    #[must_use]
    pub fn seen(mut self, seen: Occurrence) -> Self {
        self.seen = Some(seen);
        self
    }

    /// The same wish, by or as a message.
    #[must_use]
    pub fn by_mail(mut self, mail: Mail) -> Self {
        self.mail = Some(mail);
        self
    }

    /// The same wish, with the time that was spent on it, in minutes.
    #[must_use]
    pub fn spending(mut self, minutes: Option<u64>) -> Self {
        self.spent_minutes = minutes;
        self
    }

    /// The same wish, with a note.
    #[must_use]
    pub fn with_note(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }
}
