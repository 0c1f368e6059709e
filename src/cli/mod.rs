//! The process: arguments, the only reader of clock, environment and randomness, exit, pager, editor.

mod board;
mod complete;
mod demo;
mod editor;
mod execute;
mod help;
mod options;
mod output;
mod process_env;
mod progress;
mod save;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use crate::cli::options::Options;
use crate::commands::{self, Command, Failure, Host, Session};
use crate::render::{Format, RenderOptions, View, render};

/// Runs the program and returns its exit status (docs/exit-status.md).
#[must_use]
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let wants_json = options::wants_json(&arguments);
    let status = match options::parse(&arguments) {
        Ok((options, command)) => {
            run(&options, &command).unwrap_or_else(|failure| output::failure(&failure, &options))
        }
        Err(error) => output::usage(&error, wants_json),
    };
    // A pipeline that asked for it is not broken by us.
    if options::is_best_effort(&arguments) { ExitCode::SUCCESS } else { status }
}

fn run(options: &Options, command: &Command) -> Result<ExitCode, Failure> {
    let surroundings = process_env::read(options)?;
    let now_seconds = surroundings.now_seconds;
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let random = process_env::random(&surroundings)?;
    let mut input = std::io::stdin();
    let mut output = std::io::stdout();
    let editing = surroundings.clone();
    let editor = move |text: &str| editor::edit(text, &editing);
    let look = RenderOptions {
        terminal: std::io::stdout().is_terminal(),
        colour: options.colour(&surroundings),
        columns: output::columns(&surroundings),
        now_seconds,
    };
    let mut session = Session {
        host: Host::new(surroundings, &random, &progress::bar),
        branch: options.branch.clone(),
        input: &mut input,
        interactive: terminal,
        editor: &editor,
        execute: &execute::execute,
        save: &save::save,
        output: &mut output,
        format: options.format(),
        on_terminal: options.format() == Format::Table && look.terminal,
    };
    if let Command::Demo(args) = command {
        return demo::run(args.dir.as_deref(), options, &session);
    }
    if let Command::Board(args) = command {
        return board::run(&args.query, &mut session);
    }
    if let Command::Complete(args) = command {
        return complete::run(args, &session);
    }
    let view = commands::run(command, &mut session)?;
    let text = render(&view, options.format(), &look)?;
    let (notes, remarks) = session.host.notes.take();
    let said = output::notes(&notes, &remarks, options);
    let may_page =
        matches!(view, View::Ticket(_) | View::Tickets { .. } | View::Entries(_) | View::HandoverNotes(_));
    output::print(&text, may_page, &session.host.env)?;
    said?;
    Ok(ExitCode::from(view.status()))
}
