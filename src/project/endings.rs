//! What ended, or waits, in a way that somebody should look at: it is said, and refused by nothing.

use crate::process::lacks_original;
use crate::store::TicketChange;
use crate::ticket::{LinkKind, Status, Ticket, TicketId};

/// The warnings about what a change made of one ticket.
pub(super) fn doubts(change: &TicketChange) -> Vec<String> {
    let TicketChange { before, after } = change;
    let id = after.id();
    let is_new = |is_so: fn(&Ticket) -> bool| is_so(after) && !before.as_ref().is_some_and(is_so);
    let mut doubts = Vec::new();
    if is_new(lacks_original) {
        let hint = format!("git support link {id} {} ORIGINAL", LinkKind::DuplicateOf);
        doubts.push(format!("warning: {id}: it is a duplicate that names no original: {hint}"));
    }
    if is_new(is_fixed_as_before) {
        doubts.push(fixed_as_before(id, after));
    }
    doubts
}

/// True where what counts as the fix is from before the ticket was reopened.
fn is_fixed_as_before(ticket: &Ticket) -> bool {
    ticket.fix_commits().is_some_and(|fix| fix.is_from_before)
}

fn fixed_as_before(id: &TicketId, ticket: &Ticket) -> String {
    let fix = ticket.fix_commits().unwrap_or_default();
    let commits: Vec<&str> = fix.counting.iter().filter_map(|commit| commit.get(..10)).collect();
    format!(
        "warning: {id}: no commit was linked since it was reopened, so {} counts as the fix again; to name another: \
         git support edit {id} --commit COMMIT",
        commits.join(", ")
    )
}

/// That the customer wrote while somebody else resolved the ticket, or began to wait for them; and what answers it.
pub(super) fn unheard(ticket: &Ticket) -> Option<(String, String)> {
    let (word, id) = (ticket.unheard()?, ticket.id());
    let status = ticket.fields().status();
    let hint = match status {
        Status::Pending => format!("git support resume {id}"),
        Status::New
        | Status::Triaged
        | Status::InProgress
        | Status::Deferred
        | Status::Resolved
        | Status::Closed => format!("git support reopen {id} -m REASON"),
    };
    Some((
        format!(
            "the customer wrote on {}, and whoever set it to {status} had not seen that",
            word.at.minute()
        ),
        hint,
    ))
}
