//! How a message came to be written: by a person, or by a program that must not be answered (RFC 3834).

use mail_parser::{Message, MimeHeaders as _};

use crate::process::MessageKind;

/// How subjects of automatic answers begin, of programs that do not mark them otherwise.
const ABSENCES: [&str; 7] = [
    "automatic reply:",
    "out of office:",
    "auto:",
    "autoreply:",
    "automatische antwort:",
    "abwesenheitsnotiz",
    "réponse automatique",
];

/// How a message came to be written.
pub(super) fn kind(message: &Message<'_>) -> MessageKind {
    let text = |name: &str| header(message, name).unwrap_or_default().to_lowercase();
    let is_report = message.is_content_type("multipart", "report");
    let sender =
        message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default();
    let local = sender.split('@').next().unwrap_or_default().to_lowercase();
    let is_without_return = header(message, "Return-Path").is_some_and(|path| path == "<>");
    // A server may give itself a name and no address.
    let is_server = ["mailer-daemon", "postmaster", "mail-daemon"].contains(&local.as_str())
        || text("From").contains("mailer-daemon");
    let automatic = text("Auto-Submitted");
    let is_automatic = !automatic.is_empty() && !automatic.starts_with("no");
    if is_report || is_server || (is_without_return && !is_automatic) {
        return MessageKind::Bounce;
    }
    let replies = ["X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Mail-Autoreply"];
    let precedence = text("Precedence");
    let subject = message.subject().unwrap_or_default().trim().to_lowercase();
    if automatic.starts_with("auto-replied")
        || precedence == "auto_reply"
        || ABSENCES.iter().any(|absence| subject.starts_with(absence))
        || replies.iter().any(|name| header(message, name).is_some())
    {
        return MessageKind::AutoReply;
    }
    let lists = ["List-Id", "List-Unsubscribe", "List-Post", "Feedback-ID"];
    if ["bulk", "list", "junk"].contains(&precedence.as_str())
        || lists.iter().any(|name| header(message, name).is_some())
    {
        return MessageKind::Bulk;
    }
    if is_automatic { MessageKind::Generated } else { MessageKind::Person }
}

/// True where the receiving server says that a message is spam.
pub(super) fn is_spam(message: &Message<'_>) -> bool {
    let says = |name: &str| header(message, name).unwrap_or_default().trim().to_lowercase();
    says("X-Spam-Flag").starts_with("yes")
        || says("X-Spam-Status").starts_with("yes")
        || says("X-Spam") == "yes"
}

/// What a header says, in one line; the first of several.
pub(super) fn header(message: &Message<'_>, name: &str) -> Option<String> {
    headers(message, name).next()
}

/// What the headers of a name say, each in one line, from the top.
pub(super) fn headers<'m>(message: &'m Message<'_>, name: &'m str) -> impl Iterator<Item = String> + 'm {
    let named = message.headers_raw().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "))
}
