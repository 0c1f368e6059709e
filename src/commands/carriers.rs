//! Which commit carried which entry: by the index, brought up to date first; from history where it fails.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::index::{self, Index};
use crate::store::git::ObjectId;
use crate::store::{Carried, Snapshot, Store};
use crate::ticket::{Ticket, TicketId};

/// From this many commits on, reading them is worth a progress bar.
const MANY_COMMITS: usize = 2_000;

/// Tickets, and the entries of each with the commit that carried it.
pub(crate) fn carriers(
    store: &Store,
    snapshot: &Snapshot<'_>,
    ids: &[TicketId],
    session: &mut Session<'_>,
) -> Result<Vec<(Ticket, Vec<Carried>)>, Failure> {
    let known = touched_by(store, snapshot, ids, session)?.unwrap_or_else(|error| {
        session.note(format!("warning: index not available, reading ticket files: {error}"));
        Vec::new()
    });
    let mut all = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        let ticket = snapshot.need(id)?;
        let from_index = match known.get(place) {
            Some(commits) => store.carriers_among(&ticket, commits)?,
            None => None,
        };
        let history = match from_index {
            Some(history) => history,
            None => store.carriers(snapshot, &ticket)?,
        };
        all.push((ticket, history));
    }
    Ok(all)
}

/// The commits that touched each ticket, by the index, brought up to date first: history is walked as far as
/// the index has not seen it.
fn touched_by(
    store: &Store,
    snapshot: &Snapshot<'_>,
    ids: &[TicketId],
    session: &Session<'_>,
) -> Result<Result<Vec<Vec<ObjectId>>, index::Error>, Failure> {
    let folder = store.repository().own_folder();
    let opened = Index::open(&folder, session.surroundings.now_seconds);
    let (mut index, walked) = match opened.and_then(|index| Ok((index.walked()?, index))) {
        Ok((walked, index)) => (index, walked),
        Err(error) => return Ok(Err(error)),
    };
    let tips = snapshot.commits();
    let walked: Vec<ObjectId> = walked.iter().filter_map(|name| ObjectId::from_bytes(name)).collect();
    if tips.iter().any(|tip| !walked.contains(tip)) {
        let mut bar = None;
        let mut is_new = false;
        let touches = store.touches(&tips, &walked, |done, total| {
            is_new = true;
            if total >= MANY_COMMITS {
                bar.get_or_insert_with(|| (session.progress)("reading history", total))(done);
            }
        })?;
        let lines: Vec<(String, ObjectId)> = tips
            .iter()
            .enumerate()
            .filter(|_| is_new)
            .map(|(at, tip)| (format!("{} {at}", store.branch()), *tip))
            .collect();
        let written = index.add_touches(
            touches.iter().map(|(id, commit)| (id, commit.bytes())),
            lines.iter().map(|(line, tip)| (line.as_str(), tip.bytes())),
        );
        if let Err(error) = written {
            return Ok(Err(error));
        }
    }
    let names = |id| -> Result<Vec<ObjectId>, index::Error> {
        Ok(index.touched_by(id)?.iter().filter_map(|name| ObjectId::from_bytes(name)).collect())
    };
    Ok(ids.iter().map(names).collect())
}
