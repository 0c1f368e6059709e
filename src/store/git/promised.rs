//! Objects that are not there at first: a partial clone was promised them, or a `git gc` is moving them.

use std::time::Duration;

use git2::Oid;

use crate::store::git::error::{Error, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;

/// How long to wait before an object is looked for again.
const GC_PAUSES: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(5), Duration::from_millis(25), Duration::from_millis(100)];

/// True where something was not there a moment ago, or is not there any more.
fn is_gone(error: &git2::Error) -> bool {
    error.code() == git2::ErrorCode::NotFound || error.message().contains("No such file or directory")
}

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
        let found = if self.is_partial() { read() } else { self.despite_gc(&read) };
        match found {
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

    /// Reads or writes an object although a `git gc` beside us moves objects into a new pack, and takes
    /// folders away that it leaves empty: what failed for that is tried again.
    pub(crate) fn despite_gc<T>(
        &self,
        mut attempt: impl FnMut() -> std::result::Result<T, git2::Error>,
    ) -> std::result::Result<T, git2::Error> {
        for pause in GC_PAUSES {
            match attempt() {
                Err(error) if is_gone(&error) => {
                    std::thread::sleep(pause);
                    self.repo.odb()?.refresh()?;
                }
                done => return done,
            }
        }
        attempt()
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
        self.is_partial
    }
}
