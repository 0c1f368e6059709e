//! Attachments of tickets, added and redacted with their entries.

use crate::process::{Request, RequestKind, redact};
use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::store::git::FileChange;
use crate::store::layout;
use crate::ticket::{Attachment, Redaction, TicketId, sha256};

/// A file to be attached.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// Its name, as it was given.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

impl Change<'_, '_> {
    /// Attaches a file to a ticket, under `.support/attachments/<id>/`.
    ///
    /// # Errors
    /// There is no such ticket, it has changed since, or the file is too large.
    pub fn attach(&mut self, id: &TicketId, file: &NewAttachment, request: Request) -> Result<(), Failure> {
        let entry = self.entry_id();
        let name = layout::attachment_name(entry.as_str(), &file.name);
        let attachment = Attachment {
            name: file.name.clone(),
            file: name.clone(),
            bytes: u64::try_from(file.content.len()).unwrap_or(u64::MAX),
            sha256: sha256(&file.content),
        };
        self.check_unchanged(id)?;
        let actor = self.author.actor(entry);
        let request = Request { what: RequestKind::Attach(attachment), ..request };
        self.apply(id, request, self.project().rules()?, &actor)?;
        let path = format!("{}/{name}", layout::attachments(id));
        self.files.push(FileChange::write(path, file.content.clone()));
        Ok(())
    }

    /// Redacts texts and entries of a ticket, and removes the attachments of the entries; false where nothing of it
    /// is there.
    ///
    /// # Errors
    /// There is no such ticket, or no reason was given.
    pub fn redact(
        &mut self,
        id: &TicketId,
        redaction: &Redaction,
        note: Option<String>,
    ) -> Result<bool, Failure> {
        let before = self.project().need(id)?;
        let actor = self.author.actor(self.entry_id());
        let Some(after) = redact(&before, redaction, note, &actor)? else { return Ok(false) };
        let named = before.timeline().iter().filter(|entry| redaction.entries.contains(&entry.id));
        for file in named.filter_map(|entry| entry.attachment.as_ref()) {
            self.files.push(FileChange::remove(format!("{}/{}", layout::attachments(id), file.file)));
        }
        self.put(Some(before), after);
        Ok(true)
    }
}
