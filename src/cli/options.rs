//! The command line: what holds everywhere, and the verb.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};

use crate::cli::flags_meant;
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
    let arguments = asked_for_help(arguments)?;
    let is_named = |name: &str| arguments.iter().any(|argument| argument == name);
    // Help and errors name other verbs too.
    let described = Command::describe(Options::command(), &is_named);
    let arguments = shield_terms(&described, &arguments);
    let understood = described.try_get_matches_from(&arguments);
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
    let explained = |error: clap::Error| {
        // Describing all commands takes longer than an answer such as the version.
        if error.use_stderr() {
            return flags_meant::explained(unknown_command(error, &arguments), &line(), &arguments);
        }
        error
    };
    let matches = matches.map_err(explained)?;
    let missing = || line().error(ErrorKind::MissingSubcommand, "no command given");
    let options = Options::from_arg_matches(&matches)?;
    let is_json = matches!(options.format, FormatName::Table | FormatName::Json | FormatName::Ndjson);
    if options.json && !is_json {
        return Err(line().error(ErrorKind::ArgumentConflict, "--json and --format name different forms"));
    }
    Ok((options, Command::of(&matches)?.ok_or_else(missing)?))
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
        [help] if help == "help" => shown(help::grouped(&line())),
        rest => Ok([std::slice::from_ref(program), rest, &[OsString::from("--help")]].concat()),
    }
}

/// An unknown command with what may have been meant; anything else is said by clap.
fn unknown_command(error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    if error.kind() != ErrorKind::InvalidSubcommand {
        return error;
    }
    let line = line();
    let mut before = arguments.iter().take_while(|argument| *argument != typed.as_str());
    if let Some(outer) = before.find_map(|argument| line.find_subcommand(argument)) {
        let name = outer.get_name();
        let message =
            format!("unknown command '{name} {typed}'\nhint: {}\n", help::meant_within(outer, typed));
        return clap::Error::raw(ErrorKind::InvalidSubcommand, message);
    }
    let after = arguments.iter().skip_while(|argument| *argument != typed.as_str()).nth(1);
    let after = after.and_then(|word| word.to_str());
    let message = format!("unknown command '{typed}'\nhint: {}\n", help::meant_by(typed, after));
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

/// The verbs whose words are a query.
const QUERY_VERBS: &[&str] = &["list", "check", "sla", "report", "board", "export"];

/// The arguments with every term that a query is to negate out of the way of flags: `-label:x` would be taken for some.
/// Only the words of a query are touched: never the verb's options, their values, or what stands behind another verb.
fn shield_terms(described: &clap::Command, arguments: &[OsString]) -> Vec<OsString> {
    let mut shielded: Vec<OsString> = arguments.iter().take(1).cloned().collect();
    let (mut verb, mut is_value, mut is_rest): (Option<&clap::Command>, bool, bool) = (None, false, false);
    for argument in arguments.iter().skip(1) {
        let text = argument.to_str().unwrap_or_default();
        let takes_query = verb.is_some_and(|verb| QUERY_VERBS.contains(&verb.get_name()));
        if is_value || is_rest {
            is_value = false;
            shielded.push(argument.clone());
        } else if text == "--" {
            is_rest = true;
            shielded.push(argument.clone());
        } else if let Some(takes_value) = flag([Some(described), verb], text) {
            is_value = takes_value;
            shielded.push(argument.clone());
        } else if text.starts_with('-') && takes_query {
            shielded.push(shielded_term(text));
        } else {
            verb = verb.or_else(|| described.find_subcommand(argument));
            shielded.push(argument.clone());
        }
    }
    shielded
}

/// Whether a flag takes the next argument as its value; `None` where the text is no flag of these commands.
fn flag(commands: [Option<&clap::Command>; 2], text: &str) -> Option<bool> {
    let known = || commands.into_iter().flatten().flat_map(clap::Command::get_arguments);
    if let Some(name) = text.strip_prefix("--") {
        let (name, has_value) = name.split_once('=').map_or((name, false), |(name, _)| (name, true));
        let found = known().find(|arg| arg.get_long() == Some(name));
        return Some(!has_value && found.is_some_and(|arg| arg.get_action().takes_values()));
    }
    let mut letters = text.strip_prefix('-')?.chars();
    let by_letter = |letter: char| known().find(|arg| arg.get_short() == Some(letter));
    let first = letters.next()?;
    let rest = letters.as_str();
    let Some(arg) = by_letter(first) else { return (first == 'h' && rest.is_empty()).then_some(false) };
    if arg.get_action().takes_values() {
        // `-n5` and `-C..` bring their value along; `-number:x` is a term.
        let is_number = first != 'n' || rest.chars().all(|c| c.is_ascii_digit());
        return is_number.then_some(rest.is_empty());
    }
    rest.chars().all(|letter| by_letter(letter).is_some()).then_some(false)
}

/// A word of a query that begins with a minus, as one that is no flag. A whole query in one argument stays as it is.
fn shielded_term(text: &str) -> OsString {
    if text.contains(char::is_whitespace) {
        return OsString::from(format!(" {text}"));
    }
    let term = text.strip_prefix('-').unwrap_or(text);
    OsString::from(format!("(-{})", crate::commands::requoted(term)))
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
