//! `assign`: gives the work to somebody, or takes it from them.

use crate::commands::arguments::{Message, Writing, named};
use crate::commands::change::{Author, Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::process::{Request, What};
use crate::render::View;

/// Give the work on tickets to somebody: to yourself, unless said otherwise
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
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let ids = reading::resolve(&store.snapshot(None)?, &args.ids)?;
    let note = args.message.read(session)?;
    let me = Author::of(&store)?.me();
    let who = (!args.nobody).then(|| named(&args.to, &me));
    let mut planned = Vec::new();
    for id in ids {
        let request = Request::new(What::Assign(who.clone())).with_note(note.clone());
        planned.push(Planned { id, entry: session.entry_id(), request });
    }
    apply(&store, &planned, &[], &args.writing, session)
}
