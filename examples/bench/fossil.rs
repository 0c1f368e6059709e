//! Fossil, where it is installed: the fastest tracker we know, C on SQLite, with the same tickets.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use git_support::ticket::Ticket;

use crate::timed;

pub(crate) struct Fossil {
    folder: PathBuf,
    /// The whole name of a ticket.
    pub(crate) uuid: String,
}

impl Fossil {
    /// A repository with these tickets; `None` where there is no such program.
    pub(crate) fn fill(folder: &Path, tickets: impl Iterator<Item = Ticket>) -> Option<Self> {
        let found = Command::new("fossil").arg("version").stdout(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut fossil = Self { folder: folder.to_owned(), uuid: String::new() };
        fossil.run(&["init", "all.fossil"]);
        fossil.run(&["open", "all.fossil", "--force"]);
        for ticket in tickets {
            let head = ticket.fields();
            let status = if head.status().is_open() { "Open" } else { "Closed" };
            let severity = head.severity().map(|severity| severity.to_string()).unwrap_or_default();
            let notes =
                ticket.timeline().iter().filter_map(|entry| entry.note.as_deref()).collect::<Vec<_>>();
            let text = format!("{}\n{}", head.description().unwrap_or_default(), notes.join("\n"));
            fossil.run(&[
                "ticket",
                "add",
                "title",
                head.title(),
                "status",
                status,
                "severity",
                &severity,
                "comment",
                &text,
            ]);
        }
        let output =
            fossil.command(&["sql", "SELECT tkt_uuid FROM repository.ticket LIMIT 1"]).output().unwrap();
        fossil.uuid = String::from_utf8_lossy(&output.stdout).trim().trim_matches('\'').to_owned();
        Some(fossil)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("fossil");
        command.current_dir(&self.folder).env("HOME", &self.folder).env("USER", "bench").args(arguments);
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Duration {
        timed(self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()))
    }
}
