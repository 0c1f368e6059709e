//! What stands behind the board: the commands, run as if they had been typed.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::cli::options;
use crate::commands::{self, Failure, Session};
use crate::render::{Format, Listed, RenderOptions, View, render};

/// The most tickets that the board shows.
const MAX_TICKETS: usize = 500;

/// The commands, and what they are given.
pub(super) struct Deck<'a, 'b> {
    session: &'a mut Session<'b>,
    /// The commit of the tickets that was looked at last.
    seen: Option<String>,
}

/// What a command said.
pub(super) struct Said {
    pub(super) view: View,
    /// What it said beside.
    pub(super) notes: Vec<String>,
}

impl<'a, 'b> Deck<'a, 'b> {
    pub(super) fn new(session: &'a mut Session<'b>) -> Self {
        Self { session, seen: None }
    }

    /// Sets the clock: a board stands open for hours.
    pub(super) fn set_now(&mut self, seconds: i64) {
        self.session.host.env.clock.set(seconds);
    }

    /// Now, in seconds since 1970 UTC.
    pub(super) fn now(&self) -> i64 {
        self.session.host.env.clock.seconds()
    }

    /// True where somebody has changed a ticket since this was asked last.
    pub(super) fn has_news(&mut self) -> bool {
        let newest = self.session.project().ok().and_then(|project| project.revision());
        let before = std::mem::replace(&mut self.seen, newest);
        before.is_some() && before != self.seen
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
        let mut tickets = if let View::Tickets { tickets, .. } = said.view { tickets } else { Vec::new() };
        if !query.contains("sort:") {
            self.queue_up(&mut tickets);
        }
        Ok((tickets, said.notes))
    }

    /// Brings tickets into the order of `next`; what it leaves out, waiting or blocked, comes after them as it stood.
    fn queue_up(&mut self, tickets: &mut [Listed]) {
        let words = ["next".to_owned(), "-n".to_owned(), MAX_TICKETS.to_string()];
        let Ok(Said { view: View::Tickets { tickets: queue, .. }, .. }) = self.run(&words) else { return };
        let places: BTreeMap<_, usize> =
            queue.into_iter().enumerate().map(|(place, one)| (one.summary.id, place)).collect();
        tickets.sort_by_key(|one| places.get(&one.summary.id).copied().unwrap_or(usize::MAX));
    }

    /// The page of a ticket, as `show` prints it, in lines.
    pub(super) fn page(&mut self, id: &str, columns: usize) -> Result<Vec<String>, String> {
        let said = self.run(&["show".to_owned(), id.to_owned()])?;
        Ok(self.printed(&said.view, columns))
    }

    /// What a command answered, as it prints it, in lines; what is left to do once it is shown is done.
    pub(super) fn printed(&mut self, view: &View, columns: usize) -> Vec<String> {
        let look =
            RenderOptions { colour: false, terminal: false, columns: Some(columns), now_seconds: self.now() };
        let text = render(view, Format::Table, &look).unwrap_or_default();
        if let Some(Err(failure)) = self.session.once_shown.take().map(|rest| rest()) {
            self.session.note(told(&failure));
        }
        text.lines().map(str::to_owned).collect()
    }
}

/// A failure in one line, with the first thing that would put it right.
fn told(failure: &Failure) -> String {
    let hint = failure.hints.first().map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{}{hint}", failure.error)
}
