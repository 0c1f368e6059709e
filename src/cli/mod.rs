//! The process: arguments, the only reader of clock, environment and randomness, exit, pager, editor.

mod board;
mod child;
mod complete;
mod demo;
mod editor;
mod execute;
mod flags_meant;
mod help;
mod logs;
mod man;
mod on_change;
mod options;
mod output;
mod platform;
mod process_env;
mod progress;
mod questions;
mod repeatable;
mod save;
mod signals;
mod web;

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::cli::editor::Editing;
use crate::cli::options::Options;
use crate::cli::questions::Questions;
use crate::cli::repeatable::Repeatable;
use crate::commands::{self, Announcement, Command, Draft, Failure, Host, ProcessEnv, Session};
use crate::render::{Format, RenderOptions, View, render};

/// Runs the program and returns its exit status (docs/exit-status.md).
#[must_use]
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let wants_json = options::wants_json(&arguments);
    let status = match options::parse(&arguments) {
        Ok((options, command)) => {
            run(&options, &command, &arguments).unwrap_or_else(|failure| output::failure(&failure, &options))
        }
        Err(error) => output::usage(&error, wants_json),
    };
    // A pipeline that asked for it is not broken by us.
    if options::is_best_effort(&arguments) { ExitCode::SUCCESS } else { status }
}

fn run(options: &Options, command: &Command, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let surroundings = process_env::read(options)?;
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let random = process_env::random(&surroundings)?;
    let input = Repeatable::new(std::io::stdin());
    let mut reading = &input;
    let mut output = std::io::stdout();
    let way = on_change::Way::of(command, &surroundings);
    let announce = |announcement: &Announcement| on_change::announce(announcement, way);
    let host = Host::new(surroundings.clone(), &random, &progress::bar, &announce);
    let editing = Editing::new(host.clone(), arguments);
    let editor = |draft: &Draft<'_>| editing.text(draft);
    let questions = Questions::default();
    let interruptible = Arc::clone(&surroundings.interruptible);
    let execute = |words: &[OsString]| execute::execute(words, &interruptible);
    let ask = |question: &str| questions.ask(question);
    let ask_text = |question: &str, usual: &str| questions.text(question, usual);
    let look = look(options, &surroundings);
    let stream = |view: &View| streamed(view, options, &look);
    let mut session = Session {
        host,
        branch: options.branch.clone(),
        input: &mut reading,
        interactive: terminal,
        ask: &ask,
        ask_text: &ask_text,
        editor: &editor,
        execute: &execute,
        save: &save::save,
        save_through: &save::save_through,
        may_write: &save::may_write,
        tidy: &save::tidy,
        output: &mut output,
        stream: &stream,
        wait: &std::thread::sleep,
        format: options.format(),
        on_terminal: options.format() == Format::Table && look.terminal,
        instant_seconds: Cell::default(),
        unused: RefCell::default(),
        once_shown: RefCell::default(),
    };
    session.host.refused_form.set(form_of_gates(options.format()));
    if let Some(own) = of_the_process(command, options, &mut session) {
        return own;
    }
    let outcome = answered(command, &mut session, |outcome| {
        let goes_on = editing.goes_on(outcome, terminal);
        if goes_on {
            input.repeat();
        }
        goes_on
    });
    let view = outcome.map_err(|failure| unfiled(failure, &session, &editing, &input, arguments))?;
    if matches!(view, View::DryRun(_) | View::Unchanged(_)) {
        editing.kept_unfiled(arguments);
    } else {
        editing.filed();
    }
    shown(&view, options, &session, &look)
}

/// What failed, and how to file the texts that were written for it, in an editor or at the terminal.
fn unfiled(
    failure: Failure,
    session: &Session<'_>,
    editing: &Editing<'_>,
    input: &Repeatable<std::io::Stdin>,
    arguments: &[OsString],
) -> Failure {
    // What is committed is filed: kept, it would be filed twice.
    if has_committed(session) {
        return after_commit(failure, session);
    }
    let failure = flags_meant::with_option(failure, &options::line(), arguments);
    let failure = editing.kept_after(failure, arguments);
    if !std::io::stdin().is_terminal() {
        return failure;
    }
    editing.typed_kept_after(failure, &input.text(), arguments)
}

/// The name of a form that only the findings of a gate come in, and no answer to a change.
fn form_of_gates(form: Format) -> Option<&'static str> {
    Some(form.name()).filter(|_| matches!(form, Format::Junit | Format::Sarif | Format::Github))
}

/// What the process does itself; `None` for a command that answers with a view.
fn of_the_process(
    command: &Command,
    options: &Options,
    session: &mut Session<'_>,
) -> Option<Result<ExitCode, Failure>> {
    if let Command::Demo(args) = command {
        return Some(demo::run(args, options, session));
    }
    if let Command::Board(args) = command {
        return Some(board::run(&args.query, session));
    }
    if let Command::Web(args) = command {
        return Some(web::run(args, options, session));
    }
    if let Command::Complete(args) = command {
        return Some(complete::run(args, session));
    }
    if let Command::Man(args) = command {
        return Some(man::run(args, session));
    }
    None
}

/// How results are shown.
fn look(options: &Options, surroundings: &ProcessEnv) -> RenderOptions {
    RenderOptions {
        terminal: std::io::stdout().is_terminal(),
        colour: options.colour(surroundings),
        columns: output::columns(surroundings),
        now_seconds: surroundings.clock.seconds(),
    }
}

/// What a command answers; it is asked again as long as that goes on: after its rehearsal, and where a text is edited anew.
fn answered(
    command: &Command,
    session: &mut Session<'_>,
    goes_on: impl Fn(&Result<View, Failure>) -> bool,
) -> Result<View, Failure> {
    loop {
        let outcome = commands::run(command, session);
        if !goes_on(&outcome) {
            return outcome;
        }
        let _ = session.host.notes.take();
    }
}

/// Says what to do first, where a read found nothing because nothing is there yet.
fn note_unused(view: &View, session: &Session<'_>) {
    // Of a gate, and of a prompt, nobody is to be told.
    let is_read = matches!(
        view,
        View::Tickets { .. }
            | View::Inbox(_)
            | View::Entries(_)
            | View::Metrics(_)
            | View::Known(_)
            | View::Answers(_)
            | View::Team(_)
            | View::Vendors(_)
            | View::Releases(_)
    );
    let Some(branch) = session.unused.borrow().clone().filter(|_| is_read) else { return };
    // Of a commit that is checked out by itself, nothing begins.
    if branch == "HEAD" {
        session
            .note("no branch is checked out, and this commit has no tickets: git support list --branch NAME");
        return;
    }
    session.note(format!("branch {branch} has no tickets yet; open the first one: git support new"));
    session.note("set up team and settings: git support init");
}

/// Prints a part of an answer that continues; false where nobody reads any more.
fn streamed(view: &View, options: &Options, look: &RenderOptions) -> Result<bool, Failure> {
    let look = RenderOptions { now_seconds: process_env::now()?, ..*look };
    output::write(&render(view, options.format(), &look)?)
}

/// True once a change of this command is on its branch.
fn has_committed(session: &Session<'_>) -> bool {
    session.host.env.has_committed.load(Ordering::SeqCst)
}

/// A failure after a change was made, as of the output or of the disk: who tries again would make it twice.
fn after_commit(failure: Failure, session: &Session<'_>) -> Failure {
    if !has_committed(session) {
        return failure;
    }
    let Failure { kind, error, hints } = failure;
    let error = anyhow::anyhow!("{error:#}; the commit is on the branch");
    Failure { kind, error, hints }
}

/// Prints what a command answered, as of the instant that it looked at.
fn shown(
    view: &View,
    options: &Options,
    session: &Session<'_>,
    look: &RenderOptions,
) -> Result<ExitCode, Failure> {
    let now_seconds = session.instant_seconds.get().unwrap_or(look.now_seconds);
    note_unused(view, session);
    let text = render(view, options.format(), &RenderOptions { now_seconds, ..*look })?;
    let text = if options.format() == Format::Table { logs::logged(&text) } else { text.into() };
    let (notes, remarks) = session.host.notes.take();
    let said = output::notes(&notes, &remarks, options);
    let may_page = matches!(
        view,
        View::Ticket(_) | View::Tickets { .. } | View::Entries(_) | View::Inbox(_) | View::HandoverNotes(_)
    );
    output::print(&text, may_page, &session.host.env).map_err(|failure| after_commit(failure, session))?;
    said.map_err(|failure| after_commit(failure, session))?;
    if let Some(rest) = session.once_shown.take() {
        rest()?;
        let (notes, remarks) = session.host.notes.take();
        output::notes(&notes, &remarks, options)?;
    }
    match session.host.unsent.take() {
        Some(failure) => Err(failure),
        None => Ok(ExitCode::from(view.status())),
    }
}
