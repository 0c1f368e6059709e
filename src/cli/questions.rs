//! Questions to somebody at the terminal, each asked once: a command that asks for a text is rehearsed first.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};

/// The questions, and how they were answered.
#[derive(Default)]
pub(super) struct Questions(RefCell<BTreeMap<String, bool>>);

impl Questions {
    /// Asks, unless it was asked before; everything but a yes is a no.
    pub(super) fn ask(&self, question: &str) -> anyhow::Result<bool> {
        if let Some(answer) = self.0.borrow().get(question) {
            return Ok(*answer);
        }
        let mut talk = io::stderr().lock();
        write!(talk, "{question} [y/N] ")?;
        talk.flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        let answer = matches!(line.trim().to_lowercase().as_str(), "y" | "yes");
        self.0.borrow_mut().insert(question.to_owned(), answer);
        Ok(answer)
    }
}
