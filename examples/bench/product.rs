//! A product's history: code of some thousand files, topic branches that overlap, merges, reverts, copies and tags; tickets
//! are a small part of it. Written through `git fast-import`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::repository::Bench;
use crate::tickets::{FIRST, SPAN};

/// Files of code.
const FILES: usize = 3_000;
/// Topic branches that are open side by side.
const OPEN: usize = 8;
/// Releases, evenly over the tags.
const RELEASES: usize = 40;

/// How large a product is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) commits: usize,
    /// Tags, evenly over the history.
    pub(crate) tags: usize,
    /// Tickets that name commits.
    pub(crate) tickets: usize,
}

/// Numbers that look random, and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// The stream for git, as it is written.
struct Stream<W> {
    out: W,
    mark: usize,
    at: i64,
    /// The seconds between two commits.
    step: i64,
    dice: Dice,
}

impl<W: std::io::Write> Stream<W> {
    fn commit(&mut self, branch: &str, message: &str, parents: &[usize]) -> usize {
        self.mark += 1;
        self.at += self.step;
        let person = format!("Dev {0} <dev{0}@example.com> {1} +0000", self.mark % 40, self.at);
        let mut text =
            format!("commit refs/heads/{branch}\nmark :{}\nauthor {person}\ncommitter {person}\n", self.mark);
        writeln!(text, "data {}\n{message}", message.len()).unwrap();
        for (place, parent) in parents.iter().enumerate() {
            writeln!(text, "{} :{parent}", if place == 0 { "from" } else { "merge" }).unwrap();
        }
        self.out.write_all(text.as_bytes()).unwrap();
        self.mark
    }

    fn change(&mut self) {
        let file = self.dice.below(FILES);
        let text = format!("int x{};\n", self.mark);
        write!(self.out, "M 100644 inline {}\ndata {}\n{text}\n", path(file), text.len()).unwrap();
    }
}

fn path(file: usize) -> String {
    format!("src/m{}/d{}/f{file}.c", file / 100, file / 10 % 10)
}

/// A repository with that many commits of code, its releases, and tickets that its commits fixed.
pub(crate) fn fill(tool: &Path, folder: &Path, size: Size) -> Bench {
    let commits = size.commits;
    let bench = Bench::empty(tool, folder);
    let mut child = bench.git_command(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    let out = std::io::BufWriter::new(child.stdin.take().unwrap());
    let mut stream =
        Stream { out, mark: 0, at: FIRST, step: SPAN / i64::try_from(commits).unwrap(), dice: Dice(2026) };
    let mut main = stream.commit("main", "Begin", &[]);
    for file in 0..FILES {
        write!(stream.out, "M 100644 inline {}\ndata 7\nint x;\n\n", path(file)).unwrap();
    }
    let settings = "schema: 1\n";
    write!(stream.out, "M 100644 inline .support/config.yaml\ndata {}\n{settings}\n", settings.len())
        .unwrap();
    let (mut open, mut tags): (Vec<(usize, usize)>, usize) = (Vec::new(), 0);
    while stream.mark < commits {
        let turn = stream.dice.below(100);
        if turn < 5 && open.len() < OPEN {
            open.push((main, 0));
        } else if !open.is_empty() && turn < 75 {
            let place = stream.dice.below(open.len());
            let (tip, length) = open[place];
            let tip =
                stream.commit("topic", &format!("Change {}\n\nSome words about it.\n", stream.mark), &[tip]);
            stream.change();
            open[place] = (tip, length + 1);
            if length > 3 + stream.dice.below(20) {
                open.remove(place);
                main = stream.commit("main", "Merge a topic", &[main, tip]);
            }
        } else {
            let message = match stream.dice.below(100) {
                0 => format!("Revert \"Work\"\n\nThis reverts commit {:040x}.\n", stream.mark),
                1 => format!("Copy\n\n(cherry picked from commit {:040x})\n", stream.mark),
                _ => format!("Work {}\n", stream.mark),
            };
            main = stream.commit("main", &message, &[main]);
            stream.change();
        }
        if stream.mark * size.tags / commits > tags {
            tags += 1;
            let at = stream.at;
            writeln!(
                stream.out,
                "tag v{tags}\nfrom :{main}\ntagger Dev <dev@example.com> {at} +0000\ndata 2\nv\n"
            )
            .unwrap();
        }
    }
    stream.out.into_inner().unwrap();
    assert!(child.wait().unwrap().success());
    let _ = bench.git(&["reset", "-q", "--hard", "main"]);
    let _ = bench.git(&["repack", "-adfq"]);
    hand_over(&bench, size);
    bench
}

/// A clone of a repository, with a release at each of its last tags, and tickets that name its commits; how many commits it has,
/// and the last release.
pub(crate) fn clone_of(
    tool: &Path,
    folder: &Path,
    repository: &str,
    tickets: usize,
) -> (Bench, usize, String) {
    let bench = Bench::empty(tool, folder);
    let _ = bench.git(&["fetch", "-q", "--tags", "--update-head-ok", repository, "HEAD:refs/heads/main"]);
    let _ = bench.git(&["reset", "-q", "--hard", "main"]);
    let _ = bench.support(&["init"]);
    let commits: usize = bench.git_said(&["rev-list", "--count", "HEAD"]).trim().parse().unwrap();
    let tags = bench.git_said(&["tag", "--merged", "HEAD", "--sort=creatordate"]);
    let tags: Vec<&str> = tags.lines().collect();
    let last = &tags[tags.len().saturating_sub(RELEASES)..];
    for tag in last {
        let _ = bench.support(&["release", "handover", tag, "--tag", tag, "-m", "Ready."]);
    }
    // First parents alone may be few.
    for ticket in 0..tickets {
        let skipped = format!("--skip={}", 200 + ticket * commits / (tickets * 8));
        let commit = bench.git_said(&["rev-list", "-n1", &skipped, "HEAD"]);
        file(&bench, ticket, commit.trim());
    }
    let release = (*last.last().unwrap()).to_owned();
    (bench, commits, release)
}

/// Releases, and tickets that name the commits which fixed them.
fn hand_over(bench: &Bench, size: Size) {
    for release in 1..=RELEASES {
        let tag = format!("v{}", release * size.tags / RELEASES);
        let _ =
            bench.support(&["release", "handover", &format!("{release}.0"), "--tag", &tag, "-m", "Ready."]);
    }
    for ticket in 0..size.tickets {
        let commit = format!("main~{}", 200 + ticket * size.commits / (size.tickets * 8));
        file(bench, ticket, &commit);
    }
}

/// A ticket that a commit fixed.
fn file(bench: &Bench, ticket: usize, commit: &str) {
    let key = format!("bench:{ticket}");
    let _ = bench.support(&["new", &format!("Ticket {ticket}"), "--key", &key]);
    let id = bench.said(&["list", &format!("key:{key}"), "--format", "ndjson"]);
    let id = id.split('"').skip_while(|word| *word != "id").nth(2).unwrap().to_owned();
    let _ = bench.support(&["resolve", &id, "--as", "fixed", "--commit", commit, "-m", "Fixed."]);
}
