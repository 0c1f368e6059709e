//! Seals: signed tags that say what was verified, up to which commit. A later audit goes on from the last.

use std::fmt::Write as _;

use crate::process::audit::{AuditRule, Audited, Finding};
use crate::process::{Problem, ProblemLevel, Role, Team};
use crate::project::audit::found::{author_of, problem};
use crate::project::audit::owned::digest_of_rules;
use crate::project::audit::signer;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::{ObjectId, Tag};
use crate::store::{Error, Store};
use crate::ticket::Person;

/// Where seals stand among the references; the moment follows, so that their names are in order.
pub(super) const FOLDER: &str = "refs/tags/support/seal/";
/// The lines of a seal that are read again.
const COMMIT: &str = "Support-Seal: ";
const BRANCH: &str = "Support-Branch: ";
const PREVIOUS: &str = "Support-Previous-Seal: ";
const RULES: &str = "Support-Rules: ";
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
    /// The commit whose team says who may seal, and accept.
    judging: ObjectId,
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
    let references = project.store.repository().references(FOLDER).map_err(Error::from)?;
    let mut chain = Chain::default();
    chain.names.extend(references.iter().map(|(reference, _)| named(reference).to_owned()));
    for (reference, object) in &references {
        chain.follow(project, named(reference), *object, faults)?;
    }
    Ok(chain.seals)
}

/// Looks at the seals of a push, beside those that are there: each may name one before it in the same push.
pub(super) fn pushed(
    project: &Project<'_>,
    mut new: Vec<(&str, ObjectId)>,
    faults: &mut Vec<Problem>,
) -> Result<(), Failure> {
    if new.is_empty() {
        return Ok(());
    }
    new.sort_unstable();
    let mut chain = Chain::default();
    for (known, object) in project.store.repository().references(FOLDER).map_err(Error::from)? {
        chain.names.push(named(&known).to_owned());
        // What is wrong with those was said when they were pushed.
        chain.follow(project, named(&known), object, &mut Vec::new())?;
    }
    chain.names.extend(new.iter().map(|(reference, _)| named(reference).to_owned()));
    new.into_iter()
        .try_for_each(|(reference, object)| chain.follow(project, named(reference), object, faults))
}

fn named(reference: &str) -> &str {
    reference.strip_prefix("refs/tags/").unwrap_or(reference)
}

/// Seals that name one another.
#[derive(Default)]
struct Chain {
    /// The names of all that are there.
    names: Vec<String>,
    /// Those of this branch that verify.
    seals: Vec<Seal>,
    /// True where one names the one before.
    is_chained: bool,
}

impl Chain {
    /// Looks at the next seal.
    fn follow(
        &mut self,
        project: &Project<'_>,
        name: &str,
        object: ObjectId,
        faults: &mut Vec<Problem>,
    ) -> Result<(), Failure> {
        let tag = project.store.repository().tag(object).map_err(Error::from)?;
        let Some(tag) = tag else {
            faults.push(bad(name, "is not a signed tag"));
            return Ok(());
        };
        if line(&tag, BRANCH).is_some_and(|branch| branch != project.store.branch()) {
            return Ok(());
        }
        if let Some(why) = misplaced(&tag, name).or(other_rules(&project.store, &tag)?) {
            faults.push(bad(name, &why));
            return Ok(());
        }
        let Some(signer) = verified(project, name, object, faults) else { return Ok(()) };
        let judging = self.seals.last().map_or(tag.commit, |seal| seal.commit);
        if let Some(why) = no_reviewer(project, judging, &tag, &signer)? {
            faults.push(bad(name, &why));
            return Ok(());
        }
        // Seals of before there was a chain name nobody.
        let previous = line(&tag, PREVIOUS);
        match previous {
            Some(previous) if !self.names.iter().any(|name| name == previous) => {
                faults.push(bad(name, &format!("follows {previous}, which is gone")));
            }
            None if self.is_chained => faults.push(bad(name, "names no seal that it follows")),
            Some(_) | None => {}
        }
        self.is_chained |= previous.is_some();
        let accepted = tag.message.lines().filter(|line| line.starts_with("- ")).map(str::to_owned).collect();
        self.seals.push(Seal { name: name.to_owned(), commit: tag.commit, signer, accepted, judging });
        Ok(())
    }
}

/// Who signed a seal; none where the signature does not verify, which is found, or cannot be verified here.
fn verified(
    project: &Project<'_>,
    name: &str,
    object: ObjectId,
    faults: &mut Vec<Problem>,
) -> Option<String> {
    match project.store.repository().verify_tag(object) {
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

/// Why a seal is not over the rules of its commit. Seals of earlier versions name none.
fn other_rules(store: &Store, tag: &Tag) -> Result<Option<String>, Failure> {
    let Some(sealed) = line(tag, RULES) else { return Ok(None) };
    let is_other = sealed != digest_of_rules(store, tag.commit)?;
    Ok(is_other.then(|| format!("is over other rules than {:.10} has", tag.commit)))
}

/// Why somebody may not seal: the team has people who review or lead, as of the seal before, and they are none of them.
fn no_reviewer(
    project: &Project<'_>,
    judging: ObjectId,
    tag: &Tag,
    signer: &str,
) -> Result<Option<String>, Failure> {
    let there = project.at_commit(Some(judging));
    let rules = there.rules()?;
    let team = &rules.team;
    if !Role::ACCEPTING.iter().any(|role| team.has(*role)) {
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
    // The team of a later seal was looked at by who made the one before; only the first needs a walk over its history.
    let may = match judging == tag.commit {
        true => may_seal(project, judging, &who)?,
        false => Role::ACCEPTING.iter().any(|role| team.plays(&who, *role)),
    };
    Ok(Some(format!("is by {tagger}, who is neither reviewer, lead nor product owner")).filter(|_| !may))
}

/// True where somebody may seal, by the team of a commit: a role that they gave themselves counts for nothing.
pub(super) fn may_seal(project: &Project<'_>, commit: ObjectId, who: &Person) -> Result<bool, Failure> {
    let team = team_of_others(project, commit, who)?;
    let is_anybodys = !Role::ACCEPTING.iter().any(|role| team.has(*role));
    Ok(is_anybodys || Role::ACCEPTING.iter().any(|role| team.plays(who, *role)))
}

/// The team of a commit, without what somebody changed in it who might not.
fn team_of_others(project: &Project<'_>, commit: ObjectId, who: &Person) -> Result<Team, Failure> {
    let store = &project.store;
    let mut team = project.at_commit(Some(commit)).rules()?.team.clone();
    let mut changes =
        store.repository().touching(&[commit], &[], &[crate::store::layout::TEAM]).map_err(Error::from)?;
    while let Some(change) = changes.pop() {
        let author = store.mapped(&store.author_of_commit(change)?)?;
        let parents = store.repository().parents(change).map_err(Error::from)?;
        let Some(before) = parents.first() else { break };
        let before = project.at_commit(Some(*before)).rules()?.clone();
        if !author.email.eq_ignore_ascii_case(&who.email) || before.may_change_rules(&author) {
            break;
        }
        team = before.team;
    }
    Ok(team)
}

/// Makes notes of what a seal accepted: who accepted it, and with which. Nobody accepts what they did themselves, where
/// another can.
pub(super) fn accept(project: &Project<'_>, seals: &[Seal], faults: &mut [Problem]) -> Result<(), Failure> {
    for fault in faults.iter_mut().filter(|fault| fault.level > ProblemLevel::Note) {
        let told = told(fault);
        let Some(seal) = seals.iter().find(|seal| seal.accepted.contains(&told)) else { continue };
        let accused = author_of(&project.store, fault.commit.as_deref());
        let accused = accused.map(|accused| project.store.mapped(&accused)).transpose()?;
        if let Some(signer) = signer::person(&seal.signer) {
            let rules = project.at_commit(Some(seal.judging));
            if !rules.rules()?.may_accept(&project.store.mapped(&signer)?, accused.as_ref()) {
                continue;
            }
        }
        fault.level = ProblemLevel::Note;
        let _ = write!(fault.message, "; accepted by {} in {}", seal.signer, seal.name);
    }
    Ok(())
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
    let known = store.repository().reference_id(&format!("refs/tags/{name}")).map_err(Error::from)?;
    if known.is_some() {
        let message = format!("{name} was written in this second");
        return Err(Failure::new(Kind::Refused, message).hint("git support audit --seal"));
    }
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
    let rules = digest_of_rules(store, commit)?;
    let _ = write!(text, "\n{COMMIT}{commit}\n{BRANCH}{}\n{RULES}{rules}\n", store.branch());
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
