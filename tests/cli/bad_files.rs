//! Files that strangers sent: each bad one is named with path and line, the others still work.

use crate::sandbox::{Sandbox, path_of};

const GOOD: &str = "schema: 1\nid: ID\ntitle: T\ntype: defect\nstatus: new\nlevel: 1\ntimeline:\n- seq: 1\n  id: k2m8w4tz\n  at: 2026-11-23T09:12:04Z\n  by: Ann <a@b.example>\n  action: open\n";

/// What a file holds, the line that is named, and a part of the reason.
fn bad() -> Vec<(Vec<u8>, usize, &'static str)> {
    let with = |from: &str, to: &str| GOOD.replace(from, to).into_bytes();
    vec![
        (b"{not yaml".to_vec(), 0, "did not find"),
        (b"[]".to_vec(), 1, "a list, where a ticket belongs"),
        (b"".to_vec(), 1, "nothing, where a ticket belongs"),
        (with("title: T", "title: [T]"), 3, "title: is a list, where text belongs"),
        (with("title: T", "title: 1.1"), 3, "put it in quotes"),
        (with("title: T", "title: \"a\\e[2J\""), 3, "control characters"),
        (with("title: T", "title: \u{1b}[2J"), 3, "control character"),
        (with("title: T\n", ""), 1, "has no 'title'"),
        (with("status: new", "severity: blocked\nstatus: new"), 5, "did you mean 'blocker'?"),
        (with("level: 1", "level: 4"), 6, "not a valid level"),
        (with("schema: 1", "schema: 4"), 1, "newer than this program"),
        (with("seq: 1", "seq: one"), 8, "timeline.0.seq"),
        (with("at: 2026-11-23T09:12:04Z", "at: yesterday"), 10, "timeline.0.at"),
        (with("status: new", "status: new\nstatus: closed"), 6, "duplicate key"),
        (with("action: open", "action: open\n  \"at\": 2026-11-23T09:12:04Z"), 13, "duplicate key 'at'"),
        (with("ID", "0000000000"), 2, "is not the id in the file's name"),
        (with("title: T", "title: &a T\nenvironment: *a"), 3, "anchors"),
        (with("title: T", "title: !!str T"), 3, "tags"),
        (with("title: T", "title: T\n<<: {severity: blocker}"), 4, "merge keys"),
        (with("title: T", "title: T\n<<:\n  severity: blocker"), 4, "merge keys"),
        (
            with("title: T", "title: T\nx: {a: &l [1,1,1,1,1,1,1,1,1], b: [*l,*l,*l,*l,*l,*l,*l]}"),
            4,
            "anchors",
        ),
        (with("title: T", &format!("x: {}", "[".repeat(100_000))), 3, "16 levels"),
        (with("title: T", &format!("title: T\nx: [{}]", "a,".repeat(300_001))), 4, "300000 items"),
        (with("title: T", "<<<<<<< HEAD\ntitle: T\n=======\ntitle: U\n>>>>>>> other"), 3, "conflict markers"),
        (with("title: T", "title: T\n---\ntitle: U"), 0, "more than one document"),
        (b"schema: 1\ntitle: \xff\xfe\n".to_vec(), 2, "not UTF-8"),
        (
            [b"schema: 1\ndescription: ".to_vec(), vec![b'x'; 34_000_000]].concat(),
            0,
            "at most 33554432 are read",
        ),
    ]
}

#[test]
fn each_bad_file_is_named_and_hides_no_other() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let good = sandbox.ticket("Good one");
    let mut expected = Vec::new();
    for (number, (content, line, reason)) in bad().into_iter().enumerate() {
        let id = format!("bad{number:04}xy0");
        let id = id[..10].to_owned();
        let content = match String::from_utf8(content) {
            Ok(text) => text.replace("ID", &id).into_bytes(),
            Err(bytes) => bytes.into_bytes(),
        };
        sandbox.file(&path_of(&id), content);
        let place = if line > 0 { format!("{}:{line}:", path_of(&id)) } else { format!("{}:", path_of(&id)) };
        expected.push((id, place, reason));
    }
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-qm", "From a stranger", "--", ".support"]);
    let output = sandbox.run(&["list"]);
    assert_eq!(output.status, Some(0));
    assert!(output.stdout.contains("Good one"), "{output:?}");
    for (id, place, reason) in &expected {
        let named = output.stderr.lines().find(|line| line.contains(&path_of(id)));
        let named = named.unwrap_or_else(|| panic!("{id} {reason} is not named:\n{}", output.stderr));
        assert!(named.contains(place) && named.contains(reason), "{place} {reason}: {named}");
        let stderr = sandbox.run(&["show", id]).fails(1);
        assert!(stderr.contains(reason), "{stderr}");
        sandbox.run(&["edit", id, "--level", "2"]).fails(1);
    }
    assert!(!output.stderr.chars().any(|c| c.is_control() && c != '\n'));
    sandbox.run(&["comment", &good, "-m", "Still works."]).ok();
    assert_eq!(sandbox.run(&["log"]).status, Some(0));
}

#[test]
fn what_is_no_ticket_is_named_and_never_followed() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let _ = sandbox.ticket("Good one");
    sandbox.file(".support/tickets/readme.txt", "x");
    sandbox.file(".support/tickets/a/b/con.yaml", "x");
    sandbox.file(".support/tickets/a/b/-rf.yaml", "x");
    sandbox.file(".support/tickets/a/b/ab\u{1b}[2J.yaml", "x");
    sandbox.file(".support/tickets/a/b/c/deep.yaml", "x");
    sandbox.file(".support/tickets/z/z/ab00000000.yaml", GOOD.replace("ID", "ab00000000"));
    std::os::unix::fs::symlink("/etc/passwd", sandbox.repo().join(".support/tickets/a/b/ab11111111.yaml"))
        .unwrap();
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-qm", "From a stranger", "--", ".support"]);
    let output = sandbox.run(&["list"]);
    assert_eq!(output.stderr.lines().count(), 7, "{}", output.stderr);
    assert!(!output.stderr.contains('\u{1b}'), "{:?}", output.stderr);
    assert_eq!(output.stdout.lines().count(), 2, "{}", output.stdout);
    assert!(sandbox.run(&["show", "ab11111111"]).fails(1).contains("no ticket"));
}

#[test]
fn a_hundred_megabytes_are_not_read() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let _ = sandbox.ticket("Good one");
    let path = path_of("ab00000000");
    sandbox.shell(&format!("mkdir -p .support/tickets/a/b && head -c 100000000 /dev/zero > {path}")).ok();
    sandbox.git(&["-c", "core.compression=1", "add", ".support"]);
    sandbox.git(&["commit", "-qm", "From a stranger", "--", ".support"]);
    let output = sandbox.shell("ulimit -v 300000; git-support list");
    assert!(output.stderr.contains("has 100000000 bytes; at most 33554432 are read"), "{output:?}");
    assert!(output.stdout.contains("Good one"), "{output:?}");
}

#[test]
fn nothing_that_a_file_holds_reaches_the_terminal_raw() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let id = "ab00000000";
    let hostile = "\\e]0;owned\\a\\e[31m\\x9b2J\\u202e\\u200b\\u2066";
    let file = GOOD
        .replace("ID", id)
        .replace("level: 1\n", &format!("level: 1\nfindings:\n  \"x{hostile}\": y\ndescription: \"{hostile}\"\nx-{id}: \"{hostile}\"\n"))
        .replace("action: open", &format!("action: \"{hostile}\"\n  note: \"{hostile}\"\n  visibility: \"{hostile}\""));
    sandbox.file(&path_of(id), file);
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-qm", "From a stranger", "--", ".support"]);
    for arguments in [
        &["show", id][..],
        &["list"],
        &["log"],
        &["log", id],
        &["show", id, "--json"],
        &["show", id, "--format", "yaml"],
        &["show", id, "--format", "markdown"],
        &["list", "--format", "csv"],
        &["list", "--full", "--format", "ndjson"],
        &["log", "--format", "csv"],
        &["edit", id, "--level", "2", "--dry-run"],
        &["edit", id, "--level", "2", "--json"],
    ] {
        let output = sandbox.run(arguments);
        let raw = |c: char| {
            (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202e}' | '\u{200b}' | '\u{2066}')
        };
        assert!(!output.stdout.contains(raw) && !output.stderr.contains(raw), "{arguments:?}: {output:?}");
        assert_eq!(output.status, Some(0), "{arguments:?}: {output:?}");
    }
}

#[test]
fn a_vendor_whose_file_cannot_be_read_is_not_written_anew() {
    let sandbox = Sandbox::new().may_be_damaged();
    sandbox.git(&["stash", "-qu"]);
    let add = ["vendor", "add", "acme", "--email", "a@a.example", "--contract", "C-12", "--response", "4h"];
    sandbox.run(&add).ok();
    let id = sandbox.run(&["new", "Bug", "--level", "2", "--force", "-m", "x"]).ok().trim().to_owned();
    sandbox.shell("sed -i 's/4h/4 h/' .support/vendors/acme.yaml; git commit -qam Typo").ok();
    for arguments in [
        ["vendor", "add", "acme", "--email", "a@a.example"].as_slice(),
        &["vendor", "edit", "acme", "--phone", "+49 30 1"],
        &["vendor", "show", "acme"],
        &["defer", &id, "--vendor", "acme"],
        &["defer", "--query", "Bug", "--yes", "--vendor", "acme"],
    ] {
        let said = sandbox.run_unwatched(arguments, "");
        assert!(said.status != Some(0) && said.stderr.contains("acme.yaml:"), "{arguments:?}: {said:?}");
    }
    assert!(sandbox.git(&["show", "HEAD:.support/vendors/acme.yaml"]).contains("C-12"));
}

#[test]
fn the_time_in_which_a_vendor_answers_can_be_measured() {
    let sandbox = Sandbox::new();
    for response in ["1w", "1d12h", "0h", "0d"] {
        let add = ["vendor", "add", "acme", "--email", "a@a.example", "--response", response];
        let said = sandbox.run(&add).fails(2);
        assert!(said.contains("is not a valid"), "{response}: {said}");
    }
    sandbox.run(&["vendor", "add", "acme", "--email", "a@a.example", "--response", "2d"]).ok();
    // One that was written by hand, or by an earlier version.
    sandbox.git(&["stash", "-qu"]);
    sandbox.shell("sed -i 's/2d/1w/' .support/vendors/acme.yaml; git commit -qam Week").ok();
    let said = sandbox.run_unwatched(&["doctor"], "");
    assert!(said.stdout.contains("[vendor.response]"), "{said:?}");
    sandbox.shell("git support vendor edit acme --response 8h && git support doctor").ok();
}
