//! The user's editor, as git chooses it, on a file that is kept until its text is filed: nothing typed is lost.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::cli::process_env;
use crate::commands::{
    Draft, Failure, GitProgram, Host, Kind, Purpose, above_scissors, drop_text, keep_purpose, keep_text,
    kept_purpose, kept_texts, own_folder, unix_text,
};
use crate::render::View;

/// What the lines of an error on top of a draft begin with.
const ERROR: &str = "# error: ";
/// The last of those lines.
const ERROR_END: &str = "# (Lines above are not read.)";

/// The texts of one command. A command that asks for a text is first rehearsed with a stand-in, so that what a rule
/// refuses in any case is said before somebody writes.
pub(super) struct Editing<'h> {
    host: Host<'h>,
    /// The command that asks for texts.
    purpose: Purpose,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// The command was run with stand-ins; now the editor opens.
    is_rehearsed: bool,
    texts: Vec<Text>,
    /// How many texts this run of the command has asked for.
    asked: usize,
    /// What the last run was refused with, for the top of the text.
    error: Option<String>,
    /// The editor failed, or was left without a change after an error.
    is_given_up: bool,
}

struct Text {
    file: PathBuf,
    left: String,
    /// Nobody wrote anything.
    is_pristine: bool,
}

impl<'h> Editing<'h> {
    pub(super) fn new(host: Host<'h>, arguments: &[OsString]) -> Self {
        Self { host, purpose: Purpose::of(arguments), state: RefCell::default() }
    }

    /// The text that a command asks for.
    pub(super) fn text(&self, draft: &Draft<'_>) -> Result<String> {
        let mut state = self.state.borrow_mut();
        if !state.is_rehearsed && draft.resume.is_none() {
            self.host.rehearsal.set(true);
            return Ok(draft.stand_in.to_owned());
        }
        let place = state.asked;
        state.asked += 1;
        if state.texts.len() == place {
            let text = self.begun(draft)?;
            let is_resumed = draft.resume.is_some();
            state.texts.push(text);
            if is_resumed {
                return Ok(state.texts.last().map(|text| text.left.clone()).unwrap_or_default());
            }
        }
        let error = state.error.clone();
        let State { texts, is_given_up, .. } = &mut *state;
        let Some(text) = texts.get_mut(place) else { bail!("no text was begun") };
        let left = self.edited(text, error.as_deref());
        *is_given_up = left.as_ref().map_or(true, |left| {
            *left == draft.begin || is_blank(left) || (error.is_some() && *left == text.left)
        });
        if let Ok(bytes) = fs::read(&text.file) {
            text.left = without_error(&unix_text(&String::from_utf8_lossy(&bytes)));
            text.is_pristine = text.left == draft.begin || is_blank(&text.left);
        }
        left
    }

    /// A new text, or the kept one that is to be filed.
    fn begun(&self, draft: &Draft<'_>) -> Result<Text> {
        let folder = own_folder(&self.host.env).context("the text can be kept in a repository alone")?;
        let kept = kept_texts(&folder);
        let Some(wanted) = draft.resume else {
            if !kept.is_empty() {
                let count = kept.len();
                let texts = if count == 1 { "text is" } else { "texts are" };
                self.host.note(format!("note: {count} unfiled {texts} kept in {}", folder.display()));
            }
            let file = keep_text(&folder, draft.begin).context("keeping the text")?;
            keep_purpose(&file, &self.purpose.to_string());
            return Ok(Text { file, left: draft.begin.to_owned(), is_pristine: true });
        };
        let name = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let wanted_name = Path::new(wanted).file_name().and_then(|name| name.to_str());
        let found = kept.iter().find(|path| wanted_name.is_some() && name(path).as_deref() == wanted_name);
        let file = match (found, kept.as_slice(), wanted) {
            (Some(found), _, _) => found.clone(),
            (None, [], _) => bail!("no text is kept in {}", folder.display()),
            (None, [only], "") => {
                self.check_purpose(only)?;
                only.clone()
            }
            (None, several, "") => {
                let names: Vec<String> = several.iter().filter_map(name).collect();
                bail!(
                    "{} texts are kept ({}); name one: --resume={}",
                    names.len(),
                    names.join(", "),
                    names.first().map_or("NAME", String::as_str)
                )
            }
            (None, ..) => bail!("no text '{wanted}' is kept in {}", folder.display()),
        };
        let left = without_error(&unix_text(&fs::read_to_string(&file).context("reading the kept text")?));
        Ok(Text { file, left, is_pristine: false })
    }

    /// Sees that a text which nobody named was written for this command: it may be for colleagues, or of another ticket.
    fn check_purpose(&self, file: &Path) -> Result<()> {
        let Some(other) = kept_purpose(file).filter(|kept| !self.purpose.is(kept)) else { return Ok(()) };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        bail!("the text is kept for: git support {other}; to use it here, name it: --resume={name}")
    }

    /// What the editor leaves of a text; the clock then shows when it was finished.
    fn edited(&self, text: &Text, error: Option<&str>) -> Result<String> {
        let on_top: String =
            error.iter().flat_map(|error| error.lines()).map(|line| format!("{ERROR}{line}\n")).collect();
        let on_top = if on_top.is_empty() { on_top } else { format!("{on_top}{ERROR_END}\n") };
        fs::write(&text.file, format!("{on_top}{}", text.left)).context("writing the text")?;
        let git = GitProgram::find(self.host.env.environment.get("PATH"), &self.host.env.directory);
        let editor = git.run(&["var", "GIT_EDITOR"], b"", &[])?;
        let editor = String::from_utf8_lossy(&editor).trim().to_owned();
        // The shell gets the file's name as an argument of its own, never as text to interpret.
        let status = Command::new("sh")
            .arg("-c")
            .arg(format!("{editor} \"$@\""))
            .arg(&editor)
            .arg(&text.file)
            .status()
            .with_context(|| format!("starting the editor {editor}"))?;
        if !status.success() {
            bail!("the editor {editor} failed; nothing was changed");
        }
        self.host.env.clock.set(process_env::now().unwrap_or_else(|_| self.host.env.clock.seconds()));
        let left = fs::read_to_string(&text.file).context("reading the text")?;
        Ok(without_error(&unix_text(&left)))
    }

    /// True where the command is to run again: after its rehearsal, or, on a terminal, with the error on top of the text.
    pub(super) fn goes_on(&self, outcome: &Result<View, Failure>, on_terminal: bool) -> bool {
        let mut state = self.state.borrow_mut();
        state.asked = 0;
        if self.host.rehearsal.replace(false) {
            state.is_rehearsed = true;
            return outcome.is_ok();
        }
        let Err(failure) = outcome else { return false };
        let is_for_the_writer = matches!(
            failure.kind,
            Kind::Usage | Kind::Invalid | Kind::Refused | Kind::NotFound | Kind::Ambiguous
        );
        if state.texts.is_empty() || state.is_given_up || !on_terminal || !is_for_the_writer {
            return false;
        }
        state.is_rehearsed = true;
        state.error = Some([vec![format!("{:#}", failure.error)], failure.hints.clone()].concat().join("\n"));
        true
    }

    /// Removes the texts, which were filed, or which nobody wrote.
    pub(super) fn filed(&self) {
        for text in self.state.take().texts {
            drop_text(&text.file);
        }
    }

    /// What failed, and how to file the texts that were written for it.
    pub(super) fn kept_after(&self, failure: Failure, arguments: &[OsString]) -> Failure {
        let kept = self.kept();
        kept.iter().fold(failure, |failure, file| failure.hint(resume_hint(file, arguments)))
    }

    /// What failed, and how to file what somebody typed for it at the terminal (`-F -`), which is kept as if an editor had it.
    pub(super) fn typed_kept_after(&self, failure: Failure, typed: &str, arguments: &[OsString]) -> Failure {
        let words: Option<Vec<&str>> = arguments.iter().skip(1).map(|word| word.to_str()).collect();
        let words = words.filter(|words| words.contains(&"-") && !typed.trim().is_empty());
        let (Some(words), Some(folder)) = (words, own_folder(&self.host.env)) else { return failure };
        let Ok(file) = keep_text(&folder, typed) else { return failure };
        keep_purpose(&file, &self.purpose.to_string());
        let file = file.display().to_string();
        let again = words.iter().map(|word| if *word == "-" { file.as_str() } else { word });
        match shlex::try_join(again) {
            Ok(again) => failure.hint(format!("what you typed is kept: git support {again}")),
            Err(_) => failure.hint(format!("what you typed is kept in {file}")),
        }
    }

    /// Says how to file texts that were written, where a command changed nothing.
    pub(super) fn kept_unfiled(&self, arguments: &[OsString]) {
        for file in self.kept() {
            self.host.note(format!("note: {}", resume_hint(&file, arguments)));
        }
    }

    /// The files of texts that were written and not filed; the others are removed.
    fn kept(&self) -> Vec<PathBuf> {
        let (pristine, written): (Vec<Text>, Vec<Text>) =
            self.state.take().texts.into_iter().partition(|text| text.is_pristine);
        for text in pristine {
            drop_text(&text.file);
        }
        written.into_iter().map(|text| text.file).collect()
    }
}

/// How a kept text is filed: by the same command.
fn resume_hint(file: &Path, arguments: &[OsString]) -> String {
    let words = arguments.iter().skip(1).map(|word| word.to_str());
    let words = words.filter(|word| !word.is_some_and(|word| word.starts_with("--resume")));
    let words: Option<Vec<&str>> = words.filter(|word| *word != Some("--dry-run")).collect();
    // The entry that was to be the last one is so no longer.
    let words = words.map(|mut words| {
        if let Some(at) = words.iter().position(|word| *word == "--if-match") {
            words.drain(at..words.len().min(at + 2));
        }
        words
    });
    let typed = words.and_then(|words| shlex::try_join(words).ok());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_utf8 = fs::read(file).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok());
    let shown = file.display().to_string();
    let file = shlex::try_quote(&shown).map_or_else(|_| shown.clone(), std::borrow::Cow::into_owned);
    // An editor may write in another encoding; which, only its user knows.
    let file = match is_utf8 {
        true => shown,
        false => format!(
            "{file} (not UTF-8; convert it first: iconv -f LATIN1 -t UTF-8 {file} >text; mv text {file})"
        ),
    };
    match typed {
        Some(typed) => {
            format!("your text is kept in {file}; file it with: git support {typed} --resume={name}")
        }
        None => format!("your text is kept in {file}; repeat the command with --resume={name}"),
    }
}

fn is_blank(text: &str) -> bool {
    above_scissors(text).trim().is_empty()
}

/// A text without the error that was put on top of it.
fn without_error(text: &str) -> String {
    if !text.starts_with(ERROR) {
        return text.to_owned();
    }
    let rest = text.lines().skip_while(|line| line.starts_with(ERROR) || *line == ERROR_END);
    rest.map(|line| format!("{line}\n")).collect()
}
