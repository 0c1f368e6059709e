//! `ci`: what a pipeline tells of itself becomes tickets.

mod build;
mod judge;
mod report;
mod texts;

pub(super) use build::Where;
pub(super) use judge::{Facts, Judge, Told};

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::View;

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
