//! `config`: the project's settings, read and changed; each change is a commit.

use crate::commands::change::write_files;
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::commands::settings_file;
use crate::process::{SETTINGS, Settings, own_settings, setting_value, unknown_setting};
use crate::query;
use crate::render::{SettingLine, View};
use crate::store::git::FileChange;
use crate::store::{Snapshot, layout};
use crate::ticket::{Node, yaml};

/// Get and set project settings
///
/// They stand in `.support/config.yaml`; every change is a commit. Without a verb, lists them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List all settings with their values
    List,
    /// Print a setting
    Get {
        /// The setting, such as commit.prefix
        key: String,
    },
    /// Set a setting
    Set {
        /// The setting, such as commit.prefix or queries.mine
        key: String,
        /// The value
        value: String,
        /// Show the commit message and diff without writing anything
        #[arg(long)]
        dry_run: bool,
    },
    /// Reset a setting to its default
    Unset {
        /// The setting
        key: String,
        /// Show the commit message and diff without writing anything
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        None | Some(Verb::List) => Ok(View::Settings(settings(session)?)),
        Some(Verb::Get { key }) => {
            known(key)?;
            let found = settings(session)?.into_iter().find(|setting| setting.key == *key);
            match found {
                Some(setting) => Ok(View::Text(format!("{}\n", crate::ticket::visible(&setting.value)))),
                None => Err(Failure::new(Kind::NotFound, format!("{key} is not set"))),
            }
        }
        Some(Verb::Set { key, value, dry_run }) => change(key, Some(value), *dry_run, session),
        Some(Verb::Unset { key, dry_run }) => change(key, None, *dry_run, session),
    }
}

fn known(key: &str) -> Result<(), Failure> {
    match unknown_setting(key) {
        Some(problem) => Err(Failure::usage(problem).hint("git support config list")),
        None => Ok(()),
    }
}

/// Every setting with its value, saved queries last.
fn settings(session: &Session<'_>) -> Result<Vec<SettingLine>, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let in_force = project_files::settings(&snapshot)?;
    let text = snapshot.config()?.unwrap_or_default();
    let file = yaml::decode(&text).and_then(|text| yaml::parse(&text)).unwrap_or(Node::Null);
    let mut lines = Vec::new();
    for setting in SETTINGS {
        let set = setting_value(&file, setting.key);
        lines.push(SettingLine {
            key: setting.key.to_owned(),
            value: set.map_or_else(|| setting.default.to_owned(), Node::to_string),
            is_default: set.is_none(),
            about: setting.about.to_owned(),
        });
    }
    for (key, value) in own_settings(&file) {
        let about = "a calendar, or the target of a clock (docs/settings.md)".to_owned();
        lines.push(SettingLine { key, value, is_default: false, about });
    }
    for (name, query) in &in_force.queries {
        let about = format!("git support list @{name}");
        lines.push(SettingLine {
            key: format!("queries.{name}"),
            value: query.clone(),
            is_default: false,
            about,
        });
    }
    Ok(lines)
}

fn change(
    key: &str,
    value: Option<&String>,
    dry_run: bool,
    session: &mut Session<'_>,
) -> Result<View, Failure> {
    known(key)?;
    if key == "branch" {
        return Err(Failure::usage("the branch is set by init").hint("git support init --branch NAME"));
    }
    if let (true, Some(value)) = (key.starts_with("queries."), value) {
        query::parse(value)?;
    }
    let node = value.map(|value| node(key, value));
    let subject = match &node {
        Some(value) => format!("set {key} to {value}"),
        None => format!("set {key} back to its default"),
    };
    write_files(&subject, dry_run, session, |snapshot| changed_file(snapshot, key, node.as_ref()))
}

/// The value as the file holds it: numbers and truth bare, all else as text.
fn node(key: &str, value: &str) -> Node {
    if key.starts_with("queries.") || key == "commit.prefix" {
        return Node::text(value);
    }
    let is_list = key == "pause" || (key.starts_with("calendars.") && !key.ends_with(".timezone"));
    if is_list && value != "24x7" {
        return Node::texts(
            value.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()),
        );
    }
    match value {
        "true" => Node::Bool(true),
        "false" => Node::Bool(false),
        number if number.parse::<u64>().is_ok() => Node::Number(number.to_owned()),
        text => Node::text(text),
    }
}

/// True for keys of one group: of what is wrong in it, only the first may be known.
fn same_group(one: &str, other: &str) -> bool {
    one.split('.').next() == other.split('.').next()
}

/// The settings' file with a key set; nothing where it is so already, an error where it would not be valid.
fn changed_file(
    snapshot: &Snapshot<'_>,
    key: &str,
    value: Option<&Node>,
) -> Result<Vec<FileChange>, Failure> {
    let invalid = |error: yaml::SyntaxError| {
        Failure::new(Kind::Invalid, format!("{}:{}: {error}", layout::CONFIG, error.line))
            .hint("git support doctor --repair puts back what could be read last")
    };
    let old = snapshot.config()?.unwrap_or_else(|| b"schema: 1\n".to_vec());
    let old = yaml::decode(&old).map_err(invalid)?;
    let new = settings_file::set(&old, key, value.cloned()).map_err(invalid)?;
    // What is wrong elsewhere in the file is said, and does not keep anybody from putting this right.
    let wrong = |text: &str| yaml::parse(text).map(|file| Settings::read_leniently(&file).wrong);
    let (before, after) = (wrong(&old).map_err(invalid)?, wrong(&new).map_err(invalid)?);
    let is_new = |(place, problem): &&(String, String)| {
        let is_known = before.iter().any(|(known, said)| same_group(known, place) || said == problem);
        (value.is_some() && place == key) || !is_known
    };
    if let Some((place, problem)) = after.iter().find(is_new) {
        return Err(Failure::new(Kind::Invalid, format!("{place}: {problem}")));
    }
    Ok(if new == old { Vec::new() } else { vec![FileChange::write(layout::CONFIG, new)] })
}
