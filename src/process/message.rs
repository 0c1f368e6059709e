//! A message that somebody wrote to the desk, and what becomes of it.

use crate::process::fingerprint::checksum;
use crate::process::mail_settings::MailSettings;
use crate::process::request::{Changes, FieldChange};
use crate::ticket::{EntryId, Field, Mail, Person, TicketId, Timestamp, cut, has_visible, one_line};

/// How many columns a title takes of a subject.
const MAX_TITLE: usize = 200;

/// An e-mail as it came in.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its Message-ID, without angle brackets.
    pub id: Option<String>,
    /// Who it says wrote it.
    pub from: Option<Person>,
    /// Who is to be answered in their place.
    pub reply_to: Option<Person>,
    /// The addresses that it went to.
    pub to: Vec<String>,
    /// The addresses that had a copy.
    pub cc: Vec<String>,
    /// Its subject, without line breaks.
    pub subject: String,
    /// When the receiving server had it; the date that the sender gives, where no server says.
    pub at: Option<Timestamp>,
    /// The Message-IDs that it answers, the nearest first.
    pub answers: Vec<String>,
    /// What its writer says: neither what they quote nor their signature.
    pub text: String,
    /// True where something of its text is left out of [`Self::text`].
    pub is_folded: bool,
    /// All of its text.
    pub whole_text: String,
    /// The files that came with it.
    pub files: Vec<MessageFile>,
    /// How it came to be written.
    pub kind: MessageKind,
    /// True where the receiving server takes it for spam.
    pub is_spam: bool,
    /// What the receiving server says of the sender.
    pub results: Option<String>,
    /// What the secrets are that it seems to hold, wherever they stand, however they are encoded.
    pub secrets: Vec<&'static str>,
    /// The SHA-256 of who says what in it, whichever way it came.
    pub digest: String,
    /// The message, byte for byte.
    pub raw: Vec<u8>,
}

/// A file that came with a message.
#[derive(Debug, Clone)]
pub struct MessageFile {
    /// Its name, in one line.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
    /// True where it seems to hold a secret, however it is encoded.
    pub has_secret: bool,
}

/// How a message came to be written (RFC 3834).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// By a person.
    Person,
    /// By a program of its own accord: monitoring, say.
    Generated,
    /// By a program, in answer to a message: an absence.
    AutoReply,
    /// To many: a list, an advertisement.
    Bulk,
    /// By a mail server that could not deliver a message.
    Bounce,
}

impl MessageKind {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "message",
            Self::Generated => "message of a program",
            Self::AutoReply => "automatic reply",
            Self::Bulk => "bulk message",
            Self::Bounce => "delivery report",
        }
    }
}

impl Message {
    /// What its entries' ids are told by: its Message-ID; of one without, what it says.
    #[must_use]
    pub fn key(&self) -> String {
        let id = self.id.clone().unwrap_or_else(|| format!("digest {}", self.digest));
        key_of(&id)
    }

    /// The same of a message under whose Message-ID another one came in.
    #[must_use]
    pub fn second_key(&self) -> String {
        format!("{} {}", self.key(), self.digest)
    }

    /// Its Message-ID as tickets record it: of one without, a name that its text leads to.
    #[must_use]
    pub fn recorded_id(&self) -> String {
        let made = || format!("{}@no-message-id.invalid", self.digest.get(..16).unwrap_or_default());
        self.id.clone().unwrap_or_else(made)
    }

    /// Who wrote it; somebody unknown, where it does not say.
    #[must_use]
    pub fn writer(&self) -> Person {
        let unknown = || Person { name: "Unknown sender".to_owned(), email: String::new() };
        self.from.clone().unwrap_or_else(unknown)
    }

    /// Why it makes no ticket of its own; `None` where it does.
    #[must_use]
    pub fn no_ticket(&self) -> Option<String> {
        match self.kind {
            MessageKind::Person | MessageKind::Generated => None,
            MessageKind::AutoReply | MessageKind::Bulk | MessageKind::Bounce => {
                Some(format!("{}, and about no ticket", self.kind.name()))
            }
        }
    }

    /// The same, as of who filled in a form: web servers send that in their own name, or the desk's, and say whom to answer.
    /// What the receiving server says of the sender, it says of the web server.
    #[must_use]
    pub fn of_form(&self, settings: &MailSettings) -> Option<Self> {
        let is_mailbox =
            |person: &&Person| !settings.is_own(&person.email) && !is_read_by_nobody(&person.email);
        let writer = self.reply_to.as_ref().filter(is_mailbox)?;
        let is_form = self.from.as_ref().is_none_or(|from| !is_mailbox(&from));
        let is_answered = matches!(self.kind, MessageKind::Person | MessageKind::Generated);
        (is_form && is_answered).then(|| Self { from: Some(writer.clone()), results: None, ..self.clone() })
    }

    /// Why it is not even looked at; `None` where it is.
    #[must_use]
    pub fn refused(&self, settings: &MailSettings) -> Option<&'static str> {
        let is_own = self.from.as_ref().is_some_and(|from| settings.is_own(&from.email));
        if is_own {
            Some("from an address of the desk itself")
        } else if self.is_spam {
            Some("spam, says the receiving server")
        } else {
            None
        }
    }

    /// The tickets that its addresses and its subject name: `support+ID@`, `[ID]`.
    #[must_use]
    pub fn named_tickets(&self, settings: &MailSettings) -> Vec<TicketId> {
        let tags = self.to.iter().chain(&self.cc).filter_map(|address| settings.tag_of(address));
        let in_brackets = self.subject.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
        let named = in_brackets.map(|(inner, _)| inner.trim().trim_start_matches('#').to_lowercase());
        tags.chain(named).filter_map(|id| TicketId::parse(&id)).collect()
    }

    /// The words of its subject that may be a number: those with a digit.
    pub fn numbers_in_subject(&self) -> impl Iterator<Item = &str> {
        let words = self.subject.split(|letter: char| !(letter.is_alphanumeric() || "-_./".contains(letter)));
        let words = words.map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
        words.filter(|word| word.contains(|letter: char| letter.is_ascii_digit()))
    }

    /// The fields of the ticket that it opens, with texts as they are to stand there.
    #[must_use]
    pub fn fields(&self, title: &str, text: &str) -> Changes {
        let mut fields = Changes::from([
            (Field::Title, FieldChange::to_text(cut(&one_line(title), MAX_TITLE))),
            (Field::Channel, FieldChange::to_text("email")),
            (Field::Reporter, FieldChange::to_text(self.writer().to_string())),
        ]);
        if !text.trim().is_empty() {
            fields.insert(Field::Description, FieldChange::to_text(text));
        }
        fields
    }

    /// What an entry that it brings says of it; `from`, where the entry is not of its writer.
    #[must_use]
    pub fn received(&self, from: Option<String>) -> Mail {
        Mail {
            id: Some(self.recorded_id()),
            from,
            cc: self.cc.clone(),
            results: self.results.clone(),
            digest: Some(self.digest.clone()),
            ..Mail::default()
        }
    }

    /// The title of the ticket that it opens.
    #[must_use]
    pub fn title(&self) -> String {
        // The number of another ticket tells nothing of this one.
        let is_id = |inner: &str| TicketId::parse(&inner.trim().to_lowercase()).is_some();
        let mut subject = String::new();
        for (place, piece) in self.subject.split('[').enumerate() {
            match piece.split_once(']').filter(|(inner, _)| place > 0 && is_id(inner)) {
                Some((_, rest)) => subject.push_str(rest),
                None => {
                    subject.push_str(if place > 0 { "[" } else { "" });
                    subject.push_str(piece);
                }
            }
        }
        let mut rest = subject.trim();
        // Answers and forwarded messages, as programs mark them in some languages.
        let marks = ["re:", "fw:", "fwd:", "aw:", "wg:", "sv:", "vs:", "tr:", "rv:", "antw:"];
        while let Some(mark) = marks
            .iter()
            .find(|mark| rest.get(..mark.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(mark)))
        {
            rest = rest.get(mark.len()..).unwrap_or_default().trim_start();
        }
        if has_visible(rest) { rest.to_owned() } else { "(no subject)".to_owned() }
    }
}

/// True for an address from which programs send, and that nobody reads.
fn is_read_by_nobody(email: &str) -> bool {
    let local = email.split('@').next().unwrap_or_default();
    let plain: String = local.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let names = [
        "noreply",
        "donotreply",
        "nepasrepondre",
        "nichtantworten",
        "webform",
        "contactform",
        "wwwdata",
        "formmail",
    ];
    names.iter().any(|name| plain.contains(name))
        || ["www", "web", "apache", "nginx", "nobody"].contains(&plain.as_str())
}

/// What the ids of a message's entries are told by.
#[must_use]
pub fn key_of(id: &str) -> String {
    format!("mail {id}")
}

/// The Message-ID that an entry of a ticket is sent under, at the desk's address: without angle brackets.
#[must_use]
pub fn message_id(ticket: &TicketId, entry: &EntryId, address: &str) -> String {
    let domain = address.rsplit('@').next().unwrap_or("localhost");
    format!("{entry}.{ticket}@{domain}")
}

/// The ticket and entry that a Message-ID of ours names.
#[must_use]
pub fn named_by_message_id(id: &str) -> Option<(TicketId, EntryId)> {
    let (local, _) = id.split_once('@')?;
    let (entry, ticket) = local.split_once('.')?;
    Some((TicketId::parse(ticket)?, EntryId::parse(entry)?))
}

/// The id of an entry that a key leads to, and a part of it: the same in every clone.
#[must_use]
pub fn entry_of_key(key: &str, part: &str) -> EntryId {
    EntryId::from_bits(checksum(&format!("{key} {part}")))
}
