//! `sync`: this clone's tickets and those of a remote become one.

use crate::commands::change::wording;
use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::render::View;
use crate::store::{Rewrite, Store, Take};

/// Fetch, merge and push tickets
///
/// Fetches, merges the tickets, pushes; again, where somebody was faster. Code is neither merged nor pushed:
/// where it differs, the tickets alone are carried over.
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
    let store = session.store()?;
    let rewrite = match (args.accept_rewrite, args.keep_mine) {
        (true, _) => Rewrite::Accept,
        (_, true) => Rewrite::KeepMine,
        _ => Rewrite::Refuse,
    };
    synced(&store, args.remote.as_deref(), Take::Over, rewrite, session)
}

/// Sends what was just committed; where that fails, it stays committed here.
pub(crate) fn push(store: &Store, session: &mut Session<'_>) -> Result<(), Failure> {
    let sent = synced(store, None, Take::Nothing, Rewrite::Refuse, session);
    let kept = |failure: Failure| {
        let branch = store.branch();
        let message = format!("committed on {branch} here, but not pushed: {:#}", failure.error);
        Failure { kind: failure.kind, error: anyhow::anyhow!(message), hints: failure.hints }
            .hint("git support sync")
    };
    sent.map(drop).map_err(kept)
}

fn synced(
    store: &Store,
    remote: Option<&str>,
    take: Take,
    rewrite: Rewrite,
    session: &mut Session<'_>,
) -> Result<View, Failure> {
    let wording = wording(&project_files::settings(&store.snapshot(None)?)?);
    // A clone that was never written to merges as well.
    let _ = store.wire_driver();
    let synced = store.sync(remote, take, rewrite, &wording)?;
    for (id, new) in &synced.renamed {
        session
            .note(format!("warning: two tickets were filed under the id {id}; the younger one is now {new}"));
    }
    for id in &synced.left_out {
        session.note(format!(
            "warning: {id} was removed from the remote's history, so your changes to it were not kept"
        ));
    }
    let branch = store.branch().to_owned();
    Ok(View::Synced { branch, remote: synced.remote, received: synced.received, sent: synced.sent })
}
