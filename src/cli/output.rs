//! Results on standard output, through git's pager on a terminal; talk and errors on standard error.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::process::{Command, ExitCode, Stdio};

use serde_json::json;

use crate::cli::logs::logged;
use crate::cli::options::Options;
use crate::commands::{Failure, Kind};
use crate::commands::{GitProgram, ProcessEnv};
use crate::render::{Format, safe};

/// The width to fit into: the terminal's, or `COLUMNS`; none in a pipe.
pub(super) fn columns(surroundings: &ProcessEnv) -> Option<usize> {
    let given =
        surroundings.text("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    if let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size_of(io::stdout()) {
        return Some(given.unwrap_or(usize::from(width)));
    }
    given
}

/// Prints a result. A closed pipe is a quiet end.
pub(super) fn print(text: &str, may_page: bool, surroundings: &ProcessEnv) -> Result<(), Failure> {
    if text.is_empty() {
        return Ok(());
    }
    if may_page && io::stdout().is_terminal() && page(text, surroundings) {
        return Ok(());
    }
    write(text).map(drop)
}

/// Writes to standard output at once; false where nobody reads any more.
pub(super) fn write(text: &str) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new(Kind::Io, format!("writing the output: {error}"))),
        Ok(()) => Ok(true),
    }
}

/// Shows a text in the pager that git would use; false where there is none.
fn page(text: &str, surroundings: &ProcessEnv) -> bool {
    let git = GitProgram::find(surroundings.environment.get("PATH"), &surroundings.directory);
    let Ok(pager) = git.run(&["var", "GIT_PAGER"], b"", &[]) else { return false };
    let pager = String::from_utf8_lossy(&pager).trim().to_owned();
    if pager.is_empty() || pager == "cat" {
        return false;
    }
    let mut command = Command::new("sh");
    command.args(["-c", &pager]).stdin(Stdio::piped());
    for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
        if !surroundings.has(name) {
            command.env(name, value);
        }
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // The reader may leave before the end.
        let _ = stdin.write_all(text.as_bytes());
    }
    // A shell that did not find the pager has shown nothing (sh(1), exit status).
    child.wait().is_ok_and(|status| !matches!(status.code(), Some(126 | 127)))
}

/// Says what a command had to remark. Nobody listening on standard error is no failure.
pub(super) fn notes(notes: &[String], remarks: &[String], options: &Options) -> Result<(), Failure> {
    let mut stderr = io::stderr().lock();
    for note in notes.iter().filter(|note| !options.quiet || note.starts_with("warning: ")) {
        let _ = writeln!(stderr, "{}", logged(&safe(note)));
    }
    for remark in remarks.iter().filter(|_| options.verbose) {
        let _ = writeln!(stderr, "{}", logged(&safe(remark)));
    }
    Ok(())
}

/// Says what failed, and returns the exit status.
pub(super) fn failure(failure: &Failure, options: &Options) -> ExitCode {
    let mut stderr = io::stderr().lock();
    if options.format() == Format::Json {
        let hint = (!failure.hints.is_empty()).then(|| failure.hints.join("; "));
        let message = format!("{:#}", failure.error);
        let _ = writeln!(stderr, "{}", error_json(failure.kind, &message, hint.as_deref()));
    } else {
        let mut causes = failure.error.chain();
        if let Some(first) = causes.next() {
            let _ = writeln!(stderr, "error: {}", logged(&safe(&first.to_string())));
        }
        for cause in causes {
            let _ = writeln!(stderr, "  because: {}", logged(&safe(&cause.to_string())));
        }
        for hint in &failure.hints {
            let _ = writeln!(stderr, "hint: {}", safe(hint));
        }
        if failure.kind == Kind::Internal {
            let _ = writeln!(stderr, "hint: this is a bug of git-support; please report it");
        }
    }
    ExitCode::from(failure.kind.status())
}

fn error_json(kind: Kind, message: &str, hint: Option<&str>) -> String {
    let error = json!({"kind": kind.as_str(), "message": safe(message), "hint": hint.map(safe)});
    json!({"schema": 1, "error": error}).to_string()
}

/// What clap says of the arguments: help on standard output, errors on standard error.
pub(super) fn usage(error: &clap::Error, wants_json: bool) -> ExitCode {
    let is_error = error.use_stderr();
    if is_error && wants_json {
        let text = error.render().to_string();
        // What is missing is named in the lines below the first.
        let is_said = |line: &&str| !line.trim().is_empty() && !line.starts_with("hint: ");
        let said = text.lines().take_while(is_said).map(str::trim);
        let message = said.collect::<Vec<_>>().join(" ");
        let message = message.trim_start_matches("error: ");
        let hint = text.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap_or("git support help");
        let _ = writeln!(io::stderr(), "{}", error_json(Kind::Usage, message, Some(hint)));
    } else if let Err(failed) = error.print()
        && failed.kind() != ErrorKind::BrokenPipe
    {
        return ExitCode::from(Kind::Io.status());
    }
    if is_error { ExitCode::from(Kind::Usage.status()) } else { ExitCode::SUCCESS }
}
