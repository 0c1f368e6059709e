//! `vendor`: outside suppliers and the managed service provider, a file each.

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::FileWriteOptions;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Listed, Record, Vendor, VendorAnswers};
use crate::project::{Projection, Search};
use crate::render::View;

/// Manage vendors
///
/// Each vendor is a file, `.support/vendors/NAME.yaml`; every change is a commit. Without a subcommand, lists them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List the vendors
    List,
    /// Add a vendor
    Add(Details),
    /// Replace or clear the given fields of a vendor
    Edit {
        #[command(flatten)]
        details: Details,
        /// Clear FIELD (can be repeated)
        #[arg(long, value_name = "FIELD", value_parser = PossibleValuesParser::new(Vendor::fields()))]
        clear: Vec<String>,
    },
    /// Show a vendor and its deferred tickets
    Show {
        /// The vendor
        name: String,
    },
    /// Remove a vendor that has no deferred tickets
    Remove {
        /// The vendor
        name: String,
        #[command(flatten)]
        writing: FileWriteOptions,
    },
}

#[derive(Debug, clap::Args)]
struct Details {
    /// The name: lower-case letters, digits, dashes
    name: String,
    /// Mark as the managed service provider of the infrastructure
    #[arg(long)]
    msp: bool,
    /// Set the email address
    #[arg(long)]
    email: Option<String>,
    /// Set the URL for opening cases
    #[arg(long)]
    url: Option<String>,
    /// Set the phone number
    #[arg(long)]
    phone: Option<String>,
    /// Set the contract reference
    #[arg(long)]
    contract: Option<String>,
    /// Set the response target: 8h, 2d
    #[arg(long, value_name = "DURATION")]
    response: Option<String>,
    /// Set the contact hours
    #[arg(long)]
    hours: Option<String>,
    /// Set the calendar of the response target
    #[arg(long, value_name = "NAME")]
    calendar: Option<String>,
    /// Add a path or dependency it covers (can be repeated)
    #[arg(long, value_name = "WHAT")]
    covers: Vec<String>,
    #[command(flatten)]
    writing: FileWriteOptions,
}

impl Details {
    /// What is given for the fields that hold one text, by the names of [`Vendor::texts`].
    fn texts(&self) -> [(&'static str, &Option<String>); 7] {
        [
            ("email", &self.email),
            ("url", &self.url),
            ("phone", &self.phone),
            ("contract", &self.contract),
            ("response", &self.response),
            ("hours", &self.hours),
            ("calendar", &self.calendar),
        ]
    }

    /// The first option that is given without anything in it.
    fn empty(&self) -> Option<&'static str> {
        let is_empty = |text: &String| text.trim().is_empty();
        let text = self.texts().into_iter().find(|(_, given)| given.as_ref().is_some_and(is_empty));
        text.map(|(field, _)| field).or_else(|| self.covers.iter().any(is_empty).then_some("covers"))
    }

    /// True where the option of a field is given.
    fn gives(&self, field: &str) -> bool {
        match field {
            "msp" => self.msp,
            "covers" => !self.covers.is_empty(),
            _ => self.texts().into_iter().any(|(name, given)| name == field && given.is_some()),
        }
    }

    /// The vendor with what is given in the place of what was there; it can be read again.
    fn over(&self, mut new: Vendor) -> Result<Vendor, Failure> {
        new.name.clone_from(&self.name);
        new.is_msp |= self.msp;
        for (field, given) in self.texts() {
            let place = new.texts().into_iter().find(|(name, _)| *name == field);
            if let (Some(given), Some((_, place))) = (given, place) {
                *place = Some(given.clone());
            }
        }
        if !self.covers.is_empty() {
            new.covers.clone_from(&self.covers);
        }
        let checked = Vendor::read(&new.name, &new.to_node());
        checked.map_err(|(key, problem)| Failure::usage(format!("{key}: {problem}")))
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        None | Some(Verb::List) => {
            let project = session.project()?;
            project.warn_of_files()?;
            Ok(View::Vendors(project.vendors()?.values().cloned().collect()))
        }
        Some(Verb::Add(details)) => add(details, session),
        Some(Verb::Edit { details, clear }) => edit(details, clear, session),
        Some(Verb::Show { name }) => show(name, session),
        Some(Verb::Remove { name, writing }) => remove(name, writing, session),
    }
}

fn add(details: &Details, session: &mut Session<'_>) -> Result<View, Failure> {
    let name = &details.name;
    if !Vendor::is_name(name) {
        return Err(Failure::usage(format!("'{name}' is not a valid vendor name"))
            .hint("lower-case letters, digits and dashes, at most 40"));
    }
    if let Some(field) = details.empty() {
        return Err(Failure::usage(format!("--{field} needs a value")));
    }
    let new = details.over(Vendor::default())?;
    if new.channels().is_empty() {
        session.note(format!(
            "warning: vendor {name} has no contact details yet, so tickets cannot be deferred to it"
        ));
    }
    details.writing.change(&format!("add vendor {name}"), session, |change| {
        if change.project().vendors()?.contains_key(name) {
            return Err(Failure::new(Kind::Refused, format!("there is a vendor {name} already"))
                .hint(format!("git support vendor edit {name} …")));
        }
        change.put_vendor(&new)
    })
}

fn edit(details: &Details, clear: &[String], session: &Session<'_>) -> Result<View, Failure> {
    if let Some(field) = clear.iter().find(|field| details.gives(field)) {
        let message = format!("--clear {field} and --{field} cannot be used together");
        return Err(Failure::usage(message).hint("git support vendor edit --help"));
    }
    if let Some(field) = details.empty() {
        let hint = format!("git support vendor edit {} --clear {field}", details.name);
        return Err(Failure::usage(format!("--{field} needs a value")).hint(hint));
    }
    details.writing.change(&format!("change vendor {}", details.name), session, |change| {
        let mut old = change.project().vendor(&details.name)?.clone();
        for field in clear {
            old.clear(field);
        }
        change.put_vendor(&details.over(old)?)
    })
}

/// The vendor, and the tickets that are deferred to it now.
fn show(name: &str, session: &Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    project.warn_of_files()?;
    let vendor = Box::new(project.vendor(name)?.clone());
    let mut held = Vec::new();
    for ticket in project.find_tickets(&format!("vendor:{name}"))? {
        let prefix = project.shortest(ticket.id())?;
        held.push((ticket, prefix));
    }
    let (deferred, rules) = project.find_judged(&Search::new("was:deferred", Projection::Courses))?;
    let course = |one: &'_ Listed| {
        let Record::TicketHistory(judged) = &one.record else { return None };
        let (course, by) = judged.as_ref();
        let clocks = rules.as_ref().map(|rules| rules.clocks(course, by, project.now().unix()));
        Some((course.clone(), clocks.unwrap_or_default()))
    };
    let answers = VendorAnswers::of(name, &deferred.iter().filter_map(course).collect::<Vec<_>>());
    Ok(View::Vendor { vendor, held, answers })
}

fn remove(name: &str, writing: &FileWriteOptions, session: &Session<'_>) -> Result<View, Failure> {
    writing.change(&format!("remove vendor {name}"), session, |change| {
        change.project().vendor(name)?;
        let held = change.project().find_ids(&format!("status:deferred vendor:{name}"))?;
        if let Some(id) = held.first() {
            return Err(Failure::new(Kind::Refused, format!("tickets are deferred to {name}: {id}"))
                .hint(format!("git support vendor show {name}; git support resume ID")));
        }
        change.remove_vendor(name)
    })
}
