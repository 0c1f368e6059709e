//! The query language: no text makes the parser panic, and what it says holds for every ticket.

use git_support::query::{self, Context};
use git_support::ticket::{Status, Timestamp};
use proptest::prelude::*;

use crate::arbitrary;

fn context() -> Context {
    Context {
        me: None,
        now: Timestamp::from_unix(1_700_000_200).unwrap(),
        team: Vec::new(),
        open: std::collections::BTreeSet::new(),
        standings: std::collections::BTreeMap::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(text in arbitrary::text()) {
        let _ = query::parse(&text);
    }

    #[test]
    fn an_error_points_into_the_text(parts in proptest::collection::vec(proptest::sample::select(
        &["status:", "open", " ", "-", "(", ")", "OR", "\"", ":", ",", ">=", "severity:", "x", "limit:", "sort:", "no:", "é"][..]), 0..12))
    {
        let text = parts.concat();
        if let Err(error) = query::parse(&text) {
            prop_assert!((1..=text.chars().count() + 2).contains(&error.column), "{text}: {error}");
        }
    }

    #[test]
    fn a_term_and_its_negation_part_all_tickets(ticket in arbitrary::ticket(), word in "[b-z]{2}") {
        prop_assume!(!matches!(word.as_str(), "or"));
        let matches = |text: &str| query::parse(text).unwrap().matches(&ticket, &context());
        for term in ["status:open", "severity:>=major", "no:assignee", "level:2,3", "created:>1m", &word, "label:a"] {
            prop_assert_ne!(matches(term), matches(&format!("-{term}")), "{}", term);
            prop_assert_eq!(matches(term), matches(&format!("({term}) ({term} OR {term})")));
        }
        prop_assert_eq!(matches("status:open"), ticket.fields().status().is_open());
        prop_assert_eq!(matches("status:>=resolved"), ticket.fields().status() >= Status::Resolved);
    }
}

#[test]
fn nesting_is_bounded() {
    assert!(query::parse(&format!("{}x{}", "(".repeat(60), ")".repeat(60))).is_ok());
    assert!(query::parse(&"(".repeat(100_000)).is_err());
    assert!(query::parse(&format!("{}x", "-".repeat(100_000))).is_err());
}
