//! The status table: which step may be taken in which status, and where it leads.

use crate::ticket::{Action, Status};

/// The steps of the process, in the order of a ticket's life.
pub const STEPS: &[Action] = &[
    Action::Triage,
    Action::Replicate,
    Action::Diagnose,
    Action::Estimate,
    Action::Escalate,
    Action::Return,
    Action::HandBack,
    Action::Alert,
    Action::Defer,
    Action::Pend,
    Action::Resume,
    Action::Resolve,
    Action::Close,
    Action::Reopen,
];

/// Where a step leads from a status; `None` where it may not be taken.
#[must_use]
pub fn outcome(step: &Action, from: Status) -> Option<Status> {
    use Status::{Closed, Deferred, InProgress, New, Pending, Resolved, Triaged};
    let stays = Some(from);
    match step {
        // Judging it anew is always right while it is open; the first time it is triaged by that.
        Action::Triage => match from {
            New => Some(Triaged),
            Triaged | InProgress | Pending | Deferred => stays,
            Resolved | Closed => None,
        },
        // Who gathers findings works on it; a ticket that waits goes on waiting.
        Action::Replicate | Action::Diagnose | Action::Estimate => match from {
            New | Triaged | InProgress => Some(InProgress),
            Pending | Deferred => stays,
            Resolved | Closed => None,
        },
        // What a vendor or the Enhance process holds comes back first.
        Action::Escalate | Action::Return | Action::HandBack => match from {
            New | Triaged => Some(Triaged),
            InProgress | Pending => stays,
            Deferred | Resolved | Closed => None,
        },
        Action::Alert => from.is_open().then_some(from),
        Action::Defer => from.is_open().then_some(Deferred),
        Action::Pend => match from {
            New | Triaged | InProgress | Pending => Some(Pending),
            Deferred | Resolved | Closed => None,
        },
        Action::Resume => match from {
            Pending | Deferred => Some(InProgress),
            New | Triaged | InProgress | Resolved | Closed => None,
        },
        Action::Resolve => from.is_open().then_some(Resolved),
        Action::Close => (from == Resolved).then_some(Closed),
        Action::Reopen => (!from.is_open()).then_some(InProgress),
        // What is no step of the process never moves a ticket.
        Action::Open
        | Action::Edit
        | Action::Comment
        | Action::Attach
        | Action::Link
        | Action::Unlink
        | Action::Assign
        | Action::Acknowledge
        | Action::Send
        | Action::Undo
        | Action::Redact
        | Action::Purge
        | Action::Repeat
        | Action::Unknown(_) => stays,
    }
}

/// The steps that may be taken in a status.
#[must_use]
pub fn legal_steps(from: Status) -> Vec<&'static Action> {
    STEPS.iter().filter(|step| outcome(step, from).is_some()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_way_on() {
        for status in Status::ALL {
            assert!(!legal_steps(*status).is_empty(), "{status}");
        }
    }

    #[test]
    fn an_end_is_left_by_reopening_alone() {
        assert_eq!(legal_steps(Status::Closed), [&Action::Reopen]);
        assert_eq!(legal_steps(Status::Resolved), [&Action::Close, &Action::Reopen]);
    }
}
