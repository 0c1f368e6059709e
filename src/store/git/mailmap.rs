//! Who is who, by the `.mailmap` of a repository (gitmailmap(5)).

use std::rc::Rc;

use crate::store::git::error::Result;
use crate::store::git::mailmap_lines::{MAILMAP, Mailmap, plain_lines};
use crate::store::git::repository::Repository;

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
