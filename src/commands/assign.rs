//! `assign`: gives the work to somebody, or takes it from them.

use std::collections::BTreeMap;

use crate::commands::alike::alike;
use crate::commands::arguments::{Message, Spending, Writing, named};
use crate::commands::catalogue::whole;
use crate::commands::change::Author;
use crate::commands::code;
use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::commands::step::take;
use crate::process::{Request, What, suggest};
use crate::render::View;
use crate::store::{Snapshot, Store};
use crate::ticket::{Field, Node, Ticket};

/// The tickets in work that are counted.
const MAX_WORKED_ON: usize = 1_000;
/// The tickets that ended that are looked at.
const MAX_ENDED: usize = 200;

/// Assign tickets, by default to yourself
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tickets
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// To whom: `Name <email>`, an address, or me
    #[arg(long, value_name = "WHO", default_value = "me")]
    to: String,
    /// Take it from whoever has it
    #[arg(long, conflicts_with = "to")]
    nobody: bool,
    /// Propose people, with the reasons, and change nothing: who wrote the ticket's files, who resolved
    /// tickets like it, who has how much to do
    #[arg(long, conflicts_with_all = ["to", "nobody"])]
    suggest: bool,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    if args.suggest {
        return propose(&args.ids, session);
    }
    let note = args.message.read(session)?;
    let me = Author::of(&session.store()?)?.me();
    let who = (!args.nobody).then(|| named(&args.to, &me));
    let request = Request::new(What::Assign(who)).with_note(note).spending(args.spending.spent);
    take(&args.ids, &request, &args.writing, session)
}

/// The people who could work on a ticket, with the reasons.
fn propose(ids: &[String], session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let ids = reading::resolve(&snapshot, ids)?;
    let [id] = ids.as_slice() else {
        return Err(Failure::usage("people are proposed for one ticket at a time"));
    };
    let ticket = snapshot.need(id)?;
    let others = others(&store, &snapshot, &ticket, session)?;
    let wrote = code::authors(&store, &code::files(&store, &ticket)?)?;
    let people = suggest(&ticket, &others, &wrote, &project_files::rules(&snapshot)?);
    if people.is_empty() {
        session.note("nobody is known who could: git support team add NAME --email ADDRESS --role l1");
    }
    Ok(View::Suggestions(people))
}

/// The tickets that say who knows what, and who has how much to do: those like this one, the latest that
/// somebody works on, and the latest of its area that have ended.
fn others(
    store: &Store,
    snapshot: &Snapshot<'_>,
    ticket: &Ticket,
    session: &mut Session<'_>,
) -> Result<Vec<Ticket>, Failure> {
    let area = ticket.head().get(&Field::Area).map(Node::to_string).unwrap_or_default();
    let worked_on = format!("status:open has:assignee sort:-updated limit:{MAX_WORKED_ON}");
    let ended = format!("status:resolved,closed area:{area} sort:-updated limit:{MAX_ENDED}");
    let mut all = alike(store, snapshot, ticket, session)?;
    for query in [worked_on, ended] {
        all.extend(whole(store, snapshot, &query, session)?);
    }
    let by_id: BTreeMap<_, _> = all.into_iter().map(|ticket| (ticket.id().clone(), ticket)).collect();
    Ok(by_id.into_values().collect())
}
