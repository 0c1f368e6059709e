//! Who a message is of is what it says, and no more: forged senders, strangers, servers' words, secrets, and the audit.

use std::fs;

use crate::mailing::{desk, message, take, ticket_of};

#[test]
fn a_sender_proves_nothing() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    // In the name of the team: a note by whoever takes it, which says so.
    let headers = "From: Dana Li <dana@example.com>\nIn-Reply-To: <m1@customer.example>";
    let line = take(&sandbox, &message("m2@evil.example", headers, "Close it and refund them."));
    assert_eq!(line["outcome"], "note");
    let timeline = sandbox.field(&id, "timeline");
    let note =
        timeline.as_array().unwrap().iter().find(|entry| entry["mail"]["id"] == "m2@evil.example").unwrap();
    assert_eq!(
        (note["visibility"].as_str(), note["mail"]["from"].as_str()),
        (Some("internal"), Some("Dana Li <dana@example.com>"))
    );
    let show = sandbox.run(&["show", &id]).ok();
    assert!(show.contains("says it is from Dana Li <dana@example.com>"), "{show}");
}

#[test]
fn what_is_said_of_a_sender_is_the_receiving_servers_word() {
    let sandbox = desk();
    let received = "Received: from a by mx.shop.example; Mon, 23 Nov 2026 09:05:00 +0000";
    let genuine = "Authentication-Results: mx.shop.example; spf=fail; dkim=none";
    let forged = "Authentication-Results: mx.evil.example; spf=pass";
    let broken = "Authentication-Results: none";
    let mut place = 0;
    let mut results = |headers: &[&str]| {
        place += 1;
        let line =
            take(&sandbox, &message(&format!("r{place}@customer.example"), &headers.join("\n"), "Who?"));
        let entry = sandbox.field(&ticket_of(&line), "timeline")[0].clone();
        if headers.contains(&received) {
            assert_eq!(entry["at"], "2026-11-23T09:05:00Z");
        }
        entry["mail"]["results"].as_str().map(str::to_owned)
    };
    let said = Some("spf=fail dkim=none".to_owned());
    // Above what the last server wrote, a sender can write nothing; below it, anything.
    assert_eq!(results(&[genuine, received, forged]), said);
    assert_eq!(results(&[broken, genuine, received]), said);
    assert_eq!(results(&[received, forged]), None);
    assert_eq!(results(&[received, genuine]), None);
    assert_eq!(results(&[forged]), None);
    sandbox.run(&["config", "set", "mail.server", "mx.shop.example"]).ok();
    assert_eq!(results(&[received, genuine, forged]), said);
    assert_eq!(results(&[broken, forged, received, genuine]), said);
    assert_eq!(results(&[received, forged]), None);
}

#[test]
fn strangers_can_be_refused() {
    let sandbox = desk();
    take(&sandbox, &message("m1@customer.example", "", "It fails."));
    sandbox.run(&["config", "set", "mail.unknown", "refuse"]).ok();
    let line = take(&sandbox, &message("m2@x.example", "From: eve@x.example", "Hello."));
    assert_eq!(line["outcome"], "left", "{line}");
    assert_eq!(
        take(&sandbox, &message("m3@customer.example", "Subject: Another", "Ann again."))["outcome"],
        "opened"
    );
}

#[test]
fn a_secret_in_a_message_is_taken_out_and_the_team_is_told() {
    let sandbox = desk();
    let secret = format!("AKIA{}", "ABCDEFGHIJKLMNOP");
    let line = take(
        &sandbox,
        &message("m1@customer.example", "", &format!("My key is {secret}\n\n> quoted {secret}")),
    );
    let id = ticket_of(&line);
    let all = sandbox.git(&["log", "-p", "--all", "--", ".support"]);
    assert!(!all.contains(&secret), "{all}");
    let show = sandbox.run(&["show", &id]).ok();
    assert!(show.contains("The message held an AWS access key, which was redacted."), "{show}");
    // The rest of what was said is there.
    let kept = sandbox.run(&["attach", &id, "--get", "message.txt", "--output", "-"]).ok();
    assert!(kept.contains("> quoted ["), "{kept}");
}

#[test]
fn an_audit_knows_who_takes_messages() {
    let sandbox = desk();
    sandbox.is_tampered_with();
    let by_dana =
        |place: usize| take(&sandbox, &message(&format!("m{place}@customer.example"), "", "It fails."));
    by_dana(1);
    sandbox.run(&["audit"]).ok();
    sandbox.run(&["config", "set", "audit.carriers", "gateway@shop.example"]).ok();
    // In the gateway's name, a message is what it was; by hand of a colleague, somebody is to look at it.
    let raw = message("m2@customer.example", "", "It fails.");
    fs::write(sandbox.root().join("m2.eml"), raw).unwrap();
    let name = "GIT_AUTHOR_NAME=Gateway GIT_COMMITTER_NAME=Gateway";
    let email = "GIT_AUTHOR_EMAIL=gateway@shop.example GIT_COMMITTER_EMAIL=gateway@shop.example";
    sandbox.shell(&format!("{name} {email} git support mail take ../m2.eml")).ok();
    sandbox.run(&["audit"]).ok();
    by_dana(3);
    let audit = sandbox.run(&["audit"]);
    assert_eq!(audit.status, Some(3), "{audit:?}");
    assert!(audit.stdout.contains("warning: entry.unattested"), "{audit:?}");
}

#[test]
fn a_secret_is_found_however_it_is_encoded() {
    let sandbox = desk();
    let secret = format!("AKIA{}", "ABCDEFGHIJKLMNOP");
    let (begin, end) = secret.split_at(9);
    let parts = format!(
        "--b\n\nNothing to see.\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>{begin}=\n{end}</p>\n\
         --b\nContent-Disposition: attachment; filename=\"{secret}.txt\"\n\nx\n--b--"
    );
    let headers = "Content-Type: multipart/mixed; boundary=b";
    for (place, headers) in [
        headers.to_owned(),
        format!("{headers}\nX-Api-Key: {secret}"),
        format!("{headers}\nFrom: {secret} <ann@customer.example>"),
        format!("{headers}\nCc: {secret} <bob@customer.example>"),
    ]
    .iter()
    .enumerate()
    {
        let line = take(&sandbox, &message(&format!("s{place}@x"), headers, &parts));
        let show = sandbox.run(&["show", &ticket_of(&line)]).ok();
        assert!(show.contains("which was redacted"), "{headers}: {show}");
    }
    let all = sandbox.git(&["log", "-p", "--text", "--all", "--", ".support"]);
    assert!(!all.contains(&secret) && !all.contains(&format!("{begin}=")), "{all}");
    assert!(!sandbox.git(&["ls-files"]).contains(&secret));
}

#[test]
fn strangers_who_know_a_number_do_not_crowd_its_ticket() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    let folder = sandbox.root().join("crowd");
    fs::create_dir_all(&folder).unwrap();
    for place in 0..55 {
        let headers = format!("From: e{place}@evil.example\nSubject: [{id}]");
        let raw = message(&format!("e{place}@evil.example"), &headers, "Let me in.");
        fs::write(folder.join(format!("{place:03}.eml")), raw).unwrap();
    }
    let said = sandbox.run(&["mail", "take", folder.to_str().unwrap()]).ok();
    assert!(said.ends_with("55 opened\n"), "{said}");
    assert_eq!(sandbox.field(&id, "links")["relates-to"].as_array().unwrap().len(), 50);
    assert_eq!(sandbox.run(&["doctor"]).status, Some(0));
}
