//! Whether a gate can judge: one that cannot is shut.

use crate::project::failure::{Failure, Kind};
use crate::project::find::{Limit, Projection, Search, parse_query};
use crate::project::state::{Project, Scope};
use crate::store::git::{ObjectId, shown};
use crate::store::{Error, layout};
use crate::ticket::{Meant, Summary, TicketId, Timestamp, meant, shell_word, visible};

/// By how many seconds an entry may be later than now: the clocks of machines differ.
const FUTURE_SECS: i64 = 600;

impl Project<'_> {
    /// The state that a gate judges: in a pipeline, what the remote's branch of tickets has now, and beside what is built what
    /// the job has written.
    ///
    /// # Errors
    /// The remote cannot be reached, or this clone and it have entries that the other lacks.
    pub fn for_gate(self) -> Result<Self, Failure> {
        if self.scope == Scope::AllBranches {
            self.store.check_on_origin().map_err(|error| unfetched(&error.into()))?;
        }
        if self.scope != Scope::Now {
            return Ok(self);
        }
        if let Some(written) = self.store.written_beside()? {
            return self.in_scope(Scope::Built(written));
        }
        match self.store.newer_on_origin() {
            Ok(None) => Ok(self),
            Ok(Some(newer)) => Ok(self.at_commit(Some(newer))),
            Err(error) => {
                let failure = Failure::from(error);
                if failure.kind == Kind::Conflict {
                    let message = format!("cannot evaluate the gate: {:#}", failure.error);
                    return Err(Failure::new(Kind::Invalid, message).hint("git support sync"));
                }
                let hint = format!("to judge what this clone has: --at {}", shell_word(self.branch()));
                Err(unfetched(&failure).hint(hint))
            }
        }
    }

    /// Sees that a gate has all that it judges by: tickets, each of which can be read, a query whose `me` is somebody, and
    /// for one that asks where clocks stand, targets, and no entry of the future.
    ///
    /// # Errors
    /// It has not.
    pub fn check_gate(&self, query: &str) -> Result<(), Failure> {
        self.check_files()?;
        self.check_store()?;
        self.check_place()?;
        self.check_tickets()?;
        self.check_me(query)?;
        let query = parse_query(query, self.settings()?)?;
        if query.asks_targets() {
            self.need_clocks(self.sla_rules()?)?;
        }
        if query.asks_clocks() {
            let later = format!("status:open updated:>{}", self.now());
            let found = self.find(&Search::new(&later, Projection::Lines))?;
            self.check_dates(found.iter().map(|one| &one.summary))?;
        }
        Ok(())
    }

    /// Sees that no entry of these tickets is dated in the future: their clocks run from then, and a gate would pass until then.
    ///
    /// # Errors
    /// One is.
    pub fn check_dates<'a>(&self, found: impl Iterator<Item = &'a Summary>) -> Result<(), Failure> {
        let Some((id, at)) = self.dated_later(found).next() else { return Ok(()) };
        let message =
            format!("cannot evaluate the gate: an entry of {id} is dated {}, in the future", at.minute());
        Err(Failure::new(Kind::Invalid, message).hint(format!("git support sla {id}")))
    }

    /// Those of some tickets that have an entry of the future, each with its time.
    pub fn dated_later<'a>(
        &self,
        found: impl Iterator<Item = &'a Summary>,
    ) -> impl Iterator<Item = (&'a TicketId, Timestamp)> {
        let latest = self.now().unix().saturating_add(FUTURE_SECS);
        let dated = found.filter_map(|summary| Some((&summary.id, summary.updated?)));
        dated.filter(move |(_, at)| at.unix() > latest)
    }

    /// Sees that an audit of the branch, or of all up to a revision, has something to judge: where no commit of it ever had
    /// tickets, another holds them.
    ///
    /// # Errors
    /// It has not.
    pub(super) fn check_audited(&self, tips: &[ObjectId], revision: Option<&str>) -> Result<(), Failure> {
        let repository = self.store.repository();
        for tip in tips {
            if repository.find(*tip, layout::FOLDER).map_err(Error::from)?.is_some() {
                return Ok(());
            }
        }
        if repository.touching(tips, &[], &[layout::FOLDER]).map_err(Error::from)?.is_empty() {
            let place = revision.map_or_else(|| self.place(), visible);
            return Err(without_store("audit", &place));
        }
        Ok(())
    }

    /// A clone that lacks the branch of the tickets has none, and knows nothing of them.
    fn check_store(&self) -> Result<(), Failure> {
        let repository = self.store.repository();
        for commit in self.snapshot().commits() {
            if repository.find(commit, layout::FOLDER).map_err(Error::from)?.is_some() {
                return self.check_begun();
            }
        }
        Err(without_store("check", &self.place_read()))
    }

    /// What is read; what `--at` names need not be of the branch.
    fn place_read(&self) -> String {
        match (&self.scope, self.commit) {
            (Scope::At(_), Some(commit)) if self.instant.is_none() => format!("commit {commit:.10}"),
            (Scope::Now | Scope::At(_) | Scope::AllBranches | Scope::Built(_), _) => self.place(),
        }
    }

    /// As of a day before there were tickets, there is nothing to judge; those that were imported may be older than the
    /// commit that brought them.
    fn check_begun(&self) -> Result<(), Failure> {
        let Some(moment) = self.instant else { return Ok(()) };
        let any = Search { limit: Limit::AtMost(1), ..Search::new("", Projection::Lines) };
        if !self.store.has_folder_at(moment)? && self.find(&any)?.is_empty() {
            return Err(without_store("check", &self.place_read()));
        }
        Ok(())
    }

    /// Of two branches that hold tickets, a gate that passes on the one says nothing of the other.
    fn check_place(&self) -> Result<(), Failure> {
        let others = self.store.other_ticket_branches()?;
        let Some(other) = others.first().filter(|_| self.scope != Scope::AllBranches) else { return Ok(()) };
        let own = self.branch();
        let message = format!(
            "cannot evaluate the gate: branch {} says that it holds the tickets, and branch {} is read",
            shown(other),
            shown(own)
        );
        Err(Failure::new(Kind::Invalid, message).hint(format!(
            "name the one: --branch {} or --branch {}",
            shell_word(other),
            shell_word(own)
        )))
    }

    /// A ticket that cannot be read cannot be judged.
    fn check_tickets(&self) -> Result<(), Failure> {
        let bad = match self.if_available(self.unreadable_in_index())? {
            Some(bad) => bad,
            None => self.snapshot().tickets()?.bad,
        };
        let Some(first) = bad.first() else { return Ok(()) };
        let more = if bad.len() > 1 { format!(", and {} more", bad.len() - 1) } else { String::new() };
        let message = format!("cannot evaluate the gate: {first}{more}");
        Err(Failure::new(Kind::Invalid, message).hint("git support doctor"))
    }

    /// In a pipeline, `me` is whoever it runs as: where nobody knows them, nothing would ever match.
    fn check_me(&self, query: &str) -> Result<(), Failure> {
        let people = parse_query(query, self.settings()?)?.people();
        let Some((field, _)) = people.into_iter().find(|(_, name)| name == "me") else { return Ok(()) };
        let me = self.member()?;
        let is_member = !matches!(meant(&me.email, &self.people()?.known()), Meant::Nobody);
        for known_by in [field, "by", "reporter"] {
            if is_member || self.has_ticket_of(known_by, &me.email)? {
                return Ok(());
            }
        }
        let message =
            format!("cannot evaluate the gate: 'me' is {me}, whom neither the team nor a ticket knows");
        Err(Failure::new(Kind::Invalid, message).hint(format!("name a person: {field}:NAME")))
    }
}

/// What the remote has now is not known.
fn unfetched(failure: &Failure) -> Failure {
    Failure::new(Kind::Invalid, format!("cannot evaluate the gate: tickets not fetched: {:#}", failure.error))
}

/// There is nothing to judge at a place.
fn without_store(command: &str, place: &str) -> Failure {
    let message = format!("cannot evaluate the gate: {place} has no {}", layout::FOLDER);
    let fetch = format!(
        "if another branch holds the tickets: git fetch origin NAME:NAME; git support {command} --branch NAME"
    );
    Failure::new(Kind::Invalid, message).hint(fetch).hint("git support init")
}
