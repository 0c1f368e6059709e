//! Which rules were in force at a commit, and which people stand behind names.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::process::{Rules, Team};
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::{CommitDelta, Mailmap, ObjectId};
use crate::store::{Error, layout};
use crate::ticket::{Person, Timestamp};

/// The rules that a history had, commit by commit.
pub(super) struct Rulebook<'a> {
    project: &'a Project<'a>,
    by_files: BTreeMap<Vec<u8>, Rc<Rules>>,
    at: HashMap<ObjectId, Rc<Rules>>,
    /// Rules, and when a commit first had them; those from before the stretch first.
    since: Vec<(Option<Timestamp>, Rc<Rules>)>,
    none: Rc<Rules>,
    members: HashMap<Person, Person>,
    /// Where the stretch begins in the middle: who people are does not come from the stretch itself.
    mailmap: Option<Mailmap>,
}

impl<'a> Rulebook<'a> {
    pub(super) fn new(project: &'a Project<'a>, mailmap: Option<Mailmap>) -> Self {
        Self {
            project,
            mailmap,
            by_files: BTreeMap::new(),
            at: HashMap::new(),
            since: Vec::new(),
            none: Rc::new(Rules::default()),
            members: HashMap::new(),
        }
    }

    /// The rules that a commit has; none where it has no settings that can be read, or there is no commit.
    pub(super) fn at(&mut self, commit: Option<&ObjectId>) -> Result<Rc<Rules>, Failure> {
        let Some(commit) = commit else { return Ok(Rc::clone(&self.none)) };
        if let Some(known) = self.at.get(commit) {
            return Ok(Rc::clone(known));
        }
        let rules = self.read(*commit, None)?;
        self.at.insert(*commit, Rc::clone(&rules));
        Ok(rules)
    }

    /// The rules of a commit that was asked for before.
    pub(super) fn known_at(&self, commit: Option<&ObjectId>) -> Rc<Rules> {
        Rc::clone(commit.and_then(|commit| self.at.get(commit)).unwrap_or(&self.none))
    }

    /// Learns what a commit has: the rules of its parent, where it changed none of their files.
    pub(super) fn pass(&mut self, passage: &CommitDelta, committed: Timestamp) -> Result<(), Failure> {
        let judges = |path: &str| {
            [layout::CONFIG, layout::TEAM].contains(&path)
                || path.starts_with(layout::VENDORS)
                || path.starts_with(layout::CALENDARS)
        };
        let rules = match passage.parents.as_slice() {
            [parent] if !passage.files.iter().any(|file| judges(&file.path)) => self.at(Some(parent))?,
            _ => self.read(passage.commit, Some(committed))?,
        };
        self.at.insert(passage.commit, rules);
        Ok(())
    }

    fn read(&mut self, commit: ObjectId, committed: Option<Timestamp>) -> Result<Rc<Rules>, Failure> {
        let files = self.project.store.judging_files(commit)?;
        if let Some(known) = self.by_files.get(&files) {
            return Ok(Rc::clone(known));
        }
        let mut rules = self.project.at_commit(Some(commit)).rules()?.clone();
        let named = rules.team.clone();
        for member in &mut rules.team.members {
            // Who has another address since is still who they were.
            for email in member.emails.clone() {
                let now = self.known_in(&named, &Person { name: member.name.clone(), email })?;
                member.emails.push(now.email);
            }
        }
        let rules = Rc::new(rules);
        self.by_files.insert(files, Rc::clone(&rules));
        self.since.push((committed, Rc::clone(&rules)));
        Ok(rules)
    }

    /// The rules that were in force at a moment, by the dates of the commits.
    pub(super) fn then(&self, at: Timestamp) -> Option<Rc<Rules>> {
        let had = |since: &Option<Timestamp>| since.is_none_or(|since| since <= at);
        self.since.iter().rev().find(|(since, _)| had(since)).map(|(_, rules)| Rc::clone(rules))
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
        let mapped = self.member(person)?;
        let owner = |who: &Person| team.members.iter().find(|member| member.is(who));
        let is_anothers = owner(person).is_some_and(|one| owner(&mapped).is_some_and(|other| one != other));
        Ok(if is_anothers { person.clone() } else { mapped })
    }

    /// The same, of somebody who was asked for before.
    pub(super) fn known(&self, person: &Person) -> Person {
        self.members.get(person).unwrap_or(person).clone()
    }
}
