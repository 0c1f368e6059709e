//! Arguments that several verbs share.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::{Draft, Session};
use crate::commands::views;
use crate::intake;
use crate::process::{Changes, FieldChange, FollowUp, Refusal};
use crate::project::{Change, ChangeOptions, Project, Scope};
use crate::query::joined;
use crate::render::View;
use crate::ticket::{
    Area, Field, Finding, Level, Node, Resolution, Severity, Status, Type, is_base32, parse_span, visible,
};

/// How a write is made.
#[derive(Debug, Default, clap::Args)]
pub(super) struct WriteOptions {
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    pub dry_run: bool,
    /// Fail unless ENTRY is the ticket's latest entry
    #[arg(long, value_name = "ENTRY")]
    pub if_match: Option<String>,
    /// Push to the branch's remote, and retry if it has moved
    #[arg(long, conflicts_with = "dry_run")]
    pub push: bool,
    /// Write even if the text looks like a secret
    #[arg(long)]
    pub allow_secret: bool,
}

impl WriteOptions {
    /// How the change is made.
    pub(crate) fn options(&self) -> ChangeOptions {
        ChangeOptions {
            dry_run: self.dry_run,
            if_match: self.if_match.clone(),
            push: self.push,
            allow_secret: self.allow_secret,
        }
    }
}

/// How the files of a project (settings, team, vendors, releases) are changed.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct FileWriteOptions {
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Write even if the text looks like a secret
    #[arg(long)]
    allow_secret: bool,
}

impl FileWriteOptions {
    /// Makes a change of files with a subject of its own.
    ///
    /// # Errors
    /// What `make` refuses, or the write fails.
    pub(crate) fn change(
        &self,
        subject: &str,
        session: &Session<'_>,
        make: impl Fn(&mut Change<'_, '_>) -> Result<(), Failure>,
    ) -> Result<View, Failure> {
        let (dry_run, allow_secret) = (self.dry_run, self.allow_secret);
        let options = ChangeOptions { dry_run, allow_secret, ..ChangeOptions::default() };
        let changed = session.project()?.change(&options, |change| {
            change.subject(subject);
            make(change)
        })?;
        Ok(views::files(changed, session))
    }
}

/// What is said.
#[derive(Debug, clap::Args)]
pub(super) struct Message {
    /// Use TEXT as the message (can be repeated, one paragraph each)
    #[arg(short, long, allow_hyphen_values = true, value_name = "TEXT")]
    pub message: Vec<String>,
    /// Read the message from FILE (- for standard input)
    #[arg(short = 'F', long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Edit the message before saving
    #[arg(short, long)]
    pub edit: bool,
    /// Use the text that was kept when it was refused
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with_all = ["message", "file"]
    )]
    pub resume: Option<String>,
}

/// What it took.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Spending {
    /// Record time spent, such as 45m or 1h30m
    #[arg(long, value_name = "DURATION", value_parser = minutes)]
    pub spent: Option<u64>,
}

/// Reads a span of time as minutes, of which there must be some.
fn minutes(text: &str) -> Result<u64, String> {
    let span = parse_span(text).map(|span| span.as_secs() / 60).filter(|minutes| *minutes > 0);
    span.ok_or_else(|| format!("'{text}' is not a valid duration (use 45m or 1h30m)"))
}

/// Reads a duration, of which there must be some.
pub(super) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let seconds = text.strip_suffix('s').and_then(|seconds| seconds.parse().ok());
    let span = seconds.map(std::time::Duration::from_secs).or_else(|| parse_span(text));
    span.filter(|span| !span.is_zero())
        .ok_or_else(|| format!("'{text}' is not a valid duration (use 90s, 30m or 8h)"))
}

/// What stands for a text that will be written.
const STAND_IN: &str = "What will be written.\n";

const SAY_HELP: &str = "# Say it above. An empty text changes nothing.";

/// What a text comes to that somebody emptied in the editor.
pub(super) fn left_empty() -> Failure {
    Failure::new(Kind::Refused, "the text was left empty; nothing was changed")
}

impl Message {
    /// The text, if one was given or is to be the one that was kept.
    pub(crate) fn read(&self, session: &mut Session<'_>) -> Result<Option<String>, Failure> {
        if self.resume.is_some() { self.write("", session).map(Some) } else { self.given(session) }
    }

    /// The text, if one was given; what was kept is the caller's form, of which the text is a part.
    pub(crate) fn given(&self, session: &mut Session<'_>) -> Result<Option<String>, Failure> {
        let directory = session.directory().to_owned();
        let said = intake::read_message(&self.message, self.file.as_deref(), &directory, session.input)?;
        if self.edit { self.write(&said.unwrap_or_default(), session).map(Some) } else { Ok(said) }
    }

    /// The text; on a terminal the editor opens where none was given.
    pub(crate) fn need(&self, session: &mut Session<'_>) -> Result<String, Failure> {
        if let Some(text) = self.read(session)? {
            return Ok(text);
        }
        if !session.interactive {
            return Err(Refusal::EmptyNote.into());
        }
        self.write("", session)
    }

    /// A text to be written, or the one that was kept.
    pub(crate) fn draft<'a>(&'a self, begin: &'a str, stand_in: &'a str) -> Draft<'a> {
        Draft { begin, stand_in, resume: self.resume.as_deref() }
    }

    /// A text that is edited first; the message, where one is given, stands after it.
    pub(crate) fn edited(&self, begin: &str, session: &mut Session<'_>) -> Result<String, Failure> {
        let directory = session.directory().to_owned();
        let said = intake::read_message(&self.message, self.file.as_deref(), &directory, session.input)?;
        let parts: Vec<&str> = std::iter::once(begin).chain(said.as_deref()).collect();
        self.write(&parts.join("\n"), session)
    }

    /// The text as it was left in the editor.
    fn write(&self, begin: &str, session: &mut Session<'_>) -> Result<String, Failure> {
        let begin = format!("{begin}\n{}\n{SAY_HELP}\n", intake::SCISSORS);
        let left = (session.editor)(&self.draft(&begin, STAND_IN))?;
        let text = intake::without_help(&left, SAY_HELP);
        let text = text.trim_matches('\n');
        if text.trim().is_empty() {
            return Err(left_empty());
        }
        Ok(format!("{text}\n"))
    }
}

/// The query that somebody gave; `None` where they gave none. An empty one is no query: a variable that was not set would
/// mean everything.
///
/// # Errors
/// The query is empty.
pub(super) fn given_query(words: &[String]) -> Result<Option<String>, Failure> {
    if words.is_empty() {
        return Ok(None);
    }
    let query = joined(words);
    if words.iter().any(|word| word.trim().is_empty()) {
        return Err(
            Failure::usage("the query is empty").hint("leave it out, or name what is meant: status:open")
        );
    }
    Ok(Some(query))
}

/// True where arguments are a query, and no ids: one of them has a sign of a query, or is a word that no id can be; or they
/// are words of letters alone, and no ticket's.
pub(super) fn is_query(words: &[String], project: &Project<'_>) -> bool {
    let is_word = |word: &String| {
        let id = word.strip_prefix('#').unwrap_or(word).to_lowercase();
        id.chars().all(char::is_alphabetic) && !is_base32(&id)
    };
    let are_words = || words.iter().all(|word| word.chars().all(char::is_alphabetic));
    has_sign(words) || words.iter().any(is_word) || (are_words() && project.ids(words).is_err())
}

/// Refuses words that find nothing, where an id may have been meant.
pub(super) fn found_or_named<T>(words: &[String], found: Vec<T>) -> Result<Vec<T>, Failure> {
    if !found.is_empty() || words.is_empty() || has_sign(words) {
        return Ok(found);
    }
    let message = format!("no ticket has the ID or the words '{}'", visible(&words.join(" ")));
    Err(Failure::new(Kind::NotFound, message).hint("git support list --all"))
}

fn has_sign(words: &[String]) -> bool {
    let plain = |word: &String| word.strip_prefix('#').unwrap_or(word).chars().all(char::is_alphanumeric);
    !words.iter().all(plain)
}

/// When a read looks.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ReadOptions {
    /// Read tickets as of a revision, date or time
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
    /// Read tickets from all local and remote-tracking branches, merged
    #[arg(long, conflicts_with = "at")]
    pub all_branches: bool,
}

impl ReadOptions {
    /// True where another state than the present is asked for.
    pub(crate) fn is_set(&self) -> bool {
        self.all_branches || self.at.is_some()
    }

    /// Which state of the tickets is read.
    pub(crate) fn scope(&self) -> Scope {
        match &self.at {
            _ if self.all_branches => Scope::AllBranches,
            Some(at) => Scope::At(at.clone()),
            None => Scope::Now,
        }
    }
}

/// Fields of a ticket, by flag.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Fields")]
pub(super) struct FieldOptions {
    /// Set the ticket type
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(Type::WORDS))]
    pub kind: Option<String>,
    /// Set the severity
    #[arg(long, value_parser = PossibleValuesParser::new(Severity::WORDS))]
    pub severity: Option<String>,
    /// Set the area
    #[arg(long, value_parser = PossibleValuesParser::new(Area::WORDS))]
    pub area: Option<String>,
    /// Set the support level
    #[arg(long, value_parser = PossibleValuesParser::new(Level::WORDS))]
    pub level: Option<String>,
    /// Set the status
    #[arg(long, value_parser = PossibleValuesParser::new(Status::WORDS))]
    pub status: Option<String>,
    /// Set the resolution code
    #[arg(long, value_parser = PossibleValuesParser::new(Resolution::WORDS))]
    pub resolution: Option<String>,
    /// Add a commit that fixes it (can be repeated)
    #[arg(long, value_name = "COMMIT")]
    pub commit: Vec<String>,
    /// Set the reporter: a name, an address, or me
    #[arg(long, value_name = "WHO")]
    pub reporter: Option<String>,
    /// Set the channel: cli, ci, email, phone, web, import
    #[arg(long)]
    pub channel: Option<String>,
    /// Set the owner: a name, an address, or me
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// Set the assignee: a name, an address, or me
    #[arg(long, value_name = "WHO")]
    pub assignee: Option<String>,
    /// Set the environment, such as production
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    pub environment: Option<String>,
    /// Set the expected effort: 90m, 6h, 2d, 1w
    #[arg(long, value_name = "DURATION")]
    pub estimate: Option<String>,
    /// Add an affected release (can be repeated)
    #[arg(long, value_name = "VERSION")]
    pub affects: Vec<String>,
    /// Add a label (can be repeated)
    #[arg(long, value_name = "WORD")]
    pub label: Vec<String>,
    #[command(flatten)]
    findings: FindingOptions,
}

impl FieldOptions {
    /// The changes that the flags ask for; people and commits as typed are resolved in the project.
    pub(crate) fn changes(
        &self,
        project: &Project<'_>,
        session: &mut Session<'_>,
    ) -> Result<Changes, Failure> {
        let mut changes = Changes::new();
        let commits: Vec<String> =
            self.commit.iter().map(|commit| project.code_commit_name(commit)).collect::<Result<_, _>>()?;
        for (field, value) in [
            (Field::Type, self.kind.clone()),
            (Field::Severity, self.severity.clone()),
            (Field::Area, self.area.clone()),
            (Field::Level, self.level.clone()),
            (Field::Status, self.status.clone()),
            (Field::Reporter, self.reporter.clone()),
            (Field::Channel, self.channel.clone()),
            (Field::Owner, self.owner.clone()),
            (Field::Assignee, self.assignee.clone()),
            (Field::Environment, self.environment.clone()),
            (Field::Estimate, self.estimate.clone()),
            (Field::Resolution, self.resolution.clone()),
        ] {
            changes.extend(value.map(|value| (field, FieldChange::to_text(value))));
        }
        let [affects, labels] = [&self.affects, &self.label].map(|lines| intake::all_members(lines));
        for (field, members) in
            [(Field::Affects, affects), (Field::Labels, labels), (Field::Commits, commits)]
        {
            if !members.is_empty() {
                changes.insert(field, FieldChange::adding(members));
            }
        }
        changes.extend(self.findings.changes(session)?);
        Ok(changes)
    }
}

/// When to ask again, as typed.
pub(super) fn follow_up(text: &str) -> Result<FollowUp, String> {
    FollowUp::parse(text).ok_or_else(|| {
        format!("'{text}' is not a valid date or duration (use 3d for working days, 12h, tomorrow, 2099-12-01 or 2099-12-01T09:00)")
    })
}

/// The changes that a form asks for.
pub(crate) fn form_changes(fields: Vec<(Field, Option<Node>)>) -> Changes {
    fields.into_iter().map(|(field, value)| (field, FieldChange::To(value))).collect()
}

/// Findings, by flag.
#[derive(Debug, clap::Args)]
pub(super) struct FindingOptions {
    /// Set the requirements (- for standard input)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    requirements: Option<String>,
    /// Set the troubleshooting done (- for standard input)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    troubleshooting: Option<String>,
    /// Set the steps to reproduce (- for standard input)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    reproduction: Option<String>,
    /// Set the diagnosis (- for standard input)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    diagnosis: Option<String>,
    /// Set the workaround (- for standard input)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    workaround: Option<String>,
}

impl FindingOptions {
    /// The findings that the flags give.
    pub(crate) fn changes(&self, session: &mut Session<'_>) -> Result<Changes, Failure> {
        let mut changes = Changes::new();
        for (finding, text) in [
            (Finding::Requirements, &self.requirements),
            (Finding::Troubleshooting, &self.troubleshooting),
            (Finding::Reproduction, &self.reproduction),
            (Finding::Diagnosis, &self.diagnosis),
            (Finding::Workaround, &self.workaround),
        ] {
            if let Some(text) = text {
                let text = intake::read_text(text, session.input)?;
                changes.insert(Field::Findings(finding), FieldChange::to_text(text));
            }
        }
        Ok(changes)
    }
}
