//! The trackers that issues come from, and how a file shows its own.

use std::path::Path;

/// Where issues come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `gh issue list --json …`, or the REST interface.
    Github,
    /// GitLab's REST interface.
    Gitlab,
    /// Jira's export of a search as CSV.
    Jira,
    /// git-bug's JSON.
    GitBug,
    /// The lines of beads.
    Beads,
    /// A table whose columns are told.
    Csv,
}

impl Source {
    /// The words of the command line.
    pub const WORDS: &'static [&'static str] = &["github", "gitlab", "jira", "git-bug", "beads", "csv"];
    const ALL: [Self; 6] = [Self::Github, Self::Gitlab, Self::Jira, Self::GitBug, Self::Beads, Self::Csv];

    /// The source of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().zip(Self::ALL).find(|(known, _)| **known == word).map(|(_, source)| source)
    }

    /// The word of a source.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().zip(Self::WORDS).find(|(source, _)| **source == self).map_or("", |(_, word)| word)
    }

    /// The source that a file shows, by its name and its beginning; `None` for our own form.
    #[must_use]
    pub fn of(path: &Path, beginning: &str) -> Option<Self> {
        let text = beginning.trim_start_matches('\u{feff}').trim_start();
        let heading = text.lines().find(|line| !line.starts_with("sep=")).unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == "csv" || extension == "tsv") {
            return Some(if heading.contains("Issue key") { Self::Jira } else { Self::Csv });
        }
        let names = |name: &str| text.contains(&format!("\"{name}\""));
        match text.chars().next() {
            Some('[' | '{') if names("iid") => Some(Self::Gitlab),
            Some('[' | '{') if names("human_id") || names("create_time") => Some(Self::GitBug),
            Some('[' | '{') if names("issue_type") && !names("timeline") => Some(Self::Beads),
            Some('[' | '{') if names("html_url") || (names("number") && !names("timeline")) => {
                Some(Self::Github)
            }
            _ => None,
        }
    }
}
