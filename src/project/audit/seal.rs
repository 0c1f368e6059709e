//! Seals: signed tags that say what was verified, up to which commit. A later audit goes on from the last.

use std::fmt::Write as _;

use crate::process::audit::{AuditRule, Audited, Finding};
use crate::process::{Problem, ProblemLevel};
use crate::project::audit::found::problem;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::Error;
use crate::store::git::ObjectId;

/// Where seals stand among the references; the moment follows, so that their names are in order.
pub(super) const FOLDER: &str = "refs/tags/support/seal/";
/// The lines of a seal that are read again.
const COMMIT: &str = "Support-Seal: ";
const BRANCH: &str = "Support-Branch: ";
/// The findings that a seal repeats one by one.
const MAX_REPEATED: usize = 100;
/// What git says where this clone cannot tell whose signature it is.
const CANNOT_TELL: [&str; 4] = ["allowedSignersFile", "Can't check signature", "No public key", "cannot run"];

/// A seal whose signature verifies.
#[derive(Debug, Clone)]
pub(super) struct Seal {
    /// The tag's name.
    pub(super) name: String,
    /// The commit it seals.
    pub(super) commit: ObjectId,
}

/// The seals of this branch that verify, the oldest first; those that do not are found, or told where this clone
/// cannot tell.
pub(super) fn all(project: &Project<'_>, faults: &mut Vec<Problem>) -> Result<Vec<Seal>, Failure> {
    let store = &project.store;
    let mut seals = Vec::new();
    for (reference, object) in store.repository().references(FOLDER).map_err(Error::from)? {
        let name = reference.strip_prefix("refs/tags/").unwrap_or(&reference).to_owned();
        let mut bad = |message: String| {
            faults.push(problem(
                None,
                None,
                "",
                Finding::new(AuditRule::SealBad, format!("{name}: {message}")),
            ));
        };
        let Some((commit, message)) = store.repository().tag(object).map_err(Error::from)? else {
            bad("is not a signed tag".to_owned());
            continue;
        };
        let line = |key: &str| message.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        if line(BRANCH).is_some_and(|branch| branch != store.branch()) {
            continue;
        }
        if line(COMMIT) != Some(commit.to_string().as_str()) {
            bad(format!("points to {commit:.10}, but names another commit"));
            continue;
        }
        match store.repository().verify_tag(&name) {
            Ok(()) => seals.push(Seal { name, commit }),
            Err(error) if CANNOT_TELL.iter().any(|why| error.message.contains(why)) => {
                project.host.note(format!(
                    "note: {name} cannot be verified here, and is left aside: {}",
                    error.message
                ));
            }
            Err(error) => bad(error.message.clone()),
        }
    }
    Ok(seals)
}

/// Writes a seal over what was verified, and gives its name.
pub(super) fn write(
    project: &Project<'_>,
    commit: ObjectId,
    since: Option<&Seal>,
    audited: &Audited,
    reason: Option<String>,
) -> Result<String, Failure> {
    let (store, faults) = (&project.store, &audited.faults);
    let moment: String = project.host.now().to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let name = format!("support/seal/{moment}");
    let mut text = format!(
        "support: seal {} at {commit:.10}\n\n{}\n",
        store.branch(),
        match since {
            Some(seal) => format!("{} since {}.", audited.counts(), seal.name),
            None => format!("{} from the first commit on.", audited.counts()),
        }
    );
    let found: Vec<&Problem> = faults.iter().filter(|fault| fault.level > ProblemLevel::Note).collect();
    if found.is_empty() {
        text.push_str("Nothing was found.\n");
    } else {
        let _ = writeln!(text, "\nFound, and accepted:");
    }
    for fault in found.iter().take(MAX_REPEATED) {
        let place = [fault.ticket.as_ref().map(ToString::to_string), fault.commit.clone()];
        let place: Vec<String> = place.into_iter().flatten().collect();
        let message = crate::ticket::visible(&fault.message);
        let _ = writeln!(text, "- {} {}: {message}", fault.rule, place.join(" "));
    }
    if found.len() > MAX_REPEATED {
        let _ = writeln!(text, "- and {} more", found.len() - MAX_REPEATED);
    }
    if let Some(reason) = reason {
        let _ = write!(text, "\n{}\n", reason.trim_end());
    }
    let _ = write!(text, "\n{COMMIT}{commit}\n{BRANCH}{}\n", store.branch());
    store.repository().sign_tag(&name, commit, &text).map_err(|error| {
        Failure::new(
            Kind::Identity,
            format!("the seal was not signed, so it was not written: {}", error.message),
        )
        .hint("git config user.signingKey KEY; for ssh keys also: git config gpg.format ssh")
    })?;
    Ok(name)
}
