//! What somebody outside of the team, or at a lower level, gets into a project: it decides nothing and goes to nobody.

use crate::mailing::{desk, message, take, ticket_of};
use crate::sandbox::{Sandbox, path_of};
use crate::syncing::clones;
use crate::tampering::{found, story};

const AS_MALLORY: &str = "as_mallory() { GIT_AUTHOR_NAME=Mallory GIT_AUTHOR_EMAIL=m@evil.example GIT_COMMITTER_NAME=Mallory GIT_COMMITTER_EMAIL=m@evil.example \"$@\"; }; ";

#[test]
fn an_answer_that_an_outsider_wrote_goes_to_no_customer_by_itself() {
    let sandbox = desk();
    sandbox.run(&["answer", "add", "acknowledgement", "-m", "Thanks for your words."]).ok();
    let first = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    assert!(sandbox.ticket_file(&first).contains("Thanks for your words."));
    let file = ".support/answers/acknowledgement.md";
    let change = format!(
        "sed -i 's/Thanks.*/Log in at evil.example./' {file}; as_mallory git commit -qm typo -- {file}"
    );
    for way in [
        format!("{AS_MALLORY}{change}"),
        // Merged by a maintainer, whose own change of another line came between.
        format!(
            "{AS_MALLORY}git stash -q; git checkout -q -b pull HEAD~1; {change}; git checkout -q main; git merge -q --no-edit pull"
        ),
    ] {
        let sandbox = desk();
        sandbox.run(&["answer", "add", "acknowledgement", "-m", "Thanks for your words."]).ok();
        sandbox.ticket("Another");
        sandbox.is_tampered_with();
        sandbox.shell(&way).ok();
        let raw = message("m2@customer.example", "", "It fails.");
        let output = sandbox.run_with(&["mail", "take", "-", "--json"], &raw);
        assert!(output.stderr.contains("not sent, by Mallory, who is not on the team"), "{}", output.stderr);
        let id = sandbox.run(&["list", "Pay", "--format", "csv"]).ok();
        let id = id.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
        let ticket = sandbox.ticket_file(&id);
        assert!(!ticket.contains("evil") && ticket.contains("Your message has arrived."), "{ticket}");
        let said = sandbox.run(&["comment", &id, "--answer", "acknowledgement"]);
        assert!(said.stderr.contains("is by Mallory, who is not on the team"), "{}", said.stderr);
        // Whoever changes it answers for what it says.
        sandbox
            .shell(&format!("sed -i 's/Log in.*/Thank you./' {file}; git commit -qm 'Our words' -- {file}"))
            .ok();
        let last = ticket_of(&take(
            &sandbox,
            &message("m3@customer.example", "From: Bo <bo@customer.example>", "Too."),
        ));
        assert!(sandbox.ticket_file(&last).contains("Thank you."));
    }
}

#[test]
fn what_an_outsider_makes_of_answers_and_of_the_teams_addresses_is_found() {
    let removed = "git rm -qf .support/answers/refund.md";
    for script in [
            format!("{AS_MALLORY}mkdir .support/answers; printf -- '---\\ntitle: x\\n---\\nx\\n' >.support/answers/refund.md; git add .support/answers; as_mallory git commit -qm x"),
            format!("{AS_MALLORY}git support -q answer add refund -m Sorry; {removed}; as_mallory git commit -qm x"),
        // A merge that drops a line about an owner, which its other side has.
            "git checkout -q -b side; git commit -q --allow-empty -m side; git checkout -q main; \
             echo 'Pat Roe <pat@example.com> <zed@example.com>' >.mailmap; git add .mailmap; as_pat git commit -qm map; \
             git checkout -q side; git merge -q --no-commit main; git rm -qf .mailmap; git commit -qm m"
                .to_owned(),
        // One that brings back a line which its other side took out.
            "echo 'Pat Roe <pat@example.com> <zed@example.com>' >.mailmap; git add .mailmap; as_pat git commit -qm map; \
             git checkout -q -b side; git commit -q --allow-empty -m side; git checkout -q main; git rm -q .mailmap; as_pat git commit -qm unmap; \
             git checkout -q side; git merge -q --no-commit main; git checkout -q HEAD -- .mailmap; git commit -qm m"
                .to_owned(),
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let (rules, _) = found(&sandbox, &["before.."]);
        assert_eq!(rules, ["rules.owned"], "{script}");
    }
}

#[test]
fn a_merge_that_drops_nobodys_line_is_silent() {
    let (sandbox, tools) = story();
    sandbox
        .shell(&format!(
            "{tools}git checkout -q -b side; git commit -q --allow-empty -m side; git checkout -q main; \
             echo 'Pat Roe <pat@example.com> <zed@example.com>' >.mailmap; git add .mailmap; as_pat git commit -qm map; \
             git checkout -q side; git merge -q --no-edit main"
        ))
        .ok();
    let audit = sandbox.run_unwatched(&["audit", "before.."], "");
    assert_eq!(audit.status, Some(0), "{}", audit.stdout);
    assert!(!audit.stdout.contains("came or went"), "{}", audit.stdout);
}

#[test]
fn a_repair_of_the_rules_is_for_those_who_may_change_them() {
    let (sandbox, tools) = story();
    let pat = |line: &str| sandbox.shell(&format!("{tools} as_pat {line}")).ok();
    pat("git support -q config set policy.rules_by_role enforce");
    pat("sh -c \"echo 'tickets/** merge=ours' >>.support/.gitattributes; git commit -qam attributes\"");
    let refused = sandbox.run_unwatched(&["doctor", "--repair"], "");
    assert_eq!(refused.status, Some(3), "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains(".support/.gitattributes was not repaired"), "{}", refused.stderr);
    assert!(pat("git support doctor --repair").contains("no problems left"));
    // Our own lines are nobody's change.
    pat("sh -c 'git rm -q .support/.gitattributes; git commit -qm without'");
    sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
    assert_eq!(sandbox.run_unwatched(&["audit", "before.."], "").status, Some(0));
}

#[test]
fn attributes_that_break_merges_of_some_tickets_are_found() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    let path = path_of(&id);
    let shelf = path.strip_prefix(".support/").unwrap().rsplit_once('/').unwrap().0.to_owned();
    let name = path.rsplit_once('/').unwrap().1.to_owned();
    for line in [format!("{shelf}/** merge=union"), name, format!("{}* -merge", &id[..3])] {
        let line = if line.contains(' ') { line } else { format!("{line} merge=ours") };
        sandbox
            .shell(&format!("echo '{line}' >>.support/.gitattributes; git commit -qm more -- .support"))
            .ok();
        let doctor = sandbox.run_unwatched(&["doctor"], "");
        assert!(
            doctor.stdout.contains("attributes.merge") && doctor.stdout.contains(&path),
            "{line}: {}",
            doctor.stdout
        );
        assert!(
            sandbox.run_unwatched(&["doctor", "--repair"], "").stdout.contains("no problems left"),
            "{line}"
        );
    }
}

#[test]
fn evidence_of_a_ticket_that_was_removed_is_not_pushed_again() {
    let (mut sandbox, a, b) = clones();
    sandbox.ticket("Stays");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    let id = sandbox.ticket("Personal");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.run(&["sync"]).ok();
    sandbox.file("secret.txt", "her address");
    sandbox.run(&["attach", &id, "secret.txt"]).ok();
    sandbox.enter(&b);
    sandbox.shell("git reset -q --hard HEAD~1 && git push -qf").ok();
    sandbox.enter(&a);
    sandbox.run(&["sync", "--accept-rewrite"]).ok();
    let there = sandbox.git(&["ls-tree", "-r", "--name-only", "origin/main", ".support"]);
    assert!(!there.contains(&id), "{there}");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn a_revert_of_ones_own_opening_is_no_error() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.git(&["stash", "-q", "-u"]);
    let kept = sandbox.ticket("Stays");
    let id = sandbox.ticket("In error");
    sandbox.git(&["revert", "--no-edit", "HEAD"]);
    let doctor = sandbox.run(&["doctor"]);
    assert_eq!(doctor.status, Some(0), "{}", doctor.stdout);
    assert!(doctor.stdout.contains(&id[..10]) && doctor.stdout.contains("history.lost"), "{}", doctor.stdout);
    assert!(sandbox.run(&["list"]).ok().contains(&kept[..4]));
}

#[test]
fn triage_and_assignment_are_the_teams_where_levels_are_enforced() {
    let (sandbox, tools) = story();
    let as_pat = |line: &str| sandbox.shell(&format!("{tools} as_pat git support {line}"));
    as_pat("-q config set policy.level_by_role enforce").ok();
    let id = sandbox.ticket("Slow");
    for line in [
        "triage $T --label x",
        "triage $T --area infrastructure",
        "edit $T --status triaged",
        "assign $T --to Dana",
    ] {
        let line = line.replace("$T", &id);
        let refused = sandbox.shell(&format!("{AS_MALLORY}as_mallory git support {line}"));
        assert_eq!(refused.status, Some(1), "{line}: {}{}", refused.stdout, refused.stderr);
        assert!(refused.stderr.contains("policy.level_by_role"), "{line}: {}", refused.stderr);
    }
    as_pat(&format!("triage {id} --label x")).ok();
    sandbox.run(&["assign", &id, "--to", "me"]).ok();
    sandbox.shell(&format!("{AS_MALLORY}as_mallory git support comment {id} -m 'Me, too.'")).ok();
}

#[test]
fn nobody_outside_assigns_by_another_door() {
    let (sandbox, tools) = story();
    sandbox.shell(&format!("{tools} as_pat git support -q config set policy.level_by_role enforce")).ok();
    let id = sandbox.ticket("Slow");
    for line in [
        format!("git support edit {id} --assignee Dana"),
        format!(
            "sh -c 'echo \"{{\\\"op\\\":\\\"edit\\\",\\\"id\\\":\\\"{id}\\\",\\\"assignee\\\":\\\"Dana Li\\\"}}\" | git support batch'"
        ),
    ] {
        let refused = sandbox.shell(&format!("{AS_MALLORY}as_mallory {line}"));
        assert_ne!(refused.status, Some(0), "{line}: {}", refused.stdout);
        assert!(refused.stderr.contains("policy.level_by_role"), "{line}: {}", refused.stderr);
    }
    sandbox.run(&["edit", &id, "--assignee", "me"]).ok();
}

#[test]
fn a_line_of_the_map_gives_no_outsider_the_word_of_the_team() {
    let file = ".support/answers/acknowledgement.md";
    for way in [
        "printf 'Dana Li <dana@example.com> <m@evil.example>\\n' >.mailmap",
        "printf '<dana@example.com > <m@evil.example>\\n' >.mailmap",
        "printf 'Mallory <m@evil.example> <dana@example.com>\\n' >.mailmap",
        "printf 'people: [\\n' >.support/team.yaml",
        "git rm -qf .support/team.yaml",
    ] {
        let sandbox = desk();
        sandbox.run(&["answer", "add", "acknowledgement", "-m", "Thanks for your words."]).ok();
        sandbox.git(&["stash", "-q", "-u"]);
        sandbox.is_tampered_with();
        let change = format!(
            "{way}; sed -i 's/Thanks.*/Log in at evil.example./' {file}; git add -A; as_mallory git commit -qm pr"
        );
        sandbox.shell(&format!("{AS_MALLORY}{change}")).ok();
        let raw = message("m2@customer.example", "", "It fails.");
        let output = sandbox.run_unwatched(&["mail", "take", "-", "--json"], &raw);
        assert!(output.stderr.contains("not sent, by Mallory"), "{way}: {}{}", output.stdout, output.stderr);
        let tickets = sandbox.shell("git show HEAD -- .support/tickets").stdout;
        assert!(!tickets.contains("evil.example.") && tickets.contains("has arrived"), "{way}: {tickets}");
    }
}

#[test]
fn a_line_that_git_reads_otherwise_gives_nobody_a_right() {
    for line in [
        "<pat@example.com > <m@evil.example>",
        "<pat@example.com\\t> <m@evil.example>",
        "# <pat@example.com> <m@evil.example>",
    ] {
        let (sandbox, tools) = story();
        let a = sandbox.shell(&format!(
            "{tools}{AS_MALLORY}as_pat git support -q config set policy.severity_by_owner enforce; printf '{line}\\n' >.mailmap; git add .mailmap; as_mallory git commit -qm map; \
             as_mallory git support triage $a --severity minor"
        ));
        assert!(a.stderr.contains("policy.severity_by_owner"), "{line}: {}{}", a.stdout, a.stderr);
    }
    // Git follows no link for it.
    let (sandbox, tools) = story();
    let a = sandbox.shell(&format!(
        "{tools}{AS_MALLORY}as_pat git support -q config set policy.severity_by_owner enforce; printf '<pat@example.com> <m@evil.example>\\n' >map; ln -s map .mailmap; \
         git add map .mailmap; as_mallory git commit -qm map; as_mallory git support triage $a --severity minor"
    ));
    assert!(a.stderr.contains("policy.severity_by_owner"), "{}{}", a.stdout, a.stderr);
}

#[test]
fn an_outsider_marks_no_message_as_sent_or_known_unseen() {
    let carriers =
        "as_pat git support -q config set audit.carriers dana@example.com; git tag -f before >/dev/null; ";
    let entry = |action: &str, mail: &str| {
        format!(
            "printf -- '  mail:\\n{mail}  note: seen\\n' | {AS_MALLORY}entry 6 {action} 'Mallory <m@evil.example>'; git add .; as_mallory git commit -qm Tidy"
        )
    };
    for (action, mail) in [
        ("send", "    id: x.y@shop.example\\n    of: abcd2345\\n"),
        ("comment", "    id: m3@customer.example\\n"),
    ] {
        let script = entry(action, mail).replace(&format!(" | {AS_MALLORY}"), " | ");
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{AS_MALLORY}{carriers}{script}")).ok();
        let (rules, status) = found(&sandbox, &["before.."]);
        assert!(rules.contains(&"entry.unattested".to_owned()) && status == Some(3), "{action}: {rules:?}");
    }
}

#[test]
fn a_line_of_the_map_about_somebody_who_joins_is_named() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    sandbox.file(".mailmap", "Nora Olsen <nora@example.com> <mal.private@example.com>\n");
    sandbox.git(&["add", ".mailmap"]);
    sandbox.git(&["commit", "-qm", "Add a mailmap"]);
    let joined = sandbox.run(&["team", "add", "Nora Olsen", "--email", "nora@example.com", "--role", "lead"]);
    let said = "warning: .mailmap gives Nora Olsen the address mal.private@example.com, too";
    assert!(joined.stderr.contains(said), "{}", joined.stderr);
    let other = sandbox.run(&["team", "add", "Bo", "--email", "bo@example.com"]);
    assert!(!other.stderr.contains("mailmap"), "{}", other.stderr);
}
