//! A message as it came in, from its bytes: MIME as it really is, with whatever is missing or wrong.

use mail_parser::{Address, DateTime, HeaderName, MessageParser, MessagePart, MimeHeaders as _, PartType};

use crate::mail::charsets::{text_without_charset, with_readable_headers};
use crate::mail::flowed::with_whole_paragraphs;
use crate::mail::html::text_of_html;
use crate::mail::kind::{header, headers, is_spam, kind};
use crate::mail::nesting::without_depth;
use crate::mail::quotes::rest_of;
use crate::mail::secrets::{has_secret, secrets};
use crate::process::{Message, MessageFile, MessageKind, secret_in, without_secrets};
use crate::ticket::{
    MAX_TEXT_BYTES, Person, Timestamp, address_problem, first_bytes, one_line, sha256, without_hidden,
};

/// The most addresses, and messages that it answers, that are taken of a message: the nearest.
pub(super) const MAX_ADDRESSES: usize = 50;
/// The longest Message-ID, in bytes: longer than a line may be (RFC 5322, 2.1.1).
const MAX_ID_BYTES: usize = 1_000;
/// The longest word of what a receiving server says, in characters.
const MAX_RESULTS: usize = 200;
/// The longest address, in characters (RFC 5321, 4.5.3.1.3).
const MAX_ADDRESS: usize = 254;
/// The longest name, in characters.
const MAX_NAME: usize = 100;
/// Dates before 2000 are those of machines without a clock, in seconds since 1970 UTC.
const EARLIEST: i64 = 946_684_800;

/// Why bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMessage {
    /// There is nothing.
    Empty,
    /// They do not begin as a message does: it is some other file.
    NoHeader,
}

impl std::fmt::Display for NoMessage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Empty => "holds no message",
            Self::NoHeader => "is not a message: no line of it is a header field such as From: or Subject:",
        })
    }
}

/// Reads a message. `server` is the name of the receiving server, whose word on the sender is believed to be its own.
///
/// # Errors
/// The bytes are none.
pub fn read_message(raw: Vec<u8>, server: Option<&str>) -> Result<Message, NoMessage> {
    // A byte order mark is no part of the first header, and a last line without an end is not read as one.
    let marked = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw);
    let ended = (!marked.ends_with(b"\n")).then(|| [marked, b"\n"].concat());
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(NoMessage::Empty);
    }
    let parser = MessageParser::default();
    let flat = without_depth(ended.as_deref().unwrap_or(marked));
    let readable = with_readable_headers(&flat);
    let parsed = parser.parse(&*readable).ok_or(NoMessage::NoHeader)?;
    // A header without a field is one; what has none is a file of another kind.
    let is_empty = marked.starts_with(b"\n") || marked.starts_with(b"\r\n");
    if !is_empty && !parsed.headers().iter().any(|header| !matches!(header.name, HeaderName::Other(_))) {
        return Err(NoMessage::NoHeader);
    }
    let from = parsed.from().into_iter().chain(parsed.sender()).find_map(first_person);
    let whole_text = text_of(&parsed);
    // Of a message that is passed on, what stands below is what it is about.
    let is_passed_on = is_forwarded(parsed.subject().unwrap_or_default());
    let kind = kind(&parsed);
    let answers = answers(&parsed, kind, &whole_text);
    let is_answer = !answers.is_empty() || is_reply(parsed.subject().unwrap_or_default());
    let rest = rest_of(&whole_text, is_answer).filter(|_| !is_passed_on);
    let own = |end: usize| whole_text.lines().take(end).collect::<Vec<_>>().join("\n").trim_end().to_owned();
    let text = rest.map_or_else(|| whole_text.clone(), own);
    let files = files_of(&parsed);
    let id = parsed.message_id().and_then(message_id);
    // Nothing but its bytes tells a message without a name from another.
    let digest = if id.is_some() { digest(from.as_ref(), &whole_text, &files) } else { sha256(&raw) };
    let subject = one_line(&without_hidden(parsed.subject().unwrap_or_default()));
    let message = Message {
        id,
        reply_to: parsed.reply_to().and_then(first_person),
        to: addresses(parsed.to(), &["Delivered-To", "X-Original-To", "Envelope-To"], &parsed),
        cc: addresses(parsed.cc(), &[], &parsed),
        secrets: secrets(&parsed, &[&subject, &whole_text]),
        subject,
        at: received_at(&parsed),
        answers,
        text: as_far_as_it_fits(&text),
        is_folded: rest.is_some() || text.len() > MAX_TEXT_BYTES,
        whole_text,
        files,
        kind,
        is_spam: is_spam(&parsed),
        results: results(&parsed, server),
        from,
        digest,
        raw: Vec::new(),
    };
    drop(parsed);
    Ok(Message { raw, ..message })
}

/// What is said where the rest of a text is attached.
const MORE: &str = "\n\n[The whole text is attached.]";

/// As much of a text as a ticket takes.
fn as_far_as_it_fits(text: &str) -> String {
    if text.len() <= MAX_TEXT_BYTES {
        return text.to_owned();
    }
    format!("{}{MORE}", first_bytes(text, MAX_TEXT_BYTES - MORE.len()).trim_end())
}

/// The text of a message: plain where it has one, else what its HTML says.
fn text_of(message: &mail_parser::Message<'_>) -> String {
    let bodies = message.text_bodies().map(|part| match &part.body {
        PartType::Html(html) => {
            text_of_html(&text_without_charset(message, part).unwrap_or(html.to_string()))
        }
        PartType::Text(text) => {
            with_whole_paragraphs(part, text_without_charset(message, part).unwrap_or(text.to_string()))
        }
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {
            String::new()
        }
    });
    let mut text = bodies.map(|body| body.trim_end().to_owned()).collect::<Vec<_>>().join("\n\n");
    if text.trim().is_empty() {
        let html = message.html_bodies().filter_map(|part| {
            text_without_charset(message, part).or_else(|| part.text_contents().map(str::to_owned))
        });
        text = html.map(|html| text_of_html(&html)).collect::<Vec<_>>().join("\n\n");
    }
    let lines = text.lines().map(|line| without_hidden(line.trim_end())).collect::<Vec<_>>().join("\n");
    lines.trim_matches('\n').to_owned()
}

/// True for the subject of an answer, as programs begin it in some languages.
fn is_reply(subject: &str) -> bool {
    let subject = subject.trim().to_lowercase();
    let marks = [
        "re:", "aw:", "antw:", "antwort:", "sv:", "vs:", "ref:", "res:", "rif:", "odp:", "ynt:", "回复",
        "答复", "re：",
    ];
    marks.iter().any(|mark| subject.starts_with(mark))
}

/// True for the subject of a message that somebody passes on.
fn is_forwarded(subject: &str) -> bool {
    let subject = subject.trim().to_lowercase();
    ["fwd:", "fw:", "wg:", "tr:", "rv:", "enc:", "i:"].iter().any(|mark| subject.starts_with(mark))
}

fn files_of(message: &mail_parser::Message<'_>) -> Vec<MessageFile> {
    let file = |(place, part): (usize, &MessagePart<'_>)| {
        let content = match &part.body {
            PartType::Message(inner) => inner.raw_message().to_vec(),
            PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Multipart(_) => part.contents().to_vec(),
        };
        let made = || format!("part-{}{}", place + 1, ending_of(part));
        let last = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let name = part.attachment_name().map(|name| one_line(&without_hidden(&last(name))));
        let name = name.filter(|name| !name.is_empty());
        MessageFile {
            has_secret: has_secret(part, &content),
            name: without_secrets(&name.unwrap_or_else(made)).chars().take(MAX_NAME).collect(),
            content,
        }
    };
    // What has a name is somebody's, though it may be empty.
    let is_one = |(_, part): &(usize, &MessagePart<'_>)| {
        part.attachment_name().is_some() || !part.contents().is_empty() || part.message().is_some()
    };
    message.attachments().enumerate().filter(is_one).map(file).collect()
}

/// How the name of a file of a kind ends.
fn ending_of(part: &MessagePart<'_>) -> &'static str {
    let kind = part.content_type();
    let subtype = kind.and_then(|kind| kind.subtype()).unwrap_or_default().to_lowercase();
    match (kind.map(|kind| kind.ctype().to_lowercase()).unwrap_or_default().as_str(), subtype.as_str()) {
        ("message", _) => ".eml",
        ("image", "png") => ".png",
        ("image", "jpeg") => ".jpg",
        ("image", "gif") => ".gif",
        ("text", "html") => ".html",
        ("text", "calendar") => ".ics",
        ("text", _) => ".txt",
        ("application", "pdf") => ".pdf",
        _ => ".bin",
    }
}

/// The person of an address, where it has one that mail can go to.
fn person(address: &mail_parser::Addr<'_>) -> Option<Person> {
    let email: String = one_line(&without_hidden(address.address()?));
    if address_problem(&email).is_some() || email.chars().count() > MAX_ADDRESS {
        return None;
    }
    let name = one_line(&without_hidden(address.name().unwrap_or_default()));
    let name = without_secrets(&name);
    let name: String = name.chars().filter(|c| !"<>\"".contains(*c)).take(MAX_NAME).collect();
    Some(Person { name: name.trim().to_owned(), email })
}

fn first_person(addresses: &Address<'_>) -> Option<Person> {
    addresses.iter().find_map(person)
}

/// The addresses of a header, and those of headers that servers add.
fn addresses(list: Option<&Address<'_>>, more: &[&str], message: &mail_parser::Message<'_>) -> Vec<String> {
    let listed = list.into_iter().flat_map(Address::iter).filter_map(person).map(|person| person.email);
    let added = more.iter().flat_map(|name| headers(message, name));
    let added =
        added.map(|value| value.trim_matches(['<', '>', ' ']).to_owned()).filter(|value| value.contains('@'));
    let mut all: Vec<String> = Vec::new();
    for address in listed.chain(added.map(|value| one_line(&without_hidden(&value)))).take(MAX_ADDRESSES) {
        if !all.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            all.push(address);
        }
    }
    all
}

/// A Message-ID that can stand in a header, a file and a query.
fn message_id(text: &str) -> Option<String> {
    let id = text.trim().trim_matches(['<', '>']);
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\",".contains(c);
    let is_good = !id.is_empty() && id.len() <= MAX_ID_BYTES && id.chars().all(is_plain);
    (is_good && secret_in(id).is_none()).then(|| without_hidden(id))
}

/// The Message-IDs that a message answers, the nearest first: those of its headers, and of a delivery report that of the
/// message that was not delivered.
fn answers(message: &mail_parser::Message<'_>, kind: MessageKind, text: &str) -> Vec<String> {
    let mut ids = Vec::new();
    if kind == MessageKind::Bounce {
        for part in message.attachments() {
            let inner = part.message().and_then(|inner| inner.message_id().and_then(message_id));
            let headers = || id_within(&String::from_utf8_lossy(part.contents()));
            ids.extend(inner.or_else(headers));
        }
        // Some servers write the message below their words.
        if ids.is_empty() {
            ids.extend(id_within(text));
        }
    }
    for name in ["In-Reply-To", "References"] {
        let text = header(message, name).unwrap_or_default();
        let found = text.split(['<', '>', ' ']).filter(|id| id.contains('@')).filter_map(message_id);
        let found: Vec<String> = found.collect();
        ids.extend(found.into_iter().rev());
    }
    let mut nearest: Vec<String> = Vec::new();
    for id in ids {
        if !nearest.contains(&id) && nearest.len() < MAX_ADDRESSES {
            nearest.push(id);
        }
    }
    nearest
}

/// The Message-ID that a copy of a message names among its headers.
fn id_within(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.to_lowercase().starts_with("message-id:"))?;
    message_id(line.split_once(':')?.1)
}

/// By how much a message may be older than its receiving server says, in seconds, for its own date to count: that is the same
/// whichever way it came, and no sender gains much by it.
const MAX_ON_THE_WAY_SECS: i64 = 900;

/// When it came in: its own date, where the receiving server had it soon after; else the date of the topmost `Received`; of
/// a message without one, its own.
fn received_at(message: &mail_parser::Message<'_>) -> Option<Timestamp> {
    let top = header(message, "Received").and_then(|line| {
        let date = line.rsplit_once(';')?.1.trim().to_owned();
        DateTime::parse_rfc822(&date)
    });
    let own = message.date().copied();
    let is_soon = |own: &DateTime| {
        let seconds = |date: &DateTime| date.is_valid().then(|| date.to_timestamp());
        let on_the_way = top.as_ref().and_then(|top| Some(seconds(top)? - seconds(own)?));
        on_the_way.is_some_and(|secs| (0..=MAX_ON_THE_WAY_SECS).contains(&secs))
    };
    let date = own.filter(is_soon).or(top).or(own)?;
    let seconds = date.to_timestamp();
    Timestamp::from_unix(seconds).filter(|_| date.is_valid() && seconds >= EARLIEST)
}

/// What the receiving server says of the sender (RFC 8601), in words such as `spf=pass dkim=fail`.
///
/// With the server's name, the topmost header of that name: a server takes away what pretends to be its own (section 5).
/// Without, only what stands above every `Received`: a sender can write nothing there.
fn results(message: &mail_parser::Message<'_>, server: Option<&str>) -> Option<String> {
    let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
    let headers: Vec<(&str, &str)> = message.headers_raw().collect();
    let received = headers.iter().position(|(name, _)| is(name, "Received"));
    let above = if server.is_some() { headers.len() } else { received.unwrap_or(0) };
    let said = headers.iter().take(above).filter(|(name, _)| is(name, "Authentication-Results"));
    let mut said = said.filter_map(|(_, value)| value.split_once(';'));
    let found = said.find(|(id, _)| {
        let id = id.split_whitespace().next().unwrap_or_default();
        server.is_none_or(|server| server.eq_ignore_ascii_case(id))
    });
    let (_, rest) = found?;
    let methods = rest.split(';').filter_map(|part| part.split_whitespace().next().map(str::to_owned));
    let words: Vec<String> =
        methods.filter(|word| word.contains('=')).map(|word| without_hidden(&word)).collect();
    let words: String = words.join(" ").chars().take(MAX_RESULTS).collect();
    (!words.is_empty()).then_some(words)
}

/// Who says what in a message: the same whichever way it came, whatever lists and servers put around it.
fn digest(from: Option<&Person>, text: &str, files: &[MessageFile]) -> String {
    let mut all = from.map(|from| from.email.to_lowercase()).unwrap_or_default();
    all.push('\n');
    all.extend(text.chars().filter(|c| !c.is_whitespace()));
    for file in files {
        all.push('\n');
        all.push_str(&sha256(&file.content));
    }
    sha256(all.as_bytes())
}
