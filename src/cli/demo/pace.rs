//! The pace of the demonstration: on a terminal, it waits before each scene and before a screen is full.

use std::io::{self, BufRead as _, Write as _};

use anyhow::Result;

/// The lines of a terminal that does not say.
const LINES: usize = 24;

/// How far the screen is filled since somebody last pressed enter.
pub(super) struct Pace {
    waits: bool,
    shown: usize,
}

impl Pace {
    /// A pace that waits, or does not.
    pub(super) fn new(waits: bool) -> Self {
        Self { waits, shown: 0 }
    }

    /// Waits where a new scene begins, or where a text would not fit on the screen; false where somebody has seen enough.
    pub(super) fn before(&mut self, text: &str, begins: bool) -> Result<bool> {
        let lines = text.lines().count();
        let height = terminal_size::terminal_size()
            .map_or(LINES, |(_, terminal_size::Height(lines))| usize::from(lines));
        let is_full = self.shown + lines + 2 > height;
        if self.waits && self.shown > 0 && (begins || is_full) {
            let mut talk = io::stderr().lock();
            write!(talk, "-- enter: next, q: quit -- ")?;
            talk.flush()?;
            let mut line = String::new();
            if io::stdin().lock().read_line(&mut line)? == 0 || line.trim() == "q" {
                return Ok(false);
            }
            self.shown = 0;
        }
        self.shown += lines;
        Ok(true)
    }
}
