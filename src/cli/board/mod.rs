//! `board`: tickets on a full screen. It shows what `list` and `show` show, and takes each step by running its
//! command.

mod deck;
mod draw;
mod keys;
mod state;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use ratatui::crossterm::event::{self, Event, KeyEventKind};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::cli::board::deck::Deck;
use crate::cli::board::state::State;
use crate::cli::surroundings;
use crate::commands::{Failure, Session};

/// How long a key is waited for before signals and the clock are looked at.
const TICK: Duration = Duration::from_millis(250);

/// Shows the board until somebody leaves it.
pub(super) fn run(query: &[String], session: &mut Session<'_>) -> Result<ExitCode, Failure> {
    if !session.interactive {
        return Err(Failure::usage("the board needs a terminal").hint("git support list"));
    }
    let signals = Signals::taken(session)?;
    // The editor would draw over the board; texts are typed into the line at its bottom.
    session.interactive = false;
    session.on_terminal = false;
    let query = if query.is_empty() { "status:open".to_owned() } else { query.join(" ") };
    let mut deck = Deck::new(session);
    // Before the screen is taken: what cannot be read is said as by any other command.
    let mut state = State::new(query, &mut deck)?;
    let mut screen = ratatui::try_init().context("taking the screen")?;
    let outcome = show(&mut screen, &mut state, &mut deck, &signals);
    ratatui::try_restore().context("giving the screen back")?;
    outcome?;
    Ok(ExitCode::from(signals.status()))
}

fn show(
    screen: &mut ratatui::DefaultTerminal,
    state: &mut State,
    deck: &mut Deck<'_, '_>,
    signals: &Signals,
) -> Result<(), Failure> {
    while !state.is_left() && signals.status() == 0 {
        deck.set_now(surroundings::now()?);
        screen.draw(|frame| draw::draw(frame, state, deck.now())).context("drawing the board")?;
        if !event::poll(TICK).context("waiting for a key")? {
            continue;
        }
        if let Event::Key(key) = event::read().context("reading a key")?
            && key.kind != KeyEventKind::Release
        {
            keys::press(key, state, deck);
        }
    }
    Ok(())
}

/// Signals that end the board: it gives the screen back first.
struct Signals {
    seen: Vec<(Arc<AtomicBool>, u8)>,
}

impl Signals {
    /// Takes the signals over from the process, which would end at once. What a write guards from then on is
    /// nobody else's concern: the board ends between writes only.
    fn taken(session: &mut Session<'_>) -> Result<Self, Failure> {
        let own = std::mem::replace(&mut session.surroundings.interruptible, Arc::new(AtomicBool::new(true)));
        own.store(false, Ordering::SeqCst);
        let mut seen = Vec::new();
        for (signal, status) in [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] {
            let flag = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal, Arc::clone(&flag)).context("watching for signals")?;
            seen.push((flag, status));
        }
        Ok(Self { seen })
    }

    /// The status to end with; 0 while no signal came.
    fn status(&self) -> u8 {
        self.seen.iter().find(|(flag, _)| flag.load(Ordering::SeqCst)).map_or(0, |(_, status)| *status)
    }
}
