//! Help: the commands in groups, all of them with their subcommands, and what a mistyped command may have meant.

use std::fmt::Write as _;

use clap::Command;

/// The commands by what they are for, each in one group.
pub(super) const GROUPS: &[(&str, &[&str])] = &[
    ("Set up a project", &["init", "demo", "team", "vendor", "config", "doctor", "completions", "man"]),
    (
        "Open and find tickets",
        &["new", "list", "show", "tree", "known", "next", "inbox", "watch", "status", "board", "web"],
    ),
    ("Update tickets", &["edit", "comment", "answer", "attach", "link", "assign", "owner"]),
    ("Talk to customers and vendors", &["reply", "mail"]),
    (
        "Investigate and escalate",
        &["triage", "replicate", "diagnose", "estimate", "escalate", "return", "alert", "handover"],
    ),
    ("Wait, resolve and close", &["pend", "defer", "brief", "resume", "resolve", "close", "reopen"]),
    ("Connect code, CI and releases", &["scan", "ci", "run", "check", "release"]),
    ("Review and report", &["log", "blame", "diff", "audit", "sla", "report"]),
    (
        "Share and correct",
        &[
            "sync",
            "export",
            "import",
            "batch",
            "schema",
            "agents",
            "save",
            "undo",
            "redact",
            "purge",
            "merge-driver",
            "textconv",
        ],
    ),
];

/// What people type who know git, gh or another tracker, and what they mean.
const MEANINGS: &[(&[&str], &str)] = &[
    (&["create", "add", "open", "file", "issue", "ticket", "submit"], "git support new"),
    (&["view", "get", "cat", "display", "print", "describe", "info", "open-ticket"], "git support show ID"),
    (&["search", "find", "grep", "query", "ls", "tickets", "issues", "state"], "git support list"),
    (&["take", "claim", "grab", "start", "pick"], "git support next --take; git support assign ID"),
    // A ticket is never deleted.
    (
        &["delete", "rm", "remove", "del", "drop", "cancel", "withdraw"],
        "git support resolve ID --as withdrawn",
    ),
    (&["reject", "wontfix", "wont-fix", "decline"], "git support resolve ID --as wont-fix"),
    (&["unassign"], "git support assign ID --nobody"),
    (&["unlink"], "git support link ID KIND OTHER --remove"),
    (&["ack", "acknowledge", "classify"], "git support triage ID"),
    (&["done", "fix", "finish", "complete", "answer"], "git support resolve ID --as CODE"),
    (&["label", "tag"], "git support edit ID --label WORD"),
    (&["update", "set", "modify", "change", "rename"], "git support edit ID"),
    (&["note", "say"], "git support comment ID -m TEXT"),
    (&["history", "timeline", "activity"], "git support log ID"),
    (&["push", "pull", "fetch", "merge"], "git support sync"),
    (&["wait", "hold", "snooze"], "git support pend ID"),
    (&["reassign", "delegate"], "git support assign ID --to WHO"),
    (&["priority", "prio", "severity"], "git support triage ID --severity WORD"),
    (&["forward", "handoff"], "git support escalate ID"),
    (&["verify", "fsck", "check-history"], "git support audit"),
    (&["revert", "rollback"], "git support undo"),
    (&["commit"], "git support save"),
    (&["duplicate", "dup"], "git support resolve ID --as duplicate --duplicate-of ID"),
    (&["stats", "statistics", "metrics", "kpi"], "git support report"),
    (&["settings", "preferences"], "git support config"),
    (&["user", "users", "people", "members"], "git support team"),
    (&["mine", "my"], "git support list assignee:me"),
    (&["notifications", "feed", "news", "unread"], "git support inbox"),
    (&["subscribe", "follow", "cc"], "git support watch ID"),
    (&["unsubscribe", "unwatch", "mute"], "git support watch ID --off"),
    (&["dashboard", "browse", "ui", "gui", "serve"], "git support web"),
    (&["depends", "parent", "subtask", "relate"], "git support link ID KIND OTHER"),
    (&["block", "blocks", "dep", "dependency"], "git support link ID blocks OTHER"),
    (&["ready", "todo", "queue", "backlog"], "git support next"),
    (&["worklog", "log-work", "time", "spend"], "git support comment ID -m TEXT --spent 30m"),
    (&["whoami", "login", "auth", "account"], "git config user.email"),
    (&["clone", "copy"], "git support new"),
    (&["move", "mv", "transfer"], "git support edit ID"),
    (&["star", "pin", "vote"], "git support watch ID"),
    (&["version"], "git support --version"),
    (&["manual", "usage", "commands"], "git support help"),
];

/// The same of subcommands: the first of them that a command has.
const INNER_MEANINGS: &[(&[&str], &[&str])] = &[
    (&["create", "new", "publish", "draft", "make", "append"], &["add", "handover", "set"]),
    (&["view", "get", "cat", "info", "describe", "display"], &["show", "get"]),
    (&["ls", "all", "index"], &["list"]),
    (&["update", "set", "change", "modify", "rename"], &["edit", "set"]),
    (&["delete", "rm", "del", "drop", "unset"], &["remove", "unset"]),
    (&["changelog", "changes"], &["notes"]),
    (&["approve"], &["accept"]),
    (&["receive", "fetch", "pull"], &["take"]),
];

/// What is never proposed for a typing error: it cannot be undone, or ends something.
const NEVER_PROPOSED: &[&str] = &["redact", "purge", "remove", "retire"];

/// The subcommand of a command that a word most likely means, else its help.
pub(super) fn meant_within(command: &Command, typed: &str) -> String {
    let (name, typed) = (command.get_name(), typed.to_lowercase());
    let has = |inner: &&&str| command.find_subcommand(inner).is_some();
    let meanings = INNER_MEANINGS.iter().filter(|(words, _)| words.contains(&typed.as_str()));
    let by_meaning = meanings.flat_map(|(_, inner)| *inner).find(has).copied();
    match by_meaning.or_else(|| most_alike(&typed, command.get_subcommands().map(Command::get_name))) {
        Some(inner) => format!("git support {name} {inner}"),
        None => format!("git support {name} --help"),
    }
}

/// The widest name of a command in the lists, in columns.
const NAME_COLUMNS: usize = 12;

/// The help of the program: its commands in groups, and the options that each of them has.
pub(super) fn grouped(line: &Command) -> String {
    let mut out = heading(line);
    for (group, verbs) in GROUPS {
        let _ = writeln!(out, "\n{group}");
        for verb in *verbs {
            let _ = writeln!(out, "  {verb:NAME_COLUMNS$}  {}", about(line.find_subcommand(verb)));
        }
    }
    global_options(line, &mut out);
    out.push_str(
        "\nSee 'git support help COMMAND' for one command,\n'git support help all' for every subcommand.\n",
    );
    out
}

/// Every command with its subcommands, a line each.
pub(super) fn all(line: &Command) -> String {
    let mut out = heading(line);
    for (group, verbs) in GROUPS {
        let _ = writeln!(out, "\n{group}");
        for verb in verbs.iter().filter_map(|verb| line.find_subcommand(verb)) {
            let _ = writeln!(out, "  {:18}  {}", verb.get_name(), about(Some(verb)));
            for inner in verb.get_subcommands().filter(|inner| inner.get_name() != "help") {
                let name = format!("{} {}", verb.get_name(), inner.get_name());
                let _ = writeln!(out, "  {name:18}  {}", about(Some(inner)));
            }
        }
    }
    global_options(line, &mut out);
    out
}

fn heading(line: &Command) -> String {
    format!("{}\n\nUsage: git support <COMMAND> [OPTIONS]\n", about(Some(line)))
}

fn about(command: Option<&Command>) -> String {
    command.and_then(Command::get_about).map(ToString::to_string).unwrap_or_default()
}

fn global_options(line: &Command, out: &mut String) {
    out.push_str("\nGlobal options\n");
    for argument in line.get_arguments() {
        let short = argument.get_short().map(|short| format!("-{short}"));
        let long = argument.get_long().map(|long| format!("--{long}"));
        let mut name = [short, long].into_iter().flatten().collect::<Vec<_>>().join(", ");
        if argument.get_action().takes_values() {
            let value = argument.get_value_names().and_then(<[_]>::first);
            let _ = write!(name, " <{}>", value.map_or("VALUE", |value| value.as_str()));
        }
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(out, "  {name:17}  {help}");
    }
}

/// Words that others have before a verb, as in `gh issue list`.
const NOUNS: &[&str] = &["issue", "issues", "ticket", "tickets", "bug", "bugs"];

/// What somebody may have meant by a command that there is not; behind a noun, the word that follows is meant.
pub(super) fn meant_by(typed: &str, after: Option<&str>) -> String {
    let is_verb = |word: &str| {
        let word = word.to_lowercase();
        let is_own = GROUPS.iter().any(|(_, verbs)| verbs.contains(&word.as_str()));
        is_own || MEANINGS.iter().any(|(words, _)| words.contains(&word.as_str()))
    };
    match after.filter(|after| NOUNS.contains(&typed.to_lowercase().as_str()) && is_verb(after)) {
        Some(after) => meant(after),
        None => meant(typed),
    }
}

/// The same of a word by itself.
fn meant(typed: &str) -> String {
    let lower = typed.to_lowercase();
    if let Some((_, meaning)) = MEANINGS.iter().find(|(words, _)| words.contains(&lower.as_str())) {
        return (*meaning).to_owned();
    }
    let verbs = GROUPS.iter().flat_map(|(_, verbs)| verbs.iter().copied());
    most_alike(&lower, verbs)
        .map_or_else(|| "git support help".to_owned(), |verb| format!("git support {verb}"))
}

/// The name that a word is most like, where one is near.
fn most_alike<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let names = names.filter(|name| !NEVER_PROPOSED.contains(name));
    let near = names.map(|name| (strsim::jaro_winkler(typed, name), name));
    let near = near.max_by(|one, other| one.0.total_cmp(&other.0));
    near.filter(|(likeness, _)| *likeness > 0.8).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_command_is_in_one_group_and_fits_a_line() {
        let line = crate::cli::options::line();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, verbs)| verbs.iter().copied()).collect();
        let names: BTreeSet<&str> = grouped.iter().copied().collect();
        assert_eq!(names.len(), grouped.len(), "a command is in two groups");
        let known = line.get_subcommands().filter(|verb| !verb.is_hide_set()).map(Command::get_name);
        assert_eq!(known.collect::<BTreeSet<_>>(), names);
        let lines = [super::grouped(&line), all(&line)].concat();
        for text in lines.lines() {
            assert!(text.chars().count() <= 80, "{text}");
        }
        for verb in GROUPS.iter().flat_map(|(_, verbs)| verbs.iter()) {
            assert!(about(line.find_subcommand(verb)).chars().count() <= 54, "{verb}");
        }
    }

    #[test]
    fn a_mistyped_subcommand_is_proposed_and_ends_nothing() {
        let line = crate::cli::options::line();
        for (command, typed, expected) in [
            ("release", "create", "git support release handover"),
            ("release", "view", "git support release show"),
            ("release", "ls", "git support release list"),
            ("release", "changelog", "git support release notes"),
            ("release", "retir", "git support release --help"),
            ("release", "delete", "git support release --help"),
            ("vendor", "create", "git support vendor add"),
            ("vendor", "delete", "git support vendor remove"),
            ("team", "update", "git support team edit"),
            ("config", "delete", "git support config unset"),
            ("answer", "shwo", "git support answer show"),
        ] {
            let outer = line.find_subcommand(command).expect(command);
            assert_eq!(meant_within(outer, typed), expected, "{command} {typed}");
        }
    }

    #[test]
    fn a_mistyped_command_is_proposed_by_meaning_and_by_letters() {
        for (typed, meaning) in [
            ("create", "git support new"),
            ("view", "git support show ID"),
            ("take", "git support next --take; git support assign ID"),
            ("unassign", "git support assign ID --nobody"),
            ("unlink", "git support link ID KIND OTHER --remove"),
            ("wontfix", "git support resolve ID --as wont-fix"),
            ("search", "git support list"),
            ("rm", "git support resolve ID --as withdrawn"),
            ("escalte", "git support escalate"),
            ("comentt", "git support comment"),
            ("qqq", "git support help"),
            ("clone", "git support new"),
            ("login", "git config user.email"),
            ("ready", "git support next"),
        ] {
            assert_eq!(meant(typed), meaning, "{typed}");
        }
        for typed in ["redct", "redact2", "reda", "redac"] {
            assert!(!meant(typed).contains("redact"), "{typed}");
        }
    }
}
