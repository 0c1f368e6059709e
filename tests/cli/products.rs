//! The inbox of several products, and its order.

use serde_json::Value;

use crate::inbox::{as_person, run_as, team};
use crate::sandbox::Sandbox;

#[test]
fn several_products_are_one_queue() {
    let sandbox = Sandbox::unborn();
    for (name, severity) in [("pay", "minor"), ("web", "blocker")] {
        let script = format!(
            "mkdir ../{name} && cd ../{name} && git init -q -b main . && git support -q team add Ann --email ann@example.com --role product-owner && \
             git support -q new 'In {name}' --severity {severity} && {} git support list",
            as_person("Ann")
        );
        sandbox.shell(&script).ok();
    }
    sandbox.file("products", "# what we support\n\n../pay\n../web\n../gone\n");
    let as_ann = as_person("Ann");
    // Git's words of another repository do not lead away from those that are named.
    let output =
        sandbox.shell(&format!("GIT_DIR=$PWD/.git {as_ann} git support inbox --repos products --json"));
    assert!(output.stderr.contains("../gone: no such folder"), "{}", output.stderr);
    let items: Vec<Value> = serde_json::from_str(&output.ok()).unwrap();
    let rows: Vec<(&str, &str)> = items
        .iter()
        .map(|item| (item["product"].as_str().unwrap(), item["ticket"]["title"].as_str().unwrap()))
        .collect();
    // Both severities wait to be confirmed; the graver stands first, whichever product it is of.
    assert_eq!(rows, [("web", "In web"), ("pay", "In pay")]);
    let shown = run_as(&sandbox, "Ann", "inbox --repos products");
    assert!(shown.contains("web  ") && shown.contains("In web"), "{shown}");
    // Looking over all of them marks nothing.
    assert!(run_as(&sandbox, "Ann", "-C ../pay inbox").contains("In pay"));
    sandbox.file("none", "# nothing\n");
    assert!(sandbox.run(&["inbox", "--repos", "none"]).fails(2).contains("names no repository"));
    sandbox.file("gone", "../gone\n");
    sandbox.run(&["inbox", "--repos", "gone"]).fails(1);
    sandbox.run(&["inbox", "--repos", "nofile"]).fails(1);
}

#[test]
fn what_blocks_others_is_as_urgent_as_they_are() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    let grave =
        run_as(&sandbox, "Cy", "new 'Payments fail' --severity blocker --assignee Bob").trim().to_owned();
    let small =
        run_as(&sandbox, "Cy", "new 'Rename a key' --severity minor --assignee Ann").trim().to_owned();
    let middle =
        run_as(&sandbox, "Cy", "new 'Slow page' --severity critical --assignee Ann").trim().to_owned();
    run_as(&sandbox, "Cy", &format!("link {small} blocks {grave}"));
    let items: Vec<Value> = serde_json::from_str(&run_as(&sandbox, "Ann", "inbox --json")).unwrap();
    let ids: Vec<&str> = items.iter().map(|item| item["ticket"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [small.as_str(), middle.as_str()]);
}
