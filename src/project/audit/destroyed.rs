//! Purges and redactions that a merge brought to another line of history: judged by that line's rules, too. What they take
//! away is gone there, whatever the rules were where they were made.

use std::collections::BTreeSet;

use crate::process::Rules;
use crate::process::audit::{Finding, destroyed};
use crate::project::audit::range::CommitRange;
use crate::project::audit::review::{Destruction, Review};
use crate::project::failure::Failure;
use crate::store::git::ObjectId;
use crate::store::{Error, layout};
use crate::ticket::TicketId;

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
