//! The results of a run as a change of tickets: new failures, repeated ones, those that are gone.

use crate::process::{Changes, FailureGroup, Results, TestHistory, test_number};
use crate::project::change::{Change, ChangeOptions};
use crate::project::ci::build::Build;
use crate::project::ci::updater::{CiRun, CiSummary, CiUpdater, Stability};
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::project::write::Changed;
use crate::ticket::{Ticket, TicketId};

/// The tickets that a run may resolve.
const OPEN_FAILURES: &str = "status:open has:key channel:ci";

/// A run's results, and what is to be made of them.
pub struct CiReport<'a> {
    /// What was built.
    pub build: &'a Build,
    /// The results.
    pub results: &'a Results,
    /// Fields that new tickets get.
    pub given: &'a Changes,
    /// One ticket is opened in total if more failures than this are new.
    pub max_new: usize,
    /// How often in a row tests must have passed for their ticket to be resolved; none are resolved where it is not said.
    pub resolve_passing: Option<u32>,
}

/// A report beside what is known of its branch.
struct Run<'a> {
    report: &'a CiReport<'a>,
    before: &'a TestHistory,
    after: Option<&'a TestHistory>,
}

impl Project<'_> {
    /// Opens, repeats, reopens and resolves the tickets of a run's failures, as one commit.
    ///
    /// # Errors
    /// A rule refused it, or the commit is not on the branch.
    pub fn report_results(
        &self,
        report: &CiReport<'_>,
        options: &ChangeOptions,
    ) -> Result<Changed<CiSummary>, Failure> {
        let build = report.build;
        let before = self.test_history(build);
        let at = self.host.now().unix();
        let after = build.revision.as_deref().map(|revision| before.after(report.results, revision, at));
        let run = Run { report, before: &before, after: after.as_ref() };
        let candidates = self.candidates(build)?;
        self.change(options, |change| run.update(change, &candidates))
    }

    /// The open tickets of failures that were seen on this branch last.
    fn candidates(&self, build: &Build) -> Result<Vec<TicketId>, Failure> {
        let is_of_this_branch = |ticket: &Ticket| {
            let last = ticket.sightings().next_back();
            last.is_some_and(|(_, seen)| seen.branch.as_deref() == Some(build.branch.as_str()))
        };
        let tickets = self.find_tickets(OPEN_FAILURES)?;
        Ok(tickets.into_iter().filter(is_of_this_branch).map(|ticket| ticket.id().clone()).collect())
    }
}

impl Run<'_> {
    fn update(&self, change: &mut Change<'_, '_>, candidates: &[TicketId]) -> Result<CiSummary, Failure> {
        let CiReport { build, results, given, max_new, .. } = *self.report;
        let mut updater = CiUpdater::new(CiRun { build, passes: self.before, given }, change);
        let mut new: Vec<&FailureGroup> = Vec::new();
        for cause in results.causes() {
            match updater.ticket_of(&cause.key)? {
                Some(ticket) => updater.repeats(&ticket, cause, self.stability(cause))?,
                None => new.push(cause),
            }
        }
        if new.len() > max_new {
            let storm = FailureGroup::storm(format!("storm:{}", build.branch), &new);
            match updater.ticket_of(&storm.key)? {
                Some(ticket) => updater.repeats(&ticket, &storm, Stability::Stable)?,
                None => updater.opens(&storm)?,
            }
        } else {
            new.into_iter().try_for_each(|cause| updater.opens(cause))?;
        }
        for id in candidates.iter().filter(|id| !updater.has_touched(id)).cloned().collect::<Vec<_>>() {
            if let Some(ticket) = updater.ticket(&id)? {
                self.pass(&mut updater, &ticket)?;
            }
        }
        let summary = updater.summary;
        let counts = summary.in_words();
        let counts = if counts.is_empty() { "marked flaky" } else { &counts };
        change.subject_of_many(format!("ci {}: {counts} on {}", build.short_revision(), build.branch));
        Ok(summary)
    }

    /// Looks whether the tests of an open ticket passed.
    fn pass(&self, updater: &mut CiUpdater<'_, '_, '_>, ticket: &Ticket) -> Result<(), Failure> {
        let results = self.report.results;
        let tests = ticket.sightings().next_back().map(|(_, seen)| seen.tests.as_slice()).unwrap_or_default();
        let has_failed = ticket.fields().key().is_some_and(|key| results.has_failed(key));
        let is_open = ticket.fields().status().is_open();
        if tests.is_empty() || has_failed || !is_open || !tests.iter().all(|test| results.has_passed(test)) {
            return Ok(());
        }
        let Some(wanted) = self.report.resolve_passing else {
            updater.summary.unchanged.push(ticket.id().clone());
            return Ok(());
        };
        let states = tests.iter().filter_map(|test| self.after?.state(test_number(test)));
        // Of several tests, the one that passes for the shortest time.
        let state = states.min_by_key(|state| state.count).filter(|state| state.passing);
        let now = self.report.build.revision.clone().unwrap_or_default();
        // What a complete report no longer names has no record.
        let (count, since) = state.map_or((wanted, now), |state| (state.count, state.since.clone()));
        updater.passes(ticket, count, wanted.max(1), &since)
    }

    fn stability(&self, cause: &FailureGroup) -> Stability {
        let is_flipping = |test: &String| {
            let state = self.after.and_then(|after| after.state(test_number(test)));
            self.report.results.is_flaky(test) || state.is_some_and(|state| state.is_flaky())
        };
        if cause.tests.iter().any(is_flipping) { Stability::Flaky } else { Stability::Stable }
    }
}
