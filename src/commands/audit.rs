//! `audit`: holds a history against the rules, commit by commit, and seals what was verified.

use crate::commands::arguments::Message;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::intake::MAX_PUSHED_BYTES;
use crate::project::{AuditRequest, Shallow, Start};
use crate::render::View;

/// Verify ticket history against Git history
///
/// Checks each commit, merges included: entries are never changed or removed, fields match their entries, authors
/// and dates match the commit, each action was allowed by the settings of that commit, commits of git-support change
/// only `.support/`, and signatures verify if policy.signed_commits requires them. Exits with status 3 if it finds a
/// warning or an error.
///
/// RANGE is A..B, A...B (changes on B since the merge base of A and B, as for a pull request), or B. Without a start,
/// the audit starts at the last seal.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The commits to audit [default: new ones since the last seal]
    range: Option<String>,
    /// Audit from the first commit, ignoring seals
    #[arg(long)]
    from_start: bool,
    /// Sign a tag over the audited commits; later audits start there
    #[arg(long, conflicts_with = "pre_receive")]
    seal: bool,
    /// Seal despite problems, which the tag lists (requires -m)
    #[arg(long, requires = "seal")]
    accept: bool,
    /// Accept that a shallow clone's first commits are not audited
    #[arg(long)]
    allow_shallow: bool,
    /// Audit the pushed refs on standard input (for a pre-receive hook)
    #[arg(long, conflicts_with = "range")]
    pre_receive: bool,
    #[command(flatten)]
    message: Message,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let shallow = if args.allow_shallow { Shallow::IsNoted } else { Shallow::Fails };
    let mut audit = if args.pre_receive {
        let mut text = String::new();
        let read = std::io::Read::take(&mut *session.input, MAX_PUSHED_BYTES);
        std::io::Read::read_to_string(&mut { read }, &mut text)
            .map_err(|error| Failure::new(Kind::Io, format!("reading standard input: {error}")))?;
        project.audit(AuditRequest::Pushed(&text), shallow)?
    } else {
        let start = if args.from_start { Start::FirstCommit } else { Start::LastSeal };
        project.audit(AuditRequest::Range(args.range.as_deref(), start), shallow)?
    };
    if args.seal {
        let reason = match (audit.is_open(), args.accept) {
            (true, false) => {
                session.note(
                    "not sealed: review the problems, then use --seal --accept -m REASON to accept them",
                );
                return Ok(View::Audited(Box::new(audit.audited)));
            }
            (true, true) => Some(args.message.need(session)?),
            (false, _) => args.message.read(session)?,
        };
        audit.audited.seal = project.seal(&audit, reason)?;
    }
    audit.audited.is_accepted = args.accept && audit.audited.seal.is_some();
    Ok(View::Audited(Box::new(audit.audited)))
}
