//! `release`: a version is handed over from delivery to support, accepted, and retired.

use crate::commands::arguments::{FileWriteOptions, Message};
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Mark, Release};
use crate::render::View;
use crate::ticket::{plain_version, shell_word};

/// Manage release handovers and release notes
///
/// Delivery hands a version over with what support must know; support accepts it, and owns that build until
/// it is retired. Each release is a file, `.support/releases/VERSION.yaml`. Without a subcommand, lists them.
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
    Handover(Box<Offer>),
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
    #[command(flatten)]
    writing: FileWriteOptions,
}

#[derive(Debug, clap::Args)]
struct Offer {
    /// The version
    version: String,
    /// Set the tag of the build
    #[arg(long)]
    tag: String,
    /// Add a known error, by ticket (can be repeated)
    #[arg(long, value_name = "ID")]
    known_issue: Vec<String>,
    /// Add a contact who knows the release (can be repeated)
    #[arg(long, value_name = "WHO")]
    contact: Vec<String>,
    /// Set the runbook: a path or URL
    #[arg(long, value_name = "WHERE")]
    runbook: Option<String>,
    /// Add an environment (can be repeated)
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    writing: FileWriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        None | Some(Verb::List) => Ok(View::Releases(session.project()?.releases()?.to_vec())),
        Some(Verb::Handover(offer)) => handover(offer, session),
        Some(Verb::Accept(named)) => mark(named, "accept", session, |release, mark| match release.accepted {
            Some(_) => Err("was accepted already"),
            None if release.retired.is_some() => Err("was retired"),
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
            let project = session.project()?;
            let release = project.release(version)?.clone();
            let known = project.known_errors_of(&release)?;
            Ok(View::Release { release: Box::new(release), known })
        }
        Some(Verb::Notes { version }) => {
            let project = session.project()?;
            let release = project.release(version)?;
            let tickets = project.first_fixed_in(release)?;
            let known = project.known_errors_of(release)?;
            Ok(View::Notes { version: version.clone(), tag: release.tag.clone(), tickets, known })
        }
    }
}

fn handover(offer: &Offer, session: &mut Session<'_>) -> Result<View, Failure> {
    let version = &offer.version;
    if !Release::is_version(version) {
        let message =
            format!("'{version}' is not a valid version name (use letters, digits, '.', '-', '_', '+')");
        // Tags of a product among others are often written so.
        let other = version.replace('/', "-");
        let failure = Failure::usage(message);
        return Err(match Release::is_version(&other) {
            true => failure.hint(format!(
                "git support release handover {} --tag {}",
                shell_word(&other),
                shell_word(&offer.tag)
            )),
            false => failure,
        });
    }
    let project = session.project()?;
    let commit = project.commit_of_tag(&offer.tag)?;
    let known = project.ids(&offer.known_issue)?;
    let changes = offer.message.read(session)?;
    offer.writing.change(&format!("hand over {version} to support"), session, |change| {
        let is_it = |other: &&Release| plain_version(&other.version) == plain_version(version);
        if let Some(Release { version, .. }) = change.project().releases()?.iter().find(is_it) {
            let message = format!("{version} was handed over already");
            return Err(
                Failure::new(Kind::Refused, message).hint(format!("git support release show {version}"))
            );
        }
        change.put_release(&Release {
            version: version.clone(),
            tag: offer.tag.clone(),
            commit: Some(commit.clone()),
            changes: changes.clone(),
            known_issues: known.iter().map(ToString::to_string).collect(),
            contacts: offer.contact.clone(),
            runbook: offer.runbook.clone(),
            environments: offer.environment.clone(),
            offered: Some(Mark { by: change.me(), at: change.at().to_string() }),
            accepted: None,
            retired: None,
        })
    })
}

fn mark(
    named: &Named,
    verb: &str,
    session: &Session<'_>,
    set: impl Fn(&mut Release, Mark) -> Result<(), &'static str>,
) -> Result<View, Failure> {
    let version = &named.version;
    named.writing.change(&format!("{verb} {version}"), session, |change| {
        let mut release = change.project().release(version)?.clone();
        set(&mut release, Mark { by: change.me(), at: change.at().to_string() })
            .map_err(|problem| Failure::new(Kind::Refused, format!("{version} {problem}")))?;
        change.put_release(&release)
    })
}
