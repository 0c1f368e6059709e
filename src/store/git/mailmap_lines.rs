//! The lines of `.mailmap` that git and libgit2 read alike (gitmailmap(5)).

use crate::store::git::error::{Error, Result};

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
pub(super) fn plain_lines(text: &str) -> impl Iterator<Item = &str> {
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
