//! `import`: many tickets in one commit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::Writing;
use crate::commands::change::{Author, refuse_secrets, rehearsed, wording, write};
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::intake::{Issue, Lines, Source, bring, open_foreign, read_line};
use crate::process::{Rules, checksum};
use crate::render::View;
use crate::store::git::{FileChange, ObjectId};
use crate::store::{self, Draft, Snapshot, TicketChange, layout};
use crate::ticket::{EntryId, Merged, Ticket, TicketId, codec, merge};

/// The lines with mistakes that are named one by one.
const MAX_NAMED: usize = 20;
/// From this many lines on, a progress bar is worth it.
const MANY: usize = 1_000;

/// Import tickets from a file or another tracker
///
/// A line with a timeline is a whole ticket: one that is here already is merged, so that nothing is imported
/// twice. A line without an id is a new ticket: a title suffices; type, severity, description, created, …
/// as given. All in one commit; nothing where a line is wrong.
///
/// Issues of GitHub (`gh issue list --json …`, or the REST interface), GitLab, Jira (CSV), git-bug, beads, and
/// of any table are told by the file's beginning, or by --from. A second import of the same file changes
/// nothing; of a newer one, it brings what is new.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file; - reads standard input
    file: PathBuf,
    /// Where it comes from [default: told by its beginning]
    #[arg(long, value_name = "TRACKER", value_parser = PossibleValuesParser::new(Source::WORDS))]
    from: Option<String>,
    /// Which column of a table a field is in: title=Subject (can be repeated)
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = column)]
    map: Vec<(String, String)>,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let author = Author::of(&store)?;
    let (lines, source) = opened(args, session)?;
    let mut total = 0;
    lines.each(|_, _| -> Result<(), Failure> {
        total += 1;
        Ok(())
    })?;
    let progress = (total >= MANY).then(|| (session.progress)("importing", total));
    let mut taken = Taken::default();
    let mut secrets = !args.writing.allow_secret;
    let draft = |snapshot: &Snapshot<'_>| -> Result<Option<Draft>, Failure> {
        let rules = project_files::rules(snapshot)?;
        let mut import = Import {
            snapshot,
            rules: &rules,
            author: &author,
            taken: Taken::default(),
            mistakes: Vec::new(),
            refuses_secrets: secrets,
            source,
            seen: BTreeMap::new(),
        };
        let mut bulk = store.repository().bulk();
        lines.each(|number, line| -> Result<(), Failure> {
            if let Some(content) = import.line(number, line)? {
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
    Ok(match plan {
        Some(plan) if args.writing.dry_run => rehearsed(plan),
        _ => View::Imported { new: taken.new, changed: taken.changed, unchanged: taken.unchanged },
    })
}

/// The lines of the file, and the tracker they come from, if it is another.
fn opened(args: &Args, session: &mut Session<'_>) -> Result<(Lines, Option<Source>), Failure> {
    let lines = Lines::open(&args.file, &session.surroundings.directory, session.input)?;
    let named = args.from.as_deref().and_then(Source::parse);
    match named.or_else(|| Source::of(&args.file, &lines.beginning())) {
        Some(source) => Ok((open_foreign(lines, source, &args.map)?, Some(source))),
        None if args.map.is_empty() => Ok((lines, None)),
        None => Err(Failure::usage("--map tells the columns of a table").hint("--from csv")),
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
    source: Option<Source>,
    /// How often a line has stood in the file so far, by its checksum.
    seen: BTreeMap<u64, usize>,
}

impl Import<'_> {
    /// The ticket's id and file that a line leads to; none where it changes nothing, or is wrong.
    fn line(&mut self, number: usize, line: &str) -> Result<Option<(TicketId, Vec<u8>)>, Failure> {
        let read = match self.source {
            Some(source) => self.foreign(line, source)?,
            None => self.own(line.trim())?,
        };
        let (before, after) = match read {
            Ok(Some(pair)) => pair,
            Ok(None) => return Ok(None),
            Err(problem) => {
                self.mistakes.push(format!("line {number}: {problem}"));
                return Ok(None);
            }
        };
        if self.taken.files.contains_key(after.id()) {
            self.mistakes.push(format!("line {number}: {} stands on an earlier line, too", after.id()));
            return Ok(None);
        }
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

/// A ticket before and after a line; none where the line is no ticket; the inner error where it is wrong.
type Line = Result<Result<Option<(Option<Ticket>, Ticket)>, String>, Failure>;

impl Import<'_> {
    /// A line in our own form. A new ticket's ids are told by the line, and by how often it stood before, so
    /// that a second import of the same file changes nothing.
    fn own(&mut self, line: &str) -> Line {
        let count = self.seen.entry(checksum(line)).or_default();
        *count += 1;
        let mark = format!("import {count} {line}");
        let entry = EntryId::from_bits(checksum(&mark));
        let read = match read_line(line, TicketId::from_key(&mark), self.rules, &self.author.actor(&entry)) {
            Ok(read) => read,
            Err(problem) => return Ok(Err(problem)),
        };
        let before = self.snapshot.ticket(read.id())?;
        if before.as_ref().is_some_and(|before| before.timeline().iter().any(|known| known.id == entry)) {
            self.taken.unchanged += 1;
            return Ok(Ok(None));
        }
        Ok(match before.as_ref().map(|before| merge(before, &read)) {
            None => Ok(Some((before, read))),
            Some(Merged::One(both)) => Ok(Some((before, *both))),
            Some(Merged::Two { .. }) => Err(format!("{} is another ticket here", read.id())),
        })
    }

    /// An issue of another tracker.
    fn foreign(&mut self, line: &str, source: Source) -> Line {
        let read = serde_json::from_str(line)
            .map_err(|error| error.to_string())
            .and_then(|object| Issue::read(&object, source, &self.author.by, self.author.at));
        let issue = match read {
            Ok(Some(issue)) => issue,
            Ok(None) => return Ok(Ok(None)),
            Err(problem) => return Ok(Err(problem)),
        };
        let before = self.snapshot.ticket(&TicketId::from_key(&issue.key))?;
        Ok(match bring(&issue, before.as_ref(), self.rules, self.author.at) {
            Ok(Some(after)) => Ok(Some((before, after))),
            Ok(None) => {
                self.taken.unchanged += 1;
                Ok(None)
            }
            Err(problem) => Err(problem),
        })
    }
}

/// Reads `title=Subject`.
fn column(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("write FIELD=COLUMN")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
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
        .hint("correct these lines and import again (existing tickets are not duplicated)")
}
