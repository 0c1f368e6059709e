//! `inbox`: what concerns the user since they last looked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::intake;
use crate::process::InboxItem;
use crate::project::{InboxStart, Project, Scope};
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
    /// List what concerns you in the repositories that FILE names, a path a line, and mark nothing
    #[arg(long, value_name = "FILE", conflicts_with = "push")]
    repos: Option<PathBuf>,
    /// Exchange with the remote what you have seen in other clones
    #[arg(long, conflicts_with_all = ["peek", "since", "all"])]
    push: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    if let Some(file) = &args.repos {
        return of_products(file, args, session);
    }
    let project = session.project()?;
    if args.push {
        project.fetch_seen()?;
    }
    let start = start(args, &project)?;
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

fn start(args: &Args, project: &Project<'_>) -> Result<InboxStart, Failure> {
    match &args.since {
        Some(since) => project.inbox_start(since),
        None if args.all => Ok(InboxStart::All),
        None => Ok(InboxStart::LastLook),
    }
}

/// The repositories that a file names: a path a line, from the file's folder on; empty lines and those that begin with `#`
/// say nothing.
fn repositories(file: &Path, session: &Session<'_>) -> Result<Vec<PathBuf>, Failure> {
    let directory = session.directory().to_owned();
    let file = directory.join(file);
    let text = intake::read_existing(&file)?
        .ok_or_else(|| Failure::new(Kind::NotFound, format!("no file {}", file.display())))?;
    let folder = file.parent().unwrap_or(&directory);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(|line| folder.join(line)).collect())
}

/// What concerns the user in several repositories, in one order. One that cannot be read is named, and hides no other.
fn of_products(file: &Path, args: &Args, session: &Session<'_>) -> Result<View, Failure> {
    let repositories = repositories(file, session)?;
    if repositories.is_empty() {
        return Err(Failure::usage(format!("{} names no repository", file.display())));
    }
    let (mut items, mut seen) = (Vec::new(), BTreeSet::new());
    for path in repositories {
        match of_product(&path, args, &mut seen, session) {
            Ok(more) => items.extend(more),
            Err(failure) => {
                session.note(format!("warning: {}: {:#}", path.display(), failure.error));
            }
        }
    }
    if seen.is_empty() {
        return Err(Failure::new(Kind::Invalid, "none of the repositories can be read"));
    }
    items.sort_by_key(InboxItem::order);
    if items.is_empty() {
        session.note("nothing concerns you");
    }
    Ok(View::Inbox(items))
}

/// What concerns the user in one of them; nothing where it was looked at under another path.
fn of_product(
    path: &Path,
    args: &Args,
    seen: &mut BTreeSet<PathBuf>,
    session: &Session<'_>,
) -> Result<Vec<InboxItem>, Failure> {
    let host = session.host.at(path).ok_or_else(|| Failure::new(Kind::NotFound, "no such folder"))?;
    let project = Project::open(&host, session.branch.as_deref(), Scope::Now)?;
    if seen.contains(project.location()) {
        return Ok(Vec::new());
    }
    let mut items = project.inbox(start(args, &project)?)?.items;
    seen.insert(project.location().to_owned());
    items.iter_mut().for_each(|item| item.product = Some(project.name()));
    Ok(items)
}
