//! `assign`: gives the work to somebody, or takes it from them.

use crate::commands::arguments::{Message, Spending, WriteOptions};
use crate::commands::chosen::Chosen;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::take;
use crate::process::{Request, RequestKind};
use crate::render::View;

/// Assign tickets, by default to yourself
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    tickets: Chosen,
    /// Set the assignee: a name, an address, or me
    #[arg(long, value_name = "WHO", default_value = "me")]
    to: String,
    /// Clear the assignee
    #[arg(long, conflicts_with = "to")]
    nobody: bool,
    /// Suggest assignees with reasons, without changing anything
    #[arg(long, conflicts_with_all = ["to", "nobody"])]
    suggest: bool,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    if args.suggest {
        return propose(&args.tickets.ids, session);
    }
    let note = args.message.read(session)?;
    let project = session.project()?;
    let who = (!args.nobody).then(|| args.to.clone());
    let request = Request::new(RequestKind::Assign(who)).with_note(note).spending(args.spending.spent);
    let ids = args.tickets.ids(&project, session, args.writing.dry_run)?;
    take(&project, &ids, &request, &args.writing, session)
}

/// The people who could work on a ticket, with the reasons.
fn propose(ids: &[String], session: &Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let ids = project.ids(ids)?;
    let [id] = ids.as_slice() else {
        return Err(Failure::usage("people are proposed for one ticket at a time"));
    };
    let people = project.suggest_people(&project.need(id)?)?;
    if people.is_empty() {
        session.note(
            "no suitable people found; add team members: git support team add NAME --email ADDRESS --role l1",
        );
    }
    Ok(View::Suggestions(people))
}
