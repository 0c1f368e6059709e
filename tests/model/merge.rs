//! The merge rule: whichever way and order states meet, the outcome is one, and nothing is lost.

use git_support::ticket::{
    Action, EntryId, Field, Kind, Merged, Node, Ticket, TicketId, Timestamp, codec, fold, merge, yaml,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::arbitrary::{self, Deed, after};
use crate::counted::property;

fn one(a: &Ticket, b: &Ticket) -> Ticket {
    match merge(a, b) {
        Merged::One(ticket) => *ticket,
        Merged::Two { .. } => panic!("one ticket was taken for two"),
    }
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    vec(arbitrary::deed(), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 700, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_sides_does_not_matter(base in arbitrary::ticket(), a in deeds(), b in deeds()) {
        let (a, b) = (after(&base, &a), after(&base, &b));
        prop_assert_eq!(one(&a, &b), one(&b, &a));
    }

    #[test]
    fn the_order_of_merges_does_not_matter(base in arbitrary::ticket(), a in deeds(), b in deeds(), c in deeds()) {
        let (a, b, c) = (after(&base, &a), after(&base, &b), after(&base, &c));
        prop_assert_eq!(one(&one(&a, &b), &c), one(&a, &one(&b, &c)));
    }

    #[test]
    fn merging_again_changes_nothing(base in arbitrary::ticket(), a in deeds(), b in deeds()) {
        let (a, b) = (after(&base, &a), after(&base, &b));
        let merged = one(&a, &b);
        prop_assert_eq!(one(&merged, &a), merged.clone());
        prop_assert_eq!(one(&merged, &merged), merged);
    }

    #[test]
    fn what_clones_wrote_alike_meets_in_any_order(
        base in arbitrary::ticket(), own in vec(arbitrary::deed(), 3), source in arbitrary::deed()
    ) {
        let sides: Vec<Ticket> = own.iter().map(|own| after(&base, &[own.clone(), source.clone()])).collect();
        let [a, b, c] = sides.as_slice() else { unreachable!() };
        prop_assert_eq!(one(a, b), one(b, a));
        let all = one(&one(a, b), c);
        prop_assert_eq!(&all, &one(a, &one(b, c)));
        prop_assert_eq!(&one(&all, a), &all);
        prop_assert_eq!(&one(&all, &all), &all);
    }

    #[test]
    fn a_side_without_changes_takes_the_other(base in arbitrary::ticket(), a in deeds()) {
        let a = after(&base, &a);
        prop_assert_eq!(one(&base, &a), a);
    }

    #[test]
    fn no_entry_is_lost_and_the_head_is_what_they_set(base in arbitrary::ticket(), a in deeds(), b in deeds(), c in deeds()) {
        let (a, b) = (after(&base, &a), after(&base, &b));
        let merged = after(&one(&a, &b), &c);
        for entry in a.timeline().iter().chain(b.timeline()) {
            prop_assert!(merged.timeline().contains(entry));
        }
        prop_assert_eq!(merged.unaccounted(), Vec::<Field>::new());
        let folded = fold(merged.timeline());
        prop_assert_eq!(merged.fields().severity(), folded.severity());
        let file = codec::write(&merged);
        prop_assert_eq!(codec::read(merged.id(), file.as_bytes()), Ok(merged));
    }
}

/// The opening entry's number, time and id: what two tickets that are one have in common.
fn opening(ticket: &Ticket) -> Option<(u64, Timestamp, EntryId)> {
    let first = ticket.timeline().iter().find(|entry| entry.action == Action::Open)?;
    Some((first.seq, first.at, first.id.clone()))
}

#[test]
fn two_tickets_of_one_id_part_and_both_stay() {
    property(700, (arbitrary::ticket(), arbitrary::ticket()), |(a, b)| {
        let b = b.with_id(a.id().clone());
        let is_keyed = a.fields().key().is_some() && a.fields().key() == b.fields().key();
        let is_one = is_keyed || opening(&a) == opening(&b);
        match merge(&a, &b) {
            Merged::One(_) => prop_assert!(is_one, "two tickets were taken for one"),
            Merged::Two { kept, renamed } => {
                prop_assert!(!is_one, "one ticket was taken for two");
                prop_assert!(kept.timeline() == a.timeline() || kept.timeline() == b.timeline());
                prop_assert_ne!(kept.timeline(), renamed.timeline());
                prop_assert_ne!(kept.id(), renamed.id());
                prop_assert!(TicketId::parse(renamed.id().as_str()).is_some());
                prop_assert_eq!(merge(&b, &a), Merged::Two { kept, renamed });
            }
        }
        Ok(usize::from(!is_one))
    });
}

/// The ticket as schema 1 had it: entries name long texts, and the head alone has them.
fn of_schema_1(ticket: &Ticket) -> Ticket {
    let Node::Map(mut pairs) = yaml::parse(&codec::write(ticket)).unwrap() else { panic!("no mapping") };
    pairs.retain(|(key, _)| key.as_text() != Some("earlier_texts"));
    let (_, timeline) = pairs.iter_mut().find(|(key, _)| key.as_text() == Some("timeline")).unwrap();
    let Node::List(entries) = timeline else { panic!("no list") };
    for entry in entries {
        let Node::Map(entry) = entry else { panic!("no mapping") };
        let set = entry.iter_mut().find(|(key, _)| key.as_text() == Some("set"));
        let Some((_, Node::Map(fields))) = set else { continue };
        for (name, value) in fields {
            if Field::parse(&name.to_string()).kind() == Kind::Text {
                *value = Node::Null;
            }
        }
    }
    codec::from_node(ticket.id(), Node::Map(pairs)).unwrap()
}

#[test]
fn the_texts_of_schema_1_survive_every_merge_and_change() {
    let deeds = || vec(arbitrary::deed(), 0..4);
    property(700, (arbitrary::ticket(), deeds(), deeds(), deeds(), deeds()), |(base, a, b, c, then)| {
        let sides = [a, b, c].map(|deeds| of_schema_1(&after(&base, &deeds)));
        let [a, b, c] = &sides;
        let merged = one(&one(a, b), c);
        prop_assert_eq!(&merged, &one(a, &one(b, c)));
        prop_assert_eq!(&merged, &one(&one(c, a), b));
        prop_assert_eq!(&merged, &one(&merged, a));
        let file = codec::write(&merged);
        prop_assert_eq!(codec::read(merged.id(), file.as_bytes()), Ok(merged.clone()));
        let later = after(&merged, &then);
        let mut told = 0;
        for side in &sides {
            for (field, text) in side.fields().iter().filter(|(field, _)| field.kind() == Kind::Text) {
                let Some(entry) = side.setter(field) else { continue };
                prop_assert_eq!(later.text_set(entry, field), text.as_text());
                told += usize::from(later.fields().get(field) != Some(text));
            }
        }
        Ok(told)
    });
}
