//! Who changes the rules: the team, the settings, vendors and releases are theirs who lead the process. A step that only
//! its author's own change allows is no step that the project allowed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::rc::Rc;

use crate::process::audit::{AuditRule, Finding};
use crate::process::{Member, Policy, ProblemLevel, Rules, Team, vacancies};
use crate::project::audit::rulebook::Rulebook;
use crate::project::failure::Failure;
use crate::store::git::{Blob, CommitDelta, FileDelta, MAILMAP, ObjectId};
use crate::store::{Error, Store, layout};
use crate::ticket::{MAX_FILE_BYTES, Person, sha256, visible};

/// The rules as they were before somebody changed them for themselves.
pub(super) struct SelfGranted {
    /// Who changed them.
    pub(super) by: Person,
    /// The commit that did.
    pub(super) commit: ObjectId,
    /// The files that it changed.
    files: Vec<String>,
    /// What its parents have, but for those that a merge of git's would not take; that one of them allows a step suffices.
    before: Vec<Rc<Rules>>,
    /// The commits that have the change, and no later one of the same files by who may make it.
    later: HashSet<ObjectId>,
}

impl SelfGranted {
    /// The rules of before, with the vendors of now: who enters a vendor may go on with it.
    pub(super) fn rules(&self, now: &Rules) -> Vec<Rules> {
        let with_vendors = |rules: &Rc<Rules>| Rules { vendors: now.vendors.clone(), ..(**rules).clone() };
        self.before.iter().map(with_vendors).collect()
    }

    /// True where somebody is who made the change, by the team that it left: an address that it gave them is theirs.
    pub(super) fn is_by(&self, who: &Person, team: &Team) -> bool {
        *who == self.by
            || team.members.iter().any(|member| member.is(who) && member.is(&self.by))
            || self.gave_address(who, team)
    }

    /// True where the change gave a new address to a record that was there: who may not change rules gives it to themselves.
    fn gave_address(&self, who: &Person, team: &Team) -> bool {
        let was_known = |email: &str| {
            let person = Person { name: String::new(), email: email.to_owned() };
            self.before.iter().any(|rules| rules.team.members.iter().any(|member| member.is(&person)))
        };
        let is_older =
            |member: &&Member| member.is(who) && member.emails.iter().any(|email| was_known(email));
        !was_known(&who.email) && team.members.iter().any(|member| is_older(&member))
    }

    /// How strictly signatures were wanted before.
    pub(super) fn signed_commits(&self) -> Option<Policy> {
        self.before.iter().map(|rules| rules.settings.signed_commits).max()
    }

    /// Follows the change to a commit that has it from a parent.
    fn follow(
        &mut self,
        commit: &CommitDelta,
        nearest: &BTreeSet<ObjectId>,
        author: &Person,
        changed: &[String],
    ) {
        let is_owner = self.before.iter().all(|before| before.team.leads(author));
        let is_taken_over = is_owner && self.files.iter().all(|file| changed.contains(file));
        if nearest.iter().any(|earlier| self.later.contains(earlier)) && !is_taken_over {
            self.later.insert(commit.commit);
        }
    }
}

/// What a commit leaves open by taking the last person out of the team whom an enforced policy trusts, whoever did it.
fn left_open(
    book: &mut Rulebook<'_>,
    passage: &CommitDelta,
    before: &[Rc<Rules>],
    changed: &[String],
) -> Result<Vec<(String, Finding)>, Failure> {
    if !passage.files.iter().any(|file| file.path == layout::TEAM) {
        return Ok(Vec::new());
    }
    let after = book.at(Some(&passage.commit))?;
    let left = |rules: &Rc<Rules>| -> BTreeSet<String> {
        let refused = vacancies(&after.settings, &rules.team, &after.team).into_iter();
        let refused = refused.filter(|vacancy| vacancy.is_refused);
        refused.map(|vacancy| format!("the team would have {} ({})", vacancy.problem, vacancy.key)).collect()
    };
    // Two lines of which each left somebody may leave nobody when they are merged as they are; what one of them had left open
    // was found there. Whoever wrote the file of a merge answers for what it takes from either.
    let is_written = changed.iter().any(|path| path == layout::TEAM);
    let both = |one: BTreeSet<String>, other: BTreeSet<String>| {
        if is_written { &one | &other } else { &one & &other }
    };
    let problems = before.iter().map(left).reduce(both).unwrap_or_default();
    let finding = |problem| Finding::new(AuditRule::RulesOwned, problem).weighing(ProblemLevel::Error);
    Ok(problems.into_iter().map(|problem| (layout::TEAM.to_owned(), finding(problem))).collect())
}

/// The changes of the rules that a history has.
#[derive(Default)]
pub(super) struct RuleChanges {
    granted: Vec<SelfGranted>,
    /// The commits that were looked at.
    seen: HashSet<ObjectId>,
    /// Of commits of code, those that were looked at and lead to them.
    between: HashMap<ObjectId, BTreeSet<ObjectId>>,
}

impl RuleChanges {
    /// Looks at a commit that changes the rules: said, with the file, where its author neither leads nor owns the
    /// product.
    pub(super) fn pass(
        &mut self,
        store: &Store,
        book: &mut Rulebook<'_>,
        passage: &CommitDelta,
        author: &Person,
    ) -> Result<Vec<(String, Finding)>, Failure> {
        let mut changed = Vec::new();
        for file in passage.files.iter().filter(|file| layout::is_of_rules(&file.path)) {
            if !store.is_as_merged(&passage.parents, file)? && !is_of_ours(store, file)? {
                changed.push(file.path.clone());
            }
        }
        self.seen.insert(passage.commit);
        if !self.granted.is_empty() {
            let nearest = self.nearest(store, &passage.parents)?;
            self.granted.iter_mut().for_each(|granted| granted.follow(passage, &nearest, author, &changed));
        }
        let before = book.before(passage)?;
        let left_open = left_open(book, passage, &before, &changed)?;
        // A project that nobody leads is anybody's.
        if before.iter().all(|rules| rules.may_change_rules(author)) {
            return Ok(left_open);
        }
        let level = match before.iter().map(|rules| rules.settings.rules_by_role).max() {
            Some(Policy::Enforce) => ProblemLevel::Error,
            Some(Policy::Off) => {
                self.grant(store, book, passage, author, changed)?;
                return Ok(left_open);
            }
            Some(Policy::Warn) | None => ProblemLevel::Note,
        };
        let mut findings = Vec::new();
        for file in passage.files.iter().filter(|file| file.path == MAILMAP) {
            let said = renamed(store, passage, file, &before)?;
            findings.extend(said.map(|message| (MAILMAP.to_owned(), message)));
        }
        // The team and the settings are named before all else that a commit changed beside them.
        let is_first = |path: &&String| [layout::CONFIG, layout::TEAM].contains(&path.as_str());
        findings.extend(answered(store, passage, author, &before)?);
        if let Some(path) = changed.iter().find(is_first).or(changed.first()) {
            let more = match changed.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let message = format!("{author} changed it{more}, who is neither lead nor product owner");
            findings.push((path.clone(), message));
        }
        self.grant(store, book, passage, author, changed)?;
        let finding = |message| Finding::new(AuditRule::RulesOwned, message).weighing(level);
        let findings = findings.into_iter().map(|(path, message)| (path, finding(message)));
        Ok(findings.chain(left_open).collect())
    }

    /// The commits that were looked at which lead to some, with nothing but code between.
    fn nearest(&mut self, store: &Store, parents: &[ObjectId]) -> Result<BTreeSet<ObjectId>, Failure> {
        let (mut nearest, mut done) = (BTreeSet::new(), BTreeSet::new());
        let mut open = parents.to_vec();
        while let Some(commit) = open.pop() {
            if !done.insert(commit) {
                continue;
            }
            if let Some(known) = self.between.get(&commit) {
                nearest.extend(known.iter().copied());
            } else if self.seen.contains(&commit) {
                nearest.insert(commit);
            } else {
                // What a shallow clone lacks leads nowhere.
                open.extend(store.repository().parents(commit).unwrap_or_default());
            }
        }
        if let [parent] = parents {
            self.between.insert(*parent, nearest.clone());
        }
        Ok(nearest)
    }

    /// Takes down what a change of the team or the settings may have given its author.
    fn grant(
        &mut self,
        store: &Store,
        book: &mut Rulebook<'_>,
        passage: &CommitDelta,
        author: &Person,
        mut changed: Vec<String>,
    ) -> Result<(), Failure> {
        // A vendor or a release allows nobody anything.
        changed.retain(|path| [layout::CONFIG, layout::TEAM].contains(&path.as_str()));
        if !changed.is_empty() {
            let (by, commit) = (author.clone(), passage.commit);
            let (before, later) = (standing(store, book, passage)?, HashSet::from([commit]));
            self.granted.push(SelfGranted { by, commit, files: changed, before, later });
        }
        Ok(())
    }

    /// True where somebody changed the rules for themselves.
    pub(super) fn has_grants(&self) -> bool {
        !self.granted.is_empty()
    }

    /// True for a commit by which somebody changed the rules for themselves.
    pub(super) fn is_granted_by(&self, commit: &ObjectId) -> bool {
        self.granted.iter().any(|granted| granted.commit == *commit)
    }

    /// Those that somebody made for themselves, and that a commit has.
    pub(super) fn at<'a>(&'a self, commit: &'a ObjectId) -> impl Iterator<Item = &'a SelfGranted> {
        self.granted.iter().filter(move |granted| granted.later.contains(commit))
    }
}

/// So many parents of a merge are held against each other; more, and the first ones' rules are those that stand.
const MAX_PARENTS: usize = 8;

/// The rules of a commit's parents, without those of a parent that has the team and the settings as they were where it
/// parted from another, which has changed them since: a merge does not bring them back.
fn standing(
    store: &Store,
    book: &mut Rulebook<'_>,
    passage: &CommitDelta,
) -> Result<Vec<Rc<Rules>>, Failure> {
    let repository = store.repository();
    let versions = |commit: ObjectId| -> Result<Vec<Option<ObjectId>>, Error> {
        let find = |path| Ok(repository.find(commit, path)?.map(|item| item.id));
        [layout::CONFIG, layout::TEAM].into_iter().map(find).collect()
    };
    let mut kept = Vec::new();
    for parent in passage.parents.iter().take(MAX_PARENTS) {
        let own = versions(*parent)?;
        let mut is_outdated = false;
        for other in passage.parents.iter().take(MAX_PARENTS).filter(|other| *other != parent) {
            let base = repository.merge_base(*parent, *other).map_err(Error::from)?;
            let Some(base) = base.map(versions).transpose()? else { continue };
            is_outdated |= own == base && versions(*other)? != base;
        }
        if !is_outdated {
            kept.push(book.at(Some(parent))?);
        }
    }
    if kept.is_empty() { book.before(passage) } else { Ok(kept) }
}

/// The SHA-256 of a list of the files that rule at a commit, [`MAILMAP`] too, in order of path: a line for each, with the
/// SHA-256 of its content, two spaces and its path, as `sha256sum` writes it.
pub(super) fn digest_of_rules(store: &Store, commit: ObjectId) -> Result<String, Failure> {
    let there = store.snapshot_of(Some(commit));
    let mut paths = BTreeSet::from([MAILMAP.to_owned()]);
    paths.extend(there.paths_at(&layout::RULES)?);
    let mut list = String::new();
    for path in paths {
        if let Some(Blob::Bytes(bytes)) =
            store.repository().file(commit, &path, usize::MAX).map_err(Error::from)?
        {
            let _ = writeln!(list, "{}  {path}", sha256(&bytes));
        }
    }
    Ok(sha256(list.as_bytes()))
}

/// True for the attributes that git-support writes itself.
fn is_of_ours(store: &Store, file: &FileDelta) -> Result<bool, Failure> {
    let Some(now) = file.now.as_ref().filter(|_| file.path == layout::ATTRIBUTES) else { return Ok(false) };
    let content = store.repository().blob(now.id, usize::MAX).map_err(Error::from)?;
    let Blob::Bytes(bytes) = content else { return Ok(false) };
    Ok([layout::ATTRIBUTES_TEXT, layout::OLD_ATTRIBUTES_TEXT].iter().any(|text| text.as_bytes() == bytes))
}

/// What somebody outside of the team changed of the answers: they go to customers in its name.
fn answered(
    store: &Store,
    passage: &CommitDelta,
    author: &Person,
    before: &[Rc<Rules>],
) -> Result<Option<(String, String)>, Failure> {
    if before.iter().all(|rules| rules.team.members.is_empty() || rules.team.has_member(author)) {
        return Ok(None);
    }
    for file in passage.files.iter().filter(|file| file.path.starts_with(layout::ANSWERS)) {
        if !store.is_as_merged(&passage.parents, file)? {
            return Ok(Some((file.path.clone(), format!("{author} changed it, who is not on the team"))));
        }
    }
    Ok(None)
}

/// The lines that a merge has of its sides: all but those which the sides had in common and one of them took out.
fn brought_together(sides: &[BTreeSet<String>], base: &BTreeSet<String>) -> BTreeSet<String> {
    let is_out = |line: &String| base.contains(line) && !sides.iter().all(|side| side.contains(line));
    sides.iter().flatten().filter(|line| !is_out(line)).cloned().collect()
}

/// What a change of [`MAILMAP`] makes of somebody of the team: the lines that name an address of theirs.
fn renamed(
    store: &Store,
    passage: &CommitDelta,
    file: &FileDelta,
    before: &[Rc<Rules>],
) -> Result<Option<String>, Failure> {
    let lines = |commit: Option<ObjectId>| -> Result<BTreeSet<String>, Failure> {
        let Some(commit) = commit else { return Ok(BTreeSet::new()) };
        let content = store.repository().file(commit, &file.path, MAX_FILE_BYTES).map_err(Error::from)?;
        let Some(Blob::Bytes(bytes)) = content else { return Ok(BTreeSet::new()) };
        Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_lowercase).collect())
    };
    let new = lines(Some(passage.commit))?;
    let sides = passage.parents.iter().map(|parent| lines(Some(*parent))).collect::<Result<Vec<_>, _>>()?;
    let base = match passage.parents.as_slice() {
        [one, other] => store.repository().merge_base(*one, *other).map_err(Error::from)?,
        _ => None,
    };
    if passage.parents.len() > 1 && store.is_as_merged(&passage.parents, file)? {
        return Ok(None);
    }
    let old = brought_together(&sides, &lines(base)?);
    let members = before.iter().flat_map(|rules| &rules.team.members);
    let addresses: Vec<String> =
        members.flat_map(|member| &member.emails).map(|email| email.to_lowercase()).collect();
    let is_of_team = |line: &&String| addresses.iter().any(|email| line.contains(email.as_str()));
    let changed = old.symmetric_difference(&new).find(is_of_team);
    Ok(changed.map(|line| format!("a line about somebody of the team came or went: {}", visible(line))))
}
