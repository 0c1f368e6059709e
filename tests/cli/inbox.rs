//! `inbox` and `watch`: what concerns somebody since they last looked, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::syncing::clones;

/// Who acts: git's names for them, before a command.
pub(super) fn as_person(name: &str) -> String {
    let (first, email) = (name, format!("{}@example.com", name.to_lowercase()));
    format!(
        "GIT_AUTHOR_NAME={first} GIT_AUTHOR_EMAIL={email} GIT_COMMITTER_NAME={first} GIT_COMMITTER_EMAIL={email}"
    )
}

/// What somebody's command prints.
pub(super) fn run_as(sandbox: &Sandbox, name: &str, line: &str) -> String {
    sandbox.shell(&format!("{} git support {line}", as_person(name))).ok()
}

/// A team of three, of whom Ann serves level 1, Bob level 2 and Cy owns the product.
pub(super) fn team(sandbox: &Sandbox) {
    for (name, role) in [("Ann", "l1"), ("Bob", "l2"), ("Cy", "product-owner")] {
        let email = format!("{}@example.com", name.to_lowercase());
        sandbox.run(&["team", "add", name, "--email", &email, "--role", role]).ok();
    }
}

/// The reasons that somebody's inbox gives, ticket by ticket, as machines get them.
fn reasons(sandbox: &Sandbox, name: &str, options: &str) -> Vec<String> {
    let items: Vec<Value> =
        serde_json::from_str(&run_as(sandbox, name, &format!("inbox --json {options}"))).unwrap();
    let concerns = items.iter().flat_map(|item| item["concerns"].as_array().unwrap());
    concerns.map(|concern| concern["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_concerns_somebody_is_listed_once() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    let id = run_as(&sandbox, "Ann", "new 'Card payments fail' --severity major").trim().to_owned();
    // Cy owns the product: a severity waits. Bob serves level 2, and the ticket is at level 1.
    assert_eq!(reasons(&sandbox, "Cy", ""), ["severity"]);
    assert_eq!(reasons(&sandbox, "Cy", ""), Vec::<String>::new());
    assert_eq!(reasons(&sandbox, "Bob", ""), Vec::<String>::new());
    run_as(&sandbox, "Ann", &format!("escalate {id} --requirements x --troubleshooting y -m 'Over to you'"));
    assert_eq!(reasons(&sandbox, "Bob", "--peek"), ["unassigned"]);
    assert_eq!(reasons(&sandbox, "Bob", ""), ["unassigned"]);
    run_as(&sandbox, "Cy", &format!("assign {id} --to Bob"));
    run_as(&sandbox, "Cy", &format!("comment {id} -m 'Please look, @bob. Not bob@example.com.'"));
    run_as(&sandbox, "Cy", &format!("comment {id} -m 'And again'"));
    run_as(&sandbox, "Bob", &format!("comment {id} -m 'I do'"));
    assert_eq!(reasons(&sandbox, "Bob", ""), ["assigned", "mention", "assignee"]);
    // Ann reported it; what she says herself is no news.
    let shown = run_as(&sandbox, "Ann", "inbox");
    assert!(shown.contains("Cy: assign (you reported it)") && shown.contains("I do"), "{shown}");
    run_as(&sandbox, "Cy", &format!("alert {id} --to Ann -m 'The customer is angry'"));
    assert_eq!(reasons(&sandbox, "Ann", ""), ["alert"]);
    let said = sandbox.shell(&format!("{} git support inbox", as_person("Ann")));
    assert!(
        said.stdout.is_empty() && said.stderr.contains("nothing concerns you since 20"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_watched_ticket_a_wait_and_a_customer_come_back() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    let id = run_as(&sandbox, "Ann", "new One --reporter 'Kim <kim@customer.example>' --channel phone")
        .trim()
        .to_owned();
    run_as(&sandbox, "Cy", "inbox -q");
    run_as(&sandbox, "Cy", &format!("watch {id}"));
    assert!(run_as(&sandbox, "Cy", "list watcher:me").contains("One"));
    run_as(&sandbox, "Ann", &format!("comment {id} -m Seen"));
    assert_eq!(reasons(&sandbox, "Cy", ""), ["watcher"]);
    run_as(&sandbox, "Cy", &format!("watch {id} --off"));
    run_as(&sandbox, "Ann", &format!("comment {id} -m Again"));
    assert_eq!(reasons(&sandbox, "Cy", ""), Vec::<String>::new());
    // Bob waits for the customer, who answers; then the day to ask again comes.
    run_as(&sandbox, "Ann", &format!("assign {id} --to Bob"));
    run_as(&sandbox, "Bob", "inbox -q");
    run_as(&sandbox, "Bob", &format!("pend {id} --follow-up 3d -m 'Which card?'"));
    run_as(&sandbox, "Ann", &format!("comment {id} --from customer -m 'A blue one.'"));
    assert_eq!(reasons(&sandbox, "Bob", ""), ["customer"]);
    run_as(&sandbox, "Bob", &format!("pend {id} --follow-up 3d -m 'Which blue?'"));
    assert_eq!(reasons(&sandbox, "Bob", ""), Vec::<String>::new());
    let later = "GIT_SUPPORT_NOW=2026-12-20T10:00:00Z";
    let due = sandbox.shell(&format!("{} {later} git support inbox", as_person("Bob"))).ok();
    assert!(due.contains("the follow-up is due"), "{due}");
    let again = sandbox.shell(&format!("{} {later} git support inbox", as_person("Bob"))).ok();
    assert_eq!(again, "");
}

/// What outsiders tried, and lost.
#[test]
fn nothing_is_taken_for_seen_that_was_not_shown() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    for pair in [["clocks.major.response", "1h"], ["clocks.major.resolution", "4h"]] {
        sandbox.run(&["config", "set", pair[0], pair[1]]).ok();
    }
    let new = "new One --severity major --reporter 'Kim <kim@c.example>' --channel phone --assignee Ann";
    let id = run_as(&sandbox, "Cy", new).trim().to_owned();
    run_as(&sandbox, "Ann", "inbox -q");
    // A look back marks nothing, nor does what could not be shown.
    run_as(&sandbox, "Cy", &format!("comment {id} -m Important --internal"));
    for back in ["--since 2027-01-01", "--all"] {
        reasons(&sandbox, "Ann", back);
    }
    for unshown in ["inbox --format junit", "inbox >/dev/full"] {
        let failed = sandbox.shell(&format!("{} git support {unshown}", as_person("Ann")));
        assert_ne!(failed.status, Some(0), "{unshown}");
    }
    assert_eq!(reasons(&sandbox, "Ann", "--peek"), ["assignee"]);
    assert_eq!(reasons(&sandbox, "Ann", ""), ["assignee"]);
    // One breach hides no other.
    let at = |hour: &str, line: &str| {
        sandbox
            .shell(&format!("{} GIT_SUPPORT_NOW=2026-11-23T{hour}:00Z git support {line}", as_person("Ann")))
            .ok()
    };
    for hour in ["11:00", "14:30"] {
        assert_eq!(at(hour, "inbox").matches("breached").count(), 1, "{hour}");
        assert_eq!(at(hour, "inbox"), "");
    }
    // A tip of one's own that is rebased or amended, and another branch, make nothing seen, or new.
    sandbox.shell("git switch -qc topic; git commit -q --allow-empty -m Code").ok();
    assert_eq!(reasons(&sandbox, "Ann", ""), Vec::<String>::new());
    sandbox.shell("git commit -q --amend --allow-empty -m 'Other code'").ok();
    run_as(&sandbox, "Cy", &format!("comment {id} -m More"));
    assert_eq!(reasons(&sandbox, "Ann", ""), ["assignee"]);
    // What is damaged is as if nobody had looked.
    let name = sandbox.git(&["for-each-ref", "--format=%(refname)", "refs/support/seen"]);
    for name in name.lines() {
        sandbox.git(&["update-ref", name, "HEAD"]);
    }
    assert!(!reasons(&sandbox, "Ann", "--peek").is_empty());
    assert!(run_as(&sandbox, "Ann", "status").contains("1 to you"));
}

#[test]
fn whoever_is_named_is_told() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    for (name, emails) in [
        ("Al Smith", ["al@example.com", "al@home.example"]),
        ("Jo Smith", ["jo@example.com", "jo@home.example"]),
    ] {
        sandbox.run(&["team", "add", name, "--email", emails[0], "--email", emails[1]]).ok();
    }
    let id = run_as(&sandbox, "Cy", "new 'Ask @bob' --level 2 --force -m x --assignee Cy").trim().to_owned();
    assert_eq!(reasons(&sandbox, "Bob", ""), ["mention"]);
    run_as(&sandbox, "Cy", &format!("comment {id} -m 'See https://x.example/@bob, @smith.'"));
    assert_eq!(reasons(&sandbox, "Bob", ""), Vec::<String>::new());
    // Of several with a name, each; and under each of one's addresses, the same inbox.
    let smith = |email: &str| {
        let line = format!("GIT_AUTHOR_NAME=S GIT_AUTHOR_EMAIL={email} git support inbox --json");
        sandbox.shell(&line).ok().matches("\"mention\"").count()
    };
    for (email, news) in
        [("al@example.com", 1), ("al@home.example", 0), ("jo@home.example", 1), ("jo@example.com", 0)]
    {
        assert_eq!(smith(email), news, "{email}");
    }
    // A severity that was confirmed, and work that was taken, wait for nobody.
    let other = run_as(&sandbox, "Ann", "new Two --severity major").trim().to_owned();
    run_as(&sandbox, "Cy", "inbox -q");
    run_as(&sandbox, "Bob", &format!("triage {other} --severity minor"));
    run_as(&sandbox, "Cy", &format!("triage {other} --confirm"));
    assert_eq!(reasons(&sandbox, "Cy", ""), Vec::<String>::new());
    // Without a team, a word of the name will do.
    let alone = Sandbox::new();
    run_as(&alone, "Kim", "inbox -q");
    let id = run_as(&alone, "Bob", "new Three --assignee Bob").trim().to_owned();
    run_as(&alone, "Bob", &format!("comment {id} -m 'Look, @kim'"));
    assert_eq!(reasons(&alone, "Kim", ""), ["mention"]);
}

#[test]
fn a_prompt_shows_ones_queue_in_a_line() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    assert_eq!(run_as(&sandbox, "Bob", "status"), "");
    let id = run_as(&sandbox, "Ann", "new One").trim().to_owned();
    run_as(&sandbox, "Ann", &format!("assign {id} --to Bob"));
    assert_eq!(run_as(&sandbox, "Bob", "status"), "1 to you · 1 new\n");
    run_as(&sandbox, "Bob", "inbox -q");
    assert_eq!(run_as(&sandbox, "Bob", "status"), "1 to you\n");
    run_as(&sandbox, "Bob", &format!("pend {id} --follow-up 1d -m 'Which?'"));
    let later = sandbox
        .shell(&format!("{} GIT_SUPPORT_NOW=2026-12-20T10:00:00Z git support status", as_person("Bob")))
        .ok();
    assert_eq!(later, "1 to you · 1 overdue · 1 new\n");
    assert_eq!(run_as(&sandbox, "Bob", "status --json").matches("\"assigned\": 1").count(), 1);
    let nowhere = Sandbox::nowhere();
    let said = nowhere.run_unwatched(&["status"], "");
    assert_eq!((said.status, said.stdout.as_str(), said.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn a_reverted_fix_a_rewritten_history_and_a_time_of_ones_own() {
    let sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    team(&sandbox);
    let id = run_as(&sandbox, "Ann", "new One").trim().to_owned();
    let commit =
        format!("{} git commit -q --allow-empty -m 'Fix it\n\nSupport-Ticket: {id}'", as_person("Bob"));
    sandbox.shell(&commit).ok();
    run_as(&sandbox, "Ann", "scan -q");
    run_as(&sandbox, "Bob", "inbox -q");
    let revert = format!(
        "{} git commit -q --allow-empty -m \"Revert\n\nThis reverts commit $(git log --author=Bob --format=%H -n1).\"",
        as_person("Cy")
    );
    sandbox.shell(&revert).ok();
    assert_eq!(reasons(&sandbox, "Bob", ""), ["reverted"]);
    // The commit that was seen is gone: time tells what is new.
    run_as(&sandbox, "Ann", &format!("assign {id} --to Bob"));
    sandbox.shell("git commit -q --amend --no-edit -m 'Rewritten'; git reflog expire --expire=now --all; git gc -q --prune=now").ok();
    assert_eq!(reasons(&sandbox, "Bob", ""), ["assigned"]);
    assert_eq!(reasons(&sandbox, "Bob", ""), Vec::<String>::new());
    assert_eq!(reasons(&sandbox, "Bob", "--peek --since 30d"), ["reverted", "assigned"]);
    assert!(reasons(&sandbox, "Bob", "--peek --all").contains(&"assigned".to_owned()));
    let wrong = sandbox.run(&["inbox", "--since", "soon"]).fails(2);
    assert!(wrong.contains("'soon' is not a valid time"), "{wrong}");
    // It makes no commits, and names no address.
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    let seen = sandbox.git(&["for-each-ref", "--format=%(refname)", "refs/support/seen"]);
    assert!(!seen.is_empty() && !seen.contains('@'), "{seen}");
}

#[test]
fn what_was_seen_goes_with_push_to_another_clone() {
    let (mut sandbox, a, b) = clones();
    sandbox.enter(&a);
    team(&sandbox);
    run_as(&sandbox, "Ann", "new One");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    let id = sandbox.run(&["list", "--format", "csv"]).ok().lines().nth(1).unwrap()[..10].to_owned();
    run_as(&sandbox, "Bob", &format!("assign {id} --to Ann"));
    assert_eq!(reasons(&sandbox, "Ann", "--push"), ["assigned"]);
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    assert_eq!(reasons(&sandbox, "Ann", "--peek"), ["assigned"]);
    assert_eq!(reasons(&sandbox, "Ann", "--push"), Vec::<String>::new());
}

/// A sequence of numbers that looks random, and is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// What the oracle knows of a ticket.
#[derive(Default, Clone)]
struct Known {
    reporter: usize,
    assignee: Option<usize>,
    watchers: BTreeSet<usize>,
}

const PEOPLE: [&str; 3] = ["Ann", "Bob", "Cy"];

/// Three people and two clones, and what each of them has still to be shown.
struct Oracle {
    sandbox: Sandbox,
    clones: [PathBuf; 2],
    /// The clone that was written last.
    last: usize,
    dice: Dice,
    tickets: BTreeMap<String, Known>,
    waiting: [BTreeSet<String>; 3],
    /// Entries that offered work, each with its ticket.
    offered: BTreeMap<String, String>,
    told: Vec<String>,
}

impl Oracle {
    fn new() -> Self {
        let (mut sandbox, a, b) = clones();
        sandbox.enter(&a);
        team(&sandbox);
        let (clones, dice) = ([a, b], Dice(2026));
        let (tickets, waiting) = (BTreeMap::new(), Default::default());
        let (offered, told) = (BTreeMap::new(), Vec::new());
        let mut oracle = Self { sandbox, clones, last: 0, dice, tickets, waiting, offered, told };
        for (person, name) in PEOPLE.iter().enumerate() {
            oracle.enter(person);
            run_as(&oracle.sandbox, name, "inbox -q");
        }
        oracle
    }

    /// Goes to somebody's clone: Ann and Bob share one. One writes at a time, so that the oracle knows the order.
    fn enter(&mut self, person: usize) {
        let own = usize::from(person == 2);
        if own != self.last {
            for place in [self.last, own] {
                self.sandbox.enter(&self.clones[place]);
                self.sandbox.run(&["sync"]).ok();
            }
            self.last = own;
        }
        self.sandbox.enter(&self.clones[own]);
    }

    fn look(&mut self, person: usize) {
        let items = run_as(&self.sandbox, PEOPLE[person], "inbox --json");
        let items: Vec<Value> = serde_json::from_str(&items).unwrap();
        let concerns = items.iter().flat_map(|item| item["concerns"].as_array().unwrap());
        let shown: Vec<&str> = concerns.map(|one| one["entry"]["id"].as_str().unwrap()).collect();
        let once: BTreeSet<String> = shown.iter().map(|id| (*id).to_owned()).collect();
        let mut waiting = std::mem::take(&mut self.waiting[person]);
        // Work that somebody has taken meanwhile is offered no more.
        let is_taken = |id: &String| self.tickets.get(id).is_some_and(|known| known.assignee.is_some());
        let taken: BTreeSet<&String> =
            self.offered.iter().filter(|(_, ticket)| is_taken(ticket)).map(|(entry, _)| entry).collect();
        if person == 0 {
            waiting.retain(|entry| !taken.contains(entry));
        }
        let told = self.told.join("\n");
        assert_eq!((shown.len(), &once), (waiting.len(), &waiting), "{}\n{told}", PEOPLE[person]);
    }

    fn act(&mut self, person: usize, step: usize) {
        let ids: Vec<String> = self.tickets.keys().cloned().collect();
        let id = ids.get(self.dice.below(ids.len().max(1))).cloned();
        let other = self.dice.below(3);
        let deed = if id.is_none() { 0 } else { self.dice.below(6) };
        let id = id.filter(|_| deed > 0).unwrap_or_default();
        let line = match deed {
            0 => format!("new 'Ticket {step}' --json"),
            1 => format!("comment {id} -m 'Step {step}' --json"),
            2 => format!("comment {id} -m 'Step {step}, @{}' --json", PEOPLE[other].to_lowercase()),
            3 => format!("assign {id} --to {} --json", PEOPLE[other]),
            4 => format!("watch {id} --json"),
            _ => format!("watch {id} --off --json"),
        };
        let before = self.tickets.get(&id).cloned().unwrap_or_default();
        let ticket: Value = serde_json::from_str(&run_as(&self.sandbox, PEOPLE[person], &line)).unwrap();
        let new = Known { reporter: person, ..Known::default() };
        let known = self.tickets.entry(ticket["id"].as_str().unwrap().to_owned()).or_insert(new);
        let is_changed = match deed {
            3 => known.assignee.replace(other) != Some(other),
            4 => known.watchers.insert(person),
            5 => known.watchers.remove(&person),
            _ => true,
        };
        let now = known.clone();
        let entry = ticket["timeline"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
        self.told.push(format!("{step} {}: {line} ({entry})", PEOPLE[person]));
        for reader in (0..3).filter(|reader| is_changed && *reader != person) {
            let is_part = now.reporter == reader
                || [before.assignee, now.assignee].contains(&Some(reader))
                || now.watchers.contains(&reader);
            let is_named = deed == 2 && other == reader;
            // Ann serves level 1, where all of them are.
            let is_offered = deed == 0 && reader == 0;
            if is_offered {
                self.offered.insert(entry.clone(), ticket["id"].as_str().unwrap().to_owned());
            }
            if is_part || is_named || is_offered {
                self.waiting[reader].insert(entry.clone());
            }
        }
    }
}

/// Each entry that concerns somebody is shown to them once, and no other.
#[test]
fn every_entry_is_shown_to_whom_it_concerns_once() {
    let mut oracle = Oracle::new();
    for step in 0..200 {
        let person = oracle.dice.below(3);
        oracle.enter(person);
        match oracle.dice.below(4) {
            0 => oracle.look(person),
            _ => oracle.act(person, step),
        }
    }
}
