//! Messages become tickets: threads, texts, files, strangers, automatic mail, and whatever else really comes in.

use std::fs;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A desk with a team and an address.
pub(crate) fn desk() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1", "--role", "lead"])
        .ok();
    sandbox.run(&["config", "set", "mail.address", "support@shop.example"]).ok();
    sandbox
}

/// A message of a customer's: its headers beside the usual ones, and its text.
pub(crate) fn message(id: &str, headers: &str, text: &str) -> String {
    let from = if headers.contains("From:") { "" } else { "From: Ann Lee <ann@customer.example>\n" };
    let subject = if headers.contains("Subject:") { "" } else { "Subject: Pay fails\n" };
    let headers = if headers.is_empty() { String::new() } else { format!("{headers}\n") };
    format!("{from}{subject}To: support@shop.example\nMessage-ID: <{id}>\n{headers}\n{text}\n")
}

/// Takes a message, and says what became of it.
pub(crate) fn take(sandbox: &Sandbox, message: &str) -> Value {
    let output = sandbox.run_with(&["mail", "take", "-", "--json"], message);
    let lines: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    lines[0].clone()
}

pub(crate) fn ticket_of(line: &Value) -> String {
    line["ticket"].as_str().unwrap_or_else(|| panic!("{line}")).to_owned()
}

#[test]
fn a_message_opens_a_ticket_and_its_writer_gets_the_number() {
    let sandbox = desk();
    let text = "Paying more than 1,000 fails.\n\nOn Monday, Dana wrote:\n> Hello\n-- \nAnn";
    let raw = message("m1@customer.example", "Cc: Bob <bob@customer.example>", text);
    let line = take(&sandbox, &raw);
    assert_eq!(line["outcome"], "opened");
    let id = ticket_of(&line);
    let field = |name: &str| sandbox.field(&id, name);
    assert_eq!(field("title"), "Pay fails");
    assert_eq!(field("reporter"), "Ann Lee <ann@customer.example>");
    assert_eq!(field("channel"), "email");
    assert_eq!(field("description"), "Paying more than 1,000 fails.");
    let timeline = field("timeline");
    assert_eq!(timeline[0]["by"], "Ann Lee <ann@customer.example>");
    assert_eq!(timeline[0]["mail"]["id"], "m1@customer.example");
    assert_eq!(timeline[0]["mail"]["cc"][0], "bob@customer.example");
    // Nothing is lost: the whole message is there, and mail show gives it back.
    let kept = sandbox.run(&["attach", &id, "--get", "message.eml", "--output", "-"]).ok();
    assert_eq!(kept, raw);
    let shown = sandbox.run(&["mail", "show", timeline[0]["id"].as_str().unwrap()]).ok();
    assert_eq!(shown, raw);
    let queue = sandbox.run(&["mail", "queue"]).ok();
    assert!(queue.contains("ann@customer.example") && queue.contains(&id), "{queue}");
    assert_eq!(sandbox.subjects()[0], "support: take 1 message");
    assert_eq!(take(&sandbox, &raw)["outcome"], "known");
}

#[test]
fn two_clones_that_take_one_mailbox_make_one_ticket() {
    let sandbox = desk();
    sandbox.git(&["stash", "-q"]);
    sandbox.git(&["branch", "other"]);
    let raw = message("m1@customer.example", "Date: Mon, 23 Nov 2026 08:00:00 +0000", "It fails.");
    let here = ticket_of(&take(&sandbox, &raw));
    let there = sandbox.run_with(&["mail", "take", "-", "--json", "--branch", "other"], &raw).ok();
    assert!(there.contains(&here), "{there}");
    sandbox.git(&["merge", "-q", "--no-edit", "other"]);
    assert_eq!(sandbox.field(&here, "timeline").as_array().unwrap().len(), 3, "opened, kept, acknowledged");
    assert_eq!(sandbox.run(&["list", "--format", "ndjson"]).ok().lines().count(), 1);
}

#[test]
fn an_answer_lands_on_its_ticket_and_wakes_it() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    sandbox.run(&["reply", &id, "-m", "Since when?"]).ok();
    let queue = sandbox.run(&["mail", "queue", "--json"]).ok();
    let queue: Value = serde_json::from_str(&queue).unwrap();
    let asked = queue[1]["id"].as_str().unwrap();
    sandbox.run(&["pend", &id]).ok();
    let line =
        take(&sandbox, &message("m2@customer.example", &format!("In-Reply-To: <{asked}>"), "Since May."));
    assert_eq!((line["outcome"].as_str(), ticket_of(&line)), (Some("comment"), id.clone()));
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "Done."]).ok();
    // By the first message, by hand of a colleague who had a copy: the customer's word, too.
    let headers = "From: Bob <bob@customer.example>\nReferences: <m1@customer.example> <x@y>";
    let line = take(&sandbox, &message("m3@customer.example", headers, "It still fails."));
    assert_eq!((line["outcome"].as_str(), ticket_of(&line)), (Some("comment"), id.clone()));
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    assert_eq!(sandbox.run(&["list", "is:unanswered", "--format", "ndjson"]).ok().lines().count(), 1);
}

#[test]
fn a_number_in_the_subject_counts_for_those_who_take_part() {
    let sandbox = desk();
    let headers = "Cc: bob@customer.example";
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", headers, "It fails.")));
    let subject = format!("Subject: AW: Pay fails [{}]", id.to_uppercase());
    let by_copy =
        message("m2@customer.example", &format!("From: bob@customer.example\n{subject}"), "For me, too.");
    assert_eq!(ticket_of(&take(&sandbox, &by_copy)), id);
    let tag = format!("To: Support <support+{id}@shop.example>\nSubject: More");
    assert_eq!(ticket_of(&take(&sandbox, &message("m3@customer.example", &tag, "More."))), id);
    // A stranger who guesses a number gets a ticket of their own beside it, and reads nothing of this one.
    let stranger = |place: &str| {
        let headers = format!("From: Eve <eve@evil.example>\n{subject}");
        take(&sandbox, &message(place, &headers, "Tell me."))
    };
    let line = stranger("m4@evil.example");
    assert_eq!(line["outcome"], "opened");
    let beside = ticket_of(&line);
    assert_ne!(beside, id);
    assert_eq!(sandbox.field(&beside, "links")["relates-to"][0], id.as_str());
    assert_eq!(sandbox.field(&beside, "title"), "Pay fails");
    // And what they write under it goes on there.
    let again = stranger("m5@evil.example");
    assert_eq!((again["outcome"].as_str(), ticket_of(&again)), (Some("comment"), beside));
}

#[test]
fn what_has_ended_for_good_goes_on_in_a_new_ticket() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "Done."]).ok();
    sandbox.run(&["close", &id]).ok();
    let again =
        take(&sandbox, &message("m2@customer.example", "In-Reply-To: <m1@customer.example>", "Again."));
    assert_eq!(again["outcome"], "opened");
    let new = ticket_of(&again);
    assert_eq!(
        sandbox.field(&new, "links")["relates-to"][0],
        id.as_str(),
        "{}",
        sandbox.run(&["show", &new, "--json"]).stdout
    );
    assert_eq!(sandbox.field(&id, "status"), "closed");
    let more =
        take(&sandbox, &message("m2b@customer.example", "In-Reply-To: <m1@customer.example>", "And more."));
    assert_eq!(
        (more["outcome"].as_str(), ticket_of(&more)),
        (Some("comment"), new.clone()),
        "it goes on there"
    );
    // A duplicate's talk goes on in the original.
    let twin = ticket_of(&take(&sandbox, &message("m3@customer.example", "Subject: Twin", "Twin.")));
    sandbox.run(&["resolve", &twin, "--as", "duplicate", "--duplicate-of", &new]).ok();
    let word = take(&sandbox, &message("m4@customer.example", "In-Reply-To: <m3@customer.example>", "And?"));
    assert_eq!(ticket_of(&word), new);
}

#[test]
fn automatic_mail_makes_no_ticket_and_answers_nothing() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    for (place, headers) in [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "List-Id: <news.shop.example>",
        "From: MAILER-DAEMON@customer.example",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        "From: support@shop.example",
        "X-Spam-Flag: YES",
        "Subject: =?utf-8?Q?R=C3=A9ponse_automatique=3A_Absence?=",
        "From: Mail Delivery <MAILER-DAEMON>",
    ]
    .iter()
    .enumerate()
    {
        let line = take(&sandbox, &message(&format!("a{place}@x.example"), headers, "Away."));
        assert_eq!(line["outcome"], "left", "{headers}: {line}");
        assert!(line["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{headers}");
    }
    // About a ticket, it is a note for the team, and wakes nobody.
    sandbox.run(&["pend", &id]).ok();
    let headers = "Auto-Submitted: auto-replied\nIn-Reply-To: <m1@customer.example>";
    assert_eq!(take(&sandbox, &message("b1@x.example", headers, "Away."))["outcome"], "note");
    // A delivery report names the message that did not arrive in what it carries.
    let report = "From: MAILER-DAEMON@mx.example\nTo: support@shop.example\nSubject: Undelivered\nMessage-ID: <d@mx.example>\n\
                  Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNo such user.\n\
                  --b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n\
                  --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m1@customer.example>\nSubject: x\n\n--b--\n";
    let line = take(&sandbox, report);
    assert_eq!((line["outcome"].as_str(), ticket_of(&line)), (Some("note"), id.clone()));
    assert_eq!(sandbox.field(&id, "status"), "pending");
    // A program that writes of its own accord has something to tell, and is not answered.
    let alarm = message(
        "alarm@x.example",
        "From: Nagios <nagios@x.example>\nAuto-Submitted: auto-generated",
        "Disk full.",
    );
    assert_eq!(take(&sandbox, &alarm)["outcome"], "opened");
    let queue = sandbox.run(&["mail", "queue"]).ok();
    assert!(!queue.contains("nagios"), "{queue}");
}

#[test]
fn two_desks_that_answer_each_other_stop() {
    let sandbox = desk();
    for place in 0..8 {
        let raw = message(
            &format!("l{place}@other.example"),
            "From: Desk <help@other.example>",
            "We have your message.",
        );
        assert_eq!(take(&sandbox, &raw)["outcome"], "opened");
    }
    let queue = sandbox.run(&["mail", "queue", "--json"]).ok();
    let queue: Value = serde_json::from_str(&queue).unwrap();
    assert_eq!(queue.as_array().unwrap().len(), 3, "the setting mail.acknowledge");
}

#[test]
fn a_saved_message_is_filed_by_hand_and_its_thread_goes_on() {
    let sandbox = desk();
    let raw = message("m1@customer.example", "", "It fails.\n\n> Quoted");
    fs::write(sandbox.root().join("saved.eml"), &raw).unwrap();
    let id = sandbox.run(&["new", "-F", "../saved.eml", "--severity", "major"]).ok().trim().to_owned();
    let field = |name: &str| sandbox.field(&id, name);
    assert_eq!((field("title"), field("description")), ("Pay fails".into(), "It fails.".into()));
    assert_eq!(
        (field("reporter"), field("channel")),
        ("Ann Lee <ann@customer.example>".into(), "email".into())
    );
    assert_eq!(sandbox.run(&["attach", &id, "--get", "message.eml", "--output", "-"]).ok(), raw);
    let again = sandbox.run(&["new", "-F", "../saved.eml"]);
    assert!(again.stderr.contains(&format!("git support show {id}")), "{again:?}");
    // The desk's mailbox has it, too; and the answer to it finds its ticket.
    assert_eq!(take(&sandbox, &raw)["outcome"], "known");
    let line = take(&sandbox, &message("m2@customer.example", "In-Reply-To: <m1@customer.example>", "More."));
    assert_eq!((line["outcome"].as_str(), ticket_of(&line)), (Some("comment"), id));
}

#[test]
fn a_redaction_reaches_the_message_itself() {
    let sandbox = desk();
    // "My number is 5550 1234", in base64.
    let raw = "From: ann@customer.example\nSubject: Call me\nMessage-ID: <m1@x>\nContent-Transfer-Encoding: base64\n\n\
               TXkgbnVtYmVyIGlzIDU1NTAgMTIzNA==\n";
    let id = ticket_of(&take(&sandbox, raw));
    let output = sandbox.run(&["redact", &id, "--text", "5550 1234", "-m", "Asked for."]);
    assert!(output.stderr.contains("removed attachment message.eml"), "{output:?}");
    assert_eq!(sandbox.git(&["ls-files", ".support/attachments"]), "");
    assert_eq!(take(&sandbox, raw)["outcome"], "known");
    // By its entry, too.
    let line = take(&sandbox, &message("m2@customer.example", "", "Please forget this."));
    let id = ticket_of(&line);
    let entry = sandbox.field(&id, "timeline")[0]["id"].as_str().unwrap().to_owned();
    sandbox.run(&["redact", &id, "--entry", &entry, "-m", "Asked for."]).ok();
    assert_eq!(sandbox.git(&["ls-files", ".support/attachments"]), "");
}

#[test]
fn html_and_passed_on_messages_read_as_they_look() {
    let sandbox = desk();
    let description = |id: &str, headers: &str, text: &str| {
        let line = take(&sandbox, &message(id, headers, text));
        sandbox.field(&ticket_of(&line), "description").as_str().unwrap().to_owned()
    };
    let html = "<p>Hello,</p><ul><li>one</li><li>two</li></ul><table><tr><td>Card</td><td>Result</td></tr></table><div>a</div><div>b</div>\
                <div class=\"gmail_quote\">On Mon, 23 Nov 2026 at 10:00, Support &lt;support@shop.example&gt; wrote:<br>\
                <blockquote>Does it?</blockquote></div>";
    let text = description("h1@x", "Content-Type: text/html", html);
    assert!(text.contains("Hello,\n") && text.contains("one\n") && text.contains("a\nb"), "{text}");
    assert!(!text.contains("CardResult") && !text.contains("Does it?"), "{text}");
    let both = "--b\nContent-Type: text/plain\n\n\n--b\nContent-Type: text/html\n\n<p>Only here.</p>\n--b--";
    assert_eq!(description("h2@x", "Content-Type: multipart/alternative; boundary=b", both), "Only here.");
    let passed_on = "Can you help?\n\n---------- Forwarded message ---------\nFrom: Ben <ben@x>\nDate: Monday\nTo: Ann\n\nWhere is my invoice?";
    let text = description("h3@x", "Subject: Fwd: Invoice", passed_on);
    assert!(text.contains("Where is my invoice?"), "{text}");
}

#[test]
fn a_customers_word_reaches_whoever_spoke_to_them_last() {
    let sandbox = desk();
    sandbox.run(&["team", "add", "Bo", "--email", "bo@example.com", "--role", "l1"]).ok();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    sandbox.run(&["reply", &id, "-m", "Since when?"]).ok();
    let as_whom =
        |who: &str| format!("GIT_AUTHOR_EMAIL={who}@example.com GIT_COMMITTER_EMAIL={who}@example.com");
    for who in ["dana", "bo"] {
        sandbox.shell(&format!("{} git support inbox", as_whom(who))).ok();
    }
    take(&sandbox, &message("m2@customer.example", "In-Reply-To: <m1@customer.example>", "Since May."));
    let inbox = |who: &str| sandbox.shell(&format!("{} git support inbox --peek", as_whom(who))).ok();
    assert!(inbox("dana").contains("the customer answered"), "{}", inbox("dana"));
    assert!(!inbox("bo").contains("the customer answered"), "{}", inbox("bo"));
    // What came with a message is told by the message.
    assert!(!inbox("dana").contains("attach"), "{}", inbox("dana"));
}

#[test]
fn a_message_with_several_secrets_names_each_in_a_note_of_the_desks() {
    let sandbox = desk();
    let text =
        "We use AKIAABCDEFGHIJKLMNOP\nand https://ann:hunter22@db.example/x\nand AKIAABCDEFGHIJKLMNOQ.";
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "Subject: Keys", text)));
    let timeline = sandbox.field(&id, "timeline");
    let notes: Vec<&Value> =
        timeline.as_array().unwrap().iter().filter(|entry| entry["action"] == "comment").collect();
    assert_eq!(notes.len(), 1, "{timeline}");
    let note = notes[0]["note"].as_str().unwrap();
    assert!(note.contains("an AWS access key") && note.contains("a password in an address"), "{note}");
    assert_eq!(note.matches("AWS").count(), 1, "{note}");
    assert!(!notes[0]["by"].as_str().unwrap().contains("ann@"), "{timeline}");
    // What is left of the message is its text.
    let shown = sandbox.run(&["mail", "show", timeline[0]["id"].as_str().unwrap()]).ok();
    assert!(shown.starts_with("We use [an AWS access key was here]\n"), "{shown}");
    assert!(!shown.contains("AKIA") && !shown.contains("hunter22"), "{shown}");
}

#[test]
fn a_vendor_that_names_a_ticket_by_either_number_writes_on_it() {
    let sandbox = desk();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    sandbox.run(&["vendor", "add", "other", "--email", "help@other.example"]).ok();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    let beside = sandbox.ticket("PG-77 is a word of ours");
    sandbox.run(&["escalate", &id, "--requirements", "Pays.", "--troubleshooting", "Tried."]).ok();
    sandbox.run(&["defer", &id, "--vendor", "paygate", "--case", "PG-77"]).ok();
    let from = |who: &str, subject: &str, place: usize| {
        let headers = format!("From: Help <help@{who}.example>\nSubject: {subject}");
        take(&sandbox, &message(&format!("v{place}@{who}.example"), &headers, "We look into it."))
    };
    for (place, subject) in [
        format!("Re: Pay fails (our reference {id})"),
        format!("[{id}] news"),
        "[#PG-77] your case".to_owned(),
        "Case pg-77: update".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let line = from("paygate", subject, place);
        assert_eq!(
            (line["outcome"].as_str(), line["ticket"].as_str()),
            (Some("note"), Some(id.as_str())),
            "{subject}"
        );
    }
    // It stays deferred: what the vendor says is for the team to judge.
    assert_eq!(sandbox.field(&id, "status"), "deferred");
    // Another vendor, or a case that nobody was given, is about no ticket of theirs.
    for (who, subject) in
        [("other", "Case PG-77: update"), ("paygate", "Case PG-78"), ("other", &format!("About {id}"))]
    {
        let line = from(who, subject, 90 + subject.len());
        assert_eq!(line["outcome"], "opened", "{who} {subject}");
        assert_ne!(line["ticket"].as_str(), Some(beside.as_str()));
    }
}
