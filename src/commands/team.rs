//! `team`: who serves which level, and who judges severity.

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::FileWriteOptions;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Member, Role, Team};
use crate::render::View;
use crate::ticket::{Meant, has_visible, meant, visible};

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
    /// Replace or clear the given fields of a team member
    Edit {
        #[command(flatten)]
        who: Somebody,
        /// Set another name: tickets go by the address
        #[arg(long = "name", value_name = "NAME")]
        new_name: Option<String>,
        /// Clear FIELD
        #[arg(long, value_name = "FIELD", value_parser = ["role"], conflicts_with = "role")]
        clear: Option<String>,
    },
    /// Remove a team member
    Remove {
        /// The name, a word of it, or an address
        name: String,
        #[command(flatten)]
        writing: FileWriteOptions,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct Somebody {
    /// The name
    name: String,
    /// Set an email address (can be repeated, the first is primary)
    #[arg(long, value_name = "ADDRESS")]
    email: Vec<String>,
    /// Set a role (can be repeated)
    #[arg(long, value_parser = PossibleValuesParser::new(Role::WORDS))]
    role: Vec<String>,
    #[command(flatten)]
    writing: FileWriteOptions,
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
                let message = format!("{} needs an email address", who.name);
                let hint = if who.name.contains('@') {
                    format!("git support team add NAME --email {}", visible(&who.name))
                } else {
                    format!("git support team add '{}' --email ADDRESS", visible(&who.name))
                };
                return Err(Failure::usage(message).hint(hint));
            }
            let subject = format!("add {} to the team", who.name);
            let view =
                who.writing.change(&subject, session, |change| change.edit_team(|team| add(team, who)))?;
            note_mapped(who, session)?;
            Ok(view)
        }
        Some(Verb::Edit { who, new_name, clear }) => {
            let subject = format!("change {} on the team", who.name);
            let edit = |team: &mut Team| edit(team, who, new_name.as_deref(), clear.is_some());
            who.writing.change(&subject, session, |change| change.edit_team(edit))
        }
        Some(Verb::Remove { name, writing }) => {
            let subject = format!("remove {name} from the team");
            let view =
                writing.change(&subject, session, |change| change.edit_team(|team| remove(team, name)))?;
            let left = session.project()?.find_ids("is:orphaned")?;
            if let Some(first) = left.first() {
                let count = left.len();
                session.note(format!(
                    "note: open tickets of people who left the team: {count} ({first}{}); list them with: git support list is:orphaned",
                    if count > 1 { ", …" } else { "" }
                ));
            }
            Ok(view)
        }
    }
}

/// Names the addresses that are a new member's by a line of `.mailmap` that was there before: whoever wrote it may commit in
/// their name.
fn note_mapped(who: &Somebody, session: &Session<'_>) -> Result<(), Failure> {
    for email in session.project()?.mapped_addresses(&who.email) {
        let (name, email) = (visible(&who.name), visible(&email));
        session.note(format!(
            "warning: .mailmap gives {name} the address {email}, too; see who wrote that: git log -p -- .mailmap"
        ));
    }
    Ok(())
}

/// Refuses a name that means somebody else.
fn check_name(name: &str) -> Result<(), Failure> {
    if ["me", "@me", "customer"].iter().any(|word| name.eq_ignore_ascii_case(word)) {
        return Err(Failure::usage(format!("'{}' cannot be a name: it means somebody else", visible(name))));
    }
    Ok(())
}

/// Refuses a name that means somebody else, and an address that is another's.
fn check_free(team: &Team, who: &Somebody) -> Result<(), Failure> {
    check_name(&who.name)?;
    for email in &who.email {
        let taken = |member: &&Member| {
            member.name != who.name && member.emails.iter().any(|own| own.eq_ignore_ascii_case(email))
        };
        if let Some(other) = team.members.iter().find(taken) {
            let message = format!("{email} is an address of {}", other.name);
            return Err(Failure::new(Kind::Refused, message).hint("git support team"));
        }
    }
    Ok(())
}

fn add(team: &mut Team, who: &Somebody) -> Result<(), Failure> {
    check_free(team, who)?;
    if let Some(there) = team.find(&who.name) {
        let message = format!("{} is on the team already", there.name);
        let other = "for another person, add what tells them apart: git support team add 'NAME (CITY)' --email ADDRESS";
        return Err(Failure::new(Kind::Refused, message).hint("git support team edit NAME …").hint(other));
    }
    team.members.push(Member { name: who.name.clone(), emails: who.email.clone(), roles: who.roles() });
    Ok(())
}

fn edit(team: &mut Team, who: &Somebody, new_name: Option<&str>, no_role: bool) -> Result<(), Failure> {
    let place = known(team, &who.name)?;
    let Some(name) = team.members.get(place).map(|member| member.name.clone()) else { return Ok(()) };
    check_free(team, &Somebody { name: name.clone(), ..who.clone() })?;
    if let Some(new_name) = new_name.filter(|new_name| *new_name != name) {
        rename(team, place, new_name)?;
    }
    if let Some(member) = team.members.get_mut(place) {
        if !who.email.is_empty() {
            member.emails.clone_from(&who.email);
        }
        if !who.role.is_empty() {
            member.roles = who.roles();
        } else if no_role {
            member.roles.clear();
        }
    }
    Ok(())
}

/// Gives a member another name that nobody else of the team has.
fn rename(team: &mut Team, place: usize, name: &str) -> Result<(), Failure> {
    if !has_visible(name) {
        return Err(Failure::usage("--name needs a value"));
    }
    check_name(name)?;
    let is_it = |(at, member): (usize, &Member)| at != place && member.name.eq_ignore_ascii_case(name);
    if team.members.iter().enumerate().any(is_it) {
        let message = format!("{} is on the team already", visible(name));
        return Err(Failure::new(Kind::Refused, message).hint("git support team"));
    }
    if let Some(member) = team.members.get_mut(place) {
        name.clone_into(&mut member.name);
    }
    Ok(())
}

fn remove(team: &mut Team, name: &str) -> Result<(), Failure> {
    let place = known(team, name)?;
    let _ = team.members.remove(place);
    Ok(())
}

/// Where the one stands who is meant by a name or an address.
fn known(team: &Team, text: &str) -> Result<usize, Failure> {
    let places = |is_meant: &dyn Fn(&Member) -> bool| -> Vec<usize> {
        let meant = team.members.iter().enumerate().filter(|(_, member)| is_meant(member));
        meant.map(|(place, _)| place).collect()
    };
    let mut found = places(&|member| member.name.eq_ignore_ascii_case(text));
    if found.is_empty() {
        found = places(&|member| member.emails.iter().any(|email| email.eq_ignore_ascii_case(text)));
    }
    if found.is_empty() {
        let known = team.known();
        let meant = match meant(text, &known) {
            Meant::One(one) => vec![one],
            Meant::Several(several) => several,
            Meant::OneByPart(_) | Meant::Nobody => Vec::new(),
        };
        found = places(&|member| meant.iter().any(|one| one.name == member.name));
    }
    match found.as_slice() {
        [place] => Ok(*place),
        [] => {
            let message = format!("{text} is not on the team");
            Err(Failure::new(Kind::NotFound, message).hint("git support team"))
        }
        _ => {
            let message = format!("'{}' means {} people of the team", visible(text), found.len());
            let hint = "give an address that only one of them has, or correct it and commit it: $EDITOR .support/team.yaml";
            Err(Failure::usage(message).hint("git support team").hint(hint))
        }
    }
}
