//! `inbox`: what concerns the user since they last looked.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::InboxStart;
use crate::render::View;

/// List what concerns you since you last looked
///
/// Your tickets (assigned, owned, reported, watched), texts that name you with @, alerts, answers of customers, what came
/// back or fell due, severities to confirm, and new work at the levels you serve. What you did yourself is left out. Looking
/// marks it as seen, in a reference of this clone.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Leave it unseen
    #[arg(long)]
    peek: bool,
    /// List what concerns you since WHEN (3d, or a day), and mark nothing
    #[arg(long, value_name = "WHEN", conflicts_with = "all")]
    since: Option<String>,
    /// List all that concerns you on open tickets, and mark nothing
    #[arg(long)]
    all: bool,
    /// Exchange with the remote what you have seen in other clones
    #[arg(long, conflicts_with_all = ["peek", "since", "all"])]
    push: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    if args.push {
        project.fetch_seen()?;
    }
    let start = match &args.since {
        Some(since) => project.inbox_start(since)?,
        None if args.all => InboxStart::All,
        None => InboxStart::LastLook,
    };
    let inbox = project.inbox(start)?;
    if inbox.items.is_empty() {
        let since = inbox.since.map(|at| format!(" since {} UTC", at.minute())).unwrap_or_default();
        session.note(format!("nothing concerns you{since}"));
    }
    // A look back is no look at what is new; and what could not be shown was not seen.
    if start == InboxStart::LastLook && !args.peek {
        let (push, host) = (args.push, session.host.clone());
        session.once_shown.replace(Some(Box::new(move || match project.mark_seen(push) {
            Err(failure) if !push => {
                host.note(format!("warning: not marked as seen: {:#}", failure.error));
                Ok(())
            }
            done => done,
        })));
    }
    Ok(View::Inbox(inbox.items))
}
