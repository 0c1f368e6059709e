//! A query asked of a ticket in memory: does it match, and where does it stand in the order?

use std::cmp::{Ordering, Reverse};

use crate::query::asks::day;
use crate::query::context::Context;
use crate::query::phrase::{Phrase, Place, words_of};
use crate::query::tree::{Filter, Key, Property, Query, STALE_SECS, Sort, Test};
use crate::ticket::{
    Action, Area, Entry, Field, LinkKind, Node, Set, Severity, Status, Summary, Ticket, TicketId, Timestamp,
    Type, has_left, natural_key,
};

/// What a word in the title adds to a ticket's relevance.
pub(crate) const TITLE_POINTS: u32 = 4;
/// What a word in the labels and other short facts adds.
pub(crate) const TAGS_POINTS: u32 = 2;

impl Query {
    /// True for a ticket that is meant.
    #[must_use]
    pub fn matches(&self, ticket: &Ticket, context: &Context) -> bool {
        holds(&self.filter, ticket, context)
    }

    /// Brings tickets into the order asked for, and cuts them to the number asked for.
    pub fn arrange(&self, tickets: &mut Vec<Ticket>, context: &Context) {
        let sort = self.order();
        if sort.key == "relevance" {
            let phrases = self.wanted();
            tickets.sort_by_cached_key(|ticket| {
                let relevance = i64::from(relevance(&phrases, ticket));
                let relevance = if sort.descending { -relevance } else { relevance };
                (relevance, Reverse(ticket.created()), ticket.id().clone())
            });
        } else if sort.key == "due" {
            // What is not due comes last, whichever way it is looked at.
            tickets.sort_by_cached_key(|ticket| {
                let due = context.standing(ticket).due.map(Timestamp::unix);
                let place = due.map(|due| if sort.descending { -due } else { due });
                (place.is_none(), place, Reverse(ticket.created()), ticket.id().clone())
            });
        } else if sort.key == "urgency" {
            tickets.sort_by_cached_key(|ticket| urgency(ticket, context));
            if sort.descending {
                tickets.reverse();
            }
        } else {
            tickets.sort_by(|a, b| {
                let order = order(sort.key, a, b);
                let order = if sort.descending { order.reverse() } else { order };
                // Of equals, the newest come first.
                let newest = || b.created().cmp(&a.created());
                order.then_with(newest).then_with(|| a.id().cmp(b.id()))
            });
        }
        tickets.truncate(self.limit.unwrap_or(usize::MAX));
    }

    /// The order of the answer: as asked for; otherwise the most relevant first where words are looked
    /// for, and the newest first where none are.
    pub(crate) fn order(&self) -> Sort {
        let key = if self.wanted().is_empty() { "created" } else { "relevance" };
        self.sort.clone().unwrap_or(Sort { key, descending: true })
    }

    /// The phrases that are looked for; those that must not be there are none of them.
    pub(crate) fn wanted(&self) -> Vec<&Phrase> {
        let mut phrases = Vec::new();
        collect(&self.filter, &mut phrases);
        phrases
    }
}

fn collect<'a>(filter: &'a Filter, phrases: &mut Vec<&'a Phrase>) {
    match filter {
        Filter::All(inner) | Filter::Any(inner) => inner.iter().for_each(|filter| collect(filter, phrases)),
        Filter::Words(phrase) => phrases.push(phrase),
        Filter::Term(_, tests) => phrases.extend(tests.iter().filter_map(|test| match test {
            Test::Words(phrase) => Some(phrase),
            Test::Text(_)
            | Test::Rank(..)
            | Test::Number(..)
            | Test::Time(..)
            | Test::Day(..)
            | Test::Age(..)
            | Test::Ahead(..)
            | Test::Open => None,
        })),
        Filter::Not(_) | Filter::Has(_) | Filter::Is(_) | Filter::Part(..) => {}
    }
}

/// How much a ticket is about some phrases: a phrase counts once where it stands, more in the short facts,
/// most in the title. It depends on nothing but the ticket.
pub(crate) fn relevance(phrases: &[&Phrase], ticket: &Ticket) -> u32 {
    let words = words_of(ticket);
    let [title, _, _, _, tags] = &words;
    let points = |phrase: &&Phrase| {
        let in_title = if phrase.is_within(title) { TITLE_POINTS } else { 0 };
        let in_tags = if phrase.is_within(tags) { TAGS_POINTS } else { 0 };
        u32::from(phrase.is_in(&words)) + in_title + in_tags
    };
    phrases.iter().map(points).sum()
}

/// How urgent a ticket is, the most urgent first, as the queue has it where nothing is blocked: late ones, then the more
/// severe, then those that are due first, then the older.
fn urgency(
    ticket: &Ticket,
    context: &Context,
) -> (bool, Reverse<Option<Severity>>, i64, Option<Timestamp>, TicketId) {
    let (summary, standing) = (Summary::of(ticket), context.standing(ticket));
    let waits = matches!(summary.status, Status::Pending | Status::Deferred);
    let asks = waits && summary.follow_up.is_some_and(|follow_up| follow_up <= context.now);
    let due = standing.due.map_or(i64::MAX, Timestamp::unix);
    let is_late = asks || standing.is_overdue(context.now);
    (!is_late, Reverse(summary.effective), due, summary.created, summary.id)
}

fn order(key: &str, a: &Ticket, b: &Ticket) -> Ordering {
    match key {
        "updated" => a.updated().cmp(&b.updated()),
        "severity" => a.fields().severity().cmp(&b.fields().severity()),
        "status" => a.fields().status().cmp(&b.fields().status()),
        "level" => a.fields().level().cmp(&b.fields().level()),
        "title" => natural_key(a.fields().title()).cmp(&natural_key(b.fields().title())),
        "assignee" => a.fields().assignee().cmp(&b.fields().assignee()),
        "occurrences" => a.occurrences().cmp(&b.occurrences()),
        "id" => a.id().cmp(b.id()),
        _ => a.created().cmp(&b.created()),
    }
}

fn holds(filter: &Filter, ticket: &Ticket, context: &Context) -> bool {
    match filter {
        Filter::All(all) => all.iter().all(|filter| holds(filter, ticket, context)),
        Filter::Any(any) => any.iter().any(|filter| holds(filter, ticket, context)),
        Filter::Not(inner) => !holds(inner, ticket, context),
        Filter::Words(phrase) => phrase.is_in(&words_of(ticket)),
        Filter::Part(place, part) => {
            let is_here = |own: Place| place.is_none_or(|only| only == own);
            Place::ALL
                .into_iter()
                .zip(words_of(ticket))
                .any(|(own, text)| is_here(own) && text.contains(part.as_str()))
        }
        Filter::Has(Key::Due) => context.standing(ticket).due.is_some(),
        Filter::Has(key) => !values(*key, ticket).is_empty(),
        Filter::Is(property) => is(*property, ticket, context),
        Filter::Term(key, tests) => tests.iter().any(|test| passes(*key, test, ticket, context)),
    }
}

fn is(property: Property, ticket: &Ticket, context: &Context) -> bool {
    let is_open = ticket.fields().status().is_open();
    match property {
        Property::Open => is_open,
        Property::Unassigned => ticket.fields().assignee().is_none(),
        Property::Stale => {
            let idle = ticket.updated().map(|at| context.now.unix().saturating_sub(at.unix()));
            is_open && idle.is_some_and(|seconds| seconds > STALE_SECS)
        }
        Property::Proposed => ticket.severity_is_proposed(),
        Property::Orphaned => {
            is_open && ticket.fields().assignee().is_some_and(|who| has_left(who, &context.team))
        }
        Property::Overdue => {
            let asks = Summary::of(ticket).follow_up.is_some_and(|follow_up| follow_up <= context.now);
            is_open && (asks || context.standing(ticket).is_overdue(context.now))
        }
        Property::Breached => context.standing(ticket).is_breached(context.now),
        Property::Warned => context.standing(ticket).is_warned(context.now),
        Property::Unanswered => ticket.talk().is_unanswered(&context.team),
        Property::Blocked => is_open && is_blocked(ticket, context),
        Property::Ready => {
            let waits = matches!(ticket.fields().status(), Status::Pending | Status::Deferred);
            is_open && !waits && !is_blocked(ticket, context)
        }
        Property::Regressed => is_open && !ticket.reopenings().is_empty(),
        Property::ByHand => !ticket.unaccounted().is_empty(),
    }
}

fn is_blocked(ticket: &Ticket, context: &Context) -> bool {
    let mut blockers = ticket.fields().links().filter(|(kind, _)| **kind == LinkKind::BlockedBy);
    blockers.any(|(_, id)| TicketId::parse(id).is_some_and(|id| context.open.contains(&id)))
}

fn passes(key: Key, test: &Test, ticket: &Ticket, context: &Context) -> bool {
    match test {
        Test::Open => ticket.fields().status().is_open(),
        Test::Rank(compare, place) => ranks(key, ticket).iter().any(|rank| compare.allows(rank.cmp(place))),
        Test::Number(compare, number) => compare.allows(count(key, ticket).cmp(number)),
        Test::Time(compare, from, to) => {
            let order = |moment: Timestamp| {
                if moment < *from {
                    Ordering::Less
                } else if moment < *to {
                    Ordering::Equal
                } else {
                    Ordering::Greater
                }
            };
            time(key, ticket, context).is_some_and(|moment| compare.allows(order(moment)))
        }
        Test::Day(compare, ago) => {
            let (from, to) = day(context.now, *ago);
            passes(key, &Test::Time(*compare, from, to), ticket, context)
        }
        Test::Age(compare, age) => time(key, ticket, context).is_some_and(|moment| {
            let seconds = context.now.unix().saturating_sub(moment.unix());
            let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
            compare.allows(seconds.cmp(&age))
        }),
        Test::Ahead(compare, span) => time(key, ticket, context).is_some_and(|moment| {
            let seconds = moment.unix().saturating_sub(context.now.unix());
            compare.allows(seconds.cmp(&i64::try_from(span.as_secs()).unwrap_or(i64::MAX)))
        }),
        Test::Text(text) if comparison(key) == Comparison::Person => {
            let whom = context.whom(text);
            values(key, ticket).iter().any(|value| whom.is_named(value))
        }
        Test::Text(text) => {
            values(key, ticket).iter().any(|value| passes_text(key, text, &value.to_lowercase()))
        }
        Test::Words(phrase) => phrase.is_in(&words_of(ticket)),
    }
}

fn time(key: Key, ticket: &Ticket, context: &Context) -> Option<Timestamp> {
    if key == Key::Created {
        ticket.created()
    } else if key == Key::Due {
        context.standing(ticket).due
    } else {
        ticket.updated()
    }
}

/// The places of a ticket's word in its closed list; several for what it was in its history.
pub(crate) fn ranks(key: Key, ticket: &Ticket) -> Vec<usize> {
    fn place<T: PartialEq>(all: &[T], word: &T) -> Vec<usize> {
        all.iter().position(|known| known == word).into_iter().collect()
    }
    let head = ticket.fields();
    if key == Key::Severity {
        head.severity().map(|severity| place(Severity::ALL, &severity)).unwrap_or_default()
    } else if key == Key::Type {
        place(Type::ALL, &head.kind())
    } else if key == Key::Area {
        let area = head.get(&Field::Area).and_then(Node::as_text).and_then(Area::parse);
        area.map(|area| place(Area::ALL, &area)).unwrap_or_default()
    } else if key == Key::Was {
        statuses(ticket).iter().flat_map(|status| place(Status::ALL, status)).collect()
    } else {
        place(Status::ALL, &head.status())
    }
}

/// Every status the ticket has had, the first one included.
pub(crate) fn statuses(ticket: &Ticket) -> Vec<Status> {
    let set = ticket.in_effect().filter_map(|entry| match entry.set.get(&Field::Status) {
        Some(Set::Value { to: Some(to), .. }) => Status::parse(&to.to_string()),
        _ => None,
    });
    std::iter::once(Status::New).chain(set).collect()
}

pub(crate) fn count(key: Key, ticket: &Ticket) -> u64 {
    let of = |action: Action| ticket.current().filter(|entry| entry.action == action).count();
    let count = if key == Key::Reopened {
        ticket.reopenings().len()
    } else if key == Key::Comments {
        of(Action::Comment)
    } else if key == Key::Occurrences {
        ticket.occurrences()
    } else {
        ticket.fields().level() as usize + 1
    };
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The texts under a key.
pub(crate) fn values(key: Key, ticket: &Ticket) -> Vec<String> {
    let head = ticket.fields();
    let one = |field: &Field| head.get(field).map(Node::to_string).into_iter().collect();
    // What a ticket waits for counts while it waits.
    let deferral = |key: &str| {
        let to = head.get(&Field::Deferral).and_then(|to| to.at(key));
        to.map(Node::to_string).into_iter().collect()
    };
    let many = |field: &Field| head.members(field).map(str::to_owned).collect();
    match key {
        Key::Id => vec![ticket.id().to_string()],
        Key::Title => one(&Field::Title),
        Key::Type => one(&Field::Type),
        Key::Area => one(&Field::Area),
        Key::Severity => one(&Field::Severity),
        Key::Status => one(&Field::Status),
        Key::Level => one(&Field::Level),
        Key::Reporter => one(&Field::Reporter),
        Key::Channel => one(&Field::Channel),
        Key::Owner => one(&Field::Owner),
        Key::Assignee => one(&Field::Assignee),
        Key::Watcher => many(&Field::Watchers),
        Key::Affects => many(&Field::Affects),
        Key::Environment => one(&Field::Environment),
        Key::Label => many(&Field::Labels),
        Key::Fingerprint => one(&Field::Key),
        Key::Commit => many(&Field::Commits),
        Key::Link => head.links().flat_map(|(kind, id)| [kind.to_string(), id.to_owned()]).collect(),
        Key::Attachment => {
            let files = ticket.in_effect().filter_map(|entry| entry.attachment.as_ref());
            files.map(|file| file.name.clone()).collect()
        }
        Key::Description => one(&Field::Description),
        Key::Finding => {
            head.findings().flat_map(|(kind, text)| [kind.to_string(), text.to_owned()]).collect()
        }
        Key::BlockedBy => linked(ticket, &LinkKind::BlockedBy),
        Key::Blocks => linked(ticket, &LinkKind::Blocks),
        Key::Parent => linked(ticket, &LinkKind::Parent),
        Key::Child => linked(ticket, &LinkKind::Child),
        Key::DuplicateOf => linked(ticket, &LinkKind::DuplicateOf),
        Key::Vendor => deferral("vendor"),
        Key::Case => deferral("case"),
        Key::Mail => ticket.mail_words(),
        Key::Estimate => one(&Field::Estimate),
        Key::Resolution => one(&Field::Resolution),
        Key::Created => ticket.created().map(|moment| moment.to_string()).into_iter().collect(),
        Key::Updated => ticket.updated().map(|moment| moment.to_string()).into_iter().collect(),
        Key::By => {
            let people = |entry: &Entry| [Some(entry.by.to_string()), entry.speaker.clone()];
            ticket.in_effect().flat_map(people).flatten().collect()
        }
        Key::Via => ticket.in_effect().filter_map(|entry| entry.via.clone()).collect(),
        // It is no value of the ticket: rules lead to it.
        Key::Due => Vec::new(),
        Key::Was => statuses(ticket).iter().map(ToString::to_string).collect(),
        Key::Reopened | Key::Occurrences | Key::Comments => match count(key, ticket) {
            0 => Vec::new(),
            count => vec![count.to_string()],
        },
    }
}

fn linked(ticket: &Ticket, wanted: &LinkKind) -> Vec<String> {
    ticket.fields().links().filter(|(kind, _)| *kind == wanted).map(|(_, id)| id.to_owned()).collect()
}

/// How a text is compared with the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// People by a part of their name or address, `me` among them.
    Person,
    /// From its beginning.
    Beginning,
    /// Anywhere in it.
    Part,
    /// As a whole.
    Whole,
}

/// How a text is compared with the values of a field.
pub(crate) fn comparison(key: Key) -> Comparison {
    if is_person(key) {
        Comparison::Person
    } else if is_link(key) || matches!(key, Key::Id | Key::Commit | Key::Link) {
        Comparison::Beginning
    } else if matches!(key, Key::Environment | Key::Attachment) {
        Comparison::Part
    } else {
        Comparison::Whole
    }
}

/// True for a field that names people.
pub(crate) fn is_person(key: Key) -> bool {
    matches!(key, Key::Reporter | Key::Owner | Key::Assignee | Key::Watcher | Key::By)
}

fn is_link(key: Key) -> bool {
    matches!(key, Key::BlockedBy | Key::Blocks | Key::Parent | Key::Child | Key::DuplicateOf)
}

/// True where a text means a value of a field that names nobody; both are in lower case.
fn passes_text(key: Key, text: &str, value: &str) -> bool {
    match comparison(key) {
        Comparison::Beginning => value.starts_with(text),
        Comparison::Part => value.contains(text),
        Comparison::Whole | Comparison::Person => value == text,
    }
}
