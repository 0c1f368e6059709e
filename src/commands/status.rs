//! `status`: the user's queue in one line, for a prompt.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::InboxStart;
use crate::render::{QueueCounts, View};

/// Show your queue in one line, for a shell prompt
///
/// How many open tickets are assigned to you, how many of them are overdue, and how many have something new in your inbox.
/// Prints nothing where there is nothing, or no repository; in a machine format, that is an error.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub(crate) fn run(_: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match counts(session) {
        Ok(counts) => Ok(View::Queue(counts)),
        // A prompt is drawn everywhere: where there are no tickets, it has nothing to say. A script is told.
        Err(failure) if session.is_for_machines() => Err(failure),
        Err(_) => Ok(View::Nothing),
    }
}

fn counts(session: &Session<'_>) -> Result<QueueCounts, Failure> {
    let project = session.project()?;
    let count = |query: &str| project.find_ids(query).map(|ids| ids.len());
    Ok(QueueCounts {
        assigned: count("status:open assignee:me")?,
        overdue: count("is:overdue assignee:me")?,
        new: project.inbox(InboxStart::LastLook)?.items.len(),
    })
}
