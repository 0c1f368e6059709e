//! Manual pages: one for the program and one for each command, made of what its help says.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Command;
use clap_mangen::Man;

use crate::cli::{options, output, save};
use crate::commands::{Failure, ManArgs, Session};

/// The folder of pages about commands below a folder of pages (man(1)).
const SECTION: &str = "man1";
/// The program's name, as the names of its pages begin; git looks for them so.
const PROGRAM: &str = "git-support";

/// Prints the program's page, or writes all pages to a folder.
pub(super) fn run(args: &ManArgs, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let mut pages = Vec::new();
    add(options::line(), PROGRAM.to_owned(), "git support", &mut pages)?;
    let Some(folder) = &args.dir else {
        if let Some((_, page)) = pages.first() {
            output::write(&String::from_utf8_lossy(page))?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let folder = session.host.env.directory.join(folder).join(SECTION);
    for (name, page) in &pages {
        save::save(&folder.join(name), page)?;
    }
    output::write(&format!("wrote {} pages to {}\n", pages.len(), folder.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Adds the page of a command and those of its subcommands, each with its file's name.
fn add(command: Command, name: String, typed: &str, pages: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let is_shown = |inner: &&Command| !inner.is_hide_set() && inner.get_name() != "help";
    let inner: Vec<Command> = command.get_subcommands().filter(is_shown).cloned().collect();
    let mut page = Vec::new();
    let named = command.name(name.clone()).bin_name(typed).display_name(name.clone());
    let man = Man::new(named).title(name.to_uppercase()).section("1").manual("Git Support Manual");
    // It says nothing of the day it was made, so that two builds are the same.
    man.source(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .with_context(|| format!("making the page {name}"))?;
    pages.push((format!("{name}.1"), page));
    for command in inner {
        let own = command.get_name().to_owned();
        add(command, format!("{name}-{own}"), &format!("{typed} {own}"), pages)?;
    }
    Ok(())
}
