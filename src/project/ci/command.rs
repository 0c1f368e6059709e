//! A command that was run as a change of tickets: its failure opens one, its success resolves it.

use crate::process::{Changes, FailureGroup, Results};
use crate::project::change::ChangeOptions;
use crate::project::ci::build::Build;
use crate::project::ci::passing::{OtherBranches, PassedRun, Passes, restart_passes};
use crate::project::ci::updater::{CiRun, CiSummary, CiUpdater, Stability};
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::project::write::Changed;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It failed.
    Failed,
    /// It succeeded.
    Passed,
}

impl Project<'_> {
    /// Opens or repeats the ticket of a command that failed, or resolves that of one that passed.
    ///
    /// # Errors
    /// A rule refused it, or the commit is not on the branch.
    pub fn report_command(
        &self,
        build: &Build,
        cause: &FailureGroup,
        results: &mut Results,
        given: &Changes,
        end: End,
        options: &ChangeOptions,
    ) -> Result<Changed<CiSummary>, Failure> {
        let passes = self.test_history(build);
        if let Some(ticket) = self.readable(&self.id_of_key(&cause.key)) {
            restart_passes(&self.store, &ticket, build, &passes, results);
        }
        let results = &*results;
        let revision = build.revision.as_deref().unwrap_or_default();
        let after = passes.after(results, revision, self.host.now().unix(), build.run());
        let others = OtherBranches::of(self);
        let (after, resolve) = (Some(&after), Some(Passes::Usual));
        let run = PassedRun { build, results, after, resolve, others: &others };
        self.change(options, |change| {
            let mut updater = CiUpdater::new(CiRun { build, passes: &passes, given }, change);
            match (updater.ticket_of(&cause.key)?, end) {
                (None, End::Failed) => updater.opens(cause, Stability::Stable)?,
                (Some(ticket), End::Failed) => updater.repeats(&ticket, cause, Stability::Stable)?,
                (Some(ticket), End::Passed) => run.look(&mut updater, &ticket)?,
                (None, End::Passed) => {}
            }
            Ok(updater.summary)
        })
    }
}
