//! Who is who: the lines of `.mailmap` that git and libgit2 read alike (gitmailmap(5)).

use std::rc::Rc;

use crate::store::git::error::{Error, Result};
use crate::store::git::repository::Repository;

/// The file that says who is who (gitmailmap(5)).
pub const MAILMAP: &str = ".mailmap";

/// The people of a `.mailmap`.
pub struct Mailmap(git2::Mailmap);

impl Mailmap {
    /// The map of a text. A line counts where git reads it as libgit2 does: one says whom another address is of, and so what
    /// somebody may do.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_text(text: &str) -> Result<Self> {
        let mut lines: Vec<&str> = plain_lines(text).collect();
        // libgit2 keeps them in the order of what they replace, and moves all that follow for each that comes before: in that
        // order, hundreds of thousands take no time. Of two about one address, the last one counts still.
        lines.sort_by_cached_key(|line| replaced(line));
        let plain: String = lines.into_iter().map(|line| format!("{line}\n")).collect();
        git2::Mailmap::from_buffer(&plain).map(Self).map_err(|error| Error::git("reading .mailmap", &error))
    }

    /// The name and address that it gives for those of a commit.
    ///
    /// # Errors
    /// The map cannot be read.
    pub fn mapped(&self, name: &str, email: &str) -> Result<(String, String)> {
        let Ok(written) = git2::Signature::now(name, email) else {
            return Ok((name.to_owned(), email.to_owned()));
        };
        let mapped = self.0.resolve_signature(&written);
        let mapped = mapped.map_err(|error| Error::git("reading .mailmap", &error))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(mapped.name_bytes()), text(mapped.email_bytes())))
    }
}

/// What a line replaces: the address and the name of a commit. A line of one address names the address alone.
fn replaced(line: &str) -> (String, Option<String>) {
    let (before, last) = line.rsplit_once('<').unwrap_or_default();
    let email = last.split('>').next().unwrap_or_default();
    let name = before.rsplit_once('>').map(|(_, name)| name.trim()).filter(|name| !name.is_empty());
    (email.to_owned(), name.map(str::to_owned))
}

/// The lines of one or two addresses that are written as an address is: git keeps a blank within the brackets, and reads on
/// behind a comment, where libgit2 does not.
fn plain_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| {
        let mut parts = line.split('<');
        let before = parts.next().unwrap_or_default();
        let addresses: Vec<Option<(&str, &str)>> = parts.map(|part| part.split_once('>')).collect();
        let is_plain = |(place, part): (usize, &Option<(&str, &str)>)| {
            part.is_some_and(|(address, rest)| {
                let is_last = place + 1 == addresses.len();
                let is_address = !address.is_empty() && !address.contains(char::is_whitespace);
                is_address && (is_last || !rest.contains(['>', '#']))
            })
        };
        !before.contains(['>', '#'])
            && (1..=2).contains(&addresses.len())
            && addresses.iter().enumerate().all(is_plain)
    })
}

impl Repository {
    /// The name and address that `.mailmap` gives for those of a commit (gitmailmap(5)).
    ///
    /// # Errors
    /// The map cannot be read.
    pub fn mapped(&self, name: &str, email: &str) -> Result<(String, String)> {
        if self.has_reftable {
            return self.mapped_by_git(name, email);
        }
        self.present_mailmap()?.mapped(name, email)
    }

    /// The map as it stands, read once for each text that it has.
    fn present_mailmap(&self) -> Result<Rc<Mailmap>> {
        let text = self.mailmap_source();
        if let Some((known, map)) = &*self.mailmap.borrow()
            && *known == text
        {
            return Ok(Rc::clone(map));
        }
        let map = Rc::new(Mailmap::of_text(&text)?);
        self.mailmap.replace(Some((text, Rc::clone(&map))));
        Ok(map)
    }

    /// The text of `.mailmap` as git takes it: of the work tree, where it is no link, or of HEAD in a bare repository; and of
    /// what `mailmap.blob` and `mailmap.file` name (git-config(1)); the lines that git and libgit2 read alike.
    #[must_use]
    pub fn mailmap_text(&self) -> String {
        plain_lines(&self.mailmap_source()).map(|line| format!("{line}\n")).collect()
    }

    /// The same, with the lines that git and libgit2 read otherwise.
    fn mailmap_source(&self) -> String {
        let mut text = match self.repo.workdir() {
            Some(folder) => text_of_file(&folder.join(MAILMAP)),
            None => self.mailmap_of_head(),
        };
        let blob = self.config.text("mailmap.blob").and_then(|name| {
            let object = self.repo.revparse_single(&name).ok()?;
            Some(String::from_utf8_lossy(object.as_blob()?.content()).into_owned())
        });
        let file = self
            .config
            .text("mailmap.file")
            .map(|path| text_of_file(&self.surroundings.directory.join(path)));
        for more in blob.into_iter().chain(file) {
            text.push('\n');
            text.push_str(&more);
        }
        text
    }

    fn mailmap_of_head(&self) -> String {
        let text = || {
            let tree = self.repo.head().and_then(|head| head.peel_to_tree()).ok()?;
            let item = tree.get_name(MAILMAP).filter(|item| item.filemode() != LINK)?;
            Some(String::from_utf8_lossy(self.repo.find_blob(item.id()).ok()?.content()).into_owned())
        };
        text().unwrap_or_default()
    }

    fn mapped_by_git(&self, name: &str, email: &str) -> Result<(String, String)> {
        let contact = format!("{name} <{email}>");
        let said = self.git_here(&["check-mailmap", &contact], b"", None)?;
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        let (name, rest) = said.split_once('<').unwrap_or((&said, ""));
        Ok((name.trim().to_owned(), rest.trim_end_matches('>').to_owned()))
    }
}

/// The mode of a symbolic link in a tree (gitformat-tree: 120000).
const LINK: i32 = 0o120_000;

/// A file that is none of others by a link, as git follows none for `.mailmap`.
fn text_of_file(path: &std::path::Path) -> String {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    if is_link { String::new() } else { std::fs::read_to_string(path).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_git_reads_alike_give_an_address() {
        for (line, expected) in [
            ("<dana@example.com> <eve@e.x>", "dana@example.com"),
            ("Dana Li <dana@example.com> Eve <eve@e.x>", "dana@example.com"),
            ("<dana@example.com><eve@e.x>", "dana@example.com"),
            ("<dana@example.com> <eve@e.x> # since May", "dana@example.com"),
            ("<dana@example.com > <eve@e.x>", "eve@e.x"),
            ("< dana@example.com> <eve@e.x>", "eve@e.x"),
            ("<dana@example.com\t> <eve@e.x>", "eve@e.x"),
            (" # <dana@example.com> <eve@e.x>", "eve@e.x"),
            ("<dana@example.com> # <eve@e.x>", "eve@e.x"),
            ("<a@x> <dana@example.com> <eve@e.x>", "eve@e.x"),
            ("<dana@example.com> <eve@e.x", "eve@e.x"),
            ("<dana@example.com>> <eve@e.x>", "eve@e.x"),
            ("<dana@example.com> <b@x> # <eve@e.x>", "eve@e.x"),
        ] {
            let mapped = Mailmap::of_text(line).and_then(|map| map.mapped("Eve", "eve@e.x")).unwrap();
            assert_eq!(mapped.1, expected, "{line}");
        }
    }

    #[test]
    fn of_two_lines_about_one_address_the_last_counts_among_any_others() {
        let others: String = (0..2_000).rev().map(|n| format!("N <n{n}@c.x> <m{n}@c.x>\n")).collect();
        for (lines, expected) in [
            ("<a@x> <eve@e.x>\n<b@x> <eve@e.x>\n", "b@x"),
            ("<b@x> <eve@e.x>\n<a@x> <eve@e.x>\n", "a@x"),
            ("<b@x> Eve <eve@e.x>\n<a@x> <eve@e.x>\n", "b@x"),
            ("<a@x> <eve@e.x>\n<b@x> Eve <eve@e.x>\n<c@x> Eve <eve@e.x> # now\n", "c@x"),
            ("Eve Roe <eve@e.x>\n", "eve@e.x"),
        ] {
            let map = Mailmap::of_text(&format!("{others}{lines}{others}")).unwrap();
            assert_eq!(map.mapped("Eve", "eve@e.x").unwrap().1, expected, "{lines}");
            assert_eq!(map.mapped("M", "m1999@c.x").unwrap().1, "n1999@c.x");
        }
    }
}
