//! What a ticket of a pipeline says: title, story, suspects, the range that fixed it.

use std::fmt::Write as _;

use crate::process::{Changes, FailureGroup, FieldChange, State, without_secrets};
use crate::project::ci::build::{Build, short};
use crate::store::Store;
use crate::store::git::CodeChange;
use crate::ticket::{Field, MAX_TEXT_BYTES, cut, first_bytes, one_line};

/// The widest title, in columns.
const TITLE_COLUMNS: usize = 120;
/// The most commits that are listed.
const MAX_COMMITS: usize = 20;
/// The most tests that a story lists.
const MAX_TESTS: usize = 50;

/// The fields of a new ticket of a cause.
pub(super) fn opening(cause: &FailureGroup, build: &Build, suspects: &str) -> Changes {
    Changes::from([
        (Field::Title, FieldChange::to_text(title(cause, build))),
        (Field::Description, FieldChange::to_text(story(cause, build, suspects))),
        (Field::Channel, FieldChange::to_text("ci")),
        (Field::Key, FieldChange::to_text(&cause.key)),
    ])
}

fn title(cause: &FailureGroup, build: &Build) -> String {
    let (first, message) = (cause.tests.first().map_or("", String::as_str), cause.evidence.message.as_str());
    let said = if message.is_empty() { String::new() } else { format!(": {message}") };
    let title = match (&cause.evidence.title, cause.key.split(':').next()) {
        (Some(title), _) => title.clone(),
        (None, Some("storm")) => format!("{} tests fail on {}", cause.count, build.branch),
        (None, Some("suite")) => {
            let suite = cause.key.split_once(':').map_or("", |(_, suite)| suite);
            format!("{suite}: {} {}", cause.count, if cause.count == 1 { "test fails" } else { "tests fail" })
        }
        (None, _) if cause.count > 1 && cause.tests.len() > 1 => format!("{} tests fail{said}", cause.count),
        (None, _) => format!("{first} fails{said}"),
    };
    cut(&one_line(&without_secrets(&title)), TITLE_COLUMNS).into_owned()
}

fn story(cause: &FailureGroup, build: &Build, suspects: &str) -> String {
    let evidence = &cause.evidence;
    let mut out = String::new();
    let mut part = |text: &str| {
        if !text.trim().is_empty() {
            let _ = writeln!(out, "{}{}", if out.is_empty() { "" } else { "\n" }, text.trim_end());
        }
    };
    if !evidence.details.contains(&evidence.message) {
        part(&evidence.message);
    }
    part(&evidence.place.as_ref().map(|place| format!("In {place}.")).unwrap_or_default());
    part(&evidence.details);
    part(&format!("First seen {}.", build.place()));
    part(suspects);
    if cause.tests.len() > 1 {
        let named: Vec<String> = cause.tests.iter().take(MAX_TESTS).map(|test| format!("  {test}")).collect();
        let more = cause.count.saturating_sub(named.len());
        let more = if more == 0 { String::new() } else { format!("\n  and {more} more") };
        part(&format!("Tests ({}):\n{}{more}", cause.count, named.join("\n")));
    }
    if !evidence.output.trim().is_empty() {
        part(&format!("Output:\n{}", evidence.output));
    }
    part(&evidence.files.iter().map(|file| format!("Saved by the run: {file}\n")).collect::<String>());
    bounded(&without_secrets(&out))
}

/// A text that a ticket takes.
pub(super) fn bounded(text: &str) -> String {
    if text.len() <= MAX_TEXT_BYTES {
        return text.to_owned();
    }
    format!("{}\n[…]\n", first_bytes(text, MAX_TEXT_BYTES - 8))
}

/// Who may have caused it: the commits since the test passed last.
pub(super) fn suspects(store: &Store, state: Option<&State>, build: &Build) -> String {
    let last = state.and_then(|state| state.last_passed.as_deref());
    let (Some(last), Some(now)) = (last, build.revision.as_deref()) else {
        return format!("It has not been seen to pass on {} before.", build.branch);
    };
    if store.is_same_code(last, now) {
        return "It has passed at the same revision: it is flaky.".to_owned();
    }
    match store.code_between(last, now, MAX_COMMITS + 1).ok().flatten() {
        None if store.is_within(now, last) == Some(true) => {
            format!("It has passed since, at {}, which has this revision in its history.", short(last))
        }
        None if store.is_within(last, now) == Some(false) => {
            format!("It passed last at {}, which is not in the history of this revision.", short(last))
        }
        None => format!("It passed last at {}, whose history is not in this clone.", short(last)),
        Some(commits) => {
            format!("Suspects: it passed last at {}. Since then:\n{}", short(last), listed(&commits))
        }
    }
}

/// What fixed it: the commits from where it failed last to where it passed first.
pub(super) fn fixed_by(
    branch: &str,
    failed: &str,
    passed: &str,
    count: u32,
    commits: Option<&[CodeChange]>,
) -> String {
    let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    let mut out = format!(
        "Passed {times} on {branch}, first at {}. Fixed in {}..{}",
        short(passed),
        short(failed),
        short(passed)
    );
    match commits {
        None => out.push_str(", whose history is not in this clone."),
        Some(commits) => {
            let _ = write!(out, ":\n{}", listed(commits));
        }
    }
    out
}

fn listed(commits: &[CodeChange]) -> String {
    let line = |commit: &CodeChange| {
        let subject = cut(&one_line(&commit.subject), 72).into_owned();
        format!("  {} {subject} ({})", short(&commit.commit), one_line(&commit.author))
    };
    let mut lines: Vec<String> = commits.iter().take(MAX_COMMITS).map(line).collect();
    if commits.len() > MAX_COMMITS {
        lines.push("  and more".to_owned());
    }
    lines.join("\n")
}
