//! A simulated project with an oracle that knows the truth: six lanes, four shards, three branches, faults that come and go,
//! runs of which only some jobs report. No ticket is resolved while its lane fails; none stays open after its fix has run
//! where it failed.

use std::collections::{BTreeMap, BTreeSet};

use crate::pipelines::{change, junit, shop};
use crate::sandbox::Sandbox;

const LANES: usize = 6;
const SHARDS: usize = 4;
const TESTS: usize = 8;
const RUNS: usize = 64;
const BRANCHES: [&str; 3] = ["main", "one", "two"];

/// Numbers that look random, and are the same in every run of this test.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// A fault: the test that fails by it, and in which lanes.
type Fault = (usize, BTreeSet<usize>);

/// The project as the oracle knows it.
struct World {
    sandbox: Sandbox,
    dice: Dice,
    faults: Vec<Fault>,
    /// The faults that each branch has.
    has: BTreeMap<&'static str, BTreeSet<usize>>,
    /// The faults that each branch had at some time.
    had: BTreeSet<(&'static str, usize)>,
    /// Where each test was seen to fail since its ticket was opened: branch, and lane.
    seen: BTreeMap<usize, BTreeSet<(&'static str, usize)>>,
    commits: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        let sandbox = shop();
        for branch in &BRANCHES[1..] {
            sandbox.git(&["branch", branch]);
        }
        let has = BRANCHES.map(|branch| (branch, BTreeSet::new())).into();
        Self {
            sandbox,
            dice: Dice(seed),
            faults: Vec::new(),
            has,
            had: BTreeSet::new(),
            seen: BTreeMap::new(),
            commits: 0,
        }
    }

    /// True where a test fails on a branch in a lane.
    fn fails(&self, branch: &str, test: usize, lane: usize) -> bool {
        let faults = self.has[branch].iter().map(|fault| &self.faults[*fault]);
        faults.into_iter().any(|(of, lanes)| *of == test && lanes.contains(&lane))
    }

    fn checkout(&self, branch: &str) {
        self.sandbox.git(&["checkout", "-q", branch]);
    }

    /// A commit to a branch: a new fault, a fix, a merge, or nothing of the kind.
    fn commit(&mut self, branch: &'static str) {
        self.checkout(branch);
        self.commits += 1;
        let name = format!("Work {}", self.commits);
        match self.dice.below(6) {
            0 | 1 => {
                let test = self.dice.below(TESTS);
                let lanes = (0..LANES).filter(|_| self.dice.below(2) == 0).collect();
                self.faults.push((test, lanes));
                self.has.entry(branch).or_default().insert(self.faults.len() - 1);
                self.had.insert((branch, self.faults.len() - 1));
                change(&self.sandbox, &name);
            }
            2 | 3 => {
                let gone = self.has[branch].iter().next().copied();
                gone.map(|fault| self.has.entry(branch).or_default().remove(&fault));
                change(&self.sandbox, &name);
            }
            4 if branch != "main" => self.merge("main", branch),
            5 if branch != "main" => self.merge(branch, "main"),
            _ => drop(change(&self.sandbox, &name)),
        }
    }

    /// Merges a branch into another: it has the faults of both, but what one of them fixed is fixed.
    fn merge(&mut self, into: &'static str, from: &'static str) {
        let base = self.has[into].intersection(&self.has[from]).copied().collect::<BTreeSet<_>>();
        let (ours, theirs) = (self.has[into].clone(), self.has[from].clone());
        self.checkout(into);
        let contains = self.sandbox.try_git(&["merge-base", "--is-ancestor", from, into]).status == Some(0);
        if contains {
            return;
        }
        self.sandbox.git(&["merge", "-q", "--no-edit", "-X", "theirs", from]);
        // A fault that only one has is new there, unless the other has had it and fixed it: then it is gone.
        let fixed = |fault: &usize| self.fixed_on(*fault, into) || self.fixed_on(*fault, from);
        let all = ours.union(&theirs).filter(|fault| base.contains(fault) || !fixed(fault)).copied();
        let all: BTreeSet<usize> = all.collect();
        self.had.extend(all.iter().map(|fault| (into, *fault)));
        self.has.insert(into, all);
    }

    /// True where a fault was there, and is not any more. The oracle asks git: the fault's number stands in the subject.
    fn fixed_on(&self, fault: usize, branch: &str) -> bool {
        !self.has[branch].contains(&fault)
            && self.sandbox.repo().join(format!("../fault-{fault}-{branch}")).exists()
    }

    /// One job: some tests of a shard, in a lane.
    fn job(&mut self, run: usize, branch: &'static str, lane: usize, shard: usize, is_whole: bool) {
        let mut tests: Vec<(String, bool)> = Vec::new();
        for test in (0..TESTS).filter(|test| test % SHARDS == shard) {
            if is_whole || self.dice.below(4) > 0 {
                tests.push((format!("test {test}"), self.fails(branch, test, lane)));
                if self.fails(branch, test, lane) {
                    self.seen.entry(test).or_default().insert((branch, lane));
                }
            }
        }
        let tests: Vec<(&str, Option<&str>)> =
            tests.iter().map(|(name, failed)| (name.as_str(), failed.then_some("no"))).collect();
        let (lane, url) = (format!("lane {lane} {shard}/{SHARDS}"), format!("https://ci.example/{run}"));
        let arguments = [
            "ci",
            "report",
            "-",
            "--resolve-passing",
            "--on",
            branch,
            "--branch",
            "main",
            "--lane",
            &lane,
            "--run-url",
            &url,
        ];
        self.sandbox.run_with(&arguments, junit(&tests)).ok();
    }

    /// The tickets that are open: the numbers of their tests.
    fn open(&self) -> BTreeSet<usize> {
        let list = self.sandbox.run(&["list", "--branch", "main", "--json"]).ok();
        let list: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
        let number = |ticket: &serde_json::Value| {
            let title = ticket["title"].as_str().unwrap();
            title.split("test ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
        };
        list.iter().map(number).collect()
    }

    /// No ticket was resolved while its test fails in a lane where it was seen to, on the branch where it was first seen.
    fn check(&mut self, run: usize) {
        let open = self.open();
        for (test, seen) in self.seen.clone() {
            if open.contains(&test) {
                continue;
            }
            let failing: Vec<_> =
                seen.iter().filter(|(branch, lane)| self.fails(branch, test, *lane)).collect();
            // What is open on a branch that has not been merged is its own: it was seen after the resolution then.
            assert!(
                failing.is_empty() || failing.iter().all(|(branch, _)| *branch != "main"),
                "run {run}: test {test} is resolved, and fails in {failing:?}"
            );
            self.seen.remove(&test);
        }
    }
}

#[test]
fn no_ticket_is_resolved_while_its_lane_fails_and_none_stays_open_after_its_fix() {
    let mut world = World::new(2026);
    for run in 0..RUNS {
        let branch = BRANCHES[world.dice.below(BRANCHES.len())];
        world.commit(branch);
        world.checkout(branch);
        for _ in 0..4 + world.dice.below(8) {
            let (lane, shard) = (world.dice.below(LANES), world.dice.below(SHARDS));
            world.job(run, branch, lane, shard, false);
        }
        world.check(run);
    }
    // Everything is fixed and merged, and runs everywhere: nothing stays open, flaky or not.
    for branch in BRANCHES {
        world.checkout(branch);
        world.has.insert(branch, BTreeSet::new());
        world.commits += 1;
        change(&world.sandbox, &format!("Fix {}", world.commits));
    }
    for branch in &BRANCHES[1..] {
        world.merge("main", branch);
    }
    for round in 0..3 {
        for branch in BRANCHES {
            world.checkout(branch);
            world.commits += 1;
            change(&world.sandbox, &format!("After {}", world.commits));
            for lane in 0..LANES {
                (0..SHARDS).for_each(|shard| world.job(1000 + round, branch, lane, shard, true));
            }
        }
    }
    assert_eq!(world.open(), BTreeSet::new());
}
