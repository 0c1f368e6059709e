//! Who signed a commit, and whether that is who made it, and who decided what it enters.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::process::audit::{AuditRule, CommitFacts, Finding};
use crate::process::{Policy, ProblemLevel, Rules};
use crate::project::audit::own_commits::own_commits;
use crate::project::audit::owned::SelfGranted;
use crate::project::audit::review::{Review, Signature};
use crate::project::failure::Failure;
use crate::store::Error;
use crate::store::git::{CommitDelta, ObjectId, SignatureStatus, Signed};
use crate::ticket::{Entry, Person, TicketId, Timestamp};

impl Review<'_> {
    /// Takes down a signature that the policy wants; says where there is none.
    pub(super) fn signature(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        rules: &Rc<Rules>,
        reserved: Vec<(TicketId, Entry)>,
    ) -> Result<(), Failure> {
        // A policy that was loosened by who may not loosens nothing, for nobody.
        let before = self.rules.at(&passage.commit).filter_map(SelfGranted::signed_commits).max();
        let own = rules.settings.signed_commits.max(self.book.floors.signing(passage.commit));
        let level = match before.into_iter().fold(own, Policy::max) {
            Policy::Off => {
                self.has_unsigned = true;
                return Ok(());
            }
            Policy::Warn => ProblemLevel::Warning,
            Policy::Enforce => ProblemLevel::Error,
        };
        if passage.is_signed {
            let committer = facts.committer.clone();
            let (commit, rules) = (passage.commit, Rc::clone(rules));
            let mut earliest = facts.committed;
            for parent in &passage.parents {
                let seconds = self.store.repository().committed_at(*parent).map_err(Error::from)?;
                earliest = earliest.max(Timestamp::from_unix(seconds).unwrap_or_default());
            }
            let skew = rules.settings.skew_seconds;
            let is_dated_back = facts.committed.unix().saturating_add(skew) < earliest.unix();
            self.signatures.push(Signature {
                commit,
                committer,
                rules,
                reserved,
                level,
                earliest,
                is_dated_back,
            });
            return Ok(());
        }
        let message = format!("{} committed it, and did not sign it", facts.committer);
        let finding = Finding::new(AuditRule::SignatureMissing, message).weighing(level);
        self.found(passage.commit, None, "", finding);
        Ok(())
    }

    /// Verifies the signatures that policies want.
    pub(super) fn verify(&mut self) -> Result<(), Failure> {
        let wanted = std::mem::take(&mut self.signatures);
        let commits: Vec<ObjectId> = wanted.iter().map(|one| one.commit).collect();
        let signed: BTreeMap<ObjectId, Signed> =
            self.store.repository().signatures(&commits).map_err(Error::from)?;
        for one in wanted {
            let findings = match signed.get(&one.commit) {
                Some(signed) => self.signed(signed, &one)?,
                None => vec![unverified()],
            };
            for finding in findings {
                let level = finding.level.min(one.level);
                self.found(one.commit, None, "", finding.weighing(level));
            }
        }
        Ok(())
    }

    /// What is wrong with a signature.
    fn signed(&mut self, signed: &Signed, one: &Signature) -> Result<Vec<Finding>, Failure> {
        let repository = self.store.repository();
        let bad = |message: &str| Finding::new(AuditRule::SignatureBad, message);
        let mut findings = Vec::new();
        match signed.verdict {
            SignatureStatus::Good if one.is_dated_back && signed.key.starts_with("SHA256:") => {
                let at: String = one.earliest.to_string().chars().filter(char::is_ascii_digit).collect();
                let is_good = repository.is_signed_at(one.commit, &signed.signer, &at);
                if !is_good.map_err(Error::from)? {
                    let message = format!(
                        "the key was no longer valid at {}, when what it follows was made",
                        one.earliest
                    );
                    findings.push(bad(&message));
                }
            }
            SignatureStatus::Good => {}
            SignatureStatus::Lapsed => {
                let lapsed = repository.lapsed(one.commit, &signed.key).map_err(Error::from)?;
                findings.push(match lapsed {
                    Some(at) if one.earliest.unix() < at => {
                        bad("the key has expired, or was revoked, since").weighing(ProblemLevel::Note)
                    }
                    Some(_) => bad("the key had expired, or was revoked, when it signed"),
                    None => bad("the key has expired, or was revoked; when, git cannot tell"),
                });
            }
            SignatureStatus::Untrusted => {
                let message = format!("no key that git trusts made the signature ({})", signed.key);
                return Ok(vec![bad(&message)]);
            }
            SignatureStatus::Bad | SignatureStatus::None => return Ok(vec![unverified()]),
        }
        findings.extend(self.foreign_signer(signed, one)?);
        Ok(findings)
    }

    /// A good signature, of somebody else than who committed, or than who is said to have decided.
    fn foreign_signer(&mut self, signed: &Signed, one: &Signature) -> Result<Option<Finding>, Failure> {
        let finding = |message: String| Ok(Some(Finding::new(AuditRule::SignatureSigner, message)));
        let Some(signer) = person(&signed.signer) else {
            let message = format!("the signer '{}' is not an address, and names nobody", signed.signer);
            return finding(message);
        };
        // Of a key of gpg, each address counts that is valid itself, and no other.
        let addresses = self.store.repository().addresses_of(&signed.key);
        let signers: Vec<Person> = match addresses {
            Some(addresses) => addresses.iter().filter_map(|address| person(address)).collect(),
            None => vec![signer.clone()],
        };
        let (team, book) = (&one.rules.team, &mut self.book);
        let mut known = |person: &Person| book.known_in(team, person);
        if !is_any_signer(&signers, &one.committer, &mut known)? {
            return finding(format!("{} committed it, {signer} signed it", one.committer));
        }
        for (ticket, entry) in &one.reserved {
            let known = &mut |person: &Person| self.book.known_in(team, person);
            if !is_any_signer(&signers, &entry.by, known)? && !self.is_signed_elsewhere(ticket, entry, one)? {
                return finding(format!("an entry is by {}, {signer} signed it", entry.by));
            }
        }
        Ok(None)
    }

    /// True where another commit that is here is the entry's own, says the same, and is signed by who decided it: then this
    /// one carries it.
    fn is_signed_elsewhere(
        &mut self,
        ticket: &TicketId,
        entry: &Entry,
        one: &Signature,
    ) -> Result<bool, Failure> {
        for commit in own_commits(self, ticket, entry, one.commit)? {
            let signed = self.store.repository().signatures(&[commit]).map_err(Error::from)?;
            let Some(signed) = signed.get(&commit).filter(|one| one.verdict == SignatureStatus::Good) else {
                continue;
            };
            let addresses = self.store.repository().addresses_of(&signed.key);
            let signers: Vec<Person> = addresses
                .unwrap_or(vec![signed.signer.clone()])
                .iter()
                .filter_map(|one| person(one))
                .collect();
            let (team, book) = (&one.rules.team, &mut self.book);
            if is_any_signer(&signers, &entry.by, &mut |person: &Person| book.known_in(team, person))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// True where one of some signers is somebody.
fn is_any_signer(
    signers: &[Person],
    who: &Person,
    known: &mut dyn FnMut(&Person) -> Result<Person, Failure>,
) -> Result<bool, Failure> {
    for signer in signers {
        if is_signer(signer, who, known)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unverified() -> Finding {
    Finding::new(AuditRule::SignatureBad, "the signature does not verify")
}

/// Whom the keyring or the allowed signers name; none where that is not an address.
pub(super) fn person(signer: &str) -> Option<Person> {
    Person::parse(signer).filter(|signer| signer.email.contains('@'))
}

/// True where a signer is somebody: by the address, by one that stands for the same person, or by a pattern of the
/// allowed signers (ssh-keygen(1), ALLOWED SIGNERS).
pub(super) fn is_signer(
    signer: &Person,
    who: &Person,
    known: &mut dyn FnMut(&Person) -> Result<Person, Failure>,
) -> Result<bool, Failure> {
    let same = |one: &Person, other: &Person| one.email.eq_ignore_ascii_case(&other.email);
    let pattern = signer.email.split_once('*');
    let is_like = pattern.is_some_and(|(begin, end)| {
        let rest = who.email.strip_prefix(begin);
        rest.is_some_and(|rest| rest.ends_with(end))
    });
    Ok(is_like || same(signer, who) || same(&known(signer)?, &known(who)?))
}
