//! `demo`: the support week, the same each time.

use crate::sandbox::Sandbox;

#[test]
fn the_week_is_played_by_the_real_commands() {
    let sandbox = Sandbox::nowhere();
    let shown = sandbox.run(&["demo", "shop"]).ok();
    for part in [
        "bo$ git support escalate",
        "ann$ git support triage",
        "ci$ git support new",
        "Support-Vendor: paygate",
    ] {
        assert!(shown.contains(part), "{part} is missing:\n{shown}");
    }
    let again = sandbox.run(&["demo", "again"]).ok();
    assert_eq!(again.replace("cd again", "cd shop"), shown);
    assert_eq!(sandbox.git(&["-C", "shop", "fsck", "--strict"]), "");
    assert_eq!(sandbox.git(&["-C", "shop", "status", "--porcelain"]), "");
    assert!(sandbox.run(&["-C", "shop", "list", "--all"]).ok().contains("Card payments"));
    assert!(sandbox.run(&["demo", "shop"]).fails(1).contains("is not empty"));
}

#[test]
fn without_a_directory_a_new_one_is_made_and_named() {
    let sandbox = Sandbox::nowhere();
    let shown = sandbox.shell("TMPDIR=$PWD git-support demo | tail -1").ok();
    let place =
        shown.trim().strip_prefix("# It is all there: cd ").unwrap().split(' ').next().unwrap().to_owned();
    assert!(sandbox.git(&["-C", &place, "log", "--oneline"]).lines().count() > 10);
}
