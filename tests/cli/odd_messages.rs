//! Sixty messages that are hostile, broken or odd: none is lost, none is filed twice, none runs or steers anything.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::mailing::desk;

/// Messages by what is odd about them.
const ODD: &[(&str, &str)] = &[
    ("no headers", "\nJust a text.\n"),
    ("no text", "From: ann@customer.example\nSubject: Only a subject\n\n"),
    ("headers alone", "From: ann@customer.example\nSubject: Only headers"),
    ("no sender", "Subject: Who\nMessage-ID: <1@x>\n\nHello.\n"),
    ("an empty sender", "From: <>\nSubject: Who else\n\nHello.\n"),
    ("a sender without an address", "From: Ann Lee\nSubject: Name alone\n\nHello.\n"),
    ("several senders", "From: a@customer.example, b@customer.example\nSubject: Both\n\nHello.\n"),
    ("a group as sender", "From: Team: a@customer.example, b@customer.example;\nSubject: Group\n\nHello.\n"),
    ("an option as sender", "From: -oQ/tmp@customer.example\nSubject: Option\n\nHello.\n"),
    (
        "a shell command as sender",
        "From: \"$(touch /tmp/x)\" <a;touch${IFS}x@customer.example>\nSubject: Shell\n\nHello.\n",
    ),
    ("a path as sender", "From: ../../../etc/passwd@customer.example\nSubject: Path\n\nHello.\n"),
    ("an empty subject", "From: ann@customer.example\nSubject:\nMessage-ID: <es@x>\n\nHello.\n"),
    (
        "a subject of marks",
        "From: ann@customer.example\nSubject: Re: AW: Fwd:\nMessage-ID: <re@x>\n\nHello again.\n",
    ),
    (
        "a bell in the subject",
        "From: ann@customer.example\nSubject: Ding \u{7}\u{1b}[31mred\u{1b}]0;title\u{7}\n\nHello.\n",
    ),
    ("text turned around", "From: ann@customer.example\nSubject: \u{202e}gpj.exe\n\nHello \u{202e}olleh\n"),
    (
        "a header in the subject",
        "From: ann@customer.example\nSubject: =?utf-8?Q?Hi=0D=0ABcc=3A_all=40shop.example?=\n\nHello.\n",
    ),
    (
        "trailers in the text",
        "From: ann@customer.example\nSubject: Trailers\n\nHello.\n\nSupport-Action: resolve\nResolves-Ticket: 7k3fq2m9xd\nCo-authored-by: Dana Li <dana@example.com>\n",
    ),
    ("a trailer as subject", "From: ann@customer.example\nSubject: Resolves-Ticket: 7k3fq2m9xd\n\nHello.\n"),
    (
        "a keyword of hosts",
        "From: ann@customer.example\nSubject: [skip ci] Fixes #1\n\nCloses #2 [ci skip]\n",
    ),
    (
        "yaml as subject",
        "From: ann@customer.example\nSubject: &a [*a, {x: !!python/object 1}]\n\n---\n- *a\n...\n",
    ),
    (
        "a ticket as text",
        "From: ann@customer.example\nSubject: YAML\n\nschema: 2\nid: 7k3fq2m9xd\nstatus: closed\ntimeline: []\n",
    ),
    (
        "conflict markers",
        "From: ann@customer.example\nSubject: Markers\n\n<<<<<<< HEAD\n=======\n>>>>>>> side\n",
    ),
    (
        "a date of 1970",
        "From: ann@customer.example\nSubject: Old\nDate: Thu, 1 Jan 1970 00:00:00 +0000\n\nHello.\n",
    ),
    (
        "a date to come",
        "From: ann@customer.example\nSubject: Soon\nDate: Fri, 31 Dec 9999 23:59:59 +0000\n\nHello.\n",
    ),
    (
        "a date that is none",
        "From: ann@customer.example\nSubject: Never\nDate: 32 Foo 20x6 99:99:99 +9999\n\nHello.\n",
    ),
    (
        "a Received that is none",
        "Received: ;;;; not a date\nFrom: ann@customer.example\nSubject: Nowhere\n\nHello.\n",
    ),
    ("no Message-ID", "From: ann@customer.example\nSubject: Unnamed\n\nHello without a name.\n"),
    ("an empty Message-ID", "From: ann@customer.example\nSubject: Empty name\nMessage-ID: <>\n\nHello.\n"),
    (
        "blanks in a Message-ID",
        "From: ann@customer.example\nSubject: Blanks\nMessage-ID: <a b c@x>\n\nHello.\n",
    ),
    (
        "a query as Message-ID",
        "From: ann@customer.example\nSubject: Query\nMessage-ID: <x\" OR status:open (@x>\n\nHello.\n",
    ),
    (
        "a path as Message-ID",
        "From: ann@customer.example\nSubject: Path name\nMessage-ID: <../../../../tmp/x@x>\n\nHello.\n",
    ),
    (
        "an answer to itself",
        "From: ann@customer.example\nSubject: Itself\nMessage-ID: <self@x>\nIn-Reply-To: <self@x>\nReferences: <self@x>\n\nHello.\n",
    ),
    (
        "an answer to nothing",
        "From: ann@customer.example\nSubject: Nothing\nIn-Reply-To: <never@seen>\n\nHello.\n",
    ),
    (
        "an answer to an entry that is none",
        "From: ann@customer.example\nSubject: No entry\nIn-Reply-To: <k2m8w4tz.7k3fq2m9xd@shop.example>\n\nHello.\n",
    ),
    ("a number that is none", "From: ann@customer.example\nSubject: [7k3fq2m9xd] [] [[ ]\n\nHello.\n"),
    ("quotes alone", "From: ann@customer.example\nSubject: Quotes\n\n> One\n> Two\n"),
    ("a signature alone", "From: ann@customer.example\nSubject: Signature\n\n-- \nAnn\n"),
    (
        "an unknown encoding",
        "From: ann@customer.example\nSubject: Encoding\nContent-Type: text/plain; charset=x-klingon\n\nHello \u{e4}.\n",
    ),
    (
        "base64 that is none",
        "From: ann@customer.example\nSubject: Base64\nContent-Transfer-Encoding: base64\n\n!!!! not base64 ????\n",
    ),
    (
        "quoted-printable that is none",
        "From: ann@customer.example\nSubject: QP\nContent-Transfer-Encoding: quoted-printable\n\n=ZZ=\n=4\n",
    ),
    (
        "a multipart without a boundary",
        "From: ann@customer.example\nSubject: Bound\nContent-Type: multipart/mixed\n\n--b\n\nHello.\n",
    ),
    (
        "a multipart without an end",
        "From: ann@customer.example\nSubject: Endless\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n--b\nContent-Type: image/png\n\nx",
    ),
    (
        "a script in HTML",
        "From: ann@customer.example\nSubject: <script>alert(1)</script>\nContent-Type: text/html\n\n<p>Hi <script>alert(1)</script><img src=x onerror=alert(1)></p>\n",
    ),
    (
        "a path as a file's name",
        "From: ann@customer.example\nSubject: File\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi.\n--b\nContent-Disposition: attachment; filename=\"../../../.git/hooks/post-commit\"\n\n#!/bin/sh\ntouch /tmp/x\n--b--\n",
    ),
    (
        "an option as a file's name",
        "From: ann@customer.example\nSubject: File 2\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi.\n--b\nContent-Disposition: attachment; filename=\"-rf\"\n\nx\n--b\nContent-Disposition: attachment; filename=\"CON.txt\"\n\ny\n--b--\n",
    ),
    (
        "a file without a name",
        "From: ann@customer.example\nSubject: File 3\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi.\n--b\nContent-Type: application/octet-stream\n\n\u{1}\u{2}\n--b--\n",
    ),
    ("lines that end in CRLF", "From: ann@customer.example\r\nSubject: CRLF\r\n\r\nOne.\r\n\r\nTwo.\r\n"),
    ("lines that end in CR", "From: ann@customer.example\nSubject: CR\n\nOne.\rTwo.\rThree.\n"),
    ("a dot alone on a line", "From: ann@customer.example\nSubject: Dot\n\nOne.\n.\nTwo.\n"),
    ("a line of From", "From: ann@customer.example\nSubject: From line\n\nFrom here on\nFrom there on\n"),
];

/// Messages that are no text, or large.
fn generated() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |what: &str, raw: &[u8]| all.push((what.to_owned(), raw.to_vec()));
    let from = "From: Ann <ann@customer.example>\n";
    add(
        "bytes that are no text",
        &[b"From: ann@customer.example\nSubject: \xff\xfe\n\n\x80\x81\xff\n".as_slice()].concat(),
    );
    add("zero bytes", b"From: ann@customer.example\nSubject: Zero\n\nA\0B\0\n");
    add("a byte order mark", b"\xef\xbb\xbfFrom: ann@customer.example\nSubject: BOM\n\nHello.\n");
    let long = format!("{from}Subject: {}\n\nHello.\n", "Long ".repeat(4000));
    add("a subject of 20,000 letters", long.as_bytes());
    let many = format!("{from}Subject: Many headers\n{}\nHello.\n", "X-Filler: y\n".repeat(20_000));
    add("20,000 headers", many.as_bytes());
    let copies: Vec<String> = (0..5_000).map(|number| format!("u{number}@x.example")).collect();
    let crowd = format!("{from}Subject: Crowd\nCc: {}\n\nHello.\n", copies.join(", "));
    add("5,000 in copy", crowd.as_bytes());
    let parts = "--b\nContent-Disposition: attachment; filename=a.txt\n\nx\n".repeat(10_000);
    let parts = format!(
        "{from}Subject: Parts\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nMany parts.\n{parts}--b--\n"
    );
    add("10,000 parts", parts.as_bytes());
    let mut deep = format!("{from}Subject: Deep\n");
    for level in 0..2_000 {
        write!(deep, "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n").unwrap();
    }
    deep.push_str("\nDeep.\n");
    add("2,000 levels", deep.as_bytes());
    let huge = format!("{from}Subject: Huge\n\n{}", "A line of a text that is very long.\n".repeat(60_000));
    add("a text of two megabytes", huge.as_bytes());
    let chain: Vec<String> = (0..5_000).map(|number| format!("<r{number}@x>")).collect();
    let chain = format!("{from}Subject: Chain\nReferences: {}\n\nHello.\n", chain.join(" "));
    add("5,000 references", chain.as_bytes());
    all
}

#[test]
fn sixty_odd_messages_are_each_filed_once_and_run_nothing() {
    let sandbox = desk();
    sandbox.run(&["config", "set", "mail.acknowledge", "100"]).ok();
    let folder = sandbox.root().join("odd");
    fs::create_dir_all(&folder).unwrap();
    let plain = ODD.iter().map(|(what, raw)| ((*what).to_owned(), raw.as_bytes().to_vec()));
    let odd: Vec<(String, Vec<u8>)> = plain.chain(generated()).collect();
    assert!(odd.len() >= 60, "{}", odd.len());
    for (place, (_, raw)) in odd.iter().enumerate() {
        fs::write(folder.join(format!("{place:03}.eml")), raw).unwrap();
    }
    let path = folder.to_str().unwrap();
    let output = sandbox.run(&["mail", "take", path, "--json"]);
    let lines: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    for (line, (what, _)) in lines.as_array().unwrap().iter().zip(&odd) {
        assert_eq!(line["outcome"], "opened", "{what}: {line}");
    }
    assert_eq!(lines.as_array().unwrap().len(), odd.len());
    let again = sandbox.run(&["mail", "take", path]).ok();
    assert_eq!(again, format!("{} known\n", odd.len()));
    // Nothing lies where it should not, nothing steers a terminal, and every ticket reads back.
    let tracked = sandbox.git(&["ls-files"]);
    assert!(
        tracked
            .lines()
            .all(|file| !file.contains("..") && (file.starts_with(".support/") || !file.contains("hooks")))
    );
    assert!(!sandbox.repo().join(".git/hooks/post-commit").exists());
    let show = sandbox.run(&["export", "--full", "--format", "ndjson"]).ok();
    assert!(show.chars().all(|c| c == '\n' || !c.is_control()), "a control character");
    let list = sandbox.run(&["list", "--all"]).ok();
    assert!(list.chars().all(|c| c == '\n' || !c.is_control()), "{list}");
    assert_eq!(sandbox.run(&["doctor"]).status, Some(0));
    // What is sent to their writers has one recipient and no header of theirs; where none can be, nothing is queued.
    let output = sandbox.run(&["mail", "queue", "--json"]);
    assert_eq!(output.stderr, "");
    let queue: Value = serde_json::from_str(&output.stdout).unwrap();
    for line in queue.as_array().unwrap() {
        let to = line["to"].as_array().unwrap();
        assert!(to.len() == 1 && !to[0].as_str().unwrap().starts_with('-'), "{line}");
        let message = sandbox.run_unwatched(&["mail", "show", line["entry"].as_str().unwrap()], "").ok();
        let head = message.split("\n\n").next().unwrap();
        assert!(!head.contains("\nBcc:") && head.matches("\nTo:").count() == 1, "{head}");
    }
}

#[test]
fn two_messages_under_one_id_are_two_and_one_that_came_twice_is_one() {
    let sandbox = desk();
    let take = |raw: &str| crate::mailing::take(&sandbox, raw);
    let raw = |text: &str, more: &str| {
        format!("{more}From: ann@customer.example\nSubject: Same\nMessage-ID: <same@x>\n\n{text}\n")
    };
    let first = take(&raw("One.", ""));
    assert_eq!(first["outcome"], "opened");
    // By another way, with another server's headers and line breaks: the same.
    assert_eq!(
        take(&raw(
            "One.",
            "Delivered-To: help@shop.example\nReceived: from list; Mon, 23 Nov 2026 07:00:00 +0000\n"
        ))["outcome"],
        "known"
    );
    // Something else under the same name is not lost.
    let second = take(&raw("Two, and something else.", ""));
    assert_eq!(second["outcome"], "opened", "{second}");
    assert_ne!(second["ticket"], first["ticket"]);
    assert_eq!(take(&raw("Two, and something else.", ""))["outcome"], "known");
    // As words on a ticket, too, in one run and in the next.
    let id = first["ticket"].as_str().unwrap().to_owned();
    let folder = sandbox.root().join("twins");
    fs::create_dir_all(&folder).unwrap();
    for (place, text) in ["Three.", "Four.", "Three.", "Four.", "Five."].iter().enumerate() {
        let twin = format!(
            "From: ann@customer.example\nSubject: x\nMessage-ID: <twin@x>\nIn-Reply-To: <same@x>\n\n{text}\n"
        );
        fs::write(folder.join(format!("{place}.eml")), twin).unwrap();
    }
    let path = folder.to_str().unwrap();
    assert!(sandbox.run(&["mail", "take", path]).ok().ends_with("3 comments, 2 known\n"));
    assert_eq!(sandbox.run(&["mail", "take", path]).ok(), "5 known\n");
    let show = sandbox.run(&["show", &id]).ok();
    for text in ["Three.", "Four.", "Five."] {
        assert_eq!(show.matches(text).count(), 1, "{text}: {show}");
    }
    // What was redacted or purged does not come back.
    let id = first["ticket"].as_str().unwrap();
    sandbox.run(&["redact", id, "--text", "One.", "-m", "Asked for."]).ok();
    assert_eq!(take(&raw("One.", ""))["outcome"], "known");
}

#[test]
fn what_was_purged_does_not_come_back_and_its_writer_can_write_again() {
    let sandbox = desk();
    let take = |raw: &str| crate::mailing::take(&sandbox, raw);
    let first = crate::mailing::message("m1@x", "Date: Mon, 23 Nov 2026 08:00:00 +0000", "Forget me.");
    let second = crate::mailing::message(
        "m2@x",
        "In-Reply-To: <m1@x>\nDate: Mon, 23 Nov 2026 08:30:00 +0000",
        "Me, too.",
    );
    let id = take(&first)["ticket"].as_str().unwrap().to_owned();
    assert_eq!(take(&second)["outcome"], "comment");
    sandbox.run(&["resolve", &id, "--as", "withdrawn"]).ok();
    // An audit says that it was.
    sandbox.is_tampered_with();
    sandbox.run(&["purge", &id, "-m", "Asked for."]).ok();
    assert_eq!(take(&first)["outcome"], "known");
    // By its name alone nobody knows any more that this one was taken: it is left, and that is said.
    let left = take(&second);
    assert_eq!(left["outcome"], "left");
    assert!(left["reason"].as_str().unwrap().contains("purged"), "{left}");
    let third = crate::mailing::message(
        "m3@x",
        "In-Reply-To: <m1@x>\nDate: Mon, 23 Nov 2026 12:00:00 +0000",
        "Something new.",
    );
    assert_eq!(take(&third)["outcome"], "opened");
}

#[test]
fn a_file_that_is_no_message_opens_no_ticket_and_stays() {
    let sandbox = desk();
    let folder = sandbox.root().join("Maildir");
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    let files: &[(&str, &[u8])] = &[
        ("1.text", b"not a mail at all"),
        ("2.zeros", &[0; 4096]),
        ("3.picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"),
        ("4.script", b"#!/bin/sh\nset -e\necho note: x\n"),
        ("5.yaml", b"schema: 2\nid: 7k3fq2m9xd\n\nstatus: closed\n"),
    ];
    for (name, content) in files {
        fs::write(folder.join("new").join(name), content).unwrap();
    }
    let output = sandbox.run(&["mail", "take", folder.to_str().unwrap(), "--json"]);
    assert_eq!(output.status, Some(1), "{output:?}");
    let lines: Value = serde_json::from_str(&output.stdout).unwrap();
    for line in lines.as_array().unwrap() {
        assert_eq!(line["outcome"], "failed", "{line}");
        assert!(line["reason"].as_str().unwrap().contains("is not a message"), "{line}");
    }
    assert_eq!(fs::read_dir(folder.join("new")).unwrap().count(), files.len());
    assert_eq!(sandbox.run(&["list", "--all", "--format", "ndjson"]).ok(), "");
}

#[test]
fn a_secret_is_found_however_it_is_wrapped_and_the_message_is_not_kept() {
    let encoded = |text: &str| {
        let program = format!("printf '%s' '{}' | base64 -w0", text.replace('\'', "'\\''"));
        String::from_utf8(std::process::Command::new("sh").args(["-c", &program]).output().unwrap().stdout)
            .unwrap()
    };
    let key = "AKIAZ7QW3ERTY6UIOP5L";
    let html = "Content-Type: text/html\n";
    let inner =
        format!("From: a@x.io\nSubject: Inner\nContent-Transfer-Encoding: base64\n\n{}\n", encoded(key));
    let part = |kind: &str, name: &str, encoding: &str, body: &str| {
        format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the file.\n--b\nContent-Type: {kind}\n\
             Content-Disposition: attachment; filename={name}\n{encoding}\n{body}\n--b--\n"
        )
    };
    let base64 = "Content-Transfer-Encoding: base64\n";
    let stories = [
        format!("{html}\n<p>key <b>AKIAZ7QW</b>3ERTY6UIOP5L</p>\n"),
        format!("{html}{base64}\n{}\n", encoded("<p>AKIAZ7QW<wbr>3ERTY6UIOP5L</p>")),
        format!("{html}\n&#65;KIAZ7QW3ERTY6UIOP5L\n"),
        part("message/rfc822", "in.eml", base64, &encoded(&inner)),
        part("application/octet-stream", "in.eml", base64, &encoded(&inner)),
        format!("{base64}\n!!{}##\n", encoded(&format!("The key is {key}, says Ann."))),
        "Content-Type: text/plain; format=flowed; delsp=yes\n\nThe key is AKIAZ7QW \n3ERTY6UIOP5L.\n"
            .to_owned(),
    ];
    for (place, rest) in stories.iter().enumerate() {
        let sandbox = desk();
        let raw = format!("From: ann@customer.example\nSubject: key {key}\nMessage-ID: <s{place}@x>\n{rest}");
        let plain = raw.replacen(&format!("key {key}"), "Look", 1);
        for (kind, raw) in [("subject", raw), ("plain", plain.replace("<s", "<p"))] {
            let output = sandbox.run_with(&["mail", "take", "-"], &raw);
            assert!(!output.stdout.contains(key), "{place} {kind}: {}", output.stdout);
            output.ok();
        }
        let listed = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD", ".support/attachments"]);
        assert!(!listed.contains("message.eml") && !listed.contains("in.eml"), "{place}: {listed}");
        let notes = sandbox.git(&["log", "-p", "--", ".support/tickets"]);
        assert!(!notes.contains(key) && notes.contains("an AWS access key"), "{place}: {notes}");
    }
}
