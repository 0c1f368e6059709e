//! The n-th call to the operating system fails, for every n; the disk is full after every few bytes: the old or
//! the new state, and the next run goes on.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sandbox::{Output, Sandbox, finish};

/// The errors of Linux (errno(3)) and what they mean.
const ERRORS: [(&str, i32); 4] = [("EIO", 5), ("ENOSPC", 28), ("EACCES", 13), ("EINTR", 4)];

/// Every how many bytes the disk is full, and up to how many.
const STEP_BYTES: usize = 4096;
const MAX_BYTES: usize = 262_144;

/// Builds the library that makes calls fail.
pub(crate) fn library(folder: &Path) -> PathBuf {
    let (source, built) =
        (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/faults.c"), folder.join("faults.so"));
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-w", "-o"])
        .arg(&built)
        .arg(source)
        .arg("-ldl")
        .status();
    assert!(status.unwrap().success(), "cc builds tests/cli/faults.c");
    built
}

/// A repository that every fault strikes afresh: put back with `restore`.
struct Template {
    sandbox: Sandbox,
    library: PathBuf,
    id: String,
}

impl Template {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let id = sandbox.ticket("First");
        let library = library(sandbox.root());
        sandbox.shell("cp -a ../repo ../template").ok();
        Self { sandbox, library, id }
    }

    fn restore(&self) {
        self.sandbox.shell("cd .. && rm -rf repo struck && cp -a template repo").ok();
    }

    /// Runs a command with a fault; true if it struck.
    fn run(&self, arguments: &[&str], fault: &[(&str, String)]) -> (Output, bool) {
        let struck = self.sandbox.root().join("struck");
        let mut command = self.sandbox.command(env!("CARGO_BIN_EXE_git-support"));
        command.args(arguments).env("LD_PRELOAD", &self.library).env("FAULT_LOG", &struck);
        command.envs(fault.iter().map(|(name, value)| (name, value)));
        let output = finish(command, b"");
        (output, struck.exists())
    }

    /// The old or the new state, and the next run goes on.
    fn check(&self, output: &Output, what: &str) {
        let sandbox = &self.sandbox;
        assert!(output.status.is_some(), "{what}: {output:?}");
        assert!(!output.stderr.contains("panicked"), "{what}: {output:?}");
        let notes = |revision: &str| {
            let file =
                sandbox.git(&["grep", "-h", "-c", "-e", "^- seq:", revision, "--", ".support/tickets"]);
            file.lines().filter_map(|line| line.rsplit(':').next()?.parse::<usize>().ok()).sum::<usize>()
        };
        let before = notes("HEAD");
        assert!((1..=2).contains(&before), "{what}");
        if output.status == Some(0) {
            assert_eq!(before, 2, "{what}: acknowledged, and not there: {output:?}");
        } else {
            // Who tries again after an error that does not say so writes it twice.
            assert_eq!(
                output.stderr.contains("the commit is on the branch"),
                before == 2,
                "{what}: {output:?}"
            );
        }
        sandbox.run_unwatched(&["list"], "").ok();
        let fsck = sandbox.try_git(&["fsck", "--no-dangling", "--no-progress"]);
        assert_eq!((fsck.status, fsck.stdout.as_str()), (Some(0), ""), "{what}");
        let next = sandbox.run_unwatched(&["comment", &self.id, "-m", "Goes on."], "");
        assert_eq!(next.status, Some(0), "{what}: {output:?}\nthen: {next:?}");
        assert_eq!(notes("HEAD"), before + 1, "{what}");
        assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "", "{what}");
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "MM code.rs\n?? untracked.txt\n", "{what}");
    }
}

#[test]
fn whichever_call_fails_the_state_is_old_or_new() {
    for (name, errno) in ERRORS {
        let template = Template::new();
        let mut nth = 0;
        loop {
            nth += 1;
            template.restore();
            let fault = [("FAULT_NTH", nth.to_string()), ("FAULT_ERRNO", errno.to_string())];
            let (output, struck) = template.run(&["comment", &template.id, "-m", "Second."], &fault);
            template.check(&output, &format!("{name}, call {nth}"));
            if !struck {
                assert_eq!(output.status, Some(0), "without a fault: {output:?}");
                assert!(nth > 20, "{name}: only {nth} calls were seen");
                break;
            }
        }
        println!("{name}: each of {} calls", nth - 1);
    }
}

#[test]
fn wherever_the_disk_is_full_the_state_is_old_or_new() {
    let template = Template::new();
    let mut struck_once = false;
    for bytes in (0..MAX_BYTES).step_by(STEP_BYTES) {
        template.restore();
        let (output, struck) =
            template.run(&["comment", &template.id, "-m", "Second."], &[("FAULT_BYTES", bytes.to_string())]);
        template.check(&output, &format!("full after {bytes} bytes"));
        struck_once |= struck;
        if !struck {
            assert_eq!(output.status, Some(0), "{output:?}");
            break;
        }
        assert_eq!(output.status, Some(1), "{output:?}");
    }
    assert!(struck_once);
}
