//! Trees that git never writes: an entry twice, code that leads out of the work tree, another spelling of our folder;
//! and a branch that is not born here.

use crate::hostile::{commit_tree, object, planted, tree};
use crate::sandbox::Sandbox;
use crate::syncing::clones;

/// The entries of a tree as they are listed, with one more.
fn with(sandbox: &Sandbox, base: &str, more: &[(&str, &str, &str)]) -> String {
    let listed = sandbox.git(&["ls-tree", base]);
    let mut entries: Vec<(String, Vec<u8>, String)> = listed
        .lines()
        .map(|line| {
            let (meta, name) = line.split_once('\t').unwrap();
            let meta: Vec<&str> = meta.split(' ').collect();
            (meta[0].trim_start_matches('0').to_owned(), name.as_bytes().to_vec(), meta[2].to_owned())
        })
        .collect();
    entries.extend(
        more.iter().map(|(mode, name, id)| ((*mode).to_owned(), name.as_bytes().to_vec(), (*id).to_owned())),
    );
    tree(sandbox, entries)
}

/// Two clones, of which the first pushes a tree that git would not write; the sandbox is in the second.
fn pushed(make: impl Fn(&Sandbox, &str, &str) -> String) -> Sandbox {
    let (sandbox, a, b) = clones();
    let mut sandbox = sandbox.may_be_damaged();
    let _ = sandbox.ticket("Shared");
    sandbox.run(&["config", "set", "policy.severity_by_owner", "enforce"]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.git(&["-C", "../remote.git", "config", "receive.fsckObjects", "false"]);
    let top = sandbox.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
    let support = sandbox.git(&["rev-parse", "HEAD:.support"]).trim().to_owned();
    let made = make(&sandbox, &top, &support);
    commit_tree(&sandbox, &made);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.enter(&b);
    sandbox
}

/// What was pushed is refused by name, here and after git has fetched it; the branch stays where it is.
fn is_refused(sandbox: &Sandbox, named: &str) {
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    for _ in 0..2 {
        let said = sandbox.run(&["sync"]).fails(1);
        // Git's own check of what it fetches may come first.
        assert!(said.contains(named) || said.contains("duplicateEntries"), "{named}: {said}");
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before);
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
        let _ = sandbox.try_git(&["-c", "fetch.fsckObjects=false", "fetch", "-q"]);
    }
}

#[test]
fn an_entry_that_stands_twice_is_not_taken() {
    let blob = |sandbox: &Sandbox| object(sandbox, "blob", b"schema: 1\npolicy:\n  severity_by_owner: off\n");
    let replaced = |sandbox: &Sandbox, top: &str, support: &str| {
        let listed = sandbox.git(&["ls-tree", top]);
        let rest: Vec<(String, Vec<u8>, String)> = listed
            .lines()
            .filter(|line| !line.ends_with("\t.support"))
            .map(|line| {
                let (meta, name) = line.split_once('\t').unwrap();
                let meta: Vec<&str> = meta.split(' ').collect();
                (meta[0].trim_start_matches('0').to_owned(), name.as_bytes().to_vec(), meta[2].to_owned())
            })
            .chain([("40000".to_owned(), b".support".to_vec(), support.to_owned())])
            .collect();
        tree(sandbox, rest)
    };
    is_refused(
        &pushed(|sandbox, top, support| {
            let twice = with(sandbox, support, &[("100644", "config.yaml", &blob(sandbox))]);
            replaced(sandbox, top, &twice)
        }),
        ".support",
    );
    is_refused(
        &pushed(|sandbox, top, support| with(sandbox, top, &[("40000", ".support", support)])),
        ".support",
    );
}

#[test]
fn code_that_leads_out_of_the_work_tree_is_not_taken() {
    for path in [&["..", "owned"][..], &[".git", "config"], &["src", ".GIT", "hooks"], &["src", "..", "x"]] {
        let sandbox = pushed(|sandbox, top, _| {
            let blob = object(sandbox, "blob", b"x");
            planted(sandbox, Some(top), path, "100644", &blob)
        });
        is_refused(
            &sandbox,
            path.iter()
                .find(|name| name.to_lowercase().contains("..") || name.to_lowercase() == ".git")
                .unwrap(),
        );
    }
}

#[test]
fn names_of_code_that_only_look_strange_are_taken() {
    let (mut sandbox, a, b) = clones();
    let _ = sandbox.ticket("Shared");
    sandbox.run(&["sync"]).ok();
    for name in
        ["a\\", "\\b", "c\\..\\d", "con", "nul.txt", "e.", "f:g", "H~1", ".gitignore", "..i", ".git-x"]
    {
        std::fs::write(a.join(name), name).unwrap();
    }
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-qm", "Names of other systems"]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.enter(&b);
    sandbox.git(&["fetch", "-q"]);
    assert!(!sandbox.run_unwatched(&["doctor"], "").stdout.contains("tree.unsafe"));
    sandbox.git(&["merge", "-q", "--ff-only", "origin/main"]);
    let _ = sandbox.ticket("Of B");
    sandbox.run(&["sync"]).ok();
}

#[test]
fn another_spelling_of_the_folder_is_not_taken() {
    for name in [".SUPPORT", ".support.", ".support ", ".suppo\u{200c}rt", "SUPPOR~1", ".\u{17f}upport"] {
        let sandbox = pushed(|sandbox, top, support| with(sandbox, top, &[("40000", name, support)]));
        is_refused(&sandbox, "is not a valid path");
    }
}

#[test]
fn a_branch_that_is_not_born_here_is_filled_by_sync_and_not_written_to_before() {
    for fetched in [false, true] {
        let (mut sandbox, _, _) = clones();
        let _ = sandbox.ticket("Shared");
        sandbox.run(&["sync"]).ok();
        let empty = sandbox.root().join("empty");
        std::fs::create_dir(&empty).unwrap();
        sandbox.enter(&empty);
        sandbox.shell("git init -q -b main . && git remote add origin ../remote.git").ok();
        if fetched {
            sandbox.git(&["fetch", "-q"]);
            let said = sandbox.run(&["new", "Too early", "--severity", "minor"]).fails(1);
            assert!(said.contains("git reset --hard origin/main"), "{said}");
        }
        let _ = sandbox.run(&["sync"]);
        let has_commit = sandbox.try_git(&["rev-parse", "-q", "--verify", "HEAD"]).status == Some(0);
        if !has_commit {
            sandbox.shell("git fetch -q && git reset -q --hard origin/main").ok();
        }
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "fetched: {fetched}");
        sandbox.run(&["new", "Now", "--severity", "minor"]).ok();
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "fetched: {fetched}");
        assert_eq!(sandbox.git(&["show", "main:code.rs"]), "one\n");
    }
}

#[test]
fn an_import_writes_only_where_a_ticket_belongs() {
    let source = Sandbox::new();
    let id = source.ticket("Shared");
    source.file("trace.txt", "It fails.");
    source.run(&["attach", &id, "trace.txt"]).ok();
    let full = source.run(&["export", "--full"]).ok();
    let at = full.find("\"file\":\"").unwrap() + 8;
    let file = full[at..].split('"').next().unwrap().to_owned();
    let entry = file.split('-').next().unwrap().to_owned();
    for (old, new) in [
        (id.as_str(), "../../../owned"),
        (&id, ".git"),
        (&id, "..\\\\..\\\\own"),
        (&file, "../../../owned"),
        (&file, "../../.git/config"),
        (&file, "nul:x"),
        (&entry, "../../owned"),
    ] {
        let sandbox = Sandbox::new();
        let state = || [sandbox.git(&["rev-parse", "HEAD"]), sandbox.git(&["status", "--porcelain"])];
        let before = state();
        let said = sandbox.run_with(&["import", "-"], full.replace(old, new)).fails(1);
        assert!(said.contains("nothing was imported") && said.contains("line 1"), "{new}: {said}");
        assert_eq!(state(), before, "{new}");
    }
}

#[test]
fn a_new_name_that_windows_reserves_is_refused_with_what_helps() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("Shared");
    let said = sandbox.run(&["vendor", "add", "nul", "--email", "help@nul.example"]).fails(1);
    assert!(said.contains("use another name") && said.contains("git support doctor"), "{said}");
    sandbox.run(&["doctor"]).ok();
}

#[test]
fn a_link_in_the_place_of_our_folder_is_told_and_not_read_as_no_tickets() {
    for script in [
        "git mv .support real && ln -s real .support",
        "git mv .support/tickets .support/real && ln -s real .support/tickets",
        "git rm -rq .support && echo x >.support",
        "git rm -rq .support && git init -q sub && git -C sub -c user.name=A -c user.email=a@b.example commit -q --allow-empty -m x && mv sub .support",
    ] {
        let sandbox = Sandbox::new();
        sandbox.is_tampered_with();
        sandbox.git(&["stash", "-q", "-u"]);
        let id = sandbox.ticket("Pay");
        sandbox.shell(&format!("{script} && git add -A 2>/dev/null && git commit -qm Strange")).ok();
        for command in [&["list"][..], &["show", &id], &["next"], &["export"], &["new", "Another"]] {
            let output = sandbox.run_unwatched(command, "");
            assert!(
                output.status == Some(1) && output.stderr.contains("is a symbolic link, a submodule or"),
                "{script} {command:?}: {output:?}"
            );
        }
        // What is wrong with it is told by those whose work that is.
        assert_eq!(sandbox.run_unwatched(&["audit"], "").status, Some(3), "{script}");
        assert_eq!(sandbox.run_unwatched(&["doctor"], "").status, Some(3), "{script}");
    }
}
