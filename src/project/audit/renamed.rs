//! Tickets of a range that go on under another ID: what a range brings as a new ticket may be a copy of one that was there before
//! the range begins.

use std::collections::HashMap;

use crate::process::audit::{AuditRule, Finding};
use crate::project::audit::found::identity;
use crate::project::audit::range::CommitRange;
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::git::Blob;
use crate::store::{Error, Parsed, layout};
use crate::ticket::{Action, MAX_TICKET_BYTES, Ticket};

/// The opening of a ticket.
fn opening(ticket: &Ticket) -> Option<&crate::ticket::Entry> {
    ticket.timeline().iter().find(|entry| entry.action == Action::Open)
}

/// Holds new tickets whose opening is not of their commit against those that were there.
pub(super) fn judge(review: &mut Review<'_>, stretch: &CommitRange) -> Result<(), Failure> {
    let carried = std::mem::take(&mut review.carried_openings);
    if carried.is_empty() {
        return Ok(());
    }
    let by_entry: HashMap<&str, usize> =
        carried.iter().enumerate().map(|(place, one)| (one.entry.id.as_str(), place)).collect();
    let repository = review.store.repository();
    let mut parsed = Parsed::new(review.store);
    for base in &stretch.less {
        for (path, file) in repository.files_below(*base, layout::TICKETS).map_err(Error::from)? {
            let Some(id) = layout::id_of(&path) else { continue };
            let Blob::Bytes(bytes) = repository.blob(file, MAX_TICKET_BYTES).map_err(Error::from)? else {
                continue;
            };
            // The first entry of a file is its opening: by that line most are told apart.
            let text = String::from_utf8_lossy(&bytes);
            let first = text.lines().find_map(|line| line.strip_prefix("  id: "));
            let place = first.and_then(|id| by_entry.get(id.trim_matches(['"', '\''])));
            let Some(one) = place.and_then(|place| carried.get(*place)) else { continue };
            let version = parsed.get(&id, file)?;
            let Ok(there) = &version.content else { continue };
            let is_its = opening(there).is_some_and(|entry| identity(entry) == identity(&one.entry));
            if is_its && id != one.ticket && there.parted_id() != one.ticket {
                let finding =
                    Finding::new(AuditRule::TicketRenamed, format!("begins with the entries of {id}"));
                review.found(one.commit, Some(&one.ticket), &layout::ticket(&one.ticket), finding);
            }
        }
    }
    Ok(())
}
