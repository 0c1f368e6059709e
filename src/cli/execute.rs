//! Runs somebody's command as if it had been typed, and keeps the end of what it prints.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::commands::Finished;

/// How much of the end of the output is kept, in bytes.
const KEPT_BYTES: usize = 64 * 1024;

/// The signals that end a run, and that the command is told of.
const ENDING: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// Runs a command to its end. What it prints goes where it would go, and its end is kept: standard output and
/// error together, as they come. A signal to us goes to the command and all it started; how that ends is what counts.
pub(super) fn execute(words: &[OsString], interruptible: &AtomicBool) -> Result<Finished> {
    let (program, arguments) = words.split_first().context("no command given")?;
    let name = program.to_string_lossy();
    // At a terminal it stays in our group, or it could not read from there; the terminal signals it itself.
    let is_alone = !io::stdin().is_terminal();
    let mut signals = Signals::new(ENDING).context("watching for signals")?;
    let was = interruptible.swap(false, Ordering::SeqCst);
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    if is_alone {
        command.process_group(0);
    }
    let spawned = command.spawn();
    let handle = signals.handle();
    if let Some(id) = spawned.as_ref().ok().and_then(|child| i32::try_from(child.id()).ok()) {
        let pass_on = move || {
            for signal in &mut signals {
                tell(id, signal, is_alone);
            }
        };
        std::thread::Builder::new().spawn(pass_on).context("watching for signals")?;
    }
    let finished = spawned.with_context(|| format!("starting {name}")).and_then(|child| finish(child, &name));
    handle.close();
    interruptible.store(was, Ordering::SeqCst);
    finished
}

/// Passes a signal on: to the command's group, or to it alone.
fn tell(id: i32, signal: i32, is_alone: bool) {
    let (Some(process), Some(signal)) = (Pid::from_raw(id), Signal::from_named_raw(signal)) else { return };
    // One that has ended already needs none.
    let _ = match is_alone {
        true => rustix::process::kill_process_group(process, signal),
        false => rustix::process::kill_process(process, signal),
    };
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
        signal: status.signal(),
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
