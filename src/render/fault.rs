//! Something that is wrong, as `doctor` and `audit` name it.

use crate::process::FaultLevel;
use crate::ticket::TicketId;

/// Something that is wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The rule's name: `link.missing`.
    pub rule: &'static str,
    /// How much it weighs.
    pub level: FaultLevel,
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

impl Fault {
    /// Something that is wrong, nowhere in particular yet.
    pub fn new(rule: &'static str, level: FaultLevel, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { rule, level, ticket: None, commit: None, path: None, message, hint: None, repaired: false }
    }

    /// True where both say the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        (self.rule, &self.path, &self.message) == (other.rule, &other.path, &other.message)
    }
}
