//! `reply`: a comment to the customer, which goes out as a message.

use crate::commands::answering::AnswerOptions;
use crate::commands::arguments::{Message, Spending, WriteOptions};
use crate::commands::chosen::Chosen;
use crate::commands::failure::Failure;
use crate::commands::mail::{composed, recipients, settings};
use crate::commands::session::Session;
use crate::commands::views;
use crate::mail::written;
use crate::process::{Request, RequestKind};
use crate::project::{Outcome, Project};
use crate::render::View;
use crate::ticket::{Mail, Ticket, TicketId, may_be_delivered, visible};

/// Reply to the customer by e-mail
///
/// Adds a comment that the customer may read, and queues it as a message to the reporter, or to whoever else of the
/// ticket wrote last, in their thread. `git support mail send` sends what is queued.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    tickets: Chosen,
    /// Send it to ADDRESS instead (can be repeated)
    #[arg(long, value_name = "ADDRESS")]
    to: Vec<String>,
    /// Send a copy to ADDRESS (can be repeated)
    #[arg(long, value_name = "ADDRESS")]
    cc: Vec<String>,
    /// Print the message, and record nothing
    #[arg(long, conflicts_with_all = ["dry_run", "push"])]
    draft: bool,
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
    settings(&project)?;
    let ids = args.tickets.ids(&project, session, args.writing.dry_run)?;
    let mails: Vec<Mail> =
        ids.iter().map(|id| recipients(&project.need(id)?, &args.to, &args.cc)).collect::<Result<_, _>>()?;
    let words = args.answering.words(&args.message, &ids, &project, session)?;
    let asked = if words.is_empty() { Some(args.message.need(session)?) } else { None };
    let request = Request::new(RequestKind::Comment).spending(args.spending.spent);
    let mut options = args.writing.options();
    options.dry_run |= args.draft;
    let changed = project.change(&options, |change| {
        ids.iter().zip(&mails).try_for_each(|(id, mail)| {
            let said = words.on(change, id, request.clone().by_mail(mail.clone()), asked.as_deref())?;
            change.request(id, said).map(drop)
        })
    })?;
    if args.draft {
        return drafts(&project, &changed.tickets);
    }
    if changed.outcome == Outcome::Committed {
        note_copies(&ids, &project, &mails, session)?;
    }
    Ok(views::steps(changed, session))
}

/// The messages as they would go out.
fn drafts(project: &Project<'_>, tickets: &[Ticket]) -> Result<View, Failure> {
    let settings = settings(project)?;
    let mut text = String::new();
    for ticket in tickets {
        let Some(entry) = ticket.timeline().last() else { continue };
        let message = written(&composed(project, ticket, entry, &settings)?);
        text.push_str(&visible(&String::from_utf8_lossy(&message).replace("\r\n", "\n")));
    }
    Ok(View::Text(text))
}

/// Says who wrote the customer's last message, or had a copy of it, and gets none of the reply.
fn note_copies(
    ids: &[TicketId],
    project: &Project<'_>,
    mails: &[Mail],
    session: &Session<'_>,
) -> Result<(), Failure> {
    let desk = &project.settings()?.mail;
    for (id, mail) in ids.iter().zip(mails) {
        let ticket = project.need(id)?;
        let Some(entry) = ticket.last_received() else { continue };
        let Some(last) = entry.received_mail() else { continue };
        let gets =
            |address: &String| mail.to.iter().chain(&mail.cc).any(|own| own.eq_ignore_ascii_case(address));
        let writer = &entry.by.email;
        if !gets(writer) && may_be_delivered(writer) && entry.is_said() {
            session.note(format!(
                "{id}: {} wrote last, and does not get this (--to {writer})",
                entry.by.short()
            ));
        }
        let left: Vec<&String> = last.cc.iter().filter(|copy| !gets(copy) && !desk.is_own(copy)).collect();
        if let Some(first) = left.first() {
            let all: Vec<String> = left.iter().map(|address| visible(address)).collect();
            session.note(format!(
                "{id}: in copy of the last message, and not of this: {} (--cc {first})",
                all.join(", ")
            ));
        }
    }
    Ok(())
}
