//! Measures git-support beside git, Fossil and the least a program can do, in one run, and prints the ratios.
//!
//! `cargo run --release --example bench -- --tickets 100,1000,10000,100000 --rounds 9`
//! Other measurements: `--help`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program for developers"
)]

mod bulk;
mod commits;
mod floor;
mod fossil;
mod history;
mod mail;
mod options;
mod product;
mod repository;
mod tickets;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Parser as _;
use nix::sys::resource::{UsageWho, getrusage};

use crate::fossil::Fossil;
use crate::options::Options;
use crate::repository::{Bench, EARLIER, PULLED};

/// Fossil takes its tickets one call each; more than these would take hours.
const MAX_FOSSIL: usize = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("--peak") => return peak_of(&arguments[1..]),
        Some("--floor") => return floor::run(&arguments[1..]),
        _ => {}
    }
    let options = Options::parse();
    let tool = repository::build();
    let temporary = tempfile::tempdir().unwrap();
    let folder = options.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    let table = |bench| Table { bench, fossil: None, rounds: options.rounds, only: options.only.clone() };
    let empty = || Bench::empty(&tool, &folder);
    if let Some(commits) = options.audit {
        return table(commits::fill(&tool, &folder, commits)).audits(commits);
    }
    if let Some(commits) = options.history {
        let size = product::Size { commits, tags: options.tags, tickets: options.fixed };
        return table(product::fill(&tool, &folder, size)).history(commits, "40.0");
    }
    if let Some(repository) = &options.repository {
        let (bench, commits, release) = product::clone_of(&tool, &folder, repository, options.fixed);
        return table(bench).history(commits, &release);
    }
    if let Some(tickets) = options.bulk {
        return table(empty()).bulk(tickets);
    }
    if let Some(messages) = options.mail {
        return table(empty()).mail(messages);
    }
    if let Some(entries) = options.long {
        return table(empty()).long(entries);
    }
    for tickets in options.tickets {
        if let Some(made) = &options.made {
            table(Bench::at(&tool, made)).print(tickets);
        } else if options.keep.is_some() {
            drop(Bench::fill(&tool, &folder, tickets));
        } else {
            let folder = tempfile::tempdir().unwrap();
            let bench = Bench::fill(&tool, folder.path(), tickets);
            let fossil = (tickets <= MAX_FOSSIL).then(|| {
                let folder = folder.path().join("fossil");
                std::fs::create_dir(&folder).unwrap();
                Fossil::fill(&folder, (0..tickets).map(|number| tickets::ticket(number, tickets, 100)))
            });
            Table { fossil: fossil.flatten(), ..table(bench) }.print(tickets);
        }
    }
}

/// One size of repository.
struct Table {
    bench: Bench,
    fossil: Option<Fossil>,
    rounds: usize,
    only: Option<String>,
}

type Work<'a> = (&'a str, Box<dyn FnMut(usize) -> Duration + 'a>);

impl Table {
    fn print(&self, tickets: usize) {
        let bench = &self.bench;
        println!("\n{tickets} tickets, medians of {} rounds, taken in turn\n", self.rounds);
        println!("| git-support | ms | beside it | ms | ratio |\n| --- | --- | --- | --- | --- |");
        self.compare(
            "process start (`--version`)",
            &mut |_| bench.support(&["--version"]),
            vec![
                ("`git --version`", Box::new(|_| bench.git(&["--version"]))),
                ("floor", Box::new(|_| bench.floor(&["start"]))),
            ],
        );
        self.lists(tickets);
        self.words();
        self.one(tickets);
        self.day(tickets);
        self.writes(tickets);
        self.index();
        self.disk();
    }

    fn lists(&self, tickets: usize) {
        let bench = &self.bench;
        let all = tickets.to_string();
        self.compare(
            "`list`, 20 of the open",
            &mut |_| bench.support(&["list", "status:open limit:20"]),
            vec![("floor: SQLite", Box::new(|_| bench.floor(&["list", &bench.plain(), "20"])))],
        );
        let mut beside: Vec<Work<'_>> =
            vec![("floor: SQLite", Box::new(|_| bench.floor(&["list", &bench.plain(), &all])))];
        if let Some(fossil) = &self.fossil {
            beside.push((
                "`fossil ticket show`",
                Box::new(|_| fossil.run(&["ticket", "show", "0", "status='Open'"])),
            ));
        }
        self.compare("`list`, all open", &mut |_| bench.support(&["list"]), beside);
        self.compare(
            "`list --all`",
            &mut |_| bench.support(&["list", "--all"]),
            vec![
                ("floor: SQLite", Box::new(|_| bench.floor(&["list-all", &bench.plain(), &all]))),
                (
                    "`git grep '^title:'`",
                    Box::new(|_| bench.git(&["grep", "-h", "^title:", "HEAD", "--", ".support/tickets"])),
                ),
            ],
        );
    }

    fn words(&self) {
        let bench = &self.bench;
        let words = [tickets::spelled(3_500), tickets::spelled(30)];
        for (name, word) in ["full text, a rare word", "full text, a frequent word"].into_iter().zip(&words) {
            let floor = format!("{word}*");
            let like = format!("comment LIKE '%{word}%'");
            let mut beside: Vec<Work<'_>> =
                vec![("floor: FTS5", Box::new(|_| bench.floor(&["words", &bench.plain(), &floor])))];
            if let Some(fossil) = &self.fossil {
                beside.push((
                    "`fossil ticket show`, LIKE",
                    Box::new(|_| fossil.run(&["ticket", "show", "0", &like])),
                ));
            }
            self.compare(name, &mut |_| bench.support(&["list", word.as_str()]), beside);
        }
    }

    fn one(&self, tickets: usize) {
        let bench = &self.bench;
        let id = tickets::id(tickets / 2);
        let path = git_support::store::layout::ticket(&id);
        let blob = format!("HEAD:{path}");
        let one =
            self.fossil.as_ref().map(|fossil| format!("tkt_uuid='{}'", fossil.uuid)).unwrap_or_default();
        let mut beside: Vec<Work<'_>> = vec![
            ("floor: libgit2", Box::new(|_| bench.floor(&["show", &bench.folder(), &path]))),
            ("`git cat-file -p`", Box::new(|_| bench.git(&["cat-file", "-p", &blob]))),
        ];
        if let Some(fossil) = &self.fossil {
            beside.push(("`fossil ticket show`", Box::new(|_| fossil.run(&["ticket", "show", "0", &one]))));
        }
        self.compare("`show`", &mut |_| bench.support(&["show", id.as_str()]), beside);
        let mut beside: Vec<Work<'_>> = vec![(
            "`git log --format=%H`, its path",
            Box::new(|_| bench.git(&["log", "--format=%H", "--", &path])),
        )];
        if let Some(fossil) = &self.fossil {
            beside.push((
                "`fossil ticket history`",
                Box::new(|_| fossil.run(&["ticket", "history", &fossil.uuid])),
            ));
        }
        self.compare("`log ID`", &mut |_| bench.support(&["log", id.as_str()]), beside);
        self.compare(
            "completion of an id",
            &mut |_| {
                bench.support(&["complete", "--index", "2", "--", "git-support", "show", &id.as_str()[..2]])
            },
            vec![],
        );
        self.compare(
            "`list --at` a year ago, 20",
            &mut |_| bench.support(&["list", "limit:20", "--at", EARLIER]),
            vec![],
        );
        let year = ["report", "--from", "2025-01-01", "--to", "2025-12-31"];
        self.compare("`report` of a year", &mut |_| bench.support(&year), vec![]);
        let page = [&year[..], &["--html", "../report.html"]].concat();
        self.compare("`report --html` of a year", &mut |_| bench.support(&page), vec![]);
    }

    /// What each role's day begins with, and the questions of a queue.
    fn day(&self, tickets: usize) {
        let bench = &self.bench;
        let (id, word) = (tickets::id(tickets / 2), tickets::spelled(3_500));
        let questions: [(&str, &[&str]); 6] = [
            ("`inbox --peek`", &["inbox", "--peek"]),
            ("`next`", &["next"]),
            ("`status`", &["status"]),
            ("`tree ID`", &["tree", id.as_str()]),
            ("`known`, a word", &["known", word.as_str()]),
            ("`answer list`", &["answer", "list"]),
        ];
        for (name, words) in questions {
            self.compare(name, &mut |_| bench.support(words), vec![]);
        }
    }

    fn writes(&self, tickets: usize) {
        let bench = &self.bench;
        let text = ["-m", "Something is wrong."];
        let title = |round: usize| format!("Round {round}");
        let on_branch = |_: usize| bench.floor(&["new", &bench.folder(), "tickets"]);
        let mut beside: Vec<Work<'_>> = vec![("floor: libgit2, fsync", Box::new(on_branch))];
        if let Some(fossil) = &self.fossil {
            beside.push((
                "`fossil ticket add`",
                Box::new(|_| {
                    fossil.run(&["ticket", "add", "title", "New", "comment", "Something is wrong."])
                }),
            ));
        }
        let new =
            |round: usize| bench.support(&["--branch", "tickets", "new", &title(round), text[0], text[1]]);
        self.compare("`new`, on a ticket branch", &mut { new }, beside);
        let id = tickets::id(tickets / 3);
        let mut beside: Vec<Work<'_>> = Vec::new();
        if let Some(fossil) = &self.fossil {
            beside.push((
                "`fossil ticket set`",
                Box::new(|round| fossil.run(&["ticket", "set", &fossil.uuid, "title", &title(round)])),
            ));
        }
        let edit = |round: usize| {
            bench.support(&["--branch", "tickets", "edit", id.as_str(), "--title", &title(round)])
        };
        self.compare("`edit`, on a ticket branch", &mut { edit }, beside);
        self.compare(
            "`new`, on the branch checked out",
            &mut |round| bench.support(&["new", &title(round), text[0], text[1]]),
            vec![("`git add` + `git commit`", Box::new(|round| bench.add_and_commit(round)))],
        );
    }

    fn audits(&self, commits: usize) {
        let bench = &self.bench;
        println!("\n{commits} commits, medians of {} rounds, taken in turn\n", self.rounds);
        println!("| git-support | ms | beside it | ms | ratio |\n| --- | --- | --- | --- | --- |");
        self.compare(
            "`audit`",
            &mut |_| bench.support(&["audit"]),
            vec![
                ("`git log -p -- .support`", Box::new(|_| bench.git(&["log", "-p", "--", ".support"]))),
                ("`git fsck --full`", Box::new(|_| bench.git(&["fsck", "--full", "--no-progress"]))),
            ],
        );
        println!("| peak memory of it | {:.0} MiB | | | |", bench.peak(&["audit"]));
        self.compare(
            "`audit` of the last 100 commits",
            &mut |_| bench.support(&["audit", "main~100.."]),
            vec![("`git log -p`", Box::new(|_| bench.git(&["log", "-p", "main~100..", "--", ".support"])))],
        );
    }

    fn index(&self) {
        let bench = &self.bench;
        let list = ["list", "limit:20"];
        self.compare(
            "cold build of the index",
            &mut |_| {
                bench.forget_index();
                bench.support(&list)
            },
            vec![],
        );
        if self.is_wanted("cold build of the index") {
            bench.forget_index();
            println!("| peak memory of it | {:.0} MiB | | | |", bench.peak(&list));
        }
        let pulled = |round: usize| {
            bench.pull(round);
            bench.support(&list)
        };
        self.compare(&format!("catch-up after {PULLED} changes"), &mut { pulled }, vec![]);
    }

    fn disk(&self) {
        if !self.is_wanted("disk") {
            return;
        }
        let bench = &self.bench;
        let before = bench.loose_bytes();
        for round in 0..self.rounds {
            let _ = bench.support(&[
                "--branch",
                "tickets",
                "new",
                &format!("Disk {round}"),
                "-m",
                "Something is wrong.",
            ]);
        }
        let kib = (bench.loose_bytes() - before) / u64::try_from(self.rounds).unwrap() / 1024;
        println!("| disk, one change, before `git gc` | {kib} KiB | | | |");
        println!("| peak memory of `new` | {:.0} MiB | | | |", bench.peak(&["new", "Peak"]));
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.split(',').any(|only| name.contains(only)))
    }

    fn compare(&self, name: &str, ours: &mut dyn FnMut(usize) -> Duration, mut beside: Vec<Work<'_>>) {
        if !self.is_wanted(name) {
            return;
        }
        let mut our_times = Vec::new();
        let mut their_times = vec![Vec::new(); beside.len()];
        for round in 0..=self.rounds {
            let times: Vec<Duration> =
                std::iter::once(ours(round)).chain(beside.iter_mut().map(|(_, work)| work(round))).collect();
            // The first round warms the caches.
            if round > 0 {
                our_times.push(times[0]);
                their_times.iter_mut().zip(&times[1..]).for_each(|(all, time)| all.push(*time));
            }
        }
        let our = median(our_times);
        if beside.is_empty() {
            println!("| {name} | {our:.1} | | | |");
        }
        for ((other, _), times) in beside.iter().zip(their_times) {
            let their = median(times);
            println!("| {name} | {our:.1} | {other} | {their:.1} | {:.2} |", our / their);
        }
    }
}

/// Runs a command and prints the peak memory of it, in KiB.
fn peak_of(words: &[String]) {
    let status = Command::new(&words[0]).args(&words[1..]).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    println!("{}", getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss());
}

fn timed(command: &mut Command) -> Duration {
    let start = Instant::now();
    assert!(command.status().unwrap().success(), "{command:?}");
    start.elapsed()
}

/// The median, in milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
