//! SARIF 2.1, the form of static analyses: each finding is a failure; one that is no longer told has passed, where the
//! same analysis ran to its end.

use std::collections::{BTreeSet, HashMap};
use std::io::BufRead;

use anyhow::{Result, anyhow};
use serde::Deserialize;
use serde_json::Value;

use crate::intake::results::located::{Artifact, Files};
use crate::intake::results::plain::evidence;
use crate::process::{Outcome, Results, TestResult, stable_message};
use crate::ticket::visible;

/// A rule's id that is longer is told by its last part in a title.
const MAX_RULE_CHARS: usize = 40;

#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    /// None, where the analysis was not run at all.
    results: Option<Vec<Value>>,
    #[serde(default)]
    invocations: Vec<Invocation>,
    automation_details: Option<Automation>,
    #[serde(default)]
    artifacts: Vec<RunArtifact>,
    /// What addresses are relative to.
    #[serde(default)]
    original_uri_base_ids: HashMap<String, Artifact>,
}

#[derive(Deserialize)]
struct RunArtifact {
    location: Option<Artifact>,
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(Deserialize)]
struct Automation {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: Option<bool>,
    #[serde(default)]
    tool_execution_notifications: Vec<Notification>,
    #[serde(default)]
    tool_configuration_notifications: Vec<Notification>,
    working_directory: Option<Artifact>,
}

/// What the tool says of its own run; an error leaves results out (SARIF 2.1.0, 3.58.6).
#[derive(Deserialize)]
struct Notification {
    level: Option<String>,
}

impl Invocation {
    /// True where the tool names an error of its own: results may be missing.
    fn has_errors(&self) -> bool {
        let of_run = self.tool_execution_notifications.iter();
        of_run.chain(&self.tool_configuration_notifications).any(|one| one.level.as_deref() == Some("error"))
    }
}

#[derive(Deserialize)]
struct Tool {
    driver: Component,
    #[serde(default)]
    extensions: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default)]
    name: String,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    #[serde(default)]
    id: String,
    default_configuration: Option<Configuration>,
    short_description: Option<Message>,
    #[serde(default)]
    message_strings: HashMap<String, Message>,
}

#[derive(Deserialize)]
struct Configuration {
    level: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: Option<String>,
    rule_index: Option<usize>,
    rule: Option<RuleName>,
    level: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    message: Message,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    suppressions: Vec<Suppression>,
    baseline_state: Option<String>,
}

#[derive(Deserialize)]
struct RuleName {
    id: Option<String>,
    index: Option<usize>,
}

#[derive(Deserialize)]
struct Suppression {
    status: Option<String>,
}

#[derive(Deserialize, Default)]
struct Message {
    #[serde(default)]
    text: String,
    #[serde(default)]
    markdown: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    arguments: Vec<String>,
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
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<u64>,
}

/// Reads a report: errors and warnings; notes are left out, and what the project suppressed is neither failed nor gone.
/// The findings that cannot be read are counted; of an analysis that did not run to its end, what is there counts, and that is
/// said.
///
/// # Errors
/// It cannot be read: the file, and the line.
pub(super) fn read(
    reader: impl BufRead,
    name: &str,
    roots: &[String],
    results: &mut Results,
    left_out: &mut Vec<anyhow::Error>,
) -> Result<usize> {
    let log: Log = serde_json::from_reader(reader)
        .map_err(|error| anyhow!("{name}, line {}: not a SARIF report: {error}", error.line()))?;
    let mut unread = 0;
    for run in log.runs {
        let is_whole = run.invocations.iter().all(|one| one.execution_successful != Some(false));
        let has_errors = run.invocations.iter().any(Invocation::has_errors);
        let tool = run.named();
        let rules: Vec<&Rule> =
            run.tool.extensions.iter().flat_map(|one| &one.rules).chain(&run.tool.driver.rules).collect();
        let files = run.files(roots);
        let rules = Rules { all: rules, driver: &run.tool.driver.rules };
        for value in run.results.iter().flatten() {
            match Finding::deserialize(value) {
                Ok(finding) => {
                    finding.told(&tool, &rules, &files).into_iter().for_each(|told| results.add(told));
                }
                Err(_) => unread += 1,
            }
        }
        if !is_whole {
            left_out.push(anyhow!("{name}: the analysis by {} did not run to its end", visible(&tool)));
        }
        if has_errors {
            let tool = visible(&tool);
            results.is_short(format!("{name}: {tool} names an error of its own; nothing is resolved"));
        }
        if is_whole && !has_errors && run.results.is_some() && unread == 0 {
            results.is_complete(&tool, run.analysed(&files));
        }
    }
    Ok(unread)
}

impl Run {
    fn files(&self, roots: &[String]) -> Files<'_> {
        let listed = self.artifacts.iter().map(|one| one.location.as_ref()).collect();
        let started = self.invocations.iter().filter_map(|one| one.working_directory.as_ref());
        Files::new(roots, listed, &self.original_uri_base_ids, started)
    }

    /// The files that were analysed, where the report says which (SARIF 2.1.0, 3.24.6: the role `analysisTarget`).
    fn analysed(&self, files: &Files<'_>) -> Option<BTreeSet<String>> {
        let targets =
            self.artifacts.iter().filter(|one| one.roles.iter().any(|role| role == "analysisTarget"));
        let names: BTreeSet<String> =
            targets.filter_map(|one| Some(files.name(one.location.as_ref()?))).collect();
        (!names.is_empty()).then_some(names)
    }

    /// The tool, with the category of the analysis: `CodeQL (language:java)`. What follows the last slash names the run.
    fn named(&self) -> String {
        let id = self.automation_details.as_ref().map(|details| details.id.as_str()).unwrap_or_default();
        let category = id.rsplit_once('/').map_or("", |(category, _)| category).trim_matches('/');
        let tool = &self.tool.driver.name;
        if category.is_empty() { tool.clone() } else { format!("{tool} ({category})") }
    }
}

/// The rules of an analysis.
struct Rules<'a> {
    all: Vec<&'a Rule>,
    driver: &'a [Rule],
}

impl Finding {
    fn rule<'a>(&self, rules: &Rules<'a>) -> Option<&'a Rule> {
        let id = self.id();
        let named = rules.all.iter().find(|rule| !rule.id.is_empty() && rule.id == id).copied();
        let index = self.rule_index.or_else(|| self.rule.as_ref()?.index);
        named.or_else(|| rules.driver.get(index?))
    }

    fn id(&self) -> &str {
        self.rule_id.as_deref().or_else(|| self.rule.as_ref()?.id.as_deref()).unwrap_or_default()
    }

    /// True where the project decided to live with it: a suppression that is proposed, or was rejected, is none.
    fn is_suppressed(&self) -> bool {
        let counts = |one: &Suppression| !matches!(one.status.as_deref(), Some("rejected" | "underReview"));
        self.suppressions.iter().any(counts)
    }

    /// What is to be told of it; nothing of a note, or of one that is gone.
    fn told(&self, tool: &str, rules: &Rules<'_>, files: &Files<'_>) -> Option<Outcome> {
        let rule = self.rule(rules);
        let usual = rule.and_then(|rule| rule.default_configuration.as_ref()?.level.as_deref());
        let level = self.level.as_deref().or(usual).unwrap_or("warning");
        let fails = self.kind.as_deref().is_none_or(|kind| kind == "fail");
        if !fails || matches!(level, "note" | "none") || self.baseline_state.as_deref() == Some("absent") {
            return None;
        }
        Some(self.outcome(tool, rule, files))
    }

    /// What it says: its own words, those of its rule, or the rule's name.
    fn said(&self, rule: Option<&Rule>) -> String {
        let own = [&self.message.text, &self.message.markdown].into_iter().find(|text| !text.is_empty());
        let of_rule = || {
            let rule = rule?;
            let named = rule.message_strings.get(&self.message.id).map(|message| message.text.clone());
            named.or_else(|| rule.short_description.as_ref().map(|about| about.text.clone()))
        };
        let text = own.cloned().or_else(of_rule).unwrap_or_default();
        let filled = self.message.arguments.iter().enumerate();
        filled.fold(text, |text, (place, value)| text.replace(&format!("{{{place}}}"), value))
    }

    /// Named by rule, file and what is said: lines move, and the finding stays the same.
    fn outcome(&self, tool: &str, rule: Option<&Rule>, files: &Files<'_>) -> Outcome {
        let id = if self.id().is_empty() { rule.map_or("", |rule| &rule.id) } else { self.id() };
        let said = self.said(rule);
        let physical = self.locations.iter().find_map(|location| location.physical_location.as_ref());
        let file = physical.and_then(|physical| physical.artifact_location.as_ref());
        let file = file.map(|file| files.name(file)).filter(|file| !file.is_empty());
        let line = physical.and_then(|physical| physical.region.as_ref()?.start_line);
        let place = file.clone().map(|file| line.map_or(file.clone(), |line| format!("{file}:{line}")));
        let words = [id, file.as_deref().unwrap_or_default(), &stable_message(&said)]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let mut evidence = evidence(&said, "", "", place.clone());
        // A long id says the same as its last part.
        let short = if id.len() > MAX_RULE_CHARS { id.rsplit('.').next().unwrap_or(id) } else { id };
        let at = place.as_ref().map(|place| format!(" in {place}")).unwrap_or_default();
        let of_rule = if short.is_empty() { String::new() } else { format!(" {short}") };
        evidence.title = Some(format!("{tool}{of_rule}{at}: {}", evidence.message));
        let verdict = match self.is_suppressed() {
            true => TestResult::Suppressed,
            false => TestResult::Failed(Box::new(evidence)),
        };
        Outcome::new(tool, format!("{tool}: {words}"), verdict)
    }
}
