//! Commits that say they take another back: they do, exactly, or they are found out.

use crate::process::audit::may_set_back;
use crate::process::{Policy, Rules};
use crate::project::audit::found::identity;
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, FileDelta, Item, ObjectId, reverted};
use crate::store::{Error, Parsed, layout};
use crate::ticket::{Entry, Field, Person, TicketId};

impl Review<'_> {
    /// True where a commit says that it takes another back, and has of this ticket what was there before that one.
    pub(super) fn is_revert(
        &mut self,
        passage: &CommitDelta,
        file: &FileDelta,
        id: &TicketId,
        parsed: &mut Parsed<'_>,
    ) -> Result<bool, Failure> {
        let named = reverted(&passage.message);
        let [Some(before)] = file.before.as_slice() else { return Ok(false) };
        if named.is_empty() || !self.may_judge_what_goes(passage, file, before, id, parsed)? {
            return Ok(false);
        }
        let is_before = |commit: &ObjectId| self.store.contains(passage.commit, *commit);
        let mut commits: Vec<ObjectId> =
            named.iter().filter_map(|name| ObjectId::parse(name)).filter(is_before).collect();
        if commits.is_empty() {
            // After a rebase, the name is that of a commit which need not be here: it is the one that brought what goes.
            let version = parsed.get(id, before.id)?;
            let last = version.content.as_ref().ok().and_then(|ticket| ticket.timeline().last());
            commits.extend(last.and_then(|entry| self.own.get(&identity(entry))).map(|own| own.commit));
        }
        for commit in commits {
            if self.may_take_back(passage, commit)?
                && self.takes_back_ones_own(passage, commit, (file, before), id, parsed)?
                && self.takes_back(commit, file, before)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// True where no severity goes of somebody else's, or who takes it back may judge one.
    fn may_judge_what_goes(
        &mut self,
        passage: &CommitDelta,
        file: &FileDelta,
        before: &Item,
        id: &TicketId,
        parsed: &mut Parsed<'_>,
    ) -> Result<bool, Failure> {
        let rules = self.book.at(passage.parents.first())?;
        let facts = self.facts(passage, &rules)?;
        let who = self.answering(passage, &facts)?;
        let may_judge = |rules: &Rules| rules.may_judge(&who);
        if rules.settings.severity_by_owner == Policy::Off || self.is_lawful(passage, &rules, &who, may_judge)
        {
            return Ok(true);
        }
        let was = parsed.get(id, before.id)?;
        let now = file.now.as_ref().map(|now| parsed.get(id, now.id)).transpose()?;
        let Ok(was) = &was.content else { return Ok(true) };
        let stays = |entry: &Entry| {
            let now = now.as_ref().and_then(|now| now.content.as_ref().ok());
            now.is_some_and(|now| now.timeline().iter().any(|one| identity(one) == identity(entry)))
        };
        let judged = |entry: &&Entry| {
            let is_theirs = entry.by.email.eq_ignore_ascii_case(&who.email);
            entry.set.contains_key(&Field::Severity) && !entry.proposed && !is_theirs && !stays(entry)
        };
        Ok(!was.timeline().iter().any(|entry| judged(&entry)))
    }

    /// True where a commit is in the history of what takes it back, and is its author's own, or the author is a lead or a
    /// product owner, or there is no team.
    fn may_take_back(&mut self, passage: &CommitDelta, commit: ObjectId) -> Result<bool, Failure> {
        if !self.store.contains(passage.commit, commit) {
            return Ok(false);
        }
        let rules = self.book.at(passage.parents.first())?;
        let facts = self.facts(passage, &rules)?;
        if rules.team.members.is_empty() {
            return Ok(true);
        }
        let past = self.store.repository().passage(commit, layout::FOLDER).map_err(Error::from)?;
        let past = self.facts(&past, &rules)?;
        let who = self.answering(passage, &facts)?;
        let is_own = past.known_author == who || past.author == who;
        Ok(is_own || self.is_lawful(passage, &rules, &who, |rules| rules.team.leads(&who)))
    }

    /// True where all that goes is who takes it back's own, and theirs to undo: to have merged or squashed what others entered
    /// makes it nobody's own. A lead, or an owner of the product, may take that back; who imported, what they imported.
    fn takes_back_ones_own(
        &mut self,
        passage: &CommitDelta,
        commit: ObjectId,
        (file, before): (&FileDelta, &Item),
        id: &TicketId,
        parsed: &mut Parsed<'_>,
    ) -> Result<bool, Failure> {
        let rules = self.book.at(passage.parents.first())?;
        let past = self.store.repository().passage(commit, layout::FOLDER).map_err(Error::from)?;
        let is_import = self.facts(&past, &rules)?.said.is("import");
        if is_import || rules.team.members.is_empty() {
            return Ok(true);
        }
        let facts = self.facts(passage, &rules)?;
        let who = self.answering(passage, &facts)?;
        if self.is_lawful(passage, &rules, &who, |rules| rules.team.leads(&who)) {
            return Ok(true);
        }
        let was = parsed.get(id, before.id)?;
        let now = file.now.as_ref().map(|now| parsed.get(id, now.id)).transpose()?;
        let now = now.as_ref().and_then(|now| now.content.as_ref().ok());
        let Ok(was) = &was.content else { return Ok(true) };
        let gone: Vec<&Entry> =
            was.timeline().iter().filter(|entry| !now.is_some_and(|now| now.has_entry_like(entry))).collect();
        let is_own =
            |entry: &&Entry| [&who, &facts.author].iter().any(|one| one.is_named(&entry.by.to_string()));
        Ok(gone.iter().all(is_own) && (now.is_none() || may_set_back(was, &gone, &who, &rules)))
    }

    /// True where the rules allow something, and those of before somebody changed them for themselves do, too.
    fn is_lawful(
        &self,
        passage: &CommitDelta,
        rules: &Rules,
        who: &Person,
        allows: impl Fn(&Rules) -> bool,
    ) -> bool {
        let mut granted = self.rules.at(&passage.commit).filter(|granted| granted.is_by(who, &rules.team));
        allows(rules) && granted.all(|granted| granted.rules(rules).iter().all(&allows))
    }

    fn takes_back(&self, commit: ObjectId, file: &FileDelta, before: &Item) -> Result<bool, Failure> {
        let repository = self.store.repository();
        let parents = repository.parents(commit).map_err(Error::from)?;
        if repository.find(commit, &file.path).map_err(Error::from)?.as_ref() != Some(before) {
            return Ok(false);
        }
        for parent in parents {
            if repository.find(parent, &file.path).map_err(Error::from)? == file.now {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
