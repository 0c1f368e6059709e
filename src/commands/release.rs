//! `release`: a version is handed over from delivery to support, accepted, and retired.

use crate::commands::arguments::Message;
use crate::commands::catalogue::whole;
use crate::commands::change::{Author, write_files};
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::process::{Mark, Release};
use crate::render::View;
use crate::store::git::FileChange;
use crate::store::{RESOLVES, Snapshot, layout};
use crate::ticket::{Node, TicketId, is_prefix, yaml};

/// Manage release handovers and release notes
///
/// Delivery hands a version over with what support must know; support accepts it, and owns that build until
/// it is retired. Each stands in `.support/releases/VERSION.yaml`. Without a verb, lists them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List the releases
    List,
    /// Hand over a release to support (-m or -F for what changed)
    Handover(Offer),
    /// Accept a release
    Accept(Named),
    /// End support for a release
    Retire(Named),
    /// Show a release
    Show {
        /// The version
        version: String,
    },
    /// List tickets first fixed in a release
    Notes {
        /// The version
        version: String,
    },
}

#[derive(Debug, clap::Args)]
struct Named {
    /// The version
    version: String,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
struct Offer {
    /// The version
    version: String,
    /// The tag of its build
    #[arg(long)]
    tag: String,
    /// A known error, by its ticket (can be repeated)
    #[arg(long, value_name = "ID")]
    known_issue: Vec<String>,
    /// Somebody who knows it (can be repeated)
    #[arg(long, value_name = "WHO")]
    contact: Vec<String>,
    /// Where the runbook stands
    #[arg(long, value_name = "WHERE")]
    runbook: Option<String>,
    /// Where it runs (can be repeated)
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    #[command(flatten)]
    message: Message,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        None | Some(Verb::List) => {
            let store = session.store()?;
            Ok(View::Releases(project_files::releases(&store.snapshot(None)?)?))
        }
        Some(Verb::Handover(offer)) => handover(offer, session),
        Some(Verb::Accept(named)) => mark(named, "accept", session, |release, mark| match release.accepted {
            Some(_) => Err("was accepted already"),
            None => {
                release.accepted = Some(mark);
                Ok(())
            }
        }),
        Some(Verb::Retire(named)) => mark(named, "retire", session, |release, mark| match release.retired {
            Some(_) => Err("was retired already"),
            None => {
                release.retired = Some(mark);
                Ok(())
            }
        }),
        Some(Verb::Show { version }) => {
            let store = session.store()?;
            let snapshot = store.snapshot(None)?;
            let release = need(&snapshot, version)?;
            let ticket = |id: &String| snapshot.ticket(&TicketId::parse(id)?).ok().flatten();
            let known = release.known_issues.iter().filter_map(ticket).collect();
            Ok(View::Release { release: Box::new(release), known })
        }
        Some(Verb::Notes { version }) => notes(version, session),
    }
}

fn handover(offer: &Offer, session: &mut Session<'_>) -> Result<View, Failure> {
    let version = &offer.version;
    if !Release::is_version(version) {
        return Err(Failure::usage(format!("`{version}` is no name for a version")));
    }
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    store.repository().revision(&offer.tag)?;
    let known = reading::resolve(&snapshot, &offer.known_issue)?;
    let author = Author::of(&store)?;
    let release = Release {
        version: version.clone(),
        tag: offer.tag.clone(),
        changes: offer.message.read(session)?,
        known_issues: known.iter().map(ToString::to_string).collect(),
        contacts: offer.contact.clone(),
        runbook: offer.runbook.clone(),
        environments: offer.environment.clone(),
        offered: Some(Mark { by: author.me(), at: author.at.to_string() }),
        accepted: None,
        retired: None,
    };
    write_files(&format!("hand over {version} to support"), offer.dry_run, session, |snapshot| {
        if project_files::releases(snapshot)?.iter().any(|other| other.version == *version) {
            let message = format!("{version} was handed over already");
            return Err(
                Failure::new(Kind::Refused, message).hint(format!("git support release show {version}"))
            );
        }
        Ok(vec![file(&release)])
    })
}

fn mark(
    named: &Named,
    verb: &str,
    session: &mut Session<'_>,
    set: impl Fn(&mut Release, Mark) -> Result<(), &'static str>,
) -> Result<View, Failure> {
    let author = Author::of(&session.store()?)?;
    let version = &named.version;
    write_files(&format!("{verb} {version}"), named.dry_run, session, |snapshot| {
        let mut release = need(snapshot, version)?;
        let mark = Mark { by: author.me(), at: author.at.to_string() };
        set(&mut release, mark)
            .map_err(|problem| Failure::new(Kind::Refused, format!("{version} {problem}")))?;
        Ok(vec![file(&release)])
    })
}

fn need(snapshot: &Snapshot<'_>, version: &str) -> Result<Release, Failure> {
    let found = project_files::releases(snapshot)?.into_iter().find(|release| release.version == version);
    found.ok_or_else(|| {
        Failure::new(Kind::NotFound, format!("there is no release {version}"))
            .hint(format!("git support release handover {version} --tag TAG"))
    })
}

fn file(release: &Release) -> FileChange {
    let pairs = if let Node::Map(pairs) = release.to_node() { pairs } else { Vec::new() };
    FileChange::write(layout::release(&release.version), yaml::write(&pairs))
}

/// The tickets whose fix the version's tag contains, and no earlier version's tag does. A fix that was taken
/// back before the tag does not count.
fn notes(version: &str, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let release = need(&snapshot, version)?;
    let repository = store.repository();
    let tag = repository.revision(&release.tag)?;
    let mut tips = vec![tag];
    for other in project_files::releases(&snapshot)?.iter().filter(|other| other.version != *version) {
        let other = repository.revision(&other.tag)?;
        if other != tag && repository.contains(tag, other)? {
            tips.push(other);
        }
    }
    let said = store.said(&tips, None)?;
    let builds = tips.iter().map(|tip| store.build(*tip, &said)).collect::<Result<Vec<_>, _>>()?;
    let mut query = "has:commit".to_owned();
    for (name, id) in said.iter().flat_map(|commit| &commit.trailers) {
        if name.eq_ignore_ascii_case(RESOLVES) && is_prefix(id) {
            query.push_str(" OR id:");
            query.push_str(id);
        }
    }
    let mut fixed = Vec::new();
    for ticket in whole(&store, &snapshot, &format!("({query}) sort:id"), session)? {
        let is_in = builds.iter().map(|build| build.fixes(&ticket)).collect::<Result<Vec<_>, _>>()?;
        if is_in.first() == Some(&true) && !is_in.iter().skip(1).any(|before| *before) {
            fixed.push(ticket);
        }
    }
    Ok(View::Notes { version: version.to_owned(), tag: release.tag, tickets: fixed })
}
