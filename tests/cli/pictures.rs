//! The pictures of README: what commands print in colour, and the board, drawn from real output.
//!
//! `SNAPSHOTS=overwrite cargo test pictures` brings them up to date.

use std::fmt::Write as _;
use std::path::Path;

use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

/// A product with a few tickets.
fn product() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    sandbox
        .shell("git support init --owner 'Pat Moe <pat@example.com>' --hours 'mon-fri 09:00-17:00 UTC'")
        .ok();
    for (key, value) in
        [("blocker.resolution", "4h"), ("critical.resolution", "8h"), ("major.resolution", "3d")]
    {
        sandbox.run(&["config", "set", &format!("clocks.{key}"), value]).ok();
    }
    let pat = "GIT_AUTHOR_NAME='Pat Moe' GIT_AUTHOR_EMAIL=pat@example.com";
    let mut ids = Vec::new();
    for (title, severity) in [
        ("Card payments over 1,000 fail with 502", "critical"),
        ("Export of large reports is slow", "major"),
        ("Login page shows an old logo", "minor"),
    ] {
        let line = format!(
            "{pat} git support new '{title}' --severity {severity} --reporter 'Kim Roe <kim@customer.example>'"
        );
        ids.push(sandbox.shell(&line).ok().trim().to_owned());
    }
    (sandbox, ids)
}

/// Compares a picture with the one in docs, or overwrites that.
#[track_caller]
fn is_picture(name: &str, ansi: &str, columns: usize) {
    let svg = anstyle_svg::Term::new().min_width_px(columns * 8 + 24).render_svg(ansi);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images").join(name);
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    assert.eq(svg, snapbox::Data::read_from(&path, Some(snapbox::data::DataFormat::Text)).raw());
}

#[test]
fn the_terminal() {
    let (sandbox, ids) = product();
    let id = &ids[0];
    let mut out = String::new();
    for line in [
        "git support next".to_owned(),
        format!("git support escalate {} --requirements 'Pay today.' --troubleshooting 'Done.'", &id[..4]),
        format!("git support diagnose {} -m 'The gateway waits 2 seconds, the bank needs 3.'", &id[..4]),
        "git log -2 --format='%h %an: %s' -- .support".to_owned(),
    ] {
        let said = sandbox.shell(&line.replace("git support ", "COLUMNS=80 git support --color always "));
        let _ = write!(out, "\u{1b}[1m$ {line}\u{1b}[0m\n{}{}\n", said.stdout, said.stderr);
    }
    is_picture("terminal.svg", out.trim_end(), 84);
}

#[test]
fn the_board() {
    let (sandbox, ids) = product();
    sandbox.run(&["assign", &ids[0]]).ok();
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support board");
    terminal.keys(&["Enter"]);
    terminal.until("? for help");
    let ansi = terminal.tmux(&["capture-pane", "-p", "-e"]).unwrap();
    let shown: Vec<&str> = ansi.lines().take(8).collect();
    is_picture("board.svg", &shown.join("\n"), 80);
    terminal.keys(&["q"]);
}

/// A report page: the page itself is compared. Its picture is taken where pictures are overwritten and Chromium is there,
/// since no two versions of a browser draw the same dots.
#[test]
fn the_report_page() {
    let (sandbox, ids) = product();
    sandbox.run(&["assign", &ids[0]]).ok();
    let all = "--requirements 'Pay today.' --troubleshooting 'Done.'";
    sandbox.shell(&format!("git support escalate {} {all}", ids[0])).ok();
    sandbox.run(&["comment", &ids[1], "-m", "We look into it.", "--spent", "30m"]).ok();
    sandbox.run(&["resolve", &ids[2], "--as", "answered", "-m", "It is the new logo."]).ok();
    let page = sandbox.root().join("report.html");
    sandbox.run(&["report", "--html", page.to_str().unwrap()]).ok();
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images");
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    let kept =
        snapbox::Data::read_from(&images.join("report.html"), Some(snapbox::data::DataFormat::Text)).raw();
    assert.eq(std::fs::read_to_string(&page).unwrap(), kept);
    let picture = images.join("report.png");
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        let options = "--headless --no-sandbox --hide-scrollbars --window-size=1000,900";
        let line = format!("chromium {options} --screenshot={} file://{}", picture.display(), page.display());
        sandbox.shell(&line).ok();
    }
    assert!(picture.is_file(), "SNAPSHOTS=overwrite takes it, with Chromium");
}
