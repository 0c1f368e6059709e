//! Findings are settled by the commands that they print.

use crate::sandbox::Sandbox;

/// Takes the command that each finding prints last, as who may accept it, until the audit is green.
#[track_caller]
pub(super) fn settle(sandbox: &Sandbox, tools: &str) {
    for _ in 0..8 {
        let audit = sandbox.run_unwatched(&["audit"], "");
        let lines = audit.stdout.lines().map(str::trim);
        let accept = lines.filter_map(|line| line.strip_prefix("or, to accept it: "));
        let own = |line: &&str| line.starts_with("git replace -d") || line.starts_with("rm ");
        let clone = audit.stdout.lines().map(str::trim).filter(own);
        let commands: Vec<&str> = accept.chain(clone).collect();
        if commands.is_empty() {
            assert_eq!(audit.status, Some(0), "{}", audit.stdout);
            return;
        }
        for command in commands {
            // Pat, who owns the product; where it is Pat's own commit, somebody who reviews.
            let command = command.replace("REASON", "'It may stand.'");
            let script = format!("{tools}as_pat {command} || as_rea {command}");
            let done = sandbox.shell(&script);
            assert_eq!(done.status, Some(0), "{command}\n{}{}\n{}", done.stdout, done.stderr, audit.stdout);
        }
    }
    panic!("it is not settled: {}", sandbox.run_unwatched(&["audit"], "").stdout);
}
