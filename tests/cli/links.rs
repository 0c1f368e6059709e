//! Links are facts: no ring of them is made.

use crate::sandbox::Sandbox;

#[test]
fn no_ring_of_links_is_made() {
    for kind in ["blocks", "blocked-by", "child-of", "parent-of", "duplicate-of", "causes", "caused-by"] {
        let sandbox = Sandbox::new();
        let ids: Vec<String> = ["One", "Two", "Three"].iter().map(|title| sandbox.ticket(title)).collect();
        let [one, two, three] = ids.as_slice() else { panic!() };
        sandbox.run(&["link", one, kind, two]).ok();
        sandbox.run(&["link", two, kind, three]).ok();
        let before = sandbox.git(&["rev-parse", "HEAD"]);
        for (from, to) in [(three, one), (two, one), (three, two)] {
            let stderr = sandbox.run(&["link", from, kind, to]).fails(1);
            assert!(stderr.contains("would form a ring"), "{kind}: {stderr}");
        }
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before, "{kind}");
        sandbox.run(&["link", one, kind, three]).ok();
        sandbox.run(&["link", three, "relates-to", one]).ok();
        sandbox.run(&["doctor"]).ok();
    }
}

#[test]
fn a_duplicate_of_a_duplicate_leads_to_an_original() {
    let sandbox = Sandbox::new();
    let (one, two) = (sandbox.ticket("One"), sandbox.ticket("Two"));
    sandbox.run(&["resolve", &one, "--as", "duplicate", "--duplicate-of", &two]).ok();
    let stderr = sandbox.run(&["resolve", &two, "--as", "duplicate", "--duplicate-of", &one]).fails(1);
    assert!(stderr.contains("would form a ring"), "{stderr}");
}

#[test]
fn what_hangs_on_a_ticket_is_a_tree() {
    let sandbox = Sandbox::new();
    let [top, part, blocker, cause, twin] =
        ["Outage", "Cards fail", "Gateway", "Upgrade", "Cards do not work"]
            .map(|title| sandbox.ticket(title));
    for (one, kind, other) in [
        (&top, "parent-of", &part),
        (&part, "blocked-by", &blocker),
        (&top, "blocked-by", &blocker),
        (&blocker, "caused-by", &cause),
        (&twin, "duplicate-of", &part),
    ] {
        sandbox.run(&["link", one, kind, other]).ok();
    }
    sandbox.run(&["edit", &blocker, "--severity", "critical"]).ok();
    sandbox.run(&["assign", &blocker]).ok();
    let shown = sandbox.run(&["tree", &top]).ok();
    let expected = format!(
        "{top}  new  Outage  -\n\
         ├─ blocked-by {blocker}  critical  new  Gateway  Dana Li\n\
         │  └─ caused-by {cause}  new  Upgrade  -\n\
         └─ parent-of {part}  new  Cards fail  -\n   \
            ├─ blocked-by {blocker}  critical  new  Gateway  Dana Li  (see above)\n   \
            └─ duplicated-by {twin}  new  Cards do not work  -\n"
    );
    assert_eq!(shown, expected);
    let tree: serde_json::Value = serde_json::from_str(&sandbox.run(&["tree", &top, "--json"]).ok()).unwrap();
    assert_eq!(tree["nodes"][1]["nodes"][0]["repeated"], true);
    assert_eq!(tree["nodes"][0]["nodes"][0]["ticket"]["title"], "Upgrade");
    // What is linked and gone is said.
    sandbox.is_tampered_with();
    sandbox
        .shell(&format!("git rm -q {}; git commit -qm Gone -- .support", crate::sandbox::path_of(&cause)))
        .ok();
    assert!(sandbox.run(&["tree", &blocker]).ok().contains(&format!("{cause}  (not here)")));
    sandbox.run(&["doctor", "--repair"]).ok();
}

#[test]
fn an_undo_takes_both_ends_of_a_link_away_and_brings_both_back() {
    let sandbox = Sandbox::new();
    let (one, other) = (sandbox.ticket("Pay fails"), sandbox.ticket("Bank is down"));
    sandbox.run(&["link", &one, "blocked-by", &other]).ok();
    // Of either ticket, whose entry the undo before wrote itself.
    for (undone, is_linked) in [(&one, false), (&other, true), (&one, false), (&one, true)] {
        sandbox.run(&["undo", undone]).ok();
        for (id, kind) in [(&one, "blocked-by"), (&other, "blocks")] {
            let links = sandbox.field(id, "links");
            assert_eq!(links.get(kind).is_some(), is_linked, "{undone}: {id} {links}");
        }
        sandbox.run(&["doctor"]).ok();
    }
}

#[test]
fn a_duplicate_names_its_original() {
    let sandbox = Sandbox::new();
    let (one, two) = (sandbox.ticket("One"), sandbox.ticket("Two"));
    let hint =
        format!("it is a duplicate that names no original: git support link {one} duplicate-of ORIGINAL");
    sandbox.run(&["resolve", &one, "--as", "duplicate", "--duplicate-of", &two]).ok();
    for (id, kind, other) in [(&one, "duplicate-of", &two), (&two, "duplicated-by", &one)] {
        let removed = sandbox.run(&["link", "--remove", id, kind, other]);
        assert!(removed.stderr.contains(&hint), "{}", removed.stderr);
        let linked = sandbox.run(&["link", &one, "duplicate-of", &two]);
        assert!(!linked.stderr.contains("original"), "{}", linked.stderr);
    }
    // One of two is left; and a ticket that is worked on again is no duplicate.
    let three = sandbox.ticket("Three");
    sandbox.run(&["link", &one, "duplicate-of", &three]).ok();
    let removed = sandbox.run(&["link", "--remove", &one, "duplicate-of", &two]);
    assert!(!removed.stderr.contains("original"), "{}", removed.stderr);
    sandbox.run(&["reopen", &one, "-m", "Not the same"]).ok();
    let removed = sandbox.run(&["link", "--remove", &one, "duplicate-of", &three]);
    assert!(!removed.stderr.contains("original"), "{}", removed.stderr);
    // Whichever of both is undone first.
    for (id, other) in [(&one, &two), (&two, &one)] {
        sandbox.run(&["resolve", id, "--as", "duplicate", "--duplicate-of", other]).ok();
        let undone = sandbox.run(&["undo"]);
        assert!(!undone.stderr.contains("original"), "{}", undone.stderr);
    }
    sandbox.run(&["resolve", &one, "--as", "answered", "-m", "x"]).ok();
    let edited = sandbox.run(&["edit", &one, "--resolution", "duplicate"]);
    assert!(edited.stderr.contains(&hint), "{}", edited.stderr);
}
