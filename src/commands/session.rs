//! What every command is given: where it runs, when, who, and the ways to ask back.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;

use crate::commands::failure::Failure;
use crate::render::Format;
use crate::store::Store;
use crate::store::git::Surroundings;
use crate::ticket::{EntryId, Moment, TicketId};

/// Opens an editor on a text and returns what it was left with.
pub(crate) type Editor<'a> = &'a dyn Fn(&str) -> anyhow::Result<String>;

/// A progress bar: given how much is done, it shows it; dropped, it goes.
pub type Progress = Box<dyn Fn(usize)>;

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

/// Runs a command, and passes on what it prints.
pub(crate) type Execute<'a> = &'a dyn Fn(&[OsString]) -> anyhow::Result<Finished>;

/// Writes a file, and the folders it lies in.
pub(crate) type Save<'a> = &'a dyn Fn(&Path, &[u8]) -> anyhow::Result<()>;

/// The process, as commands see it.
pub struct Session<'a> {
    /// What the process was started with.
    pub surroundings: Surroundings,
    /// The branch named on the command line.
    pub branch: Option<String>,
    /// Random bits.
    pub random: &'a mut dyn FnMut() -> u64,
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// True where somebody sits at a terminal, so that an editor may be opened.
    pub interactive: bool,
    /// The user's editor.
    pub editor: Editor<'a>,
    /// Runs somebody's command.
    pub execute: Execute<'a>,
    /// Writes a file that somebody asked for, whole or not at all.
    pub save: Save<'a>,
    /// Shows how far something long has come.
    pub progress: &'a dyn Fn(&'static str, usize) -> Progress,
    /// Standard output, for what is too long to be held in memory.
    pub output: &'a mut dyn Write,
    /// The form of the answer.
    pub format: Format,
    /// True where the answer is a table on a terminal.
    pub on_terminal: bool,
    /// Warnings and remarks for standard error, a line each.
    pub notes: Vec<String>,
    /// What was written, for those who asked to be told.
    pub remarks: Vec<String>,
}

impl Session<'_> {
    /// Opens the tickets of the repository around the working directory.
    ///
    /// # Errors
    /// There is no repository, or no branch to work on.
    pub fn store(&self) -> Result<Store, Failure> {
        Ok(Store::open(self.surroundings.clone(), self.branch.as_deref())?)
    }

    /// Now, by the clock of the process.
    pub(crate) fn now(&self) -> Moment {
        let seconds = self.surroundings.now_seconds;
        Moment::from_unix(seconds).unwrap_or_default()
    }

    /// A new entry's id.
    pub fn entry_id(&mut self) -> EntryId {
        EntryId::from_bits((self.random)())
    }

    /// A new ticket's id.
    pub fn ticket_id(&mut self) -> TicketId {
        TicketId::from_bits((self.random)())
    }

    /// True where the answer goes into a format for machines.
    pub(crate) fn is_for_machines(&self) -> bool {
        self.format != Format::Table
    }

    /// Says something on standard error, once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
