//! A bare repository among the files of another: its configuration came with them, from whoever wrote them, and names
//! programs that git runs.

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::process_env::ProcessEnv;

/// Refuses a bare repository that was found and not named, where it lies among the committed files of another, or where git
/// was told to take named ones alone (`safe.bareRepository`, git-config(1)).
///
/// # Errors
/// It is one of those.
pub(super) fn check(repo: &git2::Repository, surroundings: &ProcessEnv) -> Result<()> {
    let is_named = surroundings.text("GIT_DIR").is_some();
    if !repo.is_bare() || is_named {
        return Ok(());
    }
    let place = repo.path().display();
    let refused = |why: &str| {
        Err(Error::new(Kind::Repository, format!("{place} {why}"))
            .hint(format!("if you trust it, name it: GIT_DIR={place} git support list")))
    };
    if takes_named_ones_alone() {
        return refused("is a bare repository, and safe.bareRepository is explicit");
    }
    if is_among_files(repo).unwrap_or(false) {
        return refused(
            "is a bare repository among the files of another, which may have brought its configuration",
        );
    }
    Ok(())
}

/// What the user or the system says; the repository's own configuration has no say in it.
fn takes_named_ones_alone() -> bool {
    let config = git2::Config::open_default();
    let set = config.and_then(|config| config.get_string("safe.bareRepository"));
    set.is_ok_and(|set| set.eq_ignore_ascii_case("explicit"))
}

/// True where another repository around this one has its files in the index; `None` where no other is around it.
fn is_among_files(repo: &git2::Repository) -> Option<bool> {
    let folder = repo.path().canonicalize().ok()?;
    let outer = git2::Repository::discover(folder.parent()?).ok()?;
    let top = outer.workdir()?.canonicalize().ok()?;
    let head = folder.strip_prefix(top).ok()?.join("HEAD");
    Some(outer.index().ok()?.get_path(&head, 0).is_some())
}
