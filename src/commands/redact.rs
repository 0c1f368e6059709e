//! `redact`: takes personal data or a secret out of the present file, and says what that does not do.

use crate::commands::arguments::Message;
use crate::commands::clean_up::{blobs_of, message_callback};
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake;
use crate::mail::{is_message, message_holds};
use crate::process::Refusal;
use crate::project::{ChangeOptions, Outcome, Project, RedactedFiles};
use crate::render::View;
use crate::ticket::{
    Action, Entry, EntryId, Redaction, Ticket, TicketId, codec, holds_text, one_line, shell_word,
    visible_line,
};

/// The characters and bytes of the shortest text that is taken out: a shorter one would take words apart. A name of two
/// characters is one in Chinese.
const MIN_TEXT: (usize, usize) = (2, 3);

/// Redact text in a ticket's current file
///
/// The entries stay, and record that text was redacted, why, and by whom. Attachments that contain the text are
/// removed. Earlier commits still contain it, here and in every clone; the command prints how to remove it from
/// history. A redaction cannot be undone.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").args(["text", "entry"]).required(true).multiple(true)))]
pub struct Args {
    /// The ticket
    id: String,
    /// Remove every occurrence of TEXT (- for standard input)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    text: Vec<String>,
    /// Redact the note and attachment of ENTRY (can be repeated)
    #[arg(long, value_name = "ENTRY")]
    entry: Vec<String>,
    #[command(flatten)]
    message: Message,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let ticket = project.ticket(&args.id)?;
    let id = ticket.id();
    let mut redaction = redaction(args, &ticket, session)?;
    add_messages(&mut redaction, &ticket, &project)?;
    check_found(&redaction, &ticket, &project)?;
    let note = args.message.need(session).map_err(|failure| {
        if failure.kind == Kind::Usage { Refusal::NoReason { step: Action::Redact }.into() } else { failure }
    })?;
    let note = Some(note);
    let options = ChangeOptions { dry_run: args.dry_run, ..ChangeOptions::default() };
    let changed = project.change(&options, |change| {
        let files = change.redact(id, &redaction, note.clone())?;
        // Before it is committed, too: a run that is killed right after that leaves no copy.
        if !args.dry_run && files.is_some() {
            change.project().forget_derived(&redaction.texts)?;
        }
        Ok(files)
    })?;
    let Some(files) = &changed.answer else {
        return Err(Failure::new(Kind::NotFound, format!("{id} has no such text or entry")));
    };
    for name in &files.removed {
        session.note(format!("note: removed attachment {}; the entry stays", one_line(name)));
    }
    // A message that lost a part is not what somebody meant to send.
    for entry in ticket.unsent() {
        if changed.tickets.iter().any(|after| !after.unsent().iter().any(|left| left.id == entry.id)) {
            session
                .note(format!("warning: the message of entry {}, which was queued, is not sent", entry.id));
        }
    }
    if changed.outcome == Outcome::Committed {
        project.forget_derived(&redaction.texts)?;
        for place in project.where_it_remains(id, &redaction.texts)? {
            session.note(format!("note: {place}"));
        }
        note_history(id, files, &project, session)?;
    }
    Ok(views::steps(changed, session))
}

/// Says what a new commit cannot reach. The command was run on a copy by a test (`tests/cli/redacting.rs`).
fn note_history(
    id: &TicketId,
    files: &RedactedFiles,
    project: &Project<'_>,
    session: &Session<'_>,
) -> Result<(), Failure> {
    let renames: String = files
        .renamed
        .iter()
        .map(|(old, new)| format!(" --path-rename {}", shell_word(&format!("{old}:{new}"))))
        .collect();
    // What is encoded or no text is removed as a whole.
    let (blobs, strip) = match files.removed_paths.as_slice() {
        [] => (String::new(), ""),
        paths => (format!("{}; ", blobs_of(paths, "GONE")), " --strip-blobs-with-ids ../GONE"),
    };
    // Messages write a text otherwise than the file, and shortened: its step and trailers stay.
    let left = "b\" \".join(lines[0].split(b\" \")[:3]).rstrip(b\":\") + b\"\\n\\n\" + b\"\\n\".join(own) + b\"\\n\"";
    let callback = message_callback(std::slice::from_ref(id), &project.settings()?.commit_prefix, left);
    let command = format!(
        "  {blobs}git filter-repo --replace-refs delete-no-add --replace-text ../FILE --replace-message ../FILE{strip}{renames} {callback}"
    );
    for line in [
        "note: earlier commits and their messages still contain it, here, in reflogs, in other clones and on forges.",
        "To remove it from history, make a fresh clone, put a line TEXT==>REDACTED for each line of each text, as",
        "the files under .support have it, into a file beside it, and run in the clone",
        &command,
        "It gives every later commit a new ID. Force-push all branches and tags, have everybody clone again, and ask",
        "the forge to drop its caches. An audit then reports the attachments that contained it.",
        "If it was a secret, revoke it now.",
    ] {
        session.note(line);
    }
    Ok(())
}

/// Sees that there is something of each text and each entry to take out: nobody is to believe that it is.
fn check_found(redaction: &Redaction, ticket: &Ticket, project: &Project<'_>) -> Result<(), Failure> {
    let id = ticket.id();
    for text in &redaction.texts {
        let texts = std::slice::from_ref(text);
        let mut is_there = holds_text(codec::write(ticket).as_bytes(), texts);
        for file in ticket.timeline().iter().filter_map(|entry| entry.attachment.as_ref()) {
            is_there |= project.attachment(id, file)?.is_some_and(|content| message_holds(&content, texts));
        }
        if !is_there {
            let message = format!("{id} has no text '{}'", visible_line(text));
            return Err(
                Failure::new(Kind::NotFound, message).hint(format!("git support show {id} --format yaml"))
            );
        }
    }
    let has_own = |entry: &&Entry| entry.note.is_some() || entry.attachment.is_some() || entry.mail.is_some();
    let named = |entry: &&Entry| redaction.entries.contains(&entry.id);
    if let Some(entry) = ticket.timeline().iter().filter(named).find(|entry| !has_own(entry)) {
        let message = format!("entry {} has no note and no attachment to redact", entry.id);
        return Err(Failure::usage(message).hint(format!("git support redact {id} --text TEXT -m REASON")));
    }
    Ok(())
}

/// Adds the messages that the redacted texts and entries came by: encoded, a text is not found in them as it stands.
fn add_messages(redaction: &mut Redaction, ticket: &Ticket, project: &Project<'_>) -> Result<(), Failure> {
    for entry in ticket.timeline() {
        let Some(file) = entry.attachment.as_ref().filter(|file| is_message(&file.name)) else { continue };
        let is_of_named = ticket.message_of(entry).is_some_and(|said| redaction.entries.contains(said));
        let content = project.attachment(ticket.id(), file)?.unwrap_or_default();
        if is_of_named || message_holds(&content, &redaction.texts) {
            redaction.files.push(entry.id.clone());
        }
    }
    Ok(())
}

fn redaction(args: &Args, ticket: &Ticket, session: &mut Session<'_>) -> Result<Redaction, Failure> {
    let mut redaction = Redaction::default();
    let file = codec::write(ticket);
    for text in &args.text {
        let text = intake::read_text(text, session.input)?;
        let text = text.trim_end_matches('\n').to_owned();
        if text.chars().count() < MIN_TEXT.0 || text.len() < MIN_TEXT.1 {
            let message = format!("'{}' is too short to redact: other words contain it", visible_line(&text));
            return Err(Failure::usage(message));
        }
        // Lines that came with the line ends of mail and Windows are printed without.
        let of_windows = text.replace("\r\n", "\n").replace('\n', "\r\n");
        let is_there = |text: &String| holds_text(file.as_bytes(), std::slice::from_ref(text));
        if of_windows != text && is_there(&of_windows) {
            if is_there(&text) {
                redaction.texts.push(text);
            }
            redaction.texts.push(of_windows);
        } else {
            redaction.texts.push(text);
        }
    }
    for text in &args.entry {
        let known = ticket.timeline().iter().any(|entry| entry.id.as_str() == text);
        let id = EntryId::parse(text).filter(|_| known).ok_or_else(|| {
            Failure::new(Kind::NotFound, format!("{} has no entry '{text}'", ticket.id()))
                .hint(format!("git support show {} --format yaml", ticket.id()))
        })?;
        redaction.entries.push(id);
    }
    if redaction == Redaction::default() {
        return Err(Refusal::EmptyNote.into());
    }
    Ok(redaction)
}
