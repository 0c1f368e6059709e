//! Mailboxes that messages are taken from: what stays in them, what leaves, and what is lost to nobody.

use std::fs;

use serde_json::Value;

use crate::mailing::{desk, message, take};
use crate::sandbox::Output;

#[test]
fn what_is_too_large_stays_in_the_mailbox_and_is_said() {
    let sandbox = desk();
    sandbox.run(&["config", "set", "attachments.max_bytes", "2000"]).ok();
    let big = "A".repeat(4000);
    let raw = format!(
        "From: ann@customer.example\nSubject: Big\nMessage-ID: <big@x>\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\n\nSee the film.\n\n> Your question\n--b\nContent-Disposition: attachment; filename=film.bin\n\n{big}\n--b--\n"
    );
    let id = take(&sandbox, &raw)["ticket"].as_str().unwrap().to_owned();
    let show = sandbox.run(&["show", &id]).ok();
    assert!(show.contains("film.bin was not attached: 4000 bytes."), "{show}");
    assert!(
        sandbox
            .run(&["attach", &id, "--get", "message.txt", "--output", "-"])
            .ok()
            .contains("> Your question")
    );
}

#[test]
fn a_maildir_is_emptied_once_its_commit_is_on_disk() {
    let sandbox = desk();
    let maildir = sandbox.root().join("Maildir");
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(maildir.join(part)).unwrap();
    }
    let put = |name: &str, raw: &str| fs::write(maildir.join("new").join(name), raw).unwrap();
    put("1.a.host", &message("m1@customer.example", "", "One."));
    put("2.a.host", &message("m2@customer.example", "In-Reply-To: <m1@customer.example>", "Two."));
    put("3.a.host", &message("m3@customer.example", "Precedence: bulk", "News."));
    let path = maildir.to_str().unwrap();
    // Without a commit, nothing moves.
    let dry: Output = sandbox.run(&["mail", "take", path, "--dry-run"]);
    assert!(dry.stdout.contains("opened"), "{dry:?}");
    assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 3);
    let said = sandbox.run(&["mail", "take", path]).ok();
    assert!(said.ends_with("1 opened, 1 comment, 1 left\n"), "{said}");
    assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 0);
    let mut moved: Vec<String> = fs::read_dir(maildir.join("cur"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    moved.sort();
    // What was left is still unread: somebody is to look at it.
    assert_eq!(moved, ["1.a.host:2,S", "2.a.host:2,S", "3.a.host:2,"]);
    assert_eq!(sandbox.run(&["mail", "take", path]).ok(), "no messages\n");
    // The mailbox of this clone.
    sandbox.git(&["config", "support.mailbox", path]);
    assert_eq!(sandbox.run(&["mail", "take"]).ok(), "no messages\n");
    assert_eq!(sandbox.run(&["mail", "take", "nowhere"]).status, Some(1));
}

#[test]
fn an_mbox_is_left_as_it_is() {
    let sandbox = desk();
    let mbox = format!(
        "From ann@customer.example Mon Nov 23 09:00:00 2026\n{}\nFrom ann@customer.example Mon Nov 23 09:01:00 2026\n{}\n",
        message("m1@customer.example", "", "One.\n>From here on it fails."),
        message("m2@customer.example", "References: <m1@customer.example>", "Two.")
    );
    fs::write(sandbox.root().join("mbox"), &mbox).unwrap();
    let path = sandbox.root().join("mbox");
    let said = sandbox.run(&["mail", "take", path.to_str().unwrap()]).ok();
    assert!(said.ends_with("1 opened, 1 comment\n"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), mbox);
    let said = sandbox.run(&["mail", "take", path.to_str().unwrap()]).ok();
    assert_eq!(said, "2 known\n");
    assert_eq!(sandbox.subjects().iter().filter(|subject| subject.contains("take")).count(), 1);
}

#[test]
fn a_kill_at_any_step_leaves_each_message_in_a_ticket_once_or_in_the_mailbox() {
    for point in crate::crash::POINTS {
        let sandbox = desk();
        let maildir = sandbox.root().join("Maildir");
        for part in ["new", "cur", "tmp"] {
            fs::create_dir_all(maildir.join(part)).unwrap();
        }
        let put = |place: usize, headers: &str| {
            let raw = message(&format!("m{place}@customer.example"), headers, "It fails.");
            fs::write(maildir.join("new").join(format!("{place}.a.host")), raw).unwrap();
        };
        put(1, "");
        put(2, "In-Reply-To: <m1@customer.example>");
        put(3, "Subject: Another");
        let path = maildir.to_str().unwrap();
        assert!(crate::crash::killed_at(&sandbox, point, &["mail", "take", path]), "{point}");
        assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 3, "{point}: still in the mailbox");
        sandbox.run_unwatched(&["mail", "take", path], "").ok();
        assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 0, "{point}");
        let tickets = sandbox.run(&["list", "--format", "ndjson", "--full"]).ok();
        let count = |word: &str| tickets.matches(word).count();
        assert_eq!(tickets.lines().count(), 2, "{point}: {tickets}");
        for id in ["m1", "m2", "m3"] {
            assert_eq!(count(&format!("\"id\":\"{id}@customer.example\"")), 1, "{point}: {id}");
        }
        crate::crash::assert_tidy(&sandbox, point);
    }
}

#[test]
fn a_flood_fills_no_ticket_beyond_what_can_be_read() {
    let sandbox = desk();
    sandbox.run(&["config", "set", "mail.keep", "text"]).ok();
    let folder = sandbox.root().join("flood");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("000.eml"), message("m0@x", "", "It fails.")).unwrap();
    for place in 1..100 {
        let text = format!("{place}\n{}", "A line of a long story about it.\n".repeat(1_800));
        let raw = message(&format!("m{place}@x"), "In-Reply-To: <m0@x>", &text);
        fs::write(folder.join(format!("{place:03}.eml")), raw).unwrap();
    }
    let said = sandbox.run(&["mail", "take", folder.to_str().unwrap()]).ok();
    assert!(said.ends_with("2 opened, 98 comments\n"), "{said}");
    assert_eq!(sandbox.run(&["doctor"]).status, Some(0));
    for line in sandbox.run(&["list", "--format", "ndjson"]).ok().lines() {
        let id = serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        assert!(sandbox.ticket_file(&id).len() < 4 * 1024 * 1024 + 100_000);
    }
}

#[test]
fn a_message_in_cur_is_never_overwritten() {
    let sandbox = desk();
    let maildir = sandbox.root().join("Maildir");
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(maildir.join(part)).unwrap();
    }
    for (name, kept) in [("11.a", "11.a:2,S"), ("12.a:2,S", "12.a:2,S")] {
        fs::write(maildir.join("cur").join(kept), "An older one.").unwrap();
        fs::write(maildir.join("new").join(name), message(name, "", "It fails.")).unwrap();
    }
    sandbox.run(&["mail", "take", maildir.to_str().unwrap()]).ok();
    for kept in ["11.a:2,S", "12.a:2,S"] {
        assert_eq!(fs::read_to_string(maildir.join("cur").join(kept)).unwrap(), "An older one.");
    }
    assert_eq!(fs::read_dir(maildir.join("cur")).unwrap().count(), 4);
    assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 0);
}

#[test]
fn a_pipe_is_a_message_or_an_mbox_and_is_never_cut() {
    let sandbox = desk();
    let one = message("m1@customer.example", "", "One.");
    let two = message("m2@customer.example", "", "Two.");
    let from = "From ann@customer.example Mon Nov 23 09:00:00 2026";
    let take = |input: String| sandbox.run_with(&["mail", "take", "-"], input);
    assert!(take(one.clone()).ok().ends_with("1 opened\n"));
    // As procmail and postfix hand a message over, and as somebody pipes a folder.
    assert_eq!(take(format!("{from}\n{one}")).ok(), "1 known\n");
    assert!(take(format!("{from}\n{one}\n{from}\n{two}")).ok().ends_with("1 opened, 1 known\n"));
    // A text that begins like one is a text.
    assert!(take("\nFrom here on it fails.\n".to_owned()).ok().ends_with("1 opened\n"));
    let bare = take("From here on it fails.\n".to_owned());
    assert!(bare.status == Some(1) && bare.stdout.contains("is not a message"), "{bare:?}");
    let large = format!("{one}{}", "A line that is too many.\n".repeat(64 * 1024 * 1024 / 25 + 1));
    let output = take(large);
    assert!(output.status == Some(1) && output.stderr.contains("is larger than"), "{output:?}");
}

#[test]
fn an_mbox_in_a_folder_is_many_messages() {
    let sandbox = desk();
    let from = "From ann@customer.example Mon Nov 23 09:00:00 2026";
    let two =
        ["m1", "m2"].map(|id| format!("{from}\n{}\n", message(&format!("{id}@customer.example"), "", id)));
    fs::create_dir_all(sandbox.root().join("d")).unwrap();
    fs::write(sandbox.root().join("d/two.mbox"), two.concat()).unwrap();
    fs::write(sandbox.root().join("d/zzz.txt"), "a note of mine").unwrap();
    let taken = sandbox.run(&["mail", "take", "../d"]);
    assert!(taken.stdout.ends_with("2 opened, 1 failed\n"), "{taken:?}");
    // What is no message is told by its file.
    assert!(taken.stdout.contains("zzz.txt: is not"), "{taken:?}");
    assert_eq!(sandbox.run(&["mail", "take", "../d/two.mbox"]).ok(), "2 known\n");
    let id = sandbox.run(&["list", "--format", "ndjson"]).ok();
    let id: Value = serde_json::from_str(id.lines().next().unwrap()).unwrap();
    // The entry that attached a message names it as well as the one that it came by.
    let timeline = sandbox.field(id["id"].as_str().unwrap(), "timeline");
    let attached = timeline.as_array().unwrap().iter().find(|entry| !entry["attachment"].is_null()).unwrap();
    let shown = sandbox.run(&["mail", "show", attached["id"].as_str().unwrap()]).ok();
    assert!(shown.contains("Message-ID: <m"), "{shown}");
}
