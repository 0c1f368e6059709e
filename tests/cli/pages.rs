//! Report pages: written whole, nothing in them is taken for markup, and a browser finds no fault in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sandbox::Sandbox;

/// The browser, and the folder of what drives it, where both are installed; `.ci/run` installs them and says so.
fn browser() -> Option<(PathBuf, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let browser = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| {
        std::env::split_paths(&std::env::var_os("PATH")?)
            .map(|path| path.join(name))
            .find(|path| path.is_file())
    });
    let is_there = folder.join("node_modules/playwright-core").is_dir();
    let Some(browser) = browser.filter(|_| is_there) else {
        crate::sandbox::leave_out("Chromium");
        return None;
    };
    Some((browser, folder))
}

fn looks(pages: &[&Path]) -> Option<String> {
    looked_at(None, pages)
}

/// Has the browser look at pages, or at those of a site in a folder.
pub(crate) fn looked_at(site: Option<&Path>, pages: &[&Path]) -> Option<String> {
    let (browser, folder) = browser()?;
    let mut command = Command::new("node");
    command.arg(folder.join("look.mjs")).arg(browser);
    if let Some(site) = site {
        command.arg("--site").arg(site);
    }
    let output = command.args(pages).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A project in which everything that a page shows has happened.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    for (key, value) in [
        ("clocks.blocker.response", "30m"),
        ("clocks.blocker.resolution", "4h"),
        ("levels.1.resolution", "1h"),
    ] {
        sandbox.run(&["config", "set", key, value]).ok();
    }
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example", "--response", "8h"]).ok();
    sandbox.git(&["tag", "v1.0"]);
    sandbox.run(&["release", "handover", "1.0", "--tag", "v1.0", "-m", "First."]).ok();
    sandbox.run(&["release", "accept", "1.0"]).ok();
    for title in
        ["<script>alert(1)</script>", "\"quotes\" & 'more' </title>", "A title that is\u{202e} turned"]
    {
        let id = sandbox
            .run(&["new", title, "--severity", "blocker", "-m", "</pre><img src=x onerror=alert(1)>"])
            .ok();
        let id = id.trim();
        sandbox.run(&["escalate", id, "--requirements", "r", "--troubleshooting", "t"]).ok();
        sandbox.run(&["comment", id, "--internal", "-m", "A secret among us."]).ok();
        sandbox.run(&["defer", id, "--vendor", "paygate", "--follow-up", "1d"]).ok();
        sandbox.run(&["resume", id, "-m", "Answered."]).ok();
        sandbox.run(&["comment", id, "-m", "<b>We look into it.</b>", "--spent", "30m"]).ok();
    }
    let first = sandbox.run(&["list", "--format", "csv", "sort:created", "limit:1"]).ok();
    let first = first.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    sandbox.run(&["resolve", &first, "--as", "answered"]).ok();
    sandbox
}

#[test]
fn a_page_stands_alone_and_a_browser_finds_no_fault() {
    let sandbox = project();
    let out = sandbox.root().join("out");
    sandbox.run(&["report", "--html", out.join("report.html").to_str().unwrap()]).ok();
    sandbox.run(&["report", "--html", out.join("pages").to_str().unwrap()]).ok();
    let alone = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(alone.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!alone.contains("<script>alert(1)") && !alone.contains("<img") && !alone.contains('\u{202e}'));
    assert!(!alone.contains("A secret among us.") && alone.contains("an internal note"));
    assert!(!alone.contains("http://") && !alone.contains("https://"), "it asks for nothing");
    let index = out.join("pages/index.html");
    let pages: Vec<_> =
        fs::read_dir(out.join("pages/tickets")).unwrap().map(|page| page.unwrap().path()).collect();
    assert_eq!(pages.len(), 3);
    for page in &pages {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        assert!(fs::read_to_string(&index).unwrap().contains(&format!("tickets/{name}")));
    }
    if let Some(faults) = looks(&[&out.join("report.html"), &index, &pages[0]]) {
        assert_eq!(faults, "");
    }
    let told = out.join("told.html");
    sandbox.run(&["report", "--html", told.to_str().unwrap(), "--internal"]).ok();
    assert!(fs::read_to_string(told).unwrap().contains("A secret among us."));
}

#[test]
fn a_page_of_nothing_is_a_page() {
    let sandbox = Sandbox::new();
    let page = sandbox.root().join("empty.html");
    sandbox.run(&["report", "--html", page.to_str().unwrap()]).ok();
    if let Some(faults) = looks(&[&page]) {
        assert_eq!(faults, "");
    }
}

/// A day in the pages of `web`, in a real browser; then the real git looks at what it did.
fn a_day(mode: &[&str]) {
    let Some((browser, folder)) = browser() else { return };
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "--owner", "me"]).ok();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    sandbox.run(&["config", "set", "clocks.major.response", "1h"]).ok();
    for number in 0..5 {
        let kim = "GIT_AUTHOR_NAME=Kim GIT_AUTHOR_EMAIL=kim@example.com GIT_COMMITTER_EMAIL=kim@example.com";
        sandbox.shell(&format!("{kim} git support new 'Payment {number} is slow' --severity critical")).ok();
    }
    let users = sandbox.users_work();
    let server = crate::server::Server::unopened(&sandbox, &[]);
    let script = folder.join("web.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(browser).arg(server.address()).args(mode).current_dir(sandbox.root());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("fault:") && said.contains("confirmed 5") && said.ends_with("done\n"), "{said}");
    drop(server);
    assert_eq!(sandbox.users_work(), users, "the user's own work is untouched");
    let subjects = sandbox.subjects().join("\n");
    for step in [
        "escalate",
        "attach",
        "comment",
        "defer",
        "triage 5 tickets",
        "resume",
        "resolve",
        "undo",
        "add vendor",
    ] {
        assert!(subjects.contains(&format!("support: {step}")), "{step}: {subjects}");
    }
    sandbox.git(&["fsck", "--strict"]);
    assert!(sandbox.run(&["audit"]).ok().contains("no problems found"));
}

#[test]
fn a_day_in_a_browser() {
    a_day(&[]);
}

#[test]
fn a_day_in_a_browser_without_script() {
    a_day(&["noscript"]);
}
