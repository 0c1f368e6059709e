//! Tickets that went to a subfolder with everything: `git subtree add`, or a product that became part of another.

use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, FileDelta};
use crate::store::{Error, layout};

impl Review<'_> {
    /// True where a file that a commit does not have lies in a subfolder now, with all else of `.support` as it was.
    pub(super) fn has_moved(&mut self, passage: &CommitDelta, file: &FileDelta) -> Result<bool, Failure> {
        let repository = self.store.repository();
        if self.moved_to.as_ref().is_none_or(|(commit, _)| *commit != passage.commit) {
            self.moved_to = Some((passage.commit, self.store.folders_below(passage.commit)?));
        }
        let Some((_, found)) = &self.moved_to else { return Ok(false) };
        for (parent, before) in passage.parents.iter().zip(&file.before) {
            if before.is_none() {
                continue;
            }
            let was = repository.find(*parent, layout::FOLDER).map_err(Error::from)?;
            if !was.is_some_and(|was| found.contains(&was.id)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
