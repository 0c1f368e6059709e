//! `import`: many tickets in one commit.

mod reader;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::WriteOptions;
use crate::commands::failure::{Failure, Kind};
use crate::commands::import::reader::Reader;
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake::{DateForm, DayOrder, Lines, Source, open_foreign, open_list, read_evidence};
use crate::process::{Incoming, Zone, checksum};
use crate::project::{AttachmentContent, Change, Imported, Outcome};
use crate::render::View;
use crate::ticket::{Attachment, TicketId, one_line};

/// The lines with mistakes that are named one by one.
const MAX_NAMED: usize = 20;
/// The entries in the importer's own name that are named one by one.
const MAX_OWN_NAMED: usize = 5;
/// The longest name of a tracker, in characters.
const MAX_TRACKER: usize = 40;
/// From this many lines on, a progress bar is worth it.
const MANY: usize = 1_000;

/// Import tickets from a file or another tracker
///
/// A line with a timeline is a complete ticket, which is merged with an existing one. A line without an ID is a new
/// ticket; it needs a title. The import is one commit. If a line is not valid, nothing is imported.
///
/// Detects issues of GitHub (`gh issue list --json …`, or the REST API), GitLab, Jira (CSV), git-bug, beads and any
/// table; --from sets the tracker. Importing the same file again changes nothing; a newer file adds what is new.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file (- for standard input)
    file: PathBuf,
    /// Set the tracker [default: detected]
    #[arg(long, value_name = "TRACKER", value_parser = PossibleValuesParser::new(Source::WORDS))]
    from: Option<String>,
    /// Set the name of the tracker in keys, if several have issues of the same number [default: that of --from]
    #[arg(long, value_name = "NAME", value_parser = tracker_name)]
    tracker: Option<String>,
    /// Map a table column to a field, as title=Subject, or a word of the tracker to one of ours, as "status:In
    /// Review=in-progress" (can be repeated)
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = column)]
    map: Vec<(String, String)>,
    /// Set the order of day and month in dates of numbers: dmy or mdy
    #[arg(long, value_name = "ORDER", value_parser = PossibleValuesParser::new(DayOrder::WORDS))]
    dates: Option<String>,
    /// Read dates without a time zone as of this one, as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = Zone::parse, allow_hyphen_values = true)]
    zone: Option<Zone>,
    /// Read attachments from DIR, as export --attachments wrote it
    #[arg(long, value_name = "DIR")]
    attachments: Option<PathBuf>,
    /// Override rules that refuse entries of existing tickets (requires -m, recorded in the timeline)
    #[arg(long, requires = "message")]
    force: bool,
    /// The reason for --force
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true, requires = "force")]
    message: Option<String>,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    session.answers_no_table()?;
    let project = session.project()?;
    let (lines, source) = opened(args, session)?;
    let mut total = 0;
    let order = args.dates.as_deref().and_then(DayOrder::parse);
    let dates = DateForm { order, zone: args.zone.clone() };
    let mut reader = Reader::new(&args.map, dates, (source, args.tracker.as_deref()))?;
    let (importer, now) = (project.me()?, session.host.now());
    lines.each(|number, line| -> Result<(), Failure> {
        total += 1;
        reader.learn(number, line, &importer, now);
        Ok(())
    })?;
    reader.settle_links();
    warn_of_gaps(&reader, session);
    let content = attachment_content(args.attachments.as_deref(), session.directory());
    let progress = (total >= MANY).then(|| (session.host.progress)("importing", total));
    let changed = project.change(&args.writing.options(), |change| {
        let mut import = Import {
            change,
            reader: &reader,
            content: &content,
            force: args.message.as_deref(),
            count: Counts::default(),
            seen: BTreeMap::new(),
            issues: BTreeMap::new(),
        };
        lines.each(|number, line| -> Result<(), Failure> {
            import.line(number, line)?;
            if let Some(progress) = &progress {
                progress(number);
            }
            Ok(())
        })?;
        let Counts { new, changed, mistakes, .. } = &import.count;
        if !mistakes.is_empty() {
            return Err(wrong(&args.file, mistakes));
        }
        let subject = format!("import {}", tickets(new + changed));
        import.change.import_subject(subject);
        Ok((import.count, std::mem::take(&mut import.change.from_file)))
    })?;
    if let Outcome::DryRun { .. } = changed.outcome {
        return Ok(views::files(changed, session));
    }
    let (Counts { new, changed, unchanged, left_out, .. }, from_file) = changed.answer;
    note_left_out(args, left_out, from_file.missing_attachments, session);
    note_own_entries(&from_file.own_entries, session);
    Ok(View::Imported { new, changed, unchanged })
}

/// Says what did not come in.
fn note_left_out(args: &Args, left_out: usize, missing: usize, session: &Session<'_>) {
    if left_out > 0 {
        let requests = if left_out == 1 { "pull request is" } else { "pull requests are" };
        session.note(format!("{left_out} {requests} left out"));
    }
    if missing > 0 {
        session.note(format!(
            "warning: {missing} attachments are missing: git support import {} --attachments DIR, of an export \
             --full --attachments DIR",
            args.file.display()
        ));
    }
}

/// Says what whoever imports answers for, because the file says that they did it.
fn note_own_entries(own: &[String], session: &Session<'_>) {
    if own.is_empty() {
        return;
    }
    let entries = if own.len() == 1 { "1 entry is".to_owned() } else { format!("{} entries are", own.len()) };
    let mut named = own.iter().take(MAX_OWN_NAMED).cloned().collect::<Vec<_>>().join(", ");
    if own.len() > MAX_OWN_NAMED {
        named += ", …";
    }
    session.note(format!("warning: {entries} in your name, as only the file tells: {named}"));
}

/// Says which words nobody knows, and what is without a date.
fn warn_of_gaps(reader: &Reader, session: &Session<'_>) {
    for (kind, word) in reader.words.unknown() {
        let is_kept = ["status", "resolution", "link"].contains(&kind);
        let fill = if is_kept { "kept in a note" } else { "left out" };
        session.note(format!(
            "warning: unknown {kind} '{}', {fill} (--map '{kind}:{}=WORD')",
            one_line(word),
            one_line(word)
        ));
    }
    if reader.unsigned > 0 {
        let count = tickets(reader.unsigned);
        session.note(format!(
            "warning: {count} without a reporter; whoever imports first is the reporter (--map reporter=COLUMN)"
        ));
    }
    if reader.unnamed > 0 {
        let count = tickets(reader.unnamed);
        session.note(format!(
            "warning: {count} without a key; a new title or date makes another ticket of an issue (--map key=COLUMN)"
        ));
    }
    if reader.uncommented > 0 {
        let count = tickets(reader.uncommented);
        session.note(format!(
            "warning: {count} without comments, which the file only counts (gh issue list --json …,comments exports them)"
        ));
    }
    if reader.undated > 0 {
        let count = tickets(reader.undated);
        session.note(format!(
            "warning: {count} without a date of opening; the first import dates them (--map created=COLUMN)"
        ));
    }
}

/// The lines of the file, and the tracker they come from, if it is another.
fn opened(args: &Args, session: &mut Session<'_>) -> Result<(Lines, Option<Source>), Failure> {
    let lines = Lines::open(&args.file, &session.host.env.directory, session.input)?;
    let named = args.from.as_deref().and_then(Source::parse);
    if lines.beginning().trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        let message = format!("{}: XML is not read", args.file.display());
        return Err(Failure::new(Kind::Invalid, message).hint("export the issues as CSV or JSON"));
    }
    let (columns, words): (Vec<_>, Vec<_>) =
        args.map.iter().cloned().partition(|(field, _)| !field.contains(':'));
    match named.or_else(|| Source::of(&args.file, &lines.beginning())) {
        Some(source) => Ok((open_foreign(lines, source, &columns)?, Some(source))),
        None if columns.is_empty() && words.is_empty() => {
            let is_list = lines.beginning().trim_start_matches('\u{feff}').trim_start().starts_with('[');
            Ok((if is_list { open_list(lines)? } else { lines }, None))
        }
        None => Err(Failure::usage("--map requires a table").hint("--from csv")),
    }
}

/// Reads attachments from a folder, where one is named.
fn attachment_content<'a>(
    folder: Option<&'a Path>,
    directory: &'a Path,
) -> impl Fn(&TicketId, &Attachment) -> Result<Option<Vec<u8>>, Failure> + 'a {
    move |id, file| {
        let Some(folder) = folder else { return Ok(None) };
        let path = folder.join(id.as_str()).join(&file.file);
        let read = read_evidence(&path, None, directory, &mut std::io::empty(), u64::MAX);
        match read {
            Ok(evidence) => Ok(Some(evidence.content)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_absent(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    kind == Some(std::io::ErrorKind::NotFound)
}

/// What the lines came to.
#[derive(Default)]
struct Counts {
    new: usize,
    changed: usize,
    unchanged: usize,
    /// Pull requests.
    left_out: usize,
    mistakes: Vec<String>,
}

/// An import under way, line by line.
struct Import<'a, 'p, 'h> {
    change: &'a mut Change<'p, 'h>,
    reader: &'a Reader,
    content: &'a AttachmentContent<'a>,
    /// The reason to take what the rules refuse.
    force: Option<&'a str>,
    count: Counts,
    /// How often a line has stood in the file so far, by its checksum.
    seen: BTreeMap<u64, usize>,
    /// The issues of the file so far: the line of each, and its checksum.
    issues: BTreeMap<TicketId, (usize, u64)>,
}

impl Import<'_, '_, '_> {
    fn line(&mut self, number: usize, line: &str) -> Result<(), Failure> {
        let line = line.trim();
        let importer = (self.change.author().clone(), self.change.at());
        let imported = match self.reader.read(number, line, importer, self.change)? {
            Ok(None) => {
                self.count.left_out += 1;
                return Ok(());
            }
            Ok(Some(Incoming::Issue(issue))) if self.is_again(&issue.id, number, line) => {
                let (first, sum) = self.issues.get(&issue.id).copied().unwrap_or_default();
                let key = one_line(&issue.key);
                // Pages of an export overlap.
                if sum == checksum(line) {
                    Ok(Imported::Unchanged)
                } else {
                    Err(format!("{key} is on line {first}, too, and differs there"))
                }
            }
            Ok(Some(incoming)) => {
                // Two lines that say the same are two tickets; a second import of the file is the same two.
                let count = self.seen.entry(checksum(line)).or_default();
                *count += 1;
                let mark = format!("import {count} {line}");
                self.change.import(incoming, &mark, self.content, self.force)?
            }
            Err(problem) => Err(problem),
        };
        match imported {
            Ok(Imported::New) => self.count.new += 1,
            Ok(Imported::Changed) => self.count.changed += 1,
            Ok(Imported::Unchanged) => self.count.unchanged += 1,
            Err(problem) => self.count.mistakes.push(format!("line {number}: {problem}")),
        }
        Ok(())
    }

    /// True for an issue that was on an earlier line.
    fn is_again(&mut self, id: &TicketId, number: usize, line: &str) -> bool {
        let is_again = self.issues.contains_key(id);
        if !is_again {
            self.issues.insert(id.clone(), (number, checksum(line)));
        }
        is_again
    }
}

/// The name of a tracker, as it begins a key.
fn tracker_name(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=MAX_TRACKER).contains(&text.len()) && text.chars().all(is_part) {
        return Ok(text.to_lowercase());
    }
    Err(format!("letters, digits, '-', '_' and '.', at most {MAX_TRACKER}"))
}

/// Reads `title=Subject`.
fn column(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("write FIELD=COLUMN, or KIND:WORD=WORD")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

fn tickets(count: usize) -> String {
    format!("{count} ticket{}", if count == 1 { "" } else { "s" })
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
