//! The support agreements that a project has, and had.

use crate::process::{Agreement, Agreements};
use crate::project::failure::Failure;
use crate::project::parts::{part, read_settings};
use crate::project::state::Project;
use crate::store::Error;
use crate::store::git::ObjectId;

impl Project<'_> {
    /// The agreement of this state and those of its history; or that of another revision alone: what if it had been in
    /// effect all the time.
    ///
    /// # Errors
    /// There is no such revision, the agreement cannot be read, or an object cannot be read.
    pub fn agreements(&self, revision: Option<&str>) -> Result<Agreements, Failure> {
        if let Some(revision) = revision {
            let there = self.at_commit(self.store.snapshot(Some(revision))?.commit());
            return Ok(Agreements::always(there.agreement()?));
        }
        let present = self.agreement()?;
        let Some(tip) = self.commit else { return Ok(Agreements::always(present)) };
        // Without the index, history is walked.
        let index = self.index().ok();
        let (mut changes, mut last) = (Vec::new(), None);
        for turn in self.turns(tip, index.as_ref())? {
            let since = self.store.repository().committed_at(turn.after).map_err(Error::from)?;
            // What cannot be read changed nothing of what was granted.
            let before = self.agreement_of(turn.before).or(last);
            let after = self.agreement_of(turn.after);
            last = after.or(before);
            if let (Some(before), Some(after)) = (before, after)
                && before != after
            {
                changes.push((since, [before, after]));
            }
        }
        changes.sort_by_key(|(since, _)| *since);
        let mut agreements = Agreements { present, changes };
        if let Some(instant) = self.instant {
            agreements = agreements.as_of(instant.unix());
        }
        Ok(agreements)
    }

    /// The agreement of this state, if there is one.
    fn agreement(&self) -> Result<Option<Agreement>, Failure> {
        let (settings, problems) = part(&self.files()?.settings, || read_settings(&self.snapshot()))?;
        let is_its = |key: &str| key.is_empty() || key == "agreement" || key.starts_with("agreement.");
        let Some(at) = settings.wrong.iter().position(|(key, _)| is_its(key)) else {
            return Ok(settings.agreement);
        };
        // What is wrong is named in the same order; of very many, not all.
        match problems.get(at).or_else(|| problems.first()) {
            Some(problem) => Err(problem.clone().into()),
            None => Ok(settings.agreement),
        }
    }

    /// The agreement of a commit; the outer `None` where it cannot be read.
    fn agreement_of(&self, commit: ObjectId) -> Option<Option<Agreement>> {
        self.at_commit(Some(commit)).agreement().ok()
    }
}
