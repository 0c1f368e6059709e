//! What a gate found, in the forms of the places that show it: JUnit XML, SARIF, annotations of a workflow.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::escape;
use serde_json::{Value, json};

use crate::process::{Listed, Problem, ProblemLevel};
use crate::render::view::{Format, Gate, View};
use crate::ticket::{Severity, visible};

/// Something to show.
struct Finding {
    rule: String,
    level: ProblemLevel,
    title: String,
    message: String,
    path: Option<String>,
    /// What it is told by from run to run.
    identity: String,
}

/// The findings of a gate; `None` of what is none.
pub(super) fn findings(view: &View, format: Format) -> Option<String> {
    let (name, findings) = if let View::Gate(gate) = view {
        (format!("git support check {}", gate.query), of_gate(gate))
    } else if let View::Problems(faults) = view {
        ("git support".to_owned(), faults.iter().map(of_fault).collect())
    } else if let View::Audited(audited) = view {
        ("git support audit".to_owned(), audited.faults.iter().map(of_fault).collect())
    } else {
        return None;
    };
    Some(if format == Format::Junit {
        junit(&name, &findings)
    } else if format == Format::Sarif {
        sarif(&findings)
    } else {
        github(&findings)
    })
}

/// What stands in the path of a URI as another character (RFC 3986, 3.3).
const IN_URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn of_gate(gate: &Gate) -> Vec<Finding> {
    // What a gate lets pass is no finding.
    let shut = gate.found.len() > gate.max;
    gate.found
        .iter()
        .zip(&gate.paths)
        .filter(|_| shut)
        .map(|(one, path)| of_ticket(one, path, &gate.query))
        .collect()
}

fn of_ticket(one: &Listed, path: &str, query: &str) -> Finding {
    let summary = &one.summary;
    let severity = summary.severity.map_or("no severity".to_owned(), |severity| severity.to_string());
    let who = summary.assignee.as_deref().unwrap_or("nobody");
    Finding {
        rule: "check".to_owned(),
        level: match summary.severity {
            Some(Severity::Blocker | Severity::Critical) => ProblemLevel::Error,
            Some(Severity::Minor) => ProblemLevel::Note,
            Some(Severity::Major) | None => ProblemLevel::Warning,
        },
        title: format!("{} {}", summary.id, visible(&summary.title)),
        message: format!(
            "{severity}, {}, level {}, assigned to {who}; matches: {query}",
            summary.status, summary.level
        ),
        path: Some(path.to_owned()),
        identity: summary.id.to_string(),
    }
}

fn of_fault(fault: &Problem) -> Finding {
    let (commit, path) = (fault.commit.as_deref(), fault.path.as_deref().unwrap_or_default());
    Finding {
        rule: fault.rule.to_owned(),
        level: fault.level,
        title: fault.rule.to_owned(),
        message: format!(
            "{}{}",
            fault.message,
            commit.map(|commit| format!(" (commit {commit:.10})")).unwrap_or_default()
        ),
        path: fault.path.clone(),
        identity: [fault.rule, path, commit.unwrap_or_default()].join(" ").trim_end().to_owned(),
    }
}

fn junit(name: &str, findings: &[Finding]) -> String {
    let (name, count) = (xml(name), findings.len());
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{count}\">\n",
        count.max(1)
    );
    if findings.is_empty() {
        let _ = writeln!(out, "    <testcase classname=\"git-support\" name=\"{name}\"/>");
    }
    for finding in findings {
        let (title, message) = (xml(&finding.title), xml(&finding.message));
        let file = finding.path.as_ref().map(|path| format!(" file=\"{}\"", xml(path))).unwrap_or_default();
        let _ = writeln!(
            out,
            "    <testcase classname=\"git-support.{}\" name=\"{title}\"{file}>",
            xml(&finding.rule)
        );
        let _ = writeln!(out, "      <failure message=\"{message}\"/>\n    </testcase>");
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// Text that XML takes: what could steer a terminal is spelled out, and so is what XML forbids.
fn xml(text: &str) -> String {
    escape(visible(text).as_str()).replace('\n', "&#10;")
}

fn sarif(findings: &[Finding]) -> String {
    let mut rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let rules: Vec<Value> = rules.iter().map(|rule| json!({"id": rule})).collect();
    let results: Vec<Value> = findings.iter().map(result).collect();
    let driver = json!({
        "name": "git-support",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    });
    format!("{}\n", serde_json::to_string_pretty(&log).unwrap_or_default())
}

fn result(finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "level": finding.level.as_str(),
        "message": {"text": visible(&format!("{}: {}", finding.title, finding.message))},
        "partialFingerprints": {"gitSupport/v1": visible(&finding.identity)},
    });
    if let (Some(path), Value::Object(map)) = (&finding.path, &mut result) {
        let uri = utf8_percent_encode(path, IN_URI).to_string();
        let location =
            json!([{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}]);
        map.insert("locations".to_owned(), location);
    }
    result
}

/// Workflow commands, as GitHub documents them: what would end a property or the line is escaped.
fn github(findings: &[Finding]) -> String {
    let data = |text: &str| visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    for finding in findings {
        let word = match finding.level {
            ProblemLevel::Note => "notice",
            ProblemLevel::Warning => "warning",
            ProblemLevel::Error => "error",
        };
        let file = finding.path.as_ref().map(|path| format!("file={},", property(path))).unwrap_or_default();
        let _ =
            writeln!(out, "::{word} {file}title={}::{}", property(&finding.title), data(&finding.message));
    }
    out
}
