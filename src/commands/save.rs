//! `save`: adopts what was changed by hand, with the entries that account for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::arguments::Message;
use crate::commands::change::{Author, refuse_secrets, rehearsed, wording, write};
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::process::{Change, Changes, Request, Rules, What, decide};
use crate::render::View;
use crate::store::git::{FileChange, shown};
use crate::store::{BadFile, Draft, HandEdit, Snapshot, TicketChange, layout};
use crate::ticket::{EntryId, Field, Ticket, TicketId, codec};

/// Commit manual edits under .support/
///
/// Tickets are checked, and get the entries that account for their new heads; settings, people, vendors and
/// releases are checked. Staged or not makes no difference.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these tickets
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    message: Message,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Write even if the text looks like a secret
    #[arg(long)]
    allow_secret: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let only = reading::resolve(&store.snapshot(None)?, &args.ids)?;
    let note = args.message.read(session)?;
    let mut edits = store.hand_edits()?;
    if !only.is_empty() {
        edits.retain(|edit| layout::id_of(&edit.path).is_some_and(|id| only.contains(&id)));
    }
    let author = Author::of(&store)?;
    let ids: Vec<EntryId> = edits.iter().map(|_| session.entry_id()).collect();
    let draft = |snapshot: &Snapshot<'_>| -> Result<Option<Draft>, Failure> {
        let rules = project_files::rules(snapshot)?;
        let (mut tickets, mut files, mut adopts) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (edit, entry) in edits.iter().zip(&ids) {
            let content = present(edit)?;
            adopts.insert(edit.path.clone(), content.to_vec());
            match layout::id_of(&edit.path) {
                Some(id) => {
                    let request = |changes| Request::new(What::Edit(changes)).with_note(note.clone());
                    let before = committed(snapshot, &id, &edit.path)?;
                    let changes = changes(&before, &edited(&id, &edit.path, content)?, &edit.path)?;
                    tickets.push(adopted(before, request(changes), &rules, &author, entry)?);
                }
                None => {
                    project_files::check_project_file(&edit.path, content)?;
                    files.push(FileChange::write(edit.path.clone(), content));
                }
            }
        }
        if !args.allow_secret {
            refuse_secrets(&tickets, &files)?;
        }
        let wording = wording(&rules.settings);
        let names: Vec<&str> =
            files.iter().map(|file| file.path.rsplit('/').next().unwrap_or_default()).collect();
        let subject = format!("save {}", names.join(", "));
        let draft = Draft { tickets, files, adopts, subject, wording, action: None };
        Ok((!draft.tickets.is_empty() || !draft.files.is_empty()).then_some(draft))
    };
    match write(&store, args.dry_run, session, draft)? {
        Some(plan) if args.dry_run => Ok(rehearsed(plan)),
        Some(plan) => Ok(View::Steps(plan.tickets)),
        None => {
            session.note("nothing to save: .support is as it was committed");
            Ok(View::Nothing)
        }
    }
}

fn present(edit: &HandEdit) -> Result<&[u8], Failure> {
    if edit.is_conflicted {
        let message = format!("{} is in conflict", edit.path);
        return Err(Failure::new(Kind::Conflict, message).hint("git support doctor --repair"));
    }
    if let Some(problem) = &edit.problem {
        let hint = format!("git restore --staged --worktree '{0}', or take it away", shown(&edit.path));
        return Err(Failure::new(Kind::Refused, problem.clone()).hint(hint));
    }
    edit.content.as_deref().ok_or_else(|| {
        let message = format!("{} was deleted, and save does not commit deletions", edit.path);
        Failure::new(Kind::Refused, message).hint(format!("git restore --staged --worktree {}", edit.path))
    })
}

fn committed(snapshot: &Snapshot<'_>, id: &TicketId, path: &str) -> Result<Ticket, Failure> {
    snapshot.ticket(id)?.ok_or_else(|| {
        Failure::new(Kind::Refused, format!("{path} is no ticket that was filed here"))
            .hint("file it with git support new, and remove the file")
    })
}

fn edited(id: &TicketId, path: &str, content: &[u8]) -> Result<Ticket, Failure> {
    codec::read(id, content)
        .map_err(|invalid| Failure::from(crate::store::Error::from(BadFile::new(path, &invalid))))
}

/// What the edit makes of the head; the timeline must be as it was.
fn changes(before: &Ticket, edited: &Ticket, path: &str) -> Result<Changes, Failure> {
    if edited.timeline() != before.timeline() {
        let message = format!("{path}: timeline entries cannot be edited by hand");
        return Err(
            Failure::new(Kind::Refused, message).hint(format!("git diff HEAD -- {path}; git restore {path}"))
        );
    }
    let fields: BTreeSet<&Field> = before.head().fields().chain(edited.head().fields()).collect();
    let differs = |field: &&Field| before.head().get(field) != edited.head().get(field);
    let change = |field: &Field| (field.clone(), Change::To(edited.head().get(field).cloned()));
    Ok(fields.into_iter().filter(differs).map(change).collect())
}

fn adopted(
    before: Ticket,
    request: Request,
    rules: &Rules,
    author: &Author,
    entry: &EntryId,
) -> Result<TicketChange, Failure> {
    let mut after = before.clone();
    if let Some(step) = decide(&before, request, rules, &author.actor(entry))? {
        after.apply(step);
    }
    Ok(TicketChange { before: Some(before), after })
}
