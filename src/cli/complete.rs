//! What the completion scripts ask: the candidates for a word, `value<TAB>description` a line.

use std::ffi::OsStr;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use crate::cli::options::Options;
use crate::cli::output;
use crate::commands::{CompleteArgs, Failure, Kind, Session, candidates};
use crate::render::candidate;

/// The arguments that take a ticket's id.
const ID_ARGUMENTS: &[&str] = &["id", "ids", "other"];

/// Prints the candidates. Where there is no repository, verbs and flags are completed all the same.
pub(super) fn run(args: &CompleteArgs, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let typed =
        args.words.get(args.index).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let ids =
        if typed.starts_with('-') { Vec::new() } else { candidates(session, &typed).unwrap_or_default() };
    let offer = move |_: &OsStr| -> Vec<CompletionCandidate> {
        let candidate =
            |(id, title): &(String, String)| CompletionCandidate::new(id).help(Some(title.into()));
        ids.iter().map(candidate).collect()
    };
    let mut command = Options::command().mut_subcommands(|verb| {
        let offer = offer.clone();
        verb.mut_args(move |argument| {
            if ID_ARGUMENTS.contains(&argument.get_id().as_str()) {
                argument.add(ArgValueCompleter::new(offer.clone()))
            } else {
                argument
            }
        })
    });
    let here = Some(session.surroundings.directory.as_path());
    let found = complete(&mut command, args.words.clone(), args.index, here);
    let found = found.map_err(|error| Failure::new(Kind::Internal, format!("completing: {error}")))?;
    let line = |found: &CompletionCandidate| {
        let about = found.get_help().map(ToString::to_string);
        candidate(&found.get_value().to_string_lossy(), about.as_deref())
    };
    let out: String = found.iter().map(line).collect();
    output::print(&out, false, &session.surroundings)?;
    Ok(ExitCode::SUCCESS)
}
