//! `mail take`: messages into tickets, in one commit.

use std::io;
use std::path::PathBuf;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::mail::{Mailbox, NoMessage, Place, read_message};
use crate::process::{Message, without_secrets};
use crate::project::{ChangeOptions, MailTaking, Taken};
use crate::render::{TakenLine, View};

/// The setting of git's configuration that names the mailbox of this clone.
const MAILBOX: &str = "support.mailbox";
/// From this many messages on, a progress bar is worth it.
const MANY: usize = 500;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A message, an mbox, a Maildir or a folder of messages; - reads standard input [default: support.mailbox of git's
    /// configuration]
    #[arg(value_name = "FILE|DIR")]
    from: Option<PathBuf>,
    /// Show what would become of each message without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Push to the branch's remote, and retry if it has moved
    #[arg(long, conflicts_with = "dry_run")]
    push: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let configured = || project.configured(MAILBOX).map(PathBuf::from);
    let Some(from) = args.from.clone().or_else(configured) else {
        return Err(Failure::usage("no mailbox is given")
            .hint(format!("git support mail take ~/Maildir, or git config {MAILBOX} ~/Maildir once")));
    };
    let directory = session.directory().to_owned();
    let opened = Mailbox::open(&from, &directory, session.input);
    let mailbox = opened.map_err(|error| unreadable(&from.display().to_string(), &error))?;
    let settings = project.settings()?.mail.clone();
    let count = mailbox.count().unwrap_or_default();
    let progress = (count >= MANY).then(|| (session.host.progress)("taking messages", count));
    // What looks like a secret in a message is taken out of it, so that none is refused for that.
    let options = ChangeOptions {
        dry_run: args.dry_run,
        push: args.push,
        allow_secret: true,
        ..ChangeOptions::default()
    };
    let changed = project.change(&options, |change| {
        let mut lines = Vec::new();
        let mut taking = MailTaking::new(change)?;
        mailbox.each(|place, raw| -> Result<(), Failure> {
            let read = raw.map(|raw| read_message(raw, settings.server.as_deref()));
            let line = match read {
                Ok(Ok(message)) => line(&place, &message, taking.take(&message)?),
                Ok(Err(NoMessage::Empty)) => left(&place, NoMessage::Empty.to_string()),
                Ok(Err(NoMessage::NoHeader)) => failed(&place, NoMessage::NoHeader.to_string()),
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => left(&place, error.to_string()),
                Err(error) => failed(&place, error.to_string()),
            };
            lines.push((place, line));
            if let Some(progress) = &progress {
                progress(lines.len());
            }
            Ok(())
        })?;
        taking.finish();
        Ok(lines)
    })?;
    let lines = changed.answer;
    if args.dry_run {
        session.note("nothing was written: --dry-run");
    } else {
        put_away(&mailbox, &lines, session);
    }
    Ok(View::Taken(lines.into_iter().map(|(_, line)| line).collect()))
}

/// Moves what is in git, or is left for a reason, out of a Maildir's new messages.
fn put_away(mailbox: &Mailbox, lines: &[(Place, TakenLine)], session: &Session<'_>) {
    for (place, line) in lines {
        if line.outcome == TakenLine::FAILED {
            continue;
        }
        if let Err(error) = mailbox.done(place, line.ticket.is_some()) {
            session.note(format!("warning: {place} is taken, and stays among the new messages: {error}"));
        }
    }
}

fn line(place: &Place, message: &Message, taken: Taken) -> TakenLine {
    let (outcome, ticket, reason) = match taken {
        Taken::Opened(id) => ("opened", Some(id), None),
        Taken::Said(id) => ("comment", Some(id), None),
        Taken::Noted(id) => ("note", Some(id), None),
        Taken::Known(id) => ("known", Some(id), None),
        Taken::Left(reason) => ("left", None, Some(reason)),
        Taken::Refused(reason) => (TakenLine::FAILED, None, Some(reason)),
    };
    let from = message.writer().to_string();
    // Whoever runs this, their mail and their logs keep what is printed.
    let subject = without_secrets(&message.subject);
    TakenLine { place: place.to_string(), from, subject, outcome, ticket, reason }
}

fn left(place: &Place, reason: String) -> TakenLine {
    TakenLine { outcome: "left", ..failed(place, reason) }
}

fn failed(place: &Place, reason: String) -> TakenLine {
    TakenLine {
        place: place.to_string(),
        from: String::new(),
        subject: String::new(),
        outcome: TakenLine::FAILED,
        ticket: None,
        reason: Some(reason),
    }
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    let kind = if error.kind() == io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Io };
    Failure::new(kind, format!("{name}: {error}"))
}
