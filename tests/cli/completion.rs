//! `completions`: scripts that complete verbs, flags and ids with their titles.

use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

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

/// What somebody may have named an environment, and what of it is typed before TAB.
const HOSTILE: &[(&str, &str)] = &[
    (";touch owned", ""),
    ("$(touch owned)", ""),
    ("`touch owned`", ""),
    ("&& touch owned", ""),
    ("aa; touch owned", "aa"),
    ("bb$(touch owned)x", "bb"),
    ("cc`touch owned`", "cc"),
    ("dd & touch owned &", "dd"),
    ("ee | touch owned", "ee"),
    ("ff > owned", "ff"),
    ("gg <owned>", "gg"),
    ("hh 'one' \"two\"", "hh"),
    ("ii back\\slash", "ii"),
    ("jj a:b :c", "jj"),
    ("kk * ? [a]", "kk"),
    ("ll ~ # no comment", "ll"),
    ("mm {a,b} = x", "mm"),
    ("nn $HOME ${PATH}", "nn"),
    ("\"oo; touch owned", "\"oo"),
    ("pp%d !x", "pp"),
];

/// Types a line, TAB, what stands after it, and Enter; the screen after that, or `None` where there is no terminal.
fn after_tab(sandbox: &Sandbox, (program, set_up): (&str, &str), line: &str, rest: &str) -> Option<String> {
    let terminal = Terminal::running(sandbox, program, "ready>")?;
    terminal.text(&format!("{set_up}; echo set-''up"));
    terminal.keys(&["Enter"]);
    terminal.until("\nset-up");
    terminal.text(line);
    terminal.keys(&["Tab"]);
    std::thread::sleep(std::time::Duration::from_millis(700));
    terminal.text(&format!("{rest}; echo do''ne"));
    terminal.keys(&["Enter"]);
    Some(terminal.until("\ndone"))
}

/// Types what somebody would, up to TAB and Enter; the environment of the ticket that came of it.
fn completed(shell: &str, program: &str, set_up: &str) {
    for (value, typed) in HOSTILE {
        let sandbox = Sandbox::new();
        sandbox.run(&["new", "First", "--environment", value]).ok();
        // A quote that is typed begins a quoted word.
        let typed = typed.strip_prefix('"').map_or((*typed).to_owned(), |rest| format!("\\\"{rest}"));
        let line = format!("git-support new Second --environment {typed}");
        let Some(screen) = after_tab(&sandbox, (program, set_up), &line, " --json > ../made.json") else {
            return;
        };
        let made = std::fs::read_to_string(sandbox.root().join("made.json")).unwrap_or_default();
        let made: serde_json::Value = serde_json::from_str(&made).unwrap_or_default();
        assert_eq!(made["environment"], *value, "{shell}: {screen}");
        assert!(!sandbox.repo().join("owned").exists(), "{shell}: {value} was run: {screen}");
    }
}

#[test]
fn bash_runs_nothing_of_what_it_completes() {
    completed("bash", "PS1='ready> ' bash --norc --noprofile -i", "source <(git-support completions bash)");
}

#[test]
fn zsh_runs_nothing_of_what_it_completes() {
    if crate::sandbox::has_tool("zsh") {
        let set_up = "autoload -U compinit; compinit -u -D; source <(git-support completions zsh)";
        completed("zsh", "PS1='ready> ' zsh -f -i", set_up);
    }
}

#[test]
fn fish_runs_nothing_of_what_it_completes() {
    if crate::sandbox::has_tool("fish") {
        let program = "fish --no-config -i -C 'function fish_prompt; echo -n \"ready> \"; end'";
        completed("fish", program, "git-support completions fish | source");
    }
}

#[test]
fn fish_completes_git_itself_once_it_is_installed() {
    if !crate::sandbox::has_tool("fish") {
        return;
    }
    for git in ["git", "git -C .", "git --no-pager"] {
        let sandbox = Sandbox::new();
        let id = sandbox.ticket("Slow");
        sandbox.shell("XDG_CONFIG_HOME=$PWD/../config git support completions fish --install").ok();
        let program = "env XDG_CONFIG_HOME=$PWD/../config XDG_DATA_HOME=$PWD/../data fish -i -C 'function fish_prompt; echo -n \"ready> \"; end'";
        let line = format!("{git} support show {}", &id[..4]);
        let Some(screen) = after_tab(&sandbox, (program, "true"), &line, " --json > ../shown.json") else {
            return;
        };
        let shown = std::fs::read_to_string(sandbox.root().join("shown.json")).unwrap_or_default();
        assert!(shown.contains(&id) && screen.contains(&format!("show {id}")), "{git}: {screen}");
    }
}

/// What somebody types before TAB, and the note that comes of it.
const MENTIONS: &[(&str, &str)] = &[
    ("-m @da", "@dana.li"),
    ("-m \"Ask @da", "Ask @dana.li"),
    ("-m 'Ask @da", "Ask @dana.li"),
    ("--message=@da", "@dana.li"),
    ("-m Ask\\ @da", "Ask @dana.li"),
];

/// A mention is completed in a text of any quoting, of the program as of git's command.
fn mentions_completed(program: &str, set_up: &str, verbs: &[&str]) {
    for verb in verbs {
        for (typed, note) in MENTIONS {
            let sandbox = Sandbox::new();
            sandbox.run(&["team", "add", "Dana Li", "--email", "dana.li@example.com", "--role", "l1"]).ok();
            let id = sandbox.ticket("First");
            let line = format!("{verb} comment {id} {typed}");
            let Some(screen) = after_tab(&sandbox, (program, set_up), &line, "") else { return };
            let timeline = sandbox.field(&id, "timeline");
            let last = timeline.as_array().and_then(|entries| entries.last()).cloned();
            assert_eq!(last.unwrap_or_default()["note"], *note, "{verb} {typed}: {screen}");
        }
    }
}

#[test]
fn bash_completes_mentions_in_texts() {
    let program = "PS1='ready> ' bash --norc --noprofile -i";
    mentions_completed(program, "source <(git-support completions bash)", &["git-support"]);
    // git's own completion stands there where bash-completion's folder is.
    let of_git = "/usr/share/bash-completion/completions/git";
    if std::path::Path::new(of_git).exists() {
        let set_up = format!("source {of_git}; source <(git-support completions bash)");
        mentions_completed(program, &set_up, &["git support"]);
    }
}

#[test]
fn zsh_completes_mentions_in_texts() {
    if crate::sandbox::has_tool("zsh") {
        let set_up = "autoload -U compinit; compinit -u -D; source <(git-support completions zsh)";
        mentions_completed("PS1='ready> ' zsh -f -i", set_up, &["git-support"]);
    }
}

#[test]
fn fish_completes_mentions_in_texts() {
    if crate::sandbox::has_tool("fish") {
        let program = "fish --no-config -i -C 'function fish_prompt; echo -n \"ready> \"; end'";
        mentions_completed(program, "git-support completions fish | source", &["git-support"]);
    }
}
