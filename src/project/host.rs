//! What the process gives a project: where it runs, the time, random bits, progress bars, and where warnings go.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::project::failure::Failure;
use crate::store::IntroducedEntry;
use crate::store::git::ProcessEnv;
use crate::ticket::{EntryId, TicketId, Timestamp};

/// What the user's command is told of a change (`support.onChange`).
#[derive(Debug)]
pub struct Announcement {
    /// The command, as the configuration has it.
    pub command: String,
    /// Where it runs: the top folder of the work tree, or the repository.
    pub directory: PathBuf,
    /// The branch that the change is on.
    pub branch: String,
    /// The entries that came.
    pub entries: Vec<IntroducedEntry>,
}

/// A progress bar: given how much is done, it shows it; dropped, it goes.
pub type Progress = Box<dyn Fn(usize)>;

/// Warnings and remarks for standard error, a line each, in the order they came.
#[derive(Debug, Clone, Default)]
pub struct Notes(Rc<RefCell<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    notes: Vec<String>,
    remarks: Vec<String>,
}

impl Notes {
    /// Adds a note, unless it was made before.
    pub fn note(&self, note: impl Into<String>) {
        let note = note.into();
        let notes = &mut self.0.borrow_mut().notes;
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// Adds what only `--verbose` shows.
    pub fn remark(&self, remark: String) {
        self.0.borrow_mut().remarks.push(remark);
    }

    /// Takes all notes and remarks.
    #[must_use]
    pub fn take(&self) -> (Vec<String>, Vec<String>) {
        let mut lines = self.0.borrow_mut();
        (std::mem::take(&mut lines.notes), std::mem::take(&mut lines.remarks))
    }
}

/// What the process gives a project.
#[derive(Clone)]
pub struct Host<'h> {
    /// The environment, the working directory, and now.
    pub env: ProcessEnv,
    /// Where warnings go.
    pub notes: Notes,
    /// Shows how far something long has come: what it is, and how much there is of it.
    pub progress: &'h dyn Fn(&'static str, usize) -> Progress,
    /// True while a command is tried out with texts that stand for what will be written: nothing is changed.
    pub rehearsal: Rc<Cell<bool>>,
    /// The form that is asked for, where the command's answer to a change does not come in it: nothing is changed then.
    pub refused_form: Rc<Cell<Option<&'static str>>>,
    /// What the process fails with once its answer is printed: a change that is committed, and that the remote does not have.
    pub unsent: Rc<RefCell<Option<Failure>>>,
    /// Tells the user's command of a change; the error says what went wrong with it.
    pub announce: &'h dyn Fn(&Announcement) -> Result<(), String>,
    random: &'h dyn Fn() -> u64,
}

impl<'h> Host<'h> {
    /// What a process gives.
    pub fn new(
        env: ProcessEnv,
        random: &'h dyn Fn() -> u64,
        progress: &'h dyn Fn(&'static str, usize) -> Progress,
        announce: &'h dyn Fn(&Announcement) -> Result<(), String>,
    ) -> Self {
        Self {
            env,
            notes: Notes::default(),
            progress,
            rehearsal: Rc::default(),
            refused_form: Rc::default(),
            unsent: Rc::default(),
            announce,
            random,
        }
    }

    /// Now, by the clock of the process.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.env.clock.seconds()).unwrap_or_default()
    }

    /// The same process in another repository: what the environment says of this one does not hold there. `None` where that
    /// is no directory.
    #[must_use]
    pub fn at(&self, directory: &Path) -> Option<Self> {
        Some(Self { env: self.env.elsewhere(directory)?, ..self.clone() })
    }

    /// Sees that the answer to a change comes in the form that is asked for.
    ///
    /// # Errors
    /// It does not.
    pub fn check_form(&self) -> Result<(), Failure> {
        self.refused_form.get().map_or(Ok(()), |form| {
            let message = format!("this output is not available as {form}");
            Err(Failure::usage(message).hint("--format table|json|ndjson|yaml"))
        })
    }

    /// Random bits.
    #[must_use]
    pub fn random(&self) -> u64 {
        (self.random)()
    }

    /// A new entry's id.
    #[must_use]
    pub fn entry_id(&self) -> EntryId {
        EntryId::from_bits(self.random())
    }

    /// A new ticket's id.
    #[must_use]
    pub fn ticket_id(&self) -> TicketId {
        TicketId::from_bits(self.random())
    }

    /// Adds a note for standard error, once.
    pub fn note(&self, note: impl Into<String>) {
        self.notes.note(note);
    }
}
