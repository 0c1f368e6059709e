//! `scan`: reads the trailers of code commits, links them to their tickets, and resolves.

use crate::commands::arguments::Writing;
use crate::commands::change::{Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::process::{Change, Changes, Ending, Move, Request, What};
use crate::render::View;
use crate::store::git::{CodeCommit, taken_back};
use crate::store::{RESOLVES, Snapshot, Store};
use crate::ticket::{Field, Resolution, Ticket, cut, one_line};

/// The widest subject that a note repeats, in columns.
const SUBJECT_COLUMNS: usize = 72;

/// Link code commits to the tickets their trailers name, and resolve
///
/// `Resolves-Ticket: ID` resolves as fixed, `Support-Ticket: ID` links. Each commit counts once, however
/// often this runs; a commit that a later one reverts does not count.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which commits: `v1.4.0..main`, or everything up to a revision
    #[arg(value_name = "RANGE", default_value = "HEAD")]
    range: String,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let commits = store.repository().code_commits(&args.range)?;
    let reverted = taken_back(commits.iter());
    let mut planned = Vec::new();
    for commit in &commits {
        if reverted.contains(commit.id.to_string().as_str()) {
            continue;
        }
        for (name, id) in &commit.trailers {
            let Some(ticket) = named(&snapshot, id, commit, session) else { continue };
            let Some(what) = due(name, &ticket, commit, &planned) else { continue };
            let subject = cut(&one_line(&commit.subject), SUBJECT_COLUMNS).into_owned();
            let note = Some(format!("{:.10} {subject}", commit.id));
            let request = Request::new(what).with_note(note);
            planned.push(Planned { id: ticket.id().clone(), entry: session.entry_id(), request });
        }
    }
    finish(&store, &planned, &args.writing, session)
}

fn finish(
    store: &Store,
    planned: &[Planned],
    writing: &Writing,
    session: &mut Session<'_>,
) -> Result<View, Failure> {
    if planned.is_empty() {
        session.note("no commit names a ticket that does not know it yet");
        return Ok(View::Unchanged(Vec::new()));
    }
    apply(store, planned, &[], writing, session)
}

/// The ticket that a trailer names; one that is not there is said, and does not stop the others.
fn named(
    snapshot: &Snapshot<'_>,
    id: &str,
    commit: &CodeCommit,
    session: &mut Session<'_>,
) -> Option<Ticket> {
    let found = snapshot.resolve(id).and_then(|id| snapshot.need(&id));
    found.map_err(|error| session.note(format!("warning: commit {:.10}: {error}", commit.id))).ok()
}

/// What a trailer still asks for; nothing where the ticket knows the commit already.
fn due(name: &str, ticket: &Ticket, commit: &CodeCommit, planned: &[Planned]) -> Option<What> {
    let id = commit.id.to_string();
    if ticket.head().members(&Field::Commits).any(|known| known == id) {
        return None;
    }
    let resolved_here =
        |one: &Planned| one.id == *ticket.id() && matches!(one.request.what, What::Step(Move::Resolve(_)));
    let is_open = ticket.head().status().is_open() && !planned.iter().any(resolved_here);
    if name.eq_ignore_ascii_case(RESOLVES) && is_open {
        let ending =
            Ending { code: Resolution::Fixed, commits: vec![id], no_commit: None, duplicate_of: None };
        return Some(What::Step(Move::Resolve(ending)));
    }
    Some(What::Edit(Changes::from([(Field::Commits, Change::adding(vec![id]))])))
}
