//! Pages of tickets in a browser: what a ticket has begins the form that edits it, and what others set or sent is shown.

use crate::mailing::{desk, message, take, ticket_of};
use crate::sandbox::Sandbox;
use crate::server::{Server, filled, hidden};
use crate::syncing::clones;

#[test]
fn the_form_of_an_edit_begins_with_what_the_ticket_has() {
    let sandbox = Sandbox::new();
    let story = "First line <b>.\n\nSecond line & more.";
    let id = sandbox.run(&["new", "Pay fails", "-m", story, "--label", "card"]).ok().trim().to_owned();
    let fields = "--severity major --environment production --diagnosis 'A timeout.'";
    sandbox.shell(&format!("git support edit {id} {fields}")).ok();
    let server = Server::start(&sandbox, &[]);
    let edit = format!("/t/{id}/do/edit");
    let form = server.get(&edit).body;
    for part in [
        "value=\"Pay fails\"",
        "First line &lt;b&gt;.\n\nSecond line &amp; more.",
        "value=\"major\" selected",
        "value=\"production\"",
        "A timeout.",
    ] {
        assert!(form.contains(part), "{part}: {form}");
    }
    let last = || sandbox.field(&id, "timeline").as_array().unwrap().last().unwrap().clone();
    let set = || last()["set"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let typed = |title: &str, environment: &str, diagnosis: &str| {
        let windows = story.replace('\n', "\r\n");
        let came = hidden(&server.get(&edit).body);
        let fields = [
            ("title", title),
            ("description", windows.as_str()),
            ("type", "defect"),
            ("severity", "major"),
            ("area", "application"),
            ("level", "1"),
            ("environment", environment),
            ("diagnosis", diagnosis),
            ("label", ""),
        ];
        server.post(&edit, &filled(&came, &fields)).status
    };
    assert_eq!(typed("Card payments fail", "production", "A timeout."), 303);
    assert_eq!(set(), ["title"]);
    // What is emptied is cleared; texts keep every word.
    assert_eq!(typed("Card payments fail", "", "A timeout.\r\n\r\nOf the gateway."), 303);
    assert_eq!(set(), ["environment", "findings.diagnosis"]);
    assert_eq!(sandbox.field(&id, "environment"), serde_json::Value::Null);
    assert_eq!(
        sandbox.field(&id, "findings")["diagnosis"].as_str().unwrap().trim_end(),
        "A timeout.\n\nOf the gateway."
    );
    assert_eq!(sandbox.field(&id, "description").as_str().unwrap().trim_end(), story);
    // Nothing changed, nothing written.
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    typed("Card payments fail", "", "A timeout.\r\n\r\nOf the gateway.");
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before);
}

#[test]
fn what_others_set_at_the_same_time_is_on_the_page() {
    let (mut sandbox, a, b) = clones();
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.enter(&b);
    sandbox.git(&["pull", "-q"]);
    sandbox.run(&["edit", &id, "--severity", "minor"]).ok();
    sandbox.run(&["diagnose", &id, "-m", "It is the <gateway>."]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.run(&["edit", &id, "--severity", "critical"]).ok();
    sandbox.run(&["diagnose", &id, "-m", "It is the cache."]).ok();
    sandbox.run(&["sync"]).ok();
    let shown: serde_json::Value = serde_json::from_str(&sandbox.run(&["show", &id, "--json"]).ok()).unwrap();
    let fields: Vec<&str> =
        shown["contested"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["severity", "findings.diagnosis"], "{shown}");
    // Worked out when it is read: an export that comes back keeps none of it.
    let whole = sandbox.run(&["export", "--full"]).ok();
    assert_eq!(sandbox.run_with(&["import", "-"], whole).ok(), "0 new, 0 changed, 1 unchanged\n");
    let server = Server::start(&sandbox, &[]);
    let page = server.get(&format!("/t/{id}")).body;
    assert!(page.contains("Set otherwise at the same time"), "{page}");
    let other = if sandbox.field(&id, "severity") == "minor" { "critical" } else { "minor" };
    assert!(page.contains(&format!(": <span class=\"other\">{other}</span>")), "{page}");
    assert!(page.contains("It is the &lt;gateway&gt;.") && page.contains("It is the cache."), "{page}");
}

#[test]
fn whose_words_an_entry_has_is_on_the_page() {
    let sandbox = desk();
    let server_says = "Authentication-Results: mx.shop.example; spf=fail\n";
    let received = "Received: from a by mx.shop.example; Mon, 23 Nov 2026 09:00:00 +0000";
    let id = ticket_of(&take(&sandbox, &format!("{server_says}{}", message("w1@x", received, "It fails."))));
    let forged = format!("From: Dana Li <dana@example.com>\n{received}\nIn-Reply-To: <w1@x>");
    take(&sandbox, &message("w2@x", &forged, "Close it."));
    sandbox.run(&["reply", &id, "-m", "Which card?"]).ok();
    let server = Server::start(&sandbox, &[]);
    let page = server.get(&format!("/t/{id}")).body;
    for part in [
        "the server says spf=fail",
        "says it is from Dana Li &lt;dana@example.com&gt;",
        "e-mail to ann@customer.example",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn the_board_has_the_most_urgent_first() {
    let sandbox = Sandbox::new();
    for severity in ["minor", "critical", "minor", "blocker", "major"] {
        sandbox.run(&["new", &format!("Of {severity}"), "--severity", severity]).ok();
    }
    let server = Server::start(&sandbox, &[]);
    let page = server.get("/board").body;
    let places: Vec<usize> = ["blocker", "critical", "major", "minor"]
        .iter()
        .map(|severity| page.find(&format!("Of {severity}")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_link_has_the_title_and_the_status_of_its_ticket() {
    let sandbox = Sandbox::new();
    let [one, other] =
        ["Save crashes", "Data <lost>"].map(|title| sandbox.run(&["new", title]).ok().trim().to_owned());
    sandbox.run(&["link", &one, "blocks", &other]).ok();
    sandbox.run(&["resolve", &other, "--as", "answered", "-m", "x"]).ok();
    let server = Server::start(&sandbox, &[]);
    let page = server.get(&format!("/t/{one}")).body;
    let link = format!(
        "<a href=\"/t/{other}\">{other}</a> Data &lt;lost&gt; <span class=\"soft\">(resolved)</span>"
    );
    assert!(page.contains(&link), "{page}");
    assert!(server.get(&format!("/t/{other}")).body.contains("Save crashes"));
}

#[test]
fn what_others_set_meanwhile_stays_where_the_form_was_left() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "Pay fails", "-m", "The story."]).ok().trim().to_owned();
    let server = Server::start(&sandbox, &[]);
    let edit = format!("/t/{id}/do/edit");
    let came = hidden(&server.get(&edit).body);
    sandbox.run(&["edit", &id, "--title", "Card payments fail", "--description", "Their story."]).ok();
    let fields = [("title", "Pay fails"), ("description", "The story.\r\n"), ("environment", "production")];
    let answer = server.post(&edit, &filled(&came, &fields));
    assert_eq!(answer.status, 409);
    for part in ["value=\"Card payments fail\"", "Their story.", "value=\"production\""] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
    assert!(!answer.body.contains("value=\"Pay fails\""), "{}", answer.body);
}

#[test]
fn what_cannot_be_seen_is_spelled_out_on_pages_as_on_a_terminal() {
    let sandbox = Sandbox::new();
    let title = "a\u{202e}txt.exe";
    let id = sandbox.run(&["new", title, "--reporter", "b\u{2066}x <x@y.example>"]).ok().trim().to_owned();
    sandbox.file("rechnung\u{202e}fdp.exe", "MZ");
    sandbox.run(&["attach", &id, "rechnung\u{202e}fdp.exe"]).ok();
    let server = Server::start(&sandbox, &[]);
    for path in ["/".to_owned(), format!("/t/{id}"), "/tickets".to_owned(), "/queue".to_owned()] {
        let page = server.get(&path).body;
        let hidden = ["\u{202e}", "\u{2066}"].iter().any(|mark| page.contains(mark));
        assert!(!hidden || path.contains("/t/"), "{path}");
    }
    let page = server.get(&format!("/t/{id}")).body;
    for shown in ["a\\u{202e}txt.exe", "b\\u{2066}x", "rechnung\\u{202e}fdp.exe"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

#[test]
fn a_form_does_what_it_shows() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "product-owner"]).ok();
    sandbox.run(&["team", "add", "Ann", "--email", "ann@example.com", "--role", "l1"]).ok();
    let ann = |line: &str| {
        let said = sandbox.shell(&format!(
            "export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com; git support {line}"
        ));
        said.ok().lines().next().unwrap_or_default().to_owned()
    };
    let id = ann("new 'All is down' --severity critical --reporter 'K <k@c.example>'");
    let server = Server::start(&sandbox, &[]);
    let page = server.get("/severities").body;
    let seen = format!("seen-{id}");
    assert!(page.contains(&format!("name=\"{seen}\" value=\"critical\"")), "{page}");
    ann(&format!("triage {id} --severity minor"));
    // What was on the page is not what would be confirmed.
    let refused = server.post("/severities/confirm", &[(&seen, "critical"), ("id", &id)]);
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.contains("was critical on the page, and is minor now"), "{}", refused.body);
    let done = server.post("/severities/confirm", &[(&seen, "minor"), ("id", &id)]);
    assert!(done.status < 400, "{}", done.body);
    // What is emptied is cleared, or refused.
    let edit = format!("/t/{id}/do/edit");
    let came = hidden(&server.get(&edit).body);
    let typed = [("title", "All is down"), ("reporter", ""), ("channel", "")];
    let emptied = server.post(&edit, &filled(&came, &typed));
    assert!(emptied.status < 400, "{}", emptied.body);
    let file = sandbox.ticket_file(&id);
    let head = file.split("timeline:").next().unwrap();
    assert!(!head.contains("reporter:") && !head.contains("channel:"), "{head}");
    let refused = server.post(&edit, &filled(&hidden(&server.get(&edit).body), &[("title", "")]));
    assert!(
        refused.status == 422 && refused.body.contains("cannot be cleared"),
        "{} {}",
        refused.status,
        refused.body
    );
}

#[test]
fn a_server_writes_nothing_where_nothing_may_be_written() {
    let sandbox = Sandbox::new().with("GIT_SUPPORT_READ_ONLY", "1");
    let server = Server::start(&sandbox, &[]);
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    assert!(server.get("/").body.contains("read only"));
    let refused = server.post("/new", &[("title", "x")]);
    assert!(refused.status >= 400, "{}", refused.body);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before);
}

#[test]
fn a_brief_is_offered_where_there_is_somebody_to_read_it() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "Pay fails", "--level", "2"]).ok().trim().to_owned();
    let server = Server::start(&sandbox, &[]);
    let link = format!("/t/{id}/brief");
    assert!(!server.get(&format!("/t/{id}")).body.contains(&link));
    sandbox.run(&["vendor", "add", "paygate", "--phone", "+1 555 0100"]).ok();
    sandbox.run(&["defer", &id, "--vendor", "paygate"]).ok();
    assert!(server.get(&format!("/t/{id}")).body.contains(&link));
    assert_eq!(server.get(&link).status, 200);
}
