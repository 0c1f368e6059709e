//! `ci`: what a pipeline tells of itself becomes tickets.

mod report;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::BuildRequest;
use crate::render::View;

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

impl Where {
    /// What was said of the build.
    pub(crate) fn request(&self) -> BuildRequest {
        BuildRequest {
            branch: self.on.clone(),
            revision: self.revision.clone(),
            run: self.run_url.clone(),
            job: self.job.clone(),
        }
    }
}

/// Open, update and resolve tickets from CI reports
///
/// GitHub Actions, GitLab CI, Jenkins, CircleCI, Buildkite, Azure Pipelines, Gitea and Forgejo Actions are
/// recognised by their environment.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Update tickets from test or analysis reports
    ///
    /// JUnit XML, TAP, the JSON of Rust's and Go's tests, SARIF. All in one commit. Tests that failed are no
    /// failure of this command: `git support check` is the gate.
    Report(Box<report::Args>),
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        Verb::Report(args) => report::run(args, session),
    }
}
