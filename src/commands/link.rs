//! `link`: says how one ticket stands to another; both ends show it.

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::{Message, Spending, Writing};
use crate::commands::change::{Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::process::{Request, What};
use crate::render::View;
use crate::ticket::LinkKind;

/// Link two tickets, or remove a link
///
/// Both tickets show it, in one commit: what blocks one is blocked-by for the other.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    /// How it stands to the other
    #[arg(value_parser = PossibleValuesParser::new(LinkKind::WORDS))]
    kind: String,
    /// The other ticket
    other: String,
    /// Take the link back
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let (id, other) = (snapshot.resolve(&args.id)?, snapshot.resolve(&args.other)?);
    let kind = LinkKind::parse(&args.kind);
    let note = args.message.read(session)?;
    let what = |kind, other| if args.remove { What::Unlink(kind, other) } else { What::Link(kind, other) };
    let request =
        Request::new(what(kind.clone(), other.clone())).with_note(note).spending(args.spending.spent);
    let mut planned = vec![Planned { id: id.clone(), entry: session.entry_id(), request }];
    if let Some(converse) = kind.converse()
        && id != other
    {
        let request = Request::new(what(converse, id));
        planned.push(Planned { id: other, entry: session.entry_id(), request });
    }
    apply(&store, &planned, &[], &args.writing, session)
}
