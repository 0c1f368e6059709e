//! A change of tickets as one commit: asked anew on every newer state, until it is on the branch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;

use crate::store::error::Error;
use crate::store::git::{self, FileChange, ObjectId, TreeChange};
use crate::store::layout;
use crate::store::message::{self, TicketChange, Wording};
use crate::store::snapshot::Snapshot;
use crate::store::{BranchSource, Store};
use crate::ticket::{EntryId, Ticket, TicketId, codec, shell_word};

/// Files that wait to be taken, so that memory stays bounded.
const WAITING: usize = 64;
/// The most tickets that a message names one by one.
const MAX_TRAILERS: usize = 1_000;

/// What somebody wants to change.
#[derive(Debug, Default)]
pub struct CommitDraft {
    /// The tickets that change.
    pub tickets: Vec<TicketChange>,
    /// Other files under `.support/`: evidence, settings.
    pub files: Vec<FileChange>,
    /// What their users made of files in the work tree, and this takes account of, by path.
    pub adopts: BTreeMap<String, Vec<u8>>,
    /// What was done, for the trailers, where no entry of a ticket tells it.
    pub action: Option<&'static str>,
    /// The subject of the message, where no ticket tells it.
    pub subject: String,
    /// What the project wants in its messages.
    pub wording: Wording,
}

/// A change that was made, or would be.
#[derive(Debug)]
pub struct CommitPlan {
    /// The commit; `None` where nothing was written.
    pub commit: Option<ObjectId>,
    /// The tickets as they became.
    pub tickets: Vec<Ticket>,
    /// The entries that came to them.
    pub entries: BTreeSet<EntryId>,
    /// The commit's message.
    pub message: String,
    /// The difference, as `git diff` shows it; made for a dry run only.
    pub patch: String,
}

impl Store {
    /// Commits what `draft` makes of the newest tickets; asked again when another process was first.
    /// `None` where there is nothing to change.
    ///
    /// # Errors
    /// What `draft` says; or why the commit is not on the branch: then nothing has changed.
    pub fn update<E: From<Error>>(
        &self,
        mut draft: impl FnMut(&Snapshot<'_>) -> Result<Option<CommitDraft>, E>,
    ) -> Result<Option<CommitPlan>, E> {
        self.check_born().map_err(E::from)?;
        // A clone whose configuration cannot be written is told so by `doctor`.
        let _ = self.wire_driver();
        if self.branch_source() == BranchSource::Found {
            // Found once, it need not be looked for again.
            let _ = self.remember_branch();
        }
        let mut made: Option<CommitPlan> = None;
        let commit = self.repository.commit(&self.target, |tip| -> Result<Option<TreeChange>, Wrapped<E>> {
            let snapshot = self.snapshot_of(tip);
            let Some(draft) = draft(&snapshot).map_err(Wrapped::Theirs)? else { return Ok(None) };
            let bulk = is_bulk(&draft).then(|| self.repository.bulk());
            let change = change(&draft, &snapshot, bulk)?;
            made = Some(plan(draft, change.message.clone(), String::new()));
            Ok(Some(change))
        });
        match commit {
            Ok(commit) => Ok(commit.and_then(|id| made.map(|plan| CommitPlan { commit: Some(id), ..plan }))),
            Err(Wrapped::Theirs(error)) => Err(error),
            Err(Wrapped::Ours(error)) => Err(error.into()),
        }
    }

    /// What [`Store::update`] would do, with the difference and the message; nothing is written.
    ///
    /// # Errors
    /// What `draft` says; or that an object cannot be read.
    pub fn rehearse<E: From<Error>>(
        &self,
        mut draft: impl FnMut(&Snapshot<'_>) -> Result<Option<CommitDraft>, E>,
    ) -> Result<Option<CommitPlan>, E> {
        let tip = self.repository.tip(&self.target).map_err(Error::from)?;
        let snapshot = self.snapshot_of(tip);
        let Some(draft) = draft(&snapshot)? else { return Ok(None) };
        let change = change(&draft, &snapshot, None)?;
        let patch = self.repository.patch(tip, &change).map_err(Error::from)?;
        Ok(Some(plan(draft, change.message, patch)))
    }

    /// A branch that is checked out without a commit has none of its remote's files in the index: a commit on top of
    /// them would leave all of them staged for removal.
    fn check_born(&self) -> Result<(), Error> {
        let is_behind = self.target.is_checked_out()
            && self.repository.reference_id(self.target.reference())?.is_none()
            && self.repository.tip(&self.target)?.is_some();
        if !is_behind {
            return Ok(());
        }
        let name = self.target.name();
        let message = format!("branch '{name}' has no commit here yet, but origin/{name} has");
        Err(git::Error::new(git::Kind::Refused, message)
            .hint(format!("git reset --hard {}", shell_word(&format!("origin/{name}"))))
            .into())
    }

    pub(crate) fn snapshot_of(&self, tip: Option<ObjectId>) -> Snapshot<'_> {
        Snapshot::new(&self.repository, tip, self.target.name())
    }
}

/// The closure's error and our own, told apart while they pass through the repository.
enum Wrapped<E> {
    Theirs(E),
    Ours(Error),
}

impl<E> From<crate::store::git::Error> for Wrapped<E> {
    fn from(error: crate::store::git::Error) -> Self {
        Self::Ours(error.into())
    }
}

impl<E> From<Error> for Wrapped<E> {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// True where the files of a draft's tickets are written as they are made, so that not all of them are in memory at once.
fn is_bulk(draft: &CommitDraft) -> bool {
    draft.tickets.len() >= git::MANY_FILES
}

/// Hands over each ticket with the content of its file, in order; that of many is made on a thread beside.
fn written(
    tickets: &[TicketChange],
    mut take: impl FnMut(&TicketChange, Vec<u8>) -> Result<(), Error>,
) -> Result<(), Error> {
    let content = |ticket: &TicketChange| codec::write(&ticket.after).into_bytes();
    let mut left = tickets.iter();
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::sync_channel(WAITING);
        let write = move || tickets.iter().map(content).try_for_each(|made| send.send(made));
        if tickets.len() >= git::MANY_FILES {
            // No thread is to be had, in a container that counts them: this one writes by itself.
            let _ = std::thread::Builder::new().spawn_scoped(scope, write);
        } else {
            drop(write);
        }
        for made in receive {
            left.next().map_or(Ok(()), |ticket| take(ticket, made))?;
        }
        left.try_for_each(|ticket| take(ticket, content(ticket)))
    })
}

/// What a draft comes to, before it is committed.
fn plan(draft: CommitDraft, message: String, patch: String) -> CommitPlan {
    let new = draft.tickets.iter().flat_map(TicketChange::entries);
    let entries = new.map(|entry| entry.id.clone()).collect();
    let tickets = draft.tickets.into_iter().map(|change| change.after).collect();
    CommitPlan { commit: None, tickets, entries, message, patch }
}

/// The files and the message of a draft. The first write brings `.support/.gitattributes` with it.
fn change(
    draft: &CommitDraft,
    snapshot: &Snapshot<'_>,
    mut bulk: Option<git::Bulk<'_>>,
) -> Result<TreeChange, Error> {
    let mut files = draft.files.clone();
    written(&draft.tickets, |ticket, content| {
        let path = layout::ticket(ticket.after.id());
        if !ticket.has_room(content.len()) {
            return Err(Error::Full { id: ticket.after.id().clone(), bytes: content.len() });
        }
        files.push(match &mut bulk {
            Some(bulk) => FileChange::stored(path, bulk.add(content)?),
            None => FileChange::write(path, content),
        });
        Ok(())
    })?;
    if let Some(bulk) = bulk {
        bulk.finish()?;
    }
    let has = |path: &str| files.iter().any(|file| file.path == path);
    if !has(layout::ATTRIBUTES) && snapshot.file(layout::ATTRIBUTES, usize::MAX)?.is_none() {
        files.push(FileChange::write(layout::ATTRIBUTES, layout::ATTRIBUTES_TEXT));
    }
    for file in &mut files {
        file.adopts = draft.adopts.get(&file.path).cloned();
    }
    let ids: Vec<TicketId> = files.iter().filter_map(|file| layout::id_of(&file.path)).collect();
    // A message of megabytes serves nobody: the commit itself says which files it touched.
    let ids = if ids.len() > MAX_TRAILERS { Vec::new() } else { ids };
    let message = match draft.action {
        Some(action) => message::of_action(&draft.subject, &ids, action, &draft.wording),
        None if draft.tickets.is_empty() => message::of_files(&draft.subject, &draft.wording),
        None if !draft.subject.is_empty() => {
            message::of_tickets_under(&draft.subject, &draft.tickets, &draft.wording)
        }
        None => message::of_tickets(&draft.tickets, &draft.wording),
    };
    Ok(TreeChange::new(files, message))
}
