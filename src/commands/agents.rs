//! `agents`: instructions for programs that work in the repository for somebody.

use std::path::PathBuf;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::intake;
use crate::render::View;

/// The instructions.
const TEXT: &str = include_str!("agents.md");
/// What stands before and after them in a file that has more.
const BEGIN: &str = "<!-- git-support: begin; written by 'git support agents --write' -->\n";
const END: &str = "<!-- git-support: end -->\n";

/// Print instructions for coding agents
///
/// How a program that works in this repository finds, takes and reports on tickets, and what it leaves alone.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Keep a section of FILE, such as AGENTS.md, up to date with them
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let Some(file) = &args.write else { return Ok(View::Text(TEXT.to_owned())) };
    let path = session.directory().join(file);
    let old = intake::read_existing(&path)?.unwrap_or_default();
    let new = with_section(&old).ok_or_else(|| {
        Failure::usage(format!("{} has the beginning or the end of the section alone", path.display()))
    })?;
    if new == old {
        session.note(format!("{} is up to date", file.display()));
    } else {
        (session.save)(&path, new.as_bytes())?;
        session.note(format!("wrote {}", file.display()));
    }
    Ok(View::Nothing)
}

/// A text with the section as it is now: in its place, or at the end. `None` where one of its marks is missing.
fn with_section(text: &str) -> Option<String> {
    let section = format!("{BEGIN}\n{TEXT}\n{END}");
    match (text.split_once(BEGIN), text.split_once(END)) {
        (None, None) if text.is_empty() => Some(section),
        (None, None) => Some(format!("{}\n\n{section}", text.trim_end_matches('\n'))),
        (Some((before, rest)), Some(_)) => {
            let (_, after) = rest.split_once(END)?;
            Some(format!("{before}{section}{after}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_kept_up_to_date_and_nothing_else() {
        assert!(TEXT.len() < 2048, "{}", TEXT.len());
        let first = with_section("# Ours\n").unwrap();
        assert!(first.starts_with("# Ours\n\n<!--") && first.contains(TEXT));
        let changed = format!("{}More of ours.\n", first.replace("never edit", "do edit"));
        assert_eq!(with_section(&changed).unwrap(), format!("{first}More of ours.\n"));
        assert_eq!(with_section(&with_section("").unwrap()), with_section(""));
        assert_eq!(with_section(&format!("x\n{BEGIN}y\n")), None);
        assert_eq!(with_section(&format!("{END}{BEGIN}")), None);
    }
}
