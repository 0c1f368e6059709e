//! What a failure, or a pass, does to the ticket of its cause.

use crate::process::{
    Changes, FailureGroup, FieldChange, FixStatus, ProcessAction, Request, RequestKind, ResolutionRequest,
    State, TestHistory, test_number, without_secrets,
};
use crate::project::change::Change;
use crate::project::ci::build::Build;
use crate::project::ci::texts::{bounded, fixed_by, opening, suspects};
use crate::project::failure::{Failure, Kind};
use crate::store::Store;
use crate::ticket::{Action, Field, LinkKind, Occurrence, Resolution, Ticket, TicketId};

/// The most sightings that a ticket counts: its file is to stay readable.
const MAX_SIGHTINGS: usize = 1_000;
/// The label of a test that changes its mind.
const FLAKY: &str = "flaky";
/// The label of a ticket whose tests are not there any more.
const GONE: &str = "test-gone";
/// The most commits between failure and fix that are looked at.
const MAX_COMMITS: usize = 21;

/// What became of the tickets.
#[derive(Debug, Default)]
pub struct CiSummary {
    /// New ones.
    pub opened: Vec<TicketId>,
    /// Those that had ended, and are worked on again.
    pub reopened: Vec<TicketId>,
    /// Those whose failure was repeated.
    pub repeated: Vec<TicketId>,
    /// Those whose failure has gone.
    pub resolved: Vec<TicketId>,
    /// Those whose tests are not there any more: to be closed, or not, by somebody.
    pub proposed: Vec<TicketId>,
    /// Those that the results concern and do not change.
    pub unchanged: Vec<TicketId>,
}

impl CiSummary {
    /// What became of how many, in words, where anything did: `2 opened, 1 resolved`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let counts = self.changed().map(|(what, ids)| (ids.len(), what));
        let parts: Vec<String> =
            counts.filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        parts.join(", ")
    }

    /// What became of those that changed.
    pub fn changed(&self) -> impl Iterator<Item = (&'static str, &[TicketId])> {
        [
            ("opened", self.opened.as_slice()),
            ("reopened", &self.reopened),
            ("repeated", &self.repeated),
            ("resolved", &self.resolved),
            ("test-gone", &self.proposed),
        ]
        .into_iter()
    }
}

/// Whether a test gives the same result for the same code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stability {
    /// As far as is known.
    Stable,
    /// It does not.
    Flaky,
}

/// What is known of a run before its failures are looked at.
#[derive(Clone, Copy)]
pub(super) struct CiRun<'a> {
    /// What was built.
    pub build: &'a Build,
    /// What was known of the branch before this run.
    pub passes: &'a TestHistory,
    /// Fields that new tickets get.
    pub given: &'a Changes,
}

/// Updates the tickets of one run's failures.
pub(super) struct CiUpdater<'a, 'p, 'h> {
    pub(super) run: CiRun<'a>,
    pub(super) change: &'a mut Change<'p, 'h>,
    /// What became of the tickets so far.
    pub summary: CiSummary,
}

impl<'a, 'p, 'h> CiUpdater<'a, 'p, 'h> {
    /// Nothing updated yet.
    pub(super) fn new(run: CiRun<'a>, change: &'a mut Change<'p, 'h>) -> Self {
        Self { run, change, summary: CiSummary::default() }
    }

    /// True for a ticket that this run has touched.
    #[must_use]
    pub(super) fn has_touched(&self, id: &TicketId) -> bool {
        self.change.has_touched(id)
    }

    /// A ticket as this run has made it so far.
    ///
    /// # Errors
    /// Its file cannot be read.
    pub(super) fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, Failure> {
        self.change.ticket(id)
    }

    /// The repository.
    pub(super) fn store(&self) -> &'p Store {
        &self.change.project().store
    }

    /// The ticket of a cause: of one that was resolved as a duplicate, the one that goes on.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn ticket_of(&self, key: &str) -> Result<Option<Ticket>, Failure> {
        let id = self.change.project().id_of_key(key);
        let Some(mut ticket) = self.change.ticket(&id)? else { return Ok(None) };
        for _ in 0..5 {
            let next = ticket.fields().links().find(|(kind, _)| **kind == LinkKind::DuplicateOf);
            let next =
                next.filter(|_| !ticket.fields().status().is_open()).and_then(|(_, id)| TicketId::parse(id));
            match next.map(|id| self.change.ticket(&id)).transpose()?.flatten() {
                Some(survivor) => ticket = survivor,
                None => break,
            }
        }
        Ok(Some(ticket))
    }

    /// Opens a ticket of a new failure.
    ///
    /// # Errors
    /// A rule refused it.
    pub(super) fn opens(&mut self, cause: &FailureGroup, kind: Stability) -> Result<(), Failure> {
        let id = self.change.project().id_of_key(&cause.key);
        let state = self.state_of(cause);
        let mut fields = opening(cause, self.run.build, &suspects(self.store(), state, self.run.build));
        fields.insert(Field::Reporter, FieldChange::to_text(self.change.me()));
        fields.extend(self.run.given.clone());
        if kind == Stability::Flaky {
            add_labels(&mut fields, vec![FLAKY.to_owned()]);
        }
        self.change.open(&id, &fields, Request::new(RequestKind::Comment).seen(self.sighting(cause)))?;
        self.summary.opened.push(id);
        Ok(())
    }

    /// Notes that the cause of a ticket was seen again.
    ///
    /// # Errors
    /// A rule refused it.
    pub(super) fn repeats(
        &mut self,
        ticket: &Ticket,
        cause: &FailureGroup,
        kind: Stability,
    ) -> Result<(), Failure> {
        let id = ticket.id().clone();
        let seen = self.sighting(cause);
        let told_before = ticket.sightings().any(|(_, before)| before.is_of_same_run(&seen));
        if told_before || ticket.occurrences() >= MAX_SIGHTINGS {
            self.summary.unchanged.push(id);
            return Ok(());
        }
        let state = self.state_of(cause);
        let fix = self.fix_now(ticket, state);
        let mut changes = Changes::new();
        if kind == Stability::Flaky
            || self.was_same_code(state.and_then(|state| state.last_passed.as_deref()))
        {
            add_labels(&mut changes, vec![FLAKY.to_owned()]);
        }
        if ticket.fields().members(&Field::Labels).any(|label| label == GONE) {
            let gone = FieldChange::Members { add: Vec::new(), remove: vec![GONE.to_owned()] };
            changes.entry(Field::Labels).or_insert(gone);
        }
        let regresses = !ticket.fields().status().is_open() && fix == FixStatus::Contained;
        let note = regresses.then(|| {
            let place = self.run.build.place();
            bounded(&without_secrets(&format!(
                "Regression: the failure was repeated {place}.\n\n{}",
                suspects(self.store(), state, self.run.build)
            )))
        });
        let request = Request::new(RequestKind::Repeat(changes, fix)).with_note(note).seen(seen);
        match self.change.request(ticket.id(), request)? {
            Some(Action::Reopen) => self.summary.reopened.push(id),
            Some(_) => self.summary.repeated.push(id),
            None => self.summary.unchanged.push(id),
        }
        Ok(())
    }

    /// True for a ticket of a test that changes its mind.
    pub(super) fn is_flaky(&self, ticket: &Ticket) -> bool {
        ticket.fields().members(&Field::Labels).any(|label| label == FLAKY)
    }

    /// Marks the ticket of a test that changes its mind.
    ///
    /// # Errors
    /// A rule refused it.
    pub(super) fn flips(&mut self, ticket: &Ticket) -> Result<(), Failure> {
        let changes = Changes::from([(Field::Labels, FieldChange::adding(vec![FLAKY.to_owned()]))]);
        self.change.request(ticket.id(), Request::new(RequestKind::Edit(changes)))?;
        self.summary.unchanged.push(ticket.id().clone());
        Ok(())
    }

    /// Where the first test of a cause stood in this lane before.
    fn state_of(&self, cause: &FailureGroup) -> Option<&'a State> {
        let test = cause.tests.first()?;
        self.run.passes.state(test_number(self.run.build.lane.as_deref(), test))
    }

    /// Proposes to close a ticket whose tests are not there any more.
    ///
    /// # Errors
    /// A rule refused it.
    pub(super) fn proposes_to_close(&mut self, ticket: &Ticket, runs: u32) -> Result<(), Failure> {
        let id = ticket.id().clone();
        if ticket.fields().members(&Field::Labels).any(|label| label == GONE) {
            return Ok(());
        }
        let changes = Changes::from([(Field::Labels, FieldChange::adding(vec![GONE.to_owned()]))]);
        let note = format!(
            "The last {runs} complete runs {} do not have its tests: renamed, or deleted?\n\n\
             To close it: git support resolve {id} --as withdrawn -m \"The test is gone.\"",
            self.run.build.place()
        );
        let request = Request::new(RequestKind::Edit(changes)).with_note(Some(note));
        match self.change.request(&id, request)? {
            Some(_) => self.summary.proposed.push(id),
            None => self.summary.unchanged.push(id),
        }
        Ok(())
    }

    /// Resolves a ticket whose tests passed often enough, if something changed since they failed.
    ///
    /// # Errors
    /// A rule refused it.
    pub(super) fn passes(
        &mut self,
        ticket: &Ticket,
        seen: &Occurrence,
        wanted: u32,
        passed: &State,
        is_of_history: bool,
    ) -> Result<(), Failure> {
        let id = ticket.id().clone();
        let now = self.run.build.revision.as_deref();
        let failed = seen.commit().unwrap_or_default().to_owned();
        // It passed by chance before anything changed, or while the branch that failed was not merged yet: what it passes at now
        // is the first that may be fixed.
        let is_first = !is_of_history || self.store().is_same_code(&failed, &passed.since);
        let (count, since) = match now.filter(|_| is_first) {
            Some(now) => (1, now),
            None => (passed.count, passed.since.as_str()),
        };
        // An older revision that passes says nothing of a newer one that fails.
        let is_newer = !is_of_history
            || self
                .store()
                .is_within(&failed, since)
                .unwrap_or_else(|| self.is_later(ticket, now.unwrap_or(since)));
        if passed.count < wanted || !is_newer {
            self.summary.unchanged.push(id);
            return Ok(());
        }
        let commits = self.store().code_between(&failed, since, MAX_COMMITS).ok().flatten();
        let fix = match commits.as_deref() {
            Some([only]) => only.commit.clone(),
            _ => since.to_owned(),
        };
        let ending = ResolutionRequest {
            code: Resolution::Fixed,
            commits: vec![fix],
            no_commit: None,
            duplicate_of: None,
            answered_by: None,
        };
        let note = fixed_by(&self.run.build.branch, &failed, since, count, commits.as_deref());
        let request =
            Request::new(RequestKind::Process(ProcessAction::Resolve(ending))).with_note(Some(note));
        match self.change.request(ticket.id(), request) {
            Ok(Some(_)) => self.summary.resolved.push(id),
            Ok(None) => self.summary.unchanged.push(id),
            // Who may not resolve it reports what fails all the same.
            Err(failure) if failure.kind == Kind::Refused => {
                self.change
                    .warning(&id, format!("its tests pass, but it was not resolved: {:#}", failure.error));
                self.summary.unchanged.push(id);
            }
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    /// True where a commit was made after a ticket's failure was last reported, in a clone whose history does not tell
    /// which of two revisions is the newer one.
    fn is_later(&self, ticket: &Ticket, commit: &str) -> bool {
        let reported = ticket.sightings().next_back().map(|(entry, _)| entry.at.unix());
        let repository = self.store().repository();
        let made = repository.revision(commit).and_then(|commit| repository.commit_seconds(commit)).ok();
        if made > reported {
            return true;
        }
        let (id, short) = (ticket.id(), commit.get(..10).unwrap_or(commit));
        let message =
            format!("warning: {id}: cannot determine if {short} is newer than the revision that failed");
        let how = if repository.is_shallow() { "; git fetch --unshallow" } else { "" };
        self.change.project().host.note(message + how);
        false
    }

    fn sighting(&self, cause: &FailureGroup) -> Occurrence {
        let mut seen = self.run.build.sighting(cause);
        seen.message = seen.message.map(|message| without_secrets(&message));
        seen.tests.iter_mut().chain(&mut seen.reports).for_each(|name| *name = without_secrets(name));
        seen
    }

    /// True where what was built has the code of a revision.
    pub(super) fn was_same_code(&self, revision: Option<&str>) -> bool {
        match (revision, &self.run.build.revision) {
            (Some(before), Some(now)) => self.store().is_same_code(before, now),
            _ => false,
        }
    }
}

/// Adds labels to those that are to be set.
fn add_labels(changes: &mut Changes, labels: Vec<String>) {
    match changes.get_mut(&Field::Labels) {
        Some(FieldChange::Members { add, .. }) => add.extend(labels),
        Some(FieldChange::To(_)) | None => drop(changes.insert(Field::Labels, FieldChange::adding(labels))),
    }
}
