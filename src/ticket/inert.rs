//! What people wrote, as it may stand in a commit message: git, its hosts and our own recipes act on some words there,
//! and none of them is to act on a customer's. It stays readable, and the ticket has it as it was written.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::ticket::pattern::Pattern;

/// What is acted on, and what stands there instead.
struct Rule {
    acting: Pattern,
    instead: &'static str,
}

const fn rule(words: &'static [&'static str], acting: &'static str, instead: &'static str) -> Rule {
    Rule { acting: Pattern::new(words, acting), instead }
}

/// What is acted on within a line.
///
/// The words are from the hosts' own pages: skipping builds (GitHub "Skipping workflow runs", GitLab "Skip a pipeline",
/// Azure Pipelines `***NO_CI***`, Travis, Netlify, Vercel), closing issues (GitHub "Linking a pull request to an
/// issue", GitLab "Managing issues", Jira "Smart Commits"), mentions; git's own sentences for reverts and copies.
static RULES: [Rule; 12] = [
    rule(&["skip", "no"], r"(?i)\[([^\[\]\n]*(?:skip|no[ _-]?(?:ci|build|deploy))[^\[\]\n]*)\]", "(${1})"),
    rule(&["***"], r"\*\*\*(\w+)\*\*\*", "*** ${1} ***"),
    // `#12`, `owner/name#12`, `AB#12`, `#close`.
    rule(&["#"], r"#([0-9A-Za-z])", "# ${1}"),
    rule(&["gh-"], r"(?i)\b(GH-)([0-9])", "${1} ${2}"),
    rule(&["!", "&", "%"], r"(?m)(^|[\s(,])([!&%])([0-9])", "${1}${2} ${3}"),
    rule(
        &["http"],
        r"(?im)(^|[^<0-9A-Za-z])(https?://[^\s<>]+/(?:issues|pull|pulls|pull-requests|merge_requests|work_items|browse)/[^\s<>]+)",
        "${1}<${2}>",
    ),
    // A person or team, not an e-mail address.
    rule(&["@"], r"(?m)(^|[^0-9A-Za-z_.+@/-])@([0-9A-Za-z_])", "${1}@ ${2}"),
    rule(&["support-", "resolves-"], r"(?i)\b(Support-[A-Za-z]+|Resolves-Ticket)[ \t]*:", "${1} :"),
    rule(&["reverts", "cherry"], r"(?i)(This reverts commit|cherry picked from commit) ", "${1}: "),
    rule(&["squashed"], r"(?i)(Squashed commit of the following):", "${1} :"),
    // Where git cuts a message off: `# ---- >8 ----`.
    rule(&[">8", "8<", "%<"], r"(-[ \t]*)(>8|8<|%<)([ \t]*-)", "${1}(cut)${3}"),
    // Jira's keys behind a keyword.
    rule(
        &["close", "fix", "resolve", "implement"],
        r"(?i)\b((?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|implements?)\b:?[ \t]+[A-Z][A-Z0-9]+-)([0-9])",
        "${1} ${2}",
    ),
];

/// A line that is acted on where it begins: a trailer such as `Signed-off-by:` or `skip-checks:`, also behind the
/// mark of a list; where `git am` sees the end of the message or the beginning of a patch.
const ACTING_LINE: &str = r"(?m)^([ \t]*(?:[*-][ \t]+)*(?:[A-Za-z0-9-]+[ \t]*:|BREAKING[ -]CHANGE\b)|---|/[a-z_]+\b|diff -|Index: |From )";

static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(ACTING_LINE).ok());

/// A line of it, or a value: nothing in it acts.
#[must_use]
pub fn inert(text: &str) -> String {
    let mut text = text.to_owned();
    let mut lower = text.to_ascii_lowercase();
    for Rule { acting, instead } in &RULES {
        let Some(acting) = acting.regex_for(&lower) else { continue };
        if let Cow::Owned(changed) = acting.replace_all(&text, *instead) {
            lower = changed.to_ascii_lowercase();
            text = changed;
        }
    }
    text
}

/// Lines of it: those that would act where they begin are quoted, as mail quotes.
#[must_use]
pub fn inert_lines(text: &str) -> String {
    let text = inert(text);
    LINE.as_ref().map_or_else(|| text.clone(), |line| line.replace_all(&text, "> ${1}").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_a_pattern() {
        assert!(RULES.iter().all(|rule| rule.acting.regex().is_some()));
        assert!(LINE.is_some());
    }

    #[test]
    fn what_a_host_would_act_on_does_not_act() {
        for (text, expected) in [
            ("Please [skip ci] now", "Please (skip ci) now"),
            (
                "[CI SKIP] [no ci] [skip-actions] [vercel skip]",
                "(CI SKIP) (no ci) (skip-actions) (vercel skip)",
            ),
            ("***NO_CI***", "*** NO_CI ***"),
            ("Fixes #12, closes a/b#3 and GH-4", "Fixes # 12, closes a/b# 3 and GH- 4"),
            ("PROJ-7 #close #time 4h", "PROJ-7 # close # time 4h"),
            ("see !7 and %3", "see ! 7 and % 3"),
            ("closes https://git.example/a/b/issues/7.", "closes <https://git.example/a/b/issues/7.>"),
            ("@ops look, (@team/x)", "@ ops look, (@ team/x)"),
            ("a Support-Action: resolve in it", "a Support-Action : resolve in it"),
            ("# ---- >8 ----", "# ---- (cut) ----"),
            ("Closes PROJ-12, UTF-8", "Closes PROJ- 12, UTF-8"),
            ("This reverts commit 0123abc.", "This reverts commit: 0123abc."),
        ] {
            assert_eq!(inert(text), expected);
            assert_eq!(inert(expected), expected, "twice is once");
        }
        for text in [
            "ann@customer.example",
            "50% off! C# is # 1 [x] [ ] [1.4.0]",
            "1 -> 2",
            "Ann Lee <ann@a.example>",
        ] {
            assert_eq!(inert(text), text);
        }
    }

    #[test]
    fn lines_that_are_trailers_are_quoted() {
        let text = "It fails.\n\nSigned-off-by: Eve <eve@x.example>\nskip-checks:true\n* support: triage\n- Co-authored-by: P\n/tag v9\n---\ndiff --git a b\nFrom 0123\nBREAKING CHANGE: all\nsaid: so\n";
        let lines = inert_lines(text);
        assert!(lines.lines().skip(2).all(|line| line.starts_with("> ")), "{lines}");
        assert_eq!(inert_lines(&lines), lines, "twice is once");
        assert_eq!(inert_lines("The time is 12:30.\nSee a::b\n"), "The time is 12:30.\nSee a::b\n");
    }
}
