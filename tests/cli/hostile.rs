//! Trees from strangers: nothing outside `.support/` is written, nothing staged, nothing run, the path is named.

use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use crate::sandbox::{Sandbox, finish, path_of};

/// What an attacker puts under `.support/`, as a path and what stands there; and what is said of it.
struct Attack {
    path: &'static str,
    mode: &'static str,
    content: &'static str,
    named: &'static str,
}

const fn attack(
    path: &'static str,
    mode: &'static str,
    content: &'static str,
    named: &'static str,
) -> Attack {
    Attack { path, mode, content, named }
}

const FILE: &str = "100644";
/// What runs a command at the next `git status` where it becomes a configuration.
const CONFIG: &str = "[core]\n\tfsmonitor = touch ../owned; false\n";

const ATTACKS: &[Attack] = &[
    attack("../outside.txt", FILE, "x", ".."),
    attack("../../outside.txt", FILE, "x", ".."),
    attack("../.git/config", FILE, CONFIG, ".."),
    attack("../.git/commondir", FILE, "../evil", ".."),
    attack("tickets/../../.git/config", FILE, CONFIG, ".."),
    attack(".git/config", FILE, CONFIG, ".git"),
    attack(".GIT/config", FILE, CONFIG, ".GIT"),
    attack("git~1/config", FILE, CONFIG, "git~1"),
    attack(".git ./config", FILE, CONFIG, ".git ."),
    attack(".git::$INDEX_ALLOCATION/config", FILE, CONFIG, ".git::$INDEX_ALLOCATION"),
    attack(".g\u{200c}it/config", FILE, CONFIG, ".support/.g"),
    attack("./config.yaml", FILE, "schema: 1\n", "."),
    attack("vendors\\..\\..\\.git\\config", FILE, CONFIG, "vendors\\..\\..\\.git"),
    attack("a\n100644 BLOB 0\tcode.rs", FILE, "owned\n", "a\\n100644"),
    attack("a\rb", FILE, "x", "a\\rb"),
    attack("tickets/a\u{1b}[2J.yaml", FILE, "x", "tickets/a\\u{1b}[2J.yaml"),
    attack(
        "vendors",
        "120000",
        "../.git/hooks",
        ".support/vendors' is not a valid path: it is a symbolic link",
    ),
    attack(
        "vendors/link.yaml",
        "120000",
        "/etc/passwd",
        "link.yaml' is not a valid path: it is a symbolic link",
    ),
    attack("attachments/run.sh", "100755", "#!/bin/sh\n", "run.sh' is not a valid path: it is executable"),
    attack("vendors/sub", "160000", "", "vendors/sub' is not a valid path: it is a submodule"),
    attack("vendors/ACME.yaml", FILE, "name: ACME\n", "only in case or Unicode form"),
    attack("a/b/c/d/e/f/g/h/deep.txt", FILE, "x", "deeper than 8 levels"),
    attack("vendors/acme.yaml.", FILE, "name: Other\n", "read the name as another one"),
    attack("config.yaml:$DATA", FILE, "schema: 1\n", "read the name as another one"),
    attack("CONFIG~1.YAM", FILE, "schema: 1\n", "read the name as another one"),
    attack("vendors/nul.yaml", FILE, "name: Nul\n", "reserves the name for a device"),
    attack("con\u{200d}fig.yaml", FILE, "schema: 1\n", "con"),
];

/// Writes an object, however little git likes it.
pub(crate) fn object(sandbox: &Sandbox, kind: &str, content: &[u8]) -> String {
    let mut command = sandbox.command("git");
    command.args(["hash-object", "-w", "--literally", "-t", kind, "--stdin"]);
    finish(command, content).ok().trim().to_owned()
}

/// A tree object of raw entries.
pub(crate) fn tree(sandbox: &Sandbox, mut entries: Vec<(String, Vec<u8>, String)>) -> String {
    entries.sort_by(|(mode, name, _), (other, name2, _)| {
        let key = |mode: &str, name: &[u8]| [name, if mode == "40000" { b"/" } else { b"" }].concat();
        key(mode, name).cmp(&key(other, name2))
    });
    let mut raw = Vec::new();
    for (mode, name, id) in entries {
        raw.extend_from_slice(mode.as_bytes());
        raw.push(b' ');
        raw.extend_from_slice(&name);
        raw.push(0);
        raw.extend((0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()));
    }
    object(sandbox, "tree", &raw)
}

/// The entries of a tree that is there.
fn entries(sandbox: &Sandbox, tree: &str) -> Vec<(String, Vec<u8>, String)> {
    let listed = sandbox.git(&["ls-tree", "-z", tree]);
    let entry = |line: &str| {
        let (meta, name) = line.split_once('\t').unwrap();
        let meta: Vec<&str> = meta.split(' ').collect();
        (meta[0].trim_start_matches('0').to_owned(), name.as_bytes().to_vec(), meta[2].to_owned())
    };
    listed.split_terminator('\0').map(entry).collect()
}

/// A tree with something more at a path; names are taken as they stand.
pub(crate) fn planted(
    sandbox: &Sandbox,
    base: Option<&str>,
    path: &[&str],
    mode: &str,
    leaf: &str,
) -> String {
    let mut all = base.map(|base| entries(sandbox, base)).unwrap_or_default();
    let name = path[0].as_bytes().to_vec();
    let old = all.iter().position(|(_, known, _)| *known == name).map(|at| all.remove(at));
    let new = match &path[1..] {
        [] => (mode.to_owned(), name, leaf.to_owned()),
        rest => {
            let below = old.filter(|(mode, ..)| mode == "40000").map(|(.., id)| id);
            ("40000".to_owned(), name, planted(sandbox, below.as_deref(), rest, mode, leaf))
        }
    };
    all.push(new);
    tree(sandbox, all)
}

/// Commits an attack on top of the remote's branch, without any check.
pub(crate) fn plant(sandbox: &Sandbox, attack: (&str, &str, &str)) {
    let (path, mode, content) = attack;
    let blob = object(sandbox, "blob", content.as_bytes());
    let leaf =
        if mode == "160000" { sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned() } else { blob.clone() };
    let path = path.replace("BLOB", &blob);
    let names: Vec<&str> = std::iter::once(".support").chain(path.split('/')).collect();
    let base = sandbox.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
    let tree = planted(sandbox, Some(&base), &names, mode, &leaf);
    commit_tree(sandbox, &tree);
}

/// Puts a commit with a tree on the branch.
pub(crate) fn commit_tree(sandbox: &Sandbox, tree: &str) {
    let commit = sandbox.git(&["commit-tree", tree, "-p", "HEAD", "-m", "support: comment"]);
    sandbox.git(&["update-ref", "refs/heads/main", commit.trim()]);
}

/// An attacker's clone and a victim's of one bare repository; both have a vendor and a ticket.
fn stage(kind: &str) -> (Sandbox, PathBuf) {
    let mut sandbox = Sandbox::nowhere().may_be_damaged();
    sandbox.shell("git init -q -b main . && echo one > code.rs && git add . && git commit -qm Begin").ok();
    sandbox.run(&["vendor", "add", "acme", "--email", "help@acme.example"]).ok();
    let _ = sandbox.ticket("Shared");
    let root = sandbox.root().to_owned();
    let bare = if kind == "bare" { "--bare" } else { "" };
    sandbox
        .shell(&format!(
            "git clone -q --bare . ../remote.git && git clone -q ../remote.git ../attacker &&
             git clone -q {bare} ../remote.git ../victim && git -C ../remote.git config receive.fsckObjects false"
        ))
        .ok();
    if kind == "bare" {
        sandbox
            .shell("git -C ../victim config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'")
            .ok();
    }
    // The victim works with it already: the clone's git knows the merge driver.
    sandbox.enter(&root.join("victim"));
    let _ = sandbox.run_unwatched(&["sync"], "").ok();
    sandbox.enter(&root.join("attacker"));
    (sandbox, root.join("victim"))
}

/// Every file there is but those of git that any command changes.
fn everything(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let text = path.to_string_lossy().into_owned();
            let is_gits = [
                "/.git/objects",
                "/.git/support",
                "/.git/logs",
                "/.git/refs",
                "/.git/FETCH_HEAD",
                "/remote.git",
            ]
            .iter()
            .any(|part| text.contains(part));
            let is_bare =
                ["/victim/objects", "/victim/support", "/victim/refs"].iter().any(|part| text.contains(part));
            if is_gits
                || is_bare
                || text.contains("/attacker")
                || text.contains("/repo")
                || text.contains("/home")
            {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                let mut hash = std::hash::DefaultHasher::new();
                fs::read(&path).unwrap_or_default().hash(&mut hash);
                found.push((path, hash.finish()));
            }
        }
    }
    found.sort();
    found
}

/// Brings the victim to where the attack meets them; what they run.
fn prepare(sandbox: &Sandbox, way: &str) -> Vec<&'static str> {
    match way {
        "merge" => drop(sandbox.ticket("Of the victim")),
        "fetched" => drop(sandbox.git(&["fetch", "-q"])),
        "index" => drop(sandbox.git(&["update-index", "--split-index"])),
        "elsewhere" => {
            sandbox.git(&["switch", "-qc", "other"]);
            return vec!["sync", "--branch", "main"];
        }
        "unborn" => {
            sandbox.shell("cd .. && rm -rf victim && mkdir victim && cd victim && git init -q -b main . && git remote add origin ../remote.git && git support list").ok();
        }
        _ => {}
    }
    vec!["sync"]
}

/// What a stranger pushes is refused by name, and nothing else happens.
fn is_refused_by_name(way: &str) {
    for attack in ATTACKS {
        let (mut sandbox, victim) = stage(way);
        plant(&sandbox, (attack.path, attack.mode, attack.content));
        sandbox.git(&["push", "-q", "origin", "main"]);
        let planted = sandbox.git(&["rev-parse", "main"]);
        sandbox.enter(&victim);
        let command = prepare(&sandbox, way);
        let before = everything(sandbox.root());
        let index = fs::read(victim.join(".git/index")).unwrap_or_default();
        let tip = sandbox.try_git(&["rev-parse", "-q", "--verify", "refs/heads/main"]).stdout;
        let stderr = sandbox.run_unwatched(&command, "").fails(1);
        let case = format!("{:?} by {way}: {stderr}", attack.path);
        // A branch without a commit is not moved over code at all.
        assert!(stderr.contains(attack.named) || (way == "unborn" && stderr.contains("git pull")), "{case}");
        assert!(!stderr.contains('\u{1b}'), "{case}");
        let mut after = everything(sandbox.root());
        after.retain(|file| !before.contains(file));
        let changed: Vec<_> = after.iter().map(|(path, _)| path).collect();
        assert!(changed.is_empty() || way == "unborn", "{case}: {changed:?}");
        assert_eq!(fs::read(victim.join(".git/index")).unwrap_or_default(), index, "{case}");
        assert_eq!(
            sandbox.try_git(&["rev-parse", "-q", "--verify", "refs/heads/main"]).stdout,
            tip,
            "{case}"
        );
        let _ = sandbox.try_git(&["status", "--porcelain"]);
        assert!(!sandbox.root().join("owned").exists(), "{case}");
        // What was there goes on working, and what git has fetched is named.
        if way != "unborn" {
            let doctor = sandbox.run_unwatched(&["doctor"], "");
            let is_here = sandbox.git(&["rev-parse", "origin/main"]) == planted;
            assert!(
                !is_here || way == "elsewhere" || doctor.stdout.contains("tree.unsafe"),
                "{case}: {doctor:?}"
            );
            let listed = sandbox.run_unwatched(&["list", "--all-branches"], "");
            assert!(listed.ok().contains("Shared"), "{case}");
        }
    }
}

#[test]
fn a_branch_that_goes_forward_takes_nothing_unsafe() {
    is_refused_by_name("forward");
}

#[test]
fn a_merge_takes_nothing_unsafe() {
    is_refused_by_name("merge");
}

#[test]
fn what_git_fetched_before_is_not_trusted() {
    is_refused_by_name("fetched");
}

#[test]
fn an_index_that_git_writes_takes_nothing_unsafe() {
    is_refused_by_name("index");
}

#[test]
fn a_bare_repository_takes_nothing_unsafe() {
    is_refused_by_name("bare");
}

#[test]
fn a_branch_that_is_not_checked_out_takes_nothing_unsafe() {
    is_refused_by_name("elsewhere");
}

#[test]
fn a_branch_without_a_commit_takes_nothing_unsafe() {
    is_refused_by_name("unborn");
}

#[test]
fn what_git_brought_into_the_branch_is_named_by_doctor_and_left_alone() {
    for attack in ATTACKS {
        let (sandbox, _) = stage("forward");
        plant(&sandbox, (attack.path, attack.mode, attack.content));
        let found = sandbox.run_unwatched(&["doctor"], "");
        assert_eq!(found.status, Some(3), "{found:?}");
        let is_named = found.stdout.contains("tree.unsafe");
        assert!(is_named, "{:?}: {}{}", attack.path, found.stdout, found.stderr);
        assert!(!found.stdout.contains('\u{1b}'), "{:?}", found.stdout);
        // A repair changes nothing of it, and other tickets are written as before.
        let _ = sandbox.run_unwatched(&["doctor", "--repair"], "");
        let _ = sandbox.run_unwatched(&["audit", "--from-start"], "");
        assert!(sandbox.run_unwatched(&["list"], "").ok().contains("Shared"), "{:?}", attack.path);
        assert!(!sandbox.root().join("owned").exists() && !sandbox.root().join("outside.txt").exists());
    }
}

#[test]
fn a_ticket_that_may_be_run_is_still_read() {
    let sandbox = Sandbox::new().may_be_damaged();
    let id = sandbox.ticket("By mistake");
    sandbox.shell(&format!("chmod +x {}", path_of(&id))).ok();
    sandbox.git(&["commit", "-qm", "From a file system without modes", "--", ".support"]);
    assert!(sandbox.run_unwatched(&["list"], "").ok().contains("By mistake"));
    let said = sandbox.run_unwatched(&["doctor"], "");
    assert!(said.stdout.contains("it is executable"), "{said:?}");
}

#[test]
fn a_new_name_is_not_taken_beside_one_that_some_systems_take_for_it() {
    let sandbox = Sandbox::new();
    sandbox.file(".support/Vendors/readme.txt", "of somebody");
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-qm", "Theirs", "--", ".support"]);
    sandbox.is_tampered_with();
    let said = sandbox.run(&["vendor", "add", "acme", "--email", "help@acme.example"]).fails(1);
    assert!(said.contains(".support/Vendors"), "{said}");
}
