//! `redact`: takes personal data or a secret out of the present file, and says what that does not do.

use crate::commands::arguments::Message;
use crate::commands::change::{Author, rehearsed, wording, write};
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::process::{Refusal, redact};
use crate::render::View;
use crate::store::git::FileChange;
use crate::store::{Draft, Snapshot, TicketChange, layout};
use crate::ticket::{EntryId, Redaction, Ticket};

/// The shortest text that is taken out: a shorter one would take words apart.
const MIN_TEXT_CHARS: usize = 3;

/// Redact text in a ticket's current file
///
/// The entries stay and say that something was taken out, why, and by whom. What was committed before stays
/// in history, here and in every clone, until it is purged: what to do about that is printed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    /// Remove every occurrence of TEXT; - reads it from standard input (can be repeated)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT", required_unless_present = "entry")]
    text: Vec<String>,
    /// Take the note and the evidence of this entry out (can be repeated)
    #[arg(long, value_name = "ENTRY")]
    entry: Vec<String>,
    #[command(flatten)]
    message: Message,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let id = snapshot.resolve(&args.id)?;
    let redaction = redaction(args, &snapshot.need(&id)?, session)?;
    let note = Some(args.message.need(session)?);
    let author = Author::of(&store)?;
    let entry = session.entry_id();
    let draft = |snapshot: &Snapshot<'_>| -> Result<Option<Draft>, Failure> {
        let before = snapshot.need(&id)?;
        let Some(after) = redact(&before, &redaction, note.clone(), &author.actor(&entry))? else {
            return Ok(None);
        };
        let files = evidence(&before, &redaction);
        let wording = wording(&project_files::settings(snapshot)?);
        let tickets = vec![TicketChange { before: Some(before), after }];
        Ok(Some(Draft { tickets, files, subject: String::new(), wording, ..Draft::default() }))
    };
    match write(&store, args.dry_run, session, draft)? {
        Some(plan) if args.dry_run => Ok(rehearsed(plan)),
        Some(plan) => {
            session.note(
                "note: earlier commits still hold it, here and in every clone that has them. To purge it:",
            );
            session.note(format!("  git filter-repo --replace-text FILE --path {}", layout::ticket(&id)));
            session.note(
                "  then push by force, and have every clone made anew; if it was a secret, replace it now",
            );
            Ok(View::Steps(plan.tickets))
        }
        None => Err(Failure::new(Kind::NotFound, format!("{id} holds nothing of it"))),
    }
}

fn redaction(args: &Args, ticket: &Ticket, session: &mut Session<'_>) -> Result<Redaction, Failure> {
    let mut redaction = Redaction::default();
    for text in &args.text {
        let text = crate::intake::read_text(text, session.input)?;
        let text = text.trim_end_matches('\n').to_owned();
        if text.chars().count() < MIN_TEXT_CHARS {
            return Err(Failure::usage(format!(
                "text to redact must have at least {MIN_TEXT_CHARS} characters"
            )));
        }
        redaction.texts.push(text);
    }
    for text in &args.entry {
        let known = ticket.timeline().iter().any(|entry| entry.id.as_str() == text);
        let id = EntryId::parse(text).filter(|_| known).ok_or_else(|| {
            Failure::new(Kind::NotFound, format!("{} has no entry {text}", ticket.id()))
                .hint(format!("git support show {} --format yaml", ticket.id()))
        })?;
        redaction.entries.push(id);
    }
    if redaction == Redaction::default() {
        return Err(Refusal::EmptyNote.into());
    }
    Ok(redaction)
}

/// The evidence of the entries that are named goes from the present tree.
fn evidence(ticket: &Ticket, redaction: &Redaction) -> Vec<FileChange> {
    let named = ticket.timeline().iter().filter(|entry| redaction.entries.contains(&entry.id));
    let files = named.filter_map(|entry| entry.attachment.as_ref());
    files
        .map(|file| FileChange::remove(format!("{}/{}", layout::attachments(ticket.id()), file.file)))
        .collect()
}
