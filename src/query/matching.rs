//! A query asked of a ticket in memory: does it match, and where does it stand in the order?

use std::cmp::Ordering;

use crate::query::tree::{Context, Filter, Key, Property, Query, STALE_DAYS, Sort, Test};
use crate::ticket::{Action, Area, Field, Moment, Node, Person, Set, Severity, Status, Ticket, Type};

impl Query {
    /// True for a ticket that is meant.
    #[must_use]
    pub fn matches(&self, ticket: &Ticket, context: &Context) -> bool {
        holds(&self.filter, ticket, context)
    }

    /// Brings tickets into the order asked for, and cuts them to the number asked for.
    pub fn arrange(&self, tickets: &mut Vec<Ticket>) {
        let newest = Sort { key: "created", descending: true };
        let sort = self.sort.as_ref().unwrap_or(&newest);
        tickets.sort_by(|a, b| {
            let order = order(sort.key, a, b);
            let order = if sort.descending { order.reverse() } else { order };
            order.then_with(|| a.id().cmp(b.id()))
        });
        tickets.truncate(self.limit.unwrap_or(usize::MAX));
    }
}

fn order(key: &str, a: &Ticket, b: &Ticket) -> Ordering {
    match key {
        "updated" => a.updated().cmp(&b.updated()),
        "severity" => a.head().severity().cmp(&b.head().severity()),
        "status" => a.head().status().cmp(&b.head().status()),
        "level" => a.head().level().cmp(&b.head().level()),
        "title" => a.head().title().to_lowercase().cmp(&b.head().title().to_lowercase()),
        "assignee" => a.head().assignee().cmp(&b.head().assignee()),
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
        Filter::Word(word) => has_word(ticket, word),
        Filter::Has(key) => !values(*key, ticket).is_empty(),
        Filter::Is(property) => is(*property, ticket, context),
        Filter::Term(key, tests) => tests.iter().any(|test| passes(*key, test, ticket, context)),
    }
}

fn is(property: Property, ticket: &Ticket, context: &Context) -> bool {
    let is_open = ticket.head().status().is_open();
    match property {
        Property::Open => is_open,
        Property::Unassigned => ticket.head().assignee().is_none(),
        Property::Stale => {
            let idle = ticket.updated().map(|at| context.now.unix().saturating_sub(at.unix()));
            is_open && idle.is_some_and(|seconds| seconds > STALE_DAYS * 86_400)
        }
        Property::Proposed => ticket.severity_is_proposed(),
        Property::Orphaned => {
            let has_left = |who: &str| !context.team.iter().any(|member| member.is_named(who));
            is_open && !context.team.is_empty() && ticket.head().assignee().is_some_and(has_left)
        }
        Property::Regressed => {
            is_open && ticket.timeline().iter().any(|entry| entry.action == Action::Reopen)
        }
    }
}

/// True where a word stands in the title, a text, a note or a label, in any case.
fn has_word(ticket: &Ticket, word: &str) -> bool {
    let texts = ticket.head().iter().filter_map(|(_, value)| value.as_text());
    let labels = ticket.head().members(&Field::Labels);
    let notes = ticket.timeline().iter().filter_map(|entry| entry.note.as_deref());
    texts.chain(labels).chain(notes).any(|text| text.to_lowercase().contains(word))
}

fn passes(key: Key, test: &Test, ticket: &Ticket, context: &Context) -> bool {
    match test {
        Test::Open => ticket.head().status().is_open(),
        Test::Rank(compare, place) => ranks(key, ticket).iter().any(|rank| compare.allows(rank.cmp(place))),
        Test::Number(compare, number) => compare.allows(count(key, ticket).cmp(number)),
        Test::Time(compare, from, to) => {
            let order = |moment: Moment| {
                if moment < *from {
                    Ordering::Less
                } else if moment < *to {
                    Ordering::Equal
                } else {
                    Ordering::Greater
                }
            };
            time(key, ticket).is_some_and(|moment| compare.allows(order(moment)))
        }
        Test::Age(compare, age) => time(key, ticket).is_some_and(|moment| {
            let seconds = context.now.unix().saturating_sub(moment.unix());
            let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
            compare.allows(seconds.cmp(&age))
        }),
        Test::Text(text) => has_text(key, text, ticket, context),
    }
}

fn time(key: Key, ticket: &Ticket) -> Option<Moment> {
    if key == Key::Created { ticket.created() } else { ticket.updated() }
}

/// The places of a ticket's word in its closed list; several for what it was in its history.
fn ranks(key: Key, ticket: &Ticket) -> Vec<usize> {
    fn place<T: PartialEq>(all: &[T], word: &T) -> Vec<usize> {
        all.iter().position(|known| known == word).into_iter().collect()
    }
    let head = ticket.head();
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
fn statuses(ticket: &Ticket) -> Vec<Status> {
    let set = ticket.timeline().iter().filter_map(|entry| match entry.set.get(&Field::Status) {
        Some(Set::Value { to: Some(to), .. }) => Status::parse(&to.to_string()),
        _ => None,
    });
    std::iter::once(Status::New).chain(set).collect()
}

fn count(key: Key, ticket: &Ticket) -> u64 {
    let of = |action: Action| ticket.timeline().iter().filter(|entry| entry.action == action).count();
    let count = if key == Key::Reopened {
        of(Action::Reopen)
    } else if key == Key::Comments {
        of(Action::Comment)
    } else if key == Key::Occurrences {
        ticket.occurrences()
    } else {
        ticket.head().level() as usize + 1
    };
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The texts under a key.
fn values(key: Key, ticket: &Ticket) -> Vec<String> {
    let head = ticket.head();
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
        Key::Affects => many(&Field::Affects),
        Key::Environment => one(&Field::Environment),
        Key::Label => many(&Field::Labels),
        Key::Fingerprint => one(&Field::Key),
        Key::Commit => many(&Field::Commits),
        Key::Link => head.links().flat_map(|(kind, id)| [kind.to_string(), id.to_owned()]).collect(),
        Key::Attachment => {
            let files = ticket.timeline().iter().filter_map(|entry| entry.attachment.as_ref());
            files.map(|file| file.name.clone()).collect()
        }
        Key::Description => one(&Field::Description),
        Key::Finding => {
            head.findings().flat_map(|(kind, text)| [kind.to_string(), text.to_owned()]).collect()
        }
        Key::Vendor => deferral("vendor"),
        Key::Case => deferral("case"),
        Key::Estimate => one(&Field::Estimate),
        Key::Resolution => one(&Field::Resolution),
        Key::Created => ticket.created().map(|moment| moment.to_string()).into_iter().collect(),
        Key::Updated => ticket.updated().map(|moment| moment.to_string()).into_iter().collect(),
        Key::By => ticket.timeline().iter().map(|entry| entry.by.to_string()).collect(),
        Key::Was => statuses(ticket).iter().map(ToString::to_string).collect(),
        Key::Reopened | Key::Occurrences | Key::Comments => match count(key, ticket) {
            0 => Vec::new(),
            count => vec![count.to_string()],
        },
    }
}

/// A text on a ticket: people by name or address, `me` among them; ids, keys and commits from their
/// beginning; prose anywhere; everything else as a whole.
fn has_text(key: Key, text: &str, ticket: &Ticket, context: &Context) -> bool {
    let values = values(key, ticket);
    let any = |test: &dyn Fn(&str) -> bool| values.iter().any(|value| test(&value.to_lowercase()));
    if matches!(key, Key::Reporter | Key::Owner | Key::Assignee | Key::By) {
        let is_me = |value: &str| context.me.as_ref().is_some_and(|me| me.is_named(value));
        return if text == "me" {
            any(&is_me)
        } else {
            any(&|value: &str| value.contains(text) || is_person(value, text))
        };
    }
    if matches!(key, Key::Id | Key::Commit | Key::Link) {
        return any(&|value: &str| value.starts_with(text));
    }
    if matches!(key, Key::Title | Key::Description | Key::Finding | Key::Environment | Key::Attachment) {
        return any(&|value: &str| value.contains(text));
    }
    any(&|value: &str| value == text)
}

fn is_person(value: &str, text: &str) -> bool {
    Person::parse(value).is_some_and(|person| person.is_named(text))
}
