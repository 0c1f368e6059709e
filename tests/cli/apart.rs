//! Clones that work apart for hours: once they have met, a ticket and its clocks are as if each had seen the other's steps as
//! they were made.

use crate::sandbox::Sandbox;
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

/// Two clones, `a` where the shell is and `../eve`: `s HH:MM …` runs in the first, `e HH:MM …` in the other.
const BOTH: &str = "s() { t=$1; shift; GIT_SUPPORT_NOW=2026-11-24T$t:00Z GIT_AUTHOR_DATE=2026-11-24T$t:00Z GIT_COMMITTER_DATE=2026-11-24T$t:00Z GIT_SUPPORT_SEED=$((n = ${n:-0} + 1)) git-support -q \"$@\"; }
    e() { (cd ../eve; n=$((${n:-0} + 50)); s \"$@\"); n=$((n + 1)); }
    meet() { s 12:10 sync; e 12:11 sync; s 12:12 sync; }
    git stash -qu; x=$(s 08:01 new X --reporter 'Kim <k@c.example>'); y=$(s 08:01 new Y --reporter 'Kim <k@c.example>')
    git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q -u origin main; git clone -q ../hub.git ../eve
    git -C ../eve config user.name 'Eve Moe'; git -C ../eve config user.email eve@example.com; ";

#[test]
fn a_customers_word_that_nobody_had_seen_is_named() {
    for (step, status, way_on) in
        [("pend $x -m Q?", "pending", "resume"), ("resolve $x --as answered -m Bye", "resolved", "reopen")]
    {
        let word = "comment $x --from customer -m 'It fails still.'";
        let sandbox = Sandbox::new();
        let said = sandbox.shell(&format!("{BOTH} s 09:00 {step}; e 10:00 {word}; meet; git support doctor"));
        let expected = format!(
            "the customer wrote on 2026-11-24 10:00, and whoever set it to {status} had not seen that"
        );
        assert!(said.stderr.contains(&expected) && said.stdout.contains(&expected), "{said:?}");
        assert!(said.stderr.contains(&format!("git support {way_on} ")), "{said:?}");
        let said = sandbox.shell(&format!("x=$(git support list --all X --format csv | sed -n 2p | cut -d, -f1); git support -q {way_on} $x -m Seen; git support doctor"));
        assert!(!said.stdout.contains("the customer wrote"), "{said:?}");
        // What was seen, or was said before, is no news.
        for story in [
            format!("e 08:30 comment $x --from customer -m Hi; s 09:00 {step}; meet"),
            format!(
                "e 08:30 comment $x --from customer -m Hi; e 08:31 sync; s 08:32 sync; s 09:00 {step}; meet"
            ),
            format!("s 09:00 {step}; e 10:00 comment $x -m 'Among us.' --internal; meet"),
        ] {
            let sandbox = Sandbox::new();
            let said = sandbox.shell(&format!("{BOTH} {story}; git support doctor"));
            assert!(!format!("{said:?}").contains("had not seen that"), "{story}: {said:?}");
        }
    }
}

#[test]
fn an_undo_gives_back_what_a_merge_had_decided() {
    let sandbox = Sandbox::new();
    let said = sandbox.shell(&format!(
        "{BOTH} e 09:00 resolve $x --as answered -m x; s 09:10 estimate $x 1h; meet; s 12:20 resolve $x --as answered -m x; s 12:21 undo; git support show $x; git support doctor"
    ));
    assert!(
        !said.stderr.contains("was changed since") && said.stdout.contains("· in-progress ·"),
        "{said:?}"
    );
}

#[test]
fn both_ends_of_a_link_are_undone_alike() {
    let sandbox = Sandbox::new();
    let said = sandbox.shell(&format!(
        "{BOTH} s 08:02 link $y blocked-by $x; s 08:03 sync; e 08:04 sync; s 09:00 link $y blocked-by $x --remove; \
         e 09:10 link $y blocked-by $x --remove; e 09:11 undo; meet; git support doctor; git support list is:blocked"
    ));
    let listed = said.ok();
    assert!(listed.contains("no problems found"), "{listed}");
}

#[test]
fn honest_picks_are_no_findings() {
    for story in [
        "echo data >ev.txt; s 09:00 attach $x ev.txt; s 09:01 edit $x --type question; git -C ../eve fetch -q ../repo main; e 09:02 status; (cd ../eve; git cherry-pick FETCH_HEAD); e 09:05 sync; meet; rm ev.txt",
        "s 09:00 resolve $x --as duplicate --duplicate-of $y -m x; l=$(git rev-parse HEAD); s 09:01 edit $y --type question; git -C ../eve fetch -q \"$PWD\" main; \
         (cd ../eve; git cherry-pick FETCH_HEAD $l); e 09:05 sync; meet",
    ] {
        let sandbox = Sandbox::new();
        let story = story.replace("../repo", "\"$PWD\"");
        sandbox.shell(&format!("{BOTH} {story}")).ok();
        let audit = sandbox.run(&["audit"]).ok();
        assert!(!audit.contains("error:") && !audit.contains("warning:"), "{story}: {audit}");
        sandbox.is_tampered_with();
    }
}
