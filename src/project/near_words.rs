//! Words that some ticket has, near those that were looked for in vain.

use crate::project::failure::Failure;
use crate::project::search_index::IndexError;
use crate::project::state::Project;
use crate::query;

/// Shorter words are near too many others.
const MIN_LETTERS: usize = 4;

impl Project<'_> {
    /// For the words of a query that no ticket has, the words nearest to them that some ticket has, each once; none where
    /// the index is not available.
    ///
    /// # Errors
    /// The query is not valid, or the repository cannot be read.
    pub fn near_words(&self, query: &str) -> Result<Vec<String>, Failure> {
        let words = query::parse_with(query, &self.settings()?.queries)?.words();
        let near = self.if_available(self.near_in_index(&words))?.unwrap_or_default();
        Ok(near)
    }

    fn near_in_index(&self, words: &[String]) -> Result<Vec<String>, IndexError> {
        let (index, _) = self.opened_index()?;
        let mut near: Vec<String> = Vec::new();
        for word in words.iter().filter(|word| word.chars().count() >= MIN_LETTERS) {
            let found = index.nearest_word(word)?;
            near.extend(found.filter(|found| !near.contains(found)));
        }
        Ok(near)
    }
}
