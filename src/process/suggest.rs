//! Who should work on a ticket: those who know the code and the earlier tickets, never a round robin.

use crate::process::rules::Rules;
use crate::process::similar::similar;
use crate::process::team::Role;
use crate::ticket::{Field, Node, Person, Ticket, TicketId};

/// The most people that are proposed.
const MAX_PEOPLE: usize = 5;
/// The similar tickets that are looked at.
const MAX_SIMILAR: usize = 20;
/// What a similar ticket that somebody resolved counts: as much as this many percent of the lines.
const SIMILAR_POINTS: usize = 20;
/// The most that similar tickets count together.
const MAX_SIMILAR_POINTS: usize = 80;
/// What a ticket of the same area counts.
const AREA_POINTS: usize = 2;
/// The most that tickets of the same area count together.
const MAX_AREA_POINTS: usize = 20;
/// What an open ticket of theirs takes away.
const LOAD_POINTS: usize = 5;

/// Somebody who could work on a ticket, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Who.
    pub person: Person,
    /// How much speaks for them; one is as much as one percent of the lines of the ticket's files.
    pub score: usize,
    /// Why, a line each.
    pub reasons: Vec<String>,
}

/// Proposes people for a ticket, the best first: those of the team who work at its level, or, where no team
/// is kept, whoever wrote its files or resolved tickets. `wrote` counts lines of the ticket's files.
#[must_use]
pub fn suggest(
    ticket: &Ticket,
    others: &[Ticket],
    wrote: &[(Person, usize)],
    rules: &Rules,
) -> Vec<Suggestion> {
    let ended: Vec<Ticket> =
        others.iter().filter(|other| !other.fields().status().is_open()).cloned().collect();
    let alike = similar(ticket, &ended, MAX_SIMILAR);
    let mut found: Vec<Suggestion> = candidates(ticket, others, wrote, rules)
        .into_iter()
        .map(|person| weigh(ticket, others, &alike, wrote, rules, person))
        .filter(|one| one.score > 0 || rules.may_work(&one.person, ticket.fields().level()))
        .collect();
    found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.person.cmp(&b.person)));
    found.truncate(MAX_PEOPLE);
    found
}

fn candidates(ticket: &Ticket, others: &[Ticket], wrote: &[(Person, usize)], rules: &Rules) -> Vec<Person> {
    let role = Role::of_level(ticket.fields().level());
    if rules.team.has(role) {
        return rules.team.members.iter().filter(|m| m.roles.contains(&role)).map(|m| m.person()).collect();
    }
    let resolvers = others.iter().filter_map(resolver).cloned();
    let mut people: Vec<Person> = Vec::new();
    for person in wrote.iter().map(|(person, _)| person.clone()).chain(resolvers) {
        if !people.iter().any(|known| same(known, &person, rules)) {
            people.push(person);
        }
    }
    people
}

fn weigh(
    ticket: &Ticket,
    others: &[Ticket],
    alike: &[&Ticket],
    wrote: &[(Person, usize)],
    rules: &Rules,
    person: Person,
) -> Suggestion {
    let is_theirs = |other: &Person| same(&person, other, rules);
    let mut reasons = Vec::new();
    let all: usize = wrote.iter().map(|(_, lines)| lines).sum();
    let own: usize = wrote.iter().filter(|(author, _)| is_theirs(author)).map(|(_, lines)| lines).sum();
    if own > 0 {
        reasons.push(format!("wrote {own} of the {all} lines of its files that were looked at"));
    }
    let resolved = |other: &&Ticket| resolver(other).is_some_and(is_theirs);
    let similar: Vec<&TicketId> = alike.iter().copied().filter(resolved).map(Ticket::id).collect();
    if !similar.is_empty() {
        let ids: Vec<&str> = similar.iter().take(3).map(|id| id.as_str()).collect();
        let more = if similar.len() > ids.len() { ", …" } else { "" };
        reasons.push(format!("resolved {} like it: {}{more}", tickets(similar.len()), ids.join(", ")));
    }
    let area = ticket.fields().get(&Field::Area);
    let same_area =
        others.iter().filter(|other| other.id() != ticket.id() && other.fields().get(&Field::Area) == area);
    let in_area = same_area.filter(resolved).count();
    if in_area > similar.len() {
        let area = area.map(Node::to_string).unwrap_or_default();
        reasons.push(format!("resolved {} of the area {area}", tickets(in_area)));
    }
    let has = |other: &&Ticket| {
        let assignee = other.fields().assignee().and_then(Person::parse);
        other.id() != ticket.id()
            && other.fields().status().is_open()
            && assignee.is_some_and(|who| is_theirs(&who))
    };
    let load = others.iter().filter(has).count();
    reasons.push(if load == 0 {
        "has no open ticket".to_owned()
    } else {
        format!("has {} open", tickets(load))
    });
    let score = (own * 100).checked_div(all).unwrap_or(0)
        + (similar.len() * SIMILAR_POINTS).min(MAX_SIMILAR_POINTS)
        + (in_area * AREA_POINTS).min(MAX_AREA_POINTS);
    Suggestion { person, score: score.saturating_sub(load * LOAD_POINTS), reasons }
}

fn tickets(count: usize) -> String {
    format!("{count} ticket{}", if count == 1 { "" } else { "s" })
}

/// Who resolved a ticket that has ended.
fn resolver(ticket: &Ticket) -> Option<&Person> {
    let ended = !ticket.fields().status().is_open();
    let resolved = |entry: &&crate::ticket::Entry| entry.set.contains_key(&Field::Resolution);
    ticket.in_effect().rev().find(resolved).filter(|_| ended).map(|entry| &entry.by)
}

/// True for one person under two names: a member's addresses are all theirs.
fn same(one: &Person, other: &Person, rules: &Rules) -> bool {
    let member = rules.team.members.iter().find(|member| member.is(one));
    one.is_named(&other.to_string()) || member.is_some_and(|member| member.is(other))
}
