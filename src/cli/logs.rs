//! The logs of pipelines, which take some lines for commands: what a ticket says is none.

use std::borrow::Cow;

use crate::cli::process_env;

/// The variables that systems set whose logs take commands: GitHub Actions, Gitea and Forgejo by `CI`, Azure Pipelines,
/// TeamCity.
const SYSTEMS: [&str; 3] = ["CI", "TF_BUILD", "TEAMCITY_VERSION"];

/// What begins a command anywhere in a line: Azure Pipelines' and GitHub's older form, TeamCity's.
const ANYWHERE: [(&str, &str); 3] = [("##vso[", "## vso["), ("##[", "## ["), ("##teamcity[", "## teamcity[")];

/// A text as it may stand in a log.
pub(super) fn logged(text: &str) -> Cow<'_, str> {
    if process_env::is_any_set(&SYSTEMS) { harmless(text) } else { Cow::Borrowed(text) }
}

/// A text without commands: blanks stand within what would begin one.
fn harmless(text: &str) -> Cow<'_, str> {
    let begins = |line: &str| line.trim_start().starts_with("::");
    if !text.contains("##") && !text.lines().any(begins) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let line = if begins(line) { line.replacen("::", ": :", 1) } else { line.to_owned() };
        out.push_str(&ANYWHERE.iter().fold(line, |line, (command, text)| line.replace(command, text)));
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_line_is_a_command() {
        for (text, expected) in [
            ("7k3f  ##vso[task.setvariable]x  ##[error]y", "7k3f  ## vso[task.setvariable]x  ## [error]y"),
            ("a\n  ::error::x\n::stop-commands::y\n", "a\n  : :error::x\n: :stop-commands::y\n"),
            ("shop::pay fails\n#[test]\n", "shop::pay fails\n#[test]\n"),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }
}
