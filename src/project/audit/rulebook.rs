//! Which rules were in force at a commit, and which people stand behind names.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::process::{Member, Owners, Rules, Team};
use crate::project::audit::floors::{Floors, is_none};
use crate::project::checks::check_project_file;
use crate::project::failure::Failure;
use crate::project::parts::YamlFile;
use crate::project::state::Project;
use crate::store::git::{Blob, CommitDelta, Mailmap, ObjectId};
use crate::store::{Error, layout};
use crate::ticket::{MAX_FILE_BYTES, Person, Timestamp};

/// Rules, and the commit that made them so.
struct Since {
    commit: ObjectId,
    /// When it did; none for what was so before.
    at: Option<Timestamp>,
    rules: Rc<Rules>,
}

/// The rules that a history had, commit by commit.
pub(super) struct Rulebook<'a> {
    project: &'a Project<'a>,
    by_files: BTreeMap<Vec<u8>, Rc<Rules>>,
    at: HashMap<ObjectId, Rc<Rules>>,
    /// Rules, in order; those from before the stretch first.
    since: Vec<Since>,
    /// Where the stretch begins in the middle, and what was in force before it has not been read yet.
    pub(super) begins: Vec<ObjectId>,
    none: Rc<Rules>,
    members: HashMap<Person, Person>,
    /// Where the stretch begins in the middle: who people are does not come from the stretch itself.
    pub(super) mailmap: Option<Mailmap>,
    /// What stands in the place of no rules, commit by commit.
    pub(super) floors: Floors,
    /// The commit that is looked at.
    judged: Option<ObjectId>,
}

impl<'a> Rulebook<'a> {
    pub(super) fn new(project: &'a Project<'a>, mailmap: Option<Mailmap>, floors: Floors) -> Self {
        Self {
            project,
            mailmap,
            floors,
            judged: None,
            by_files: BTreeMap::new(),
            at: HashMap::new(),
            since: Vec::new(),
            begins: Vec::new(),
            none: Rc::new(Rules::default()),
            members: HashMap::new(),
        }
    }

    /// Turns to the next commit, and says the rules that its parents have, those of the first first.
    pub(super) fn turn_to(&mut self, passage: &CommitDelta) -> Result<Vec<Rc<Rules>>, Failure> {
        self.judged = Some(passage.commit);
        self.before(passage)
    }

    /// Leaves the commit that was looked at.
    pub(super) fn leave(&mut self) {
        self.judged = None;
    }

    /// The rules that the parents of a commit have, those of the first first; those of no commit, where it has none. Where
    /// one has rules, one without allows nothing.
    pub(super) fn before(&mut self, passage: &CommitDelta) -> Result<Vec<Rc<Rules>>, Failure> {
        if passage.parents.is_empty() {
            return Ok(vec![self.at(None)?]);
        }
        let parents = passage.parents.iter();
        let mut before = parents.map(|parent| self.at(Some(parent))).collect::<Result<Vec<_>, Failure>>()?;
        if before.iter().any(|rules| !is_none(rules)) {
            before.retain(|rules| !is_none(rules));
        }
        Ok(before)
    }

    /// The rules that a commit has; none where it has no settings that can be read, or there is no commit.
    pub(super) fn at(&mut self, commit: Option<&ObjectId>) -> Result<Rc<Rules>, Failure> {
        if let Some(commit) = commit.filter(|commit| !self.at.contains_key(commit)) {
            let rules = self.read(*commit, None)?;
            self.at.insert(*commit, rules);
        }
        Ok(self.known_at(commit))
    }

    /// The rules of a commit that was asked for before.
    pub(super) fn known_at(&self, commit: Option<&ObjectId>) -> Rc<Rules> {
        let own = commit.and_then(|commit| self.at.get(commit)).unwrap_or(&self.none);
        let floor = self.floors.rules(self.judged).filter(|_| is_none(own));
        Rc::clone(floor.unwrap_or(own))
    }

    /// Learns what a commit has: the rules of its parent, where it changed none of their files.
    pub(super) fn pass(&mut self, passage: &CommitDelta, committed: Timestamp) -> Result<(), Failure> {
        let judges = |path: &str| {
            [layout::CONFIG, layout::TEAM].contains(&path)
                || path.starts_with(layout::VENDORS)
                || path.starts_with(layout::CALENDARS)
        };
        let rules = match passage.parents.as_slice() {
            [parent] if !passage.files.iter().any(|file| judges(&file.path)) => {
                // What the commit itself has: not what it is judged by in the place of none.
                self.at(Some(parent))?;
                self.at.get(parent).cloned().unwrap_or_default()
            }
            _ => self.read(passage.commit, Some(committed))?,
        };
        self.at.insert(passage.commit, rules);
        Ok(())
    }

    fn read(&mut self, commit: ObjectId, committed: Option<Timestamp>) -> Result<Rc<Rules>, Failure> {
        let repository = self.project.store.repository();
        let files = self.project.store.judging_files(commit)?;
        if let Some(known) = self.by_files.get(&files).cloned() {
            // Rules that come back are in force again; a merge has those of one side.
            let is_merge = repository.parents(commit).map_err(Error::from)?.len() > 1;
            if committed.is_some() && !is_merge {
                self.since.push(Since { commit, at: committed, rules: Rc::clone(&known) });
            }
            return Ok(known);
        }
        if let Some(rules) = self.last_readable(commit, &files)? {
            return Ok(rules);
        }
        let mut rules = self.project.at_commit(Some(commit)).rules()?.clone();
        let named = rules.team.clone();
        let owners = Owners::of(&named);
        for member in &mut rules.team.members {
            // Who has another address since is still who they were.
            for email in member.emails.clone() {
                let person = Person { name: member.name.clone(), email };
                let now = self.known_among(|who| owners.owner(who), &person)?;
                member.emails.push(now.email);
            }
        }
        let rules = Rc::new(rules);
        self.by_files.insert(files, Rc::clone(&rules));
        self.since.push(Since { commit, at: committed, rules: Rc::clone(&rules) });
        Ok(rules)
    }

    /// The rules of before a commit whose settings or people cannot be read; none where they can. Its files are given.
    fn last_readable(&mut self, commit: ObjectId, files: &[u8]) -> Result<Option<Rc<Rules>>, Failure> {
        if !self.has_unreadable(commit)? {
            return Ok(None);
        }
        let project = self.project;
        let store = &project.store;
        // They may have been so for as many commits as there are: step by step, and read only where they were changed.
        let (mut commit, mut unreadable) = (commit, files.to_vec());
        while let Some(parent) = store.repository().parents(commit).map_err(Error::from)?.first().copied() {
            let files = store.judging_files(parent)?;
            let is_known = self.at.contains_key(&parent);
            if is_known || (files != unreadable && !self.has_unreadable(parent)?) {
                self.at(Some(&parent))?;
                return Ok(self.at.get(&parent).cloned());
            }
            (commit, unreadable) = (parent, files);
        }
        Ok(None)
    }

    /// True where the settings or the people of a commit cannot be read.
    fn has_unreadable(&self, commit: ObjectId) -> Result<bool, Failure> {
        let repository = self.project.store.repository();
        for path in [layout::CONFIG, layout::TEAM] {
            let blob = repository.file(commit, path, MAX_FILE_BYTES).map_err(Error::from)?;
            if let Some(Blob::Bytes(bytes)) = blob
                && is_unreadable(path, &bytes)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The rules that were in force at a moment, by the dates of the commits. What somebody changed who may not is left out:
    /// `is_granted` tells by the commit.
    pub(super) fn then(
        &mut self,
        at: Timestamp,
        is_granted: &dyn Fn(&ObjectId) -> bool,
    ) -> Result<Option<Rc<Rules>>, Failure> {
        self.read_earlier()?;
        let had = |since: &&Since| since.at.is_none_or(|since| since <= at) && !is_granted(&since.commit);
        Ok(self.since.iter().rev().find(had).map(|since| Rc::clone(&since.rules)))
    }

    /// Reads what was in force before the stretch, once: work that was rebased is older than where it lies now.
    fn read_earlier(&mut self) -> Result<(), Failure> {
        let begins = std::mem::take(&mut self.begins);
        if begins.is_empty() {
            return Ok(());
        }
        let repository = self.project.store.repository();
        let changes = repository.touching(&begins, &[], &[layout::CONFIG, layout::TEAM]);
        let mut earlier = Vec::new();
        for commit in changes.map_err(Error::from)? {
            let passage = repository.passage(commit, layout::FOLDER).map_err(Error::from)?;
            let author = &passage.identity.author;
            let author = self.member(&Person { name: author.name.clone(), email: author.email.clone() })?;
            let may_change = self.before(&passage)?.iter().all(|rules| rules.may_change_rules(&author));
            self.at(Some(&commit))?;
            let at = Timestamp::from_unix(passage.identity.committer.seconds);
            let rules = self.at.get(&commit).filter(|_| may_change).map(Rc::clone);
            earlier.extend(rules.map(|rules| Since { commit, at, rules }));
        }
        // What the stretch begins with is the last of them.
        self.since.retain(|since| earlier.is_empty() || since.at.is_some());
        earlier.append(&mut self.since);
        self.since = earlier;
        Ok(())
    }

    /// A person, as `.mailmap` names them.
    pub(super) fn member(&mut self, person: &Person) -> Result<Person, Failure> {
        if let Some(known) = self.members.get(person) {
            return Ok(known.clone());
        }
        let member = match &self.mailmap {
            Some(map) => {
                let mapped = map.mapped(&person.name, &person.email).map_err(Error::from)?;
                Person { name: mapped.0, email: mapped.1 }
            }
            None => self.project.store.mapped(person)?,
        };
        self.members.insert(person.clone(), member.clone());
        Ok(member)
    }

    /// The same, but nobody of the team becomes another of it: its addresses are whose they are.
    pub(super) fn known_in(&mut self, team: &Team, person: &Person) -> Result<Person, Failure> {
        self.known_among(|who| team.members.iter().find(|member| member.is(who)), person)
    }

    fn known_among<'t>(
        &mut self,
        owner: impl Fn(&Person) -> Option<&'t Member>,
        person: &Person,
    ) -> Result<Person, Failure> {
        let mapped = self.member(person)?;
        let is_anothers = owner(person).is_some_and(|one| owner(&mapped).is_some_and(|other| one != other));
        let known = if is_anothers { person.clone() } else { mapped };
        // Of several addresses of a member, the first stands for all.
        let first = owner(&known).and_then(|member| member.emails.first().cloned());
        Ok(Person { email: first.unwrap_or_else(|| known.email.clone()), ..known })
    }

    /// The same, of somebody who was asked for before.
    pub(super) fn known(&self, person: &Person) -> Person {
        self.members.get(person).unwrap_or(person).clone()
    }
}

/// True for settings that are no YAML, and for a team of which somebody cannot be read.
fn is_unreadable(path: &str, bytes: &[u8]) -> bool {
    match path {
        layout::TEAM => check_project_file(path, bytes).is_err(),
        _ => YamlFile::parse(path, bytes).is_err(),
    }
}
