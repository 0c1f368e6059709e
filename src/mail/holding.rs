//! Whether a message holds a text, however it is encoded there.

use mail_parser::{MessageParser, PartType};

use crate::mail::nesting::without_depth;
use crate::ticket::holds_bytes;

/// True for the name of a file that is a message, or the text of one.
#[must_use]
pub fn is_message(name: &str) -> bool {
    name.to_lowercase().ends_with(".eml") || name == "message.txt"
}

/// True where one of the texts is in a message: in a header, in a part, in a file, whichever way it is encoded.
#[must_use]
pub fn message_holds(raw: &[u8], texts: &[String]) -> bool {
    if holds_bytes(raw, texts) {
        return true;
    }
    let flat = without_depth(raw);
    let Some(message) = MessageParser::default().parse(&*flat) else { return false };
    let in_headers =
        message.headers().iter().any(|header| holds_bytes(format!("{:?}", header.value).as_bytes(), texts));
    in_headers
        || message.parts.iter().any(|part| match &part.body {
            PartType::Message(inner) => message_holds(inner.raw_message(), texts),
            PartType::Text(_) | PartType::Html(_) | PartType::Binary(_) | PartType::InlineBinary(_) => {
                holds_bytes(part.contents(), texts)
            }
            PartType::Multipart(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_whatever_encoding() {
        let raw = b"From: =?utf-8?B?QW5uIEzDqWU=?= <ann@x.example>\nSubject: Hi\nContent-Transfer-Encoding: base64\n\n\
                    TXkgbnVtYmVyIGlzIDU1NTAgMTIzNA==\n";
        let holds = |text: &str| message_holds(raw, &[text.to_owned()]);
        assert!(holds("5550 1234") && holds("Ann L\u{e9}e") && holds("ann@x.example"));
        assert!(!holds("5550 1235"));
    }
}
