//! Seals: signed tags that say what was verified, up to which commit. A later audit goes on from the last.

use std::fmt::Write as _;

use crate::process::audit::{AuditRule, Audited, Finding};
use crate::process::{Problem, ProblemLevel, Role};
use crate::project::audit::found::problem;
use crate::project::audit::signer;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::Error;
use crate::store::git::{ObjectId, Tag};
use crate::ticket::Person;

/// Where seals stand among the references; the moment follows, so that their names are in order.
pub(super) const FOLDER: &str = "refs/tags/support/seal/";
/// The lines of a seal that are read again.
const COMMIT: &str = "Support-Seal: ";
const BRANCH: &str = "Support-Branch: ";
const PREVIOUS: &str = "Support-Previous-Seal: ";
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
    /// Who signed it, where git says so.
    signer: String,
    /// What was found before, and accepted with it: a line for each.
    accepted: Vec<String>,
}

impl Seal {
    /// Its name, with who vouches for what is before it.
    pub(super) fn said(&self) -> String {
        let signer = Some(format!("signed by {}", self.signer)).filter(|_| !self.signer.is_empty());
        let accepted = match self.accepted.len() {
            0 => None,
            1 => Some("1 problem accepted".to_owned()),
            many => Some(format!("{many} problems accepted")),
        };
        let more: Vec<String> = signer.into_iter().chain(accepted).collect();
        if more.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, more.join(", ")) }
    }
}

/// The seals of this branch that verify, the oldest first; those that do not are found, or told where this clone
/// cannot tell.
pub(super) fn all(project: &Project<'_>, faults: &mut Vec<Problem>) -> Result<Vec<Seal>, Failure> {
    let store = &project.store;
    let references = store.repository().references(FOLDER).map_err(Error::from)?;
    let names: Vec<&str> =
        references.iter().filter_map(|(reference, _)| reference.strip_prefix("refs/tags/")).collect();
    let mut seals: Vec<Seal> = Vec::new();
    let mut is_chained = false;
    for (reference, object) in &references {
        let name = reference.strip_prefix("refs/tags/").unwrap_or(reference);
        let tag = store.repository().tag(*object).map_err(Error::from)?;
        let Some(tag) = tag else {
            faults.push(bad(name, "is not a signed tag"));
            continue;
        };
        if line(&tag, BRANCH).is_some_and(|branch| branch != store.branch()) {
            continue;
        }
        if let Some(why) = misplaced(&tag, name) {
            faults.push(bad(name, &why));
            continue;
        }
        let Some(signer) = verified(project, name, faults) else { continue };
        if let Some(why) = no_reviewer(project, seals.last(), &tag, &signer)? {
            faults.push(bad(name, &why));
            continue;
        }
        // Seals of before there was a chain name nobody.
        let previous = line(&tag, PREVIOUS);
        match previous {
            Some(previous) if !names.contains(&previous) => {
                faults.push(bad(name, &format!("follows {previous}, which is gone")));
            }
            None if is_chained => faults.push(bad(name, "names no seal that it follows")),
            Some(_) | None => {}
        }
        is_chained |= previous.is_some();
        let accepted = tag.message.lines().filter(|line| line.starts_with("- ")).map(str::to_owned).collect();
        seals.push(Seal { name: name.to_owned(), commit: tag.commit, signer, accepted });
    }
    Ok(seals)
}

/// Who signed a seal; none where the signature does not verify, which is found, or cannot be verified here.
fn verified(project: &Project<'_>, name: &str, faults: &mut Vec<Problem>) -> Option<String> {
    match project.store.repository().verify_tag(name) {
        Ok(signer) => return Some(signer.unwrap_or_default()),
        Err(error) if CANNOT_TELL.iter().any(|why| error.message.contains(why)) => {
            let why = format!("cannot be verified here, and is left aside: {}", error.message);
            project.host.note(format!("note: {name} {why}"));
        }
        Err(error) => faults.push(bad(name, &error.message)),
    }
    None
}

/// What is wrong with a seal.
fn bad(name: &str, why: &str) -> Problem {
    problem(None, None, "", Finding::new(AuditRule::SealBad, format!("{name}: {why}")))
}

/// What a line of a seal's message says.
fn line<'a>(tag: &'a Tag, key: &str) -> Option<&'a str> {
    tag.message.lines().find_map(|line| line.strip_prefix(key)).map(str::trim)
}

/// Why a seal does not stand where it was put.
fn misplaced(tag: &Tag, name: &str) -> Option<String> {
    let commit = tag.commit;
    if line(tag, COMMIT) != Some(commit.to_string().as_str()) {
        return Some(format!("points to {commit:.10}, but names another commit"));
    }
    Some(format!("was signed as {}", tag.name)).filter(|_| tag.name != name)
}

/// Why somebody may not seal: the team has reviewers, as of the seal before, and they are none of them, and no lead.
fn no_reviewer(
    project: &Project<'_>,
    before: Option<&Seal>,
    tag: &Tag,
    signer: &str,
) -> Result<Option<String>, Failure> {
    let commit = before.map_or(tag.commit, |seal| seal.commit);
    let there = project.at_commit(Some(commit));
    let team = &there.rules()?.team;
    if !team.has(Role::Reviewer) {
        return Ok(None);
    }
    let (name, email) = tag.tagger.clone();
    let tagger = Person { name, email };
    let mut known = |person: &Person| match team.has_member(person) {
        true => Ok(person.clone()),
        false => project.store.mapped(person).map_err(Failure::from),
    };
    let is_theirs = match signer::person(signer) {
        Some(signer) => signer::is_signer(&signer, &tagger, &mut known)?,
        None => false,
    };
    if !is_theirs {
        return Ok(Some(format!("is by {tagger}, and was signed by {signer}")));
    }
    let who = known(&tagger)?;
    let may = [Role::Reviewer, Role::Lead].iter().any(|role| team.plays(&who, *role));
    Ok(Some(format!("is by {tagger}, who is neither reviewer nor lead")).filter(|_| !may))
}

/// Makes notes of what a seal accepted: who accepted it, and with which.
pub(super) fn accept(seals: &[Seal], faults: &mut [Problem]) {
    for fault in faults.iter_mut().filter(|fault| fault.level > ProblemLevel::Note) {
        let told = told(fault);
        if let Some(seal) = seals.iter().find(|seal| seal.accepted.contains(&told)) {
            fault.level = ProblemLevel::Note;
            let _ = write!(fault.message, "; accepted by {} in {}", seal.signer, seal.name);
        }
    }
}

/// A finding as a seal repeats it.
fn told(fault: &Problem) -> String {
    let place = [fault.ticket.as_ref().map(ToString::to_string), fault.commit.clone()];
    let place: Vec<String> = place.into_iter().flatten().collect();
    let message = crate::ticket::visible(&fault.message);
    format!("- {} {}: {message}", fault.rule, place.join(" "))
}

/// Writes a seal over what was verified, and gives its name.
pub(super) fn write(
    project: &Project<'_>,
    commit: ObjectId,
    (since, last): (Option<&Seal>, Option<&Seal>),
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
        let _ = writeln!(text, "{}", told(fault));
    }
    if found.len() > MAX_REPEATED {
        let _ = writeln!(text, "- and {} more", found.len() - MAX_REPEATED);
    }
    if let Some(reason) = reason {
        let _ = write!(text, "\n{}\n", reason.trim_end());
    }
    let _ = write!(text, "\n{COMMIT}{commit}\n{BRANCH}{}\n", store.branch());
    if let Some(last) = last {
        let _ = writeln!(text, "{PREVIOUS}{}", last.name);
    }
    store.repository().sign_tag(&name, commit, &text).map_err(|error| {
        Failure::new(
            Kind::Identity,
            format!("the seal was not signed, so it was not written: {}", error.message),
        )
        .hint("git config user.signingKey KEY; for ssh keys also: git config gpg.format ssh")
    })?;
    Ok(name)
}
