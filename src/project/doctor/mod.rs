//! Doctor: everything under `.support/` and git's setup checked, and what is safe repaired.

mod attributes;
mod by_hand;
mod checks;
mod conflicts;
mod evidence;
mod names;
mod releases;
mod repairs;
mod stray;

use crate::process::Problem;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::{Error, Lost};
use crate::ticket::{Action, Entry};

impl Project<'_> {
    /// Everything that is wrong.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn problems(&self) -> Result<Vec<Problem>, Failure> {
        checks::all(self)
    }

    /// The tickets that lack entries which history has. What somebody took back of their own by `git revert`, or who leads
    /// of anybody's, is not missing: an audit says the same.
    fn lost(&self) -> Result<Vec<Lost>, Failure> {
        let is_lawful = |commit: ObjectId, entry: &Entry| -> Result<bool, Failure> {
            // What was redacted, or purged, stays so.
            if entry.purges() || entry.action == Action::Redact {
                return Ok(false);
            }
            let by = self.store.mapped(&self.store.author_of_commit(commit)?)?;
            let parents = self.store.repository().parents(commit).map_err(Error::from)?;
            let before = self.at_commit(parents.first().copied());
            let team = &before.rules()?.team;
            let is_own = self.store.mapped(&entry.by)?.email.eq_ignore_ascii_case(&by.email);
            Ok(is_own || team.members.is_empty() || team.leads(&by))
        };
        // What cannot be judged counts as lost.
        Ok(self.store.lost(&self.snapshot(), &|commit, entry| is_lawful(commit, entry).unwrap_or(false))?)
    }

    /// Repairs what is safe to repair, and gives what was wrong: repaired or not.
    ///
    /// # Errors
    /// The repository cannot be read or written.
    pub fn repair(&self) -> Result<Vec<Problem>, Failure> {
        let before = self.problems()?;
        repairs::all(self)?;
        let after = self.in_newest_state()?.problems()?;
        let is_gone = |problem: &Problem| !after.iter().any(|left| left.is_same(problem));
        let mut problems: Vec<Problem> = before.into_iter().filter(is_gone).collect();
        for problem in &mut problems {
            problem.repaired = true;
        }
        problems.extend(after);
        Ok(problems)
    }
}
