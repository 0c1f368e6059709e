//! What README and docs show is what the commands print: each `console` block is run, line by line.
//!
//! `SNAPSHOTS=overwrite cargo test docs` brings the pages up to date.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use git_support::process::audit::{RULES, RuleLine};
use git_support::process::{STEPS, outcome};
use git_support::ticket::Status;

use crate::sandbox::Sandbox;

/// The page with the output of each command of its `console` blocks made anew. All blocks of a page
/// run in one repository, from the top down.
fn regenerated(page: &str) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let sandbox = Sandbox::unborn().with("EXAMPLES", examples.to_str().unwrap());
    // The page about audits shows what they find.
    sandbox.is_tampered_with();
    // One that makes its own repository begins in an empty folder.
    if !page.lines().find(|line| line.starts_with("$ ")).is_some_and(|line| line.starts_with("$ git init")) {
        sandbox.file("src/payment.rs", "pub fn charge() {}\n");
        sandbox.git(&["add", "."]);
        sandbox.git(&["commit", "-qm", "Charge cards"]);
    }
    let mut out = String::new();
    let mut block = None;
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            block = if block.is_none() { Some(language) } else { None };
        }
        match line.strip_prefix("$ ").filter(|_| block == Some("console")) {
            Some(first) => {
                let mut command = first.to_owned();
                out.push_str(line);
                out.push('\n');
                // A here-document goes on to its end.
                if first.contains("<<'EOF'") {
                    for more in lines.by_ref() {
                        command.extend(["\n", more]);
                        out.extend([more, "\n"]);
                        if more == "EOF" {
                            break;
                        }
                    }
                }
                let output = sandbox.shell(&command);
                out.push_str(&output.stdout);
                out.push_str(&output.stderr);
                while lines.peek().is_some_and(|next| !next.starts_with("```") && !next.starts_with("$ ")) {
                    lines.next();
                }
            }
            None => {
                // An output with a fence in it would end the block, and what follows would be run by nobody. Blocks of
                // text are what other tests print.
                assert!(!line.starts_with("$ ") || block == Some("text"), "run by nobody: {line}");
                out.extend([line, "\n"]);
            }
        }
    }
    out
}

/// Held while a page is compared, and maybe overwritten.
static PAGE: Mutex<()> = Mutex::new(());

/// Compares the table of a page that begins with `head`.
pub(crate) fn with_table(page: &str, head: &str, table: &str) {
    let _alone = PAGE.lock();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(head).unwrap();
    let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
    let expected = format!("{before}{table}\n{after}");
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    assert.eq(expected, snapbox::Data::read_from(&page, Some(snapbox::data::DataFormat::Text)).raw());
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    pages.extend(fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    // The pictures are of a test of their own.
    pages.retain(|page| page.is_file());
    pages.sort();
    pages
}

#[test]
fn every_page_shows_what_the_commands_print() {
    let _alone = PAGE.lock();
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let actual = regenerated(&text);
        assert.eq(actual, snapbox::Data::read_from(&page, Some(snapbox::data::DataFormat::Text)).raw());
    }
}

#[test]
fn every_verb_has_its_place_in_the_docs() {
    let sandbox = Sandbox::nowhere();
    let help = sandbox.run(&["help"]).ok();
    let verbs = help.lines().take_while(|line| *line != "Global options");
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md")).unwrap();
    let mut count = 0;
    // A line that goes on with the one before is indented further.
    let verbs = verbs.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    for verb in verbs.filter_map(|line| line.split_whitespace().next()).filter(|verb| *verb != "help") {
        assert!(page.contains(&format!("$ git support {verb} -h\n")), "docs/commands.md lacks {verb}");
        count += 1;
    }
    assert!(count >= 13, "{help}");
}

#[test]
fn the_docs_list_the_rules_of_the_audit() {
    let mut table = "| rule | level | what it finds |\n| --- | --- | --- |\n".to_owned();
    for RuleLine { name, level, about, .. } in RULES {
        writeln!(table, "| `{name}` | {} | {about} |", level.as_str()).unwrap();
    }
    with_table("docs/audit.md", "| rule | level |", &table);
}

#[test]
fn the_docs_list_the_limits() {
    let mut table = "| what | at most | unit |\n| --- | --- | --- |\n".to_owned();
    for (what, most, unit) in git_support::LIMITS.into_iter().flatten() {
        writeln!(table, "| {what} | {} | {unit} |", grouped(*most)).unwrap();
    }
    with_table("docs/limits.md", "| what | at most |", &table);
}

/// A number with its digits in groups of three.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[test]
fn the_status_table_of_the_docs_is_that_of_the_rules() {
    let mut table = format!("| step | {} |\n", Status::WORDS.join(" | "));
    table.extend(["| --- |", &" --- |".repeat(Status::ALL.len()), "\n"]);
    for step in STEPS {
        let cell = |from: &Status| outcome(step, *from).map_or("–".to_owned(), |to| to.to_string());
        let cells: Vec<String> = Status::ALL.iter().map(cell).collect();
        table.extend(["| `", step.as_str(), "` | ", &cells.join(" | "), " |\n"]);
    }
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/process.md")).unwrap();
    assert!(page.contains(&table), "docs/process.md lacks this table:\n{table}");
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        // What stands in a block of code is no link.
        let text: String = text.split("```").step_by(2).collect();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            if !file.is_empty() && !file.starts_with("http") {
                assert!(page.parent().unwrap().join(file).exists(), "{}: {target}", page.display());
            }
        }
    }
}
