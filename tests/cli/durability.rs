//! What a kill leaves behind at each step, on each path that writes: the tables of docs/durability.md.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;

use crate::docs::with_table;
use crate::sandbox::{Sandbox, path_of};

/// The steps of a write, in order, and what has just been done there.
const STEPS: [(&str, &str); 9] = [
    ("objects", "the blobs, trees and the commit are written"),
    ("journal", "the journal is written"),
    ("index-lock", "git's index lock is taken"),
    ("work-tree", "the ticket file is replaced"),
    ("index-bytes", "the new index lies beside the old one"),
    ("index", "the index is replaced"),
    ("ref", "the branch is moved"),
    ("unlocked", "git's index lock is given back"),
    ("dropped", "the journal is dropped"),
];

/// Runs a command that is killed at a step; true if it was.
fn killed_at(sandbox: &Sandbox, step: &str, arguments: &[&str]) -> bool {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    let status = command.args(arguments).env("GIT_SUPPORT_STOP", step).output().unwrap().status;
    assert!(status.success() || status.signal() == Some(9), "{step}: {arguments:?}: {status:?}");
    status.signal() == Some(9)
}

/// What of ours lies in the git directory.
fn left_over(sandbox: &Sandbox) -> String {
    let places = [("journal", "support/journal"), ("index lock", "index.lock")];
    let git = sandbox.repo().join(".git");
    let left: Vec<&str> =
        places.iter().filter(|(_, path)| git.join(path).exists()).map(|(name, _)| *name).collect();
    if left.is_empty() { "nothing".to_owned() } else { left.join(", ") }
}

/// What stands in the branch, in the file and in the index, as `old` or `new`.
fn states(sandbox: &Sandbox, path: &str, old: &str) -> [&'static str; 3] {
    let of = |blob: &str| if blob == old { "old" } else { "new" };
    let branch = sandbox.git(&["rev-parse", &format!("HEAD:{path}")]);
    let file = sandbox.git(&["hash-object", "--no-filters", path]);
    let index = sandbox.git(&["rev-parse", &format!(":{path}")]);
    [of(branch.trim()), of(file.trim()), of(index.trim())]
}

fn row(step: &str, done: &str) -> String {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("First");
    let path = path_of(&id);
    let old = sandbox.git(&["rev-parse", &format!("HEAD:{path}")]).trim().to_owned();
    assert!(killed_at(&sandbox, step, &["comment", &id, "-m", "Second."]));
    let [branch, file, index] = states(&sandbox, &path, &old);
    let left = left_over(&sandbox);
    let commit = sandbox.try_git(&["commit", "-q", "--allow-empty", "-m", "By a person"]);
    let refused = if commit.stderr.contains("index.lock") { "refused: index lock" } else { "goes through" };
    assert_eq!(states(&sandbox, &path, &old)[0], branch, "{step}: a commit took the ticket back");
    sandbox.run_unwatched(&["list"], "").ok();
    let after = states(&sandbox, &path, &old);
    assert!(after == ["old"; 3] || after == ["new"; 3], "{step}: {after:?}");
    assert_eq!(left_over(&sandbox), "nothing", "{step}");
    format!("| {done} | {branch} | {file} | {index} | {left} | {refused} | {} |\n", after[0])
}

#[test]
fn the_docs_say_what_a_kill_leaves_behind() {
    let mut table = "| killed when | branch | file | index | left behind | `git commit` meanwhile | after the next run |\n"
        .to_owned();
    table.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for (step, done) in STEPS {
        table.push_str(&row(step, done));
    }
    with_table("docs/durability.md", "| killed when |", &table);
}

/// A way to write: its name, what makes the repository for it, and the command.
struct Way {
    name: &'static str,
    make: fn(&Sandbox) -> Vec<String>,
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// A repository whose remote has another ticket, and maybe other code.
fn beside_a_remote(sandbox: &Sandbox, code: bool) {
    let _ = sandbox.ticket("First");
    sandbox.git(&["stash", "-q", "-u"]);
    let code = if code { "echo '// theirs' >>code.rs && git commit -qam Theirs &&" } else { "" };
    sandbox
        .shell(&format!(
            "git init -q --bare -b main ../remote.git && git remote add origin ../remote.git && git push -q origin main &&
             git clone -q ../remote.git ../other && cd ../other && git config user.name O && git config user.email o@x.example &&
             {code} git-support new Theirs -q && git push -q origin main"
        ))
        .ok();
    let _ = sandbox.ticket("Ours");
}

const WAYS: [Way; 10] = [
    Way { name: "`new` with evidence", make: |_| words("new Second --attach notes.txt") },
    Way {
        name: "a step on three tickets at once",
        make: |sandbox| {
            let ids: Vec<String> = ["A", "B", "C"].iter().map(|title| sandbox.ticket(title)).collect();
            words(&format!("edit {} --level 2", ids.join(" ")))
        },
    },
    Way { name: "`vendor add`", make: |_| words("vendor add paygate --email help@paygate.example") },
    Way {
        name: "`vendor remove`",
        make: |sandbox| {
            sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
            words("vendor remove paygate")
        },
    },
    Way {
        name: "`undo`",
        make: |sandbox| {
            let id = sandbox.ticket("First");
            sandbox.run(&["edit", &id, "--level", "2"]).ok();
            words("undo")
        },
    },
    Way {
        name: "`save`",
        make: |sandbox| {
            let id = sandbox.ticket("First");
            sandbox.shell(&format!("sed -i 's/^title: .*/title: By hand/' {}", path_of(&id))).ok();
            words("save")
        },
    },
    Way {
        name: "`redact`",
        make: |sandbox| {
            let id = sandbox.ticket("First");
            sandbox.run(&["comment", &id, "-m", "Call 555 0100."]).ok();
            words(&format!("redact {id} --text 0100 -m personal"))
        },
    },
    Way {
        name: "`doctor --repair`",
        make: |sandbox| {
            let id = sandbox.ticket("First");
            sandbox.git(&["stash", "-q", "-u"]);
            sandbox.is_tampered_with();
            sandbox.shell(&format!("sed -i 's/^level: .*/level: 3/' {}", path_of(&id))).ok();
            sandbox.git(&["commit", "-qam", "By hand"]);
            words("doctor --repair")
        },
    },
    Way {
        name: "`sync`, same code",
        make: |sandbox| {
            beside_a_remote(sandbox, false);
            words("sync")
        },
    },
    Way {
        name: "`sync`, the remote has other code",
        make: |sandbox| {
            beside_a_remote(sandbox, true);
            words("sync")
        },
    },
];

/// Kills a way at a step: all of its files old or all new, and the same command again brings it to its end.
fn killed_on(way: &Way, step: &str) -> Option<&'static str> {
    let sandbox = Sandbox::new();
    let arguments = (way.make)(&sandbox);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    let changed = sandbox.git(&["diff", "HEAD", "--", ".support"]);
    if !killed_at(&sandbox, step, &arguments) {
        return None;
    }
    sandbox.run_unwatched(&["list"], "").ok();
    let is_old = sandbox.git(&["rev-parse", "HEAD"]) == before;
    let expected = if is_old { changed } else { String::new() };
    assert_eq!(sandbox.git(&["diff", "HEAD", "--", ".support"]), expected, "{} at {step}", way.name);
    assert_eq!(left_over(&sandbox), "nothing", "{} at {step}", way.name);
    if is_old {
        let again = sandbox.run_unwatched(&arguments, "");
        assert_eq!(again.status, Some(0), "{} at {step}: {again:?}", way.name);
        assert_ne!(sandbox.git(&["rev-parse", "HEAD"]), before);
    }
    Some(if is_old { "old" } else { "new" })
}

#[test]
fn every_way_to_write_is_all_or_nothing() {
    let mut table = "| what is killed |".to_owned();
    for (step, _) in STEPS {
        write!(table, " {step} |").unwrap();
    }
    writeln!(table, "\n|{}", " --- |".repeat(STEPS.len() + 1)).unwrap();
    for way in &WAYS {
        write!(table, "| {} |", way.name).unwrap();
        for (step, _) in STEPS {
            write!(table, " {} |", killed_on(way, step).unwrap_or("-")).unwrap();
        }
        table.push('\n');
    }
    assert!(!table.contains(" - |"), "{table}");
    with_table("docs/durability.md", "| what is killed |", &table);
}

/// Git has both sides in its objects; a driver that dies leaves what `git merge` leaves of any that does.
#[test]
fn a_merge_whose_driver_is_killed_is_as_if_not_begun() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("First");
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.git(&["branch", "side"]);
    sandbox.run(&["comment", &id, "-m", "Here."]).ok();
    sandbox.run_unwatched(&["comment", &id, "-m", "There.", "--branch", "side"], "").ok();
    let own = sandbox.git(&["config", "merge.support.driver"]);
    sandbox.git(&["config", "merge.support.driver", "kill -9 $$; git support merge-driver %O %A %B %P"]);
    assert_ne!(sandbox.try_git(&["merge", "-q", "side"]).status, Some(0));
    let _ = sandbox.try_git(&["merge", "--abort"]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    sandbox.git(&["config", "merge.support.driver", own.trim()]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    let merged = fs::read_to_string(sandbox.repo().join(path_of(&id))).unwrap();
    assert!(merged.contains("Here.") && merged.contains("There."));
}
