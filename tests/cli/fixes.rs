//! Which commits fix a ticket, and what a clone that lacks some of history says of it.

use crate::sandbox::Sandbox;

/// A commit that names a ticket.
pub(crate) fn naming(sandbox: &Sandbox, trailer: &str, id: &str) {
    let trailer = format!("{trailer}: {id}");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Work", "--trailer", &trailer]);
    sandbox.run(&["scan"]).ok();
}

#[test]
fn only_what_was_fixed_is_in_the_notes_of_a_release() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let [open, refused, later, undone, parts, again, mistaken] =
        ["Open", "Refused", "Later", "Undone", "In parts", "Again", "Mistaken"]
            .map(|title| sandbox.ticket(title));
    for id in [&open, &refused, &later, &parts] {
        naming(&sandbox, "Support-Ticket", id);
    }
    naming(&sandbox, "Resolves-Ticket", &undone);
    sandbox.run(&["undo"]).ok();
    for id in [&again, &mistaken] {
        naming(&sandbox, "Resolves-Ticket", id);
        sandbox.run(&["reopen", id, "-m", "It fails still."]).ok();
    }
    sandbox.run(&["resolve", &mistaken, "--as", "fixed", "-m", "It does not."]).ok();
    sandbox.run(&["resolve", &refused, "--as", "wont-fix", "-m", "No."]).ok();
    sandbox.run(&["resolve", &later, "--as", "fixed", "-m", "By that commit."]).ok();
    sandbox.git(&["tag", "v1"]);
    naming(&sandbox, "Resolves-Ticket", &parts);
    naming(&sandbox, "Resolves-Ticket", &again);
    sandbox.git(&["tag", "v2"]);
    for (version, tag) in [("1", "v1"), ("2", "v2")] {
        sandbox.run(&["release", "handover", version, "--tag", tag]).ok();
    }
    let all = [&open, &refused, &later, &undone, &parts, &again, &mistaken];
    let fixed = |version: &str| -> Vec<&str> {
        let notes = sandbox.run(&["release", "notes", version]).ok();
        all.iter().map(|id| id.as_str()).filter(|id| notes.contains(id)).collect()
    };
    assert_eq!(fixed("1"), [&later, &mistaken]);
    assert_eq!(fixed("2"), [&parts, &again]);
    for id in all {
        let page = sandbox.run(&["show", id]).ok();
        let said =
            page.lines().find_map(|line| line.trim().strip_prefix("fixed in")).unwrap_or_default().trim();
        let expected = match id {
            id if id == &later || id == &mistaken => "1, 2",
            id if id == &parts || id == &again => "2",
            _ => "",
        };
        assert_eq!(said, expected, "{page}");
    }
}

#[test]
fn every_commit_that_a_message_takes_back_is_taken_back() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let (first, second) = (sandbox.ticket("First"), sandbox.ticket("Second"));
    let commit = |message: &str| {
        sandbox.git(&["commit", "-q", "--allow-empty", "-m", message]);
        sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned()
    };
    let other = commit("Other");
    let fixes = [commit(&format!("Fix\n\nFixes: {first}")), commit(&format!("Fix\n\nFixes: {second}"))];
    commit(&format!(
        "Go back\n\n* Revert \"Other\"\n\nThis reverts commit {other}.\n\n* Revert \"Fix\"\n\nThis reverts commit {}.\n\n\
         This reverts commit {}.",
        fixes[0],
        &fixes[1][..12]
    ));
    sandbox.git(&["tag", "v1"]);
    sandbox.run(&["scan"]).ok();
    sandbox.run(&["release", "handover", "1", "--tag", "v1"]).ok();
    for id in [&first, &second] {
        assert_eq!(sandbox.field(id, "status"), "new");
        assert!(!sandbox.run(&["release", "notes", "1"]).ok().contains(id.as_str()));
    }
}

#[test]
fn a_tag_that_is_not_here_is_named() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("A");
    naming(&sandbox, "Resolves-Ticket", &id);
    for version in ["1", "2"] {
        sandbox.git(&["tag", &format!("v{version}")]);
        sandbox.run(&["release", "handover", version, "--tag", &format!("v{version}")]).ok();
    }
    sandbox.git(&["tag", "-d", "v2"]);
    let notes = sandbox.run(&["release", "notes", "1"]);
    assert!(notes.stderr.contains("tag v2 of 2 is not in this clone"), "{notes:?}");
    assert!(notes.ok().contains(&id));
    let page = sandbox.run(&["show", &id]);
    assert!(page.stderr.contains("tag v2 of 2 is not in this clone"), "{page:?}");
    assert!(page.ok().contains("fixed in       1\n"));
    assert!(sandbox.run(&["release", "notes", "2"]).fails(1).contains("git fetch --tags"));
    sandbox.git(&["tag", "-d", "v1"]);
    let page = sandbox.run(&["show", &id]);
    assert!(page.stderr.contains("tags v1 of 1, v2 of 2 are not in this clone"), "{page:?}");
}

#[test]
fn a_shallow_clone_says_that_it_does_not_know_all() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let id = sandbox.ticket("A about code.c");
    sandbox.file("code.c", "int one;\n");
    sandbox.git(&["add", "code.c"]);
    sandbox.git(&["commit", "-qm", &format!("Fix\n\nResolves-Ticket: {id}")]);
    sandbox.run(&["scan"]).ok();
    sandbox.git(&["tag", "v1"]);
    sandbox.run(&["release", "handover", "1", "--tag", "v1"]).ok();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Later"]);
    let clone = |words: &str| {
        sandbox.shell(&format!(
            "rm -rf s && git clone -q --depth 1 --no-single-branch file://$PWD s && cd s && {words}"
        ))
    };
    for words in [
        "release notes 1",
        "log",
        "log ID",
        "blame ID",
        "show ID",
        "handover ID",
        "assign ID --suggest",
        "scan",
    ] {
        let words = words.replace("ID", &id);
        let said = clone(&format!("git support {words}"));
        assert!(said.stderr.contains("git fetch --unshallow"), "{words}: {said:?}");
        let whole = clone(&format!("git fetch -q --unshallow && git support {words}"));
        assert!(!whole.stderr.contains("shallow"), "{words}: {whole:?}");
    }
    assert!(!clone(&format!("git support list && git support show {id} --json")).stderr.contains("index"));
}

/// A fix that was amended, or squashed, after `scan` had found it is in the history by its new name: nothing is lost.
#[test]
fn a_fix_that_was_amended_and_found_again_is_no_lost_one() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init", "--branch", "tickets", "--owner", "me"]).ok();
    sandbox.git(&["tag", "v1"]);
    sandbox.run(&["release", "handover", "1", "--tag", "v1", "-m", "x"]).ok();
    let id = sandbox.ticket("Pay fails");
    let amend = format!(
        "unset GIT_SUPPORT_SEED; echo 1 >d.c; git add d.c; git commit -qm 'Fix it' --trailer 'Resolves-Ticket: {id}'; git-support scan
         git commit -q --amend -m 'Fix it better' --trailer 'Resolves-Ticket: {id}'"
    );
    sandbox.shell(&amend).ok();
    assert!(sandbox.run(&["release", "notes", "1"]).stderr.contains("in no branch or tag"));
    sandbox.run(&["scan"]).ok();
    let notes = sandbox.run(&["release", "notes", "1"]);
    assert!(notes.status == Some(0) && !notes.stderr.contains("in no branch or tag"), "{notes:?}");
    sandbox.git(&["tag", "v2"]);
    sandbox.run(&["release", "handover", "2", "--tag", "v2", "-m", "x"]).ok();
    assert!(sandbox.run(&["release", "notes", "2"]).ok().contains(&id));
}

/// A revert that is reverted brings a fix back, whose ticket was opened again meanwhile: `scan` says how it counts.
#[test]
fn a_fix_that_came_back_is_named() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init", "--branch", "tickets", "--owner", "me"]).ok();
    let id = sandbox.ticket("Pay fails");
    let script = format!(
        "unset GIT_SUPPORT_SEED; export GIT_EDITOR=true
         echo 1 >d.c; git add d.c; git commit -qm 'Fix it' --trailer 'Resolves-Ticket: {id}'; git-support scan
         git revert --no-edit HEAD >/dev/null; git-support scan; git-support reopen {id} -m back
         git revert --no-edit HEAD >/dev/null"
    );
    sandbox.shell(&script).ok();
    let said = sandbox.run(&["scan"]).stderr;
    let command =
        said.split("if it does: ").nth(1).unwrap_or_else(|| panic!("{said}")).lines().next().unwrap();
    assert!(said.contains("brings back"), "{said}");
    // Said once.
    assert!(!sandbox.run(&["scan"]).stderr.contains("brings back"));
    sandbox.shell(command).ok();
    assert_eq!(sandbox.field(&id, "status"), "resolved");
    sandbox.git(&["tag", "v1"]);
    sandbox.run(&["release", "handover", "1", "--tag", "v1", "-m", "x"]).ok();
    assert!(sandbox.run(&["release", "notes", "1"]).ok().contains(&id));
}

/// A rebase and a cherry-pick leave the name in a revert as it was: it reverts what became of that commit.
#[test]
fn a_revert_reaches_the_copies_of_what_it_names() {
    let fix = "echo f >fix; git add fix; git commit -qm 'Fix it' -m \"Resolves-Ticket: $id\"";
    for (way, is_fixed) in [
        // Rebased, the fix and its revert; and the revert of that.
        (
            "git switch -qc topic; FIX; git revert --no-edit HEAD; git switch -q main; OTHER; git switch -q topic; git rebase -q main; git switch -q main; git merge -q topic",
            false,
        ),
        (
            "git switch -qc topic; FIX; git revert --no-edit HEAD; git revert --no-edit HEAD; git switch -q main; OTHER; git switch -q topic; git rebase -q main; git switch -q main; git merge -q topic",
            true,
        ),
        // Picked beside it, with and without the name of the original.
        (
            "git branch maint; FIX; F=$(git rev-parse HEAD); git revert --no-edit $F; V=$(git rev-parse HEAD); git switch -q maint; OTHER; git cherry-pick $F $V",
            false,
        ),
        (
            "git branch maint; FIX; F=$(git rev-parse HEAD); git revert --no-edit $F; V=$(git rev-parse HEAD); git switch -q maint; OTHER; git cherry-pick $F; git cherry-pick -x $V",
            false,
        ),
        (
            "git branch maint; FIX; F=$(git rev-parse HEAD); git revert --no-edit $F; git switch -q maint; OTHER; git cherry-pick $F",
            true,
        ),
        // An earlier one of that subject that nobody reverted, counts.
        (
            "FIX; git switch -qc topic; echo f2 >fix; git commit -qam 'Fix it' -m \"Resolves-Ticket: $id\"; git revert --no-edit HEAD; git switch -q main; OTHER; git switch -q topic; git rebase -q main; git switch -q main; git merge -q topic",
            true,
        ),
        // Another of that subject, after the revert, counts.
        (
            "git switch -qc topic; FIX; git revert --no-edit HEAD; git switch -q main; OTHER; git switch -q topic; git rebase -q main; FIX; git switch -q main; git merge -q topic",
            true,
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-qu"]);
        let id = sandbox.run(&["new", "Bug"]).ok().trim().to_owned();
        let way = way.replace("FIX", fix).replace("OTHER", "echo q >q; git add q; git commit -qm Other");
        sandbox.shell(&format!("id={id}; {{ {way}; }} >&2; git tag v1; git switch -q main; git support scan; git support edit {id} --commit $(git log --all --format=%H --grep='^Fix it' | tail -1)")).ok();
        assert_eq!(sandbox.try_git(&["cat-file", "-e", "v1:fix"]).status == Some(0), is_fixed, "{way}");
        sandbox.run(&["release", "handover", "1", "--tag", "v1", "-m", "x"]).ok();
        let notes = sandbox.run(&["release", "notes", "1"]);
        if sandbox.field(&id, "status") == "resolved" {
            assert_eq!(notes.stdout.contains("Bug"), is_fixed, "{way}: {notes:?}");
        } else {
            assert!(is_fixed || !notes.stdout.contains("Bug"), "{way}: {notes:?}");
        }
    }
}

/// What did not help counts in no release, picked or rebased: neither `scan` nor the notes say otherwise.
#[test]
fn a_fix_from_before_a_reopening_is_in_no_release() {
    for way in [
        "git switch -q maint; echo z >z; git add z; git commit -qm Other; git cherry-pick $F",
        "git switch -q maint; echo z >z; git add z; git commit -qm Other; git cherry-pick -x $F",
        "git revert --no-edit $F; git cherry-pick $F",
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-qu"]);
        let id = sandbox.run(&["new", "Bug"]).ok().trim().to_owned();
        let script = format!(
            "git branch maint; echo f >fix; git add fix; git commit -qm 'Fix it' -m 'Resolves-Ticket: {id}'; F=$(git rev-parse HEAD)
             git support scan; GIT_SUPPORT_NOW=2027-01-01T00:00:00Z GIT_AUTHOR_DATE=2027-01-01T00:00:00Z GIT_COMMITTER_DATE=2027-01-01T00:00:00Z git support reopen {id} -m 'Does not help.'
             {{ {way}; }} >&2; git tag v1; git switch -q main; git support release handover 1 --tag v1 -m x"
        );
        sandbox.shell(&script).ok();
        assert_eq!(sandbox.field(&id, "status"), "in-progress");
        let notes = sandbox.run(&["release", "notes", "1"]);
        assert!(!notes.stdout.contains("Bug"), "{way}: {notes:?}");
        assert!(!sandbox.run(&["show", &id]).ok().contains("fixed in"), "{way}");
    }
}

#[test]
fn a_fix_that_was_reverted_before_anybody_linked_it_is_in_no_notes() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    let id = sandbox.ticket("Open");
    sandbox.shell(&format!("git commit -q --allow-empty -m a -m 'Resolves-Ticket: {id}'; git tag v1; git revert --no-edit --allow-empty HEAD || git commit -q --allow-empty -m 'Revert \"a\"' -m \"This reverts commit $(git rev-parse v1).\"")).ok();
    sandbox.run(&["release", "handover", "1", "--tag", "v1"]).ok();
    sandbox.run(&["scan"]).ok();
    for _ in 0..2 {
        assert!(sandbox.run(&["release", "notes", "1"]).ok().contains("No ticket is fixed"));
        assert!(!sandbox.run(&["show", &id]).ok().contains("fixed in"));
        // A commit that only has to do with it says nothing of the other.
        naming(&sandbox, "Support-Ticket", &id);
    }
}

#[test]
fn one_build_of_two_releases_is_told_of_in_the_first() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("T");
    sandbox.git(&["stash", "-qu"]);
    naming(&sandbox, "Resolves-Ticket", &id);
    sandbox.shell("git tag v2.0.0; git tag v2.0.0-rc1").ok();
    for version in ["2.0.0", "2.0.0-rc1"] {
        sandbox.run(&["release", "handover", version, "--tag", &format!("v{version}")]).ok();
    }
    let has = |version: &str| sandbox.run(&["release", "notes", version]).ok().contains(&id);
    assert!(has("2.0.0-rc1") && !has("2.0.0"));
}

#[test]
fn what_a_revert_says_below_its_subject_is_its_own() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    let [one, other] = ["One", "Other"].map(|title| sandbox.ticket(title));
    sandbox.shell(&format!("git commit -q --allow-empty -m 'Cause'; git commit -q --allow-empty -m 'Revert \"Parser: fixes {other}\"' -m \"This reverts commit $(git rev-parse HEAD) as it crashed.\" -m 'Fixes {one}'")).ok();
    sandbox.run(&["scan"]).ok();
    let status = |id: &str| sandbox.run(&["list", &format!("id:{id}"), "--all", "--format", "csv"]).ok();
    assert!(status(&one).contains("resolved") && status(&other).contains(",new,"), "{}", status(&one));
}

#[test]
fn a_merge_has_changed_what_it_brought() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    let id = sandbox.ticket("T");
    let merges = format!(
        "for f in z aa ab; do echo $f >$f.c; done; git add *.c; git commit -qm base; git switch -qc topic; echo w >>z.c; git commit -qam topic
         git switch -q -; for f in aa ab; do seq 20 >>$f.c; done; git commit -qam unrelated; git merge -q --no-ff topic -m Merge -m 'Support-Ticket: {id}'"
    );
    sandbox.shell(&merges).ok();
    sandbox.run(&["scan"]).ok();
    let handover = sandbox.run(&["handover", &id]).ok();
    assert!(handover.contains("**files**: z.c\n"), "{handover}");
}
