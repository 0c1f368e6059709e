//! `schema`: what it says of each machine format holds of what commands print, and nothing is left out.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// The schema of a format.
fn schema(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_str(&sandbox.run(&["schema", name]).ok()).unwrap()
}

/// The same where keys that it does not name are wrong: the test wants every key named.
fn closed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(map) => {
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(|value| *value = closed(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = closed(item.take())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    schema
}

/// A project with people, vendors, releases, clocks, and tickets in each state.
fn project() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.shell(
        "export GIT_SUPPORT_SEED=1; next() { GIT_SUPPORT_SEED=$((GIT_SUPPORT_SEED + 9)); }; s() { next; git-support -q \"$@\" >/dev/null || exit 9; }; \
         s init --owner 'Pat Roe <pat@example.com>' --hours 'mon-fri 09:00-17:00 UTC'; s config set clocks.major.response 4h; s config set clocks.major.update 1d; \
         s config set clocks.major.calendar office; s config set agreement.hours 40; \
         s vendor add paygate --email help@paygate.example --response 8h --covers src/pay; git tag v1; \
         next; a=$(git-support -q new 'Pay fails' --severity major --affects 1.0 --label pay --environment production --channel phone --reporter 'Ann <ann@customer.example>' -m 'Text'); echo $a >../a; \
         s release handover 1.0 --tag v1 --known-issue $a --contact pat --runbook docs/run.md --environment production -m Changes; s release accept 1.0; \
         s known --add $a --workaround Wait.; \
         next; b=$(git-support -q new 'Pay fails again'); s link $a blocks $b; s watch $b; s attach $a code.rs; s assign $a --to me; s comment $a -m Text --spent 1h; s comment $a --internal -m @pat; \
         s escalate $a --requirements r --troubleshooting t; s diagnose $a -m d; s estimate $a 6h; s defer $a --vendor paygate --case 7 --follow-up 3d; s alert $a --to pat -m Look; (export GIT_AUTHOR_NAME='Pat Roe' GIT_AUTHOR_EMAIL=pat@example.com; s comment $b -m Hello); \
         next; c=$(git-support -q new 'A question' --type question); s resolve $c --as workaround --known $a; s reopen $c; s resolve $c --as fixed --commit $(git rev-list --max-parents=0 HEAD); \
         next; d=$(git-support -q new Twin); s resolve $d --as duplicate --duplicate-of $b; s undo; s answer add hello --title Hello --language en --label a -m 'Hello {reporter}'; \
         s comment $b --answer hello; s owner $b --to pat; s redact $a --text Text -m x; \
         printf '<testsuite name=\"s\"><testcase classname=\"c\" name=\"t\"><failure message=\"m\">at x</failure></testcase></testsuite>' >r.xml; s ci report r.xml; true",
    )
    .ok();
    let id = std::fs::read_to_string(sandbox.root().join("a")).unwrap().trim().to_owned();
    (sandbox, id)
}

/// The formats, each with commands that answer in it; `ID` and `RANGE` stand for a ticket and for all commits.
const CASES: &[(&str, &[&str])] = &[
    ("ticket", &["show", "ID"]),
    ("ticket", &["list", "--all"]),
    ("ticket", &["list", "--all", "--all-branches"]),
    ("ticket", &["export", "--full", "--format", "json"]),
    ("ticket", &["next"]),
    ("ticket", &["check", "--max", "99", "status:open"]),
    ("ticket", &["comment", "ID", "-m", "More"]),
    ("ticket", &["new", "Pay fails once more"]),
    ("entry", &["log"]),
    ("entry", &["log", "ID"]),
    ("inbox", &["inbox", "--all"]),
    ("tree", &["tree", "ID"]),
    ("status", &["status"]),
    ("known", &["known"]),
    ("answer", &["answer"]),
    ("answer", &["answer", "show", "hello"]),
    ("suggestion", &["assign", "ID", "--suggest"]),
    ("handover", &["handover", "ID"]),
    ("handover", &["brief", "ID"]),
    ("attachment", &["attach", "ID", "--list"]),
    ("blame", &["blame", "ID"]),
    ("diff", &["diff", "RANGE"]),
    ("problem", &["doctor"]),
    ("problem", &["audit"]),
    ("clocks", &["sla"]),
    ("clocks", &["sla", "ID"]),
    ("report", &["report", "--tickets"]),
    ("report", &["report", "--by", "severity"]),
    ("budget", &["report", "budget"]),
    ("ci", &["ci", "report", "r.xml"]),
    ("import", &["import", "lines"]),
    ("taken", &["mail", "take", "message.eml"]),
    ("outgoing", &["mail", "queue"]),
    ("member", &["team"]),
    ("vendor", &["vendor"]),
    ("vendor-page", &["vendor", "show", "paygate"]),
    ("release", &["release"]),
    ("release", &["release", "show", "1.0"]),
    ("notes", &["release", "notes", "1.0"]),
    ("settings", &["config"]),
    ("dry-run", &["comment", "ID", "-m", "x", "--dry-run"]),
    ("schema", &["schema"]),
    ("sync", &["sync"]),
    ("error", &["show", "zzzz"]),
    ("error", &["list", "stattus:open"]),
    ("error", &["nothing"]),
];

#[test]
fn what_commands_print_is_as_the_schema_says() {
    let (sandbox, id) = project();
    let head = sandbox.git(&["rev-list", "--max-parents=0", "HEAD"]).trim().to_owned();
    let range = format!("{head}..HEAD");
    sandbox.run(&["config", "set", "mail.address", "support@shop.example"]).ok();
    sandbox.file("message.eml", crate::mailing::message("m1@customer.example", "", "It fails."));
    sandbox.file("lines", "{\"title\": \"Imported\"}\n");
    sandbox.git(&["init", "-q", "--bare", "../hub.git"]);
    sandbox.git(&["remote", "add", "origin", "../hub.git"]);
    sandbox.git(&["push", "-qu", "origin", "main"]);
    let (mut wrong, mut seen) = (String::new(), BTreeSet::new());
    for (name, arguments) in CASES {
        let named = arguments.iter().map(|word| match *word {
            "ID" => id.as_str(),
            "RANGE" => range.as_str(),
            word => word,
        });
        let all: Vec<&str> = named.chain(["--json"]).collect();
        let output = sandbox.run_unwatched(&all, "");
        let text = if *name == "error" { &output.stderr } else { &output.stdout };
        let value: Value =
            serde_json::from_str(text).unwrap_or_else(|_| panic!("{arguments:?} {text}{}", output.stderr));
        let validator = jsonschema::validator_for(&closed(schema(&sandbox, name))).unwrap();
        let objects = if let Value::Array(items) = value { items } else { vec![value] };
        assert!(!objects.is_empty() || *name == "problem", "{arguments:?} shows nothing");
        for object in &objects {
            for error in validator.iter_errors(object).take(3) {
                wrong.push_str(
                    &[name, ": ", &error.to_string(), " at ", &error.instance_path().to_string(), "\n"]
                        .concat(),
                );
            }
        }
        seen.insert(*name);
    }
    assert_eq!(wrong, "");
    // Every format is looked at.
    let listed: Vec<Value> = serde_json::from_str(&sandbox.run(&["schema", "--json"]).ok()).unwrap();
    let names: BTreeSet<&str> = listed.iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(names, seen);
}

#[test]
fn a_schema_that_is_none_is_refused() {
    let sandbox = Sandbox::new();
    let refused = sandbox.run(&["schema", "tickets"]).fails(1);
    assert!(refused.contains("no format 'tickets'; did you mean 'ticket'?"), "{refused}");
    assert!(sandbox.run(&["schema"]).ok().contains("vendor-page  vendor show"));
}
