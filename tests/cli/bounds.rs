//! Work that a stranger can make large, and values that poison: each has a bound, and what is beyond it is named.

use crate::hostile::{commit_tree, object, planted, tree};
use crate::sandbox::{Sandbox, path_of};

/// Eight objects that stand for 20^7 files.
fn bomb(sandbox: &Sandbox) -> String {
    let mut id = object(sandbox, "blob", b"x");
    for level in 0..7 {
        let mode = if level == 0 { "100644" } else { "40000" };
        let entry = |number: usize| (mode.to_owned(), format!("{number:02}").into_bytes(), id.clone());
        id = tree(sandbox, (0..20).map(entry).collect());
    }
    id
}

#[test]
fn a_few_objects_do_not_stand_for_billions_of_files() {
    for place in [
        ".support/x",
        ".support/tickets/a",
        ".support/tickets/a/b",
        ".support/attachments",
        ".support/vendors",
        ".support",
    ] {
        let sandbox = Sandbox::new().may_be_damaged();
        let _ = sandbox.ticket("Good one");
        sandbox.git(&["reset", "-q", "--hard"]);
        let bomb = bomb(&sandbox);
        let base = sandbox.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
        let names: Vec<&str> = place.split('/').collect();
        commit_tree(&sandbox, &planted(&sandbox, Some(&base), &names, "40000", &bomb));
        sandbox.shell("git init -q --bare ../remote.git; git push -q ../remote.git HEAD:main; git remote add origin ../remote.git; git reset -q --soft HEAD~1").ok();
        for command in [
            "sync",
            "diff HEAD~1..origin/main",
            "list --at origin/main",
            "audit origin/main",
            "list --all-branches",
        ] {
            let output = sandbox.shell(&format!("ulimit -v 1500000; timeout 60 git-support {command}"));
            assert!(matches!(output.status, Some(0 | 1 | 3)), "{place} {command}: {output:?}");
            if command == "sync" {
                assert_eq!(output.status, Some(1), "{place}: {output:?}");
                assert!(output.stderr.contains(".support/"), "{place}: {output:?}");
            }
        }
        sandbox.git(&["reset", "-q", "--soft", "origin/main"]);
        let output = sandbox.shell("ulimit -v 1500000; timeout 60 git-support doctor");
        assert_eq!(output.status, Some(3), "{place}: {}", output.stderr);
        assert!(output.stdout.contains("tree.unsafe"), "{place}: {output:?}");
    }
}

#[test]
fn an_input_without_an_end_is_not_read_for_ever() {
    let sandbox = Sandbox::new();
    for command in [
        "yes '{\"title\":\"x\"}' | git-support import -",
        "yes '{\"op\":\"comment\"}' | git-support batch -",
        "git-support import /dev/zero",
        "yes 'ok 1' | git-support ci report -",
        "yes | git-support new -F -",
        "yes | git-support comment abcd -F -",
        "yes | git-support audit --pre-receive",
    ] {
        let output = sandbox
            .shell(&format!("ulimit -v 4000000; timeout 120 sh -c \"$(cat <<'END'\n{command}\nEND\n)\""));
        assert!(matches!(output.status, Some(1 | 2)), "{command}: {output:?}");
        assert!(!output.stderr.contains("panicked"), "{command}: {output:?}");
    }
    assert_eq!(sandbox.subjects().len(), 1);
}

/// A ticket file of a stranger, in which something was changed.
fn strange(change: impl Fn(String) -> String) -> (Sandbox, String, String) {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let good = sandbox.ticket("Good one");
    let id = sandbox.ticket("Strange one");
    let text = change(sandbox.ticket_file(&id));
    sandbox.file(&path_of(&id), text);
    sandbox.git(&["commit", "-qm", "From a stranger", "--", ".support"]);
    (sandbox, id, good)
}

#[test]
fn a_value_that_poisons_is_named_with_its_line_and_hides_no_other() {
    for (from, to, said) in [
        ("seq: 1\n", "seq: 18446744073709551615\n", "seq: is more than 1000 above"),
        ("seq: 1\n", "seq: 1002\n", "seq: is more than 1000 above"),
        ("seq: 1\n", "seq: 18446744073709551616\n", "seq"),
        ("seq: 1\n", "seq: -1\n", "seq"),
        ("  at: 2026", "  at: 1926", "at: `1926"),
        ("  at: 2026", "  at: 2126", "at: `2126"),
        ("  at: 2026", "  at: 9999", "at: `9999"),
        ("title: Strange one\n", "title: \"\\u200b\"\n", "title: has no visible characters"),
        ("title: Strange one\n", "title: \"\\u3164 \\u2800\"\n", "title: has no visible characters"),
    ] {
        let (sandbox, id, good) = strange(|text| text.replace(from, to));
        let listed = sandbox.run(&["list"]);
        assert!(
            listed.stderr.contains(&format!("{}:", path_of(&id))) && listed.stderr.contains(said),
            "{to}: {listed:?}"
        );
        assert!(listed.ok().contains("Good one"), "{to}");
        sandbox.run(&["comment", &good, "-m", "Goes on."]).ok();
        assert_eq!(sandbox.run(&["doctor"]).status, Some(3), "{to}");
    }
    // A number a little ahead, where somebody took entries out by hand, is no obstacle to any later step.
    let (sandbox, id, _) = strange(|text| text.replace("seq: 1\n", "seq: 1001\n"));
    for _ in 0..3 {
        sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
    }
    let file = sandbox.ticket_file(&id);
    assert!(file.contains("seq: 1004\n"), "{file}");
}

#[test]
fn a_date_that_a_commit_cannot_hold_is_refused() {
    for (name, date, said) in [
        ("GIT_AUTHOR_DATE", "@-1 +0000", "outside the years"),
        ("GIT_AUTHOR_DATE", "@4294967296 +0000", "outside the years"),
        ("GIT_COMMITTER_DATE", "@99999999999 +0000", "outside the years"),
        ("GIT_AUTHOR_DATE", "2107-01-01T00:00:00Z", "outside the years"),
        ("GIT_AUTHOR_DATE", "@1700000000 +9999", "time zone"),
        ("GIT_COMMITTER_DATE", "@1700000000 -2400", "time zone"),
    ] {
        let sandbox = Sandbox::new();
        let output = sandbox.shell(&format!("{name}='{date}' git-support new Late"));
        assert!(output.status == Some(1) && output.stderr.contains(said), "{date}: {output:?}");
        assert_eq!(sandbox.subjects().len(), 1);
    }
    let sandbox = Sandbox::new();
    sandbox
        .shell("d='@4294967295 +1400'; GIT_AUTHOR_DATE=$d GIT_COMMITTER_DATE=$d git-support new Last")
        .ok();
}

#[test]
fn what_nobody_can_see_or_reach_is_not_written() {
    let sandbox = Sandbox::new();
    for (arguments, status) in [
        (&["new", "\u{200b}"][..], 1),
        (&["new", "\u{2060}\u{3164}"], 1),
        (&["vendor", "add", "v", "--url", "javascript:alert(1)"], 2),
        (&["vendor", "add", "v", "--url", "data:text/html,x"], 2),
        (&["vendor", "add", "v", "--email", "a@x.example,b@x.example"], 2),
        (&["vendor", "add", "v", "--email", "a@x.example%0d%0aBcc:b@x.example"], 2),
        (&["vendor", "add", "v", "--phone", "tel:1;x=<script>"], 2),
        (&["team", "add", "Ann", "--email", "ann@x.example, eve@x.example", "--role", "l1"], 2),
        (&["team", "add", "Ann", "--email", "ann@x.example%0a", "--role", "l1"], 2),
    ] {
        let said = sandbox.run(arguments).fails(status);
        assert!(!said.contains('\u{200b}'), "{said}");
    }
    let lines = "{\"title\":\"\\u200b\"}\n";
    assert!(sandbox.run_with(&["import", "-"], lines).fails(1).contains("title"));
    assert_eq!(sandbox.subjects().len(), 1);
}

#[test]
fn many_members_and_many_comments_are_taken() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Labelled");
    let labels: Vec<String> = (0..20_000).map(|number| format!("\"label-{number:05}\"")).collect();
    let line = format!("{{\"op\":\"edit\",\"id\":\"{id}\",\"labels\":[{}]}}\n", labels.join(","));
    sandbox.run_with(&["batch", "-"], &line).ok();
    sandbox.run(&["edit", &id, "--label", "one-more"]).ok();
    assert_eq!(sandbox.field(&id, "labels").as_array().unwrap().len(), 20_001);
    let other = sandbox.ticket("Talked about");
    let lines: String = (0..5_000)
        .map(|number| format!("{{\"op\":\"comment\",\"id\":\"{other}\",\"note\":\"Word {number}\"}}\n"))
        .collect();
    sandbox.run_with(&["batch", "-"], &lines).ok();
    assert_eq!(sandbox.field(&other, "timeline").as_array().unwrap().len(), 5_001);
}

/// Entries that a stranger writes into a file, `concurrent` or in a line, each with as many names as said.
fn forged(count: usize, is_line: bool, names: usize, set: &dyn Fn(usize) -> String) -> String {
    let entry = |place: usize| {
        let seq = if is_line { place + 2 } else { 2 };
        let after: Vec<String> =
            (place.saturating_sub(names)..place).map(|name| format!("  - {name:08}\n")).collect();
        let after = if after.is_empty() { String::new() } else { format!("  after:\n{}", after.concat()) };
        format!(
            "- seq: {seq}\n  id: {place:08}\n{after}  at: 2026-11-28T01:20:50Z\n  by: pat <pat@x.io>\n  action: edit\n  set:\n{}",
            set(place)
        )
    };
    (0..count).map(entry).collect()
}

/// How many entries, whether in a line, how many names each has, what it sets, and whether that is too much.
type Forgery<'a> = (usize, bool, usize, &'a dyn Fn(usize) -> String, bool);

#[test]
fn a_file_of_thousands_of_forged_entries_is_judged_as_far_as_it_can_be() {
    let title = |place: usize| format!("    title:\n      from: First\n      to: T{place}\n");
    let label = |place: usize| format!("    labels:\n      add: [l{place}]\n");
    let stories: [Forgery<'_>; 4] = [
        (1_000, true, 0, &title, false),
        (1_000, true, 1, &title, false),
        (500, false, 60, &title, true),
        (2_600, true, 0, &label, true),
    ];
    for (count, is_line, names, set, is_too_much) in stories {
        let sandbox = Sandbox::new().may_be_damaged();
        sandbox.is_tampered_with();
        let id = sandbox.ticket("First");
        let path = path_of(&id);
        let file = sandbox.ticket_file(&id) + &forged(count, is_line, names, set);
        sandbox.file(&path, file);
        sandbox.git(&["commit", "-qm", "Forged", "--", &path]);
        let audit = sandbox.run_unwatched(&["audit"], "").fails_with_gate();
        assert_eq!(audit.contains("entry.unjudged"), is_too_much, "{is_line} {names}: {audit:.2000}");
        sandbox.run_unwatched(&["show", &id], "").ok();
    }
}

#[test]
fn of_thousands_of_mistakes_in_a_file_the_first_are_named() {
    let sandbox = Sandbox::new();
    // An audit cannot judge by such a file.
    sandbox.is_tampered_with();
    let people: String = (0..6_000)
        .map(|place| format!("- name: P{place}\n  emails: [p{place}@x.io]\n  roles: [boss]\n"))
        .collect();
    sandbox.file(".support/team.yaml", format!("schema: 1\npeople:\n{people}"));
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-qm", "Team", "--", ".support/team.yaml"]);
    let _ = sandbox.run(&["new", "T"]);
    let said = sandbox.run(&["list"]).stderr;
    assert!(said.contains("team.yaml:5: ") && said.lines().count() < 100, "{said:.2000}");
    assert!(sandbox.run(&["doctor"]).fails_with_gate().contains("team.yaml:5: "));
}

#[test]
fn a_mapping_of_many_keys_is_named_and_hides_nothing_else() {
    let sandbox = Sandbox::new();
    let (id, other) = (sandbox.ticket("Keys"), sandbox.ticket("Other"));
    let path = crate::sandbox::path_of(&id);
    let keys = |indent: &str| (0..60_000).fold(String::new(), |all, n| all + indent + &format!("k{n}: v\n"));
    let file = sandbox.ticket_file(&id);
    sandbox.is_tampered_with();
    for (place, with) in [
        ("timeline:", format!("{}timeline:", keys(""))),
        ("timeline:", format!("links:\n{}timeline:", keys("  "))),
        ("  set:\n", format!("{}  set:\n", keys("  "))),
        ("  set:\n", format!("  set:\n{}", keys("    "))),
    ] {
        sandbox.file(&path, file.replacen(place, &with, 1));
        sandbox.git(&["commit", "-qam", "Keys"]);
        let list = sandbox.run_unwatched(&["list"], "");
        assert!(list.stdout.contains(&other[..4]), "{}", list.stdout);
        assert!(list.stderr.contains("a mapping has more than 1000 keys"), "{}", list.stderr);
        assert_eq!(sandbox.run_unwatched(&["audit"], "").status, Some(3));
        sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    }
    sandbox.file(".support/config.yaml", keys(""));
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-qm", "Settings"]);
    assert!(sandbox.run_unwatched(&["list"], "").stderr.contains("more than 1000 keys"));
}
