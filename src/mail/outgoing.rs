//! A message as it goes out: RFC 5322, with headers that keep one thread in the reader's mailbox.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;

use crate::ticket::Timestamp;

/// A message that is to go out.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The ticket it is about, whole.
    pub ticket: String,
    /// The entry it is made of.
    pub entry: String,
    /// Its Message-ID, without angle brackets.
    pub id: String,
    /// The name and the address it comes from.
    pub from: (String, String),
    /// The addresses it goes to.
    pub to: Vec<String>,
    /// The addresses that get a copy.
    pub cc: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub at: Timestamp,
    /// The Message-IDs before it in the thread, the oldest first.
    pub thread: Vec<String>,
    /// True where the desk answers by itself (RFC 3834, 5).
    pub is_automatic: bool,
    /// What it says.
    pub text: String,
}

impl Outgoing {
    /// Everybody who gets it.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).map(String::as_str)
    }
}

/// A message in the bytes that mail programs take: the same each time.
#[must_use]
pub fn written(message: &Outgoing) -> Vec<u8> {
    let addresses = |list: &[String]| {
        Address::new_list(
            list.iter().map(|address| Address::new_address(None::<String>, address.clone())).collect(),
        )
    };
    let (name, address) = &message.from;
    let mut builder = MessageBuilder::new()
        .from(Address::new_address(Some(name.clone()), address.clone()))
        .to(addresses(&message.to));
    if !message.cc.is_empty() {
        builder = builder.cc(addresses(&message.cc));
    }
    builder = builder.subject(message.subject.clone()).date(message.at.unix()).message_id(message.id.clone());
    if let Some(last) = message.thread.last() {
        builder =
            builder.in_reply_to(last.clone()).references(MessageId::new_list(message.thread.iter().cloned()));
    }
    if message.is_automatic {
        builder = builder
            .header("Auto-Submitted", Raw::new("auto-replied"))
            .header("X-Auto-Response-Suppress", Raw::new("All"));
    }
    let text = message.text.trim_end().replace("\r\n", "\n").replace('\n', "\r\n");
    builder.text_body(format!("{text}\r\n")).write_to_vec().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::read_message;

    #[test]
    fn a_message_reads_back_as_it_was_meant() {
        let message = Outgoing {
            ticket: "7k3fq2m9xd".to_owned(),
            entry: "k2m8w4tz".to_owned(),
            id: "k2m8w4tz.7k3fq2m9xd@shop.example".to_owned(),
            from: ("Dana \"D\" Li, Ä".to_owned(), "support@shop.example".to_owned()),
            to: vec!["ann@customer.example".to_owned()],
            cc: vec!["bob@customer.example".to_owned()],
            subject: "Re: Zahlung über 1.000 fällt aus, und zwar jedes Mal, wenn jemand mehr als eine Karte hat [7k3fq2m9xd]".to_owned(),
            at: Timestamp::from_unix(1_800_000_000).unwrap_or_default(),
            thread: vec!["a@x.example".to_owned(), "b@x.example".to_owned()],
            is_automatic: true,
            text: "Grüße,\n\nFrom here on it works.\n.\n-- Dana\n".to_owned(),
        };
        let raw = written(&message);
        assert_eq!(raw, written(&message));
        assert!(raw.split(|byte| *byte == b'\n').all(|line| line.len() < 100 && line.is_ascii()));
        let read = read_message(raw, None).expect("a message");
        assert_eq!(read.id.as_deref(), Some(message.id.as_str()));
        assert_eq!((&read.to, &read.cc, &read.subject), (&message.to, &message.cc, &message.subject));
        assert_eq!(read.answers, ["b@x.example", "a@x.example"]);
        assert_eq!(read.whole_text, message.text.trim_end());
        assert_eq!(read.kind, crate::process::MessageKind::AutoReply);
        assert_eq!(read.at, Some(message.at));
    }
}
