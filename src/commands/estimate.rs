//! `estimate`: says what effort is expected.

use crate::commands::arguments::{Message, Spending, WriteOptions};
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
    #[arg(required = true, num_args = 2.., value_name = "ID")]
    words: Vec<String>,
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
    take(&session.project()?, ids, &request.spending(args.spending.spent), &args.writing, session)
}
