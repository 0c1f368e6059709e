//! `purge`: takes tickets out of the tree that must not be there any more.

use crate::commands::arguments::Message;
use crate::commands::chosen::ByQuery;
use crate::commands::clean_up::{blobs_of, message_callback};
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Listed, Refusal};
use crate::project::{ChangeOptions, Outcome, Project, Projection, Search};
use crate::render::{Extent, View};
use crate::ticket::{Action, TicketId, Timestamp, shell_word};

/// Purge tickets that must not be kept
///
/// Removes all that a ticket holds, and its attachments, from the current files; one entry remains, with who, when and
/// why, so that no clone brings it back. Leads and product owners may, or anybody where there are none. Earlier commits still
/// have it; the command prints how to remove it from history. It cannot be undone. Without tickets, lists those that
/// ended longer ago than policy.retain keeps them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tickets
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    by_query: ByQuery,
    #[command(flatten)]
    message: Message,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    if args.ids.is_empty() && !args.by_query.is_given() {
        return expired(&project, session);
    }
    let ids = args.by_query.or_named(&args.ids, &project, session, args.dry_run)?;
    let note = args.message.need(session).map_err(|failure| {
        if failure.kind == Kind::Usage { Refusal::NoReason { step: Action::Purge }.into() } else { failure }
    })?;
    let options = ChangeOptions { dry_run: args.dry_run, ..ChangeOptions::default() };
    let changed = project.change(&options, |change| {
        ids.iter().try_for_each(|id| change.purge(id, Some(note.clone())))?;
        // Before it is committed, too: a run that is killed right after that leaves no copy.
        if args.dry_run { Ok(()) } else { change.project().forget_derived(&[]) }
    })?;
    if changed.outcome == Outcome::Committed {
        note_others(&project, &ids, session)?;
        project.forget_derived(&[])?;
        note_history(&ids, &project, session)?;
    }
    Ok(views::steps(changed, session))
}

/// The tickets that ended longer ago than they are kept.
fn expired(project: &Project<'_>, session: &Session<'_>) -> Result<View, Failure> {
    let Some(seconds) = project.settings()?.retain_seconds else {
        return Err(Failure::usage("no tickets given, and policy.retain is off")
            .hint("git support config set policy.retain 3y"));
    };
    let before = project.now().unix().saturating_sub(seconds);
    let at = Timestamp::from_unix(before).unwrap_or_default();
    let query = format!("status:resolved,closed updated:<{at} sort:updated");
    let mut tickets: Vec<Listed> = project.find(&Search::new(&query, Projection::Records))?;
    tickets.retain(|one| !project.readable(&one.summary.id).is_some_and(|ticket| ticket.is_purged()));
    if tickets.is_empty() {
        session.note(format!("no tickets ended before {}", at.minute()));
    }
    Ok(View::Tickets { tickets, extent: Extent::Short })
}

/// Names the tickets that are linked to purged ones: what they quote is theirs.
fn note_others(project: &Project<'_>, ids: &[TicketId], session: &Session<'_>) -> Result<(), Failure> {
    for id in ids {
        let linked = project.find_ids(&format!("link:{id}"))?;
        let others: Vec<String> =
            linked.iter().filter(|other| !ids.contains(other)).map(ToString::to_string).collect();
        if !others.is_empty() {
            session.note(format!("note: linked to {id}, and may quote it: {}", others.join(", ")));
        }
    }
    Ok(())
}

/// Says what a new commit cannot reach. The commands were run on a copy by a test (`tests/cli/purging.rs`).
fn note_history(ids: &[TicketId], project: &Project<'_>, session: &Session<'_>) -> Result<(), Failure> {
    let paths: Vec<String> = ids.iter().map(|id| format!(".support/*{id}*")).collect();
    let blobs = format!("  {}", blobs_of(&paths, "BLOBS"));
    let (branch, prefix) = (shell_word(project.branch()), &project.settings()?.commit_prefix);
    // Of several tickets, the trailers stay.
    let left = format!(
        "b\"{prefix}: purged\\n\" + (b\"\\n\" + b\"\\n\".join(own) + b\"\\n\" if sum(line.startswith(b\"Support-Ticket:\") for line in own) > 1 else b\"\")"
    );
    let filter = format!(
        "  git ls-tree -r origin/{branch} | awk '{{print $3}}' | grep -vxFf - ../BLOBS >../GONE; \
         git filter-repo --replace-refs delete-no-add --strip-blobs-with-ids ../GONE {}",
        message_callback(ids, prefix, &left)
    );
    for line in [
        "note: earlier commits and their messages still have it, here, in reflogs, in other clones and on forges.",
        "To remove it from history, make a fresh clone and run in it",
        &blobs,
        &filter,
        "Messages of commits of code are kept: look whether one quotes it.",
        "It gives every later commit a new ID. Force-push all branches and tags, have everybody clone again, and ask",
        "the forge to drop its caches.",
    ] {
        session.note(line);
    }
    Ok(())
}
