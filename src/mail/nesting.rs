//! Messages within messages: as many as people send are read as such, and what is nested deeper is text. The parser keeps
//! each within the one around it, and takes it apart again in the same way: a stack has an end, and so has memory.

use std::borrow::Cow;
use std::ops::Range;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use memchr::memmem;

/// The most parts of a message that hold further parts or messages.
pub(super) const MAX_NESTED: usize = 300;
/// How often what lies encoded in a message is decoded in its turn: the parser goes no further.
const MAX_DECODED: usize = 4;

const TYPE: &[u8] = b"content-type";
const ENCODING: &[u8] = b"content-transfer-encoding";

/// A message of which no more is nested than is read.
pub(super) fn without_depth(raw: &[u8]) -> Cow<'_, [u8]> {
    let lower = raw.to_ascii_lowercase();
    if nested(raw, &lower, MAX_DECODED) <= MAX_NESTED {
        return Cow::Borrowed(raw);
    }
    let mut flat = raw.to_vec();
    let deep = nesting(&lower).skip(MAX_NESTED);
    for place in deep.chain(encoded(&lower).into_iter().flat_map(|part| part.headers)) {
        // A header of another name says nothing of what follows.
        if let Some(byte) = flat.get_mut(place) {
            *byte = b'X';
        }
    }
    Cow::Owned(flat)
}

/// How many parts hold further ones, those within encoded messages too.
fn nested(raw: &[u8], lower: &[u8], times: usize) -> usize {
    let mut count = nesting(lower).count();
    if times == 0 {
        return count;
    }
    for part in encoded(lower) {
        let body = raw.get(part.body).unwrap_or_default();
        // Where two headers say two things, either may be believed.
        for decoded in [base64_decode(body), quoted_printable_decode(body)].into_iter().flatten() {
            count += nested(&decoded, &decoded.to_ascii_lowercase(), times - 1);
        }
    }
    count
}

/// Where headers say that what follows holds parts or a message, or may say so: a comment may stand first.
fn nesting(lower: &[u8]) -> impl Iterator<Item = usize> {
    memmem::find_iter(lower, TYPE).filter(|place| {
        let value = value_at(lower, place + TYPE.len()).unwrap_or_default();
        value.starts_with(b"m") || value.starts_with(b"(")
    })
}

/// What stands behind the colon of a header.
fn value_at(lower: &[u8], end_of_name: usize) -> Option<&[u8]> {
    let rest = lower.get(end_of_name..)?.trim_ascii_start().strip_prefix(b":")?;
    let rest = rest.trim_ascii_start();
    Some(rest.strip_prefix(b"\"").unwrap_or(rest))
}

/// A part that is encoded, and may be a message.
struct EncodedPart {
    /// Where headers are that say so.
    headers: Vec<usize>,
    body: Range<usize>,
}

/// The parts that are encoded and may be messages: those whose headers say so, or say nothing of their type.
fn encoded(lower: &[u8]) -> Vec<EncodedPart> {
    let (mut parts, mut place) = (Vec::new(), 0);
    while let Some(found) = memmem::find(lower.get(place..).unwrap_or_default(), ENCODING) {
        let header = place + found;
        let before = lower.get(place..header).unwrap_or_default();
        // Behind an empty line, or the line between two parts.
        let begins = [b"\n\n".as_slice(), b"\n\r\n", b"\n--"].map(|begin| memmem::rfind(before, begin));
        let begin = place + begins.into_iter().flatten().max().unwrap_or(0);
        let after = lower.get(header..).unwrap_or_default();
        let ends = [b"\n\n".as_slice(), b"\n\r\n"].map(|end| memmem::find(after, end));
        let Some(end) = ends.into_iter().flatten().min().map(|end| header + end) else { break };
        let head = lower.get(begin..end).unwrap_or_default();
        place = end;
        let is_encoded = |header: &usize| {
            let value = value_at(head, header + ENCODING.len()).unwrap_or_default();
            value.starts_with(b"base64") || value.starts_with(b"quoted-printable")
        };
        let headers: Vec<usize> = memmem::find_iter(head, ENCODING).filter(is_encoded).collect();
        let may_be_message = nesting(head).next().is_some() || memmem::find(head, TYPE).is_none();
        if !headers.is_empty() && may_be_message {
            let body = lower.get(end..).unwrap_or_default();
            // What looks like a header within what is encoded is none.
            place += memmem::find(body, b"\n--").unwrap_or(body.len());
            parts.push(EncodedPart {
                headers: headers.iter().map(|header| begin + header).collect(),
                body: end..place,
            });
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use mail_parser::{Message, MessageParser, PartType};

    fn depth(message: &Message<'_>) -> usize {
        let within = message.parts.iter().map(|part| match &part.body {
            PartType::Message(inner) => 1 + depth(inner),
            PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Multipart(_) => 0,
        });
        within.max().unwrap_or(0)
    }

    fn read_depth(raw: &str) -> usize {
        depth(&MessageParser::default().parse(&*without_depth(raw.as_bytes())).unwrap())
    }

    #[test]
    fn what_people_send_is_read_as_it_is() {
        let one = "From: a@x.io\nContent-Type: message/rfc822\n\n";
        for levels in [0, 1, 100] {
            let raw = format!("{}From: b@x.io\n\nhi\n", one.repeat(levels));
            assert!(matches!(without_depth(raw.as_bytes()), Cow::Borrowed(_)));
            assert_eq!(read_depth(&raw), levels);
        }
        let log = "Content-Type: text/html\n".repeat(5_000);
        assert!(matches!(without_depth(format!("From: a@x.io\n\n{log}").as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn however_it_is_written_no_more_is_nested() {
        let deep = |level: &str| format!("From: a@x.io\n{}hi\n", level.repeat(60_000));
        let plain = deep("Content-Type: message/rfc822\n\n");
        let encoded = |inner: &str, kind: &str| {
            format!("From: a@x.io\n{kind}Content-Transfer-Encoding: base64\n\n{}\n", STANDARD.encode(inner))
        };
        let message = "Content-Type: message/rfc822\n";
        for raw in [
            plain.clone(),
            deep("content-TYPE :\r\n message/global\r\n\r\n"),
            deep("Content-Type: (a comment) message/rfc822\n\n"),
            encoded(&plain, message),
            encoded(&encoded(&plain, message), message),
            encoded(&plain, message).replace("base64\n", "BASE64 \n"),
            format!(
                "From: a@x.io\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nContent-Type: text/plain\n--b\n{}\n--b--\n",
                encoded(&plain, "").trim_start_matches("From: a@x.io\n")
            ),
        ] {
            assert!(read_depth(&raw) <= MAX_NESTED + 2, "{}", &raw[..200]);
        }
    }
}
