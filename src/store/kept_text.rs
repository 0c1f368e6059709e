//! Texts that were written in an editor and not filed yet: `EDITMSG` in our folder of the git directory, and further ones
//! beside it, so that none takes the place of another.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::store::git::{ProcessEnv, Repository};
use crate::ticket::holds_text;

/// The name of the first; further ones are `EDITMSG.2`, `EDITMSG.3`.
const NAME: &str = "EDITMSG";
/// How many are kept at most.
const MAX_KEPT: usize = 1_000;

/// The folder in which texts are kept: ours in the git directory; `None` outside of a repository.
#[must_use]
pub fn own_folder(env: &ProcessEnv) -> Option<PathBuf> {
    Repository::open(env.clone()).ok().map(|repository| repository.own_folder())
}

/// The texts that are kept in a folder, the newest first.
#[must_use]
pub fn kept_texts(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_kept =
        |name: &str| name == NAME || name.strip_prefix(NAME).is_some_and(|rest| rest.starts_with('.'));
    let mut kept: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_kept))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    kept.sort();
    kept.into_iter().rev().map(|(_, path)| path).collect()
}

/// Puts a text into a new file of the folder, for an editor to open; whoever else writes one takes another name.
///
/// # Errors
/// It cannot be written.
pub fn keep_text(folder: &Path, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    for number in 1..=MAX_KEPT {
        let name = if number == 1 { NAME.to_owned() } else { format!("{NAME}.{number}") };
        let path = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("{MAX_KEPT} unfiled texts are kept in {}", folder.display())))
}

/// Where it is told for which command a kept text is.
fn purpose_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default();
    file.with_file_name("kept-for").join(name)
}

/// Remembers for which command a text is kept; where it cannot be, the text is for any.
pub fn keep_purpose(file: &Path, command: &str) {
    let place = purpose_of(file);
    if place.parent().is_some_and(|folder| fs::create_dir_all(folder).is_ok()) {
        let _ = fs::write(place, command);
    }
}

/// For which command a text is kept.
#[must_use]
pub fn kept_purpose(file: &Path) -> Option<String> {
    fs::read_to_string(purpose_of(file)).ok()
}

/// Removes a text that was filed, or that nobody wrote.
pub fn drop_text(file: &Path) {
    let _ = fs::remove_file(file);
    let _ = fs::remove_file(purpose_of(file));
}

/// Removes the kept texts of a folder in which one of some words stands.
///
/// # Errors
/// A file cannot be removed.
pub fn forget_texts(folder: &Path, words: &[String]) -> io::Result<()> {
    for file in kept_texts(folder) {
        // An editor may have written it in whatever encoding.
        let holds = fs::read(&file).is_ok_and(|kept| holds_text(&kept, words));
        if holds {
            fs::remove_file(&file)?;
            drop_text(&file);
        }
    }
    Ok(())
}
