//! `web`: gives the pages their commands, opens a browser, and ends with signals.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::options::{self, Options};
use crate::cli::platform::{OPENERS, is_own_connection};
use crate::cli::signals::Signals;
use crate::cli::{child, on_change, output, process_env};
use crate::commands::{
    self, Announcement, Clock, Command, Draft, Failure, Finished, Host, ProcessEnv, Progress, Session,
    WebArgs, branch_now,
};
use crate::render::{Format, RenderOptions, View, render};
use crate::web::{Answer, Desk, Ended, Problem, READ_VERBS, Start, listen, serve};

/// The bytes of a secret.
const SECRET_BYTES: usize = 32;

/// Serves pages until a signal comes or nobody asks any more.
pub(super) fn run(args: &WebArgs, options: &Options, session: &mut Session<'_>) -> Result<ExitCode, Failure> {
    // What cannot be read is said now, as by any other command.
    let project = session.project()?;
    let name = project.name();
    drop(project);
    let signals = Signals::taken(session)?;
    let is_read_only = session.host.env.is_read_only;
    let [reading, writing, looking] = [true, false, true].map(|is_read_only| Place {
        environment: session.host.env.environment.clone(),
        directory: session.host.env.directory.clone(),
        branch: options.branch.clone(),
        is_read_only,
    });
    let read = move |words: &[String], _: &[u8]| {
        let is_read = words.first().is_some_and(|verb| READ_VERBS.contains(&verb.as_str()));
        if is_read { reading.run(words, &[]) } else { Err(internal("not a command that reads")) }
    };
    let write = move |words: &[String], input: &[u8]| writing.run(words, input);
    let desk = Desk {
        read: Box::new(read),
        // Where nothing may be written, a page offers no form.
        write: (!args.read_only && !is_read_only).then(|| Box::new(write) as Box<crate::web::Run>),
        now: Box::new(now_text),
        branch: Box::new(move || looking.branch().unwrap_or_default()),
    };
    let (listener, port) = listen(args.port)
        .with_context(|| format!("cannot listen on 127.0.0.1:{}; try another --port", args.port))?;
    let secrets = [secret()?, secret()?, secret()?];
    let address = format!("http://127.0.0.1:{port}/?token={}", secrets[0]);
    output::write(&format!("{address}\n"))?;
    say("The address is good once, and on this machine alone. Ctrl-C ends the server.", options)?;
    if !args.no_open && !open(&address) {
        say("warning: no browser could be opened; open the address by hand", options)?;
    }
    let start =
        Start { listener, port, desk, secrets, is_own: Box::new(is_own_connection), idle: args.idle, name };
    match serve(start, &|| signals.status()).context("serving pages")? {
        Ended::Signal(status) => Ok(ExitCode::from(status)),
        Ended::Idle => {
            say("ended: no request for as long as --idle allows", options)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Now, in UTC, as machine formats write it.
fn now_text() -> String {
    let now = process_env::now().ok().and_then(|now| OffsetDateTime::from_unix_timestamp(now).ok());
    now.and_then(|now| now.format(&Rfc3339).ok()).unwrap_or_default()
}

/// Says a line on standard error.
fn say(line: &str, options: &Options) -> Result<(), Failure> {
    output::notes(&[line.to_owned()], &[], options)
}

/// A secret that nobody can foresee, in hexadecimal digits.
fn secret() -> Result<String, Failure> {
    let mut bytes = [0_u8; SECRET_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(commands::Kind::Io, format!("no randomness: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Opens an address in the user's browser; false where there is no program for it.
fn open(address: &str) -> bool {
    OPENERS.iter().any(|(program, arguments)| {
        let mut command = Process::new(program);
        command.args(*arguments).arg(address);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
    })
}

fn internal(message: &str) -> Problem {
    Problem { kind: commands::Kind::Internal.as_str(), message: message.to_owned(), hints: Vec::new() }
}

/// Where commands run.
struct Place {
    environment: BTreeMap<String, OsString>,
    directory: PathBuf,
    branch: Option<String>,
    /// What runs here cannot move a reference.
    is_read_only: bool,
}

impl Place {
    /// Runs a command as if these words had been typed, in a session of its own: requests come on several threads.
    fn run(&self, words: &[String], input: &[u8]) -> Result<Answer, Problem> {
        if self.is_read_only && child::is_heavy(words) {
            let place = (self.directory.as_path(), &self.environment, self.branch.as_deref());
            return child::answer(words, place, now_text());
        }
        let line = ["git-support"].into_iter().chain(words.iter().map(String::as_str));
        let line: Vec<OsString> = line.map(OsString::from).collect();
        let (options, command) = options::parse(&line).map_err(|error| {
            let text = error.to_string();
            let message = text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
            let message = message.trim_start_matches("error: ").to_owned();
            Problem { kind: commands::Kind::Usage.as_str(), message, hints: Vec::new() }
        })?;
        let branch = options.branch.as_deref().or(self.branch.as_deref());
        self.answer(&command, options.format(), branch, input).map_err(|failure| Problem {
            kind: failure.kind.as_str(),
            message: failure.error.to_string(),
            hints: failure.hints.clone(),
        })
    }

    /// The branch whose tickets are read and written now.
    fn branch(&self) -> Result<String, Failure> {
        let env = self.env(process_env::now()?);
        let random = || getrandom::u64().unwrap_or_default();
        let progress = |_: &'static str, _: usize| -> Progress { Box::new(|_| ()) };
        let host = Host::new(env, &random, &progress, &|_: &Announcement| Ok(()));
        branch_now(&host, self.branch.as_deref())
    }

    fn env(&self, now: i64) -> ProcessEnv {
        ProcessEnv {
            environment: self.environment.clone(),
            directory: self.directory.clone(),
            clock: Clock::at(now),
            is_elsewhere: false,
            // Signals end the server between requests.
            interruptible: Arc::new(AtomicBool::new(false)),
            has_committed: Arc::default(),
            is_read_only: self.is_read_only,
        }
    }

    fn answer(
        &self,
        command: &Command,
        format: Format,
        branch: Option<&str>,
        mut input: &[u8],
    ) -> Result<Answer, Failure> {
        let now = process_env::now()?;
        let env = self.env(now);
        let random = || getrandom::u64().unwrap_or_default();
        let progress = |_: &'static str, _: usize| -> Progress { Box::new(|_| ()) };
        let way = on_change::Way::of(command, &env);
        let announce = |announcement: &Announcement| on_change::announce(announcement, way);
        let saved = RefCell::new(Vec::new());
        let save = |_: &Path, content: &[u8]| -> anyhow::Result<()> {
            saved.borrow_mut().extend_from_slice(content);
            Ok(())
        };
        let mut output = Vec::new();
        let mut session = Session {
            host: Host::new(env, &random, &progress, &announce),
            branch: branch.map(str::to_owned),
            input: &mut input,
            interactive: false,
            ask: &|_| Ok(false),
            ask_text: &|_, _| bail!("nobody can be asked on a page"),
            editor: &|_: &Draft<'_>| bail!("a page has no editor"),
            execute: &|_: &[OsString]| -> anyhow::Result<Finished> { bail!("a page runs no other command") },
            save: &save,
            save_through: &save,
            may_write: &|_, _| true,
            tidy: &|_, _, _| Ok(0),
            output: &mut output,
            stream: &|_: &View| Ok(false),
            wait: &std::thread::sleep,
            format: if format == Format::Table { Format::Json } else { format },
            on_terminal: false,
            instant_seconds: Cell::default(),
            unused: RefCell::default(),
            once_shown: RefCell::default(),
        };
        let view = commands::run(command, &mut session)?;
        let (notes, _) = session.host.notes.take();
        let now_text = session.host.now().to_string();
        drop(session);
        let look = RenderOptions { colour: false, terminal: false, columns: None, now_seconds: now };
        let mut answer = Answer { notes, now: now_text, ..Answer::default() };
        if format == Format::Table {
            let text = render(&view, Format::Json, &look).unwrap_or_default();
            answer.value = serde_json::from_str(&text).unwrap_or_default();
            answer.bytes = [output, saved.into_inner()].concat();
        } else {
            answer.bytes = render(&view, format, &look)?.into_bytes();
        }
        Ok(answer)
    }
}
