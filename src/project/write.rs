//! The one way to write: a closure makes a change of the newest state, which becomes a commit, is rehearsed, or sent.

use std::collections::BTreeSet;

use crate::process::Policy;
use crate::project::author::Author;
use crate::project::change::{Change, ChangeOptions, Drafted};
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::{UNSIGNED, shown};
use crate::store::{CommitPlan, Snapshot};
use crate::ticket::{EntryId, Ticket, shell_word};

/// Warnings of one change that are shown; of an import with more, a line says how many more there are.
const MAX_WARNINGS: usize = 20;
/// The way out of a signature that fails, where the project wants signatures.
const SIGN: &str = "unlock the key and try again, or name another: git config user.signingKey KEY";

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is a commit on the branch.
    Committed,
    /// It would be a commit with this message and difference.
    DryRun {
        /// The commit's message.
        message: String,
        /// The difference, as `git diff` shows it.
        patch: String,
    },
    /// Everything is so already.
    Unchanged,
}

/// A change that was made, or would be.
#[derive(Debug)]
pub struct Changed<T> {
    /// The closure's last answer.
    pub answer: T,
    /// The tickets as they became; where nothing changed, those that were asked for.
    pub tickets: Vec<Ticket>,
    /// The entries that it wrote.
    pub entries: BTreeSet<EntryId>,
    /// What became of it.
    pub outcome: Outcome,
}

impl<'h> Project<'h> {
    /// Makes a change as one commit. The closure is asked on the newest state, and again when another process was
    /// first; its last answer is returned.
    ///
    /// # Errors
    /// What the closure says; a text looks like a secret; or the commit is not on the branch, and nothing has changed.
    pub fn change<T>(
        &self,
        options: &ChangeOptions,
        mut make: impl FnMut(&mut Change<'_, 'h>) -> Result<T, Failure>,
    ) -> Result<Changed<T>, Failure> {
        self.host.check_form()?;
        self.store.check_begins()?;
        let is_rehearsal = options.dry_run || self.host.rehearsal.get();
        // A rehearsal fetches nothing.
        if options.push && !is_rehearsal {
            self.check_not_elsewhere()?;
        }
        let author = Author::of(&self.store)?;
        let seed = self.host.random();
        let mut last = None;
        let draft = |snapshot: &Snapshot<'_>| -> Result<_, Failure> {
            let newest = self.at_commit(snapshot.commit());
            let mut change = Change::new(&newest, options, &author, seed);
            let answer = make(&mut change)?;
            let Drafted { draft, warnings, touched } = change.finish()?;
            last = Some((answer, warnings, touched));
            Ok(draft)
        };
        let plan = if is_rehearsal { self.store.rehearse(draft) } else { self.store.update(draft) };
        let plan = plan.map_err(|failure| self.about_signing(failure))?;
        let Some((answer, warnings, touched)) = last else {
            return Err(Failure::new(Kind::Internal, "the change was never made"));
        };
        let Some(plan) = plan else {
            self.note_warnings(warnings);
            if options.push {
                let _ = self.push(&[]);
            }
            let (tickets, entries) = (touched, BTreeSet::new());
            return Ok(Changed { answer, tickets, entries, outcome: Outcome::Unchanged });
        };
        if !is_rehearsal {
            self.in_newest_state()?.warn_of_files()?;
        }
        self.note_warnings(warnings);
        let CommitPlan { commit, tickets, entries, message, patch } = plan;
        if is_rehearsal {
            return Ok(Changed { answer, tickets, entries, outcome: Outcome::DryRun { message, patch } });
        }
        if let Some(commit) = commit {
            let subject = message.lines().next().unwrap_or_default();
            self.host.notes.remark(format!("[{} {commit:.10}] {subject}", self.branch()));
            self.announce(commit);
        }
        if options.push {
            let _ = self.push(&tickets);
        }
        Ok(Changed { answer, tickets, entries, outcome: Outcome::Committed })
    }

    /// Sees that what is to be sent is not a second store: where nobody named this branch, and another holds the tickets.
    ///
    /// # Errors
    /// Another holds them.
    pub fn check_not_elsewhere(&self) -> Result<(), Failure> {
        let Some(other) = self.store.tickets_elsewhere()? else { return Ok(()) };
        let (own, is_empty) = (shown(self.branch()), self.snapshot().ids()?.is_empty());
        let message = format!("the tickets are on branch {}, and not on {own}", shown(&other));
        let hint = match is_empty {
            true => "it was fetched: the same command, again, goes there".to_owned(),
            false => format!("git config support.branch {}; git support doctor --repair", shell_word(&other)),
        };
        Err(Failure::new(Kind::Refused, message).hint(hint))
    }

    /// Where the project wants signed commits, an unsigned one is no way out.
    fn about_signing(&self, failure: Failure) -> Failure {
        let is_enforced = || self.settings().is_ok_and(|rules| rules.signed_commits == Policy::Enforce);
        if failure.kind == Kind::Identity
            && failure.hints.iter().any(|hint| hint == UNSIGNED)
            && is_enforced()
        {
            return Failure { hints: vec![SIGN.to_owned()], ..failure };
        }
        failure
    }

    fn note_warnings(&self, mut warnings: Vec<String>) {
        let rest = warnings.split_off(warnings.len().min(MAX_WARNINGS));
        warnings.into_iter().for_each(|warning| self.host.note(warning));
        if !rest.is_empty() {
            let count = rest.len();
            self.host.note(format!("warning: and {count} more warnings, which --verbose shows"));
            rest.into_iter().for_each(|warning| self.host.notes.remark(warning));
        }
    }

    /// The same repository as it is now.
    pub(super) fn in_newest_state(&self) -> Result<Self, Failure> {
        Ok(self.at_commit(self.store.snapshot(None)?.commit()))
    }
}
