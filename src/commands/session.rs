//! What every command is given: where it runs, when, who, and the ways to ask back.

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::commands::failure::Failure;
use crate::project::{Host, Project, Scope};
use crate::render::{Format, View};
use crate::ticket::{Timestamp, parse_span};

/// A text that somebody is to write in an editor.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// What the editor opens on.
    pub begin: &'a str,
    /// What stands for it while the command is rehearsed.
    pub stand_in: &'a str,
    /// The kept text to take instead: its name, or nothing where there is one alone.
    pub resume: Option<&'a str>,
}

/// Opens an editor on a text and returns what it was left with.
pub(crate) type Editor<'a> = &'a dyn Fn(&Draft<'_>) -> anyhow::Result<String>;

/// How a command that was run has ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit status; none where a signal ended it.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The end of what it printed.
    pub output: String,
}

impl Finished {
    /// The status that a shell gives it.
    #[must_use]
    pub fn shell_status(&self) -> u8 {
        let status = self.status.unwrap_or_else(|| 128 + self.signal.unwrap_or_default());
        u8::try_from(status & 0xff).unwrap_or(1)
    }
}

/// Asks somebody at the terminal a question.
pub(crate) type Ask<'a> = &'a dyn Fn(&str) -> anyhow::Result<bool>;

/// Asks somebody at the terminal for a text; the second argument is what nothing typed means.
pub(crate) type AskText<'a> = &'a dyn Fn(&str, &str) -> anyhow::Result<String>;

/// Runs a command, and passes on what it prints.
pub(crate) type Execute<'a> = &'a dyn Fn(&[OsString]) -> anyhow::Result<Finished>;

/// Writes a file, and the folders it lies in.
pub(crate) type Save<'a> = &'a dyn Fn(&Path, &[u8]) -> anyhow::Result<()>;

/// True where a file may be written: it is not there, or holds a mark that tells that an earlier run wrote it.
pub(crate) type MayWrite<'a> = &'a dyn Fn(&Path, Option<&str>) -> bool;

/// Takes away the files in a folder that hold a mark of ours, but for those to keep; how many.
pub(crate) type Tidy<'a> = &'a dyn Fn(&Path, &str, &[PathBuf]) -> anyhow::Result<usize>;

/// Prints a part of an answer that continues; false where nobody reads any more.
pub(crate) type Stream<'a> = &'a dyn Fn(&View) -> Result<bool, Failure>;

/// What is left to do once an answer has been shown.
pub(crate) type OnceShown<'a> = RefCell<Option<Box<dyn FnOnce() -> Result<(), Failure> + 'a>>>;

/// The process, as commands see it.
pub struct Session<'a> {
    /// What a project is given: environment, clock, randomness, notes, progress.
    pub host: Host<'a>,
    /// The branch named on the command line.
    pub branch: Option<String>,
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// True where somebody sits at a terminal, so that an editor may be opened.
    pub interactive: bool,
    /// Asks somebody at the terminal a question that is answered with yes or no.
    pub ask: Ask<'a>,
    /// Asks somebody at the terminal for a text.
    pub ask_text: AskText<'a>,
    /// The user's editor.
    pub editor: Editor<'a>,
    /// Runs somebody's command.
    pub execute: Execute<'a>,
    /// Writes a file that somebody asked for, whole or not at all.
    pub save: Save<'a>,
    /// The same for a path that was typed: what it leads to is written.
    pub save_through: Save<'a>,
    /// Whether a file may be written in the place of what is there.
    pub may_write: MayWrite<'a>,
    /// Takes away the files in a folder that earlier runs wrote, but for those to keep; how many.
    pub tidy: Tidy<'a>,
    /// Standard output, for what is too long to be held in memory.
    pub output: &'a mut dyn Write,
    /// Prints a part of an answer that continues; false where nobody reads any more.
    pub stream: Stream<'a>,
    /// Waits.
    pub wait: &'a dyn Fn(Duration),
    /// The form of the answer.
    pub format: Format,
    /// True where the answer is a table on a terminal.
    pub on_terminal: bool,
    /// The instant as of which the answer holds, in seconds since 1970 UTC; none for now.
    pub instant_seconds: Cell<Option<i64>>,
    /// The branch that was looked at, where it holds nothing of git-support yet; `HEAD`, which git takes for no branch's name,
    /// where none is checked out.
    pub unused: RefCell<Option<String>>,
    /// What is done once the answer has been shown, and not where that failed.
    pub once_shown: OnceShown<'a>,
}

impl<'a> Session<'a> {
    /// Opens the tickets of the repository around the working directory, as they are now.
    ///
    /// # Errors
    /// There is no repository, or no branch to work on.
    pub fn project(&self) -> Result<Project<'a>, Failure> {
        self.project_in(Scope::Now)
    }

    /// The same, in the state that a scope names.
    ///
    /// # Errors
    /// There is no repository, no branch to work on, or no such revision; or what stands where tickets belong is no folder.
    pub fn project_in(&self, scope: Scope) -> Result<Project<'a>, Failure> {
        let scope = match scope {
            // A day is taken at its end, and today's is not over.
            Scope::At(when)
                if when == "today" || instant_said("today", self.host.now()).as_ref() == Some(&when) =>
            {
                Scope::At(self.host.now().to_string())
            }
            Scope::At(when) => Scope::At(instant_said(&when, self.host.now()).unwrap_or(when)),
            Scope::Now | Scope::AllBranches | Scope::Built(_) => scope,
        };
        let project = Project::open(&self.host, self.branch.as_deref(), scope)?;
        self.opened(&project);
        Ok(project)
    }

    /// The same, as it is now, for what tells the user what is wrong with it.
    pub(crate) fn damaged_project(&self) -> Result<Project<'a>, Failure> {
        let project = Project::open_damaged(&self.host, self.branch.as_deref(), Scope::Now)?;
        self.opened(&project);
        Ok(project)
    }

    /// Keeps what the answer is to say of a project.
    fn opened(&self, project: &Project<'_>) {
        self.instant_seconds.set(project.instant().map(|instant| instant.unix()));
        self.unused.replace(project.is_unused().then(|| project.branch().to_owned()));
    }

    /// The working directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.host.env.directory
    }

    /// True where the answer goes into a format for machines.
    pub(crate) fn is_for_machines(&self) -> bool {
        self.format != Format::Table
    }

    /// Sees that the form that is asked for is none of tables, before anything is changed: the answer is none.
    ///
    /// # Errors
    /// It is.
    pub(crate) fn answers_no_table(&self) -> Result<(), Failure> {
        if matches!(self.format, Format::Csv | Format::Markdown) {
            self.host.refused_form.set(Some(self.format.name()));
        }
        self.host.check_form()
    }

    /// Says something on standard error, once.
    pub fn note(&self, note: impl Into<String>) {
        self.host.note(note);
    }
}

/// The shortest name that git takes for a commit's.
const MIN_REVISION: usize = 4;

/// The day or instant that a word names, as a query names it: `now`, `today`, `yesterday`, or how long ago, such as `7d`.
pub(crate) fn instant_said(word: &str, now: Timestamp) -> Option<String> {
    let day = |at: Timestamp| at.to_string().chars().take_while(|c| *c != 'T').collect();
    match word {
        "now" => Some(now.to_string()),
        "today" => Some(day(now)),
        "yesterday" => Some(day(now.before(Duration::from_secs(86_400)))),
        // `1234d` may be a commit.
        word if word.len() < MIN_REVISION => parse_span(word).map(|span| now.before(span).to_string()),
        _ => None,
    }
}

/// The branch whose tickets a command reads and writes now, where `named` may name another than the usual one.
///
/// # Errors
/// There is no repository, or no branch to work on.
pub fn branch_now(host: &Host<'_>, named: Option<&str>) -> Result<String, Failure> {
    Ok(Project::open(host, named, Scope::Now)?.branch().to_owned())
}
