//! What test runners print for people, which is no report: recognised, to name the command that writes one.

use std::fmt;

/// How Go says that a package passed, which looks like a line of TAP.
pub(super) const GO_PASSES: &str = "ok  \t";

/// A runner: its name, what lines of its output begin with, what they hold, and the command that writes a report.
struct Runner(&'static str, &'static [&'static str], &'static [&'static str], &'static str);

/// Marks of what runners print. The first that fits counts: a line may be like another's.
#[rustfmt::skip] // a line a runner
const RUNNERS: &[Runner] = &[
    Runner("go test", &["--- FAIL: ", "--- PASS: ", "=== RUN   ", GO_PASSES, "FAIL\t", "?   \t"], &[], "go test -json ./... >report.json"),
    Runner("cargo test", &["test result: ", "running "], &[" ... FAILED"], "cargo nextest run --profile ci (docs/ci.md)"),
    Runner("pytest", &[], &["= test session starts =", "= short test summary info ="], "pytest --junitxml=report.xml"),
    Runner("vitest", &[" Test Files ", "Test Files "], &[], "vitest run --reporter=junit --outputFile=report.xml"),
    Runner("jest", &["Test Suites: ", "Tests: "], &[], "jest --reporters=jest-junit"),
    Runner("mocha", &[], &[" passing ("], "mocha --reporter xunit --reporter-option output=report.xml"),
    Runner("PHPUnit", &["PHPUnit "], &[], "phpunit --log-junit report.xml"),
    Runner("ctest", &["Test project "], &["% tests passed, "], "ctest --output-junit report.xml"),
    Runner("dotnet test", &["Passed!  - ", "Failed!  - "], &[], "dotnet test --logger 'junit;LogFilePath=report.xml'"),
    Runner("Maven", &["[INFO] Tests run:", "[ERROR] Tests run:", "[INFO]  T E S T S"], &[], "git support ci report target/surefire-reports"),
    Runner("Gradle", &["> Task :test"], &[], "git support ci report build/test-results/test"),
    Runner("RSpec", &[], &[" examples, ", " example, "], "rspec --format RspecJunitFormatter --out report.xml"),
    Runner("unittest", &[], &[" tests in ", " test in ", " ... FAIL", " ... ERROR"], "python -m pytest --junitxml=report.xml"),
];

/// A file that has what a runner prints.
#[derive(Debug)]
pub struct ConsoleOutput {
    file: String,
    runner: &'static str,
    /// The command that writes a report, or reads the one that is written anyway.
    pub command: &'static str,
}

impl fmt::Display for ConsoleOutput {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} is what {} prints, and not a report", self.file, self.runner)
    }
}

impl std::error::Error for ConsoleOutput {}

/// The runner whose output a text begins with. A line of a report in JSON or XML tells of no runner.
pub(super) fn recognised(text: &str, file: &str) -> Option<ConsoleOutput> {
    let plain = |line: &&str| !line.trim_start().starts_with(['{', '<']);
    if !text.lines().filter(|line| !line.trim().is_empty()).all(|line| plain(&line)) {
        return None;
    }
    let says = |Runner(_, begins, holds, _): &&Runner| {
        text.lines().any(|line| {
            begins.iter().any(|mark| line.starts_with(mark)) || holds.iter().any(|mark| line.contains(mark))
        })
    };
    let Runner(runner, _, _, command) = RUNNERS.iter().find(says)?;
    Some(ConsoleOutput { file: file.to_owned(), runner, command })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_no_output_of_a_runner() {
        let report = "1..2\nok 1 - pays\nnot ok 2 - refunds\n  ---\n  message: 'Ran out'\n";
        assert!(recognised(report, "x").is_none());
        assert!(recognised("{\"Action\":\"output\",\"Output\":\"--- FAIL: TestPay\"}\n", "x").is_none());
        assert!(recognised("ok  \tshop\t0.003s\n", "x").is_some());
    }
}
