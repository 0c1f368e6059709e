//! The trailers of code commits: which tickets they link and resolve.

use std::collections::BTreeMap;

use crate::process::{
    Changes, FieldChange, Policy, ProcessAction, Request, RequestKind, ResolutionRequest, Rules,
};
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::{CodeCommit, ObjectId, Pipeline, SignatureStatus};
use crate::store::{Error, RESOLVES};
use crate::ticket::{Entry, Field, Person, Resolution, Set, Ticket, TicketId, cut, one_line, visible};

/// The most messages that are named one by one for naming no ticket.
const MAX_NAMED: usize = 30;
/// The widest subject that a note repeats, in columns.
const SUBJECT_COLUMNS: usize = 72;

/// Commits that name tickets: those that count, and those that a later one reverts.
pub struct NamingCommits {
    counting: Vec<CodeCommit>,
    reverted: Vec<CodeCommit>,
    /// Those that a reverted revert brought back, each behind the commit that did.
    restored: Vec<(ObjectId, CodeCommit)>,
}

/// A commit that names a ticket, and is not counted: what it is remembered by, and why.
pub struct UncountedCommit {
    key: String,
    problem: String,
}

impl Project<'_> {
    /// The commits of a range that name tickets, the oldest first; in the run of a request, none.
    ///
    /// # Errors
    /// There is no such revision, or an object cannot be read.
    pub fn naming_commits(&self, range: &str) -> Result<NamingCommits, Failure> {
        // Whoever asks for a merge, in whoever's name, would have tickets end by it.
        if Pipeline::of(&self.host.env).is_some_and(|pipeline| pipeline.is_request()) {
            self.host.note("note: this is a pull request; its commits count once they are merged");
            return Ok(NamingCommits { counting: Vec::new(), reverted: Vec::new(), restored: Vec::new() });
        }
        self.warn_of_cut_history();
        let repository = self.store.repository();
        let commits = self.store.said_in(range)?;
        let tip =
            repository.revision(range.rsplit("..").next().filter(|tip| !tip.is_empty()).unwrap_or("HEAD"))?;
        let withdrawn = self.store.withdrawn(&[tip], &commits)?;
        let (reverted, counting): (Vec<_>, Vec<_>) =
            commits.into_iter().partition(|commit| withdrawn.contains(&commit.id));
        let restored = restored(&counting, &reverted);
        Ok(NamingCommits { counting, reverted, restored })
    }

    /// Names the commits that are not counted; what was named by an earlier run is not named again.
    pub fn warn_of_uncounted(&self, uncounted: &[UncountedCommit]) -> Vec<String> {
        let known = self.store.reported();
        let new: Vec<&UncountedCommit> = uncounted.iter().filter(|one| !known.contains(&one.key)).collect();
        for one in new.iter().take(MAX_NAMED) {
            self.host.note(format!("warning: {}", one.problem));
        }
        if new.len() > MAX_NAMED {
            let more = new.len() - MAX_NAMED;
            self.host.note(format!("warning: {more} more commits are not counted"));
        }
        new.into_iter().map(|one| one.key.clone()).collect()
    }

    /// Remembers in this clone what was named, so that it is not named again.
    pub fn remember_uncounted(&self, keys: &[String]) {
        if !keys.is_empty() {
            self.store.remember_reported(keys);
        }
    }
}

/// The commits that stand because a revert of them was reverted, each with the commit that did that.
fn restored(counting: &[CodeCommit], reverted: &[CodeCommit]) -> Vec<(ObjectId, CodeCommit)> {
    let by_name = |commits: &'_ [CodeCommit]| -> BTreeMap<String, usize> {
        commits.iter().enumerate().map(|(place, commit)| (commit.id.to_string(), place)).collect()
    };
    // Of a history in which nothing was reverted, nothing is asked.
    if reverted.is_empty() {
        return Vec::new();
    }
    let (standing, gone) = (by_name(counting), by_name(reverted));
    let mut found = Vec::new();
    for by in counting.iter().filter(|commit| !commit.reverts.is_empty()) {
        let reverts = by.reverts.iter().filter_map(|name| reverted.get(*gone.get(name)?));
        let back = reverts.flat_map(|revert| &revert.reverts);
        let back = back.filter_map(|name| counting.get(*standing.get(name)?));
        found.extend(back.map(|commit| (by.id, commit.clone())));
    }
    found
}

impl Change<'_, '_> {
    /// Links the tickets that commits name, and resolves those they say are resolved; each commit counts once. Says
    /// which are not counted: no ticket answers to what they name, it was reopened since they were written, or they were
    /// reverted after they had resolved it.
    ///
    /// # Errors
    /// A rule refused it, or an object cannot be read.
    pub fn link_naming(&mut self, commits: &NamingCommits) -> Result<Vec<UncountedCommit>, Failure> {
        let mut uncounted = Vec::new();
        for commit in &commits.counting {
            for (name, typed) in &commit.trailers {
                let found = self.project().snapshot().resolve(typed);
                let ticket = match found.and_then(|id| self.project().snapshot().need(&id)) {
                    Ok(known) => self.ticket(known.id())?.unwrap_or(known),
                    // What is not here may be the ticket that is meant.
                    Err(error @ Error::Git(_)) => return Err(error.into()),
                    Err(error) => {
                        uncounted.push(UncountedCommit {
                            key: format!("{} {}", commit.id, visible(typed)),
                            problem: format!("commit {:.10}: {error}", commit.id),
                        });
                        continue;
                    }
                };
                let Some(what) = due(name, &ticket, commit) else { continue };
                if name == RESOLVES
                    && let Some(problem) = self.overtaken(&ticket, commit)?
                {
                    let key = format!("{} {}", commit.id, visible(typed));
                    uncounted.push(UncountedCommit { key, problem });
                    continue;
                }
                let what = self.allowed(what, &ticket, commit)?;
                let subject = cut(&one_line(&commit.subject), SUBJECT_COLUMNS).into_owned();
                let note = Some(format!("{:.10} {subject}", commit.id));
                self.request_or_link(ticket.id(), what, note, commit)?;
            }
        }
        uncounted.extend(self.lost_fixes(&commits.reverted)?);
        uncounted.extend(self.restored_fixes(&commits.restored)?);
        Ok(uncounted)
    }

    /// The reverted commits that resolved tickets which nothing else fixed since.
    fn lost_fixes(&self, reverted: &[CodeCommit]) -> Result<Vec<UncountedCommit>, Failure> {
        let mut lost = Vec::new();
        for commit in reverted {
            let id = commit.id.to_string();
            for (_, typed) in commit.trailers.iter().filter(|(name, _)| name == RESOLVES) {
                let Ok(named) = self.project().snapshot().resolve(typed) else { continue };
                let Some(ticket) = self.ticket(&named)? else { continue };
                let fixes = ticket.fix_commits().unwrap_or_default().counting;
                let is_all = !fixes.is_empty() && fixes.iter().all(|fix| *fix == id);
                if is_all && !ticket.fields().status().is_open() {
                    lost.push(UncountedCommit {
                        key: format!("revert of {id} {}", visible(typed)),
                        problem: format!(
                            "commit {:.10}, which resolved {named}, is reverted; to reopen it: git support reopen {named} -m REASON",
                            commit.id
                        ),
                    });
                }
            }
        }
        Ok(lost)
    }

    /// The fixes that came back into the code while their tickets were open again: whether they help now, people tell.
    fn restored_fixes(&self, restored: &[(ObjectId, CodeCommit)]) -> Result<Vec<UncountedCommit>, Failure> {
        let mut back = Vec::new();
        for (by, commit) in restored {
            let id = commit.id.to_string();
            for (_, typed) in commit.trailers.iter().filter(|(name, _)| name == RESOLVES) {
                let Ok(named) = self.project().snapshot().resolve(typed) else { continue };
                let Some(ticket) = self.ticket(&named)? else { continue };
                let is_failed = ticket.fix_commits().unwrap_or_default().failed.contains(&id);
                if is_failed && ticket.fields().status().is_open() {
                    back.push(UncountedCommit {
                        key: format!("{by} brings back {id} {}", visible(typed)),
                        problem: format!(
                            "commit {by:.10} brings back {:.10}, from before {named} was reopened, and does not resolve it; if it does: \
                             git support resolve {named} --as fixed --commit {by:.10}",
                            commit.id
                        ),
                    });
                }
            }
        }
        Ok(back)
    }

    /// Why a commit does not resolve a ticket that was reopened after it was written: as it stands, or rebased or copied since,
    /// it is what did not help.
    fn overtaken(&self, ticket: &Ticket, commit: &CodeCommit) -> Result<Option<String>, Failure> {
        let is_overtaken = self.project().store.is_overtaken(ticket, commit)?;
        let (id, commit) = (ticket.id(), commit.id);
        Ok(is_overtaken.then(|| {
            format!(
                "commit {commit:.10} was written before {id} was reopened, and does not resolve it; if it does: \
                 git support resolve {id} --as fixed --commit {commit:.10}"
            )
        }))
    }

    /// Does what a commit asks for; where a rule refuses that, the commit is linked, and the others go on.
    fn request_or_link(
        &mut self,
        id: &TicketId,
        what: RequestKind,
        note: Option<String>,
        commit: &CodeCommit,
    ) -> Result<(), Failure> {
        let is_resolving = matches!(what, RequestKind::Process(ProcessAction::Resolve(_)));
        match self.request(id, Request::new(what).with_note(note.clone())) {
            Err(failure) if is_resolving && failure.kind == Kind::Refused => {
                self.project().host.note(format!(
                    "warning: commit {:.10} is linked to {id} but does not resolve it: {:#}",
                    commit.id, failure.error
                ));
                self.request(id, Request::new(link(commit)).with_note(note)).map(drop)
            }
            done => done.map(drop),
        }
    }

    /// What a commit's author may have done by it: who is not on the team resolves nothing, where the settings say so,
    /// and the commit is linked.
    fn allowed(
        &self,
        what: RequestKind,
        ticket: &Ticket,
        commit: &CodeCommit,
    ) -> Result<RequestKind, Failure> {
        let project = self.project();
        let rules = project.rules()?;
        let policy = rules.settings.resolve_by_role;
        if policy == Policy::Off || !matches!(what, RequestKind::Process(ProcessAction::Resolve(_))) {
            return Ok(what);
        }
        let author = project.store.mapped(&project.store.author_of_commit(commit.id)?)?;
        let who = visible(&author.to_string());
        let why = if !rules.may_resolve_by_commit(&author) {
            format!("its author {who} is not on the team")
        } else if rules.settings.signed_commits == Policy::Enforce && !self.is_signed(commit.id, rules)? {
            format!("its author is {who}, and no key that git trusts signed it")
        } else {
            return Ok(what);
        };
        let (id, commit_id) = (ticket.id(), commit.id);
        if policy == Policy::Warn {
            project.host.note(format!("warning: commit {commit_id:.10} resolves {id}, but {why}"));
            return Ok(what);
        }
        project.host.note(format!(
            "warning: commit {commit_id:.10} is linked to {id} but does not resolve it: {why}"
        ));
        Ok(link(commit))
    }

    /// True where a commit has a good signature of somebody who may resolve by a commit, or of a trusted carrier.
    fn is_signed(&self, commit: ObjectId, rules: &Rules) -> Result<bool, Failure> {
        let (project, store) = (self.project(), &self.project().store);
        let signed = store.repository().signatures(&[commit]).map_err(Error::from)?;
        let good = signed.get(&commit).filter(|signed| signed.verdict == SignatureStatus::Good);
        let Some(signer) = good.and_then(|signed| Person::parse(&signed.signer)) else { return Ok(false) };
        Ok(rules.settings.carries(&signer.email)
            || rules.may_resolve_by_commit(&project.store.mapped(&signer)?))
    }
}

/// What a message still asks for; nothing where the ticket knows the commit already.
fn due(name: &str, ticket: &Ticket, commit: &CodeCommit) -> Option<RequestKind> {
    let id = commit.id.to_string();
    // Once it counted, it counted: what somebody undid since stays undone.
    let counted = |entry: &Entry| matches!(entry.set.get(&Field::Commits), Some(Set::Members { add, .. }) if add.contains(&id));
    if ticket.timeline().iter().any(counted) {
        return None;
    }
    if name == RESOLVES && ticket.fields().status().is_open() {
        let ending = ResolutionRequest {
            code: Resolution::Fixed,
            commits: vec![id],
            no_commit: None,
            duplicate_of: None,
            answered_by: None,
        };
        return Some(RequestKind::Process(ProcessAction::Resolve(ending)));
    }
    Some(link(commit))
}

fn link(commit: &CodeCommit) -> RequestKind {
    RequestKind::Edit(Changes::from([(Field::Commits, FieldChange::adding(vec![commit.id.to_string()]))]))
}
