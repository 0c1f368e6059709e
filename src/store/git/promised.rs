//! Objects that a partial clone was promised: fetched by git when they are needed.

use git2::Oid;

use crate::store::git::error::{Error, Result};
use crate::store::git::objects::ObjectId;
use crate::store::git::repository::Repository;

fn failed(doing: &'static str) -> impl Fn(git2::Error) -> Error {
    move |error| Error::git(doing, &error)
}

impl Repository {
    /// Reads an object; one that a partial clone was promised is fetched first, by git.
    pub(crate) fn or_fetched<T>(
        &self,
        id: Oid,
        read: impl Fn() -> std::result::Result<T, git2::Error>,
    ) -> std::result::Result<T, git2::Error> {
        match read() {
            Err(error) if error.code() == git2::ErrorCode::NotFound && self.is_partial() => {
                let name = id.to_string();
                let fetched = self.git_here(&["cat-file", "-e", &name], b"", None);
                fetched.map_err(|_| {
                    let message = format!("{name} is not in this partial clone, and could not be fetched");
                    git2::Error::new(git2::ErrorCode::NotFound, git2::ErrorClass::Odb, message)
                })?;
                self.repo.odb()?.refresh()?;
                read()
            }
            other => other,
        }
    }

    /// Fetches what a partial clone lacks of some objects, all at once.
    ///
    /// # Errors
    /// Git cannot fetch them.
    pub fn fetch_missing(&self, ids: &[ObjectId]) -> Result<()> {
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        let missing = ids.iter().filter(|id| !odb.exists(id.0));
        let names: String = missing.map(|id| format!("{id}\n")).collect();
        if names.is_empty() {
            return Ok(());
        }
        let remote = self.config.text("extensions.partialClone").unwrap_or("origin".to_owned());
        // What git itself runs for promised objects (promisor-remote.c).
        let arguments =
            ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--no-tags", "--no-write-fetch-head"];
        let more = ["--recurse-submodules=no", "--filter=blob:none", "--stdin", "--", remote.as_str()];
        self.git_here(&[&arguments[..], &more].concat(), names.as_bytes(), None)?;
        odb.refresh().map_err(failed("opening the object database"))
    }

    /// True in a clone that leaves objects with its remote until they are needed.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.config.text("extensions.partialClone").is_some()
            || self.config.boolean("remote.origin.promisor").unwrap_or(false)
    }
}
