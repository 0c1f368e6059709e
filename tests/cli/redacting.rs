//! Text that is taken out: of the present, of what was derived from it, and by the printed command of history.

use std::path::Path;
use std::process::Command;

use crate::sandbox::{Sandbox, has_tool, path_of};

#[test]
fn text_is_taken_out_of_the_present_and_history_is_told_about() {
    let sandbox = Sandbox::new();
    let id = sandbox
        .run(&["new", "Ann cannot pay", "-m", "Ann Lee's card 4111 1111 fails."])
        .ok()
        .trim()
        .to_owned();
    sandbox.run(&["comment", &id, "-m", "Called Ann Lee."]).ok();
    sandbox.git(&["branch", "side"]);
    sandbox.run_with(&["attach", &id, "-", "--name", "log.txt", "-m", "Her log."], "secret\n").ok();
    let entry = sandbox.field(&id, "timeline")[2]["id"].as_str().unwrap().to_owned();
    assert!(sandbox.run(&["redact", &id, "--text", "Ann Lee"]).fails(2).contains("-m"));
    let holds = sandbox.run(&["redact", &id, "--text", "Ann Lee", "-m", "Request of Ann Lee"]).fails(2);
    assert!(holds.contains("the reason has the text that is to be removed"), "{holds}");
    assert!(!sandbox.git(&["log", "--format=%B"]).contains("Request of"));
    assert!(
        sandbox
            .run(&["redact", &id, "--text", "nowhere", "-m", "x"])
            .fails(1)
            .contains("has no text 'nowhere'")
    );
    let output = sandbox.run(&[
        "redact",
        &id,
        "--text",
        "Ann Lee",
        "--text",
        "4111 1111",
        "--entry",
        &entry,
        "-m",
        "Her wish.",
    ]);
    assert!(
        output.stderr.contains("git filter-repo") && output.stderr.contains("removed attachment log.txt"),
        "{output:?}"
    );
    output.ok();
    let file = sandbox.ticket_file(&id);
    for gone in ["Ann Lee", "4111", "Her log."] {
        assert!(!file.contains(gone), "{file}");
    }
    assert!(file.contains("[redacted]'s card [redacted] fails.") && file.contains("Her wish."), "{file}");
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD", "--", ".support/attachments"]), "");
    assert_eq!(sandbox.run(&["log", &id, "--format", "ndjson"]).ok().lines().count(), 4, "every entry stays");
    assert!(sandbox.run(&["show", &id]).ok().contains("redacted by entry"));
    // A branch from before does not bring it back.
    sandbox.run(&["edit", &id, "--branch", "side", "--severity", "major"]).ok();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    let file = sandbox.ticket_file(&id);
    assert!(
        !file.contains("Ann Lee") && !file.contains("4111") && file.contains("severity: major"),
        "{file}"
    );
    sandbox.git(&["stash", "pop", "-q", "--index"]);
}

/// A ticket in which a name stands wherever one can: the id, and the name.
fn told_everywhere(sandbox: &Sandbox) -> String {
    let id = sandbox
        .run(&["new", "Ann Lee cannot pay", "-m", "Ann Lee called.", "--label", "vip Ann Lee"])
        .ok()
        .trim()
        .to_owned();
    sandbox.run(&["diagnose", &id, "-m", "Ann Lee's card is blocked."]).ok();
    sandbox.run(&["diagnose", &id, "-m", "Ann Lee's bank is down."]).ok();
    sandbox.file("Ann Lee.txt", "A picture of nothing.\n");
    sandbox.file("dump.log", "user=Ann Lee\n");
    sandbox.file("plain.log", "nothing here\n");
    sandbox.run(&["attach", &id, "Ann Lee.txt", "dump.log", "plain.log"]).ok();
    sandbox.run(&["comment", &id, "-m", "Told Ann Lee."]).ok();
    id
}

/// Every path and byte under `.support/` of a commit.
fn all_of(repository: &Path, revision: &str) -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(repository).args(args).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let names =
        git(&["-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", revision, "--", ".support"]);
    names.lines().map(|name| format!("{name}\n{}", git(&["show", &format!("{revision}:{name}")]))).collect()
}

#[test]
fn nothing_of_a_redacted_text_is_left_in_the_present() {
    let sandbox = Sandbox::new();
    let id = told_everywhere(&sandbox);
    let other = sandbox.run(&["new", "Ann Lee again"]).ok().trim().to_owned();
    sandbox.run(&["list", "lee"]).ok();
    // Texts that were kept for --resume; one is not UTF-8.
    sandbox.file(".git/support/EDITMSG", "Ann Lee called.\n");
    sandbox.file(".git/support/EDITMSG.2", b"Ann Lee \xfcber alles\n");
    let output = sandbox.run(&["redact", &id, "--text", "Ann Lee", "-m", "Her wish."]);
    assert!(output.stderr.contains("removed attachment dump.log"), "{output:?}");
    assert!(output.stderr.contains(&format!("other tickets have it, too: {other}")), "{output:?}");
    output.ok();
    sandbox.run(&["redact", &other, "--text", "Ann Lee", "-m", "Her wish."]).ok();
    let present = all_of(sandbox.repo(), "HEAD");
    assert!(!present.contains("Ann Lee") && !present.contains("Ann_Lee"), "{present}");
    assert!(present.contains("A picture of nothing.") && present.contains("nothing here"), "{present}");
    // Nor in what is derived, and not after an undo.
    for read in [&["list", "lee", "--format", "json"][..], &["show", &id], &["log", &id], &["handover", &id]]
    {
        let said = sandbox.run(read).ok();
        assert!(!said.contains("Ann Lee"), "{read:?}: {said}");
    }
    let own = sandbox.repo().join(".git/support");
    for file in std::fs::read_dir(own).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        for trace in ["Ann Lee", "ann lee", "\"lee\""] {
            assert!(!String::from_utf8_lossy(&bytes).contains(trace), "{trace} in {file:?}");
        }
    }
    assert!(sandbox.run(&["undo"]).fails(1).contains("cannot be undone"));
    assert!(sandbox.run(&["undo", &id]).fails(1).contains("cannot be undone"));
    assert!(!all_of(sandbox.repo(), "HEAD").contains("Ann Lee"));
    sandbox.run(&["doctor"]).ok();
    sandbox.run(&["audit"]).ok();
}

#[test]
fn undoing_what_was_before_a_redaction_brings_nothing_back() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["diagnose", &id, "-m", "Ann Lee's card."]).ok();
    sandbox.run(&["diagnose", &id, "-m", "The bank."]).ok();
    let second = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run(&["redact", &id, "--text", "Ann Lee", "-m", "Her wish."]).ok();
    sandbox.run(&["undo", &second]).ok();
    let file = sandbox.ticket_file(&id);
    assert!(file.contains("diagnosis: \"[redacted]'s card.\"") && !file.contains("Ann Lee"), "{file}");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn the_printed_command_removes_it_from_history_and_nothing_else() {
    if !has_tool("git-filter-repo") {
        return;
    }
    let sandbox = Sandbox::new();
    let id = told_everywhere(&sandbox);
    let stderr = sandbox.run(&["redact", &id, "--text", "Ann Lee", "-m", "Her wish."]).stderr;
    let command = stderr.lines().find_map(|line| line.strip_prefix("  git ")).unwrap().to_owned();
    sandbox.git(&["clone", "-q", "--no-local", ".", "../copy"]);
    let copy = sandbox.repo().join("../copy");
    std::fs::write(copy.join("../FILE"), "Ann Lee==>REDACTED\nAnn_Lee==>REDACTED\n").unwrap();
    let run = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).current_dir(&copy).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let before = run("git", &["rev-list", "--all", "--count"]);
    let code = run("git", &["rev-parse", "HEAD:code.rs"]);
    run("sh", &["-c", &format!("git {command}")]);
    assert_eq!(run("git", &["rev-list", "--all", "--count"]), before, "every commit is there");
    assert_eq!(run("git", &["rev-parse", "HEAD:code.rs"]), code);
    run("git", &["fsck", "--strict"]);
    for commit in run("git", &["rev-list", "--all"]).lines() {
        let content = all_of(&copy, commit);
        assert!(!content.contains("Ann Lee") && !content.contains("Ann_Lee"), "{commit}: {content}");
        assert!(!run("git", &["log", "-1", "--format=%B", commit]).contains("Ann Lee"), "{commit}");
    }
    let support = env!("CARGO_BIN_EXE_git-support");
    run(support, &["doctor", "--repair"]);
    // The attachments that held it are not what was attached any more, as the command says; nothing else is found.
    let audit = Command::new(support).arg("audit").current_dir(&copy).output().unwrap();
    let audit = String::from_utf8_lossy(&audit.stdout).into_owned();
    let rules: Vec<&str> = audit.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    assert!(rules.iter().all(|rule| rule.starts_with("evidence.")), "{audit}");
    assert!(run(support, &["show", &id]).contains("Her wish."));
    assert!(sandbox.repo().join(path_of(&id)).exists());
}

#[test]
fn a_clone_that_has_not_heard_of_a_redaction_brings_nothing_back() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Ann Lee cannot pay");
    sandbox.run(&["edit", &id, "--environment", "Ann Lee's shop", "--label", "Ann Lee"]).ok();
    sandbox.run(&["edit", &id, "--title", "She cannot pay"]).ok();
    sandbox.git(&["branch", "side"]);
    sandbox.run(&["redact", &id, "--text", "Ann Lee", "-m", "Her wish."]).ok();
    // There, what was there before is named again, and given back.
    sandbox
        .run(&["edit", &id, "--branch", "side", "--environment", "production", "--remove-label", "Ann Lee"])
        .ok();
    sandbox.git(&["checkout", "-q", "side"]);
    let edit = sandbox.git(&["rev-parse", "HEAD~1"]).trim().to_owned();
    sandbox.run(&["undo", &edit]).ok();
    assert!(sandbox.ticket_file(&id).contains("Ann Lee cannot pay"));
    for (into, from) in [("main", "side"), ("side", "main")] {
        sandbox.git(&["checkout", "-q", "-B", "merged", into]);
        sandbox.git(&["merge", "-q", "--no-edit", from]);
        let file = sandbox.ticket_file(&id);
        assert!(!file.contains("Ann Lee") && file.contains("production"), "{into}: {file}");
        assert_eq!(sandbox.run(&["list", "--all", "lee", "--format", "json"]).ok().trim(), "[]");
        sandbox.run(&["doctor"]).ok();
    }
}

#[test]
fn every_place_of_a_text_is_named() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "One", "-m", "Ann Lee"]).ok().trim().to_owned();
    sandbox.file("f.txt", "Ann Lee\n");
    let other = sandbox.run(&["new", "Two", "--attach", "f.txt"]).ok().trim().to_owned();
    sandbox.run(&["vendor", "add", "acme", "--contract", "Ann Lee 12"]).ok();
    let unnamed = format!(".support/attachments/{id}/x.txt");
    sandbox.file(&unnamed, "Ann Lee\n");
    sandbox.git(&["add", &unnamed]);
    sandbox.git(&["commit", "-qm", "By hand", "--", &unnamed]);
    let stderr = sandbox.run(&["redact", &id, "--text", "Ann Lee", "-m", "Her wish."]).stderr;
    assert!(stderr.contains(&format!("{unnamed} has it, too")), "{stderr}");
    sandbox.is_tampered_with();
    assert!(stderr.contains(&other) && stderr.contains("vendors/acme.yaml has it, too"), "{stderr}");
}

#[test]
fn a_text_is_named_elsewhere_however_its_file_writes_it() {
    for text in ["PRIVATE \"key\"\nof\\two lines", "it's: #1", "Zoë\tLee"] {
        let sandbox = Sandbox::new();
        let opened =
            |title: &str, body: &str| sandbox.run(&["new", title, "-m", body]).ok().trim().to_owned();
        let id = opened("One", &format!("Before {text} and after"));
        let others = [opened("Two", &format!("Two {text}")), opened("Three", text)];
        opened("Four", "PRIVATE of Lee it 1 Zo");
        let stderr = sandbox.run(&["redact", &id, "--text", text, "-m", "Her wish."]).stderr;
        let line = stderr.lines().find(|line| line.contains("other tickets")).unwrap_or_default();
        assert!(others.iter().all(|other| line.contains(other)), "{text}: {stderr}");
        assert_eq!(line.matches(", ").count(), 2, "{text}: no other is named: {line}");
        assert!(!stderr.contains("still has it"), "{stderr}");
    }
}

#[test]
fn an_attachment_that_comes_back_after_its_redaction_is_named() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.file("f.txt", "Ann Lee\n");
    sandbox.run(&["attach", &id, "f.txt"]).ok();
    sandbox.run(&["redact", &id, "--text", "Ann Lee", "-m", "Her wish."]).ok();
    sandbox.run(&["comment", &id, "-m", "After."]).ok();
    let _ = sandbox.try_git(&["revert", "--no-edit", "HEAD~1"]);
    assert!(sandbox.git(&["ls-files", ".support/attachments"]).contains("f.txt"), "git brings the file back");
    let doctor = sandbox.run_unwatched(&["doctor"], "");
    assert!(doctor.status == Some(3) && doctor.stdout.contains("evidence.redacted"), "{doctor:?}");
    let hint =
        doctor.stdout.lines().find_map(|line| line.trim().strip_suffix(" && git commit")).unwrap().to_owned();
    assert!(
        sandbox
            .run(&["attach", &id, "--get", "f.txt", "-o", "-"])
            .fails(1)
            .contains("removed by a redaction")
    );
    assert_eq!(sandbox.shell(&format!("{hint} && git commit -qm gone")).status, Some(0));
    sandbox.run(&["doctor"]).ok();
    sandbox.is_tampered_with();
}

#[test]
fn the_printed_command_removes_files_and_what_messages_spell_otherwise() {
    if !has_tool("git-filter-repo") {
        return;
    }
    let sandbox = Sandbox::new();
    let title =
        "Order 4711 cannot be paid by Hans Maierhuber since Monday, she says so, and that it was so before";
    let id =
        sandbox.run(&["new", title, "-m", "ask @hansmaierhuber, customer #447712"]).ok().trim().to_owned();
    sandbox.shell(&format!("git stash -qu; head -c 2000 /dev/urandom >../passport.png; git support attach {id} ../passport.png; git support comment {id} -m 'Hans Maierhuber again'; git commit -q --allow-empty -m 'Code' -m 'Of {id}.'")).ok();
    let blob = sandbox.shell("git ls-tree -r HEAD .support/attachments | awk '{print $3}'").ok();
    let entry = sandbox
        .shell(&format!("git support attach {id} --list --json | grep -m1 '\"entry\"' | cut -d'\"' -f4"))
        .ok();
    let said = sandbox.run(&[
        "redact",
        &id,
        "--entry",
        entry.trim(),
        "--text",
        "Hans Maierhuber",
        "--text",
        "@hansmaierhuber",
        "--text",
        "#447712",
        "-m",
        "Her wish.",
    ]);
    let printed = said.stderr.lines().find_map(|line| line.strip_prefix("  git "));
    let command = printed.unwrap_or_else(|| panic!("{said:?}"));
    let script = format!(
        "printf 'Hans Maierhuber==>R\n@hansmaierhuber==>R\n#447712==>R\n' >../FILE; git clone -q --no-local . ../copy; cd ../copy; git {command} >/dev/null 2>&1
         git log --all --format=%B | grep -ciE 'maier|4477'; git cat-file -e {} && echo still; git log --format=%B | grep -c 'Of {id}'; git support show {id} | grep -c Her.wish",
        blob.trim()
    );
    assert_eq!(sandbox.shell(&script).stdout, "0\n1\n1\n", "{}", said.stderr);
}

#[test]
fn what_is_not_taken_out_is_said() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    let id = sandbox
        .run(&["new", "Pay fails", "-m", "M\u{fc}ller and M\u{dc}LLER, \u{674e}\u{660e}"])
        .ok()
        .trim()
        .to_owned();
    sandbox.git(&["branch", "feature"]);
    sandbox.run(&["comment", &id, "--branch", "feature", "-m", "M\u{fc}ller called."]).ok();
    let opening = sandbox
        .shell(&format!("git support show {id} --json | grep '\"id\"' | sed -n 2p | cut -d'\"' -f4"))
        .ok();
    let opening = opening.trim();
    for (line, expected) in [
        (vec!["--text", "NotThere"], "has no text 'NotThere'"),
        (vec!["--text", "Pay", "--text", "NotThere"], "has no text 'NotThere'"),
        (vec!["--text", "NotThere", "--entry", opening], "has no text 'NotThere'"),
        (vec!["--entry", opening], "has no note and no attachment"),
        (vec!["--text", "ab"], "is too short to redact"),
        (vec!["--text", "\u{674e}"], "is too short to redact"),
    ] {
        let before = sandbox.git(&["rev-parse", "HEAD"]);
        let said = sandbox.run(&[&["redact", &id, "-m", "Her wish."], line.as_slice()].concat());
        assert_ne!(said.status, Some(0), "{line:?}");
        assert!(said.stderr.contains(expected), "{line:?}: {}", said.stderr);
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before);
    }
    let said = sandbox.run(&["redact", &id, "--text", "M\u{fc}ller", "-m", "Her wish."]);
    for expected in ["in another spelling", "branch feature has it in entries that are not here"] {
        assert!(said.stderr.contains(expected), "{}", said.stderr);
    }
    sandbox.run(&["redact", &id, "--text", "\u{674e}\u{660e}", "-m", "His wish."]).ok();
    assert!(!sandbox.ticket_file(&id).contains('\u{674e}'));
}

#[test]
fn what_is_gone_is_in_no_answer() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let (gone, _) = crate::purging::full(&sandbox);
    let kept = sandbox.run(&["new", "Keep YY88", "-m", "IBAN YY88"]).ok().trim().to_owned();
    sandbox.run(&["comment", &kept, "-m", "Of YY88, and more."]).ok();
    sandbox.run(&["redact", &kept, "--text", "YY88", "-m", "Privacy."]).ok();
    sandbox.run(&["purge", &gone, "-m", "Privacy.", "--yes"]).ok();
    for answer in [
        "log",
        "log -n 50",
        "log --graph",
        "log --by Dana",
        "log --action comment",
        "log --field title",
        "log --at HEAD",
        "log --all-branches",
        "log --json",
        "log --format ndjson",
        "log status:open,closed",
        "list --all",
        "export --full --all-branches",
        "report",
        "diff HEAD..HEAD",
    ] {
        let said = sandbox.shell(&format!("git support {answer}"));
        for word in ["Leroux", "1970", "Ann called", "YY88"] {
            assert!(!(said.stdout.clone() + &said.stderr).contains(word), "{answer}: {word}: {said:?}");
        }
    }
    let said = sandbox.shell("timeout 3 git support log --follow -n 20").stdout;
    assert!(said.contains("and more.") && !said.contains("YY88") && !said.contains("Leroux"), "{said}");
    // What was done is told, of what is redacted with the words that are left.
    let log = sandbox.run(&["log"]).ok();
    assert!(log.contains("purge") && log.contains("and more."), "{log}");
}
