//! `run`: any command, whose failure becomes a ticket.

use std::ffi::OsString;

use crate::commands::arguments::FieldOptions;
use crate::commands::ci::Where;
use crate::commands::failure::Failure;
use crate::commands::session::{Finished, Session};
use crate::intake::printed;
use crate::process::{
    FailureGroup, FailureOutput, Grouping, Outcome, Results, TestResult, names_a_secret, secrets_given,
    without_known, words_without_secrets,
};
use crate::project::{ChangeOptions, End};
use crate::render::View;
use crate::ticket::{one_line, shell_word};

/// Run a command, and open a ticket if it fails
///
/// Passes on the output and exit status of COMMAND. The ticket records the command, its status, where it ran, and
/// the end of its output.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Identify the ticket by this key, as run:KEY [default: the command, and the folder it runs in]
    #[arg(long, value_name = "FINGERPRINT")]
    key: Option<String>,
    /// Resolve the ticket of an earlier failure if COMMAND passes
    #[arg(long)]
    resolve: bool,
    /// Record the environment variable NAME (can be repeated)
    #[arg(long, value_name = "NAME")]
    env: Vec<String>,
    /// Push to the branch's remote, and retry if it has moved
    #[arg(long)]
    push: bool,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    fields: FieldOptions,
    /// The command
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let finished = match (session.execute)(&args.command) {
        Ok(finished) => finished,
        Err(error) => {
            // As a shell tells it: there is no such command, or it cannot be run.
            session.note(format!("error: {error:#}"));
            let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            let status = if kind == Some(std::io::ErrorKind::PermissionDenied) { 126 } else { 127 };
            Finished { status: Some(status), signal: None, output: format!("{error:#}\n") }
        }
    };
    let status = finished.shell_status();
    // Whatever becomes of the ticket, the command's own status is what counts.
    let filed = file(args, &finished, session).map_err(|failure| ("no ticket was written: ", failure));
    let unsent = session.host.unsent.take().map(|failure| ("", failure));
    for (what, failure) in filed.err().into_iter().chain(unsent) {
        session.note(format!("warning: {what}{:#}", failure.error));
        failure.hints.iter().for_each(|hint| session.note(format!("hint: {hint}")));
    }
    Ok(View::Ran { status })
}

fn file(args: &Args, finished: &Finished, session: &mut Session<'_>) -> Result<(), Failure> {
    let end = if finished.shell_status() == 0 { End::Passed } else { End::Failed };
    let request = args.place.request();
    let project = request.project(&session.host, session.branch.as_deref())?;
    let build = request.build(&project);
    let cause = cause(args, finished, project.folder().as_deref(), session);
    let mut results = results(&cause, end, build.lane.as_deref());
    if end == End::Failed || args.resolve {
        let given = args.fields.changes(&project, session)?;
        // Secrets were taken out of the texts: no failure is refused for them.
        let options = ChangeOptions { push: args.push, allow_secret: true, ..ChangeOptions::default() };
        let changed = project.report_command(&build, &cause, &mut results, &given, end, &options)?;
        for (what, ids) in changed.answer.changed() {
            ids.iter().for_each(|id| session.note(format!("support: {what} {id}")));
        }
    }
    project.remember_results(&build, &results);
    Ok(())
}

/// The one result of a command: it has passed or failed like a test.
fn results(cause: &FailureGroup, end: End, lane: Option<&str>) -> Results {
    let verdict = match end {
        End::Failed => TestResult::Failed(Box::new(cause.evidence.clone())),
        End::Passed => TestResult::Passed,
    };
    let mut results = Results::new(Grouping::Test, lane);
    results.add(Outcome::new("", cause.key.clone(), verdict));
    results.finish()
}

fn cause(args: &Args, finished: &Finished, folder: Option<&str>, session: &Session<'_>) -> FailureGroup {
    let words: Vec<String> = args.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let known = [secret_values(session), secrets_given(&words)].concat();
    let words: Vec<String> =
        words_without_secrets(&words, &known).iter().map(|word| shell_word(word)).collect();
    let command = one_line(&words.join(" "));
    let how = match finished.signal {
        Some(signal) => format!("was ended by signal {signal}"),
        None => format!("failed with status {}", finished.shell_status()),
    };
    let within = folder.map(|folder| format!(" in {folder}")).unwrap_or_default();
    let mut details =
        format!("$ {command}\nIt {how}{within}, on {} {}.", std::env::consts::OS, std::env::consts::ARCH);
    for name in &args.env {
        let value = session.host.env.text(name).unwrap_or_else(|| "(not set)".to_owned());
        let value =
            if names_a_secret(name) { "(a secret)".to_owned() } else { without_known(&value, &known) };
        details.push_str(&["\n", name, "=", &value].concat());
    }
    // In a monorepo, each part has a command of its own under the same words.
    let own = || folder.map_or_else(|| command.clone(), |folder| format!("{folder}: {command}"));
    let key = args.key.as_ref().map_or_else(own, |key| without_known(key, &known));
    let evidence = FailureOutput {
        title: Some(format!("{command} {how}{within}")),
        message: how,
        details,
        output: without_known(&printed(&finished.output), &known),
        place: None,
        files: Vec::new(),
    };
    let key = format!("run:{key}");
    let (tests, reports) = (vec![key.clone()], Vec::new());
    FailureGroup { tests, reports, key, home: String::new(), count: 1, evidence }
}

/// The values of the environment that are secret by their names.
fn secret_values(session: &Session<'_>) -> Vec<String> {
    let environment = &session.host.env.environment;
    let secret = environment.iter().filter(|(name, _)| names_a_secret(name));
    secret.map(|(_, value)| value.to_string_lossy().into_owned()).collect()
}
