//! What comes with a message: its files, and the message itself as evidence; secrets are taken out before.

use crate::process::{Message, Request, RequestKind, entry_of_key, without_secrets};
use crate::project::attachments::attachment;
use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::project::mail::{MailTaking, Writer, part_of};
use crate::store::{TicketChange, layout};
use crate::ticket::{EntryId, TicketId, Visibility, first_bytes, sha256};

/// The most files of a message that are attached one by one.
const MAX_FILES: usize = 50;
/// The name of the message itself, whole, and of its text alone.
const WHOLE: &str = "message.eml";
const TEXT: &str = "message.txt";

/// What is kept of a message's texts.
pub(super) struct Kept {
    pub(super) title: String,
    pub(super) text: String,
    /// What was taken out, by its kind.
    secrets: Vec<&'static str>,
    whole_text: String,
}

/// What a change was, so that it can be that again.
pub(super) struct SetAside {
    tickets: Vec<(TicketId, Option<TicketChange>)>,
    files: usize,
    warnings: usize,
}

impl Change<'_, '_> {
    /// Tickets as this change has made them so far, and how many files it has taken.
    pub(super) fn set_aside(&self, ids: &[&TicketId]) -> SetAside {
        let tickets = ids.iter().map(|id| ((*id).clone(), self.tickets.get(id).cloned())).collect();
        SetAside { tickets, files: self.files.len(), warnings: self.warnings.len() }
    }

    /// Has the change be what it was.
    pub(super) fn put_back(&mut self, before: SetAside) {
        for (id, change) in before.tickets {
            match change {
                Some(change) => drop(self.tickets.insert(id, change)),
                None => drop(self.tickets.remove(&id)),
            }
        }
        self.files.truncate(before.files);
        self.warnings.truncate(before.warnings);
    }
}

impl MailTaking<'_, '_, '_> {
    /// A message's texts as a ticket takes them.
    pub(super) fn kept(&self, message: &Message) -> Kept {
        Kept {
            title: without_secrets(&message.title()),
            text: without_secrets(&message.text),
            secrets: message.secrets.clone(),
            whole_text: without_secrets(&message.whole_text),
        }
    }

    /// Attaches the files of a message, and itself or its whole text, to be seen by whoever may read its entry, and tells the
    /// team what was left out.
    pub(super) fn keep_files(
        &mut self,
        id: &TicketId,
        message: &Message,
        key: &str,
        (writer, visibility): (&Writer, &Visibility),
        kept: &Kept,
    ) -> Result<(), Failure> {
        let limit = self.change.project().settings()?.max_attachment_bytes;
        let mut told: Vec<String> = Vec::new();
        let mut has_secret = !kept.secrets.is_empty();
        let fits = |content: &[u8]| u64::try_from(content.len()).unwrap_or(u64::MAX) <= limit;
        for (place, file) in message.files.iter().enumerate() {
            if place >= MAX_FILES {
                told.push(format!("{} more files were not attached.", message.files.len() - MAX_FILES));
                break;
            }
            if file.content.is_empty() {
                told.push(format!("{} was not attached: it is empty.", file.name));
                continue;
            }
            if !fits(&file.content) {
                told.push(format!("{} was not attached: {} bytes.", file.name, file.content.len()));
                continue;
            }
            if file.has_secret {
                has_secret = true;
                told.push(format!("{} was not attached: it seems to hold a secret.", file.name));
                continue;
            }
            let entry = entry_of_key(key, &format!("file {place} {}", sha256(&file.content)));
            self.keep(id, (&file.name, file.content.clone()), (writer, visibility), entry)?;
        }
        for what in &kept.secrets {
            told.push(format!("The message held {what}, which was redacted."));
        }
        if self.settings.keeps_messages && fits(&message.raw) && !has_secret {
            // What comes by two ways differs in what servers put around it.
            let entry = entry_of_key(key, &format!("message {}", sha256(&message.raw)));
            self.keep(id, (WHOLE, message.raw.clone()), (writer, visibility), entry)?;
        } else if message.is_folded {
            let text = first_bytes(&kept.whole_text, usize::try_from(limit).unwrap_or(usize::MAX));
            if text.len() < kept.whole_text.len() {
                told.push(format!("The text was attached as far as {limit} bytes."));
            }
            let entry = entry_of_key(key, "whole text");
            self.keep(id, (TEXT, text.as_bytes().to_vec()), (writer, visibility), entry)?;
        }
        if told.is_empty() {
            return Ok(());
        }
        told.push("The mailbox that it came from may still hold it.".to_owned());
        let request = Request {
            visibility: Visibility::Internal,
            ..Request::new(RequestKind::Comment).with_note(Some(told.join("\n")))
        };
        let rules = self.change.project().rules()?;
        let actor = self.desk(entry_of_key(key, "left out"), writer.actor.at);
        self.change.apply(id, request, rules, &actor).map(drop)
    }

    fn keep(
        &mut self,
        id: &TicketId,
        (name, content): (&str, Vec<u8>),
        (writer, visibility): (&Writer, &Visibility),
        entry: EntryId,
    ) -> Result<(), Failure> {
        let attachment = attachment(&entry, name, &content);
        let file = attachment.file.clone();
        let request =
            Request { visibility: visibility.clone(), ..Request::new(RequestKind::Attach(attachment)) };
        let rules = self.change.project().rules()?;
        self.change.apply(id, request, rules, &part_of(writer, entry))?;
        self.change.store_file(format!("{}/{file}", layout::attachments(id)), content)
    }
}
