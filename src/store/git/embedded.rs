//! A bare repository among the files of another: its configuration came with them, from whoever wrote them, and names
//! programs that git runs.

use std::path::Path;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::path::quoted;
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
    let place = repo.path().display().to_string();
    let refused = |why: &str| {
        Err(Error::new(Kind::Repository, format!("{place} {why}"))
            .hint(format!("if you trust it, name it: GIT_DIR={} git support list", quoted(&place))))
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

/// True where a repository around this one has files of it, in its index or in its newest commit. One that cannot be read may
/// have.
fn is_among_files(repo: &git2::Repository) -> bool {
    let Ok(place) = repo.path().canonicalize() else { return true };
    // The work tree is where `.git` stands, whatever it is and says: a folder, a file or a link.
    let around = place.ancestors().skip(1).filter(|folder| folder.join(".git").symlink_metadata().is_ok());
    around.into_iter().any(|top| {
        let Ok(inside) = place.strip_prefix(top) else { return true };
        git2::Repository::open(top).and_then(|outer| has_files_in(&outer, inside)) != Ok(false)
    })
}

/// True where a repository has files in a folder, in whatever case their names are.
fn has_files_in(outer: &git2::Repository, folder: &Path) -> std::result::Result<bool, git2::Error> {
    let inside = format!("{}/", folder.to_string_lossy().to_lowercase());
    let is_in =
        |entry: git2::IndexEntry| String::from_utf8_lossy(&entry.path).to_lowercase().starts_with(&inside);
    let tree = outer.head().and_then(|head| head.peel_to_tree());
    let is_committed = tree.is_ok_and(|tree| tree.get_path(folder).is_ok());
    Ok(is_committed || outer.index()?.iter().any(is_in))
}
