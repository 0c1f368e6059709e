//! What a merge destroyed on a line of history: a purge or a redaction that came with the other line is judged by the rules of
//! this one, too. Somebody may have made it where no team was known.

use crate::process::audit::Finding;
use crate::process::audit::legality::refused;
use crate::process::purge::check_may_purge;
use crate::process::redaction::check_may_redact;
use crate::process::request::Actor;
use crate::process::rules::Rules;
use crate::ticket::{Action, Entry, Person, Ticket};

/// What came to a ticket with the other line of a merge, and whoever made it may not make on this one: `before` is the ticket
/// as this line had it, `known` gives people as its team knows them.
#[must_use]
pub fn destroyed(
    before: &Ticket,
    after: &Ticket,
    rules: &Rules,
    known: impl Fn(&Person) -> Person,
) -> Vec<Finding> {
    let is_new = |entry: &&Entry| !before.has_entry_like(entry);
    let judge = |entry: &Entry| {
        let actor = Actor {
            by: entry.by.clone(),
            member: known(&entry.by),
            at: entry.at,
            via: None,
            entry: entry.id.clone(),
        };
        let judged = if entry.purges() {
            check_may_purge(rules, &actor)
        } else if entry.action == Action::Redact {
            check_may_redact(before, after, &entry.id, rules, &actor)
        } else {
            Ok(())
        };
        judged.err().map(|refusal| refused(entry, &refusal))
    };
    after.timeline().iter().filter(is_new).filter_map(judge).collect()
}
