//! `git support` without a command: what to do first, and your queue in one line.

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::render::View;

/// Show what to do first, and your queue
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub struct Args {}

const FIRST: &str = "\
Open, work on and resolve support tickets in this Git repository.

  git support new         Open a new ticket
  git support list        List or search tickets
  git support show ID     Show a ticket and its timeline
  git support next        List the tickets to work on next
  git support resolve ID  Resolve tickets with a resolution code

";

const MORE: &str = "
All commands:  git support help
One command:   git support help COMMAND
";

/// Runs the command.
pub(crate) fn run(_: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    // Outside of a repository, or where it cannot be read, there is no queue; the way in is the same.
    let queue = queue(session).unwrap_or_else(|failure| {
        let first = if failure.kind == Kind::Repository { "git init && " } else { "" };
        format!("No tickets here. Set up: {first}git support init")
    });
    Ok(View::Text(format!("{FIRST}{queue}\n{MORE}")))
}

fn queue(session: &Session<'_>) -> Result<String, Failure> {
    let project = session.project()?;
    let count = |query: &str| project.find_ids(query).map(|ids| ids.len());
    let open = count("status:open")?;
    let mine = count("status:open assignee:me")?;
    let free = count("status:open no:assignee")?;
    Ok(format!("Your queue: {mine} assigned to you, {free} unassigned, {open} open in all"))
}
