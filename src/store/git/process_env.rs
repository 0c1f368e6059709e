//! What the process was started with.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// What the process was started with; read once, in `cli`.
#[derive(Debug, Clone, Default)]
pub struct ProcessEnv {
    /// The environment.
    pub environment: BTreeMap<String, OsString>,
    /// The working directory.
    pub directory: PathBuf,
    /// Now.
    pub clock: Clock,
    /// True while an interrupt may end the process at once; off for the moments of a write.
    pub interruptible: Arc<AtomicBool>,
}

impl ProcessEnv {
    /// A variable of the environment that says something.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let value = self.environment.get(name)?.to_str()?;
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// True for a variable that is set, empty or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.environment.contains_key(name)
    }
}

/// Now, as the process has it: read when it starts, and again when somebody has finished a text. All copies agree.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// A clock that shows a moment, in seconds since 1970 UTC.
    #[must_use]
    pub fn at(seconds: i64) -> Self {
        Self(Arc::new(AtomicI64::new(seconds)))
    }

    /// Now, in seconds since 1970 UTC.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets it to a moment, in seconds since 1970 UTC.
    pub fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}
