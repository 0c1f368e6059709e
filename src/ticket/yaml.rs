//! YAML in and out: reads through serde_yaml behind the guard, writes our one canonical form.
//!
//! The writer is ours: libyaml's would turn a text with a tab, a trailing blank or an emoji into one
//! long escaped line. Here every text stays readable, line by line, and comes back to the letter.

use std::fmt::Write as _;

use crate::ticket::canonical;
use crate::ticket::guard;
use crate::ticket::node::Node;
use crate::ticket::text::is_hidden;

/// Why a text is not the YAML we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct SyntaxError {
    /// The line, from 1; 0 where it is not known.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

/// Text from the bytes of a file: UTF-8, a byte-order mark and CRLF taken, at most 4 MiB.
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode(bytes: &[u8]) -> Result<String, SyntaxError> {
    let error = |line, problem: String| SyntaxError { line, problem };
    if bytes.len() > guard::MAX_FILE_BYTES {
        let limit = guard::MAX_FILE_BYTES;
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
        return Err(error(place + 1, "holds the conflict markers of a merge".to_owned()));
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
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or(&text).to_owned();
        SyntaxError { line, problem }
    })
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
    let content = first.content.strip_prefix("- ").unwrap_or_default();
    let mut inner = vec![Line { indent: first.indent + 2, content, ..*first }];
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

/// Writes a mapping as a document: block style, two blanks a level, LF.
#[must_use]
pub fn write(pairs: &[(Node, Node)]) -> String {
    let mut out = String::new();
    write_pairs(&mut out, pairs, 0);
    out
}

fn write_pairs(out: &mut String, pairs: &[(Node, Node)], indent: usize) {
    for (place, (key, value)) in pairs.iter().enumerate() {
        if place > 0 || indent == 0 || out.ends_with('\n') {
            pad(out, indent);
        }
        write_scalar(out, key, Place::Flow);
        out.push(':');
        write_value(out, value, indent);
    }
}

/// A value after its key, or after a dash: its line's rest, and the lines below.
fn write_value(out: &mut String, value: &Node, indent: usize) {
    match value {
        Node::Map(pairs) if !pairs.is_empty() => {
            out.push('\n');
            write_pairs(out, pairs, indent + 2);
        }
        Node::List(items) if items.iter().any(|item| !fits_flow(item)) => {
            out.push('\n');
            // A list of the top level stands at its key's column, as in docs/file-format.md; one further in too.
            for item in items {
                pad(out, indent);
                out.push('-');
                write_item(out, item, indent);
            }
        }
        Node::List(items) => {
            out.push_str(" [");
            for (place, item) in items.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { ", " });
                write_scalar(out, item, Place::Flow);
            }
            out.push_str("]\n");
        }
        Node::Null => out.push('\n'),
        Node::Text(text) if text.contains('\n') => write_lines(out, text, indent + 2),
        Node::Map(_) | Node::Bool(_) | Node::Number(_) | Node::Text(_) => {
            out.push(' ');
            write_scalar(out, value, Place::Block);
            out.push('\n');
        }
    }
}

fn write_item(out: &mut String, item: &Node, indent: usize) {
    match item {
        Node::Map(pairs) if !pairs.is_empty() => {
            out.push(' ');
            write_pairs(out, pairs, indent + 2);
        }
        Node::List(items) if items.iter().any(|item| !fits_flow(item)) => {
            // A list directly in a list: each of its dashes on a line of its own, one level in.
            out.push('\n');
            for item in items {
                pad(out, indent + 2);
                out.push('-');
                write_item(out, item, indent + 2);
            }
        }
        Node::Map(_) | Node::List(_) | Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) => {
            write_value(out, item, indent);
        }
    }
}

/// True for what stands in a list on one line.
fn fits_flow(node: &Node) -> bool {
    match node {
        Node::Text(text) => !text.contains('\n'),
        Node::Map(pairs) => pairs.is_empty(),
        Node::List(items) => items.is_empty(),
        Node::Null | Node::Bool(_) | Node::Number(_) => true,
    }
}

/// Where a scalar stands: inside brackets, commas and brackets must be quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Block,
    Flow,
}

fn pad(out: &mut String, blanks: usize) {
    out.extend(std::iter::repeat_n(' ', blanks));
}

fn write_scalar(out: &mut String, node: &Node, place: Place) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Number(text) => out.push_str(text),
        Node::Text(text) if is_plain(text, place) => out.push_str(text),
        Node::Text(text) => {
            out.push('"');
            out.push_str(&escaped(text));
            out.push('"');
        }
        Node::List(_) => out.push_str("[]"),
        Node::Map(_) => out.push_str("{}"),
    }
}

/// The longest of the reserved words, with a sign and a dot before it.
const MAX_RESERVED_BYTES: usize = 16;

/// True for a text that every YAML reader, of 1.1 and 1.2, takes as this text without quotes.
fn is_plain(text: &str, place: Place) -> bool {
    if is_stamp(text) {
        return true;
    }
    let Some(first) = text.chars().next() else {
        return false;
    };
    let reserved =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "nan", "inf", "<<", "="];
    !("-?:,[]{}#&*!|>'\"%@`=".contains(first)
        || text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace)
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #")
        || text.contains(|c| is_hidden(c) || matches!(c, '\n' | '\t'))
        || text.len() <= MAX_RESERVED_BYTES
            && reserved.contains(&text.to_lowercase().trim_start_matches(['.', '+', '-']))
        || (first.is_ascii_digit() || "+.".contains(first)) && looks_numeric(text)
        || place == Place::Flow && text.contains([',', '[', ']', '{', '}', '?', ':']))
}

/// Digits and what numbers, dates and times are written with; but `1.4.0` is none of them.
fn looks_numeric(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let version = text.split('.').count() > 2 && text.split('.').all(digits);
    let hexadecimal = text.trim_start_matches(['+', '-']).to_lowercase().starts_with("0x");
    hexadecimal || (text.chars().all(|c| "0123456789_.:+-eEoObBtTzZ ".contains(c)) && !version)
}

/// `2026-11-23T09:12:04Z`: our own times stand without quotes.
fn is_stamp(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00Z";
    let fits = |(byte, shape): (u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape };
    text.len() == SHAPE.len() && text.bytes().zip(SHAPE).all(fits)
}

/// A text of several lines: a literal block where every character may stand bare in one, otherwise
/// double quotes with one line of the text a line.
fn write_lines(out: &mut String, text: &str, indent: usize) {
    let body = text.trim_end_matches('\n');
    if body.is_empty() || text.contains(is_hidden) {
        let margin = " ".repeat(indent);
        let lines: Vec<String> = text.split_inclusive('\n').map(escaped).collect();
        let continued = format!("\\\n{margin}");
        // A blank that begins a continued line would be folded away: it is escaped.
        let lines: Vec<String> = lines
            .into_iter()
            .map(|line| if line.starts_with([' ', '\t']) { format!("\\{line}") } else { line })
            .collect();
        let _ = writeln!(out, " \"{}\"", lines.join(&continued));
        return;
    }
    let leads_blank = body.starts_with(['\n', ' ', '\t']);
    let chomp = match text.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let _ = writeln!(out, " |{}{chomp}", if leads_blank { "2" } else { "" });
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if line.is_empty() {
            out.push('\n');
        } else {
            pad(out, indent);
            out.push_str(line);
            out.push('\n');
        }
    }
}

/// The inside of double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{1b}' => out.push_str("\\e"),
            c if is_hidden(c) => {
                let _ = match u32::from(c) {
                    code @ 0..=0xff => write!(out, "\\x{code:02X}"),
                    code => write!(out, "\\u{code:04X}"),
                };
            }
            c => out.push(c),
        }
    }
    out
}
