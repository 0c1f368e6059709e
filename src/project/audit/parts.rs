//! A stretch of history that is looked at in parts, and which findings of two looks are one.

use crate::process::Problem;
use crate::project::audit::Done;
use crate::project::audit::range::CommitRange;
use crate::project::failure::Failure;
use crate::project::state::Project;

impl Project<'_> {
    /// Looks at the parts of a stretch; what two of them find is as the worse one has it.
    pub(super) fn reviewed_in_parts(&self, stretch: &CommitRange) -> Result<Done, Failure> {
        let mut all = Done::default();
        for part in &stretch.parts {
            let Done { audited, unaccepted, tickets, .. } = self.reviewed(part)?;
            for fault in audited.faults {
                match all.audited.faults.iter_mut().find(|known| is_found_again(known, &fault)) {
                    Some(known) if known.level >= fault.level => {}
                    Some(known) => *known = fault,
                    None => all.audited.faults.push(fault),
                }
            }
            all.audited.commits += audited.commits;
            all.audited.entries += audited.entries;
            all.audited.is_cut |= audited.is_cut;
            all.unaccepted.extend(unaccepted);
            all.tickets.extend(tickets);
        }
        all.audited.tickets = all.tickets.len();
        Ok(all)
    }
}

/// True where two findings are of the same: their words name people as each audit knew them.
pub(super) fn is_found_again(one: &Problem, other: &Problem) -> bool {
    let place =
        |fault: &Problem| (fault.rule, fault.commit.clone(), fault.ticket.clone(), fault.path.clone());
    place(one) == place(other)
}
