//! The index: every query has the same answer, in the same order, as over the tickets in memory.

use std::collections::BTreeMap;

use git_support::index::{Base, Error, Extra, Index, Row, Scope, Unjudged};
use git_support::process::TicketHistory;
use git_support::query::{self, Context};
use git_support::ticket::{
    Action, Field, KnownPerson, LinkKind, Person, Set, SlaStatus, Ticket, TicketId, Timestamp,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::arbitrary;

/// Terms of every kind; the words are some that the tickets are likely to have.
const TERMS: &[&str] = &[
    "a",
    "e",
    "1",
    "n*",
    "\"a b\"",
    "\"no\"",
    "status:open",
    "status:new,closed",
    "status:>triaged",
    "severity:>=major",
    "severity:<critical",
    "severity:=blocker",
    "type:defect",
    "area:infrastructure",
    "level:2,3",
    "level:<3",
    "level:>2",
    "assignee:me",
    "assignee:a",
    "reporter:example",
    "owner:x",
    "by:me",
    "by:a",
    "label:a",
    "labels:no,x",
    "affects:1.4.0",
    "environment:e",
    "channel:cli",
    "key:a",
    "commit:a",
    "link:blocks",
    "link:0",
    "attachment:log",
    "title:a",
    "title:\"no\"",
    "description:e",
    "finding:a",
    "finding:diagnosis",
    "estimate:6h",
    "resolution:fixed",
    "vendor:paygate",
    "case:a",
    "id:0",
    "id:7k",
    "created:>1m",
    "created:<7d",
    "created:2023-11-14",
    "created:>=2023-11-14",
    "updated:<=2023-11-14",
    "updated:>=2023-11-14",
    "updated:2023-11-14",
    "updated:<30d",
    "updated:>12h",
    "was:deferred",
    "was:>=resolved",
    "was:new",
    "reopened:>1",
    "reopened:0",
    "occurrences:>1",
    "comments:<2",
    "has:assignee",
    "no:assignee",
    "has:description",
    "no:severity",
    "has:link",
    "no:comments",
    "has:was",
    "is:open",
    "is:unassigned",
    "is:stale",
    "is:proposed",
    "is:orphaned",
    "is:regressed",
    "is:overdue",
    "is:breached",
    "is:warned",
    "due:<4h",
    "due:>1w",
    "due:<=2023-11-15",
    "has:due",
    "no:due",
    "text~a",
    "text~\"a b\"",
    "text~\"rds pay\"",
    "title~ayme",
    "description~e",
    "C++",
    "ö",
    "koln",
    "koeln",
    "is:unanswered",
    "is:blocked",
    "is:ready",
    "blocked-by:0",
    "blocks:a",
    "has:blocked-by",
    "awaiting:us",
    "awaiting:customer,enhance",
    "awaiting:vendor",
];
const ORDERS: &[&str] = &[
    "",
    "",
    "sort:created",
    "sort:-updated",
    "sort:urgency",
    "is:open sort:urgency limit:3",
    "status:open sort:urgency limit:2",
    "status:open sort:urgency limit:9",
    "sort:-urgency",
    "sort:-severity",
    "sort:status",
    "sort:level",
    "sort:title",
    "sort:-title",
    "sort:assignee",
    "sort:-assignee",
    "sort:-occurrences",
    "sort:id",
    "sort:-id",
    "sort:due",
    "sort:-due",
    "sort:relevance",
    "sort:-relevance",
    "limit:3",
    "sort:-created limit:2",
    "limit:0",
];

fn query_text() -> impl Strategy<Value = String> {
    let term = || {
        (select(TERMS), any::<bool>())
            .prop_map(|(term, no)| if no { format!("NOT {term}") } else { term.to_owned() })
    };
    let group = vec(term(), 1..3).prop_map(|terms| format!("({})", terms.join(" OR ")));
    let terms = vec(prop_oneof![3 => term().boxed(), 1 => group.boxed()], 0..3);
    (terms, select(ORDERS)).prop_map(|(terms, order)| format!("{} {order}", terms.join(" ")))
}

fn contexts() -> impl Strategy<Value = Context> {
    let ann = Person { name: "Ann".to_owned(), email: "ann@example.com".to_owned() };
    let known =
        KnownPerson { name: ann.name.clone(), emails: vec![ann.email.clone(), "lee@old.example".to_owned()] };
    let team = vec(Just(known), 0..2);
    (team, 1_600_000_000_i64..1_800_000_000).prop_map(move |(team, now)| Context {
        me: Some(ann.clone()),
        now: Timestamp::from_unix(now).unwrap(),
        team,
        open: std::collections::BTreeSet::new(),
        standings: BTreeMap::new(),
    })
}

/// The same tickets, each blocked by the one before it.
fn chained(mut tickets: BTreeMap<TicketId, Ticket>) -> BTreeMap<TicketId, Ticket> {
    let ids: Vec<TicketId> = tickets.keys().cloned().collect();
    for (blocker, ticket) in ids.iter().zip(tickets.values_mut().skip(1)) {
        let mut entry = ticket.timeline().last().unwrap().clone();
        (entry.seq, entry.action) = (ticket.next_seq(), Action::Link);
        let add = vec![blocker.to_string()];
        let link = Set::Members { add, remove: Vec::new() };
        entry.set = BTreeMap::from([(Field::Links(LinkKind::BlockedBy), link)]);
        ticket.apply(entry);
    }
    tickets
}

/// Fills an edition with tickets.
fn fill(
    index: &mut Index,
    line: &str,
    key: &[u8],
    tickets: &BTreeMap<TicketId, Ticket>,
    gone: &[TicketId],
) -> i64 {
    let mut catch_up = index.catch_up(line, key, Base::Last).unwrap();
    for id in gone {
        catch_up.take(&format!("{id}"), Some(id)).unwrap();
    }
    for (id, ticket) in tickets {
        catch_up.take(&format!("{id}"), Some(id)).unwrap();
        let version = [key, id.as_str().as_bytes()].concat();
        assert!(!catch_up.put_known(&version, id).unwrap());
        catch_up.put(&version, id, &Row::of(ticket, TicketHistory::of(ticket).to_bytes())).unwrap();
    }
    catch_up.finish().unwrap()
}

/// Where a ticket's clocks stand, by nothing but its id: before, at and after the moments of the tickets.
fn standing(id: &TicketId) -> SlaStatus {
    let number: i64 = id.as_str().bytes().map(i64::from).sum();
    let near = |step: i64| Timestamp::from_unix(1_700_000_000 + (number % 97 - 48) * step);
    SlaStatus {
        due: near(3_600).filter(|_| number % 3 > 0),
        warn: near(1_800).filter(|_| number % 3 > 0),
        is_late: number % 7 == 0,
        is_paused: number % 5 == 0,
    }
}

/// Judges what is not judged yet, or nothing where there are no clocks.
fn scope(index: &mut Index, edition: i64, with_clocks: bool) -> Scope {
    let judge =
        |rows: &[Unjudged]| Ok::<_, Error>(rows.iter().map(|row| (standing(&row.id), Vec::new())).collect());
    let ruling = with_clocks.then(|| match index.ruling(edition, b"rules").unwrap() {
        Some((ruling, true)) => ruling,
        _ => index.judge(edition, b"rules", judge).unwrap(),
    });
    Scope { edition, ruling }
}

fn by_id(tickets: Vec<Ticket>) -> BTreeMap<TicketId, Ticket> {
    tickets.into_iter().map(|ticket| (ticket.id().clone(), ticket)).collect()
}

/// How many characters tell each id from every other.
fn shortest(id: &TicketId, all: &BTreeMap<TicketId, Ticket>) -> usize {
    let shared = |other: &TicketId| {
        id.as_str().bytes().zip(other.as_str().bytes()).take_while(|(a, b)| a == b).count()
    };
    all.keys().filter(|other| *other != id).map(|other| shared(other) + 1).max().unwrap_or(0).max(4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_answers_as_the_tickets_do(
        first in vec(arbitrary::ticket(), 0..12),
        later in vec(arbitrary::ticket(), 0..6),
        queries in vec(query_text(), 20),
        mut context in contexts(),
        with_clocks: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut index = Index::open(folder.path(), 0).unwrap();
        let mut tickets = chained(by_id(first));
        let before = fill(&mut index, "main", b"one", &tickets, &[]);
        let old = tickets.clone();
        // Some go, some come or change, on another line: the first edition stays as it is.
        let gone: Vec<TicketId> = tickets.keys().take(3).cloned().collect();
        tickets.retain(|id, _| !gone.contains(id));
        let later = by_id(later);
        let now = fill(&mut index, "other", b"two", &later, &gone);
        tickets.extend(later);
        if with_clocks {
            context.now = Timestamp::from_unix(context.now.unix() % 200_000 + 1_699_900_000).unwrap();
            context.standings = old.keys().chain(tickets.keys()).map(|id| (id.clone(), standing(id))).collect();
        }
        for text in &queries {
            let query = query::parse(text).unwrap();
            for (edition, all) in [(before, &old), (now, &tickets)] {
                let open = all.values().filter(|ticket| ticket.fields().status().is_open());
                context.open = open.map(|ticket| ticket.id().clone()).collect();
                let mut expected: Vec<Ticket> =
                    all.values().filter(|ticket| query.matches(ticket, &context)).cloned().collect();
                query.arrange(&mut expected, &context);
                let expected: Vec<&TicketId> = expected.iter().map(Ticket::id).collect();
                let mut hits = Vec::new();
                let scope = scope(&mut index, edition, with_clocks);
                index.find(scope, &query, &context, Extra::None, &mut |hit| hits.push(hit)).unwrap();
                let found: Vec<&TicketId> = hits.iter().map(|hit| &hit.summary.id).collect();
                prop_assert_eq!(&found, &expected, "{}", text);
                for hit in &hits {
                    prop_assert_eq!(hit.prefix, shortest(&hit.summary.id, all));
                    let summary = git_support::ticket::Summary::of(&all[&hit.summary.id]);
                    prop_assert_eq!(&hit.summary, &summary);
                    prop_assert_eq!(hit.standing, with_clocks.then(|| standing(&hit.summary.id)));
                }
            }
        }
    }
}
