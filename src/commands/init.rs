//! `init`: makes a repository ready for tickets, with the settings written out and commented.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Member, Role, SETTINGS, Settings, Team};
use crate::project::{ChangeOptions, Outcome, Project, Scope};
use crate::render::View;
use crate::ticket::{
    Node, Person, TicketId, address_problem, has_visible, set_in_text, shell_word, visible, yaml,
};

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
/// Commits `.support/config.yaml` with every setting and its default as a comment. On a terminal, asks which branch holds
/// the tickets, who owns the product, and for office hours, unless flags say so. You can open tickets without init, too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Add a product owner, who sets severities: `NAME <ADDRESS>`, or me (can be repeated)
    #[arg(long, value_name = "WHO")]
    owner: Vec<String>,
    /// Set the office hours for SLA clocks: mon-fri 09:00-17:00 Europe/Berlin
    #[arg(long, value_name = "HOURS", value_parser = OfficeHours::parse)]
    hours: Option<OfficeHours>,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let asks = asks(args, session)?;
    if asks {
        session.branch = asked_branch(session)?;
    }
    let before = session.branch.as_ref().and_then(|_| Project::open(&session.host, None, Scope::Now).ok());
    let project = match &session.branch {
        Some(branch) => Project::open_new(&session.host, branch)?,
        None => session.project()?,
    };
    if let Some(before) = before.as_ref().filter(|before| before.branch() != project.branch()) {
        before.check_may_leave_rules()?;
        if before.has_settings()? && !project.has_settings()? {
            session.note(format!(
                "warning: settings, team and vendors stay on branch {}, and do not count for the new one",
                before.branch()
            ));
        }
    }
    let (owners, hours) = wanted(args, asks, &project, session)?;
    let me = if owners.is_empty() { None } else { Some(project.me()?) };
    let options = ChangeOptions { dry_run: args.dry_run, ..ChangeOptions::default() };
    let renamed = project.named_otherwise()?.is_some();
    let changed = project.change(&options, |change| {
        change.subject("set up tickets in this repository");
        if !change.project().has_settings()? {
            change.put_settings(config_text(session.branch.as_deref(), hours.as_ref()));
        } else if let Some(name) = session.branch.as_deref().filter(|_| renamed) {
            change.subject("name the branch of the tickets");
            change.set_setting("branch", Some(&Node::text(name)))?;
        } else if hours.is_some() {
            return Err(Failure::new(Kind::Refused, "the project is set up already")
                .hint("git support config set calendars.office.hours.mon-fri 09:00-17:00"));
        }
        change.edit_team(|team| me.iter().try_for_each(|me| add_owners(team, &owners, me)))
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
    if let Some(before) = before.filter(|before| before.branch() != branch) {
        let now = Project::open(&session.host, Some(branch), Scope::Now)?;
        note_left(&before, &now, session)?;
    }
    Ok(View::Nothing)
}

/// Says which tickets are on the branch that held them before, and not on the new one, and how they come along.
fn note_left(before: &Project<'_>, now: &Project<'_>, session: &Session<'_>) -> Result<(), Failure> {
    let there: BTreeSet<TicketId> = now.find_ids("")?.into_iter().collect();
    let count = before.find_ids("")?.iter().filter(|id| !there.contains(id)).count();
    if count > 0 {
        let (name, branch) = (before.branch(), now.branch());
        let tickets =
            if count == 1 { "1 ticket that is".to_owned() } else { format!("{count} tickets that are") };
        session.note(format!("warning: {name} has {tickets} not on {branch}; to copy them:"));
        let quoted = shell_word(name);
        session.note(format!(
            "git support --branch {quoted} export --full --attachments DIR | git support import - --attachments DIR"
        ));
    }
    note_records_left(before, now, session)
}

/// The same of releases, answers and other records.
fn note_records_left(before: &Project<'_>, now: &Project<'_>, session: &Session<'_>) -> Result<(), Failure> {
    let there = now.record_paths()?;
    let left: Vec<&str> = before.record_paths()?.into_iter().filter(|path| !there.contains(path)).collect();
    if !left.is_empty() {
        let (name, branch, paths) = (before.branch(), now.branch(), left.join(" "));
        session.note(format!("warning: {name} has records that are not on {branch}: {paths}; to copy them:"));
        let [name, branch] = [name, branch].map(shell_word);
        session.note(format!(
            "git worktree add DIR {branch} && git -C DIR checkout {name} -- {paths} && git -C DIR commit -m 'Copy records' && git worktree remove DIR"
        ));
    }
    Ok(())
}

/// True where somebody at the terminal is asked: no flag answers, and the project is not set up.
fn asks(args: &Args, session: &Session<'_>) -> Result<bool, Failure> {
    let has_flags = !args.owner.is_empty() || args.hours.is_some() || session.branch.is_some();
    Ok(session.interactive && !has_flags && !args.dry_run && !session.project()?.has_settings()?)
}

/// The branch that somebody names; `None` for the one that tickets go to without a word.
fn asked_branch(session: &Session<'_>) -> Result<Option<String>, Failure> {
    let project = session.project()?;
    let question = "Which branch holds the tickets? One of its own keeps them off main.";
    let branch = (session.ask_text)(question, project.branch())?;
    Ok((branch != project.branch()).then_some(branch))
}

/// Who owns the product, and the office hours: from flags, or from somebody at the terminal.
fn wanted(
    args: &Args,
    asks: bool,
    project: &Project<'_>,
    session: &Session<'_>,
) -> Result<(Vec<Person>, Option<OfficeHours>), Failure> {
    if !asks {
        let owners = args.owner.iter().map(|who| owner(who, project)).collect::<Result<_, _>>()?;
        return Ok((owners, args.hours.clone()));
    }
    let question = "Who owns the product and sets severities? NAME <ADDRESS>, me or nobody";
    let who = (session.ask_text)(question, "me")?;
    let owners = if who == "nobody" { Vec::new() } else { vec![owner(&who, project)?] };
    let question = "Office hours for SLA clocks? Such as mon-fri 09:00-17:00 Europe/Berlin, or none";
    let hours = match (session.ask_text)(question, "none")?.as_str() {
        "none" => None,
        hours => Some(OfficeHours::parse(hours).map_err(Failure::usage)?),
    };
    Ok((owners, hours))
}

fn owner(who: &str, project: &Project<'_>) -> Result<Person, Failure> {
    if who == "me" {
        return project.me();
    }
    let is_whole = |person: &Person| has_visible(&person.name) && address_problem(&person.email).is_none();
    let person = Person::parse(who).filter(is_whole);
    person.ok_or_else(|| {
        Failure::usage(format!("'{}' is not a valid person", visible(who)))
            .hint("write 'Ann Lee <ann@example.com>', or me")
    })
}

/// Puts the owners on the team; whoever sets it up works at every level, until the team says otherwise.
fn add_owners(team: &mut Team, owners: &[Person], me: &Person) -> Result<(), Failure> {
    let levels = [Role::Level1, Role::Level2, Role::Level3];
    let is_new = team.members.is_empty();
    for owner in owners {
        let mut roles = vec![Role::ProductOwner];
        if is_new && owner == me {
            roles.splice(0..0, levels);
        }
        put(team, owner, roles)?;
    }
    if is_new && !owners.contains(me) {
        put(team, me, levels.to_vec())?;
    }
    Ok(())
}

fn put(team: &mut Team, who: &Person, roles: Vec<Role>) -> Result<(), Failure> {
    if let Some(there) = team.members.iter().find(|member| member.is(who)) {
        let message = format!("{} is on the team already", there.name);
        return Err(
            Failure::new(Kind::Refused, message).hint("git support team edit NAME --role product-owner")
        );
    }
    team.members.push(Member { name: who.name.clone(), emails: vec![who.email.clone()], roles });
    Ok(())
}

/// Office hours as somebody types them: days, times and a time zone.
#[derive(Debug, Clone)]
struct OfficeHours {
    days: String,
    times: Vec<String>,
    zone: String,
}

impl OfficeHours {
    /// Reads `mon-fri 08:30-12:30,13:30-17:00 Europe/Berlin`; without a zone, UTC.
    fn parse(text: &str) -> Result<Self, String> {
        let invalid =
            || format!("'{}' is not office hours (use mon-fri 09:00-17:00 Europe/Berlin)", visible(text));
        let words: Vec<&str> = text.split_whitespace().collect();
        let (days, times, zone) = match words.as_slice() {
            [days, times] => (*days, *times, "UTC"),
            [days, times, zone] => (*days, *times, *zone),
            _ => return Err(invalid()),
        };
        let times = times.split(',').map(str::to_owned).collect();
        let hours = Self { days: days.to_owned(), times, zone: zone.to_owned() };
        // What a calendar takes is said in one place.
        let file = yaml::parse(&hours.yaml()).map_err(|_| invalid())?;
        match Settings::read_leniently(&file).wrong.into_iter().next() {
            None => Ok(hours),
            Some((_, problem)) => Err(format!("{}: {problem}", invalid())),
        }
    }

    /// The calendar as the settings' file has it.
    fn yaml(&self) -> String {
        let times: Vec<String> = self.times.iter().map(|span| format!("\"{span}\"")).collect();
        format!(
            "calendars:\n  office:\n    timezone: {}\n    hours: {{{}: [{}]}}\n",
            self.zone,
            self.days,
            times.join(", ")
        )
    }
}

/// The settings with their defaults, commented; the branch stands where it is one of its own, and office hours where they
/// are known.
fn config_text(branch: Option<&str>, hours: Option<&OfficeHours>) -> String {
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
    if let Some(hours) = hours {
        let _ = write!(out, "\n{}", hours.yaml());
    }
    out.push_str(
        "\n# Saved queries, for `git support list @mine`.\n# queries:\n#   mine: status:open assignee:me\n",
    );
    match branch {
        // A name may mean something else in YAML.
        Some(branch) => set_in_text(&format!("{out}\n"), "branch", Some(Node::text(branch))).unwrap_or(out),
        None => out,
    }
}
