//! A bare repository among the files of another: its configuration came with them, from whoever wrote them, and names
//! programs that git runs.

use std::collections::BTreeSet;
use std::path::Path;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::process_env::ProcessEnv;

/// Refuses a bare repository that was found and not named, where it lies among the committed files of another, or where git
/// was told to take named ones alone (`safe.bareRepository`, git-config(1)).
///
/// # Errors
/// It is one of those.
pub(super) fn check(repo: &git2::Repository, surroundings: &ProcessEnv) -> Result<()> {
    let is_named = surroundings.text("GIT_DIR").is_some();
    if is_named || !is_found_itself(repo, surroundings) {
        return Ok(());
    }
    let place = repo.path().display();
    let refused = |why: &str| {
        Err(Error::new(Kind::Repository, format!("{place} {why}"))
            .hint(format!("if you trust it, name it: GIT_DIR={place} git support list")))
    };
    // What lies in a `.git`, git takes for no bare one (git-config(1)).
    let is_usual = repo.path().components().any(|part| part.as_os_str() == ".git");
    if !is_usual && takes_named_ones_alone() {
        return refused("is a bare repository, and safe.bareRepository is explicit");
    }
    if is_among_files(repo) {
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

/// True where the git directory is around the working directory itself, and was not led to from there: whether it is bare is
/// said by whoever wrote its configuration.
fn is_found_itself(repo: &git2::Repository, surroundings: &ProcessEnv) -> bool {
    match (repo.path().canonicalize(), surroundings.directory.canonicalize()) {
        (Ok(place), Ok(here)) => here.starts_with(place),
        _ => true,
    }
}

/// True where a repository around this one has files of it in the index. One that cannot be read may have.
fn is_among_files(repo: &git2::Repository) -> bool {
    let Ok(place) = repo.path().canonicalize() else { return true };
    let mut seen = BTreeSet::new();
    // One of those around may have been brought, too, and says of itself what it likes: each is asked.
    for folder in place.ancestors().skip(1) {
        let Ok(around) = git2::Repository::discover_path(folder, [""; 0]) else { return false };
        if seen.insert(around.clone())
            && git2::Repository::open(&around).and_then(|outer| has_files_in(&outer, &place)) != Ok(false)
        {
            return true;
        }
    }
    false
}

/// True where a repository has files in a folder of its work tree, in whatever case their names are.
fn has_files_in(outer: &git2::Repository, folder: &Path) -> std::result::Result<bool, git2::Error> {
    let Some(top) = outer.workdir().and_then(|top| top.canonicalize().ok()) else { return Ok(false) };
    let Ok(place) = folder.strip_prefix(top) else { return Ok(false) };
    let inside = format!("{}/", place.to_string_lossy().to_lowercase());
    let is_in =
        |entry: git2::IndexEntry| String::from_utf8_lossy(&entry.path).to_lowercase().starts_with(&inside);
    Ok(outer.index()?.iter().any(is_in))
}
