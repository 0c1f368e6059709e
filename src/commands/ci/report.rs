//! `ci report`: results of tests and analyses, read, judged, and written as one commit.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::FieldOptions;
use crate::commands::ci::Where;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake::{ConsoleOutput, ReportFormat, read_report, roots};
use crate::process::{Grouping, Results};
use crate::project::{ChangeOptions, CiReport, CiSummary, Outcome, Passes};
use crate::render::{Reported, View};

/// The arguments of `ci report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Reports, or directories of XML files (- for standard input)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Set the report format [default: detected]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(ReportFormat::WORDS))]
    input: Option<String>,
    /// Group failures into tickets by test, message or suite
    #[arg(long, value_name = "BY", default_value = "test", value_parser = PossibleValuesParser::new(["test", "message", "suite"]))]
    group: String,
    /// Open one ticket in total if more than COUNT failures are new
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    max_new: usize,
    /// Resolve tickets whose tests passed TIMES runs in a row in their lane [default: 1, for flaky tests 3]
    #[arg(long, value_name = "TIMES", num_args = 0..=1, require_equals = true)]
    resolve_passing: Option<Option<u32>>,
    /// Propose to close tickets whose tests the last RUNS complete runs of this lane did not have
    #[arg(long, value_name = "RUNS", num_args = 0..=1, require_equals = true, default_missing_value = "3")]
    prune: Option<u32>,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Push tickets and test history, and retry if the remote has moved
    #[arg(long, conflicts_with = "dry_run")]
    push: bool,
    /// Exit with status 0 even on errors, and print them to standard error
    #[arg(long)]
    best_effort: bool,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    fields: FieldOptions,
}

/// Runs the command.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let grouping = match args.group.as_str() {
        "message" => Grouping::Message,
        "suite" => Grouping::Suite,
        _ => Grouping::Test,
    };
    session.answers_no_table()?;
    let request = args.place.request();
    let project = request.project(&session.host, session.branch.as_deref())?;
    let build = request.build(&project);
    let (mut results, left_out) = read(args, Results::new(grouping, build.lane.as_deref()), session)?;
    let plural = if results.total == 1 { "" } else { "s" };
    session.note(format!("read {} result{plural}; {} failed", results.total, results.failures()));
    results.short().iter().for_each(|short| session.note(format!("warning: {short}")));
    if args.push {
        project.fetch_test_history(&build);
    }
    let given = args.fields.changes(&project, session)?;
    let resolve_passing = args.resolve_passing.map(|times| times.map_or(Passes::Usual, Passes::Times));
    let report =
        CiReport { build: &build, given: &given, max_new: args.max_new, resolve_passing, prune: args.prune };
    // Secrets were taken out of the texts: a report is not refused for them.
    let options = ChangeOptions { dry_run: args.dry_run, allow_secret: true, ..ChangeOptions::default() };
    let mut changed = project.report_results(&report, &mut results, &options)?;
    if let Outcome::DryRun { .. } = changed.outcome {
        return Ok(views::files(changed, session));
    }
    if !args.dry_run {
        project.remember_results(&build, &results);
    }
    if args.push && project.push(&[]) {
        project.push_test_history(&build);
        if project.reopen_overtaken(&report, &mut changed.answer, &options)? {
            let _ = project.push(&[]);
        }
    }
    let is_new = changed.outcome == Outcome::Committed;
    let CiSummary { opened, reopened, repeated, resolved, proposed, unchanged } = changed.answer;
    let tickets = if is_new { changed.tickets } else { Vec::new() };
    let left_out: Vec<String> = left_out.iter().map(|error| format!("{error:#}")).collect();
    left_out.iter().for_each(|problem| session.note(format!("error: left out: {problem}")));
    Ok(View::Reported(Reported {
        opened,
        reopened,
        repeated,
        resolved,
        proposed,
        unchanged,
        tickets,
        is_whole: left_out.is_empty() || args.best_effort,
        left_out,
    }))
}

/// Reads the reports; those that cannot be read are left out, unless none can.
fn read(
    args: &Args,
    mut results: Results,
    session: &mut Session<'_>,
) -> Result<(Results, Vec<anyhow::Error>), Failure> {
    let form = args.input.as_deref().and_then(ReportFormat::parse);
    let directory = session.directory().to_owned();
    let roots = roots(&directory, &|name| session.host.env.text(name));
    let mut left_out = Vec::new();
    for file in &args.files {
        let place = (directory.as_path(), roots.as_slice());
        read_report(file, form, place, session.input, &mut results, &mut left_out)?;
    }
    if results.total == 0 && !left_out.is_empty() {
        let error = left_out.swap_remove(0);
        let command = error.downcast_ref::<ConsoleOutput>().map(|output| output.command);
        let failure = Failure::from(error);
        return Err(match command {
            Some(command) => failure.hint(format!("no ticket was opened; for a report: {command}")),
            None if failure.kind == Kind::Io => failure,
            None => failure.hint("no ticket was opened; run the tests again, or leave the file out"),
        });
    }
    Ok((results.finish(), left_out))
}
