//! Audit: a history held against the rules, commit by commit, and a seal over what was verified.

mod accepted;
mod attribution;
mod brought;
mod commit;
mod evidence;
mod floors;
mod found;
mod moved;
mod own_commits;
mod owned;
mod parts;
mod range;
mod received;
mod releases;
mod renamed;
mod reverts;
mod review;
mod rulebook;
mod seal;
mod settled;
mod side_lines;
mod signer;
mod steps;
mod trusted_mailmap;
mod verified;
mod versions;

pub use range::Start;

use std::collections::BTreeSet;

use crate::process::audit::{AuditRule, Audited, Finding, Proof};
use crate::process::{Policy, Problem, ProblemLevel};
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::{Counting, Mailmap, ObjectId, shown};
use crate::store::{Error, layout};
use crate::ticket::{Person, TicketId};

use floors::Floors;
use found::problem;
use range::CommitRange;
use review::Review;

/// From this many commits on, a progress bar is worth it.
const MANY: usize = 2_000;

/// Which commits are audited.
#[derive(Debug, Clone, Copy)]
pub enum AuditRequest<'a> {
    /// A range as typed, or what is new on the branch.
    Range(Option<&'a str>, Start),
    /// What git hands to a pre-receive hook (githooks(5)).
    Pushed(&'a str),
}

/// What becomes of a history that begins in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shallow {
    /// The audit is not passed: what it begins with was not looked at.
    Fails,
    /// It is said, and no more.
    IsNoted,
}

/// What was audited, and may be sealed.
pub struct Audit {
    /// What was found, and over what.
    pub audited: Audited,
    stretch: CommitRange,
}

impl Audit {
    /// True where a warning or an error was found.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.audited.faults.iter().any(|problem| problem.level > ProblemLevel::Note)
    }
}

impl Project<'_> {
    /// Holds commits against the rules.
    ///
    /// # Errors
    /// There is no such revision, the settings of a tip cannot be read, or an object cannot be read.
    pub fn audit(&self, request: AuditRequest<'_>, shallow: Shallow) -> Result<Audit, Failure> {
        let (stretch, mut faults) = match request {
            AuditRequest::Range(range, start) => range::asked(self, range, start)?,
            AuditRequest::Pushed(text) => range::pushed(self, text)?,
        };
        if let AuditRequest::Range(range, _) = request
            && !range.is_some_and(|range| range.contains(".."))
        {
            self.check_audited(&stretch.tips, range)?;
        }
        for tip in &stretch.tips {
            self.at_commit(Some(*tip)).check_files()?;
        }
        let arrivals = received::arrivals(&self.store)?;
        let is_pushed = matches!(request, AuditRequest::Pushed(_));
        let pushed = if let AuditRequest::Pushed(text) = request { text } else { "" };
        let replaced = range::replaced(&self.store, pushed)?;
        // What a replaced history showed is not true of the commits.
        let is_other = is_pushed || !arrivals.is_empty() || replaced.is_some();
        let state = if is_other { None } else { verified::state(self, &stretch) };
        let known = state.as_ref().and_then(|state| verified::remembered(&self.store, state));
        let known = known.filter(|_| verified::is_there(&self.store, &stretch.tips));
        let done = match known {
            Some(done) => done,
            None if is_pushed => self.reviewed_in_parts(&stretch)?,
            None => {
                let begun = state.as_ref().and_then(|state| verified::begun(&self.store, state));
                let done = match begun.filter(|_| verified::is_there(&self.store, &stretch.tips)) {
                    Some(begun) => self.reviewed_on(&stretch, begun)?,
                    None => self.reviewed(&stretch)?,
                };
                state.iter().for_each(|state| verified::remember(&self.store, state, &done));
                done
            }
        };
        let Done { mut audited, unaccepted, commits, has_unsigned, .. } = done;
        faults.extend(replaced);
        faults.append(&mut audited.faults);
        seal::accept(self, &stretch.seals, &mut faults)?;
        accepted::apply(&self.store, &stretch, &unaccepted, &mut faults)?;
        audited.faults = faults;
        audited.since = stretch.since();
        for fault in &mut audited.faults {
            let commit = fault.commit.as_deref().and_then(ObjectId::parse);
            let arrival = commit.and_then(|commit| arrivals.get(&commit));
            fault.arrived = arrival.map(|(at, by)| format!("arrived {}, pushed by {by}", at.minute()));
        }
        if !is_pushed {
            let is_received =
                !arrivals.is_empty() && commits.iter().all(|commit| arrivals.contains_key(commit));
            audited.proof = Some(self.proof(&stretch, &audited, has_unsigned, is_received)?);
        }
        // Grafts are a finding of their own.
        if audited.is_cut && self.store.repository().is_shallow() {
            audited.faults.insert(0, cut(shallow));
        }
        Ok(Audit { audited, stretch })
    }

    /// Looks at what is new since a part of a stretch was found clean; at all of it, where that is not.
    fn reviewed_on(&self, stretch: &CommitRange, begun: (Done, Vec<ObjectId>)) -> Result<Done, Failure> {
        let (mut done, tips) = begun;
        let new = self.reviewed(&stretch.less(&tips))?;
        // What an import entered is judged where it comes to a ticket that is there.
        if !verified::is_clean(&new) || (done.has_imports && new.has_joins) {
            return self.reviewed(stretch);
        }
        done.audited.commits += new.audited.commits;
        done.audited.entries += new.audited.entries;
        done.tickets.extend(new.tickets);
        done.audited.tickets = done.tickets.len();
        done.has_grants = new.has_grants;
        done.has_imports |= new.has_imports;
        Ok(done)
    }

    /// Looks at each commit of a stretch.
    fn reviewed(&self, stretch: &CommitRange) -> Result<Done, Failure> {
        if let Some(commit) = stretch.before() {
            let people = self.store.repository().mailmap_at(commit).map_err(Error::from)?;
            let done = self.reviewed_with(stretch, Some(people))?;
            if done.audited.faults.iter().all(|fault| fault.level == ProblemLevel::Note) {
                return Ok(done);
            }
            // Who acts under an address that a lead's line in the same push gives to them is not accused.
            return match trusted_mailmap::with_new(self, commit, &stretch.tips)? {
                Some(people) => self.reviewed_with(stretch, Some(people)),
                None => Ok(done),
            };
        }
        // Into a repository that has nothing yet, everything comes by the push: who people are does, too.
        if let ([tip, ..], None) = (stretch.tips.as_slice(), self.store.snapshot(None)?.commit()) {
            let people = self.store.repository().mailmap_at(*tip).map_err(Error::from)?;
            return self.reviewed_with(stretch, Some(people));
        }
        let mut done = self.reviewed_with(stretch, trusted_mailmap::trusted(self, &stretch.tips)?)?;
        if done.audited.faults.iter().all(|fault| fault.level == ProblemLevel::Note) {
            return Ok(done);
        }
        // Who acted while `.mailmap` had another line about them is not accused because it went.
        if let Some((people, removals)) = trusted_mailmap::with_removed(self, &stretch.tips)? {
            let then = self.reviewed_with(stretch, Some(people))?.audited.faults;
            let commit_of = |fault: &Problem| fault.commit.as_deref().and_then(ObjectId::parse);
            let commits = done.audited.faults.iter().filter_map(commit_of).collect();
            let reach = self.store.repository().reach(&removals, &commits).map_err(Error::from)?;
            done.audited.faults.retain(|fault| {
                let is_before =
                    |commit: ObjectId| removals.iter().any(|removal| reach.contains(*removal, commit));
                then.iter().any(|other| parts::is_found_again(fault, other))
                    || !commit_of(fault).is_some_and(is_before)
            });
        }
        Ok(done)
    }

    /// Looks at each commit of a stretch, with what `.mailmap` makes of people; again, where some were judged by no rules
    /// and came to a branch that has them.
    fn reviewed_with(&self, stretch: &CommitRange, people: Option<Mailmap>) -> Result<Done, Failure> {
        let count = self.store.repository().counting(&stretch.tips, &stretch.less);
        let mut review = self.walked(stretch, people, Floors::default())?;
        let floors = side_lines::of(&mut review, stretch)?;
        if !floors.is_empty() {
            let people = review.book.mailmap.take();
            review = self.walked(stretch, people, floors)?;
        }
        let cuts = self.store.repository().cuts(&stretch.tips, &stretch.less).map_err(Error::from)?;
        review.is_cut |= !cuts.is_empty();
        finished(review, stretch, count)
    }

    /// Looks at each commit of a stretch.
    fn walked(
        &self,
        stretch: &CommitRange,
        people: Option<Mailmap>,
        floors: Floors,
    ) -> Result<Review<'_>, Failure> {
        let mut review = Review::new(self, people, floors);
        review.book.begins.clone_from(&stretch.less);
        review.is_from_start = stretch.less.is_empty();
        let mut bar = None;
        self.store.passages(
            &stretch.tips,
            &stretch.less,
            |done, total| {
                if total >= MANY {
                    bar.get_or_insert_with(|| (self.host.progress)("auditing", total))(done);
                }
            },
            |passage, parsed| review.commit(passage, parsed),
        )?;
        review.book.leave();
        Ok(review)
    }

    /// What an audit proves, and whether commits have to be signed at its end.
    fn proof(
        &self,
        stretch: &CommitRange,
        audited: &Audited,
        has_unsigned: bool,
        is_received: bool,
    ) -> Result<(Proof, bool), Failure> {
        let mut is_signing = !stretch.tips.is_empty();
        for tip in &stretch.tips {
            is_signing &= self.at_commit(Some(*tip)).rules()?.settings.signed_commits != Policy::Off;
        }
        let is_found = |prefix: &str| {
            let open = audited.faults.iter().filter(|fault| fault.level > ProblemLevel::Note);
            open.into_iter().any(|fault| fault.rule.starts_with(prefix))
        };
        let is_signed = is_signing && !has_unsigned && !is_found("signature.");
        let is_anchored = is_signed && stretch.seal.is_some() && !is_found("seal.") && !is_found("history.");
        let proof = match (is_signed, is_anchored, is_received) {
            (false, ..) => Proof::Consistency,
            (true, false, _) => Proof::Identity,
            (true, true, false) => Proof::Anchored,
            (true, true, true) => Proof::Received,
        };
        Ok((proof, is_signing))
    }

    /// Signs a tag over what was verified, and names it; none where nothing is new since the last seal.
    ///
    /// # Errors
    /// The branch has no commit, the clone is shallow, or git could not sign.
    pub fn seal(&self, audit: &Audit, reason: Option<String>) -> Result<Option<String>, Failure> {
        let Audit { audited, stretch } = audit;
        let tip = stretch.tip()?;
        if audited.is_cut {
            let message = "not sealed: this clone is shallow, and what it begins with was not verified";
            return Err(Failure::new(Kind::Refused, message).hint("git fetch --unshallow"));
        }
        if let Some(seal) = stretch.seal.as_ref().filter(|seal| seal.commit == tip) {
            self.host.note(format!("nothing is new since {}", seal.name));
            return Ok(None);
        }
        let tagger = self.store.repository().identity().map_err(Error::from)?.committer;
        let by = Person { name: tagger.name, email: tagger.email };
        let member = self.store.mapped(&by)?;
        // As a later audit judges it: by the team of the seal before.
        let judging = stretch.seals.last().map_or(tip, |seal| seal.commit);
        let there = self.at_commit(Some(judging));
        if !seal::may_seal(self, judging, &member)? {
            let message = format!("{by} is not allowed to seal");
            let hint = "ask a reviewer, lead or product owner: git support team";
            return Err(Failure::new(Kind::Refused, message).hint(hint));
        }
        for fault in audited.faults.iter().filter(|fault| fault.level > ProblemLevel::Note) {
            there.check_may_accept(&by, &member, fault)?;
        }
        if self.host.rehearsal.get() {
            return Ok(None);
        }
        let seals = (stretch.seal.as_ref(), stretch.seals.last());
        seal::write(self, tip, seals, audited, reason).map(Some)
    }
}

/// The most paths of a tip that are named one by one.
const MAX_UNSAFE: usize = 100;

/// What is to be said of a shallow clone.
fn cut(shallow: Shallow) -> Problem {
    let message =
        "this clone is shallow: its first commits are not audited (--allow-shallow makes it a note)";
    let finding = Finding::new(AuditRule::HistoryCut, message);
    let level = if shallow == Shallow::Fails { ProblemLevel::Warning } else { ProblemLevel::Note };
    let mut problem = problem(None, None, "", finding.weighing(level));
    problem.hint = Some("git fetch --unshallow".to_owned());
    problem
}

/// What a review came to.
#[derive(Default)]
struct Done {
    /// True where the result rests on other histories, or on keys, which change.
    is_conditional: bool,
    audited: Audited,
    /// The records of accepted findings that accept nothing.
    unaccepted: BTreeSet<String>,
    /// The commits that were looked at.
    commits: Vec<ObjectId>,
    /// True where a commit did not have to be signed.
    has_unsigned: bool,
    /// The tickets that the commits touched.
    tickets: BTreeSet<TicketId>,
    /// True where somebody changed the rules for themselves: a later step of theirs is held against it.
    has_grants: bool,
    /// True where an import entered new tickets.
    has_imports: bool,
    /// True where a merge joined lines that both changed a ticket.
    has_joins: bool,
}

/// Settles what is in doubt, verifies signatures, and gives what was found, in the order of the commits.
fn finished(mut review: Review<'_>, stretch: &CommitRange, count: Counting) -> Result<Done, Failure> {
    let is_conditional = !review.doubts.is_empty() || !review.signatures.is_empty();
    brought::judge(&mut review, stretch)?;
    review.gone_from_below(stretch)?;
    renamed::judge(&mut review, stretch)?;
    for (doubt, finding) in attribution::unsettled(&mut review, stretch)? {
        let path = layout::ticket(&doubt.ticket);
        review.found(doubt.commit, Some(&doubt.ticket), &path, finding);
    }
    review.verify()?;
    let unaccepted = std::mem::take(&mut review.unaccepted);
    let mut faults = std::mem::take(&mut review.problems);
    let order = |problem: &Problem| {
        let commit = problem.commit.as_deref().and_then(ObjectId::parse);
        commit.and_then(|commit| review.commits.get(&commit).copied())
    };
    faults.sort_by_key(order);
    settled::apply(review.store, stretch, &mut faults)?;
    for tip in &stretch.tips {
        // What is not safe to check out, or what two programs would read in two ways.
        let known = stretch.less.first().copied();
        let found = review.store.repository().unsafe_paths(*tip, known, MAX_UNSAFE).map_err(Error::from)?;
        for unsafe_path in found {
            let path = shown(&unsafe_path.path);
            let is_said =
                |fault: &Problem| fault.level > ProblemLevel::Note && fault.path.as_ref() == Some(&path);
            if !faults.iter().any(is_said) {
                let finding = Finding::new(AuditRule::FileStrange, unsafe_path.problem);
                faults.push(problem(None, None, &path, finding));
            }
        }
    }
    let audited = Audited {
        faults,
        commits: count().map_err(Error::from)?,
        entries: review.entries,
        tickets: review.tickets.len(),
        is_cut: review.is_cut,
        ..Audited::default()
    };
    let (has_grants, has_joins) = (review.rules.has_grants(), review.has_joins);
    let has_imports = !review.imports.is_empty();
    let commits = review.commits.into_keys().collect();
    let (has_unsigned, tickets) = (review.has_unsigned, review.tickets.into_iter().collect());
    Ok(Done {
        is_conditional,
        audited,
        unaccepted,
        commits,
        has_unsigned,
        tickets,
        has_grants,
        has_imports,
        has_joins,
    })
}
