//! The results of a run as a change of tickets: new failures, repeated ones, those that are gone.

use std::collections::BTreeSet;

use crate::process::{
    Changes, FailureGroup, Results, State, TestHistory, checksum, is_lane_of, standing_sightings, test_number,
};
use crate::project::change::{Change, ChangeOptions};
use crate::project::ci::build::Build;
use crate::project::ci::passing::{OtherBranches, PassedRun, Passes, restart_passes};
use crate::project::ci::updater::{CiRun, CiSummary, CiUpdater, Stability};
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::project::write::Changed;
use crate::ticket::{Occurrence, Ticket, TicketId};

/// The tickets that a run may resolve.
const OPEN_FAILURES: &str = "status:open has:key channel:ci";

/// What is to be made of a run's results.
pub struct CiReport<'a> {
    /// What was built.
    pub build: &'a Build,
    /// Fields that new tickets get.
    pub given: &'a Changes,
    /// One ticket is opened in total if more failures than this are new.
    pub max_new: usize,
    /// How often in a row tests must have passed for their ticket to be resolved; none are resolved where it is not said.
    pub resolve_passing: Option<Passes>,
    /// After how many complete runs of a lane a test that they do not have counts as gone; none does where it is not said.
    pub prune: Option<u32>,
}

/// A report beside what is known of its branch.
struct Run<'a> {
    project: &'a Project<'a>,
    report: &'a CiReport<'a>,
    results: &'a Results,
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
        results: &mut Results,
        options: &ChangeOptions,
    ) -> Result<Changed<CiSummary>, Failure> {
        let build = report.build;
        let before = self.test_history(build);
        let at = self.host.now().unix();
        let candidates = self.find_tickets(OPEN_FAILURES)?;
        for ticket in &candidates {
            count_what_is_gone(ticket, report, results);
            restart_passes(&self.store, ticket, build, &before, results);
        }
        let candidates: Vec<TicketId> = candidates.iter().map(|ticket| ticket.id().clone()).collect();
        let results = &*results;
        let after =
            build.revision.as_deref().map(|revision| before.after(results, revision, at, build.run()));
        let run = Run { project: self, report, results, before: &before, after: after.as_ref() };
        self.change(options, |change| run.update(change, &candidates))
    }
}

/// Counts what reports no longer name: findings of a complete analysis as passed, and, for [`CiReport::prune`], in how many
/// runs in a row a test is missing.
fn count_what_is_gone(ticket: &Ticket, report: &CiReport<'_>, results: &mut Results) {
    for seen in standing_sightings(ticket) {
        if !is_lane_of(seen, report.build.lane.as_deref()) {
            continue;
        }
        for test in &seen.tests {
            if results.has_passed(test) {
                results.count(test);
            }
            if report.prune.is_some() {
                let is_missing = results.lacks(test);
                results.count_as(&absence(test), is_missing);
            }
        }
    }
}

/// The name under which it is counted that a test is missing.
fn absence(test: &str) -> String {
    format!("(missing) {test}")
}

impl Run<'_> {
    fn update(&self, change: &mut Change<'_, '_>, candidates: &[TicketId]) -> Result<CiSummary, Failure> {
        let CiReport { build, given, max_new, .. } = *self.report;
        let mut updater = CiUpdater::new(CiRun { build, passes: self.before, given }, change);
        let mut new: Vec<&FailureGroup> = Vec::new();
        for cause in self.results.causes() {
            match updater.ticket_of(&cause.key)? {
                Some(ticket) => updater.repeats(&ticket, cause, self.stability(cause))?,
                None => new.push(cause),
            }
        }
        self.storms(&mut updater, candidates, &mut new)?;
        let is_storm = new.len() > max_new;
        if is_storm {
            let mut storm = FailureGroup::storm(storm_key(build, &new), &new);
            storm.count += self.results.beyond();
            match updater.ticket_of(&storm.key)? {
                Some(ticket) => updater.repeats(&ticket, &storm, Stability::Stable)?,
                None => updater.opens(&storm, Stability::Stable)?,
            }
        } else {
            new.into_iter().try_for_each(|cause| updater.opens(cause, self.stability(cause)))?;
        }
        let others = OtherBranches::of(self.project);
        // Where everything fails, what passes beside says little.
        for id in candidates.iter().filter(|_| !is_storm) {
            let untouched = !updater.has_touched(id);
            if let Some(ticket) = updater.ticket(id)?.filter(|_| untouched) {
                let (results, after) = (self.results, self.after);
                let resolve = self.report.resolve_passing;
                let run = PassedRun { build, results, after, resolve, others: &others };
                run.look(&mut updater, &ticket)?;
                self.prune(&mut updater, &ticket)?;
            }
        }
        let summary = updater.summary;
        let counts = summary.in_words();
        let counts = if counts.is_empty() { "marked flaky" } else { &counts };
        change.subject_of_many(format!("ci {}: {counts} on {}", build.short_revision(), build.branch));
        Ok(summary)
    }

    /// Takes out the new causes that belong to a storm which has a ticket: it was seen again.
    fn storms(
        &self,
        updater: &mut CiUpdater<'_, '_, '_>,
        candidates: &[TicketId],
        new: &mut Vec<&FailureGroup>,
    ) -> Result<(), Failure> {
        for id in candidates {
            let Some(ticket) = updater.ticket(id)? else { continue };
            let is_storm = ticket.fields().key().is_some_and(|key| key.starts_with(STORM));
            let tests: BTreeSet<&String> = match is_storm {
                true => ticket.sightings().flat_map(|(_, seen)| &seen.tests).collect(),
                false => continue,
            };
            let is_of_it = |cause: &&FailureGroup| cause.tests.iter().all(|test| tests.contains(test));
            let (again, rest): (Vec<&FailureGroup>, Vec<&FailureGroup>) =
                std::mem::take(new).into_iter().partition(is_of_it);
            *new = rest;
            if !again.is_empty() {
                let key = ticket.fields().key().unwrap_or_default().to_owned();
                updater.repeats(&ticket, &FailureGroup::storm(key, &again), Stability::Stable)?;
            }
        }
        Ok(())
    }

    /// Proposes to close a ticket whose tests the lane no longer has, on the branch where it failed or on the default one: a
    /// request that lacks a test says nothing of the others.
    fn prune(&self, updater: &mut CiUpdater<'_, '_, '_>, ticket: &Ticket) -> Result<(), Failure> {
        let Some(runs) = self.report.prune else { return Ok(()) };
        let build = self.report.build;
        let lane = build.lane.as_deref();
        let standing = standing_sightings(ticket);
        let is_branch_of = |seen: &Occurrence| seen.branch.as_ref().is_none_or(|own| *own == build.branch);
        let is_here = |seen: &Occurrence| build.is_default || is_branch_of(seen);
        if standing.is_empty() || !standing.iter().all(|seen| is_lane_of(seen, lane) && is_here(seen)) {
            return Ok(());
        }
        let tests: Vec<&String> = standing.iter().flat_map(|seen| &seen.tests).collect();
        let missing = |test: &&String| {
            let state = self.after.and_then(|after| after.state(test_number(lane, &absence(test))));
            state.filter(|state| state.passing).map_or(0, |state| state.count)
        };
        let count = tests.iter().map(missing).min().unwrap_or_default();
        if count >= runs.max(1) { updater.proposes_to_close(ticket, count) } else { Ok(()) }
    }

    fn stability(&self, cause: &FailureGroup) -> Stability {
        let lane = self.report.build.lane.as_deref();
        let is_flipping = |test: &String| {
            let state = self.after.and_then(|after| after.state(test_number(lane, test)));
            self.results.is_flaky(test) || state.is_some_and(State::is_flaky)
        };
        if cause.tests.iter().any(is_flipping) { Stability::Flaky } else { Stability::Stable }
    }
}

/// What the key of a storm begins with.
const STORM: &str = "storm:";

/// The key of a storm: that of what fails in it.
fn storm_key(build: &Build, causes: &[&FailureGroup]) -> String {
    let keys: Vec<&str> = causes.iter().map(|cause| cause.key.as_str()).collect();
    format!("{STORM}{}:{:016x}", build.branch, checksum(&keys.join("\n")))
}
