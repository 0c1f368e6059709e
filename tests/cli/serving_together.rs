//! Several people and several branches behind one page: what somebody typed goes where it belongs, or comes back.

use crate::sandbox::Sandbox;
use crate::server::{Server, filled, hidden};

#[test]
fn a_form_that_was_open_brings_back_nothing_that_was_redacted() {
    let sandbox = Sandbox::new();
    let id =
        sandbox.run(&["new", "Call of Kim Roe", "-m", "Kim Roe, 555 1.\n\nAnd more."]).ok().trim().to_owned();
    let server = Server::start(&sandbox, &[]);
    let edit = format!("/t/{id}/do/edit");
    let came = hidden(&server.get(&edit).body);
    assert!(!format!("{came:?}").contains("Kim"), "{came:?}");
    sandbox.run(&["redact", &id, "--text", "Kim Roe", "-m", "Asked for."]).ok();
    let typed = [
        ("title", "Call of Kim Roe"),
        ("description", "Kim Roe, 555 1.\r\n\r\nAnd more."),
        ("label", "billing"),
    ];
    let answer = server.post(&edit, &filled(&came, &typed));
    assert_eq!(answer.status, 409, "{}", answer.body);
    let form = answer.body.split("<form class=\"step\"").nth(1).unwrap();
    assert!(
        !form.contains("Kim Roe") && form.contains("Call of [redacted]") && form.contains("billing"),
        "{form}"
    );
    // Sent again as it came back, it adds the label alone.
    let came = hidden(&answer.body);
    let typed = [
        ("title", "Call of [redacted]"),
        ("description", "[redacted], 555 1.\r\n\r\nAnd more."),
        ("label", "billing"),
    ];
    assert_eq!(server.post(&edit, &filled(&came, &typed)).status, 303);
    assert!(!sandbox.ticket_file(&id).contains("Kim Roe"));
    assert_eq!(sandbox.field(&id, "title"), "Call of [redacted]");
    assert_eq!(sandbox.field(&id, "labels")[0], "billing");
}

#[test]
fn a_form_is_saved_on_the_branch_that_it_showed() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["branch", "feature"]);
    sandbox.git(&["branch", "empty", "HEAD~"]);
    let server = Server::start(&sandbox, &[]);
    let (page, new) = (server.get(&format!("/t/{id}")).body, server.get("/new").body);
    assert!(page.contains("title=\"the branch of the tickets\">main<"), "{page}");
    sandbox.git(&["switch", "-q", "feature"]);
    let comment = format!("/t/{id}/do/comment");
    let send = |path: &str, page: &str, typed: &[(&str, &str)]| {
        let came = hidden(page);
        let form = came.iter().find(|(name, _)| name == "form").cloned().unwrap();
        let own = [("form", form.1.as_str())];
        let fields = [&own, &filled(&came, typed)[..]].concat();
        server.post_as(
            path,
            &fields,
            &format!("Origin: http://127.0.0.1:{}\r\nCookie: {}\r\n", server.port, server.cookie),
        )
    };
    let answer = send(&comment, &page, &[("message", "Of main.")]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let to = answer.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    assert!(server.get(&to).body.contains("This was saved on main, where the form was opened."), "{to}");
    assert_eq!(send("/new", &new, &[("title", "Of main, too")]).status, 303);
    let log = |branch: &str| sandbox.git(&["log", "--format=%s", branch, "--", ".support"]);
    assert_eq!((log("main").lines().count(), log("feature").lines().count()), (3, 1), "{}", log("main"));
    // The page that is opened now is of the other branch.
    let page = server.get(&format!("/t/{id}")).body;
    assert!(page.contains("title=\"the branch of the tickets\">feature<"), "{page}");
    assert_eq!(send(&comment, &page, &[("message", "Of the feature.")]).status, 303);
    assert_eq!(log("feature").lines().count(), 2);
    // A branch that is gone takes nothing, and the text comes back.
    sandbox.git(&["switch", "-q", "empty"]);
    sandbox.git(&["branch", "-qD", "feature"]);
    let answer = send(&comment, &page, &[("message", "My long <draft>.")]);
    assert!(answer.status >= 400 && answer.body.contains("My long &lt;draft&gt;."), "{}", answer.body);
    let answer = send(&format!("/t/{id}/do/edit"), &page, &[("title", "My <title>.")]);
    assert!(answer.status >= 400 && answer.body.contains("My &lt;title&gt;."), "{}", answer.body);
}

#[test]
fn a_draft_comes_back_from_a_server_that_was_started_anew() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let before = sandbox.subjects();
    let first = Server::start(&sandbox, &[]);
    let came = hidden(&first.get(&format!("/t/{id}")).body);
    let (port, cookie) = (first.port, first.cookie.clone());
    drop(first);
    let second = Server::unopened(&sandbox, &["--port", &port.to_string()]);
    let fields = [filled(&came, &[("message", "My long <draft>.")]), vec![("form", "x.1.main")]].concat();
    let send = |origin: &str| {
        let headers = format!("Origin: {origin}\r\nCookie: {cookie}\r\n");
        second.post_as(&format!("/t/{id}/do/comment"), &fields, &headers)
    };
    let answer = send(&format!("http://127.0.0.1:{port}"));
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert!(
        answer.body.contains("My long &lt;draft&gt;.") && answer.body.contains("open the address"),
        "{}",
        answer.body
    );
    // What another page sends is not shown by ours.
    let answer = send("http://evil.example");
    assert!(answer.status == 401 && !answer.body.contains("draft"), "{}", answer.body);
    assert_eq!(sandbox.subjects(), before);
}

#[test]
fn a_list_says_that_there_are_more() {
    let sandbox = Sandbox::new();
    let script =
        "for n in $(seq 505); do echo '{\"op\":\"new\",\"title\":\"T'$n'\"}'; done | git support batch -q";
    sandbox.shell(script).ok();
    let server = Server::start(&sandbox, &[]);
    let rows = |path: &str| {
        let page = server.get(path).body;
        let more = page.split("There are more: <a href=\"").nth(1).and_then(|rest| rest.split('"').next());
        (page.matches("<tr data-ticket").count(), more.map(|more| more.replace("&amp;", "&")))
    };
    assert_eq!(rows("/tickets?q=T"), (200, Some("/tickets?q=T&rows=1000".to_owned())));
    assert_eq!(rows("/tickets?q=T&rows=1000"), (505, None));
    assert_eq!(rows("/tickets?q=limit:7"), (7, None));
    assert_eq!(rows("/tickets?all=1&rows=0").1, Some("/tickets?q=&all=1&rows=5".to_owned()));
    let board = server.get("/board").body;
    assert!(board.contains("The 500 most urgent tickets; there are more"), "{}", board.len());
    assert_eq!(board.matches("class=\"card\"").count(), 500);
}

#[test]
fn what_others_changed_is_neither_confirmed_nor_set() {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "product-owner"]).ok();
    let bo = |line: &str| {
        let bo =
            "unset GIT_SUPPORT_SEED; export GIT_AUTHOR_NAME=Bo GIT_AUTHOR_EMAIL=bo@x.example; git support";
        sandbox.shell(&format!("{bo} {line}")).ok().trim().to_owned()
    };
    let (one, other) = (bo("new One --severity major"), bo("new Other --severity major"));
    let server = Server::start(&sandbox, &[]);
    let came = hidden(&server.get("/severities").body);
    bo(&format!("triage {other} --severity minor"));
    let answer = server.post("/severities/confirm", &filled(&came, &[("id", &one), ("id", &other)]));
    assert_eq!(answer.status, 409, "{}", answer.body);
    for id in [&one, &other] {
        assert!(
            answer.body.contains(&format!("value=\"{id}\" id=\"c-{id}\" checked")),
            "{}",
            answer.body.split("<main").nth(1).unwrap()
        );
    }
    assert!(server.post("/severities/confirm", &filled(&came, &[])).body.contains("choose the tickets"));
    // A setting that another set meanwhile.
    let set = "/manage/config/set?key=commit.prefix";
    let page = server.get(set).body;
    assert!(page.contains("value=\"support\""), "{page}");
    let came = hidden(&page);
    sandbox.run(&["config", "set", "commit.prefix", "theirs"]).ok();
    let answer =
        server.post("/manage/config/set", &filled(&came, &[("key", "commit.prefix"), ("value", "mine")]));
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert!(
        answer.body.contains("was &#39;support&#39; on the page")
            || answer.body.contains("was 'support' on the page"),
        "{}",
        answer.body
    );
    let came = hidden(&answer.body);
    assert_eq!(
        server
            .post("/manage/config/set", &filled(&came, &[("key", "commit.prefix"), ("value", "mine")]))
            .status,
        303
    );
    assert_eq!(sandbox.run(&["config", "get", "commit.prefix"]).ok(), "mine\n");
    // A double click sets it once.
    let before = sandbox.subjects();
    assert_eq!(
        server
            .post("/manage/config/set", &filled(&came, &[("key", "commit.prefix"), ("value", "mine")]))
            .status,
        303
    );
    assert_eq!(sandbox.subjects(), before);
}
