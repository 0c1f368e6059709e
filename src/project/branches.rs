//! Where tickets stand on other branches.

use std::collections::BTreeSet;

use crate::process::{Branches, Listed};
use crate::project::failure::Failure;
use crate::project::state::{Project, Scope};
use crate::store::BranchSource;
use crate::ticket::{TicketId, shell_word};

impl Project<'_> {
    /// Tickets as a list shows them: with where each stands, where every branch is read; and with a note where a
    /// branch beside this one holds later entries of them.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn placed(&self, mut tickets: Vec<Listed>) -> Result<Vec<Listed>, Failure> {
        self.note_later(tickets.iter().map(|one| &one.summary.id))?;
        if self.scope == Scope::AllBranches {
            let snapshot = self.snapshot();
            let apart = snapshot.tips_apart()?;
            for one in &mut tickets {
                let places = snapshot.places(&one.summary.id, &apart)?;
                one.places = Some(Branches { latest: places.latest, behind: places.behind });
            }
        }
        Ok(tickets)
    }

    /// Where a ticket stands, where every branch is read.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn places(&self, id: &TicketId) -> Result<Option<Branches>, Failure> {
        if self.scope != Scope::AllBranches {
            return Ok(None);
        }
        let snapshot = self.snapshot();
        let places = snapshot.places(id, &snapshot.tips_apart()?)?;
        Ok(Some(Branches { latest: places.latest, behind: places.behind }))
    }

    /// Notes that a ticket was filed on a branch that not everybody begins from, where nobody named it.
    ///
    /// # Errors
    /// A reference cannot be read.
    pub fn note_branch(&self) -> Result<(), Failure> {
        if self.store.branch_source() != BranchSource::Current {
            return Ok(());
        }
        let default = self.store.default_branch()?;
        if let Some(default) = default.filter(|default| default != self.branch()) {
            let branch = self.branch();
            self.host.note(format!(
                "note: opened on branch '{branch}'; '{default}' has it after a merge. To open tickets there: --branch {}",
                shell_word(&default)
            ));
        }
        Ok(())
    }

    /// Notes where a branch beside this one holds later entries of tickets that are shown, where the present is read.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn note_later<'a>(&self, shown: impl Iterator<Item = &'a TicketId>) -> Result<(), Failure> {
        if self.scope != Scope::Now {
            return Ok(());
        }
        let related = self.store.related()?;
        if related.is_empty() {
            return Ok(());
        }
        let shown: BTreeSet<&TicketId> = shown.collect();
        for tip in related {
            let later = self.snapshot().later_on(&tip, &shown)?;
            let what = match later.as_slice() {
                [] => continue,
                [(id, 1)] => format!("1 later entry of {id}"),
                [(id, count)] => format!("{count} later entries of {id}"),
                many => format!("later entries of {} of these tickets", many.len()),
            };
            let see = "see --all-branches, or git support sync";
            self.host.note(format!("note: {} holds {what}; {see}", tip.name));
        }
        Ok(())
    }
}
