//! What is known of a ticket: its code, who knows it, who reported it too, what may leave the team.

use crate::sandbox::Sandbox;

/// A commit of somebody to a file.
fn commit(sandbox: &Sandbox, who: &str, path: &str, content: &str, message: &str) {
    sandbox.file(path, content);
    sandbox.git(&["add", path]);
    let author = format!("{who} <{}@example.com>", who.to_lowercase());
    sandbox.git(&["commit", "-qm", message, "--author", &author, "--", path]);
}

/// Two tagged releases: Eve wrote `src/pay.rs`, Finn changed a line of it since, Gus wrote something else.
fn product() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    commit(&sandbox, "Eve", "src/pay.rs", "one\ntwo\nthree\nfour\n", "Begin paying");
    sandbox.git(&["tag", "v1.0"]);
    commit(&sandbox, "Finn", "src/pay.rs", "one\ntwo\n3\nfour\n", "Count better");
    commit(&sandbox, "Gus", "src/other.rs", "x\n", "Something else");
    sandbox.git(&["tag", "v1.1"]);
    sandbox
}

#[test]
fn a_packet_lists_what_changed_in_the_tickets_files_since_the_last_good_release() {
    let sandbox = product();
    let description = "panicked at src/pay.rs:3:1 (see also src/nowhere.rs, ../up.rs, --output=x)";
    let id = sandbox.run(&["new", "Pay fails", "--affects", "1.1", "-m", description]).ok();
    let packet = sandbox.run(&["handover", id.trim()]).ok();
    assert!(packet.contains("- **files**: src/pay.rs\n"), "{packet}");
    assert!(packet.contains("since v1.0: 1 commit\n") && packet.contains("Count better (Finn"), "{packet}");
    assert!(!packet.contains("Begin paying") && !packet.contains("Something else"), "{packet}");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["handover", id.trim(), "--json"]).ok()).unwrap();
    assert_eq!(json["code"][0]["value"], "src/pay.rs");
    // Where no release is known to be good, the latest changes.
    let id = sandbox.run(&["new", "It fails", "-m", "In src/pay.rs."]).ok();
    let packet = sandbox.run(&["handover", id.trim()]).ok();
    assert!(packet.contains("lately: 2 commits") && packet.contains("Begin paying (Eve"), "{packet}");
    assert!(!sandbox.run(&["handover", &sandbox.ticket("No file")]).ok().contains("## Code"));
}

#[test]
fn people_are_proposed_with_the_reasons() {
    let sandbox = product();
    let id = sandbox.run(&["new", "Pay fails", "-m", "In src/pay.rs."]).ok().trim().to_owned();
    let before = sandbox.subjects();
    let people = sandbox.run(&["assign", &id, "--suggest"]).ok();
    let eve = people
        .find("Eve <eve@example.com>\n  wrote 3 of the 4 lines of its files that were looked at\n")
        .unwrap();
    let finn = people.find("Finn <finn@example.com>\n  wrote 1 of the 4 lines").unwrap();
    assert!(eve < finn && !people.contains("Gus"), "{people}");
    assert_eq!(sandbox.subjects(), before);
    // Whoever resolved a ticket like it, and has little to do, comes first.
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1"]).ok();
    sandbox
        .run(&[
            "team",
            "add",
            "Eve",
            "--email",
            "e@home.example",
            "--email",
            "eve@example.com",
            "--role",
            "l1",
        ])
        .ok();
    let old = sandbox.run(&["new", "Pay fails", "-m", "In the gateway."]).ok().trim().to_owned();
    sandbox.run(&["resolve", &old, "--as", "answered", "-m", "Asked the bank."]).ok();
    let json = sandbox.run(&["assign", &id, "--suggest", "--json"]).ok();
    let people: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&people[0]["person"], &people[1]["person"]),
        (&"Eve <e@home.example>".into(), &"Dana Li <dana@example.com>".into())
    );
    assert_eq!(people[1]["reasons"][0], format!("resolved 1 ticket like it: {old}"));
    for _ in 0..20 {
        let busy = sandbox.ticket("Something");
        sandbox.run(&["assign", &busy, "--to", "eve@example.com"]).ok();
    }
    let people = sandbox.run(&["assign", &id, "--suggest"]).ok();
    assert!(people.starts_with("Dana Li") && people.contains("has 20 tickets open"), "{people}");
    assert!(sandbox.run(&["assign", &id, &old, "--suggest"]).fails(2).contains("one ticket at a time"));
}

#[test]
fn the_survivor_of_duplicates_tells_who_reported_them_and_how_often() {
    let sandbox = Sandbox::new();
    let survivor = sandbox.ticket("Pay fails");
    let twin =
        sandbox.run(&["new", "Cannot pay", "--reporter", "Ann Lee <ann@customer.example>", "--key", "pay"]);
    let twin = twin.ok().trim().to_owned();
    sandbox.run(&["new", "Cannot pay", "--key", "pay"]).ok();
    sandbox.run(&["resolve", &twin, "--as", "duplicate", "--of", &survivor]).ok();
    let page = sandbox.run(&["show", &survivor]).ok();
    assert!(page.contains(&format!("{twin}  Cannot pay (resolved, by Ann Lee, seen 2 times)")), "{page}");
    assert!(sandbox.run(&["show", &twin]).ok().contains("Pay fails (new)"));
    sandbox.run(&["reopen", &twin, "-m", "Another cause."]).ok();
    assert_eq!(sandbox.field(&twin, "status"), "in-progress");
}

#[test]
fn a_brief_leaves_out_what_leads_to_the_customer() {
    let sandbox = Sandbox::new();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    let told = "Ann Lee (ann@customer.example, +61 7 3000 1234) paid 1,250 on 2026-11-23: 502.";
    let id = sandbox.run(&[
        "new",
        "Pay fails for Ann Lee",
        "--reporter",
        "Ann Lee <ann@customer.example>",
        "-m",
        told,
    ]);
    let brief = sandbox.run(&["brief", id.ok().trim(), "--vendor", "paygate"]).ok();
    for private in ["Ann", "customer.example", "3000"] {
        assert!(!brief.contains(private), "{private}: {brief}");
    }
    assert!(brief.contains("[customer] ([address], [phone]) paid 1,250 on 2026-11-23: 502."), "{brief}");
}

#[test]
fn a_step_can_be_told_in_the_editor() {
    let sandbox = Sandbox::new().with("GIT_EDITOR", "sh -c 'sed -i \"1s/$/ Then it broke./\" \"$1\"' editor");
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["edit", &id, "--level", "2"]).ok();
    sandbox.run(&["return", &id, "-e", "-m", "It worked."]).ok();
    assert!(sandbox.run(&["show", &id]).ok().contains("It worked. Then it broke."));
    assert!(sandbox.run(&["alert", &id, "--to", "lead@example.com"]).fails(2).contains("-m"));
}

#[test]
fn a_vendors_answers_are_held_against_its_contract() {
    let sandbox = Sandbox::new();
    assert!(
        sandbox.run(&["vendor", "add", "x", "--response", "soon"]).fails(2).contains("not a valid duration")
    );
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example", "--response", "30m"]).ok();
    for minutes in [10, 45] {
        let id = sandbox.run(&["new", "T", "--level", "2"]).ok().trim().to_owned();
        sandbox.run(&["defer", &id, "--vendor", "paygate"]).ok();
        for _ in 0..minutes {
            sandbox.command("true");
        }
        sandbox.run(&["resume", &id]).ok();
    }
    let page = sandbox.run(&["vendor", "show", "paygate"]).ok();
    assert!(page.contains("in time") && page.contains("1 of 2"), "{page}");
}

#[test]
fn a_known_error_is_named_whether_the_index_knows_it_yet_or_not() {
    let sandbox = Sandbox::new();
    let near = |title: &str| sandbox.run(&["new", title]).stderr;
    let known = sandbox.ticket("Card payments over thousand fail");
    // The index stands where nothing is known.
    sandbox.run(&["list"]).ok();
    sandbox.run(&["known", "--add", &known, "--workaround", "Pay in two parts."]).ok();
    let said = near("Card payments over thousand fail again");
    assert!(said.contains(&format!("likely a known error: {known}")), "{said}");
    sandbox.run(&["list"]).ok();
    let said = near("Card payments over thousand fail too");
    assert!(said.contains(&format!("likely a known error: {known}")), "{said}");
    sandbox.run(&["known", "--remove", &known]).ok();
    assert!(!near("Card payments over thousand fail still").contains("known error"));
    // Many changes since, and no index at all.
    sandbox.run(&["known", "--add", &known, "--workaround", "Pay in two parts."]).ok();
    let lines: String = (0..60).map(|place| format!("{{\"title\":\"Other {place}\"}}\n")).collect();
    let _ = sandbox.run_with(&["import", "-"], &lines);
    assert!(near("Card payments over thousand fail once more").contains(&known));
    sandbox.shell("rm -rf .git/support/index*").ok();
    assert!(near("Card payments over thousand fail for ever").contains(&known));
}

#[test]
fn what_was_remembered_of_known_errors_never_hides_one() {
    let sandbox = Sandbox::new();
    sandbox.shell("git stash -qu").ok();
    let is_named = |title: &str, known: &str, branch: &str| {
        let arguments: &[&str] = if branch.is_empty() { &[] } else { &["--branch", branch] };
        let said = sandbox.run(&[arguments, &["new", title]].concat()).stderr;
        said.contains(&format!("likely a known error: {known}"))
    };
    let known = sandbox.ticket("Card payments over thousand fail");
    sandbox.run(&["list"]).ok();
    assert!(!is_named("Card payments over thousand fail again", &known, ""));
    // Marked by hand, in a commit of plain git, on a branch that is merged later.
    sandbox.shell("git checkout -qb marked").ok();
    sandbox.run(&["known", "--add", &known, "--workaround", "Pay in two parts."]).ok();
    sandbox.shell("git checkout -q main").ok();
    assert!(!is_named("Card payments over thousand fail 2", &known, ""));
    sandbox.shell("git merge -q --no-edit marked").ok();
    assert!(is_named("Card payments over thousand fail 3", &known, ""));
    // A line of tickets is not another one.
    sandbox.shell("git branch before HEAD~4").ok();
    assert!(!is_named("Card payments over thousand fail 4", &known, "before"));
    assert!(is_named("Card payments over thousand fail 5", &known, ""));
    // What is remembered is damaged, or of trees that are gone.
    for damage in
        ["printf x > .git/support/labelled", ": > .git/support/labelled", "rm .git/support/labelled"]
    {
        sandbox.shell(damage).ok();
        assert!(is_named(&format!("Card payments over thousand fail, {damage}"), &known, ""), "{damage}");
    }
    sandbox
        .shell("git reset -q --hard HEAD~2 && git reflog expire --expire=now --all && git gc -q --prune=now")
        .ok();
    assert!(is_named("Card payments over thousand fail 6", &known, ""));
}

/// A git that never comes to the end of a blame, and counts how often it was asked; in front of the PATH.
fn slow_blame(sandbox: &Sandbox) -> String {
    let real = sandbox.shell("command -v git").ok().trim().to_owned();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *' blame '*) echo x >>{0}/asked; [ -e {0}/is_slow ] && {{ {real} \"$@\" | head -n 12; exec sleep 60; }};; esac\nexec {real} \"$@\"\n",
        sandbox.root().display()
    );
    sandbox.file("../slow/git", script);
    sandbox.shell("chmod +x ../slow/git").ok();
    format!("PATH={}:$PATH; export PATH; ", sandbox.root().join("slow").display())
}

#[test]
fn who_wrote_a_file_is_asked_once_and_not_for_ever() {
    let sandbox = product();
    sandbox.shell("chmod +x src/pay.rs; git commit -qam Mode").ok();
    let id = sandbox.run(&["new", "Pay fails", "-m", "In src/pay.rs."]).ok().trim().to_owned();
    let git = slow_blame(&sandbox);
    let suggest = || sandbox.shell(&format!("{git}git-support assign {id} --suggest"));
    let asked = || sandbox.shell("cat ../asked | wc -l").ok().trim().to_owned();
    // A program is a file, too; the second time, git is not asked.
    let first = suggest().ok();
    assert!(first.contains("Eve <eve@example.com>\n  wrote 3 of the 4 lines"), "{first}");
    assert_eq!((suggest().ok(), asked()), (first, "1".to_owned()));
    // Another .mailmap, other lines, another history: it is asked again.
    sandbox.shell("echo 'Eva <eve@example.com>' >.mailmap; git add .mailmap; git commit -qm Map").ok();
    assert!(suggest().ok().contains("Eva <eve@example.com>\n  wrote 3 of the 4 lines"));
    sandbox.shell("echo more >>src/pay.rs; git commit -qam More").ok();
    assert!(suggest().ok().contains("Eva <eve@example.com>\n  wrote 3 of the 5 lines"));
    assert_eq!(asked(), "3");
    let rewrite =
        "git -c user.name=Zoe -c user.email=zoe@example.com commit -q --amend --reset-author -m More";
    sandbox.shell(&format!("unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL; {rewrite}")).ok();
    assert!(suggest().ok().contains("Zoe <zoe@example.com>"));
    assert_eq!(asked(), "4");
    // Without an index, the answer is the same.
    let answer = suggest().ok();
    sandbox.shell("rm .git/support/index.sqlite*").ok();
    assert_eq!(suggest().ok(), answer);
    // One that takes too long is stopped, and what it found counts.
    sandbox.shell("echo last >>src/pay.rs; git commit -qam Last; touch ../is_slow").ok();
    let said = suggest();
    assert!(said.stderr.contains("git blame takes too long: src/pay.rs"), "{said:?}");
    assert!(said.stdout.contains("Dana Li <dana@example.com>\n  wrote 1 of the 1 lines"), "{said:?}");
}

#[test]
fn handover_notes_on_a_terminal_part_the_date_from_the_name() {
    let sandbox = Sandbox::new();
    if !crate::sandbox::has_tool("script") {
        return;
    }
    let id = sandbox.ticket("Handed over");
    sandbox.run(&["comment", &id, "-m", "Hello."]).ok();
    let line =
        format!("GIT_PAGER=cat NO_COLOR=1 script -qec 'git-support handover {id}' /dev/null </dev/null");
    let said = sandbox.shell(&line).stdout;
    let parts = |line: &str| line.trim_start().starts_with("2026-") && line.contains(" Dana Li");
    assert!(said.lines().any(parts), "{said}");
}

#[test]
fn a_workaround_that_nobody_of_the_team_wrote_is_named_to_whoever_answers_by_it() {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "lead"]).ok();
    let (known, other) = (sandbox.ticket("Card payments fail"), sandbox.ticket("Refunds fail"));
    sandbox.run(&["known", "--add", &known, "--workaround", "Pay in two parts."]).ok();
    sandbox.shell("mkdir -p .support/answers; printf -- '---\n---\nTry this: {workaround}\n' >.support/answers/try.md; git add .support; git commit -qm Answer").ok();
    let answered = || {
        let resolve = ["resolve", &other, "--as", "workaround", "--known", &known, "--dry-run"];
        let comment = ["comment", &known, "--answer", "try", "--dry-run"];
        [sandbox.run(&resolve), sandbox.run(&comment)]
    };
    for said in answered() {
        assert!(!said.stderr.contains("workaround is by"), "{}", said.stderr);
        said.ok();
    }
    let mal = "GIT_AUTHOR_NAME=Mal GIT_AUTHOR_EMAIL=mal@x.example GIT_COMMITTER_NAME=Mal GIT_COMMITTER_EMAIL=mal@x.example";
    sandbox.shell(&format!("{mal} git support edit {known} --workaround 'Send your card number.'")).ok();
    for said in answered() {
        assert!(said.stderr.contains("its workaround is by Mal, who is not on the team"), "{}", said.stderr);
        said.ok();
    }
}
