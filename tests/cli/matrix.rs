//! Every kind of repository that git opens, times what is done in it: the table of docs/repositories.md.

use std::fmt::Write as _;
use std::fs;
use std::sync::Mutex;

use crate::docs::with_table;
use crate::sandbox::{Sandbox, path_of};

/// A kind of repository: its name, the shell lines that make it in `repo`, and the flags of every command.
struct Kind {
    name: &'static str,
    make: &'static str,
    flags: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const fn kind(name: &'static str, make: &'static str) -> Kind {
    Kind { name, make, flags: &[], environment: &[] }
}

const fn on(name: &'static str, make: &'static str, flags: &'static [&'static str]) -> Kind {
    Kind { name, make, flags, environment: &[] }
}

/// `begin FLAGS` makes a repository with a commit, `work` leaves work of its user in the current one.
const SHELL: &str = r#"
set -e
files() { mkdir -p folder; for f in staged.txt changed.txt folder/file.txt; do echo one > $f; done; git add .; git commit -qm Begin; }
begin() { git init -q -b main "$@" .; files; }
origin() { (mkdir ../origin; cd ../origin; begin "$@"; git config uploadpack.allowFilter true; git config uploadpack.allowAnySHA1InWant true; git support new Early -q); cd ..; rmdir repo; }
"#;
const WORK: &str = "
if [ \"$(git rev-parse --is-inside-work-tree)\" = true ] && [ -e \"$(git rev-parse --git-path index)\" ]; then
  cd \"$(git rev-parse --show-toplevel)\"
  echo staged > staged.txt; git add --sparse staged.txt
  echo changed > changed.txt; echo untracked > untracked.txt
fi";

const KINDS: &[Kind] = &[
    kind("plain", "begin"),
    kind("no commit yet", "git init -q -b main ."),
    kind("SHA-256 objects", "begin --object-format=sha256"),
    kind("reftable references", "begin --ref-format=reftable"),
    kind("SHA-256 objects, reftable references", "begin --object-format=sha256 --ref-format=reftable"),
    kind("reftable, no commit yet", "git init -q -b main --ref-format=reftable ."),
    kind(
        "`extensions.refStorage=files`",
        "begin; git config core.repositoryFormatVersion 1; git config extensions.refStorage files",
    ),
    kind(
        "`extensions.preciousObjects`",
        "begin; git config core.repositoryFormatVersion 1; git config extensions.preciousObjects true",
    ),
    kind(
        "`extensions.worktreeConfig`",
        "begin; git config extensions.worktreeConfig true; git config --worktree core.fileMode true",
    ),
    kind("bare", "cd ..; mkdir o; (cd o; begin); rmdir repo; git clone -q --bare o repo"),
    kind(
        "bare, reftable",
        "cd ..; mkdir o; (cd o; begin); rmdir repo; git clone -q --bare --ref-format=reftable o repo",
    ),
    kind(
        "linked work tree",
        "mkdir ../m; (cd ../m; begin; git worktree add -q -b tree ../tree); cd ..; rmdir repo; mv tree repo; git -C m worktree repair \"$PWD/repo\" 2>/dev/null",
    ),
    kind(
        "linked work tree, reftable",
        "mkdir ../m; (cd ../m; begin --ref-format=reftable; git worktree add -q -b tree ../tree); cd ..; rmdir repo; mv tree repo; git -C m worktree repair \"$PWD/repo\" 2>/dev/null",
    ),
    kind(
        "work tree of a bare repository",
        "cd ..; mkdir o; (cd o; begin); git clone -q --bare o bare.git; rmdir repo; git -C bare.git worktree add -q -b tree ../repo",
    ),
    kind(
        "submodule",
        "mkdir ../s; (cd ../s; begin); cd ..; rmdir repo; mkdir super; cd super; git init -q .; git -c protocol.file.allow=always submodule add -q ../s repo; cd ..; ln -s super/repo repo; git -C repo checkout -q main",
    ),
    kind("separate git directory", "git init -q -b main --separate-git-dir=../elsewhere .; files"),
    kind(
        "`core.worktree` elsewhere",
        "cd ..; rmdir repo; mkdir g repo; cd repo; git init -q -b main --separate-git-dir=../g/git .; git config core.worktree \"$PWD\"; files",
    ),
    kind("shallow clone", "origin; git clone -q --depth 1 \"file://$PWD/origin\" repo"),
    kind(
        "clone without blobs (`blob:none`)",
        "origin; git clone -q --filter=blob:none \"file://$PWD/origin\" repo",
    ),
    kind(
        "clone without trees (`tree:0`)",
        "origin; git clone -q --filter=tree:0 \"file://$PWD/origin\" repo",
    ),
    kind(
        "`extensions.partialClone`",
        "origin; git clone -q --filter=blob:none \"file://$PWD/origin\" repo; cd repo; git config core.repositoryFormatVersion 1; git config extensions.partialClone origin",
    ),
    kind("`--no-checkout` clone", "origin; git clone -q --no-checkout \"file://$PWD/origin\" repo"),
    kind(
        "`--no-checkout` clone without trees",
        "origin; git clone -q --no-checkout --filter=tree:0 \"file://$PWD/origin\" repo",
    ),
    kind("alternates", "origin; git clone -q --shared origin repo"),
    kind("sparse checkout, cone", "begin; git sparse-checkout set --cone .support"),
    kind("sparse checkout, patterns", "begin; git sparse-checkout set --no-cone '/*' '!folder'"),
    kind("sparse checkout without `.support`", "begin; git sparse-checkout set --cone folder"),
    kind(
        "sparse index",
        "begin; mkdir deep; echo x > deep/x; git add .; git commit -qm Deep; git sparse-checkout set --cone --sparse-index folder",
    ),
    kind("split index", "begin; git update-index --split-index"),
    kind("index version 4", "begin; git update-index --index-version 4"),
    kind("untracked cache", "begin; git update-index --untracked-cache; git status >/dev/null"),
    kind(
        "fsmonitor",
        "begin; printf '#!/bin/sh\\nprintf \"token\\\\0/\\\\0\"\\n' > .git/monitor; chmod +x .git/monitor; git config core.fsmonitor \"$PWD/.git/monitor\"; git update-index --fsmonitor; git status >/dev/null",
    ),
    kind(
        "index without a checksum",
        "begin; git config index.skipHash true; echo 2 >> staged.txt; git commit -qam Two",
    ),
    kind("intent to add", "begin; echo later > later.txt; git add -N later.txt"),
    kind(
        "assume-unchanged, skip-worktree",
        "begin; git update-index --assume-unchanged folder/file.txt; git update-index --skip-worktree changed.txt; echo mine > changed.txt",
    ),
    kind(
        "packed references, commit graph, multi-pack index",
        "begin; git gc -q; git commit-graph write --reachable 2>/dev/null; git repack -adq --write-midx",
    ),
    kind("`core.autocrlf`", "git config --global core.autocrlf true; begin"),
    kind("`* text eol=crlf`", "echo '* text eol=crlf' > .gitattributes; begin"),
    kind(
        "`* filter=x`",
        "echo '* filter=x' > .gitattributes; git init -q -b main .; git config filter.x.clean 'tr a-z A-Z'; git config filter.x.required true; files",
    ),
    kind(
        "`*.yaml working-tree-encoding`",
        "echo '*.yaml text working-tree-encoding=UTF-16LE-BOM' > .gitattributes; begin",
    ),
    kind("`.support/` is ignored", "echo .support > .gitignore; begin"),
    kind("`core.sharedRepository`", "begin --shared=group"),
    kind(
        "hooks that refuse everything",
        "begin; for h in pre-commit commit-msg prepare-commit-msg reference-transaction post-index-change; do printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done",
    ),
    on("detached HEAD, `--branch main`", "begin; git checkout -q --detach", &["--branch", "main"]),
    on(
        "bisect under way, `--branch main`",
        "begin; for i in 1 2 3; do git commit -q --allow-empty -m $i; done; git bisect start -q HEAD HEAD~3 >/dev/null",
        &["--branch", "main"],
    ),
    kind(
        "merge under way",
        "begin; git checkout -q -b x; echo x > folder/file.txt; git commit -qam x; git checkout -q main; echo y > folder/file.txt; git commit -qam y; git merge -q x >/dev/null || true",
    ),
    kind(
        "cherry-pick under way",
        "begin; git checkout -q -b x; echo x > folder/file.txt; git commit -qam x; git checkout -q main; echo y > folder/file.txt; git commit -qam y; git cherry-pick x >/dev/null 2>&1 || true",
    ),
    on("another branch, `--branch tickets`", "begin; git branch tickets", &["--branch", "tickets"]),
    on("a branch for tickets alone", "begin; git support init --branch tickets -q", &["--branch", "tickets"]),
    on(
        "a branch for tickets alone, reftable",
        "begin --ref-format=reftable; git support init --branch tickets -q",
        &["--branch", "tickets"],
    ),
    kind(
        "a path with spaces and other letters",
        "cd ..; rmdir repo; mkdir 'my répo ✓'; cd 'my répo ✓'; begin; cd ..; ln -s 'my répo ✓' repo",
    ),
    Kind {
        name: "`GIT_DIR` and `GIT_WORK_TREE`",
        make: "unset GIT_DIR GIT_WORK_TREE; begin; mv .git ../the.git",
        flags: &[],
        environment: &[("GIT_DIR", "../the.git"), ("GIT_WORK_TREE", ".")],
    },
    Kind {
        name: "`GIT_INDEX_FILE`",
        make: "unset GIT_INDEX_FILE; begin; cp .git/index .git/other",
        flags: &[],
        environment: &[("GIT_INDEX_FILE", ".git/other")],
    },
    Kind {
        name: "`GIT_NAMESPACE` (a gate refuses pushes to one)",
        make: "begin",
        flags: &[],
        environment: &[("GIT_NAMESPACE", "foo")],
    },
    Kind {
        name: "`GIT_CONFIG_COUNT` names the user",
        make: "begin",
        flags: &[],
        environment: &[
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "user.name"),
            ("GIT_CONFIG_VALUE_0", "Dana Li"),
        ],
    },
];

const VERBS: [&str; 7] = ["init", "new", "edit", "comment", "list", "log", "merge"];

/// What each verb did in a kind of repository: `yes`, or what it said.
fn row(kind: &Kind) -> Vec<String> {
    let mut sandbox = Sandbox::nowhere();
    for (name, value) in kind.environment {
        sandbox = sandbox.with(name, value);
    }
    let global = sandbox.root().join("home/.gitconfig");
    fs::write(&global, "").unwrap();
    sandbox.shell(&format!("{SHELL}{}", kind.make)).ok();
    let repo = sandbox.root().join("repo");
    sandbox.enter(&repo);
    sandbox.shell(&format!("set -e{WORK}")).ok();
    let before = odd_extensions(&sandbox);
    let run = |arguments: &[&str]| sandbox.run(&[arguments, kind.flags].concat());
    let said = |output: crate::sandbox::Output| match output.status {
        Some(0) => "yes".to_owned(),
        _ => output.stderr.lines().next().unwrap_or_default().to_owned(),
    };
    let init = said(run(&["init"]));
    let new = run(&["new", "In this kind"]);
    let id = new.stdout.trim().to_owned();
    let new = said(new);
    if id.is_empty() {
        return vec![init, new];
    }
    let edit = said(run(&["edit", &id, "--severity", "major"]));
    let side = sandbox.git(&["rev-parse", kind.flags.get(1).unwrap_or(&"HEAD")]);
    sandbox.git(&["-c", "core.hooksPath=/dev/null", "branch", "side", side.trim()]);
    let comment = said(run(&["comment", &id, "-m", "Here."]));
    let list = run(&["list", "severity:major"]);
    let list = if list.stdout.contains(&id[..4]) { said(list) } else { format!("lacks it: {list:?}") };
    let log = run(&["log", &id, "--format", "ndjson"]);
    let log = if log.stdout.lines().count() == 3 { said(log) } else { format!("lacks some: {log:?}") };
    assert_eq!(odd_extensions(&sandbox), before, "{}: an extension of the index is lost", kind.name);
    sandbox.run_unwatched(&["comment", &id, "-m", "There.", "--branch", "side"], "").ok();
    vec![init, new, edit, comment, list, log, merged(&sandbox, kind, &id)]
}

/// The extensions of the index that its user chose.
fn odd_extensions(sandbox: &Sandbox) -> Vec<&'static str> {
    let path = sandbox.git(&["rev-parse", "--git-path", "index"]);
    let index = fs::read(sandbox.repo().join(path.trim())).unwrap_or_default();
    let has = |name: &&str| index.windows(4).any(|window| window == name.as_bytes());
    ["UNTR", "FSMN", "link"].into_iter().filter(has).collect()
}

/// Merges the other branch as a person would, and looks for both comments.
fn merged(sandbox: &Sandbox, kind: &Kind, id: &str) -> String {
    let target = kind.flags.get(1).copied().unwrap_or_default();
    let bare = sandbox.git(&["rev-parse", "--is-bare-repository"]).trim() == "true";
    let line = if bare {
        "git --attr-source=HEAD merge-tree --write-tree HEAD side".to_owned()
    } else {
        let leave = "git merge --quit; git cherry-pick --quit; git bisect reset; git reset -q --hard";
        format!(
            "({leave}; git checkout -q -f {target}; rm -rf .git/hooks) >/dev/null 2>&1; git merge -q --no-edit side >&2; git rev-parse HEAD^{{tree}}"
        )
    };
    let output = sandbox.shell(&line);
    let tree = output.stdout.lines().next().unwrap_or_default().to_owned();
    let file = sandbox.try_git(&["cat-file", "-p", &format!("{tree}:{}", path_of(id))]).stdout;
    if file.contains("Here.") && file.contains("There.") && !file.contains("<<<<") {
        "yes".to_owned()
    } else {
        format!("no: {} {}", output.stdout, output.stderr)
    }
}

#[test]
fn every_kind_of_repository_is_worked_in_and_the_docs_say_so() {
    let rows = Mutex::new(vec![Vec::new(); KINDS.len()]);
    let next = Mutex::new(0..KINDS.len());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(place) = next.lock().unwrap().next() else { return };
                    let done = std::panic::catch_unwind(|| row(&KINDS[place]));
                    let done = done.unwrap_or_else(|_| vec!["panicked; see above".to_owned()]);
                    rows.lock().unwrap()[place] = done;
                }
            });
        }
    });
    let rows = rows.into_inner().unwrap();
    let failed: Vec<String> = KINDS
        .iter()
        .zip(&rows)
        .filter(|(_, row)| row.iter().any(|cell| cell != "yes"))
        .map(|(kind, row)| format!("{}: {row:?}", kind.name))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let mut table =
        format!("| repository | {} |\n|{}\n", VERBS.join(" | "), " --- |".repeat(VERBS.len() + 1));
    for (kind, row) in KINDS.iter().zip(&rows) {
        writeln!(table, "| {} | {} |", kind.name, row.join(" | ")).unwrap();
    }
    with_table("docs/repositories.md", "| repository |", &table);
}
