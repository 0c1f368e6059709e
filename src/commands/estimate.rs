//! `estimate`: says what effort is expected.

use crate::commands::arguments::{Message, Spending, WriteOptions};
use crate::commands::chosen::ByQuery;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::take;
use crate::process::{ProcessAction, Request, RequestKind};
use crate::render::View;

/// Record the expected effort
#[derive(Debug, clap::Args)]
#[command(override_usage = "git support estimate [OPTIONS] <ID>... <DURATION>")]
pub struct Args {
    /// The tickets, then the effort: 90m, 6h, 2d, 1w
    #[arg(required = true, num_args = 1.., value_name = "ID")]
    words: Vec<String>,
    #[command(flatten)]
    by_query: ByQuery,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let note = args.message.read(session)?;
    let Some((span, ids)) = args.words.split_last() else { return Ok(View::Nothing) };
    let request = Request::new(RequestKind::Process(ProcessAction::Estimate(span.clone()))).with_note(note);
    if ids.is_empty() && !args.by_query.is_given() {
        return Err(Failure::usage("no ticket given").hint("git support estimate ID 6h"));
    }
    let project = session.project()?;
    let ids = args.by_query.or_named(ids, &project, session, args.writing.dry_run)?;
    take(&project, &ids, &request.spending(args.spending.spent), &args.writing, session)
}
