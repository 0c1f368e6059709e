//! Which tests passed on a branch, and at which revision last: what suspects are told by, and how often a test
//! has passed since it failed.
//!
//! It is kept beside the tickets, one record a branch, as text: a line for a state, then a line for each test
//! in it. Tests that always passed together share a state, so the record stays small.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::process::fingerprint::checksum;
use crate::process::results::Results;

/// The first line of the text.
const HEADING: &str = "git-support passes 1";
/// The most tests that are kept; beyond them, nothing is known of when a test passed last.
pub(in crate::process) const MAX_TESTS: usize = 200_000;
/// The most passes that are counted.
const MAX_COUNT: u32 = 99;
/// After so many passes in a row, a test no longer counts as flipping.
const CALM: u32 = 20;
/// A test that went from passing to failing so often is flaky.
const FLIPS: u32 = 3;

/// Where a test stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct State {
    /// True where it passed when it last ran.
    pub passing: bool,
    /// The revision where it passed last.
    pub last_passed: Option<String>,
    /// The revision where it first passed, or failed, in a row.
    pub since: String,
    /// How often it passed in a row.
    pub count: u32,
    /// How often it went from passing to failing.
    pub flips: u32,
    /// When this was told: seconds since 1970 UTC.
    pub at: i64,
    /// What stands for the run that told it; 0 where that is not known.
    pub run: u64,
    /// The revision where it failed last: that it passes there, too, says nothing of newer code.
    pub failed_at: Option<String>,
}

/// The tests of a branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestHistory {
    states: Vec<State>,
    /// The test's number and its state's place, in order of the numbers.
    tests: Vec<(u64, u32)>,
}

impl TestHistory {
    /// Reads the text; what cannot be read counts as unknown.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut passes = Self::default();
        let mut lines = text.lines();
        if lines.next() != Some(HEADING) {
            return passes;
        }
        for line in lines {
            if let Some(state) = line.strip_prefix("state ").and_then(read_state) {
                passes.states.push(state);
            } else if let (Ok(number), Some(place)) =
                (u64::from_str_radix(line, 16), passes.states.len().checked_sub(1))
            {
                passes.tests.push((number, u32::try_from(place).unwrap_or_default()));
            }
        }
        passes.tests.sort_unstable();
        passes.tests.dedup_by_key(|(number, _)| *number);
        passes
    }

    /// The text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut by_state: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for (number, place) in &self.tests {
            by_state.entry(*place).or_default().push(*number);
        }
        let mut out = format!("{HEADING}\n");
        for (place, numbers) in by_state {
            let Some(state) = self.state_at(place) else { continue };
            let (word, last) =
                (if state.passing { "passed" } else { "failed" }, state.last_passed.as_deref());
            let State { since, count, flips, at, run, .. } = state;
            let (last, failed) = (last.unwrap_or("-"), state.failed_at.as_deref().unwrap_or("-"));
            let _ = writeln!(out, "state {word} {last} {since} {count} {flips} {at} {run:016x} {failed}");
            for number in numbers {
                let _ = writeln!(out, "{number:016x}");
            }
        }
        out
    }

    /// Where a test stands; `None` where it has not been seen on the branch.
    #[must_use]
    pub fn state(&self, test: u64) -> Option<&State> {
        self.state_at(self.place(test)?)
    }

    fn place(&self, test: u64) -> Option<u32> {
        let found = self.tests.binary_search_by_key(&test, |(number, _)| *number).ok()?;
        self.tests.get(found).map(|(_, place)| *place)
    }

    fn state_at(&self, place: u32) -> Option<&State> {
        self.states.get(usize::try_from(place).ok()?)
    }

    /// The record after a run at a revision. What several reports of one run say counts once.
    #[must_use]
    pub fn after(&self, results: &Results, revision: &str, at: i64, run: Option<&str>) -> Self {
        let run = run.map_or(0, checksum);
        let passed = results.passed().into_iter().map(|number| (number, true));
        let mut told: Vec<(u64, bool)> =
            results.failed().map(|number| (number, false)).chain(passed).take(MAX_TESTS).collect();
        told.sort_unstable();
        let mut made = Maker::default();
        // Tests in one state move together.
        let mut moves: BTreeMap<(Option<u32>, bool, bool), u32> = BTreeMap::new();
        for (number, passing) in &told {
            let (before, restarts) = (self.place(*number), results.is_restarted(*number));
            let place = *moves.entry((before, *passing, restarts)).or_insert_with(|| {
                let before = before.and_then(|place| self.state_at(place));
                let restarted = before.filter(|before| before.passing && restarts);
                let restarted = restarted.map(|before| State { count: 0, ..before.clone() });
                made.place(moved(restarted.as_ref().or(before), *passing, revision, (at, run)))
            });
            made.put(*number, place);
        }
        let mut stays: BTreeMap<u32, u32> = BTreeMap::new();
        for (number, before) in &self.tests {
            if told.binary_search_by_key(number, |(number, _)| *number).is_ok() {
                continue;
            }
            let Some(state) = self.state_at(*before) else { continue };
            let place = *stays.entry(*before).or_insert_with(|| made.place(state.clone()));
            made.put(*number, place);
        }
        made.finish()
    }

    /// What two records know together: of each test, what was told last.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        let mut made = Maker::default();
        let mut take = |number: u64, state: &State| {
            let place = made.place(state.clone());
            made.put(number, place);
        };
        for (number, _) in &self.tests {
            let both = [self.state(*number), other.state(*number)].into_iter().flatten();
            // Of one second, either order gives the same.
            both.max_by_key(|state| (state.at, !state.passing, *state))
                .into_iter()
                .for_each(|state| take(*number, state));
        }
        for (number, _) in other.tests.iter().filter(|(number, _)| self.state(*number).is_none()) {
            other.state(*number).into_iter().for_each(|state| take(*number, state));
        }
        made.finish()
    }
}

impl State {
    /// True for a test that changed its mind too often, or at one revision.
    #[must_use]
    pub fn is_flaky(&self) -> bool {
        self.flips >= FLIPS || (!self.passing && self.last_passed.as_deref() == Some(self.since.as_str()))
    }
}

/// Where a test stands after it passed or failed.
fn moved(before: Option<&State>, passing: bool, revision: &str, (at, run): (i64, u64)) -> State {
    let is_same_run = before.is_some_and(|before| run != 0 && before.run == run);
    let revision = revision.to_owned();
    let failed_at =
        if passing { before.and_then(|before| before.failed_at.clone()) } else { Some(revision.clone()) };
    // What passes where it failed has passed by chance: passes count from the next revision on.
    let is_by_chance = passing && failed_at.as_ref() == Some(&revision);
    let fresh = || State {
        passing,
        last_passed: None,
        since: revision.clone(),
        count: u32::from(passing && !is_by_chance),
        flips: 0,
        at,
        run,
        failed_at: failed_at.clone(),
    };
    let mut state = match before {
        None => fresh(),
        // It failed in this run: that another attempt passes makes it flaky, and no better.
        Some(before) if is_same_run && !before.passing => State { at, ..before.clone() },
        Some(before) if passing && before.passing && before.count == 0 => {
            State { flips: before.flips, ..fresh() }
        }
        Some(before) if before.passing == passing => {
            let more = u32::from(passing && !is_same_run);
            let count = (before.count + more).min(MAX_COUNT);
            State { count, at, run, failed_at: failed_at.clone(), ..before.clone() }
        }
        Some(before) => State {
            last_passed: before.last_passed.clone(),
            flips: before.flips + u32::from(before.passing),
            ..fresh()
        },
    };
    if passing {
        state.last_passed = Some(revision);
        if state.count >= CALM {
            state.flips = 0;
        }
    }
    state
}

/// Gathers tests under their states.
#[derive(Default)]
struct Maker {
    places: BTreeMap<State, u32>,
    tests: Vec<(u64, u32)>,
}

impl Maker {
    /// The place of a state.
    fn place(&mut self, state: State) -> u32 {
        let next = u32::try_from(self.places.len()).unwrap_or_default();
        *self.places.entry(state).or_insert(next)
    }

    fn put(&mut self, number: u64, place: u32) {
        if self.tests.len() < MAX_TESTS {
            self.tests.push((number, place));
        }
    }

    /// The states in their own order, so that one record has one text.
    fn finish(mut self) -> TestHistory {
        let mut ranks: BTreeMap<u32, u32> = BTreeMap::new();
        for (rank, place) in (0_u32..).zip(self.places.values()) {
            ranks.insert(*place, rank);
        }
        self.tests.iter_mut().for_each(|(_, place)| *place = ranks.get(place).copied().unwrap_or(*place));
        self.tests.sort_unstable();
        TestHistory { states: self.places.into_keys().collect(), tests: self.tests }
    }
}

/// Reads `passed LAST SINCE COUNT FLIPS AT RUN FAILED`.
fn read_state(text: &str) -> Option<State> {
    let mut words = text.split(' ');
    let passing = match words.next()? {
        "passed" => true,
        "failed" => false,
        _ => return None,
    };
    let last = words.next()?;
    Some(State {
        passing,
        last_passed: (last != "-").then(|| last.to_owned()),
        since: words.next()?.to_owned(),
        count: words.next()?.parse().ok()?,
        flips: words.next()?.parse().ok()?,
        at: words.next()?.parse().ok()?,
        run: words.next().and_then(|run| u64::from_str_radix(run, 16).ok()).unwrap_or_default(),
        failed_at: words.next().filter(|failed| *failed != "-").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::fingerprint::{Grouping, test_number};
    use crate::process::outcome::{Outcome, TestResult};

    fn run(passed: &[&str], failed: &[&str]) -> Results {
        let mut results = Results::new(Grouping::Test, None);
        let verdicts = passed.iter().map(|name| (name, TestResult::Passed));
        let failed = failed.iter().map(|name| (name, TestResult::Failed(Box::default())));
        for (name, verdict) in verdicts.chain(failed) {
            results.add(Outcome::new("", *name, verdict));
        }
        results.finish()
    }

    #[test]
    fn the_last_pass_is_remembered_while_a_test_fails() {
        let passes = TestHistory::default().after(&run(&["a", "b"], &[]), "r1", 1, None);
        let passes =
            passes.after(&run(&["b"], &["a"]), "r2", 2, None).after(&run(&[], &["a"]), "r3", 3, None);
        let state = passes.state(test_number(None, "a")).unwrap();
        assert_eq!(
            (state.last_passed.as_deref(), state.since.as_str(), state.passing),
            (Some("r1"), "r2", false)
        );
        let passes = passes.after(&run(&["a"], &[]), "r4", 4, None).after(&run(&["a"], &[]), "r5", 5, None);
        let state = passes.state(test_number(None, "a")).unwrap();
        assert_eq!((state.since.as_str(), state.count, state.flips), ("r4", 2, 1));
        assert_eq!(TestHistory::read(&passes.write()), passes);
    }

    #[test]
    fn records_of_one_second_are_merged_alike_in_either_order() {
        let before = TestHistory::default().after(&run(&["a", "b"], &["c"]), "r1", 1, None);
        let one = before.after(&run(&["a", "c"], &["b"]), "r2", 2, Some("1"));
        let other = before.after(&run(&["a", "b"], &["c"]), "r3", 2, Some("2"));
        assert_eq!(one.merged(&other), other.merged(&one));
        assert_eq!(one.merged(&one), one);
        // What failed in that second has not passed.
        assert!(!one.merged(&other).state(test_number(None, "b")).unwrap().passing);
    }

    #[test]
    fn a_test_that_fails_where_it_passed_is_flaky() {
        let passes = TestHistory::default().after(&run(&["a"], &[]), "r1", 1, None).after(
            &run(&[], &["a"]),
            "r1",
            2,
            None,
        );
        assert!(passes.state(test_number(None, "a")).unwrap().is_flaky());
    }

    #[test]
    fn passes_where_it_failed_do_not_count() {
        let mut passes = TestHistory::default().after(&run(&[], &["a"]), "r1", 1, None);
        let mut count = |revision: &str, at| {
            passes = TestHistory::read(&passes.after(&run(&["a"], &[]), revision, at, None).write());
            let state = passes.state(test_number(None, "a")).unwrap();
            (state.count, state.since.clone())
        };
        let told = [count("r1", 2), count("r1", 3), count("r2", 4), count("r2", 5)];
        let told = told.each_ref().map(|(count, since)| (*count, since.as_str()));
        assert_eq!(told, [(0, "r1"), (0, "r1"), (1, "r2"), (2, "r2")]);
    }

    #[test]
    fn passes_count_anew_where_a_branch_brought_the_failure() {
        let passes = TestHistory::default().after(&run(&["a", "b"], &[]), "r1", 1, None);
        let mut results = run(&["a", "b"], &[]);
        results.restart(test_number(None, "a"));
        let passes = passes.after(&results, "r2", 2, None);
        let state = |name: &str| passes.state(test_number(None, name)).unwrap();
        assert_eq!((state("a").since.as_str(), state("a").count), ("r2", 1));
        assert_eq!((state("b").since.as_str(), state("b").count), ("r1", 2));
    }

    #[test]
    fn two_records_are_one() {
        let start = TestHistory::default().after(&run(&["a", "b"], &[]), "r1", 1, None);
        let (one, other) = (
            start.after(&run(&[], &["a"]), "r2", 2, None),
            start.after(&run(&["b", "c"], &[]), "r3", 3, None),
        );
        let both = one.merged(&other);
        assert_eq!(both, other.merged(&one));
        assert!(!both.state(test_number(None, "a")).unwrap().passing);
        assert_eq!(both.state(test_number(None, "b")).unwrap().last_passed.as_deref(), Some("r3"));
        assert!(both.state(test_number(None, "c")).is_some());
    }
}
