//! Files that the texts of a ticket seem to name, as a stack trace or a person writes them.

use crate::ticket::Ticket;

/// The most words of a ticket that are taken for paths.
const MAX_MENTIONS: usize = 200;

/// The words of title, description, findings and notes that look like paths, each once, in order. Whether
/// there is such a file is for the caller to see.
#[must_use]
pub fn paths_named(ticket: &Ticket) -> Vec<String> {
    let head = ticket.fields();
    let notes = ticket.current().filter_map(|entry| entry.note.as_deref());
    let findings = head.findings().map(|(_, text)| text);
    let texts = std::iter::once(head.title()).chain(head.description()).chain(findings).chain(notes);
    let mut paths: Vec<String> = Vec::new();
    for word in texts.flat_map(|text| text.split(is_no_part_of_a_path)) {
        let Some(path) = path(word) else { continue };
        if paths.len() < MAX_MENTIONS && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

fn is_no_part_of_a_path(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "\"'`()[]{}<>,;|=".contains(c)
}

/// A word as a path of the repository: without a line number, and without what git or a shell put before it.
fn path(word: &str) -> Option<String> {
    let word = word.split(':').next()?.trim_end_matches(['.', '!', '?']);
    let word = word.strip_prefix("./").unwrap_or(word);
    let looks_so = word.contains('.') || word.contains('/');
    let stays_inside =
        !word.starts_with('/') && word.split('/').all(|part| !matches!(part, "" | "." | ".." | ".git"));
    (looks_so && stays_inside && word.len() > 2).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_is_told_from_words() {
        assert_eq!(path("src/pay.rs:42:7").as_deref(), Some("src/pay.rs"));
        assert_eq!(path("./Makefile.am.").as_deref(), Some("Makefile.am"));
        for word in ["word", "/etc/passwd", "../up.rs", "a//b", ".git/config", "end.", "", "."] {
            assert_eq!(path(word), None, "{word}");
        }
    }
}
