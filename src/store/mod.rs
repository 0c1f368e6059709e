//! Tickets in git: where each lies, how it is read at any revision, and how a change becomes a commit.
//!
//! [`Store::update`] is the one way to write: the closure is asked again on the newer snapshot when
//! another process was first, so commands hold no lock and no retry.

mod arrivals;
mod begins;
mod branches;
mod commit_deltas;
mod compare;
pub mod driver;
mod error;
mod fixes;
pub mod git;
mod hand_edits;
mod hand_set;
mod history;
mod kept_text;
mod labelled;
pub mod layout;
mod looks;
mod lost;
mod merged_files;
mod merged_tree;
mod message;
mod our_folder;
mod past_change;
mod pipeline_branch;
mod ranges;
mod reference_text;
mod remembered;
mod reported;
mod resolving;
mod rewritten;
mod settings_changes;
mod snapshot;
mod standing;
mod sync;
mod synced;
mod test_history;
mod ticket_branch;
mod tip;
mod trees;
mod update;

use std::time::Duration;

pub use branches::Places;
pub use commit_deltas::{Form, Parsed, Version};
pub use error::{BadFile, Error};
pub use fixes::{Build, Builds};
pub use git::RESOLVES;
pub use hand_edits::HandEdit;
pub use hand_set::HandSet;
pub use history::IntroducedEntry;
pub use kept_text::{drop_text, forget_texts, keep_purpose, keep_text, kept_purpose, kept_texts, own_folder};
pub use labelled::Labelled;
pub use lost::Lost;
pub(crate) use merged_tree::{newly_contested, readable};
pub use message::{TicketChange, Wording, of_tickets as message_of};
pub use past_change::PastChange;
pub use settings_changes::{Past, SettingsChange};
pub use snapshot::{Content, Listing, Snapshot};
pub use sync::Take;
pub use synced::{Rewrite, Synced};
pub use ticket_branch::BranchSource;
pub use tip::Tip;
pub use trees::Versions;
pub use update::{CommitDraft, CommitPlan};

use std::cell::OnceCell;

use crate::store::git::{ObjectId, Pipeline, ProcessEnv, Repository, Target};
use crate::ticket::{Person, Timestamp};

/// The seconds from the first to the last instant of a day.
const DAY_LESS_ONE_SECS: u64 = 86_399;

/// The tickets of a repository, on one branch.
pub struct Store {
    repository: Repository,
    target: Target,
    source: BranchSource,
    /// The other branches, once they were asked for.
    tips: OnceCell<Vec<Tip>>,
}

impl Store {
    /// Opens the tickets of the repository around the working directory. The branch is the one named, or
    /// `GIT_SUPPORT_BRANCH`, or git's `support.branch`, or one of tickets alone that says so, or the current one.
    ///
    /// # Errors
    /// There is no repository, no branch to work on, or none of that name.
    pub fn open(surroundings: ProcessEnv, branch: Option<&str>) -> Result<Self, Error> {
        let variable = surroundings.text("GIT_SUPPORT_BRANCH");
        let pipeline = Pipeline::of(&surroundings);
        let repository = Repository::open(surroundings)?;
        let is_in_ci = repository.is_in_pipeline();
        let configured = repository.configured("support.branch").filter(|name| !name.is_empty());
        let name = branch.map(str::to_owned).or(variable).or(configured);
        let mut source = if name.is_some() { BranchSource::Named } else { BranchSource::Current };
        let mut target = repository.target(name.as_deref())?;
        if source == BranchSource::Current {
            let default = if is_in_ci {
                let default = pipeline_branch::default(&repository, &target, pipeline.as_ref())?;
                pipeline_branch::fetch_unknown(&repository, &target, default.as_deref())?;
                default
            } else {
                ticket_branch::default_branch(&repository)?
            };
            if let Some(found) = ticket_branch::found(&repository, &target, default.as_deref())? {
                target = repository.target(Some(&found))?;
                source = BranchSource::Found;
            } else if let Some(pipeline) = &pipeline
                && let Some(built) = pipeline_branch::built(&repository, &target, pipeline)?
            {
                target = built;
            }
        }
        if is_in_ci && repository.tip(&target)?.is_none() && repository.has_origin() {
            repository.fetch("origin", &target)?;
            target = repository.target(Some(target.name()).filter(|_| !target.is_detached()))?;
        }
        repository.check_exists(&target)?;
        repository.settle();
        Ok(Self { repository, target, source, tips: OnceCell::new() })
    }

    /// The same, on a branch that may not exist yet: its first commit then begins apart from all others.
    ///
    /// # Errors
    /// There is no repository, or the name is no branch name.
    pub fn open_new(surroundings: ProcessEnv, branch: &str) -> Result<Self, Error> {
        let repository = Repository::open(surroundings)?;
        let target = repository.target(Some(branch))?;
        repository.settle();
        Ok(Self { repository, target, source: BranchSource::SetUp, tips: OnceCell::new() })
    }

    /// The store of what is checked out, for a program that git runs in the middle of its own work: nothing is settled, since
    /// git holds the locks.
    ///
    /// # Errors
    /// There is no repository.
    pub fn open_within_git(surroundings: ProcessEnv) -> Result<Self, Error> {
        let repository = Repository::open(surroundings)?;
        let target = repository.target(None)?;
        Ok(Self { repository, target, source: BranchSource::Current, tips: OnceCell::new() })
    }

    /// Sees that the branch can be written to now.
    ///
    /// # Errors
    /// It is checked out in another work tree, or git is in the middle of something.
    pub fn check_writable(&self) -> Result<(), Error> {
        Ok(self.repository.check_writable(&self.target)?)
    }

    /// Remembers the branch in this clone's configuration.
    ///
    /// # Errors
    /// The configuration cannot be written.
    pub fn remember_branch(&self) -> Result<(), Error> {
        Ok(self.repository.configure("support.branch", self.target.name())?)
    }

    /// The name of the branch that is read and written.
    #[must_use]
    pub fn branch(&self) -> &str {
        self.target.name()
    }

    /// True where HEAD is on no branch, and none is named.
    #[must_use]
    pub fn is_detached(&self) -> bool {
        self.target.is_detached()
    }

    /// The branch that is checked out; `None` while HEAD is detached.
    #[must_use]
    pub fn current_branch(&self) -> Option<String> {
        let head = self.repository.head_branch().ok().flatten()?;
        Some(head.strip_prefix("refs/heads/").unwrap_or(&head).to_owned())
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// The repository.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The author as git takes it, and the author date.
    ///
    /// # Errors
    /// Git does not know who writes, or the date is outside the years 0 to 9999.
    pub fn author(&self) -> Result<(Person, Timestamp), Error> {
        let author = self.repository.identity()?.author;
        let at = Timestamp::from_unix(author.seconds).ok_or_else(|| {
            git::Error::new(
                git::Kind::Identity,
                format!("the author date {} is not a valid date", author.seconds),
            )
        })?;
        Ok((Person { name: author.name, email: author.email }, at))
    }

    /// A person as `.mailmap` names them.
    ///
    /// # Errors
    /// The map cannot be read.
    pub fn mapped(&self, person: &Person) -> Result<Person, Error> {
        let (name, email) = self.repository.mapped(&person.name, &person.email)?;
        Ok(Person { name, email })
    }

    /// The tickets now, or at a revision, day or instant of the branch's past.
    ///
    /// # Errors
    /// There is no such revision, or nothing that old.
    pub fn snapshot(&self, at: Option<&str>) -> Result<Snapshot<'_>, Error> {
        let tip = self.repository.tip(&self.target)?;
        let commit = match (at, tip) {
            (None, tip) => tip,
            (Some(at), tip) => match instant(at) {
                Some(moment) => self.at_instant(tip, at, moment)?,
                None => Some(self.commit_of_tickets(at, tip)?),
            },
        };
        Ok(Snapshot::new(&self.repository, commit, self.target.name()))
    }

    /// The commit of a revision. A commit of code has none of the tickets that are on a branch of their own: of it, `--at`
    /// and `diff` would say that there are none.
    fn commit_of_tickets(&self, at: &str, tip: Option<ObjectId>) -> Result<ObjectId, Error> {
        let repository = &self.repository;
        let commit = repository.revision(at).map_err(|error| no_such_time(at).unwrap_or(error))?;
        let Some(tip) = tip.filter(|tip| *tip != commit) else { return Ok(commit) };
        let has_tickets =
            |commit: ObjectId| repository.find(commit, layout::TICKETS).map(|found| found.is_some());
        if has_tickets(commit)? || !has_tickets(tip)? || repository.merge_base(commit, tip)?.is_some() {
            return Ok(commit);
        }
        let seconds = repository.committed_at(commit)?;
        let time = Timestamp::from_unix(seconds).unwrap_or_default();
        let message = format!(
            "commit {commit:.10} has no {}: the tickets are on {}",
            layout::TICKETS,
            self.target.name()
        );
        Err(git::Error::new(git::Kind::NotFound, message)
            .hint(format!("name the time instead: {time} is when it was committed"))
            .into())
    }

    fn at_instant(
        &self,
        tip: Option<ObjectId>,
        at: &str,
        moment: Timestamp,
    ) -> Result<Option<ObjectId>, Error> {
        let found = match tip {
            Some(tip) => self.repository.newest_before(tip, moment.unix())?,
            None => None,
        };
        if found.is_none() {
            let message = format!("{} has no commit as old as {at}", self.target.name());
            return Err(git::Error::new(git::Kind::NotFound, message).into());
        }
        Ok(found)
    }

    /// True where the branch had the folder of the tickets at an instant.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn has_folder_at(&self, moment: Timestamp) -> Result<bool, Error> {
        let Some(tip) = self.repository.tip(&self.target)? else { return Ok(false) };
        let Some(then) = self.repository.newest_before(tip, moment.unix())? else { return Ok(false) };
        Ok(self.repository.find(then, layout::FOLDER)?.is_some())
    }
}

/// The instant that `--at` names, if it names one: a day is taken at its end, in UTC.
#[must_use]
pub fn instant(text: &str) -> Option<Timestamp> {
    let end = |day: Timestamp| day.after(Duration::from_secs(DAY_LESS_ONE_SECS));
    Timestamp::parse_typed(text).or_else(|| Timestamp::parse_day(text).map(end))
}

/// What is wrong with a text that is written as a date and names none, such as the 30th of February.
fn no_such_time(text: &str) -> Option<git::Error> {
    let message = format!("'{text}' is not a valid date or time");
    let hint = "write 2026-01-31 or 2026-01-31T09:00:00Z";
    git::is_date(text).then(|| git::Error::new(git::Kind::NotFound, message).hint(hint))
}
