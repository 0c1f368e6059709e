//! What a query asks of more than one ticket's texts: clocks, status, people, days; and what it means beside what it says.

use crate::query::tree::{Filter, Key, Property, Query, Test};
use crate::ticket::{TicketId, Timestamp};

impl Query {
    /// True where the query itself says of which status tickets are to be: it speaks of status, resolution or history, of
    /// messages, or of ids as such.
    #[must_use]
    pub fn speaks_of_status(&self) -> bool {
        let is_pasted =
            |test: &Test| matches!(test, Test::Text(text) if self.pasted.iter().any(|word| word == text));
        self.filter.speaks_of_status(&is_pasted)
    }

    /// Means open tickets, unless the query speaks of status, resolution or history. A ticket whose whole id is there as a
    /// word is meant, too.
    pub fn mean_open_unless_asked(&mut self) {
        if !self.speaks_of_status() {
            let filter = std::mem::replace(&mut self.filter, Filter::All(Vec::new()));
            let mut meant = self.meant();
            let meant = if meant.len() == 1 { meant.remove(0) } else { Filter::Any(meant) };
            self.filter = Filter::All(vec![filter, meant]);
        }
    }

    /// What is meant where nothing is said of status: open tickets, and those whose id is there.
    fn meant(&self) -> Vec<Filter> {
        let ids = self.pasted.iter().filter(|word| TicketId::parse(word).is_some());
        let ids: Vec<Test> = ids.cloned().map(Test::Text).collect();
        let ids = (!ids.is_empty()).then_some(Filter::Term(Key::Id, ids));
        [Filter::Term(Key::Status, vec![Test::Open])].into_iter().chain(ids).collect()
    }

    /// The same of the tickets that are left out where nothing is said of status.
    #[must_use]
    pub fn of_closed(&self) -> Self {
        let is_meant = Filter::Any(self.meant());
        let filter = Filter::All(vec![self.filter.clone(), Filter::Not(Box::new(is_meant))]);
        Self { filter, sort: None, limit: None, pasted: self.pasted.clone() }
    }

    /// Means at most so many tickets.
    pub fn limit_to(&mut self, limit: usize) {
        self.limit = Some(self.limit.map_or(limit, |own| own.min(limit)));
    }

    /// Means all tickets, however many.
    pub fn without_limit(&mut self) {
        self.limit = None;
    }

    /// The people whom the query names, each with the field, in lower case.
    #[must_use]
    pub fn people(&self) -> Vec<(&'static str, String)> {
        let mut people = Vec::new();
        self.filter.people(&mut people);
        people
    }

    /// The words that are looked for, without those of phrases: each as it is compared.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let words = self.wanted().into_iter().flat_map(|phrase| phrase.words.split(' '));
        words.map(str::to_owned).collect()
    }

    /// True where the answer depends on where clocks stand.
    #[must_use]
    pub fn asks_clocks(&self) -> bool {
        self.filter.asks_clocks() || matches!(self.order().key, "due" | "urgency")
    }

    /// True where it asks for tickets whose targets are due, breached, or soon will be: without targets, none ever is.
    #[must_use]
    pub fn asks_targets(&self) -> bool {
        self.filter.any(&|one| {
            matches!(
                one,
                Filter::Is(Property::Breached | Property::Warned)
                    | Filter::Term(Key::Due, _)
                    | Filter::Has(Key::Due)
            )
        })
    }
}

/// A day of UTC, so many days ago: from its first instant up to, not including, the next day's.
pub(crate) fn day(now: Timestamp, ago: i64) -> (Timestamp, Timestamp) {
    const DAY_SECS: i64 = 86_400;
    let begin = now.unix().div_euclid(DAY_SECS).saturating_sub(ago).saturating_mul(DAY_SECS);
    let at = |seconds: i64| Timestamp::from_unix(seconds).unwrap_or_default();
    (at(begin), at(begin.saturating_add(DAY_SECS)))
}

impl Filter {
    fn speaks_of_status(&self, is_pasted: &dyn Fn(&Test) -> bool) -> bool {
        match self {
            Self::All(inner) | Self::Any(inner) => {
                inner.iter().any(|filter| filter.speaks_of_status(is_pasted))
            }
            Self::Not(inner) => inner.speaks_of_status(is_pasted),
            Self::Term(Key::Id, tests) => !tests.iter().all(is_pasted),
            Self::Term(key, _) | Self::Has(key) => {
                matches!(
                    key,
                    Key::Status
                        | Key::Resolution
                        | Key::Was
                        | Key::Reopened
                        | Key::Id
                        | Key::DuplicateOf
                        | Key::Mail
                )
            }
            Self::Is(property) => *property != Property::Unassigned && *property != Property::Proposed,
            Self::Words(_) | Self::Part(..) => false,
        }
    }

    fn people(&self, people: &mut Vec<(&'static str, String)>) {
        match self {
            Self::All(inner) | Self::Any(inner) => inner.iter().for_each(|filter| filter.people(people)),
            Self::Not(inner) => inner.people(people),
            Self::Term(key, tests) => {
                let fields = [
                    (Key::Reporter, "reporter"),
                    (Key::Owner, "owner"),
                    (Key::Assignee, "assignee"),
                    (Key::Watcher, "watcher"),
                    (Key::By, "by"),
                ];
                let Some((_, field)) = fields.into_iter().find(|(own, _)| own == key) else { return };
                people.extend(tests.iter().filter_map(|test| {
                    if let Test::Text(text) = test { Some((field, text.clone())) } else { None }
                }));
            }
            Self::Has(_) | Self::Is(_) | Self::Words(_) | Self::Part(..) => {}
        }
    }

    fn asks_clocks(&self) -> bool {
        self.any(&|one| {
            matches!(
                one,
                Self::Term(Key::Due, _)
                    | Self::Has(Key::Due)
                    | Self::Is(Property::Overdue | Property::Breached | Property::Warned)
            )
        })
    }

    /// True where it, or a part of it, is such a one.
    fn any(&self, is_such: &dyn Fn(&Self) -> bool) -> bool {
        match self {
            Self::All(inner) | Self::Any(inner) => inner.iter().any(|filter| filter.any(is_such)),
            Self::Not(inner) => inner.any(is_such),
            Self::Term(..) | Self::Has(_) | Self::Is(_) | Self::Words(_) | Self::Part(..) => is_such(self),
        }
    }
}
