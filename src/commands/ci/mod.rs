//! `ci`: what a pipeline tells of itself becomes tickets.

mod report;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::BuildRequest;
use crate::render::View;

/// Where it happened, by flag; the CI system's environment tells the rest.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Build options (detected from the CI environment)")]
pub(crate) struct Where {
    /// Set the branch that was built
    #[arg(long, alias = "on", value_name = "BRANCH")]
    build_branch: Option<String>,
    /// Set the revision that was built
    #[arg(long, value_name = "COMMIT")]
    revision: Option<String>,
    /// Set the URL of the run
    #[arg(long, value_name = "URL")]
    run_url: Option<String>,
    /// Set the job within the run
    #[arg(long, value_name = "NAME")]
    job: Option<String>,
    /// Set the lane: what this job is from run to run, such as its matrix entry or shard
    #[arg(long, value_name = "NAME")]
    lane: Option<String>,
}

impl Where {
    /// What was said of the build.
    pub(crate) fn request(&self) -> BuildRequest {
        BuildRequest {
            branch: self.build_branch.clone(),
            revision: self.revision.clone(),
            run: self.run_url.clone(),
            job: self.job.clone(),
            lane: self.lane.clone(),
        }
    }
}

/// Open, update and resolve tickets from CI reports
///
/// Detects GitHub Actions, GitLab CI, Jenkins, CircleCI, Buildkite, Azure Pipelines, Gitea Actions and Forgejo
/// Actions.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Update tickets from test or analysis reports
    ///
    /// Reads JUnit XML, TAP, the JSON of Rust and Go tests, and SARIF. A run is one commit. Failed tests do not fail
    /// this command; use `git support check` as the gate.
    Report(Box<report::Args>),
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        Verb::Report(args) => report::run(args, session),
    }
}
