//! A terminal that tmux types into and reads, as somebody would.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;

/// How long the screen is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal of 80 by 24 with a shell in a sandbox's repository.
pub(crate) struct Terminal<'a> {
    sandbox: &'a Sandbox,
    socket: String,
}

impl<'a> Terminal<'a> {
    /// Opens it; `None` where tmux is not installed, which `.ci/run` sees to.
    pub(crate) fn open(sandbox: &'a Sandbox) -> Option<Self> {
        Self::running(sandbox, "PS1='ready> ' sh", "ready>")
    }

    /// The same with a program in it that says it is ready.
    pub(crate) fn running(sandbox: &'a Sandbox, program: &str, ready: &str) -> Option<Self> {
        let socket = sandbox.root().join("tmux").display().to_string();
        let terminal = Self { sandbox, socket };
        let is_there = terminal.tmux(&["-V"]).is_some();
        if !is_there {
            crate::sandbox::leave_out("tmux");
            return None;
        }
        terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", program]).unwrap();
        terminal.until(ready);
        Some(terminal)
    }

    pub(crate) fn tmux(&self, arguments: &[&str]) -> Option<String> {
        let mut command: Command = self.sandbox.command("tmux");
        command.env("TERM", "xterm-256color").args(["-S", &self.socket]).args(arguments);
        let output = command.output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(crate) fn keys(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"], keys].concat()).unwrap();
    }

    /// Types text as it stands.
    pub(crate) fn text(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]).unwrap();
    }

    pub(crate) fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"]).unwrap()
    }

    /// The screen, once it shows a text.
    #[track_caller]
    pub(crate) fn until(&self, text: &str) -> String {
        let begin = Instant::now();
        loop {
            let screen = self.screen();
            if screen.contains(text) {
                return screen;
            }
            assert!(begin.elapsed() < PATIENCE, "no `{text}` in:\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
    }
}
