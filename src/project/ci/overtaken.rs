//! Failures that another job resolved meanwhile, without having seen them: regressions, once both are together.

use std::collections::BTreeSet;

use crate::project::change::ChangeOptions;
use crate::project::ci::report::CiReport;
use crate::project::ci::updater::{CiRun, CiSummary, CiUpdater};
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::ticket::{Ancestry, EntryId, Field, Occurrence, Ticket};

impl Project<'_> {
    /// Reopens tickets of a report that have ended on the branch, where they failed beside that: whoever resolved them did not
    /// know of a failure whose build has their fix. It matters after a push, which merges what others pushed first.
    ///
    /// # Errors
    /// The repository cannot be read or written.
    pub fn reopen_overtaken(
        &self,
        report: &CiReport<'_>,
        summary: &mut CiSummary,
        options: &ChangeOptions,
    ) -> Result<bool, Failure> {
        let asked = [summary.repeated.as_slice(), &summary.resolved].concat();
        if asked.is_empty() {
            return Ok(false);
        }
        let passes = self.test_history(report.build);
        let changed = self.change(options, |change| {
            let run = CiRun { build: report.build, passes: &passes, given: report.given };
            let mut updater = CiUpdater::new(run, change);
            for id in &asked {
                let Some(ticket) = updater.ticket(id)? else { continue };
                for seen in unseen_by_the_end(&ticket) {
                    if updater.reopens(&ticket, seen)? {
                        break;
                    }
                }
            }
            let reopened = updater.summary.reopened;
            change.subject_of_many(format!(
                "ci {}: {} reopened on {}",
                report.build.short_revision(),
                reopened.len(),
                report.build.branch
            ));
            Ok(reopened)
        })?;
        let reopened = changed.answer;
        summary.repeated.retain(|id| !reopened.contains(id));
        summary.resolved.retain(|id| !reopened.contains(id));
        let is_any = !reopened.is_empty();
        summary.reopened.extend(reopened);
        Ok(is_any)
    }
}

/// The sightings of a ticket that has ended, of which whoever ended it did not know.
fn unseen_by_the_end(ticket: &Ticket) -> Vec<&Occurrence> {
    let end = ticket.setter(&Field::Status).filter(|_| !ticket.fields().status().is_open());
    let Some(end) = end else { return Vec::new() };
    let Some(seen) = Ancestry::of(ticket.timeline()).seen_by(end) else { return Vec::new() };
    let seen: BTreeSet<&EntryId> = seen.into_iter().map(|entry| &entry.id).collect();
    let unseen = ticket.sightings().filter(|(entry, _)| !seen.contains(&entry.id));
    unseen.map(|(_, sighting)| sighting).collect()
}
