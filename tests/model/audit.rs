//! What an audit holds of timelines and heads: nothing honest is found, and every change of an entry is.

use git_support::process::audit::{AuditRule, Finding, accounted, grown, met};
use git_support::process::{Actor, redact};
use git_support::ticket::{EntryId, Moment, Node, Person, Redaction, Ticket, codec};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::arbitrary::{self, after};

fn found(before: &[&Ticket], now: &Ticket) -> Vec<Finding> {
    let (mut findings, new) = grown(before, now);
    findings.extend(accounted(met(before).as_ref(), now, &new));
    findings
}

/// The keys and values of an entry.
type Pairs = Vec<(Node, Node)>;

/// The ticket with one of its entries as `change` makes it, as a file would bring it.
fn with_entry(ticket: &Ticket, place: usize, change: &dyn Fn(&mut Pairs)) -> Option<Ticket> {
    let file = codec::write(ticket);
    let Node::Map(mut pairs) = git_support::ticket::yaml::parse(&file).unwrap() else { return None };
    let Some((_, Node::List(entries))) = pairs.iter_mut().find(|(key, _)| key.as_text() == Some("timeline"))
    else {
        return None;
    };
    let place = place % entries.len();
    if let Node::Map(entry) = &mut entries[place] {
        change(entry);
    }
    if entries[place] == Node::Map(Vec::new()) {
        entries.remove(place);
    }
    codec::from_node(ticket.id(), Node::Map(pairs)).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_grows_is_clean(base in arbitrary::ticket(), a in vec(arbitrary::deed(), 0..4), b in vec(arbitrary::deed(), 0..4)) {
        let (a, b) = (after(&base, &a), after(&base, &b));
        prop_assert_eq!(found(&[], &base), vec![]);
        prop_assert_eq!(found(&[&base], &a), vec![]);
        let merged = met(&[&a, &b]).unwrap();
        prop_assert_eq!(found(&[&a, &b], &merged), vec![]);
    }

    #[test]
    fn an_entry_that_goes_or_changes_is_found(base in arbitrary::ticket(), deeds in vec(arbitrary::deed(), 1..4), place in 0usize..9, by in arbitrary::line()) {
        let ticket = after(&base, &deeds);
        if let Some(dropped) = with_entry(&ticket, place, &Vec::clear) {
            prop_assert!(found(&[&ticket], &dropped).iter().any(|finding| finding.rule == AuditRule::TimelineRemoved));
        }
        let forge = |entry: &mut Pairs| {
            entry.retain(|(key, _)| key.as_text() != Some("by"));
            entry.push((Node::text("by"), Node::text(format!("{by} <x@example.com>"))));
        };
        if let Some(forged) = with_entry(&ticket, place, &forge).filter(|forged| forged != &ticket) {
            prop_assert!(found(&[&ticket], &forged).iter().any(|finding| finding.rule == AuditRule::TimelineChanged));
        }
    }

    #[test]
    fn a_redaction_takes_out_and_is_not_undone(base in arbitrary::ticket(), deeds in vec(arbitrary::deed(), 0..4), text in "[a-z0-9 ]{1,4}") {
        let ticket = after(&base, &deeds);
        let by = Person { name: "Ann".to_owned(), email: "ann@example.com".to_owned() };
        let actor = Actor { by: by.clone(), member: by, at: Moment::from_unix(1_800_000_000).unwrap(), entry: EntryId::from_bits(7) };
        let redaction = Redaction { texts: vec![text], entries: Vec::new() };
        if let Some(cut) = redact(&ticket, &redaction, Some("Personal.".to_owned()), &actor).unwrap() {
            prop_assert_eq!(found(&[&ticket], &cut), vec![]);
            let is_cut = cut.timeline().iter().any(|entry| entry.redacted.is_some());
            prop_assert!(!is_cut || found(&[&cut], &ticket).iter().any(|finding| finding.rule == AuditRule::RedactionUndone));
        }
    }
}
