//! One message, taken in two clones before either has the other's commit: both write the same.

use crate::mailing::message;
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

/// A story, in two clones that then sync.
fn told(story: Story, address: &str, tickets: usize) {
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
}

#[test]
fn two_clones_that_take_one_message_write_the_same_where_the_desk_has_an_address() {
    for (name, story, tickets) in STORIES {
        println!("{name}");
        told(story, "Help <support@shop.example>", tickets);
    }
}

#[test]
fn two_clones_that_take_one_message_write_the_same_where_the_desk_has_none() {
    for (name, story, tickets) in STORIES {
        println!("{name}");
        told(story, "", tickets);
    }
}
