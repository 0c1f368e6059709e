//! `config`: the project's settings, read and changed; each change is a commit.

use std::collections::BTreeMap;

use crate::commands::arguments::FileWriteOptions;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{SETTINGS, open_groups, own_settings, setting_node, setting_value, unknown_setting};
use crate::query;
use crate::render::{SettingLine, View};
use crate::ticket::{Node, visible};

/// Get and set project settings
///
/// Settings are in `.support/config.yaml`; every change is a commit. Without a subcommand, lists them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List all settings with their values
    List,
    /// Print a setting, or all of a group
    Get {
        /// The setting, such as commit.prefix, or a group, such as policy
        key: String,
    },
    /// Set a setting
    Set {
        /// The setting, such as commit.prefix or queries.mine
        key: String,
        /// The value
        value: String,
        #[command(flatten)]
        writing: FileWriteOptions,
    },
    /// Reset a setting to its default
    Unset {
        /// The setting
        key: String,
        #[command(flatten)]
        writing: FileWriteOptions,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        None | Some(Verb::List) => Ok(View::Settings(settings(session)?)),
        Some(Verb::Get { key }) => get(key, session),
        Some(Verb::Set { key, value, writing }) => change(key, Some(value), writing, session),
        Some(Verb::Unset { key, writing }) => change(key, None, writing, session),
    }
}

/// The value of a setting, or all settings of a group.
fn get(key: &str, session: &Session<'_>) -> Result<View, Failure> {
    let all = settings(session)?;
    if let Some(setting) = all.iter().find(|setting| setting.key == *key) {
        return Ok(View::Text(format!("{}\n", visible(&setting.value))));
    }
    let is_below =
        |setting: &SettingLine| setting.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
    let below: Vec<SettingLine> = all.into_iter().filter(is_below).collect();
    if !below.is_empty() {
        return Ok(View::Settings(below));
    }
    if !open_groups().any(|group| group == key) {
        known(key)?;
    }
    Err(Failure::new(Kind::NotFound, format!("{key} is not set")))
}

fn known(key: &str) -> Result<(), Failure> {
    let below = format!("{key}.");
    if open_groups().any(|group| group == key)
        || SETTINGS.iter().any(|setting| setting.key.starts_with(&below))
    {
        let problem = format!("'{key}' is a group of settings");
        return Err(Failure::usage(problem).hint(format!("git support config get {key}")));
    }
    match unknown_setting(key) {
        Some(problem) => Err(Failure::usage(problem).hint("git support config list")),
        None => Ok(()),
    }
}

/// Every setting with its value, saved queries last.
fn settings(session: &Session<'_>) -> Result<Vec<SettingLine>, Failure> {
    let project = session.project()?;
    let file = project.settings_node()?;
    project.warn_of_files()?;
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
        let about = "calendar or clock target (docs/settings.md)".to_owned();
        lines.push(SettingLine { key, value, is_default: false, about });
    }
    for (name, query) in &project.settings()?.queries {
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
    writing: &FileWriteOptions,
    session: &Session<'_>,
) -> Result<View, Failure> {
    known(key)?;
    if key == "branch" {
        return Err(Failure::usage("the branch is set by init").hint("git support init --branch NAME"));
    }
    if value.is_some_and(|value| value.contains(char::is_control)) {
        return Err(Failure::new(Kind::Invalid, format!("{key}: the value of a setting is one line")));
    }
    if let (Some(name), Some(value)) = (key.strip_prefix("queries."), value) {
        // With the others, so that it may name them, and none names itself.
        let mut queries = session.project()?.settings()?.queries.clone();
        queries.insert(name.to_owned(), value.clone());
        // What it is now, it is not yet: no hint leads there.
        let own = format!("queries.{name}");
        query::parse_with(value, &queries).map_err(|error| query::SyntaxError {
            hint: error.hint.filter(|hint| !hint.contains(&own)),
            ..error
        })?;
        let alone = BTreeMap::from([(name.to_owned(), "status:open".to_owned())]);
        if query::parse_with(&format!("@{name}"), &alone).is_err() {
            let problem = format!("'{}' is not a valid name of a query", visible(name));
            return Err(Failure::usage(problem).hint("use letters, digits, - and _"));
        }
    }
    let node = value.map(|value| setting_node(key, value));
    let subject = match &node {
        Some(value) => format!("set {key} to {value}"),
        None => format!("reset {key} to its default"),
    };
    writing.change(&subject, session, |change| change.set_setting(key, node.as_ref()))
}
