//! The audit of a stretch of history as it goes on: what was found, what is known, what is still in doubt.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::process::audit::{AuditRule, Finding, Origin};
use crate::process::{Problem, ProblemLevel};
use crate::project::audit::found::{Identity, problem};
use crate::project::audit::owned::RuleChanges;
use crate::project::audit::rulebook::Rulebook;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::Store;
use crate::store::git::{ObjectId, SignatureStatus, Signed};
use crate::ticket::{Entry, Person, TicketId};

/// What brought an entry: the version of the ticket, and the commit.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) ticket: TicketId,
    pub(super) blob: ObjectId,
    pub(super) commit: ObjectId,
}

/// An entry that came in a commit which is not its own.
#[derive(Debug)]
pub(super) struct PendingEntry {
    pub(super) ticket: TicketId,
    pub(super) entry: Entry,
    pub(super) origin: Origin,
    pub(super) commit: ObjectId,
    /// Who made the commit.
    pub(super) by: Person,
    /// True where that commit is one of ours.
    pub(super) is_in_ours: bool,
    /// True where the entry's author is one of the team.
    pub(super) is_of_team: bool,
    /// True where the commit brings the whole ticket.
    pub(super) is_new_ticket: bool,
    /// True for a decision that the process reserves.
    pub(super) is_reserved: bool,
}

/// A signature to verify.
pub(super) struct Signature {
    pub(super) commit: ObjectId,
    pub(super) committer: Person,
    /// The authors of the entries that the commit brings as its own, and whether each decides what is reserved.
    pub(super) authors: Vec<(Person, bool)>,
    pub(super) level: ProblemLevel,
}

/// The audit, as it goes on.
pub(super) struct Review<'a> {
    pub(super) store: &'a Store,
    pub(super) book: Rulebook<'a>,
    /// The entries that came in a commit of their own, and what brought each.
    pub(super) own: HashMap<Identity, Own>,
    /// The ticket that each opening entry opens.
    pub(super) openings: HashMap<Identity, TicketId>,
    pub(super) doubts: Vec<PendingEntry>,
    /// Who changed the rules.
    pub(super) rules: RuleChanges,
    pub(super) signatures: Vec<Signature>,
    /// The commits that were looked at, in order.
    pub(super) commits: HashMap<ObjectId, usize>,
    pub(super) tickets: BTreeSet<TicketId>,
    pub(super) entries: usize,
    /// True where the history begins with commits whose parents are not here.
    pub(super) is_cut: bool,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Review<'a> {
    pub(super) fn new(project: &'a Project<'a>) -> Self {
        Self {
            store: &project.store,
            book: Rulebook::new(project),
            own: HashMap::new(),
            openings: HashMap::new(),
            doubts: Vec::new(),
            rules: RuleChanges::default(),
            signatures: Vec::new(),
            commits: HashMap::new(),
            tickets: BTreeSet::new(),
            entries: 0,
            is_cut: false,
            problems: Vec::new(),
        }
    }

    /// Takes down what a rule says of a commit, and of a ticket or a path.
    pub(super) fn found(
        &mut self,
        commit: ObjectId,
        ticket: Option<&TicketId>,
        path: &str,
        finding: Finding,
    ) {
        self.problems.push(problem(Some(commit), ticket, path, finding));
    }

    /// Verifies the signatures that policies want.
    pub(super) fn verify(&mut self) -> Result<(), Failure> {
        let wanted = std::mem::take(&mut self.signatures);
        let commits: Vec<ObjectId> = wanted.iter().map(|one| one.commit).collect();
        let signed: BTreeMap<ObjectId, Signed> =
            self.store.repository().signatures(&commits).map_err(crate::store::Error::from)?;
        for one in wanted {
            let finding = match signed.get(&one.commit) {
                Some(signed) if signed.verdict == SignatureStatus::Good => {
                    self.foreign_signer(signed, &one)?
                }
                Some(signed) if signed.verdict == SignatureStatus::Untrusted => {
                    let message = format!("no key that git trusts made the signature ({})", signed.key);
                    Some(Finding::new(AuditRule::SignatureBad, message))
                }
                Some(_) | None => {
                    Some(Finding::new(AuditRule::SignatureBad, "the signature does not verify"))
                }
            };
            if let Some(finding) = finding {
                self.found(one.commit, None, "", finding.weighing(one.level));
            }
        }
        Ok(())
    }

    /// A good signature, of somebody else than who committed, or than who is said to have decided.
    fn foreign_signer(&mut self, signed: &Signed, one: &Signature) -> Result<Option<Finding>, Failure> {
        let finding = |message: String| Ok(Some(Finding::new(AuditRule::SignatureSigner, message)));
        let signer = Person::parse(&signed.signer).filter(|signer| signer.email.contains('@'));
        let Some(signer) = signer else {
            let message = format!("the signer '{}' is not an address, and names nobody", signed.signer);
            return finding(message);
        };
        if !self.is_signer(&signer, &one.committer)? {
            return finding(format!("{} committed it, {signer} signed it", one.committer));
        }
        for (author, is_reserved) in &one.authors {
            if *is_reserved && !self.is_signer(&signer, author)? {
                return finding(format!("an entry is by {author}, {signer} signed it"));
            }
        }
        Ok(None)
    }

    /// True where a signer is somebody, under another address that `.mailmap` knows, or by a pattern of the allowed signers
    /// (ssh-keygen(1), ALLOWED SIGNERS).
    fn is_signer(&mut self, signer: &Person, who: &Person) -> Result<bool, Failure> {
        let same = |one: &Person, other: &Person| one.email.eq_ignore_ascii_case(&other.email);
        let is_pattern = signer
            .email
            .split_once('*')
            .is_some_and(|(begin, end)| who.email.starts_with(begin) && who.email.ends_with(end));
        Ok(is_pattern || same(signer, who) || same(&self.book.member(signer)?, &self.book.member(who)?))
    }
}
