//! The rules that commits are judged by in the place of none, and how they are kept.

use std::collections::HashMap;
use std::rc::Rc;

use crate::process::{Policy, Rules};
use crate::store::git::ObjectId;
use crate::ticket::Timestamp;

/// A commit that was judged by no rules, or whose signature nobody wanted.
pub(super) struct Unruled {
    pub(super) commit: ObjectId,
    /// When it was made at the earliest: not before anything that it follows, or brings.
    pub(super) at: Timestamp,
    /// True where there were no rules at all.
    pub(super) had_none: bool,
    /// True where it changes rules, or accepts findings: to have done so before there were rules is no excuse.
    pub(super) rules: bool,
}

/// The rules that commits are judged by beside those of their own line.
#[derive(Default)]
pub(super) struct Floors {
    /// In the place of none.
    rules: HashMap<ObjectId, Rc<Rules>>,
    /// How strictly a signature is wanted.
    signing: HashMap<ObjectId, Policy>,
}

impl Floors {
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.signing.is_empty()
    }

    /// What a commit is judged by in the place of no rules.
    pub(super) fn put_rules(&mut self, judged: ObjectId, rules: Rc<Rules>) {
        self.rules.insert(judged, rules);
    }

    /// How strictly a commit is to be signed.
    pub(super) fn put_signing(&mut self, judged: ObjectId, policy: Policy) {
        self.signing.insert(judged, policy);
    }

    /// The rules in the place of none, for a commit under audit.
    pub(super) fn rules(&self, judged: Option<ObjectId>) -> Option<&Rc<Rules>> {
        self.rules.get(&judged?)
    }

    /// How strictly a commit is to be signed, at least.
    pub(super) fn signing(&self, judged: ObjectId) -> Policy {
        self.signing.get(&judged).copied().unwrap_or(Policy::Off)
    }
}

/// True for rules that reserve nothing to anybody: there are no people.
pub(super) fn is_none(rules: &Rules) -> bool {
    rules.team.members.is_empty()
}
