//! Our own lock: one writer of a clone at a time, freed by the kernel whatever happens to the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::temporary;

/// How long a writer waits for somebody else's lock before it gives up (docs/durability.md).
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits in growing steps until the patience is used up.
pub(crate) struct Wait {
    patience: Duration,
    waited: Duration,
    step: Duration,
}

impl Wait {
    /// A wait that begins.
    pub(crate) fn new() -> Self {
        Self::at_most(PATIENCE)
    }

    /// A wait for as long as this.
    pub(crate) fn at_most(patience: Duration) -> Self {
        Self { patience, waited: Duration::ZERO, step: Duration::from_millis(1) }
    }

    /// Sleeps a little; false when it has waited long enough.
    pub(crate) fn again(&mut self) -> bool {
        if self.waited >= self.patience {
            return false;
        }
        std::thread::sleep(self.step);
        self.waited += self.step;
        self.step = (self.step * 3 / 2).min(Duration::from_millis(40));
        true
    }
}

/// The lock; dropping it, or dying, frees it.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a folder if nobody has it.
    pub(crate) fn try_take(folder: &Path) -> Option<Self> {
        let file = temporary::open(&folder.join("lock"), OpenOptions::new().write(true)).ok()?;
        file.try_lock().ok()?;
        Some(Self { _file: file })
    }

    /// Takes the lock of a folder, waiting for up to five seconds.
    pub(crate) fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("lock");
        let failed = |error: &std::io::Error| Error::io(format!("opening {}", path.display()), error);
        std::fs::create_dir_all(folder.join("tmp"))
            .map_err(|error| Error::io(format!("creating {}", folder.display()), &error))?;
        let open = temporary::open(&path, OpenOptions::new().create(true).truncate(false).write(true));
        let file = open.map_err(|error| failed(&error))?;
        let mut wait = Wait::new();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
                Err(TryLockError::WouldBlock) if wait.again() => {}
                Err(TryLockError::WouldBlock) => {
                    let message = "another git support has been writing for more than 5 seconds";
                    return Err(Error::new(Kind::Busy, message).hint("try again"));
                }
            }
        }
    }
}
