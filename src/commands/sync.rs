//! `sync`: this clone's tickets and those of a remote become one.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::Rewrite;
use crate::render::View;

/// Fetch, merge and push tickets
///
/// Fetches, merges and pushes tickets, and retries if the remote has moved. It never merges or pushes code: if code
/// differs, only tickets are exchanged.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The remote [default: the branch's own, or origin]
    remote: Option<String>,
    /// Use the remote's rewritten history, with your later changes on top
    #[arg(long)]
    accept_rewrite: bool,
    /// Restore commits that were removed from the remote's history
    #[arg(long, conflicts_with = "accept_rewrite")]
    keep_mine: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    session.answers_no_table()?;
    let mut project = session.project()?;
    if args.remote.is_none() && project.check_not_elsewhere().is_err() {
        // What was fetched tells where the tickets are.
        project = session.project()?;
        project.check_not_elsewhere()?;
    }
    let rewrite = match (args.accept_rewrite, args.keep_mine) {
        (true, _) => Rewrite::Accept,
        (_, true) => Rewrite::KeepMine,
        _ => Rewrite::Refuse,
    };
    let synced = project.sync(args.remote.as_deref(), rewrite)?;
    let branch = project.branch().to_owned();
    Ok(View::Synced { branch, remote: synced.remote, received: synced.received, sent: synced.sent })
}
