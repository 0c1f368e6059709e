//! YAML out: our one canonical form.
//!
//! The writer is ours: libyaml's would turn a text with a tab, a trailing blank or an emoji into one
//! long escaped line. Here every text stays readable, line by line, and comes back to the letter.

use std::fmt::Write as _;

use crate::ticket::node::Node;
use crate::ticket::text::is_hidden;

/// Writes a mapping as a document: block style, two blanks a level, LF.
#[must_use]
pub fn write(pairs: &[(Node, Node)]) -> String {
    let mut out = String::new();
    write_pairs(&mut out, pairs, 0);
    out
}

/// True where a mapping is written as this text.
#[must_use]
pub(super) fn is_written_as(pairs: &[(Node, Node)], text: &str) -> bool {
    let mut out = String::with_capacity(text.len());
    write_pairs(&mut out, pairs, 0);
    out == text
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
    const BLANKS: &str = "                ";
    match BLANKS.get(..blanks) {
        Some(margin) => out.push_str(margin),
        None => out.extend(std::iter::repeat_n(' ', blanks)),
    }
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
    if is_plain_words(text) {
        return !is_reserved(text);
    }
    let Some(first) = text.chars().next() else {
        return false;
    };
    !("-?:,[]{}#&*!|>'\"%@`=".contains(first)
        || text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace)
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #")
        || text.contains(|c| is_hidden(c) || matches!(c, '\n' | '\t'))
        || is_reserved(text)
        || (first.is_ascii_digit() || "+.".contains(first)) && looks_numeric(text)
        || place == Place::Flow && text.contains([',', '[', ']', '{', '}', '?', ':']))
}

/// True for what nearly every text is: letters first, and then nothing that YAML knows, wherever it stands.
fn is_plain_words(text: &str) -> bool {
    let is_harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-./@<>()".contains(byte);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.as_bytes().iter().all(is_harmless)
}

/// True for a word that some YAML reader takes as a truth, a number or nothing.
fn is_reserved(text: &str) -> bool {
    const WORDS: &[&str] =
        &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "nan", "inf", "<<", "="];
    let word = text.trim_start_matches(['.', '+', '-']);
    text.len() <= MAX_RESERVED_BYTES && WORDS.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
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
