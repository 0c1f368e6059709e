//! What is wrong is found and named; what can be repaired is repaired, and nothing is lost by it.

use crate::sandbox::{Sandbox, path_of};
use crate::tampering::{ENFORCED, story};

/// A repository whose user has nothing under way, and a ticket in it.
fn clean() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let id = sandbox.ticket("Pay fails");
    (sandbox, id)
}

/// The rules that `doctor` names, with an exit status.
fn rules(sandbox: &Sandbox, status: i32) -> Vec<String> {
    let output = sandbox.run_unwatched(&["doctor", "--json"], "");
    assert_eq!(output.status, Some(status), "{output:?}");
    let faults: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    faults.as_array().unwrap().iter().map(|fault| fault["rule"].as_str().unwrap().to_owned()).collect()
}

/// Commits a file as a person would, past our checks.
fn commit(sandbox: &Sandbox, path: &str, text: &str) {
    sandbox.file(path, text);
    sandbox.git(&["add", "-f", path]);
    sandbox.git(&["commit", "-qm", "By hand"]);
}

#[test]
fn a_healthy_repository_is_called_so() {
    let (sandbox, _) = clean();
    assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
    assert_eq!(rules(&sandbox, 0), [""; 0]);
    assert_eq!(sandbox.run(&["doctor", "--repair"]).ok(), "no problems found\n");
}

#[test]
fn each_thing_that_is_wrong_is_named() {
    let (sandbox, id) = clean();
    let other = sandbox.ticket("Other");
    sandbox.run(&["link", &id, "blocks", &other]).ok();
    sandbox.run_with(&["attach", &id, "-", "--name", "log.txt"], "log\n").ok();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    sandbox.run(&["edit", &id, "--level", "2"]).ok();
    sandbox.run(&["defer", &id, "--vendor", "paygate"]).ok();
    sandbox.run(&["assign", &id]).ok();
    sandbox.git(&["tag", "v1"]);
    assert_eq!(rules(&sandbox, 0), [""; 0]);
    let evidence = sandbox.git(&["ls-files", ".support/attachments"]).trim().to_owned();
    let wrong: [(&str, String, &str, i32); 11] = [
        ("file.invalid", ".support/tickets/x/y/notes.txt".to_owned(), "notes\n", 3),
        ("file.invalid", path_of("zzzzzzzzzz"), "schema: 9\n", 3),
        ("file.conflict-markers", path_of("yyyyyyyyyy"), "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n", 3),
        ("file.invalid", ".support/config.yaml".to_owned(), "commit: {prefx: x}\n", 3),
        ("file.invalid", ".support/team.yaml".to_owned(), "people: 3\n", 3),
        ("file.invalid", ".support/vendors/x.yaml".to_owned(), "msp: perhaps\n", 3),
        (
            "person.unknown",
            ".support/team.yaml".to_owned(),
            "schema: 1\npeople:\n- name: Eve\n  emails: [e@x.example]\n  roles: [l1]\n",
            0,
        ),
        ("evidence.changed", evidence, "other\n", 3),
        ("evidence.unnamed", ".support/attachments/x/y.txt".to_owned(), "?\n", 0),
        ("release.tag", ".support/releases/1.0.yaml".to_owned(), "schema: 1\ntag: nowhere\n", 0),
        (
            "release.issue",
            ".support/releases/1.0.yaml".to_owned(),
            "schema: 1\ntag: v1\nknown_issues: [zzzzzzzzzz]\n",
            3,
        ),
    ];
    for (rule, path, text, status) in wrong {
        commit(&sandbox, &path, text);
        assert_eq!(rules(&sandbox, status), [rule], "{path}");
        sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    }
    sandbox.git(&["rm", "-q", "-r", ".support/vendors", ".support/attachments"]);
    sandbox.git(&["commit", "-qm", "By hand"]);
    assert_eq!(rules(&sandbox, 3), ["vendor.unknown", "evidence.missing"]);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    sandbox.git(&["config", "--unset", "merge.support.driver"]);
    assert_eq!(rules(&sandbox, 0), ["driver.missing"], "as in each fresh clone, where CI asks");
    sandbox.file(".git/info/exclude", ".support\n");
    sandbox.run(&["doctor", "--repair"]).ok();
    assert_eq!(rules(&sandbox, 0), ["support.ignored"]);
    sandbox.shell("touch -d '1 hour ago' .git/packed-refs.lock").ok();
    let page = sandbox.run(&["doctor"]);
    assert!(page.stdout.contains("lock.old") && page.stdout.contains("rm "), "{page:?}");
}

#[test]
fn what_history_holds_is_brought_back() {
    let (sandbox, id) = clean();
    sandbox.is_tampered_with();
    let path = path_of(&id);
    sandbox.run(&["comment", &id, "-m", "Said once."]).ok();
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    let gone = sandbox.ticket("Taken away");
    // A person commits an old version, and takes another file away.
    sandbox.git(&["checkout", "-q", "HEAD~3", "--", &path]);
    sandbox.git(&["rm", "-q", &path_of(&gone)]);
    sandbox.git(&["commit", "-qm", "Oops"]);
    sandbox.run(&["comment", &id, "-m", "Said after."]).ok();
    assert_eq!(rules(&sandbox, 3), ["history.lost", "history.lost"]);
    let said = sandbox.run(&["doctor", "--repair"]).ok();
    assert!(
        said.contains("2 of its entries are gone") && said.contains("2 repaired, no problems left"),
        "{said}"
    );
    let log = sandbox.run(&["log", &id]).ok();
    assert!(log.contains("Said once.") && log.contains("Said after.") && log.contains("major"), "{log}");
    assert_eq!(sandbox.field(&gone, "title"), "Taken away");
    assert!(sandbox.subjects()[0].starts_with("support: repair 2 tickets"));
    assert!(sandbox.git(&["log", "-1", "--format=%B"]).contains("Support-Action: repair"));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

/// Git reads its index before it locks it: what is committed in between is not in what it commits.
fn committed_with_an_index_from_before(sandbox: &Sandbox) -> String {
    sandbox.file("app.log", "502\n");
    let index = std::fs::read(sandbox.repo().join(".git/index")).unwrap();
    let id = sandbox.run_unwatched(&["new", "Raced", "--attach", "app.log"], "").ok().trim().to_owned();
    std::fs::write(sandbox.repo().join(".git/index"), index).unwrap();
    sandbox.git(&["commit", "-qam", "By a person"]);
    sandbox.is_tampered_with();
    assert!(!sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]).contains(&path_of(&id)));
    assert!(sandbox.repo().join(path_of(&id)).exists());
    id
}

#[test]
fn what_a_race_with_git_leaves_in_the_work_tree_is_not_in_the_way() {
    let (sandbox, _) = clean();
    let id = committed_with_an_index_from_before(&sandbox);
    assert!(rules(&sandbox, 3).contains(&"history.lost".to_owned()));
    let said = sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
    assert!(said.contains("no problems left"), "{said}");
    assert_eq!(sandbox.field(&id, "title"), "Raced");
    assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "");
    assert!(sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]).contains("app.log"));
}

#[test]
fn what_somebody_wrote_into_such_a_file_is_kept() {
    for edit in ["s/Raced/Raced, by hand/", "$a severity: minor", "1i # seen"] {
        let (sandbox, _) = clean();
        let id = committed_with_an_index_from_before(&sandbox);
        sandbox.shell(&format!("sed -i '{edit}' {}", path_of(&id))).ok();
        let read = || std::fs::read_to_string(sandbox.repo().join(path_of(&id))).unwrap();
        let before = read();
        let said = sandbox.run_unwatched(&["doctor", "--repair"], "");
        assert_ne!(said.status, Some(0), "{edit}: {said:?}");
        assert_eq!(read(), before, "{edit}");
    }
}

#[test]
fn heads_links_and_forms_are_repaired() {
    let (sandbox, id) = clean();
    sandbox.is_tampered_with();
    let other = sandbox.ticket("Other");
    let text = sandbox.ticket_file(&id).replace("status: new", "severity: major\nstatus: new");
    commit(&sandbox, &path_of(&id), &text.replace("schema: 2", "# by hand\nschema: 2"));
    let text = sandbox.ticket_file(&other);
    let text = text.replace("timeline:", &format!("links:\n  blocks: [{id}]\ntimeline:"));
    commit(&sandbox, &path_of(&other), &text);
    let mut found = rules(&sandbox, 3);
    found.sort();
    assert_eq!(found, ["file.canonical", "head.unaccounted", "head.unaccounted", "link.one-way"]);
    sandbox.run(&["doctor", "--repair"]).ok();
    assert_eq!(rules(&sandbox, 0), [""; 0]);
    assert_eq!(sandbox.field(&id, "severity"), "major");
    assert_eq!(sandbox.field(&id, "links"), serde_json::json!({"blocked-by": [other]}));
    assert!(sandbox.run(&["log", &id]).ok().contains("Repaired by doctor."));
}

#[test]
fn conflicts_are_settled_from_their_stages_and_from_committed_markers() {
    let (sandbox, id) = clean();
    let path = path_of(&id);
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.run(&["edit", &id, "--severity", "critical"]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.run(&["comment", &id, "-m", "Here."]).ok();
    // A clone without the driver, as of somebody who has not installed git-support.
    let merge = ["-c", "merge.support.driver=false", "merge", "side"];
    assert_ne!(sandbox.try_git(&merge).status, Some(0));
    assert_eq!(rules(&sandbox, 3), ["merge.conflict"]);
    assert!(sandbox.run_unwatched(&["save"], "").fails(1).contains("doctor --repair"));
    let said = sandbox.run_unwatched(&["doctor", "--repair"], "");
    assert!(said.stderr.contains("continue with git"), "{said:?}");
    sandbox.git(&["commit", "-q", "--no-edit"]);
    assert_eq!((sandbox.field(&id, "severity"), rules(&sandbox, 0)), ("critical".into(), Vec::new()));
    let settled = sandbox.ticket_file(&id);
    assert!(settled.contains("Here."));
    // The same, committed by a forge with its markers.
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let ours = sandbox.ticket_file(&id);
    let theirs = sandbox.git(&["show", &format!("side:{path}")]);
    let marked = format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> side\n");
    commit(&sandbox, &path, &marked);
    let list = sandbox.run(&["list"]);
    assert!(list.stderr.contains("conflict markers"), "{list:?}");
    sandbox.run(&["doctor", "--repair"]).ok();
    assert_eq!(sandbox.ticket_file(&id), settled);
    assert_eq!(rules(&sandbox, 0), [""; 0]);
    // An audit notes that the file could not be read for a while.
    sandbox.is_tampered_with();
    assert!(sandbox.run(&["audit"]).ok().contains("has conflict markers; it was repaired since"));
}

#[test]
fn a_rebase_that_stopped_at_a_ticket_goes_on() {
    let (sandbox, id) = clean();
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.run(&["edit", &id, "--severity", "critical"]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.run(&["comment", &id, "-m", "Here."]).ok();
    sandbox.git(&["checkout", "-q", "side"]);
    assert_ne!(sandbox.try_git(&["-c", "merge.support.driver=false", "rebase", "main"]).status, Some(0));
    assert!(sandbox.run(&["list"]).ok().contains("Pay fails"), "a rebase is no reason not to read");
    sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
    sandbox.git(&["-c", "core.editor=true", "rebase", "--continue"]);
    let log = sandbox.run(&["log", &id]).ok();
    assert!(log.contains("Here.") && log.contains("critical"), "{log}");
}

/// What a script leaves of the severity and the title of the story's ticket, and the whole of what was said.
fn repaired(script: &str) -> (Vec<String>, String) {
    let (sandbox, tools) = story();
    let said = sandbox.shell(&format!("exec 2>&1\n{tools}{ENFORCED}{script}")).ok();
    let shown = sandbox.shell(&format!("{tools}git support show $a --json")).ok();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    (["severity", "title"].map(|field| shown[field].as_str().unwrap_or_default().to_owned()).to_vec(), said)
}

#[test]
fn a_repair_lends_nobody_a_right() {
    let forged = "sed -i 's/^severity: .*/severity: blocker/; s/^title: .*/title: Cards fail/' $A; commit; ";
    let repair = "git support doctor --repair || true; git support log $a";
    // An owner who repairs does not decide what somebody else set by hand; a title anybody may set.
    let (fields, said) = repaired(&format!("{forged}as_pat {repair}"));
    assert_eq!(fields, ["major", "Cards fail"], "{said}");
    assert!(said.contains("severity is put back: Dana Li in ") && said.contains("Dana Li in "), "{said}");
    assert!(said.contains("had set title by hand."), "{said}");
    // Nor does who set it themselves, and may not: what the entries say comes back, and stays.
    let again = "git support doctor --repair; git support doctor; git rev-list --count HEAD >n; git support doctor --repair; git rev-list --count HEAD | cmp - n";
    let (fields, said) = repaired(&format!("{forged}{again}"));
    assert_eq!(fields, ["major", "Cards fail"], "{said}");
    assert!(said.contains("severity is put back") && said.contains("no problems found"), "{said}");
    // What no ticket of its status has goes; a status that no step leads to is put back, and keeps it.
    let waits = "printf 'deferral:\\n  to: customer\\n  follow_up: 2099-12-01T00:00:00Z\\n' >d; sed -i '/^level:/r d' $A; commit; ";
    let (_, said) = repaired(&format!("{waits}{again}; grep -c ^deferral: $A || true"));
    assert!(said.contains("deferral is put back") && said.ends_with("\n0\n"), "{said}");
    let status = "git support -q pend $a -m x; sed -i 's/^status: .*/status: triaged/' $A; commit; ";
    let (_, said) = repaired(&format!("{status}{again}; grep -c ^deferral: $A || true"));
    assert!(said.contains("no problems found") && said.ends_with("\n1\n"), "{said}");
    // In a merge that stopped, too.
    let aside = "git checkout -qb side; ";
    let merge = "git checkout -q main; sed -i 's/^status:/# x\\nstatus:/' $A; commit; \
        as_pat git support -q comment $a -m Here.; git -c merge.support.driver=false merge -q side || true; ";
    let (fields, said) =
        repaired(&format!("{aside}{forged}{merge}as_pat git support doctor --repair; git commit -qm Merge"));
    assert_eq!(fields, ["major", "Cards fail"], "{said}");
    // An owner's own edit by hand is the owner's, whoever repairs: who may not, leaves it to who may.
    let own = forged.replace("commit;", "as_pat git commit -qam Edit;");
    let (fields, said) = repaired(&format!("{own}{repair}"));
    assert!(said.contains("was not repaired: "), "{said}");
    assert_eq!(fields[0], "blocker", "{said}");
    assert_eq!(repaired(&format!("{own}as_pat {repair}")).0, ["blocker", "Cards fail"]);
    // Where who repairs may only propose, what an owner decided by hand stays, as their proposal.
    let warns = "as_pat git support -q config set policy.severity_by_owner warn; ";
    let (fields, said) = repaired(&format!("{warns}{own}{repair}"));
    assert_eq!(fields, ["blocker", "Cards fail"], "{said}");
    assert!(!said.contains("is put back"), "{said}");
}

#[test]
fn what_a_broken_ticket_had_attached_is_not_to_go() {
    let (sandbox, id) = clean();
    sandbox.file("app.log", "502\n");
    sandbox.run_unwatched(&["attach", &id, "app.log"], "").ok();
    sandbox.is_tampered_with();
    sandbox.shell(&format!("echo 'status: [' >>{0}; git commit -qm x -- {0}", path_of(&id))).ok();
    let said = sandbox.run_unwatched(&["doctor"], "").stdout;
    assert!(said.contains(&format!("ticket {id} cannot be read")) && !said.contains("git rm"), "{said}");
}

#[test]
fn tickets_that_went_to_a_subfolder_with_all_of_ours_are_not_lost() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let id = sandbox.ticket("Pay");
    sandbox.run_unwatched(&["comment", &id, "-m", "Seen."], "").ok();
    sandbox.shell("mkdir shop && git mv .support shop && git commit -qm Move").ok();
    let said = sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
    assert!(said.contains("no problems") && !sandbox.repo().join(".support/tickets").exists(), "{said}");
    // Back at the top, what went meanwhile is.
    sandbox.is_tampered_with();
    sandbox
        .shell("git mv shop/.support . && sed -i 's/Seen/Unseen/' .support/tickets/*/*/*.yaml && sed -i '/^- seq: 2/,$d' .support/tickets/*/*/*.yaml && git add -A && git commit -qm Back")
        .ok();
    assert!(sandbox.run_unwatched(&["doctor", "--repair"], "").stdout.contains("history.lost"));
    assert!(sandbox.ticket_file(&id).contains("note: Seen."));
}

#[test]
fn a_submodule_in_the_place_of_a_ticket_is_named() {
    let sandbox = Sandbox::new().may_be_damaged();
    sandbox.is_tampered_with();
    let id = sandbox.ticket("Gone");
    let path = crate::sandbox::path_of(&id);
    sandbox
        .shell(&format!(
            "git rm -q {path}; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),{path}; git commit -qm x"
        ))
        .ok();
    let said = sandbox.run(&["doctor"]);
    assert!(said.status == Some(3) && said.stdout.contains(&path), "{said:?}");
    for command in ["log", "audit"] {
        let said = sandbox.run(&[command]);
        assert!(!said.stderr.contains("is not a file"), "{command}: {said:?}");
    }
}

/// Where git-support is not on git's path, a revert ends in a conflict: settled, it takes back what the driver would.
#[test]
fn a_revert_in_conflict_is_settled_as_an_undo() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let script = |settle: &str| {
        format!(
            "unset GIT_SUPPORT_SEED; A=$(git support new Aaa); git support triage $A --severity blocker; R=$(git rev-parse HEAD)
             git support comment $A -m later; git support edit $A --label x; {settle}
             git support show $A --json"
        )
    };
    let by_hand = "git -c merge.support.driver=false revert --no-edit $R && exit 9; git support doctor --repair 2>../said
                   git -c core.editor=true revert --continue || exit 8";
    let settled = sandbox.shell(&script(by_hand)).ok();
    let said = std::fs::read_to_string(sandbox.root().join("said")).unwrap();
    assert!(said.contains("continue with git revert --continue"), "{said}");
    let driven = sandbox.shell(&script("git revert --no-edit $R")).ok();
    for shown in [settled, driven] {
        let json = shown.lines().skip_while(|line| *line != "{").collect::<Vec<_>>().join("\n");
        let ticket: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|_| panic!("{shown}"));
        assert_eq!((ticket["severity"].as_str(), ticket["status"].as_str()), (None, Some("new")), "{shown}");
        assert_eq!(ticket["labels"][0], "x", "{shown}");
    }
}
