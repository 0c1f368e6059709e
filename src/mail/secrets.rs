//! The secrets that a message seems to hold: in a header, in a part however it is encoded, in a message within it.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use crate::mail::nesting::without_depth;
use crate::process::secrets_in;

/// Messages within messages that are looked into, from the outermost down.
const MAX_DEPTH: usize = 5;

/// What the secrets are, each kind once. `shown` is what a ticket has of the message.
pub(super) fn secrets(message: &Message<'_>, shown: &[&str]) -> Vec<&'static str> {
    let mut found = Vec::new();
    shown.iter().for_each(|text| add(&mut found, text));
    look_into(message, MAX_DEPTH, &mut found);
    found
}

/// True for a file of a message that seems to hold one.
pub(super) fn has_secret(part: &MessagePart<'_>, content: &[u8]) -> bool {
    let mut found = secrets_in(&String::from_utf8_lossy(content));
    if is_message(part) {
        within(content, MAX_DEPTH, &mut found);
    }
    !found.is_empty()
}

fn look_into(message: &Message<'_>, depth: usize, found: &mut Vec<&'static str>) {
    message.headers().iter().for_each(|header| add(found, &format!("{:?}", header.value)));
    for part in &message.parts {
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => {
                add(found, text);
                // Lines that a reader joins again (RFC 3676, DelSp).
                add(found, &text.replace("\r\n", "\n").replace(" \n", ""));
            }
            PartType::Message(inner) => within(inner.raw_message(), depth, found),
            PartType::Binary(content) | PartType::InlineBinary(content) => {
                add(found, &String::from_utf8_lossy(content));
                if is_message(part) {
                    within(content, depth, found);
                }
            }
            PartType::Multipart(_) => {}
        }
        if let Some(decoded) = part.is_encoding_problem.then(|| leniently(part.contents())) {
            add(found, &String::from_utf8_lossy(&decoded));
        }
    }
    add(found, &String::from_utf8_lossy(message.raw_message()));
}

/// A message within another.
fn within(raw: &[u8], depth: usize, found: &mut Vec<&'static str>) {
    add(found, &String::from_utf8_lossy(raw));
    // One that is wrapped in Base64 as a whole is none by its bytes.
    for bytes in [raw.to_vec(), leniently(raw)] {
        if let Some(inner) = MessageParser::default().parse(&*without_depth(&bytes)).filter(|_| depth > 0) {
            look_into(&inner, depth - 1, found);
        }
    }
}

/// True for a file that a reader opens as a message.
fn is_message(part: &MessagePart<'_>) -> bool {
    let is_named = part.attachment_name().is_some_and(|name| name.to_lowercase().ends_with(".eml"));
    is_named || part.is_content_type("message", "rfc822")
}

/// Base64 as readers take it: what is none of its letters is passed over.
fn leniently(content: &[u8]) -> Vec<u8> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let mut letters: Vec<u8> =
        content.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).collect();
    // A last letter alone holds no byte.
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    GeneralPurpose::new(&STANDARD, config).decode(letters).unwrap_or_default()
}

fn add(found: &mut Vec<&'static str>, text: &str) {
    for what in secrets_in(text) {
        if !found.contains(&what) {
            found.push(what);
        }
    }
}
