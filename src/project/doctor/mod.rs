//! Doctor: everything under `.support/` and git's setup checked, and what is safe repaired.

mod by_hand;
mod checks;
mod evidence;
mod repairs;
mod settings;
mod stray;

use crate::process::Problem;
use crate::project::failure::Failure;
use crate::project::state::Project;

impl Project<'_> {
    /// Everything that is wrong.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn problems(&self) -> Result<Vec<Problem>, Failure> {
        checks::all(self)
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
