//! Measures git-support beside git itself, in one repository, in one run, and prints the ratios.
//!
//! `cargo run --release --example bench -- --tickets 10000 --rounds 30`
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program for developers"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use git_support::process::{Actor, Change, Changes, Rules, open};
use git_support::store::layout;
use git_support::ticket::{EntryId, Field, Moment, Person, Ticket, TicketId, codec};
use nix::sys::resource::{UsageWho, getrusage};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--peak") {
        return peak_of(&arguments[1..]);
    }
    let option = |name: &str, default: usize| {
        let place = arguments.iter().position(|argument| argument == name);
        place.and_then(|place| arguments.get(place + 1)?.parse().ok()).unwrap_or(default)
    };
    let (tickets, rounds) = (option("--tickets", 10_000), option("--rounds", 30));
    let tool = build();
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench { tool, repo: folder.path().to_owned() };
    let id = bench.fill(tickets);
    println!("{tickets} tickets, median of {rounds} rounds, each taken in turn\n");
    println!("{:<34} {:>10}   {:<34} {:>10} {:>7}", "git-support", "ms", "git", "ms", "ratio");
    bench.compare(
        "new",
        &mut |round| bench.support(&["new", &format!("Round {round}"), "-m", "Something is wrong."]),
        "add + commit -m, one file",
        &mut |round| bench.add_and_commit(round),
        rounds,
    );
    let path = format!("HEAD:{}", layout::ticket(&id));
    bench.compare(
        "show",
        &mut |_| bench.support(&["show", id.as_str()]),
        "cat-file -p, its blob",
        &mut |_| bench.git(&["cat-file", "-p", &path]),
        rounds,
    );
    bench.compare(
        "--version (process start)",
        &mut |_| bench.support(&["--version"]),
        "--version",
        &mut |_| bench.git(&["--version"]),
        rounds,
    );
    bench.compare(
        "list (all open)",
        &mut |_| bench.support(&["list", "--format", "csv"]),
        "grep '^title:' in the tickets",
        &mut |_| bench.git(&["grep", "-h", "^title:", "HEAD", "--", ".support/tickets"]),
        rounds.min(5),
    );
    println!("\npeak memory of new: {:.1} MiB", bench.peak(&["new", "Peak"]));
}

/// The release build of the program, made now.
fn build() -> PathBuf {
    let root = env!("CARGO_MANIFEST_DIR");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--bin", "git-support"])
        .current_dir(root)
        .status()
        .unwrap();
    assert!(status.success(), "the release build failed");
    // target/release/examples/bench -> target/release/git-support
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("git-support")
}

struct Bench {
    tool: PathBuf,
    repo: PathBuf,
}

impl Bench {
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.repo)
            .env("HOME", &self.repo)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Bench")
            .env("GIT_AUTHOR_EMAIL", "bench@example.com")
            .env("GIT_COMMITTER_NAME", "Bench")
            .env("GIT_COMMITTER_EMAIL", "bench@example.com")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    fn support(&self, arguments: &[&str]) -> Duration {
        timed(self.command(&self.tool).args(arguments))
    }

    fn git(&self, arguments: &[&str]) -> Duration {
        timed(self.command(Path::new("git")).args(arguments))
    }

    fn add_and_commit(&self, round: usize) -> Duration {
        let name = format!("file-{round}.txt");
        std::fs::write(self.repo.join(&name), "Something is wrong.\n".repeat(30)).unwrap();
        self.git(&["add", &name]) + self.git(&["commit", "-q", "-m", "Something is wrong"])
    }

    /// A repository with tickets, checked out; returns the id of one of them.
    fn fill(&self, tickets: usize) -> TicketId {
        let _ = self.git(&["init", "-q", "-b", "main", "."]);
        let mut import = self.command(Path::new("git"));
        import.args(["fast-import", "--quiet"]).stdin(Stdio::piped());
        let mut child = import.spawn().unwrap();
        let mut stdin = std::io::BufWriter::new(child.stdin.take().unwrap());
        let message = "Fill";
        writeln!(stdin, "commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000")
            .unwrap();
        writeln!(stdin, "data {}\n{message}", message.len()).unwrap();
        let attributes = layout::ATTRIBUTES_TEXT;
        writeln!(stdin, "M 644 inline {}\ndata {}\n{attributes}", layout::ATTRIBUTES, attributes.len())
            .unwrap();
        let mut last = TicketId::from_bits(0);
        for number in 0..tickets {
            let ticket = ticket(number);
            let text = codec::write(&ticket);
            writeln!(stdin, "M 644 inline {}\ndata {}\n{text}", layout::ticket(ticket.id()), text.len())
                .unwrap();
            last = ticket.id().clone();
        }
        stdin.into_inner().unwrap();
        assert!(child.wait().unwrap().success());
        let _ = self.git(&["checkout", "-q", "-f", "main"]);
        last
    }

    fn compare(
        &self,
        name: &str,
        ours: &mut dyn FnMut(usize) -> Duration,
        floor: &str,
        theirs: &mut dyn FnMut(usize) -> Duration,
        rounds: usize,
    ) {
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let (our_time, their_time) = (ours(round), theirs(round));
            // The first round warms the caches.
            if round > 0 {
                our_times.push(our_time);
                their_times.push(their_time);
            }
        }
        let (our, their) = (median(our_times), median(their_times));
        println!("{name:<34} {our:>10.2}   {floor:<34} {their:>10.2} {:>7.2}", our / their);
    }

    /// The peak memory of a command, in MiB: taken by this program, started anew for it alone.
    fn peak(&self, arguments: &[&str]) -> f64 {
        let mut command = self.command(&std::env::current_exe().unwrap());
        let output =
            command.arg("--peak").arg(&self.tool).args(arguments).stdout(Stdio::piped()).output().unwrap();
        let kib: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap();
        kib / 1024.0
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

/// A ticket of ordinary size.
fn ticket(number: usize) -> Ticket {
    let number = u64::try_from(number).unwrap();
    let id = TicketId::from_key(&format!("bench {number}"));
    let severity = ["minor", "major", "critical", "blocker"][usize::try_from(number % 4).unwrap()];
    let changes = Changes::from([
        (Field::Title, Change::to_text(format!("Ticket {number}: the page does not load"))),
        (Field::Severity, Change::to_text(severity)),
        (Field::Labels, Change::adding(vec![format!("area-{}", number % 20)])),
        (
            Field::Description,
            Change::to_text(format!("Seen {number} times.\nThe page stays white.\n").repeat(5)),
        ),
    ]);
    let by = Person::parse("Bench <bench@example.com>").unwrap();
    let actor = Actor {
        by: by.clone(),
        member: by,
        at: Moment::from_unix(1_700_000_000 + i64::try_from(number).unwrap()).unwrap(),
        entry: EntryId::from_bits(number),
    };
    open(id, &changes, None, &Rules::default(), &actor).unwrap()
}
