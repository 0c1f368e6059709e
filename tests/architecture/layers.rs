//! The arrows between the rooms of `src`, and what may be named in which room only.

use std::collections::BTreeSet;

/// What each room may name of the others (docs/architecture.md).
const LAYERS: &[(&str, &[&str])] = &[
    ("ticket", &[]),
    ("process", &["ticket"]),
    ("query", &["ticket"]),
    ("store/git", &[]),
    ("store", &["ticket"]),
    ("index", &["ticket", "query"]),
    ("intake", &["ticket", "process"]),
    ("mail", &["ticket", "process"]),
    ("render", &["ticket", "process"]),
    ("report", &["ticket", "process"]),
    ("project", &["ticket", "process", "query", "store", "index"]),
    ("commands", &["ticket", "process", "query", "project", "intake", "mail", "report", "render"]),
    ("web", &["commands", "project", "render"]),
    ("cli", &["commands", "web", "render"]),
];

/// What asks which system it is on.
const PLATFORMS: &[&str] = &["cli/platform/", "store/git/platform/"];

/// Words that may stand only under the given rooms or files.
const ONLY_IN: &[(&str, &[&str])] = &[
    // Only a change decides: what holds for every change is said there, once.
    ("decide(", &["process/", "project/change.rs"]),
    ("process::open", &["project/change.rs"]),
    ("git2::", &["store/git/"]),
    ("serde_yaml", &["ticket/yaml.rs"]),
    ("clap::", &["cli/", "commands/"]),
    ("comfy_table::", &["render/"]),
    ("mail_parser::", &["mail/"]),
    ("mail_builder::", &["mail/"]),
    ("rusqlite::", &["index/"]),
    ("jiff::", &["process/calendar/"]),
    ("icalendar::", &["process/calendar/"]),
    ("ratatui::", &["cli/board/", "cli/platform/windows.rs"]),
    ("cfg(unix)", PLATFORMS),
    ("cfg(windows)", PLATFORMS),
    ("cfg(target_os", PLATFORMS),
    ("std::os::", PLATFORMS),
    ("rustix::", PLATFORMS),
    ("maud::", &["report/html/", "web/"]),
    ("axum::", &["web/"]),
    ("tokio::", &["web/"]),
    ("hyper", &["web/server.rs"]),
    ("postcard::", &["process/clock/", "store/remembered.rs"]),
    ("indicatif::", &["cli/"]),
    ("std::fs", &["store/", "index/", "intake/", "mail/", "cli/"]),
    ("std::process::Command", &["store/git/", "cli/"]),
    ("env::var", &["cli/", "store/git/stop.rs"]),
    ("env::current_dir", &["cli/"]),
    ("std::io::stdout", &["cli/"]),
    ("now_utc", &["cli/"]),
];

/// The room a file belongs to: the innermost that has a line in the table.
fn room(path: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    LAYERS.iter().filter(|(room, _)| path.starts_with(&format!("{room}/"))).max_by_key(|(room, _)| room.len())
}

/// What is wrong with a file of `src`, a line each.
fn faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        if code.starts_with("#[cfg(test)]") {
            break;
        }
        let mut fault = |problem: String| {
            faults.push(format!("src/{path}:{}: {problem}", number + 1));
        };
        if code.contains("crate::{") || code.contains("super::super") {
            fault("one `use crate::..` path a line".to_owned());
        }
        if let Some((own, allowed)) = room(path) {
            let tops: BTreeSet<&str> = LAYERS.iter().map(|(room, _)| top_of(room)).collect();
            for top in tops.into_iter().filter(|top| *top != top_of(own)) {
                if !allowed.contains(&top) && names(code, top) {
                    fault(format!("{own} may not name {top}"));
                }
            }
            if *own == "store/git" && names_outside(code, "store", "git") {
                fault("store/git may not name the rest of store".to_owned());
            }
        }
        for (word, homes) in ONLY_IN {
            if code.contains(word) && !homes.iter().any(|home| path.starts_with(home)) {
                fault(format!("`{word}` belongs in {homes:?}"));
            }
        }
    }
    faults
}

/// The outermost room that a room lies in.
fn top_of(room: &str) -> &str {
    room.split('/').next().unwrap_or(room)
}

/// True where the code names `crate::<room>`.
fn names(code: &str, room: &str) -> bool {
    code.split(&format!("crate::{room}"))
        .skip(1)
        .any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// True where the code names something of `crate::<room>` that is not in `crate::<room>::<inner>`.
fn names_outside(code: &str, room: &str, inner: &str) -> bool {
    code.split(&format!("crate::{room}::")).skip(1).any(|rest| !rest.starts_with(&format!("{inner}::")))
}

#[test]
fn arrows_point_one_way() {
    let faults: Vec<String> =
        crate::sources("src").iter().flat_map(|(path, text)| faults(path, text)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_arrow_that_points_back_is_seen() {
    for (path, line) in [
        ("render/table.rs", "use crate::store::Store;"),
        ("ticket/id.rs", "use crate::process::decide;"),
        ("store/git/refs.rs", "use crate::store::message;"),
        ("store/update.rs", "use crate::commands::Failure;"),
        ("ticket/id.rs", "use git2::Oid;"),
        ("commands/new.rs", "std::fs::read(path)"),
        ("query/parse.rs", "use crate::{ticket, process};"),
    ] {
        assert_eq!(faults(path, line).len(), 1, "{path}: {line}");
    }
    assert_eq!(faults("render/table.rs", "use crate::storefront::X; // crate::store"), Vec::<String>::new());
    assert_eq!(faults("store/git/refs.rs", "use crate::store::git::Error;"), Vec::<String>::new());
}
