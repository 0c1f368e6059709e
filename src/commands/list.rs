//! `list`: the tickets that a query means.

use crate::commands::arguments::Reading;
use crate::commands::catalogue::{Question, Wanted, find};
use crate::commands::failure::Failure;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::render::View;

/// List or search tickets
///
/// Words are searched in all texts; `field:value` terms, joined by AND, narrow the list: status:open
/// severity:>=major level:2,3 assignee:me label:payments created:>=2026-01-01 updated:<7d no:assignee
/// -word OR ( ) sort:-severity limit:20. Without a query, the open tickets.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which tickets; `@name` is a saved query
    query: Vec<String>,
    /// Resolved and closed tickets too, where no query says
    #[arg(long)]
    all: bool,
    /// In machine formats, the texts and the timeline too
    #[arg(long)]
    full: bool,
    /// In a table, the piece of text where the words were found, as on a terminal
    #[arg(long)]
    snippets: bool,
    #[command(flatten)]
    reading: Reading,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = args.reading.snapshot(&store)?;
    let query = match args.query.as_slice() {
        [] if args.all => String::new(),
        [] => "status:open".to_owned(),
        many => joined(many),
    };
    let wanted = match (args.full, session.is_for_machines()) {
        (true, true) => Wanted::Tickets,
        (false, true) => Wanted::Records,
        (_, false) => Wanted::Lines,
    };
    let question = Question {
        store: &store,
        snapshot: &snapshot,
        text: &query,
        reading: &args.reading,
        wanted,
        with_snippets: args.snippets || session.on_terminal,
    };
    let found = find(&question, session)?;
    if found.is_empty() && session.interactive {
        session.note("no tickets");
    }
    let tickets = reading::placed(&store, &snapshot, found, &args.reading, session)?;
    Ok(View::Tickets { tickets, full: args.full })
}

/// The words of a query that the shell took apart: one that holds blanks was quoted, and stays one.
pub(crate) fn joined(words: &[String]) -> String {
    match words {
        [one] => one.clone(),
        many => many.iter().map(|word| requoted(word)).collect::<Vec<_>>().join(" "),
    }
}

/// A word of a query that the shell took out of its quotes: put back into them where it needs them.
#[must_use]
pub fn requoted(word: &str) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    if !word.contains(char::is_whitespace) || word.contains(['"', '(', ')']) {
        return word.to_owned();
    }
    match word.split_once(':') {
        Some((field, value)) if !field.contains(char::is_whitespace) => format!("{field}:{}", quoted(value)),
        _ => quoted(word),
    }
}
