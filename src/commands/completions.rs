//! `completions`: the scripts that complete verbs, flags, words and ticket ids in a shell.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::View;

/// Print a shell completion script
///
/// bash: git support completions bash > ~/.local/share/bash-completion/completions/git-support
/// zsh: git support completions zsh > ~/.zfunc/_git-support
/// fish: git support completions fish > ~/.config/fish/completions/git-support.fish
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// The shells that are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    /// GNU bash, with git's own completion or without
    Bash,
    /// zsh, with its own or git's completion of git
    Zsh,
    /// fish
    Fish,
}

/// Runs the command.
pub(crate) fn run(args: &Args, _: &mut Session<'_>) -> Result<View, Failure> {
    Ok(View::Text(
        match args.shell {
            Shell::Bash => include_str!("completions/git-support.bash"),
            Shell::Zsh => include_str!("completions/git-support.zsh"),
            Shell::Fish => include_str!("completions/git-support.fish"),
        }
        .to_owned(),
    ))
}
