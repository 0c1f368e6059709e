//! Who wrote the lines of a file, as far as git finds it within a time.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::store::git::error::Result;
use crate::store::git::object_id::ObjectId;
use crate::store::git::objects::ItemKind;
use crate::store::git::repository::Repository;

/// Somebody who wrote lines of a file, through `.mailmap`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineAuthor {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// Who wrote the lines of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorship {
    /// How many lines are whose.
    pub lines: BTreeMap<LineAuthor, usize>,
    /// False where git was stopped before it had found all of them.
    pub is_whole: bool,
}

impl Repository {
    /// The content of a file that HEAD has under a path; none where it has none.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn content_of(&self, path: &str) -> Result<Option<ObjectId>> {
        let Ok(head) = self.revision("HEAD") else { return Ok(None) };
        let is_file = |kind: ItemKind| matches!(kind, ItemKind::File | ItemKind::Executable);
        Ok(self.find(head, path)?.filter(|item| is_file(item.kind)).map(|item| item.id))
    }

    /// Who wrote the lines that a file of HEAD has now. Git looks for them from the newest commit on, so
    /// that what it finds first tells who wrote lately; it is stopped after a time.
    ///
    /// # Errors
    /// Git cannot blame it.
    pub fn authors_of(&self, path: &str, within: Duration) -> Result<Authorship> {
        let mut found = Incremental::default();
        let arguments = ["blame", "--incremental", "HEAD", "--", path];
        let is_whole = self.git.stream_within(&arguments, within, |line| found.take(line))?;
        Ok(Authorship { lines: found.lines, is_whole })
    }
}

/// What `git blame --incremental` prints: a commit with a count of lines, who wrote it where it is the first time, and at
/// last the file.
#[derive(Default)]
struct Incremental {
    authors: HashMap<String, LineAuthor>,
    commit: String,
    count: usize,
    name: String,
    lines: BTreeMap<LineAuthor, usize>,
}

impl Incremental {
    fn take(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "author" => rest.clone_into(&mut self.name),
            "author-mail" => {
                let email = rest.trim_start_matches('<').trim_end_matches('>').to_owned();
                let author = LineAuthor { name: std::mem::take(&mut self.name), email };
                self.authors.insert(self.commit.clone(), author);
            }
            "filename" => {
                if let Some(author) = self.authors.get(&self.commit) {
                    *self.lines.entry(author.clone()).or_default() += self.count;
                }
            }
            _ => {
                let count = rest.split(' ').nth(2).and_then(|count| count.parse().ok());
                if let Some(count) = count.filter(|_| word.bytes().all(|byte| byte.is_ascii_hexdigit())) {
                    word.clone_into(&mut self.commit);
                    self.count = count;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stretch_of_lines_is_its_commits() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let text = format!(
            "{a} 1 1 2\nauthor Ann Lee\nauthor-mail <ann@example.com>\nsummary 1 2 3 4\nfilename x.rs\n\
             {b} 5 3 4\nauthor Bo\nauthor-mail <bo@example.com>\nfilename y.rs\n{a} 9 7 1\nfilename x.rs\n{b} 1 8 9\n"
        );
        let mut found = Incremental::default();
        text.lines().for_each(|line| found.take(line));
        let counts: Vec<_> = found.lines.iter().map(|(who, lines)| (who.name.as_str(), *lines)).collect();
        assert_eq!(counts, [("Ann Lee", 3), ("Bo", 4)]);
    }
}
