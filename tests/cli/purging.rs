//! `purge`: what must not be in the tree any more goes, and nobody brings it back.

use std::fmt::Write as _;

use crate::sandbox::{Sandbox, has_tool, leave_out, path_of};
use crate::tampering::{found, story};

/// A ticket with texts in each place, an attachment and a link.
pub(crate) fn full(sandbox: &Sandbox) -> (String, String) {
    let id = sandbox.run(&["new", "Ann Leroux cannot pay", "-m", "Born 1970-01-01."]).ok().trim().to_owned();
    let other = sandbox.ticket("Another");
    sandbox.run(&["comment", &id, "-m", "Ann called."]).ok();
    sandbox.file("passport.txt", "Ann Leroux\n");
    sandbox.run(&["attach", &id, "passport.txt"]).ok();
    sandbox.run(&["link", &id, "relates-to", &other]).ok();
    (id, other)
}

/// True where the tree of a commit holds a word.
fn holds(sandbox: &Sandbox, revision: &str, word: &str) -> bool {
    sandbox.try_git(&["grep", "-q", word, revision, "--", ".support"]).status == Some(0)
}

#[test]
fn nothing_but_who_and_why_remains() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let (id, other) = full(&sandbox);
    sandbox.run(&["purge", &id]).fails(2);
    let preview = sandbox.run(&["purge", &id, "-m", "x", "--dry-run"]).ok();
    assert!(preview.contains("-title: Ann Leroux cannot pay"), "{preview}");
    let purged = sandbox.run(&["purge", &id, "-m", "Privacy request 7."]);
    assert!(
        purged.stderr.contains(&format!("linked to {id}, and may quote it: {other}")),
        "{}",
        purged.stderr
    );
    purged.ok();
    for word in ["Leroux", "1970", "Ann called"] {
        assert!(!holds(&sandbox, "HEAD", word), "{word}");
    }
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD", ".support/attachments"]), "");
    let message = sandbox.git(&["log", "-1", "--format=%B"]);
    assert!(!message.contains("Leroux") && message.contains("Privacy request 7."), "{message}");
    assert!(sandbox.ticket_file(&id).starts_with("schema: 3\n"));
    let shown = sandbox.run(&["show", &id]).ok();
    assert!(shown.contains("(purged)") && shown.contains("Privacy request 7."), "{shown}");
    // Doctor finds nothing to restore, and no step leads on.
    sandbox.run(&["doctor", "--repair"]).ok();
    assert!(!holds(&sandbox, "HEAD", "Leroux"));
    for arguments in [
        vec!["comment", &id, "-m", "x"],
        vec!["reopen", &id],
        vec!["edit", &id, "--title", "Ann"],
        vec!["undo", &id],
        vec!["undo"],
    ] {
        let refused = sandbox.run(&arguments);
        assert_eq!(refused.status, Some(1), "{arguments:?} {}", refused.stderr);
    }
    // Again, it is so already.
    sandbox.run(&["purge", &id, "-m", "Again."]).ok();
    assert_eq!(sandbox.field(&id, "timeline").as_array().unwrap().len(), 1);
    assert_eq!(sandbox.run(&["list", "--all", "leroux"]).ok(), "");
    let audit = sandbox.run(&["audit"]).ok();
    assert!(audit.contains("ticket.purged") && audit.contains("Dana Li purged it"), "{audit}");
}

#[test]
fn a_clone_that_has_not_heard_of_it_brings_nothing_back() {
    let sandbox = Sandbox::unborn();
    sandbox.is_tampered_with();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let (id, _) = full(&sandbox);
    sandbox.git(&["switch", "-qc", "side"]);
    sandbox.run(&["comment", &id, "-m", "Leroux again."]).ok();
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.run(&["purge", &id, "-m", "Privacy."]).ok();
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    assert!(!holds(&sandbox, "HEAD", "Leroux"));
    // The other way round, and across branches.
    sandbox.git(&["switch", "-q", "side"]);
    assert!(!sandbox.run(&["show", &id, "--all-branches"]).ok().contains("Leroux"));
    sandbox.git(&["merge", "-q", "--no-edit", "main~1"]);
    sandbox.git(&["merge", "-q", "--no-edit", "main"]);
    assert!(!holds(&sandbox, "HEAD", "Leroux"));
    sandbox.run(&["audit"]).ok();
}

#[test]
fn who_may_purge_and_what_the_audit_sees() {
    let lines = [
        // Who leads may.
        ("as_pat git support purge $a -m 'Privacy.'", "ticket.purged", Some(0)),
        // Who does not lead may not, and makes the file in vain.
        (
            "next; git switch -qc x; as_pat git support purge $a -m P.; git show HEAD:$A | sed 's/Pat Roe <pat@/Dana Li <dana@/' >../f; \
             git switch -q main; git branch -qD x; cp ../f $A; git rm -qr .support/attachments; commit",
            "purge.role ticket.purged",
            Some(3),
        ),
        // In a lead's name.
        (
            "next; git switch -qc x; as_pat git support purge $a -m P.; git show HEAD:$A | sed 's/note: P./note: Q./' >../f; \
             git switch -q main; git branch -qD x; cp ../f $A; git rm -qr .support/attachments; commit",
            "entry.author ticket.purged",
            Some(3),
        ),
        // Under the name of a purge, one entry alone goes.
        (
            "next; git switch -qc x; as_pat git support purge $a -m P.; git show HEAD:$A | sed -n '/^- seq/,$p' >../f; \
             git switch -q main; git branch -qD x; drop 4; cat ../f >>$A; as_pat commit",
            "timeline.removed",
            Some(3),
        ),
        // What was purged is brought back by hand.
        (
            "as_pat git support purge $a -m P.; next; git checkout -q HEAD~1 -- $A; commit",
            "purge.undone",
            Some(3),
        ),
    ];
    let mut wrong = String::new();
    for (script, rules, status) in lines {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let (names, is) = found(&sandbox, &[]);
        let has_all = rules.split(' ').all(|rule| names.iter().any(|name| name == rule));
        if !has_all || is != status {
            let said = sandbox.run_unwatched(&["audit"], "").stdout;
            writeln!(wrong, "{script}\nexpected {rules}, found {names:?} {is:?}\n{said}").unwrap();
        }
    }
    assert_eq!(wrong, "");
    let (sandbox, tools) = story();
    let refused = sandbox.shell(&format!("{tools}git support purge $a -m x"));
    assert!(
        refused.stderr.contains("is not allowed to purge tickets (allowed: Pat Roe)"),
        "{}",
        refused.stderr
    );
}

#[test]
fn what_ended_long_ago_is_listed() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let refused = sandbox.run(&["purge"]).fails(2);
    assert!(refused.contains("git support config set policy.retain 3y"), "{refused}");
    sandbox.run(&["config", "set", "policy.retain", "soon"]).fails(1);
    sandbox.run(&["config", "set", "policy.retain", "1y"]).ok();
    let old = sandbox.ticket("Long ago");
    sandbox.ticket("Still open");
    sandbox.run(&["resolve", &old, "--as", "answered"]).ok();
    assert_eq!(sandbox.run(&["purge"]).ok(), "");
    let later = sandbox.shell("GIT_SUPPORT_NOW=2027-12-24T09:00:00Z git support purge").ok();
    assert!(later.contains("Long ago") && !later.contains("Still open"), "{later}");
    sandbox.run(&["purge", &old, "-m", "Kept long enough."]).ok();
    assert_eq!(sandbox.shell("GIT_SUPPORT_NOW=2027-12-24T09:00:00Z git support purge").ok(), "");
}

#[test]
fn the_commands_that_are_printed_take_it_out_of_history() {
    if !has_tool("git-filter-repo") {
        return leave_out("git-filter-repo");
    }
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let (id, other) = full(&sandbox);
    // Of code, and of two tickets.
    sandbox
        .shell(&format!(
            "git stash -qu; git commit -q --allow-empty -m 'Fix the login page' -m 'A long story.' -m 'Resolves-Ticket: {id}'
             git support comment {id} {other} -m 'Asked for both.'; git support comment {id} -m 'Leroux again.'; git revert --no-edit HEAD"
        ))
        .ok();
    let purged = sandbox.run(&["purge", &id, "-m", "Privacy."]);
    let commands: Vec<&str> = purged.stderr.lines().filter_map(|line| line.strip_prefix("  git ")).collect();
    assert_eq!(commands.len(), 2, "{}", purged.stderr);
    let script =
        format!("git clone -q . ../copy && cd ../copy && git {} && git {}", commands[0], commands[1]);
    sandbox.shell(&script).ok();
    let left =
        sandbox.shell("cd ../copy; git log -p --all | grep -c Leroux; git grep -c Another HEAD -- .support");
    assert!(left.stdout.starts_with("0\n") && left.stdout.contains(&path_of(&other)), "{}", left.stdout);
    let shown = sandbox.shell(&format!("cd ../copy; git support show {id}; git support show {other}"));
    assert!(shown.stdout.contains("(purged)") && shown.stdout.contains("Another"), "{}", shown.stdout);
    let messages = sandbox.shell("cd ../copy; git log --format=%B").stdout;
    for kept in [
        format!("Fix the login page\n\nA long story.\n\nResolves-Ticket: {id}\n"),
        format!("Support-Ticket: {id}\n"),
        "Support-Action: comment\n".to_owned(),
    ] {
        assert!(messages.contains(&kept), "{kept}\n---\n{messages}");
    }
}

#[test]
fn the_commands_work_where_tickets_have_a_branch_of_their_own() {
    if !has_tool("git-filter-repo") {
        return leave_out("git-filter-repo");
    }
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.shell("git rm -rq --cached --ignore-unmatch .support; rm -rf .support; git support init --branch tickets").ok();
    let id = sandbox.run(&["new", "Leroux cannot pay"]).ok().trim().to_owned();
    let purged = sandbox.run(&["purge", &id, "-m", "Privacy."]);
    let commands: Vec<&str> = purged.stderr.lines().filter_map(|line| line.strip_prefix("  git ")).collect();
    sandbox
        .shell(&format!("git clone -q . ../copy && cd ../copy && git {} && git {}", commands[0], commands[1]))
        .ok();
    let shown = sandbox.shell(&format!(
        "cd ../copy; git support --branch tickets show {id}; git log -p --all | grep -c Leroux"
    ));
    assert!(
        shown.stdout.contains("(purged)") && shown.stdout.ends_with("\n0\n"),
        "{}{}",
        shown.stdout,
        shown.stderr
    );
}

/// A purge that somebody made where no team was known reaches a line of history on which it is not theirs to make.
#[test]
fn a_purge_from_before_the_team_is_judged_where_it_is_merged() {
    let as_mal = "export GIT_AUTHOR_NAME=Mal GIT_AUTHOR_EMAIL=mal@example.com GIT_COMMITTER_NAME=Mal GIT_COMMITTER_EMAIL=mal@example.com";
    let as_dana = "export GIT_AUTHOR_NAME='Dana Li' GIT_AUTHOR_EMAIL=dana@example.com GIT_COMMITTER_NAME='Dana Li' GIT_COMMITTER_EMAIL=dana@example.com";
    let purge = "git support purge $a -m x";
    for (script, status) in [
        // From before the team.
        (
            format!(
                "{as_mal}; git switch -qc x early; {purge}; {as_dana}; git switch -q main; git merge -q --no-edit x"
            ),
            3,
        ),
        // The other way round: theirs takes ours in, and ours goes on from there.
        (
            format!(
                "{as_mal}; git switch -qc x early; {purge}; git merge -q --no-edit main; git switch -q main; git merge -q --ff-only x"
            ),
            3,
        ),
        // With a team of their own, made where nobody led.
        (
            format!(
                "{as_mal}; git switch -qc x early; git support -q team add Mal --email mal@example.com --role lead; next; {purge}; {as_dana}; git switch -q main; git merge -q --no-edit -X ours x"
            ),
            3,
        ),
        // A redaction does not come so, either.
        (
            format!(
                "{as_mal}; git switch -qc x early; git support redact $a --text payments -m x; {as_dana}; git switch -q main; git merge -q --no-edit x"
            ),
            3,
        ),
        // Whoever owns the product may, wherever they were.
        (format!("git switch -qc x early; as_pat {purge}; git switch -q main; git merge -q --no-edit x"), 0),
        // A branch that has not heard of the new lead yet takes in what they did.
        (
            format!(
                "git switch -qc x; git support comment $b -m x; git switch -q main; as_pat git support -q team add Lea --email lea@example.com --role lead; next; \
                 export GIT_AUTHOR_NAME=Lea GIT_AUTHOR_EMAIL=lea@example.com GIT_COMMITTER_NAME=Lea GIT_COMMITTER_EMAIL=lea@example.com; {purge}; {as_dana}; \
                 git switch -q x; git merge -q --no-edit main"
            ),
            0,
        ),
    ] {
        let sandbox = Sandbox::unborn();
        sandbox.is_tampered_with();
        sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
        let (a, b) = (sandbox.ticket("Card payments fail"), sandbox.ticket("Another"));
        sandbox.git(&["tag", "early"]);
        sandbox
            .run(&["team", "add", "Pat Roe", "--email", "pat@example.com", "--role", "product-owner"])
            .ok();
        sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1"]).ok();
        let tools = crate::tampering::TOOLS;
        sandbox.shell(&format!("{tools}a={a}; b={b}; next; {script}")).ok();
        let audit = sandbox.run_unwatched(&["audit"], "");
        let is_named = audit.stdout.contains("purge.role") || audit.stdout.contains("redaction.role");
        assert_eq!((audit.status, is_named), (Some(status), status == 3), "{script}\n{}", audit.stdout);
    }
}

#[test]
fn a_purge_without_a_history_is_judged_where_it_is_merged() {
    let (sandbox, tools) = story();
    let script = "as_pat git support purge $a -m P.; git show HEAD:$A | sed 's/Pat Roe <pat@/Dana Li <dana@/' >../f; git switch -q --orphan o; mkdir -p $(dirname $A); cp ../f $A; commit; \
                  git switch -q main; git reset -q --hard before; git merge -q --no-edit --allow-unrelated-histories -X theirs o";
    let _ = sandbox.shell(&format!("{tools}{script}"));
    let (names, status) = found(&sandbox, &[]);
    let said = sandbox.run_unwatched(&["audit"], "").stdout;
    assert!(names.iter().any(|name| name == "purge.role") && status == Some(3), "{said}");
}

#[test]
fn attachments_that_come_back_go_again() {
    let sandbox = Sandbox::unborn();
    sandbox.is_tampered_with();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let (id, _) = full(&sandbox);
    let back = |sandbox: &Sandbox| {
        sandbox.git(&["checkout", "-q", "-B", "side", "HEAD"]);
        sandbox.git(&["switch", "-q", "main"]);
        sandbox.run(&["purge", &id, "-m", "Privacy."]).ok();
        sandbox.git(&["switch", "-q", "side"]);
        sandbox.file("more.txt", "Ann Leroux\n");
        sandbox.run(&["attach", &id, "more.txt"]).ok();
        sandbox.git(&["switch", "-q", "main"]);
        sandbox.git(&["merge", "-q", "--no-edit", "side"]);
        assert!(holds(sandbox, "HEAD", "Leroux"));
    };
    back(&sandbox);
    let doctor = sandbox.run_unwatched(&["doctor"], "");
    assert!(
        doctor.stdout.contains("is of a purged ticket, and is back [evidence.purged]"),
        "{}",
        doctor.stdout
    );
    sandbox.run(&["doctor", "--repair"]).ok();
    assert!(!holds(&sandbox, "HEAD", "Leroux"));
    // Purged again, the same.
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    sandbox.run(&["purge", &id, "-m", "Again."]).ok();
    assert!(!holds(&sandbox, "HEAD", "Leroux"));
}

#[test]
fn nothing_of_it_is_left_in_what_was_derived() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let (id, _) = full(&sandbox);
    sandbox.run(&["list", "leroux"]).ok();
    sandbox.run(&["purge", &id, "-m", "Privacy."]).ok();
    sandbox.run(&["list", "--all"]).ok();
    sandbox.run_unwatched(&["doctor"], "").ok();
    let left = sandbox.shell("grep -rlia leroux .git/support | wc -l").ok();
    assert_eq!(left.trim(), "0");
}

#[test]
fn a_purge_that_is_reverted_is_found() {
    let sandbox = Sandbox::unborn();
    sandbox.is_tampered_with();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let (id, _) = full(&sandbox);
    sandbox.run(&["purge", &id, "-m", "Privacy."]).ok();
    sandbox.git(&["revert", "--no-edit", "HEAD"]);
    let (names, status) = found(&sandbox, &[]);
    assert!(names.iter().any(|name| name == "purge.undone") && status == Some(3), "{names:?}");
    sandbox.run(&["doctor", "--repair"]).ok();
    assert!(!holds(&sandbox, "HEAD", "Leroux"));
    assert_eq!(found(&sandbox, &[]).1, Some(0));
}

#[test]
fn a_step_on_two_tickets_that_is_rebased_over_the_purge_of_one_is_no_lie() {
    let sandbox = Sandbox::new();
    let (gone, kept) = (sandbox.ticket("Gone"), sandbox.ticket("Kept"));
    sandbox.shell("git stash -qu; git branch work").ok();
    sandbox.run_unwatched(&["purge", &gone, "-m", "Privacy."], "").ok();
    sandbox.shell("git switch -q work").ok();
    let resolve = ["resolve", &gone, "--as", "duplicate", "--duplicate-of", &kept, "-m", "The same."];
    sandbox.run_unwatched(&resolve, "").ok();
    sandbox.shell("git rebase -q main").ok();
    let audit = sandbox.run_unwatched(&["audit"], "").ok();
    assert!(audit.contains("note: commit.message") && audit.contains(&gone), "{audit}");
    // Of a ticket that is there, the same is one.
    sandbox.is_tampered_with();
    let message = format!("support: comment {kept}: x\n\nSupport-Ticket: {kept}\nSupport-Action: comment");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", &message]);
    assert!(sandbox.run_unwatched(&["audit"], "").fails_with_gate().contains("error: commit.message"));
}
