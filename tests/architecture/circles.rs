//! No circles between the files of a room: each can be understood after those it names.

use std::collections::{BTreeMap, BTreeSet};

/// Files that may name each other all the same, and why.
const ALLOWED: &[(&str, &str, &str)] = &[];

/// The files of `src` by the path of their module: `["store", "git", "lock"]`.
fn modules(files: &[(String, String)]) -> BTreeMap<Vec<String>, &str> {
    let path = |file: &str| -> Vec<String> {
        let path = file.strip_suffix(".rs").unwrap_or(file);
        path.strip_suffix("/mod").unwrap_or(path).split('/').map(str::to_owned).collect()
    };
    files.iter().map(|(file, _)| (path(file), file.as_str())).collect()
}

/// The paths after `crate::` and, in the file of a room, those that its `use` begins with.
fn paths(file: &str, text: &str) -> Vec<Vec<String>> {
    let room: Vec<String> = file
        .strip_suffix("/mod.rs")
        .map(|room| room.split('/').map(str::to_owned).collect())
        .unwrap_or_default();
    let mut paths = Vec::new();
    for line in text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")) {
        let code = line.split("//").next().unwrap_or_default();
        let words = |rest: &str| -> Vec<String> {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(rest.len());
            rest[..end].split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        paths.extend(code.split("crate::").skip(1).map(words));
        if let Some(rest) =
            code.strip_prefix("use ").filter(|_| !room.is_empty() && !code.contains("crate::"))
        {
            paths.push([room.clone(), words(rest)].concat());
        }
    }
    paths
}

/// The files that each file names.
fn named(files: &[(String, String)]) -> BTreeMap<&str, BTreeSet<&str>> {
    let modules = modules(files);
    let file_of =
        |path: &[String]| (1..=path.len()).rev().find_map(|length| modules.get(&path[..length]).copied());
    let names = |(file, text): &(String, String)| {
        paths(file, text).iter().filter_map(|path| file_of(path)).filter(|other| *other != file).collect()
    };
    files.iter().map(|file| (file.0.as_str(), names(file))).collect()
}

/// A way from a file back to itself, if there is one.
fn circle<'a>(from: &'a str, named: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = vec![from];
    while let Some(file) = waiting.pop() {
        for other in named.get(file).into_iter().flatten().copied() {
            let is_allowed = ALLOWED.iter().any(|(one, two, _)| (*one, *two) == (file, other));
            if is_allowed || before.contains_key(other) {
                continue;
            }
            before.insert(other, file);
            if other == from {
                let back = std::iter::successors(Some(file), |file| before.get(file).copied());
                return Some([from].into_iter().chain(back.take_while(|file| *file != from)).collect());
            }
            waiting.push(other);
        }
    }
    None
}

#[test]
fn no_file_leads_back_to_itself() {
    let files = crate::sources("src");
    let named = named(&files);
    let circles: Vec<String> =
        named.keys().filter_map(|file| Some(circle(file, &named)?.join(" <- "))).collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn a_circle_is_seen() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let files = [
        file("a/mod.rs", "mod one;\nmod two;\npub use one::One;\n"),
        file("a/one.rs", "use crate::a::two::Two; // crate::b"),
        file("a/two.rs", "fn f() -> crate::a::one::One {}"),
        file("b.rs", "use crate::a::One;"),
    ];
    let named = named(&files);
    assert_eq!(circle("a/one.rs", &named), Some(vec!["a/one.rs", "a/two.rs"]));
    assert_eq!(circle("b.rs", &named), None);
}
