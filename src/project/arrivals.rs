//! What is new since an earlier look, and the user's command that is told of each change.

use std::collections::BTreeSet;

use crate::project::failure::Failure;
use crate::project::host::Announcement;
use crate::project::state::Project;
use crate::store::IntroducedEntry;
use crate::store::git::ObjectId;

/// The setting of git that names a command to be told of changes: never one of the repository's files, which anybody may
/// have written.
const ON_CHANGE: &str = "support.onChange";

impl Project<'_> {
    /// The entries that this state has and an earlier one has not, the oldest commit first, each once.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn arrived_since(&self, earlier: &Self) -> Result<Vec<IntroducedEntry>, Failure> {
        let mut seen = BTreeSet::new();
        let mut arrived = self.store.arrived_in(&self.snapshot(), &earlier.snapshot().commits())?;
        arrived.retain(|one| {
            let (seq, at, id) = one.entry.identity();
            seen.insert((one.ticket.clone(), seq, at, id.clone()))
        });
        Ok(arrived)
    }

    /// True where both states are of the same commits.
    #[must_use]
    pub fn is_same_state(&self, other: &Self) -> bool {
        self.snapshot().commits() == other.snapshot().commits()
    }

    /// Tells the user's command what a commit brought, where one is set. What goes wrong with it is a warning: the commit is
    /// made.
    pub(super) fn announce(&self, commit: ObjectId) {
        let Some(command) = self.configured(ON_CHANGE) else {
            return;
        };
        let entries = match self.store.arrived_with(commit) {
            Ok(entries) if entries.is_empty() => return,
            Ok(entries) => entries,
            Err(error) => {
                self.host.note(format!("warning: {ON_CHANGE}: {error}"));
                return;
            }
        };
        let repository = self.store.repository();
        let directory = repository.work_tree().unwrap_or(repository.git_directory()).to_owned();
        let announcement = Announcement { command, directory, branch: self.branch().to_owned(), entries };
        if let Err(problem) = (self.host.announce)(&announcement) {
            self.host.note(format!("warning: {ON_CHANGE}: {problem} (the change is committed)"));
        }
    }
}
