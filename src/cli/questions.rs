//! Questions to somebody at the terminal, each asked once: a command that asks for a text is rehearsed first.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};

/// The questions, and how they were answered.
#[derive(Default)]
pub(super) struct Questions(RefCell<BTreeMap<String, String>>);

impl Questions {
    /// Asks, unless it was asked before; everything but a yes is a no.
    pub(super) fn ask(&self, question: &str) -> anyhow::Result<bool> {
        let answer = self.answered(question, "y/N")?;
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for a text, unless it was asked before; nothing typed is the usual answer.
    pub(super) fn text(&self, question: &str, usual: &str) -> anyhow::Result<String> {
        let answer = self.answered(question, usual)?;
        Ok(if answer.is_empty() { usual.to_owned() } else { answer })
    }

    fn answered(&self, question: &str, choice: &str) -> anyhow::Result<String> {
        if let Some(answer) = self.0.borrow().get(question) {
            return Ok(answer.clone());
        }
        let mut talk = io::stderr().lock();
        write!(talk, "{question} [{choice}] ")?;
        talk.flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        let answer = line.trim().to_owned();
        self.0.borrow_mut().insert(question.to_owned(), answer.clone());
        Ok(answer)
    }
}
