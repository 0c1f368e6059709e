//! `demo`: a support week in a small product repository, played by the real commands.

mod week;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::cli::demo::week::{Step, WEEK, Who};
use crate::cli::options::Options;
use crate::cli::output;
use crate::commands::{Failure, Kind, Session};

/// The width of the pages shown where there is no terminal, in columns.
const COLUMNS: usize = 80;

/// Plays the week in a directory that is empty or does not exist yet.
pub(super) fn run(
    directory: Option<&Path>,
    options: &Options,
    session: &Session<'_>,
) -> Result<ExitCode, Failure> {
    let place = match directory {
        Some(directory) => session.surroundings.directory.join(directory),
        None => tempfile::Builder::new()
            .prefix("git-support-demo-")
            .tempdir()
            .context("making a directory")?
            .keep(),
    };
    if fs::read_dir(&place).is_ok_and(|mut entries| entries.next().is_some()) {
        let message = format!("{} is not empty", place.display());
        return Err(Failure::new(Kind::Refused, message).hint("name a directory that does not exist yet"));
    }
    fs::create_dir_all(&place).with_context(|| format!("making {}", place.display()))?;
    let colour = options.colour(&session.surroundings);
    let columns = output::columns(&session.surroundings).unwrap_or(COLUMNS);
    let mut stage = Stage { place: place.clone(), colour, columns, names: BTreeMap::new(), count: 0 };
    for step in WEEK {
        let shown = stage.play(step)?;
        output::print(&shown, false, &session.surroundings)?;
    }
    let shown = directory.unwrap_or(&place).display().to_string();
    let end = format!("\n{}", stage.heading(&format!("It is all there: cd {shown} && git support list")));
    output::print(&end, false, &session.surroundings)?;
    Ok(ExitCode::SUCCESS)
}

/// The repository in which the week is played.
struct Stage {
    place: PathBuf,
    colour: bool,
    columns: usize,
    /// What placeholders such as `{payments}` stand for: the ids that commands printed.
    names: BTreeMap<&'static str, String>,
    /// Steps so far: the seed of each command's randomness, so that the week is the same each time.
    count: u32,
}

impl Stage {
    /// Plays a step and returns what is to be seen of it.
    fn play(&mut self, step: &Step) -> Result<String> {
        self.count += 1;
        match step {
            Step::Say(text) => Ok(format!("\n{}", self.heading(text))),
            Step::Write(path, content) => {
                let path = self.place.join(path);
                fs::create_dir_all(path.parent().unwrap_or(&self.place))?;
                fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
                Ok(String::new())
            }
            Step::Quietly(who, at, words) => {
                self.command(who, at, words, "")?;
                Ok(String::new())
            }
            Step::Show(who, at, words, input) => {
                let said = self.command(who, at, words, input)?;
                Ok(format!("{}{said}", self.prompt(who, words, input)))
            }
            Step::File(name, who, at, words, input) => {
                let said = self.command(who, at, words, input)?;
                self.names.insert(name, said.trim().to_owned());
                Ok(format!("{}{said}", self.prompt(who, words, input)))
            }
        }
    }

    fn heading(&self, text: &str) -> String {
        if self.colour { format!("\u{1b}[1;36m# {text}\u{1b}[0m\n") } else { format!("# {text}\n") }
    }

    /// The command line, as the person would have typed it.
    fn prompt(&self, who: &Who, words: &[&str], input: &str) -> String {
        let typed: Vec<String> = words.iter().map(|word| quoted(&self.named(word))).collect();
        let typed = format!("{}$ {}", who.prompt, typed.join(" "));
        let typed = if self.colour { format!("\u{1b}[1m{typed}\u{1b}[0m") } else { typed };
        if input.is_empty() { format!("{typed}\n") } else { format!("{typed} <<'EOF'\n{input}EOF\n") }
    }

    /// The word with its placeholders filled in.
    fn named(&self, word: &str) -> String {
        let mut out = word.to_owned();
        for (name, value) in &self.names {
            out = out
                .replace(&format!("{{{name}/path}}"), &path_of(value))
                .replace(&format!("{{{name}}}"), value);
        }
        out
    }

    /// Runs `git …`; `git support …` is this very program.
    fn command(&self, who: &Who, at: &str, words: &[&str], input: &str) -> Result<String> {
        let words: Vec<String> = words.iter().map(|word| self.named(word)).collect();
        let (mut command, rest) = match words.as_slice() {
            [_, verb, rest @ ..] if verb == "support" => {
                let own = std::env::current_exe().context("finding this program")?;
                let mut command = Command::new(own);
                command.args(["--color", if self.colour { "always" } else { "never" }]);
                (command, rest)
            }
            [_, rest @ ..] => (Command::new("git"), rest),
            [] => bail!("an empty command"),
        };
        command.args(rest).current_dir(&self.place);
        // Nothing of the user's own configuration shall show, so that the week is the same everywhere.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_SUPPORT_BRANCH", "CI"] {
            command.env_remove(name);
        }
        let settings = [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_PAGER", "cat"),
            ("TZ", "UTC"),
            ("GIT_AUTHOR_NAME", who.name),
            ("GIT_AUTHOR_EMAIL", who.email),
            ("GIT_AUTHOR_DATE", at),
            ("GIT_COMMITTER_NAME", who.name),
            ("GIT_COMMITTER_EMAIL", who.email),
            ("GIT_COMMITTER_DATE", at),
            ("GIT_SUPPORT_NOW", at),
        ];
        command.envs(settings);
        command
            .env("GIT_SUPPORT_SEED", format!("week {}", self.count))
            .env("COLUMNS", self.columns.to_string());
        if who.is_ci {
            command.env("CI", "true");
        }
        let shown = words.join(" ");
        let failed = || format!("running {shown}");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).with_context(failed)?;
        }
        let output = child.wait_with_output().with_context(failed)?;
        if !output.status.success() {
            bail!("{shown}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The path of a ticket's file, for git commands.
fn path_of(id: &str) -> String {
    let (first, second) = (id.get(..1).unwrap_or_default(), id.get(1..2).unwrap_or_default());
    format!(".support/tickets/{first}/{second}/{id}.yaml")
}

/// The word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.contains(['"', '$', '`', '\\', '!']) {
        format!("'{}'", word.replace('\'', "'\\''"))
    } else {
        format!("\"{word}\"")
    }
}
