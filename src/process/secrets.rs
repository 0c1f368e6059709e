//! Secrets that people paste by mistake: told by the shapes that their issuers document.

use std::sync::LazyLock;

use regex_lite::Regex;

use crate::ticket::Pattern;

/// A kind of secret.
struct Kind {
    what: &'static str,
    shape: Pattern,
}

const fn kind(what: &'static str, words: &'static [&'static str], shape: &'static str) -> Kind {
    Kind { what, shape: Pattern::new(words, shape) }
}

/// What a secret is, a word that is in every one of its kind, and the shape it has.
static KINDS: [Kind; 13] = [
    kind("a private key", &["PRIVATE KEY"], r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    kind("an AWS access key", &["AKIA"], r"\bAKIA[0-9A-Z]{16}\b"),
    kind("an AWS access key", &["ASIA"], r"\bASIA[0-9A-Z]{16}\b"),
    kind("a GitHub token", &["gh"], r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    kind("a GitHub token", &["github_pat_"], r"\bgithub_pat_[A-Za-z0-9_]{50,}"),
    kind("a GitLab token", &["glpat-"], r"\bglpat-[A-Za-z0-9_\-]{20,}"),
    kind("a Slack token", &["xox"], r"\bxox[abprs]-[A-Za-z0-9\-]{10,}"),
    kind("a Google API key", &["AIza"], r"\bAIza[0-9A-Za-z_\-]{35}"),
    kind("a Stripe key", &["k_live_"], r"\b[sr]k_live_[0-9a-zA-Z]{20,}"),
    kind("an npm token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}"),
    kind(
        "a JSON Web Token",
        &["eyJ"],
        r"\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{16,}",
    ),
    kind("a bearer token", &["earer "], r"\b[Bb]earer [A-Za-z0-9._~+/\-]{20,}"),
    kind("a password in an address", &["://"], r"\b[a-z][a-z0-9+.\-]*://[^\s/:@]+:[^\s/:@]{3,}@"),
];

/// The first secret that a text seems to hold: what it is, and on which line, from 1.
#[must_use]
pub fn secret_in(text: &str) -> Option<(&'static str, usize)> {
    text.lines().enumerate().find_map(|(place, line)| {
        let is_in = |kind: &&Kind| kind.shape.regex_for(line).is_some_and(|shape| shape.is_match(line));
        KINDS.iter().find(is_in).map(|kind| (kind.what, place + 1))
    })
}

/// What the secrets are that a text seems to hold, each kind once, the first first.
#[must_use]
pub fn secrets_in(text: &str) -> Vec<&'static str> {
    let mut found: Vec<(usize, &'static str)> = Vec::new();
    for Kind { what, shape } in &KINDS {
        let place = shape.regex_for(text).and_then(|shape| shape.find(text)).map(|found| found.start());
        found.extend(place.map(|place| (place, *what)));
    }
    found.sort_unstable();
    let mut kinds: Vec<&'static str> = Vec::new();
    for (_, what) in found {
        if !kinds.contains(&what) {
            kinds.push(what);
        }
    }
    kinds
}

/// The text with what looks like a secret taken out: a private key to its last line, and where that is missing, all that
/// follows its first.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    let mut text = text.to_owned();
    for Kind { what, shape } in &KINDS {
        let Some(shape) = shape.regex_for(&text) else { continue };
        let stand_in = format!("[{what} was here]");
        if *what == "a private key" {
            while let Some(found) = shape.find(&text) {
                let (start, behind) = (found.start(), found.end());
                // As far as it goes; where its end is missing, all of the rest may be of it.
                let end = KEY_END
                    .as_ref()
                    .and_then(|end| end.find_at(&text, behind))
                    .map_or(text.len(), |end| end.end());
                text.replace_range(start..end, &stand_in);
            }
        } else {
            text = shape.replace_all(&text, regex_lite::NoExpand(&stand_in)).into_owned();
        }
    }
    text
}

/// How a private key ends.
static KEY_END: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----").ok());

/// Parts of names that a secret goes by: of flags, of variables.
const NAMES: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api-key",
    "api_key",
    "credential",
    "authorization",
    "private-key",
];
/// A shorter value is a word that may stand anywhere.
const MIN_VALUE_CHARS: usize = 6;

/// True for the name of a flag or a variable whose value is a secret.
#[must_use]
pub fn names_a_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    NAMES.iter().any(|part| name.contains(part)) || name.ends_with("_key") || name.ends_with("_auth")
}

/// A word of a command, by what it says of secrets.
enum Said<'w> {
    /// The value of the flag before it.
    Value(&'w str),
    /// A name with its value.
    Assigned(&'w str, &'w str),
    /// A user with their password: `curl -u NAME:PASSWORD`.
    User(&'w str, &'w str),
    /// Anything else, a script for one: there may be names with values in it.
    Words(&'w str),
}

/// What each word of a command is.
fn said(words: &[String]) -> impl Iterator<Item = Said<'_>> {
    let (mut is_next, mut is_user, mut is_script) = (false, false, false);
    words.iter().map(move |word| {
        let word = word.as_str();
        // What a shell is given is many words: `sh -c`, `bash -ec`.
        let is_assigned = !std::mem::replace(
            &mut is_script,
            word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'),
        );
        if std::mem::take(&mut is_next) && !word.starts_with('-') {
            return Said::Value(word);
        }
        if let Some((name, password)) = std::mem::take(&mut is_user).then(|| user(word)).flatten() {
            return Said::User(name, password);
        }
        if let Some((name, value)) =
            word.split_once('=').filter(|(name, _)| is_assigned && names_a_secret(name))
        {
            return Said::Assigned(name, value);
        }
        is_next = word.starts_with('-') && !word.contains('=') && names_a_secret(word);
        is_user = matches!(word, "-u" | "--user" | "--proxy-user");
        Said::Words(word)
    })
}

/// A user and their password, as `curl -u` takes them; two numbers are a user and a group.
fn user(word: &str) -> Option<(&str, &str)> {
    let is_number = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    word.split_once(':').filter(|(name, password)| !is_number(name) && !password.is_empty())
}

/// A command's words with the values taken out that its flags, its variables or the environment (`known`) call secret.
#[must_use]
pub fn words_without_secrets(words: &[String], known: &[String]) -> Vec<String> {
    let one = |said| match said {
        Said::Value(_) => HIDDEN.to_owned(),
        Said::Assigned(name, _) => format!("{name}={HIDDEN}"),
        Said::User(name, _) => format!("{name}:{HIDDEN}"),
        Said::Words(word) => without_secrets(&without_headers(&without_known(word, known))),
    };
    said(words).map(one).collect()
}

/// The values that a command's words give to flags and variables whose names call them secret: what it prints may repeat
/// them.
#[must_use]
pub fn secrets_given(words: &[String]) -> Vec<String> {
    let unquoted = |value: &str| value.trim_matches(['\'', '"']).to_owned();
    let one = |said| match said {
        Said::Value(value) | Said::Assigned(_, value) | Said::User(_, value) => vec![value.to_owned()],
        Said::Words(word) => {
            let inside = [&INSIDE, &INSIDE_USER].into_iter().filter_map(|inside| inside.as_ref());
            let found = inside.flat_map(|inside| inside.captures_iter(word));
            found.filter_map(|found| found.get(3)).map(|value| unquoted(value.as_str())).collect()
        }
    };
    said(words).flat_map(one).collect()
}

/// What stands in the place of a secret value.
const HIDDEN: &str = "***";

/// A text without values that are known to be secret.
#[must_use]
pub fn without_known(text: &str, known: &[String]) -> String {
    let values = known.iter().filter(|value| value.chars().count() >= MIN_VALUE_CHARS);
    values.fold(text.to_owned(), |text, value| text.replace(value.as_str(), HIDDEN))
}

/// A name within a text that calls what follows it secret, a word of how it is sent, and the value.
static INSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names =
        r"[\w-]*(?:password|passwd|passphrase|secret|token|api[-_]?key|credential|authorization)[\w-]*";
    Regex::new(&format!(r"(?i)({names}[=:]\s*|--{names}\s+)((?:bearer|basic|token)\s+)?('[^']*'|\x22[^\x22]*\x22|[^\s'\x22&;|]+)"))
        .ok()
});

/// A user's name within a text, behind the flag that takes it, and the password.
static INSIDE_USER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"((?:^|\s)(?:-u\s*|--(?:proxy-)?user[=\s]\s*)['"]?)([A-Za-z][^\s:'"]*:)([^\s'"]+)"#).ok()
});

/// A text without the values of flags, variables and headers within it that are secret: a script, a header.
fn without_headers(text: &str) -> String {
    let inside = [&INSIDE, &INSIDE_USER].into_iter().filter_map(|inside| inside.as_ref());
    inside.fold(text.to_owned(), |text, inside| inside.replace_all(&text, "${1}${2}***").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_a_pattern_and_finds_its_kind() {
        assert!(KINDS.iter().all(|kind| kind.shape.regex().is_some()));
        let key = ["-----BEGIN RSA ", "PRIVATE KEY-----"].concat();
        for (text, what) in [
            (format!("log\n{key}\nMII"), "a private key"),
            (format!("id {}EXAMPLE0EXAMPLE0", "AKIA"), "an AWS access key"),
            (format!("ghp_{}", "a".repeat(36)), "a GitHub token"),
            ("postgres://app:hunter22@db/x".to_owned(), "a password in an address"),
        ] {
            assert_eq!(secret_in(&text).map(|(what, _)| what), Some(what), "{text}");
        }
        assert_eq!(secret_in(&format!("a\nb\n{key}")).map(|(_, line)| line), Some(3));
    }

    #[test]
    fn a_secret_is_taken_out_of_its_text() {
        let token = format!("ghp_{}", "a".repeat(36));
        assert_eq!(without_secrets(&format!("a {token} b")), "a [a GitHub token was here] b");
        let key = ["-----BEGIN ", "PRIVATE KEY-----"].concat();
        assert_eq!(without_secrets(&format!("x {key}\nMII")), "x [a private key was here]");
        let whole = format!("x {key}\nMII\n{}\nat foo\n{key}\nMII", key.replace("BEGIN", "END"));
        assert_eq!(without_secrets(&whole), "x [a private key was here]\nat foo\n[a private key was here]");
        assert_eq!(secret_in(&without_secrets("db://app:hunter22@host")), None);
    }

    #[test]
    fn words_of_a_command_hold_no_secret() {
        let hidden = |line: &str| {
            let words: Vec<String> = line.split('|').map(str::to_owned).collect();
            words_without_secrets(&words, &["from-the-vault".to_owned()]).join("|")
        };
        for (line, expected) in [
            ("deploy|--token|abc123|--to|prod", "deploy|--token|***|--to|prod"),
            ("deploy|--db-password=hunter2", "deploy|--db-password=***"),
            ("env|API_KEY=abc|make", "env|API_KEY=***|make"),
            ("curl|-H|Authorization: Bearer abc.def|x", "curl|-H|Authorization: Bearer ***|x"),
            ("sh|-c|TOKEN=abc make", "sh|-c|TOKEN=*** make"),
            (
                "sh|-ec|A_TOKEN='two words' make; b --secret \"x y\" z",
                "sh|-ec|A_TOKEN=*** make; b --secret *** z",
            ),
            ("deploy|--password=two words", "deploy|--password=***"),
            ("curl|-u|ann:hunter2|x", "curl|-u|ann:***|x"),
            ("curl|-uann:hunter2|--proxy-user=p:q|x", "curl|-uann:***|--proxy-user=p:***|x"),
            ("sh|-c|curl --user 'ann:hunter2' x", "sh|-c|curl --user 'ann:***' x"),
            ("docker|run|-u|1000:1000|x", "docker|run|-u|1000:1000|x"),
            ("sudo|-u|ann|make", "sudo|-u|ann|make"),
            ("make|from-the-vault|ab", "make|***|ab"),
            ("make|test|--tokens-file|--fast", "make|test|--tokens-file|--fast"),
            ("git|push|https://ann:hunter2@host/x", "git|push|[a password in an address was here]host/x"),
        ] {
            assert_eq!(hidden(line), expected);
        }
    }

    #[test]
    fn what_a_command_was_given_as_a_secret_is_known() {
        let given =
            |line: &str| secrets_given(&line.split('|').map(str::to_owned).collect::<Vec<_>>()).join("|");
        for (line, expected) in [
            ("deploy|--token|abc123|--to|prod", "abc123"),
            ("deploy|--db-password=hunter2", "hunter2"),
            ("env|API_KEY=abc|make", "abc"),
            ("sh|-c|TOKEN='two words' make --secret xyzzy", "two words|xyzzy"),
            ("curl|-u|ann:hunter2|x", "hunter2"),
            ("sh|-c|curl -uann:hunter2 x", "hunter2"),
            ("make|test|--tokens-file|--fast", ""),
        ] {
            assert_eq!(given(line), expected, "{line}");
        }
    }

    #[test]
    fn ordinary_texts_hold_none() {
        for text in
            ["AKIA is a prefix", "https://example.com/a:b@c", "BEGIN PRIVATE", "commit 02f1335fb2590f97de1b"]
        {
            assert_eq!(secret_in(text), None, "{text}");
        }
    }
}
