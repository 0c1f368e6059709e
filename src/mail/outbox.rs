//! What is being sent: a file a message, so that whoever dies between sending and recording does not send it twice.
//!
//! `ID.eml` is written first; the shell that hands it to the mail program renames it to `ID.sent` when that has taken it,
//! and goes on doing so when this process is gone. What is recorded in the ticket is removed.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// For how long a message may be under way in another process before it counts as broken off.
const UNDER_WAY: Duration = Duration::from_mins(2);

/// The folder of messages that are being sent.
#[derive(Debug)]
pub struct Outbox(PathBuf);

/// What is known of a message from an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing: it was not tried.
    Untried,
    /// The mail program has taken it, and no ticket says so.
    Sent,
    /// It may still be under way.
    UnderWay,
    /// It was tried, and broken off: the mail program may have taken it.
    BrokenOff,
}

/// The mail program of this machine, where it lies as git looks for it.
#[must_use]
pub fn sendmail() -> Option<&'static str> {
    ["/usr/sbin/sendmail", "/usr/lib/sendmail"].into_iter().find(|path| Path::new(path).exists())
}

impl Outbox {
    /// The outbox in the folder of this clone's own files.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(own: &Path) -> io::Result<Self> {
        let folder = own.join("outbox");
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Takes the outbox for one run, which the system gives back when the process ends; `None` where another run has it.
    ///
    /// # Errors
    /// The file of the lock cannot be made.
    pub fn lock(&self) -> io::Result<Option<File>> {
        let file = File::create(self.0.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.0.join(format!("{name}.{ending}"))
    }

    /// The file of a message that is being sent, and what it is called once it was.
    #[must_use]
    pub fn paths(&self, name: &str) -> (PathBuf, PathBuf) {
        (self.path(name, "eml"), self.path(name, "sent"))
    }

    /// What is known of a message.
    #[must_use]
    pub fn state(&self, name: &str) -> State {
        let (begun, sent) = self.paths(name);
        if sent.exists() {
            return State::Sent;
        }
        let Ok(written) = fs::metadata(&begun).and_then(|file| file.modified()) else {
            return State::Untried;
        };
        match written.elapsed() {
            Ok(age) if age < UNDER_WAY => State::UnderWay,
            Ok(_) | Err(_) => State::BrokenOff,
        }
    }

    /// Writes a message down before it is sent; false where another run was first.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn begin(&self, name: &str, message: &[u8]) -> io::Result<bool> {
        if self.state(name) == State::BrokenOff {
            fs::remove_file(self.path(name, "eml"))?;
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        file.write_all(message)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(self.path(name, "eml")) {
            Ok(_) => Ok(true),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.error),
        }
    }

    /// Forgets what was sent and recorded by a run that was ended before it could: all but these names.
    pub fn keep_only(&self, names: &[String]) {
        let Ok(files) = fs::read_dir(&self.0) else { return };
        for file in files.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let sent = name.strip_suffix(".sent");
            if sent.is_some_and(|sent| !names.iter().any(|kept| kept == sent)) {
                let _ = fs::remove_file(file.path());
            }
        }
    }

    /// Forgets a message: the ticket says that it was sent, or it could not be.
    pub fn forget(&self, name: &str) {
        let (begun, sent) = self.paths(name);
        for path in [begun, sent] {
            // What is left is looked at by the next run.
            let _ = fs::remove_file(path);
        }
    }
}
