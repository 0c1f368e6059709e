//! Rules that a commit took over from another line without a merge, as `sync` does where the code differs: who changed them
//! there answers for them, and was allowed to.

use crate::process::Policy;
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, FileDelta, ObjectId};
use crate::store::{Error, SOURCE, layout};

/// So many commits that take over from each other are followed, one into the next; from more, nothing is believed.
const MAX_DEPTH: usize = 32;

impl Review<'_> {
    /// The files that rule and that a commit changed itself; `depth` counts those that took over from it.
    pub(super) fn own_rules<'a>(
        &mut self,
        passage: &'a CommitDelta,
        depth: usize,
    ) -> Result<Vec<&'a FileDelta>, Failure> {
        let source = self.source(passage, depth)?;
        let mut own = Vec::new();
        for file in passage.files.iter().filter(|file| layout::is_of_rules(&file.path)) {
            if !self.is_brought(passage, file, source)? {
                own.push(file);
            }
        }
        Ok(own)
    }

    /// The commit that another names as the one that it took over from, where each change of the rules on the way there is
    /// by somebody who may make it.
    fn source(&mut self, passage: &CommitDelta, depth: usize) -> Result<Option<ObjectId>, Failure> {
        let named = passage.trailers.iter().filter(|(name, _)| name == SOURCE).map(|(_, value)| value);
        let sources: Vec<ObjectId> = named.filter_map(|value| ObjectId::parse(value)).collect();
        let changes_rules = passage.files.iter().any(|file| layout::is_of_rules(&file.path));
        let ([source], [parent], true) = (sources.as_slice(), passage.parents.as_slice(), changes_rules)
        else {
            return Ok(None);
        };
        let repository = self.store.repository();
        if depth >= MAX_DEPTH || !repository.is_commit(*source) {
            return Ok(None);
        }
        let way = repository.touching(&[*source], &[*parent], &layout::RULES).map_err(Error::from)?;
        for commit in way {
            let step = repository.passage(commit, layout::FOLDER).map_err(Error::from)?;
            if step.is_cut || !self.keeps_rules(step, depth)? {
                return Ok(None);
            }
        }
        Ok(Some(*source))
    }

    /// True where a commit changed no rules but those that its author may, by the rules of before.
    fn keeps_rules(&mut self, step: CommitDelta, depth: usize) -> Result<bool, Failure> {
        if let Some((known, _)) = self.sources.get(&step.commit) {
            return Ok(*known);
        }
        let before = self.book.before(&step)?;
        let facts = self.facts(&step, &before.first().cloned().unwrap_or_default())?;
        let author = self.answering(&step, &facts)?;
        let is_theirs = before.iter().all(|rules| rules.may_change_rules(&author));
        let keeps = is_theirs || self.own_rules(&step, depth + 1)?.is_empty();
        self.sources.insert(step.commit, (keeps, step));
        Ok(keeps)
    }

    /// Takes down the signatures of what was taken over, where the policy wants them and no other commit leads there: whose a
    /// change is, is not believed without.
    pub(super) fn sign_sources(&mut self) -> Result<(), Failure> {
        for (commit, (_, step)) in std::mem::take(&mut self.sources) {
            if !self.commits.contains_key(&commit) {
                let rules = self.book.before(&step)?.first().cloned().unwrap_or_default();
                if rules.settings.signed_commits != Policy::Off {
                    let facts = self.facts(&step, &rules)?;
                    self.signature(&step, &facts, &rules, Vec::new())?;
                }
            }
        }
        Ok(())
    }

    /// True for a file of which a commit has what git makes of its parents, or what it took over from a source.
    fn is_brought(
        &self,
        passage: &CommitDelta,
        file: &FileDelta,
        source: Option<ObjectId>,
    ) -> Result<bool, Failure> {
        let repository = self.store.repository();
        if repository.is_as_git_merges(&passage.parents, file).map_err(Error::from)? {
            return Ok(true);
        }
        let (Some(source), [parent]) = (source, passage.parents.as_slice()) else { return Ok(false) };
        let now = file.now.as_ref().map(|item| item.id);
        Ok(self.store.is_taken_over(&file.path, now, (*parent, source))?)
    }
}
