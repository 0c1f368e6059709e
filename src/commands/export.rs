//! `export`: tickets, whole, one a line, however many there are.

use std::io::ErrorKind;

use crate::commands::arguments::Reading;
use crate::commands::catalogue::{Question, Wanted, find};
use crate::commands::failure::{Failure, Kind};
use crate::commands::list::joined;
use crate::commands::session::Session;
use crate::render::{Format, Listed, Record, View, chunks_end, render_chunk};
use crate::store::{self, Snapshot, Versions};
use crate::ticket::{Ticket, short_node};

/// Tickets that are read at once; so many are in memory.
const CHUNK: usize = 512;
/// From this many tickets on, a progress bar is worth it.
const MANY: usize = 2_000;

/// Export tickets in a machine format
///
/// All tickets, or those of a query; with the texts and the timeline where --full says so, as `import` takes
/// them. Also as --format yaml or csv.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which tickets; `@name` is a saved query
    query: Vec<String>,
    /// The texts and the timeline too
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    reading: Reading,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let format = match session.format {
        Format::Table | Format::Ndjson => Format::Ndjson,
        format @ (Format::Yaml | Format::Csv | Format::Json | Format::Markdown) => format,
        format @ (Format::Junit | Format::Sarif | Format::Github) => {
            let message = format!("export comes in no {} format", format.name());
            return Err(Failure::usage(message).hint("--format ndjson, json, yaml, csv or markdown"));
        }
    };
    let store = session.store()?;
    let snapshot = args.reading.snapshot(&store)?;
    let text = joined(&args.query);
    // By id, so that two exports of one state are the same file.
    let text = if text.contains("sort:") { text } else { format!("({text}) sort:id") };
    let question = Question {
        store: &store,
        snapshot: &snapshot,
        text: &text,
        reading: &args.reading,
        wanted: Wanted::Lines,
        with_snippets: false,
    };
    let mut found = find(&question, session)?;
    let progress = (found.len() >= MANY).then(|| (session.progress)("exporting", found.len()));
    let mut done = 0;
    while !found.is_empty() {
        let rest = found.split_off(found.len().min(CHUNK));
        let count = found.len();
        let chunk = View::Tickets { tickets: filled(&snapshot, found, args.full)?, full: args.full };
        let text = render_chunk(&chunk, format, done == 0);
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

/// Writes a part of the output; false where nobody reads it any more.
fn put(session: &mut Session<'_>, text: &str) -> Result<bool, Failure> {
    match session.output.write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new(Kind::Io, format!("writing the output: {error}"))),
        Ok(()) => Ok(true),
    }
}

/// The same tickets, in the same order, with what is to be printed of them.
fn filled(snapshot: &Snapshot<'_>, tickets: Vec<Listed>, full: bool) -> Result<Vec<Listed>, Failure> {
    let mut files: Vec<Versions> = Vec::new();
    for one in &tickets {
        files.push(snapshot.versions_of(&one.summary.id)?);
    }
    let mut read: std::collections::BTreeMap<String, Ticket> = std::collections::BTreeMap::new();
    snapshot.read_many(
        &files,
        |_, content| content,
        |content| -> Result<(), store::Error> {
            read.extend(content?.into_iter().map(|ticket| (ticket.id().to_string(), ticket)));
            Ok(())
        },
    )?;
    let record = |ticket: Ticket| match full {
        true => Record::Whole(Box::new(ticket)),
        false => Record::Short(serde_json::to_string(&short_node(&ticket)).unwrap_or_default()),
    };
    let mut filled = Vec::new();
    for mut one in tickets {
        let ticket = match read.remove(one.summary.id.as_str()) {
            Some(ticket) => ticket,
            // One of two that met under an id lies in the other's file.
            None => snapshot.need(&one.summary.id)?,
        };
        one.record = record(ticket);
        filled.push(one);
    }
    Ok(filled)
}
