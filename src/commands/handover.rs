//! `handover` and `brief`: all that is known, on one page, for the next level or for a vendor.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::show::linked;
use crate::process::KnownError;
use crate::project::{CodeChange, Concerned, Project};
use crate::render::{self, Audience, CodeLine, HandoverNotes, View};
use crate::ticket::{Field, Node, Ticket, Timestamp};

/// The most similar tickets, and the most known errors, that a packet names.
const MAX_SIMILAR: usize = 3;

/// Print handover notes for the next assignee
///
/// Prints Markdown in a pipe and a page on a terminal.
#[derive(Debug, clap::Args)]
pub struct HandoverArgs {
    /// The ticket
    id: String,
}

/// Print a vendor brief without internal notes
///
/// Leaves out internal notes, and the customer's name, addresses and telephone numbers. Read it before you send it.
#[derive(Debug, clap::Args)]
pub struct BriefArgs {
    /// The ticket
    id: String,
    /// The vendor [default: the one it is deferred to]
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
}

/// Runs `handover`.
pub(crate) fn handover(args: &HandoverArgs, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let ticket = project.ticket(&args.id)?;
    let similar = project.similar(&ticket, MAX_SIMILAR)?;
    let known = project.likely_known_errors(&ticket, MAX_SIMILAR)?;
    let code = project.concerned_code(&ticket)?.map(concerned);
    Ok(packet(&project, ticket, Audience::Team, (similar, known), code))
}

/// Runs `brief`.
pub(crate) fn brief(args: &BriefArgs, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let ticket = project.ticket(&args.id)?;
    let deferral =
        |key: &str| ticket.fields().get(&Field::Deferral).and_then(|to| to.at(key)).and_then(Node::as_text);
    if args.vendor.is_none() && deferral("to") == Some("enhance") {
        return Ok(packet(&project, ticket, Audience::Enhance, Default::default(), None));
    }
    let deferred_to = deferral("vendor");
    let Some(name) = args.vendor.as_deref().or(deferred_to) else {
        let message = format!("{} is not deferred to a vendor", ticket.id());
        return Err(Failure::usage(message).hint(format!("git support brief {} --vendor NAME", ticket.id())));
    };
    let vendor = project.vendor(name)?.clone();
    Ok(packet(&project, ticket, Audience::Vendor(Box::new(vendor)), Default::default(), None))
}

fn packet(
    project: &Project<'_>,
    ticket: Ticket,
    audience: Audience,
    (similar, known): (Vec<Ticket>, Vec<KnownError>),
    code: Option<render::Concerned>,
) -> View {
    let notes = HandoverNotes { similar, known, code, ..packet_for(project, ticket, audience) };
    View::HandoverNotes(Box::new(notes))
}

/// What a ticket itself tells an audience.
pub(crate) fn packet_for(project: &Project<'_>, ticket: Ticket, audience: Audience) -> HandoverNotes {
    let linked = linked(project, &ticket);
    let duplicates = project.duplicates(&ticket);
    HandoverNotes { ticket, audience, linked, similar: Vec::new(), known: Vec::new(), code: None, duplicates }
}

fn concerned(code: Concerned) -> render::Concerned {
    let line = |change: CodeChange| CodeLine {
        commit: change.commit,
        subject: change.subject,
        author: change.author,
        at: Timestamp::from_unix(change.seconds),
    };
    let commits = code.commits.into_iter().map(line).collect();
    render::Concerned { files: code.files, since: code.since, commits }
}
