//! What a ticket that is resolved as fixed needs: a commit, or a reason.

use crate::process::decide::Record;
use crate::process::policy::Policy;
use crate::process::refusal::Refusal;
use crate::process::request::{FieldChange, Request, RequestKind};
use crate::process::rules::Rules;
use crate::ticket::{Field, Fields, Set, TicketId};

impl Record {
    /// Links the commits of a fix. One that was linked before is named again: it counts, though the ticket was reopened since.
    pub(super) fn link_fix(&mut self, head: &Fields, commits: &[String]) -> Result<(), Refusal> {
        if commits.is_empty() {
            return Ok(());
        }
        self.change(head, &Field::Commits, &FieldChange::adding(commits.to_vec()))?;
        self.set.insert(Field::Commits, Set::Members { add: commits.to_vec(), remove: Vec::new() });
        Ok(())
    }

    /// What the policy makes of a fix without a commit: of a step, or of an edit, which a reason may override.
    pub(super) fn weigh_missing_commit(
        &mut self,
        id: &TicketId,
        rules: &Rules,
        edit: Option<&Request>,
    ) -> Result<(), Refusal> {
        let is_overridden = edit.is_some_and(|request| request.force && request.note.is_some());
        match rules.settings.fixed_needs_commit {
            Policy::Off => {}
            Policy::Warn => self.warnings.push("resolved as fixed without a commit".to_owned()),
            Policy::Enforce if is_overridden => self.overrides.push("policy.fixed_needs_commit".to_owned()),
            // An edit that resolves the ticket is a resolution: the step for that is named.
            Policy::Enforce => {
                let is_edit = edit.is_some_and(|request| !sets_status(request));
                return Err(Refusal::NoCommit { id: id.clone(), is_edit });
            }
        }
        Ok(())
    }
}

fn sets_status(request: &Request) -> bool {
    matches!(&request.what, RequestKind::Edit(changes) if changes.contains_key(&Field::Status))
}
