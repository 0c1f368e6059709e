//! Signals that end what goes on until it is told to: the board, which gives the screen back first, and pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

use crate::cli::platform::ENDING;
use crate::commands::{Failure, Session};

/// Signals that came.
pub(super) struct Signals {
    seen: Vec<(Arc<AtomicBool>, u8)>,
}

impl Signals {
    /// Takes the signals over from the process, which would end at once. What a write guards from then on is
    /// nobody else's concern: it ends between writes only.
    pub(super) fn taken(session: &mut Session<'_>) -> Result<Self, Failure> {
        let own = std::mem::replace(&mut session.host.env.interruptible, Arc::new(AtomicBool::new(true)));
        own.store(false, Ordering::SeqCst);
        let mut seen = Vec::new();
        for (signal, status) in ENDING {
            let flag = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal, Arc::clone(&flag)).context("watching for signals")?;
            seen.push((flag, status));
        }
        Ok(Self { seen })
    }

    /// The status to end with; 0 while no signal came.
    pub(super) fn status(&self) -> u8 {
        self.seen.iter().find(|(flag, _)| flag.load(Ordering::SeqCst)).map_or(0, |(_, status)| *status)
    }
}
