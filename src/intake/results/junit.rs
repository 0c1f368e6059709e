//! JUnit XML, in the dialects of the tools that write it; event by event.

use std::io::{BufReader, Read};

use anyhow::{Result, anyhow};
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::intake::results::plain::{append, evidence};
use crate::intake::results::thinned::Thinned;
use crate::process::{Outcome, TestResult};

/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 256;

/// Reads a report.
///
/// # Errors
/// It is no XML, or no report: the file, and the line.
pub(super) fn read(
    open: &dyn Fn() -> Result<Box<dyn Read>>,
    name: &str,
    take: &mut dyn FnMut(Outcome),
) -> Result<()> {
    let mut reader = Reader::from_reader(BufReader::new(Thinned::new(open()?)));
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    let mut report = Report::default();
    let mut buffer = Vec::new();
    let mut failed = None;
    loop {
        buffer.clear();
        let problem = match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) if report.depth > 0 => Some(format!("ends within <{}>", report.innermost())),
            Ok(Event::Eof) if !report.has_root => Some("has no report".to_owned()),
            Ok(Event::Eof) => break,
            Ok(event) => report.event(event, take).err(),
            Err(error) => Some(error.to_string()),
        };
        if problem.is_some() {
            failed = problem;
            break;
        }
    }
    let Some(problem) = failed else { return Ok(()) };
    let line =
        Thinned::line_at(open()?, reader.error_position().max(reader.buffer_position()).saturating_sub(1));
    Err(anyhow!("{name}, line {line}: {problem}"))
}

/// A report, as far as it was read.
#[derive(Default)]
struct Report {
    depth: usize,
    has_root: bool,
    elements: Vec<String>,
    suites: Vec<Suite>,
    case: Option<Case>,
    /// What the element that is open says: its text, gathered.
    text: String,
}

/// A suite that is open.
#[derive(Default)]
struct Suite {
    name: String,
    file: Option<String>,
    /// A failure of the suite itself: of its set-up.
    problem: Option<(String, String)>,
}

/// A test that is open.
#[derive(Default)]
struct Case {
    name: String,
    class: String,
    place: Option<String>,
    problem: Option<(String, String)>,
    skipped: bool,
    /// It passed after all.
    flaky: bool,
    output: String,
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
        if !self.has_root && !matches!(element.as_str(), "testsuites" | "testsuite" | "testcase" | "testrun")
        {
            return Err(format!("<{element}> is not a JUnit report"));
        }
        self.has_root = true;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("is nested deeper than {MAX_DEPTH}"));
        }
        self.text.clear();
        match element.as_str() {
            "testsuite" => {
                let name = attribute(tag, "name").or_else(|| attribute(tag, "package")).unwrap_or_default();
                let file = attribute(tag, "file").or_else(|| attribute(tag, "filepath"));
                self.suites.push(Suite { name, file, problem: None });
            }
            "testcase" => self.case = Some(self.opened(tag)),
            "skipped" | "disabled" => self.of_case(|case| case.skipped = true),
            "failure" | "error" => {
                let message = said(tag);
                match (&mut self.case, self.suites.last_mut()) {
                    (Some(case), _) if case.problem.is_none() => {
                        case.problem = Some((message, String::new()));
                    }
                    (None, Some(suite)) if suite.problem.is_none() => {
                        suite.problem = Some((message, String::new()));
                    }
                    _ => {}
                }
            }
            // Surefire and nextest: it failed, and passed when it was run again.
            "flakyFailure" | "flakyError" => self.of_case(|case| case.flaky = true),
            _ => {}
        }
        self.elements.push(element);
        Ok(())
    }

    fn opened(&self, tag: &BytesStart<'_>) -> Case {
        let suite_file = self.suites.iter().rev().find_map(|suite| suite.file.clone());
        let file = attribute(tag, "file").or(suite_file);
        let place = file.map(|file| match attribute(tag, "line") {
            Some(line) => format!("{file}:{line}"),
            None => file,
        });
        let status = attribute(tag, "status").or_else(|| attribute(tag, "result")).unwrap_or_default();
        let mut case = Case {
            name: attribute(tag, "name").unwrap_or_default(),
            class: attribute(tag, "classname").or_else(|| attribute(tag, "class")).unwrap_or_default(),
            place,
            ..Case::default()
        };
        match status.to_lowercase().as_str() {
            "fail" | "failed" | "failure" | "error" => case.problem = Some((String::new(), String::new())),
            "skipped" | "notrun" | "disabled" | "ignored" | "suppressed" => case.skipped = true,
            _ => {}
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
        let text = std::mem::take(&mut self.text);
        match self.elements.pop().as_deref() {
            Some("failure" | "error") => {
                let problem = match (&mut self.case, self.suites.last_mut()) {
                    (Some(case), _) => case.problem.as_mut(),
                    (None, Some(suite)) => suite.problem.as_mut(),
                    (None, None) => None,
                };
                if let Some((_, details)) = problem.filter(|(_, details)| details.is_empty()) {
                    *details = text;
                }
            }
            Some("system-out" | "system-err" | "output") => {
                if let Some(case) = &mut self.case {
                    append(&mut case.output, &text);
                    append(&mut case.output, "\n");
                }
            }
            Some("testcase") => {
                if let Some(case) = self.case.take() {
                    take(self.outcome(case));
                }
            }
            Some("testsuite") => {
                if let Some(Suite { name, file, problem: Some((message, details)) }) = self.suites.pop() {
                    let evidence = evidence(&message, &details, "", file);
                    take(Outcome {
                        suite: name.clone(),
                        name,
                        verdict: TestResult::Failed(Box::new(evidence)),
                    });
                }
            }
            _ => {}
        }
    }

    fn outcome(&self, case: Case) -> Outcome {
        let suite = self.suites.iter().rev().map(|suite| suite.name.as_str()).find(|name| !name.is_empty());
        let suite = suite.unwrap_or_default().to_owned();
        let class = if case.class.is_empty() { suite.as_str() } else { case.class.as_str() };
        let name = whole_name(class, &case.name);
        let verdict = match case.problem {
            Some((message, details)) => {
                TestResult::Failed(Box::new(evidence(&message, &details, &case.output, case.place)))
            }
            None if case.skipped => TestResult::Skipped,
            None if case.flaky => TestResult::Flaky,
            None => TestResult::Passed,
        };
        Outcome { suite: if suite.is_empty() { class.to_owned() } else { suite }, name, verdict }
    }
}

/// A test's name with that of its class before it, unless it has it already.
fn whole_name(class: &str, name: &str) -> String {
    match (class, name) {
        ("", name) => name.to_owned(),
        (class, "") => class.to_owned(),
        (class, name) if begins_with(name, class) => name.to_owned(),
        (class, name) => format!("{class}::{name}"),
    }
}

/// True where a name begins with the whole of a class's.
fn begins_with(name: &str, class: &str) -> bool {
    name.strip_prefix(class).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// What a failure's attributes say: the message, or its type.
fn said(tag: &BytesStart<'_>) -> String {
    let message = attribute(tag, "message").filter(|message| !message.trim().is_empty());
    message.or_else(|| attribute(tag, "type")).unwrap_or_default()
}

/// An attribute's value. One that is written wrongly is taken as it stands: no report is lost for it.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|one| local(one.key.as_ref()) == name)?;
    let value = unescape(&found.value).map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned);
    Some(value)
}

/// A name without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// What an entity stands for. One that XML does not allow is a replacement character; an unknown one stays.
fn resolved(reference: &BytesRef<'_>) -> String {
    let name: &str = reference;
    if let Some(text) = resolve_predefined_entity(name) {
        return text.to_owned();
    }
    let number = name.strip_prefix("#x").map_or_else(
        || name.strip_prefix('#').and_then(|digits| digits.parse().ok()),
        |digits| u32::from_str_radix(digits, 16).ok(),
    );
    match number {
        Some(number) => char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER).to_string(),
        None => format!("&{name};"),
    }
}
