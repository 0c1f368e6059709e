//! Findings that somebody accepted: by whom they may be, and what becomes of them in later audits.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::process::audit::{AuditRule, CommitFacts, Finding};
use crate::process::{Acceptance, Problem, ProblemLevel};
use crate::project::audit::found::{author_of, problem};
use crate::project::audit::range::CommitRange;
use crate::project::audit::review::Review;
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::project::parts::{YamlFile, read_accepted};
use crate::project::state::Project;
use crate::store::git::{Blob, CommitDelta, FileChange, FileDelta, ObjectId};
use crate::store::{Error, Store, layout};
use crate::ticket::{MAX_FILE_BYTES, Person, yaml};

impl Review<'_> {
    /// Looks at the record of an accepted finding that a commit wrote, changed or removed.
    pub(super) fn acceptance(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        file: &FileDelta,
    ) -> Result<Option<Finding>, Failure> {
        let content = self.store.repository().file(passage.commit, &file.path, MAX_FILE_BYTES);
        let record = match content.map_err(Error::from)? {
            Some(Blob::Bytes(bytes)) => read(&file.path, &bytes),
            Some(Blob::TooLarge(_)) | None => None,
        };
        let author = &self.answering(passage, facts)?;
        let by = record.as_ref().map(|record| self.book.member(&record.by)).transpose()?;
        let is_own_word = record.as_ref().zip(by.as_ref()).is_none_or(|(record, by)| {
            [&record.by, by].iter().any(|by| by.email.eq_ignore_ascii_case(&author.email))
        });
        let accused = record.as_ref().and_then(|record| author_of(self.store, record.commit.as_deref()));
        let accused = match accused {
            Some(accused) => Some(self.book.member(&accused)?),
            None => None,
        };
        let mut may = is_own_word;
        for rules in self.book.before(passage)? {
            may &= rules.may_accept(author, accused.as_ref());
        }
        let now = self.book.known_at(passage.parents.first());
        for granted in self.rules.at(&passage.commit).filter(|granted| granted.is_by(author, &now.team)) {
            may &= granted.rules(&now).iter().all(|rules| rules.may_accept(author, accused.as_ref()));
        }
        if may {
            self.unaccepted.remove(&file.path);
            return Ok(None);
        }
        self.unaccepted.insert(file.path.clone());
        let message = match is_own_word {
            true => format!("{} is not allowed to accept it", facts.author),
            false => format!("{} wrote it in somebody else's name", facts.author),
        };
        Ok(Some(Finding::new(AuditRule::FindingUnaccepted, message)))
    }
}

fn read(path: &str, bytes: &[u8]) -> Option<Acceptance> {
    let name = path.rsplit('/').next()?.strip_suffix(".yaml")?;
    Acceptance::read(name, &YamlFile::parse(path, bytes).ok()?.node).ok()
}

/// Makes notes of the findings that were accepted, and names those that this audit did not come upon.
pub(super) fn apply(
    store: &Store,
    stretch: &CommitRange,
    unaccepted: &BTreeSet<String>,
    faults: &mut Vec<Problem>,
) -> Result<(), Failure> {
    let mut records: Vec<Acceptance> = Vec::new();
    for tip in &stretch.tips {
        let there = read_accepted(&store.snapshot(Some(&tip.to_string()))?)?;
        records.extend(
            there.into_iter().filter(|record| !unaccepted.contains(&layout::accepted(&record.finding))),
        );
    }
    records.dedup();
    // What is pushed elsewhere may have been accepted on the branch of the tickets, where it was judged as it came.
    if !stretch.parts.is_empty() {
        for record in read_accepted(&store.snapshot(None)?)? {
            make_notes(&record, faults);
        }
    }
    let mut open = Vec::new();
    for record in records {
        if !make_notes(&record, faults) {
            open.push(record);
        }
    }
    // Of a range that somebody asked for, only what is in it is of interest.
    for record in open.into_iter().filter(|_| !stretch.is_asked()) {
        let commit = record.commit.as_deref().and_then(ObjectId::parse);
        let message = format!("{} {}; {}", record.rule, record.message, record.said());
        let path = layout::accepted(&record.finding);
        faults.push(problem(commit, None, &path, Finding::new(AuditRule::FindingAccepted, message)));
    }
    Ok(())
}

/// Makes notes of what a record accepts; false where that is not among the findings.
fn make_notes(record: &Acceptance, faults: &mut [Problem]) -> bool {
    let mut is_met = false;
    for fault in faults.iter_mut().filter(|fault| record.is_of(fault)) {
        // What two branches have accepted is said once.
        if fault.level != ProblemLevel::Note {
            fault.level = ProblemLevel::Note;
            let _ = write!(fault.message, "; {}", record.said());
        }
        is_met = true;
    }
    is_met
}

impl Change<'_, '_> {
    /// Records that a finding is accepted, and why.
    ///
    /// # Errors
    /// It is not the author's to accept, or cannot be accepted.
    pub fn accept(&mut self, fault: &Problem, reason: &str) -> Result<(), Failure> {
        let refused = |message: String| Failure::new(Kind::Refused, message);
        if !AuditRule::parse(fault.rule).is_some_and(AuditRule::can_be_accepted) {
            let hint = fault.hint.clone().unwrap_or_default();
            return Err(refused(format!("{} cannot be accepted", fault.rule)).hint(hint));
        }
        self.project().check_may_accept(&self.author.by, &self.author.member, fault)?;
        let record = Acceptance::of(fault, self.author.by.clone(), self.author.at, reason);
        let path = layout::accepted(&record.finding);
        if let crate::ticket::Node::Map(pairs) = record.to_node() {
            self.files.push(FileChange::write(path, yaml::write(&pairs)));
        }
        Ok(())
    }
}

impl Project<'_> {
    /// Sees that somebody may accept a finding.
    pub(super) fn check_may_accept(
        &self,
        who: &Person,
        member: &Person,
        fault: &Problem,
    ) -> Result<(), Failure> {
        let accused = author_of(&self.store, fault.commit.as_deref());
        let accused = accused.map(|accused| self.store.mapped(&accused)).transpose()?;
        if self.rules()?.may_accept(member, accused.as_ref()) {
            return Ok(());
        }
        let message = format!("{who} is not allowed to accept {} in {}", fault.rule, place(fault));
        let hint = "ask another reviewer, lead or product owner: git support team";
        Err(Failure::new(Kind::Refused, message).hint(hint))
    }
}

/// Where a finding is: the commit, the ticket, or the path.
fn place(fault: &Problem) -> String {
    let commit = fault.commit.as_ref().map(|commit| format!("{commit:.10}"));
    let ticket = fault.ticket.as_ref().map(ToString::to_string);
    commit.or(ticket).or_else(|| fault.path.clone()).unwrap_or_default()
}
