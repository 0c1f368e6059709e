//! Heads that were not as their entries set them, and are now: a page of a forge was saved, and `save` or `doctor` has
//! put it right since.

use crate::process::audit::AuditRule;
use crate::process::{Problem, ProblemLevel};
use crate::project::audit::range::CommitRange;
use crate::project::failure::Failure;
use crate::store::Store;
use crate::store::git::ObjectId;
use crate::ticket::{Field, Ticket, TicketId};

/// Makes notes of what every tip that contains it has right.
pub(super) fn heads(store: &Store, stretch: &CommitRange, faults: &mut [Problem]) -> Result<(), Failure> {
    let rule = AuditRule::HeadUnaccounted.line().name;
    for fault in faults.iter_mut().filter(|fault| fault.rule == rule) {
        let commit = fault.commit.as_deref().and_then(ObjectId::parse);
        let (Some(commit), Some(id)) = (commit, fault.ticket.clone()) else { continue };
        if is_settled(store, stretch, commit, &id, &fault.message)? {
            fault.level = ProblemLevel::Note;
            fault.message.push_str("; it was repaired since");
            fault.hint = fault.path.as_ref().map(|path| format!("git show {commit:.10} -- {path}"));
        }
    }
    Ok(())
}

fn is_settled(
    store: &Store,
    stretch: &CommitRange,
    commit: ObjectId,
    id: &TicketId,
    message: &str,
) -> Result<bool, Failure> {
    let unaccounted = |commit: ObjectId| -> Result<Option<Vec<Field>>, Failure> {
        let ticket = store.snapshot(Some(&commit.to_string()))?.ticket(id).unwrap_or_default();
        Ok(ticket.as_ref().map(Ticket::unaccounted))
    };
    // Only what a version tells by itself can be told of a later one: texts of schema 1 are known by their change alone.
    let is_told = |field: &Field| message.contains(&field.name());
    let wrong = unaccounted(commit)?.unwrap_or_default();
    if wrong.is_empty() || !wrong.iter().all(is_told) || message.matches(", ").count() >= wrong.len() {
        return Ok(false);
    }
    let tips: Vec<ObjectId> =
        stretch.tips.iter().copied().filter(|tip| store.contains(*tip, commit)).collect();
    for tip in &tips {
        if !unaccounted(*tip)?.is_some_and(|fields| fields.is_empty()) {
            return Ok(false);
        }
    }
    Ok(!tips.is_empty())
}
