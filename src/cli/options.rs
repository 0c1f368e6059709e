//! The command line: what holds everywhere, and the verb.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};

use crate::cli::help;
use crate::commands::Command;
use crate::commands::ProcessEnv;
use crate::render::Format;

/// Run a product's support process in the product's Git repository
///
/// A ticket is a YAML file under `.support/`; every change is one commit on the current branch. What you
/// have staged, changed or stashed is never touched.
#[derive(Debug, Parser)]
#[command(
    name = "git-support",
    bin_name = "git support",
    version,
    max_term_width = 100,
    propagate_version = false,
    subcommand_required = true,
    disable_help_subcommand = true
)]
pub(super) struct Options {
    /// Run as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = "Global options")]
    pub(super) directory: Vec<PathBuf>,
    /// Read and write the tickets of this branch
    #[arg(long, global = true, help_heading = "Global options", value_name = "NAME")]
    pub(super) branch: Option<String>,
    /// The form of the output
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        value_name = "FORM",
        default_value = "table"
    )]
    format: FormatName,
    /// The same as --format json; errors are JSON too
    #[arg(long, global = true, help_heading = "Global options")]
    json: bool,
    /// When to use colours
    #[arg(long, global = true, help_heading = "Global options", value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    /// Print only results, warnings and errors
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(super) quiet: bool,
    /// Say what was committed
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(super) verbose: bool,
}

/// The forms, as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatName {
    Table,
    Json,
    Ndjson,
    Yaml,
    Csv,
    Markdown,
    /// JUnit XML, for gates
    Junit,
    /// SARIF, for gates
    Sarif,
    /// Annotations of GitHub's workflows, for gates
    Github,
}

/// The whole command line, with every verb.
pub(super) fn line() -> clap::Command {
    Command::describe(Options::command(), &|_| true)
}

/// What the arguments say.
///
/// # Errors
/// They cannot be understood, or ask for help.
pub(super) fn parse(arguments: &[OsString]) -> Result<(Options, Command), clap::Error> {
    let arguments = shield_terms(&asked_for_help(arguments)?);
    let is_named = |name: &str| arguments.iter().any(|argument| argument == name);
    // Help and errors name other verbs too.
    let understood = Command::describe(Options::command(), &is_named).try_get_matches_from(&arguments);
    let matches = understood.or_else(|error| {
        if error.kind() == ErrorKind::DisplayVersion {
            return Err(error);
        }
        if error.kind() == ErrorKind::MissingSubcommand {
            let overview = OsString::from("overview");
            return line().try_get_matches_from(arguments.iter().chain([&overview]));
        }
        line().override_help(help::grouped(&line())).try_get_matches_from(&arguments)
    });
    let matches = matches.map_err(|error| unknown_command(error, &arguments))?;
    let missing = || line().error(ErrorKind::MissingSubcommand, "no command given");
    Ok((Options::from_arg_matches(&matches)?, Command::of(&matches)?.ok_or_else(missing)?))
}

/// `help` alone and `help all` answer at once; `help COMMAND` is that command's own help.
fn asked_for_help(arguments: &[OsString]) -> Result<Vec<OsString>, clap::Error> {
    let Some((program, [verb, rest @ ..])) = arguments.split_first() else { return Ok(arguments.to_vec()) };
    if verb != "help" {
        return Ok(arguments.to_vec());
    }
    let shown = |text: String| {
        let flags = [program.clone(), OsString::from("--help")];
        line().override_help(text).try_get_matches_from(flags).map(|_| arguments.to_vec())
    };
    match rest {
        [] => shown(help::grouped(&line())),
        [all] if all == "all" => shown(help::all(&line())),
        rest => Ok([std::slice::from_ref(program), rest, &[OsString::from("--help")]].concat()),
    }
}

/// An unknown command with what may have been meant; anything else is said by clap.
fn unknown_command(error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    let known = |argument: &&OsString| line().find_subcommand(argument).is_some();
    let is_inner = arguments.iter().take_while(|argument| *argument != typed.as_str()).any(|a| known(&a));
    if error.kind() != ErrorKind::InvalidSubcommand || is_inner {
        return error;
    }
    let message = format!("unknown command '{typed}'\nhint: {}\n", help::meant(typed));
    clap::Error::raw(ErrorKind::InvalidSubcommand, message)
}

impl Options {
    /// The form of the output.
    pub(super) fn format(&self) -> Format {
        match self.format {
            _ if self.json => Format::Json,
            FormatName::Table => Format::Table,
            FormatName::Json => Format::Json,
            FormatName::Ndjson => Format::Ndjson,
            FormatName::Yaml => Format::Yaml,
            FormatName::Csv => Format::Csv,
            FormatName::Markdown => Format::Markdown,
            FormatName::Junit => Format::Junit,
            FormatName::Sarif => Format::Sarif,
            FormatName::Github => Format::Github,
        }
    }

    /// True where colours are wanted: by the flag, else on a terminal without `NO_COLOR` that can.
    pub(super) fn colour(&self, surroundings: &ProcessEnv) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let dumb = surroundings.text("TERM").is_some_and(|term| term == "dumb");
                let refused = surroundings.text("NO_COLOR").is_some();
                let forced = surroundings.text("CLICOLOR_FORCE").is_some_and(|forced| forced != "0");
                forced && !refused || std::io::stdout().is_terminal() && !dumb && !refused
            }
        }
    }
}

/// The arguments with every term that a query is to negate in parentheses: `-label:x` would be taken for
/// flags otherwise. `-q`, `-v`, `-h`, and `-C DIR` stay what they are.
fn shield_terms(arguments: &[OsString]) -> Vec<OsString> {
    let takes_query = |argument: &&OsString| {
        ["list", "check", "sla", "report", "board", "export", "edit"]
            .iter()
            .any(|verb| argument.as_os_str() == *verb)
    };
    let Some(verb) = arguments.iter().position(|argument| takes_query(&argument)) else {
        return arguments.to_vec();
    };
    let verb_is_edit = arguments.get(verb).is_some_and(|verb| verb == "edit");
    let is_flag = |text: &str| {
        text.len() < 2
            || text.starts_with("--")
            || text.starts_with("-C")
            || text.chars().skip(1).all(|c| "qvh".contains(c))
            || text.strip_prefix("-n").is_some_and(|count| count.chars().all(|c| c.is_ascii_digit()))
            || (verb_is_edit && !text.contains(':'))
    };
    let shield = |(place, argument): (usize, &OsString)| match argument.to_str() {
        Some(text) if place > verb && text.starts_with('-') && !is_flag(text) => {
            // A whole query in one argument stays as it is: a blank before it keeps it from being a flag.
            if text.contains(char::is_whitespace) && text.contains(':') {
                return OsString::from(format!(" {text}"));
            }
            let term = text.strip_prefix('-').unwrap_or(text);
            OsString::from(format!("(-{})", crate::commands::requoted(term)))
        }
        _ => argument.clone(),
    };
    arguments.iter().enumerate().map(shield).collect()
}

/// True where whatever fails is only to be said.
pub(super) fn is_best_effort(arguments: &[OsString]) -> bool {
    let before_rest = arguments.split(|argument| argument == "--").next().unwrap_or_default();
    before_rest.iter().any(|argument| argument == "ci")
        && before_rest.iter().any(|argument| argument == "--best-effort")
}

/// True where a machine reads: looked up before the arguments are understood, for errors in them.
pub(super) fn wants_json(arguments: &[OsString]) -> bool {
    let follows_format =
        |pair: &[OsString]| matches!(pair, [flag, form] if flag == "--format" && form == "json");
    let before_rest = arguments.split(|argument| argument == "--").next().unwrap_or_default();
    before_rest.iter().any(|argument| argument == "--json" || argument == "--format=json")
        || before_rest.windows(2).any(follows_format)
}
