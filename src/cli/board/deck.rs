//! What stands behind the board: the commands, run as if they had been typed.

use std::ffi::OsString;

use crate::cli::options;
use crate::commands::{self, Failure, Session};
use crate::render::{Format, Listed, RenderOptions, View, render};

/// The most tickets that the board shows.
const MAX_TICKETS: usize = 500;

/// The commands, and what they are given.
pub(super) struct Deck<'a, 'b> {
    session: &'a mut Session<'b>,
}

/// What a command said.
pub(super) struct Said {
    pub(super) view: View,
    /// What it said beside.
    pub(super) notes: Vec<String>,
}

impl<'a, 'b> Deck<'a, 'b> {
    pub(super) fn new(session: &'a mut Session<'b>) -> Self {
        Self { session }
    }

    /// Sets the clock: a board stands open for hours.
    pub(super) fn set_now(&mut self, seconds: i64) {
        self.session.host.env.clock.set(seconds);
    }

    /// Now, in seconds since 1970 UTC.
    pub(super) fn now(&self) -> i64 {
        self.session.host.env.clock.seconds()
    }

    /// Runs a command of these words, the verb first.
    pub(super) fn run(&mut self, words: &[String]) -> Result<Said, String> {
        let line = std::iter::once("git-support").chain(words.iter().map(String::as_str));
        let line: Vec<OsString> = line.map(OsString::from).collect();
        let (_, command) = options::parse(&line).map_err(|error| {
            let text = error.to_string();
            text.lines().take(3).collect::<Vec<_>>().join(" ")
        })?;
        let outcome = commands::run(&command, self.session);
        let (notes, _) = self.session.host.notes.take();
        match outcome {
            Ok(view) => Ok(Said { view, notes }),
            Err(failure) => Err(told(&failure)),
        }
    }

    /// The tickets that a query means, at most [`MAX_TICKETS`].
    pub(super) fn tickets(&mut self, query: &str) -> Result<(Vec<Listed>, Vec<String>), String> {
        // One word, which begins with a blank: a minus at the beginning would be taken for a flag.
        let mut text = format!(" {query}");
        for (term, default) in
            [("limit:", format!(" limit:{MAX_TICKETS}")), ("sort:", " sort:due".to_owned())]
        {
            if !query.contains(term) {
                text.push_str(&default);
            }
        }
        let words = ["list".to_owned(), text];
        let said = self.run(&words)?;
        Ok((if let View::Tickets { tickets, .. } = said.view { tickets } else { Vec::new() }, said.notes))
    }

    /// The page of a ticket, as `show` prints it, in lines.
    pub(super) fn page(&mut self, id: &str, columns: usize) -> Result<Vec<String>, String> {
        let said = self.run(&["show".to_owned(), id.to_owned()])?;
        let look =
            RenderOptions { colour: false, terminal: false, columns: Some(columns), now_seconds: self.now() };
        let text = render(&said.view, Format::Table, &look).map_err(|error| error.to_string())?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}

/// A failure in one line, with the first thing that would put it right.
fn told(failure: &Failure) -> String {
    let hint = failure.hints.first().map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{}{hint}", failure.error)
}
