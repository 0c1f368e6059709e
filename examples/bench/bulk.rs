//! Many tickets changed in one commit, and one ticket of many entries.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::Table;

/// The entries of the ticket that a long one is held against.
const SHORT: usize = 100;

impl Table {
    /// Imports tickets, and changes all of them in one commit, beside git with the same files.
    pub(crate) fn bulk(&self, tickets: usize) {
        let bench = &self.bench;
        let _ = bench.support(&["init"]);
        println!("\n{tickets} tickets in one commit, medians of {} rounds, taken in turn\n", self.rounds);
        println!("| git-support | ms | beside it | ms | ratio |\n| --- | --- | --- | --- | --- |");
        let imported = self.input("imported", (0..tickets).map(|number| {
            format!(r#"{{"title":"Ticket {number} of many","description":"Some words about it.\\nAnd more.","labels":["a"]}}"#)
        }));
        let round = std::cell::Cell::new(0);
        // Each round imports into a branch of its own, so that all of them find as little as the first.
        self.compare(
            "`import`",
            &mut |number| {
                round.set(number);
                let branch = format!("import-{number}");
                let _ = bench.git(&["branch", &branch, "main"]);
                bench.support_with(&["--branch", &branch, "import", "-"], &imported)
            },
            vec![],
        );
        let last = format!("import-{}", round.get());
        println!(
            "| peak memory of `list` after it | {:.0} MiB | | | |",
            bench.peak(&["--branch", &last, "list", "limit:1"])
        );
        let _ = bench.git(&["merge", "-q", &last]);
        let label = |round: usize| format!("round-{round}");
        let files = bench.copies();
        self.compare(
            "`edit --query`",
            &mut |round| {
                let _ = bench.support(&["list", "limit:1"]);
                bench.support(&["edit", "--query", "status:new", "--label", &label(round), "--yes"])
            },
            vec![(
                "files of the same content rewritten, `git commit -a`",
                Box::new(|round| {
                    bench.rewrite(&files, round) + bench.git(&["commit", "-q", "-a", "-m", "Rewritten"])
                }),
            )],
        );
        let ids = bench.said(&["list", "--all", "--format", "csv"]);
        let ids = ids.lines().skip(1).filter_map(|line| line.split(',').next());
        let comments =
            self.input("comments", ids.map(|id| format!(r#"{{"op":"comment","id":"{id}","note":"Seen."}}"#)));
        self.compare(
            "`batch`, a comment on each",
            &mut |_| bench.support_with(&["batch"], &comments),
            vec![],
        );
        let again = ["edit", "--query", "status:new", "--label", "peak", "--yes"];
        println!("| peak memory of `edit --query` | {:.0} MiB | | | |", bench.peak(&again));
    }

    /// A ticket of many entries beside one of a hundred: the ratio is of the two.
    pub(crate) fn long(&self, entries: usize) {
        let bench = &self.bench;
        let _ = bench.support(&["init"]);
        println!("\n{entries} entries on one ticket, medians of {} rounds, taken in turn\n", self.rounds);
        println!("| git-support | ms | {SHORT} entries | ms | ratio |\n| --- | --- | --- | --- | --- |");
        let [long, short] = [entries, SHORT].map(|entries| {
            let id = bench.said(&["new", &format!("A ticket of {entries} entries")]).trim().to_owned();
            let lines = self.input("comments", (1..entries).map(|number| {
                format!(r#"{{"op":"comment","id":"{id}","note":"Comment {number}, of average length, says something about it."}}"#)
            }));
            let _ = bench.support_with(&["batch"], &lines);
            id
        });
        for command in ["show", "log"] {
            let name = format!("`{command} ID`");
            self.compare(
                &name,
                &mut |_| bench.support(&[command, &long]),
                vec![("the same", Box::new(|_| bench.support(&[command, &short])))],
            );
        }
        self.compare(
            "`comment`",
            &mut |_| bench.support(&["comment", &long, "-m", "Seen."]),
            vec![("the same", Box::new(|_| bench.support(&["comment", &short, "-m", "Seen."])))],
        );
        let path = |id: &str| bench.path_of(id);
        let (long_path, short_path) = (path(&long), path(&short));
        self.compare(
            "floor: `git hash-object -w`, its file",
            &mut |_| bench.git(&["hash-object", "-w", &long_path]),
            vec![("the same", Box::new(|_| bench.git(&["hash-object", "-w", &short_path])))],
        );
    }

    /// A file of lines beside the repository's.
    pub(crate) fn input(&self, name: &str, lines: impl Iterator<Item = String>) -> PathBuf {
        let mut text = String::new();
        lines.for_each(|line| writeln!(text, "{line}").unwrap());
        let path = PathBuf::from(self.bench.folder()).join(".git").join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}
