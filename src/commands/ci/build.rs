//! What is built, where, and by which run: from flags, the CI system's environment, and git.

use std::fmt::Write as _;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::process::{Cause, Passes, Results};
use crate::store::Store;
use crate::store::git::Pipeline;
use crate::ticket::{Sighting, cut, one_line};

/// The longest message that a sighting repeats, in columns.
const MESSAGE_COLUMNS: usize = 200;

/// Where it happened, by flag; the CI system's environment tells the rest.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Where it happened (told by the CI system's environment)")]
pub(crate) struct Where {
    /// The branch that was built
    #[arg(long, value_name = "BRANCH")]
    on: Option<String>,
    /// The revision that was built
    #[arg(long, value_name = "COMMIT")]
    revision: Option<String>,
    /// The address of the run
    #[arg(long, value_name = "URL")]
    run_url: Option<String>,
    /// The job within the run
    #[arg(long, value_name = "NAME")]
    job: Option<String>,
}

/// What was built, where, and by which run.
pub(crate) struct Build {
    /// The branch that was built.
    pub(crate) branch: String,
    /// The revision: the whole name of the newest commit that changed code.
    pub(crate) revision: Option<String>,
    run: Option<String>,
    job: Option<String>,
    actor: Option<String>,
}

impl Where {
    /// The tickets that are written: where HEAD is detached in CI and no branch is named, those of the branch
    /// that is built.
    pub(crate) fn store(&self, session: &Session<'_>) -> Result<Store, Failure> {
        let store = session.store()?;
        if !store.is_detached() {
            return Ok(store);
        }
        let pipeline = Pipeline::of(&session.surroundings);
        let branch = self.on.clone().or_else(|| pipeline?.branch);
        Ok(match branch {
            Some(branch) => Store::open(session.surroundings.clone(), Some(&branch))?,
            None => store,
        })
    }

    /// What was built.
    pub(crate) fn build(&self, store: &Store, session: &Session<'_>) -> Build {
        let pipeline = Pipeline::of(&session.surroundings).unwrap_or_default();
        let branch = self.on.clone().or(pipeline.branch).or_else(|| store.current_branch());
        let named = self.revision.clone().or(pipeline.revision);
        // One that is not in this clone is still told by its name.
        let known = store.code_revision(named.as_deref().unwrap_or("HEAD"));
        Build {
            branch: branch.unwrap_or_else(|| store.branch().to_owned()),
            revision: known.or(named),
            run: self.run_url.clone().or(pipeline.run),
            job: self.job.clone().or(pipeline.job),
            actor: pipeline.actor,
        }
    }
}

impl Build {
    /// What is known of the branch's tests. Where it cannot be read, that is said, and nothing is known.
    pub(crate) fn passes(&self, store: &Store, session: &mut Session<'_>) -> Passes {
        let text = store.passes(&self.branch).unwrap_or_else(|error| {
            session.note(format!("warning: when tests passed last is not known: {error}"));
            None
        });
        Passes::read(&text.unwrap_or_default())
    }

    /// Keeps which tests passed. Where it cannot be written, that is said: the tickets are what counts.
    pub(crate) fn remember(&self, store: &Store, results: &Results, session: &mut Session<'_>) {
        let Some(revision) = &self.revision else { return };
        let at = session.now().unix();
        let next =
            |text: Option<&str>| Passes::read(text.unwrap_or_default()).after(results, revision, at).write();
        if let Err(error) = store.change_passes(&self.branch, &next) {
            session.note(format!("warning: when tests passed last was not kept: {error}"));
        }
    }

    /// Where a cause was seen.
    pub(crate) fn sighting(&self, cause: &Cause) -> Sighting {
        let message = cut(&one_line(&cause.evidence.message), MESSAGE_COLUMNS).into_owned();
        Sighting {
            revision: self.revision.clone(),
            branch: Some(self.branch.clone()),
            run: self.run.clone(),
            job: self.job.clone(),
            message: (!message.is_empty()).then_some(message),
            tests: cause.tests.clone(),
            unknown: Vec::new(),
        }
    }

    /// The revision, as texts name it.
    pub(crate) fn short_revision(&self) -> &str {
        self.revision.as_deref().map_or("an unknown revision", short)
    }

    /// In words: `on main at 1a2b3c4d5e, https://…, job test, set off by ann`.
    pub(crate) fn place(&self) -> String {
        let mut out = format!("on {} at {}", self.branch, self.short_revision());
        let parts = [("", &self.run), ("job ", &self.job), ("set off by ", &self.actor)];
        for (what, text) in parts.iter().filter_map(|(what, text)| Some((what, text.as_ref()?))) {
            let _ = write!(out, ", {what}{text}");
        }
        out
    }
}

/// The first ten characters of a commit's name.
pub(crate) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
