//! The steps of new entries, by the rules that were in force: whether the process allowed them, and to whom.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::process::audit::{AuditRule, CommitFacts, Finding, Judge, Origin, unplaced};
use crate::process::{Policy, Rules, earliest};
use crate::project::audit::owned::SelfGranted;
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::Version;
use crate::store::git::{CommitDelta, ObjectId};
use crate::ticket::{Entry, EntryId, Person, Ticket, Timestamp};

impl Review<'_> {
    /// The rules that may have been in force for new entries, those of the first parent first.
    fn in_force(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        after: &Ticket,
        new: &[(&Entry, bool)],
    ) -> Result<Vec<Rc<Rules>>, Failure> {
        let mut rules = self.book.before(passage)?;
        if !is_first(facts, new) {
            rules.push(self.book.at(Some(&passage.commit))?);
            let written = Written::of(after);
            for (entry, _) in new {
                let is_granted = |commit: &ObjectId| self.rules.is_granted_by(commit);
                let then = self.book.then(written.at(entry), &is_granted)?;
                // Each rules judge each entry: the same ones once.
                rules.extend(then.filter(|then| !rules.iter().any(|known| Rc::ptr_eq(known, then))));
            }
        }
        for (entry, _) in new {
            self.book.member(&entry.by)?;
        }
        Ok(rules)
    }

    /// The new entries of others that somebody, who made the commit, could not have made in their own name.
    pub(super) fn reserved(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        from: Option<&Ticket>,
        after: &Ticket,
        new: &[(&Entry, bool)],
        who: &Person,
    ) -> Result<Vec<EntryId>, Failure> {
        let mut others = Vec::new();
        let rules = self.in_force(passage, facts, after, new)?;
        let team = rules.first().cloned().unwrap_or_default();
        for (entry, _) in new {
            let by = self.book.known_in(&team.team, &entry.by)?;
            others.push((*entry, !by.email.eq_ignore_ascii_case(&who.email)));
        }
        if !others.iter().any(|(_, is_anothers)| *is_anothers) {
            return Ok(Vec::new());
        }
        let judge = Judge { rules: rules.iter().map(AsRef::as_ref).collect(), saw_all: is_first(facts, new) };
        Ok(judge.reserved(from, after, &others, who))
    }

    /// True where who committed carries what others did, by the settings; of those that somebody granted themselves, by
    /// the settings of before.
    pub(super) fn is_carried(&self, passage: &CommitDelta, facts: &CommitFacts, rules: &Rules) -> bool {
        let is_carrier = |rules: &Rules| rules.settings.carries(&facts.committer.email);
        let mut granted = self.rules.at(&passage.commit);
        is_carrier(rules) && granted.all(|granted| granted.rules(rules).iter().any(is_carrier))
    }

    /// Who answers for a commit beside its entries.
    pub(super) fn answering(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
    ) -> Result<Person, Failure> {
        let mut is_signing = false;
        let mut is_carried = false;
        for rules in self.book.before(passage)? {
            is_signing |= rules.settings.signed_commits != Policy::Off;
            is_carried |= self.is_carried(passage, facts, &rules);
        }
        Ok(facts.answering(is_signing, is_carried).clone())
    }

    /// Whether the process allowed the steps of new entries.
    pub(super) fn steps(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        from: Option<&Ticket>,
        after: &Ticket,
        new: &[(&Entry, bool)],
    ) -> Result<Vec<Finding>, Failure> {
        let rules = self.in_force(passage, facts, after, new)?;
        let book = &self.book;
        let now = rules.first().cloned().unwrap_or_default();
        let team = &now.team;
        // What strangers did elsewhere, who brings it decides here.
        let member = |person: &Person| team.known_or(person, &book.known(person), &facts.known_author);
        let judge = Judge { rules: rules.iter().map(AsRef::as_ref).collect(), saw_all: is_first(facts, new) };
        let mut findings = judge.steps(from, after, new, &member);
        let now_team = &self.book.known_at(Some(&passage.commit)).team.clone();
        for granted in self.rules.at(&passage.commit) {
            // What others allowed, and what was refused anyway, is judged above.
            let is_one = |who: &Person| granted.is_by(who, now_team);
            // Where nobody is of the team any more, what comes back with it is theirs who are named.
            let is_brought = |entry: &Entry| !team.members.is_empty() && is_one(&member(&entry.by));
            let is_theirs = |entry: &Entry| findings.is_empty() && (is_brought(entry) || is_one(&entry.by));
            let theirs: Vec<(&Entry, bool)> =
                new.iter().map(|(entry, _)| (*entry, is_theirs(entry))).collect();
            let before = granted.rules(&now);
            let judge = Judge { rules: before.iter().collect(), ..judge };
            let refused = judge.steps(from, after, &theirs, &member);
            findings.extend(refused.into_iter().map(|finding| only_by_own_change(&finding, granted)));
        }
        let is_strangers =
            |entry: &Entry| !team.has_member(&entry.by) && entry.by.email != facts.author.email;
        if facts.said.is("import") && new.iter().all(|(entry, _)| is_strangers(entry)) {
            // Another tracker names no commit; the team does.
            findings.retain(|finding| finding.rule != AuditRule::StepCommit);
        }
        Ok(findings)
    }
}

/// True where new entries were written for the commit that brings them: it stands as it was first made, and they are of its
/// author and its time. Those of a squash are older.
pub(super) fn is_first(facts: &CommitFacts, new: &[(&Entry, bool)]) -> bool {
    let is_own = |entry: &Entry| Origin::of(entry, &entry.by, facts) == Origin::Own;
    facts.is_first() && new.iter().all(|(entry, _)| is_own(entry))
}

/// When each entry of a ticket was written at the earliest: its own time, but not before what its writer had seen. So a date
/// before a rule takes nothing out of the rule that what it follows was under.
struct Written<'a>(BTreeMap<&'a Entry, Timestamp>);

impl<'a> Written<'a> {
    fn of(ticket: &'a Ticket) -> Self {
        Self(ticket.timeline().iter().zip(earliest(ticket.timeline())).collect())
    }

    fn at(&self, entry: &Entry) -> Timestamp {
        self.0.get(entry).copied().unwrap_or(entry.at)
    }
}

/// New entries that are dated before what they follow, by more than people's clocks are apart: no clock of the ticket
/// gains by it (docs/clocks.md), and a reader should know.
pub(super) fn out_of_order(new: &[&Entry], after: &Ticket, skew_seconds: i64) -> Vec<Finding> {
    let written = Written::of(after);
    let is_early = |entry: &&&Entry| entry.at.unix().saturating_add(skew_seconds) < written.at(entry).unix();
    let say = |entry: &&Entry| {
        let (followed, at) = (written.at(entry), entry.at);
        let message =
            format!("entry {} ({}) is dated {at}, and follows one of {followed}", entry.id, entry.action);
        Finding::new(AuditRule::EntryOrder, message)
    };
    new.iter().filter(is_early).map(say).collect()
}

/// A step that only the change of the rules that its author made allows.
fn only_by_own_change(finding: &Finding, granted: &SelfGranted) -> Finding {
    let (refused, commit) = (&finding.message, granted.commit);
    let message = format!("{refused}; only their own change of the rules in {commit:.10} allows it");
    Finding::new(AuditRule::RulesSelf, message)
}

/// New entries that do not say what they follow, where their schema has them say it: an older version writes no file that has
/// gone on to a newer one, and an import may bring a whole ticket that it wrote. Where a merge joins a line of the older schema
/// to one of the newer, those of the older line are weighed against entries that say it.
pub(super) fn without_place(
    after: &Version,
    before: &[Arc<Version>],
    facts: &CommitFacts,
    new: &[&Entry],
) -> Vec<Finding> {
    let is_old = after.is_schema_1 && before.iter().all(|version| version.is_schema_1);
    let is_import = facts.said.is("import") && before.is_empty();
    if is_old || is_import {
        return Vec::new();
    }
    let (old, of_now): (Vec<_>, Vec<_>) = before
        .iter()
        .filter_map(|version| Some((version.content.as_ref().ok()?, version.is_schema_1)))
        .partition(|(_, is_schema_1)| *is_schema_1);
    let is_met = |entry: &&Entry| of_now.iter().any(|(ticket, _)| ticket.has_entry_like(entry));
    let brought = old.iter().flat_map(|(ticket, _)| ticket.timeline());
    let brought: Vec<&Entry> = brought.filter(|entry| !of_now.is_empty() && !is_met(entry)).collect();
    [unplaced(new), unplaced(&brought)].concat()
}
