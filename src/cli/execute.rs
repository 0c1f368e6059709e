//! Runs somebody's command as if it had been typed, and keeps the end of what it prints.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};

use crate::cli::platform::{SignalRelay, ended_by};
use crate::commands::Finished;

/// How much of the end of the output is kept, in bytes.
const KEPT_BYTES: usize = 64 * 1024;

/// Runs a command to its end. What it prints goes where it would go, and its end is kept: standard output and
/// error together, as they come. A signal to us goes to the command and all it started; how that ends is what counts.
pub(super) fn execute(words: &[OsString], interruptible: &AtomicBool) -> Result<Finished> {
    let (program, arguments) = words.split_first().context("no command given")?;
    let name = program.to_string_lossy();
    // At a terminal it stays in our group, or it could not read from there; the terminal signals it itself.
    let is_alone = !io::stdin().is_terminal();
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    // The relay ends before signals end this process again.
    let (was, finished) = {
        let mut relay = SignalRelay::start(&mut command, is_alone).context("watching for signals")?;
        let was = interruptible.swap(false, Ordering::SeqCst);
        let spawned = command.spawn();
        if let Ok(child) = &spawned {
            relay.pass_to(child.id()).context("watching for signals")?;
        }
        let finished =
            spawned.with_context(|| format!("starting {name}")).and_then(|child| finish(child, &name));
        (was, finished)
    };
    interruptible.store(was, Ordering::SeqCst);
    finished
}

/// Passes on what a command prints, until it ends.
fn finish(mut child: Child, name: &str) -> Result<Finished> {
    let kept = Mutex::new(VecDeque::new());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        let errors = || stderr.map(|from| pass_on(from, io::stderr(), &kept));
        let beside = std::thread::Builder::new().spawn_scoped(scope, errors);
        if beside.is_err() {
            // With nobody to read what it prints, it would wait for ever.
            let _ = child.kill();
        }
        if let Some(from) = stdout {
            pass_on(from, io::stdout(), &kept);
        }
        beside.map(drop).with_context(|| format!("{name} was ended: no thread to read what it prints"))
    })?;
    let status = child.wait().with_context(|| format!("waiting for {name}"))?;
    let kept: Vec<u8> = kept.into_inner().unwrap_or_default().into();
    Ok(Finished {
        status: status.code(),
        signal: ended_by(status),
        output: String::from_utf8_lossy(&kept).into_owned(),
    })
}

/// Nobody reading our output any more stops the passing on, not the command.
fn pass_on(mut from: impl Read, mut to: impl Write, kept: &Mutex<VecDeque<u8>>) {
    let mut chunk = vec![0; 8192];
    let mut is_read = true;
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let bytes = chunk.get(..read).unwrap_or_default();
        is_read = is_read && to.write_all(bytes).and_then(|()| to.flush()).is_ok();
        if let Ok(mut kept) = kept.lock() {
            kept.extend(bytes);
            let excess = kept.len().saturating_sub(KEPT_BYTES);
            kept.drain(..excess);
        }
    }
}
