//! What became of a change, as a view.

use crate::commands::session::Session;
use crate::project::{Changed, Outcome};
use crate::render::{DryRun, View};

/// The tickets that steps changed, or found as they would have them.
pub(crate) fn steps<T>(changed: Changed<T>, session: &Session<'_>) -> View {
    or_dry_run(changed, session, View::Steps, View::Unchanged)
}

/// Nothing to show of a change of files.
pub(crate) fn files<T>(changed: Changed<T>, session: &Session<'_>) -> View {
    or_dry_run(changed, session, |_| View::Nothing, |_| View::Nothing)
}

fn or_dry_run<T>(
    changed: Changed<T>,
    session: &Session<'_>,
    committed: impl FnOnce(Vec<crate::ticket::Ticket>) -> View,
    unchanged: impl FnOnce(Vec<crate::ticket::Ticket>) -> View,
) -> View {
    match changed.outcome {
        Outcome::Committed => committed(changed.tickets),
        Outcome::DryRun { message, patch } => View::DryRun(DryRun { message, patch }),
        Outcome::Unchanged => {
            session.note("nothing to change");
            unchanged(changed.tickets)
        }
    }
}
