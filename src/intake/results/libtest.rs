//! The JSON lines of Rust's test harness and of cargo-nextest (`libtest-json`, `libtest-json-plus`).

use std::io::BufRead;

use anyhow::{Result, anyhow, bail};
use serde::Deserialize;

use crate::intake::results::lines;
use crate::intake::results::plain::evidence;
use crate::process::{Outcome, TestResult};

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
    lines(reader, name, |number, line| {
        if !line.trim_start().starts_with('{') {
            return Ok(());
        }
        let line: Line =
            serde_json::from_str(line).map_err(|error| anyhow!("{name}, line {number}: {error}"))?;
        match (line.kind.as_str(), line.event.as_str()) {
            ("suite", "started") => {
                (running, suites) = (running + 1, suites + 1);
                suite = line.nextest.map_or_else(String::new, |nextest| {
                    if nextest.test_binary.is_empty() || nextest.test_binary == nextest.name {
                        nextest.name
                    } else {
                        format!("{}::{}", nextest.name, nextest.test_binary)
                    }
                });
            }
            ("suite", _) => running = running.saturating_sub(1),
            ("test" | "bench", event) => {
                if let Some(outcome) = outcome(&suite, event, &line) {
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
    Ok(())
}

fn outcome(suite: &str, event: &str, line: &Line) -> Option<Outcome> {
    // nextest marks a test that was run again: `crate::binary$test#2`.
    let name = line.name.replace('$', "::");
    let (name, again) = match name.rsplit_once('#') {
        Some((name, run)) if run.parse::<u32>().is_ok_and(|run| run > 1) => (name.to_owned(), true),
        _ => (name, false),
    };
    let verdict = match event {
        "ok" if again => TestResult::Flaky,
        "ok" => TestResult::Passed,
        "ignored" => TestResult::Skipped,
        "failed" | "timeout" => {
            let output = format!("{}{}", line.stdout, line.stderr);
            TestResult::Failed(Box::new(evidence(&line.message, "", &output, None)))
        }
        _ => return None,
    };
    Some(Outcome { suite: suite.to_owned(), name, verdict })
}
