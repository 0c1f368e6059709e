//! Whether the failure of an open ticket has gone: in every lane in which it was seen, at newer code.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::process::{Results, State, TestHistory, is_lane_of, standing_sightings, test_number};
use crate::project::ci::build::Build;
use crate::project::ci::updater::CiUpdater;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::Store;
use crate::ticket::{Occurrence, Ticket};

/// How often a flaky test must pass, where it is not said; once says nothing.
const PASSES_OF_FLAKY: u32 = 3;
/// How often it must pass at least, whatever is said.
const MIN_PASSES_OF_FLAKY: u32 = 2;

/// How often tests must have passed in a row for their ticket to be resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    /// As often as is usual: once, a flaky test three times.
    Usual,
    /// So often.
    Times(u32),
}

impl Passes {
    /// How often those of a ticket must have passed.
    fn wanted(self, is_flaky: bool) -> u32 {
        match (self, is_flaky) {
            (Self::Usual, false) => 1,
            (Self::Usual, true) => PASSES_OF_FLAKY,
            (Self::Times(times), false) => times.max(1),
            (Self::Times(times), true) => times.max(MIN_PASSES_OF_FLAKY),
        }
    }
}

/// A run, beside what is known of its branch with it.
#[derive(Clone, Copy)]
pub(super) struct PassedRun<'a> {
    pub(super) build: &'a Build,
    pub(super) results: &'a Results,
    pub(super) after: Option<&'a TestHistory>,
    /// None are resolved where it is not said.
    pub(super) resolve: Option<Passes>,
    pub(super) others: &'a OtherBranches<'a>,
}

/// The other branches of the project, each asked for once, where a failure depends on it.
pub(super) struct OtherBranches<'a> {
    project: &'a Project<'a>,
    names: OnceCell<Option<BTreeSet<String>>>,
    histories: RefCell<BTreeMap<String, Rc<TestHistory>>>,
}

impl<'a> OtherBranches<'a> {
    pub(super) fn of(project: &'a Project<'a>) -> Self {
        Self { project, names: OnceCell::new(), histories: RefCell::default() }
    }

    /// True for a branch that was deleted. Those of forks, which nobody here is asked about, and the detached `HEAD` of a
    /// bisection never were.
    fn has_lost(&self, branch: &str) -> bool {
        let is_own = !branch.contains(':') && branch != "HEAD";
        let known = || self.names.get_or_init(|| self.project.store.names_on_origin());
        is_own && known().as_ref().is_some_and(|names| !names.contains(branch))
    }

    /// What is known of a branch's tests.
    fn history(&self, branch: &str) -> Rc<TestHistory> {
        let mut histories = self.histories.borrow_mut();
        let read = || Rc::new(self.project.test_history_on(branch));
        Rc::clone(histories.entry(branch.to_owned()).or_insert_with(read))
    }
}

impl PassedRun<'_> {
    /// Looks whether the tests of an open ticket passed here, and in the other lanes before; resolves it then.
    pub(super) fn look(&self, updater: &mut CiUpdater<'_, '_, '_>, ticket: &Ticket) -> Result<(), Failure> {
        let standing = standing_sightings(ticket);
        let store = updater.store();
        let Some(own) = self.own(store, &standing) else { return Ok(()) };
        let has_failed = ticket.fields().key().is_some_and(|key| self.results.has_failed(key));
        let has_passed = !own.tests.is_empty()
            && own.tests.iter().all(|test| self.results.has_passed(test))
            && own.reports.iter().all(|report| self.has_passed_in(own, report));
        if has_failed || !has_passed || !ticket.fields().status().is_open() {
            return Ok(());
        }
        let Some(resolve) = self.resolve else {
            updater.summary.unchanged.push(ticket.id().clone());
            return Ok(());
        };
        // It failed and passed in one run, or at one revision: nothing was fixed.
        let is_flipping = own.tests.iter().any(|test| self.results.is_flaky(test));
        if is_flipping || updater.was_same_code(own.revision.as_deref()) {
            return updater.flips(ticket);
        }
        let wanted = resolve.wanted(updater.is_flaky(ticket));
        let Some(passed) = self.passed_everywhere(store, &standing, wanted) else {
            updater.summary.unchanged.push(ticket.id().clone());
            return Ok(());
        };
        let is_of_history = self.is_on_branch(own) || self.has_merged(store, own);
        updater.passes(ticket, own, wanted, &passed, is_of_history)
    }

    /// True where the tests of a sighting passed in a report, as far as that names them: those of the same names in another
    /// report say nothing of these.
    fn has_passed_in(&self, own: &Occurrence, report: &str) -> bool {
        own.tests.iter().any(|test| self.results.has_passed_in(test, report))
    }

    /// The sighting that a pass of this run concerns: in its lane, on its branch or one whose work is in it.
    fn own<'s>(&self, store: &Store, standing: &[&'s Occurrence]) -> Option<&'s Occurrence> {
        let lane = self.build.lane.as_deref();
        let find = |is_concerned: &dyn Fn(&Occurrence) -> bool| {
            standing.iter().rev().find(|seen| is_lane_of(seen, lane) && is_concerned(seen)).copied()
        };
        find(&|seen| self.is_on_branch(seen))
            .or_else(|| find(&|seen| self.has_merged(store, seen)))
            .or_else(|| find(&|seen| self.has_outlived(seen)))
    }

    fn is_on_branch(&self, seen: &Occurrence) -> bool {
        seen.branch.as_deref() == Some(self.build.branch.as_str())
    }

    /// True where a branch on which something failed was merged into what was built. Any branch has the failures of the one
    /// that it began from: what passes there is not fixed here.
    fn has_merged(&self, store: &Store, seen: &Occurrence) -> bool {
        if !self.build.is_default {
            return false;
        }
        let (Some(failed), Some(now)) = (seen.commit(), &self.build.revision) else { return false };
        store.is_within(failed, now) == Some(true)
    }

    /// True where the branch on which something failed was deleted: it was merged as one new commit or rebased, which the
    /// graph does not tell, or dropped.
    fn has_outlived(&self, seen: &Occurrence) -> bool {
        self.build.is_default && seen.branch.as_deref().is_some_and(|branch| self.others.has_lost(branch))
    }

    /// The pass that is the youngest of all lanes; none while one of them has not passed often enough.
    fn passed_everywhere(&self, store: &Store, standing: &[&Occurrence], wanted: u32) -> Option<State> {
        let mut youngest: Option<State> = None;
        for seen in standing.iter().filter(|seen| !is_inherited(store, standing, seen)) {
            let is_of_history = self.is_on_branch(seen) || self.has_merged(store, seen);
            if !is_of_history && !self.has_outlived(seen) {
                // What fails on another branch, too, has to pass there.
                if self.passes_elsewhere(store, seen, wanted) {
                    continue;
                }
                return None;
            }
            let state = self.passed_in(store, seen, is_of_history, wanted)?;
            youngest = match youngest {
                Some(known) if known.count <= state.count => Some(known),
                _ => Some(state),
            };
        }
        youngest
    }

    /// True where the tests of a sighting pass on its own branch, at newer code than where they failed.
    fn passes_elsewhere(&self, store: &Store, seen: &Occurrence, wanted: u32) -> bool {
        let (Some(branch), Some(failed)) = (seen.branch.as_deref(), seen.commit()) else { return false };
        let history = self.others.history(branch);
        let passes = |test: &String| {
            let state = history.state(test_number(seen.lane.as_deref(), test));
            let state = state.filter(|state| state.passing && state.count >= wanted);
            let last = state.map(|state| state.last_passed.as_deref().unwrap_or(&state.since));
            last.is_some_and(|last| {
                store.is_within(failed, last) == Some(true) && !store.is_same_code(failed, last)
            })
        };
        !seen.tests.is_empty() && seen.tests.iter().all(passes)
    }

    /// How long the tests of a sighting have passed in its lane, at newer code than where they failed, if that is in the
    /// history of the branch.
    fn passed_in(&self, store: &Store, seen: &Occurrence, is_of_history: bool, wanted: u32) -> Option<State> {
        let lane = seen.lane.as_deref().or(self.build.lane.as_deref());
        let states = seen.tests.iter().map(|test| self.after?.state(test_number(lane, test)));
        let states: Vec<&State> = states.collect::<Option<_>>()?;
        // Of several tests, the one that passes for the shortest time.
        let state = states.into_iter().min_by_key(|state| (state.passing, state.count))?.clone();
        let failed = seen.commit().filter(|_| is_of_history);
        let is_older = failed.is_some_and(|failed| {
            store.is_within(failed, state.last_passed.as_deref().unwrap_or(&state.since)) == Some(false)
        });
        (state.passing && state.count >= wanted && !is_older).then_some(state)
    }
}

/// True where a failure came with the branch: the revision has one at which it failed on the branch where it was seen
/// first. It goes when that branch's does.
fn is_inherited(store: &Store, standing: &[&Occurrence], seen: &Occurrence) -> bool {
    let Some(home) = standing.first().filter(|home| home.branch != seen.branch) else { return false };
    let at_home = standing.iter().filter(|other| other.branch == home.branch);
    let revisions = at_home.filter_map(|other| other.commit());
    let Some(now) = seen.commit() else { return false };
    revisions.into_iter().any(|failed| store.is_within(failed, now) == Some(true))
}

/// Has the passes of a ticket's tests count from this run on, where another branch that it has brought their failure, and
/// what passed here in a row until now had not.
pub(super) fn restart_passes(
    store: &Store,
    ticket: &Ticket,
    build: &Build,
    known: &TestHistory,
    results: &mut Results,
) {
    let Some(now) = build.revision.as_deref() else { return };
    let lane = build.lane.as_deref();
    for seen in standing_sightings(ticket).into_iter().filter(|seen| is_lane_of(seen, lane)) {
        let Some(failed) = seen.commit() else { continue };
        for number in seen.tests.iter().map(|test| test_number(lane, test)) {
            let Some(state) = known.state(number).filter(|state| state.passing) else { continue };
            let was_before = store.is_within(failed, &state.since) == Some(false);
            if was_before && store.is_within(failed, now) == Some(true) {
                results.restart(number);
            }
        }
    }
}
