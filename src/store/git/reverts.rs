//! Which commits later ones revert, as their messages say: of a merge all that it brought, and what a picked revert means.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::store::git::code_commit::{CodeCommit, name, reverted_subject, without_number};
use crate::store::git::error::Result;
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;

/// What `git revert` writes before the parent that stays, where it reverts a merge.
const MAINLINE: &str = "changes made to ";

/// What the reverts among some commits revert.
#[derive(Debug)]
pub struct Reverts {
    newest_first: Vec<(ObjectId, Vec<Reverted>)>,
}

/// What a revert names.
#[derive(Debug)]
struct Reverted {
    /// The commit; `None` where what it names is no commit's whole name.
    commit: Option<ObjectId>,
    /// What it had brought, where it is a merge.
    brought: Vec<ObjectId>,
    /// The copies of it that are older than the revert, as they say.
    copies: Vec<ObjectId>,
    /// The commits before the revert that have the subject which it quotes, the newest last: a rebase and a cherry-pick leave
    /// the name in a revert as it was.
    of_subject: Vec<ObjectId>,
}

impl Reverted {
    /// True where another commit is meant if the one that is named is not there.
    fn has_another(&self) -> bool {
        !self.copies.is_empty() || !self.of_subject.is_empty()
    }
}

impl Reverts {
    /// The reverted commits of which it matters whether a history has them: of the others, no walk has to tell.
    #[must_use]
    pub fn doubtful(&self) -> BTreeSet<ObjectId> {
        let reverted = self.newest_first.iter().flat_map(|(_, reverted)| reverted);
        reverted.filter(|one| one.has_another()).filter_map(|one| one.commit).collect()
    }

    /// The commits that those within a history (`is_within`) revert: themselves, those that a reverted merge had brought, and,
    /// where the reverted commit itself is not there (`is_here`), its copies: a revert that was picked beside the fix names
    /// the original. A revert that is reverted counts for nothing.
    #[must_use]
    pub fn withdrawn(
        &self,
        is_within: &dyn Fn(ObjectId) -> bool,
        is_here: &dyn Fn(ObjectId) -> bool,
    ) -> HashSet<ObjectId> {
        let mut withdrawn = HashSet::new();
        for (revert, reverted) in &self.newest_first {
            if !is_within(*revert) || withdrawn.contains(revert) {
                continue;
            }
            for one in reverted {
                withdrawn.extend(one.commit.iter().chain(&one.brought));
                if one.has_another() && !one.commit.is_some_and(is_here) {
                    withdrawn.extend(&one.copies);
                    withdrawn.extend(one.of_subject.iter().rfind(|commit| is_within(**commit)));
                }
            }
        }
        withdrawn
    }
}

/// Names the commits that are reverted by their subject alone: of those with that subject, the newest before the revert. The
/// number of a request at its end may be left out.
pub(crate) fn name_by_subject(oldest_first: &mut [CodeCommit]) {
    let mut newest: HashMap<String, ObjectId> = HashMap::new();
    for commit in oldest_first {
        let named = commit.reverts_subject.as_ref().filter(|_| commit.reverts.is_empty());
        if let Some(reverted) = named.and_then(|subject| newest.get(subject)) {
            commit.reverts.push(reverted.to_string());
        }
        newest.insert(without_number(&commit.subject).to_owned(), commit.id);
        newest.insert(commit.subject.clone(), commit.id);
    }
}

impl Repository {
    /// What the reverts among some commits revert.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn reverts(&self, oldest_first: &[CodeCommit]) -> Result<Reverts> {
        let mut copies: HashMap<&str, Vec<ObjectId>> = HashMap::new();
        let mut of_subject: HashMap<&str, Vec<ObjectId>> = HashMap::new();
        let mut reverts = Vec::new();
        for commit in oldest_first {
            let mut reverted = Vec::new();
            for name in &commit.reverts {
                let named = ObjectId::parse(name);
                let brought = named.map(|named| self.brought(commit.id, named)).transpose()?;
                let copies = copies.get(name.as_str()).cloned().unwrap_or_default();
                let quoted = reverted_subject(&commit.subject);
                let of_subject = quoted.and_then(|subject| of_subject.get(subject.as_str()).cloned());
                let (brought, of_subject) = (brought.unwrap_or_default(), of_subject.unwrap_or_default());
                reverted.push(Reverted { commit: named, brought, copies, of_subject });
            }
            if !reverted.is_empty() {
                reverts.push((commit.id, reverted));
            }
            for original in &commit.copies {
                copies.entry(original).or_default().push(commit.id);
            }
            of_subject.entry(&commit.subject).or_default().push(commit.id);
        }
        reverts.reverse();
        Ok(Reverts { newest_first: reverts })
    }

    /// Of a merge that a commit reverts, all that it had brought to the parent that stays.
    fn brought(&self, revert: ObjectId, reverted: ObjectId) -> Result<Vec<ObjectId>> {
        // A commit that is not in this clone is in no history of it.
        if !self.has_object(reverted) {
            return Ok(Vec::new());
        }
        let parents = self.parents(reverted).unwrap_or_default();
        let ([first, _, ..], Ok(revert)) = (parents.as_slice(), self.commit_object(revert)) else {
            return Ok(Vec::new());
        };
        let message = revert.message();
        let said = message.split_once(MAINLINE).map(|(_, rest)| name(rest));
        let stays = parents.iter().find(|parent| said.as_deref() == Some(parent.to_string().as_str()));
        let stays = *stays.unwrap_or(first);
        let others: Vec<ObjectId> = parents.iter().copied().filter(|parent| *parent != stays).collect();
        self.commits_between(&others, &[stays])
    }
}
