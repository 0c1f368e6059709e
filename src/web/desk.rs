//! What stands behind the pages: the commands, run as if they had been typed.

use serde_json::Value;

/// What a command answered.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The answer in its machine format; null where it has none.
    pub value: Value,
    /// What it would have written to standard output, or to the file that it was asked for.
    pub bytes: Vec<u8>,
    /// Warnings and remarks.
    pub notes: Vec<String>,
    /// When it was answered, in UTC, as machine formats write it.
    pub now: String,
}

/// Why a command failed.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The word for it in machine formats: `refused`, `conflict`, `busy` and so on.
    pub kind: &'static str,
    /// What is wrong.
    pub message: String,
    /// Commands that help.
    pub hints: Vec<String>,
}

/// Runs a command line of these words, with this standard input.
pub type Run = dyn Fn(&[String], &[u8]) -> Result<Answer, Problem> + Send + Sync;

/// The commands that pages may run.
pub struct Desk {
    /// Runs what reads: the words begin with a verb of [`READ_VERBS`].
    pub read: Box<Run>,
    /// Runs what writes; none where nothing may be written.
    pub write: Option<Box<Run>>,
    /// Now, in UTC, as machine formats write it.
    pub now: Box<dyn Fn() -> String + Send + Sync>,
    /// The branch whose tickets are read and written now: another one may be checked out under an open page.
    pub branch: Box<dyn Fn() -> String + Send + Sync>,
}

/// What stands for a branch while HEAD is on none.
const NO_BRANCH: &str = "HEAD";

/// What pages read with. None of these writes anything the way that pages call them: `inbox` only with `--peek`.
pub const READ_VERBS: &[&str] = &[
    "answer", "attach", "audit", "brief", "config", "handover", "inbox", "known", "list", "log", "next",
    "release", "report", "show", "sla", "team", "vendor",
];

impl Desk {
    /// Answers a read.
    ///
    /// # Errors
    /// What the command says.
    pub(super) fn read(&self, words: &[String]) -> Result<Answer, Problem> {
        (self.read)(words, &[])
    }

    /// The branch of a form, where another one is read and written by now: what somebody wrote about the tickets that
    /// they saw belongs there.
    pub(super) fn elsewhere<'a>(&self, branch: Option<&'a str>) -> Option<&'a str> {
        branch.filter(|branch| !branch.is_empty() && *branch != NO_BRANCH && *branch != (self.branch)())
    }

    /// Makes a change.
    ///
    /// # Errors
    /// What the command says, or that nothing may be written.
    pub(super) fn write(&self, words: &[String], input: &[u8]) -> Result<Answer, Problem> {
        let Some(write) = &self.write else {
            let message = "these pages change nothing (--read-only)".to_owned();
            return Err(Problem { kind: "refused", message, hints: vec!["git support web".to_owned()] });
        };
        write(words, input)
    }
}
