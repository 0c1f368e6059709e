//! One message, or one export, taken in two clones before either has the other's commit: both write the same.

use serde_json::json;

use crate::mailing::message;
use crate::migrating::{all, comment, export, notes};
use crate::sandbox::Sandbox;
use crate::syncing::clones;

/// What is taken, given the ticket that is there.
type Story = fn(&str) -> String;

/// A message of Monday; a clock of each clone's own makes no difference.
fn dated(headers: &str, text: &str) -> String {
    message("m1@customer.example", &format!("Date: Mon, 23 Nov 2026 08:00:00 +0000\n{headers}"), text)
}

const FILE: &str = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b";

fn with_file(headers: &str) -> String {
    let parts =
        "--b\n\nSee the file.\n--b\nContent-Disposition: attachment; filename=a.log\n\nfailed\n--b--\n";
    dated(&format!("{headers}\n{FILE}"), parts)
}

const STORIES: [(&str, Story, usize); 6] = [
    ("a secret", |_| dated("X-A: b", "The key is AKIAZ7QW3ERTY6UIOP5L."), 2),
    ("a stranger who names a ticket", |id| dated(&format!("Subject: Re: [{id}]"), "For me, too."), 2),
    ("in the name of the team", |id| dated(&format!("From: bob@example.com\nSubject: [{id}]"), "Done."), 1),
    ("opened in the name of the team", |_| with_file("From: bob@example.com\nSubject: New"), 2),
    ("a file", |_| with_file("Subject: It fails"), 2),
    (
        "a machine",
        |id| {
            dated(
                &format!("From: kim@customer.example\nAuto-Submitted: auto-replied\nSubject: [{id}]"),
                "Away.",
            )
        },
        1,
    ),
];

/// Takes a message in a clone, as whoever works there.
fn take_in(sandbox: &Sandbox, name: &str, raw: &str) {
    let email = format!("{}@example.com", name.to_lowercase());
    sandbox.git(&["config", "user.name", name]);
    sandbox.git(&["config", "user.email", &email]);
    let whose = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL";
    let said = sandbox.shell(&format!("{whose}; printf '%s' '{raw}' | git support mail take -")).ok();
    assert!(said.contains("1 opened") || said.contains("1 note"), "{said}");
}

/// A story, in two clones that then sync; each has said something on the ticket before, where they are to differ.
fn told(story: Story, address: &str, tickets: usize, differ: bool) {
    let (mut sandbox, a, b) = clones();
    let _ = sandbox.run(&["init"]);
    for (name, role) in [("Ann", "lead"), ("Bob", "l1")] {
        let email = format!("{}@example.com", name.to_lowercase());
        sandbox.run(&["team", "add", name, "--email", &email, "--role", role]).ok();
    }
    let id = sandbox.run(&["new", "Old", "--reporter", "Kim <kim@customer.example>"]).ok().trim().to_owned();
    if !address.is_empty() {
        sandbox.run(&["config", "set", "mail.address", address]).ok();
    }
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.enter(&b);
    sandbox.git(&["pull", "-q"]);
    for (clone, name) in [(&a, "Ann"), (&b, "Bob")] {
        sandbox.enter(clone);
        if differ {
            sandbox.run(&["comment", &id, "-m", &format!("Said by {name}.")]).ok();
        }
        take_in(&sandbox, name, &story(&id));
    }
    for clone in [&a, &b, &a] {
        sandbox.enter(clone);
        let said = sandbox.run(&["sync"]);
        assert!(!said.stderr.contains("two tickets"), "{}", said.stderr);
        said.ok();
    }
    sandbox.run(&["audit"]).ok();
    let listed = sandbox.run(&["list", "--all", "--format", "ndjson"]).ok();
    assert_eq!(listed.lines().count(), tickets, "{listed}");
    // Nothing is there twice.
    let whole = sandbox.run(&["export", "--full", "--format", "ndjson"]).ok();
    for ticket in whole.lines() {
        let ticket: serde_json::Value = serde_json::from_str(ticket).unwrap();
        let mut ids: Vec<String> =
            ticket["timeline"].as_array().unwrap().iter().map(|entry| entry["id"].to_string()).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "{ticket}");
    }
}

#[test]
fn what_both_wrote_after_something_of_their_own_is_one_entry() {
    for (name, story, tickets) in STORIES {
        println!("{name}");
        told(story, "Help <support@shop.example>", tickets, true);
    }
}

#[test]
fn two_clones_that_take_one_message_write_the_same_where_the_desk_has_an_address() {
    for (name, story, tickets) in STORIES {
        println!("{name}");
        told(story, "Help <support@shop.example>", tickets, false);
    }
}

#[test]
fn two_clones_that_take_one_message_write_the_same_where_the_desk_has_none() {
    for (name, story, tickets) in STORIES {
        println!("{name}");
        told(story, "", tickets, false);
    }
}

#[test]
fn a_newer_export_that_both_import_after_words_of_their_own_is_there_once() {
    let (mut sandbox, a, b) = clones();
    let file = |sandbox: &Sandbox, text: String| {
        std::fs::write(sandbox.root().join("x.json"), text).unwrap();
        sandbox.run(&["import", "../x.json"]).ok();
    };
    file(&sandbox, export(json!({})));
    let id = all(&sandbox)[0]["id"].as_str().unwrap().to_owned();
    for clone in [&a, &b] {
        sandbox.enter(clone);
        sandbox.run(&["sync"]).ok();
    }
    let newer = json!({"comments": [comment("c1", "bo", 3, "One."), comment("c2", "bo", 4, "Two.")], "state": "CLOSED", "closedAt": "2026-01-09T00:00:00Z"});
    for clone in [&a, &b] {
        sandbox.enter(clone);
        sandbox.run(&["comment", &id, "-m", &format!("In {}.", clone.display())]).ok();
        file(&sandbox, export(newer.clone()));
    }
    for clone in [&a, &b, &a] {
        sandbox.enter(clone);
        sandbox.run(&["sync"]).ok();
    }
    let ticket = &all(&sandbox)[0];
    let said = notes(ticket, "comment");
    assert_eq!(said.iter().filter(|note| note.ends_with("Two.")).count(), 1, "{said:?}");
    assert_eq!((said.len(), notes(ticket, "resolve").len()), (4, 1), "{said:?}");
    sandbox.run(&["audit"]).ok();
    sandbox.run(&["doctor"]).ok();
}

/// Takes a message in each of two clones, which then sync; how many tickets there are.
fn taken_apart(first: &str, second: &str) -> (Sandbox, usize) {
    let (mut sandbox, a, b) = clones();
    for (name, role) in [("Ann", "lead"), ("Bob", "l1")] {
        let email = format!("{}@example.com", name.to_lowercase());
        sandbox.run(&["team", "add", name, "--email", &email, "--role", role]).ok();
    }
    sandbox.run(&["config", "set", "mail.address", "support@shop.example"]).ok();
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.enter(&b);
    sandbox.git(&["pull", "-q"]);
    for (clone, name, message) in [(&a, "Ann", first), (&b, "Bob", second)] {
        sandbox.enter(clone);
        take_in(&sandbox, name, message);
        // Some seconds later.
        sandbox.run(&["list"]).ok();
    }
    for clone in [&a, &b, &a] {
        sandbox.enter(clone);
        sandbox.run(&["sync"]).ok();
    }
    sandbox.run(&["audit"]).ok();
    assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
    let listed = sandbox.run(&["list", "--format", "ndjson"]).ok();
    let count = listed.lines().count();
    (sandbox, count)
}

#[test]
fn a_message_that_came_by_two_ways_is_one_ticket() {
    let by = |server: u32| {
        let headers = format!(
            "Received: from x by mx{server}.shop.example; Mon, 23 Nov 2026 08:0{server}:00 +0000\n\
             Authentication-Results: mx{server}.shop.example; spf=pass\nX-Way: {server}"
        );
        let message = with_file("Subject: It fails");
        format!("{headers}\n{message}")
    };
    let (sandbox, tickets) = taken_apart(&by(1), &by(2));
    assert_eq!(tickets, 1);
    let id = all(&sandbox)[0]["id"].as_str().unwrap().to_owned();
    let files = sandbox.run(&["attach", &id, "--list"]).ok();
    assert!(files.matches("message.eml").count() == 2 && files.matches("a.log").count() == 1, "{files}");
    assert_eq!(sandbox.run(&["mail", "queue", "--format", "ndjson"]).ok().lines().count(), 1);
    // Long on the way: it is of when it came in, as the receiving server says.
    let late = by(1).replace("08:01:00 +0000", "09:00:00 +0000").replace("m1@", "m2@");
    take_in(&sandbox, "Ann", &late);
    assert!(sandbox.run(&["list", "--format", "csv"]).ok().contains("2026-11-23T09:00:00Z"));
}

#[test]
fn a_message_that_nobody_dated_is_whole_on_each_ticket_that_it_made() {
    let undated = format!(
        "Subject: It fails\nFrom: Kim <kim@c.example>\nMessage-ID: <u@c>\n{FILE}\n\n--b\n\nSee.\n--b\nContent-Disposition: attachment; filename=a.log\n\nfailed\n--b--\n"
    );
    let (sandbox, _) = taken_apart(&undated, &undated);
    // Who merged them carried what the other had taken: that is noted.
    sandbox.is_tampered_with();
    for ticket in all(&sandbox) {
        let id = ticket["id"].as_str().unwrap();
        for name in ["a.log", "message.eml"] {
            assert!(!sandbox.run(&["attach", id, "--get", name, "-o", "-"]).ok().is_empty(), "{id} {name}");
        }
    }
}
