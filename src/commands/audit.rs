//! `audit`: holds a history against the rules, commit by commit, and seals what was verified.

use crate::commands::arguments::Message;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake::MAX_PUSHED_BYTES;
use crate::process::Problem;
use crate::process::audit::Audited;
use crate::project::{AuditRequest, ChangeOptions, Shallow, Start};
use crate::render::View;
use crate::ticket::one_line;

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
    /// Accept FINDING, with the reason in -m; without one, all that --seal seals
    #[arg(long, value_name = "FINDING", num_args = 0..=1, default_missing_value = "")]
    accept: Vec<String>,
    /// Accept that a shallow clone's first commits are not audited
    #[arg(long)]
    allow_shallow: bool,
    /// Audit the pushed refs on standard input (for a pre-receive hook)
    #[arg(long, conflicts_with = "range")]
    pre_receive: bool,
    /// Record the pushed refs on standard input, with time and pusher (for a post-receive hook)
    #[arg(long, conflicts_with_all = ["range", "pre_receive", "seal", "accept"])]
    post_receive: bool,
    #[command(flatten)]
    message: Message,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let (all, findings): (Vec<&String>, Vec<&String>) = args.accept.iter().partition(|one| one.is_empty());
    if !all.is_empty() && !args.seal {
        return Err(Failure::usage("--accept takes a finding, or --seal")
            .hint("git support audit --accept FINDING -m REASON"));
    }
    if args.seal && !findings.is_empty() {
        return Err(Failure::usage("accept a finding first, and seal then")
            .hint("git support audit --accept FINDING -m REASON"));
    }
    let project = session.damaged_project()?;
    let shallow = if args.allow_shallow { Shallow::IsNoted } else { Shallow::Fails };
    if args.post_receive {
        project.record_push(&pushed(session)?)?;
        return Ok(View::Nothing);
    }
    let mut audit = if args.pre_receive {
        let text = pushed(session)?;
        project.audit(AuditRequest::Pushed(&text), shallow)?
    } else {
        let start = if args.from_start { Start::FirstCommit } else { Start::LastSeal };
        project.audit(AuditRequest::Range(args.range.as_deref(), start), shallow)?
    };
    if !findings.is_empty() {
        return accept(&findings, &audit.audited, args, session);
    }
    if args.seal {
        let reason = match (audit.is_open(), all.is_empty()) {
            (true, true) => {
                session.note(
                    "not sealed: review the problems, then use --seal --accept -m REASON to accept them",
                );
                return Ok(View::Audited(Box::new(audit.audited)));
            }
            (true, false) => Some(args.message.need(session)?),
            (false, _) => args.message.read(session)?,
        };
        audit.audited.seal = project.seal(&audit, reason)?;
    }
    audit.audited.is_accepted = !all.is_empty() && audit.audited.seal.is_some();
    Ok(View::Audited(Box::new(audit.audited)))
}

/// The lines that git hands to a hook of a server.
fn pushed(session: &mut Session<'_>) -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::Read::take(&mut *session.input, MAX_PUSHED_BYTES);
    std::io::Read::read_to_string(&mut { read }, &mut text)
        .map_err(|error| Failure::new(Kind::Io, format!("reading standard input: {error}")))?;
    Ok(text)
}

/// Records that findings are accepted, and why.
fn accept(
    findings: &[&String],
    audited: &Audited,
    args: &Args,
    session: &mut Session<'_>,
) -> Result<View, Failure> {
    let mut accepted: Vec<&Problem> = Vec::new();
    for finding in findings {
        let mut named = audited.faults.iter().filter(|fault| fault.id().starts_with(finding.as_str()));
        match (named.next(), named.next()) {
            (Some(fault), None) => accepted.push(fault),
            (None, _) => {
                let message = format!("the audit has no finding '{finding}'");
                return Err(Failure::new(Kind::NotFound, message).hint("git support audit"));
            }
            (Some(_), Some(_)) => {
                return Err(
                    Failure::usage(format!("'{finding}' names several findings")).hint("git support audit")
                );
            }
        }
    }
    let reason = args.message.need(session)?;
    let rules: Vec<&str> = accepted.iter().map(|fault| fault.rule).collect();
    let subject = format!("accept {}", rules.join(", "));
    let changed = session.project()?.change(&ChangeOptions::default(), |change| {
        change.subject(subject.clone());
        accepted.iter().try_for_each(|fault| change.accept(fault, &reason))
    })?;
    for fault in accepted {
        session.note(format!("accepted {} {}: {}", fault.id(), fault.rule, one_line(&fault.message)));
    }
    Ok(views::files(changed, session))
}
