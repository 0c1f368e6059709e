//! Ranges of history: which commits changed code between two revisions, tickets aside.

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::CodeChange;
use crate::store::layout;

/// The most commits of tickets that are passed over.
const MAX_STEPS: usize = 100_000;

impl Store {
    /// The commits that changed code between two revisions, the newest first, at most `limit`; `None` where one
    /// of them is not in this clone, or the later one does not contain the earlier.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn code_between(&self, from: &str, to: &str, limit: usize) -> Result<Option<Vec<CodeChange>>, Error> {
        let (Ok(from), Ok(to)) = (self.repository.revision(from), self.repository.revision(to)) else {
            return Ok(None);
        };
        if !self.repository.contains(to, from).unwrap_or(false) {
            return Ok(None);
        }
        Ok(Some(self.repository.code_between(layout::FOLDER, from, to, limit)?))
    }

    /// The whole name of a revision's newest commit that changed code: commits of tickets on top of it are
    /// passed over. `None` where it is not in this clone.
    #[must_use]
    pub fn code_revision(&self, revision: &str) -> Option<String> {
        let repository = &self.repository;
        let mut commit = repository.revision(revision).ok()?;
        for _ in 0..MAX_STEPS {
            let Some(parent) = repository.parents(commit).ok().and_then(|parents| parents.first().copied())
            else {
                break;
            };
            if !repository.is_same_outside(layout::FOLDER, commit, parent).unwrap_or(false) {
                break;
            }
            commit = parent;
        }
        Some(commit.to_string())
    }

    /// True where two revisions have the same code, tickets aside; false where that cannot be told.
    #[must_use]
    pub fn is_same_code(&self, one: &str, other: &str) -> bool {
        if one == other {
            return true;
        }
        let (Ok(one), Ok(other)) = (self.repository.revision(one), self.repository.revision(other)) else {
            return false;
        };
        self.repository.is_same_outside(layout::FOLDER, one, other).unwrap_or(false)
    }

    /// The second parent of a merge, by its lines: in a shallow clone, too.
    #[must_use]
    pub fn merged_by(&self, revision: &str) -> Option<String> {
        let commit = self.repository.revision(revision).ok()?;
        self.repository.parent_names(commit).ok()?.into_iter().nth(1)
    }

    /// True where a revision is an ancestor of another, or itself; `None` where that cannot be told.
    #[must_use]
    pub fn is_within(&self, earlier: &str, later: &str) -> Option<bool> {
        let (earlier, later) =
            (self.repository.revision(earlier).ok()?, self.repository.revision(later).ok()?);
        self.repository.contains(later, earlier).ok()
    }
}
