//! `completions`: scripts that complete verbs, flags and ids with their titles.

use crate::sandbox::Sandbox;

#[test]
fn ids_are_completed_with_their_titles() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Card payments fail");
    let out = sandbox.run(&["complete", "--index", "2", "--", "git-support", "show", &id[..2]]).ok();
    assert_eq!(out, format!("{id}\tCard payments fail\n"));
    for verb in ["log", "sla", "blame"] {
        let out = sandbox.run(&["complete", "--index", "2", "--", "git-support", verb, &id[..2]]).ok();
        assert_eq!(out, format!("{id}\tCard payments fail\n"), "{verb}");
    }
    let out = sandbox.run(&["complete", "--index", "1", "--", "git-support", "com"]).ok();
    assert!(
        out.contains("comment\t") && out.contains("completions\t") && !out.contains("complete\t"),
        "{out}"
    );
    let out = sandbox.run(&["complete", "--index", "3", "--", "git-support", "new", "--severity", ""]).ok();
    assert!(out.contains("blocker"), "{out}");
}

#[test]
fn values_and_terms_of_queries_are_completed_from_what_tickets_have() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "Slow", "--label", "payments", "--label", "a b", "--environment", "prod eu"]).ok();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l2"]).ok();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    sandbox.run(&["config", "set", "queries.mine", "assignee:me"]).ok();
    let complete = |words: &[&str]| {
        let index = words.len().to_string();
        let before = ["complete", "--index", &index, "--", "git-support"];
        sandbox.run(&[&before, words].concat()).ok()
    };
    for (words, expected) in [
        (&["new", "T", "--label", "pa"][..], "payments\n"),
        (&["new", "T", "--label=pa"], "--label=payments\n"),
        (&["new", "T", "--environment", "p"], "prod eu\n"),
        (&["assign", "--to", "Dan"], "Dana Li <dana@example.com>\n"),
        (&["defer", "--vendor", "p"], "paygate\n"),
        (&["list", "lab"], "label:\n"),
        (&["list", "sev"], "severity:\n"),
        (&["list", "status:open", "label:pa"], "label:payments\n"),
        (&["list", "label:a"], "label:\"a b\"\n"),
        (&["list", "label:x,pa"], "label:x,payments\n"),
        (&["list", "severity:>=ma"], "severity:>=major\n"),
        (&["list", "is:or"], "is:orphaned\n"),
        (&["list", "assignee:m"], "assignee:me\n"),
        (&["list", "@m"], "@mine\tassignee:me\n"),
        (&["edit", "--query", "vend"], "vendor:\n"),
    ] {
        assert_eq!(complete(words), expected, "{words:?}");
    }
}

#[test]
fn bash_completes_by_the_script() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Slow");
    let script = format!(
        "source <(git-support completions bash)\n\
         COMP_WORDS=(git-support show {})\nCOMP_CWORD=2\n_git_support_alone\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n\
         words=(git support sho)\ncword=2\n_git_support\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        &id[..3]
    );
    sandbox.file("complete.sh", script);
    assert_eq!(sandbox.shell("bash complete.sh").ok(), format!("{id}\nshow\n"));
    sandbox.file(
        "colon.sh",
        "source <(git-support completions bash)\nwords=(git support list severity:blo)\ncword=3\n_git_support\n\
         printf '%s\\n' \"${COMPREPLY[@]}\"\n",
    );
    assert_eq!(sandbox.shell("bash colon.sh").ok(), "blocker\n");
    for shell in ["zsh", "fish"] {
        assert!(sandbox.run(&["completions", shell]).ok().contains("git-support complete --index"));
    }
}
