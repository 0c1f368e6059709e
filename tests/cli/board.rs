//! The board, driven in a terminal as somebody would: tmux types and reads the screen.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;
use crate::terminal::{PATIENCE, Terminal};

fn project() -> (Sandbox, String, String) {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.blocker.resolution", "4h"]).ok();
    let pay = sandbox.run(&["new", "Card payments fail", "--severity", "blocker"]).ok().trim().to_owned();
    let page = sandbox.run(&["new", "The login page is slow", "--severity", "minor"]).ok().trim().to_owned();
    (sandbox, pay, page)
}

#[test]
fn a_key_after_a_resize_is_read_and_what_others_do_is_seen() {
    let (sandbox, pay, _) = project();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support board");
    terminal.keys(&["Enter"]);
    terminal.until("2 tickets");
    for (columns, rows) in [("100", "30"), ("60", "20"), ("90", "24")] {
        terminal.keys(&["j"]);
        terminal.tmux(&["resize-window", "-x", columns, "-y", rows]).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        terminal.keys(&["?"]);
        terminal.until("ctrl-l");
        terminal.keys(&["Escape"]);
        terminal.until("2 tickets");
    }
    sandbox.run(&["new", "The printer is on fire", "--severity", "blocker"]).ok();
    terminal.until("3 tickets");
    sandbox.run(&["resolve", &pay, "--as", "answered", "-m", "x"]).ok();
    terminal.until("2 tickets");
    terminal.keys(&["q"]);
    terminal.until("ready>");
}

#[test]
fn in_a_narrow_terminal_a_ticket_has_a_title() {
    let (sandbox, _, _) = project();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.tmux(&["resize-window", "-x", "40", "-y", "36"]).unwrap();
    terminal.text("git support board");
    terminal.keys(&["Enter"]);
    terminal.until("Card payments f");
    terminal.keys(&["?"]);
    terminal.until("down, g and G");
    terminal.until("ctrl-l");
    terminal.keys(&["Escape", "q"]);
    terminal.until("ready>");
}

#[test]
fn somebody_filters_opens_escalates_and_leaves() {
    let (sandbox, pay, page) = project();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support board");
    terminal.keys(&["Enter"]);
    let screen = terminal.until("? for help");
    assert!(screen.contains(&pay) && screen.contains(&page) && screen.contains("2 tickets"), "{screen}");
    // What is due comes first.
    assert!(screen.find(&pay) < screen.find(&page), "{screen}");
    terminal.keys(&["v"]);
    terminal.until(" new 2 ");
    terminal.keys(&["v"]);
    terminal.until(" level 1 2 ");
    terminal.keys(&["v", "/"]);
    terminal.until("/status:open");
    terminal.text(" payments");
    terminal.keys(&["Enter"]);
    let screen = terminal.until("1 ticket");
    assert!(screen.contains(&pay) && !screen.contains(&page), "{screen}");
    terminal.keys(&["Enter"]);
    terminal.until("Timeline");
    terminal.keys(&["e"]);
    terminal.until(&format!(":escalate {pay} -m"));
    terminal.text("It's a developer's job.");
    terminal.keys(&["Enter"]);
    // The handover is not complete: the board says what is missing, and the line is kept.
    let screen = terminal.until("requirements");
    assert!(screen.contains(&format!(":escalate {pay} -m It's a developer's job.")), "{screen}");
    // The options stand before the text, which goes to the end of the line.
    terminal.keys(&["Home"]);
    for _ in 0..format!("escalate {pay}").len() {
        terminal.keys(&["Right"]);
    }
    terminal.text(" --requirements asked --troubleshooting restarted");
    terminal.keys(&["Enter"]);
    terminal.until(&format!("escalate {pay}: Card payments fail"));
    terminal.keys(&["?"]);
    terminal.until("git support board ");
    terminal.keys(&["Escape", "q"]);
    terminal.until("ready>");
    let message = sandbox.git(&["log", "-1", "--format=%B"]);
    assert!(
        message.starts_with(&format!("support: escalate {pay} to level 2: Card payments fail")),
        "{message}"
    );
    assert!(
        message.contains("It's a developer's job.") && message.contains("Support-Level: 1 -> 2"),
        "{message}"
    );
}

#[test]
fn a_query_that_is_wrong_is_said_and_the_board_goes_on() {
    let (sandbox, pay, _) = project();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support board severity:blocker");
    terminal.keys(&["Enter"]);
    terminal.until(&pay);
    terminal.keys(&["/"]);
    terminal.until("/severity:blocker");
    terminal.text(" stattus:open");
    terminal.keys(&["Enter"]);
    terminal.until("unknown field 'stattus'");
    terminal.keys(&[":"]);
    terminal.text("escalate nothing");
    terminal.keys(&["Enter"]);
    terminal.until("nothing");
    terminal.keys(&["Escape", "q"]);
    terminal.until("ready>");
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    for (signal, status) in [("-TERM", 143), ("-HUP", 129)] {
        let (sandbox, pay, _) = project();
        let Some(terminal) = Terminal::open(&sandbox) else { return };
        terminal.text("git-support board; echo status $?; stty -a | grep -o ' icanon'");
        terminal.keys(&["Enter"]);
        terminal.until(&pay);
        let folder = sandbox.repo().display().to_string();
        for process in std::fs::read_dir("/proc").unwrap().flatten() {
            let reads = |name: &str| std::fs::read(process.path().join(name)).unwrap_or_default();
            let line = String::from_utf8_lossy(&reads("cmdline")).replace('\0', " ");
            let is_here = std::fs::read_link(process.path().join("cwd"))
                .is_ok_and(|at| at.display().to_string() == folder);
            if is_here && line.trim_end().ends_with("board") && !line.contains("sh ") {
                let id = process.file_name().to_string_lossy().into_owned();
                assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
            }
        }
        let screen = terminal.until(&format!("status {status}"));
        let screen = if screen.contains(" icanon\n") { screen } else { terminal.until(" icanon") };
        assert!(!screen.contains("tickets"), "{screen}");
    }
}

#[test]
fn a_terminal_that_goes_takes_the_board_with_it() {
    let (sandbox, pay, _) = project();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    let ended = sandbox.root().join("ended");
    // Deaf to the signal that would end it otherwise.
    terminal.text(&format!("(trap '' HUP; git-support board; echo $? > {})", ended.display()));
    terminal.keys(&["Enter"]);
    terminal.until(&pay);
    let _ = terminal.tmux(&["kill-server"]);
    let begin = Instant::now();
    while !std::fs::read_to_string(&ended).is_ok_and(|status| status == "129\n") {
        let said = std::fs::read_to_string(&ended);
        assert!(begin.elapsed() < PATIENCE, "the board is still there: {said:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_board_needs_a_terminal() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["board"]).fails(2).contains("git support list"));
}

#[test]
fn what_was_typed_on_the_board_is_not_lost() {
    let (sandbox, pay, _) = project();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support board");
    terminal.keys(&["Enter"]);
    terminal.until(&pay);
    // A title without quotes; options after it.
    terminal.keys(&["n"]);
    terminal.text("It isn't working: 5 o'clock --severity major");
    terminal.keys(&["Enter"]);
    terminal.until("It isn't working");
    // Left by mistake, refused, or with a quote that is not closed: the line is there again.
    terminal.keys(&[":"]);
    terminal.text(&format!("comment {pay} --internal -m Long words."));
    terminal.keys(&["Escape", ":", "Up"]);
    terminal.until(&format!(":comment {pay} --internal -m Long words."));
    terminal.keys(&["Escape", ":"]);
    terminal.text(&format!("comment {pay} -m \"Never closed"));
    terminal.keys(&["Enter"]);
    let screen = terminal.until("a quote is not closed");
    assert!(screen.contains("Never closed"), "{screen}");
    terminal.keys(&["Escape", "/"]);
    terminal.text(" sevrity:major");
    terminal.keys(&["Enter"]);
    let screen = terminal.until("unknown field 'sevrity'");
    assert!(screen.contains("/status:open sevrity:major"), "{screen}");
    terminal.keys(&["Escape", ":", "Up", "Up", "Enter"]);
    terminal.until("comment ");
    terminal.keys(&["q"]);
    terminal.until("ready>");
    assert!(sandbox.ticket_file(&pay).contains("note: Long words."), "{}", sandbox.ticket_file(&pay));
    assert!(sandbox.run(&["list", "severity:major"]).ok().contains("5 o'clock"));
}

#[test]
fn what_is_pasted_is_text_and_no_key() {
    let (sandbox, pay, _) = project();
    sandbox.file("../pasted", "Hello,\nplease restart the router.\nrm the cache.\n");
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support board");
    terminal.keys(&["Enter"]);
    terminal.until(&pay);
    let paste = || {
        terminal.tmux(&["load-buffer", "../pasted"]).unwrap();
        terminal.tmux(&["paste-buffer", "-p"]).unwrap();
    };
    paste();
    terminal.until("nothing to paste into");
    terminal.keys(&[":"]);
    terminal.text(&format!("comment {pay} -m "));
    paste();
    terminal.until("rm the cache.");
    terminal.keys(&["Enter"]);
    terminal.until(&format!("comment {pay}"));
    terminal.keys(&["q"]);
    terminal.until("ready>");
    let file = sandbox.ticket_file(&pay);
    assert!(file.contains("Hello,\n    please restart the router.\n    rm the cache."), "{file}");
    assert!(!file.contains("action: pend"), "{file}");
}
