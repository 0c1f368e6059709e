//! `ci report`: results of tests and analyses, read, judged, and written as one commit.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::Fields;
use crate::commands::catalogue::whole;
use crate::commands::change::{Author, rehearsed, write};
use crate::commands::ci::build::{Build, Where};
use crate::commands::ci::judge::{Facts, Judge, Told};
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::intake::{ReportForm, read_report};
use crate::process::{Cause, Grouping, Passes, Results, test_number};
use crate::render::{Reported, View};
use crate::store::{Draft, Snapshot, Store};
use crate::ticket::{Ticket, TicketId};

/// The tickets that a run may resolve.
const OPEN_CAUSES: &str = "status:open has:key channel:ci";

/// The arguments of `ci report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The reports; a folder stands for the XML files in it, - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Their form [default: told by their beginning]
    #[arg(long, value_name = "FORM", value_parser = PossibleValuesParser::new(ReportForm::WORDS))]
    input: Option<String>,
    /// By what failures are gathered in one ticket
    #[arg(long, value_name = "BY", default_value = "test", value_parser = PossibleValuesParser::new(["test", "message", "suite"]))]
    group: String,
    /// Open one ticket in total if more than COUNT failures are new
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    max_new: usize,
    /// Resolve tickets whose tests passed, so often in a row, on the branch where they failed
    #[arg(long, value_name = "TIMES", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    resolve_passing: Option<u32>,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Send tickets, and what is known of passing tests, to the branch's remote; tried again where somebody was faster
    #[arg(long, conflicts_with = "dry_run")]
    push: bool,
    /// Exit with status 0 even on errors, and print them to standard error
    #[arg(long)]
    best_effort: bool,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    fields: Fields,
}

/// Runs the command.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let grouping = match args.group.as_str() {
        "message" => Grouping::Message,
        "suite" => Grouping::Suite,
        _ => Grouping::Test,
    };
    let results = read(args, grouping, session)?;
    session.note(format!("read {} results; {} failed", results.total, results.failures()));
    let store = args.place.store(session)?;
    let build = args.place.build(&store, session);
    if args.push
        && let Err(error) = store.fetch_passes(&build.branch, &merged)
    {
        session.note(format!("warning: when tests passed last is known from here alone: {error}"));
    }
    let passes = build.passes(&store, session);
    let after =
        build.revision.as_deref().map(|revision| passes.after(&results, revision, session.now().unix()));
    let run =
        Run { args, store: &store, build: &build, results: &results, passes: &passes, after: after.as_ref() };
    let view = run.file(session)?;
    if args.dry_run {
        return Ok(view);
    }
    build.remember(&store, &results, session);
    if args.push {
        crate::commands::sync::push(&store, session)?;
        if let Err(error) = store.push_passes(&build.branch, &merged) {
            session.note(format!("warning: when tests passed last was not sent: {error}"));
        }
    }
    Ok(view)
}

fn read(args: &Args, grouping: Grouping, session: &mut Session<'_>) -> Result<Results, Failure> {
    let mut results = Results::new(grouping);
    let form = args.input.as_deref().and_then(ReportForm::parse);
    let directory = session.surroundings.directory.clone();
    for file in &args.files {
        read_report(file, form, &directory, session.input, &mut results).map_err(|error| {
            let failure = Failure::from(error);
            if failure.kind == Kind::Io {
                failure
            } else {
                failure.hint("nothing was filed; run the tests again, or leave the file out")
            }
        })?;
    }
    Ok(results.finish())
}

/// What two records of a branch know together.
fn merged(ours: Option<&str>, theirs: &str) -> String {
    Passes::read(ours.unwrap_or_default()).merged(&Passes::read(theirs)).write()
}

/// A run's results, ready to be judged.
struct Run<'a> {
    args: &'a Args,
    store: &'a Store,
    build: &'a Build,
    results: &'a Results,
    /// What was known of the branch before, and is now.
    passes: &'a Passes,
    after: Option<&'a Passes>,
}

impl Run<'_> {
    fn file(&self, session: &mut Session<'_>) -> Result<View, Failure> {
        let author = Author::of(self.store)?;
        let given = self.args.fields.changes(&author.me(), session)?;
        let seed = (session.random)();
        let candidates = self.candidates(session)?;
        let mut told = Told::default();
        let facts = Facts {
            store: self.store,
            author: &author,
            build: self.build,
            passes: self.passes,
            given: &given,
            seed,
        };
        let plan = write(self.store, self.args.dry_run, session, |snapshot| {
            let rules = project_files::rules(snapshot)?;
            let (draft, now) = self.judge(Judge::new(&facts, snapshot, &rules), snapshot, &candidates)?;
            told = now;
            Ok(draft)
        })?;
        session.notes.append(&mut told.notes);
        Ok(match plan {
            Some(plan) if self.args.dry_run => rehearsed(plan),
            plan => {
                let tickets = plan.map(|plan| plan.tickets).unwrap_or_default();
                let Told { opened, reopened, repeated, resolved, unchanged, .. } = told;
                View::Reported(Reported { opened, reopened, repeated, resolved, unchanged, tickets })
            }
        })
    }

    /// The open tickets of causes, if some are to be resolved.
    fn candidates(&self, session: &mut Session<'_>) -> Result<Vec<TicketId>, Failure> {
        let snapshot = self.store.snapshot(None)?;
        let tickets = whole(self.store, &snapshot, OPEN_CAUSES, session)?;
        Ok(tickets
            .into_iter()
            .filter(|ticket| self.is_of_this_branch(ticket))
            .map(|ticket| ticket.id().clone())
            .collect())
    }

    /// True for a ticket whose cause was seen on this branch last.
    fn is_of_this_branch(&self, ticket: &Ticket) -> bool {
        let last = ticket.sightings().next_back();
        last.is_some_and(|(_, seen)| seen.branch.as_deref() == Some(self.build.branch.as_str()))
    }

    fn judge(
        &self,
        mut judge: Judge<'_>,
        snapshot: &Snapshot<'_>,
        candidates: &[TicketId],
    ) -> Result<(Option<Draft>, Told), Failure> {
        let mut new: Vec<&Cause> = Vec::new();
        for cause in self.results.causes() {
            match judge.ticket_of(&cause.key)? {
                Some(ticket) => judge.sees_again(&ticket, cause, self.is_flaky(cause))?,
                None => new.push(cause),
            }
        }
        if new.len() > self.args.max_new {
            let storm = Cause::storm(format!("storm:{}", self.build.branch), &new);
            match judge.ticket_of(&storm.key)? {
                Some(ticket) => judge.sees_again(&ticket, &storm, false)?,
                None => judge.opens(&storm)?,
            }
        } else {
            new.into_iter().try_for_each(|cause| judge.opens(cause))?;
        }
        for id in candidates {
            if let Some(ticket) = snapshot.ticket(id)?.filter(|_| !judge.has_changed(id)) {
                self.pass(&mut judge, &ticket)?;
            }
        }
        Ok(judge.draft(&|told| self.subject(told)))
    }

    /// Looks whether the tests of an open ticket passed.
    fn pass(&self, judge: &mut Judge<'_>, ticket: &Ticket) -> Result<(), Failure> {
        let tests = ticket.sightings().next_back().map(|(_, seen)| seen.tests.as_slice()).unwrap_or_default();
        let has_failed = ticket.head().key().is_some_and(|key| self.results.has_failed(key));
        let is_open = ticket.head().status().is_open();
        if tests.is_empty()
            || has_failed
            || !is_open
            || !tests.iter().all(|test| self.results.has_passed(test))
        {
            return Ok(());
        }
        let Some(wanted) = self.args.resolve_passing else {
            judge.told.unchanged.push(ticket.id().clone());
            return Ok(());
        };
        let states = tests.iter().filter_map(|test| self.after?.state(test_number(test)));
        // Of several tests, the one that passes for the shortest time.
        let state = states.min_by_key(|state| state.count).filter(|state| state.passing);
        let now = self.build.revision.clone().unwrap_or_default();
        // What a complete report no longer names has no record.
        let (count, since) = state.map_or((wanted, now), |state| (state.count, state.since.clone()));
        judge.passes(ticket, count, wanted.max(1), &since)
    }

    fn is_flaky(&self, cause: &Cause) -> bool {
        let is_flipping = |test: &String| {
            self.results.is_flaky(test)
                || self
                    .after
                    .and_then(|after| after.state(test_number(test)))
                    .is_some_and(|state| state.is_flaky())
        };
        cause.tests.iter().any(is_flipping)
    }

    fn subject(&self, told: &Told) -> String {
        let counts = [
            (told.opened.len(), "opened"),
            (told.reopened.len(), "reopened"),
            (told.repeated.len(), "repeated"),
            (told.resolved.len(), "resolved"),
        ];
        let parts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let parts = if parts.is_empty() { "marked flaky".to_owned() } else { parts.join(", ") };
        format!("ci {}: {parts} on {}", self.build.short_revision(), self.build.branch)
    }
}
