//! Clones that work apart for hours: once they have met, a ticket and its clocks are as if each had seen the other's steps as
//! they were made.

use crate::syncing::clones;

/// Opens a ticket at 8 on 2 March 2026, has each of two clones take its steps (`at HOUR STEP`), and both meet at 15. What
/// `reads` prints then, it prints in both; gives it.
fn met(one: &str, other: &str, reads: &str) -> String {
    let (sandbox, a, b) = clones();
    let (a, b) = (a.display(), b.display());
    let script = format!(
        "set -e; unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
         at() {{ export GIT_SUPPORT_NOW=2026-03-02T$1:00Z GIT_SUPPORT_SEED=$((GIT_SUPPORT_SEED + 70)); shift; git support -q \"$@\"; }} >&2
         cd {a}; at 07:00 config set clocks.major.resolution 24h; at 07:00 config set levels.1.resolution 99h; at 07:00 config set levels.2.resolution 99h
         export GIT_SUPPORT_NOW=2026-03-02T08:00:00Z; id=$(git support new Pay --severity major --reporter 'Kim <kim@c.example>'); git push -q; cd {b}; git pull -q
         cd {a}; {one}
         cd {b}; {other}
         at 15:00 sync; cd {a}; at 15:00 sync; {{ {reads}; }} >../read; cd {b}; at 15:00 sync; {{ {reads}; }} >../other; cmp ../read ../other
         at 15:00 doctor; at 15:00 audit; cat ../read"
    );
    let output = sandbox.shell(&script);
    assert_eq!(output.status, Some(0), "{output:?}");
    output.stdout
}

/// The same whichever clone took which steps.
#[track_caller]
fn comes_to(cases: &[(&str, &str, &[&str])], reads: &str) {
    for (one, other, expected) in cases {
        for (one, other) in [(one, other), (other, one)] {
            let shown = met(one, other, reads);
            for part in *expected {
                assert!(shown.contains(part), "{one} | {other}: not {part} in\n{shown}");
            }
        }
    }
}

#[test]
fn a_wait_that_is_over_stays_as_long_as_it_was() {
    let hour = ["elapsed 6h of 24h, waited 1h", "due 2026-03-03 09:00"];
    let asked = "at 10:00 pend $id -m Which?; at 11:00 resume $id";
    comes_to(
        &[
            (asked, "at 14:00 diagnose $id -m Found", &hour),
            (asked, "at 14:00 triage $id --severity major", &hour),
            (asked, "at 10:30 diagnose $id -m Found", &["elapsed 6h30m of 24h, waited 30m"]),
            (
                asked,
                "at 14:00 pend $id -m When?",
                &["elapsed 5h of 24h, waited 2h", "pauses: customer       pend"],
            ),
            (
                asked,
                "at 09:00 pend $id -m When?; at 10:30 resume $id",
                &["elapsed 5h30m of 24h, waited 1h30m"],
            ),
            (
                "at 10:00 resolve $id --as answered -m Done; at 11:00 reopen $id -m Again",
                "at 14:00 pend $id -m When?",
                &["elapsed 5h of 24h, waited 1h", "11:00 +00  resumes                reopen"],
            ),
        ],
        "git support sla $id",
    );
}

#[test]
fn time_at_a_level_is_what_it_was() {
    comes_to(
        &[(
            "at 10:00 escalate $id --force -m Now; at 11:00 return $id -m Back",
            "at 14:00 escalate $id --force -m Too",
            &["elapsed 5h of 99h", "elapsed 2h of 99h"],
        )],
        "git support sla $id",
    );
}

#[test]
fn the_later_entry_counts_whoever_wrote_more() {
    comes_to(
        &[
            (
                "at 10:00 edit $id --environment One; at 11:00 edit $id --environment Two",
                "at 14:00 edit $id --environment Last",
                &["environment    Last", "environment: also Two"],
            ),
            (
                "at 10:00 assign $id --to 'X <x@b.example>'; at 11:00 assign $id --to 'Y <y@b.example>'",
                "at 14:00 assign $id --to 'Z <z@b.example>'",
                &["assignee       Z", "assignee: also Y"],
            ),
            (
                "at 10:00 pend $id -m Which?; at 11:00 resume $id",
                "at 14:00 pend $id -m When?",
                &["major · defect · pending", "status: also in-progress"],
            ),
            (
                "at 10:00 comment $id -m One; at 10:30 comment $id -m Two; at 11:00 edit $id --title Refund",
                "at 10:45 edit $id --title Payment",
                &["  Refund\n", "title: also Payment"],
            ),
        ],
        "git support show $id",
    );
}
