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
