//! Who asks a query, when, and what is known around the tickets: what `me`, `today` and a name mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::{KnownPerson, Meant, Person, SlaStatus, Ticket, TicketId, Timestamp, meant, plain};

/// Who asks, and when.
#[derive(Debug, Clone)]
pub struct Context {
    /// Whom `me` means.
    pub me: Option<Person>,
    /// When ages are read.
    pub now: Timestamp,
    /// The team's people; none where no team is known.
    pub team: Vec<KnownPerson>,
    /// The tickets that are open, as far as the ones asked are blocked by them; none, where the index knows.
    pub open: BTreeSet<TicketId>,
    /// Where the clocks of tickets stand; of none, where the project has no clocks, or the index knows.
    pub standings: BTreeMap<TicketId, SlaStatus>,
}

impl Context {
    /// Whom a text of a query means, in lower case.
    pub(crate) fn whom<'a>(&'a self, text: &'a str) -> Whom<'a> {
        if text == "me" {
            let me = self.me.as_ref().map(ToString::to_string).unwrap_or_default();
            let known = self.team.iter().find(|known| known.is_named(&me));
            return Whom { known, me: self.me.as_ref(), part: None, team: &self.team };
        }
        let text = text.strip_prefix('@').unwrap_or(text);
        // Strangers, people who have left, and addresses of before are meant, too: a gate is not to miss them.
        let known = match meant(text, &self.team) {
            Meant::One(one) | Meant::OneByPart(one) => Some(one),
            Meant::Several(_) | Meant::Nobody => None,
        };
        Whom { known, me: None, part: Some(text), team: &self.team }
    }

    /// Where a ticket's clocks stand.
    #[must_use]
    pub fn standing(&self, ticket: &Ticket) -> SlaStatus {
        self.standings.get(ticket.id()).copied().unwrap_or_default()
    }
}

/// Whom a query means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whom<'a> {
    /// Somebody who is known, under whatever address.
    known: Option<&'a KnownPerson>,
    /// The one who asks.
    me: Option<&'a Person>,
    /// Everybody whose name or address has this, in lower case; where somebody is known, nobody else of the team.
    part: Option<&'a str>,
    team: &'a [KnownPerson],
}

impl Whom<'_> {
    /// True for somebody of the team other than the one who is known.
    fn is_another(&self, shown: &str) -> bool {
        self.known.is_some_and(|known| self.team.iter().any(|one| one != known && one.is_named(shown)))
    }

    /// True where a field's text names one of them.
    pub(crate) fn is_named(&self, shown: &str) -> bool {
        self.known.is_some_and(|known| known.is_named(shown))
            || self.me.is_some_and(|me| me.is_named(shown))
            || self.part.is_some_and(|part| {
                let part: String = plain(part).collect();
                plain(shown).collect::<String>().contains(&part) && !self.is_another(shown)
            })
    }
}
