//! `board`: tickets on a full screen. It shows what `list` and `show` show, and takes each step by running its
//! command.

mod deck;
mod draw;
mod keys;
mod state;

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use ratatui::crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyEventKind};
use ratatui::crossterm::execute;

use crate::cli::board::deck::Deck;
use crate::cli::board::state::State;
use crate::cli::platform::Keyboard;
use crate::cli::process_env;
use crate::cli::signals::Signals;
use crate::commands::{Failure, Session};

/// How long a key is waited for before signals and the clock are looked at: a quarter of a second.
const TICK_NANOSECONDS: i64 = 250_000_000;
/// After how many ticks without a key the tickets are looked at again: two seconds.
const LOOK_AFTER: u32 = 8;
/// The status of a process whose terminal is gone, as if by SIGHUP.
const HUNG_UP: u8 = 129;

/// Shows the board until somebody leaves it.
pub(super) fn run(query: &[String], session: &mut Session<'_>) -> Result<ExitCode, Failure> {
    if !session.interactive {
        return Err(Failure::usage("the board needs a terminal").hint("git support list"));
    }
    let signals = Signals::taken(session)?;
    // The editor would draw over the board; texts are typed into the line at its bottom.
    session.interactive = false;
    session.editor = &|_| bail!("the editor is not available on the board; use -m");
    session.on_terminal = false;
    let query = if query.is_empty() { "status:open".to_owned() } else { query.join(" ") };
    let mut deck = Deck::new(session);
    // Before the screen is taken: what cannot be read is said as by any other command.
    let mut state = State::new(query, &mut deck)?;
    let mut screen = ratatui::try_init().context("taking the screen")?;
    // Where the terminal can, what is pasted comes as a whole: each of its letters would be a key. Some cannot.
    let _ = execute!(io::stdout(), EnableBracketedPaste);
    let outcome = show(&mut screen, &mut state, &mut deck, &signals);
    // Drawing may have failed for no other reason. A signal alone, which anybody may send, takes no terminal away.
    if matches!(Keyboard::after(0), Keyboard::Gone) {
        // Nothing can be given back to a terminal that is gone, and saying so would panic.
        std::mem::forget(screen);
        return Ok(ExitCode::from(HUNG_UP));
    }
    let _ = execute!(io::stdout(), DisableBracketedPaste);
    let restored = ratatui::try_restore();
    let status = outcome?;
    if status == 0 {
        restored.context("giving the screen back")?;
    }
    Ok(ExitCode::from(status))
}

fn show(
    screen: &mut ratatui::DefaultTerminal,
    state: &mut State,
    deck: &mut Deck<'_, '_>,
    signals: &Signals,
) -> Result<u8, Failure> {
    let mut silent = 0;
    deck.has_news();
    while !state.is_left() && signals.status() == 0 {
        deck.set_now(process_env::now()?);
        screen.draw(|frame| draw::draw(frame, state, deck.now())).context("drawing the board")?;
        let mut keyboard = Keyboard::after(TICK_NANOSECONDS);
        let mut has_read = false;
        // What came with a key stands in a queue already, of which the terminal knows nothing more. A resize comes as a signal,
        // and is read before the next key: of both at once, the library would leave the key.
        while !matches!(keyboard, Keyboard::Gone)
            && event::poll(Duration::ZERO).context("waiting for a key")?
        {
            has_read = true;
            match event::read().context("reading a key")? {
                Event::Key(key) if key.kind != KeyEventKind::Release => keys::press(key, state, deck),
                Event::Paste(text) => keys::paste(&text, state),
                Event::Key(_)
                | Event::Mouse(_)
                | Event::Resize(..)
                | Event::FocusGained
                | Event::FocusLost => {}
            }
            if matches!(Keyboard::after(0), Keyboard::Gone) {
                keyboard = Keyboard::Gone;
            }
        }
        match keyboard {
            Keyboard::Gone => return Ok(HUNG_UP),
            // A part of a key, of which the rest is awaited.
            Keyboard::Typed if !has_read => std::thread::sleep(Duration::from_millis(20)),
            Keyboard::Typed => silent = 0,
            Keyboard::Silent => silent += 1,
        }
        if silent == LOOK_AFTER {
            silent = 0;
            state.look_again(deck);
        }
    }
    Ok(signals.status())
}
