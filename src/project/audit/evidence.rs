//! Evidence under audit: what an entry attached is there, as it was attached.

use std::collections::BTreeSet;

use crate::process::audit::{AuditRule, Finding};
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::git::{Blob, CommitDelta, FileDelta, ObjectId};
use crate::store::{Error, Parsed, Store, layout};
use crate::ticket::{Entry, Ticket, TicketId, is_own_file};

impl Review<'_> {
    /// What new entries attached, and what lies there.
    pub(super) fn evidence_of(
        &mut self,
        passage: &CommitDelta,
        id: &TicketId,
        new: &[&Entry],
    ) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        for entry in new.iter().filter(|entry| entry.redacted.is_none()) {
            let Some(file) = &entry.attachment else { continue };
            if !is_own_file(&entry.id, &file.file) {
                let message = format!("{} is the file of another entry", file.file);
                findings.push(Finding::new(AuditRule::EvidenceChanged, message));
                continue;
            }
            let path = format!("{}/{}", layout::attachments(id), file.file);
            match self.checksum(passage.commit, &path)? {
                Some(sum) if sum == file.sha256 => {}
                Some(_) => findings.push(changed(&file.name)),
                None => findings.push(missing(&file.name)),
            }
        }
        Ok(findings)
    }

    /// A file of evidence that a commit changed: of an entry that was there before, it stays as it was.
    pub(super) fn evidence(
        &mut self,
        passage: &CommitDelta,
        file: &FileDelta,
        parsed: &mut Parsed<'_>,
    ) -> Result<Option<Finding>, Failure> {
        let attached = layout::attachment_of(&file.path);
        // Git reads files of its own in every folder, and could check out evidence otherwise than it is.
        let Some((id, name)) = attached.filter(|(_, name)| !name.starts_with(".git")) else {
            let is_there = file.now.is_some();
            let problem = || Finding::new(AuditRule::FileStrange, "is not the attachment of a ticket");
            return Ok(is_there.then(problem));
        };
        let version = parsed.at(passage.commit, &id)?;
        let ticket = version.as_ref().and_then(|version| version.content.as_ref().ok());
        let entries = ticket.map(Ticket::timeline).unwrap_or_default();
        let attached = entries.iter().filter_map(|entry| {
            let attached = entry.attachment.as_ref().filter(|attached| attached.file == name)?;
            Some((entry.redacted.is_some(), attached))
        });
        let named: Vec<_> = attached.collect();
        let was_there = file.before.iter().any(Option::is_some);
        if named.is_empty() {
            let is_new = file.now.is_some() && !was_there;
            return Ok(is_new.then(|| Finding::new(AuditRule::EvidenceUnnamed, "no entry names it")));
        }
        if !was_there {
            // Its entry came with it, and is looked at there.
            return Ok(None);
        }
        let sum = self.checksum(passage.commit, &file.path)?;
        // A later entry of the same name stands for itself alone.
        Ok(named.into_iter().find_map(|(is_redacted, attached)| match &sum {
            None if is_redacted => None,
            None => Some(missing(&attached.name)),
            Some(sum) if *sum == attached.sha256 => None,
            Some(_) => Some(changed(&attached.name)),
        }))
    }

    /// Files that a merge takes over from one side, and whose ticket the other side purged.
    pub(super) fn evidence_brought(
        &mut self,
        passage: &CommitDelta,
        parsed: &mut Parsed<'_>,
    ) -> Result<(), Failure> {
        if passage.parents.len() < 2 {
            return Ok(());
        }
        let mut brought = BTreeSet::new();
        for parent in &passage.parents {
            let differences =
                self.store.repository().differences(layout::ATTACHMENTS, passage.commit, *parent);
            let differences = differences.map_err(Error::from)?.into_iter();
            brought.extend(
                differences.filter(|one| one.ours.is_some() && one.theirs.is_none()).map(|one| one.path),
            );
        }
        for path in brought {
            let Some((id, _)) = layout::attachment_of(&path) else { continue };
            let version = parsed.at(passage.commit, &id)?;
            let ticket = version.as_ref().and_then(|version| version.content.as_ref().ok());
            if ticket.is_some_and(Ticket::is_purged) {
                let message = "its ticket was purged, and the file is back";
                self.found(passage.commit, Some(&id), &path, Finding::new(AuditRule::PurgeUndone, message));
            }
        }
        Ok(())
    }

    fn checksum(&self, commit: ObjectId, path: &str) -> Result<Option<String>, Failure> {
        checksum(self.store, commit, path)
    }
}

/// The checksum of a file's content in a commit; `None` where there is no such file.
fn checksum(store: &Store, commit: ObjectId, path: &str) -> Result<Option<String>, Failure> {
    let found = store.repository().file(commit, path, usize::MAX).map_err(Error::from)?;
    Ok(match found {
        Some(Blob::Bytes(bytes)) => Some(crate::ticket::sha256(&bytes)),
        Some(Blob::TooLarge(_)) | None => None,
    })
}

/// True where every tip has what a ticket's entries attached and the commit lacked, as it was attached: a cherry-pick brought the
/// entries alone, and a later commit the files.
pub(super) fn came_later(
    store: &Store,
    tips: &[ObjectId],
    commit: ObjectId,
    id: &TicketId,
) -> Result<bool, Failure> {
    let then = store.snapshot(Some(&commit.to_string()))?.ticket(id).unwrap_or_default();
    let entries = then.iter().flat_map(Ticket::timeline).filter(|entry| entry.redacted.is_none());
    for file in entries.filter_map(|entry| entry.attachment.as_ref()) {
        let path = format!("{}/{}", layout::attachments(id), file.file);
        let is_there = |commit: ObjectId| -> Result<bool, Failure> {
            Ok(checksum(store, commit, &path)?.as_ref() == Some(&file.sha256))
        };
        if is_there(commit)? {
            continue;
        }
        for tip in tips {
            if !is_there(*tip)? {
                return Ok(false);
            }
        }
    }
    Ok(then.is_some())
}

/// True where every tip has a file as each of the entries says that names it: under the ID of another entry, one may name a
/// file of its own.
pub(super) fn is_as_attached(store: &Store, tips: &[ObjectId], path: &str) -> Result<bool, Failure> {
    let Some((id, name)) = layout::attachment_of(path) else { return Ok(true) };
    for tip in tips {
        let ticket = store.snapshot(Some(&tip.to_string()))?.ticket(&id).unwrap_or_default();
        let sum = checksum(store, *tip, path)?;
        let entries = ticket.iter().flat_map(Ticket::timeline).filter(|entry| entry.redacted.is_none());
        let mut named =
            entries.filter_map(|entry| entry.attachment.as_ref()).filter(|file| file.file == name);
        if named.any(|file| sum.as_ref() != Some(&file.sha256)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn missing(name: &str) -> Finding {
    Finding::new(AuditRule::EvidenceMissing, format!("{name} is missing"))
}

fn changed(name: &str) -> Finding {
    Finding::new(AuditRule::EvidenceChanged, format!("{name} differs from what was attached"))
}
