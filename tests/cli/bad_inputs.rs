//! Sixty-four things that go wrong, or that somebody makes go wrong, as one table: the answer says what it is,
//! the good tickets still work, and nothing of the user's is touched.

use std::fmt::Write as _;
use std::sync::Mutex;

use crate::faults::library;
use crate::sandbox::Sandbox;

/// What is wrong, the shell lines that make it so and then ask us, the exit status, and a part of what we say.
struct Case(&'static str, &'static str, i32, &'static str);

/// A ticket `$id` in `$file`, and ways to plant a ticket file that a stranger wrote.
const SHELL: &str = r#"
unset GIT_SUPPORT_SEED
id=$(git-support new First); file=$(git ls-files .support/tickets); stranger=.support/tickets/b/a/bad0000000.yaml
written() { git add -f .support && git commit -qm 'By a stranger' -- .support; }
ticket() { printf 'schema: 1\nid: bad0000000\n%s\ntype: defect\nstatus: new\nlevel: 1\ntimeline:\n- seq: 1\n  id: k2m8w4tz\n  at: 2026-11-23T09:12:04Z\n  by: Ann <a@b.example>\n  action: open\n' "$1"; }
plant() { mkdir -p .support/tickets/b/a; cat >$stranger; written; }
also() { git-support list 2>/dev/null | grep -q First || { echo 'THE GOOD TICKET IS GONE'; exit 99; }; }
same() { test "$(git rev-parse "$1")" = "$2" || { echo "$1 HAS MOVED"; exit 99; }; }
quiet() { git stash -q -u; }
comment() { git-support comment $id -m More "$@"; }
"#;

const CASES: [Case; 64] = [
    // Repository and environment.
    Case(
        "sparse index",
        "quiet; mkdir deep; >deep/a; git add deep; git commit -qm deep; git sparse-checkout set --sparse-index deep; comment && git status --porcelain",
        0,
        "",
    ),
    Case(
        "split index",
        "git update-index --split-index; comment && git status --porcelain .support; ls .git/sharedindex.*",
        0,
        "sharedindex",
    ),
    Case("untracked cache", "git update-index --untracked-cache; comment; grep -c UNTR .git/index", 0, "1"),
    Case(
        "reftable without git at hand",
        "git init -q --ref-format=reftable ../r; cd ../r; own=$(command -v git-support); PATH=/nowhere $own list",
        1,
        "git",
    ),
    Case(
        "SHA-256",
        "git init -q --object-format=sha256 ../r; cd ../r; git-support new T && git fsck --strict",
        0,
        "",
    ),
    Case(
        "unknown extension",
        "git config core.repositoryFormatVersion 1; git config extensions.strange 1; git-support list",
        1,
        "strange",
    ),
    Case(
        "foreign owner",
        "if test $(id -u) = 0; then chown -R 65534 .; git-support list; status=$?; chown -R 0 .; exit $status; else echo safe.directory; exit 1; fi",
        1,
        "safe.directory",
    ),
    Case("bare", "git clone -q --bare . ../b; cd ../b; comment && git-support list", 0, "First"),
    Case("clone without a checkout", "git clone -qn . ../n; cd ../n; comment; ls .git/index", 2, "index"),
    Case(
        "promised object, offline",
        "git config uploadpack.allowFilter true; git clone -qn --filter=blob:none file://$PWD ../p; cd ../p; git remote set-url origin file:///nowhere; git-support show $id",
        1,
        "could not be fetched",
    ),
    Case("detached HEAD", "git checkout -q --detach; comment", 4, "--branch"),
    Case(
        "rebase under way",
        "quiet; git commit -q --allow-empty -m x; GIT_SEQUENCE_EDITOR='sed -i 1s/pick/edit/' git rebase -q -i HEAD~1 2>/dev/null; comment",
        4,
        "rebase",
    ),
    Case(
        "conflicted ticket",
        "quiet; git config --unset merge.support.driver; git branch s; comment; comment --branch s; git merge -q s >/dev/null 2>&1; git-support edit $id --level 2",
        0,
        "level: 1 -> 2",
    ),
    Case(
        "branch checked out elsewhere",
        "git worktree add -q -b s ../s; comment --branch s",
        4,
        "checked out",
    ),
    Case("in a hook", "GIT_INDEX_FILE=.git/index.lock comment", 4, "hook"),
    Case(
        "no identity",
        "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL; git config user.useConfigOnly true; comment",
        1,
        "user.name",
    ),
    Case(
        "locked signing key",
        "git config commit.gpgsign true; git config gpg.program false; tip=$(git rev-parse main); comment; status=$?; same main $tip; exit $status",
        1,
        "signed",
    ),
    Case(
        "encrypting filter",
        "echo '* filter=git-crypt' >.git/info/attributes; comment",
        1,
        "filter=git-crypt",
    ),
    Case(
        "`.support` is a file",
        "quiet; git rm -rqf .support; echo x >.support; git add .support; git commit -qm x; git-support new T",
        1,
        ".support",
    ),
    Case(
        "folder swapped for a link",
        "mkdir ../out; rm -rf .support/tickets; ln -s ../../out .support/tickets; git-support new T; status=$?; rm .support/tickets; git checkout -q .support; test -z \"$(ls ../out)\" && exit $status",
        1,
        "link",
    ),
    Case(
        "HEAD of an invalid name",
        "cp .git/HEAD ../h; echo 'ref: refs/../x' >.git/HEAD; git-support list; status=$?; cp ../h .git/HEAD; exit $status",
        1,
        "refs/../x",
    ),
    Case(
        "corrupt index",
        "cp .git/index ../i; echo garbage >.git/index; comment; status=$?; grep -q garbage .git/index && cp ../i .git/index && exit $status",
        1,
        "index",
    ),
    Case(
        "HEAD of a missing object",
        "cp .git/refs/heads/main ../m; echo 1111111111111111111111111111111111111111 >.git/refs/heads/main; git-support list; status=$?; cp ../m .git/refs/heads/main; exit $status",
        1,
        "1111111",
    ),
    Case(
        "index of 100,000 entries",
        "blob=$(git rev-parse HEAD:$file); seq 100000 | sed \"s|.*|100644 $blob 0\tdeep/&|\" | git update-index --index-info; comment && git ls-files | wc -l; git read-tree HEAD",
        0,
        "10000",
    ),
    // Faults and races.
    Case(
        "kill -9",
        "(GIT_SUPPORT_STOP=index comment); comment && git-support log $id --format ndjson | wc -l",
        0,
        "2",
    ),
    Case(
        "full disk",
        "FAULT_BYTES=2000 LD_PRELOAD=$LIBRARY comment; status=$?; ls .git/index.lock 2>/dev/null; comment && exit $status",
        1,
        "space",
    ),
    Case(
        "fsync fails",
        "tip=$(git rev-parse main); FAULT_CALL=fsync FAULT_NTH=-1 FAULT_ERRNO=5 LD_PRELOAD=$LIBRARY comment; status=$?; same main $tip; exit $status",
        1,
        "error",
    ),
    Case("read-only file system", "FAULT_NTH=-1 FAULT_ERRNO=30 LD_PRELOAD=$LIBRARY comment", 1, "ead-only"),
    Case(
        "somebody's index lock",
        ">.git/index.lock; comment; status=$?; rm .git/index.lock && exit $status",
        4,
        "index.lock",
    ),
    Case(
        "somebody's reference lock",
        "echo theirs >.git/refs/heads/main.lock; comment; status=$?; rm .git/refs/heads/main.lock && exit $status",
        4,
        "main",
    ),
    Case(
        "torn journal",
        "printf '{\"reference\":\"re' >.git/support/journal; comment; ls .git/support/journal",
        2,
        "journal",
    ),
    Case(
        "journal of another's lock",
        "(GIT_SUPPORT_STOP=work-tree comment); rm .git/index.lock; >.git/index.lock; comment; status=$?; rm .git/index.lock && comment && exit $status",
        4,
        "index.lock",
    ),
    Case("two at one ticket", "comment & comment; wait; git-support log $id --format ndjson | wc -l", 0, "3"),
    Case(
        "`git add` meanwhile",
        "echo more >>code.rs; comment & git add code.rs || git add code.rs; wait; git diff --cached code.rs",
        0,
        "+more",
    ),
    Case(
        "`git commit -a` with its editor open",
        "GIT_EDITOR='sleep 7; false' git commit -qa & sleep 0.5; comment; status=$?; wait; exit $status",
        4,
        "index.lock",
    ),
    Case("git gc", "git gc -q & comment; wait; git fsck --strict", 0, ""),
    // After the change, not beside it: git's manual says that `--prune=now` beside any writer takes away what is about to be used.
    Case("git gc --prune=now", "comment && git gc -q --prune=now && comment && git fsck --strict", 0, ""),
    Case(
        "ticket open in an editor",
        "echo '# mine' >>$file; comment; status=$?; tail -1 $file; git checkout -q $file; exit $status",
        1,
        "# mine",
    ),
    Case(
        "branch switched meanwhile",
        "(GIT_SUPPORT_STOP=journal comment); quiet; git switch -q -c other; comment && git log --oneline main | wc -l",
        0,
        "",
    ),
    Case(
        "branch deleted meanwhile",
        "git branch s; (GIT_SUPPORT_STOP=journal comment --branch s); git branch -q -D s; comment --branch s",
        1,
        "s",
    ),
    Case(
        "clock in 1970 and in 9999",
        "GIT_SUPPORT_NOW=1970-01-01T00:00:01Z comment && GIT_SUPPORT_NOW=9999-12-31T23:59:59Z comment && git-support log $id --format ndjson | wc -l",
        0,
        "3",
    ),
    Case(
        "output closed",
        "(git-support list --format ndjson; echo status=$? >&2) | head -c 0",
        0,
        "status=0",
    ),
    Case(
        "interrupted",
        "timeout -s INT 1 git-support comment $id -F - <../fifo 2>&1; comment && ls .git/index.lock",
        2,
        "index.lock",
    ),
    Case(
        "file system without hard links",
        "FAULT_CALL=linkat FAULT_NTH=-1 FAULT_ERRNO=1 LD_PRELOAD=$LIBRARY comment && comment",
        0,
        "comment",
    ),
    Case("no more files to open", "(ulimit -n 4; comment); status=$?; comment && exit $status", 1, "files"),
    // Hostile data.
    Case(
        "alias bomb",
        "ticket 'title: T\nx: {a: &a [x,x,x,x], b: [*a,*a,*a,*a]}' | plant; also; git-support show bad0000000",
        1,
        "anchors",
    ),
    Case(
        "aliases that swell",
        "{ ticket 'title: T'; printf 'a: &a %0100000d\nb: [' 0; yes '*a,' | head -3000 | tr -d '\\n'; echo ']'; } | plant; also; git-support show bad0000000",
        1,
        "anchors",
    ),
    Case(
        "nested 200,000 deep",
        "{ ticket 'title: T'; printf 'x: '; head -c 200000 /dev/zero | tr '\\0' '['; } | plant; also; git-support show bad0000000",
        1,
        "16 levels",
    ),
    Case(
        "file of 50 MB",
        "head -c 50000000 /dev/zero | tr '\\0' x | plant; also; git-support show bad0000000",
        1,
        "bytes",
    ),
    Case(
        "10,000 files that are none",
        "blob=$(printf x | git hash-object -w --stdin); seq 10000 | sed \"s|.*|100644 $blob 0\t.support/tickets/x/y/&.yaml|\" | git update-index --index-info; git commit -qm many; git checkout -q .support; also; git-support list 2>&1 | wc -l | grep -x '[0-9]\\{1,2\\}' && git-support list",
        0,
        "more",
    ),
    Case(
        "key that stands twice",
        "ticket 'title: T\ntitle: U' | plant; also; git-support show bad0000000",
        1,
        "duplicate key",
    ),
    Case(
        "tag that makes objects",
        "ticket 'title: !!python/object T' | plant; also; git-support show bad0000000",
        1,
        "tags",
    ),
    Case(
        "several documents",
        "{ ticket 'title: T'; echo '---'; ticket 'title: U'; } | plant; also; git-support show bad0000000",
        1,
        "one document",
    ),
    Case(
        "conflict markers",
        "ticket '<<<<<<< a\ntitle: T\n=======\ntitle: U\n>>>>>>> b' | plant; also; git-support doctor",
        3,
        "conflict",
    ),
    Case(
        "odd encodings",
        "for odd in '\\357\\273\\277' '\\377\\376s\\0' '\\0' '\\303('; do { printf \"$odd\"; ticket 'title: T\r'; } | plant; also; git-support list; done",
        0,
        "bad0000000",
    ),
    Case(
        "ids that are paths",
        "for odd in ../../.git/hooks/x .git con aux.yaml x:y 'a\\b' trailing. $(printf %0300d 0); do git-support show -- \"$odd\" && exit 99; git-support edit --level 2 -- \"$odd\" && exit 99; done; git-support show -rf",
        2,
        "'-r'",
    ),
    Case(
        "evidence named like git's folder",
        "for odd in .git .GIT git~1 .g\u{200c}it; do echo x >\"../$odd\"; git-support attach $id \"../$odd\" || exit 99; done; git ls-files .support/attachments | grep -c '/[.]\\|~'",
        1,
        "0",
    ),
    Case(
        "id that is not its file's",
        "ticket 'title: T' | sed s/bad0000000/bad0000001/ | plant; also; git-support show bad0000000",
        1,
        "file's name",
    ),
    Case(
        "title that steers a terminal",
        "ticket 'title: \"\\\\e]52;c;aGk=\\\\a\\\\x9b2J\\\\u202e\"' | plant; also; git-support list 2>&1 | grep -c \"$(printf '\\033')\"",
        1,
        "0",
    ),
    Case(
        "cells that are formulas",
        "for odd in =HYPERLINK '@SUM(1)' '+1' '-1'; do git-support new \" $odd\" >/dev/null; done; git-support list --format csv",
        0,
        "'=HYPERLINK",
    ),
    Case(
        "page with a script",
        "git-support new '<script>alert(1)</script>' -m '<img src=x onerror=alert(1)> [x](javascript:1)' >../new; git-support handover $(cat ../new) --page | grep -ciE '<script>|<img|href=.?javascript'",
        1,
        "0",
    ),
    Case(
        "remote that is an option",
        "for odd in --upload-pack=touch\\ ../hit 'ext::sh -c touch% ../hit' -oProxyCommand=x; do git-support sync -- \"$odd\"; test $? = 0 && exit 99; test -e ../hit && exit 98; done; exit 1",
        1,
        "error",
    ),
    Case(
        "evidence that is no file",
        "mkfifo pipe; ln -s /etc/passwd linked; for odd in ../../etc/nothing pipe .; do git-support attach $id \"$odd\" && exit 99; done; git-support attach $id linked && git ls-tree -r HEAD .support/attachments; rm pipe linked",
        0,
        "100644",
    ),
    Case(
        "secret, and forged trailers",
        "git-support new \"$(printf 'T\\nSigned-off-by: Eve <e@x.example>')\" && git log -1 --format='%(trailers:key=Signed-off-by)'; git-support comment $id -m AKIA'IOSFODNN7EXAMPLQ'",
        1,
        "--allow-secret",
    ),
];

/// What a case gave, where it is not what it should be.
fn failure(case: &Case, library: &str) -> Option<String> {
    let Case(what, line, status, says) = case;
    let sandbox = Sandbox::new().may_be_damaged().with("LIBRARY", library);
    let output = sandbox.shell(&format!("{SHELL}{line}"));
    let said = format!("{}{}", output.stdout, output.stderr);
    let raw = said.chars().any(|c| c.is_control() && !"\n\t".contains(c));
    let fine = output.status == Some(*status) && said.contains(says) && !said.contains("panicked") && !raw;
    (!fine).then(|| format!("{what}: not {status} and {says:?}, but {:?}:\n{said}", output.status))
}

#[test]
fn each_of_sixty_four_has_its_answer() {
    let sandbox = Sandbox::new();
    let library = library(sandbox.root()).display().to_string();
    let (next, failures) = (Mutex::new(CASES.iter()), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(case) = next.lock().unwrap().next() else { return };
                    if let Some(failure) = failure(case, &library) {
                        writeln!(failures.lock().unwrap(), "{failure}").unwrap();
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures}");
}
