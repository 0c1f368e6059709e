//! What was found, where, and what tells one entry from another.

use crate::process::Problem;
use crate::process::audit::{AuditRule, Finding};
use crate::store::git::ObjectId;
use crate::store::{Store, layout};
use crate::ticket::{Entry, EntryId, Person, TicketId, Timestamp, shell_word};

/// What tells an entry, whatever is taken out of it.
pub(super) type Identity = (u64, Timestamp, EntryId);

/// An entry's identity.
pub(super) fn identity(entry: &Entry) -> Identity {
    (entry.seq, entry.at, entry.id.clone())
}

/// What a rule says, placed.
pub(super) fn problem(
    commit: Option<ObjectId>,
    ticket: Option<&TicketId>,
    path: &str,
    finding: Finding,
) -> Problem {
    let mut problem = Problem::new(finding.rule.line().name, finding.level, finding.message);
    problem.commit = commit.map(|commit| commit.to_string());
    problem.ticket = ticket.cloned();
    problem.path = Some(path.to_owned()).filter(|path| !path.is_empty());
    let is_mended_by_doctor = [
        AuditRule::TimelineRemoved,
        AuditRule::TicketRemoved,
        AuditRule::TicketReplaced,
        AuditRule::PurgeUndone,
        AuditRule::HeadUnaccounted,
    ]
    .contains(&finding.rule);
    // A file that was there is in history; one that never came with its entry is not.
    let is_evidence = [AuditRule::EvidenceMissing, AuditRule::EvidenceChanged].contains(&finding.rule);
    let is_in_history = is_evidence && path.starts_with(layout::ATTACHMENTS);
    problem.hint = match (&problem.commit, &problem.path) {
        _ if is_mended_by_doctor || is_in_history => Some("git support doctor --repair".to_owned()),
        (Some(commit), Some(path)) => Some(format!("git show {commit:.10} -- {}", shell_word(path))),
        (Some(commit), None) => Some(format!("git show {commit:.10}")),
        (None, _) => None,
    };
    problem
}

/// The author of a commit that is here.
pub(super) fn author_of(store: &Store, commit: Option<&str>) -> Option<Person> {
    let commit = store.repository().passage(ObjectId::parse(commit?)?, layout::FOLDER).ok()?;
    let author = commit.identity.author;
    Some(Person { name: author.name, email: author.email })
}
