//! What a reviewer can hold against a history: rules over what each commit made of a ticket. Pure: commits come
//! in as facts, versions as tickets.
//!
//! A ticket only grows ([`grown`]), its head is what its entries set ([`accounted`]), each entry is of who committed
//! it and when ([`Origin`]), each step was one that the process allowed ([`Judge`]), and a commit says what it does
//! ([`Said`]).

mod audited;
mod destroyed;
mod fields;
mod growth;
mod head;
mod legality;
mod origin;
mod replay;
mod revert;
mod rule;
mod said;
mod seen;

pub use audited::{Audited, Proof};
pub use destroyed::destroyed;
pub use growth::{grown, met, unplaced, unseen};
pub use head::accounted;
pub use legality::Judge;
pub use origin::{CommitFacts, Origin, Why};
pub use revert::may_set_back;
pub use rule::{AuditRule, RULES, RuleLine};

use crate::process::problem::ProblemLevel;
pub use said::Said;

/// Something that a rule has to say about a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: AuditRule,
    /// How much it weighs.
    pub level: ProblemLevel,
    /// What is wrong, in one line.
    pub message: String,
}

impl Finding {
    /// What a rule says, as grave as the rule is.
    pub fn new(rule: AuditRule, message: impl Into<String>) -> Self {
        Self { rule, level: rule.line().level, message: message.into() }
    }

    /// The same, as grave as a policy makes it.
    #[must_use]
    pub fn weighing(mut self, level: ProblemLevel) -> Self {
        self.level = level;
        self
    }
}
