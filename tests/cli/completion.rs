//! `completions`: scripts that complete verbs, flags and ids with their titles.

use crate::sandbox::Sandbox;

#[test]
fn ids_are_completed_with_their_titles() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Card payments fail");
    let out = sandbox.run(&["complete", "--index", "2", "--", "git-support", "show", &id[..2]]).ok();
    assert_eq!(out, format!("{id}\tCard payments fail\n"));
    let out = sandbox.run(&["complete", "--index", "1", "--", "git-support", "com"]).ok();
    assert!(
        out.contains("comment\t") && out.contains("completions\t") && !out.contains("complete\t"),
        "{out}"
    );
    let out = sandbox.run(&["complete", "--index", "3", "--", "git-support", "new", "--severity", ""]).ok();
    assert!(out.contains("blocker"), "{out}");
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
    for shell in ["zsh", "fish"] {
        assert!(sandbox.run(&["completions", shell]).ok().contains("git-support complete --index"));
    }
}
