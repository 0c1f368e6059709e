//! What the user sees when something fails: its kind, what is wrong, and what puts it right.

use crate::process::Refusal;
use crate::query::SyntaxError;
use crate::store;
use crate::store::{git, layout};
use crate::ticket::{TicketId, shell_word};

/// The kinds of failure, as machines read them (docs/exit-status.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line makes no sense.
    Usage,
    /// No such ticket or revision.
    NotFound,
    /// Several tickets are meant.
    Ambiguous,
    /// A value or file is not valid.
    Invalid,
    /// A rule said no.
    Refused,
    /// The user's own edits, or a ticket that moved on, stand in the way.
    Conflict,
    /// Somebody else is at it; nothing was changed, try again.
    Busy,
    /// No repository, or one that cannot be used.
    Repository,
    /// Git does not know who writes, or could not sign.
    Identity,
    /// The disk or the operating system failed.
    Io,
    /// A bug of ours.
    Internal,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Usage,
        Self::NotFound,
        Self::Ambiguous,
        Self::Invalid,
        Self::Refused,
        Self::Conflict,
        Self::Busy,
        Self::Repository,
        Self::Identity,
        Self::Io,
        Self::Internal,
    ];

    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::NotFound => "not-found",
            Self::Ambiguous => "ambiguous",
            Self::Invalid => "invalid",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Busy => "busy",
            Self::Repository => "repository",
            Self::Identity => "identity",
            Self::Io => "io",
            Self::Internal => "internal",
        }
    }

    /// The exit status (docs/exit-status.md).
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Busy => 4,
            Self::NotFound
            | Self::Ambiguous
            | Self::Invalid
            | Self::Refused
            | Self::Conflict
            | Self::Repository
            | Self::Identity
            | Self::Io
            | Self::Internal => 1,
        }
    }
}

/// A failure, as the user sees it.
#[derive(Debug)]
pub struct Failure {
    /// Its kind.
    pub kind: Kind,
    /// What is wrong, and where; the causes below it.
    pub error: anyhow::Error,
    /// What puts it right.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(kind: Kind, message: impl std::fmt::Display) -> Self {
        Self { kind, error: anyhow::anyhow!("{message}"), hints: Vec::new() }
    }

    /// A command line that makes no sense.
    pub fn usage(message: impl std::fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// The same failure, with what puts it right.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl From<git::Error> for Failure {
    fn from(error: git::Error) -> Self {
        let kind = match error.kind {
            git::Kind::Repository => Kind::Repository,
            git::Kind::Identity => Kind::Identity,
            git::Kind::Busy => Kind::Busy,
            git::Kind::Conflict => Kind::Conflict,
            git::Kind::Refused => Kind::Refused,
            git::Kind::NotFound => Kind::NotFound,
            git::Kind::Io => Kind::Io,
        };
        let hints = error.hint.iter().cloned().collect();
        Self { kind, error: error.into(), hints }
    }
}

/// What to do about a file that a newer version of this program wrote.
pub(super) const UPDATE: &str = "install a newer version; yours: git support --version";

/// What to do about a file that cannot be read.
pub(super) fn way_out_of(bad: &store::BadFile) -> String {
    if bad.has_conflict_markers() && layout::id_of(&bad.path).is_some() {
        "git support doctor --repair".to_owned()
    } else if bad.is_newer() {
        UPDATE.to_owned()
    } else {
        format!("git log -p -- {}", shell_word(&bad.path))
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Git(error) => error.into(),
            store::Error::BadFile(bad) => {
                let hint = way_out_of(&bad);
                Self::new(Kind::Invalid, bad).hint(hint)
            }
            error @ store::Error::NoId(_) => Self::new(Kind::NotFound, error).hint("git support list"),
            store::Error::NotFound { ref elsewhere, ref branch, .. } if !elsewhere.is_empty() => {
                let own = |name: &String| name.strip_prefix("origin/") == Some(branch.as_str());
                let name = elsewhere.first().map_or("", String::as_str);
                // A branch of the remote alone is begun here by its own name.
                let name = shell_word(name.strip_prefix("origin/").unwrap_or(name));
                let hint = match elsewhere.iter().any(own) {
                    true => "git support sync".to_owned(),
                    false => format!(
                        "git support --branch {name} …; to read every branch: git support list --all-branches"
                    ),
                };
                Self::new(Kind::NotFound, error).hint(hint)
            }
            store::Error::NotFound { ref near, .. } => {
                let near: Vec<&str> = near.iter().map(TicketId::as_str).collect();
                let hint = match near.as_slice() {
                    [] => "git support list --all".to_owned(),
                    near => format!("did you mean {}", near.join(" ")),
                };
                Self::new(Kind::NotFound, error).hint(hint)
            }
            store::Error::Full { ref id, .. } => {
                let hint = format!("attach the text instead: git support attach {id} FILE");
                Self::new(Kind::Refused, error).hint(hint)
            }
            error @ store::Error::Ambiguous { .. } => {
                Self::new(Kind::Ambiguous, error).hint("give more of its characters")
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let kind = match &refusal {
            Refusal::Value { .. } | Refusal::NoResolution { .. } | Refusal::NotOfStatus { .. } => {
                Kind::Invalid
            }
            Refusal::NoTitle | Refusal::EmptyNote => Kind::Usage,
            Refusal::Changed { .. } => Kind::Conflict,
            Refusal::PastFollowUp(_)
            | Refusal::ReasonHolds
            | Refusal::NoReason { .. }
            | Refusal::WhichVendor { .. }
            | Refusal::NoOriginal(_) => Kind::Usage,
            Refusal::NoVendor { .. } | Refusal::NoEntry { .. } => Kind::NotFound,
            Refusal::Illegal { .. }
            | Refusal::NoSeverity(_)
            | Refusal::NoStep { .. }
            | Refusal::OwnStep { .. }
            | Refusal::MissingFindings { .. }
            | Refusal::NoLevel { .. }
            | Refusal::LevelOneDefers(_)
            | Refusal::NoChannel(_)
            | Refusal::NoCommit { .. }
            | Refusal::NotTheirs { .. }
            | Refusal::NothingProposed(_)
            | Refusal::LongNote { .. }
            | Refusal::CannotUndo { .. }
            | Refusal::Undone { .. }
            | Refusal::NoComment { .. }
            | Refusal::NotOwnEntry { .. }
            | Refusal::NotOwnText { .. }
            | Refusal::NotToPurge { .. }
            | Refusal::Purged(_)
            | Refusal::LargeAttachment { .. }
            | Refusal::LinkToItself(_)
            | Refusal::NoCustomer(..)
            | Refusal::NoSuchLink { .. } => Kind::Refused,
        };
        let hints = refusal.hint().into_iter().collect();
        Self { kind, error: refusal.into(), hints }
    }
}

impl From<SyntaxError> for Failure {
    fn from(error: SyntaxError) -> Self {
        let hints = error.hint.iter().cloned().collect();
        Self { kind: Kind::Usage, error: anyhow::anyhow!("query, {error}"), hints }
    }
}

/// What intake says: a file that cannot be read or does not fit.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let is_io = error.chain().any(|cause| cause.is::<std::io::Error>());
        Self { kind: if is_io { Kind::Io } else { Kind::Invalid }, error, hints: Vec::new() }
    }
}
