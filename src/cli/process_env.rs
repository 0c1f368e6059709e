//! Reads what the process was started with: environment, directory, clock, randomness, signals.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::child::READ_ONLY;
use crate::cli::options::Options;
use crate::cli::platform::{ENDING, NOT_KILLING};
use crate::commands::{Clock, ProcessEnv};
use crate::commands::{Failure, Kind};

/// The environment as it is, the directory after `-C`, and now.
pub(super) fn read(options: &Options) -> Result<ProcessEnv, Failure> {
    for directory in &options.directory {
        std::env::set_current_dir(directory)
            .with_context(|| format!("cannot change to {}", directory.display()))?;
    }
    let directory = std::env::current_dir().context("the working directory is gone")?;
    let clock = Clock::at(now()?);
    let environment: BTreeMap<String, _> =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
    let interruptible = interrupts()?;
    let is_read_only =
        environment.get(READ_ONLY).is_some_and(|value| !["", "0", "false"].iter().any(|no| value == no));
    Ok(ProcessEnv {
        environment,
        directory,
        clock,
        is_elsewhere: false,
        interruptible,
        has_committed: Arc::default(),
        is_read_only,
    })
}

/// True where one of some variables is set.
pub(super) fn is_any_set(names: &[&str]) -> bool {
    std::env::vars_os().any(|(name, _)| names.iter().any(|known| name == *known))
}

/// Now, in seconds since 1970 UTC; `GIT_SUPPORT_NOW` stands in for the clock in tests and demonstrations.
#[expect(clippy::disallowed_methods, reason = "the one reader of the clock and its stand-in")]
pub(super) fn now() -> Result<i64, Failure> {
    if let Ok(text) = std::env::var("GIT_SUPPORT_NOW") {
        let problem = |_| Failure::usage(format!("GIT_SUPPORT_NOW: '{text}' is not a valid time"));
        return OffsetDateTime::parse(&text, &Rfc3339).map(OffsetDateTime::unix_timestamp).map_err(problem);
    }
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_secs()).unwrap_or_default())
}

/// An interrupt ends the process with status 130, but not in the moments of a write; a write beyond the
/// limit of file sizes fails instead of killing.
fn interrupts() -> Result<Arc<AtomicBool>, Failure> {
    let interruptible = Arc::new(AtomicBool::new(true));
    for (signal, status) in ENDING {
        let status = i32::from(status);
        signal_hook::flag::register_conditional_shutdown(signal, status, Arc::clone(&interruptible))
            .context("watching for signals")?;
        // Whoever says it twice means it: a write that hangs is left as a kill would leave it.
        let again = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register_conditional_shutdown(signal, status, Arc::clone(&again))
            .and_then(|_| signal_hook::flag::register(signal, again))
            .context("watching for signals")?;
    }
    for signal in NOT_KILLING {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))
            .context("watching for signals")?;
    }
    Ok(interruptible)
}

/// A source of random bits; with `GIT_SUPPORT_SEED`, the same ones each time.
pub(super) fn random(surroundings: &ProcessEnv) -> Result<impl Fn() -> u64 + use<>, Failure> {
    // Asked once now, so that a system without randomness is an error and not a panic later.
    getrandom::u64().map_err(|error| Failure::new(Kind::Io, format!("no randomness: {error}")))?;
    let seed = surroundings.text("GIT_SUPPORT_SEED");
    let drawn = std::cell::Cell::new(0_u64);
    Ok(move || {
        let count = drawn.get() + 1;
        drawn.set(count);
        match &seed {
            None => getrandom::u64().unwrap_or(count),
            Some(seed) => {
                let digest = Sha256::digest(format!("{seed}/{count}"));
                digest.iter().take(8).fold(0, |bits: u64, byte| (bits << 8) | u64::from(*byte))
            }
        }
    })
}
