//! Attachments of tickets, added and redacted with their entries.

use std::collections::BTreeSet;

use crate::process::{Request, RequestKind, purge, redact};
use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::FileChange;
use crate::store::layout;
use crate::ticket::{
    Attachment, Entry, EntryId, Redaction, Ticket, TicketId, attachment_file, holds_bytes, is_own_file,
    sha256,
};

/// A file to be attached.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// Its name, as it was given.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// What a redaction made of the attachments.
#[derive(Debug, Default)]
pub struct RedactedFiles {
    /// The names of those that were removed.
    pub removed: Vec<String>,
    /// The paths where those were.
    pub removed_paths: Vec<String>,
    /// The paths of those whose names contained a text, and the paths without it.
    pub renamed: Vec<(String, String)>,
}

/// What an entry says of a file that it brings.
pub(super) fn attachment(entry: &EntryId, name: &str, content: &[u8]) -> Attachment {
    Attachment {
        name: name.to_owned(),
        file: attachment_file(entry, name),
        bytes: u64::try_from(content.len()).unwrap_or(u64::MAX),
        sha256: sha256(content),
        is_removed: false,
    }
}

impl Project<'_> {
    /// The content of an attachment, from whatever branch this state reads; `None` where its file is gone.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn attachment(&self, id: &TicketId, file: &Attachment) -> Result<Option<Vec<u8>>, Failure> {
        let path = format!("{}/{}", layout::attachments(id), file.file);
        for commit in self.snapshot().commits() {
            let there = self.store.snapshot_of(Some(commit)).file(&path, usize::MAX)?;
            if there.is_some() {
                return Ok(there);
            }
        }
        Ok(None)
    }
}

impl Change<'_, '_> {
    /// Attaches a file to a ticket, under `.support/attachments/<id>/`.
    ///
    /// # Errors
    /// There is no such ticket, it has changed since, or the file is too large.
    pub fn attach(&mut self, id: &TicketId, file: &NewAttachment, request: Request) -> Result<(), Failure> {
        let entry = self.entry_id();
        let attachment = attachment(&entry, &file.name, &file.content);
        let name = attachment.file.clone();
        self.check_unchanged(id)?;
        let actor = self.author.actor(entry);
        let request = Request { what: RequestKind::Attach(attachment), ..request };
        self.apply(id, request, self.project().rules()?, &actor)?;
        let path = format!("{}/{name}", layout::attachments(id));
        self.files.push(FileChange::write(path, file.content.clone()));
        Ok(())
    }

    /// Purges a ticket, with its attachments, unless that was done.
    ///
    /// # Errors
    /// There is no such ticket, no reason was given, or the author may not.
    pub fn purge(&mut self, id: &TicketId, note: Option<String>) -> Result<(), Failure> {
        let before = self.project().need(id)?;
        let actor = self.author.actor(self.entry_id());
        if let Some(after) = purge(&before, note, self.project().rules()?, &actor)? {
            self.put(Some(before), after);
        }
        // What came back with a merge goes, too.
        let folder = layout::attachments(id);
        for path in self.project().snapshot().attachments()? {
            if path.strip_prefix(&folder).is_some_and(|rest| rest.starts_with('/')) {
                self.files.push(FileChange::remove(path));
            }
        }
        Ok(())
    }

    /// Redacts texts and entries of a ticket. Attachments of the entries, and those that contain one of the texts, are
    /// removed; `None` where nothing of it is there.
    ///
    /// # Errors
    /// There is no such ticket, no reason was given, or an attachment cannot be read.
    pub fn redact(
        &mut self,
        id: &TicketId,
        redaction: &Redaction,
        note: Option<String>,
    ) -> Result<Option<RedactedFiles>, Failure> {
        let before = self.project().need(id)?;
        let mut redaction = redaction.clone();
        for entry in before.timeline() {
            if self.content_holds(&before, entry, &redaction.texts)? {
                redaction.files.push(entry.id.clone());
            }
        }
        redaction.files.extend(naming_others(&before, &redaction));
        let actor = self.author.actor(self.entry_id());
        let Some(after) = redact(&before, &redaction, note, self.project().rules()?, &actor)? else {
            return Ok(None);
        };
        let is_removed =
            |entry: &Entry| redaction.entries.contains(&entry.id) || redaction.files.contains(&entry.id);
        let mut files = RedactedFiles::default();
        for entry in before.timeline() {
            let Some(file) = &entry.attachment else { continue };
            let named = after.timeline().iter().find(|new| new.identity() == entry.identity());
            let new = named.and_then(|new| new.attachment.as_ref()).map_or(&file.file, |new| &new.file);
            let [old, new] = [&file.file, new].map(|name| format!("{}/{name}", layout::attachments(id)));
            if old != new {
                files.renamed.push((old.clone(), new.clone()));
            }
            // A file that another entry brought, too, is not this one's to remove.
            let is_shared = before.timeline().iter().any(|other| {
                other.identity() != entry.identity()
                    && !is_removed(other)
                    && is_own_file(&other.id, &file.file)
                    && other.attachment.as_ref().is_some_and(|its| its.file == file.file)
            });
            // Another's file goes with that one.
            if !is_own_file(&entry.id, &file.file) {
                continue;
            }
            if is_removed(entry) && is_shared {
                continue;
            }
            if is_removed(entry) {
                // An earlier redaction may have removed it.
                if self.project().snapshot().file(&old, usize::MAX)?.is_some() {
                    self.files.push(FileChange::remove(old.clone()));
                    files.removed.push(file.name.clone());
                }
                files.removed_paths.push(old);
            } else if let Some(content) =
                self.project().snapshot().file(&old, usize::MAX)?.filter(|_| old != new)
            {
                self.files.push(FileChange::remove(old));
                self.files.push(FileChange::write(new, content));
            }
        }
        self.put(Some(before), after);
        Ok(Some(files))
    }

    /// True where the attachment of an entry contains one of the texts.
    fn content_holds(&self, ticket: &Ticket, entry: &Entry, texts: &[String]) -> Result<bool, Failure> {
        let Some(file) = &entry.attachment else { return Ok(false) };
        let path = format!("{}/{}", layout::attachments(ticket.id()), file.file);
        let content = self.project().snapshot().file(&path, usize::MAX)?.unwrap_or_default();
        Ok(holds_bytes(&content, texts))
    }
}

/// The entries that name a file of another which a redaction removes: they have it no more either.
fn naming_others(ticket: &Ticket, redaction: &Redaction) -> Vec<EntryId> {
    let is_redacted =
        |entry: &Entry| redaction.entries.contains(&entry.id) || redaction.files.contains(&entry.id);
    let file = |entry: &Entry| entry.attachment.as_ref().map(|file| (entry.id.clone(), file.file.clone()));
    let (redacted, others): (Vec<&Entry>, Vec<&Entry>) =
        ticket.timeline().iter().partition(|entry| is_redacted(entry));
    let going: BTreeSet<String> = redacted
        .into_iter()
        .filter_map(file)
        .filter(|(id, file)| is_own_file(id, file))
        .map(|(_, file)| file)
        .collect();
    let names_it = |(id, file): &(EntryId, String)| going.contains(file) && !is_own_file(id, file);
    others.into_iter().filter_map(file).filter(names_it).map(|(id, _)| id).collect()
}
