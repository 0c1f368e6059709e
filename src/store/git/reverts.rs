//! Which commits later ones revert, as their messages say: of a merge all that it brought, and what a picked revert means.

use std::collections::BTreeSet;

use crate::store::git::code_commit::{CodeCommit, name};
use crate::store::git::error::Result;
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;

/// What `git revert` writes before the parent that stays, where it reverts a merge.
const MAINLINE: &str = "changes made to ";

impl Repository {
    /// The commits that later ones revert: themselves, those that a reverted merge had brought, and, where the reverted commit
    /// itself is not here (`is_here`), its copies: a revert that was picked beside the fix names the original.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn withdrawn(
        &self,
        oldest_first: &[&CodeCommit],
        is_here: &dyn Fn(ObjectId) -> bool,
    ) -> Result<BTreeSet<String>> {
        let mut withdrawn = BTreeSet::new();
        for (place, commit) in oldest_first.iter().enumerate().rev() {
            if withdrawn.contains(&commit.id.to_string()) {
                continue;
            }
            for name in &commit.reverts {
                self.withdraw(commit.id, name, &mut withdrawn)?;
                let before = oldest_first.get(..place).unwrap_or_default();
                let mut copies = before.iter().filter(|copy| copy.copies.contains(name)).peekable();
                if copies.peek().is_some() && !ObjectId::parse(name).is_some_and(is_here) {
                    withdrawn.extend(copies.map(|copy| copy.id.to_string()));
                }
            }
        }
        Ok(withdrawn)
    }

    /// Adds a commit that another one reverts, and of a merge all that it brought to the parent that stays.
    fn withdraw(&self, by: ObjectId, reverted: &str, withdrawn: &mut BTreeSet<String>) -> Result<()> {
        withdrawn.insert(reverted.to_owned());
        // A commit that is not in this clone is in no history of it.
        let Some(commit) = ObjectId::parse(reverted).filter(|commit| self.has_object(*commit)) else {
            return Ok(());
        };
        let parents = self.parents(commit).unwrap_or_default();
        let ([first, _, ..], Ok(by)) = (parents.as_slice(), self.commit_object(by)) else { return Ok(()) };
        let message = by.message();
        let said = message.split_once(MAINLINE).map(|(_, rest)| name(rest));
        let stays = parents.iter().find(|parent| said.as_deref() == Some(parent.to_string().as_str()));
        let stays = *stays.unwrap_or(first);
        let others: Vec<ObjectId> = parents.iter().copied().filter(|parent| *parent != stays).collect();
        let brought = self.commits_between(&others, &[stays])?;
        withdrawn.extend(brought.iter().map(ToString::to_string));
        Ok(())
    }
}
