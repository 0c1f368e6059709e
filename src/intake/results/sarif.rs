//! SARIF 2.1, the form of static analyses: each finding is a failure; one that is no longer told has passed.

use std::io::BufRead;

use anyhow::{Result, anyhow};
use serde::Deserialize;

use crate::intake::results::plain::evidence;
use crate::process::{Outcome, Results, TestResult, stable_message};

#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    tool: Tool,
    #[serde(default)]
    results: Vec<Finding>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    #[serde(default)]
    rule_id: String,
    #[serde(default)]
    level: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    message: Message,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    suppressions: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    baseline_state: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    text: String,
    #[serde(default)]
    markdown: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<Physical>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Option<Artifact>,
    region: Option<Region>,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(default)]
    uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<u64>,
}

/// Reads a report: errors and warnings; notes, and what the project suppressed, are left out.
///
/// # Errors
/// It cannot be read: the file, and the line.
pub(super) fn read(reader: impl BufRead, name: &str, results: &mut Results) -> Result<()> {
    let log: Log =
        serde_json::from_reader(reader).map_err(|error| anyhow!("{name}, line {}: {error}", error.line()))?;
    for run in log.runs {
        let tool = run.tool.driver.name;
        results.is_complete(&tool);
        for finding in run.results.iter().filter(|finding| finding.counts()) {
            results.add(finding.outcome(&tool));
        }
    }
    Ok(())
}

impl Finding {
    fn counts(&self) -> bool {
        let fails = self.kind.as_deref().is_none_or(|kind| kind == "fail");
        let weighs = !matches!(self.level.as_deref(), Some("note" | "none"));
        fails && weighs && self.suppressions.is_empty() && self.baseline_state.as_deref() != Some("absent")
    }

    /// Named by rule, file and what is said: lines move, and the finding stays the same.
    fn outcome(&self, tool: &str) -> Outcome {
        let said = if self.message.text.is_empty() { &self.message.markdown } else { &self.message.text };
        let physical = self.locations.iter().find_map(|location| location.physical_location.as_ref());
        let file =
            physical.and_then(|physical| physical.artifact_location.as_ref()).map(|file| file.uri.clone());
        let line = physical.and_then(|physical| physical.region.as_ref()?.start_line);
        let place = file.clone().map(|file| line.map_or(file.clone(), |line| format!("{file}:{line}")));
        let words = [self.rule_id.as_str(), file.as_deref().unwrap_or_default(), &stable_message(said)]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let mut evidence = evidence(said, "", "", place);
        evidence.title = Some(format!("{tool} {}: {}", self.rule_id, evidence.message));
        Outcome {
            suite: tool.to_owned(),
            name: format!("{tool}: {words}"),
            verdict: TestResult::Failed(Box::new(evidence)),
        }
    }
}
