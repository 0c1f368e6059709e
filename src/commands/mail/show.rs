//! `mail show`: the message that an entry came by, or is sent as.

use crate::commands::failure::{Failure, Kind};
use crate::commands::mail::{composed, settings};
use crate::commands::session::Session;
use crate::mail::written;
use crate::render::View;
use crate::ticket::{EntryId, Field, visible};

/// The names of what is kept of a message: all of it, or its text.
const KEPT: [&str; 2] = ["message.eml", "message.txt"];

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The entry
    entry: String,
}

/// Runs the command.
pub(super) fn run(args: &Args, session: &Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let none = || {
        Failure::new(Kind::NotFound, format!("no entry '{}'", visible(&args.entry)))
            .hint("git support mail queue")
    };
    let wanted = EntryId::parse(&args.entry).ok_or_else(none)?;
    let (ticket, entry) = project.entries_of(&wanted)?.into_iter().next().ok_or_else(none)?;
    // The entry that attached the message names it as well as the one that it came by.
    if let Some(file) = entry.attachment.as_ref().filter(|file| KEPT.contains(&file.name.as_str()))
        && ticket.message_of(&entry).is_some()
        && let Some(content) = project.attachment(ticket.id(), file)?
    {
        return Ok(View::Text(text(&content)));
    }
    if entry.outgoing_mail().is_some() {
        let message = composed(&project, &ticket, &entry, &settings(&project)?)?;
        return Ok(View::Text(text(&written(&message))));
    }
    if entry.received_mail().is_some() {
        let own = ticket.timeline().iter().filter(|kept| ticket.message_of(kept) == Some(&entry.id));
        let mut files = own.filter_map(|kept| kept.attachment.as_ref());
        if let Some(file) = files.find(|file| KEPT.contains(&file.name.as_str()))
            && let Some(content) = project.attachment(ticket.id(), file)?
        {
            return Ok(View::Text(text(&content)));
        }
        // Of the message that opened the ticket, the text is the ticket's own.
        let text = entry
            .note
            .as_deref()
            .or_else(|| ticket.text_set(&entry, &Field::Description))
            .unwrap_or_default();
        return Ok(View::Text(format!("{}\n", visible(text.trim_end()))));
    }
    Err(Failure::new(Kind::Refused, format!("entry {} of {} is not a message", entry.id, ticket.id()))
        .hint(format!("git support show {}", ticket.id())))
}

/// A message as text that is safe on a terminal.
fn text(raw: &[u8]) -> String {
    visible(&String::from_utf8_lossy(raw).replace("\r\n", "\n"))
}
