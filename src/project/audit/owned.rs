//! Who changes the rules: the team, the settings, vendors and releases are theirs who lead the process. A step that only
//! its author's own change allows is no step that the project allowed.

use std::collections::HashSet;
use std::rc::Rc;

use crate::process::audit::{AuditRule, CommitFacts, Finding};
use crate::process::{Policy, Role, Rules};
use crate::project::audit::rulebook::Rulebook;
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, ObjectId};
use crate::store::{Error, Store, layout};
use crate::ticket::Person;

/// The rules as they were before somebody changed them for themselves.
pub(super) struct SelfGranted {
    /// Who changed them.
    pub(super) by: Person,
    /// The commit that did.
    pub(super) commit: ObjectId,
    /// The files that it changed.
    files: Vec<String>,
    /// What its parents have; that one of them allows a step suffices.
    before: Vec<Rc<Rules>>,
    /// The commits that have the change, and no later one of the same files by who may make it.
    later: HashSet<ObjectId>,
}

impl SelfGranted {
    /// The rules of before, with the vendors of now: who enters a vendor may go on with it.
    pub(super) fn rules(&self, now: &Rules) -> Vec<Rules> {
        let with_vendors = |rules: &Rc<Rules>| Rules { vendors: now.vendors.clone(), ..(**rules).clone() };
        self.before.iter().map(with_vendors).collect()
    }

    /// How strictly signatures were wanted before.
    pub(super) fn signed_commits(&self) -> Option<Policy> {
        self.before.iter().map(|rules| rules.settings.signed_commits).max()
    }

    /// Follows the change to a commit that has it from a parent.
    fn follow(&mut self, commit: &CommitDelta, author: &Person, changed: &[String]) {
        let is_owner = self.before.iter().all(|before| before.team.leads(author));
        let is_taken_over = is_owner && self.files.iter().all(|file| changed.contains(file));
        if commit.parents.iter().any(|parent| self.later.contains(parent)) && !is_taken_over {
            self.later.insert(commit.commit);
        }
    }
}

/// The changes of the rules that a history has.
#[derive(Default)]
pub(super) struct RuleChanges {
    granted: Vec<SelfGranted>,
}

impl RuleChanges {
    /// Looks at a commit that changes the rules: said, with the file, where its author neither leads nor owns the
    /// product.
    pub(super) fn pass(
        &mut self,
        store: &Store,
        book: &mut Rulebook<'_>,
        passage: &CommitDelta,
        facts: &CommitFacts,
    ) -> Result<Option<(String, Finding)>, Failure> {
        let author = &facts.known_author;
        let mut changed = Vec::new();
        for file in passage.files.iter().filter(|file| is_of_rules(&file.path)) {
            let is_merged = store.repository().is_as_git_merges(&passage.parents, file);
            if !is_merged.map_err(Error::from)? {
                changed.push(file.path.clone());
            }
        }
        self.granted.iter_mut().for_each(|granted| granted.follow(passage, author, &changed));
        let Some(path) = changed.first().cloned() else { return Ok(None) };
        let mut before = Vec::new();
        for parent in &passage.parents {
            before.push(book.at(Some(parent))?);
        }
        // A project that nobody leads is anybody's.
        let is_owned = |rules: &Rc<Rules>| Role::LEADING.iter().any(|role| rules.team.has(*role));
        if before.iter().all(|rules| !is_owned(rules) || rules.team.leads(author)) {
            return Ok(None);
        }
        // A vendor or a release allows nobody anything.
        changed.retain(|path| [layout::CONFIG, layout::TEAM].contains(&path.as_str()));
        if !changed.is_empty() {
            let (by, commit) = (author.clone(), passage.commit);
            let later = HashSet::from([commit]);
            self.granted.push(SelfGranted { by, commit, files: changed, before, later });
        }
        let message = format!("{} changed it, who is neither lead nor product owner", facts.author);
        Ok(Some((path, Finding::new(AuditRule::RulesOwned, message))))
    }

    /// Those that somebody made for themselves, and that a commit has.
    pub(super) fn at<'a>(&'a self, commit: &'a ObjectId) -> impl Iterator<Item = &'a SelfGranted> {
        self.granted.iter().filter(move |granted| granted.later.contains(commit))
    }
}

/// True for a file that says who may do what, with whom, and for which release.
fn is_of_rules(path: &str) -> bool {
    [layout::CONFIG, layout::TEAM].contains(&path)
        || path.starts_with(layout::VENDORS)
        || path.starts_with(layout::RELEASES)
}
