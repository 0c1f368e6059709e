//! What each key does.
#![expect(clippy::wildcard_enum_match_arm, reason = "most keys mean nothing here")]

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::cli::board::deck::{Deck, Said};
use crate::cli::board::state::{Focus, Line, State};
use crate::render::{Columns, View, counted};

/// A key that begins a command, its verb, and what comes after the ticket's id.
pub(super) const STEPS: [(char, &str, &str); 18] = [
    ('a', "assign", ""),
    ('c', "comment", "-m "),
    ('A', "comment", "--answer "),
    ('t', "triage", "--severity "),
    ('C', "triage", "--confirm"),
    ('K', "known", ""),
    ('w', "watch", ""),
    ('i', "replicate", "--steps "),
    ('D', "diagnose", "-m "),
    ('e', "escalate", "-m "),
    ('b', "return", "-m "),
    ('d', "defer", "--vendor "),
    ('p', "pend", "-m "),
    ('u', "resume", ""),
    ('r', "resolve", "--as "),
    ('x', "close", ""),
    ('o', "reopen", "-m "),
    ('!', "alert", "--to "),
];

/// The other keys, and what they do.
pub(super) const KEYS: [(&str, &str); 10] = [
    ("arrows, h j k l", "move; page up and down, g and G"),
    ("enter", "open the ticket's page; esc goes back"),
    ("v, tab", "queue, columns by status, columns by level"),
    ("/", "filter, in the language of git support list"),
    ("n", "open a ticket"),
    (":", "any command of git support"),
    ("F5, ctrl-l", "read the tickets again"),
    ("?", "this page"),
    ("esc", "back"),
    ("q, ctrl-c", "leave"),
];

/// The lines that page up and down move by.
const PAGE_LINES: isize = 10;

/// Takes a key.
pub(super) fn press(key: KeyEvent, state: &mut State, deck: &mut Deck<'_, '_>) {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        match key.code {
            KeyCode::Char('c') => state.leave(),
            KeyCode::Char('l') => state.refresh(deck),
            _ => {}
        }
        return;
    }
    // Escape and a key that follows at once cannot be told from the key with alt.
    if key.modifiers.contains(KeyModifiers::ALT) {
        press(KeyCode::Esc.into(), state, deck);
        return press(key.code.into(), state, deck);
    }
    match &mut state.focus {
        Focus::Line { .. } => type_into_line(key.code, state, deck),
        Focus::Help => state.focus = Focus::Tickets,
        Focus::Page { lines, from } => {
            let last = isize::try_from(lines.len()).unwrap_or(isize::MAX) - 1;
            let at = isize::try_from(*from).unwrap_or_default();
            let to = match key.code {
                KeyCode::Char('j') | KeyCode::Down => at + 1,
                KeyCode::Char('k') | KeyCode::Up => at - 1,
                KeyCode::PageDown | KeyCode::Char(' ') => at + PAGE_LINES,
                KeyCode::PageUp => at - PAGE_LINES,
                KeyCode::Char('g') | KeyCode::Home => 0,
                KeyCode::Char('G') | KeyCode::End => last,
                KeyCode::Esc | KeyCode::Backspace | KeyCode::Char('q') => {
                    state.focus = Focus::Tickets;
                    return;
                }
                other => return common(other, state, deck),
            };
            *from = usize::try_from(to.clamp(0, last.max(0))).unwrap_or_default();
        }
        Focus::Tickets => move_or_open(key.code, state, deck),
    }
}

fn move_or_open(code: KeyCode, state: &mut State, deck: &mut Deck<'_, '_>) {
    match code {
        KeyCode::Char('q') => state.leave(),
        KeyCode::Char('j') | KeyCode::Down => state.step(0, 1),
        KeyCode::Char('k') | KeyCode::Up => state.step(0, -1),
        KeyCode::Char('l') | KeyCode::Right => state.step(1, 0),
        KeyCode::Char('h') | KeyCode::Left => state.step(-1, 0),
        KeyCode::PageDown => state.step(0, PAGE_LINES),
        KeyCode::PageUp => state.step(0, -PAGE_LINES),
        KeyCode::Char('g') | KeyCode::Home => state.step(0, isize::MIN),
        KeyCode::Char('G') | KeyCode::End => state.step(0, isize::MAX),
        KeyCode::Char('v') | KeyCode::Tab => {
            state.layout = match state.layout {
                Columns::Queue => Columns::Status,
                Columns::Status => Columns::Level,
                Columns::Level => Columns::Queue,
            };
            (state.column, state.row) = (0, 0);
        }
        KeyCode::Enter => open(state, deck),
        other => common(other, state, deck),
    }
}

/// The keys that do the same on the tickets and on a page.
fn common(code: KeyCode, state: &mut State, deck: &mut Deck<'_, '_>) {
    match code {
        KeyCode::F(5) => state.refresh(deck),
        KeyCode::Char('?') => state.focus = Focus::Help,
        KeyCode::Char('/') => ask(state, Line::Filter, &state.query.clone()),
        KeyCode::Char(':') => ask(state, Line::Command, ""),
        KeyCode::Char('n') => ask(state, Line::Command, "new "),
        KeyCode::Char(key) => {
            let step = STEPS.iter().find(|(own, _, _)| *own == key);
            let id = state.picked().map(|one| one.summary.id.to_string());
            if let (Some((_, verb, rest)), Some(id)) = (step, id) {
                ask(state, Line::Command, &format!("{verb} {id} {rest}"));
            }
        }
        _ => {}
    }
}

/// Takes what is pasted: text of the line at the bottom, its line ends with it; in no key's place.
pub(super) fn paste(pasted: &str, state: &mut State) {
    let Focus::Line { what, text, cursor, .. } = &mut state.focus else {
        return state.fail("nothing to paste into: c, n, / and : open a line".to_owned());
    };
    let has_lines = *what == Line::Command;
    let pasted = pasted.replace("\r\n", "\n").replace('\r', "\n");
    let pasted = pasted.trim_end().chars().map(|c| {
        if c == '\n' && has_lines {
            c
        } else if c.is_control() {
            ' '
        } else {
            c
        }
    });
    let pasted: String = pasted.collect();
    let place = text.char_indices().nth(*cursor).map_or(text.len(), |(place, _)| place);
    text.insert_str(place, &pasted);
    *cursor += pasted.chars().count();
}

/// Opens the line at the bottom on a text, the cursor at its end.
fn ask(state: &mut State, what: Line, text: &str) {
    // What was said of the command before is not of this one.
    (state.said, state.is_wrong) = (String::new(), false);
    state.focus = Focus::Line { what, text: text.to_owned(), cursor: text.chars().count(), back: 0 };
}

/// Goes back, or forth, in what was typed before.
fn recall(by: isize, state: &mut State) {
    let Focus::Line { what, back, .. } = &state.focus else { return };
    let (what, back) = (*what, back.saturating_add_signed(by));
    let text = if back == 0 { Some("") } else { state.recall(what, back) };
    let Some(text) = text.map(str::to_owned) else { return };
    ask(state, what, &text);
    if let Focus::Line { back: at, .. } = &mut state.focus {
        *at = back;
    }
}

/// The columns of a page.
fn columns() -> usize {
    let columns = ratatui::crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns));
    columns.saturating_sub(2)
}

fn open(state: &mut State, deck: &mut Deck<'_, '_>) {
    let Some(id) = state.picked().map(|one| one.summary.id.to_string()) else { return };
    match deck.page(&id, columns()) {
        Ok(lines) => state.focus = Focus::Page { lines, from: 0 },
        Err(problem) => state.fail(problem),
    }
}

fn type_into_line(code: KeyCode, state: &mut State, deck: &mut Deck<'_, '_>) {
    match code {
        KeyCode::Up => return recall(1, state),
        KeyCode::Down => return recall(-1, state),
        _ => {}
    }
    let Focus::Line { what, text, cursor, .. } = &mut state.focus else { return };
    let place =
        |cursor: usize, text: &str| text.char_indices().nth(cursor).map_or(text.len(), |(place, _)| place);
    match code {
        KeyCode::Esc => {
            let (what, text) = (*what, text.clone());
            state.remember(what, &text);
            state.focus = Focus::Tickets;
        }
        KeyCode::Enter => {
            let (what, text) = (*what, text.clone());
            state.remember(what, &text);
            state.focus = Focus::Tickets;
            match what {
                Line::Filter => filter(text, state, deck),
                Line::Command => command(&text, state, deck),
            }
        }
        KeyCode::Backspace if *cursor > 0 => {
            *cursor -= 1;
            text.remove(place(*cursor, text));
        }
        KeyCode::Delete if *cursor < text.chars().count() => {
            text.remove(place(*cursor, text));
        }
        KeyCode::Left => *cursor = cursor.saturating_sub(1),
        KeyCode::Right => *cursor = (*cursor + 1).min(text.chars().count()),
        KeyCode::Home => *cursor = 0,
        KeyCode::End => *cursor = text.chars().count(),
        KeyCode::Char(c) => {
            text.insert(place(*cursor, text), c);
            *cursor += 1;
        }
        _ => {}
    }
}

fn filter(query: String, state: &mut State, deck: &mut Deck<'_, '_>) {
    match deck.tickets(&query) {
        Ok((tickets, _)) => {
            let count = tickets.len();
            (state.query, state.tickets, state.column, state.row) = (query, tickets, 0, 0);
            state.say(counted(count));
        }
        Err(problem) => refused(Line::Filter, &query, problem, state),
    }
}

/// Says what went wrong; what was typed is not lost: the line opens on it again.
fn refused(what: Line, line: &str, problem: String, state: &mut State) {
    ask(state, what, line);
    state.fail(problem);
}

fn command(line: &str, state: &mut State, deck: &mut Deck<'_, '_>) {
    let Some(words) = words(line) else {
        return refused(Line::Command, line, "a quote is not closed".to_owned(), state);
    };
    if words.is_empty() {
        return;
    }
    match words.first().map(String::as_str) {
        Some("board" | "web" | "demo" | "complete" | "completions" | "export" | "merge-driver") => {
            let verb = words.first().cloned().unwrap_or_default();
            refused(Line::Command, line, format!("'{verb}' is not available on the board"), state);
        }
        _ => match deck.run(&words) {
            Ok(said) => {
                state.refresh(deck);
                tell(said, state, deck);
            }
            Err(problem) => refused(Line::Command, line, problem, state),
        },
    }
}

/// The words of a command. A text without quotes goes to the end of the line: after `-m` or `--steps`, and the title of
/// a new ticket, which ends before the first option.
fn words(line: &str) -> Option<Vec<String>> {
    let is_free = |text: &str| !text.trim().is_empty() && !text.trim_start().starts_with(['\'', '"', '-']);
    let flags = [" -m ", " --steps "];
    let flag = flags.iter().filter_map(|flag| Some((line.find(flag)?, *flag))).min();
    if let Some((at, flag)) = flag {
        let (head, text) = (line.get(..at)?, line.get(at + flag.len()..)?);
        if is_free(text) && !head.contains(['\'', '"']) {
            return Some([words(head)?, vec![flag.trim().to_owned(), text.trim().to_owned()]].concat());
        }
    }
    let title = line.trim_start().strip_prefix("new ").filter(|title| is_free(title));
    let Some(title) = title else { return shlex::split(line) };
    let (title, options) = title.split_at(title.find(" -").unwrap_or(title.len()));
    let first = ["new".to_owned(), title.trim().to_owned()];
    Some([first.to_vec(), shlex::split(options)?].concat())
}

/// Says what a command came to: in a line, or on a page of its own.
fn tell(said: Said, state: &mut State, deck: &mut Deck<'_, '_>) {
    let note = said.notes.into_iter().next();
    let text = if let View::Steps(tickets, _) | View::Opened(tickets, _) = &said.view {
        tickets.first().map(|ticket| {
            let action = ticket.timeline().last().map(|entry| entry.action.to_string());
            format!("{} {}: {}", action.unwrap_or_default(), ticket.id(), ticket.fields().title())
        })
    } else {
        let lines = deck.printed(&said.view, columns());
        if lines.len() > 1 {
            state.focus = Focus::Page { lines, from: 0 };
            state.say(note.unwrap_or_else(|| "esc goes back".to_owned()));
            return;
        }
        lines.into_iter().next()
    };
    match (text, note) {
        (Some(text), Some(note)) => state.say(format!("{text} ({note})")),
        (Some(text), None) | (None, Some(text)) => state.say(text),
        (None, None) => state.say("done"),
    }
}
