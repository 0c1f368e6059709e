//! `init`: makes a repository ready for tickets, with the settings written out and commented.

use std::fmt::Write as _;

use crate::commands::change::{rehearsed, write};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::process::{SETTINGS, Settings};
use crate::render::View;
use crate::store::git::FileChange;
use crate::store::{Draft, Snapshot, Store, layout};

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
/// Commits `.support/config.yaml`, where every setting stands with its default, commented. Filing a
/// ticket needs no init.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = match &session.branch {
        Some(branch) => Store::open_new(session.surroundings.clone(), branch)?,
        None => session.store()?,
    };
    let branch = session.branch.clone();
    let draft = |snapshot: &Snapshot<'_>| {
        if snapshot.config()?.is_some() {
            return Ok(None);
        }
        let files = vec![FileChange::write(layout::CONFIG, config_text(branch.as_deref()))];
        let wording = crate::commands::change::wording(&Settings::default());
        let subject = "set up tickets in this repository".to_owned();
        Ok(Some(Draft { tickets: Vec::new(), files, subject, wording, ..Draft::default() }))
    };
    let plan = write(&store, args.dry_run, session, draft)?;
    if !args.dry_run {
        store.wire_driver()?;
    }
    if session.branch.is_some() && !args.dry_run {
        store.remember_branch()?;
    }
    match plan {
        Some(plan) if args.dry_run => Ok(rehearsed(plan)),
        Some(_) => {
            session.note(format!("ready: tickets go to branch {}", store.branch()));
            Ok(View::Nothing)
        }
        None => {
            session.note(format!("ready already: tickets go to branch {}", store.branch()));
            Ok(View::Nothing)
        }
    }
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
