//! Whether tickets may begin on a branch, or are on another.

use crate::store::error::Error;
use crate::store::git::{self, shown};
use crate::store::{BranchSource, Store, layout, pipeline_branch, ticket_branch};
use crate::ticket::shell_word;

impl Store {
    /// Sees that a branch which somebody named has tickets, or that none says that it holds them: a first ticket on another
    /// would hide those from everybody who begins from there. In CI, `origin` is asked.
    ///
    /// # Errors
    /// Another holds the tickets.
    pub fn check_begins(&self) -> Result<(), Error> {
        let repository = self.repository();
        let has_store = match repository.tip(self.target())? {
            Some(tip) => repository.find(tip, layout::FOLDER)?.is_some(),
            None => false,
        };
        if self.branch_source() != BranchSource::Named || has_store {
            return Ok(());
        }
        if repository.is_in_pipeline() {
            pipeline_branch::fetch_unknown(repository, self.target(), None)?;
        }
        let own = shown(self.branch());
        let Some(other) = self.other_that_holds_tickets()? else { return Ok(()) };
        let message = format!("branch {own} has no {}: the tickets are on {}", layout::FOLDER, shown(&other));
        Err(git::Error::new(git::Kind::Refused, message)
            .hint(format!("name no branch, or that one: --branch {}", shell_word(&other)))
            .into())
    }

    /// The branch that says that it holds the tickets, where nobody named this one, and `origin` has none on it: a clone from
    /// before that branch, which knows nothing of it, asks for it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn tickets_elsewhere(&self) -> Result<Option<String>, Error> {
        let repository = self.repository();
        let there = repository.reference_id(&format!("refs/remotes/origin/{}", self.branch()))?;
        let has_tickets = match there {
            Some(tip) => repository.find(tip, layout::TICKETS)?.is_some(),
            None => false,
        };
        if self.branch_source() != BranchSource::Current || !repository.has_origin() || has_tickets {
            return Ok(None);
        }
        pipeline_branch::fetch_all_unknown(repository, self.target());
        self.other_that_holds_tickets()
    }

    fn other_that_holds_tickets(&self) -> Result<Option<String>, Error> {
        let names = ticket_branch::self_named(self.repository())?;
        Ok(names.into_iter().find(|name| name != self.branch()))
    }
}
