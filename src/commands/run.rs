//! `run`: any command, whose failure becomes a ticket.

use std::ffi::OsString;

use crate::commands::arguments::Fields;
use crate::commands::change::{Author, write};
use crate::commands::ci::{Facts, Judge, Told, Where};
use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::commands::session::{Finished, Session};
use crate::intake::printed;
use crate::process::{Cause, Evidence, Grouping, Outcome, Results, Verdict, test_number};
use crate::render::View;
use crate::ticket::one_line;

/// Run a command, and open a ticket if it fails
///
/// Its output goes where it would go, and its status is passed on. The ticket says the command, the status,
/// where it ran, and the end of the output.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Identify the ticket by this key [default: the command]
    #[arg(long, value_name = "FINGERPRINT")]
    key: Option<String>,
    /// When it passes, resolve the ticket of an earlier failure
    #[arg(long)]
    resolve: bool,
    /// A variable of the environment to tell, too (can be repeated)
    #[arg(long, value_name = "NAME")]
    env: Vec<String>,
    /// Send the ticket to the branch's remote, too; tried again where somebody was faster
    #[arg(long)]
    push: bool,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    fields: Fields,
    /// The command
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let finished = match (session.execute)(&args.command) {
        Ok(finished) => finished,
        Err(error) => {
            // As a shell tells it: there is no such command.
            session.note(format!("error: {error:#}"));
            Finished { status: Some(127), signal: None, output: format!("{error:#}\n") }
        }
    };
    let status = finished.shell_status();
    // Whatever becomes of the ticket, the command's own status is what counts.
    if let Err(failure) = file(args, &finished, session) {
        session.note(format!("warning: no ticket was written: {:#}", failure.error));
        session.notes.extend(failure.hints.iter().map(|hint| format!("hint: {hint}")));
    }
    Ok(View::Ran { status })
}

fn file(args: &Args, finished: &Finished, session: &mut Session<'_>) -> Result<(), Failure> {
    let has_failed = finished.shell_status() != 0;
    let store = args.place.store(session)?;
    let build = args.place.build(&store, session);
    let cause = cause(args, finished, session);
    let results = results(&cause, has_failed);
    let passes = build.passes(&store, session);
    if has_failed || args.resolve {
        let author = Author::of(&store)?;
        let given = args.fields.changes(&author.me(), session)?;
        let revision = build.revision.as_deref().unwrap_or_default();
        let after = passes.after(&results, revision, session.now().unix());
        let state = after.state(test_number(&cause.key));
        let mut told = Told::default();
        let facts = Facts {
            store: &store,
            author: &author,
            build: &build,
            passes: &passes,
            given: &given,
            seed: (session.random)(),
        };
        let plan = write(&store, false, session, |snapshot| {
            let rules = project_files::rules(snapshot)?;
            let mut judge = Judge::new(&facts, snapshot, &rules);
            match (judge.ticket_of(&cause.key)?, has_failed, state) {
                (None, true, _) => judge.opens(&cause)?,
                (Some(ticket), true, _) => judge.sees_again(&ticket, &cause, false)?,
                (Some(ticket), false, Some(state)) if ticket.head().status().is_open() => {
                    judge.passes(&ticket, state.count, 1, &state.since)?;
                }
                (Some(_) | None, false, _) => {}
            }
            let (draft, now) = judge.draft(&|_| String::new());
            told = now;
            Ok::<_, Failure>(draft)
        })?;
        tell(&told, session);
        if args.push && plan.is_some() {
            crate::commands::sync::push(&store, session)?;
        }
    }
    build.remember(&store, &results, session);
    Ok(())
}

/// The one result of a command: it has passed or failed like a test.
fn results(cause: &Cause, has_failed: bool) -> Results {
    let verdict =
        if has_failed { Verdict::Failed(Box::new(cause.evidence.clone())) } else { Verdict::Passed };
    let mut results = Results::new(Grouping::Test);
    results.add(Outcome { suite: String::new(), name: cause.key.clone(), verdict });
    results.finish()
}

fn tell(told: &Told, session: &mut Session<'_>) {
    for (what, ids) in [
        ("opened", &told.opened),
        ("reopened", &told.reopened),
        ("repeated", &told.repeated),
        ("resolved", &told.resolved),
    ] {
        ids.iter().for_each(|id| session.note(format!("support: {what} {id}")));
    }
    session.notes.extend(told.notes.iter().cloned());
}

fn cause(args: &Args, finished: &Finished, session: &Session<'_>) -> Cause {
    let words: Vec<String> = args.command.iter().map(|word| quoted(&word.to_string_lossy())).collect();
    let command = one_line(&words.join(" "));
    let how = match finished.signal {
        Some(signal) => format!("was ended by signal {signal}"),
        None => format!("failed with status {}", finished.shell_status()),
    };
    let mut details =
        format!("$ {command}\nIt {how}, on {} {}.", std::env::consts::OS, std::env::consts::ARCH);
    for name in &args.env {
        let value = session.surroundings.text(name).unwrap_or_else(|| "(not set)".to_owned());
        details.push_str(&["\n", name, "=", &value].concat());
    }
    let key = args.key.clone().unwrap_or_else(|| command.clone());
    let evidence = Evidence {
        title: Some(format!("{command} {how}")),
        message: how,
        details,
        output: printed(&finished.output),
        place: None,
        files: Vec::new(),
    };
    let key = format!("run:{key}");
    Cause { tests: vec![key.clone()], key, count: 1, evidence }
}

/// A word as a shell would take it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
