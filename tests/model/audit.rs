//! What an audit holds of timelines and heads: nothing honest is found, and every change of an entry is.

use git_support::process::audit::{AuditRule, Finding, accounted, grown, met};
use git_support::process::{Actor, Rules, redact};
use git_support::ticket::{EntryId, Node, Person, Redaction, Ticket, Timestamp, codec};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::arbitrary::{self, Deed, after};
use crate::counted::property;

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

fn deeds(few: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Deed>> {
    vec(arbitrary::deed(), few)
}

fn has(findings: &[Finding], rule: AuditRule) -> bool {
    findings.iter().any(|finding| finding.rule == rule)
}

#[test]
fn what_grows_is_clean() {
    property(300, (arbitrary::ticket(), deeds(0..4), deeds(0..4)), |(base, a, b)| {
        let (a, b) = (after(&base, &a), after(&base, &b));
        prop_assert_eq!(found(&[], &base), vec![]);
        prop_assert_eq!(found(&[&base], &a), vec![]);
        let merged = met(&[&a, &b]).unwrap();
        prop_assert_eq!(found(&[&a, &b], &merged), vec![]);
        Ok(merged.timeline().len() - base.timeline().len())
    });
}

#[test]
fn an_entry_that_goes_is_found() {
    property(300, (arbitrary::ticket(), deeds(1..4), 0usize..9), |(base, deeds, place)| {
        let ticket = after(&base, &deeds);
        let Some(dropped) = with_entry(&ticket, place, &Vec::clear) else { return Ok(0) };
        prop_assert_eq!(dropped.timeline().len(), ticket.timeline().len() - 1);
        prop_assert!(has(&found(&[&ticket], &dropped), AuditRule::TimelineRemoved));
        Ok(1)
    });
}

#[test]
fn an_entry_that_changes_is_found() {
    let forge = |by: &str| {
        let by = format!("{by} <x@example.com>");
        move |entry: &mut Pairs| {
            entry.retain(|(key, _)| key.as_text() != Some("by"));
            entry.push((Node::text("by"), Node::text(by.clone())));
        }
    };
    property(300, (arbitrary::ticket(), deeds(1..4), 0usize..9, "[a-z]{1,8}"), |(base, deeds, place, by)| {
        let ticket = after(&base, &deeds);
        let forged = with_entry(&ticket, place, &forge(&by)).filter(|forged| forged != &ticket);
        let Some(forged) = forged else { return Ok(0) };
        prop_assert!(has(&found(&[&ticket], &forged), AuditRule::TimelineChanged));
        Ok(1)
    });
}

#[test]
fn a_redaction_takes_out_and_is_not_undone() {
    // A text of the ticket itself, so that something of it is there.
    property(300, (arbitrary::ticket(), deeds(1..4), 0usize..9), |(base, deeds, place)| {
        let ticket = after(&base, &deeds);
        let texts: Vec<&str> = ticket.timeline().iter().filter_map(|entry| entry.note.as_deref()).collect();
        let Some(text) = texts.get(place % texts.len().max(1)).filter(|text| text.trim().len() > 1) else {
            return Ok(0);
        };
        let by = Person { name: "Ann".to_owned(), email: "ann@example.com".to_owned() };
        let at = Timestamp::from_unix(1_800_000_000).unwrap();
        let actor = Actor { by: by.clone(), member: by, at, via: None, entry: EntryId::from_bits(7) };
        let redaction = Redaction { texts: vec![text.trim().to_owned()], ..Redaction::default() };
        let Some(cut) =
            redact(&ticket, &redaction, Some("Personal.".to_owned()), &Rules::default(), &actor).unwrap()
        else {
            return Ok(0);
        };
        prop_assert_eq!(found(&[&ticket], &cut), vec![]);
        prop_assert!(cut.timeline().iter().any(|entry| entry.redacted.is_some()));
        prop_assert!(has(&found(&[&cut], &ticket), AuditRule::RedactionUndone));
        Ok(1)
    });
}
