//! JUnit XML, in the dialects of the tools that write it; event by event.

use std::io::{BufReader, Read};

use anyhow::{Result, anyhow};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::intake::results::cases::{Case, Last, Said, Suite};
use crate::intake::results::names::OTHER_FORMS;
use crate::intake::results::plain::{append, evidence};
use crate::intake::results::roots::within;
use crate::intake::results::stated::{Stated, stated};
use crate::intake::results::thinned::Thinned;
use crate::intake::results::xml::{attribute, local, resolved};
use crate::process::{Outcome, TestResult};

/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 256;
/// The most failures of a suite that wait for what the suite itself printed.
const MAX_WAITING: usize = 50;

/// Reads a report; what it counts and does not name is told.
///
/// # Errors
/// It is no XML, or no report: the file, and the line.
pub(super) fn read(
    open: &dyn Fn() -> Result<Box<dyn Read>>,
    name: &str,
    roots: &[String],
    take: &mut dyn FnMut(Outcome),
) -> Result<Option<String>> {
    let mut reader = Reader::from_reader(BufReader::new(Thinned::new(open()?)));
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    let mut report = Report { roots: roots.to_vec(), ..Report::default() };
    let mut buffer = Vec::new();
    let mut failed = None;
    loop {
        buffer.clear();
        let problem = match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) if report.depth > 0 => Some(format!("ends within <{}>", report.innermost())),
            Ok(Event::Eof) if !report.has_root => Some("has no report".to_owned()),
            Ok(Event::Eof) if report.declared > 0 && report.named == 0 => {
                Some(format!("declares {} failures, and names none", report.declared))
            }
            Ok(Event::Eof) if report.unnamed.is_some() => report.unnamed.take(),
            Ok(Event::Eof) => {
                report.compare(report.declared, 0, "it");
                break;
            }
            Ok(event) => report.event(event, take).err(),
            Err(error) => Some(error.to_string()),
        };
        if problem.is_some() {
            failed = problem;
            break;
        }
    }
    let Some(problem) = failed else { return Ok(report.short.take()) };
    report.break_off(take);
    let line =
        Thinned::line_at(open()?, reader.error_position().max(reader.buffer_position()).saturating_sub(1));
    Err(anyhow!("{name}, line {line}: {problem}"))
}

/// A report, as far as it was read.
#[derive(Default)]
struct Report {
    depth: usize,
    has_root: bool,
    /// Where checkouts stand: names of files are told from there.
    roots: Vec<String>,
    /// True where the host of a suite is the project of a configuration.
    is_playwright: bool,
    /// How many failures the report says it has.
    declared: u64,
    /// How many it names.
    named: u64,
    /// How many failures and errors are told of, of which one test may have several.
    told: u64,
    /// Where it counts more than it tells of.
    short: Option<String>,
    /// A suite that says it has failures, and names none.
    unnamed: Option<String>,
    elements: Vec<String>,
    suites: Vec<Suite>,
    case: Option<Case>,
    /// Where the test before stands: its units are told already.
    last: Last,
    /// What the element that is open says: its text, gathered.
    text: String,
}

impl Report {
    fn innermost(&self) -> &str {
        self.elements.last().map_or("", String::as_str)
    }

    fn event(&mut self, event: Event<'_>, take: &mut dyn FnMut(Outcome)) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(&tag)?,
            Event::Empty(tag) => {
                self.start(&tag)?;
                self.end(take);
            }
            Event::End(_) => self.end(take),
            Event::Text(text) => append(&mut self.text, &text),
            Event::CData(text) => append(&mut self.text, &text),
            Event::GeneralRef(reference) => append(&mut self.text, &resolved(&reference)),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let element = local(tag.name().as_ref()).to_owned();
        if !self.has_root {
            self.root(&element, tag)?;
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("is nested deeper than {MAX_DEPTH}"));
        }
        // What a test printed may be XML itself, and is no result.
        if self.is_in_output() {
            self.elements.push(element);
            return Ok(());
        }
        self.text.clear();
        match element.to_ascii_lowercase().as_str() {
            "testsuite" => self.suites.push(self.suite(tag)),
            "testcase" => self.case = Some(self.opened(tag)),
            "skipped" | "disabled" | "ignored" => {
                // Node's runner: what is still to be done may fail.
                let is_todo = attribute(tag, "type").is_some_and(|kind| kind == "todo");
                self.of_case(|case| (case.skipped, case.is_todo) = (true, is_todo));
            }
            "failure" | "error" => {
                self.told += 1;
                let message = attribute(tag, "message").filter(|message| !message.trim().is_empty());
                let (message, kind) =
                    (message.unwrap_or_default(), attribute(tag, "type").unwrap_or_default());
                let problem = match (&mut self.case, self.suites.last_mut()) {
                    (Some(case), _) => &mut case.problem,
                    (None, Some(suite)) => &mut suite.problem,
                    (None, None) => &mut None,
                };
                let problem = problem.get_or_insert_default();
                if problem.kind.is_empty() {
                    problem.kind = kind;
                }
                if problem.message.is_empty() {
                    problem.message = message;
                } else if !message.is_empty() {
                    append(&mut problem.details, &format!("\n\n{message}\n"));
                }
            }
            // Surefire and nextest: it failed, and passed when it was run again.
            "flakyfailure" | "flakyerror" => {
                (self.named, self.told) = (self.named + 1, self.told + 1);
                self.of_case(|case| case.flaky = true);
            }
            _ => {}
        }
        self.elements.push(element);
        Ok(())
    }

    /// Sees that the first element is that of a report.
    fn root(&mut self, element: &str, tag: &BytesStart<'_>) -> Result<(), String> {
        self.has_root = true;
        if let Some((_, form)) = OTHER_FORMS.iter().find(|(other, _)| *other == element) {
            return Err(format!("is {form}"));
        }
        if !matches!(element, "testsuites" | "testsuite" | "testcase" | "testrun") {
            return Err(format!("<{element}> is not a JUnit report"));
        }
        // Playwright's root has an id, as a rule an empty one, and a name; others name themselves.
        let name = attribute(tag, "name").unwrap_or_default();
        self.is_playwright = element == "testsuites" && (attribute(tag, "id").is_some() || name.is_empty());
        self.declared = declared(tag);
        Ok(())
    }

    fn is_in_output(&self) -> bool {
        self.elements.iter().any(|element| matches!(element.as_str(), "system-out" | "system-err" | "output"))
    }

    fn suite(&self, tag: &BytesStart<'_>) -> Suite {
        let name = attribute(tag, "name").or_else(|| attribute(tag, "package")).unwrap_or_default();
        let file = attribute(tag, "file").or_else(|| attribute(tag, "filepath"));
        // Playwright: a suite is a file of tests, and its host the project of the configuration.
        let is_script = [".js", ".ts", ".mjs", ".cjs", ".jsx", ".tsx"].iter().any(|end| name.ends_with(end));
        // Others write the machine there, which is another in each run.
        let is_playwright = is_script && self.is_playwright;
        let project = attribute(tag, "hostname").filter(|host| is_playwright && !host.is_empty());
        let file = file.map(|file| within(&file, &self.roots));
        Suite {
            name: within(&name, &self.roots),
            declared: declared(tag),
            named_before: self.named,
            told_before: self.told,
            file,
            project,
            ..Suite::default()
        }
    }

    fn opened(&mut self, tag: &BytesStart<'_>) -> Case {
        let suite_file = self.suites.iter().rev().find_map(|suite| suite.file.clone());
        let file = attribute(tag, "file").map(|file| within(&file, &self.roots)).or(suite_file);
        let place = file.clone().map(|file| match attribute(tag, "line") {
            Some(line) => format!("{file}:{line}"),
            None => file,
        });
        let class = attribute(tag, "classname").or_else(|| attribute(tag, "class")).unwrap_or_default();
        let mut case = Case {
            name: within(&attribute(tag, "name").unwrap_or_default(), &self.roots),
            class: within(&class, &self.roots),
            file: file.unwrap_or_default(),
            place,
            ..Case::default()
        };
        match stated(tag) {
            Stated::Failed => case.problem = Some(Said::default()),
            Stated::NotRun => case.skipped = true,
            Stated::Ran => {}
        }
        case
    }

    fn of_case(&mut self, change: impl FnOnce(&mut Case)) {
        if let Some(case) = &mut self.case {
            change(case);
        }
    }

    fn end(&mut self, take: &mut dyn FnMut(Outcome)) {
        self.depth = self.depth.saturating_sub(1);
        let element = self.elements.pop();
        if self.is_in_output() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        match element.map(|element| element.to_ascii_lowercase()).as_deref() {
            Some("failure" | "error") => {
                let problem = match (&mut self.case, self.suites.last_mut()) {
                    (Some(case), _) => case.problem.as_mut(),
                    (None, Some(suite)) => suite.problem.as_mut(),
                    (None, None) => None,
                };
                if let Some(problem) = problem.filter(|_| !text.trim().is_empty()) {
                    append(&mut problem.details, &text);
                }
            }
            Some("system-out" | "system-err" | "output") => {
                let output = match (&mut self.case, self.suites.last_mut()) {
                    (Some(case), _) => Some(&mut case.output),
                    (None, suite) => suite.map(|suite| &mut suite.output),
                };
                if let Some(output) = output {
                    append(output, &text);
                    append(output, "\n");
                }
            }
            Some("testcase") => {
                if let Some(case) = self.case.take() {
                    self.close(case, take);
                }
            }
            Some("testsuite") => self.close_suite(take),
            _ => {}
        }
    }

    /// Ends a test; a failure that printed nothing waits for what its suite printed.
    fn close(&mut self, case: Case, take: &mut dyn FnMut(Outcome)) {
        let is_silent = case.problem.is_some() && case.output.trim().is_empty();
        let is_again = |other: &Case| (&other.class, &other.name) == (&case.class, &case.name);
        if self.suites.last().is_some_and(|suite| suite.waiting.iter().any(is_again)) {
            // Of several attempts, the order counts.
            self.close_waiting(take);
        }
        match self.suites.last_mut().filter(|suite| is_silent && suite.waiting.len() < MAX_WAITING) {
            Some(suite) => suite.waiting.push(case),
            None => {
                let outcome = case.outcome(&self.suites, &mut self.last);
                self.give(outcome, take);
            }
        }
    }

    /// Ends the failures that wait for what their suite prints, with what it has printed.
    fn close_waiting(&mut self, take: &mut dyn FnMut(Outcome)) {
        let Some(waiting) = self.suites.last_mut().map(|suite| std::mem::take(&mut suite.waiting)) else {
            return;
        };
        let printed = self.suites.last().map(|suite| suite.output.clone()).unwrap_or_default();
        for case in waiting {
            let outcome = Case { output: printed.clone(), ..case }.outcome(&self.suites, &mut self.last);
            self.give(outcome, take);
        }
    }

    fn close_suite(&mut self, take: &mut dyn FnMut(Outcome)) {
        self.close_waiting(take);
        let Some(suite) = self.suites.pop() else { return };
        let Suite { name, file, problem, output, declared, named_before, told_before, .. } = suite;
        self.compare(declared, told_before, &format!("suite '{name}'"));
        let Some(problem) = problem else {
            if declared > 0 && self.named == named_before {
                self.unnamed = Some(format!("suite '{name}' declares {declared} failures, and names none"));
            }
            return;
        };
        let mut evidence = evidence(problem.telling(&name), &problem.details, &output, file);
        evidence.title = Some(format!("{name} cannot be run: {}", evidence.message));
        self.give(Outcome::new(name.clone(), name, TestResult::Failed(Box::new(evidence))), take);
    }

    /// Ends what is open where the report breaks off: what failed has failed.
    fn break_off(&mut self, take: &mut dyn FnMut(Outcome)) {
        if let Some(case) = self.case.take().filter(|case| case.problem.is_some() && !case.skipped) {
            let outcome = case.outcome(&self.suites, &mut self.last);
            self.give(outcome, take);
        }
        while !self.suites.is_empty() {
            self.close_suite(take);
        }
    }

    fn give(&mut self, outcome: Outcome, take: &mut dyn FnMut(Outcome)) {
        self.named += u64::from(matches!(outcome.verdict, TestResult::Failed(_)));
        take(outcome);
    }
}

impl Report {
    /// Notes where more failures are counted than are told of: what it says of the others, nobody knows.
    fn compare(&mut self, declared: u64, told_before: u64, what: &str) {
        let told = self.told - told_before;
        if told > 0 && declared > told {
            self.short
                .get_or_insert_with(|| format!("{what} declares {declared} failures, and names {told}"));
        }
    }
}

/// How many failures an element says there are in it.
fn declared(tag: &BytesStart<'_>) -> u64 {
    let count = |name: &str| attribute(tag, name).and_then(|count| count.trim().parse::<u64>().ok());
    count("failures").unwrap_or_default().saturating_add(count("errors").unwrap_or_default())
}
