//! Clocks: replayed from a ticket's timeline by the rules that judge it, at every read; nothing is stored.

#[expect(clippy::module_inception, reason = "the room of clocks holds what a clock is")]
mod clock;
mod end;
mod history;
mod moments;
mod replay;
mod rules;
mod run;
mod skew;
mod spells;

pub use clock::{Clock, ClockKind, standing};
pub use end::replay;
pub use history::{Event, EventKind, LevelChange, NoHistory, TicketHistory, Wait};
pub use moments::earliest;
pub use replay::{ClockBook, Judged};
pub use rules::{ClockRules, Reason, Target, measured_text, span_text};
pub use run::{Gap, State, Why};
pub use skew::{Skew, skew_before, skews};
pub use spells::{at_levels, first_response};
