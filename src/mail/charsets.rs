//! Letters that a message does not say the charset of, or says wrong, as mail programs show them all the same.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, WINDOWS_1252};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding as Transfer, Message, MessagePart, MimeHeaders as _};
use memchr::memmem;
use regex_lite::Regex;

/// How far a message is looked through for the charset of its text, in bytes.
const MAX_LOOK: usize = 64 * 1024;

/// A word of a header in another charset (RFC 2047, 2): its charset, how it is written, and the text.
static WORD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"=\?([\w.:-]+)(?:\*[\w-]+)?\?([bBqQ])\?([^?\s]*)\?=").ok());
static CHARSET: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?i)charset=["']?([\w.:-]+)"#).ok());
static META: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)<meta[^>]{1,200}charset=["']?([\w.:-]+)"#).ok());

/// A message whose headers are UTF-8: raw letters are of the charset that its text has, and words which a program cut within
/// a letter are one word.
pub(super) fn with_readable_headers(raw: &[u8]) -> Cow<'_, [u8]> {
    let ends = [b"\n\n".as_slice(), b"\r\n\r\n"];
    let end = ends.iter().filter_map(|end| memmem::find(raw, end)).min().unwrap_or(raw.len());
    let (head, body) = raw.split_at(end);
    let text = std::str::from_utf8(head)
        .map_or_else(|_| charset_of(raw).unwrap_or(WINDOWS_1252).decode(head).0, Cow::Borrowed);
    match (joined(&text), text) {
        (Some(text), _) => Cow::Owned([text.as_bytes(), body].concat()),
        (None, Cow::Owned(text)) => Cow::Owned([text.as_bytes(), body].concat()),
        (None, Cow::Borrowed(_)) => Cow::Borrowed(raw),
    }
}

/// The charset that the first part of a message names.
fn charset_of(raw: &[u8]) -> Option<&'static Encoding> {
    named(CHARSET.as_ref()?, raw)
}

fn named(charset: &Regex, bytes: &[u8]) -> Option<&'static Encoding> {
    let beginning = String::from_utf8_lossy(bytes.get(..MAX_LOOK).unwrap_or(bytes));
    Encoding::for_label(charset.captures(&beginning)?.get(1)?.as_str().as_bytes())
}

/// A word of a header, and those that go on with it.
struct Word<'t> {
    charset: &'t str,
    is_base64: bool,
    texts: Vec<&'t str>,
    place: std::ops::Range<usize>,
}

/// A header block in which words of one charset that follow each other are one; `None` where none do.
fn joined(text: &str) -> Option<String> {
    let mut words: Vec<Word<'_>> = Vec::new();
    for found in WORD.as_ref()?.captures_iter(text) {
        let (Some(whole), Some(charset), Some(how), Some(inner)) =
            (found.get(0), found.get(1), found.get(2), found.get(3))
        else {
            continue;
        };
        let is_base64 = how.as_str().eq_ignore_ascii_case("b");
        let goes_on = |word: &&mut Word<'_>| {
            let between = text.get(word.place.end..whole.start()).unwrap_or("-");
            between.trim().is_empty()
                && word.is_base64 == is_base64
                && word.charset.eq_ignore_ascii_case(charset.as_str())
        };
        match words.last_mut().filter(goes_on) {
            Some(word) => {
                word.texts.push(inner.as_str());
                word.place.end = whole.end();
            }
            None => words.push(Word {
                charset: charset.as_str(),
                is_base64,
                texts: vec![inner.as_str()],
                place: whole.range(),
            }),
        }
    }
    words.retain(|word| word.texts.len() > 1);
    if words.is_empty() {
        return None;
    }
    let (mut out, mut from) = (String::new(), 0);
    for word in words {
        out.push_str(text.get(from..word.place.start)?);
        let how = if word.is_base64 { 'B' } else { 'Q' };
        let inner = if word.is_base64 {
            let bytes: Vec<u8> =
                word.texts.iter().filter_map(|text| base64_decode(text.as_bytes())).flatten().collect();
            STANDARD.encode(bytes)
        } else {
            word.texts.concat()
        };
        let _ = write!(out, "=?{}?{how}?{inner}?=", word.charset);
        from = word.place.end;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

/// The text of a part that names no charset, where it is not UTF-8: HTML may name one within; else it is what Windows calls
/// Latin 1.
pub(super) fn text_without_charset(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    // US-ASCII is what programs write that do not know better.
    let charset = part.content_type().and_then(|kind| kind.attribute("charset"));
    let is_ascii = charset.is_some_and(|charset| charset.eq_ignore_ascii_case("us-ascii"));
    if charset.is_some() && !is_ascii {
        return None;
    }
    let place = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    let raw = message.raw_message().get(place(part.raw_body_offset())..place(part.raw_end_offset()))?;
    let bytes = match part.encoding {
        Transfer::None => raw.to_vec(),
        Transfer::QuotedPrintable => quoted_printable_decode(raw)?,
        Transfer::Base64 => base64_decode(raw)?,
    };
    let within = META.as_ref().and_then(|meta| named(meta, &bytes));
    // The other form of the same text may name it.
    let said = within.or_else(|| charset_of(message.raw_message()).filter(|charset| *charset != UTF_8));
    // Letters of that charset are bytes of UTF-8, too.
    if let Ok(text) = std::str::from_utf8(&bytes)
        && said != Some(ISO_2022_JP)
    {
        return is_ascii.then(|| text.to_owned());
    }
    Some(said.unwrap_or(WINDOWS_1252).decode(&bytes).0.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_cut_within_a_letter_are_one() {
        let cut =
            "Subject: =?utf-8?B?44Ot44Kw44Kk44Oz44GM44Gn4w==?=\n =?utf-8?B?gY3jgb7jgZvjgpM=?=\nX: y\n\nbody";
        let read = with_readable_headers(cut.as_bytes());
        let message = mail_parser::MessageParser::default().parse(&*read).unwrap();
        assert_eq!(message.subject(), Some("ログインができません"));
        let cut = "Subject: a =?utf-8?q?=E3=82?= =?UTF-8?Q?=AD_x?= b =?utf-8?q?c?=\n\n";
        assert_eq!(
            String::from_utf8_lossy(&with_readable_headers(cut.as_bytes())),
            "Subject: a =?utf-8?Q?=E3=82=AD_x?= b =?utf-8?q?c?=\n\n"
        );
        let plain = b"Subject: =?utf-8?q?a?= and =?utf-8?q?b?=\n\nx";
        assert!(matches!(with_readable_headers(plain), Cow::Borrowed(_)));
    }

    #[test]
    fn raw_letters_of_a_header_are_those_of_the_text() {
        let raw = b"From: J\xf6rg <j@x.example>\nContent-Type: text/plain; charset=iso-8859-1\n\ngr\xfc\xdfe";
        assert!(String::from_utf8_lossy(&with_readable_headers(raw)).contains("Jörg"));
        let raw = b"Subject: \xf0\xd2\xc9\xd7\xc5\xd4\nContent-Type: text/plain; charset=koi8-r\n\n\xf0";
        assert!(String::from_utf8_lossy(&with_readable_headers(raw)).contains("Привет"));
    }
}
