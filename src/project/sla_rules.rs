//! Which rules judge a ticket's clocks: those in effect at the commit that opened it, or set its severity.

use crate::index::Index;
use crate::process::{Clock, ClockBook, ClockRules, Hours, Judged, Team, TicketHistory, replay, standing};
use crate::project::failure::{Failure, Kind};
use crate::project::state::{Project, Scope};
use crate::store::git::ObjectId;
use crate::store::{Error, Past, SettingsChange};
use crate::ticket::{EntryId, SlaStatus, TicketId, sha256};

/// By how much a ticket is older than a change of the settings that was certainly opened before it, whenever it was committed:
/// by more than clocks and time zones are wrong.
const BEFORE_SECS: i64 = 86_400;

/// From this many commits on, reading them is worth a progress bar.
const MANY_COMMITS: usize = 2_000;

/// The rules that a project has, and had.
pub struct SlaRules {
    /// The commit that is looked at; none where several are.
    tip: Option<ObjectId>,
    books: Vec<ClockBook>,
    /// The commits after which the rules became others, the oldest first, each with the place of the rules
    /// that it has, and with the moment of the others, in seconds since 1970 UTC.
    turns: Vec<(ObjectId, usize, i64)>,
    /// The place of the rules of the present.
    present: usize,
    /// Everybody who is or was of the team: a word stays the team's when somebody leaves.
    team: Team,
}

/// The settings that a project has, and had, told by the names of their files: but for those of the present,
/// nothing of them is read yet.
pub(super) struct NamedRules {
    present: SlaRules,
    files: Vec<u8>,
    turns: Vec<SettingsChange>,
}

impl NamedRules {
    /// The settings of a state and of its history; `None` for a project that has no clocks now. History is walked as
    /// far as the index has not seen it.
    pub(super) fn of(project: &Project<'_>, index: Option<&Index>) -> Result<Option<Self>, Failure> {
        let present = match project.rules_of_this_state() {
            Ok(present) => present,
            // Clocks by rules that cannot be read would stand anywhere: there are none, and that is said.
            Err(failure) if failure.kind == Kind::Invalid => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let Some(tip) = project.commit.filter(|_| present.has_clocks()) else { return Ok(None) };
        let files = project.store.judging_files(tip)?;
        Ok(Some(Self { present, files, turns: project.turns(tip, index)? }))
    }

    /// What tells these settings from any others.
    pub(super) fn fingerprint(&self) -> String {
        let names = self.turns.iter().flat_map(|turn| [turn.before.bytes(), turn.after.bytes()].concat());
        sha256(&names.chain(self.files.iter().copied()).collect::<Vec<u8>>())
    }

    /// Reads them.
    pub(super) fn read(self, project: &Project<'_>) -> Result<SlaRules, Failure> {
        let (mut rules, mut last) = (self.present, None);
        for turn in self.turns {
            let before = rules.book_at(project, turn.before, last)?;
            let after = rules.book_at(project, turn.after, Some(before))?;
            last = Some(after);
            if before != after {
                let since = project.store.repository().committed_at(turn.after).map_err(Error::from)?;
                rules.turns.push((turn.before, before, since));
            }
        }
        Ok(rules)
    }
}

impl Project<'_> {
    /// The rules by which the clocks of these tickets are judged; none where the project has no clocks.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub fn sla_rules(&self) -> Result<Option<SlaRules>, Failure> {
        // Without the index, history is walked.
        let index = self.index().ok();
        NamedRules::of(self, index.as_ref())?.map(|named| named.read(self)).transpose()
    }

    /// The rules of a revision alone: what if they had been in effect all the time.
    ///
    /// # Errors
    /// There is no such revision, or its settings cannot be read.
    pub fn sla_rules_of(&self, revision: &str) -> Result<SlaRules, Failure> {
        self.at_commit(self.store.snapshot(Some(revision))?.commit()).rules_of_this_state()
    }

    /// The rules of those that have clocks.
    ///
    /// # Errors
    /// There are none, or their settings cannot be read.
    pub fn need_clocks(&self, rules: Option<SlaRules>) -> Result<SlaRules, Failure> {
        if let Some(rules) = rules.filter(SlaRules::has_clocks) {
            return Ok(rules);
        }
        self.clock_rules()?;
        let hint = "git support config set clocks.blocker.resolution 4h";
        Err(Failure::new(Kind::NotFound, "no clocks are set").hint(hint))
    }

    fn rules_of_this_state(&self) -> Result<SlaRules, Failure> {
        let book = ClockBook::of(self.clock_rules()?);
        let tip = self.commit.filter(|_| !matches!(self.scope, Scope::AllBranches | Scope::Built(_)));
        let team = self.team()?.clone();
        Ok(SlaRules { tip, books: vec![book], turns: Vec::new(), present: 0, team })
    }

    /// The turns of a commit's history, from the index as far as it knows them.
    pub(super) fn turns(&self, tip: ObjectId, index: Option<&Index>) -> Result<Vec<SettingsChange>, Failure> {
        let (store, line) = (&self.store, self.branch());
        let known = index.and_then(|index| index.turns(line).ok().flatten());
        let known =
            known.and_then(|(tip, turns)| Some((ObjectId::from_bytes(&tip)?, read(&turns, tip.len()))));
        if let Some((known, turns)) = &known
            && *known != tip
            && store.contains(*known, tip)
        {
            // A moment of the past: what is known goes further.
            return Ok(turns.iter().filter(|turn| store.contains(tip, turn.after)).copied().collect());
        }
        let known = known.filter(|(known, _)| *known == tip || store.contains(tip, *known));
        let (since, mut turns) = match known {
            Some((known, turns)) if known == tip => return Ok(turns),
            Some((known, turns)) => (Some(known), turns),
            None => (None, Vec::new()),
        };
        let mut bar = None;
        turns.extend(store.turns(tip, since, |done, total| {
            if total >= MANY_COMMITS {
                bar.get_or_insert_with(|| (self.host.progress)("reading history", total))(done);
            }
        })?);
        if let Some(index) = index {
            let names = turns.iter().flat_map(|turn| [turn.before.bytes(), turn.after.bytes()].concat());
            let bytes: Vec<u8> = names.collect();
            // What cannot be kept is walked again.
            let _ = index.put_turns(line, tip.bytes(), &bytes);
        }
        Ok(turns)
    }
}

impl SlaRules {
    /// The place of the rules that a commit has, or where they cannot be read, of those before; its people count as the
    /// team's.
    fn book_at(
        &mut self,
        project: &Project<'_>,
        commit: ObjectId,
        before: Option<usize>,
    ) -> Result<usize, Failure> {
        let then = project.at_commit(Some(commit));
        for member in &then.team()?.members {
            if !self.team.members.contains(member) {
                self.team.members.push(member.clone());
            }
        }
        let rules = match (then.clock_rules(), before) {
            (Ok(rules), _) => rules,
            // A mistake in the settings takes no ticket's clocks away.
            (Err(_), Some(before)) => return Ok(before),
            // Settings that could never be read judged nobody.
            (Err(_), None) => ClockRules::default(),
        };
        let known = self.books.iter().position(|book| book.rules == rules);
        Ok(known.unwrap_or_else(|| {
            self.books.push(ClockBook::of(rules));
            self.books.len() - 1
        }))
    }

    /// The past of the present, at the turns: what [`Self::judge`] looks into.
    pub(super) fn past<'a>(&self, project: &'a Project<'_>) -> Option<Past<'a>> {
        let commits: Vec<ObjectId> = self.turns.iter().map(|(commit, ..)| *commit).collect();
        (!commits.is_empty()).then(|| project.store.past(commits, self.tip))
    }

    /// For each entry of a course at which rules are looked up, the place of those in effect.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn judged_by(
        &self,
        project: &Project<'_>,
        id: &TicketId,
        course: &TicketHistory,
    ) -> Result<Vec<usize>, Failure> {
        self.judge(self.past(project).as_mut(), id, course)
    }

    /// For each entry of a course at which rules are looked up, the place of those in effect.
    fn judge(
        &self,
        past: Option<&mut Past<'_>>,
        id: &TicketId,
        course: &TicketHistory,
    ) -> Result<Vec<usize>, Failure> {
        let mut by = vec![self.present; course.judged.len()];
        let Some(past) = past else { return Ok(by) };
        let entries: Vec<EntryId> = course.judged.iter().filter_map(|id| EntryId::parse(id)).collect();
        let found = past.has_entries(id, &entries)?;
        // The latest turn first: the earliest that has an entry says the last word.
        let opened = course.events.first().map_or(i64::MAX, |event| event.at);
        for ((_, book, since), has) in self.turns.iter().zip(found).rev() {
            by.iter_mut().zip(has).filter(|(_, has)| *has).for_each(|(by, _)| *by = *book);
            // An import brings what was opened long before: clocks that are set now do not judge it.
            if opened.saturating_add(BEFORE_SECS) < *since {
                let at_opening = course.judged.iter().take_while(|id| Some(*id) == course.judged.first());
                by.iter_mut().zip(at_opening).for_each(|(by, _)| *by = *book);
            }
        }
        Ok(by)
    }

    /// The clocks of a ticket at a moment, in seconds since 1970 UTC.
    #[must_use]
    pub fn clocks(&self, course: &TicketHistory, by: &[usize], now: i64) -> Vec<Clock> {
        replay(course, self.judged(by), now)
    }

    /// Where the clocks of a ticket stand until its next entry, and by which rules.
    pub(super) fn standing(
        &self,
        past: Option<&mut Past<'_>>,
        id: &TicketId,
        course: &TicketHistory,
    ) -> Result<(SlaStatus, Vec<usize>), Failure> {
        let by = self.judge(past, id, course)?;
        let last = course.events.last().map_or(0, |event| event.at);
        Ok((standing(&self.clocks(course, &by, last)), by))
    }

    /// The rules that judge a course, and whose words count as the team's.
    #[must_use]
    pub fn judged<'a>(&'a self, by: &'a [usize]) -> Judged<'a> {
        Judged { books: &self.books, by, team: &self.team }
    }

    /// The hours in which a clock counts.
    #[must_use]
    pub fn hours(&self, clock: &Clock) -> Option<&Hours> {
        Some(self.books.get(clock.book)?.hours(&clock.calendar))
    }

    /// True where some ticket may have a clock.
    #[must_use]
    pub fn has_clocks(&self) -> bool {
        self.books.iter().any(|book| !book.rules.is_empty())
    }
}

/// The places of rules as the index keeps them.
pub(super) fn to_bytes(by: &[usize]) -> Vec<u8> {
    by.iter().flat_map(|place| u16::try_from(*place).unwrap_or(u16::MAX).to_le_bytes()).collect()
}

/// The places of rules as the index kept them.
pub(super) fn from_bytes(bytes: &[u8]) -> Vec<usize> {
    let place = |pair: &[u8]| Some(usize::from(u16::from_le_bytes(pair.try_into().ok()?)));
    bytes.chunks_exact(2).filter_map(place).collect()
}

/// Turns as the index keeps them: names two by two.
fn read(bytes: &[u8], name_bytes: usize) -> Vec<SettingsChange> {
    let names: Vec<ObjectId> = bytes.chunks(name_bytes).filter_map(ObjectId::from_bytes).collect();
    let pair = |pair: &[ObjectId]| Some(SettingsChange { before: *pair.first()?, after: *pair.get(1)? });
    names.chunks_exact(2).filter_map(pair).collect()
}
