//! `import`: many tickets in one commit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::WriteOptions;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake::{
    DayOrder, Issue, Lines, Reading, Source, WordKind, Words, incoming, open_foreign, open_list,
    read_evidence, read_line,
};
use crate::process::{Incoming, checksum};
use crate::project::{AttachmentContent, Change, Imported, Outcome};
use crate::render::View;
use crate::ticket::{Attachment, LinkKind, Person, TicketId, Timestamp, one_line};

/// The lines with mistakes that are named one by one.
const MAX_NAMED: usize = 20;
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
    /// Map a table column to a field, as title=Subject, or a word of the tracker to one of ours, as "status:In
    /// Review=in-progress" (can be repeated)
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = column)]
    map: Vec<(String, String)>,
    /// Set the order of day and month in dates of numbers: dmy or mdy
    #[arg(long, value_name = "ORDER", value_parser = PossibleValuesParser::new(DayOrder::WORDS))]
    dates: Option<String>,
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
    let project = session.project()?;
    let (lines, source) = opened(args, session)?;
    let mut total = 0;
    let mut reader = Reader::new(args, source)?;
    let (importer, now) = (project.me()?, session.host.now());
    lines.each(|number, line| -> Result<(), Failure> {
        total += 1;
        reader.learn(number, line, &importer, now);
        Ok(())
    })?;
    for (kind, word) in reader.words.unknown() {
        let fill = if kind == "status" || kind == "resolution" { "kept in a note" } else { "left out" };
        session.note(format!(
            "warning: unknown {kind} '{}', {fill} (--map '{kind}:{}=WORD')",
            one_line(word),
            one_line(word)
        ));
    }
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
        import.count.missing = import.change.missing_attachments;
        Ok(import.count)
    })?;
    if let Outcome::DryRun { .. } = changed.outcome {
        return Ok(views::files(changed, session));
    }
    let Counts { new, changed, unchanged, missing, .. } = changed.answer;
    if missing > 0 {
        session.note(format!(
            "warning: {missing} attachments are missing: git support import {} --attachments DIR, of an export \
             --full --attachments DIR",
            args.file.display()
        ));
    }
    Ok(View::Imported { new, changed, unchanged })
}

/// The lines of the file, and the tracker they come from, if it is another.
fn opened(args: &Args, session: &mut Session<'_>) -> Result<(Lines, Option<Source>), Failure> {
    let lines = Lines::open(&args.file, &session.host.env.directory, session.input)?;
    let named = args.from.as_deref().and_then(Source::parse);
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
    missing: usize,
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
}

impl Import<'_, '_, '_> {
    fn line(&mut self, number: usize, line: &str) -> Result<(), Failure> {
        let line = line.trim();
        let (by, at) = (self.change.author().clone(), self.change.at());
        let imported = match self.reader.read(number, line, &by, at) {
            Ok(None) => return Ok(()),
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
}

/// How lines are read: of a tracker, with its words, and with the links that all its issues tell.
struct Reader {
    source: Option<Source>,
    words: Words,
    order: Option<DayOrder>,
    /// The tickets of the file's issues.
    known: BTreeSet<TicketId>,
    /// The links that issues tell, and the other ends of them.
    links: BTreeMap<TicketId, Vec<(LinkKind, TicketId)>>,
    /// Which of several issues without a key, with one title and date, a line is: by its number.
    nth: BTreeMap<usize, usize>,
    counts: BTreeMap<String, usize>,
}

impl Reader {
    fn new(args: &Args, source: Option<Source>) -> Result<Self, Failure> {
        let mut words = Words::default();
        for (field, ours) in args.map.iter().filter(|(field, _)| field.contains(':')) {
            let (kind, theirs) = field.split_once(':').unwrap_or((field, ""));
            let Some(kind) = WordKind::parse(kind) else {
                let message = format!(
                    "'{kind}' is not a valid kind of word (possible values: {})",
                    WordKind::WORDS.join(", ")
                );
                return Err(Failure::usage(message));
            };
            words.map(kind, theirs, ours).map_err(Failure::usage)?;
        }
        Ok(Self {
            source,
            words,
            order: args.dates.as_deref().and_then(DayOrder::parse),
            known: BTreeSet::new(),
            links: BTreeMap::new(),
            nth: BTreeMap::new(),
            counts: BTreeMap::new(),
        })
    }

    /// Takes down what a line says of others.
    fn learn(&mut self, number: usize, line: &str, importer: &Person, now: Timestamp) {
        let Some(source) = self.source else { return };
        let Ok(object) = serde_json::from_str(line) else { return };
        let mut reading = Reading { source, importer, now, words: &mut self.words, order: self.order };
        // What is wrong with it is said when it is imported.
        let Ok(Some(first)) = Issue::read(&object, 1, &mut reading) else { return };
        let count = self.counts.entry(first.key.clone()).or_default();
        *count += 1;
        let nth = *count;
        self.nth.insert(number, nth);
        let Ok(Some(issue)) = Issue::read(&object, nth, &mut reading) else { return };
        let id = TicketId::from_key(&issue.key);
        for (kind, other) in &issue.links {
            let (kind, other) = (LinkKind::parse(kind), TicketId::from_key(other));
            if other != id {
                let converse = kind.converse().map(|converse| (converse, id.clone()));
                self.links.entry(other.clone()).or_default().extend(converse);
                self.links.entry(id.clone()).or_default().push((kind, other));
            }
        }
        self.known.insert(id);
    }

    /// What a line brings; none where it is no ticket.
    fn read(
        &self,
        number: usize,
        line: &str,
        by: &Person,
        at: Timestamp,
    ) -> Result<Option<Incoming>, String> {
        let Some(source) = self.source else { return read_line(line).map(Some) };
        let object = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let mut words = self.words.clone();
        let mut reading = Reading { source, importer: by, now: at, words: &mut words, order: self.order };
        let nth = self.nth.get(&number).copied().unwrap_or(1);
        let Some(mut issue) = Issue::read(&object, nth, &mut reading)? else { return Ok(None) };
        let id = TicketId::from_key(&issue.key);
        // A link to what is not in the file is a word, and no link.
        let lost = issue.links.iter().filter(|(_, other)| !self.known.contains(&TicketId::from_key(other)));
        issue.facts.extend(lost.map(|(kind, other)| format!("{kind}: {other}")).collect::<Vec<_>>());
        let links = self.links.get(&id).into_iter().flatten();
        let links: Vec<_> = links.filter(|(_, other)| self.known.contains(other)).cloned().collect();
        Ok(Some(Incoming::Issue(Box::new(incoming(&issue, &links)))))
    }
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
