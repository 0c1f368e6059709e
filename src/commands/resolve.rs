//! `resolve`: the team is done with a ticket.

use clap::builder::PossibleValuesParser;

use crate::commands::change::{Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::{Ending, Move, Request, What};
use crate::render::View;
use crate::ticket::{LinkKind, Resolution, TicketId};

/// Resolve tickets with a resolution code
///
/// fixed names at least one commit, or says why there is none; a duplicate names the ticket that goes on,
/// which lists its duplicates from then on.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// How it ended
    #[arg(long = "as", value_name = "CODE", value_parser = PossibleValuesParser::new(Resolution::WORDS))]
    code: String,
    /// A commit that fixes it (can be repeated)
    #[arg(long, value_name = "COMMIT")]
    commit: Vec<String>,
    /// Why there is no commit
    #[arg(long, value_name = "REASON", conflicts_with = "commit")]
    no_commit: Option<String>,
    /// Set the original ticket (with --as duplicate)
    #[arg(long, value_name = "ID")]
    of: Option<String>,
    /// Resolve the tickets that are part of these, too
    #[arg(long)]
    children: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let commits: Vec<String> = args
        .commit
        .iter()
        .map(|commit| store.repository().revision(commit).map(|id| id.to_string()))
        .collect::<Result<_, _>>()?;
    let of = args.of.as_ref().map(|of| snapshot.resolve(of)).transpose()?;
    let said = args.common.message.read(session)?;
    let parts = said.into_iter().chain(args.no_commit.iter().map(|why| format!("No commit: {why}")));
    let note = Some(parts.collect::<Vec<_>>().join("\n\n")).filter(|note| !note.is_empty());
    let ending = Ending {
        code: Resolution::parse(&args.code),
        commits,
        no_commit: args.no_commit.clone(),
        duplicate_of: of.clone(),
    };
    let mut ids = reading::resolve(&snapshot, &args.common.ids)?;
    if args.children {
        for id in ids.clone() {
            let ticket = snapshot.need(&id)?;
            let children = ticket.head().links().filter(|(kind, _)| **kind == LinkKind::Child);
            for child in children.filter_map(|(_, child)| TicketId::parse(child)) {
                if !ids.contains(&child) && snapshot.need(&child)?.head().status().is_open() {
                    ids.push(child);
                }
            }
        }
    }
    let mut planned = Vec::new();
    for id in ids {
        let request = Request::new(What::Step(Move::Resolve(ending.clone())))
            .with_note(note.clone())
            .spending(args.common.spending.spent);
        planned.push(Planned { id: id.clone(), entry: session.entry_id(), request });
        // The other end of the link: the survivor lists its duplicates.
        if let Some(survivor) = of.clone().filter(|of| *of != id) {
            let request = Request::new(What::Link(LinkKind::DuplicatedBy, id));
            planned.push(Planned { id: survivor, entry: session.entry_id(), request });
        }
    }
    apply(&store, &planned, &[], &args.common.writing, session)
}
