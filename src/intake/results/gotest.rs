//! The JSON lines of `go test -json`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use anyhow::{Result, anyhow};
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
    #[serde(rename = "Output", default)]
    output: String,
}

/// Reads a report. Lines that are no JSON are what the build printed between them.
///
/// # Errors
/// It cannot be read, or a line is cut off: the file, and the line.
pub(super) fn read(reader: impl BufRead, name: &str, take: &mut dyn FnMut(Outcome)) -> Result<()> {
    // What a test printed, until it ends; by package and name. A package has no name.
    let mut printed: BTreeMap<(String, String), String> = BTreeMap::new();
    // The tests that failed, of packages that have not ended: their parents fail with them.
    let mut failed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // The tests that have begun, and not ended.
    let mut running: BTreeSet<(String, String)> = BTreeSet::new();
    lines(reader, name, |number, line| {
        if !line.trim_start().starts_with('{') {
            return Ok(());
        }
        let line: Line =
            serde_json::from_str(line).map_err(|error| anyhow!("{name}, line {number}: {error}"))?;
        // `shop [shop.test]` is the build of the package `shop`.
        let package = if line.package.is_empty() { &line.import_path } else { &line.package };
        let package = package.split(' ').next().unwrap_or_default().to_owned();
        let key = (package.clone(), line.test.clone());
        match line.action.as_str() {
            "run" => {
                running.insert(key);
            }
            "output" | "build-output" => append(printed.entry(key).or_default(), &line.output),
            "pass" | "skip" | "fail" => {
                let output = printed.remove(&key).unwrap_or_default();
                running.remove(&key);
                let failures = failed.entry(package.clone()).or_default();
                if line.test.is_empty() && line.action == "fail" {
                    // What a panic or a timeout ended says so in the package's output, or in its own.
                    for (_, test) in ended(&mut running, &package) {
                        let own = printed.remove(&(package.clone(), test.clone())).unwrap_or_default();
                        let said = if says_why(&own) { own } else { format!("{own}{output}") };
                        take(failure(&package, &test, &said));
                        failures.push(test);
                    }
                }
                let is_parent = failures.iter().any(|test| is_below(test, &line.test));
                let verdict = match line.action.as_str() {
                    "pass" => TestResult::Passed,
                    "skip" => TestResult::Skipped,
                    // What is below it says why.
                    _ if is_parent => return Ok(()),
                    _ => failure(&package, &line.test, &output).verdict,
                };
                if line.action == "fail" {
                    failures.push(line.test.clone());
                }
                if line.test.is_empty() {
                    failed.remove(&package);
                }
                let whole = whole(&package, &line.test);
                take(Outcome::new(package, whole, verdict));
            }
            _ => {}
        }
        Ok(())
    })
}

/// A failure, as what was printed tells it.
fn failure(package: &str, test: &str, output: &str) -> Outcome {
    let evidence = evidence(&message(output), "", output, place(output));
    Outcome::new(package, whole(package, test), TestResult::Failed(Box::new(evidence)))
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
