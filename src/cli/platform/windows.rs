//! Terminals and processes on Windows.

use std::io;
use std::net::SocketAddr;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use ratatui::crossterm::event;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::Keyboard;

/// The signals that end this program, each with the exit status that a shell gives it.
pub(in crate::cli) const ENDING: [(i32, u8); 2] = [(SIGINT, 130), (SIGTERM, 143)];

/// There is no signal that an error would be better than.
pub(in crate::cli) const NOT_KILLING: [i32; 0] = [];

/// Windows tells every process of a console of Ctrl-C itself: there is nothing to pass on.
pub(in crate::cli) struct SignalRelay;

impl SignalRelay {
    /// Does nothing.
    pub(in crate::cli) fn start(_command: &mut Command, _is_alone: bool) -> io::Result<Self> {
        Ok(Self)
    }

    /// Does nothing.
    pub(in crate::cli) fn pass_to(&mut self, _id: u32) -> io::Result<()> {
        Ok(())
    }
}

/// No signal ends a process here.
pub(in crate::cli) fn ended_by(_status: ExitStatus) -> Option<i32> {
    None
}

impl Keyboard {
    /// What it is about after so many nanoseconds at most.
    pub(in crate::cli) fn after(nanoseconds: i64) -> Self {
        let patience = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or_default());
        match event::poll(patience) {
            Ok(true) => Self::Typed,
            Ok(false) => Self::Silent,
            Err(_) => Self::Gone,
        }
    }
}

/// Programs that open an address in the user's browser, with what stands before it, in the order to try them.
pub(in crate::cli) const OPENERS: &[(&str, &[&str])] = &[("rundll32", &["url.dll,FileProtocolHandler"])];

/// Whose connection it is, is not known here: every one is taken.
pub(in crate::cli) fn is_own_connection(_peer: SocketAddr) -> bool {
    true
}
