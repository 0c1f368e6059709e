//! The Test Anything Protocol, versions 12 to 14: a line a test, with what follows it.

use std::io::BufRead;

use anyhow::{Result, bail};

use crate::intake::results::lines;
use crate::intake::results::plain::{append, evidence};
use crate::process::{Outcome, TestResult};

/// Reads a report.
///
/// # Errors
/// It cannot be read, or bailed out: the file, and the line.
pub(super) fn read(reader: impl BufRead, name: &str, take: &mut dyn FnMut(Outcome)) -> Result<()> {
    let mut open: Option<Line> = None;
    let (mut planned, mut seen, mut suite) = (None, 0, String::new());
    lines(reader, name, |number, line| {
        let is_indented = line.starts_with([' ', '\t']);
        if let Some(next) = (!is_indented).then(|| Line::read(line)).flatten() {
            seen += 1;
            if let Some(done) = open.replace(next) {
                take(done.outcome(&suite));
            }
        } else if let Some(why) = line.strip_prefix("Bail out!") {
            bail!("{name}, line {number}: the tests bailed out:{why}");
        } else if let (false, Some(plan)) = (is_indented, line.strip_prefix("1..")) {
            planned = plan.split([' ', '#']).next().and_then(|count| count.trim().parse::<usize>().ok());
        } else if let (None, Some(title)) = (&open, line.trim_start().strip_prefix("# Subtest: ")) {
            title.clone_into(&mut suite);
        } else if let Some(test) = &mut open {
            append(&mut test.after, line);
            append(&mut test.after, "\n");
        }
        Ok(())
    })?;
    if let Some(done) = open {
        take(done.outcome(&suite));
    }
    match planned {
        Some(planned) if planned > seen => {
            bail!("{name}: {planned} tests planned, {seen} reported: the run was cut off")
        }
        None if seen == 0 => bail!("{name}, line 1: no tests"),
        Some(_) | None => Ok(()),
    }
}

/// A test's line, and what came after it.
struct Line {
    failed: bool,
    skipped: bool,
    name: String,
    after: String,
}

impl Line {
    fn read(line: &str) -> Option<Self> {
        let (failed, rest) = match line.strip_prefix("not ok") {
            Some(rest) => (true, rest),
            None => (false, line.strip_prefix("ok")?),
        };
        if !rest.is_empty() && !rest.starts_with(' ') {
            return None;
        }
        let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let rest = rest.strip_prefix("- ").unwrap_or(rest);
        let (name, directive) = rest.split_once(" # ").unwrap_or((rest.trim_start_matches("# "), ""));
        let directive = directive.to_lowercase();
        // What is still to be done may fail.
        let skipped = directive.starts_with("skip") || (failed && directive.starts_with("todo"));
        Some(Self { failed, skipped, name: name.trim().to_owned(), after: String::new() })
    }

    fn outcome(self, suite: &str) -> Outcome {
        let verdict = if self.skipped {
            TestResult::Skipped
        } else if self.failed {
            // YAML diagnostics name the message.
            let message = self.after.lines().find_map(|line| line.trim().strip_prefix("message:"));
            let message = message.unwrap_or_default().trim().trim_matches(['\'', '"']).to_owned();
            TestResult::Failed(Box::new(evidence(&message, &self.after, "", None)))
        } else {
            TestResult::Passed
        };
        let name = if self.name.is_empty() { "a test without a name".to_owned() } else { self.name };
        Outcome { suite: suite.to_owned(), name, verdict }
    }
}
