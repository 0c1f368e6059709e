//! The attachments of tickets that a merge changes: where each is to lie.

use crate::store::layout;
use crate::ticket::{Attachment, Entry, Ticket};

/// An attachment of a ticket that goes on under another id.
#[derive(Debug)]
pub(super) struct MovedFile {
    /// Where it lies.
    pub(super) old: String,
    /// Where it is to lie.
    pub(super) new: String,
    /// The digest of what was attached.
    pub(super) sha256: String,
    /// True where the ticket that keeps the id has a file of that name, too.
    pub(super) is_of_both: bool,
}

/// The attachments of a ticket that goes on under another id.
pub(super) fn moved(kept: &Ticket, renamed: &Ticket) -> Vec<MovedFile> {
    let [old, new] = [kept, renamed].map(|ticket| layout::attachments(ticket.id()));
    let files = |ticket: &Ticket| -> Vec<Attachment> {
        let attached = ticket.timeline().iter().filter_map(|entry| entry.attachment.clone());
        attached.filter(|file| !file.is_removed).collect()
    };
    let of_both = files(kept);
    let moved = files(renamed).into_iter().map(|file| MovedFile {
        is_of_both: of_both.iter().any(|other| other.file == file.file),
        old: format!("{old}/{}", file.file),
        new: format!("{new}/{}", file.file),
        sha256: file.sha256,
    });
    moved.collect()
}

/// The attachments that a merged ticket has under a name that neither side has.
pub(super) fn joined(ticket: &Ticket, sides: [&Ticket; 2]) -> Vec<(String, [String; 2])> {
    let folder = layout::attachments(ticket.id());
    let file_in = |ticket: &Ticket, entry: &Entry| {
        let own = ticket.timeline().iter().find(|own| own.identity() == entry.identity());
        own.and_then(|own| own.attachment.as_ref())
            .filter(|file| !file.is_removed)
            .map(|file| file.file.clone())
    };
    let of_entry = |entry: &Entry| {
        let file = entry.attachment.as_ref().filter(|file| !file.is_removed)?.file.clone();
        let [ours, theirs] = sides.map(|side| file_in(side, entry));
        let (ours, theirs) = (ours?, theirs?);
        (file != ours && file != theirs).then(|| [file, ours, theirs].map(|file| format!("{folder}/{file}")))
    };
    let found = ticket.timeline().iter().filter_map(of_entry);
    found.map(|[path, ours, theirs]| (path, [ours, theirs])).collect()
}
