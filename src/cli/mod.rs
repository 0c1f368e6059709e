//! The process: arguments, the only reader of clock, environment and randomness, exit, pager, editor.

mod complete;
mod demo;
mod editor;
mod options;
mod output;
mod progress;
mod surroundings;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use crate::cli::options::Options;
use crate::commands::{self, Command, Failure, Session};
use crate::render::{Format, Look, View, render};

/// The status of a gate that found something (docs/exit-status.md).
const GATE_SHUT: u8 = 3;

/// Runs the program and returns its exit status (docs/exit-status.md).
#[must_use]
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let wants_json = options::wants_json(&arguments);
    let (options, command) = match options::parse(&arguments) {
        Ok(understood) => understood,
        Err(error) => return output::usage(&error, wants_json),
    };
    match run(&options, &command) {
        Ok(status) => status,
        Err(failure) => output::failure(&failure, &options),
    }
}

fn run(options: &Options, command: &Command) -> Result<ExitCode, Failure> {
    let surroundings = surroundings::read(options)?;
    let now_seconds = surroundings.now_seconds;
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let mut random = surroundings::random(&surroundings)?;
    let mut input = std::io::stdin();
    let mut output = std::io::stdout();
    let editing = surroundings.clone();
    let editor = move |text: &str| editor::edit(text, &editing);
    let look = Look {
        terminal: std::io::stdout().is_terminal(),
        colour: options.colour(&surroundings),
        columns: output::columns(&surroundings),
        now_seconds,
    };
    let mut session = Session {
        surroundings,
        branch: options.branch.clone(),
        random: &mut random,
        input: &mut input,
        interactive: terminal,
        editor: &editor,
        progress: &progress::bar,
        output: &mut output,
        format: options.format(),
        on_terminal: options.format() == Format::Table && look.terminal,
        notes: Vec::new(),
        remarks: Vec::new(),
    };
    if let Command::Demo(args) = command {
        return demo::run(args.dir.as_deref(), options, &session);
    }
    if let Command::Complete(args) = command {
        return complete::run(args, &session);
    }
    let view = commands::run(command, &mut session)?;
    let text = render(&view, options.format(), &look)?;
    let said = output::notes(&session.notes, &session.remarks, options);
    let may_page =
        matches!(view, View::Ticket(_) | View::Tickets { .. } | View::Entries(_) | View::Packet(_));
    output::print(&text, may_page, &session.surroundings)?;
    said?;
    Ok(if view.is_gate_shut() { ExitCode::from(GATE_SHUT) } else { ExitCode::SUCCESS })
}
