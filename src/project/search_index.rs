//! The search index of a state: opened, brought up to date, and asked. Whatever fails here, the tickets answer instead.

use crate::index::{Base, Error, Extra, Hit, Index, Judgement, Scope as IndexScope, Unjudged, Unreadable};
use crate::process::{Listed, Record, TicketHistory};
use crate::project::failure::Failure;
use crate::project::find::Projection;
use crate::project::sla_rules::{NamedRules, SlaRules, from_bytes, to_bytes};
use crate::project::state::{Project, Scope};
use crate::query::{Context, Query};
use crate::store::BadFile;

/// The line of tickets as of an instant; one is kept.
const INSTANT_LINE: &str = "as of";
/// From this many files on, reading them is worth a progress bar.
pub(super) const MANY: usize = 2_000;

/// Why the index does not answer.
pub(super) enum IndexError {
    /// It cannot be opened, read or written: the tickets can be asked instead.
    Unavailable(Error),
    /// The repository cannot be read either.
    Failed(Failure),
}

impl From<Error> for IndexError {
    fn from(error: Error) -> Self {
        Self::Unavailable(error)
    }
}

impl From<Failure> for IndexError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<crate::store::Error> for IndexError {
    fn from(error: crate::store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Project<'_> {
    /// The index of this clone.
    pub(super) fn index(&self) -> Result<Index, Error> {
        Index::open(&self.store.repository().own_folder(), self.host.env.clock.seconds())
    }

    /// What the index says; none where it is not available, which is said.
    pub(super) fn if_available<T>(&self, answer: Result<T, IndexError>) -> Result<Option<T>, Failure> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(IndexError::Failed(failure)) => Err(failure),
            Err(IndexError::Unavailable(error)) => {
                if error.is_damage() {
                    // The next run builds it anew.
                    let _ = Index::discard(&self.store.repository().own_folder());
                }
                self.host.note(format!("warning: index not available, reading ticket files: {error}"));
                Ok(None)
            }
        }
    }

    /// The index, with the tree set that this state reads brought up to date.
    pub(super) fn opened_index(&self) -> Result<(Index, i64), IndexError> {
        let trees = self.snapshot().trees()?;
        let key: Vec<u8> = trees.iter().flat_map(|tree| tree.bytes().to_vec()).collect();
        let mut index = self.index()?;
        let present = self.instant.is_none().then_some(key.clone());
        let wanted = present.unwrap_or_else(|| [key.clone(), self.instant_bytes()].concat());
        if let Some(edition) = index.edition(&wanted)? {
            return Ok((index, edition));
        }
        if index.edition(&key)?.is_none() {
            let catch_up = index.catch_up(&self.line(), &key, Base::Last)?;
            if self.instant.is_none() {
                let edition = self.bring_up(catch_up, &trees)?;
                return Ok((index, edition));
            }
            // As of an instant, what has not changed since is as it is now.
            self.at_commit(self.commit).bring_up(catch_up, &trees)?;
        }
        let edition = self.bring_back(index.catch_up(INSTANT_LINE, &wanted, Base::Empty)?, &trees)?;
        Ok((index, edition))
    }

    /// What the edition is called that this state reads.
    pub(super) fn line(&self) -> String {
        match &self.scope {
            Scope::At(at) if self.instant.is_none() => format!("at {at}"),
            Scope::AllBranches => "all branches".to_owned(),
            Scope::Built(written) => format!("built, and {written}"),
            Scope::Now | Scope::At(_) => format!("branch {}", self.branch()),
        }
    }

    /// What is told by the instant as of which tickets are read; nothing where none is.
    pub(super) fn instant_bytes(&self) -> Vec<u8> {
        self.instant.map(|instant| instant.unix().to_be_bytes().to_vec()).unwrap_or_default()
    }

    /// The tickets that a query means, and the rules by which their clocks are judged, where courses are wanted.
    pub(super) fn find_in_index(
        &self,
        query: &Query,
        context: &Context,
        projection: Projection,
    ) -> Result<(Vec<Listed>, Option<SlaRules>), IndexError> {
        let (mut index, edition) = self.opened_index()?;
        let (scope, rules) = self.judged_scope(&mut index, edition, projection)?;
        let extra = match projection {
            Projection::Lines | Projection::Tickets => Extra::None,
            Projection::Records => Extra::Object,
            Projection::Courses => Extra::TicketHistory,
        };
        let (mut found, mut is_foreign) = (Vec::new(), false);
        index.find(scope, query, context, extra, &mut |hit| {
            let Hit { summary, prefix, short, standing, course, rules } = hit;
            let record = match (extra, TicketHistory::from_bytes(&course)) {
                (Extra::None, _) => Record::None,
                (Extra::Object, _) => Record::Short(short),
                (Extra::TicketHistory, Ok(course)) => {
                    Record::TicketHistory(Box::new((course, from_bytes(&rules))))
                }
                (Extra::TicketHistory, Err(_)) => {
                    is_foreign = true;
                    Record::None
                }
            };
            found.push(Listed {
                summary,
                prefix,
                places: None,
                snippet: None,
                queued: None,
                standing,
                record,
            });
        })?;
        if is_foreign {
            return Err(Error::foreign().into());
        }
        let file = |bad: Unreadable| BadFile { path: bad.path, line: bad.line, problem: bad.problem };
        let bad: Vec<BadFile> = index.unreadable(scope.edition)?.into_iter().map(file).collect();
        self.warn_of_tickets(&bad);
        if projection == Projection::Tickets {
            for one in &mut found {
                one.record = Record::Whole(Box::new(self.need(&one.summary.id)?));
            }
        }
        Ok((found, rules))
    }

    /// The ticket files that cannot be read.
    pub(super) fn unreadable_in_index(&self) -> Result<Vec<BadFile>, IndexError> {
        let (index, edition) = self.opened_index()?;
        let file = |bad: Unreadable| BadFile { path: bad.path, line: bad.line, problem: bad.problem };
        Ok(index.unreadable(edition)?.into_iter().map(file).collect())
    }

    /// How many tickets a query means.
    pub(super) fn count_in_index(&self, query: &Query) -> Result<usize, IndexError> {
        let context = self.context()?;
        let (mut index, edition) = self.opened_index()?;
        let (scope, _) = self.judged_scope(&mut index, edition, Projection::Lines)?;
        Ok(index.count(scope, query, &context)?)
    }

    /// The scope of a tree set: where its clocks stand by the rules of its history, worked out as far as it is not
    /// known.
    fn judged_scope(
        &self,
        index: &mut Index,
        edition: i64,
        projection: Projection,
    ) -> Result<(IndexScope, Option<SlaRules>), IndexError> {
        let Some(named) = NamedRules::of(self, Some(index))? else {
            return Ok((IndexScope { edition, ruling: None }, None));
        };
        let fingerprint = named.fingerprint();
        if let Some((ruling, true)) = index.ruling(edition, fingerprint.as_bytes())? {
            // Only who replays clocks needs the settings of the past themselves.
            let rules = (projection == Projection::Courses).then(|| named.read(self)).transpose()?;
            return Ok((IndexScope { edition, ruling: Some(ruling) }, rules));
        }
        let rules = named.read(self)?;
        let total = index.size(edition).unwrap_or_default();
        let (mut past, mut done, mut bar) = (rules.past(self), 0, None);
        let judge = |rows: &[Unjudged]| -> Result<Vec<Judgement>, IndexError> {
            let mut standings = Vec::with_capacity(rows.len());
            for row in rows {
                let course = TicketHistory::from_bytes(&row.course).map_err(|_| Error::foreign())?;
                let (standing, by) = rules.standing(past.as_mut(), &row.id, &course)?;
                standings.push((standing, to_bytes(&by)));
            }
            done += rows.len();
            if done >= MANY {
                bar.get_or_insert_with(|| (self.host.progress)("reading clocks", total))(done);
            }
            Ok(standings)
        };
        let ruling = index.judge(edition, fingerprint.as_bytes(), judge)?;
        Ok((IndexScope { edition, ruling: Some(ruling) }, Some(rules)))
    }
}
