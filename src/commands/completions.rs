//! `completions`: the scripts that complete verbs, flags, words and ticket ids in a shell.

use std::path::PathBuf;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::View;

/// Print or install a shell completion script
///
/// With --install, writes it where the shell looks for scripts of this user: bash-completion's folder, ~/.zfunc (which
/// zsh reads once it is in fpath), fish's folder.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell [default: the one that SHELL names]
    shell: Option<Shell>,
    /// Write the script to the shell's own folder
    #[arg(long)]
    install: bool,
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

impl Shell {
    fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("completions/git-support.bash"),
            Self::Zsh => include_str!("completions/git-support.zsh"),
            Self::Fish => include_str!("completions/git-support.fish"),
        }
    }

    /// The shell that the environment names.
    fn of(session: &Session<'_>) -> Option<Self> {
        let shell = session.host.env.text("SHELL")?;
        match shell.rsplit('/').next()? {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            _ => None,
        }
    }

    /// Where the shell looks for scripts of the user (bash-completion's README, zshcompsys(1), fish's documentation). In fish it is
    /// the folder of snippets that are read at the start: scripts of completions are looked up by the name of the command that is
    /// typed, which is `git`.
    fn place(self, session: &Session<'_>) -> Option<PathBuf> {
        let env = &session.host.env;
        let home = PathBuf::from(env.text("HOME")?);
        let folder = |variable: &str, usual: &str| env.text(variable).map_or(home.join(usual), PathBuf::from);
        Some(match self {
            Self::Bash => {
                folder("XDG_DATA_HOME", ".local/share").join("bash-completion/completions/git-support")
            }
            Self::Zsh => home.join(".zfunc/_git-support"),
            Self::Fish => folder("XDG_CONFIG_HOME", ".config").join("fish/conf.d/git-support.fish"),
        })
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let shell = args.shell.or_else(|| Shell::of(session));
    let shell = shell.ok_or_else(|| Failure::usage("no shell given").hint("git support completions bash"))?;
    if !args.install {
        return Ok(View::Text(shell.script().to_owned()));
    }
    let place = shell.place(session).ok_or_else(|| Failure::usage("HOME is not set"))?;
    (session.save)(&place, shell.script().as_bytes())?;
    session.note(format!("wrote {}", place.display()));
    if shell == Shell::Zsh {
        session.note("zsh reads it with these lines in ~/.zshrc: fpath=(~/.zfunc $fpath); autoload -U compinit; compinit");
    }
    Ok(View::Nothing)
}
