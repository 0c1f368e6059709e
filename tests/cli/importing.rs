//! Issues of other trackers, brought in; once, however often.

use serde_json::Value;

use crate::sandbox::Sandbox;

const GH: &str = r#"[
  {"number":1,"title":"Card payments fail","body":"Since 9:00.","state":"OPEN","labels":[{"name":"bug"},{"name":"good first issue"}],"author":{"login":"ann"},
   "assignees":[{"login":"dana"}],"createdAt":"2026-01-02T03:04:05Z","closedAt":null,"url":"https://github.com/shop/shop/issues/1",
   "comments":[{"id":"IC_1","author":{"login":"dana"},"body":"We are on it.","createdAt":"2026-01-03T00:00:00Z"}]},
  {"number":2,"title":"Dark mode","body":"","state":"CLOSED","stateReason":"NOT_PLANNED","labels":[{"name":"enhancement"}],"author":{"login":"lee"},
   "createdAt":"2026-01-04T00:00:00Z","closedAt":"2026-01-05T00:00:00Z","url":"https://github.com/shop/shop/issues/2","comments":[]}
]"#;
const REST: &str = r#"[{"number":3,"title":"Slow","body":null,"state":"closed","state_reason":"completed","labels":[],"user":{"login":"ann"},
  "created_at":"2026-01-02T00:00:00Z","closed_at":"2026-01-03T00:00:00Z","html_url":"https://github.com/shop/shop/issues/3","comments":0},
  {"number":4,"title":"A pull request","state":"open","user":{"login":"ann"},"created_at":"2026-01-02T00:00:00Z","html_url":"https://github.com/shop/shop/pull/4","pull_request":{"url":"x"}}]"#;
const GITLAB: &str = r#"[{"iid":5,"title":"Export","description":"No CSV.","state":"opened","labels":["severity::2","bug"],"author":{"username":"ann","name":"Ann Lee"},"created_at":"2026-01-02T00:00:00.000Z","web_url":"https://gitlab.com/shop/shop/-/issues/5"}]"#;
const JIRA: &str = "Summary,Issue key,Status,Priority,Issue Type,Reporter,Created,Resolved,Resolution,Labels,Labels,Comment,Description\n\
  Login fails,SHOP-6,Done,Highest,Bug,Ann Lee,02/Jan/26 9:12 AM,03/Jan/26 1:00 PM,Done,auth,web,02/Jan/26 10:00 AM;dana;Seen.,\"Two\nlines\"\n";
const GIT_BUG: &str = r#"[{"id":"aaaa1111","human_id":"aaaa111","create_time":{"timestamp":1767312000},"edit_time":{"timestamp":1767398400},"status":"open","labels":["pay"],"title":"Crash","author":{"name":"Ann","email":"ann@example.com"},"comments":[{"id":"c1","author":{"name":"Ann","email":"ann@example.com"},"message":"It crashes."},{"id":"c2","author":{"name":"Dana"},"message":"Where?"}]}]"#;
const BEADS: &str = "{\"id\":\"bd-1\",\"title\":\"Leak\",\"description\":\"Memory.\",\"status\":\"closed\",\"priority\":1,\"issue_type\":\"bug\",\"created_at\":\"2026-01-02T00:00:00Z\",\"closed_at\":\"2026-01-04T00:00:00Z\",\"labels\":[\"core\"]}\n\
  {\"id\":\"bd-2\",\"title\":\"Faster\",\"status\":\"open\",\"priority\":2,\"issue_type\":\"feature\",\"created_at\":\"2026-01-02T00:00:00Z\"}\n";
const TABLE: &str = "Nr,Subject,Text,Opened\n7,'=SUM is wrong,No.,2026-01-02\n";

/// What an import says: new, changed, unchanged.
fn import(sandbox: &Sandbox, arguments: &[&str]) -> [u64; 3] {
    let answer = sandbox.run(&[&["import", "--json"], arguments].concat()).ok();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    ["new", "changed", "unchanged"].map(|key| answer[key].as_u64().unwrap())
}

#[test]
fn issues_of_every_tracker_come_in_once() {
    let sandbox = Sandbox::new();
    let mapped =
        ["--map", "key=Nr", "--map", "title=Subject", "--map", "description=Text", "--map", "created=Opened"];
    for (file, text, new, more) in [
        ("gh.json", GH, 2, &[][..]),
        ("rest.json", REST, 1, &[]),
        ("gitlab.json", GITLAB, 1, &[]),
        ("jira.csv", JIRA, 1, &[]),
        ("git-bug.json", GIT_BUG, 1, &[]),
        ("beads.jsonl", BEADS, 2, &[]),
        ("table.csv", TABLE, 1, &mapped),
    ] {
        sandbox.file(&format!("../{file}"), text);
        let path = format!("../{file}");
        let arguments = [&[path.as_str()], more].concat();
        assert_eq!(import(&sandbox, &arguments), [new, 0, 0], "{file}");
        let commits = sandbox.subjects().len();
        assert_eq!(import(&sandbox, &arguments), [0, 0, new], "{file}, again");
        assert_eq!(sandbox.subjects().len(), commits, "{file}: nothing new, no commit");
    }
    let listed = sandbox.run(&["list", "--all", "--format", "csv", "sort:title"]).ok();
    for line in [
        "Card payments fail,defect,application,,new,1,ann <ann@invalid>,import,dana <dana@invalid>",
        "Dark mode,improvement,application,,resolved,",
        "Export,defect,application,critical,new,1,Ann Lee <ann@invalid>",
        "Login fails,defect,application,blocker,resolved,",
        "Crash,defect,application,,new,1,Ann <ann@example.com>",
        "Leak,defect,application,critical,resolved,",
        "Faster,improvement,application,major,new,",
        "'=SUM is wrong,defect,",
    ] {
        assert!(listed.contains(line), "{line}\n{listed}");
    }
    assert_eq!(sandbox.run(&["doctor"]).status, Some(0));
}

#[test]
fn a_newer_file_brings_what_is_new_and_leaves_what_was_done_here() {
    let sandbox = Sandbox::new();
    sandbox.file("../gh.json", GH);
    import(&sandbox, &["../gh.json"]);
    let listed = sandbox.run(&["list", "Card payments", "--format", "ndjson"]).ok();
    let id = serde_json::from_str::<Value>(&listed).unwrap()["id"].as_str().unwrap().to_owned();
    sandbox.run(&["edit", &id, "--title", "Card payments over 1,000 fail", "--severity", "critical"]).ok();
    let newer = GH.replace(
        "\"createdAt\":\"2026-01-03T00:00:00Z\"}]",
        "\"createdAt\":\"2026-01-03T00:00:00Z\"},{\"id\":\"IC_2\",\"author\":{\"login\":\"ann\"},\"body\":\"Still.\",\"createdAt\":\"2026-01-06T00:00:00Z\"}]",
    );
    sandbox.file("../gh.json", newer);
    assert_eq!(import(&sandbox, &["../gh.json"]), [0, 1, 1]);
    assert_eq!(import(&sandbox, &["../gh.json"]), [0, 0, 2]);
    assert_eq!(sandbox.field(&id, "title"), "Card payments over 1,000 fail");
    assert!(sandbox.run(&["show", &id]).ok().contains("Still."));
}

#[test]
fn a_wrong_file_imports_nothing() {
    let sandbox = Sandbox::new();
    for (file, text, said) in [
        ("a.csv", "Subject\nx\n", "no column 'Nr' for key"),
        ("b.json", "[{\"number\":1,\"url\":\"x\"}]", "line 1: has no title"),
        ("c.json", "[{\"number\":1,\"title\":\"x\",\n\"url\"", "line 2"),
        (
            "d.json",
            "[{\"number\":1,\"title\":\"x\",\"created_at\":\"yesterday\",\"url\":\"x\"}]",
            "is not a valid time",
        ),
    ] {
        sandbox.file(&format!("../{file}"), text);
        let map: &[&str] = if file == "a.csv" { &["--map", "key=Nr"] } else { &[] };
        let stderr = sandbox.run(&[&["import", &format!("../{file}")], map].concat()).fails(1);
        assert!(stderr.contains(said), "{file}: {stderr}");
    }
    assert_eq!(sandbox.subjects().len(), 1);
}

#[test]
fn a_whole_ticket_brings_what_its_entries_set_and_by_whom_they_may_be() {
    let sandbox = Sandbox::new();
    for (name, role) in [("Dana Li", "lead"), ("Bo", "l1")] {
        let email = format!("{}@example.com", name.split(' ').next().unwrap().to_lowercase());
        sandbox.run(&["team", "add", name, "--email", &email, "--role", role]).ok();
    }
    let id = sandbox.run(&["new", "Down", "--severity", "blocker"]).ok().trim().to_owned();
    let whole = || sandbox.run(&["export", "--full", "--format", "ndjson"]).ok();
    let import = |text: String, more: &[&str]| sandbox.run_with(&[&["import", "-"], more].concat(), text);
    // A field that no entry sets.
    for (field, from, to) in [
        ("severity", "\"severity\":\"blocker\",\"status\"", "\"severity\":\"minor\",\"status\""),
        ("level", "\"level\":1", "\"level\":2"),
    ] {
        let text = whole();
        assert!(text.contains(from), "{text}");
        let stderr = import(text.replacen(from, to, 1), &[]).fails(1);
        assert!(stderr.contains(&format!("{id}: {field} is not what its entries set")), "{stderr}");
    }
    // An end that the rules do not take, and one of somebody else's.
    sandbox.run(&["resolve", &id, "--as", "wont-fix", "-m", "No."]).ok();
    let ended = whole();
    sandbox.git(&["reset", "-q", "--keep", "HEAD~1"]);
    let stderr = import(ended.replace("wont-fix", "fixed"), &[]).fails(1);
    assert!(stderr.contains("commit"), "{stderr}");
    let anothers = ended.replacen(
        "\"by\":\"Dana Li <dana@example.com>\",\"action\":\"resolve\"",
        "\"by\":\"Bo <bo@example.com>\",\"action\":\"resolve\"",
        1,
    );
    assert_ne!(anothers, ended, "{ended}");
    let stderr = import(anothers, &[]).fails(1);
    assert!(stderr.contains("it comes with a commit of theirs alone"), "{stderr}");
    // Another word, or another number, in the place of what is here.
    sandbox.run(&["comment", &id, "-m", "As it was."]).ok();
    let here = whole();
    for (from, to, said) in [
        ("As it was.", "As it is.", "different entries have the ID"),
        ("\"seq\":2,", "\"seq\":900,", "nothing that it follows has 899"),
    ] {
        assert!(here.contains(from), "{here}");
        let stderr = import(here.replace(from, to), &[]).fails(1);
        assert!(stderr.contains(said), "{stderr}");
    }
    let taken = import(ended.clone(), &[]);
    assert!(taken.stderr.contains("in your name"), "{}", taken.stderr);
    taken.ok();
    let again = import(ended, &[]);
    assert!(!again.stderr.contains("in your name"), "{}", again.stderr);
    again.ok();
}
