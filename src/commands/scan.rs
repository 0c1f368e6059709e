//! `scan`: reads the trailers of code commits, links them to their tickets, and resolves.

use crate::commands::arguments::Writing;
use crate::commands::change::{Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::process::{Change, Changes, Ending, Move, Policy, Request, Rules, What};
use crate::render::View;
use crate::store::git::CodeCommit;
use crate::store::{RESOLVES, Store};
use crate::ticket::{Entry, Field, Resolution, Set, Ticket, cut, one_line, visible};

/// The most messages that are named one by one for naming no ticket.
const MAX_NAMED: usize = 30;
/// The widest subject that a note repeats, in columns.
const SUBJECT_COLUMNS: usize = 72;

/// Link or resolve tickets named in commit trailers
///
/// `Resolves-Ticket: ID` resolves as fixed, and so do `Fixes ID` and the like with a whole id; `Support-Ticket: ID`
/// links. Several ids may stand side by side. Each commit counts once, however often this runs; a commit that a later
/// one reverts does not count. Whose commits resolve is policy.resolve_by_role.
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
    let reverted = store.repository().withdrawn(&commits.iter().collect::<Vec<_>>())?;
    let rules = project_files::rules(&snapshot)?;
    let (mut planned, mut bad) = (Vec::new(), Vec::new());
    for commit in &commits {
        if reverted.contains(&commit.id.to_string()) {
            continue;
        }
        for (name, id) in &commit.trailers {
            let ticket = match snapshot.resolve(id).and_then(|id| snapshot.need(&id)) {
                Ok(ticket) => ticket,
                Err(error) => {
                    bad.push((
                        format!("{} {}", commit.id, visible(id)),
                        format!("commit {:.10}: {error}", commit.id),
                    ));
                    continue;
                }
            };
            let Some(what) = due(name, &ticket, commit, &planned) else { continue };
            let Some(what) = allowed(what, &ticket, commit, &rules, &store, session)? else { continue };
            let subject = cut(&one_line(&commit.subject), SUBJECT_COLUMNS).into_owned();
            let note = Some(format!("{:.10} {subject}", commit.id));
            let request = Request::new(what).with_note(note);
            planned.push(Planned { id: ticket.id().clone(), entry: session.entry_id(), request });
        }
    }
    warn_once(&store, bad, args.writing.dry_run, session);
    finish(&store, &planned, &args.writing, session)
}

/// Names what no ticket answers to; what was named by an earlier run is not named again.
fn warn_once(store: &Store, bad: Vec<(String, String)>, is_rehearsal: bool, session: &mut Session<'_>) {
    let known = store.reported();
    let (mut new, mut count) = (Vec::new(), 0);
    for (key, problem) in bad.into_iter().filter(|(key, _)| !known.contains(key)) {
        count += 1;
        if count <= MAX_NAMED {
            session.note(format!("warning: {problem}"));
        }
        new.push(key);
    }
    if count > MAX_NAMED {
        session.note(format!("warning: {} more commits name unknown tickets", count - MAX_NAMED));
    }
    if !is_rehearsal && !new.is_empty() {
        store.remember_reported(&new);
    }
}

/// What a commit's author may have done by it: who is not on the team resolves nothing, where the settings say so,
/// and the commit is linked.
fn allowed(
    what: What,
    ticket: &Ticket,
    commit: &CodeCommit,
    rules: &Rules,
    store: &Store,
    session: &mut Session<'_>,
) -> Result<Option<What>, Failure> {
    let policy = rules.settings.resolve_by_role;
    if policy == Policy::Off || !matches!(what, What::Step(Move::Resolve(_))) {
        return Ok(Some(what));
    }
    let author = store.mapped(&store.author_of_commit(commit.id)?)?;
    if rules.may_resolve_by_commit(&author) {
        return Ok(Some(what));
    }
    let who = visible(&author.to_string());
    let (id, commit_id) = (ticket.id(), commit.id);
    if policy == Policy::Warn {
        session.note(format!(
            "warning: commit {commit_id:.10} resolves {id}, but its author {who} is not on the team"
        ));
        return Ok(Some(what));
    }
    session.note(format!(
        "warning: commit {commit_id:.10} is linked to {id} but does not resolve it: its author {who} is not on the team"
    ));
    Ok(Some(link(commit)))
}

fn finish(
    store: &Store,
    planned: &[Planned],
    writing: &Writing,
    session: &mut Session<'_>,
) -> Result<View, Failure> {
    if planned.is_empty() {
        session.note("no new commits to link");
        return Ok(View::Unchanged(Vec::new()));
    }
    apply(store, planned, &[], writing, session)
}

/// What a message still asks for; nothing where the ticket knows the commit already.
fn due(name: &str, ticket: &Ticket, commit: &CodeCommit, planned: &[Planned]) -> Option<What> {
    let id = commit.id.to_string();
    // Once it counted, it counted: what somebody undid since stays undone.
    let counted = |entry: &Entry| matches!(entry.set.get(&Field::Commits), Some(Set::Members { add, .. }) if add.contains(&id));
    if ticket.timeline().iter().any(counted) {
        return None;
    }
    let resolved_here =
        |one: &Planned| one.id == *ticket.id() && matches!(one.request.what, What::Step(Move::Resolve(_)));
    let is_open = ticket.head().status().is_open() && !planned.iter().any(resolved_here);
    if name == RESOLVES && is_open {
        let ending =
            Ending { code: Resolution::Fixed, commits: vec![id], no_commit: None, duplicate_of: None };
        return Some(What::Step(Move::Resolve(ending)));
    }
    Some(link(commit))
}

fn link(commit: &CodeCommit) -> What {
    What::Edit(Changes::from([(Field::Commits, Change::adding(vec![commit.id.to_string()]))]))
}
