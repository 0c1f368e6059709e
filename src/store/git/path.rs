//! A path under `.support/` that is safe to read into files, index and commits on any system.
//!
//! Trees come from strangers. Git itself refuses most of these names when it checks a tree out (`verify_path` and
//! `is_ntfs_dotgit` in its read-cache.c and path.c, `next_hfs_char` in utf8.c); libgit2 and we would not, so the
//! rules stand here, for every system at once: what is pushed from Linux is checked out on Windows and macOS.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::limits::{MAX_NAME_BYTES, MAX_PATH_BYTES, MAX_PATH_DEPTH};

/// The folder that everything of ours lies in.
pub(crate) const FOLDER: &str = ".support";

/// Characters that HFS+ leaves out when it compares names (git's utf8.c).
const IGNORED_BY_HFS: &[char] = &[
    '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{206a}', '\u{206b}', '\u{206c}', '\u{206d}', '\u{206e}', '\u{206f}', '\u{feff}',
];

/// A path under `.support/`, from the top of the repository, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SupportPath(String);

impl SupportPath {
    /// A path, if each of its names is safe and it lies under `.support/`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |problem: &str| Err(not_valid(text, problem).hint(ANOTHER_NAME));
        if text.len() > MAX_PATH_BYTES {
            return refuse(&format!("it is longer than {MAX_PATH_BYTES} bytes"));
        }
        let mut names = text.split('/');
        if names.next() != Some(FOLDER) || text.len() <= FOLDER.len() {
            return refuse("it is not under .support/");
        }
        if text.split('/').count() > MAX_PATH_DEPTH {
            return refuse(&format!("it is nested deeper than {MAX_PATH_DEPTH} levels"));
        }
        match names.find_map(|name| unsafe_name(name.as_bytes())) {
            Some(problem) => refuse(problem),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The name of the file alone.
    pub(crate) fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The names of the folders that it lies in, the outermost first.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.rsplit_once('/').map(|(folders, _)| folders).unwrap_or_default().split('/')
    }
}

impl Deref for SupportPath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SupportPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SupportPath {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<SupportPath> for String {
    fn from(path: SupportPath) -> Self {
        path.0
    }
}

/// Why a path is not taken, and how it leaves the history.
pub(crate) fn refused_path(path: &str, problem: &str, at: &str) -> Error {
    not_valid(path, problem).hint(way_out(path, at))
}

fn not_valid(path: &str, problem: &str) -> Error {
    Error::new(Kind::Refused, format!("'{}' is not a valid path: {problem}", shown(path)))
}

/// The way out for a path that somebody asks for: it need not be in any history.
const ANOTHER_NAME: &str = "use another name; for a path in the repository: git support doctor";

/// How a path leaves the history of a revision.
#[must_use]
pub fn way_out(path: &str, at: &str) -> String {
    // Git shows nothing of a path that it takes for one outside: then the whole folder's history does.
    let quoted = quoted(path);
    let place = if path.split('/').any(|name| matches!(name, "" | "." | "..")) { FOLDER } else { &quoted };
    format!("revert the commit that added it: git log --oneline {at} -- {place}")
}

/// A path as a shell takes it, and as it may be shown.
#[must_use]
pub(super) fn quoted(path: &str) -> String {
    let shown = shown(path);
    shlex::try_quote(&shown).map_or_else(|_| shown.clone(), std::borrow::Cow::into_owned)
}

/// A path as it may be shown: what steers a terminal or cannot be seen is spelled out.
#[must_use]
pub fn shown(path: &str) -> String {
    let mut shown = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_control() || IGNORED_BY_HFS.contains(&c) {
            shown.extend(c.escape_debug());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// What is wrong with a name in a tree; `None` for one that is safe on every system.
pub(crate) fn unsafe_name(name: &[u8]) -> Option<&'static str> {
    let Ok(text) = std::str::from_utf8(name) else { return Some("the name is not valid UTF-8") };
    if text.is_empty() || text == "." || text == ".." {
        return Some("empty names, '.' and '..' are not allowed");
    }
    if text.len() > MAX_NAME_BYTES {
        return Some("the name is longer than 255 bytes");
    }
    if text.contains(['/', '\\']) {
        return Some("the name contains a slash or backslash");
    }
    if text.chars().any(char::is_control) {
        return Some("the name contains a control character");
    }
    if is_git_directory(text) {
        return Some("some systems read the name as .git");
    }
    if plain(text) != text || is_short_name(text) {
        return Some(
            "some systems read the name as another one (stream, short name, dot or space at the end)",
        );
    }
    if is_device(text) {
        return Some("Windows reserves the name for a device");
    }
    None
}

/// A name as the most forgetful of systems reads it: HFS+ ignores some characters, NTFS takes what follows a colon for a
/// stream of the file and drops blanks and dots at the end.
fn plain(name: &str) -> String {
    let kept: String = name.chars().filter(|c| !IGNORED_BY_HFS.contains(c)).collect();
    kept.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']).to_owned()
}

/// True for what NTFS and FAT may call a longer name by: `CONFIG~1.YAM`.
fn is_short_name(name: &str) -> bool {
    let (base, extension) = name.split_once('.').unwrap_or((name, ""));
    let number = base.rsplit_once('~').map(|(_, number)| number).unwrap_or_default();
    base.len() <= 8
        && extension.len() <= 3
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

/// True for a name that opens a device on Windows, whatever follows a dot in it.
fn is_device(name: &str) -> bool {
    let base = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |word: &str| {
        base.strip_prefix(word)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(base.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$")
        || numbered("com")
        || numbered("lpt")
}

/// True for a name of code that no system's git would check out: it leads out of the tree or into git's own folder.
pub(crate) fn is_unsafe_code(name: &[u8]) -> bool {
    let text = String::from_utf8_lossy(name);
    // Elsewhere than on Windows a backslash is a character as any other, and git checks such names out.
    let leads_out = matches!(&*text, "" | "." | "..") || text.contains('/');
    leads_out || text.split('\\').any(is_git_directory)
}

/// True for a name that some system takes for our folder, though it is another.
pub(crate) fn is_alias_of_folder(name: &str) -> bool {
    name != FOLDER && (folded(&plain(name)) == FOLDER || folded(name).starts_with("suppor~"))
}

/// True for every name that a file system may take for `.git`.
fn is_git_directory(name: &str) -> bool {
    matches!(folded(&plain(name)).as_str(), ".git" | "git~1")
}

/// What names have in common that differ in case or in the form of their letters only.
pub(crate) fn folded(name: &str) -> String {
    // By way of capitals, so that letters with two small forms are one.
    name.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_write_is_safe() {
        for path in [
            ".support/config.yaml",
            ".support/.gitattributes",
            ".support/tickets/7/k/7k3fq2m9xd.yaml",
            ".support/attachments/7k3fq2m9xd/k2m8w4tz-crash.log",
            ".support/releases/1.4.0+build~2.yaml",
            ".support/vendors/Müller & Söhne.yaml",
            ".support/.gitignore",
            ".support/a.git",
        ] {
            assert_eq!(&*SupportPath::parse(path).unwrap(), path);
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        let names = [
            "",
            ".",
            "..",
            "...git/..",
            ".git",
            ".GIT",
            ".Git",
            "git~1",
            "GIT~1",
            ".git ",
            ".git.",
            ".git . .",
            ".git::$INDEX_ALLOCATION",
            ".git:x",
            ".g\u{200c}it",
            "\u{feff}.git",
            ".gi\u{200d}t.",
            "a\\b",
            "a\nb",
            "a\tb",
            "a\0b",
            "a\u{7f}",
            "\u{ff0e}git",
            ".\u{ff27}IT",
            "\u{1b}[2J",
        ];
        for name in names {
            for path in
                [format!(".support/{name}"), format!(".support/{name}/x"), format!(".support/a/{name}/x")]
            {
                assert!(SupportPath::parse(&path).is_err(), "{path:?}");
            }
        }
        for path in
            ["", ".support", ".support/", "x", "/etc/passwd", ".Support/x", "a/.support/x", "../.support/x"]
        {
            assert!(SupportPath::parse(path).is_err(), "{path:?}");
        }
        assert!(SupportPath::parse(&format!(".support/{}", "x".repeat(256))).is_err());
        assert!(SupportPath::parse(&format!(".support/{}", "x/".repeat(600))).is_err());
        assert!(SupportPath::parse(".support/a/b/c/d/e/f/g/h/i").is_err());
    }

    #[test]
    fn names_that_differ_in_case_or_form_only_are_one() {
        for (one, other) in
            [("Acme", "acme"), ("M\u{fc}ller", "Mu\u{308}ller"), ("STRASSE", "straße"), ("ς", "σ")]
        {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("acme"), folded("acme2"));
    }
}
