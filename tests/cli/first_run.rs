//! The first minutes: what a new user and a new program are told, and where pages and scripts go.

use std::fs;

use crate::sandbox::{Sandbox, has_tool};
use crate::terminal::Terminal;

#[test]
fn a_read_where_nothing_is_says_what_to_do_first() {
    let sandbox = Sandbox::new();
    for command in ["list", "next", "inbox", "log", "report", "known", "answer", "team"] {
        let output = sandbox.run_unwatched(&[command], "");
        assert!(
            output.stderr.contains("branch main has no tickets yet; open the first one: git support new\n"),
            "{command}: {}",
            output.stderr
        );
        assert!(output.stderr.contains("set up team and settings: git support init\n"), "{command}");
    }
    // What a prompt draws, and what writes, say nothing of it.
    for arguments in
        [vec!["status"], vec!["audit"], vec!["check", "status:open"], vec!["new", "Pay fails"], vec!["list"]]
    {
        let output = sandbox.run_unwatched(&arguments, "");
        assert!(!output.stderr.contains("no tickets yet"), "{arguments:?} {}", output.stderr);
    }
}

#[test]
fn init_takes_flags() {
    let sandbox = Sandbox::new();
    for (arguments, problem) in [
        (vec!["init", "--owner", "Pat"], "is not a valid person"),
        (vec!["init", "--hours", "always"], "is not office hours"),
        (vec!["init", "--hours", "mon-fri 09:00-17:00 Mars/Base"], "is not office hours"),
        (vec!["init", "--hours", "mon-fri 25:00-17:00"], "is not office hours"),
    ] {
        let refused = sandbox.run(&arguments).fails(2);
        assert!(refused.contains(problem), "{refused}");
    }
    let hours = "mon-fri 08:30-12:30,13:30-17:00 Europe/Berlin";
    sandbox.run(&["init", "--owner", "Pat Roe <pat@example.com>", "--hours", hours]).ok();
    let team = sandbox.run(&["team"]).ok();
    assert!(team.contains("Pat Roe  product-owner") && team.contains("Dana Li  l1, l2, l3"), "{team}");
    assert_eq!(sandbox.run(&["config", "get", "calendars.office.timezone"]).ok().trim(), "Europe/Berlin");
    assert_eq!(sandbox.subjects()[0], "support: set up tickets in this repository");
    sandbox.run(&["config", "set", "clocks.major.response", "4h"]).ok();
    sandbox.run(&["config", "set", "clocks.major.calendar", "office"]).ok();
    let again = sandbox.run(&["init", "--hours", hours]).fails(1);
    assert!(again.contains("set up already"), "{again}");
    // Who owns the product alone works at every level.
    let alone = Sandbox::new();
    alone.run(&["init", "--owner", "me"]).ok();
    assert!(alone.run(&["team"]).ok().contains("Dana Li  l1, l2, l3, product-owner"));
}

#[test]
fn init_asks_on_a_terminal() {
    let sandbox = Sandbox::new();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support init");
    terminal.keys(&["Enter"]);
    terminal.until("Which branch holds the tickets?");
    terminal.text("tickets");
    terminal.keys(&["Enter"]);
    terminal.until("Who owns the product");
    terminal.keys(&["Enter"]);
    terminal.until("Office hours");
    terminal.text("mon-fri 09:00-17:00 Europe/Berlin");
    terminal.keys(&["Enter"]);
    terminal.until("ready: tickets go to branch tickets");
    // It is on the branch of its own, which is remembered.
    assert!(sandbox.git(&["show", "tickets:.support/config.yaml"]).contains("timezone: Europe/Berlin"));
    assert!(sandbox.run(&["team"]).ok().contains("product-owner"));
    assert!(!sandbox.git(&["branch", "--show-current"]).contains("tickets"));
    // Set up once, nothing is asked.
    terminal.text("clear; git support init");
    terminal.keys(&["Enter"]);
    terminal.until("ready already");
}

#[test]
fn the_demonstration_waits_for_whoever_watches() {
    let sandbox = Sandbox::new();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support demo shop");
    terminal.keys(&["Enter"]);
    terminal.until("-- enter: next, q: quit --");
    terminal.keys(&["Enter"]);
    std::thread::sleep(std::time::Duration::from_millis(300));
    terminal.until("-- enter: next, q: quit --");
    terminal.text("q");
    terminal.keys(&["Enter"]);
    terminal.until("It is all there");
}

#[test]
fn a_program_is_told_what_it_may_do() {
    let sandbox = Sandbox::new();
    let text = sandbox.run(&["agents"]).ok();
    assert!(text.len() < 2048 && text.contains("data from strangers"));
    sandbox.file("AGENTS.md", "# Ours\n\nRun the tests.\n");
    // A file of the user's, which they ask to have written.
    let write = || sandbox.run_unwatched(&["agents", "--write", "AGENTS.md"], "");
    write().ok();
    let written = fs::read_to_string(sandbox.repo().join("AGENTS.md")).unwrap();
    assert!(written.starts_with("# Ours\n\nRun the tests.\n\n<!-- git-support: begin"), "{written}");
    assert!(written.contains(&text));
    let again = write();
    assert!(again.stderr.contains("is up to date"), "{}", again.stderr);
    sandbox.file("AGENTS.md", format!("{written}\nMore of ours.\n").replace("never edit", "edit"));
    write().ok();
    let new = fs::read_to_string(sandbox.repo().join("AGENTS.md")).unwrap();
    assert_eq!(new, format!("{written}\nMore of ours.\n"));
    sandbox.file("AGENTS.md", "<!-- git-support: end -->\n");
    write().fails(2);
    // What the instructions name is there.
    for line in text.lines() {
        for verb in line.split("`git support ").skip(1).filter_map(|rest| rest.split([' ', '`']).next()) {
            let help = sandbox.run_unwatched(&[verb, "-h"], "");
            assert_eq!(help.status, Some(0), "{verb}");
        }
    }
}

#[test]
fn entries_that_a_program_makes_say_so() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("By hand");
    let other =
        sandbox.shell("GIT_SUPPORT_SEED=4 GIT_SUPPORT_VIA=review-bot git support new 'By a program'").ok();
    sandbox.git(&["config", "support.via", "night\u{202e}ly"]);
    sandbox.run(&["comment", &id, "-m", "Seen."]).ok();
    let entries = sandbox.field(&id, "timeline");
    assert_eq!((entries[0]["via"].as_str(), entries[1]["via"].as_str()), (None, Some("night\\u{202e}ly")));
    let found = sandbox.run(&["list", "via:review-bot", "--json"]).ok();
    assert!(found.contains(other.trim()) && !found.contains(&id), "{found}");
    assert!(sandbox.run(&["list", "no:via"]).ok().is_empty());
    assert!(sandbox.run(&["log", &id]).ok().contains("via night"));
    assert!(sandbox.run(&["report", "--by", "via", "--format", "csv"]).ok().contains("review-bot"));
    // Whoever forges an entry is named with the program.
    sandbox.is_tampered_with();
    let path = crate::sandbox::path_of(&id);
    sandbox.shell(&format!("sed -i 's/note: Seen./note: Approved./' {path}; git commit -qam x")).ok();
    let audit = sandbox.run_unwatched(&["audit"], "").stdout;
    assert!(audit.contains("(comment by Dana Li, via night"), "{audit}");
}

#[test]
fn pages_and_scripts_go_where_they_are_looked_for() {
    let sandbox = Sandbox::new();
    let home = sandbox.root().join("home-of-pages");
    let home_text = home.display().to_string();
    let said = sandbox.run(&["man", "--dir", &home_text]).ok();
    assert!(said.contains("/man1"), "{said}");
    let page = fs::read_to_string(home.join("man1/git-support-escalate.1")).unwrap();
    assert!(page.contains("git support escalate") && page.contains("\\-\\-requirements"), "{page}");
    assert!(sandbox.run(&["man"]).ok().contains(".TH GIT-SUPPORT 1"));
    // Every command and subcommand has a page, and no page is of a hidden one.
    let names: Vec<String> = fs::read_dir(home.join("man1"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().any(|name| name == "git-support-vendor-add.1"));
    assert!(!names.iter().any(|name| name.contains("overview") || name.contains("complete.")));
    if has_tool("man") {
        let script = format!("MANPATH={home_text} MANPAGER=cat MANWIDTH=80 git support --help | head -5");
        let shown = sandbox.shell(&script);
        assert!(shown.stdout.contains("GIT-SUPPORT(1)"), "{} {}", shown.stdout, shown.stderr);
        let shown = sandbox.shell(&format!("MANPATH={home_text} MANPAGER=cat git help support | head -5"));
        assert!(shown.stdout.contains("GIT-SUPPORT(1)"), "{} {}", shown.stdout, shown.stderr);
    }
    for (shell, place) in [
        ("bash", "share/bash-completion/completions/git-support"),
        ("zsh", "home/.zfunc/_git-support"),
        ("fish", "config/fish/conf.d/git-support.fish"),
    ] {
        let script = format!(
            "HOME={home_text}/home XDG_DATA_HOME={home_text}/share XDG_CONFIG_HOME={home_text}/config \
             SHELL=/usr/bin/{shell} git-support completions --install"
        );
        sandbox.shell(&script).ok();
        let written = fs::read_to_string(home.join(place)).unwrap();
        assert_eq!(written, sandbox.run(&["completions", shell]).ok());
    }
    sandbox.shell("SHELL=/bin/dash git-support completions").fails(2);
}
