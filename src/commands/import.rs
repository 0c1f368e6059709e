//! `import`: many tickets in one commit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::commands::arguments::Writing;
use crate::commands::change::{Author, refuse_secrets, rehearsed, wording, write};
use crate::commands::failure::{Failure, Kind};
use crate::commands::reading;
use crate::commands::session::Session;
use crate::intake::{Lines, read_line};
use crate::process::{Actor, Rules};
use crate::render::View;
use crate::store::git::{FileChange, ObjectId};
use crate::store::{self, Draft, Snapshot, TicketChange, layout};
use crate::ticket::{EntryId, Merged, TicketId, codec, merge};

/// The lines with mistakes that are named one by one.
const MAX_NAMED: usize = 20;
/// From this many lines on, a progress bar is worth it.
const MANY: usize = 1_000;

/// Take in tickets, one JSON object a line: as `export` writes them, or new ones
///
/// A line with a timeline is a whole ticket: one that is here already is merged, so that nothing is imported
/// twice. A line without an id is a new ticket: a title suffices; type, severity, description, created, …
/// as given. All in one commit; nothing where a line is wrong.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file; - reads standard input
    file: PathBuf,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let author = Author::of(&store)?;
    let lines = Lines::open(&args.file, &session.surroundings.directory, session.input)?;
    let mut ids = Vec::new();
    lines.each(|_, _| -> Result<(), Failure> {
        ids.push((session.ticket_id(), session.entry_id()));
        Ok(())
    })?;
    let progress = (ids.len() >= MANY).then(|| (session.progress)("importing", ids.len()));
    let mut taken = Taken::default();
    let mut secrets = !args.writing.allow_secret;
    let draft = |snapshot: &Snapshot<'_>| -> Result<Option<Draft>, Failure> {
        let rules = reading::rules(snapshot)?;
        let mut import = Import {
            snapshot,
            rules: &rules,
            author: &author,
            taken: Taken::default(),
            mistakes: Vec::new(),
            refuses_secrets: secrets,
        };
        let mut bulk = store.repository().bulk();
        let mut ids = ids.iter();
        lines.each(|number, line| -> Result<(), Failure> {
            let Some((id, entry)) = ids.next() else { return Ok(()) };
            if let Some(content) = import.line(number, line, id, entry)? {
                let blob = bulk.add(content.1).map_err(store::Error::from)?;
                import.taken.files.insert(content.0, blob);
            }
            if let Some(progress) = &progress {
                progress(number);
            }
            Ok(())
        })?;
        if !import.mistakes.is_empty() {
            return Err(wrong(&args.file, &import.mistakes));
        }
        bulk.finish().map_err(store::Error::from)?;
        // Asked again after somebody else's commit, the same lines hold the same secrets.
        secrets = false;
        taken = import.taken;
        let files = taken.files.iter().map(|(id, blob)| FileChange::stored(layout::ticket(id), *blob));
        let draft = Draft {
            files: files.collect(),
            action: Some("import"),
            subject: format!("import {}", count(taken.files.len())),
            wording: wording(&rules.settings),
            ..Draft::default()
        };
        Ok((!taken.files.is_empty()).then_some(draft))
    };
    let plan = write(&store, args.writing.dry_run, session, draft)?;
    if args.writing.push {
        crate::commands::sync::push(&store, session)?;
    }
    match plan {
        Some(plan) if args.writing.dry_run => Ok(rehearsed(plan)),
        Some(_) | None => {
            Ok(View::Imported { new: taken.new, changed: taken.changed, unchanged: taken.unchanged })
        }
    }
}

/// What the lines came to.
#[derive(Default)]
struct Taken {
    /// The blobs of the tickets that are new or changed.
    files: BTreeMap<TicketId, ObjectId>,
    new: usize,
    changed: usize,
    unchanged: usize,
}

/// An import under way, line by line.
struct Import<'a> {
    snapshot: &'a Snapshot<'a>,
    rules: &'a Rules,
    author: &'a Author,
    taken: Taken,
    mistakes: Vec<String>,
    refuses_secrets: bool,
}

impl Import<'_> {
    /// The ticket's id and file that a line leads to; none where it changes nothing, or is wrong.
    fn line(
        &mut self,
        number: usize,
        line: &str,
        id: &TicketId,
        entry: &EntryId,
    ) -> Result<Option<(TicketId, Vec<u8>)>, Failure> {
        let actor: Actor = self.author.actor(entry);
        let read = match read_line(line, id.clone(), self.rules, &actor) {
            Ok(read) => read,
            Err(problem) => {
                self.mistakes.push(format!("line {number}: {problem}"));
                return Ok(None);
            }
        };
        if self.taken.files.contains_key(read.id()) {
            self.mistakes.push(format!("line {number}: {} stands on an earlier line, too", read.id()));
            return Ok(None);
        }
        let before = self.snapshot.ticket(read.id())?;
        let after = match before.as_ref().map(|before| merge(before, &read)) {
            None => read,
            Some(Merged::One(both)) => *both,
            Some(Merged::Two { .. }) => {
                self.mistakes.push(format!("line {number}: {} is another ticket here", read.id()));
                return Ok(None);
            }
        };
        if before.as_ref() == Some(&after) {
            self.taken.unchanged += 1;
            return Ok(None);
        }
        *(if before.is_some() { &mut self.taken.changed } else { &mut self.taken.new }) += 1;
        let change = TicketChange { before, after };
        if self.refuses_secrets
            && let Err(refused) = refuse_secrets(std::slice::from_ref(&change), &[])
        {
            self.mistakes.push(format!("line {number}: {}", refused.error));
            return Ok(None);
        }
        Ok(Some((change.after.id().clone(), codec::write(&change.after).into_bytes())))
    }
}

fn count(tickets: usize) -> String {
    format!("{tickets} ticket{}", if tickets == 1 { "" } else { "s" })
}

/// The lines that are wrong; nothing was imported.
fn wrong(file: &Path, mistakes: &[String]) -> Failure {
    let mut named: Vec<&str> = mistakes.iter().take(MAX_NAMED).map(String::as_str).collect();
    let more = format!("and {} more", mistakes.len().saturating_sub(MAX_NAMED));
    if mistakes.len() > MAX_NAMED {
        named.push(&more);
    }
    let message = format!("{}: nothing was imported\n{}", file.display(), named.join("\n"));
    Failure::new(Kind::Invalid, message)
        .hint("put these lines right and run it again: what is here already is not imported twice")
}
