//! What the process was started with.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
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
    /// True where the directory was named to look into another repository, too: the environment says nothing of that one.
    pub is_elsewhere: bool,
    /// True while an interrupt may end the process at once; off for the moments of a write.
    pub interruptible: Arc<AtomicBool>,
    /// True once a commit of this command is on its branch: what fails after that must say so.
    pub has_committed: Arc<AtomicBool>,
    /// True where no reference may move, whatever the command: nothing can be committed.
    pub is_read_only: bool,
}

/// The variables that say where a repository is, and which branch of it is meant (git(1), environment variables).
pub(super) const OF_A_REPOSITORY: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SUPPORT_BRANCH",
];

impl ProcessEnv {
    /// The same process, looking into the repository around another directory; `None` where that is no directory.
    #[must_use]
    pub fn elsewhere(&self, directory: &Path) -> Option<Self> {
        let directory = std::fs::canonicalize(directory).ok().filter(|path| path.is_dir())?;
        let mut env = Self { directory, is_elsewhere: true, ..self.clone() };
        env.environment.retain(|name, _| !OF_A_REPOSITORY.contains(&name.as_str()));
        Some(env)
    }

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
