//! `web` seen from a socket: who is answered, what is refused, and that nothing of a refused request is written.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::sandbox::{Sandbox, is_here};
use crate::server::{Answer, Server, encoded};

/// Requests by somebody with the cookie that lead nowhere.
fn of_no_use(server: &Server, id: &str) -> Vec<(&'static str, u16, Answer)> {
    let large = "x".repeat(9 * 1024 * 1024);
    let comment = format!("/t/{id}/do/comment");
    let mut refused = vec![("a large form", 413, server.post(&comment, &[("message", &large)]))];
    for path in [
        format!("/t/{id}/files/..%2f..%2fconfig"),
        format!("/t/{id}/files/aaaaaaaa"),
        "/t/..%2f..%2fetc/files/passwd".to_owned(),
        "/t/--help0".to_owned(),
        format!("/t/{id}/do/sync"),
        format!("/t/{id}/do/import"),
        "/manage/config/list".to_owned(),
        "/.git/config".to_owned(),
    ] {
        refused.push(("nowhere", 404, server.get(&path)));
    }
    refused
}

#[test]
fn each_request_that_is_not_the_users_own_is_refused_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let server = Server::start(&sandbox, &[]);
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    let (port, cookie, form) = (server.port, server.cookie.clone(), server.form.clone());
    let host = format!("Host: 127.0.0.1:{port}\r\n");
    let ours = format!("Origin: http://127.0.0.1:{port}\r\n");
    let with_cookie = format!("Cookie: {cookie}\r\n");
    let fields = [("form", form.as_str()), ("message", "Written by a stranger.")];
    let comment = format!("/t/{id}/do/comment");
    let long = "a".repeat(9000);
    let mut refused = vec![
        ("a foreign host", 403, server.ask(&format!("GET / HTTP/1.1\r\nHost: evil.example\r\n{with_cookie}\r\n"))),
        ("no host", 400, server.ask(&format!("GET / HTTP/1.1\r\n{with_cookie}\r\n"))),
        ("two hosts", 400, server.ask(&format!("GET / HTTP/1.1\r\n{host}Host: evil.example\r\n{with_cookie}\r\n"))),
        ("another port", 403, server.ask(&format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n{with_cookie}\r\n"))),
        ("no cookie", 401, server.ask(&format!("GET / HTTP/1.1\r\n{host}\r\n"))),
        ("another's cookie", 401, server.ask(&format!("GET / HTTP/1.1\r\n{host}Cookie: git_support_{port}=0\r\n\r\n"))),
        ("the token again", 403, server.ask(&format!("GET /?token={} HTTP/1.1\r\n{host}\r\n", server.token))),
        ("a guessed token", 403, server.ask(&format!("GET /?token=0 HTTP/1.1\r\n{host}\r\n"))),
        ("a form without cookie", 401, server.post_as(&comment, &fields, &ours)),
        ("a form of another site", 403, server.post_as(&comment, &fields, &format!("Origin: http://evil.example\r\n{with_cookie}"))),
        ("a form of a sandbox", 403, server.post_as(&comment, &fields, &format!("Origin: null\r\n{with_cookie}"))),
        ("a form of nowhere", 403, server.post_as(&comment, &fields, &with_cookie)),
        ("a cross-site form", 403, server.post_as(&comment, &fields, &format!("{ours}Sec-Fetch-Site: cross-site\r\n{with_cookie}"))),
        ("a form without its token", 403, server.post_as(&comment, &[("message", "x")], &format!("{ours}{with_cookie}"))),
        ("a form of another run", 403, server.post_as(&comment, &[("form", "0"), ("message", "x")], &format!("{ours}{with_cookie}"))),
        ("text for a form", 415, server.ask(&format!("POST {comment} HTTP/1.1\r\n{host}{ours}{with_cookie}Content-Type: text/plain\r\nContent-Length: 9\r\n\r\nmessage=x"))),
        ("another method", 405, server.ask(&format!("DELETE /t/{id} HTTP/1.1\r\n{host}{with_cookie}\r\n"))),
        ("a long address", 414, server.ask(&format!("GET /{long} HTTP/1.1\r\n{host}{with_cookie}\r\n"))),
        ("two lengths", 400, server.ask(&format!("POST {comment} HTTP/1.1\r\n{host}{ours}{with_cookie}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nmessage=x"))),
        ("a length and pieces", 400, server.ask(&format!("POST {comment} HTTP/1.1\r\n{host}{ours}{with_cookie}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))),
        ("no HTTP", 400, server.ask("\x16\x03\x01\r\n\r\n")),
    ];
    refused.extend(of_no_use(&server, &id));
    for (what, status, answer) in &refused {
        assert_eq!(answer.status, *status, "{what}: {} {}", answer.head, answer.body);
    }
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before, "nothing is written");
    // The user's own form is taken, and every answer says what the browser may do with it.
    let done = server.post(&comment, &[("message", "Mine.")]);
    assert_eq!(done.status, 303, "{}", done.body);
    let page = server.get(&format!("/t/{id}"));
    assert!(page.body.contains("Mine."));
    for header in [
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
    ] {
        assert!(page.head.contains(header), "{}", page.head);
    }
}

#[test]
fn texts_are_never_markup_whatever_field_they_stand_in() {
    let sandbox = Sandbox::new();
    let bad = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>";
    let line =
        ["new", bad, "-m", bad, "--label", "<b>", "--environment", bad, "--reporter", "<x> <a@b.example>"];
    let id = sandbox.run(&line).ok().trim().to_owned();
    sandbox.run(&["comment", &id, "-m", bad]).ok();
    sandbox.run(&["escalate", &id, "--requirements", bad, "--troubleshooting", bad]).ok();
    sandbox.file("evidence<b>.html", "<script>alert(1)</script>");
    sandbox.run(&["attach", &id, "evidence<b>.html", "-m", bad]).ok();
    let server = Server::start(&sandbox, &[]);
    for path in [
        "/",
        "/board",
        "/tickets",
        &format!("/tickets?q={}", encoded(bad)),
        &format!("/t/{id}"),
        &format!("/t/{id}/do/edit?title={}", encoded(bad)),
        &format!("/t/{id}/handover"),
        "/similar?title=script",
        "/new?title=%3Cscript%3Ealert(1)",
    ] {
        let page = server.get(path);
        assert!(page.status < 500, "{path}: {}", page.body);
        assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src=x"), "{path}");
    }
    let page = server.get(&format!("/t/{id}")).body;
    let link = page.split("/files/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let file = server.get(&format!("/t/{id}/files/{link}"));
    assert_eq!((file.status, file.body.as_str()), (200, "<script>alert(1)</script>"));
    let head = file.head;
    assert!(head.contains("content-disposition: attachment; filename=\"evidence_b_.html\""), "{head}");
    assert!(head.contains("application/octet-stream") && head.contains("sandbox"), "{head}");
}

#[test]
fn pages_that_change_nothing_take_no_form() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let server = Server::start(&sandbox, &["--read-only"]);
    assert_eq!(server.get(&format!("/t/{id}")).status, 200);
    let page = server.get("/");
    assert!(page.body.contains("read only") && !page.body.contains("New ticket"));
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    for path in [
        "/new",
        "/severities/confirm",
        "/manage/vendor/add",
        &format!("/t/{id}/do/comment"),
        &format!("/t/{id}/attach"),
    ] {
        let answer = server.post(path, &[("message", "x"), ("title", "x"), ("name", "x"), ("id", &id)]);
        assert!(matches!(answer.status, 404 | 405), "{path}: {}", answer.status);
    }
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before);
}

#[test]
fn bare_repositories_and_branches_of_tickets_are_served() {
    let mut sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    sandbox.run(&["init", "--branch", "tickets"]).ok();
    let id = sandbox.ticket("Pay fails");
    let server = Server::start(&sandbox, &[]);
    assert_eq!(server.post(&format!("/t/{id}/do/comment"), &[("message", "On a branch.")]).status, 303);
    assert!(sandbox.git(&["log", "-1", "--format=%B", "tickets"]).contains("On a branch."));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    drop(server);
    sandbox.shell("git clone -q --bare . ../bare.git").ok();
    let bare = sandbox.root().join("bare.git");
    sandbox.enter(&bare);
    let server = Server::start(&sandbox, &["--branch", "tickets"]);
    let answer = server.post("/new", &[("title", "Opened in a bare repository"), ("severity", "major")]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(sandbox.git(&["log", "-1", "--format=%s", "tickets"]).contains("Opened in a bare repository"));
    assert!(server.get("/tickets?q=bare").body.contains("Opened in a bare repository"));
}

#[test]
fn a_draft_is_never_lost() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let server = Server::start(&sandbox, &[]);
    let last = |server: &Server| {
        let page = server.get(&format!("/t/{id}/do/comment")).body;
        page.split("name=\"last\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap()
            .to_owned()
    };
    let seen = last(&server);
    sandbox.run(&["comment", &id, "-m", "From a terminal."]).ok();
    let path = format!("/t/{id}/do/comment");
    // It moved on: what came between is shown, and the form is on top of it.
    let answer = server.post(&path, &[("last", &seen), ("message", "My long <draft>.")]);
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert!(answer.body.contains("From a terminal.") && answer.body.contains("My long &lt;draft&gt;."));
    assert!(answer.body.contains(&format!("name=\"last\" value=\"{}\"", last(&server))));
    // Somebody else has the lock; a secret; who writes is not known.
    let lock = sandbox.repo().join(".git/index.lock");
    std::fs::write(&lock, "").unwrap();
    let answer = server.post(&path, &[("message", "My long <draft>.")]);
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.body.contains("My long &lt;draft&gt;."));
    std::fs::remove_file(&lock).unwrap();
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----";
    let answer = server.post(&path, &[("message", key)]);
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("MIIEpAIBAAKCAQEA7") && answer.body.contains("name=\"allow-secret\""));
    // A commit that cannot be signed is none.
    sandbox.git(&["config", "commit.gpgSign", "true"]);
    sandbox.git(&["config", "gpg.program", "/nowhere/gpg"]);
    let answer = server.post(&path, &[("message", "My long <draft>.")]);
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("My long &lt;draft&gt;."));
    sandbox.git(&["config", "commit.gpgSign", "false"]);
    let answer =
        server.post("/new", &[("message", "A story without a title, which is its first line.\n\nMore.")]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let answer = server.post("/new", &[("title", "Too grave"), ("level", "9"), ("message", "A story.")]);
    assert!(answer.status == 400 && answer.body.contains("A story."), "{} {}", answer.status, answer.body);
}

#[test]
fn tabs_and_terminals_at_once_lose_nothing() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let server = Server::start(&sandbox, &[]);
    let (each, path) = (50, format!("/t/{id}/do/comment"));
    std::thread::scope(|scope| {
        for tab in 0..4 {
            let (server, path) = (&server, &path);
            scope.spawn(move || {
                for number in 0..each {
                    let text = format!("tab {tab} says {number}.");
                    // A lock that is held for longer than a command waits is said, and the form sent again.
                    while server.post(path, &[("message", &text)]).status == 503 {}
                }
            });
        }
        for writer in 0..4 {
            let commands: Vec<_> = (0..each / 4)
                .map(|number| {
                    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
                    command.args(["comment", &id, "-m", &format!("terminal {writer} says {number}.")]);
                    command
                })
                .collect();
            scope.spawn(move || {
                for mut command in commands {
                    while command.output().unwrap().status.code() == Some(4) {}
                }
            });
        }
    });
    let shown = sandbox.run(&["show", &id]).ok();
    for tab in 0..4 {
        for number in 0..each {
            assert_eq!(shown.matches(&format!("tab {tab} says {number}.")).count(), 1, "tab {tab} {number}");
        }
        for number in 0..each / 4 {
            assert_eq!(shown.matches(&format!("terminal {tab} says {number}.")).count(), 1);
        }
    }
    assert_eq!(
        sandbox.git(&["rev-list", "--count", "HEAD", "--", ".support/tickets"]).trim(),
        (1 + 4 * each + 4 * (each / 4)).to_string()
    );
}

#[test]
fn it_ends_when_it_is_told_to_or_when_nobody_asks() {
    let sandbox = Sandbox::new();
    let mut server = Server::start(&sandbox, &[]);
    sandbox.shell(&format!("kill -TERM {}", server.child.id())).ok();
    assert_eq!(server.child.wait().unwrap().code(), Some(143));
    let mut server = Server::unopened(&sandbox, &["--idle", "1s"]);
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let taken = Server::unopened(&sandbox, &[]);
    let error = sandbox.run(&["web", "--no-open", "--port", &taken.port.to_string()]).fails(1);
    assert!(error.contains("cannot listen on 127.0.0.1:") && error.contains("--port"), "{error}");
}

#[test]
fn a_slow_request_keeps_nobody_waiting() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox, &[]);
    let slow: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHos").unwrap();
            stream
        })
        .collect();
    assert_eq!(server.get("/").status, 200);
    // A head that does not end is not waited for.
    let mut first = slow.into_iter().next().unwrap();
    first.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut rest = Vec::new();
    let _ = first.read_to_end(&mut rest);
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn a_form_that_is_sent_twice_is_taken_once() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox, &[]);
    let form = [("title", "Sent twice"), ("message", "By a double click.")];
    let (first, second) = (server.post("/new", &form), server.post("/new", &form));
    assert_eq!((first.status, second.status), (303, 303));
    let place = |answer: &Answer| {
        let line = answer.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
        line.split('?').next().unwrap().to_owned()
    };
    assert_eq!(place(&first), place(&second));
    assert_eq!(sandbox.subjects().iter().filter(|subject| subject.contains("Sent twice")).count(), 1);
    // Another text in the same form is another form.
    assert_eq!(server.post("/new", &[("title", "Sent later")]).status, 303);
    assert!(sandbox.run(&["list"]).ok().contains("Sent later"));
}

#[test]
fn every_form_can_be_filled_in() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let server = Server::start(&sandbox, &[]);
    let take =
        |verb: &str, fields: &[(&str, &str)]| server.post(&format!("/t/{id}/do/{verb}"), fields).status;
    assert_eq!(take("estimate", &[("effort", "2d")]), 303);
    assert_eq!(take("comment", &[("message", "To be undone.")]), 303);
    let shown = sandbox.run(&["show", &id, "--json"]).ok();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let entry = shown["timeline"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(take("undo", &[("what", &entry)]), 303);
    assert_eq!(take("watch", &[]), 303);
    assert_eq!(take("watch", &[("off", "on")]), 303);
    assert_eq!(take("assign", &[("to", "me")]), 303);
    // What changes nothing makes no entry, and no audit accuses anybody of one.
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    assert_eq!(take("owner", &[("to", "me")]), 303);
    assert_eq!(take("owner", &[("to", "me")]), 303);
    assert_eq!(take("assign", &[("to", "me")]), 303);
    assert_eq!(sandbox.git(&["rev-list", "--count", &format!("{}..", before.trim())]).trim(), "1");
    assert_eq!(take("owner", &[("to", "me"), ("message", "Still me."), ("spent", "5m")]), 303);
    assert_eq!(take("assign", &[("to", "me"), ("spent", "5m")]), 303);
    let reply = [("to", "ann@customer.example"), ("message", "Since when?")];
    assert_eq!(take("reply", &reply), 422, "the desk has no address");
    sandbox.run(&["config", "set", "mail.address", "support@shop.example"]).ok();
    assert_eq!(take("reply", &reply), 303);
    assert!(sandbox.run(&["mail", "queue"]).ok().contains("ann@customer.example"));
    assert!(sandbox.run(&["audit"]).ok().contains("no problems found"));
}

#[test]
fn only_programs_of_the_user_are_answered() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox, &[]);
    // To be somebody else takes root, and a program for it.
    if sandbox.shell("id -u").ok().trim() != "0" || !is_here("setpriv") {
        return;
    }
    let (port, cookie) = (server.port, &server.cookie);
    // A program that speaks IPv6 reaches the same socket, and the system lists it elsewhere.
    for address in ["127.0.0.1", "::ffff:127.0.0.1"] {
        let ask = format!(
            "exec 3<>/dev/tcp/{address}/{port}; printf 'GET / HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nCookie: {cookie}\\r\\n\\r\\n' >&3; head -n 1 <&3"
        );
        let own = sandbox.shell(&format!("bash -c \"{ask}\""));
        assert!(own.stdout.starts_with("HTTP/1.1 200"), "{address}: {}{}", own.stdout, own.stderr);
        let other = sandbox.shell(&format!("setpriv --reuid=65534 --clear-groups bash -c \"{ask}\""));
        assert_eq!(other.stdout, "", "{address}: {}", other.stderr);
    }
}

#[test]
fn what_is_started_to_read_moves_no_reference() {
    let sandbox = Sandbox::new().with("GIT_SUPPORT_READ_ONLY", "1");
    let before = sandbox.git(&["for-each-ref"]);
    for arguments in [["new", "Pay fails"].as_slice(), &["init"], &["config", "set", "commit.prefix", "x"]] {
        let output = sandbox.run(arguments);
        assert_eq!(output.status, Some(1), "{arguments:?}: {output:?}");
    }
    assert_eq!(sandbox.git(&["for-each-ref"]), before);
    sandbox.run(&["list"]).ok();
}

#[test]
fn the_report_and_the_audit_are_whole_pages() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.is_tampered_with();
    sandbox.git(&["stash", "-q"]);
    let path = crate::sandbox::path_of(&id);
    sandbox.file(&path, sandbox.ticket_file(&id).replace("title: Pay fails", "title: Forged"));
    sandbox.git(&["commit", "-qam", "Forged"]);
    let server = Server::start(&sandbox, &[]);
    let audit = server.get("/audit");
    assert!(audit.status == 200 && audit.body.contains("head.unaccounted"), "{audit:?}");
    let report = server.get("/report");
    assert!(report.status == 200 && report.body.contains("opened"), "{report:?}");
    let page = server.get("/report/page?from=2026-11-01");
    assert!(page.status == 200 && page.body.contains("<svg"), "{page:?}");
    let wrong = server.get("/report?from=never");
    assert!(wrong.body.contains("never"), "{wrong:?}");
}
