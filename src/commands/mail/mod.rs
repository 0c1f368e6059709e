//! `mail`: messages of customers and vendors become entries, and entries become messages.

mod compose;
mod saved;
mod send;
mod show;
mod take;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::MailSettings;
use crate::project::Project;
use crate::render::View;

pub(crate) use compose::{Sending, composed, note_unsent, recipients};
pub(crate) use saved::saved;

/// Take messages into tickets, and send replies
///
/// Has no network of its own: messages come from a file, a pipe, an mbox or a Maildir that another program fills, and leave
/// through git's sendemail settings, or sendmail. The setting mail.address is the desk's address.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Take messages into tickets
    ///
    /// A message opens a ticket, or is a comment on the one that it answers. A message that was taken before changes
    /// nothing. A Maildir's new messages are moved to cur once their commit is on disk; a file is left as it is.
    Take(take::Args),
    /// Send the replies that were not sent yet
    ///
    /// Sends with sendemail.sendmailCmd or sendemail.smtpServer of git's configuration, or with sendmail.
    Send(send::Args),
    /// List the messages that were not sent yet
    Queue,
    /// Show the message of an entry
    Show(show::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        Verb::Take(args) => take::run(args, session),
        Verb::Send(args) => send::run(args, session),
        Verb::Queue => {
            let project = session.project()?;
            let queued = send::queued(&project, session)?;
            Ok(View::Outgoing(queued.iter().map(|(line, _)| line.clone()).collect()))
        }
        Verb::Show(args) => show::run(args, session),
    }
}

/// The settings of e-mail, with an address of the desk.
pub(crate) fn settings(project: &Project<'_>) -> Result<MailSettings, Failure> {
    let settings = project.settings()?.mail.clone();
    if settings.addresses.is_empty() {
        return Err(Failure::new(Kind::Refused, "mail.address is not set: messages have no sender")
            .hint("git support config set mail.address support@example.com"));
    }
    Ok(settings)
}
