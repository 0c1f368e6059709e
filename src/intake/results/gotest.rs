//! The JSON lines of `go test -json`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use anyhow::{Result, anyhow, bail};
use serde::Deserialize;

use crate::intake::results::lines;
use crate::intake::results::plain::{append, evidence};
use crate::process::{Outcome, TestResult};

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "Action")]
    action: String,
    #[serde(rename = "Package", default)]
    package: String,
    #[serde(rename = "ImportPath", default)]
    import_path: String,
    #[serde(rename = "Test", default)]
    test: String,
    #[serde(rename = "FailedBuild", default)]
    failed_build: String,
    #[serde(rename = "Output", default)]
    output: String,
}

/// Reads a report. Lines that are no JSON are what the build printed between them.
///
/// # Errors
/// It cannot be read, a line is cut off, or a package did not end: the file, and the line.
pub(super) fn read(reader: impl BufRead, name: &str, take: &mut dyn FnMut(Outcome)) -> Result<()> {
    let mut report = Report::default();
    let mut has_result = false;
    lines(reader, name, |number, line| {
        if !line.trim_start().starts_with('{') {
            return Ok(());
        }
        let line: Line =
            serde_json::from_str(line).map_err(|error| anyhow!("{name}, line {number}: {error}"))?;
        has_result = true;
        report.line(&line, take);
        Ok(())
    })?;
    if !has_result {
        bail!("{name}, line 1: is not the output of go test -json");
    }
    match report.packages.first() {
        Some(package) => bail!("{name}: {package} did not end: the run was cut off"),
        None => Ok(()),
    }
}

/// A test, or a package, which has no name: the package, and the name.
type Key = (String, String);

/// A report, as far as it was read.
#[derive(Default)]
struct Report {
    /// The packages whose tests have begun, and that have not ended.
    packages: BTreeSet<String>,
    /// What a test printed, until it ends.
    printed: BTreeMap<Key, String>,
    /// The tests that failed, of packages that have not ended: their parents fail with them.
    failed: BTreeMap<String, Vec<String>>,
    /// The tests that have begun, and not ended.
    running: BTreeSet<Key>,
    /// Those that said themselves that they passed, and what came under their names after that, by package.
    over: BTreeSet<Key>,
    late: BTreeMap<String, String>,
}

impl Report {
    fn line(&mut self, line: &Line, take: &mut dyn FnMut(Outcome)) {
        let package = named(if line.package.is_empty() { &line.import_path } else { &line.package });
        let key = (package.clone(), line.test.clone());
        match line.action.as_str() {
            "start" => drop(self.packages.insert(package)),
            "run" => {
                self.packages.insert(package);
                self.running.insert(key);
            }
            "output" | "build-output" => self.output(key, line),
            "pass" | "skip" | "fail" => self.end(key, line, take),
            _ => {}
        }
    }

    fn output(&mut self, key: Key, line: &Line) {
        // A test that has ended prints no more: it is the package's.
        if !line.test.is_empty() && self.over.contains(&key) {
            append(self.late.entry(key.0).or_default(), &line.output);
            return;
        }
        if line.output.trim_start().starts_with("--- PASS: ") {
            self.running.remove(&key);
            self.over.insert(key.clone());
        }
        append(self.printed.entry(key).or_default(), &line.output);
    }

    fn end(&mut self, key: Key, line: &Line, take: &mut dyn FnMut(Outcome)) {
        let mut output = self.printed.remove(&key).unwrap_or_default();
        self.running.remove(&key);
        let package = key.0;
        if line.test.is_empty() {
            self.packages.remove(&package);
        }
        let is_package_failing = line.test.is_empty() && line.action == "fail";
        if is_package_failing {
            output = self.ending(&package, line, &output);
            self.take_running(&package, &output, take);
        }
        let failures = self.failed.entry(package.clone()).or_default();
        let is_parent = failures.iter().any(|test| is_below(test, &line.test));
        let verdict = match line.action.as_str() {
            "pass" => TestResult::Passed,
            "skip" => TestResult::Skipped,
            // What is below it says why.
            _ if is_parent => return,
            _ => failure(&package, &line.test, &output).verdict,
        };
        if line.action == "fail" {
            failures.push(line.test.clone());
        }
        if line.test.is_empty() {
            self.failed.remove(&package);
        }
        let whole = whole(&package, &line.test);
        take(Outcome::new(package, whole, verdict));
    }

    /// What a package that failed printed, with what the compiler said of its build, which may have a name of its own, and
    /// what ended it, which may be told under a test that had passed.
    fn ending(&mut self, package: &str, line: &Line, output: &str) -> String {
        let build = named(&line.failed_build);
        let built = if build == package { None } else { self.printed.remove(&(build, String::new())) };
        let late = self.late.remove(package).unwrap_or_default();
        format!("{}{late}{output}", built.unwrap_or_default())
    }

    /// Takes the tests of a package that have not ended: what a panic or a timeout ended says so in the package's output,
    /// or in its own.
    fn take_running(&mut self, package: &str, output: &str, take: &mut dyn FnMut(Outcome)) {
        for (_, test) in ended(&mut self.running, package) {
            let own = self.printed.remove(&(package.to_owned(), test.clone())).unwrap_or_default();
            let said = if says_why(&own) { own } else { format!("{own}{output}") };
            take(failure(package, &test, &said));
            self.failed.entry(package.to_owned()).or_default().push(test);
        }
    }
}

/// A failure, as what was printed tells it.
fn failure(package: &str, test: &str, output: &str) -> Outcome {
    let evidence = evidence(&message(output), "", output, place(output));
    Outcome::new(package, whole(package, test), TestResult::Failed(Box::new(evidence)))
}

/// The package that a build is of: `shop [shop.test]`.
fn named(build: &str) -> String {
    build.split(' ').next().unwrap_or_default().to_owned()
}

fn whole(package: &str, test: &str) -> String {
    if test.is_empty() { package.to_owned() } else { format!("{package}.{test}") }
}

/// Takes the tests of a package that have not ended; those that others are in are left out.
fn ended(running: &mut BTreeSet<(String, String)>, package: &str) -> Vec<(String, String)> {
    let all: Vec<(String, String)> = running.iter().filter(|(of, _)| of == package).cloned().collect();
    running.retain(|one| !all.contains(one));
    let has_below =
        |one: &(String, String)| all.iter().any(|(_, test)| test != &one.1 && is_below(test, &one.1));
    all.iter().filter(|one| !has_below(one)).cloned().collect()
}

/// True where an output says what ended the test.
fn says_why(output: &str) -> bool {
    output.lines().any(|line| WHY.iter().any(|word| line.starts_with(word)))
}

/// True for a test within another, or any test within a package, which has no name.
fn is_below(test: &str, parent: &str) -> bool {
    parent.is_empty() || test.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
}

/// What lines begin with that say why a test ended.
const WHY: [&str; 4] = ["panic: ", "fatal error: ", "WARNING: DATA RACE", "signal: "];

/// The line that says why it ended, or the first that says something of its own: not go's headings.
fn message(output: &str) -> String {
    if let Some(line) = output.lines().find(|line| WHY.iter().any(|word| line.starts_with(word))) {
        return line.trim().to_owned();
    }
    let is_said = |line: &&str| {
        let line = line.trim();
        !(line.is_empty()
            || line.starts_with("=== ")
            || line.starts_with("--- ")
            || line.starts_with("# ")
            || line == "FAIL")
    };
    let line = output.lines().find(is_said).unwrap_or_default().trim();
    // `pay_test.go:12: expected 200` says where, then what.
    match line.split_once(": ") {
        Some((place, said)) if place.contains(".go:") => said.to_owned(),
        _ => line.to_owned(),
    }
}

/// `pay_test.go:12`, of the first line that begins with one.
fn place(output: &str) -> Option<String> {
    let places = output.lines().filter_map(|line| line.trim().split_once(": ").map(|(place, _)| place));
    places.filter(|place| place.contains(".go:") && !place.contains(' ')).map(str::to_owned).next()
}
