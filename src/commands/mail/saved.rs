//! A message that somebody saved and files as a ticket: `new -F message.eml`.

use std::path::Path;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::mail::{Mailbox, read_message};
use crate::process::Changes;
use crate::project::{NewAttachment, Project, Projection, Search};
use crate::query::quoted;
use crate::ticket::Mail;

/// How the name of a saved message ends.
const ENDING: &str = "eml";

/// What a saved message says of a new ticket.
pub(crate) struct Saved {
    /// The fields that it gives.
    pub(crate) fields: Changes,
    /// Its files, and itself.
    pub(crate) files: Vec<NewAttachment>,
    /// By which its thread is known.
    pub(crate) mail: Mail,
}

/// True for the name of a saved message.
fn is_message(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

/// Reads the file of `-F`, where it is a saved message by its name.
///
/// # Errors
/// It cannot be read, or is no message.
pub(crate) fn saved(
    path: Option<&Path>,
    project: &Project<'_>,
    session: &mut Session<'_>,
) -> Result<Option<Saved>, Failure> {
    let Some(path) = path.filter(|path| is_message(path)) else { return Ok(None) };
    let shown = path.display().to_string();
    let failed = |problem: String| Failure::new(Kind::Io, format!("{shown}: {problem}"));
    let directory = session.directory().to_owned();
    let file = Mailbox::open(path, &directory, session.input).map_err(|error| failed(error.to_string()))?;
    let mut found = None;
    file.each(|_, raw| -> Result<(), Failure> {
        let raw = raw.map_err(|error| failed(error.to_string()))?;
        found = found.take().or_else(|| read_message(raw, None).ok());
        Ok(())
    })?;
    let Some(message) = found else { return Err(failed("holds no message".to_owned())) };
    let query = format!("mail:{}", quoted(&message.recorded_id()));
    if let Some(known) = project.find(&Search::new(&query, Projection::Lines))?.first() {
        let id = &known.summary.id;
        let problem = format!("{shown}: the message is in {id} already");
        return Err(Failure::new(Kind::Refused, problem).hint(format!("git support show {id}")));
    }
    let fields = message.fields(&message.title(), &message.text);
    let mail = message.received(Some(message.writer().to_string()));
    let whole = NewAttachment { name: "message.eml".to_owned(), content: message.raw };
    let files =
        message.files.into_iter().map(|file| NewAttachment { name: file.name, content: file.content });
    Ok(Some(Saved { fields, files: files.chain([whole]).collect(), mail }))
}
