//! What two clones redact apart from each other: neither text comes back, whoever merges.

use crate::sandbox::Sandbox;
use crate::syncing::clones;

#[test]
fn two_redactions_of_one_text_leave_neither() {
    for (into, from) in [("main", "side"), ("side", "main")] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-qu"]);
        let new =
            ["new", "Hans and Maier call", "-m", "Hans, then Maier: why?", "--diagnosis", "Hans / Maier"];
        let id = sandbox.run(&new).ok().trim().to_owned();
        sandbox.run(&["edit", &id, "--description", "Hans or Maier called."]).ok();
        sandbox.git(&["branch", "side"]);
        sandbox.run(&["redact", &id, "--text", "Hans", "-m", "Her wish."]).ok();
        sandbox.git(&["checkout", "-q", "side"]);
        sandbox.run(&["redact", &id, "--text", "Maier", "-m", "His wish."]).ok();
        sandbox.git(&["checkout", "-q", into]);
        sandbox.git(&["merge", "-q", "--no-edit", from]);
        let file = sandbox.ticket_file(&id);
        assert!(!file.contains("Hans") && !file.contains("Maier"), "{file}");
        // The rest of the words stay.
        for left in [
            "[redacted] and [redacted] call",
            "[redacted], then [redacted]: why?",
            "[redacted] or [redacted] called.",
        ] {
            assert!(file.contains(left), "{left}: {file}");
        }
        sandbox.run(&["audit"]).ok();
        assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
    }
}

#[test]
fn the_name_of_one_attachment_loses_what_either_took_out() {
    let (mut sandbox, a, b) = clones();
    let id = sandbox.ticket("Pay fails");
    sandbox
        .shell(&format!(
            "echo evidence >../Hans-Maier.txt; git support attach {id} ../Hans-Maier.txt; git support sync"
        ))
        .ok();
    sandbox.enter(&b);
    sandbox
        .shell(&format!("git support sync; git support redact {id} --text Maier -m x; git support sync"))
        .ok();
    sandbox.enter(&a);
    sandbox.shell(&format!("git support redact {id} --text Hans -m x; git support sync")).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    for clone in [&a, &b] {
        sandbox.enter(clone);
        let listed = sandbox.run(&["attach", &id, "--list"]).ok();
        assert!(listed.contains("[redacted]-[redacted].txt") && listed.lines().count() == 2, "{listed}");
        assert_eq!(
            sandbox.run(&["attach", &id, "--get", "[redacted]-[redacted].txt", "-o", "-"]).ok(),
            "evidence\n"
        );
        let files = sandbox.git(&["ls-files", ".support/attachments"]);
        assert!(files.lines().count() == 1 && !files.contains("Hans") && !files.contains("Maier"), "{files}");
        sandbox.run(&["audit"]).ok();
        assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
    }
}

#[test]
fn gits_own_merge_of_an_attachment_is_repaired() {
    for (theirs, ours, kept) in [
        ("redact ID --text Maier -m x", "redact ID --text Hans -m x", Some("[redacted]-[redacted].txt")),
        ("redact ID --text Maier -m x", "redact ID --text evidence -m x", None),
        ("redact ID --text evidence -m x", "redact ID --text Hans -m x", None),
        ("redact ID --text Maier -m x", "purge ID -m x", None),
        ("purge ID -m x", "redact ID --text Maier -m x", None),
    ] {
        let (mut sandbox, a, b) = clones();
        // That somebody purged is always noted.
        if kept.is_none() {
            sandbox.is_tampered_with();
        }
        let id = sandbox.ticket("Pay fails");
        let attach = "echo evidence >../Hans-Maier.txt; git support attach ID ../Hans-Maier.txt; git push -q";
        sandbox.shell(&attach.replace("ID", &id)).ok();
        sandbox.enter(&b);
        sandbox.shell(&format!("git pull -q; git support {}; git push -q", theirs.replace("ID", &id))).ok();
        sandbox.enter(&a);
        sandbox.shell(&format!("git support {}", ours.replace("ID", &id))).ok();
        let _ = sandbox.shell("git pull -q --no-rebase --no-edit");
        let found = sandbox.shell("git support doctor").stdout;
        assert!(!found.contains("by hand"), "{ours}: {found}");
        let _ = sandbox.shell("git support doctor --repair; git commit -qm merged");
        assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "", "{ours}");
        let files = sandbox.git(&["ls-files", ".support/attachments"]);
        assert_eq!(files.lines().count(), usize::from(kept.is_some()), "{ours}: {files}");
        assert!(!files.contains("Hans") && !files.contains("Maier"), "{ours}: {files}");
        if let Some(kept) = kept {
            let get = sandbox.run(&["attach", &id, "--get", kept, "-o", "-"]).ok();
            assert_eq!(get, "evidence\n", "{ours}");
        }
        assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n", "{ours}");
        sandbox.run(&["audit"]).ok();
    }
}
