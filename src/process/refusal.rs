//! Why a rule said no, and what would make it say yes.

use crate::ticket::{
    Action, EntryId, Field, Finding, Level, LinkKind, MAX_TEXT_BYTES, Status, TicketId, Timestamp,
};

fn names(findings: &[Finding]) -> String {
    findings.iter().map(Finding::as_str).collect::<Vec<_>>().join(", ")
}

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
    #[error("the text is empty")]
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
    /// The words of somebody of the team as a customer's, in a ticket.
    #[error("{1} is on the team, and no customer")]
    NoCustomer(TicketId, String),
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
    /// An entry that the ticket does not have.
    #[error("{id} has no entry '{entry}'")]
    NoEntry {
        /// The ticket.
        id: TicketId,
        /// The entry.
        entry: EntryId,
    },
    /// What opens a ticket, or took a text out of it.
    #[error("{action} (entry {entry} of {id}) cannot be undone")]
    CannotUndo {
        /// The ticket.
        id: TicketId,
        /// The entry.
        entry: EntryId,
        /// What it did.
        action: Action,
    },
    /// An entry that is undone already.
    #[error("entry {entry} of {id} is undone already")]
    Undone {
        /// The ticket.
        id: TicketId,
        /// The entry.
        entry: EntryId,
    },
    /// No comment, or one that holds no longer.
    #[error("entry {entry} of {id} is not a comment, or was replaced or undone already")]
    NoComment {
        /// The ticket.
        id: TicketId,
        /// The entry.
        entry: EntryId,
    },
    /// Somebody else's entry.
    #[error("entry {entry} of {id} is by {by}; only your own can be replaced or undone")]
    NotOwnEntry {
        /// The ticket.
        id: TicketId,
        /// The entry.
        entry: EntryId,
        /// Who wrote it.
        by: String,
    },
    /// Text of somebody else, where somebody leads.
    #[error("{who} is not allowed to redact entry {entry} by {by} (allowed: {})", allowed.join(", "))]
    NotOwnText {
        /// Who tried.
        who: String,
        /// The entry.
        entry: EntryId,
        /// Who wrote it.
        by: String,
        /// Who may.
        allowed: Vec<String>,
    },
    /// A ticket that somebody may not purge.
    #[error("{who} is not allowed to purge tickets (allowed: {})", allowed.join(", "))]
    NotToPurge {
        /// Who tried.
        who: String,
        /// Who may.
        allowed: Vec<String>,
    },
    /// A change of a ticket that was purged.
    #[error("{0} was purged")]
    Purged(TicketId),
    /// A step that may not be taken in this status.
    #[error("cannot {step} {id}: its status is {status} (allowed: {})", legal.join(", "))]
    Illegal {
        /// The ticket.
        id: TicketId,
        /// Its status.
        status: Status,
        /// The step.
        step: Action,
        /// The steps that may be taken.
        legal: Vec<String>,
    },
    /// A status that no step leads to from another.
    #[error("no step leads {id} from status {from} to {to}")]
    NoStep {
        /// The ticket.
        id: TicketId,
        /// Its status.
        from: Status,
        /// The status it was to have.
        to: Status,
    },
    /// A status that says more than an edit does.
    #[error("status {to} of {id} is set by {step}")]
    OwnStep {
        /// The ticket.
        id: TicketId,
        /// The status it was to have.
        to: Status,
        /// The step that leads there.
        step: Action,
    },
    /// Findings that the next level needs.
    #[error("cannot escalate {id} to level {to}: missing {}", names(missing))]
    MissingFindings {
        /// The ticket.
        id: TicketId,
        /// The level it was to go to.
        to: Level,
        /// What is missing.
        missing: Vec<Finding>,
    },
    /// There is no level that way.
    #[error("{id} is at level {level}: no {} level", if *up { "higher" } else { "lower" })]
    NoLevel {
        /// The ticket.
        id: TicketId,
        /// Its level.
        level: Level,
        /// True where a higher one was wanted.
        up: bool,
    },
    /// A step that needs a reason.
    #[error("{step} needs a reason")]
    NoReason {
        /// The step.
        step: Action,
    },
    /// A reason for a redaction that has what is to go.
    #[error("the reason has the text that is to be removed")]
    ReasonHolds,
    /// A day to ask again that is past.
    #[error("the follow-up {0} is past")]
    PastFollowUp(Timestamp),
    /// Level 1 does not defer to vendors.
    #[error("{0} is at level 1, which does not defer to vendors")]
    LevelOneDefers(TicketId),
    /// A vendor that the project does not know.
    #[error("unknown vendor '{name}' (known: {})", if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    NoVendor {
        /// The name.
        name: String,
        /// The vendors that are known.
        known: Vec<String>,
    },
    /// No vendor was named.
    #[error("no vendor given")]
    WhichVendor {
        /// The vendors that are known.
        known: Vec<String>,
    },
    /// A vendor that cannot be reached.
    #[error("vendor {0} has no contact details (email, URL or phone)")]
    NoChannel(String),
    /// A ticket that ended, and would not say how.
    #[error("{id} would be {status} without a resolution")]
    NoResolution {
        /// The ticket.
        id: TicketId,
        /// The status that it would have.
        status: Status,
        /// True where it is open now.
        is_open: bool,
    },
    /// A field that no ticket of a status has.
    #[error("{} of {id} cannot be set while its status is {status}", field.name())]
    NotOfStatus {
        /// The ticket.
        id: TicketId,
        /// The field.
        field: Field,
        /// The status.
        status: Status,
    },
    /// Fixed without a commit.
    #[error("resolution 'fixed' requires a commit")]
    NoCommit {
        /// The ticket.
        id: TicketId,
        /// True for a change of the fields alone.
        is_edit: bool,
    },
    /// A duplicate of nothing.
    #[error("resolution 'duplicate' requires the original ticket")]
    NoOriginal(TicketId),
    /// A rule about people said no.
    #[error("{who} is not allowed to {what} (allowed: {})", if allowed.is_empty() { "nobody".to_owned() } else { allowed.join(", ") })]
    NotTheirs {
        /// Who tried.
        who: String,
        /// What they tried.
        what: String,
        /// Who may.
        allowed: Vec<String>,
        /// The setting that says so.
        policy: &'static str,
    },
    /// No severity to confirm.
    #[error("{0} has no severity to confirm")]
    NoSeverity(TicketId),
    /// Nothing to confirm.
    #[error("the severity of {0} is not a proposal")]
    NothingProposed(TicketId),
    /// The ticket moved on since somebody looked at it.
    #[error("{id} has changed: its latest entry is {last}, not {wanted}")]
    Changed {
        /// The ticket.
        id: TicketId,
        /// Its last entry.
        last: String,
        /// The entry that was to be the last.
        wanted: String,
    },
}

fn own_words(id: &TicketId) -> String {
    format!("say it in your own words: git support comment {id} -m TEXT")
}

fn commit_hint(id: &TicketId, is_edit: bool) -> String {
    match is_edit {
        true => format!("git support edit {id} --resolution fixed --commit COMMIT"),
        false => format!(
            "git support resolve {id} --as fixed --commit COMMIT, or --no-commit \"why there is none\""
        ),
    }
}

fn which_vendor(known: &[String]) -> String {
    match known.first() {
        Some(name) => format!("--vendor {name}; or --enhance, for the Enhance process"),
        None => "git support vendor add NAME --email ADDRESS, then --vendor NAME".to_owned(),
    }
}

impl Refusal {
    /// What would make the rule say yes.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Value { .. } | Self::LinkToItself(_) => None,
            Self::NoCustomer(id, _) => Some(own_words(id)),
            Self::NoTitle => Some("git support new \"What is wrong\"".to_owned()),
            Self::EmptyNote => {
                Some("give the text with -m TEXT, -F FILE or -F - for standard input".to_owned())
            }
            Self::LongNote { .. } => Some("attach it instead: git support attach ID FILE".to_owned()),
            Self::LargeAttachment { bytes, .. } => {
                Some(format!("git support config set attachments.max_bytes {bytes}"))
            }
            Self::OwnStep { id, step, .. } => {
                Some(format!("git support {step} {id}, or override with --force -m REASON"))
            }
            Self::NoStep { id, .. }
            | Self::Illegal { id, .. }
            | Self::NoLevel { id, .. }
            | Self::NothingProposed(id) => Some(format!("git support show {id}")),
            Self::MissingFindings { id, missing, .. } => {
                let flags: Vec<String> = missing.iter().map(|finding| format!("--{finding} \"…\"")).collect();
                Some(format!(
                    "git support escalate {id} {}, or override with --force -m REASON",
                    flags.join(" ")
                ))
            }
            Self::NoResolution { id, is_open: false, .. } => {
                Some(format!("git support reopen {id} -m REASON"))
            }
            Self::NoResolution { id, .. } | Self::NotOfStatus { id, field: Field::Resolution, .. } => {
                Some(format!("git support resolve {id} --as CODE -m TEXT"))
            }
            Self::NotOfStatus { id, .. } => Some(format!("git support pend {id} -m TEXT")),
            Self::NoReason { .. } => Some("give the reason with -m TEXT or -F FILE".to_owned()),
            Self::NoSeverity(id) => Some(format!("git support triage {id} --severity major")),
            Self::ReasonHolds => Some("give a reason without it: -m TEXT".to_owned()),
            Self::PastFollowUp(_) => Some("write 3d (working days), 12h, or a later date".to_owned()),
            Self::LevelOneDefers(id) => Some(format!("git support escalate {id}")),
            Self::NoVendor { name, .. } => Some(format!("git support vendor add {name} --email ADDRESS")),
            Self::WhichVendor { known } => Some(which_vendor(known)),
            Self::NoChannel(name) => Some(format!("git support vendor edit {name} --email ADDRESS")),
            Self::NoCommit { id, is_edit } => Some(commit_hint(id, *is_edit)),
            Self::NoOriginal(id) => {
                Some(format!("git support resolve {id} --as duplicate --duplicate-of ID"))
            }
            Self::NotTheirs { policy, .. } => {
                Some(format!("ask one of them; the rule is git support config get {policy}"))
            }
            Self::NotOwnText { .. } | Self::NotToPurge { .. } => {
                Some("ask one of them: git support team".to_owned())
            }
            Self::Purged(id)
            | Self::NoSuchLink { id, .. }
            | Self::Changed { id, .. }
            | Self::NoEntry { id, .. }
            | Self::CannotUndo { id, .. }
            | Self::Undone { id, .. }
            | Self::NoComment { id, .. }
            | Self::NotOwnEntry { id, .. } => Some(format!("git support log {id}")),
        }
    }

    /// The refusal where the ticket is named already, or is none yet.
    #[must_use]
    pub fn in_short(&self) -> String {
        if let Self::MissingFindings { to, missing, .. } = self {
            let names: Vec<&str> = missing.iter().map(Finding::as_str).collect();
            return format!("level {to} lacks {}", names.join(", "));
        }
        if let Self::NoStep { from, to, .. } = self {
            return format!("no step leads from status {from} to {to}");
        }
        if let Self::OwnStep { to, step, .. } = self {
            return format!("status {to} is set by {step}");
        }
        if let Self::NotOfStatus { field, status, .. } = self {
            return format!("{} cannot be set while the status is {status}", field.name());
        }
        self.to_string()
    }

    /// What would make the rule say yes to a ticket that is opened: no command knows it yet.
    #[must_use]
    pub fn hint_of_new(&self) -> Option<String> {
        if let Self::MissingFindings { missing, .. } = self {
            let flags: Vec<String> = missing.iter().map(|finding| format!("--{finding} \"…\"")).collect();
            return Some(format!("add {}, or override with --force", flags.join(" ")));
        }
        if let Self::OwnStep { step, .. } = self {
            return Some(format!("open it without --status, then: git support {step} ID"));
        }
        if let Self::NotOfStatus { field, .. } = self {
            return Some(format!("open it without --{}", field.name()));
        }
        if matches!(self, Self::NoStep { .. }) {
            return Some("open it without --status".to_owned());
        }
        if matches!(self, Self::NoCommit { .. }) {
            Some("add --commit COMMIT".to_owned())
        } else {
            self.hint()
        }
    }
}
