//! What remains of a redacted text: in derived files of this repository, which go, and in files of others, which are named.

use crate::index::Index;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::shown;
use crate::store::{Error, forget_texts, layout};
use crate::ticket::{TicketId, codec, folded, holds_bytes, holds_text, visible_line};

impl Project<'_> {
    /// Removes what was derived from tickets and may hold a redacted text: the search index, and texts that were kept
    /// when they were refused.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn forget_derived(&self, texts: &[String]) -> Result<(), Failure> {
        let folder = self.store.repository().own_folder();
        Index::discard(&folder).map_err(|error| Failure::new(Kind::Io, error.to_string()))?;
        let failed =
            |error| Failure::new(Kind::Io, format!("removing texts in {}: {error}", folder.display()));
        forget_texts(&folder, texts).map_err(failed)
    }

    /// The files of the project, no tickets, in which one of the texts stands, in words.
    fn project_files_with(&self, texts: &[String]) -> Result<Vec<String>, Failure> {
        let mut paths = vec![layout::CONFIG.to_owned(), layout::TEAM.to_owned()];
        for folder in [layout::VENDORS, layout::RELEASES, layout::ACCEPTED, layout::ANSWERS] {
            paths
                .extend(self.snapshot().names_in(folder)?.into_iter().map(|name| format!("{folder}/{name}")));
        }
        let mut found = Vec::new();
        for path in paths {
            let content = self.snapshot().file(&path, usize::MAX)?.unwrap_or_default();
            if holds_text(&content, texts) {
                found.push(format!("{path} has it, too"));
            }
        }
        Ok(found)
    }

    /// The other branches on which entries that are not here have one of the texts, in words: a merge brings them.
    fn branches_with(&self, id: &TicketId, texts: &[String]) -> Result<Vec<String>, Failure> {
        let (own, store) = (self.need(id)?, &self.store);
        let mut found = Vec::new();
        for folder in ["refs/heads/", "refs/remotes/"] {
            for (name, commit) in store.repository().branches(folder).map_err(Error::from)? {
                // What cannot be read there is read, and named, when it is merged.
                let there = store.snapshot(Some(&commit.to_string()))?.ticket(id).ok().flatten();
                let Some(there) = there else { continue };
                let new = there.timeline().iter().filter(|entry| !own.has_entry_like(entry));
                let mut said = new.map(|entry| codec::entry_node(entry).to_string());
                if said.any(|said| texts.iter().any(|text| said.contains(text))) {
                    let name = shown(name.strip_prefix(folder).unwrap_or(&name));
                    found.push(format!(
                        "branch {name} has it in entries that are not here: redact it there, too"
                    ));
                }
            }
        }
        Ok(found)
    }

    /// The places of this state in which one of the texts still stands, in words.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn where_it_remains(&self, id: &TicketId, texts: &[String]) -> Result<Vec<String>, Failure> {
        let newest = self.in_newest_state()?;
        let mut places = Vec::new();
        let own = codec::write(&newest.need(id)?);
        if holds_text(own.as_bytes(), texts) {
            places.push(format!("{id} still has it where it names who wrote an entry, a link or a commit"));
        } else {
            let all = folded(&own);
            for text in texts.iter().filter(|text| all.contains(&folded(text))) {
                let text = visible_line(text);
                places.push(format!("{id} has '{text}' in another spelling (case, accents, encoding), too"));
            }
        }
        places.extend(newest.branches_with(id, texts)?);
        let mut others = newest.snapshot().containing(|content| holds_text(content, texts))?;
        for path in newest.snapshot().attachments()? {
            let content = newest.snapshot().file(&path, usize::MAX)?.unwrap_or_default();
            if holds_bytes(&content, texts) {
                match path.split('/').nth(2).and_then(TicketId::parse) {
                    // Those that its entries name are gone.
                    Some(own) if own == *id => places.push(format!("{path} has it, too; no entry names it")),
                    other => others.extend(other),
                }
            }
        }
        places.extend(newest.project_files_with(texts)?);
        others.retain(|other| other != id);
        others.sort();
        others.dedup();
        if !others.is_empty() {
            let names: Vec<&str> = others.iter().map(TicketId::as_str).collect();
            places.push(format!("other tickets have it, too: {}", names.join(", ")));
        }
        Ok(places)
    }
}
