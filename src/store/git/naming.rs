//! How commit messages name tickets: in trailers, and in the sentences that people write for hosts.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::store::git::error::{Error, Result};

/// The trailer of a commit that fixes a ticket.
pub const RESOLVES: &str = "Resolves-Ticket";
/// The trailer of a commit that has to do with one.
pub const SUPPORTS: &str = "Support-Ticket";

/// The fewest and the most characters of an id.
const ID_CHARS: std::ops::RangeInclusive<usize> = 4..=10;

/// `Fixes 7k3fq2m9xd`, `Closes: #7k3fq2m9xd and 2ab…`, `Fixes-Ticket: …`: whole ids only, since a shorter one may be a
/// word or the number of a host's issue; and only where a line or a clause begins, since `does not fix …`, a quotation
/// or a question fixes nothing. After a comma, it is `fixes`: `cannot fix this, close that` asks for something. What an `and`
/// goes on from is read with it, whatever line it is on.
static SENTENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let verb = "(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?)";
    let begins = format!(r"(?:^[ \t]*(?:[*-][ \t]+)?|[.;:(][ \t]*){verb}");
    let goes_on = r",[ \t]*(?:fixe[sd]|close[sd]|resolve[sd])";
    let object = r"(?:-ticket)?:?[ \t]+(?:tickets?[ \t]+)?";
    let id = r"[(\[]?#?[0-9a-hjkmnp-tv-z]{10}\b[)\]]?";
    let space = r"[ \t]*\n?[ \t]*";
    let joined = format!(r"{space}(?:[,;/+&]|\band\b)(?:{space}and\b)?{space}");
    let more = format!(r"(?:{joined}(?:{verb}{object})?{id})*");
    Regex::new(&format!(r"(?im)(?:{begins}|{goes_on}){object}({id}{more})([ \t]*\?)?")).ok()
});

/// What the names of our own trailers begin with.
const OURS: &str = "support-";

/// The trailers of a message, names and values, as git reads them: libgit2, and what of ours it does not take for one, as in a last
/// paragraph that has `(cherry picked from …)` in it.
///
/// # Errors
/// The message cannot be read.
pub(crate) fn trailers_of(message: &str) -> Result<Vec<(String, String)>> {
    let found =
        git2::message_trailers_strs(message).map_err(|error| Error::git("reading a message", &error))?;
    let mut trailers: Vec<(String, String)> =
        found.iter().map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
    if trailers.is_empty() {
        let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
        let own = last.lines().filter_map(|line| line.split_once(':'));
        let own = own.map(|(name, value)| (name.trim_end().to_owned(), value.trim().to_owned()));
        trailers.extend(own.filter(|(name, _)| name.to_ascii_lowercase().starts_with(OURS)));
    }
    Ok(trailers)
}

/// The tickets that a message names: the name of a trailer, and an id as it was written, one by one.
pub(crate) fn tickets_named(message: &str, trailers: &[(String, String)]) -> Vec<(String, String)> {
    let mut named: Vec<(String, String)> = Vec::new();
    let mut resolved = BTreeSet::new();
    let mut supported = BTreeSet::new();
    let mut add = |name: &str, id: String| {
        // Who resolves a ticket need not say that it supports it.
        let is_new = if name == RESOLVES {
            resolved.insert(id.clone())
        } else {
            !resolved.contains(&id) && supported.insert(id.clone())
        };
        if is_new {
            named.push((name.to_owned(), id));
        }
    };
    for (trailer, value) in trailers {
        let known = [RESOLVES, SUPPORTS].into_iter().find(|name| trailer.eq_ignore_ascii_case(name));
        for id in known.map(|_| ids(value)).unwrap_or_default() {
            add(known.unwrap_or(SUPPORTS), id);
        }
    }
    let prose = without_code(message);
    let sentences = SENTENCE.as_ref().map(|pattern| pattern.captures_iter(&prose).collect::<Vec<_>>());
    for sentence in sentences.into_iter().flatten() {
        let is_question = sentence.get(2).is_some();
        let before = sentence.get(0).and_then(|whole| prose.get(..whole.start())).unwrap_or_default();
        let is_said = !is_question && !is_to_do(before);
        let list = sentence.get(1).filter(|_| is_said).map_or("", |list| list.as_str());
        words(list).filter(|word| word.len() == *ID_CHARS.end()).for_each(|id| add(RESOLVES, id));
    }
    named
}

/// A message without its fenced code, which quotes.
fn without_code(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut fence = None;
    for line in message.split_inclusive('\n') {
        let begin = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| begin.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => out.push_str(line),
            (Some(_), _) => {}
        }
    }
    out
}

/// How many bytes before a sentence are looked at: a line of megabytes would be gone through for each of its sentences.
const MAX_BEFORE: usize = 1_000;

/// True where the line says before the sentence that it is still to be done.
fn is_to_do(before: &str) -> bool {
    let near = before.get(before.ceil_char_boundary(before.len().saturating_sub(MAX_BEFORE))..);
    let line = near.unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let mut words = line.split(|c: char| !c.is_alphanumeric());
    words
        .any(|word| ["todo", "fixme", "xxx", "tbd", "wip"].iter().any(|mark| word.eq_ignore_ascii_case(mark)))
}

/// The ids in the value of a trailer, and each item of it that begins with none, so that it can be named. What
/// follows an id without a comma is said to people.
fn ids(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    for item in value.split([',', ';', '&']) {
        let mut ids =
            words(item).filter(|word| word != "and").take_while(|word| looks_like_id(word)).peekable();
        if ids.peek().is_none() && !item.trim().is_empty() {
            found.push(item.trim().to_owned());
        }
        found.extend(ids);
    }
    found
}

fn looks_like_id(word: &str) -> bool {
    ID_CHARS.contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
        && !word.contains(['i', 'l', 'o', 'u'])
}

fn words(list: &str) -> impl Iterator<Item = String> + '_ {
    let words = list.split(|c: char| c.is_whitespace() || ",;&/+()[]".contains(c));
    let words = words.map(|word| word.trim_start_matches('#').trim_end_matches('.').to_ascii_lowercase());
    words.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(message: &str, trailers: &[(&str, &str)]) -> String {
        let trailers: Vec<(String, String)> =
            trailers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let named = tickets_named(message, &trailers);
        named.iter().map(|(name, id)| format!("{}{id}", &name[..1])).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn trailers_name_one_ticket_or_several() {
        for (value, expected) in [
            ("7k3fq2m9xd", "R7k3fq2m9xd"),
            ("#7k3f", "R7k3f"),
            ("7K3F, 2abc", "R7k3f R2abc"),
            ("7k3f 2abc; #3def and 4eft.", "R7k3f R2abc R3def R4eft"),
            ("7k3f (the crash)", "R7k3f"),
            ("7k3f, 7k3f", "R7k3f"),
            ("7k3f # the crash", "R7k3f"),
            ("7k3f - Card payments", "R7k3f"),
            ("7k3f, nothing", "R7k3f Rnothing"),
            ("nothing at all", "Rnothing at all"),
            ("#12", "R#12"),
        ] {
            assert_eq!(named("", &[("resolves-ticket", value)]), expected, "{value}");
        }
        assert_eq!(named("", &[("Support-Ticket", "7k3f"), ("Signed-off-by", "2abc")]), "S7k3f");
        assert_eq!(named("", &[("Resolves-Ticket", "7k3f"), ("Support-Ticket", "7k3f")]), "R7k3f");
    }

    #[test]
    fn sentences_name_whole_ids() {
        for (message, expected) in [
            ("Fixes 7k3fq2m9xd", "R7k3fq2m9xd"),
            ("fix: #7k3fq2m9xd", "R7k3fq2m9xd"),
            ("Wait (closes #7K3FQ2M9XD, 2abcdefgh0 and #3abcdefgh0).", "R7k3fq2m9xd R2abcdefgh0 R3abcdefgh0"),
            ("Fixes-Ticket: 7k3fq2m9xd", "R7k3fq2m9xd"),
            ("TODO: fix 7k3fq2m9xd", ""),
            ("Pay\n\n- todo (fix 7k3fq2m9xd)", ""),
            ("TODO\nfix 7k3fq2m9xd", "R7k3fq2m9xd"),
            ("Docs\n\n```\nFixes 7k3fq2m9xd\n```\n", ""),
            ("Docs\n\n```sh\nls\n```\nFixes 7k3fq2m9xd", "R7k3fq2m9xd"),
            ("Resolved 7k3fq2m9xd, and 2abcdefgh0", "R7k3fq2m9xd R2abcdefgh0"),
            (
                "Fixes 7k3fq2m9xd; 2abcdefgh0/3abcdefgh0 + 4abcdefgh0",
                "R7k3fq2m9xd R2abcdefgh0 R3abcdefgh0 R4abcdefgh0",
            ),
            ("Fixes (7k3fq2m9xd)", "R7k3fq2m9xd"),
            ("* Fixes ticket #7k3fq2m9xd", "R7k3fq2m9xd"),
            ("Wait longer, fixes 7k3fq2m9xd", "R7k3fq2m9xd"),
            (
                "Fixes 7k3fq2m9xd and closes 2abcdefgh0, and resolves ticket #3abcdefgh0",
                "R7k3fq2m9xd R2abcdefgh0 R3abcdefgh0",
            ),
            (
                "Fixes 7k3fq2m9xd,\n2abcdefgh0\nand 3abcdefgh0\n\n4abcdefgh0",
                "R7k3fq2m9xd R2abcdefgh0 R3abcdefgh0",
            ),
            ("Nobody fixes 7k3fq2m9xd and closes 2abcdefgh0 yet.", ""),
            ("Do not merge before somebody fixes 7k3fq2m9xd and closes 2abcdefgh0", ""),
            ("This cannot fix 7k3fq2m9xd, close 2abcdefgh0 instead", ""),
            ("We should fix 7k3fq2m9xd, and close 2abcdefgh0 later", ""),
            ("This does not fix 7k3fq2m9xd yet", ""),
            ("Partially fixes 7k3fq2m9xd", ""),
            ("Does this fix 7k3fq2m9xd?", ""),
            ("Fixes 7k3fq2m9xd?", ""),
            ("> Fixes 7k3fq2m9xd", ""),
            ("-Fixes 7k3fq2m9xd", ""),
            ("Run `git commit -m \"Fixes 7k3fq2m9xd\"`", ""),
            ("Fixes #12, fixes dead code", ""),
            ("Prefixes 7k3fq2m9xd", ""),
            ("Fixes: 0123456789ab (\"subject\")", ""),
        ] {
            assert_eq!(named(message, &[]), expected, "{message}");
        }
    }
}
