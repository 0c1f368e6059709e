//! `resolve`: the team is done with a ticket.

use clap::builder::PossibleValuesParser;

use crate::commands::answering::AnswerOptions;
use crate::commands::failure::Failure;
use crate::commands::mail::{Sending, note_unsent};
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::commands::views;
use crate::process::{ProcessAction, Request, RequestKind, ResolutionRequest, workaround};
use crate::project::{Change, Project};
use crate::render::View;
use crate::ticket::{LinkKind, NO_COMMIT, Resolution, TicketId, has_visible};

/// Resolve tickets with a resolution code
///
/// Resolution 'fixed' requires a commit, or a reason with --no-commit. Resolution 'duplicate' requires the original
/// ticket, which then lists its duplicates.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    answering: AnswerOptions,
    #[command(flatten)]
    sending: Sending,
    /// Set the resolution code
    #[arg(long = "as", value_name = "CODE", value_parser = PossibleValuesParser::new(Resolution::WORDS))]
    code: String,
    /// Add a commit that fixes it (can be repeated)
    #[arg(long, value_name = "COMMIT")]
    commit: Vec<String>,
    /// Set the reason for resolving as fixed without a commit
    #[arg(long, value_name = "REASON", conflicts_with = "commit")]
    no_commit: Option<String>,
    /// Set the original ticket (with --as duplicate)
    #[arg(long, alias = "of", value_name = "ID")]
    duplicate_of: Option<String>,
    /// Set the known error whose workaround answers it (with --as workaround or answered); without a message, the
    /// workaround is said
    #[arg(long, value_name = "ID")]
    known: Option<String>,
    /// Resolve open child tickets, too
    #[arg(long)]
    children: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let commits: Vec<String> =
        args.commit.iter().map(|commit| project.code_commit_name(commit)).collect::<Result<_, _>>()?;
    if args.duplicate_of.is_some() && args.code != Resolution::Duplicate.as_str() {
        let message = format!("--duplicate-of is for --as duplicate, not --as {}", args.code);
        return Err(Failure::usage(message));
    }
    if args.known.is_some() && !Resolution::parse(&args.code).may_be_of_known_error() {
        let message = format!("--known is for --as workaround or --as answered, not --as {}", args.code);
        return Err(Failure::usage(message));
    }
    if args.no_commit.as_deref().is_some_and(|why| !has_visible(why)) {
        return Err(Failure::usage("--no-commit needs a reason"));
    }
    let original = args.duplicate_of.as_ref().map(|id| project.id(id)).transpose()?;
    let known = args.known.as_ref().map(|id| project.ticket(id)).transpose()?;
    let ending = ResolutionRequest {
        code: Resolution::parse(&args.code),
        commits,
        no_commit: args.no_commit.clone(),
        duplicate_of: original,
        answered_by: known.as_ref().map(|known| known.id().clone()),
    };
    let mut ids = args.common.tickets.ids(&project, session, args.common.writing.dry_run)?;
    let words = args.answering.words(&args.common.message, &ids, &project, session)?;
    let told = known.as_ref().filter(|_| words.is_empty()).and_then(|known| workaround(known));
    let why = args.no_commit.as_ref().map(|why| format!("{NO_COMMIT}{why}"));
    let beside = why.or(told.map(str::to_owned));
    if args.children {
        add_children(&project, &mut ids)?;
    }
    let mails = args.sending.mails(&ids, &project)?;
    let request = Request::new(RequestKind::Process(ProcessAction::Resolve(ending)))
        .spending(args.common.spending.spent);
    let changed = project.change(&args.common.writing.options(), |change| {
        for (id, mail) in ids.iter().zip(&mails) {
            let request = Request { mail: mail.clone(), ..request.clone() };
            let said = words.on(change, id, request, beside.as_deref())?;
            change.request_at_both_ends(id, said)?;
            warn_of_links(change, id, &ids)?;
        }
        Ok(())
    })?;
    note_unsent(&changed.tickets, session);
    Ok(views::steps(changed, session))
}

/// Says which open tickets a resolved one leaves behind: its children, and those that block it.
fn warn_of_links(change: &mut Change<'_, '_>, id: &TicketId, resolved: &[TicketId]) -> Result<(), Failure> {
    let Some(ticket) = change.ticket(id)? else { return Ok(()) };
    for (kind, what) in [(LinkKind::Child, "its child"), (LinkKind::BlockedBy, "its blocker")] {
        for other in change.project().open_links(&ticket, &kind) {
            if !resolved.contains(&other) {
                change.warning(id, format!("{what} {other} is open"));
            }
        }
    }
    Ok(())
}

/// Adds the open tickets that are part of these.
fn add_children(project: &Project<'_>, ids: &mut Vec<TicketId>) -> Result<(), Failure> {
    for id in ids.clone() {
        let ticket = project.need(&id)?;
        let children = ticket.fields().links().filter(|(kind, _)| **kind == LinkKind::Child);
        for child in children.filter_map(|(_, child)| TicketId::parse(child)) {
            if !ids.contains(&child) && project.need(&child)?.fields().status().is_open() {
                ids.push(child);
            }
        }
    }
    Ok(())
}
