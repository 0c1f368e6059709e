//! Search: what somebody types is found as it is typed, whatever letters and signs it has.

use crate::sandbox::Sandbox;

fn found(sandbox: &Sandbox, query: &str) -> String {
    let json = sandbox.run(&["list", query, "sort:title", "--json"]).ok();
    let all: serde_json::Value = serde_json::from_str(&json).unwrap();
    let titles = all.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned());
    titles.collect::<Vec<_>>().join(" | ")
}

#[test]
fn letters_and_signs_are_found_as_typed() {
    let sandbox = Sandbox::new();
    let lines = [
        "Die Straße ist gesperrt",
        "Köln antwortet nicht",
        "ΟΔΟΣ",
        "Łódź",
        "Ærøskøbing",
        "Işık",
        "C++ build",
        "C# build",
        "C build",
        "Crash in pay.rs:42",
        "See https://x.example/a/b?c=d#e",
        "std::vector grows",
        "localhost:8080 is down",
        "Error 0x8007: E_FAIL",
    ];
    for line in lines {
        sandbox.run(&["new", line]).ok();
    }
    for (query, title) in [
        ("strasse", "Die Straße ist gesperrt"),
        ("STRASSE", "Die Straße ist gesperrt"),
        ("straße", "Die Straße ist gesperrt"),
        ("koln", "Köln antwortet nicht"),
        ("koeln", "Köln antwortet nicht"),
        ("KÖLN", "Köln antwortet nicht"),
        ("οδος", "ΟΔΟΣ"),
        ("lodz", "Łódź"),
        ("aeroskobing", "Ærøskøbing"),
        ("isik", "Işık"),
        ("C++", "C++ build"),
        ("c#", "C# build"),
        ("\"c\" build", "C build"),
        ("pay.rs:42", "Crash in pay.rs:42"),
        ("https://x.example/a/b?c=d#e", "See https://x.example/a/b?c=d#e"),
        ("std::vector", "std::vector grows"),
        ("localhost:8080", "localhost:8080 is down"),
        ("text~asse", "Die Straße ist gesperrt"),
        ("text~\"ort ist\"", ""),
        ("text~\"sse is\"", "Die Straße ist gesperrt"),
        ("title~ector", "std::vector grows"),
        ("description~ector", ""),
    ] {
        assert_eq!(found(&sandbox, query), title, "{query}");
        // The ticket files give the same answer.
        let index = sandbox.repo().join(".git/support/index.sqlite");
        std::fs::remove_file(&index).unwrap();
        std::fs::create_dir(&index).unwrap();
        assert_eq!(found(&sandbox, query), title, "without the index: {query}");
        std::fs::remove_dir(&index).unwrap();
    }
    for (query, meant) in [("severty:1", "severity"), ("leve:2", "level"), ("foo:bar", "quote it")] {
        let said = sandbox.run(&["list", query]).fails(2);
        assert!(said.contains(meant), "{query}: {said}");
    }
}

#[test]
fn a_customers_address_is_found_by_its_field_alone() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "One", "--reporter", "Ann Lee <ann@payments.example>"]).ok();
    assert_eq!(found(&sandbox, "payments"), "");
    assert_eq!(found(&sandbox, "lee"), "One");
    assert_eq!(found(&sandbox, "reporter:payments"), "One");
}

#[test]
fn titles_are_sorted_as_people_count() {
    let sandbox = Sandbox::new();
    for title in ["Job 10", "Job 9", "job 1", "Zug", "Ähre", "Ahorn"] {
        sandbox.run(&["new", title]).ok();
    }
    assert_eq!(found(&sandbox, "status:open"), "Ahorn | Ähre | job 1 | Job 9 | Job 10 | Zug");
}

#[test]
fn a_word_that_nothing_has_proposes_one_that_something_has() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "Payments fail in Köln"]).ok();
    for (typed, meant) in [("paymnets", "payments"), ("kölm", "koln"), ("fial", "fail")] {
        let said = sandbox.run(&["list", typed]);
        assert_eq!(said.status, Some(0));
        assert!(said.stderr.contains(&format!("did you mean {meant}")), "{typed}: {}", said.stderr);
    }
    assert!(!sandbox.run(&["list", "xyzzyquux"]).stderr.contains("did you mean"));
}

#[test]
fn a_value_of_several_words_is_found_near_its_first() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "Login fails", "--reporter", "Ann Roe <ann@c.example>", "--label", "big deal"]).ok();
    for (typed, meant) in [
        (&["reporter:Ann Roe"][..], r#"'reporter:"Ann Roe"'"#),
        (&["reporter:Ann", "Roe"], r#"'reporter:"Ann Roe"'"#),
        (&["label:big deal"], r#"'label:"big deal"'"#),
        (&["-n", "3", "title:login fails"], r#"'title:"login fails"'"#),
    ] {
        let said = sandbox.run(&[&["list"], typed].concat());
        assert!(
            said.stdout.contains("Login") || said.stderr.contains(&format!("did you mean {meant}?")),
            "{typed:?}: {said:?}"
        );
    }
    for typed in ["reporter:Ann Poe", "label:big steal", "text: of deal"] {
        let said = sandbox.run(&["list", typed]);
        assert!(
            said.status.is_some_and(|status| status < 3) && !said.stderr.contains("did you mean '"),
            "{typed}: {said:?}"
        );
    }
}

#[test]
fn a_value_in_quotes_is_meant_as_it_is() {
    let sandbox = Sandbox::new();
    let labels = ["<b>", ">=x", "=q", "!=z", "a..b", "~x", "*", "..", "<", "card x", "me"];
    for label in labels {
        // Similar tickets and known errors are looked for by label, too.
        sandbox.run(&["new", "Payment fails", "--label", label]).ok();
        let found = sandbox.run(&["list", &format!("label:\"{label}\""), "--format", "csv"]).ok();
        assert_eq!(found.lines().count(), 2, "{label}: {found}");
    }
    assert_eq!(sandbox.run(&["list", "label:=card x", "is:open", "--format", "csv"]).ok().lines().count(), 2);
    assert!(sandbox.run(&["list", "label:>x"]).fails(2).contains("label cannot be compared"));
    let severe = sandbox.run(&["list", "severity:\">=major\""]);
    assert_eq!(severe.status, Some(0), "{}", severe.stderr);
}

#[test]
fn a_minus_at_the_beginning_negates_one_term_whatever_follows() {
    let sandbox = Sandbox::new();
    for title in ["Card payments fail", "Printer fail", "Other"] {
        let _ = sandbox.ticket(title);
    }
    let found = |words: &[&str]| {
        let listed = sandbox.run(&[&["list", "--format", "ndjson"], words].concat()).ok();
        listed.lines().count()
    };
    for (query, count) in [
        ("-card fail", 1),
        ("fail -card", 1),
        ("-fail card", 0),
        ("-card -printer", 1),
        ("-(card) fail", 1),
        ("-card AND fail", 1),
        ("-card OR other", 2),
        ("-\"card payments\" fail", 1),
    ] {
        assert_eq!(found(&[query]), count, "{query}");
        assert_eq!(found(&["--", query]), count, "-- {query}");
        assert_eq!(found(&["status:open", query]), count, "status:open {query}");
    }
    let _ = sandbox.run(&["check", "-fail card"]).ok();
}

#[test]
fn what_is_near_is_proposed_where_it_finds_something() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A hippopotamus");
    let near = || sandbox.run(&["list", "hippopotmus"]).stderr;
    assert!(near().contains("did you mean hippopotamus?"), "{}", near());
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    assert!(!near().contains("did you mean"), "{}", near());
    assert!(sandbox.run(&["list", "--all", "hippopotmus"]).stderr.contains("did you mean hippopotamus?"));
    // A word of another branch is none of this one.
    sandbox.git(&["branch", "other"]);
    sandbox.run(&["--branch", "other", "new", "A brontosaurus"]).ok();
    assert!(sandbox.run(&["--branch", "other", "list", "brontosaurs"]).stderr.contains("brontosaurus?"));
    assert!(!sandbox.run(&["list", "brontosaurs"]).stderr.contains("did you mean"));
}

#[test]
fn a_word_that_is_gone_hides_none_that_is_near() {
    let sandbox = Sandbox::new();
    // Nearer by a letter, and edited away after the index knew it.
    let id = sandbox.ticket("A hippopotamix");
    let _ = sandbox.ticket("A hippopotamus");
    sandbox.run(&["list"]).ok();
    let near = || sandbox.run(&["list", "hippopotamiz"]).stderr;
    assert!(near().contains("did you mean hippopotamix?"), "{}", near());
    sandbox.run(&["edit", &id, "--title", "Another"]).ok();
    assert!(near().contains("did you mean hippopotamus?"), "{}", near());
}
