//! The JSON lines of Rust's test harness and of cargo-nextest (`libtest-json`, `libtest-json-plus`).

use std::io::BufRead;

use anyhow::{Result, anyhow, bail};
use serde::Deserialize;

use crate::intake::results::lines;
use crate::intake::results::plain::evidence;
use crate::process::{DOCTEST, Outcome, TestResult};

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
    #[serde(default)]
    message: String,
    nextest: Option<Nextest>,
    /// How many tests of a suite failed.
    #[serde(default)]
    failed: u64,
}

#[derive(Deserialize)]
struct Nextest {
    #[serde(rename = "crate", default)]
    name: String,
    #[serde(default)]
    test_binary: String,
}

/// Reads a report. Lines that are no JSON are what the build printed between them.
///
/// # Errors
/// It cannot be read, a line is cut off, or no suite ended: the file, and the line.
pub(super) fn read(reader: impl BufRead, name: &str, take: &mut dyn FnMut(Outcome)) -> Result<()> {
    let (mut suite, mut running, mut suites) = (String::new(), 0_usize, 0_usize);
    let (mut next, mut is_doc) = (String::new(), false);
    let (mut declared, mut named) = (0_u64, 0_u64);
    lines(reader, name, |number, line| {
        if !line.trim_start().starts_with('{') {
            if let Some(binary) = announced(line) {
                (next, is_doc) = binary;
            }
            return Ok(());
        }
        let line: Line = match serde_json::from_str(line) {
            Ok(line) => line,
            // What a test printed may be JSON, too; what is cut off in the middle of a line is none.
            Err(_) if serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok() => return Ok(()),
            Err(_) if line.trim_end().ends_with('}') => return Ok(()),
            Err(error) => return Err(anyhow!("{name}, line {number}: {error}")),
        };
        match (line.kind.as_str(), line.event.as_str()) {
            ("suite", "started") => {
                (running, suites) = (running + 1, suites + 1);
                suite = line.nextest.map_or_else(
                    || std::mem::take(&mut next),
                    |nextest| {
                        if nextest.test_binary.is_empty() || nextest.test_binary == nextest.name {
                            nextest.name
                        } else {
                            format!("{}::{}", nextest.name, nextest.test_binary)
                        }
                    },
                );
            }
            ("suite", _) => {
                running = running.saturating_sub(1);
                declared = declared.saturating_add(line.failed);
            }
            ("test" | "bench", event) => {
                if let Some(outcome) = outcome(&suite, is_doc, event, &line) {
                    named += u64::from(matches!(outcome.verdict, TestResult::Failed(_)));
                    take(outcome);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    if suites == 0 || running > 0 {
        bail!("{name}: a suite did not end; the tests were cut off");
    }
    if declared > 0 && named == 0 {
        bail!("{name}: declares {declared} failures, and names none");
    }
    Ok(())
}

/// The crate that cargo says it runs next, and whether by the examples in its documentation:
/// `Running unittests src/lib.rs (target/debug/deps/shop-0a1b2c)`, `Doc-tests shop`.
fn announced(line: &str) -> Option<(String, bool)> {
    let line = line.trim();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some((name.trim().to_owned(), true));
    }
    let binary = line.strip_prefix("Running ")?.rsplit_once('(')?.1.strip_suffix(')')?;
    let name = binary.rsplit(['/', '\\']).next()?.rsplit_once('-')?.0;
    Some((name.to_owned(), false))
}

/// The name of an example in the documentation, without the line, which moves: `src/lib.rs - add (line 5)`.
fn without_line(name: &str) -> Option<String> {
    let (item, line) = name.rsplit_once(" (line ")?;
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    (item.contains(" - ") && rest.starts_with(')')).then(|| format!("{}{DOCTEST}", item.trim_end()))
}

fn outcome(suite: &str, is_doc: bool, event: &str, line: &Line) -> Option<Outcome> {
    // nextest marks a test that was run again: `crate::binary$test#2`.
    let name = line.name.replace('$', "::");
    let (name, again) = match name.rsplit_once('#') {
        Some((name, run)) if run.parse::<u32>().is_ok_and(|run| run > 1) => (name.to_owned(), true),
        _ => (name, false),
    };
    let name = without_line(&name).unwrap_or(name);
    // nextest has the crate in the name; of cargo's harness, cargo says it before.
    let is_whole = line.nextest.is_some() || line.name.contains('$') || suite.is_empty();
    let name = match is_whole {
        true => name,
        false if is_doc => format!("{suite}: {name}"),
        false => format!("{suite}::{name}"),
    };
    let verdict = match event {
        "ok" if again => TestResult::Flaky,
        "ok" => TestResult::Passed,
        "ignored" => TestResult::Skipped,
        // `timeout` warns that a test takes long; how it ends is told later.
        "failed" => {
            let output = format!("{}{}", line.stdout, line.stderr);
            TestResult::Failed(Box::new(evidence(&line.message, "", &output, None)))
        }
        _ => return None,
    };
    Some(Outcome::new(suite, name, verdict))
}
