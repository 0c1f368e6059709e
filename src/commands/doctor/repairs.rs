//! What is safe to repair: nothing that a person wrote is lost by it.

use std::collections::BTreeMap;

use crate::commands::change::{Author, wording};
use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::process::{Change, Changes, Request, Rules, What, decide};
use crate::store::driver::read_merged;
use crate::store::git::FileChange;
use crate::store::{Draft, Snapshot, Store, layout};
use crate::ticket::{EntryId, Field, Merged, Ticket, TicketId, codec, merge};

/// Repairs what can be, in this clone and in one commit.
pub(super) fn all(store: &Store, session: &mut Session<'_>) -> Result<(), Failure> {
    store.wire_driver()?;
    conflicts(store, session)?;
    if store.branch() == "HEAD" {
        // In the middle of a rebase, no commit of ours would last.
        return Ok(());
    }
    let author = Author::of(store)?;
    // Entry ids are drawn before it is known how many are needed.
    let mut drawn: Vec<EntryId> = Vec::new();
    let draft = |snapshot: &Snapshot<'_>| -> Result<Option<Draft>, Failure> {
        let mut repair = Repair { rules: project_files::rules(snapshot)?, ..Repair::default() };
        repair.markers(snapshot)?;
        repair.tickets(store, snapshot)?;
        repair.heads_and_links(&author, &mut drawn, session)?;
        let wording = wording(&repair.rules.settings);
        let attributes = snapshot.file(layout::ATTRIBUTES, usize::MAX)?;
        let needs_attributes = snapshot.commit().is_some() && attributes.is_none();
        let mut files = repair.changed(snapshot)?;
        let settings = super::settings::repaired(store, snapshot)?;
        let subject = match (files.len(), &settings) {
            (0, Some(_)) => format!("repair {}", layout::CONFIG),
            (0, None) => "repair .support/.gitattributes".to_owned(),
            (1, _) => "repair 1 ticket".to_owned(),
            (count, _) => format!("repair {count} tickets"),
        };
        files.extend(settings);
        if attributes.as_deref() == Some(layout::OLD_ATTRIBUTES_TEXT.as_bytes()) {
            files.push(FileChange::write(layout::ATTRIBUTES, layout::ATTRIBUTES_TEXT));
        }
        let draft = Draft { files, subject, action: Some("repair"), wording, ..Draft::default() };
        Ok((needs_attributes || !draft.files.is_empty()).then_some(draft))
    };
    store.update(draft).map(drop)
}

/// Tickets that a merge left in conflict: settled in work tree and index; the merge's commit is its user's.
fn conflicts(store: &Store, session: &mut Session<'_>) -> Result<(), Failure> {
    for edit in store.hand_edits()?.into_iter().filter(|edit| edit.is_conflicted) {
        let Some(id) = layout::id_of(&edit.path) else { continue };
        let [_, ours, theirs] = store.conflict(&edit.path)?;
        let read = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| read_merged(&id, &edit.path, &bytes).ok());
        let settled = match (read(ours), read(theirs)) {
            (Some(ours), Some(theirs)) => match merge(&ours, &theirs) {
                Merged::One(ticket) => *ticket,
                Merged::Two { kept, renamed } => {
                    let path = layout::ticket(renamed.id());
                    store.settle_conflict(&path, &codec::write(&renamed))?;
                    session.note(format!(
                        "two tickets were filed under the id {id}; the younger one is now {}",
                        renamed.id()
                    ));
                    *kept
                }
            },
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => continue,
        };
        store.settle_conflict(&edit.path, &codec::write(&settled))?;
        session.note(format!("settled {}; go on with git: git commit, or git rebase --continue", edit.path));
    }
    Ok(())
}

/// Tickets as they are to become.
#[derive(Default)]
struct Repair {
    rules: Rules,
    tickets: BTreeMap<TicketId, Ticket>,
}

impl Repair {
    /// Files that were committed with conflict markers: both sides, merged.
    fn markers(&mut self, snapshot: &Snapshot<'_>) -> Result<(), Failure> {
        for bad in snapshot.tickets()?.bad {
            let Some(id) = layout::id_of(&bad.path) else { continue };
            let Some(bytes) = snapshot.file(&bad.path, usize::MAX)? else { continue };
            if let Ok(ticket) = read_merged(&id, &bad.path, &bytes) {
                self.tickets.insert(id, ticket);
            }
        }
        Ok(())
    }

    /// Every other ticket, with the entries that history holds.
    fn tickets(&mut self, store: &Store, snapshot: &Snapshot<'_>) -> Result<(), Failure> {
        for ticket in snapshot.tickets()?.tickets {
            self.tickets.insert(ticket.id().clone(), ticket);
        }
        for lost in store.lost(snapshot)? {
            self.tickets.insert(lost.id, lost.whole);
        }
        Ok(())
    }

    /// Entries for heads that no entry accounts for, and for links that nobody answers.
    fn heads_and_links(
        &mut self,
        author: &Author,
        drawn: &mut Vec<EntryId>,
        session: &mut Session<'_>,
    ) -> Result<(), Failure> {
        let mut requests: Vec<(TicketId, What)> = Vec::new();
        for (id, ticket) in &self.tickets {
            let fields = ticket.unaccounted();
            if !fields.is_empty() {
                requests.push((id.clone(), What::Adopt(fields)));
            }
            for (kind, other) in ticket.head().links() {
                let Some((back, other)) = kind.converse().zip(TicketId::parse(other)) else { continue };
                let there = self.tickets.get(&other);
                if there
                    .is_some_and(|there| !there.head().links().any(|(k, o)| *k == back && o == id.as_str()))
                {
                    let links = Change::adding(vec![id.to_string()]);
                    requests.push((other, What::Edit(Changes::from([(Field::Links(back), links)]))));
                }
            }
        }
        while drawn.len() < requests.len() {
            drawn.push(session.entry_id());
        }
        for ((id, what), entry) in requests.into_iter().zip(drawn.iter()) {
            let Some(ticket) = self.tickets.get_mut(&id) else { continue };
            let request = Request::new(what).with_note(Some("Repaired by doctor.".to_owned()));
            if let Some(step) = decide(ticket, request, &self.rules, &author.actor(entry))? {
                ticket.apply(step);
            }
        }
        Ok(())
    }

    /// The files that are not so yet.
    fn changed(&self, snapshot: &Snapshot<'_>) -> Result<Vec<FileChange>, Failure> {
        let mut files = Vec::new();
        for (id, ticket) in &self.tickets {
            let (path, content) = (layout::ticket(id), codec::write(ticket));
            if snapshot.file(&path, usize::MAX)?.as_deref() != Some(content.as_bytes()) {
                files.push(FileChange::write(path, content));
            }
        }
        Ok(files)
    }
}
