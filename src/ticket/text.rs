//! Text that people wrote: how long it may be, how it becomes one line, how it is shown safely.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The longest text of a field or note, in bytes; longer evidence is attached (docs/limits.md).
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// One line of it: control characters and runs of white space become a single blank.
#[must_use]
pub fn one_line(text: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().all(is_plain) && text.trim().len() == text.len() && !text.contains("  ") {
        return text.to_owned();
    }
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One more than the tags of a flag: five letters of a region, and the end.
const MAX_FLAG_TAGS: usize = 7;

/// The text with everything that could steer a terminal or hide what stands there spelled out as
/// `\u{..}`: control characters except newline and tab, text-direction overrides, invisible marks,
/// the tags that spell ASCII invisibly.
/// Joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji are written with them. The line ends of Windows end
/// lines, and a byte order mark before a text is none of its characters.
#[must_use]
pub fn visible(text: &str) -> String {
    if text.contains('\r') || text.starts_with('\u{feff}') {
        return spelled_out(&text.trim_start_matches('\u{feff}').replace("\r\n", "\n"));
    }
    spelled_out(text)
}

fn spelled_out(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    // A flag of a region is a black one with its tags behind it (UTS #51, ED-14a).
    let mut tags_of_flag = 0;
    for c in text.chars() {
        let is_tag = matches!(c, '\u{e0020}'..='\u{e007f}');
        tags_of_flag = match c {
            '\u{1f3f4}' => MAX_FLAG_TAGS,
            _ if is_tag && tags_of_flag > 0 => tags_of_flag - 1,
            _ => 0,
        };
        let is_flag = is_tag && tags_of_flag > 0;
        if is_hidden(c) || (is_tag && !is_flag) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// What [`visible`] makes of a text, on one line: of a path, say.
#[must_use]
pub fn visible_line(text: &str) -> String {
    spelled_out(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// A word as a shell takes it, on one line; one that no shell touches stays as it is. What cannot be seen is spelled out: a
/// command with such a word does not find its file, and does nothing else either.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let shown = visible_line(word);
    shlex::try_quote(&shown).map_or_else(|_| shown.clone(), Cow::into_owned)
}

/// The beginning of a text that has at most so many bytes, in whole characters.
#[must_use]
pub fn first_bytes(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

/// The text without what [`visible`] spells out: of a message, which is kept whole beside it.
#[must_use]
pub fn without_hidden(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).collect()
}

/// Characters that take up room and show nothing: fillers of Hangul, the blank of Braille.
const BLANK: &[char] = &['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{2800}', '\u{ad}', '\u{180e}'];

/// True where somebody who looks at the text sees something.
#[must_use]
pub fn has_visible(text: &str) -> bool {
    let shows = |c: char| !c.is_whitespace() && !is_hidden(c) && !BLANK.contains(&c) && c.width() != Some(0);
    text.chars().any(shows)
}

/// The text cut to a width in columns, with an ellipsis where something was cut off.
#[must_use]
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    // No character is wider than it has bytes.
    if text.len() <= columns || text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut width = 1;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width <= columns
    };
    let kept: String = text.chars().take_while(fits).collect();
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// True for a character that must not reach a terminal, nor stand bare in a ticket file.
pub(crate) fn is_hidden(c: char) -> bool {
    match c {
        ' '..='~' | '\n' | '\t' => false,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => true,
        '\u{e0000}'..='\u{e001f}' => true,
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let shown = visible(&c.to_string());
            let safe = |c: char| matches!(c, '\n' | '\t') || !c.is_control();
            assert!(shown.chars().all(safe), "{:x}", u32::from(c));
            assert!(!shown.contains(|c: char| ('\u{202a}'..='\u{202e}').contains(&c)));
            assert!(!shown.contains(|c: char| ('\u{2066}'..='\u{2069}').contains(&c)));
        }
    }

    #[test]
    fn letters_that_nobody_sees_are_spelled_out_and_flags_stay() {
        let tags = |text: &str| -> String {
            text.chars().filter_map(|c| char::from_u32(0xe_0000 + u32::from(c))).collect()
        };
        let england = format!("\u{1f3f4}{}\u{e007f}", tags("gbeng"));
        assert_eq!(visible(&format!("{england} won")), format!("{england} won"));
        for hidden in
            [tags("obey"), format!("\u{1f3f4}{}", tags("gbeng, and obey")), format!("a{}", tags("b"))]
        {
            assert!(visible(&hidden).contains("\\u{e00"), "{hidden:?}");
        }
    }

    #[test]
    fn what_nobody_can_see_is_nothing() {
        for text in [
            "",
            " ",
            "\u{200b}",
            "\u{a0}\u{3000}",
            "\u{200d}\u{2060}",
            "\u{3164}",
            "\u{2800}",
            "\u{fe0f}\u{301}",
            "\u{e0041}",
        ] {
            assert!(!has_visible(text), "{text:?}");
        }
        for text in ["a", ".", "\u{200b}a", "日", "❤️", "é"] {
            assert!(has_visible(text), "{text:?}");
        }
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(one_line(" a\nSigned-off-by: x\x1b[2J\tb "), "a Signed-off-by: x [2J b");
    }
}
