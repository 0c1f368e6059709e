//! `attach`: puts evidence beside a ticket, under `.support/attachments/<id>/`.

use std::path::{Path, PathBuf};

use crate::commands::arguments::{Message, Spending, Writing};
use crate::commands::change::{Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::intake;
use crate::process::{Request, Settings, What};
use crate::render::View;
use crate::store::git::FileChange;
use crate::store::layout;
use crate::ticket::{Attachment, EntryId, TicketId};

/// Attach files to a ticket
///
/// Each file is stored under `.support/attachments/<id>/`, and recorded in the timeline with its size and
/// SHA-256.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    /// The files; - reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The name of what standard input holds
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: Writing,
}

/// Evidence that was read: the entry it will have, what the entry says, and the file.
pub(crate) struct Stored {
    pub(crate) entry: EntryId,
    pub(crate) attachment: Attachment,
    pub(crate) file: FileChange,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let id = snapshot.resolve(&args.id)?;
    let (mut note, mut spent) = (args.message.read(session)?, args.spending.spent);
    let settings = project_files::settings(&snapshot)?;
    let stored = store_evidence(&id, &args.files, args.name.as_deref(), &settings, session)?;
    let mut planned = Vec::new();
    let mut files = Vec::new();
    for one in stored {
        let request =
            Request::new(What::Attach(one.attachment)).with_note(note.take()).spending(spent.take());
        planned.push(Planned { id: id.clone(), entry: one.entry, request });
        files.push(one.file);
    }
    apply(&store, &planned, &files, &args.writing, session)
}

/// Reads files to be attached to a ticket, and gives each its entry and place.
pub(crate) fn store_evidence(
    id: &TicketId,
    paths: &[PathBuf],
    name: Option<&str>,
    settings: &Settings,
    session: &mut Session<'_>,
) -> Result<Vec<Stored>, Failure> {
    let directory = session.surroundings.directory.clone();
    let mut stored = Vec::new();
    for path in paths {
        let name = if path == Path::new(intake::STANDARD_INPUT) { name } else { None };
        let limit = settings.max_attachment_bytes;
        let evidence =
            intake::read_evidence(path, name, &directory, session.input, limit).map_err(|error| {
                let too_large = error.to_string().contains("attachments.max_bytes");
                let failure = Failure::from(error);
                if too_large {
                    failure.hint("git support config set attachments.max_bytes BYTES")
                } else {
                    failure
                }
            })?;
        let entry = session.entry_id();
        let file = layout::attachment_name(entry.as_str(), &evidence.name);
        let path = format!("{}/{file}", layout::attachments(id));
        let bytes = u64::try_from(evidence.content.len()).unwrap_or(u64::MAX);
        let attachment = Attachment { name: evidence.name, file, bytes, sha256: evidence.sha256 };
        stored.push(Stored { entry, attachment, file: FileChange::write(path, evidence.content) });
    }
    Ok(stored)
}
