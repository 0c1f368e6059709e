//! Failures that come back: whether what was built contains the fix of a ticket that has ended.

use crate::process::{Changes, FixStatus, Request, RequestKind, State};
use crate::project::ci::build::short;
use crate::project::ci::updater::CiUpdater;
use crate::project::failure::Failure;
use crate::ticket::{Action, Field, Occurrence, Resolution, Ticket};

impl CiUpdater<'_, '_, '_> {
    /// Reopens a ticket that has ended, where a failure that was filed beside its end is of a build with its fix.
    ///
    /// # Errors
    /// A rule refused it.
    pub(super) fn reopens(&mut self, ticket: &Ticket, seen: &Occurrence) -> Result<bool, Failure> {
        let fix = self.fix_of(ticket, seen.commit());
        if fix == FixStatus::Missing {
            return Ok(false);
        }
        let at = seen.revision.as_deref().map_or("an unknown revision", short);
        let place = seen.branch.as_deref().unwrap_or_default();
        let note = format!("Regression: it failed on {place} at {at}, while another run resolved it.");
        let request = Request::new(RequestKind::Repeat(Changes::new(), fix)).with_note(Some(note));
        let is_reopened = self.change.request(ticket.id(), request)? == Some(Action::Reopen);
        self.summary.reopened.extend(is_reopened.then(|| ticket.id().clone()));
        Ok(is_reopened)
    }

    /// Whether what was built contains the fix of a ticket that has ended.
    fn fix_of(&self, ticket: &Ticket, revision: Option<&str>) -> FixStatus {
        let head = ticket.fields();
        let resolution = head.get(&Field::Resolution).and_then(|code| code.as_text());
        // The team decided to live with it. What was withdrawn, as a test that was gone, and fails again, is news.
        if let Some("wont-fix" | "works-as-designed") = resolution {
            return FixStatus::Missing;
        }
        let is_fixed = resolution == Some(Resolution::Fixed.as_str());
        if head.status().is_open() || !is_fixed || head.members(&Field::Commits).next().is_none() {
            return FixStatus::Contained;
        }
        let contains = || -> Result<Option<bool>, crate::store::Error> {
            let tip = self.store().repository().revision(revision.unwrap_or_default())?;
            let said = self.store().said(&[tip])?;
            let builds = self.store().builds(&[tip], &said, std::slice::from_ref(ticket))?;
            // One that was reverted here was here: what fails again is open again.
            let is_fixed = builds.of(tip).had_fix(ticket);
            // A clone that lacks the past may lack the fix.
            Ok((is_fixed || !self.store().repository().is_cut()).then_some(is_fixed))
        };
        let why = match contains() {
            Ok(Some(true)) => return FixStatus::Contained,
            Ok(Some(false)) => return FixStatus::Missing,
            Ok(None) => "this clone is shallow; git fetch --unshallow".to_owned(),
            Err(error) => error.to_string(),
        };
        // A failure that may be a regression is not passed over.
        let id = ticket.id();
        let message = format!("warning: {id}: cannot determine if this build contains its fix: {why}");
        self.change.project().host.note(message);
        FixStatus::Contained
    }

    /// Whether what is built now contains the fix of a ticket, where its test stood so in the lane before. What passed on the
    /// default branch, and fails there now, has come back, wherever its fix was made: a squash merge leaves no trace of that.
    pub(super) fn fix_now(&self, ticket: &Ticket, before: Option<&State>) -> FixStatus {
        // What a fork broke, perhaps for good, says nothing of the project.
        if self.run.build.is_of_fork() || before.is_some_and(|state| self.has_passed_since(state)) {
            return FixStatus::Missing;
        }
        let is_back = self.run.build.is_default && before.is_some_and(|state| state.passing);
        let fix = self.fix_of(ticket, self.run.build.revision.as_deref());
        if fix == FixStatus::Missing && is_back && ends_by_fix(ticket) { FixStatus::Contained } else { fix }
    }

    /// True where a test passes at newer code of the branch than what is built: an old run that is made again tells nothing new.
    fn has_passed_since(&self, state: &State) -> bool {
        let passed = state.last_passed.as_deref().unwrap_or(&state.since);
        self.run.build.revision.as_deref().filter(|_| state.passing).is_some_and(|now| {
            self.store().is_within(now, passed) == Some(true) && !self.store().is_same_code(now, passed)
        })
    }
}

/// True where a ticket has ended by a fix.
fn ends_by_fix(ticket: &Ticket) -> bool {
    let resolution = ticket.fields().get(&Field::Resolution).and_then(|code| code.as_text());
    resolution == Some(Resolution::Fixed.as_str())
}
