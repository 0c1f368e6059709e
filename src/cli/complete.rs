//! What the completion scripts ask: the candidates for a word, `value<TAB>description` a line.

use std::ffi::OsStr;
use std::process::ExitCode;

use clap::Arg;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use crate::cli::options;
use crate::cli::output;
use crate::commands::{CompleteArgs, Failure, Kind, Session, Sought, candidates};
use crate::render::candidate;

/// Stands in clap's answer where candidates are to be looked up, which only then costs anything; no
/// candidate contains it.
const LOOK_UP: char = '\0';

/// Prints the candidates. Where there is no repository, verbs and flags are completed all the same.
pub(super) fn run(args: &CompleteArgs, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let typed =
        args.words.get(args.index).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let mut command = options::line().mut_subcommands(|verb| {
        verb.mut_args(|argument| match place(&argument) {
            Some(place) => {
                let offer = move |_: &OsStr| vec![CompletionCandidate::new(format!("{LOOK_UP}{place}"))];
                argument.add(ArgValueCompleter::new(offer))
            }
            None => argument,
        })
    });
    let here = Some(session.host.env.directory.as_path());
    let found = complete(&mut command, args.words.clone(), args.index, here);
    let found = found.map_err(|error| Failure::new(Kind::Internal, format!("completing: {error}")))?;
    let mut out = String::new();
    for found in found {
        let value = found.get_value().to_string_lossy().into_owned();
        let Some((flag, place)) = value.split_once(LOOK_UP) else {
            let about = found.get_help().map(ToString::to_string);
            out.push_str(&candidate(&value, about.as_deref()));
            continue;
        };
        let Some((_, sought)) = place.parse().ok().and_then(|place: usize| ARGUMENTS.get(place)) else {
            continue;
        };
        let typed = typed.strip_prefix(flag).unwrap_or(&typed);
        for (value, about) in candidates(session, *sought, typed).unwrap_or_default() {
            let about = (!about.is_empty()).then_some(about);
            out.push_str(&candidate(&format!("{flag}{value}"), about.as_deref()));
        }
    }
    output::print(&out, false, &session.host.env)?;
    Ok(ExitCode::SUCCESS)
}

/// What the arguments take, by their names or those of their values.
const ARGUMENTS: &[(&str, Sought)] = &[
    ("id", Sought::Id),
    ("ids", Sought::Id),
    ("other", Sought::Id),
    ("of", Sought::Id),
    ("known_issue", Sought::Id),
    ("known", Sought::Id),
    ("add", Sought::Id),
    ("remove", Sought::Id),
    ("answer", Sought::Answer),
    ("label", Sought::Value("label")),
    ("remove_label", Sought::Value("label")),
    ("affects", Sought::Value("affects")),
    ("remove_affects", Sought::Value("affects")),
    ("environment", Sought::Value("environment")),
    ("assignee", Sought::Value("assignee")),
    ("reporter", Sought::Value("reporter")),
    ("owner", Sought::Value("owner")),
    ("to", Sought::Value("assignee")),
    ("vendor", Sought::Value("vendor")),
    ("query", Sought::Term),
    ("TEXT", Sought::Text),
];

/// An argument's place in the table: by its name, else by what its value is called in the help.
fn place(argument: &Arg) -> Option<usize> {
    let at = |name: &str| ARGUMENTS.iter().position(|(known, _)| *known == name);
    let values = || argument.get_value_names().into_iter().flatten();
    at(argument.get_id().as_str()).or_else(|| values().find_map(|name| at(name)))
}
