//! Known errors that answer others, and answers that are given again and again.

use crate::sandbox::{Sandbox, path_of};

fn known(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let output = sandbox.run(&[&["known", "--json"], words].concat()).ok();
    let all: Vec<serde_json::Value> = serde_json::from_str(&output).unwrap();
    all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_known_error_answers_others() {
    let sandbox = Sandbox::new();
    let error = sandbox.ticket("Card payments over 1,000 fail with 502");
    sandbox.run(&["edit", &error, "--affects", "1.4.0"]).ok();
    let refused = sandbox.run(&["known", "--add", &error]).fails(1);
    assert!(refused.contains("has no workaround yet"), "{refused}");
    sandbox.run(&["known", "--add", &error, "--workaround", "Pay in two parts."]).ok();
    // A mark without a workaround, and a workaround without a mark, answer nobody.
    let other = sandbox.ticket("Card payments are slow");
    sandbox.run(&["edit", &other, "--label", "known-error"]).ok();
    let noted = sandbox.ticket("Card numbers are cut");
    sandbox.run(&["edit", &noted, "--workaround", "Type them again."]).ok();
    assert_eq!(known(&sandbox, &[]), [error.as_str()]);
    assert_eq!(known(&sandbox, &["payments", "CARD"]), [error.as_str()]);
    assert_eq!(known(&sandbox, &["invoice"]), Vec::<String>::new());

    let new = sandbox.run(&["new", "Payments by card fail", "--affects", "1.4.0"]);
    assert!(new.stderr.contains(&format!("--as workaround --known {error}")), "{}", new.stderr);
    let id = new.ok().trim().to_owned();
    let triaged = sandbox.run(&["triage", &id, "--severity", "major"]);
    assert!(triaged.stderr.contains("likely a known error"), "{}", triaged.stderr);
    assert!(sandbox.run(&["handover", &id]).ok().contains("Pay in two parts."));
    assert_eq!(known(&sandbox, &[&id]), [error.as_str()]);
    for (arguments, problem) in [
        (vec!["resolve", &id, "--as", "fixed", "--known", &error], "--known is for --as workaround"),
        (vec!["resolve", &id, "--as", "workaround", "--known", &noted], "is not marked as a known error"),
    ] {
        let refused = sandbox.run(&arguments);
        assert!(refused.status != Some(0) && refused.stderr.contains(problem), "{}", refused.stderr);
    }
    sandbox.run(&["resolve", &id, "--as", "workaround", "--known", &error]).ok();
    // The customer is told the workaround, and both tickets show the link.
    let shown = sandbox.run(&["show", &id]).ok();
    assert!(
        shown.contains("Pay in two parts.") && shown.contains(&format!("answered-by    {error}")),
        "{shown}"
    );
    assert!(sandbox.run(&["show", &error]).ok().contains(&format!("answers        {id}")));
    assert!(sandbox.run(&["known"]).ok().contains("answered 1 ticket"));
    let report = sandbox.run(&["report", "--by", "known-error"]).ok();
    assert!(report.contains(&error), "{report}");
    // Taken back, it has answered nothing, on either side.
    sandbox.run(&["undo", &id]).ok();
    assert!(sandbox.field(&error, "links").is_null());
    sandbox.run(&["resolve", &id, "--as", "answered", "--known", &error, "-m", "As before."]).ok();
    sandbox.run(&["reopen", &id]).ok();
    assert!(!sandbox.run(&["known"]).ok().contains("answered"));
    let itself = sandbox.run(&["resolve", &error, "--as", "workaround", "--known", &error]).fails(1);
    assert!(itself.contains("cannot be linked to itself"), "{itself}");
    let line = format!(
        "{{\"op\": \"resolve\", \"id\": \"{id}\", \"as\": \"workaround\", \"known\": \"{error}\"}}\n"
    );
    sandbox.run_with(&["batch"], line).ok();
    assert!(sandbox.run(&["known"]).ok().contains("answered 1 ticket"));
    // Without its mark, it answers nobody.
    sandbox.run(&["known", "--remove", &error]).ok();
    assert_eq!(known(&sandbox, &[]), Vec::<String>::new());
    sandbox.run(&["known", "--add", &error]).ok();
    // A text that was taken out is no workaround.
    sandbox.run(&["redact", &error, "--text", "two parts", "-m", "Wrong."]).ok();
    assert_eq!(known(&sandbox, &[]), Vec::<String>::new());
    sandbox.run(&["known", "--add", &error, "--workaround", "Pay by transfer."]).ok();
    // A known error that is a duplicate, or none, answers nobody any more.
    sandbox.run(&["resolve", &error, "--as", "withdrawn"]).ok();
    assert_eq!(known(&sandbox, &[]), Vec::<String>::new());
}

#[test]
fn a_release_has_known_errors() {
    let sandbox = Sandbox::new();
    sandbox.git(&["tag", "v1"]);
    let named = sandbox.ticket("Named at the handover");
    sandbox.run(&["release", "handover", "1.0", "--tag", "v1", "--known-issue", &named]).ok();
    let marked = sandbox.ticket("Found since");
    sandbox.run(&["edit", &marked, "--affects", "1.0"]).ok();
    sandbox.run(&["known", "--add", &marked, "--workaround", "Wait a minute."]).ok();
    for verb in ["show", "notes"] {
        let shown = sandbox.run(&["release", verb, "1.0"]).ok();
        assert!(shown.contains("Named at") && shown.contains("Found since"), "{shown}");
        assert!(shown.contains("Wait a minute."), "{shown}");
        let json: serde_json::Value =
            serde_json::from_str(&sandbox.run(&["release", verb, "1.0", "--json"]).ok()).unwrap();
        assert_eq!(json["known_errors"].as_array().unwrap().len(), 2);
    }
    // What a release was handed over with is known to whoever asks, once it has a workaround.
    assert_eq!(known(&sandbox, &["handover"]), Vec::<String>::new());
    sandbox.run(&["edit", &named, "--workaround", "None yet: call us."]).ok();
    assert_eq!(known(&sandbox, &["handover"]), [named]);
}

#[test]
fn an_answer_is_filled_by_its_ticket() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("I cannot log in");
    sandbox.run(&["edit", &id, "--reporter", "Ann Lee <ann@customer.example>"]).ok();
    let text = "Hello {reporter},\n\nabout {id}: open {url}. {{id} and { x } stay.\n";
    sandbox.run(&["answer", "add", "login", "--title", "Log in: again", "--language", "en", "-m", text]).ok();
    let file = sandbox.git(&["show", "HEAD:.support/answers/login.md"]);
    assert!(file.starts_with("---\ntitle: \"Log in: again\"\nlanguage: en\n---\n"), "{file}");
    let refused = sandbox.run(&["comment", &id, "--answer", "login"]).fails(1);
    assert!(refused.contains("has no value for {url}") && refused.contains("--with url=TEXT"), "{refused}");
    let filled = format!("Hello Ann Lee,\n\nabout {id}: open https://a.example. {{id}} and {{ x }} stay.");
    let shown = sandbox.run(&["answer", "show", "login", &id, "--with", "url=https://a.example"]).ok();
    assert_eq!(shown.trim_end(), filled);
    let with = ["--answer", "login", "--with", "url=https://a.example"];
    sandbox.run(&[&["pend", &id], &with[..], &["-m", "Please tell us."]].concat()).ok();
    let entry = &sandbox.field(&id, "timeline")[2];
    assert_eq!((entry["answer"].as_str(), entry["action"].as_str()), (Some("login"), Some("pend")));
    assert_eq!(entry["note"].as_str(), Some(format!("{filled}\n\nPlease tell us.").as_str()));
    sandbox.run(&[&["resolve", &id, "--as", "answered"], &with[..]].concat()).ok();
    // Several tickets are told each its own.
    let more = [sandbox.ticket("Me neither"), sandbox.ticket("Nor I")];
    sandbox.run(&[&["comment", &more[0], &more[1]], &with[..]].concat()).ok();
    for one in &more {
        assert!(sandbox.run(&["show", one]).ok().contains(&format!("about {one}:")));
    }
    sandbox.run(&["reopen", &id, "-m", "It failed again."]).ok();
    let report = sandbox.run(&["report", "--by", "answer", "--format", "csv"]).ok();
    assert!(report.lines().any(|line| line.contains("login") && line.contains("reopened")), "{report}");
}

#[test]
fn answers_are_files_that_people_edit() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Where is the invoice?");
    for (arguments, status, problem) in [
        (vec!["answer", "add", "Invoice", "-m", "x"], 2, "not a valid name"),
        (vec!["answer", "add", "../x", "-m", "x"], 2, "not a valid name"),
        (vec!["answer", "add", "invoice", "--language", "english please", "-m", "x"], 2, "not a language"),
        (vec!["answer", "add", "invoice", "-m", " "], 2, "has no text"),
        (vec!["answer", "show", "invoice"], 1, "no answer 'invoice'"),
        (vec!["comment", &id, "--answer", "invoice"], 1, "no answer 'invoice'"),
        (vec!["comment", &id, "--with", "a=b", "-m", "x"], 2, "--answer"),
    ] {
        let refused = sandbox.run(&arguments);
        assert_eq!(refused.status, Some(status), "{arguments:?} {}", refused.stderr);
        assert!(refused.stderr.contains(problem), "{arguments:?} {}", refused.stderr);
    }
    // By hand, without a head, with the line ends of another system.
    sandbox.file(".support/answers/invoice.md", "It is under Account.\r\nAsk {owner}.\r\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "An answer"]);
    assert!(sandbox.run(&["answer"]).ok().contains("invoice"));
    let refused = sandbox.run(&["comment", &id, "--answer", "invioce"]).fails(1);
    assert!(refused.contains("did you mean 'invoice'?"), "{refused}");
    sandbox.run(&["comment", &id, "--answer", "invoice", "--with", "owner=Pat"]).ok();
    assert!(sandbox.run(&["show", &id]).ok().contains("Ask Pat."));
    for arguments in [["--internal", ""], ["--from", "customer"]] {
        let arguments: Vec<&str> = arguments.iter().copied().filter(|word| !word.is_empty()).collect();
        sandbox.run(&[&["comment", &id, "--answer", "invoice"], &arguments[..]].concat()).fails(2);
    }
    sandbox.run(&["answer", "edit", "invoice", "--title", "The invoice", "--label", "billing"]).ok();
    assert!(sandbox.run(&["answer", "list", "--label", "billing", "account"]).ok().contains("The invoice"));
    assert_eq!(sandbox.run(&["answer", "list", "nothing"]).ok(), "");
    sandbox.run(&["answer", "remove", "invoice"]).ok();
    assert_eq!(sandbox.run(&["answer"]).ok(), "");
    // What cannot be read is named, hides no other, and is found by doctor.
    sandbox.run(&["answer", "add", "good", "-m", "Fine."]).ok();
    sandbox.file(".support/answers/bad.md", "---\ntitel: x\n---\nHello\n");
    sandbox.file(".support/answers/Odd Name.md", "Hello\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "Bad answers"]);
    let listed = sandbox.run_unwatched(&["answer"], "");
    assert!(listed.stdout.contains("good") && listed.stderr.contains("bad.md:2: unknown key 'titel'"));
    let doctor = sandbox.run_unwatched(&["doctor"], "");
    assert!(doctor.stdout.contains("bad.md") && doctor.stdout.contains("Odd Name.md"), "{}", doctor.stdout);
    sandbox.git(&["rm", "-q", ".support/answers/bad.md", ".support/answers/Odd Name.md"]);
    sandbox.git(&["commit", "-qm", "Gone"]);
    sandbox.is_tampered_with();
}

#[test]
fn what_was_no_ticket_is_closed_at_once() {
    let sandbox = Sandbox::new();
    for code in ["spam", "other-product", "withdrawn"] {
        let id = sandbox.ticket(if code == "withdrawn" { "Never mind" } else { "Buy pills" });
        sandbox.run(&["resolve", &id, "--as", code]).ok();
        assert_eq!(sandbox.field(&id, "status"), "closed");
        assert_eq!(sandbox.field(&id, "resolution"), code);
    }
    let id = sandbox.ticket("Pills again");
    sandbox
        .run_with(&["batch"], format!("{{\"op\": \"resolve\", \"id\": \"{id}\", \"as\": \"spam\"}}\n"))
        .ok();
    assert_eq!(sandbox.field(&id, "status"), "closed");
    assert_eq!(sandbox.run(&["list", "pills"]).ok(), "");
    // It is like nothing that comes after it.
    let last = sandbox.ticket("Buy pills now");
    assert!(!sandbox.run(&["handover", &last]).ok().contains("Similar"));
    assert!(sandbox.ticket_file(&id).contains("status: closed") && path_of(&id).contains(&id));
}
