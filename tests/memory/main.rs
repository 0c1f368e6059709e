//! A report of hundreds of megabytes is read in bounded memory. Alone in a program: the largest
//! child is the one that is measured, and what a child is said to have taken counts what its parent had at that time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Command;

use nix::sys::resource::{UsageWho, getrusage};

/// Bytes of the report.
const REPORT_BYTES: usize = 200_000_000;
/// What the command may take, in KiB.
const MAX_KIB: i64 = 100 * 1024;

#[test]
fn two_hundred_megabytes_of_junit_are_read_in_a_hundred_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let report = std::fs::File::create(folder.path().join("report.xml")).unwrap();
    let mut report = std::io::BufWriter::new(report);
    let (trace, output) = ("at shop.Pay.pays(Pay.java:12)\n".repeat(2_000), "paid 12.50\n".repeat(40_000));
    let mut written = report.write(b"<?xml version=\"1.0\"?>\n<testsuites>\n").unwrap();
    for suite in 0.. {
        let mut text = format!("<testsuite name=\"shop.Suite{suite}\">\n");
        for test in 0..600 {
            let _ = writeln!(
                text,
                "<testcase classname=\"shop.Suite{suite}\" name=\"case{test}\" time=\"0.1\"/>"
            );
        }
        let _ = writeln!(
            text,
            "<testcase classname=\"shop.Suite{suite}\" name=\"pays\"><failure message=\"no\">{trace}</failure>\
             <system-out><![CDATA[{output}]]></system-out></testcase></testsuite>"
        );
        report.write_all(text.as_bytes()).unwrap();
        written += text.len();
        if written >= REPORT_BYTES {
            break;
        }
    }
    report.write_all(b"</testsuites>\n").unwrap();
    drop(report.into_inner().unwrap());
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "Dana Li")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "dana@example.com")))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run("git", &["init", "-q", "."]);
    run("git", &["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let said = run(env!("CARGO_BIN_EXE_git-support"), &["ci", "report", "report.xml"]);
    assert!(said.contains("tests fail on"), "{said}");
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
    assert!(peak < MAX_KIB, "{peak} KiB");
}
