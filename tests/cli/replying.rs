//! Replies go out once, in the customer's thread, and carry nothing that is for the team alone.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::mailing::{desk, message, take};
use crate::sandbox::Sandbox;

/// A desk whose mail program keeps what it is given: `sent/N` with the recipients in the first line.
struct PostOffice {
    sandbox: Sandbox,
    sent: PathBuf,
}

/// Writes a program into the sandbox.
fn program(sandbox: &Sandbox, name: &str, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = sandbox.root().join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

impl PostOffice {
    fn new() -> Self {
        let sandbox = desk();
        let sent = sandbox.root().join("sent");
        fs::create_dir_all(&sent).unwrap();
        let keep = format!("f=$(mktemp {}/XXXXXX); {{ echo \"$@\"; cat; }} > $f", sent.display());
        let path = program(&sandbox, "sendmail", &keep);
        sandbox.git(&["config", "sendemail.smtpServer", &path]);
        Self { sandbox, sent }
    }

    fn sent(&self) -> Vec<String> {
        let files = fs::read_dir(&self.sent).unwrap();
        let mut all: Vec<String> =
            files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
        all.sort();
        all
    }

    /// The ticket of a customer's question.
    fn asked(&self) -> String {
        let line = take(&self.sandbox, &message("m1@customer.example", "", "It fails."));
        line["ticket"].as_str().unwrap().to_owned()
    }

    fn queue(&self) -> Vec<Value> {
        let json = self.sandbox.run(&["mail", "queue", "--json"]).ok();
        serde_json::from_str(&json).unwrap()
    }
}

#[test]
fn a_reply_goes_out_once_in_the_thread_of_the_customer() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    sandbox.run(&["config", "set", "mail.acknowledge", "0"]).ok();
    let raw = message("m1@customer.example", "Cc: bob@customer.example", "It fails.");
    let id = take(sandbox, &raw)["ticket"].as_str().unwrap().to_owned();
    sandbox.run(&["comment", &id, "--internal", "-m", "They have not paid."]).ok();
    let output = sandbox.run(&["reply", &id, "-m", "Hello Ann,\n\nsince when? Grüße"]);
    assert!(output.stderr.contains("bob@customer.example (--cc bob@customer.example)"), "{output:?}");
    let said = sandbox.run(&["mail", "send"]).ok();
    assert!(said.contains("sent") && said.contains("ann@customer.example"), "{said}");
    let sent = office.sent();
    assert_eq!(sent.len(), 1);
    let sent = sent[0].replace("\r\n", "\n");
    assert!(sent.starts_with("-i ann@customer.example\n"), "{sent}");
    for header in [
        "From: \"Dana Li\" <support@shop.example>\n",
        "To: <ann@customer.example>\n",
        &format!("Subject: Re: Pay fails [{id}]\n"),
        "In-Reply-To: <m1@customer.example>\n",
        "References: <m1@customer.example>\n",
    ] {
        assert!(sent.contains(header), "{header} {sent}");
    }
    assert!(!sent.contains("They have not paid.") && !sent.contains("Auto-Submitted"), "{sent}");
    assert_eq!(sandbox.run(&["mail", "send"]).ok(), "no messages to send\n");
    assert_eq!(office.sent().len(), 1);
    let log = sandbox.run(&["log", &id]).ok();
    assert!(log.contains("send"), "{log}");
    // It is an answer to the customer, and a mark that it was sent is none.
    assert_eq!(sandbox.run(&["list", "is:unanswered", "--format", "ndjson"]).ok(), "");
}

#[test]
fn what_cannot_be_sent_stays_queued_and_says_why() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    let id = office.asked();
    let good = sandbox.git(&["config", "sendemail.smtpServer"]);
    let bad = program(sandbox, "bad", "cat >/dev/null; echo 550 no such user; exit 69");
    sandbox.git(&["config", "sendemail.smtpServer", &bad]);
    let output = sandbox.run(&["mail", "send"]);
    assert_eq!(output.status, Some(1), "{output:?}");
    assert!(output.stderr.contains("550 no such user"), "{output:?}");
    assert_eq!(office.queue().len(), 1);
    sandbox.git(&["config", "--unset", "sendemail.smtpServer"]);
    // A command line of the user's goes before a program.
    sandbox.git(&["config", "sendemail.sendmailCmd", &format!("{} --extra", good.trim())]);
    sandbox.run(&["mail", "send", &id]).ok();
    assert!(office.sent()[0].starts_with("--extra -i ann@customer.example\n"), "{:?}", office.sent());
    assert!(office.sent()[0].contains("Auto-Submitted: auto-replied"));
}

#[test]
fn a_run_that_was_ended_between_sending_and_recording_sends_nothing_twice() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    take(sandbox, &message("m1@customer.example", "", "It fails."));
    // The mail program has taken it when our process is ended, which then cannot record it.
    let own = sandbox.git(&["config", "sendemail.smtpServer"]);
    let slow = program(
        sandbox,
        "slow",
        &format!("{} \"$@\"; kill -9 $(sed -n 's/^PPid:[^0-9]*//p' /proc/$PPID/status)", own.trim()),
    );
    sandbox.git(&["config", "sendemail.smtpServer", &slow]);
    let ended = sandbox.run_unwatched(&["mail", "send"], "");
    assert_ne!(ended.status, Some(0), "{ended:?}");
    assert_eq!((office.sent().len(), office.queue().len()), (1, 1));
    sandbox.git(&["config", "sendemail.smtpServer", own.trim()]);
    sandbox.run(&["mail", "send"]).ok();
    assert_eq!((office.sent().len(), office.queue().len()), (1, 0));
}

#[test]
fn a_run_that_was_broken_off_while_sending_says_that_it_sends_again() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    take(sandbox, &message("m1@customer.example", "", "It fails."));
    let own = sandbox.git(&["config", "sendemail.smtpServer"]);
    // Both are ended before the mail program has answered.
    let slow =
        program(sandbox, "slow", "kill -9 $(sed -n 's/^PPid:[^0-9]*//p' /proc/$PPID/status) $PPID; exit 1");
    sandbox.git(&["config", "sendemail.smtpServer", &slow]);
    let _ = sandbox.run_unwatched(&["mail", "send"], "");
    sandbox.git(&["config", "sendemail.smtpServer", own.trim()]);
    // It may be under way for a while.
    let said = sandbox.run(&["mail", "send"]).ok();
    assert!(said.contains("under way"), "{said}");
    assert_eq!(office.sent().len(), 0);
    sandbox.shell("touch -d '10 minutes ago' .git/support/outbox/*.eml").ok();
    let said = sandbox.run(&["mail", "send"]).ok();
    assert!(said.contains("sent again"), "{said}");
    assert_eq!((office.sent().len(), office.queue().len()), (1, 0));
}

#[test]
fn a_draft_is_shown_and_nothing_is_recorded() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    let id = office.asked();
    let before = sandbox.subjects();
    let draft = sandbox
        .run(&["reply", &id, "--draft", "-m", "Since when?", "--cc", "Bob <bob@customer.example>"])
        .ok();
    assert!(draft.contains("Cc: <bob@customer.example>") && draft.ends_with("\n\nSince when?\n"), "{draft}");
    assert_eq!(sandbox.subjects(), before);
}

#[test]
fn a_reply_needs_an_address_on_both_sides() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let output = sandbox.run(&["reply", &id, "-m", "Hello."]);
    assert!(output.stderr.contains("git support config set mail.address support@example.com"), "{output:?}");
    sandbox.run(&["config", "set", "mail.address", "support@example.com"]).ok();
    sandbox.run(&["edit", &id, "--reporter", "Ann Lee"]).ok();
    let output = sandbox.run(&["reply", &id, "-m", "Hello."]);
    assert!(
        output.stderr.contains(&format!("git support reply {id} --to ann@example.com -m TEXT")),
        "{output:?}"
    );
    for bad in ["-oQ/tmp@x.example", "ann@x.example\nBcc: all@x.example", "ann"] {
        let output = sandbox.run(&["reply", &id, &format!("--to={bad}"), "-m", "Hello."]);
        assert_ne!(output.status, Some(0), "{bad}: {output:?}");
    }
    sandbox.run(&["reply", &id, "--to", "ann@example.com", "-m", "Hello."]).ok();
    assert!(sandbox.run(&["mail", "queue"]).ok().contains("ann@example.com"));
}

#[test]
fn a_merged_file_cannot_have_the_desk_write_to_anybody() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["reply", &id, "--to", "ann@customer.example", "-m", "Hello."]).ok();
    let path = crate::sandbox::path_of(&id);
    let text = sandbox.ticket_file(&id);
    sandbox.is_tampered_with();
    sandbox.git(&["stash", "-q"]);
    let hostile = |change: &dyn Fn(&str) -> String, author: &str| {
        sandbox.file(&path, change(&text));
        sandbox.git(&["add", &path]);
        sandbox.git(&["commit", "-qm", "Hostile", "--author", author]);
        let output = sandbox.run_unwatched(&["mail", "send"], "");
        assert!(output.stderr.contains("not sent"), "{output:?}");
        assert_eq!(office.sent().len(), 0, "{output:?}");
    };
    let (dana, eve) = ("Dana Li <dana@example.com>", "Eve <eve@evil.example>");
    // To an option, with a header in the name, and by somebody else, in a commit of the team's.
    hostile(&|text| text.replace("[ann@customer.example]", "[-oQ/tmp@x.example]"), dana);
    hostile(&|text| text.replace("[ann@customer.example]", "[\"ann@x.example\\nBcc: all@x.example\"]"), dana);
    let by_dana = "by: Dana Li <dana@example.com>\n  action: comment";
    hostile(&|text| text.replace(by_dana, &by_dana.replace("Dana Li <dana@example.com>", eve)), dana);
    // In the name of the team and of the desk, in a commit of somebody else's.
    let added = |by: &str, action: &str| {
        format!(
            "- seq: 3\n  id: aaaaaaaa\n  at: 2026-11-23T09:20:00Z\n  by: {by}\n  action: {action}\n  mail:\n    \
             to: [victim@other.example]\n  note: Buy pills.\n"
        )
    };
    let without = text.replace("    to: [ann@customer.example]\n", "    cc: [ann@customer.example]\n");
    for (by, action) in
        [(dana, "comment"), ("Support desk <support@shop.example>", "acknowledge"), (dana, "edit")]
    {
        hostile(&|_| without.clone() + &added(by, action), eve);
    }
}

#[test]
fn a_vendor_gets_the_brief_and_its_answer_comes_back() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    sandbox.run(&["config", "set", "mail.acknowledge", "0"]).ok();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    let raw = message("m1@customer.example", "Subject: Ann Lee cannot pay", "My number is +61 7 5550 1234.");
    let id = take(sandbox, &raw)["ticket"].as_str().unwrap().to_owned();
    sandbox.run(&["comment", &id, "--internal", "-m", "They have not paid."]).ok();
    // What comes with a note for the team is the team's, too.
    let plan = format!(
        "From: Dana Li <dana@example.com>\nTo: support@shop.example\nSubject: [{id}]\nMessage-ID: <d1@example.com>\n\
         MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThe plan.\n\
         --b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=drop-them.txt\n\nDrop them.\n--b--\n"
    );
    let line = take(sandbox, &plan);
    assert_eq!((line["outcome"].as_str(), line["ticket"].as_str()), (Some("note"), Some(id.as_str())));
    assert!(sandbox.run(&["handover", &id]).ok().contains("drop-them.txt"));
    sandbox.run(&["escalate", &id, "--requirements", "Pays.", "--troubleshooting", "Tried."]).ok();
    sandbox.run(&["defer", &id, "--vendor", "paygate", "--case", "PG-1", "--send"]).ok();
    sandbox.run(&["mail", "send"]).ok();
    let sent = office.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].starts_with("-i help@paygate.example"), "{}", sent[0]);
    assert_eq!(sent[0].matches("message.eml").count(), 1, "{}", sent[0]);
    for hidden in ["Ann", "customer.example", "5550", "not paid", "drop-them"] {
        assert!(!sent[0].contains(hidden), "{hidden}: {}", sent[0]);
    }
    let json: Value = serde_json::from_str(&sandbox.run(&["show", &id, "--json"]).ok()).unwrap();
    let mark = json["timeline"].as_array().unwrap().iter().find(|entry| entry["action"] == "send").unwrap();
    let headers = format!(
        "From: Pay Gate <help@paygate.example>\nIn-Reply-To: <{}>",
        mark["mail"]["id"].as_str().unwrap()
    );
    let line = take(sandbox, &message("v1@paygate.example", &headers, "It is fixed since noon."));
    assert_eq!((line["outcome"].as_str(), line["ticket"].as_str()), (Some("note"), Some(id.as_str())));
    let inbox = sandbox.run(&["show", &id]).ok();
    assert!(inbox.contains("It is fixed since noon."), "{inbox}");
    // It is for the team: the customer's thread knows nothing of it.
    sandbox.run(&["reply", &id, "-m", "It works again."]).ok();
    sandbox.run(&["mail", "send"]).ok();
    let sent = office.sent().concat();
    let to_customer = sent.split("-i ann@customer.example").nth(1).unwrap();
    assert!(!to_customer.split("-i help@").next().unwrap().contains("paygate"), "{to_customer}");
}

#[test]
fn two_runs_at_once_send_each_message_once() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    sandbox.run(&["config", "set", "mail.acknowledge", "10"]).ok();
    for place in 0..4 {
        take(sandbox, &message(&format!("m{place}@customer.example"), "", "It fails."));
    }
    let own = sandbox.git(&["config", "sendemail.smtpServer"]);
    // The first run sends until the second has ended.
    let go = sandbox.root().join("go").display().to_string();
    let waits = format!("until [ -e {go} ]; do sleep 0.05; done; exec {} \"$@\"", own.trim());
    let slow = program(sandbox, "slow", &waits);
    sandbox.git(&["config", "sendemail.smtpServer", &slow]);
    let line = format!(
        "git support mail send >../one 2>&1 & until ls .git/support/outbox/*.eml >/dev/null 2>&1; do sleep 0.05; done
         git support mail send >../two 2>&1; echo $?; touch {go}; wait"
    );
    let output = sandbox.shell(&line);
    assert_eq!(output.stdout.trim(), "4", "busy: {output:?}");
    assert_eq!(office.sent().len(), 4);
    assert_eq!(office.queue().len(), 0);
}

#[test]
fn a_reply_answers_whoever_wrote_last_and_takes_part() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    let raw = message("m1@customer.example", "Cc: bob@customer.example", "It fails.");
    let id = take(sandbox, &raw)["ticket"].as_str().unwrap().to_owned();
    let draft = || sandbox.run(&["reply", &id, "--draft", "-m", "Since when?"]).ok();
    assert!(draft().contains("To: <ann@customer.example>\n"), "{}", draft());
    let bob = "From: Bob <bob@customer.example>\nIn-Reply-To: <m1@customer.example>";
    take(sandbox, &message("m2@customer.example", bob, "For me, too."));
    assert!(draft().contains("To: <bob@customer.example>\nCc: <ann@customer.example>\n"), "{}", draft());
    // Somebody who came into the thread by themselves is answered when somebody says so.
    let eve = "From: Eve <eve@evil.example>\nIn-Reply-To: <m1@customer.example>";
    take(sandbox, &message("m3@evil.example", eve, "What is it about?"));
    assert!(!draft().contains("eve@evil.example"), "{}", draft());
}

#[test]
fn what_is_said_with_a_step_is_sent_when_it_is_to_be() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    sandbox.run(&["config", "set", "mail.acknowledge", "0"]).ok();
    let id = office.asked();
    let output = sandbox.run(&["comment", &id, "-m", "We look at it."]);
    assert!(output.stderr.contains("not sent by e-mail; git support reply does"), "{output:?}");
    assert_eq!(office.queue().len(), 0);
    let output = sandbox.run(&["pend", &id, "-m", "Which card?", "--send"]);
    assert!(!output.stderr.contains("not sent"), "{output:?}");
    // A message needs a text, which a step alone does not.
    for step in [["resolve", &id, "--as", "answered", "--send"].as_slice(), &["pend", &id, "--send"]] {
        let output = sandbox.run(step);
        assert!(output.status == Some(2) && output.stderr.contains("-m TEXT"), "{output:?}");
    }
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "Use the blue one.", "--send"]).ok();
    sandbox.run(&["mail", "send"]).ok();
    let sent = office.sent().concat();
    assert!(sent.contains("Which card?") && sent.contains("Use the blue one."), "{sent}");
}

#[test]
fn a_reply_that_was_replaced_before_it_was_sent_goes_out_as_it_is_now() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    sandbox.run(&["config", "set", "mail.acknowledge", "0"]).ok();
    let id = office.asked();
    sandbox.run(&["reply", &id, "-m", "Version A."]).ok();
    let entry = office.queue()[0]["entry"].as_str().unwrap().to_owned();
    sandbox.run(&["comment", &id, "--replace", &entry, "-m", "Version B."]).ok();
    sandbox.run(&["mail", "send"]).ok();
    let sent = office.sent().concat();
    assert!(sent.contains("Version B.") && !sent.contains("Version A."), "{sent}");
}

#[test]
fn a_colleague_of_the_vendors_speaks_for_the_vendor() {
    let office = PostOffice::new();
    let sandbox = &office.sandbox;
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    let raw = "From: Ann Lee <ann@customer.example>\nSubject: Pay\nMessage-ID: <m1@customer.example>\n\
               Content-Type: multipart/mixed; boundary=b\n\n--b\n\nIt fails.\n--b\n\
               Content-Disposition: attachment; filename=\"Ann Lee invoice bob@customer.example.pdf\"\n\nx\n--b--\n";
    let id = take(sandbox, raw)["ticket"].as_str().unwrap().to_owned();
    sandbox.run(&["escalate", &id, "--requirements", "Pays.", "--troubleshooting", "Tried."]).ok();
    sandbox.run(&["defer", &id, "--vendor", "paygate", "--send", "-m", "Please look at it."]).ok();
    sandbox.run(&["mail", "send"]).ok();
    let sent = office.sent();
    let to_vendor = sent.iter().find(|sent| sent.contains("help@paygate.example")).unwrap();
    assert!(to_vendor.contains("Please look at it."), "{to_vendor}");
    assert!(!to_vendor.contains("Ann") && !to_vendor.contains("bob@"), "{to_vendor}");
    let id_of =
        to_vendor.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned();
    let headers = format!("From: Jim <jim@paygate.example>\nIn-Reply-To: {id_of}");
    let line = take(sandbox, &message("v1@paygate.example", &headers, "It is the card."));
    assert_eq!(
        (line["outcome"].as_str(), line["ticket"].as_str()),
        (Some("note"), Some(id.as_str())),
        "{line}"
    );
    assert_eq!(sandbox.field(&id, "status"), "deferred");
}
