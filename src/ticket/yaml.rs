//! YAML in: through serde_yaml behind the guard; what we wrote ourselves by a faster reader.

use crate::ticket::canonical;
use crate::ticket::guard;
use crate::ticket::node::{DUPLICATE_KEY, Node};

pub use crate::ticket::yaml_writer::write;

/// Why a text is not the YAML we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct SyntaxError {
    /// The line, from 1; 0 where it is not known.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

/// Text from the bytes of a file: UTF-8, a byte-order mark and CRLF taken, at most 32 MiB.
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode(bytes: &[u8]) -> Result<String, SyntaxError> {
    let error = |line, problem: String| SyntaxError { line, problem };
    if bytes.len() > guard::MAX_TICKET_BYTES {
        let limit = guard::MAX_TICKET_BYTES;
        return Err(error(0, format!("{} bytes; at most {limit} are read", bytes.len())));
    }
    let text = std::str::from_utf8(bytes).map_err(|bad| {
        let before = bytes.get(..bad.valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        error(line, "not UTF-8".to_owned())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let marker = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    if let Some(place) = text.lines().position(marker) {
        return Err(error(place + 1, "has conflict markers".to_owned()));
    }
    Ok(text)
}

/// Reads one document.
///
/// # Errors
/// What is wrong with it, and on which line.
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    match canonical::read(text) {
        Some(node) => Ok(node),
        None => parse_any(text),
    }
}

/// Reads one document, whoever wrote it.
///
/// # Errors
/// What is wrong with it, and on which line.
pub fn parse_any(text: &str) -> Result<Node, SyntaxError> {
    guard::check(text).map_err(|refused| SyntaxError { line: refused.line, problem: refused.problem })?;
    serde_yaml::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        let message = error.to_string();
        let problem = message.split(" at line ").next().unwrap_or(&message).to_owned();
        let repeated = problem.split_once(DUPLICATE_KEY).map(|(_, key)| key.trim_matches('\''));
        let line = repeated.and_then(|key| line_of_second(text, line, key)).unwrap_or(line);
        SyntaxError { line, problem }
    })
}

/// The line, from 1, on which a mapping that begins on a line has a key for the second time: the parser knows where the
/// mapping begins. `None` where the layout is not the usual one.
fn line_of_second(text: &str, begin: usize, key: &str) -> Option<usize> {
    let mut lines = text.lines().enumerate().skip(begin.checked_sub(1)?).filter_map(Line::of);
    let first = lines.next()?.in_item();
    let mut keys = std::iter::once(first).chain(lines.take_while(|line| line.indent >= first.indent));
    let is_key = |line: &Line<'_>| line.indent == first.indent && key_of(line.content) == key;
    keys.by_ref().find(is_key)?;
    keys.find(is_key).map(|line| line.number + 1)
}

/// The line, from 1, on which a value stands: its keys, and places in lists, from the top down.
/// Where the layout is not the usual one, the line of the nearest value around it.
#[must_use]
pub fn line_of(text: &str, path: &[String]) -> usize {
    let mut block: Vec<Line<'_>> = text.lines().enumerate().filter_map(Line::of).collect();
    let mut found = 0;
    for key in path {
        let inner = match key.parse::<usize>() {
            Ok(nth) => nth_item(&block, nth),
            Err(_) => under_key(&block, key),
        };
        let Some((number, inner)) = inner else { break };
        found = number;
        block = inner;
    }
    found + 1
}

/// A line that says something: its number from 0, its indent in columns, and what stands there.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    indent: usize,
    content: &'a str,
}

impl<'a> Line<'a> {
    fn of((number, line): (usize, &'a str)) -> Option<Self> {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        (!content.is_empty() && !content.starts_with('#')).then_some(Self { number, indent, content })
    }

    /// The first key of an item of a list as its other keys stand.
    fn in_item(self) -> Self {
        match self.content.strip_prefix("- ") {
            Some(content) => Self { indent: self.indent + 2, content, ..self },
            None => self,
        }
    }

    fn is_item(&self) -> bool {
        self.content.starts_with("- ")
    }
}

type Found<'a> = Option<(usize, Vec<Line<'a>>)>;

/// The lines of the nth item of the list that a block of lines holds.
fn nth_item<'a>(block: &[Line<'a>], nth: usize) -> Found<'a> {
    let outer = block.iter().map(|line| line.indent).min()?;
    let starts = |line: &Line<'_>| line.indent == outer && line.is_item();
    let from = (0..block.len()).filter(|at| block.get(*at).is_some_and(starts)).nth(nth)?;
    let (first, rest) = block.get(from..)?.split_first()?;
    let mut inner = vec![first.in_item()];
    inner.extend(rest.iter().take_while(|line| !starts(line)));
    Some((first.number, inner))
}

/// The lines under a key of the mapping that a block of lines holds; a list may begin in its column.
fn under_key<'a>(block: &[Line<'a>], key: &str) -> Found<'a> {
    let outer = block.iter().map(|line| line.indent).min()?;
    let is_key = |line: &Line<'_>| line.indent == outer && !line.is_item();
    let from = block.iter().position(|line| is_key(line) && key_of(line.content) == key)?;
    let (first, rest) = block.get(from..)?.split_first()?;
    Some((first.number, rest.iter().take_while(|line| !is_key(line)).copied().collect()))
}

fn key_of(line: &str) -> &str {
    line.split(':').next().unwrap_or_default().trim_matches(['"', '\''])
}
