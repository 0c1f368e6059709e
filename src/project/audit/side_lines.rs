//! Lines of history without rules: a branch that was begun beside the team and its settings, or before signatures were
//! wanted, is judged by the rules of the branch that it comes to, as of the moment when it was written.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::process::audit::CommitFacts;
use crate::process::{Policy, Rules};
use crate::project::audit::floors::{Floors, Unruled, is_none};
use crate::project::audit::range::CommitRange;
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, ObjectId};
use crate::store::{Error, layout};
use crate::ticket::{Entry, Timestamp};

/// A commit of the branch that changed the rules, with the rules that it left.
struct Change {
    commit: ObjectId,
    at: Timestamp,
    rules: Rc<Rules>,
}

impl Review<'_> {
    /// Takes down a commit that no rules judged, or whose signature nobody wanted.
    pub(super) fn unruled(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        before: &[Rc<Rules>],
        new: &[&Entry],
    ) {
        // The first write of anybody brings git's attributes along.
        let is_grave = |path: &str| {
            (layout::is_of_rules(path) && path != layout::ATTRIBUTES) || path.starts_with(layout::ACCEPTED)
        };
        let rules = passage.files.iter().any(|file| is_grave(&file.path));
        // A merge that brings nothing of its own is nobody's step.
        let is_step = passage.parents.len() < 2 || rules || !new.is_empty();
        let had_none = is_step && before.iter().any(|rules| is_none(rules));
        let is_asked = before.iter().all(|rules| rules.settings.signed_commits != Policy::Off);
        if is_asked && !had_none {
            return;
        }
        let followed = passage.parents.iter().filter_map(|parent| self.made.get(parent).copied());
        let brought = new.iter().map(|entry| entry.at);
        let at = followed.chain(brought).fold(facts.committed, Timestamp::max);
        self.made.insert(passage.commit, at);
        self.unruled.push(Unruled { commit: passage.commit, at, had_none, rules });
    }
}

/// The commits of a branch itself that touched what rules.
#[derive(Default)]
struct Line {
    /// All of them.
    own: BTreeSet<ObjectId>,
    /// From the first that allowed less than everything, the oldest first.
    changes: Vec<Change>,
}

/// What commits that no rules judged are judged by, now that the branches are known which they come to.
pub(super) fn of(review: &mut Review<'_>, stretch: &CommitRange) -> Result<Floors, Failure> {
    let unruled = std::mem::take(&mut review.unruled);
    let mut floors = Floors::default();
    if unruled.is_empty() {
        return Ok(floors);
    }
    let mut tips: BTreeSet<ObjectId> = stretch.tips.iter().copied().collect();
    tips.extend(review.store.snapshot(None)?.commit());
    let had_none = unruled.iter().any(|one| one.had_none);
    for tip in tips {
        // Nothing to judge by, and nothing to look for: a walk over the history of the rules is spared.
        let now = review.book.at(Some(&tip))?;
        if (is_none(&now) || !had_none) && now.settings.signed_commits == Policy::Off {
            continue;
        }
        let Line { own, changes: line } = line(review, tip)?;
        let Some(first) = line.first() else { continue };
        let signing = line.iter().find(|change| change.rules.settings.signed_commits != Policy::Off);
        let is_asked = |one: &&Unruled| {
            let is_unruled = one.had_none && (one.rules || first.at <= one.at);
            let is_unsigned = signing.is_some_and(|signing| signing.at <= one.at);
            (is_unruled || is_unsigned) && !own.contains(&one.commit)
        };
        let asked: Vec<&Unruled> = unruled.iter().filter(is_asked).collect();
        let changes: Vec<ObjectId> = line.iter().map(|change| change.commit).collect();
        let commits: BTreeSet<ObjectId> = asked.iter().map(|one| one.commit).collect();
        let reach = review.store.repository().reach(&changes, &commits).map_err(Error::from)?;
        for one in asked {
            // Who made the rules saw what was there before; and no rules are by what came to them later.
            let is_beside = |change: &&Change| !reach.contains(change.commit, one.commit);
            let then = line.iter().rev().filter(is_beside).find(|change| change.at <= one.at);
            // To have changed rules before there were any is no excuse: the newest are to be kept.
            let then = then.or(line.iter().rev().filter(|_| one.rules).find(is_beside));
            let Some(then) = then else { continue };
            if one.had_none && is_beside(&first) {
                floors.put_rules(one.commit, Rc::clone(&then.rules));
            }
            if then.at <= one.at && then.rules.settings.signed_commits != Policy::Off {
                floors.put_signing(one.commit, then.rules.settings.signed_commits);
            }
        }
    }
    Ok(floors)
}

/// How the rules of a branch changed.
fn line(review: &mut Review<'_>, tip: ObjectId) -> Result<Line, Failure> {
    let mut line = Line::default();
    let repository = review.store.repository();
    let mut commits = Vec::new();
    let mut paths = vec![layout::ACCEPTED];
    paths.extend(layout::RULES);
    repository.commits_on(&[tip], &[], ("--first-parent", &paths), |commit| -> Result<bool, Error> {
        commits.push(commit);
        Ok(true)
    })?;
    for commit in commits.into_iter().rev() {
        let rules = review.book.at(Some(&commit))?;
        line.own.insert(commit);
        if line.changes.is_empty() && is_none(&rules) && rules.settings.signed_commits == Policy::Off {
            continue;
        }
        let seconds = repository.committed_at(commit).map_err(Error::from)?;
        line.changes.push(Change { commit, at: Timestamp::from_unix(seconds).unwrap_or_default(), rules });
    }
    Ok(line)
}
