//! Which stretch of history is looked at: a range, what is new since the last seal, or what is being pushed.

use std::collections::BTreeMap;

use crate::process::Problem;
use crate::process::audit::{AuditRule, Finding};
use crate::project::audit::found::{identity, problem};
use crate::project::audit::seal::{self, Seal};
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::{ObjectId, RECEIVED};
use crate::store::{Error, Store, layout};
use crate::ticket::{Entry, Ticket, visible};

/// Where git finds what it shows in the place of objects.
const REPLACE: &str = "refs/replace/";
/// Where git keeps branches.
const HEADS: &str = "refs/heads/";

/// A stretch of history.
#[derive(Debug, Default)]
pub(super) struct CommitRange {
    /// What contains it.
    pub(super) tips: Vec<ObjectId>,
    /// What does not belong to it any more.
    pub(super) less: Vec<ObjectId>,
    /// The seal from which it goes on.
    pub(super) seal: Option<Seal>,
    /// The seals of the branch, the oldest first.
    pub(super) seals: Vec<Seal>,
    /// What is looked at by itself, where it is not one walk: of a push, what each branch gets.
    pub(super) parts: Vec<Self>,
    /// The beginning, as it was asked for.
    from: Option<String>,
}

impl CommitRange {
    /// Where it begins, in words.
    pub(super) fn since(&self) -> Option<String> {
        self.seal.as_ref().map(Seal::said).or_else(|| self.from.clone())
    }

    /// The same without what some commits contain; it still begins where it was asked to.
    pub(super) fn less(&self, commits: &[ObjectId]) -> Self {
        let less = [&self.less, commits].concat();
        Self { tips: self.tips.clone(), less, from: self.from.clone(), ..Self::default() }
    }

    /// The commit after which a range begins that somebody asked for.
    pub(super) fn before(&self) -> Option<ObjectId> {
        self.less.first().copied().filter(|_| self.from.is_some())
    }

    /// True where somebody asked for a range.
    pub(super) fn is_asked(&self) -> bool {
        self.from.is_some()
    }

    /// The one commit that may be sealed.
    pub(super) fn tip(&self) -> Result<ObjectId, Failure> {
        match self.tips.as_slice() {
            [tip] => Ok(*tip),
            _ => Err(Failure::new(Kind::Refused, "nothing to seal: the branch has no commit yet")),
        }
    }
}

/// Where a stretch begins, where no range says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the last seal.
    LastSeal,
    /// At the first commit, whatever is sealed.
    FirstCommit,
}

/// The stretch that was asked for; what is wrong with seals is found on the way.
pub(super) fn asked(
    project: &Project<'_>,
    range: Option<&str>,
    start: Start,
) -> Result<(CommitRange, Vec<Problem>), Failure> {
    let store = &project.store;
    let revision = |text: &str| {
        let text = if text.is_empty() { "HEAD" } else { text };
        store.repository().revision(text).map_err(Error::from)
    };
    // A variable that was not set would mean everything, or nothing.
    if range.is_some_and(|range| range.starts_with("..")) {
        return Err(Failure::usage("the range has no beginning").hint("git support audit HEAD~10..HEAD"));
    }
    if let Some((from, to)) = range.and_then(|range| range.split_once("...")) {
        let (one, other) = (revision(from)?, revision(to)?);
        let less = store.parting(one, other)?.into_iter().collect();
        let stretch =
            CommitRange { tips: vec![other], less, from: Some(from.to_owned()), ..CommitRange::default() };
        return Ok((stretch, Vec::new()));
    }
    if let Some((from, to)) = range.and_then(|range| range.split_once("..")) {
        let stretch = CommitRange {
            tips: vec![revision(to)?],
            less: vec![revision(from)?],
            from: Some(from.to_owned()),
            ..CommitRange::default()
        };
        return Ok((stretch, Vec::new()));
    }
    let tip = match range {
        Some(range) => Some(revision(range)?),
        None => store.snapshot(None)?.commit(),
    };
    let Some(tip) = tip else { return Ok((CommitRange::default(), Vec::new())) };
    let mut faults = Vec::new();
    let seals = seal::all(project, &mut faults)?;
    let (known, strange): (Vec<Seal>, Vec<Seal>) =
        seals.into_iter().partition(|seal| store.contains(tip, seal.commit));
    for seal in strange.into_iter().filter(|_| range.is_none()) {
        let message = format!("{} seals {:.10}, which this history does not contain", seal.name, seal.commit);
        faults.push(problem(Some(seal.commit), None, "", Finding::new(AuditRule::HistoryRewritten, message)));
        faults.extend(lost(store, seal.commit, tip)?);
    }
    let seal = known.last().cloned().filter(|_| start == Start::LastSeal);
    let less = seal.iter().map(|seal| seal.commit).collect();
    Ok((CommitRange { tips: vec![tip], less, seal, seals: known, ..CommitRange::default() }, faults))
}

/// A reference of a push, and what it moves from and to.
struct Moved<'t> {
    name: &'t str,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
}

impl<'t> Moved<'t> {
    /// Reads a line that git hands to a pre-receive hook: `OLD NEW REFERENCE` (githooks(5)).
    fn read(line: &'t str) -> Result<Self, Failure> {
        let parts: Vec<&str> = line.splitn(3, ' ').collect();
        let [old, new, name] = parts.as_slice() else {
            let message = format!("'{line}' is not a valid pre-receive line (OLD NEW REFERENCE)");
            return Err(Failure::usage(message).hint("git support audit RANGE"));
        };
        let is_none = |id: &str| id.bytes().all(|byte| byte == b'0');
        if [old, new].iter().any(|id| !is_none(id) && ObjectId::parse(id).is_none()) {
            let message = format!("'{}' is not a valid pre-receive line (OLD NEW REFERENCE)", visible(line));
            return Err(Failure::usage(message).hint("git support audit RANGE"));
        }
        let [old, new] = [old, new].map(|id| ObjectId::parse(id).filter(|_| !is_none(id)));
        Ok(Self { name, old, new })
    }
}

/// True for a reference that the server alone writes: the record of pushes, and what would stand in its way.
fn is_servers(name: &str) -> bool {
    // Where the file system tells no case, another spelling is the same file.
    let name = &*name.to_ascii_lowercase();
    let below = |folder: &str| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    name == RECEIVED
        || below(RECEIVED)
        || RECEIVED.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
}

/// Refuses what cannot be judged: a hook that was handed nothing, as after a loop that has read it all, or what is not here.
fn check_pushed(store: &Store, moves: &[Moved<'_>]) -> Result<(), Failure> {
    if let Some(namespace) = store.repository().surroundings.text("GIT_NAMESPACE") {
        let message = format!(
            "a push to a namespace ({}) cannot be judged: its branches have other names here",
            visible(&namespace)
        );
        return Err(
            Failure::new(Kind::Refused, message).hint("serve a repository of its own: git clone --bare")
        );
    }
    if moves.is_empty() {
        let message = "standard input has no pushed refs; git hands them to a pre-receive hook once";
        return Err(Failure::new(Kind::Invalid, message).hint("git support audit RANGE"));
    }
    let missing = |one: &&Moved<'_>| one.new.is_some_and(|new| !store.repository().has_object(new));
    match moves.iter().find(missing) {
        Some(one) => Err(Failure::new(
            Kind::NotFound,
            format!("the object that {} is pushed to is not here", visible(one.name)),
        )),
        None => Ok(()),
    }
}

/// The stretch that is being pushed. A branch that moves is judged by what it had: what another branch has of it may have
/// passed there with a repair that this one does not get.
pub(super) fn pushed(project: &Project<'_>, text: &str) -> Result<(CommitRange, Vec<Problem>), Failure> {
    let store = &project.store;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let moves = lines.map(Moved::read).collect::<Result<Vec<_>, _>>()?;
    check_pushed(store, &moves)?;
    let mut stretch = CommitRange::default();
    let (mut faults, mut seals, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for Moved { name, old, new } in &moves {
        if is_servers(name) || (name.starts_with(REPLACE) && new.is_some()) {
            let rule =
                if is_servers(name) { AuditRule::HistoryRewritten } else { AuditRule::HistoryReplaced };
            let message = format!("{name} is the server's own, and is not pushed");
            let mut problem = problem(None, None, "", Finding::new(rule, message));
            problem.hint = Some(format!("git push REMOTE HEAD, without {name}"));
            faults.push(problem);
        } else if name.starts_with(REPLACE) {
            // A deletion is what settles it.
        } else if name.starts_with(seal::FOLDER) {
            if old.is_some() {
                let message = format!("{name} is a seal, and stays as it is");
                faults.push(problem(None, None, "", Finding::new(AuditRule::SealBad, message)));
            }
            seals.extend(new.filter(|_| old.is_none()).map(|new| (*name, new)));
        } else if let Some(tip) = new.and_then(|new| commit_of(store, new)) {
            // A branch, a tag, or whatever else keeps commits: what it brings is judged.
            stretch.tips.push(tip);
            let before = old.filter(|_| name.starts_with(HEADS)).and_then(|old| commit_of(store, old));
            match before {
                Some(before) => stretch.parts.push(CommitRange {
                    tips: vec![tip],
                    less: vec![before],
                    ..CommitRange::default()
                }),
                None => others.push(tip),
            }
        }
    }
    seal::pushed(project, seals, &mut faults)?;
    if !others.is_empty() {
        // Only what branches contain was judged before.
        let heads = store.repository().branches(HEADS).map_err(Error::from)?;
        let less = heads.into_iter().map(|(_, commit)| commit).collect();
        stretch.parts.push(CommitRange { tips: others, less, ..CommitRange::default() });
    }
    faults.extend(lost_by(project, &moves)?);
    Ok((stretch, faults))
}

/// The commit that an object is, or a tag of it.
fn commit_of(store: &Store, object: ObjectId) -> Option<ObjectId> {
    store.repository().revision(&format!("{object}^{{commit}}")).ok()
}

/// The entries that no reference has any more after a push, but one that it moves or deletes had; and those that the branch
/// of the tickets loses, whatever else has them.
fn lost_by(project: &Project<'_>, moves: &[Moved<'_>]) -> Result<Vec<Problem>, Failure> {
    let store = &project.store;
    let mut faults = Vec::new();
    let is_kept =
        |name: &str| !name.starts_with(seal::FOLDER) && !name.starts_with(REPLACE) && !is_servers(name);
    let mut dropped = Vec::new();
    for one in moves.iter().filter(|one| is_kept(one.name)) {
        let [old, new] = [one.old, one.new].map(|object| object.and_then(|object| commit_of(store, object)));
        dropped.extend(
            old.filter(|old| !new.is_some_and(|new| store.contains(new, *old)))
                .map(|old| (one.name, old, new)),
        );
    }
    if dropped.is_empty() {
        return Ok(faults);
    }
    let mut after: Vec<ObjectId> = moves.iter().filter_map(|one| commit_of(store, one.new?)).collect();
    let known = store.repository().references("refs/").map_err(Error::from)?;
    let stays = known.iter().filter(|(name, _)| is_kept(name) && !moves.iter().any(|one| one.name == name));
    after.extend(stays.filter_map(|(_, object)| commit_of(store, *object)));
    let asked = dropped.iter().map(|(_, old, _)| *old).collect();
    let reach = store.repository().reach(&after, &asked).map_err(Error::from)?;
    let tickets = store.target().reference();
    let new_tip = moves.iter().find(|one| one.name == tickets).and_then(|one| commit_of(store, one.new?));
    for (name, old, new) in dropped {
        if name == tickets && new.is_none() {
            let message = "the branch of the tickets is deleted";
            let mut problem =
                problem(Some(old), None, "", Finding::new(AuditRule::HistoryRewritten, message));
            let hint = "where another branch has them now, on the server first: git symbolic-ref HEAD refs/heads/BRANCH";
            problem.hint = Some(hint.to_owned());
            faults.push(problem);
            continue;
        }
        if name != tickets && after.iter().any(|tip| reach.contains(*tip, old)) {
            continue;
        }
        // What a reference that goes had, the branch of the tickets has.
        let rest = new.or(new_tip).or(store.snapshot(None)?.commit());
        if let Some(rest) = rest.filter(|rest| !store.contains(*rest, old)) {
            faults.extend(lost(store, old, rest)?);
        }
    }
    Ok(faults)
}

/// What shows git another history than the one that is there; what is being deleted, `text` names as a hook is told.
pub(super) fn replaced(store: &Store, text: &str) -> Result<Option<Problem>, Failure> {
    let said = |message: String, hint: String| {
        let mut problem = problem(None, None, "", Finding::new(AuditRule::HistoryReplaced, message));
        problem.hint = Some(hint);
        Ok(Some(problem))
    };
    let grafts = store.repository().common_directory().join("info/grafts");
    if grafts.exists() {
        let message = "info/grafts gives commits other parents than they have; the audit followed them";
        return said(message.to_owned(), "rm \"$(git rev-parse --git-path info/grafts)\"".to_owned());
    }
    let mut replaced = store.repository().references(REPLACE).map_err(Error::from)?;
    replaced.retain(|(name, _)| !text.lines().any(|line| line.ends_with(&format!(" {name}"))));
    let Some((name, _)) = replaced.first() else { return Ok(None) };
    let message = format!("{name} shows git another commit; the audit looked at the one that is there");
    said(message, format!("git replace -d {}", name.trim_start_matches("refs/replace/")))
}

/// The tickets of a commit that another, which does not contain it, has without some of their entries.
fn lost(store: &Store, old: ObjectId, new: ObjectId) -> Result<Vec<Problem>, Failure> {
    let (before, after) = (store.snapshot(Some(&old.to_string()))?, store.snapshot(Some(&new.to_string()))?);
    let mut faults = Vec::new();
    for id in after.differing(old, new)? {
        let read = |snapshot: &crate::store::Snapshot<'_>| snapshot.ticket(&id).unwrap_or_default();
        let Some(was) = read(&before) else { continue };
        let missing = missing(&was, read(&after).as_ref());
        if missing > 0 {
            let message = format!("{missing} of its entries in {old:.10} are gone");
            let finding = Finding::new(AuditRule::HistoryRewritten, message);
            faults.push(problem(Some(old), Some(&id), &layout::ticket(&id), finding));
        }
    }
    faults.extend(lost_rules(store, old, new)?);
    Ok(faults)
}

/// The files that rule, as a commit has them and another, which does not contain it, never had: what somebody changed there is
/// gone. Rewritten history has it, whatever came on top.
fn lost_rules(store: &Store, old: ObjectId, new: ObjectId) -> Result<Vec<Problem>, Failure> {
    let repository = store.repository();
    let find = |commit: ObjectId, path: &str| repository.find(commit, path).map_err(Error::from);
    let parting = store.parting(old, new)?;
    let mut faults = Vec::new();
    let differing = repository.differences(layout::FOLDER, old, new).map_err(Error::from)?;
    for path in differing.into_iter().map(|one| one.path).filter(|path| layout::is_of_rules(path)) {
        let was = find(old, &path)?;
        // What was the same where both parted, nobody had changed.
        let mut is_kept = parting.map_or(Ok(None), |parting| find(parting, &path))? == was;
        if !is_kept {
            repository.commits_on(&[new], &[old], ("", &[&path]), |commit| -> Result<bool, Error> {
                is_kept = find(commit, &path)? == was;
                Ok(!is_kept)
            })?;
        }
        if !is_kept {
            let message = format!("{path} as {old:.10} has it is gone");
            let finding = Finding::new(AuditRule::HistoryRewritten, message);
            faults.push(problem(Some(old), None, &path, finding));
        }
    }
    Ok(faults)
}

/// How many entries of a ticket another version of it has not, or not as they were, but for text that was taken out.
pub(super) fn missing(was: &Ticket, is: Option<&Ticket>) -> usize {
    let there: BTreeMap<_, _> =
        is.into_iter().flat_map(Ticket::timeline).map(|entry| (identity(entry), entry)).collect();
    let is_there = |entry: &&Entry| {
        there.get(&identity(entry)).is_some_and(|now| *now == *entry || now.is_cut_of(entry))
    };
    was.timeline().iter().filter(|entry| !is_there(entry)).count()
}
