//! `export`: tickets, whole, one a line, however many there are.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::commands::arguments::{ReadOptions, given_query};
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Listed, Record};
use crate::project::{Project, Projection, Search};
use crate::render::{Extent, Format, View, chunks_end, render_chunk};

/// Tickets that are read at once; so many are in memory.
const CHUNK: usize = 512;
/// From this many tickets on, a progress bar is worth it.
const MANY: usize = 2_000;

/// Export tickets in a machine format
///
/// Exports all tickets, or those that match a query, one JSON object a line. `import` reads the output of --full; with
/// --attachments, both carry attachments, too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tickets to list: words, field:value, or @name for a saved query
    query: Vec<String>,
    /// Export all tickets, as without a query
    #[arg(long, conflicts_with = "query")]
    all: bool,
    /// Include texts and timelines
    #[arg(long)]
    full: bool,
    /// Write attachments below DIR, a folder for each ticket
    #[arg(long, value_name = "DIR", requires = "full")]
    attachments: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let format = match session.format {
        Format::Table | Format::Ndjson => Format::Ndjson,
        format @ (Format::Yaml | Format::Csv | Format::Json | Format::Markdown) => format,
        format @ (Format::Junit | Format::Sarif | Format::Github) => {
            let message = format!("export is not available as {}", format.name());
            return Err(Failure::usage(message).hint("--format ndjson, json, yaml, csv or markdown"));
        }
    };
    let project = session.project_in(args.reading.scope())?;
    let text = given_query(&args.query)?.unwrap_or_default();
    // By id, so that two exports of one state are the same file.
    let text = match text.as_str() {
        "" => "sort:id".to_owned(),
        sorted if sorted.contains("sort:") => text,
        _ => format!("({text}) sort:id"),
    };
    let mut found = project.find(&Search::new(&text, Projection::Lines))?;
    let (projection, extent) =
        if args.full { (Projection::Tickets, Extent::Full) } else { (Projection::Records, Extent::Short) };
    let progress = (found.len() >= MANY).then(|| (session.host.progress)("exporting", found.len()));
    let mut done = 0;
    while !found.is_empty() {
        let rest = found.split_off(found.len().min(CHUNK));
        let count = found.len();
        let tickets = project.filled(found, projection)?;
        if let Some(folder) = &args.attachments {
            tickets.iter().try_for_each(|one| save_attachments(folder, one, &project, session))?;
        }
        let chunk = View::Tickets { tickets, extent };
        let text = render_chunk(&chunk, format, done);
        if !put(session, &text)? {
            return Ok(View::Nothing);
        }
        done += count;
        if let Some(progress) = &progress {
            progress(done);
        }
        found = rest;
    }
    put(session, chunks_end(format, done))?;
    Ok(View::Nothing)
}

/// Writes the attachments of a ticket below a folder, under the names that its entries give their files.
fn save_attachments(
    folder: &Path,
    listed: &Listed,
    project: &Project<'_>,
    session: &Session<'_>,
) -> Result<(), Failure> {
    let Record::Whole(ticket) = &listed.record else { return Ok(()) };
    for file in ticket.timeline().iter().filter_map(|entry| entry.attachment.as_ref()) {
        if let Some(content) = project.attachment(ticket.id(), file)? {
            let path = folder.join(ticket.id().as_str()).join(&file.file);
            (session.save)(&session.directory().join(path), &content)?;
        }
    }
    Ok(())
}

/// Writes a part of the output; false where nobody reads it any more.
fn put(session: &mut Session<'_>, text: &str) -> Result<bool, Failure> {
    match session.output.write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new(Kind::Io, format!("writing the output: {error}"))),
        Ok(()) => Ok(true),
    }
}
