//! Comparisons that are misspelt, or that nothing can be compared by: refused with the spelling, in every command that takes
//! a query. A gate that is misspelt does not pass.

use crate::sandbox::Sandbox;

/// What is refused, and a part of the hint.
const REFUSED: [(&str, &str); 16] = [
    ("severty>=blocker", "did you mean severity:"),
    ("severty=blocker", "did you mean severity:"),
    ("staus!=closed", "did you mean status:"),
    ("colour<>red", "to search for the text, quote it"),
    ("foo~bar", "to search for the text, quote it"),
    ("foo>3", "to search for the text, quote it"),
    ("severity=", "no:severity"),
    ("severity>", "no:severity"),
    ("status:>open", "status:<resolved"),
    ("status<open", "status:<resolved"),
    ("status:open..closed", "status:<resolved"),
    ("type:>defect", "cannot be compared"),
    ("title:>card", "cannot be compared"),
    ("label>=card", "cannot be compared"),
    ("created:=7d", "created:<7d"),
    ("is:open severty>=blocker", "did you mean severity:"),
];

#[test]
fn a_comparison_that_is_none_is_refused_everywhere() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.blocker.resolution", "4h"]).ok();
    sandbox.run(&["new", "Down", "--severity", "blocker"]).ok();
    for (query, hint) in REFUSED {
        for command in [&["list"][..], &["check"], &["sla", "--gate"], &["log"], &["report"], &["export"]] {
            let said = sandbox.run(&[command, &[query]].concat());
            assert!(
                said.status == Some(2) && said.stderr.contains(hint),
                "{command:?} {query}: {:?} {}",
                said.status,
                said.stderr
            );
        }
    }
}

#[test]
fn what_is_compared_is_compared_everywhere() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.blocker.resolution", "4h"]).ok();
    let id = sandbox.ticket("Number lost");
    sandbox.run(&["edit", &id, "--severity", "blocker"]).ok();
    for query in ["severity>=major", "status!=closed", "status:=open", "level=1", "number", "lost number"] {
        assert!(sandbox.run(&["list", query]).ok().contains("Number lost"), "{query}");
        assert!(sandbox.run(&["log", query]).ok().contains("open"), "{query}");
        let said = sandbox.run(&["sla", query]);
        assert!(said.stdout.contains("Number lost"), "{query}: {said:?}");
        assert_eq!(sandbox.run(&["check", query]).status, Some(3), "{query}");
    }
    // A word that finds nothing may be meant for an id.
    for command in [&["log"][..], &["sla"], &["sla", "--gate"]] {
        let stderr = sandbox.run(&[command, &["nothing"]].concat()).fails(1);
        assert!(stderr.contains("no ticket has the ID or the words 'nothing'"), "{stderr}");
    }
    // What only looks like a comparison is a text.
    for text in ["List<String>", "HEAD~3", "ptr->next", "\"foo=bar\"", "https://x.example/?a=b"] {
        assert_eq!(sandbox.run(&["list", text]).status, Some(0), "{text}");
    }
}

#[test]
fn a_gate_misses_nobody_and_no_ticket_that_is_named() {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Ann Lee", "--email", "ann@old.example", "--role", "l1"]).ok();
    sandbox.run(&["team", "add", "Hannah Ek", "--email", "hannah@example.com", "--role", "l1"]).ok();
    let as_ann = "GIT_AUTHOR_NAME='Ann Lee' GIT_AUTHOR_EMAIL=ann@old.example git support new";
    sandbox.shell(&format!("{as_ann} Hers --assignee me --severity blocker")).ok();
    let joann = sandbox
        .run(&["new", "Another", "--reporter", "Joann Bell <jo@customer.example>", "--severity", "blocker"])
        .ok();
    sandbox.run(&["new", "Hannahs", "--assignee", "hannah@example.com", "--severity", "blocker"]).ok();
    let found = |query: &str| {
        let said = sandbox.run(&["list", query, "--format", "ndjson"]).ok();
        ["Hers", "Another", "Hannahs"].map(|title| said.contains(&format!("\"{title}\"")))
    };
    sandbox.run(&["team", "edit", "Ann Lee", "--email", "ann@new.example"]).ok();
    // By the name, under an address of before; and strangers whose name has it, but nobody else of the team.
    for query in ["assignee:ann", "assignee:\"Ann Lee\"", "by:ann@old.example"] {
        assert_eq!(found(query), [true, false, false], "{query}");
        assert_eq!(sandbox.run(&["check", query]).status, Some(3), "{query}");
    }
    assert_eq!(found("reporter:ann"), [true, true, false]);
    // A ticket by the beginning of its id, and a saved query in quotes.
    let id = joann.trim();
    let begin = (4..10).find(|end| id[..*end].contains(|c: char| c.is_ascii_digit())).map(|end| &id[..end]);
    if let Some(begin) = begin {
        for query in [begin.to_owned(), format!("#{begin}"), format!("({begin})")] {
            assert_eq!(sandbox.run(&["check", &query]).status, Some(3), "{query}");
        }
    }
    sandbox.run(&["config", "set", "queries.grave", "severity:blocker"]).ok();
    assert_eq!(sandbox.run(&["check", "@\"grave\""]).status, Some(3));
    assert_eq!(sandbox.run(&["check", "@\"gravy\""]).status, Some(2));
    assert_eq!(sandbox.run(&["check", "\"@grave\""]).status, Some(0));
}
