//! `attach`: puts evidence beside a ticket, under `.support/attachments/<id>/`, and gets it back.

mod attachments;

use std::path::{Path, PathBuf};

use crate::commands::arguments::{Message, ReadOptions, Spending, WriteOptions};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake;
use crate::process::{Request, RequestKind, Settings};
use crate::project::NewAttachment;
use crate::render::View;
use crate::ticket::{MAX_LINE_CHARS, Visibility};

/// Attach files to a ticket, list them, or get one
///
/// Each file is stored under `.support/attachments/<id>/`, and recorded in the timeline with its size and
/// SHA-256.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    /// The files; - reads standard input
    #[arg(required_unless_present_any = ["list", "get"], value_name = "FILE")]
    files: Vec<PathBuf>,
    /// List the ticket's attachments
    #[arg(long, conflicts_with_all = ["files", "get"])]
    list: bool,
    /// Write the attachment of this name, or of this entry, to a file
    #[arg(long, value_name = "NAME|ENTRY", conflicts_with = "files")]
    get: Option<String>,
    /// Set the file that --get writes (- for standard output) [default: its name, here]
    #[arg(short, long, value_name = "FILE", requires = "get")]
    output: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadOptions,
    /// Set the name under which a single file is attached [default: its own]
    #[arg(long)]
    name: Option<String>,
    /// Hide the files from customers and vendors
    #[arg(long, conflicts_with_all = ["list", "get"])]
    internal: bool,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    if args.list || args.get.is_some() {
        return attachments::run(args, session);
    }
    if args.reading.is_set() {
        return Err(Failure::usage("--at and --all-branches require --list or --get"));
    }
    let project = session.project()?;
    let id = project.id(&args.id)?;
    let note = args.message.read(session)?;
    let files = read_attachments(&args.files, args.name.as_deref(), project.settings()?, session)?;
    let visibility = if args.internal { Visibility::Internal } else { Visibility::Customer };
    let plain = Request { visibility, ..Request::new(RequestKind::Comment) };
    let first = plain.clone().with_note(note).spending(args.spending.spent);
    let changed = project.change(&args.writing.options(), |change| {
        for (place, file) in files.iter().enumerate() {
            // One entry says it for all of them.
            let request = if place == 0 { first.clone() } else { plain.clone() };
            change.attach(&id, file, request)?;
        }
        Ok(())
    })?;
    Ok(views::steps(changed, session))
}

/// Reads files that are to be attached.
pub(crate) fn read_attachments(
    paths: &[PathBuf],
    name: Option<&str>,
    settings: &Settings,
    session: &mut Session<'_>,
) -> Result<Vec<NewAttachment>, Failure> {
    let directory = session.directory().to_owned();
    let is_input = |path: &&PathBuf| path.as_path() == Path::new(intake::STANDARD_INPUT);
    if name.is_some() && paths.len() > 1 || paths.iter().filter(is_input).count() > 1 {
        return Err(Failure::usage("--name is for one file, and standard input can be read once"));
    }
    let mut files = Vec::new();
    for path in paths {
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
        let length = evidence.name.chars().count();
        if length > MAX_LINE_CHARS {
            let message =
                format!("the name of an attachment has {length} characters (at most {MAX_LINE_CHARS})");
            return Err(Failure::usage(message).hint("git support attach ID FILE --name NAME"));
        }
        files.push(NewAttachment { name: evidence.name, content: evidence.content });
    }
    Ok(files)
}
