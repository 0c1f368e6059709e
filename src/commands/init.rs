//! `init`: makes a repository ready for tickets, with the settings written out and commented.

use std::fmt::Write as _;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::SETTINGS;
use crate::project::{ChangeOptions, Outcome, Project};
use crate::render::View;

/// Clocks, as an example: without targets there are none.
const CLOCKS: &str = "
# Calendars and clocks, see docs/clocks.md: 30s, 15m, 4h are hours of the calendar; 3d is the same time of day
# 3 working days on. The calendar 24x7 is always there.
# calendars:
#   office:
#     timezone: Europe/Berlin
#     hours: {mon-fri: [\"08:30-12:30\", \"13:30-17:00\"]}
#     holidays: [2026-12-25, \"01-01\", 2026-12-28..2026-12-31]
# clocks:
#   blocker: {response: 30m, resolution: 4h}
#   critical: {response: 1h, resolution: 8h, calendar: office, warn_at: 75%}
#   major: {response: 4h, resolution: 3d, calendar: office}
#   minor: {response: 1d, calendar: office}
# levels: {1: {resolution: 4h}, 2: {resolution: 2d}}
";

/// Set up git-support in this repository
///
/// Commits `.support/config.yaml` with every setting and its default as a comment. You can open tickets without
/// init, too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = match &session.branch {
        Some(branch) => Project::open_new(&session.host, branch)?,
        None => session.project()?,
    };
    let options = ChangeOptions { dry_run: args.dry_run, ..ChangeOptions::default() };
    let changed = project.change(&options, |change| {
        if !change.project().has_settings()? {
            change.subject("set up tickets in this repository");
            change.put_settings(config_text(session.branch.as_deref()));
        }
        Ok(())
    })?;
    if !args.dry_run {
        project.wire_driver()?;
        if session.branch.is_some() {
            project.remember_branch()?;
        }
    }
    let branch = project.branch();
    match &changed.outcome {
        Outcome::DryRun { .. } => return Ok(views::files(changed, session)),
        Outcome::Committed => session.note(format!("ready: tickets go to branch {branch}")),
        Outcome::Unchanged => session.note(format!("ready already: tickets go to branch {branch}")),
    }
    Ok(View::Nothing)
}

/// The settings with their defaults, commented; the branch stands where it is one of its own.
fn config_text(branch: Option<&str>) -> String {
    let mut out =
        "# Settings of git-support. Every one has the default shown; see docs/settings.md.\nschema: 1\n"
            .to_owned();
    let mut group = "";
    for setting in SETTINGS {
        let (outer, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if setting.key == "pause" {
            let set = format!("{}: [{}]", setting.key, setting.default);
            let _ = writeln!(out, "\n# {set} # {}", setting.about);
        }
        if outer.is_empty() {
            continue;
        }
        if outer != group {
            let _ = write!(out, "\n# {outer}:\n");
            group = outer;
        }
        let set = format!("{name}: {}", setting.default);
        let _ = writeln!(out, "#   {set:<24} # {}", setting.about);
    }
    out.push_str(CLOCKS);
    out.push_str(
        "\n# Saved queries, for `git support list @mine`.\n# queries:\n#   mine: status:open assignee:me\n",
    );
    if let Some(branch) = branch {
        let _ = write!(out, "\nbranch: {branch}\n");
    }
    out
}
