//! `link`: says how one ticket stands to another; both ends show it.

use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::commands::arguments::{Message, Spending, WriteOptions};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Request, RequestKind};
use crate::render::View;
use crate::ticket::{LinkKind, TicketId};

/// Link two tickets, or remove a link
///
/// Both tickets show it, in one commit: what blocks one is blocked-by for the other.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    /// The kind of link
    #[arg(value_parser = PossibleValuesParser::new(kinds()))]
    kind: String,
    /// The other ticket
    other: String,
    /// Remove the link
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let id = project.id(&args.id)?;
    // A link to a ticket that is not here can be removed, by the whole id.
    let absent = TicketId::parse(&args.other).filter(|_| args.remove && project.id(&args.other).is_err());
    let other = absent.clone().map_or_else(|| project.id(&args.other), Ok)?;
    let kind = kind(&args.kind);
    let note = args.message.read(session)?;
    let (kind_of, to) = (kind.clone(), other.clone());
    let what = if args.remove { RequestKind::Unlink(kind_of, to) } else { RequestKind::Link(kind_of, to) };
    let request = Request::new(what).with_note(note).spending(args.spending.spent);
    let changed = project.change(&args.writing.options(), |change| {
        if !args.remove {
            return change.link_saying(&kind, &other, &id, request.clone());
        }
        change.request(&id, request.clone())?;
        if let Some(converse) = kind.converse().filter(|_| id != other && absent.is_none()) {
            change.follow(&other, Request::new(RequestKind::Unlink(converse, id.clone())))?;
        }
        Ok(())
    })?;
    Ok(views::steps(changed, session))
}

/// The kinds as they are typed. `A parent B` would read as if A were the parent: the file's own words are taken, too.
fn kinds() -> impl Iterator<Item = PossibleValue> {
    LinkKind::WORDS.iter().map(|word| match *word {
        "parent" => PossibleValue::new("child-of").alias("parent"),
        "child" => PossibleValue::new("parent-of").alias("child"),
        word => PossibleValue::new(word),
    })
}

fn kind(word: &str) -> LinkKind {
    match word {
        "child-of" => LinkKind::Parent,
        "parent-of" => LinkKind::Child,
        word => LinkKind::parse(word),
    }
}
