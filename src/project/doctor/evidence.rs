//! The evidence that entries name: is it there as it was attached, and where it is not, does history have it?

use std::collections::{BTreeMap, BTreeSet};

use crate::process::Problem;
use crate::project::failure::Failure;
use crate::store::git::{Blob, FileChange, ObjectId, Repository};
use crate::store::{Error, Snapshot, layout};
use crate::ticket::{Attachment, Entry, Ticket, TicketId, is_own_file, sha256, shell_word};

/// How what an entry attached is found.
enum State {
    AsAttached,
    Missing,
    Changed,
    /// A redaction removed it.
    Removed,
    /// A redaction removed it, and it is there.
    Back,
}

/// What entries attached: each ticket, entry, its file, and the path.
fn attached(
    tickets: &BTreeMap<TicketId, Ticket>,
) -> impl Iterator<Item = (&Ticket, &Entry, &Attachment, String)> {
    let entries =
        tickets.values().flat_map(|ticket| ticket.timeline().iter().map(move |entry| (ticket, entry)));
    entries.filter_map(|(ticket, entry)| {
        let file = entry.attachment.as_ref()?;
        Some((ticket, entry, file, format!("{}/{}", layout::attachments(ticket.id()), file.file)))
    })
}

fn state(snapshot: &Snapshot<'_>, entry: &Entry, file: &Attachment, path: &str) -> Result<State, Failure> {
    Ok(match snapshot.file(path, usize::MAX)? {
        Some(_) if file.is_removed => State::Back,
        Some(content) if sha256(&content) == file.sha256 => State::AsAttached,
        Some(_) => State::Changed,
        None if entry.redacted.is_some() => State::Removed,
        None => State::Missing,
    })
}

/// What is not as it was attached, and what lies there beside.
pub(super) fn check(
    repository: &Repository,
    snapshot: &Snapshot<'_>,
    tickets: &BTreeMap<TicketId, Ticket>,
    faults: &mut Vec<Problem>,
) -> Result<(), Failure> {
    let mut stored: BTreeSet<String> = snapshot.attachments()?.into_iter().collect();
    for (ticket, entry, file, path) in attached(tickets) {
        stored.remove(&path);
        // What becomes of another's file, that other's entry says.
        if !is_own_file(&entry.id, &file.file) {
            continue;
        }
        let name = &file.name;
        let fault = match state(snapshot, entry, file, &path)? {
            State::AsAttached | State::Removed => continue,
            State::Missing => Problem::error("evidence.missing", format!("{name} is missing")),
            State::Changed => {
                Problem::error("evidence.changed", format!("{name} differs from what was attached"))
            }
            State::Back => {
                let message = format!("{name} was removed by a redaction, and is back");
                let hint = format!("git rm {path} && git commit");
                let fault = Problem::error("evidence.redacted", message);
                faults.push(fault.of(ticket.id()).at(&path).hint(hint));
                continue;
            }
        };
        let is_somewhere = in_history(repository, snapshot, file, &path)?.is_some()
            || elsewhere(repository, snapshot, file)?.is_some();
        let hint = match is_somewhere {
            true => "git support doctor --repair".to_owned(),
            false => format!("git log --stat -- {path}"),
        };
        faults.push(fault.of(ticket.id()).at(&path).hint(hint));
    }
    for path in stored {
        if is_of_purged(&path, tickets) {
            let message = "is of a purged ticket, and is back";
            faults.push(
                Problem::error("evidence.purged", message).at(&path).hint("git support doctor --repair"),
            );
            continue;
        }
        let fault = match layout::attachment_of(&path).map(|(id, _)| id) {
            // What a ticket that cannot be read, or was lost, had attached is not to go.
            Some(id) if !tickets.contains_key(&id) => {
                Problem::note("evidence.unnamed", format!("ticket {id} cannot be read"))
                    .hint(format!("git log -p -- {}", layout::ticket(&id)))
            }
            _ => Problem::note("evidence.unnamed", "no entry names it")
                .hint(format!("git rm {}", shell_word(&path))),
        };
        faults.push(fault.at(&path));
    }
    Ok(())
}

/// What is missing or differs, as it was attached, from history; what history does not have either stays as it is. What is
/// of a purged ticket goes.
pub(super) fn restored(
    repository: &Repository,
    snapshot: &Snapshot<'_>,
    tickets: &BTreeMap<TicketId, Ticket>,
) -> Result<Vec<FileChange>, Failure> {
    let mut files = Vec::new();
    for (_, entry, file, path) in attached(tickets) {
        if matches!(state(snapshot, entry, file, &path)?, State::Missing | State::Changed) {
            let found = match in_history(repository, snapshot, file, &path)? {
                None => elsewhere(repository, snapshot, file)?,
                found => found,
            };
            files.extend(found.map(|blob| FileChange::stored(path, blob)));
        }
    }
    let attachments = snapshot.attachments()?.into_iter();
    files.extend(attachments.filter(|path| is_of_purged(path, tickets)).map(FileChange::remove));
    Ok(files)
}

/// True for an attachment of a purged ticket.
fn is_of_purged(path: &str, tickets: &BTreeMap<TicketId, Ticket>) -> bool {
    layout::attachment_of(path).and_then(|(id, _)| tickets.get(&id)).is_some_and(Ticket::is_purged)
}

/// What was attached, where the folder of another ticket has it: two had one id, and a merge of git's gave one of them
/// another.
fn elsewhere(
    repository: &Repository,
    snapshot: &Snapshot<'_>,
    file: &Attachment,
) -> Result<Option<ObjectId>, Failure> {
    for path in snapshot.attachments()? {
        if path.rsplit('/').next() == Some(file.file.as_str())
            && let Some(content) = snapshot.file(&path, usize::MAX)?
            && sha256(&content) == file.sha256
        {
            return Ok(Some(repository.hash(&content).map_err(Error::from)?));
        }
    }
    Ok(None)
}

/// What was attached, where history has it.
fn in_history(
    repository: &Repository,
    snapshot: &Snapshot<'_>,
    file: &Attachment,
    path: &str,
) -> Result<Option<ObjectId>, Failure> {
    let mut found: Option<ObjectId> = None;
    repository.walk(&snapshot.commits(), path, |touch| -> Result<bool, Error> {
        for blob in touch.before.iter().flatten().chain(&touch.blob) {
            if let Blob::Bytes(content) = repository.blob(*blob, usize::MAX)?
                && sha256(&content) == file.sha256
            {
                found = Some(*blob);
            }
        }
        Ok(found.is_none())
    })?;
    Ok(found)
}
