//! What a merge brought to another line of history and is judged by that line's rules, too: purges and redactions, which take
//! away what is there, and what an import entered as a new ticket, where this line has the ticket.

use std::collections::BTreeSet;

use crate::process::Rules;
use crate::process::audit::{AuditRule, CommitFacts, Finding, Judge, destroyed};
use crate::project::audit::found::identity;
use crate::project::audit::range::CommitRange;
use crate::project::audit::review::{Destruction, Import, Review};
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, ObjectId};
use crate::store::{Error, Parsed, layout};
use crate::ticket::{Entry, Person, Ticket, TicketId, is_same_ticket};

/// Judges what merges brought.
pub(super) fn judge(review: &mut Review<'_>, stretch: &CommitRange) -> Result<(), Failure> {
    let all = std::mem::take(&mut review.destructions);
    let mut told: BTreeSet<(ObjectId, TicketId, String)> = BTreeSet::new();
    for one in all {
        for (merge, parent) in
            review.store.repository().arrivals_of(one.commit, &stretch.tips).map_err(Error::from)?
        {
            for finding in found(review, &one, merge, parent)? {
                if told.insert((merge, one.ticket.clone(), finding.message.clone())) {
                    review.found(merge, Some(&one.ticket), &layout::ticket(&one.ticket), finding);
                }
            }
        }
    }
    Ok(())
}

fn found(
    review: &mut Review<'_>,
    one: &Destruction,
    merge: ObjectId,
    parent: ObjectId,
) -> Result<Vec<Finding>, Failure> {
    let here = review.book.at(Some(&parent))?;
    if !is_judged_here(review, one.commit, parent, &here)? {
        return Ok(Vec::new());
    }
    let version = |review: &Review<'_>, commit: ObjectId| -> Result<_, Failure> {
        Ok(review.store.snapshot(Some(&commit.to_string()))?.ticket(&one.ticket).unwrap_or_default())
    };
    let (Some(before), Some(after)) = (version(review, parent)?, version(review, merge)?) else {
        return Ok(Vec::new());
    };
    let mut known = Vec::new();
    for entry in after.timeline() {
        known.push((entry.by.clone(), review.book.known_in(&here.team, &entry.by)?));
    }
    let member = |by: &crate::ticket::Person| {
        known.iter().find(|(own, _)| own == by).map_or_else(|| by.clone(), |(_, member)| member.clone())
    };
    Ok(destroyed(&before, &after, &here, member))
}

impl Review<'_> {
    /// True where a commit's entries are judged as steps. An import of the team's, or of a program that carries what others did,
    /// brings new tickets as they were elsewhere; in a ticket that is here it decides what its steps may.
    pub(super) fn is_judged(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        is_new: bool,
    ) -> Result<bool, Failure> {
        let is_import = facts.said.is("import") && is_new;
        let rules = self.book.at(passage.parents.first())?;
        Ok(!is_import || !rules.may_bring(&facts.known_author))
    }

    /// Keeps what an import entered as a new ticket.
    pub(super) fn imported(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        new_ticket: Option<&TicketId>,
        (new, is_judged): (&[&Entry], bool),
    ) {
        let Some(id) = new_ticket.filter(|_| facts.said.is("import")) else { return };
        let (commit, by) = (passage.commit, facts.known_author.clone());
        let entries = new.iter().map(|entry| identity(entry)).collect();
        self.imports.entry(id.clone()).or_default().push(Import { commit, by, entries, is_judged });
    }

    /// Judges what an import entered as a new ticket, and a merge brings into the ticket that another line has: as if it had
    /// been imported there.
    pub(super) fn met_import(
        &mut self,
        passage: &CommitDelta,
        id: &TicketId,
        after: &Ticket,
        parsed: &mut Parsed<'_>,
    ) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        if passage.parents.len() < 2 {
            return Ok(findings);
        }
        self.has_joins = true;
        let Some(imports) = self.imports.remove(id) else { return Ok(findings) };
        for parent in &passage.parents {
            let Some(version) = parsed.last_readable(*parent, id)? else { continue };
            let Ok(before) = &version.content else { continue };
            for import in imports.iter().filter(|_| is_same_ticket(before, after)) {
                for finding in self.judged_here(*parent, import, before, after)? {
                    if !findings.contains(&finding) {
                        findings.push(finding);
                    }
                }
            }
        }
        self.imports.insert(id.clone(), imports);
        Ok(findings)
    }

    /// What is wrong with the entries of an import that a line's version of the ticket has not got.
    fn judged_here(
        &mut self,
        parent: ObjectId,
        import: &Import,
        before: &Ticket,
        after: &Ticket,
    ) -> Result<Vec<Finding>, Failure> {
        let new = after.timeline().iter().filter(|entry| !before.has_entry_like(entry));
        let new: Vec<(&Entry, bool)> =
            new.map(|entry| (entry, import.entries.contains(&identity(entry)))).collect();
        if !new.iter().any(|(_, is_imported)| *is_imported) {
            return Ok(Vec::new());
        }
        let here = self.book.at(Some(&parent))?;
        if !is_judged_here(self, import.commit, parent, &here)? {
            return Ok(Vec::new());
        }
        for (entry, _) in &new {
            self.book.member(&entry.by)?;
        }
        // What the team is said to have done there is doubted as in any commit of somebody else's.
        let is_met = |entry: &Entry| new.iter().any(|(one, is_imported)| *is_imported && *one == entry);
        let of_import = self.doubts.iter_mut().filter(|doubt| doubt.commit == import.commit);
        of_import.filter(|doubt| is_met(&doubt.entry)).for_each(|doubt| doubt.is_new_ticket = false);
        if import.is_judged {
            return Ok(Vec::new());
        }
        let member = |person: &Person| here.team.known_or(person, &self.book.known(person), &import.by);
        let judge = Judge { rules: vec![&here], saw_all: false };
        let mut findings = judge.steps(Some(before), after, &new, &member);
        let is_strangers =
            |entry: &Entry| !here.team.has_member(&entry.by) && entry.by.email != import.by.email;
        if new.iter().all(|(entry, is_imported)| !is_imported || is_strangers(entry)) {
            // Another tracker names no commit; the team does.
            findings.retain(|finding| finding.rule != AuditRule::StepCommit);
        }
        Ok(findings)
    }

    /// True where a commit names a ticket that it does not change, since that is purged.
    pub(super) fn names_purged(
        &self,
        commit: ObjectId,
        named: &[String],
        changed: &[String],
    ) -> Result<bool, Failure> {
        let mut rest =
            named.iter().filter(|id| !changed.contains(id)).filter_map(|id| TicketId::parse(id)).peekable();
        if rest.peek().is_none() {
            return Ok(false);
        }
        let there = self.store.snapshot(Some(&commit.to_string()))?;
        Ok(rest.any(|id| there.ticket(&id).ok().flatten().is_some_and(|ticket| ticket.is_purged())))
    }
}

/// True where the rules of this line decide: somebody leads here, and where both lines parted nobody did, or it was done by
/// the rules of then. Where those who led have changed the team on the other line since, that line's rules are newer.
fn is_judged_here(
    review: &mut Review<'_>,
    commit: ObjectId,
    parent: ObjectId,
    here: &Rules,
) -> Result<bool, Failure> {
    if !here.team.is_led() {
        return Ok(false);
    }
    let base = review.store.repository().merge_base(commit, parent).map_err(Error::from)?;
    let Some(base) = base else { return Ok(true) };
    let (then, there) = (review.book.at(Some(&base))?, review.book.at(Some(&commit))?);
    Ok(!then.team.is_led() || then.team == there.team)
}
