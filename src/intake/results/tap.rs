//! The Test Anything Protocol, versions 12 to 14: a line a test, with what follows it; tests within tests are indented.

use std::io::BufRead;

use anyhow::{Result, bail};

use crate::intake::results::lines;
use crate::intake::results::plain::{append, evidence};
use crate::intake::results::roots::within;
use crate::process::{Outcome, TestResult};

/// By how much a test within another is indented.
const INDENT: usize = 4;
/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 64;
/// Reads a report.
///
/// # Errors
/// It cannot be read, or bailed out: the file, and the line.
pub(super) fn read(
    reader: impl BufRead,
    name: &str,
    roots: &[String],
    take: &mut dyn FnMut(Outcome),
) -> Result<()> {
    let mut report = Report::default();
    lines(reader, name, |number, line| {
        let text = line.trim_start_matches(' ');
        let depth = ((line.len() - text.len()) / INDENT).min(MAX_DEPTH);
        if let Some(mut next) = Line::read(text, depth).filter(|_| !report.is_in_diagnostics(line)) {
            next.name = within(&next.name, roots);
            report.seen += usize::from(depth == 0);
            report.close(take);
            // A name may end like one whose subtests follow.
            while report.parents.last().is_some_and(|parent| parent.depth >= depth) {
                report.leave(take);
            }
            if next.is_braced {
                report.enter(next);
            } else {
                report.open = Some(next);
            }
        } else if text.trim_end() == "}" && report.is_within(depth) && !report.is_in_diagnostics(line) {
            report.close(take);
            report.leave(take);
        } else if let Some(why) = text.strip_prefix("Bail out!") {
            report.close_all(take);
            bail!("{name}, line {number}: the tests bailed out:{why}");
        } else if let (0, Some(plan)) = (depth, line.strip_prefix("1..")) {
            report.planned =
                plan.split([' ', '#']).next().and_then(|count| count.trim().parse::<usize>().ok());
        } else if let Some(title) = text.strip_prefix("# Subtest: ") {
            report.close(take);
            report.titles.truncate(depth);
            report.titles.push(within(title.trim(), roots));
        } else if let Some(test) = report.open.as_mut().or(report.parents.last_mut()) {
            append(&mut test.after, line);
            append(&mut test.after, "\n");
        }
        Ok(())
    })?;
    report.close_all(take);
    match report.planned {
        Some(planned) if planned > report.seen => {
            bail!("{name}: {planned} tests planned, {} reported: the run was cut off", report.seen)
        }
        Some(planned) if planned < report.seen => {
            bail!("{name}: {planned} tests planned, {} reported", report.seen)
        }
        None if report.seen == 0 => bail!("{name}, line 1: no tests"),
        // Where the plan comes last, a run that was cut off has none.
        None => bail!("{name}: no plan (1..{}): the run was cut off", report.seen),
        Some(_) => Ok(()),
    }
}

/// A report, as far as it was read.
#[derive(Default)]
struct Report {
    open: Option<Line>,
    planned: Option<usize>,
    /// How many tests at the top were seen.
    seen: usize,
    /// The tests that are open, from the outermost on: what is indented is in them.
    titles: Vec<String>,
    /// Those of them whose subtests stand in braces: how they ended is known before those are.
    parents: Vec<Line>,
    /// How deep the last test was that failed within the one that is open; its parents fail with it.
    failed_below: Option<usize>,
}

impl Report {
    /// True within the indented block of diagnostics that a test has.
    fn is_in_diagnostics(&self, line: &str) -> bool {
        let Some(open) = self.open.as_ref().or(self.parents.last()) else { return false };
        let starts = open.after.lines().filter(|line| line.trim() == "---").count();
        let ends = open.after.lines().filter(|line| line.trim() == "...").count();
        starts > ends && line.starts_with(' ')
    }

    /// Begins a test whose subtests follow in braces.
    fn enter(&mut self, parent: Line) {
        self.titles.truncate(parent.depth);
        self.titles.push(parent.name.clone());
        self.failed_below = None;
        self.parents.push(parent);
    }

    /// True for a brace that ends the innermost test with subtests.
    fn is_within(&self, depth: usize) -> bool {
        self.parents.last().is_some_and(|parent| parent.depth == depth)
    }

    /// Ends the innermost test with subtests.
    fn leave(&mut self, take: &mut dyn FnMut(Outcome)) {
        self.open = self.parents.pop();
        if let Some(parent) = &self.open {
            self.titles.truncate(parent.depth);
        }
        self.close(take);
    }

    /// Ends all that is open.
    fn close_all(&mut self, take: &mut dyn FnMut(Outcome)) {
        self.close(take);
        while !self.parents.is_empty() {
            self.leave(take);
        }
    }

    /// Ends the test that is open.
    fn close(&mut self, take: &mut dyn FnMut(Outcome)) {
        let Some(done) = self.open.take() else { return };
        let depth = done.depth;
        let is_parent = self.failed_below.is_some_and(|below| below > depth);
        if done.failed && !done.skipped {
            self.failed_below = Some(depth);
        } else if self.failed_below.is_some_and(|below| below > depth) {
            self.failed_below = None;
        }
        // Why a parent failed is told below it.
        if done.failed && is_parent && !done.skipped {
            return;
        }
        let parents: Vec<&str> = self.titles.iter().take(depth).map(String::as_str).collect();
        take(done.outcome(&parents));
    }
}

/// A test's line, and what came after it.
struct Line {
    depth: usize,
    failed: bool,
    skipped: bool,
    name: String,
    after: String,
    /// True where its subtests follow in braces.
    is_braced: bool,
}

impl Line {
    fn read(line: &str, depth: usize) -> Option<Self> {
        let (failed, rest) = match line.strip_prefix("not ok") {
            Some(rest) => (true, rest),
            None => (false, line.strip_prefix("ok")?),
        };
        if !rest.is_empty() && !rest.starts_with(' ') {
            return None;
        }
        let rest = rest.trim_start();
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let rest = rest.get(number.len()..).unwrap_or_default().trim_start();
        let rest = rest.strip_prefix("- ").unwrap_or(rest);
        let (name, directive) = name_and_directive(rest);
        let directive = directive.to_lowercase();
        // A subtest that follows in braces.
        let name = name.trim().trim_end_matches('{').trim_end();
        let name = match (name.is_empty(), number.is_empty()) {
            (true, false) => format!("test {number}"),
            (true, true) | (false, _) => unescaped(name),
        };
        // What is still to be done may fail.
        let skipped = directive.starts_with("skip") || (failed && directive.starts_with("todo"));
        Some(Self { depth, failed, skipped, name, after: String::new(), is_braced: rest.ends_with(" {") })
    }

    fn outcome(self, parents: &[&str]) -> Outcome {
        let verdict = if self.skipped {
            TestResult::Skipped
        } else if self.failed {
            TestResult::Failed(Box::new(evidence(&message(&self.after), &self.after, "", None)))
        } else {
            TestResult::Passed
        };
        let name = if self.name.is_empty() { "a test without a name" } else { &self.name };
        let suite = parents.first().copied().unwrap_or_default();
        Outcome::new(suite, [parents, &[name]].concat().join(" > "), verdict)
    }
}

/// The name of a test's line, and its directive. How long it took is neither; any other `#` is the name's.
fn name_and_directive(text: &str) -> (&str, &str) {
    let is = |text: &str, words: &[&str]| {
        let text = text.trim_start().to_lowercase();
        words.iter().any(|word| text.starts_with(word))
    };
    let behind = |(at, _)| (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
    let said =
        || text.match_indices('#').map(behind).filter(|(name, _)| name.is_empty() || name.ends_with(' '));
    let name = said().find(|(_, rest)| is(rest, &["skip", "todo", "time="])).map_or(text, |(name, _)| name);
    let directive = said().find(|(_, rest)| is(rest, &["skip", "todo"])).map_or("", |(_, rest)| rest);
    (name.trim_start_matches("# "), directive.trim_start())
}

/// A name without the marks before `#` and `\` (TAP 14, Escaping).
fn unescaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut chars = name.chars().peekable();
    while let Some(char) = chars.next() {
        match chars.peek() {
            Some(next @ ('#' | '\\')) if char == '\\' => {
                text.push(*next);
                chars.next();
            }
            _ => text.push(char),
        }
    }
    text
}

/// What diagnostics say went wrong: under `message` or `error`, on the same line or the next; else the first line that is
/// not of what they say beside.
fn message(after: &str) -> String {
    let mut lines = after.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let said = ["message:", "error:", "reason:"].iter().find_map(|key| line.strip_prefix(key));
        let Some(said) = said.map(str::trim) else { continue };
        let is_block = said.is_empty() || said.starts_with(['|', '>']);
        let said = if is_block { lines.find(|line| !line.is_empty()).unwrap_or_default() } else { said };
        return said.trim_matches(['\'', '"']).to_owned();
    }
    // Outside of a block of diagnostics, a comment says it.
    let is_own = |line: &&str| line.starts_with('#') && line.chars().any(char::is_alphanumeric);
    let own = after.lines().map(str::trim).find(is_own).unwrap_or_default();
    own.trim_start_matches(['#', ' ']).to_owned()
}
