//! A gate that cannot read, resolve or judge everything fails: whatever the trouble, never 0.

use crate::auditing::before_a_server;
use crate::sandbox::Sandbox;

/// What is done to a repository with a ticket that no gate finds fault with.
const TROUBLE: &[(&str, &str)] = &[
    ("unreadable file", "printf 'title: [' >$path; git commit -qam x"),
    ("conflict markers", "printf '<<<<<<< a\\n=======\\n>>>>>>> b\\n' >>$path; git commit -qam x"),
    (
        "bad settings",
        "printf 'schema: 1\\nclocks: {major: {resolution: never}}\\n' >.support/config.yaml; git add .support; git commit -qm x",
    ),
    ("settings that are none", "printf '[' >.support/config.yaml; git add .support; git commit -qm x"),
    ("people that are none", "printf '[' >.support/team.yaml; git add .support; git commit -qm x"),
    (
        "missing object",
        "git gc -q; git unpack-objects -q </dev/null; pack=$(ls .git/objects/pack/*.pack); mv $pack ../p; rm -f .git/objects/pack/*; git unpack-objects -q <../p; blob=$(git rev-parse HEAD:$path); rm -f .git/objects/$(echo $blob | cut -c1-2)/$(echo $blob | cut -c3-) .git/support/index*",
    ),
];

const GATES: &[&str] =
    &["check", "check level:3", "check --all label:x", "sla --gate", "sla --gate $id", "audit", "doctor"];

#[test]
fn no_gate_opens_for_what_it_cannot_judge() {
    let mut wrong = Vec::new();
    for (what, trouble) in TROUBLE {
        let sandbox = Sandbox::new().may_be_damaged();
        sandbox.git(&["stash", "-q", "-u"]);
        sandbox.run(&["init"]).ok();
        sandbox.run(&["config", "set", "clocks.major.resolution", "8h"]).ok();
        let id = sandbox.run(&["new", "Pay fails", "--severity", "major"]).ok().trim().to_owned();
        for gate in GATES {
            let output = sandbox.shell(&format!("id={id}; git-support {gate}"));
            assert_eq!(output.status, Some(0), "before, {gate}: {output:?}");
        }
        let path = crate::sandbox::path_of(&id);
        let done = sandbox.shell(&format!("path={path}; {trouble}"));
        assert_eq!(done.status, Some(0), "{what}: {done:?}");
        for gate in GATES {
            let output = sandbox.shell(&format!("id={id}; git-support {gate}"));
            if output.status == Some(0) {
                wrong.push(format!("{what}: {gate}: {}{}", output.stdout, output.stderr));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file in conflict hides its ticket from everybody: it is refused wherever the markers stand, and whatever they hold.
#[test]
fn a_file_in_conflict_does_not_pass_a_server() {
    let whole = "(echo '<<<<<<< x'; cat $A; echo =======; cat $A; echo '>>>>>>> y') >x; mv x $A";
    let around = |line: &str| format!("sed -i 's/^{line}.*/<<<<<<< x\\n&\\n=======\\n&\\n>>>>>>> y/' $A");
    let diff3 = "sed -i 's/^channel: cli/<<<<<<< x\\n&\\n||||||| b\\n&\\n=======\\n&\\n>>>>>>> y/' $A";
    let foreign = "sed -i '2i<<<<<<< x\\nnews: 1\\n=======\\nnews: 2\\n>>>>>>> y' $A";
    let windows = format!("{}; sed -i 's/$/\\r/' $A", around("channel"));
    for trouble in [whole, &around("channel"), &around("title"), diff3, foreign, &windows] {
        let said = before_a_server(&format!(
            "{trouble}; grep -q '<<<<<<<' $A; g commit -qam Tidy; refused git push
             git support audit >found && exit 8; grep -q 'error: file.invalid' found
             s doctor --repair; git push -q; git support audit"
        ));
        assert!(said.contains("file.invalid") && said.contains("has conflict markers"), "{trouble}: {said}");
    }
}

#[test]
fn a_gate_names_what_it_cannot_resolve_and_what_it_looked_at() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.major.resolution", "8h"]).ok();
    let id = sandbox.run(&["new", "Pay fails", "--severity", "major"]).ok().trim().to_owned();
    for arguments in [&["sla", "zzzz", "--gate"][..], &["sla", &id, "zzzz", "--gate"], &["sla", "zzzz"]] {
        assert!(sandbox.run(arguments).fails(1).contains("zzzz"), "{arguments:?}");
    }
    for query in ["@gate", "assignee:", "severty:major", "severity", ""] {
        sandbox.run(&["check", query]).fails(2);
    }
    let tip = sandbox.git(&["rev-parse", "--short=10", "HEAD"]).trim().to_owned();
    let said = sandbox.run(&["check", "severity:blocker"]).stderr;
    assert!(said.contains(&format!("on branch main at {tip}")), "{said}");
    let said = sandbox.run(&["check", "severity:blocker", "--at", "HEAD~1"]).stderr;
    assert!(!said.contains(&tip) && said.contains("on branch main at "), "{said}");
}

#[test]
fn an_audit_of_a_branch_that_never_had_tickets_cannot_judge() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init", "--branch", "tickets", "--owner", "me"]).ok();
    let id = sandbox.ticket("One");
    sandbox.is_tampered_with();
    sandbox.shell("git clone -q --single-branch -b main . ../code").ok();
    for gate in ["audit", "audit --json", "check", "sla --gate"] {
        let said = sandbox.shell(&format!("cd ../code && git support {gate}"));
        assert_eq!(said.status, Some(1), "{gate}: {said:?}");
        assert!((said.stdout + &said.stderr).contains("cannot evaluate the gate: branch main"), "{gate}");
    }
    // Nor of all up to a commit that never had any, where tickets lie beside the code.
    let said = sandbox.shell(
        "git branch old main; git checkout -q main; git support init --branch main; git support audit old",
    );
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.stderr.contains("cannot evaluate the gate: old has no .support"), "{said:?}");
    sandbox.shell("git support audit main").ok();
    // With the branch it can, and finds what is wrong there; nor does a removal of everything shut it up.
    let fetched = "cd ../code && git fetch -q origin tickets:tickets && git support audit --branch tickets";
    assert_eq!(sandbox.shell(fetched).status, Some(0));
    let gone = sandbox.shell(&format!("cd ../code && git switch -q tickets && git rm -qr .support && git commit -qm Gone && git support audit --branch tickets; git ls-files | grep -c {id}"));
    assert!(gone.stdout.contains("error: ") && !gone.stderr.contains("cannot evaluate"), "{gone:?}");
}

#[test]
fn a_gate_does_not_open_where_the_folder_of_the_tickets_has_another_name() {
    for name in ["Tickets", "tickets.old", "TICKETS", "tickets~"] {
        let sandbox = Sandbox::new();
        sandbox.ticket("Payments fail");
        sandbox.is_tampered_with();
        sandbox.git(&["mv", ".support/tickets", &format!(".support/{name}")]);
        sandbox.git(&["commit", "-qm", "Tidy"]);
        let gate = sandbox.run(&["check", "status:open"]);
        assert!(
            gate.status == Some(1) && gate.stderr.contains(".support/tickets is missing"),
            "{name}: {gate:?}"
        );
        assert_eq!(sandbox.run(&["doctor"]).status, Some(3), "{name}");
    }
    // A project without tickets yet has none of either.
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    sandbox.run(&["check", "status:open"]).ok();
}

/// A field that somebody wrote into the file is believed in a list, and opens no gate.
#[test]
fn a_gate_goes_by_the_entries_where_a_file_was_edited_by_hand() {
    for (edit, query, field) in [
        ("s/^status: new/status: resolved/", "status:open severity:blocker", "status"),
        ("s/^status: new/status: closed/", "severity:blocker", "status"),
        ("s/^severity: blocker/severity: minor/", "status:open severity:>=critical", "severity"),
        ("/^severity:/d", "has:severity", "severity"),
        ("s/^level: 1/level: 3/", "level:1", "level"),
        ("s/^area: application/area: infrastructure/", "-area:infrastructure", "area"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-q", "-u"]);
        sandbox.at("2026-11-20T08:00:00Z", "config set clocks.blocker.resolution 8h");
        let id = sandbox.at("2026-11-20T09:00:00Z", "new 'Pay fails' --severity blocker");
        sandbox.is_tampered_with();
        let path = crate::sandbox::path_of(&id);
        sandbox
            .shell(&format!("sed -i '{edit}' {path}; git diff --quiet && exit 1; git commit -qam Tidy"))
            .ok();
        let said = sandbox.run(&["check", query]);
        assert_eq!(said.status, Some(3), "{edit}: {said:?}");
        assert!(
            said.stderr.contains(&format!("{id} counts as its entries have it: {field} was edited by hand")),
            "{edit}: {said:?}"
        );
        assert!(sandbox.run(&["list", "is:by-hand"]).ok().contains(&id[..4]), "{edit}");
        sandbox.run(&["sla", "--gate"]).fails_with_gate();
        // A reviewer sees it, in words and in figures.
        for form in ["table", "markdown"] {
            let diff = sandbox.run(&["diff", "HEAD~1..HEAD", "--format", form]).ok();
            assert!(diff.contains(&format!("edited by hand: {field}: ")), "{edit}: {diff}");
        }
        let diff = sandbox.run(&["diff", "HEAD~1..HEAD", "--json"]).ok();
        let diff: serde_json::Value = serde_json::from_str(&diff).unwrap();
        assert_eq!(diff["tickets"][0]["by_hand"], serde_json::json!([field]), "{edit}");
        assert_ne!(diff["tickets"][0]["before"], diff["tickets"][0]["after"], "{edit}");
        // Once a step accounts for it, it counts as any other.
        let _ = sandbox.run(&["doctor", "--repair"]);
        let said = sandbox.run(&["check", query]);
        assert!(!said.stderr.contains("by hand"), "{edit}: {said:?}");
        assert_eq!(sandbox.run(&["list", "is:by-hand"]).ok(), "", "{edit}");
    }
}

#[test]
fn as_of_a_day_before_the_tickets_there_is_nothing_to_judge() {
    let sandbox = Sandbox::new();
    sandbox.ticket("Pay fails");
    for gate in ["check", "check --all"] {
        let said = sandbox.shell(&format!("git support {gate} --at 2001-01-01")).fails(1);
        assert!(said.contains("cannot evaluate the gate: branch main"), "{gate}: {said}");
    }
    sandbox.run(&["check", "--at", "2027-01-01"]).ok();
    // What was imported is older than the commit that brought it.
    sandbox.file("../old.csv", "Title,Created\nSlow,2020-05-01\n");
    sandbox.run(&["import", "../old.csv"]).ok();
    sandbox.run(&["check", "--at", "2021-01-01"]).ok();
}

#[test]
fn a_second_store_is_not_begun_beside_the_branch_of_the_tickets_and_hides_nothing() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let hub = "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main; \
               git support init --branch tickets; git support new Pay --severity blocker; git support sync";
    sandbox.shell(hub).ok();
    sandbox.file("../r.xml", crate::pipelines::junit(&[("pays", Some("no"))]));
    let ci = "export CI=true GITHUB_ACTIONS=true GITHUB_REF=refs/heads/main GITHUB_REF_NAME=main GIT_SUPPORT_BRANCH=main";
    for clone in ["git clone -q", "git clone -q --depth 1 --single-branch"] {
        let job = format!("rm -rf ../ci; {clone} file://$PWD/../hub.git ../ci; cd ../ci; {ci}");
        for write in ["ci report --push ../r.xml", "new Slow", "run --key k -- false"] {
            let said = sandbox.shell(&format!("{job}; git support {write}"));
            assert!(said.status != Some(0), "{clone} {write}: {said:?}");
            assert!(said.stderr.contains("the tickets are on tickets"), "{clone} {write}: {said:?}");
        }
    }
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "origin/main"]).matches("support").count(), 0);
    // Somebody set up both: a gate that nobody gave a name to cannot know which it is.
    sandbox.shell("git support init --branch main; git config --unset support.branch").ok();
    for gate in ["check", "check --json", "sla --gate"] {
        let said = sandbox.shell(&format!("git support {gate}"));
        assert_eq!(said.status, Some(1), "{gate}: {said:?}");
        assert!(
            (said.stdout + &said.stderr).contains("branch tickets says that it holds the tickets"),
            "{gate}"
        );
    }
    sandbox.run(&["check", "--branch", "main"]).ok();
    sandbox.run(&["check", "--branch", "tickets"]).fails_with_gate();
}

#[test]
fn the_hook_before_a_push_judges_the_branch_of_the_tickets_whatever_is_checked_out() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let hook = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pre-push");
    sandbox.shell(&format!("git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main; install -m 755 {hook} .git/hooks/pre-push; git branch old")).ok();
    let id = sandbox.run(&["new", "Pay fails", "--severity", "blocker"]).ok().trim().to_owned();
    sandbox.shell("git checkout -q -b release-1 old; git tag v1.0").ok();
    for place in ["git checkout -q release-1", "git checkout -q --detach old", "git checkout -q main"] {
        let said = sandbox.shell(&format!("{place}; git push -q origin v1.0"));
        assert!(said.status != Some(0) && said.stderr.contains("failed: 1 ticket"), "{place}: {said:?}");
    }
    sandbox.shell("git push -q origin main release-1; git push -q --no-verify origin v1.0; git push -q origin :v1.0").ok();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "Done."]).ok();
    sandbox.shell("git checkout -q release-1; git push -q origin v1.0").ok();
}

#[test]
fn a_gate_that_asks_for_targets_needs_some() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "Pay fails", "--severity", "blocker"]).ok();
    sandbox.run(&["config", "set", "queries.late", "status:open is:breached"]).ok();
    let gates = [
        &["check", "is:breached"][..],
        &["check", "severity:blocker", "is:warned"],
        &["check", "--all", "is:breached OR is:overdue"],
        &["check", "@late"],
        &["check", "severity:blocker due:<4h"],
        &["sla", "--gate"],
        &["sla", "@late", "--gate"],
    ];
    let refused = || {
        for gate in gates {
            let said = sandbox.run(gate).fails(1);
            assert!(said.contains("no clocks are set"), "{gate:?}: {said}");
            assert!(said.contains("git support config set clocks.blocker.resolution 4h"), "{gate:?}: {said}");
        }
    };
    refused();
    sandbox.run(&["list", "is:breached"]).ok();
    sandbox.run(&["check", "is:overdue"]).ok();
    sandbox.shell("git support config set clocks.blocker.resolution 4h").ok();
    for gate in gates {
        sandbox.run(gate).ok();
    }
    sandbox.run(&["config", "unset", "clocks.blocker.resolution"]).ok();
    refused();
}
