//! Sizes of files, their first lines, files that no `mod` names, and what lies at the top level.

use std::fs;

use crate::{sources, top};

/// The most lines of code in a file, without its unit tests: what fits in a head.
const MAX_LINES: usize = 400;

#[test]
fn every_file_says_what_it_is_and_fits_in_a_head() {
    let mut faults = Vec::new();
    for folder in ["src", "tests", "examples"] {
        for (path, text) in sources(folder) {
            if !text.starts_with("//! ") {
                faults.push(format!("{folder}/{path}:1: does not say what the file is"));
            }
            let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
            if lines > MAX_LINES {
                faults.push(format!("{folder}/{path}: {lines} lines; at most {MAX_LINES}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_is_forgotten() {
    let mut forgotten = Vec::new();
    for folder in ["src", "tests/cli", "tests/model", "tests/architecture"] {
        let files = sources(folder);
        for (path, _) in &files {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            let (parent, name) = match name.strip_suffix(".rs").unwrap() {
                "main" | "lib" if parent.is_empty() => continue,
                "mod" => parent.rsplit_once('/').unwrap_or(("", parent)),
                name => (parent, name),
            };
            let homes = match parent {
                "" => vec!["lib.rs".to_owned(), "main.rs".to_owned()],
                parent => vec![format!("{parent}/mod.rs"), format!("{parent}.rs")],
            };
            let line = format!("mod {name};");
            let named = files.iter().filter(|(file, _)| homes.contains(file)).any(|(_, text)| {
                text.lines().any(|code| {
                    ["", "pub ", "pub(crate) ", "pub(super) "]
                        .iter()
                        .any(|sight| code.strip_prefix(sight) == Some(&line))
                })
            });
            if !named {
                forgotten.push(format!("{folder}/{path}: no `{line}` names it"));
            }
        }
    }
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
}

#[test]
fn the_top_level_holds_what_belongs_there() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "tests",
        "examples",
        "docs",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "target",
    ];
    for entry in fs::read_dir(top()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.starts_with('.') || allowed.contains(&name.as_str()), "{name}");
    }
}

/// Each promise of docs/security.md names its tests as `file::test`.
#[test]
fn the_tests_that_hold_what_is_promised_are_there() {
    let page = std::fs::read_to_string(crate::top().join("docs/security.md")).unwrap();
    let tests = crate::sources("tests/cli");
    let mut count = 0;
    for word in page.split('`').filter(|word| word.contains("::") && !word.contains(' ')) {
        let Some((file, test)) = word.split_once("::").filter(|(file, _)| *file != "file") else { continue };
        let text = tests.iter().find(|(path, _)| *path == format!("{file}.rs"));
        let is_there = text.is_some_and(|(_, text)| text.contains(&format!("fn {test}()")));
        assert!(is_there, "docs/security.md names {word}, which is no test");
        count += 1;
    }
    assert!(count > 20, "docs/security.md names its tests");
}
