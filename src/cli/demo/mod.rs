//! `demo`: a support week in a small product repository, played by the real commands.

mod pace;
mod week;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::cli::demo::pace::Pace;
use crate::cli::demo::week::{Step, WEEK, Who};
use crate::cli::options::Options;
use crate::cli::output;
use crate::commands::{DemoArgs, Failure, Kind, Session};

/// The width of the pages shown where there is no terminal, in columns.
const COLUMNS: usize = 80;

/// Plays the week in a directory that is empty or does not exist yet.
pub(super) fn run(args: &DemoArgs, options: &Options, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let directory = args.dir.as_deref();
    let place = match directory {
        Some(directory) => session.host.env.directory.join(directory),
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
    let colour = options.colour(&session.host.env);
    let columns = output::columns(&session.host.env).unwrap_or(COLUMNS);
    let tools = tempfile::tempdir().context("making a directory")?;
    let path = path_with_own(tools.path(), session.host.env.environment.get("PATH"))?;
    let mut stage = Stage {
        place: place.clone(),
        path,
        colour,
        columns,
        names: BTreeMap::new(),
        telling: false,
        count: 0,
    };
    let mut pace = Pace::new(session.interactive && !args.fast);
    for step in WEEK {
        let begins = matches!(step, Step::Say(_)) && !stage.telling;
        let shown = stage.play(step)?;
        if !pace.before(&shown, begins)? {
            break;
        }
        output::print(&shown, false, &session.host.env)?;
    }
    let shown = directory.unwrap_or(&place).display().to_string();
    let end = format!("\n{}", stage.heading(&format!("It is all there: cd {shown} && git support list")));
    output::print(&end, false, &session.host.env)?;
    Ok(ExitCode::SUCCESS)
}

/// The repository in which the week is played.
struct Stage {
    place: PathBuf,
    path: OsString,
    colour: bool,
    columns: usize,
    /// What placeholders such as `{payments}` stand for: the ids that commands printed.
    names: BTreeMap<&'static str, String>,
    /// True directly after a line of the story, which the next one goes on with.
    telling: bool,
    /// Steps so far: the seed of each command's randomness, so that the week is the same each time.
    count: u32,
}

impl Stage {
    /// Plays a step and returns what is to be seen of it.
    fn play(&mut self, step: &Step) -> Result<String> {
        self.count += 1;
        let goes_on = std::mem::replace(&mut self.telling, matches!(step, Step::Say(_)));
        match step {
            Step::Say(text) => Ok(format!("{}{}", if goes_on { "" } else { "\n" }, self.heading(text))),
            Step::Write(path, content) => {
                let path = self.place.join(path);
                fs::create_dir_all(path.parent().unwrap_or(&self.place))?;
                fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
                Ok(String::new())
            }
            Step::Quietly(who, at, line) => {
                self.command(who, at, line, "")?;
                Ok(String::new())
            }
            Step::Show(who, at, line, input) => {
                let said = self.command(who, at, line, input)?;
                Ok(format!("{}{said}", self.prompt(who, line, input)))
            }
            Step::File(name, who, at, line, input) => {
                let said = self.command(who, at, line, input)?;
                let id = said.lines().next().unwrap_or_default();
                self.names.insert(name, id.to_owned());
                Ok(format!("{}{said}", self.prompt(who, line, input)))
            }
        }
    }

    fn heading(&self, text: &str) -> String {
        if self.colour { format!("\u{1b}[1;36m# {text}\u{1b}[0m\n") } else { format!("# {text}\n") }
    }

    /// The line, as the person would have typed it.
    fn prompt(&self, who: &Who, line: &str, input: &str) -> String {
        let typed = format!("{}$ {}", who.prompt, self.named(line));
        let typed = if self.colour { format!("\u{1b}[1m{typed}\u{1b}[0m") } else { typed };
        if input.is_empty() { format!("{typed}\n") } else { format!("{typed} <<'EOF'\n{input}EOF\n") }
    }

    /// The line with its placeholders filled in.
    fn named(&self, line: &str) -> String {
        let fill = |line: String, (name, id): (&&str, &String)| line.replace(&format!("{{{name}}}"), id);
        self.names.iter().fold(line.to_owned(), fill)
    }

    /// Runs a line in a shell in which `git support` is this very program; what it printed.
    fn command(&self, who: &Who, time: &str, line: &str, input: &str) -> Result<String> {
        let at = format!("2026-11-{time}:00Z");
        let line = self.named(line);
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(&self.place);
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
            ("GIT_AUTHOR_DATE", at.as_str()),
            ("GIT_COMMITTER_NAME", who.name),
            ("GIT_COMMITTER_EMAIL", who.email),
            ("GIT_COMMITTER_DATE", at.as_str()),
            ("GIT_SUPPORT_NOW", at.as_str()),
        ];
        command.envs(settings);
        command
            .env("GIT_SUPPORT_SEED", format!("week {}", self.count))
            .env("COLUMNS", self.columns.to_string());
        command.env("PATH", &self.path);
        if self.colour {
            command.env("CLICOLOR_FORCE", "1");
        }
        if who.is_ci {
            command.env("CI", "true");
        }
        let failed = || format!("running {line}");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).with_context(failed)?;
        }
        let output = child.wait_with_output().with_context(failed)?;
        if !output.status.success() {
            bail!("{line}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let said = [output.stdout, output.stderr].concat();
        Ok(String::from_utf8_lossy(&said).into_owned())
    }
}

/// The PATH with a folder before it in which this program is `git-support`.
fn path_with_own(folder: &std::path::Path, path: Option<&OsString>) -> Result<OsString> {
    let own = own_program(path).context("finding this program")?;
    let second = folder.join(format!("git-support{}", std::env::consts::EXE_SUFFIX));
    // Where the folder lies on another disk, a second name is a copy.
    std::fs::hard_link(&own, &second)
        .or_else(|_| std::fs::copy(&own, &second).map(drop))
        .context("making a second name of this program")?;
    let rest: Vec<PathBuf> = path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    std::env::join_paths(std::iter::once(folder.to_owned()).chain(rest)).context("the PATH")
}

/// This program's file: as the system knows it, else, where `/proc` is missing, as it was called.
fn own_program(path: Option<&OsString>) -> std::io::Result<PathBuf> {
    std::env::current_exe().or_else(|error| {
        let called = PathBuf::from(std::env::args_os().next().unwrap_or_default());
        let in_path =
            || std::env::split_paths(path?).map(|folder| folder.join(&called)).find(|file| file.is_file());
        let file = if called.components().count() > 1 { Some(called.clone()) } else { in_path() };
        file.ok_or(error).and_then(std::fs::canonicalize)
    })
}
