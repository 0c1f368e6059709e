//! Tickets, steps and texts as hostile as files and people make them.

use std::collections::BTreeMap;

use git_support::ticket::{
    Action, Entry, EntryData, EntryId, Field, Finding, LinkKind, Mail, Node, Occurrence, Person, Position,
    Set, Ticket, TicketId, Timestamp, Visibility,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

/// Texts that YAML readers are known to take for something else, or to lose.
pub(crate) const NASTY: &[&str] = &[
    "no",
    "1e3",
    "0123",
    "2026-01-01",
    "~",
    "null",
    "y",
    "0x1F",
    "1_000",
    "12:30:45",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "tab\there",
    "crlf\r\nline\r\n",
    "trailing  \n  leading\n",
    "\n",
    "\n\n",
    "\n\na\n\n\n",
    "  \n",
    "🦀 emoji 👩‍💻",
    "שלום עולם",
    "\u{202e}gnp.exe",
    "\u{1b}[31mred\u{1b}[0m",
    "\0",
    "'quoted'",
    "\"double\"",
    "\\",
    "{a}",
    "[a]",
    "a,b",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a`",
    "|",
    ">",
    "---",
    "...",
    "--- a",
    "<<<<<<< HEAD\n=======\n>>>>>>> x\n",
    "\u{85}\u{2028}\u{2029}\u{feff}",
    "=",
    "a\n\tb\n",
    " a",
    "a ",
    "1.10",
    "+1",
    ".5",
    "1.4.0",
    "Köln über C++11",
    "Cards payments, C#",
    "?",
    ": ",
    ":",
    "\u{7f}\u{9b}",
];

/// Any text: nasty ones, ordinary ones, and any characters at all.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let nasty = || proptest::sample::select(NASTY);
    prop_oneof![
        nasty().prop_map(str::to_owned),
        (nasty(), nasty()).prop_map(|(a, b)| format!("{a}{b}")),
        (nasty(), nasty()).prop_map(|(a, b)| format!("{a}\n{b}\n")),
        "[ -~\\n\\t]{0,60}",
        any::<String>(),
    ]
}

/// Any value that a one-line field takes.
pub(crate) fn line() -> impl Strategy<Value = String> {
    text()
        .prop_map(|text| text.chars().filter(|c| !c.is_control()).collect::<String>())
        .prop_filter("a line says something", |line| {
            git_support::ticket::has_visible(line) && line.chars().count() <= 512
        })
}

/// Any value at all, as a newer version might write it.
pub(crate) fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Node::Null),
        any::<bool>().prop_map(Node::Bool),
        any::<i64>().prop_map(|number| Node::Number(number.to_string())),
        text().prop_map(Node::Text),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Node::List),
            btree_map("[a-z]{1,8}", inner, 0..3).prop_map(|pairs| {
                Node::Map(pairs.into_iter().map(|(k, v)| (Node::Text(k), v)).collect())
            }),
        ]
    })
}

fn value() -> impl Strategy<Value = (Field, Node)> {
    let words = |field: Field, words: &'static [&'static str]| {
        proptest::sample::select(words).prop_map(move |word| (field.clone(), Node::text(word)))
    };
    prop_oneof![
        line().prop_map(|line| (Field::Title, Node::Text(line))),
        words(Field::Severity, &["minor", "major", "critical", "blocker"]),
        words(Field::Status, &["new", "triaged", "in-progress", "resolved", "closed"]),
        (1_u8..4).prop_map(|level: u8| (Field::Level, Node::Number(level.to_string()))),
        line().prop_map(|line| (Field::Assignee, Node::Text(line))),
        node().prop_map(|node| (Field::Unknown("impact".to_owned()), node)),
    ]
}

fn members() -> impl Strategy<Value = (Field, Set)> {
    let field = proptest::sample::select(vec![
        Field::Labels,
        Field::Affects,
        Field::Links(LinkKind::Blocks),
        Field::Links(LinkKind::parse("from-tomorrow")),
    ]);
    let few = || vec(proptest::sample::select(&["a", "b", "1.4.0", "no"][..]), 1..3);
    (field, few(), few()).prop_map(|(field, add, remove)| {
        let owned = |words: Vec<&str>| {
            let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            words.sort();
            words.dedup();
            words
        };
        (field, Set::Members { add: owned(add), remove: owned(remove) })
    })
}

/// What a step does, before it has a number: drawn apart, so that both sides of a fork count alike.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    id: u64,
    at: i64,
    values: Vec<(Field, Node)>,
    members: Vec<(Field, Set)>,
    texts: BTreeMap<Field, Option<String>>,
    note: Option<String>,
    unknown: Option<Node>,
}

/// Any deed.
pub(crate) fn deed() -> impl Strategy<Value = Deed> {
    let long = proptest::sample::select(vec![
        Field::Description,
        Field::Findings(Finding::Diagnosis),
        Field::Findings(Finding::parse("from-tomorrow")),
    ]);
    let texts = btree_map(long, option::of(text()), 0..2);
    let deed = (
        any::<u64>(),
        1_700_000_000..1_700_000_100_i64,
        vec(value(), 0..3),
        vec(members(), 0..2),
        texts,
        option::of(text()),
        option::of(node()),
    );
    deed.prop_map(|(id, at, values, members, texts, note, unknown)| Deed {
        id,
        at,
        values,
        members,
        texts,
        note,
        unknown,
    })
}

fn entry(ticket: Option<&Ticket>, deed: &Deed) -> Entry {
    let position = ticket.map_or_else(Position::first, Ticket::next_position);
    let mut set = BTreeMap::new();
    for (field, value) in &deed.values {
        let from = ticket.and_then(|ticket| ticket.fields().get(field)).cloned();
        set.insert(field.clone(), Set::Value { from, to: Some(value.clone()) });
    }
    set.extend(deed.members.iter().cloned());
    set.extend(deed.texts.iter().map(|(field, to)| (field.clone(), Set::Text { to: to.clone() })));
    Entry::from(EntryData {
        seq: position.seq,
        // Earlier versions wrote none.
        after: if deed.id.is_multiple_of(6) { Vec::new() } else { position.after.clone() },
        at: Timestamp::from_unix(deed.at).unwrap(),
        id: EntryId::from_bits(deed.id),
        by: Person::parse("Ann Lee <ann@example.com>").unwrap(),
        action: if ticket.is_some() { Action::Edit } else { Action::Open },
        set,
        visibility: if deed.id.is_multiple_of(2) { Visibility::Internal } else { Visibility::Customer },
        attachment: None,
        note: deed.note.clone(),
        speaker: (deed.id.is_multiple_of(7)).then(|| "Bob <bob@customer.example>".to_owned()),
        told: (deed.id.is_multiple_of(5)).then(|| "no".to_owned()),
        proposed: deed.id.is_multiple_of(3),
        seen: (deed.id.is_multiple_of(11)).then(|| Occurrence {
            branch: Some("main".to_owned()),
            message: deed.note.clone(),
            tests: deed.note.iter().cloned().collect(),
            ..Occurrence::default()
        }),
        mail: (deed.id.is_multiple_of(23)).then(|| Mail {
            id: Some("m1@customer.example".to_owned()),
            of: (deed.id.is_multiple_of(2)).then(|| EntryId::from_bits(deed.id)),
            from: deed.id.is_multiple_of(4).then(|| "Bob <bob@customer.example>".to_owned()),
            to: vec!["bob@customer.example".to_owned()],
            ..Mail::default()
        }),
        spent_minutes: (deed.id.is_multiple_of(13)).then_some(deed.id % 5_000),
        answer: (deed.id.is_multiple_of(17)).then(|| "reset".to_owned()),
        via: (deed.id.is_multiple_of(19)).then(|| "bot".to_owned()),
        undoes: if deed.id.is_multiple_of(9) { position.after } else { Vec::new() },
        replaces: None,
        redacted: None,
        overrides: if deed.id.is_multiple_of(7) { vec!["handover.diagnosis".to_owned()] } else { Vec::new() },
        unknown: deed.unknown.iter().map(|node| ("mood".to_owned(), node.clone())).collect(),
    })
}

/// A ticket that deeds lead to, on top of another.
pub(crate) fn after(ticket: &Ticket, deeds: &[Deed]) -> Ticket {
    let mut ticket = ticket.clone();
    for deed in deeds {
        let step = entry(Some(&ticket), deed);
        ticket.apply(step);
    }
    ticket
}

/// Any ticket.
pub(crate) fn ticket() -> impl Strategy<Value = Ticket> {
    (any::<u64>(), line(), deed(), vec(deed(), 0..4)).prop_map(|(id, title, mut opening, later)| {
        opening.values.retain(|(field, _)| *field != Field::Title);
        opening.values.push((Field::Title, Node::Text(title)));
        let opened = Ticket::open(TicketId::from_bits(id), entry(None, &opening));
        after(&opened, &later)
    })
}
