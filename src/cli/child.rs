//! Runs a command that reads every timeline in a process of its own: what it takes is given back when it has answered.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::commands::Kind;
use crate::web::{Answer, Problem};

/// Says to the process that it moves no reference, whatever it is asked for.
pub(super) const READ_ONLY: &str = "GIT_SUPPORT_READ_ONLY";
/// The verbs that read every timeline: at 100,000 tickets, hundreds of MiB that no other page needs.
const VERBS: [&str; 2] = ["audit", "report"];
/// The argument by which a page asks for a report as a page of its own.
const AS_PAGE: &str = "--html=";
/// The file that such a report is written to.
const PAGE: &str = "report.html";

/// True for a command line that is answered by a process of its own.
pub(super) fn is_heavy(words: &[String]) -> bool {
    words.first().is_some_and(|verb| VERBS.contains(&verb.as_str()))
}

/// What a command answers that reads alone.
///
/// # Errors
/// What the command says, or that no process could be started.
pub(super) fn answer(
    words: &[String],
    (directory, environment, branch): (&Path, &BTreeMap<String, OsString>, Option<&str>),
    now: String,
) -> Result<Answer, Problem> {
    let failed = |error: std::io::Error| problem(Kind::Io, format!("running {}: {error}", words.join(" ")));
    let folder = tempfile::tempdir().map_err(failed)?;
    let page = folder.path().join(PAGE);
    let is_page = words.iter().any(|word| word.starts_with(AS_PAGE));
    let line = words.iter().map(|word| match word.strip_prefix(AS_PAGE) {
        Some(_) => OsString::from(format!("{AS_PAGE}{}", page.display())),
        None => OsString::from(word),
    });
    let program = std::env::current_exe().map_err(failed)?;
    let output = Command::new(program)
        .args(branch.map(|branch| format!("--branch={branch}")))
        .arg("--json")
        .args(line)
        .current_dir(directory)
        .env_clear()
        .envs(environment)
        .env(READ_ONLY, "1")
        .stdin(Stdio::null())
        .output()
        .map_err(failed)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if let Some(problem) = said.lines().find_map(failure) {
        return Err(problem);
    }
    let bytes = if is_page { std::fs::read(&page).map_err(failed)? } else { Vec::new() };
    let value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Ok(Answer { value, bytes, notes: said.lines().map(str::to_owned).collect(), now })
}

/// The failure in a line of standard error.
fn failure(line: &str) -> Option<Problem> {
    let value: Value = serde_json::from_str(line).ok()?;
    let error = value.get("error")?;
    let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == text("kind")).unwrap_or(Kind::Internal);
    let hints = Some(text("hint")).filter(|hint| !hint.is_empty());
    Some(Problem { hints: hints.into_iter().collect(), ..problem(kind, text("message")) })
}

fn problem(kind: Kind, message: String) -> Problem {
    Problem { kind: kind.as_str(), message, hints: Vec::new() }
}
