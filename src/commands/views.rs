//! What became of a change, as a view.

use crate::commands::session::Session;
use crate::project::{Changed, Outcome};
use crate::render::{DryRun, View};

/// The tickets that steps changed, or found as they would have them.
pub(crate) fn steps<T>(changed: Changed<T>, session: &Session<'_>) -> View {
    match changed.outcome {
        Outcome::Committed => View::Steps(changed.tickets, changed.entries),
        Outcome::DryRun { message, patch } => View::DryRun(DryRun { message, patch }),
        Outcome::Unchanged => {
            session.note("nothing to change");
            View::Unchanged(changed.tickets)
        }
    }
}

/// Nothing to show of a change of files.
pub(crate) fn files<T>(changed: Changed<T>, session: &Session<'_>) -> View {
    let view = steps(changed, session);
    if matches!(view, View::DryRun(_)) { view } else { View::Nothing }
}
