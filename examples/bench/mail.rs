//! Many messages taken into tickets, beside git with the same messages as blobs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Table;

/// The text of a message: two answers to each question, a quote and a signature below.
fn message(number: usize) -> String {
    let mut text = format!(
        "Received: from x by mx.example; Fri, 27 Nov 2026 {:02}:{:02}:{:02} +0000\nFrom: User {} <user{}@customer.example>\n\
         To: support@shop.example\nSubject: Ticket {number} of many\nMessage-ID: <m{number}@customer.example>\n",
        number / 3600 % 24,
        number / 60 % 60,
        number % 60,
        number % 1000,
        number % 1000,
    );
    if !number.is_multiple_of(3) {
        let question = number - number % 3;
        writeln!(text, "In-Reply-To: <m{question}@customer.example>").unwrap();
    }
    text.push_str("\nIt does not work since the update.\n");
    text.push_str(&"Some more words about what happened.\n".repeat(10));
    text.push_str("\nOn Thursday, Support wrote:\n> Hello\n-- \nA user\n");
    text
}

impl Table {
    /// Takes a folder of messages, and takes it again.
    pub(crate) fn mail(&self, messages: usize) {
        let bench = &self.bench;
        let _ = bench.support(&["init"]);
        let folder = format!("{}/.git/bench-mail", bench.folder());
        fs::create_dir_all(&folder).unwrap();
        let mut names = String::new();
        for number in 0..messages {
            let path = Path::new(&folder).join(format!("{number:08}.eml"));
            fs::write(&path, message(number)).unwrap();
            writeln!(names, "{}", path.display()).unwrap();
        }
        let names = self.input("names", names.lines().map(str::to_owned));
        println!(
            "\n{messages} messages, two thirds of them answers, medians of {} rounds, taken in turn\n",
            self.rounds
        );
        println!("| git-support | ms | beside it | ms | ratio |\n| --- | --- | --- | --- | --- |");
        let round = std::cell::Cell::new(0);
        // Each round takes them into a branch of its own, which knows none of them.
        let branch = |number: usize| format!("mail-{number}");
        self.compare(
            "`mail take`, all of them new",
            &mut |number| {
                round.set(number);
                let _ = bench.git(&["branch", &branch(number), "main"]);
                bench.support(&["--branch", &branch(number), "mail", "take", &folder])
            },
            vec![(
                "`git hash-object -w`, the same messages",
                Box::new(|_| bench.git_with(&["hash-object", "-w", "--stdin-paths"], &names)),
            )],
        );
        let last = branch(round.get());
        self.compare(
            "`mail take`, all of them known",
            &mut |_| bench.support(&["--branch", &last, "mail", "take", &folder]),
            vec![],
        );
        let _ = bench.git(&["branch", "peak", "main"]);
        let peak = bench.peak(&["--branch", "peak", "mail", "take", &folder]);
        println!("| peak memory of `mail take` | {peak:.0} MiB | | | |");
    }
}
