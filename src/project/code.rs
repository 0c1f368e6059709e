//! The code that a ticket concerns: its files, who wrote them, and what changed in them lately.

use std::collections::BTreeMap;

use crate::process::{Suggestion, paths_named, suggest};
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::{Error, layout};
use crate::ticket::{Field, Node, Ticket, visible};

pub use crate::store::git::CodeChange;

/// Lists the commits that can fix something.
const LIST_CODE: &str = "git log --oneline -- . ':!.support'";
/// The most files of a ticket that are looked at.
const MAX_FILES: usize = 8;
/// The most commits that handover notes list.
const MAX_COMMITS: usize = 15;
/// The tickets in work that are counted.
const MAX_WORKED_ON: usize = 1_000;
/// The tickets that ended that are looked at.
const MAX_ENDED: usize = 200;

/// The code that a ticket concerns.
pub struct Concerned {
    /// Its files, by their paths.
    pub files: Vec<String>,
    /// The tag of the last release that was good, if one is known.
    pub since: Option<String>,
    /// The commits that changed the files since, the newest first.
    pub commits: Vec<CodeChange>,
}

impl Project<'_> {
    /// The whole name of the commit that the tag of a build names.
    ///
    /// # Errors
    /// There is no such tag.
    pub fn commit_of_tag(&self, name: &str) -> Result<String, Failure> {
        Ok(self.store.repository().tagged(name)?.to_string())
    }

    /// The whole name of a commit of code as typed: one that is said to fix a ticket.
    ///
    /// # Errors
    /// There is no such commit, or it changes tickets alone.
    pub fn code_commit_name(&self, typed: &str) -> Result<String, Failure> {
        let repository = self.store.repository();
        let refused = |kind, problem: String| Failure::new(kind, problem).hint(LIST_CODE);
        let shown = visible(typed);
        let commit = repository
            .revision(typed)
            .map_err(|_| refused(Kind::NotFound, format!("'{shown}' is not a commit")))?;
        let files = repository.files_of(commit).map_err(Error::from)?;
        let is_of_tickets =
            |path: &String| path.strip_prefix(layout::FOLDER).is_some_and(|rest| rest.starts_with('/'));
        if !files.is_empty() && files.iter().all(is_of_tickets) {
            let message =
                format!("'{shown}' fixes nothing: it is a commit of tickets, which changes only .support/");
            return Err(refused(Kind::Refused, message));
        }
        Ok(commit.to_string())
    }

    /// The commits that changed a ticket's files since the last release that was good; none where no file of it is
    /// known.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn concerned_code(&self, ticket: &Ticket) -> Result<Option<Concerned>, Failure> {
        let files = self.code_files(ticket)?;
        if files.is_empty() {
            return Ok(None);
        }
        let good = self.last_good_release(ticket)?;
        let since = good.as_ref().map(|(_, commit)| *commit);
        let commits = self.store.repository().changes_of(&files, since, MAX_COMMITS)?;
        Ok(Some(Concerned { files, since: good.map(|(name, _)| name), commits }))
    }

    /// The people who could work on a ticket, with the reasons, the best first.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn suggest_people(&self, ticket: &Ticket) -> Result<Vec<Suggestion>, Failure> {
        let area = ticket.fields().get(&Field::Area).map(Node::to_string).unwrap_or_default();
        let worked_on = format!("status:open has:assignee sort:-updated limit:{MAX_WORKED_ON}");
        let ended = format!("status:resolved,closed area:{area} sort:-updated limit:{MAX_ENDED}");
        let mut others = self.similar_candidates(ticket)?;
        for query in [worked_on, ended] {
            others.extend(self.find_tickets(&query)?);
        }
        let by_id: BTreeMap<_, _> = others.into_iter().map(|ticket| (ticket.id().clone(), ticket)).collect();
        let others: Vec<Ticket> = by_id.into_values().collect();
        let wrote = self.authors(&self.code_files(ticket)?)?;
        Ok(suggest(ticket, &others, &wrote, self.rules()?))
    }

    /// The files of HEAD that a ticket concerns: those its texts name, then those its commits changed.
    fn code_files(&self, ticket: &Ticket) -> Result<Vec<String>, Failure> {
        self.warn_of_cut_history();
        let repository = self.store.repository();
        let mut files = Vec::new();
        let mut candidates = paths_named(ticket);
        for commit in ticket.fields().members(&Field::Commits) {
            // A commit that is not in this clone tells nothing.
            let Ok(commit) = repository.revision(commit) else { continue };
            let changed = repository.files_of(commit)?;
            candidates.extend(changed.into_iter().filter(|path| !path.starts_with(".support/")));
        }
        for path in candidates {
            if files.len() < MAX_FILES && !files.contains(&path) && repository.content_of(&path)?.is_some() {
                files.push(path);
            }
        }
        Ok(files)
    }

    /// The newest tag before the first release that is affected, and that is not affected itself.
    fn last_good_release(&self, ticket: &Ticket) -> Result<Option<(String, ObjectId)>, Failure> {
        let repository = self.store.repository();
        let releases = self.releases()?;
        let mut bad = Vec::new();
        for version in ticket.fields().members(&Field::Affects) {
            let recorded = releases.iter().find(|release| release.version == *version);
            let names = recorded.map(|release| release.tag.clone());
            let names =
                names.into_iter().chain([format!("refs/tags/{version}"), format!("refs/tags/v{version}")]);
            bad.extend(names.filter_map(|name| repository.revision(&name).ok()).next());
        }
        for first in &bad {
            let mut is_first = true;
            for other in &bad {
                is_first &= other == first || !repository.contains(*first, *other)?;
            }
            if is_first {
                let tags = repository.tags_in(*first)?;
                return Ok(tags.into_iter().find(|(_, commit)| !bad.contains(commit)));
            }
        }
        Ok(None)
    }
}
