//! What concerns somebody of what happened to a ticket: each entry at most once, for the most pressing reason.

use crate::process::clock::ClockKind;
use crate::process::mentioned::mentions;
use crate::process::queue::Rank;
use crate::process::rules::Rules;
use crate::process::team::Role;
use crate::ticket::{
    Action, Entry, Field, KnownPerson, Level, Meant, Node, Person, Set, Status, Ticket, Timestamp,
    Visibility, meant,
};

/// Why something concerns somebody, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InboxReason {
    /// They were alerted.
    Alert,
    /// A clock of their ticket is used up, or of one that nobody has at a level they serve.
    Clock,
    /// The day to ask again has come.
    FollowUp,
    /// They are named in a text, with an `@`.
    Mention,
    /// The customer spoke, on a ticket that is theirs.
    Customer,
    /// A ticket that they deferred came back.
    Returned,
    /// The fix that they committed was reverted.
    Reverted,
    /// The work became theirs, or is not any more.
    Assigned,
    /// They answer for it now, or do not any more.
    Owned,
    /// A severity waits for a product owner.
    Severity,
    /// It has nobody, at a level that they serve.
    Unassigned,
    /// They work on it.
    Assignee,
    /// They answer for it.
    Owner,
    /// They told us.
    Reporter,
    /// They want to know.
    Watcher,
}

impl InboxReason {
    /// Every reason, in the same order.
    pub const ALL: [Self; 15] = [
        Self::Alert,
        Self::Clock,
        Self::FollowUp,
        Self::Mention,
        Self::Customer,
        Self::Returned,
        Self::Reverted,
        Self::Assigned,
        Self::Owned,
        Self::Severity,
        Self::Unassigned,
        Self::Assignee,
        Self::Owner,
        Self::Reporter,
        Self::Watcher,
    ];

    /// The word of machine formats.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Clock => "clock",
            Self::FollowUp => "follow-up",
            Self::Mention => "mention",
            Self::Customer => "customer",
            Self::Returned => "returned",
            Self::Reverted => "reverted",
            Self::Assigned => "assigned",
            Self::Owned => "owned",
            Self::Severity => "severity",
            Self::Unassigned => "unassigned",
            Self::Assignee => "assignee",
            Self::Owner => "owner",
            Self::Reporter => "reporter",
            Self::Watcher => "watcher",
        }
    }

    /// The reason in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Alert => "alerts you",
            Self::Clock => "an SLA target is breached",
            Self::FollowUp => "the follow-up is due",
            Self::Mention => "mentions you",
            Self::Customer => "the customer answered",
            Self::Returned => "you deferred it",
            Self::Reverted => "your fix was reverted",
            Self::Assigned => "your assignment",
            Self::Owned => "your ownership",
            Self::Severity => "the severity waits for you",
            Self::Unassigned => "unassigned, at your level",
            Self::Assignee => "assigned to you",
            Self::Owner => "you own it",
            Self::Reporter => "you reported it",
            Self::Watcher => "you watch it",
        }
    }
}

/// Something that concerns somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// Why.
    pub reason: InboxReason,
    /// When it happened, or became so.
    pub at: Timestamp,
    /// The entry; none for what time or a commit of code brought.
    pub entry: Option<Entry>,
    /// Of an SLA target that is breached, which.
    pub clock: Option<ClockKind>,
}

impl Concern {
    /// Why, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.clock {
            Some(clock) => format!("the {} target is breached", clock.name()),
            None => self.reason.words().to_owned(),
        }
    }
}

/// A ticket, and what of it concerns somebody.
#[derive(Debug)]
pub struct InboxItem {
    /// The ticket.
    pub ticket: Ticket,
    /// The length of its shortest unique prefix.
    pub prefix: usize,
    /// What concerns them, the oldest first.
    pub concerns: Vec<Concern>,
    /// Where it stands in the queue.
    pub rank: Option<Rank>,
    /// The product that it is of, where several are looked at.
    pub product: Option<String>,
}

impl InboxItem {
    /// What items are sorted by, the most pressing first: the most pressing reason, then the queue.
    #[must_use]
    pub fn order(&self) -> (Option<InboxReason>, Option<Rank>) {
        (self.concerns.iter().map(|concern| concern.reason).min(), self.rank.clone())
    }
}

/// Somebody who looks.
#[derive(Clone, Copy)]
pub struct InboxReader<'a> {
    /// All their addresses.
    pub who: &'a KnownPerson,
    /// The rules, with the team.
    pub rules: &'a Rules,
    /// True for the author of what they did themselves, under whatever address.
    pub is_own: &'a dyn Fn(&Person) -> bool,
}

/// What of a ticket's head tells whom an entry concerns, as it was then.
#[derive(Debug, Clone)]
struct Held {
    assignee: Option<String>,
    owner: Option<String>,
    watchers: Vec<String>,
    level: Level,
    status: Status,
    deferred_by: Option<Person>,
    /// Who of the team spoke last to the customer.
    spoke: Option<Person>,
}

impl Held {
    fn new() -> Self {
        let (level, status) = (Level::One, Status::New);
        let (deferred_by, spoke) = (None, None);
        Self { assignee: None, owner: None, watchers: Vec::new(), level, status, deferred_by, spoke }
    }

    fn take(&mut self, entry: &Entry) {
        for (field, set) in &entry.set {
            match set {
                Set::Value { to, .. } => self.set(field, to.as_ref().map(Node::to_string)),
                Set::Members { add, remove } if *field == Field::Watchers => {
                    self.watchers.retain(|one| !remove.contains(one));
                    self.watchers.extend(add.iter().cloned());
                }
                Set::Members { .. }
                | Set::Text { .. }
                | Set::TextOf { .. }
                | Set::TextInHead
                | Set::Other(_) => {}
            }
        }
        self.remember_who_waits(entry);
    }

    fn set(&mut self, field: &Field, to: Option<String>) {
        let text = to.clone().unwrap_or_default();
        if *field == Field::Assignee {
            self.assignee = to;
        } else if *field == Field::Owner {
            self.owner = to;
        } else if *field == Field::Level {
            self.level = Level::parse(&text).unwrap_or(self.level);
        } else if *field == Field::Status {
            self.status = Status::parse(&text).unwrap_or(self.status);
        }
    }

    fn remember_who_waits(&mut self, entry: &Entry) {
        if matches!(entry.action, Action::Defer | Action::Pend) {
            self.deferred_by = Some(entry.by.clone());
        } else if !self.waits() {
            self.deferred_by = None;
        }
    }

    fn waits(&self) -> bool {
        matches!(self.status, Status::Pending | Status::Deferred)
    }
}

impl InboxReader<'_> {
    /// What concerns them of the entries of a ticket that are new to them; nothing of what they did themselves.
    #[must_use]
    pub fn concerns(&self, ticket: &Ticket, is_new: &dyn Fn(&Entry) -> bool) -> Vec<Concern> {
        let (undone, mut held, mut concerns) = (ticket.undone(), Held::new(), Vec::new());
        let is_ours = |entry: &Entry| {
            let is_customers = ticket.is_customers(entry);
            entry.is_said() && self.rules.team.speaks(&entry.speaker_email(), is_customers)
        };
        let is_answer = |entry: &Entry| is_ours(entry) && !undone.is_struck(entry);
        let answered = ticket.timeline().iter().rposition(is_answer);
        for (place, entry) in ticket.timeline().iter().enumerate() {
            let before = held.clone();
            held.take(entry);
            if is_ours(entry) {
                held.spoke = Some(entry.by.clone());
            }
            // That a message was sent, and what came with one, is told by the message.
            let is_told = matches!(entry.action, Action::Send | Action::Acknowledge)
                || (entry.attachment.is_some() && ticket.message_of(entry).is_some());
            if is_told
                || !is_new(entry)
                || undone.is_struck(entry)
                || (self.is_own)(&entry.by)
                || self.said(entry)
            {
                continue;
            }
            // What the team has answered since waits for nobody; what opens a ticket answers nothing.
            let is_waiting =
                ticket.fields().status().is_open() && answered.is_none_or(|answered| answered < place);
            let is_word = ticket.is_customers(entry)
                && entry.is_said()
                && !is_ours(entry)
                && entry.action != Action::Open;
            if let Some(reason) = self.reason(ticket, (&before, &held), entry, is_word && is_waiting) {
                concerns.push(Concern { reason, at: entry.at, entry: Some(entry.clone()), clock: None });
            }
        }
        concerns
    }

    fn reason(
        &self,
        ticket: &Ticket,
        (before, now): (&Held, &Held),
        entry: &Entry,
        is_customers_word: bool,
    ) -> Option<InboxReason> {
        let is = |who: &Option<String>| who.as_ref().is_some_and(|who| self.is(who));
        let (was_assignee, is_assignee) = (is(&before.assignee), is(&now.assignee));
        let (was_owner, is_owner) = (is(&before.owner), is(&now.owner));
        let came_back = before.waits() && !now.waits();
        let deferred = before.deferred_by.as_ref().is_some_and(|by| self.is(&by.to_string()));
        let is_reporter = ticket.fields().get(&Field::Reporter).is_some_and(|who| self.is(&who.to_string()));
        let is_watcher = now.watchers.iter().chain(&before.watchers).any(|who| self.is(who));
        [
            (entry.told.as_ref().is_some_and(|who| self.means(who)), InboxReason::Alert),
            (texts(entry).any(|text| self.is_mentioned(text)), InboxReason::Mention),
            (is_customers_word && (is_assignee || is_owner || self.talks(now)), InboxReason::Customer),
            (came_back && deferred, InboxReason::Returned),
            (was_assignee != is_assignee, InboxReason::Assigned),
            (was_owner != is_owner, InboxReason::Owned),
            (self.waits_for_them(ticket, entry), InboxReason::Severity),
            (self.is_offered(ticket, before, now, entry), InboxReason::Unassigned),
            (is_assignee, InboxReason::Assignee),
            (is_owner, InboxReason::Owner),
            // What is internal is for the team, whoever told us.
            (is_reporter && entry.visibility == Visibility::Customer, InboxReason::Reporter),
            (is_watcher, InboxReason::Watcher),
        ]
        .into_iter()
        .find(|(applies, _)| *applies)
        .map(|(_, reason)| reason)
    }

    /// True where nobody has the ticket, and they spoke last to its customer; somebody who serves its level, where nobody
    /// has spoken yet.
    fn talks(&self, now: &Held) -> bool {
        let spoke = now.spoke.as_ref().map_or_else(|| self.serves(now.level), |by| self.is(&by.to_string()));
        spoke && self.is_nobodys(now.assignee.as_deref()) && self.is_nobodys(now.owner.as_deref())
    }

    /// True where nobody has a ticket, or somebody who has left the team.
    fn is_nobodys(&self, who: Option<&str>) -> bool {
        who.is_none_or(|who| !self.is(who) && self.rules.team.has_left(who))
    }

    /// True for one of their addresses or names.
    fn is(&self, who: &str) -> bool {
        self.who.is_named(who)
    }

    /// True where a text names them with an `@`: `@dana`, `@dana.li`. An address is no mention.
    fn is_mentioned(&self, text: &str) -> bool {
        mentions(text).any(|word| self.means(word))
    }

    /// True where a word or a name means them; of several whom it may mean, each is meant.
    fn means(&self, who: &str) -> bool {
        let team = self.rules.team.known();
        let people = if team.iter().any(|known| known == self.who) { team } else { vec![self.who.clone()] };
        match meant(who, &people) {
            Meant::One(one) => one == self.who,
            Meant::Several(many) => many.contains(&self.who),
            Meant::OneByPart(_) | Meant::Nobody => false,
        }
    }

    /// True for their own words, which somebody else recorded.
    fn said(&self, entry: &Entry) -> bool {
        entry.speaker.as_ref().is_some_and(|who| self.is(who))
    }

    /// True where a severity still waits for them: where nobody owns the product, anybody judges at once.
    fn waits_for_them(&self, ticket: &Ticket, entry: &Entry) -> bool {
        let judges = self.rules.team.has(Role::ProductOwner) && self.plays(Role::ProductOwner);
        judges
            && ticket.severity_is_proposed()
            && ticket.setter(&Field::Severity).is_some_and(|setter| setter.id == entry.id)
    }

    fn plays(&self, role: Role) -> bool {
        self.rules.team.plays(&self.who.person(), role)
    }

    /// True for a level that they serve; where there is no team, everybody does.
    #[must_use]
    pub fn serves(&self, level: Level) -> bool {
        self.rules.team.members.is_empty() || self.plays(Role::of_level(level))
    }

    /// True where an entry left work to whoever serves a level, and nobody has taken it since: opened, handed over, given
    /// back, opened again.
    fn is_offered(&self, ticket: &Ticket, before: &Held, now: &Held, entry: &Entry) -> bool {
        let head = ticket.fields();
        let is_there = head.status().is_open() && head.level() == now.level;
        let is_free = is_there && now.status.is_open() && !now.waits();
        let is_new = entry.action == Action::Open
            || before.assignee.is_some()
            || before.level != now.level
            || !before.status.is_open()
            || before.waits()
            || entry.received_mail().is_some();
        let is_nobodys = || self.is_nobodys(head.assignee()) && self.is_nobodys(now.assignee.as_deref());
        is_free && is_new && self.serves(now.level) && is_nobodys()
    }
}

/// What somebody wrote: a note, and the long texts that an entry sets.
fn texts(entry: &Entry) -> impl Iterator<Item = &str> {
    let long = entry.set.iter().filter_map(|(field, set)| match set {
        Set::Text { to } => to.as_deref(),
        Set::Value { to: Some(Node::Text(title)), .. } if *field == Field::Title => Some(title.as_str()),
        Set::Value { .. } | Set::Members { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Other(_) => {
            None
        }
    });
    entry.note.as_deref().into_iter().chain(long)
}
