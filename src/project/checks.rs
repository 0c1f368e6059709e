//! A file of the project that is no ticket, checked strictly: it can be read, and says only what this version knows.

use crate::process::{Acceptance, Answer, Calendar, Release, Settings, Team, Vendor, unknown_keys};
use crate::project::failure::{Failure, Kind};
use crate::project::parts::{FileProblem, YamlFile, parts};
use crate::store::layout;
use crate::ticket::{Node, nearest, shell_word, visible};

/// Sees that a file of the project that is no ticket can be read, and says only what this version knows.
pub(super) fn check_project_file(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    if path.starts_with(layout::CALENDARS) {
        let added = Calendar::always().add_events(&String::from_utf8_lossy(bytes));
        return added.map_err(|problem| FileProblem::new(path, 0, &problem).into());
    }
    if let Some(name) = path.strip_prefix(layout::ANSWERS).and_then(|rest| rest.strip_prefix('/')) {
        return check_answer(path, name, bytes);
    }
    if path == layout::ATTRIBUTES && bytes == layout::ATTRIBUTES_TEXT.as_bytes() {
        return Ok(());
    }
    let named = |folder: &str| path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".yaml");
    let is_record =
        [layout::VENDORS, layout::RELEASES, layout::ACCEPTED].iter().any(|folder| named(folder).is_some());
    if !is_record && path != layout::CONFIG && path != layout::TEAM {
        return Err(not_ours(path));
    }
    let file = YamlFile::parse(path, bytes)?;
    let checked = if path == layout::CONFIG {
        check_settings(&file)
    } else if path == layout::TEAM {
        Team::read(&file.node).map(drop).map_err(|(key, problem)| file.problem(&key, &problem))
    } else if let Some(name) = named(layout::VENDORS) {
        Vendor::read(name, &file.node).map(drop).map_err(|(key, problem)| file.problem(&[key], &problem))
    } else if let Some(version) = named(layout::RELEASES) {
        Release::read(version, &file.node).map(drop).map_err(|(key, problem)| file.problem(&[key], &problem))
    } else if let Some(finding) = named(layout::ACCEPTED).filter(|name| Acceptance::is_name(name)) {
        let checked = Acceptance::read(finding, &file.node).map(drop);
        checked.map_err(|(key, problem)| file.problem(&[key], &problem))
    } else {
        return Err(not_ours(path));
    };
    Ok(checked?)
}

fn not_ours(path: &str) -> Failure {
    let quoted = shell_word(path);
    if path.starts_with(layout::ATTACHMENTS) {
        let message = format!("{path} is an attachment: it stays as it was attached");
        let hint =
            format!("git restore --staged --worktree {quoted}; a new file: git support attach ID {quoted}");
        return Failure::new(Kind::Invalid, message).hint(hint);
    }
    let message = format!("{path} is not a file of git-support");
    Failure::new(Kind::Invalid, message)
        .hint(format!("rm {quoted}, or commit it: git add {quoted}; git commit"))
}

fn check_answer(path: &str, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let Some(name) = name.strip_suffix(".md").filter(|name| Answer::is_name(name)) else {
        return Err(not_ours(path));
    };
    let read = Answer::read(name, bytes).map(drop);
    read.map_err(|(line, problem)| FileProblem::new(path, line, &problem).into())
}

/// The keys of a record that this version does not know, in words: misspelt, they have no effect; of a newer version or
/// of somebody's own, they stay.
pub(super) fn unknown_keys_of_record(path: &str, bytes: &[u8]) -> Vec<String> {
    let known = if path == layout::TEAM {
        Team::KEYS
    } else if path.starts_with(layout::VENDORS) {
        Vendor::KEYS
    } else if path.starts_with(layout::RELEASES) {
        Release::KEYS
    } else if path.starts_with(layout::ACCEPTED) {
        Acceptance::KEYS
    } else {
        return Vec::new();
    };
    let Ok(YamlFile { node: Node::Map(pairs), .. }) = YamlFile::parse(path, bytes) else { return Vec::new() };
    let keys = pairs.iter().map(|(key, _)| key.to_string()).filter(|key| !known.contains(&key.as_str()));
    let say = |key: String| {
        let meant = nearest(&key, known).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        format!("unknown key '{}'{meant}", visible(&key))
    };
    keys.map(say).collect()
}

/// Sees that every setting is one this version knows, with a value it takes.
fn check_settings(file: &YamlFile) -> Result<(), FileProblem> {
    Settings::read(&file.node).map_err(|(key, problem)| file.problem(&parts(&key), &problem))?;
    match unknown_keys(&file.node).first() {
        Some((key, problem)) => Err(file.problem(&parts(key), problem)),
        None => Ok(()),
    }
}
