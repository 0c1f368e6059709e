//! Files that a merge of git's left in conflict: tickets are merged entry by entry, settings value by value, and
//! attachments follow their tickets.

use crate::process::{RequestKind, Rules};
use crate::project::author::Author;
use crate::project::change::with_decided;
use crate::project::doctor::by_hand::{Judged, judged};
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::driver::read_merged;
use crate::store::git::SupportPath;
use crate::store::{Error, Store, layout, readable};
use crate::ticket::{Merged, ThreeWay, Ticket, TicketId, codec, is_own_file, merge, merge_three, sha256};

/// What becomes of an attachment in conflict.
struct SettledAttachment {
    /// Where the merged ticket has it, and what it holds; `None` where the ticket has it no longer.
    kept: Option<(String, Vec<u8>)>,
}

/// Files in conflict, settled in work tree and index; the merge's commit is its user's.
pub(super) fn settle_all(project: &Project<'_>) -> Result<(), Failure> {
    let store = &project.store;
    let mut attachments = Vec::new();
    for edit in store.hand_edits()?.into_iter().filter(|edit| edit.is_conflicted) {
        if let Some(id) = layout::id_of(&edit.path) {
            ticket(project, &id, &edit.path)?;
        } else if layout::attachment_of(&edit.path).is_some() {
            attachments.push(edit.path);
        } else if let Some(settled) = store.settled(&edit.path, store.conflict(&edit.path)?)? {
            settle(project, &edit.path, &settled)?;
        }
    }
    // Their tickets are merged now.
    let settled: Vec<_> =
        attachments.iter().map(|path| attachment(store, path)).collect::<Result<_, Failure>>()?;
    for (path, settled) in attachments.iter().zip(settled) {
        let Some(SettledAttachment { kept }) = settled else { continue };
        if kept.as_ref().is_none_or(|(place, _)| place != path) {
            store.settle_as_removed(path)?;
        }
        match kept {
            Some((place, content)) => settle(project, &place, &content)?,
            None => project.host.note(format!("removed {path}, as its ticket has it")),
        }
    }
    Ok(())
}

/// True for a file in conflict that is settled without a person.
pub(super) fn is_settled(store: &Store, path: &str) -> Result<bool, Failure> {
    let Some((id, _)) = layout::attachment_of(path) else {
        let is_ticket = layout::id_of(path).is_some();
        return Ok(is_ticket || store.settled(path, store.conflict(path)?)?.is_some());
    };
    // A ticket that is in conflict itself is merged first.
    let is_first = store.conflict(&layout::ticket(&id))?.iter().any(Option::is_some);
    Ok(is_first || attachment(store, path)?.is_some())
}

fn ticket(project: &Project<'_>, id: &TicketId, path: &str) -> Result<(), Failure> {
    let [base, ours, theirs] = project.store.conflict(path)?;
    let read = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| read_merged(id, path, &bytes).ok());
    // What was edited by hand on a side becomes an entry, so that a merge of entries loses none of it.
    let told = |side: Option<Ticket>| side.map(|side| adopted(project, side)).transpose();
    let base = read(base);
    let (ours, theirs) = (told(read(ours))?, told(read(theirs))?);
    if let Some(settled) = reverted(project, [&base, &ours, &theirs])? {
        return settle(project, path, readable(path, &settled)?.as_bytes());
    }
    let settled = match (ours, theirs) {
        (Some(ours), Some(theirs)) => match merge(&ours, &theirs) {
            Merged::One(ticket) => *ticket,
            Merged::Two { kept, renamed } => {
                let path = layout::ticket(renamed.id());
                project.store.settle_conflict(&path, codec::write(&renamed).as_bytes())?;
                project.host.note(format!(
                    "two tickets were opened under the ID {id}; the newer one is now {}",
                    renamed.id()
                ));
                *kept
            }
        },
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Ok(()),
    };
    settle(project, path, readable(path, &settled)?.as_bytes())
}

/// A ticket whose steps a revert undoes: its entries stay, and one more undoes them, as git's driver has it.
fn reverted(project: &Project<'_>, sides: [&Option<Ticket>; 3]) -> Result<Option<Ticket>, Failure> {
    let [Some(base), Some(ours), Some(theirs)] = sides else { return Ok(None) };
    if !project.store.repository().is_reverting() {
        return Ok(None);
    }
    let ThreeWay::TakenBack { ticket, entries } = merge_three(base, ours, theirs) else { return Ok(None) };
    match project.host.undone(*ticket, entries) {
        // What is not theirs to undo stays, and they are told.
        Err(failure) if failure.kind == Kind::Refused => {
            let id = ours.id();
            project
                .host
                .note(format!("warning: {id} stays as it is, the revert is refused: {:#}", failure.error));
            Ok(None)
        }
        done => done.map(Some),
    }
}

/// What becomes of an attachment, by its ticket in the work tree; `None` where that does not tell.
fn attachment(store: &Store, path: &str) -> Result<Option<SettledAttachment>, Failure> {
    let Some((id, file)) = layout::attachment_of(path) else { return Ok(None) };
    let place = SupportPath::parse(&layout::ticket(&id)).map_err(Error::from)?;
    let written = store.repository().work_tree_file(&place).map_err(Error::from)?;
    let Some(ticket) = written.and_then(|bytes| codec::read(&id, &bytes).ok()) else { return Ok(None) };
    if ticket.is_purged() {
        return Ok(Some(SettledAttachment { kept: None }));
    }
    let Some(entry) = ticket.timeline().iter().find(|entry| is_own_file(&entry.id, file)) else {
        return Ok(None);
    };
    let Some(named) = entry.attachment.as_ref().filter(|named| !named.is_removed) else {
        return Ok(Some(SettledAttachment { kept: None }));
    };
    let content = store.conflict(path)?.into_iter().flatten().find(|side| sha256(side) == named.sha256);
    let place = format!("{}/{}", layout::attachments(&id), named.file);
    Ok(content.map(|content| SettledAttachment { kept: Some((place, content)) }))
}

fn settle(project: &Project<'_>, path: &str, content: &[u8]) -> Result<(), Failure> {
    project.store.settle_conflict(path, content)?;
    let way_on = project.store.repository().way_on().unwrap_or("git commit");
    project.host.note(format!("merged {path}; continue with {way_on}"));
    Ok(())
}

/// A side of a conflict, with an entry for what was edited by hand.
fn adopted(project: &Project<'_>, ticket: Ticket) -> Result<Ticket, Failure> {
    let Judged { ticket, adopt, .. } = judged(project, &project.store.repository().sides(), ticket)?;
    if adopt.is_empty() {
        return Ok(ticket);
    }
    let actor = Author::of(&project.store)?.actor(project.host.entry_id());
    Ok(with_decided(ticket, RequestKind::Adopt(adopt), &actor, &Rules::default())?.0)
}
