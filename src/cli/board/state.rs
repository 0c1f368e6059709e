//! What the board shows, and where in it somebody is.

use crate::cli::board::deck::Deck;
use crate::commands::{Failure, Kind};
use crate::render::{Columns, Listed, lanes};

/// What the keys go to.
#[derive(Debug)]
pub(super) enum Focus {
    /// The tickets.
    Tickets,
    /// The page of a ticket, from a line on.
    Page { lines: Vec<String>, from: usize },
    /// The line at the bottom: what it is for, what was typed, where the cursor stands in characters, and how far back in
    /// the history it stands (0: nowhere).
    Line { what: Line, text: String, cursor: usize, back: usize },
    /// The keys, explained.
    Help,
}

/// What the line at the bottom is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A query.
    Filter,
    /// A command.
    Command,
}

/// What the board shows.
#[derive(Debug)]
pub(super) struct State {
    pub(super) query: String,
    pub(super) tickets: Vec<Listed>,
    pub(super) layout: Columns,
    pub(super) focus: Focus,
    /// The column and the row that are picked.
    pub(super) column: usize,
    pub(super) row: usize,
    /// What was said last, and whether it went wrong.
    pub(super) said: String,
    pub(super) is_wrong: bool,
    /// The lines that were typed, the last one last, whether they were taken, refused or left.
    history: Vec<(Line, String)>,
    has_left: bool,
}

impl State {
    pub(super) fn new(query: String, deck: &mut Deck<'_, '_>) -> Result<Self, Failure> {
        let (tickets, notes) =
            deck.tickets(&query).map_err(|problem| Failure::new(Kind::Invalid, problem))?;
        Ok(Self {
            query,
            tickets,
            layout: Columns::Queue,
            focus: Focus::Tickets,
            column: 0,
            row: 0,
            said: notes.first().cloned().unwrap_or_else(|| "? for help".to_owned()),
            is_wrong: false,
            history: Vec::new(),
            has_left: false,
        })
    }

    pub(super) fn leave(&mut self) {
        self.has_left = true;
    }

    pub(super) fn is_left(&self) -> bool {
        self.has_left
    }

    /// The columns: a heading, and the places of the tickets in it.
    pub(super) fn columns(&self) -> Vec<(String, Vec<usize>)> {
        lanes(&self.tickets, self.layout)
    }

    /// The ticket that is picked.
    pub(super) fn picked(&self) -> Option<&Listed> {
        let columns = self.columns();
        let (_, tickets) = columns.get(self.column)?;
        self.tickets.get(*tickets.get(self.row)?)
    }

    /// Moves within the tickets, and stays within them.
    pub(super) fn step(&mut self, columns: isize, rows: isize) {
        let all = self.columns();
        let moved =
            |at: usize, by: isize, count: usize| at.saturating_add_signed(by).min(count.saturating_sub(1));
        self.column = moved(self.column, columns, all.len());
        let rows_there = all.get(self.column).map_or(0, |(_, tickets)| tickets.len());
        self.row = moved(self.row, rows, rows_there);
    }

    /// Reads the tickets again, where somebody has changed one while they are on the screen.
    pub(super) fn look_again(&mut self, deck: &mut Deck<'_, '_>) {
        if matches!(self.focus, Focus::Tickets) && deck.has_news() {
            self.refresh(deck);
        }
    }

    /// Reads the tickets again; the one that was picked stays picked.
    pub(super) fn refresh(&mut self, deck: &mut Deck<'_, '_>) {
        let picked = self.picked().map(|one| one.summary.id.clone());
        match deck.tickets(&self.query) {
            Ok((tickets, _)) => self.tickets = tickets,
            Err(problem) => return self.fail(problem),
        }
        for (column, (_, tickets)) in self.columns().iter().enumerate() {
            let is_it =
                |place: &&usize| self.tickets.get(**place).map(|one| &one.summary.id) == picked.as_ref();
            if let Some(row) = tickets.iter().position(|place| is_it(&place)) {
                (self.column, self.row) = (column, row);
                return;
            }
        }
        self.step(0, 0);
    }

    /// Keeps a line that was typed.
    pub(super) fn remember(&mut self, what: Line, text: &str) {
        let line = (what, text.to_owned());
        if !text.trim().is_empty() && self.history.last() != Some(&line) {
            self.history.push(line);
        }
    }

    /// The line of a kind that was typed so many lines ago: 1 is the last.
    pub(super) fn recall(&self, what: Line, back: usize) -> Option<&str> {
        let own = self.history.iter().rev().filter(|(kind, _)| *kind == what);
        own.map(|(_, text)| text.as_str()).nth(back.checked_sub(1)?)
    }

    /// Says what was done.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        (self.said, self.is_wrong) = (text.into(), false);
    }

    /// Says what went wrong.
    pub(super) fn fail(&mut self, problem: String) {
        (self.said, self.is_wrong) = (problem, true);
    }
}
