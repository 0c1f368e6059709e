//! Text whose sender's program broke its lines: paragraphs are put together again (RFC 3676, `format=flowed`).

use mail_parser::{MessagePart, MimeHeaders as _};

/// The line above a signature: its blank at the end breaks no paragraph (RFC 3676, 4.3).
const SIGNATURE: &str = "-- ";

/// The text of a part with its paragraphs whole. Quoted lines stay as they came: an answer's quotes are the rest of
/// its message, which is kept as it is.
pub(super) fn with_whole_paragraphs(part: &MessagePart<'_>, text: String) -> String {
    let has = |name: &str, value: &str| {
        let kind = part.content_type();
        kind.and_then(|kind| kind.attribute(name)).is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    if has("format", "flowed") { joined(&text, has("delsp", "yes")) } else { text }
}

/// Lines that end in a blank joined with what follows; `is_blank_added` where that blank is no part of the text.
fn joined(text: &str, is_blank_added: bool) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut is_open = false;
    for (place, line) in text.lines().enumerate() {
        let is_quoted = line.starts_with('>');
        let is_apart = is_quoted || line == SIGNATURE || line.is_empty();
        if place > 0 && (is_apart || !is_open) {
            whole.push('\n');
        }
        // A blank before a line's first character keeps it from being read as a quote (4.4).
        let line = line.strip_prefix(' ').unwrap_or(line);
        is_open = !is_quoted && line.ends_with(' ') && line != SIGNATURE;
        let is_cut = is_open && is_blank_added;
        whole.push_str(if is_cut { line.strip_suffix(' ').unwrap_or(line) } else { line });
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_whole_and_all_else_keeps_its_lines() {
        let text = "One paragraph \nin two lines.\n\nAnother.\n> quoted \n> lines\n  - stuffed\n >no quote\nends \n-- \nDana";
        let whole = "One paragraph in two lines.\n\nAnother.\n> quoted \n> lines\n - stuffed\n>no quote\nends \n-- \nDana";
        assert_eq!(joined(text, false), whole);
    }

    #[test]
    fn an_address_that_was_broken_is_whole() {
        let broken = "See https://shop.example/a/ \nb?c=d for  \nit now.";
        assert_eq!(joined(broken, true), "See https://shop.example/a/b?c=d for it now.");
    }

    #[test]
    fn empty_lines_stay() {
        assert_eq!(joined("\n\na \n\nb", false), "\n\na \n\nb");
    }
}
