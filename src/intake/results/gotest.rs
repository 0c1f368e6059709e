//! The JSON lines of `go test -json`.

use std::collections::BTreeMap;
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
            "output" | "build-output" => append(printed.entry(key).or_default(), &line.output),
            "pass" | "skip" | "fail" => {
                let output = printed.remove(&key).unwrap_or_default();
                let failures = failed.entry(package.clone()).or_default();
                let is_parent = failures.iter().any(|test| is_below(test, &line.test));
                let verdict = match line.action.as_str() {
                    "pass" => TestResult::Passed,
                    "skip" => TestResult::Skipped,
                    // What is below it says why.
                    _ if is_parent => return Ok(()),
                    _ => {
                        TestResult::Failed(Box::new(evidence(&message(&output), "", &output, place(&output))))
                    }
                };
                if line.action == "fail" {
                    failures.push(line.test.clone());
                }
                if line.test.is_empty() {
                    failed.remove(&package);
                    if !matches!(verdict, TestResult::Failed(_)) {
                        return Ok(());
                    }
                }
                let whole =
                    if line.test.is_empty() { package.clone() } else { format!("{package}.{}", line.test) };
                take(Outcome { suite: package, name: whole, verdict });
            }
            _ => {}
        }
        Ok(())
    })
}

/// True for a test within another, or any test within a package, which has no name.
fn is_below(test: &str, parent: &str) -> bool {
    parent.is_empty() || test.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
}

/// The first line that says something of its own: not go's headings.
fn message(output: &str) -> String {
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
