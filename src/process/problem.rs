//! Something that is wrong, as `doctor` and `audit` name it.

use crate::ticket::TicketId;

/// How much something that is wrong weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemLevel {
    /// Worth knowing.
    Note,
    /// To be put right.
    Warning,
    /// Broken.
    Error,
}

impl ProblemLevel {
    /// The word of machine formats.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something that is wrong.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The rule's name: `link.missing`.
    pub rule: &'static str,
    /// How much it weighs.
    pub level: ProblemLevel,
    /// The ticket.
    pub ticket: Option<TicketId>,
    /// The commit's whole name.
    pub commit: Option<String>,
    /// The path.
    pub path: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What puts it right.
    pub hint: Option<String>,
    /// True where it has been put right.
    pub repaired: bool,
}

impl Problem {
    /// Something that is wrong, nowhere in particular yet.
    pub fn new(rule: &'static str, level: ProblemLevel, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { rule, level, ticket: None, commit: None, path: None, message, hint: None, repaired: false }
    }

    /// True where both say the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        (self.rule, &self.path, &self.message) == (other.rule, &other.path, &other.message)
    }
}
