//! Git's configuration, as git itself would read it, the environment included.

use std::collections::BTreeMap;

use crate::store::git::error::{Error, Result};
use crate::store::git::process_env::ProcessEnv;
use crate::store::git::program::Program;

/// Values by lower-case name; the last one of a name counts.
pub(crate) enum Config {
    /// Read by libgit2.
    Files(git2::Config),
    /// Read by `git config --list`, because the environment sets what libgit2 does not see.
    Listed(BTreeMap<String, String>),
}

/// The variables of the environment that change the configuration and that libgit2 does not read.
const UNSEEN: &[&str] =
    &["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG"];

impl Config {
    /// Reads the configuration.
    pub(crate) fn read(repo: &git2::Repository, surroundings: &ProcessEnv, git: &Program) -> Result<Self> {
        if !UNSEEN.iter().any(|name| surroundings.has(name)) {
            // A snapshot: libgit2 looks at every file again for each value else.
            let config = repo.config().and_then(|mut config| config.snapshot());
            let config = config.map_err(|error| Error::git("reading git's configuration", &error))?;
            if !includes_by_remote(&config) {
                return Ok(Self::Files(config));
            }
        }
        let listed = git.run(&["config", "--list", "-z", "--includes"], b"", &[])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let pairs = listed.split_terminator('\0').map(|item| {
            let (name, value) = item.split_once('\n').unwrap_or((item, "true"));
            (lower(name), value.to_owned())
        });
        Ok(Self::Listed(pairs.collect()))
    }

    /// A value as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self {
            Self::Files(config) => config.get_string(name).ok(),
            Self::Listed(values) => values.get(&lower(name)).cloned(),
        }
    }

    /// A value as git reads booleans; `None` where there is none.
    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        match self {
            Self::Files(config) => config.get_bool(name).ok(),
            Self::Listed(values) => {
                let value = values.get(&lower(name))?.to_lowercase();
                Some(!matches!(value.as_str(), "false" | "no" | "off" | "0" | ""))
            }
        }
    }
}

/// True where a file is included for the address of a remote, which libgit2 does not do.
fn includes_by_remote(config: &git2::Config) -> bool {
    let found = config.entries(Some("^includeif\\.hasconfig:"));
    found.is_ok_and(|mut entries| entries.next().is_some())
}

/// Section and variable are taken in any case; a subsection between them is not.
fn lower(name: &str) -> String {
    match (name.find('.'), name.rfind('.')) {
        (Some(first), Some(last)) if first < last => {
            let (section, rest) = name.split_at(first);
            let (middle, variable) = rest.split_at(last - first);
            format!("{}{middle}{}", section.to_lowercase(), variable.to_lowercase())
        }
        _ => name.to_lowercase(),
    }
}
