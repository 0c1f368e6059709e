//! Requests to tickets, made into one commit: decided on the newest state, as often as it takes.

use std::collections::BTreeMap;

use crate::commands::arguments::Writing;
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::process::{Actor, Refusal, Request, Settings, decide, secret_in, warnings};
use crate::render::{Rehearsal, View};
use crate::store::git::FileChange;
use crate::store::{Draft, Plan, Snapshot, Store, TicketChange, Wording};
use crate::ticket::{Entry, EntryId, Field, Moment, Person, Ticket, TicketId};

/// A request to a ticket, with the id its entry will have.
pub(crate) struct Planned {
    pub(crate) id: TicketId,
    pub(crate) entry: EntryId,
    pub(crate) request: Request,
}

/// Who writes, and when.
pub(crate) struct Author {
    pub(crate) by: Person,
    member: Person,
    pub(crate) at: Moment,
}

impl Author {
    /// The author as git takes it, before anything is written.
    pub(crate) fn of(store: &Store) -> Result<Self, Failure> {
        let (by, at) = store.author()?;
        let member = store.mapped(&by)?;
        Ok(Self { by, member, at })
    }

    /// The author as the actor of one entry.
    pub(crate) fn actor(&self, entry: &EntryId) -> Actor {
        Actor { by: self.by.clone(), member: self.member.clone(), at: self.at, entry: entry.clone() }
    }

    /// How a field names the author.
    pub(crate) fn me(&self) -> String {
        self.by.to_string()
    }
}

/// Applies requests, in order, as one commit.
pub(crate) fn apply(
    store: &Store,
    planned: &[Planned],
    files: &[FileChange],
    writing: &Writing,
    session: &mut Session<'_>,
) -> Result<View, Failure> {
    let author = Author::of(store)?;
    let mut said = Vec::new();
    let draft = |snapshot: &Snapshot<'_>| draft(snapshot, planned, files, writing, &author, &mut said);
    let plan = write(store, writing.dry_run, session, draft)?;
    session.notes.append(&mut said);
    if writing.push {
        crate::commands::sync::push(store, session)?;
    }
    match plan {
        Some(plan) if writing.dry_run => Ok(rehearsed(plan)),
        Some(plan) => Ok(View::Steps(plan.tickets)),
        None => {
            session.note("nothing to change");
            let snapshot = store.snapshot(None)?;
            let ids: std::collections::BTreeSet<&TicketId> = planned.iter().map(|one| &one.id).collect();
            Ok(View::Unchanged(ids.into_iter().map(|id| snapshot.need(id)).collect::<Result<_, _>>()?))
        }
    }
}

/// Writes what a draft makes of the newest state, or only rehearses it.
pub(crate) fn write(
    store: &Store,
    dry_run: bool,
    session: &mut Session<'_>,
    draft: impl FnMut(&Snapshot<'_>) -> Result<Option<Draft>, Failure>,
) -> Result<Option<Plan>, Failure> {
    if dry_run {
        return store.rehearse(draft);
    }
    let plan = store.update(draft)?;
    project_files::warn_of_files(&store.snapshot(None)?, session)?;
    if let Some(Plan { commit: Some(commit), message, .. }) = &plan {
        let subject = message.lines().next().unwrap_or_default();
        session.remarks.push(format!("[{} {commit:.10}] {subject}", store.branch()));
    }
    Ok(plan)
}

/// Commits files of the project that are no tickets, under a subject.
pub(crate) fn write_files(
    subject: &str,
    dry_run: bool,
    session: &mut Session<'_>,
    files: impl Fn(&Snapshot<'_>) -> Result<Vec<FileChange>, Failure>,
) -> Result<View, Failure> {
    let store = session.store()?;
    let draft = |snapshot: &Snapshot<'_>| {
        let files = files(snapshot)?;
        let wording = wording(&project_files::settings(snapshot)?);
        let draft =
            Draft { tickets: Vec::new(), files, subject: subject.to_owned(), wording, ..Draft::default() };
        Ok((!draft.files.is_empty()).then_some(draft))
    };
    match write(&store, dry_run, session, draft)? {
        Some(plan) if dry_run => Ok(rehearsed(plan)),
        Some(_) => Ok(View::Nothing),
        None => {
            session.note("nothing to change");
            Ok(View::Nothing)
        }
    }
}

/// The view of what a write would do.
pub(crate) fn rehearsed(plan: Plan) -> View {
    View::Rehearsal(Rehearsal { message: plan.message, patch: plan.patch })
}

/// What the project wants in its messages.
pub(crate) fn wording(settings: &Settings) -> Wording {
    Wording { prefix: settings.commit_prefix.clone(), skip_ci: settings.skip_ci }
}

fn draft(
    snapshot: &Snapshot<'_>,
    planned: &[Planned],
    files: &[FileChange],
    writing: &Writing,
    author: &Author,
    warnings_said: &mut Vec<String>,
) -> Result<Option<Draft>, Failure> {
    let rules = project_files::rules(snapshot)?;
    warnings_said.clear();
    let mut before: BTreeMap<&TicketId, Ticket> = BTreeMap::new();
    let mut after: BTreeMap<&TicketId, Ticket> = BTreeMap::new();
    for Planned { id, entry, request } in planned {
        if !before.contains_key(id) {
            let ticket = snapshot.need(id)?;
            check_last_entry(&ticket, writing)?;
            before.insert(id, ticket.clone());
            after.insert(id, ticket);
        }
        let Some(ticket) = after.get_mut(id) else { continue };
        let actor = author.actor(entry);
        let said = warnings(ticket, request, &rules, &actor);
        if let Some(step) = decide(ticket, request.clone(), &rules, &actor)? {
            warnings_said.extend(said.iter().map(|warning| format!("warning: {id}: {warning}")));
            ticket.apply(step);
        }
    }
    let changed = |(before, after): (Ticket, Ticket)| {
        (before != after).then_some(TicketChange { before: Some(before), after })
    };
    let tickets: Vec<TicketChange> =
        before.into_values().zip(after.into_values()).filter_map(changed).collect();
    if tickets.is_empty() {
        return Ok(None);
    }
    if !writing.allow_secret {
        refuse_secrets(&tickets, files)?;
    }
    let wording = wording(&rules.settings);
    Ok(Some(Draft { tickets, files: files.to_vec(), subject: String::new(), wording, ..Draft::default() }))
}

/// Refuses what looks like a secret: in git it would stay, in every clone.
pub(crate) fn refuse_secrets(tickets: &[TicketChange], files: &[FileChange]) -> Result<(), Failure> {
    let found = |place: &str, text: &str| {
        secret_in(text).map(|(what, line)| {
            let message = format!("{place}, line {line}, holds what looks like {what}; nothing was written");
            Failure::new(Kind::Refused, message).hint("remove it, or commit it for good with --allow-secret")
        })
    };
    for TicketChange { before, after } in tickets {
        let is_new = |entry: &&Entry| before.as_ref().is_none_or(|before| !before.has_entry(entry));
        let notes = after.timeline().iter().filter(is_new);
        let notes = notes.filter_map(|entry| entry.note.as_deref()).map(|note| ("the note".to_owned(), note));
        let changed = |field: &Field| before.as_ref().and_then(|before| before.head().get(field));
        let texts = after.head().iter().filter(|(field, value)| changed(field) != Some(value));
        let texts = texts.filter_map(|(field, value)| Some((field.name(), value.as_text()?)));
        if let Some(refused) = notes.chain(texts).find_map(|(place, text)| found(&place, text)) {
            return Err(refused);
        }
    }
    for file in files {
        let content = file.bytes().unwrap_or_default();
        if let Some(refused) = found(&file.path, &String::from_utf8_lossy(content)) {
            return Err(refused);
        }
    }
    Ok(())
}

/// Refuses a ticket that moved on since somebody looked at it.
fn check_last_entry(ticket: &Ticket, writing: &Writing) -> Result<(), Refusal> {
    let Some(wanted) = &writing.if_match else { return Ok(()) };
    let last = ticket.timeline().last().map(|entry| entry.id.to_string()).unwrap_or_default();
    if last == *wanted {
        return Ok(());
    }
    Err(Refusal::MovedOn { id: ticket.id().clone(), last, wanted: wanted.clone() })
}
