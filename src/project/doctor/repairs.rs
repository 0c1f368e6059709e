//! What is safe to repair: nothing that a person wrote is lost by it.

use std::collections::BTreeMap;
use std::iter::once;

use crate::process::{Changes, FieldChange, Request, RequestKind};
use crate::project::change::{Change, ChangeOptions};
use crate::project::doctor::by_hand::{Judged, judged};
use crate::project::doctor::{attributes, conflicts, evidence, stray};
use crate::project::failure::{Failure, Kind};
use crate::project::settings_repair;
use crate::project::state::Project;
use crate::store::driver::read_merged;
use crate::store::git::{Content, FileChange};
use crate::store::{Error, layout};
use crate::ticket::{Field, Merged, Ticket, TicketId, codec, is_same_ticket, merge};

/// What an entry of a repair says.
const REPAIRED: &str = "Repaired by doctor.";

/// Repairs what can be, in this clone and in one commit.
pub(super) fn all(project: &Project<'_>) -> Result<(), Failure> {
    project.store.wire_driver()?;
    conflicts::settle_all(project)?;
    if project.branch() == "HEAD" {
        // In the middle of a rebase, no commit of ours would last.
        return Ok(());
    }
    // What is repaired was written before.
    let options = ChangeOptions { allow_secret: true, ..ChangeOptions::default() };
    project.change(&options, repair)?;
    stray::moved(project, &options)
}

/// Repairs the tickets and files of the newest state.
fn repair(change: &mut Change<'_, '_>) -> Result<(), Failure> {
    let project = change.project();
    let snapshot = project.snapshot();
    let tickets = whole_tickets(project)?;
    for (id, ticket) in &tickets {
        let content = codec::write(ticket);
        if snapshot.file(&layout::ticket(id), usize::MAX)?.as_deref() != Some(content.as_bytes()) {
            change.put(None, ticket.clone());
        }
    }
    for ticket in tickets.values().filter(|ticket| !ticket.unaccounted().is_empty()) {
        let Judged { ticket: judged, adopt, told } = judged(project, &snapshot.commits(), ticket.clone())?;
        let before = (!change.has_touched(ticket.id())).then(|| ticket.clone());
        change.put(before, judged);
        if !adopt.is_empty() {
            let note = once(REPAIRED.to_owned()).chain(told).collect::<Vec<_>>().join(" ");
            follow(change, ticket.id(), RequestKind::Adopt(adopt), note)?;
        }
    }
    for (id, what) in missing_links(&tickets) {
        if !change.has_touched(&id)
            && let Some(ticket) = tickets.get(&id)
        {
            change.put(Some(ticket.clone()), ticket.clone());
        }
        follow(change, &id, what, REPAIRED.to_owned())?;
    }
    let (settings, values) = match settings_repair::repaired(&project.store, &snapshot)? {
        Some(repaired) => (owned(change, Some(repaired.file))?, repaired.values),
        None => (None, Vec::new()),
    };
    for value in values.iter().filter(|_| settings.is_some()) {
        project.host.note(format!("note: {value}"));
    }
    let attributes = attributes::repaired(project, &snapshot)?;
    // Our own lines, as they are written with the first ticket, are nobody's change.
    let is_ours = attributes.as_ref().is_some_and(|file| *file == attributes::ours());
    let attributes = if is_ours { attributes } else { owned(change, attributes)? };
    let attachments = evidence::restored(project.store.repository(), &snapshot, &tickets)?;
    change.action("repair");
    change.subject(match (change.tickets.len(), attachments.len(), &settings) {
        (0, 0, Some(_)) => format!("repair {}", layout::CONFIG),
        (0, 0, None) => format!("repair {}", layout::ATTRIBUTES),
        (0, 1, _) => "restore 1 attachment".to_owned(),
        (0, count, _) => format!("restore {count} attachments"),
        (1, ..) => "repair 1 ticket".to_owned(),
        (count, ..) => format!("repair {count} tickets"),
    });
    change.files.extend(attachments);
    change.files.extend(settings);
    change.files.extend(attributes);
    adopt_left(change)
}

/// A repair of a file that rules, where it is for the author to make; otherwise the file stays, and is found.
fn owned(change: &mut Change<'_, '_>, repaired: Option<FileChange>) -> Result<Option<FileChange>, Failure> {
    let Some(file) = repaired else { return Ok(None) };
    match change.check_owned(&file.path) {
        Err(failure) if failure.kind == Kind::Refused => {
            let path = &file.path;
            change.project().host.note(format!("warning: {path} was not repaired: {:#}", failure.error));
            Ok(None)
        }
        done => done.map(|()| Some(file)),
    }
}

/// What git left in the work tree of a file that it took out of the branch, is not in the way of bringing it back.
fn adopt_left(change: &mut Change<'_, '_>) -> Result<(), Failure> {
    let repository = change.project().store.repository();
    let mut left = Vec::new();
    for edit in change.project().store.hand_edits()?.into_iter().filter(|edit| !edit.is_conflicted) {
        let Some(content) = edit.content else { continue };
        let is_left = match layout::id_of(&edit.path).map(|id| (change.tickets.get(&id), id)) {
            Some((Some(restored), id)) => {
                restored.before.is_none() && is_within(&id, &content, &restored.after)
            }
            Some((None, _)) => false,
            None => {
                let restored = change.files.iter().find(|file| file.path == edit.path);
                let blob = repository.hash(&content).map_err(Error::from)?;
                restored.is_some_and(|file| file.content == Some(Content::Stored(blob)))
            }
        };
        if is_left {
            left.push((edit.path, content));
        }
    }
    left.iter().for_each(|(path, content)| change.adopt(path, content));
    Ok(())
}

/// True for a file as this program wrote it, of which a ticket has all: nobody's edit is in it.
fn is_within(id: &TicketId, content: &[u8], ticket: &Ticket) -> bool {
    codec::read(id, content).is_ok_and(|left| {
        left.timeline().iter().all(|entry| ticket.has_entry(entry))
            && left.unaccounted().is_empty()
            && codec::write(&left).as_bytes() == content
    })
}

/// Adds an entry that was missing.
fn follow(
    change: &mut Change<'_, '_>,
    id: &TicketId,
    what: RequestKind,
    note: String,
) -> Result<(), Failure> {
    match change.follow(id, Request::new(what).with_note(Some(note))) {
        // What somebody set by hand and the rules refuse is for somebody who may: it stays, and is found.
        Err(failure) if failure.kind == Kind::Refused => {
            change.project().host.note(format!("warning: {id} was not repaired: {:#}", failure.error));
            Ok(())
        }
        done => done.map(drop),
    }
}

/// Every ticket with the entries that history holds; of files that were committed with conflict markers, both sides,
/// merged.
fn whole_tickets(project: &Project<'_>) -> Result<BTreeMap<TicketId, Ticket>, Failure> {
    let snapshot = project.snapshot();
    let listing = snapshot.tickets()?;
    let mut tickets: BTreeMap<TicketId, Ticket> =
        listing.tickets.into_iter().map(|ticket| (ticket.id().clone(), ticket)).collect();
    for bad in listing.bad {
        let Some(id) = layout::id_of(&bad.path) else { continue };
        let Some(bytes) = snapshot.file(&bad.path, usize::MAX)? else { continue };
        if let Ok(ticket) = read_merged(&id, &bad.path, &bytes) {
            tickets.insert(id, ticket);
        }
    }
    let mut others = Vec::new();
    for lost in project.lost()? {
        others.extend(lost.present.filter(|present| !is_same_ticket(present, &lost.whole)));
        tickets.insert(lost.id, lost.whole);
    }
    for other in others {
        set_apart(project, &mut tickets, other);
    }
    Ok(tickets)
}

/// What had taken the place of a ticket: a copy of one that is there goes to that one, anything else is a ticket of its own.
fn set_apart(project: &Project<'_>, tickets: &mut BTreeMap<TicketId, Ticket>, other: Ticket) {
    let own = tickets.values().find(|ticket| ticket.id() != other.id() && is_same_ticket(ticket, &other));
    let Some(own) = own else {
        let id = other.parted_id();
        project.host.note(format!("another ticket had taken the place of {}; it is now {id}", other.id()));
        tickets.insert(id.clone(), other.with_id(id));
        return;
    };
    if let Merged::One(both) = merge(own, &other.with_id(own.id().clone())) {
        tickets.insert(both.id().clone(), *both);
    }
}

/// What answers links that nobody answers.
fn missing_links(tickets: &BTreeMap<TicketId, Ticket>) -> Vec<(TicketId, RequestKind)> {
    let mut requests = Vec::new();
    for (id, ticket) in tickets {
        for (kind, other) in ticket.fields().links() {
            let Some((back, other)) = kind.converse().zip(TicketId::parse(other)) else { continue };
            let answers = |there: &Ticket| {
                there.fields().links().any(|(kind, other)| *kind == back && other == id.as_str())
            };
            if tickets.get(&other).is_some_and(|there| !there.is_purged() && !answers(there)) {
                let links = FieldChange::adding(vec![id.to_string()]);
                requests.push((other, RequestKind::Edit(Changes::from([(Field::Links(back), links)]))));
            }
        }
    }
    requests
}
