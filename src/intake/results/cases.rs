//! The tests and suites of a JUnit report while they are open, and what becomes of a test: its name, and the units it shows to work.

use crate::intake::results::names::{
    is_file_that_failed, is_module, is_package, parent_of, unit_of, units_of, whole_name,
};
use crate::intake::results::plain::evidence;
use crate::process::{Outcome, TestResult};

/// What Node's runner calls every class.
const NODE_CLASS: &str = "test";

/// Where the test before stands.
#[derive(Default)]
pub(super) struct Last {
    class: String,
    file: String,
}

/// A suite that is open.
#[derive(Default)]
pub(super) struct Suite {
    pub(super) name: String,
    /// How many failures it says it has.
    pub(super) declared: u64,
    /// How many the report had named before it.
    pub(super) named_before: u64,
    /// How many failures and errors had been told of before it.
    pub(super) told_before: u64,
    pub(super) file: Option<String>,
    /// The browser, or the project of a configuration, where the tool puts it in the place of the host.
    pub(super) project: Option<String>,
    /// A failure of the suite itself: of its set-up.
    pub(super) problem: Option<Said>,
    pub(super) output: String,
    /// Failures without an output of their own: that of the suite is theirs.
    pub(super) waiting: Vec<Case>,
}

/// What a failure says: in a few words, and at length.
#[derive(Default)]
pub(super) struct Said {
    pub(super) message: String,
    /// The type of exception.
    pub(super) kind: String,
    pub(super) details: String,
}

impl Said {
    /// What went wrong, in a few words: the message, or the first line of the details that is not the test's own name
    /// (PHPUnit), or the type.
    pub(super) fn telling(&self, name: &str) -> &str {
        if !self.message.is_empty() {
            return &self.message;
        }
        let is_class = |before: &str| !before.contains(' ');
        let is_name = |line: &str| !name.is_empty() && line.strip_suffix(name).is_some_and(is_class);
        let mut lines =
            self.details.lines().map(str::trim).filter(|line| line.chars().any(char::is_alphanumeric));
        lines.find(|line| !is_name(line)).unwrap_or(&self.kind)
    }
}

/// A test that is open.
#[derive(Default)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) class: String,
    /// The file that it is in; empty where that is not known.
    pub(super) file: String,
    pub(super) place: Option<String>,
    pub(super) problem: Option<Said>,
    pub(super) skipped: bool,
    /// It may fail.
    pub(super) is_todo: bool,
    /// It passed after all.
    pub(super) flaky: bool,
    pub(super) output: String,
}

impl Case {
    /// What becomes of it, within the suites that are open.
    pub(super) fn outcome(self, suites: &[Suite], last: &mut Last) -> Outcome {
        let own = Some(self.file.clone()).filter(|file| !file.is_empty());
        let file = own.or_else(|| suites.iter().rev().find_map(|suite| suite.file.clone()));
        let named = suites.iter().map(|suite| suite.name.as_str()).filter(|name| !name.is_empty());
        let suite = named.clone().next_back().unwrap_or_default().to_owned();
        let class = self.class_within(named);
        let project = suites.iter().rev().find_map(|suite| suite.project.as_ref());
        let of_project = |name: String| match project {
            Some(project) => format!("[{project}] {name}"),
            None => name,
        };
        let name = match whole_name(&class, &self.name) {
            none if none.is_empty() => "a test without a name".to_owned(),
            name => of_project(name),
        };
        let unit = self.unit(&class, &suite).map(&of_project);
        let mut units = Vec::new();
        let verdict = match self.problem.filter(|_| !self.is_todo) {
            Some(problem) => {
                let said = problem.telling(&self.name);
                let mut evidence = evidence(said, &problem.details, &self.output, self.place);
                if let Some(unit) = unit.as_ref().filter(|unit| **unit != name) {
                    evidence.title = Some(format!("{unit} cannot be set up: {}", evidence.message));
                }
                TestResult::Failed(Box::new(evidence))
            }
            None if self.skipped => TestResult::Skipped,
            None => {
                if class != last.class {
                    units = units_of(&class).map(&of_project).collect();
                    class.clone_into(&mut last.class);
                }
                if self.file != last.file {
                    units.push(of_project(self.file.clone()));
                    last.file.clone_from(&self.file);
                }
                units.extend(parent_of(&class, &self.name).map(of_project));
                if self.flaky { TestResult::Flaky } else { TestResult::Passed }
            }
        };
        let is_failed = matches!(verdict, TestResult::Failed(_));
        let name = unit.filter(|_| is_failed).unwrap_or(name);
        let suite = if suite.is_empty() { class } else { suite };
        Outcome { home: file.unwrap_or_else(|| suite.clone()), suite, name, units, verdict }
    }

    /// Its class; of a test without one, the suites around it.
    fn class_within<'s>(&self, suites: impl Iterator<Item = &'s str>) -> String {
        let is_node = self.class == NODE_CLASS;
        if !is_node && !self.class.is_empty() {
            return self.class.clone();
        }
        let mut around: Vec<&str> = suites.collect();
        if is_node {
            // The file, where it is known; and each `describe` is a suite.
            let file = if self.file.is_empty() { self.class.as_str() } else { self.file.as_str() };
            around.insert(0, file);
        }
        around.dedup();
        around.join(" > ")
    }

    /// What it stands for where it is no test: a package, a module, a file, or a class that cannot be set up.
    fn unit(&self, class: &str, suite: &str) -> Option<String> {
        match &self.problem {
            Some(_) if self.class.is_empty() && is_package(&self.name) => Some(suite.to_owned()),
            Some(problem) if self.class.is_empty() && is_module(&self.name, &problem.message) => {
                Some(self.name.clone())
            }
            Some(_) if is_file_that_failed(&self.class, &self.name, &self.file) => Some(self.name.clone()),
            _ => unit_of(class, &self.name),
        }
    }
}
