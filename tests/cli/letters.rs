//! Letters as mail programs write them: what stands in them reaches the ticket, in whatever charset and by whatever way.

use crate::mailing::{desk, message, take, ticket_of};
use crate::sandbox::Sandbox;

fn taken(sandbox: &Sandbox, raw: &[u8]) -> String {
    let output = sandbox.run_with(&["mail", "take", "-", "--json"], raw);
    let lines: serde_json::Value =
        serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    ticket_of(&lines[0])
}

#[test]
fn the_head_of_a_message_that_somebody_asks_about_is_their_text() {
    let sandbox = desk();
    for (number, head) in [
        "From: Shop <noreply@shop.example>\nSent: Monday\nTo: Ann\nSubject: Your order",
        "Von: Shop <noreply@shop.example>\nDatum: Montag\nBetreff: Ihre Bestellung",
        "-----Original Message-----",
        "________________________________\nFrom: Shop\nDate: Monday\nTo: Ann",
    ]
    .iter()
    .enumerate()
    {
        let text = format!("The mail of your shop says:\n\n{head}\n\nand then Error 99.");
        let line = take(&sandbox, &message(&format!("h{number}@customer.example"), "", &text));
        let ticket = sandbox.ticket_file(&ticket_of(&line));
        assert!(ticket.contains("Error 99."), "{head}: {ticket}");
        // In an answer it stands above what is answered.
        let subject = format!("Subject: RE: Pay fails {number}");
        let line = take(&sandbox, &message(&format!("r{number}@customer.example"), &subject, &text));
        let ticket = sandbox.ticket_file(&ticket_of(&line));
        assert!(!ticket.contains("Error 99."), "{head}: {ticket}");
    }
}

#[test]
fn letters_without_a_charset_are_those_that_mail_programs_show() {
    let sandbox = desk();
    let begin = "From: Ann <ann@customer.example>\nTo: support@shop.example\n";
    let cases: [(&str, &str, &[u8], &str); 6] = [
        ("plain", "Content-Type: text/plain", b"gr\xfc\xdfe", "grüße"),
        ("none", "X-Any: 1", b"gr\xfc\xdfe", "grüße"),
        ("html", "Content-Type: text/html", b"<html><head><meta charset=\"iso-8859-1\"></head><p>gr\xfc\xdfe", "grüße"),
        (
            "old",
            "Content-Type: text/html",
            b"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1251\"><p>\xcf\xf0\xe8\xe2\xe5\xf2",
            "Привет",
        ),
        ("quoted", "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable", b"gr=FC=DFe", "grüße"),
        ("utf8", "Content-Type: text/plain", "grüße".as_bytes(), "grüße"),
    ];
    for (name, headers, body, expected) in cases {
        let head = format!(
            "{begin}Subject: {name}\nMessage-ID: <{name}@customer.example>\nMIME-Version: 1.0\n{headers}\n\n"
        );
        let id = taken(&sandbox, &[head.as_bytes(), body, b"\n"].concat());
        assert_eq!(sandbox.field(&id, "description"), expected, "{name}");
    }
    let raw = b"From: J\xf6rg <j@customer.example>\nTo: support@shop.example\nSubject: gr\xfc\xdfe\nMessage-ID: <raw@x>\n\
                MIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\n\ngr\xfc\xdfe\n";
    let id = taken(&sandbox, raw);
    assert_eq!(sandbox.field(&id, "title"), "grüße");
    assert!(sandbox.field(&id, "reporter").to_string().contains("Jörg"));
    let subject = "Subject: =?utf-8?B?44Ot44Kw44Kk44Oz44GM44Gn4w==?=\n =?utf-8?B?gY3jgb7jgZvjgpM=?=";
    let id = ticket_of(&take(&sandbox, &message("cut@customer.example", subject, "It fails.")));
    assert_eq!(sandbox.field(&id, "title"), "ログインができません");
}

#[test]
fn an_answer_through_a_list_is_its_writers_word() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    sandbox.run(&["pend", &id, "--follow-up", "9d", "-m", "Which card?"]).ok();
    let list = "In-Reply-To: <m1@customer.example>\nList-Id: <it.customer.example>\nPrecedence: list";
    let line = take(&sandbox, &message("m2@customer.example", list, "A blue one."));
    assert_eq!((line["outcome"].as_str(), ticket_of(&line)), (Some("comment"), id.clone()));
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    // Somebody who takes no part in it, and a list that answers nothing, say nothing to the ticket.
    let stranger = format!("From: Joe <joe@elsewhere.example>\n{list}");
    let line = take(&sandbox, &message("m3@elsewhere.example", &stranger, "Buy."));
    assert_eq!(line["outcome"], "note");
    let news = "List-Id: <news.customer.example>\nPrecedence: list";
    assert_eq!(take(&sandbox, &message("m4@customer.example", news, "News."))["outcome"], "left");
}

#[test]
fn whoever_wrote_last_and_gets_no_reply_is_named() {
    let sandbox = desk();
    let first = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    let again = "From: Bo <bo@other.example>\nIn-Reply-To: <m1@customer.example>";
    let line = take(&sandbox, &message("m3@other.example", again, "Any news?"));
    assert_eq!(ticket_of(&line), first);
    let said = sandbox.run(&["reply", &first, "-m", "The fix is out."]);
    assert!(
        said.stderr.contains("Bo wrote last, and does not get this (--to bo@other.example)"),
        "{}",
        said.stderr
    );
    let said = sandbox.run(&["reply", &first, "--to", "bo@other.example", "-m", "It is out."]);
    assert!(!said.stderr.contains("wrote last"), "{}", said.stderr);
    // What is still to be sent is found, wherever its ticket stands.
    sandbox.run(&["resolve", &first, "--as", "answered", "-m", "Done.", "--send"]).ok();
    assert!(sandbox.run(&["list", "mail:queued"]).ok().contains(&first[..4]));
}

#[test]
fn whoever_comes_into_a_thread_by_themselves_is_answered_once_somebody_says_so() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    let readers = || {
        let draft = sandbox.run(&["reply", &id, "-m", "It works again.", "--draft"]).ok();
        let head = draft.lines().take_while(|line| !line.is_empty());
        let named = head.filter(|line| line.starts_with("To: ") || line.starts_with("Cc: "));
        named.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    let word = |name: &str, number: usize, copy: &str| {
        let headers = format!("From: {name} <{name}@evil.example>\nIn-Reply-To: <m1@customer.example>{copy}");
        take(&sandbox, &message(&format!("{name}{number}@evil.example"), &headers, "Me, too."))
    };
    // However often they write, and whomever they copy.
    for number in 0..3 {
        assert_eq!(ticket_of(&word("eve", number, "\nCc: mallory@evil.example")), id);
        assert_eq!(readers(), "To: <ann@customer.example>", "{number}");
    }
    word("mallory", 0, "");
    assert_eq!(readers(), "To: <ann@customer.example>");
    // The customer lets in whom they copy, and the team whom it writes to.
    let copy = "In-Reply-To: <m1@customer.example>\nCc: bo@customer.example";
    take(&sandbox, &message("m2@customer.example", copy, "Bo knows more."));
    let bo = "From: Bo <bo@customer.example>\nIn-Reply-To: <m1@customer.example>";
    take(&sandbox, &message("m3@customer.example", bo, "Only the blue card."));
    assert_eq!(readers(), "To: <bo@customer.example> Cc: <ann@customer.example>");
    sandbox.run(&["reply", &id, "--to", "eve@evil.example", "-m", "Who are you?"]).ok();
    word("eve", 9, "");
    assert_eq!(readers(), "To: <eve@evil.example> Cc: <ann@customer.example>");
}

#[test]
fn two_customers_of_one_fault_learn_nothing_of_each_other() {
    let sandbox = desk();
    let first = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    let bo = "From: Bo <bo@other.example>\nSubject: Fails too";
    let second = ticket_of(&take(&sandbox, &message("m2@other.example", bo, "Mine, too.")));
    sandbox.run(&["resolve", &second, "--as", "duplicate", "--duplicate-of", &first, "-m", "Known."]).ok();
    for (number, subject) in [(3, String::new()), (4, format!("\nSubject: Re: Fails [{second}]"))] {
        let again = format!("From: Bo <bo@other.example>\nIn-Reply-To: <m2@other.example>{subject}");
        let line = take(&sandbox, &message(&format!("m{number}@other.example"), &again, "That is another."));
        assert_eq!((line["outcome"].as_str(), ticket_of(&line)), (Some("comment"), second.clone()));
    }
    // It is opened again, as any other that its customer does not take for done, and waits for an answer.
    assert_eq!(sandbox.field(&second, "status"), "in-progress");
    assert!(sandbox.run(&["list", "is:unanswered"]).ok().contains(&second[..4]));
    assert!(sandbox.field(&second, "links").get("duplicate-of").is_none());
    let draft = sandbox.run(&["reply", &first, "-m", "Your card is blocked.", "--draft"]).ok();
    assert!(draft.contains("ann@customer.example") && !draft.contains("bo@other.example"), "{draft}");
    let draft = sandbox.run(&["reply", &second, "-m", "Which card?", "--draft"]).ok();
    assert!(draft.contains("bo@other.example") && !draft.contains("ann@customer.example"), "{draft}");
    // What is done for the first one is not undone by the second's thanks.
    sandbox.run(&["resolve", &first, "--as", "answered", "-m", "Done."]).ok();
    let again = "From: Bo <bo@other.example>\nIn-Reply-To: <m2@other.example>";
    take(&sandbox, &message("m5@other.example", again, "Thanks."));
    assert_eq!(sandbox.field(&first, "status"), "resolved");
}

#[test]
fn a_long_thread_keeps_its_first_message() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m0@customer.example", "", "It fails.")));
    for number in 1..=24 {
        let headers = "In-Reply-To: <m0@customer.example>";
        let raw = message(&format!("m{number}@customer.example"), headers, &format!("Word {number}."));
        assert_eq!(ticket_of(&take(&sandbox, &raw)), id);
    }
    let draft = sandbox.run(&["reply", &id, "-m", "Thanks.", "--draft"]).ok();
    assert!(draft.contains("<m0@customer.example>") && draft.contains("<m24@customer.example>"), "{draft}");
    assert!(!draft.contains("<m2@customer.example>"), "{draft}");
}

#[test]
fn a_delivery_report_that_shows_the_message_as_text_is_about_its_ticket() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("m1@customer.example", "", "It fails.")));
    let draft = sandbox.run(&["reply", &id, "-m", "Which card?", "--draft"]).ok();
    sandbox.run(&["reply", &id, "-m", "Which card?"]).ok();
    let queue = sandbox.run(&["mail", "queue", "--json"]).ok();
    let entry = queue
        .split("\"entry\": \"")
        .nth(1)
        .unwrap_or_else(|| panic!("{queue}"))
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let sent = format!("{entry}.{id}@shop.example");
    assert!(draft.contains("Message-ID:"), "{draft}");
    let report = format!(
        "Hi. This is the qmail-send program at customer.example.\n\n<ann@customer.example>:\nno mailbox here\n\n\
         --- Below this line is a copy of the message.\n\nReturn-Path: <support@shop.example>\nMessage-ID: <{sent}>\nSubject: Re: Pay fails\n\nWhich card?"
    );
    let headers = "From: MAILER-DAEMON@customer.example\nSubject: failure notice";
    let line = take(&sandbox, &message("d1@customer.example", headers, &report));
    assert_eq!((line["outcome"].as_str(), ticket_of(&line)), (Some("note"), id), "{sent}");
}

#[test]
fn a_message_of_many_messages_stops_no_desk() {
    let sandbox = desk();
    let head = |name: &str| {
        format!(
            "From: ann@customer.example\nTo: help@shop.example\nSubject: {name}\nMessage-ID: <{name}@x>\n"
        )
    };
    let nested = "Content-Type: message/rfc822\n\n".repeat(60_000);
    let parts: String = (0..3_000)
        .map(|place| format!("Content-Type: multipart/mixed; boundary=b{place}\n\n--b{place}\n"))
        .collect();
    for (name, rest) in [
        ("first", "\nhi\n".to_owned()),
        ("deep", format!("{nested}hi\n")),
        (
            "wrapped",
            format!(
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\n{nested}hi\n--b--\n"
            ),
        ),
        ("parts", format!("{parts}\nhi\n")),
        ("last", "\nhi\n".to_owned()),
    ] {
        for folder in ["new", "cur", "tmp"] {
            std::fs::create_dir_all(sandbox.root().join("box").join(folder)).unwrap();
        }
        std::fs::write(sandbox.root().join("box/new").join(name), format!("{}{rest}", head(name))).unwrap();
    }
    let taken = sandbox.run(&["mail", "take", "../box"]).ok();
    assert!(taken.contains("5 opened"), "{taken}");
    for name in ["first", "deep", "wrapped", "parts", "last"] {
        assert!(taken.contains(name), "{taken}");
    }
}

/// Most programs break the lines of what somebody writes (RFC 3676): a web address that was broken is whole again.
#[test]
fn lines_that_a_program_broke_are_paragraphs() {
    let sandbox = desk();
    let flowed = "Content-Type: text/plain; charset=utf-8; format=flowed";
    let added = "Content-Type: text/plain; charset=utf-8; delsp=yes; format=\"flowed\"";
    let fixed = "Content-Type: text/plain; charset=utf-8";
    let printed = format!("{flowed}\nContent-Transfer-Encoding: quoted-printable");
    for (name, headers, body, expected) in [
        (
            "flowed",
            flowed,
            "Pay fails \nsince Monday.\n\n Error 99\n-- \nAnn\n",
            "Pay fails since Monday.\n\nError 99",
        ),
        (
            "added",
            added,
            "See https://shop.example/or \nders?id=7\nIt  \nfails.\n",
            "See https://shop.example/orders?id=7\nIt fails.",
        ),
        ("printed", &printed, "Pay=20\nfails=20\nnow.\n", "Pay fails now."),
        ("fixed", fixed, "Pay fails \nsince Monday.\n", "Pay fails\nsince Monday."),
    ] {
        let raw = format!(
            "From: Ann <ann@customer.example>\nTo: support@shop.example\nSubject: {name}\nMessage-ID: <{name}@c.example>\nMIME-Version: 1.0\n{headers}\n\n{body}"
        );
        let id = taken(&sandbox, raw.as_bytes());
        assert_eq!(sandbox.field(&id, "description"), expected, "{name}");
    }
}
