//! `vendor`: outside suppliers and the managed service provider, a file each.

use crate::commands::catalogue::whole;
use crate::commands::change::write_files;
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::process::{Vendor, answer_times};
use crate::render::View;
use crate::store::git::FileChange;
use crate::store::layout;
use crate::ticket::{Node, Status, yaml};

/// Manage vendors
///
/// Each stands in `.support/vendors/NAME.yaml`; every change is a commit. Without a verb, lists them.
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
    /// Replace the given fields of a vendor
    Edit(Details),
    /// Show a vendor and its deferred tickets
    Show {
        /// The vendor
        name: String,
    },
    /// Remove a vendor that has no deferred tickets
    Remove {
        /// The vendor
        name: String,
        /// Show the commit message and diff without writing anything
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Details {
    /// The name: lower-case letters, digits, dashes
    name: String,
    /// The managed service provider, who runs the infrastructure
    #[arg(long)]
    msp: bool,
    /// The address to write to
    #[arg(long)]
    email: Option<String>,
    /// The page to file cases on
    #[arg(long)]
    url: Option<String>,
    /// The number to call
    #[arg(long)]
    phone: Option<String>,
    /// The contract's reference
    #[arg(long)]
    contract: Option<String>,
    /// How long they may take to answer: 8h, 2d
    #[arg(long, value_name = "SPAN")]
    response: Option<String>,
    /// When they can be reached
    #[arg(long)]
    hours: Option<String>,
    /// The calendar of the settings in whose hours their time to answer counts
    #[arg(long, value_name = "NAME")]
    calendar: Option<String>,
    /// A path or dependency they cover (can be repeated)
    #[arg(long, value_name = "WHAT")]
    covers: Vec<String>,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

impl Details {
    /// The vendor with what is given in the place of what was there; it can be read again.
    fn over(&self, old: &Vendor) -> Result<Vendor, Failure> {
        let either = |new: &Option<String>, old: &Option<String>| new.clone().or_else(|| old.clone());
        let new = Vendor {
            name: self.name.clone(),
            is_msp: self.msp || old.is_msp,
            email: either(&self.email, &old.email),
            url: either(&self.url, &old.url),
            phone: either(&self.phone, &old.phone),
            contract: either(&self.contract, &old.contract),
            response: either(&self.response, &old.response),
            hours: either(&self.hours, &old.hours),
            calendar: either(&self.calendar, &old.calendar),
            covers: if self.covers.is_empty() { old.covers.clone() } else { self.covers.clone() },
        };
        let checked = Vendor::read(&new.name, &new.to_node());
        checked.map_err(|(key, problem)| Failure::usage(format!("{key}: {problem}")))
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        None | Some(Verb::List) => {
            let store = session.store()?;
            let snapshot = store.snapshot(None)?;
            project_files::warn_of_files(&snapshot, session)?;
            let vendors = project_files::vendors(&snapshot)?;
            Ok(View::Vendors(vendors.into_values().collect()))
        }
        Some(Verb::Add(details)) => add(details, session),
        Some(Verb::Edit(details)) => {
            let subject = format!("change the vendor {}", details.name);
            write_files(&subject, details.dry_run, session, |snapshot| {
                let vendors = project_files::vendors(snapshot)?;
                let old = vendors.get(&details.name).ok_or_else(|| unknown(&details.name))?;
                let new = details.over(old)?;
                Ok(if new == *old { Vec::new() } else { vec![file(&new)] })
            })
        }
        Some(Verb::Show { name }) => show(name, session),
        Some(Verb::Remove { name, dry_run }) => remove(name, *dry_run, session),
    }
}

fn add(details: &Details, session: &mut Session<'_>) -> Result<View, Failure> {
    let name = &details.name;
    if !Vendor::is_name(name) {
        return Err(Failure::usage(format!("`{name}` is no name for a vendor"))
            .hint("lower-case letters, digits and dashes, at most 40"));
    }
    let new = details.over(&Vendor::default())?;
    if new.channels().is_empty() {
        session.note(format!("warning: {name} has no channel yet; nothing can be deferred to them"));
    }
    write_files(&format!("add the vendor {name}"), details.dry_run, session, |snapshot| {
        if project_files::vendors(snapshot)?.contains_key(name) {
            return Err(Failure::new(Kind::Refused, format!("there is a vendor {name} already"))
                .hint(format!("git support vendor edit {name} …")));
        }
        Ok(vec![file(&new)])
    })
}

/// The vendor, and the tickets it holds now.
fn show(name: &str, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    project_files::warn_of_files(&snapshot, session)?;
    let vendors = project_files::vendors(&snapshot)?;
    let vendor = vendors.get(name).ok_or_else(|| unknown(name))?.clone();
    let mut held = Vec::new();
    for ticket in whole(&store, &snapshot, &format!("vendor:{name}"), session)? {
        let prefix = snapshot.shortest(ticket.id())?;
        held.push((ticket, prefix));
    }
    let answers = answer_times(name, &whole(&store, &snapshot, "was:deferred", session)?);
    Ok(View::Vendor { vendor: Box::new(vendor), held, answers })
}

fn remove(name: &str, dry_run: bool, session: &mut Session<'_>) -> Result<View, Failure> {
    write_files(&format!("take the vendor {name} away"), dry_run, session, |snapshot| {
        if !project_files::vendors(snapshot)?.contains_key(name) {
            return Err(unknown(name));
        }
        let holds = |ticket: &&crate::ticket::Ticket| {
            let deferral = ticket.head().get(&crate::ticket::Field::Deferral);
            let vendor = deferral.and_then(|to| to.at("vendor")).and_then(Node::as_text);
            ticket.head().status() == Status::Deferred && vendor == Some(name)
        };
        let tickets = snapshot.tickets()?.tickets;
        if let Some(held) = tickets.iter().find(holds) {
            return Err(Failure::new(Kind::Refused, format!("{name} holds tickets: {}", held.id()))
                .hint(format!("git support vendor show {name}; git support resume ID")));
        }
        Ok(vec![FileChange::remove(layout::vendor(name))])
    })
}

fn file(vendor: &Vendor) -> FileChange {
    let pairs = if let Node::Map(pairs) = vendor.to_node() { pairs } else { Vec::new() };
    FileChange::write(layout::vendor(&vendor.name), yaml::write(&pairs))
}

fn unknown(name: &str) -> Failure {
    Failure::new(Kind::NotFound, format!("there is no vendor {name}")).hint("git support vendor list")
}
