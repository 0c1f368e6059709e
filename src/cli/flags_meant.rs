//! What somebody meant by an option that there is not: what gh, Jira and others call it, or one that is nearly the same.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::commands::{Failure, PROPERTIES, WordAfterTicket, field_of, nearest};

/// Options as others call them, and what they are here: of those that a command has, the first.
const HABITS: &[(&[&str], &[&str])] = &[
    (&["--body", "-b"], &["--description", "-m"]),
    (&["--comment", "-c", "--text", "--note", "--msg", "--content"], &["-m", "--message"]),
    (&["--description", "--desc"], &["--description", "-m"]),
    (&["--body-file", "--input"], &["-F", "--file"]),
    (&["--add-label", "--labels", "--tag", "--tags", "--add-tag", "-l"], &["--label"]),
    (&["--priority", "--prio", "-p", "--impact", "--urgency", "--importance"], &["--severity"]),
    (&["--assign", "-a", "--add-assignee", "--assignee", "--user", "-u"], &["--assignee", "--to"]),
    (&["--remove-assignee", "--unassign", "--none", "--clear"], &["--nobody"]),
    (&["-t", "--summary", "--subject", "--name"], &["--title"]),
    (&["--issuetype", "--kind", "--category"], &["--type"]),
    (&["--component"], &["--area", "--label"]),
    (&["--milestone", "--fix-version", "--version"], &["--affects", "--tag"]),
    (&["--reason", "--resolution", "--close-reason", "-r"], &["--as", "--resolution"]),
    (&["--customer", "--requester", "--from"], &["--reporter", "--from"]),
    (&["--file", "--attachment", "-f"], &["--attach", "--file"]),
    (&["-L", "--max", "--max-count"], &["--limit", "-n"]),
    (&["--output", "-o", "--out"], &["--format"]),
    (&["--amend", "--replace"], &["--replace"]),
    (&["--since", "--after"], &["--from"]),
    (&["--until", "--before"], &["--to"]),
    (&["-q", "--silent"], &["--quiet"]),
    (&["-f", "--yes", "--no-verify"], &["--yes", "--force"]),
];
/// What an option of a command would do, where no option of ours does it.
const ELSEWHERE: &[(&str, &[&str], &str)] = &[
    ("close", &["--reason", "-r", "--as", "--resolution"], "git support resolve ID --as CODE"),
    ("edit", &["--remove-assignee", "--unassign", "--nobody"], "git support assign ID --nobody"),
    ("edit", &["--close", "--resolve"], "git support resolve ID --as CODE"),
    ("edit", &["--due", "--due-date", "--deadline"], "git support sla ID shows when it is due"),
    (
        "link",
        &["--blocks", "--blocked-by", "--parent", "--duplicate"],
        "write the kind as a word: git support link ID KIND OTHER",
    ),
    ("list", &["--sort", "--sort-by", "--order", "--order-by"], "write a term of the query: sort:updated"),
    ("list", &["--reverse", "--desc"], "write a term of the query: sort:-updated"),
    ("list", &["--csv", "--tsv"], "use --format csv"),
    ("export", &["--csv"], "write a list as a table: git support list --format csv"),
    ("list", &["--mine"], "write a term of the query: assignee:me"),
    (
        "list",
        &["--search", "--filter", "--jql", "-S", "-q"],
        "write the words as the query: git support list WORD",
    ),
    ("list", &["--web", "-w"], "git support web"),
    ("show", &["--web", "-w"], "git support web"),
    ("show", &["--comments", "-c"], "git support show ID prints them"),
    ("log", &["--oneline", "--stat"], "git log --oneline -- .support"),
    ("log", &["-p", "--patch"], "git log -p -- .support"),
    ("log", &["--author"], "use --by"),
    ("log", &["--since", "--after", "--until", "--before"], "git log --since=2099-12-01 -- .support"),
];
/// Options of git itself, which stand before the command.
const OF_GIT: &[&str] = &[
    "--git-dir",
    "--work-tree",
    "--namespace",
    "--no-pager",
    "--paginate",
    "--bare",
    "--config-env",
    "--no-optional-locks",
];
/// Options that stand for a title, which is no option.
const TITLES: &[&str] = &["--title", "-t", "--summary", "--subject", "--name"];
/// Options that stand for a state that a query asks for.
const STATES: &[&str] = &["--state", "-s", "--closed", "--open", "--all-states"];

/// An error about an option that there is not, with what may have been meant, or about a number, as people say it; any other as
/// it is.
pub(super) fn explained(error: clap::Error, line: &Command, arguments: &[OsString]) -> clap::Error {
    if error.kind() == ErrorKind::ValueValidation {
        return of_number(&error).unwrap_or(error);
    }
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else { return error };
    // Options alone: a word too many is said by clap.
    if !typed.starts_with('-') {
        return error;
    }
    let (path, verb) = verb_of(line, arguments);
    let typed = typed.split('=').next().unwrap_or_default();
    let help =
        if path.is_empty() { "git support help".to_owned() } else { format!("git support {path} --help") };
    let of_git = || {
        let option = OF_GIT.iter().find(|option| **option == typed)?;
        Some(format!("an option of git stands before the command: git {option} support {path}"))
    };
    let hint = meant(typed, verb, line).or_else(of_git).unwrap_or(help);
    clap::Error::raw(ErrorKind::UnknownArgument, format!("unknown option '{typed}'\nhint: {hint}\n"))
}

/// An error about a value that is no number.
fn of_number(error: &clap::Error) -> Option<clap::Error> {
    std::error::Error::source(error)?.downcast_ref::<std::num::ParseIntError>()?;
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    };
    let (value, option) = (text(ContextKind::InvalidValue)?, text(ContextKind::InvalidArg)?);
    let message = format!("invalid value '{value}' for '{option}': not a whole number, or too large\n");
    Some(clap::Error::raw(ErrorKind::ValueValidation, message))
}

/// An error about a word behind a ticket, with the options of the command that take such a word.
pub(super) fn with_option(failure: Failure, line: &Command, arguments: &[OsString]) -> Failure {
    let Some(word) = failure.error.downcast_ref::<WordAfterTicket>() else { return failure };
    let own = names(verb_of(line, arguments).1);
    let fits = word.options().into_iter().filter(|(name, _)| own.iter().any(|known| known == name));
    let written: Vec<String> = fits.map(|(_, written)| written).collect();
    if written.is_empty() {
        return failure;
    }
    let hint = format!("every word is a ticket; did you mean {}?", written.join(" or "));
    Failure { hints: vec![hint], ..failure }
}

/// The command that is named, with its words.
fn verb_of<'a>(line: &'a Command, arguments: &[OsString]) -> (String, &'a Command) {
    let (mut path, mut verb) = (Vec::new(), line);
    for argument in arguments.iter().skip(1) {
        if let Some(inner) = verb.find_subcommand(argument) {
            path.push(inner.get_name().to_owned());
            verb = inner;
        }
    }
    (path.join(" "), verb)
}

/// What an option of others is for a command.
fn meant(typed: &str, verb: &Command, line: &Command) -> Option<String> {
    let all = [names(verb), names(line)].concat();
    let has = |name: &str| all.iter().any(|known| known == name);
    let elsewhere =
        ELSEWHERE.iter().find(|(name, options, _)| *name == verb.get_name() && options.contains(&typed));
    if let Some((_, _, hint)) = elsewhere.filter(|_| !has(typed)) {
        return Some((*hint).to_owned());
    }
    let count = typed.trim_start_matches('-');
    if has("-n") && !count.is_empty() && count.chars().all(|c| c.is_ascii_digit()) {
        return Some(format!("use -n {count}"));
    }
    if TITLES.contains(&typed) && verb.get_positionals().any(|word| word.get_id() == "title") {
        return Some("write the title as a word: 'TITLE'".to_owned());
    }
    let asks = verb.get_positionals().any(|word| word.get_id() == "query" || word.get_id() == "words");
    if asks && typed == "--open" {
        return Some("write a term of the query: status:open, which list means anyhow".to_owned());
    }
    if asks && STATES.contains(&typed) {
        return Some("write a term of the query: status:closed; --all shows every status".to_owned());
    }
    let name = typed.trim_start_matches('-');
    let property = PROPERTIES.iter().find(|property| **property == name);
    if let Some(property) = property.filter(|_| asks) {
        return Some(format!("write a term of the query: is:{property}"));
    }
    if let Some(field) = field_of(name).filter(|_| asks && typed.starts_with("--")) {
        return Some(format!("write a term of the query: {field}:VALUE"));
    }
    let habits = HABITS.iter().filter(|(theirs, _)| theirs.contains(&typed));
    let mut ours = habits.flat_map(|(_, ours)| ours.iter()).filter(|name| has(name) && **name != typed);
    if let Some(own) = ours.next() {
        return Some(format!("use {own}"));
    }
    let long: Vec<&str> =
        all.iter().filter_map(|name| name.strip_prefix("--")).filter(|name| *name != "help").collect();
    let near = nearest(name, &long).filter(|_| typed.starts_with("--"));
    near.map(|near| format!("did you mean --{near}?"))
}

/// The options of a command as they are typed.
fn names(verb: &Command) -> Vec<String> {
    let shown = verb.get_arguments().filter(|option| !option.is_hide_set());
    shown
        .flat_map(|option| {
            let long = option.get_long().map(|name| format!("--{name}"));
            let short = option.get_short().map(|letter| format!("-{letter}"));
            [short, long].into_iter().flatten()
        })
        .collect()
}
