//! The attachments of a ticket: listed, and got back, from any branch or revision.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::commands::attach::Args;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::project::Project;
use crate::render::{AttachmentLine, View};
use crate::ticket::{Attachment, Entry, Ticket, one_line, sha256, visible};

/// Lists the attachments, or gets one.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let ticket = project.ticket(&args.id)?;
    match &args.get {
        None => listed(&project, &ticket),
        Some(name) => get(name, args.output.as_deref(), &project, &ticket, session),
    }
}

fn listed(project: &Project<'_>, ticket: &Ticket) -> Result<View, Failure> {
    let undone = ticket.undone();
    let mut lines = Vec::new();
    for (entry, file) in attached(ticket) {
        lines.push(AttachmentLine {
            ticket: ticket.id().clone(),
            entry: entry.clone(),
            file: file.clone(),
            is_undone: undone.is_undone(entry),
            is_there: project.attachment(ticket.id(), file)?.is_some(),
        });
    }
    Ok(View::Attachments(lines))
}

fn attached(ticket: &Ticket) -> impl Iterator<Item = (&Entry, &Attachment)> {
    ticket.timeline().iter().filter_map(|entry| Some((entry, entry.attachment.as_ref()?)))
}

fn get(
    name: &str,
    output: Option<&Path>,
    project: &Project<'_>,
    ticket: &Ticket,
    session: &mut Session<'_>,
) -> Result<View, Failure> {
    let id = ticket.id();
    let (entry, file) = meant(name, ticket)?;
    let there = if file.is_removed { None } else { project.attachment(id, file)? };
    let Some(content) = there else {
        let message = match &entry.redacted {
            Some(by) => format!("{} was removed by a redaction (entry {by})", one_line(&file.name)),
            None => format!("{} is missing: its file is gone", one_line(&file.name)),
        };
        return Err(Failure::new(Kind::NotFound, message).hint(format!("git support log {id}")));
    };
    if sha256(&content) != file.sha256 {
        session.note(format!("warning: {} differs from what was attached", one_line(&file.name)));
    }
    if output == Some(Path::new("-")) {
        return match session.output.write_all(&content) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::new(Kind::Io, format!("writing the attachment: {error}")))
            }
            Ok(()) | Err(_) => Ok(View::Nothing),
        };
    }
    let own = || PathBuf::from(safe_name(file));
    let is_folder = |path: &&Path| session.directory().join(path).is_dir();
    let into = output.filter(is_folder).map(|folder| folder.join(own()));
    let path = into.or_else(|| output.map(Path::to_path_buf)).unwrap_or_else(own);
    let place = session.directory().join(&path);
    if output.is_none() && !(session.may_write)(&place, None) {
        let message = format!("{} exists already", path.display());
        let hint = format!("git support attach {id} --get {} -o FILE", entry.id);
        return Err(Failure::new(Kind::Refused, message).hint(hint));
    }
    let save = if output.is_some() { session.save_through } else { session.save };
    save(&place, &content)?;
    let plural = if content.len() == 1 { "" } else { "s" };
    session.note(format!("wrote {} ({} byte{plural})", path.display(), content.len()));
    Ok(View::Nothing)
}

/// The attachment that somebody means by its name, the name of its stored file, or its entry.
fn meant<'a>(name: &str, ticket: &'a Ticket) -> Result<(&'a Entry, &'a Attachment), Failure> {
    let id = ticket.id();
    let is_meant = |(entry, file): &(&Entry, &Attachment)| {
        file.name == name || file.file == name || entry.id.as_str() == name
    };
    let found: Vec<_> = attached(ticket).filter(is_meant).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(Kind::NotFound, format!("{id} has no attachment '{}'", visible(name)))
            .hint(format!("git support attach {id} --list"))),
        several => {
            let entries: Vec<&str> = several.iter().map(|(entry, _)| entry.id.as_str()).collect();
            let message = format!("{id} has several attachments '{}': {}", visible(name), entries.join(", "));
            let hint = format!("git support attach {id} --get {}", entries.first().unwrap_or(&"ENTRY"));
            Err(Failure::new(Kind::Ambiguous, message).hint(hint))
        }
    }
}

/// The name under which a file is written here: its own, where that is a plain name, or that of its stored file.
fn safe_name(file: &Attachment) -> &str {
    let name = file.name.as_str();
    let is_plain = !name.is_empty()
        && !name.starts_with(['.', '-', '~'])
        && !name.contains(['/', '\\', ':'])
        && visible(name) == name;
    if is_plain { name } else { &file.file }
}
