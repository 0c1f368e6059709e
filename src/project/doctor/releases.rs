//! Releases: their known errors and their tags.

use std::collections::BTreeMap;

use crate::process::Problem;
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::layout;
use crate::ticket::{Ticket, TicketId, shell_word};

/// What is wrong with the records of releases.
pub(super) fn check(project: &Project<'_>, tickets: &BTreeMap<TicketId, Ticket>, faults: &mut Vec<Problem>) {
    for release in project.releases().unwrap_or_default() {
        let path = layout::release(&release.version);
        for id in &release.known_issues {
            if TicketId::parse(id).is_none_or(|id| !tickets.contains_key(&id)) {
                let message = format!("names the known error {id}, which does not exist here");
                faults.push(Problem::warning("release.issue", message).at(&path));
            }
        }
        let (tag, commit) = (&release.tag, release.commit.as_deref());
        match (project.commit_of_tag(tag), commit) {
            (Err(_), _) => {
                let message = format!("names the tag {tag}, which is not in this clone");
                faults.push(Problem::note("release.tag", message).at(&path).hint("git fetch --tags"));
            }
            (Ok(now), Some(commit)) if now != commit => {
                let message = format!("was handed over at {commit:.10}; its tag {tag} names {now:.10} now");
                let hint = if ObjectId::parse(commit)
                    .is_some_and(|commit| project.store.repository().has_commit(commit))
                {
                    format!("git tag -f {} {commit:.10}", shell_word(tag))
                } else {
                    format!("if its history was rewritten, write `commit: {now}` into {path}, and commit it")
                };
                faults.push(Problem::warning("release.moved", message).at(&path).hint(hint));
            }
            (Ok(_), _) => {}
        }
    }
}
