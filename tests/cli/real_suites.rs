//! The example suite, which fails on purpose, run by the real tools, reported, mended, reported again. What is
//! shown in docs/ci.md is what this prints.
//!
//! `.ci/run` installs the tools and says so (`GIT_SUPPORT_TOOLS`); elsewhere a tool that is missing is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::docs::with_table;
use crate::sandbox::Sandbox;

/// The repository with a copy of the example suite in it.
fn shop() -> Sandbox {
    let sandbox = Sandbox::unborn();
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/failing-suite");
    for file in ["Cargo.toml", "src/lib.rs", ".config/nextest.toml", "prices.py", "test_prices.py"] {
        sandbox.file(file, fs::read(suite.join(file)).unwrap());
    }
    sandbox.file(".gitignore", "target\n__pycache__\n*.xml\nCargo.lock\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "Sum prices"]);
    sandbox
}

/// A program of the developer's, not of the sandbox's empty home.
fn tool(sandbox: &Sandbox, program: &Path, arguments: &[&str]) -> Command {
    let home = std::env::var("HOME").unwrap_or_default();
    let of_home =
        |name: &str, folder: &str| std::env::var(name).unwrap_or_else(|_| format!("{home}/{folder}"));
    let mut command = sandbox.command(program);
    command
        .env("RUSTUP_HOME", of_home("RUSTUP_HOME", ".rustup"))
        .env("CARGO_HOME", of_home("CARGO_HOME", ".cargo"));
    command.env("PYTHONDONTWRITEBYTECODE", "1").args(arguments);
    command
}

/// True where a tool answers. Where `.ci/run` says that it is installed, it must.
fn is_there(sandbox: &Sandbox, program: &Path, arguments: &[&str], name: &str) -> bool {
    let answers = tool(sandbox, program, arguments).output().is_ok_and(|output| output.status.success());
    if !answers {
        crate::sandbox::leave_out(name);
    }
    answers
}

/// Runs the suite, reports it twice, mends it, reports it again; what a reader would see.
fn story(
    sandbox: &Sandbox,
    run: &dyn Fn() -> Command,
    shown: &str,
    report: &str,
    mended: (&str, &str),
) -> String {
    let mut transcript = String::new();
    let mut say = |command: &str, output: &str| {
        transcript.extend(["$ ", command, "\n", output]);
        if !output.is_empty() && !output.ends_with('\n') {
            transcript.push('\n');
        }
    };
    let reported = format!("git support ci report --resolve-passing {report}");
    let ci_report = || sandbox.run_unwatched(&["ci", "report", "--resolve-passing", report], "").ok();
    for _ in 0..2 {
        let output = run().output().unwrap();
        assert!(!output.status.success(), "the suite fails on purpose: {output:?}");
        say(&format!("{shown}; {reported}"), &ci_report());
    }
    let (file, subject) = mended;
    let text = fs::read_to_string(sandbox.repo().join(file)).unwrap();
    sandbox.file(file, text.replace(".skip(1)", "").replace("prices[1:]", "prices"));
    sandbox.git(&["commit", "-qam", subject]);
    say(&format!("git commit -am '{subject}'"), "");
    let output = run().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    say(&format!("{shown}; {reported}"), &ci_report());
    let tickets = sandbox.run(&["list", "--all", "--format", "ndjson"]).ok();
    assert_eq!(tickets.lines().count(), 1, "one cause, one ticket: {tickets}");
    let ticket: serde_json::Value = serde_json::from_str(&tickets).unwrap();
    assert_eq!((&ticket["occurrences"], &ticket["status"]), (&2.into(), &"resolved".into()));
    let id = ticket["id"].as_str().unwrap();
    say(&format!("git support log {}", &id[..4]), &sandbox.run(&["log", id]).ok());
    // What the tools print has times and process numbers in it, so that commits after the first vary.
    let commits = sandbox.git(&["log", "--reverse", "--format=%H"]);
    commits.lines().enumerate().skip(1).fold(transcript, |text, (place, commit)| {
        let stand_in = format!("<commit {}>", place + 1);
        text.replace(commit, &stand_in).replace(&commit[..10], &stand_in)
    })
}

#[test]
fn nextest_reports_a_failure_twice_and_then_its_fix() {
    let sandbox = shop();
    let cargo = PathBuf::from("cargo");
    if !is_there(&sandbox, &cargo, &["nextest", "--version"], "cargo-nextest") {
        return;
    }
    let run = || tool(&sandbox, &cargo, &["nextest", "run", "--profile", "ci", "--offline"]);
    let report = "target/nextest/ci/junit.xml";
    let transcript = story(
        &sandbox,
        &run,
        "cargo nextest run --profile ci",
        report,
        ("src/lib.rs", "Add the first price, too"),
    );
    let head = "```text\n$ cargo nextest run";
    with_table("docs/ci.md", head, &format!("```text\n{transcript}```\n"));
}

#[test]
fn pytest_reports_a_failure_twice_and_then_its_fix() {
    let sandbox = shop();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/pytest/bin/python");
    let python = if own.exists() { own } else { PathBuf::from("python3") };
    if !is_there(&sandbox, &python, &["-m", "pytest", "--version"], "pytest") {
        return;
    }
    let run = || {
        tool(&sandbox, &python, &["-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=pytest.xml"])
    };
    let transcript = story(
        &sandbox,
        &run,
        "pytest --junitxml=pytest.xml",
        "pytest.xml",
        ("prices.py", "Add the first price, too"),
    );
    let head = "```text\n$ pytest --junitxml";
    with_table("docs/ci.md", head, &format!("```text\n{transcript}```\n"));
}
