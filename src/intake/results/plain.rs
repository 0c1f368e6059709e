//! Plain text from what tools print: no colours, no control characters, no more than is looked at.

use crate::process::FailureOutput;
use crate::ticket::{first_bytes, one_line};

/// The longest message, in bytes.
const MAX_MESSAGE_BYTES: usize = 2_000;
/// The longest stack trace, and the longest output, in bytes.
pub(super) const MAX_TEXT_BYTES: usize = 16 * 1024;
/// The most files of a failure that are named.
const MAX_FILES: usize = 20;

/// A text without ANSI codes and control characters, with plain line ends.
pub(super) fn plain(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string().replace("\r\n", "\n");
    // What a progress bar wrote over is gone.
    let lines = text.split('\n').map(|line| line.rsplit('\r').next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join("\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// The beginning of a text.
pub(super) fn beginning(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    format!("{}\n[…]\n", first_bytes(text, bytes).trim_end())
}

/// The end of a text.
pub(super) fn end(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let start = (text.len() - bytes..text.len()).find(|start| text.is_char_boundary(*start)).unwrap_or(0);
    format!("[…]\n{}", text.get(start..).unwrap_or_default())
}

/// Keeps the end of what is appended, in bounded memory.
pub(super) fn append(output: &mut String, more: &str) {
    output.push_str(more);
    if output.len() > 4 * MAX_TEXT_BYTES {
        *output = end(output, 2 * MAX_TEXT_BYTES);
    }
}

/// Evidence from what a report says.
pub(super) fn evidence(message: &str, details: &str, output: &str, place: Option<String>) -> FailureOutput {
    let (message, details, output) = (plain(message), plain(details), plain(output));
    let mut files = Vec::new();
    for text in [&details, &output] {
        for part in text.split("[[ATTACHMENT|").skip(1).filter_map(|rest| rest.split("]]").next()) {
            if files.len() < MAX_FILES {
                files.push(one_line(part));
            }
        }
    }
    // A panic is told by what it said, not by where: that moves, and stands in the place.
    let panic = [&details, &output].into_iter().find_map(|text| panicked(text));
    let (message, place) = match panic {
        Some((said, at)) if message.is_empty() || message.contains("panicked at ") => (said, place.or(at)),
        _ => (message, place),
    };
    // A tool that gives no message says it in the first line of the details.
    let said =
        |text: &str| text.lines().map(str::trim).find(|line| says(line)).unwrap_or_default().to_owned();
    let is_bare =
        ["failed", "runtime error", "build error"].contains(&message.trim().to_lowercase().as_str());
    let message =
        if says(&message) && !(is_bare && says(&said(&details))) { message } else { said(&details) };
    let message = if says(&message) { message } else { said(&output) };
    FailureOutput {
        title: None,
        message: one_line(beginning(message.trim(), MAX_MESSAGE_BYTES).trim()),
        details: beginning(details.trim_matches('\n'), MAX_TEXT_BYTES),
        output: end(output.trim_matches('\n'), MAX_TEXT_BYTES),
        place,
        files,
    }
}

/// What a panic of Rust said, and where: `thread 'a' panicked at src/pay.rs:42:7:`, then the message.
fn panicked(text: &str) -> Option<(String, Option<String>)> {
    let (_, rest) = text.split_once("panicked at ")?;
    // Before Rust 1.73: the message in quotes, then the place.
    if let Some((said, after)) = rest.strip_prefix('\'').and_then(|rest| rest.split_once("', ")) {
        let place = after.split_whitespace().next().unwrap_or_default();
        let place = place.rsplit_once(':').map(|(place, _column)| place.to_owned());
        return Some((
            said.lines().next().unwrap_or_default().to_owned(),
            place.filter(|place| place.contains(':')),
        ));
    }
    let (place, said) = rest.split_once('\n')?;
    let place = place.trim_end_matches(':').rsplit_once(':').map(|(place, _column)| place.to_owned());
    let said = said.lines().next().unwrap_or_default().trim();
    (!said.is_empty()).then(|| (said.to_owned(), place.filter(|place| place.contains(':'))))
}

/// True where a line says something of its own.
fn says(line: &str) -> bool {
    let line = line.trim();
    let headings = ["=== ", "--- ", "note: run with `RUST_BACKTRACE"];
    line.chars().any(char::is_alphanumeric) && !headings.iter().any(|heading| line.starts_with(heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_controls_are_gone() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m\r\n10%\r100%\n\u{7}x"), "red\n100%\nx");
    }

    #[test]
    fn a_message_is_found_where_there_is_none() {
        let evidence =
            evidence("", "\n  thread 'a' panicked at x.rs:1:2:\nno", "[[ATTACHMENT|shots/a.png]]", None);
        assert_eq!((evidence.message.as_str(), evidence.place.as_deref()), ("no", Some("x.rs:1")));
        assert_eq!(evidence.files, ["shots/a.png"]);
    }

    #[test]
    fn long_texts_keep_one_end() {
        assert!(beginning(&"é".repeat(100), 11).starts_with("ééééé\n"));
        assert!(end(&"é".repeat(100), 11).ends_with("\nééééé"));
    }
}
