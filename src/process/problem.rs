//! Something that is wrong, as `doctor` and `audit` name it.

use crate::process::fingerprint::checksum;
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
    /// When and how its commit arrived at a server that takes it down, in words.
    pub arrived: Option<String>,
    /// True where it has been put right.
    pub repaired: bool,
}

impl Problem {
    /// The characters of an [`Self::id`].
    pub const ID_CHARS: usize = 10;

    /// What tells it from others, from run to run and in every clone: ten characters.
    #[must_use]
    pub fn id(&self) -> String {
        let ticket = self.ticket.as_ref().map(ToString::to_string);
        let places = [ticket.as_ref(), self.commit.as_ref(), self.path.as_ref()];
        let places: Vec<&str> = places.into_iter().map(|place| place.map_or("", String::as_str)).collect();
        let all = format!("{}\n{}\n{}", self.rule, places.join("\n"), self.message);
        TicketId::from_bits(checksum(&all)).to_string()
    }

    /// Something that is wrong, nowhere in particular yet.
    pub fn new(rule: &'static str, level: ProblemLevel, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            rule,
            level,
            ticket: None,
            commit: None,
            path: None,
            message,
            hint: None,
            arrived: None,
            repaired: false,
        }
    }

    /// True where both say the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        (self.rule, &self.path, &self.message) == (other.rule, &other.path, &other.message)
    }
}
