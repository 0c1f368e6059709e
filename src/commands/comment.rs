//! `comment`: says something on tickets, for the customer or for the team.

use crate::commands::answering::AnswerOptions;
use crate::commands::arguments::{Message, Spending, WriteOptions};
use crate::commands::chosen::Chosen;
use crate::commands::failure::{Failure, Kind};
use crate::commands::mail::note_unsent;
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Request, RequestKind};
use crate::project::Project;
use crate::render::View;
use crate::ticket::{Entry, TicketId, Visibility, visible};

/// Add a comment
///
/// The customer may read it, unless --internal. Without -m or -F, a terminal opens the editor.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    tickets: Chosen,
    /// Hide the comment from customers
    #[arg(long)]
    internal: bool,
    /// Record what the customer, or WHO, said: wakes a pending ticket, reopens one resolved lately
    #[arg(long, value_name = "customer|WHO", conflicts_with_all = ["internal", "replace"])]
    from: Option<String>,
    /// Put it in the place of your comment ENTRY, which is struck out
    #[arg(long, value_name = "ENTRY")]
    replace: Option<String>,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    answering: AnswerOptions,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let ids = args.tickets.ids(&project, session, args.writing.dry_run)?;
    let replaced = args.replace.as_deref().map(|entry| replaced(entry, &ids, &project)).transpose()?;
    if args.answering.is_given() && (args.internal || args.from.is_some()) {
        return Err(Failure::usage(
            "an answer is for the customer: give no --internal and no --from with it",
        ));
    }
    let words = args.answering.words(&args.message, &ids, &project, session)?;
    let asked = if words.is_empty() { Some(args.message.need(session)?) } else { None };
    let was_internal = replaced.as_ref().is_some_and(|replaced| replaced.visibility != Visibility::Customer);
    let is_internal = args.internal || was_internal;
    // What was to be sent, and was not yet, is sent as it is now.
    let mail = replaced.as_ref().and_then(|entry| entry.outgoing_mail().cloned());
    let mail = mail.filter(|_| !is_sent(replaced.as_ref(), &ids, &project));
    let what = replaced.map_or(RequestKind::Comment, |entry| RequestKind::ReplaceComment(entry.id.clone()));
    let request = Request {
        visibility: if is_internal { Visibility::Internal } else { Visibility::Customer },
        mail,
        ..Request::new(what).spending(args.spending.spent)
    };
    let changed = project.change(&args.writing.options(), |change| {
        change.read_ahead(&ids)?;
        ids.iter().try_for_each(|id| {
            let speaker = args.from.as_deref().map(|from| change.speaker(id, from)).transpose()?;
            let said = words.on(change, id, Request { speaker, ..request.clone() }, asked.as_deref())?;
            change.request(id, said).map(drop)
        })
    })?;
    note_unsent(&changed.tickets, session);
    Ok(views::steps(changed, session))
}

/// True where a comment went out as a message already.
fn is_sent(replaced: Option<&Entry>, ids: &[TicketId], project: &Project<'_>) -> bool {
    let Some((entry, id)) = replaced.zip(ids.first()) else { return false };
    project.need(id).is_ok_and(|ticket| ticket.sent_as(&entry.id).is_some())
}

/// The comment that is to be replaced: the one of that id, in the one ticket that was named.
fn replaced(typed: &str, ids: &[TicketId], project: &Project<'_>) -> Result<Entry, Failure> {
    let [id] = ids else { return Err(Failure::usage("--replace takes one ticket")) };
    let ticket = project.ticket(id.as_str())?;
    let found = ticket.timeline().iter().find(|entry| entry.id.as_str() == typed).cloned();
    found.ok_or_else(|| {
        Failure::new(Kind::NotFound, format!("{id} has no entry '{}'", visible(typed)))
            .hint(format!("git support log {id}"))
    })
}
