//! `audit`: holds a history against the rules, commit by commit, and seals what was verified.

use crate::commands::arguments::Message;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::intake::MAX_PUSHED_BYTES;
use crate::project::{AuditRequest, Start};
use crate::render::View;

/// Verify ticket history against Git history
///
/// Each commit, merges included: entries are never changed or removed, heads equal their entries, entries are of
/// who committed them and when, each step was allowed by the settings in force there, commits of git-support touch
/// `.support/` alone, signatures verify where policy.signed_commits wants them. The status is 3 where a warning or
/// an error is found.
///
/// RANGE is A..B, A...B (what B brought since both parted: a pull request), or B; without one, the branch. Where no
/// beginning is named, it is the last seal.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to look at [default: what is new on the branch since the last seal]
    range: Option<String>,
    /// From the first commit on, whatever is sealed
    #[arg(long)]
    from_start: bool,
    /// Sign a tag over what was verified; a later audit goes on from it
    #[arg(long, conflicts_with = "pre_receive")]
    seal: bool,
    /// Seal despite problems, which the tag lists (requires -m)
    #[arg(long, requires = "seal")]
    accept: bool,
    /// Audit the pushed refs on standard input (for a pre-receive hook)
    #[arg(long, conflicts_with = "range")]
    pre_receive: bool,
    #[command(flatten)]
    message: Message,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let mut audit = if args.pre_receive {
        let mut text = String::new();
        let read = std::io::Read::take(&mut *session.input, MAX_PUSHED_BYTES);
        std::io::Read::read_to_string(&mut { read }, &mut text)
            .map_err(|error| Failure::new(Kind::Io, format!("reading standard input: {error}")))?;
        project.audit(AuditRequest::Pushed(&text))?
    } else {
        let start = if args.from_start { Start::FirstCommit } else { Start::LastSeal };
        project.audit(AuditRequest::Range(args.range.as_deref(), start))?
    };
    if args.seal {
        let reason = match (audit.is_open(), args.accept) {
            (true, false) => {
                session.note(
                    "not sealed: look at what was found; then --seal --accept -m REASON, if it is to stand",
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
