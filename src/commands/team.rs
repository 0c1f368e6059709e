//! `team`: who serves which level, and who judges severity.

use clap::builder::PossibleValuesParser;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Member, Role, Team};
use crate::project::ChangeOptions;
use crate::render::View;

/// Manage team members and their roles
///
/// The team is in `.support/team.yaml`; every change is a commit. Without a subcommand, lists it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List the team members
    List,
    /// Add a team member
    Add(Somebody),
    /// Replace the given fields of a team member
    Edit(Somebody),
    /// Remove a team member
    Remove {
        /// The name, or an address
        name: String,
        /// Show the commit message and diff without writing anything
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Somebody {
    /// The name
    name: String,
    /// Set an email address (can be repeated, the first is primary)
    #[arg(long, value_name = "ADDRESS")]
    email: Vec<String>,
    /// Set a role (can be repeated)
    #[arg(long, value_parser = PossibleValuesParser::new(Role::WORDS))]
    role: Vec<String>,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

impl Somebody {
    fn roles(&self) -> Vec<Role> {
        self.role.iter().filter_map(|word| Role::parse(word)).collect()
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        None | Some(Verb::List) => {
            let project = session.project()?;
            project.warn_of_files()?;
            Ok(View::Team(project.team()?.members.clone()))
        }
        Some(Verb::Add(who)) => {
            if who.email.is_empty() {
                return Err(Failure::usage(format!(
                    "{} needs an address, by which git knows them",
                    who.name
                ))
                .hint("--email ADDRESS"));
            }
            change(&format!("add {} to the team", who.name), who.dry_run, session, |team| {
                if let Some(there) = team.find(&who.name) {
                    let message = format!("{} is on the team already", there.name);
                    return Err(Failure::new(Kind::Refused, message).hint("git support team edit NAME …"));
                }
                let member = Member { name: who.name.clone(), emails: who.email.clone(), roles: who.roles() };
                team.members.push(member);
                Ok(())
            })
        }
        Some(Verb::Edit(who)) => {
            change(&format!("change {} on the team", who.name), who.dry_run, session, |team| {
                let name = known(team, &who.name)?;
                for member in team.members.iter_mut().filter(|member| member.name == name) {
                    if !who.email.is_empty() {
                        member.emails.clone_from(&who.email);
                    }
                    if !who.role.is_empty() {
                        member.roles = who.roles();
                    }
                }
                Ok(())
            })
        }
        Some(Verb::Remove { name, dry_run }) => {
            change(&format!("remove {name} from the team"), *dry_run, session, |team| {
                let name = known(team, name)?;
                team.members.retain(|member| member.name != name);
                Ok(())
            })
        }
    }
}

/// The whole name of somebody who is meant by a name or an address.
fn known(team: &Team, text: &str) -> Result<String, Failure> {
    let found = team.find(text).map(|member| member.name.clone());
    found.ok_or_else(|| {
        Failure::new(Kind::NotFound, format!("{text} is not on the team")).hint("git support team")
    })
}

fn change(
    subject: &str,
    dry_run: bool,
    session: &Session<'_>,
    edit: impl Fn(&mut Team) -> Result<(), Failure>,
) -> Result<View, Failure> {
    let options = ChangeOptions { dry_run, ..ChangeOptions::default() };
    let changed = session.project()?.change(&options, |change| {
        change.subject(subject);
        change.edit_team(&edit)
    })?;
    Ok(views::files(changed, session))
}
