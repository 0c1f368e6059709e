//! What is built, where, and by which run: as it was said, from the CI system's environment, and git.

use std::fmt::Write as _;

use crate::process::{FailureGroup, Results, TestHistory};
use crate::project::failure::{Failure, Kind};
use crate::project::host::Host;
use crate::project::state::{Project, Scope};
use crate::store::BranchSource;
use crate::store::git::Pipeline;
use crate::ticket::{Occurrence, cut, one_line, visible_line};

/// The longest message that a sighting repeats, in columns.
const MESSAGE_COLUMNS: usize = 200;

/// What stands before the name of a branch of ours that a request calls as the default one.
const REQUEST: &str = "request";

/// The characters of a commit's name, at least and at most: abbreviated, and in SHA-256.
const MIN_NAME: usize = 7;
const MAX_NAME: usize = 64;

/// Where it happened, as far as it was said; the CI system's environment tells the rest.
#[derive(Debug, Clone, Default)]
pub struct BuildRequest {
    /// The branch that was built.
    pub branch: Option<String>,
    /// The revision that was built.
    pub revision: Option<String>,
    /// The address of the run.
    pub run: Option<String>,
    /// The job within the run.
    pub job: Option<String>,
    /// What the job is from run to run.
    pub lane: Option<String>,
}

/// What was built, where, and by which run.
pub struct Build {
    /// The branch that was built.
    pub branch: String,
    /// True for the branch that everybody's work goes into: what passes there is fixed for all that was merged into it.
    pub is_default: bool,
    /// The revision: the whole name of the newest commit that changed code.
    pub revision: Option<String>,
    /// The newest commit of a request's branch, where a merge of it is built.
    head: Option<String>,
    run: Option<String>,
    job: Option<String>,
    /// What the job is from run to run: a pass in one says nothing of another.
    pub lane: Option<String>,
    actor: Option<String>,
}

impl BuildRequest {
    /// The tickets that are written: those of a branch that is named or configured. Else, where HEAD is detached in CI, of
    /// the branch that is built; and of a pull request or a tag, those of the default branch, never the contributor's.
    ///
    /// # Errors
    /// There is no repository, or no such branch.
    pub fn project<'h>(&self, host: &Host<'h>, branch: Option<&str>) -> Result<Project<'h>, Failure> {
        let project = self.target(host, branch)?;
        project.check_folders()?;
        self.check_revision(&project)?;
        Ok(project)
    }

    /// Sees that a revision that is said is one: it may be missing in this clone, but has to be a commit's name then.
    fn check_revision(&self, project: &Project<'_>) -> Result<(), Failure> {
        let Some(named) = &self.revision else { return Ok(()) };
        let is_name = (MIN_NAME..=MAX_NAME).contains(&named.len())
            && named.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_name || project.store.code_revision(named).is_some() {
            return Ok(());
        }
        let message = format!("'{}' is not a valid revision", visible_line(named));
        Err(Failure::new(Kind::NotFound, message).hint("git log --oneline"))
    }

    fn target<'h>(&self, host: &Host<'h>, branch: Option<&str>) -> Result<Project<'h>, Failure> {
        // What a contributor's branch holds is not read, where it is not the one.
        let project = Project::open_damaged(host, branch, Scope::Now)?;
        let is_free = project.store.branch_source() == BranchSource::Current;
        if !is_free {
            return Ok(project);
        }
        // A system that is not known tells nothing: what was said counts there, too.
        let pipeline = Pipeline::of(&host.env).unwrap_or_default();
        if let Some(what) = pipeline.foreign {
            let Some(default) = project.store.written_for(&pipeline)? else { return Ok(project) };
            host.note(format!("note: this is {what}; tickets are written to branch '{default}'"));
            project.store.fetch_branch(&default)?;
            return Project::open_damaged(host, Some(&default), Scope::Now);
        }
        match self.branch.clone().or(pipeline.branch).filter(|_| project.store.current_branch().is_none()) {
            Some(branch) => Project::open_damaged(host, Some(&branch), Scope::Now),
            None => Ok(project),
        }
    }

    /// What was built.
    #[must_use]
    pub fn build(&self, project: &Project<'_>) -> Build {
        let store = &project.store;
        let pipeline = Pipeline::of(&project.host.env);
        let (is_piped, pipeline) = (pipeline.is_some(), pipeline.unwrap_or_default());
        let default = match &pipeline.default_branch {
            Some(name) => Some(name.clone()),
            None if is_piped => store.default_branch_of_origin().ok().flatten(),
            None => store.default_branch().ok().flatten(),
        };
        let elsewhere = self.checked_out_elsewhere(project, &pipeline);
        let told = told_branch(&pipeline, default.as_deref()).filter(|_| elsewhere.is_none());
        let branch = self.branch.clone().or(told).or_else(|| store.current_branch());
        let branch = branch.unwrap_or_else(|| {
            if elsewhere.is_some() { "HEAD".to_owned() } else { store.branch().to_owned() }
        });
        let named = self.revision.clone().or(elsewhere).or(pipeline.revision);
        // One that is not in this clone is still told by its name.
        let known = store.code_revision(named.as_deref().unwrap_or("HEAD"));
        // A merge that is made for a run is in no history afterwards.
        let is_merge = pipeline.is_merge && self.revision.is_none();
        let merged = || named.as_deref().filter(|_| is_merge).and_then(|merge| store.merged_by(merge));
        let head = pipeline.head.filter(|_| self.revision.is_none()).or_else(merged);
        let head = head.filter(|head| named.as_ref() != Some(head));
        let lane = self.lane.clone().or_else(|| self.job.clone()).or(pipeline.lane);
        Build {
            is_default: pipeline.foreign.is_none() && default.as_ref() == Some(&branch),
            branch,
            revision: known.or(named),
            head,
            run: self.run.clone().or(pipeline.run),
            job: self.job.clone().or(pipeline.job),
            lane: lane.map(|lane| one_line(&lane)),
            actor: pipeline.actor,
        }
    }
}

impl BuildRequest {
    /// The revision of what is checked out, where that is neither the revision that the system names nor of its branch: a job
    /// that tests another branch, or a request, than the event that it runs for.
    fn checked_out_elsewhere(&self, project: &Project<'_>, pipeline: &Pipeline) -> Option<String> {
        let store = &project.store;
        let is_told = self.branch.is_some() || self.revision.is_some() || pipeline.foreign.is_some();
        let said = pipeline.revision.as_deref().filter(|_| !is_told && !pipeline.is_upstream)?;
        let head = store.code_revision("HEAD")?;
        let is_said = match store.code_revision(said) {
            Some(said) => store.is_same_code(&said, &head) || store.is_within(&said, &head) == Some(true),
            None => store.current_branch().is_some(),
        };
        let is_of_branch = |branch: &str| {
            [format!("refs/remotes/origin/{branch}"), format!("refs/heads/{branch}")]
                .iter()
                .any(|tip| store.is_within(&head, tip) == Some(true))
        };
        if is_said || pipeline.branch.as_deref().is_some_and(is_of_branch) {
            return None;
        }
        let branch = pipeline.branch.as_deref().unwrap_or_default();
        project.host.note(format!(
            "warning: {} is checked out, not {} of {branch}, and the results are not of {branch} (--build-branch names another)",
            short(&head),
            short(said)
        ));
        Some(head)
    }
}

/// The branch that a system says it builds. One of a fork is named as git names none, so that it is none of the project's.
fn told_branch(pipeline: &Pipeline, default: Option<&str>) -> Option<String> {
    let branch = pipeline.branch.clone()?;
    let is_own = |own: Option<&str>| own == Some(branch.as_str());
    Some(match &pipeline.fork {
        // Buildkite puts the owner before the name.
        Some(fork) => format!("{fork}:{}", branch.rsplit(':').next().unwrap_or_default()),
        None if pipeline.foreign.is_some() && (is_own(default) || is_own(pipeline.target.as_deref())) => {
            format!("{REQUEST}:{branch}")
        }
        None => branch,
    })
}

/// What two records of a branch know together.
fn merged(ours: Option<&str>, theirs: &str) -> String {
    TestHistory::read(ours.unwrap_or_default()).merged(&TestHistory::read(theirs)).write()
}

impl Project<'_> {
    /// What is known of a branch's tests. Where it cannot be read, that is said, and nothing is known.
    #[must_use]
    pub fn test_history(&self, build: &Build) -> TestHistory {
        let text = self.store.passes(&build.branch).unwrap_or_else(|error| {
            self.host.note(format!("warning: test history not available: {error}"));
            None
        });
        TestHistory::read(&text.unwrap_or_default())
    }

    /// What is known of the tests of another branch than the one that is built: in CI, the remote is asked.
    #[must_use]
    pub fn test_history_on(&self, branch: &str) -> TestHistory {
        if self.store.repository().is_in_pipeline() && self.store.repository().has_origin() {
            // What cannot be fetched is not known.
            let _ = self.store.fetch_passes(branch, &merged);
        }
        TestHistory::read(&self.store.passes(branch).ok().flatten().unwrap_or_default())
    }

    /// Fetches what the remote knows of a branch's tests.
    pub fn fetch_test_history(&self, build: &Build) {
        if let Err(error) = self.store.fetch_passes(&build.branch, &merged) {
            self.host.note(format!("warning: test history of the remote not available: {error}"));
        }
    }

    /// Sends what is known of a branch's tests to the remote.
    pub fn push_test_history(&self, build: &Build) {
        if let Err(error) = self.store.push_passes(&build.branch, &merged) {
            self.host.note(format!("warning: test history not pushed: {error}"));
        }
    }

    /// Keeps which tests passed. Where it cannot be written, that is said: the tickets are what counts.
    pub fn remember_results(&self, build: &Build, results: &Results) {
        // Of no branch, as in a bisection, nothing goes on.
        let Some(revision) = build.revision.as_ref().filter(|_| build.branch != "HEAD") else { return };
        let at = self.host.now().unix();
        let next = |text: Option<&str>| {
            TestHistory::read(text.unwrap_or_default()).after(results, revision, at, build.run()).write()
        };
        if let Err(error) = self.store.change_passes(&build.branch, &next) {
            self.host.note(format!("warning: test history not saved: {error}"));
        }
    }
}

impl Build {
    /// True where the request of another repository is built.
    #[must_use]
    pub fn is_of_fork(&self) -> bool {
        self.branch.split_once(':').is_some_and(|(of, _)| of != REQUEST)
    }

    /// Where a cause was seen.
    pub(super) fn sighting(&self, cause: &FailureGroup) -> Occurrence {
        let message = cut(&one_line(&cause.evidence.message), MESSAGE_COLUMNS).into_owned();
        Occurrence {
            revision: self.revision.clone(),
            head: self.head.clone(),
            branch: Some(self.branch.clone()),
            run: self.run.clone(),
            job: self.job.clone(),
            lane: self.lane.clone(),
            message: (!message.is_empty()).then_some(message),
            tests: cause.tests.clone(),
            reports: cause.reports.clone(),
            unknown: Vec::new(),
        }
    }

    /// What tells this run from others of the lane.
    #[must_use]
    pub fn run(&self) -> Option<&str> {
        self.run.as_deref()
    }

    /// The revision, as texts name it.
    #[must_use]
    pub fn short_revision(&self) -> &str {
        self.revision.as_deref().map_or("an unknown revision", short)
    }

    /// In words: `on main at 1a2b3c4d5e, https://…, job test, set off by ann`.
    pub(super) fn place(&self) -> String {
        let mut out = format!("on {} at {}", self.branch, self.short_revision());
        // Where the lane is the job, it is told once.
        let lane = self.lane.clone().filter(|lane| self.job.as_ref() != Some(lane));
        let parts = [("", &self.run), ("job ", &self.job), ("lane ", &lane), ("set off by ", &self.actor)];
        for (what, text) in parts.iter().filter_map(|(what, text)| Some((what, text.as_ref()?))) {
            let _ = write!(out, ", {what}{text}");
        }
        out
    }
}

/// The first ten characters of a commit's name.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
