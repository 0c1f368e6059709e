//! Many jobs of a pipeline at once, each in its clone, against one remote.

use std::process::Command;

use crate::pipelines::junit;
use crate::sandbox::Sandbox;

const JOBS: usize = 20;
/// Failures of a job, and how many of them every job has.
const FAILURES: usize = 30;
const SHARED: usize = 10;

#[test]
fn twenty_jobs_at_once_lose_no_ticket_and_no_occurrence() {
    let mut sandbox = Sandbox::unborn();
    sandbox.file("pay.rs", "// paid\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "Begin"]);
    let remote = sandbox.root().join("remote.git");
    sandbox.git(&["clone", "-q", "--bare", ".", remote.to_str().unwrap()]);
    std::thread::scope(|scope| {
        for job in 0..JOBS {
            let (root, remote) = (sandbox.root(), &remote);
            scope.spawn(move || {
                let clone = root.join(format!("job-{job}"));
                let git = |arguments: &[&str]| {
                    let status = Command::new("git").args(arguments).current_dir(root).status().unwrap();
                    assert!(status.success());
                };
                git(&["clone", "-q", remote.to_str().unwrap(), clone.to_str().unwrap()]);
                let name = |number: usize| {
                    if number < SHARED {
                        format!("shared {number}")
                    } else {
                        format!("own {number} of {job}")
                    }
                };
                let names: Vec<String> = (0..FAILURES).map(name).collect();
                let tests: Vec<(&str, Option<&str>)> =
                    names.iter().map(|name| (name.as_str(), Some("no"))).collect();
                std::fs::write(clone.join("report.xml"), junit(&tests)).unwrap();
                let output = Command::new(env!("CARGO_BIN_EXE_git-support"))
                    .args(["ci", "report", "report.xml", "--push", "--max-new", "100"])
                    .current_dir(&clone)
                    .env("HOME", root)
                    .env("GIT_CONFIG_NOSYSTEM", "1")
                    .env("GITHUB_ACTIONS", "true")
                    .env("GITHUB_REF_NAME", "main")
                    .env("GITHUB_SERVER_URL", "https://ci.example")
                    .env("GITHUB_REPOSITORY", "shop/shop")
                    .env("GITHUB_RUN_ID", "7")
                    .env("GITHUB_JOB", format!("job {job}"))
                    .output()
                    .unwrap();
                assert!(output.status.success(), "job {job}: {}", String::from_utf8_lossy(&output.stderr));
                assert!(!String::from_utf8_lossy(&output.stderr).contains("warning"), "job {job}");
            });
        }
    });
    sandbox.enter(&remote);
    let tickets = sandbox.run(&["list", "--all", "--format", "ndjson"]).ok();
    let tickets: Vec<serde_json::Value> =
        tickets.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(tickets.len(), SHARED + JOBS * (FAILURES - SHARED));
    for ticket in &tickets {
        let is_shared = ticket["title"].as_str().unwrap().contains("shared");
        assert_eq!(ticket["occurrences"], if is_shared { JOBS } else { 1 }, "{ticket}");
    }
    let known = sandbox.git(&["cat-file", "blob", "refs/support/passes/main"]);
    // Each job is a lane of its own, and its tests stand for themselves.
    assert_eq!(known.lines().filter(|line| !line.contains(' ')).count(), JOBS * FAILURES);
}

/// A remote, and what a job of a lane reports to it from a clone: it has failed, or passed.
fn reports(sandbox: &Sandbox, clone: &str, lane: &str, failure: Option<&str>) -> String {
    std::fs::write(sandbox.root().join(clone).join("r.xml"), junit(&[("pays", failure)])).unwrap();
    let line = format!("cd ../{clone} && git support ci report r.xml --resolve-passing --push --lane {lane}");
    let said = sandbox.shell(&line);
    assert_eq!(said.status, Some(0), "{said:?}");
    said.stdout
}

#[test]
fn a_job_that_fails_beside_one_that_resolves_reopens_the_ticket() {
    for fails_first in [false, true] {
        let sandbox = Sandbox::unborn();
        let work = "cd ..; git init -q --bare -b main z.git; git clone -q z.git z 2>&1; cd z; git switch -qc main; echo 1 >f; git add f; git commit -qm i; git push -q origin main";
        sandbox.shell(work).ok();
        let commit = |what: &str| {
            sandbox
                .shell(&format!(
                    "cd ../z; git pull -q; echo {what} >f; git commit -qam {what}; git push -q origin main"
                ))
                .ok()
        };
        for lane in ["A", "B"] {
            reports(&sandbox, "z", lane, Some("no"));
        }
        commit("fix");
        reports(&sandbox, "z", "A", None);
        commit("next");
        // Both jobs began before either reported.
        sandbox.shell("cd ..; git clone -q z.git A; git clone -q z.git B").ok();
        let passes = || reports(&sandbox, "B", "B", None);
        let fails = || reports(&sandbox, "A", "A", Some("no"));
        if fails_first {
            // The history of tests, which is fetched first, has the failure.
            fails();
            assert!(!passes().contains("reopened"), "nothing was resolved");
        } else {
            passes();
            assert!(fails().contains("reopened"), "the one that fails");
        }
        let gate =
            sandbox.shell("cd ../z; git pull -q; git support check 'status:open' && git support audit");
        assert_eq!(gate.status, Some(3), "{fails_first}: {gate:?}");
        let log = sandbox.shell("cd ../z; git support audit; git support list --format json").ok();
        assert_eq!(log.contains("in-progress"), !fails_first, "{log}");
    }
}

#[test]
fn a_failure_of_a_request_is_gone_with_the_request_though_its_merge_is_in_no_history() {
    let sandbox = crate::pipelines::shop();
    let passing = ["--resolve-passing"];
    let passes: &[(&str, Option<&str>)] = &[("pays", None)];
    let fails: &[(&str, Option<&str>)] = &[("pays", Some("no"))];
    crate::pipelines::report(&sandbox, passes, &passing);
    // What a forge makes of a request, and builds: a merge that only this run has.
    let request = "git switch -qc feature; echo broken >pay.rs; git commit -qam Break; git switch -q --detach main; git merge -q --no-ff --no-edit feature";
    sandbox.shell(request).ok();
    sandbox.file("r.xml", junit(fails));
    let run = "GITHUB_ACTIONS=true GITHUB_REF=refs/pull/7/merge GITHUB_REF_NAME=7/merge GITHUB_HEAD_REF=feature GITHUB_BASE_REF=main GITHUB_SHA=$(git rev-parse HEAD)";
    sandbox.shell(&format!("export {run}; git support ci report r.xml --branch main; rm r.xml")).ok();
    sandbox.shell("git switch -q main; git reflog expire --expire=now --all; git gc -q --prune=now").ok();
    let id = sandbox.run(&["list", "--format", "csv"]).ok().lines().nth(1).unwrap()[..10].to_owned();
    assert_eq!(
        crate::pipelines::counts(&crate::pipelines::report(&sandbox, passes, &passing))[3],
        0,
        "not merged"
    );
    // It is merged all the same, fails there, and is fixed there.
    sandbox.git(&["merge", "-q", "--no-edit", "feature"]);
    crate::pipelines::report(&sandbox, fails, &passing);
    crate::pipelines::change(&sandbox, "Fix");
    let answer = crate::pipelines::report(&sandbox, passes, &passing);
    assert_eq!(crate::pipelines::first(&answer, "resolved"), id, "{answer}");
}
