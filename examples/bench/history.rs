//! What walks over the history of a product, beside git's own walks.

use crate::Table;

impl Table {
    /// What walks over history, in a product of code.
    pub(crate) fn history(&self, commits: usize, release: &str) {
        let bench = &self.bench;
        println!("\n{commits} commits of code, medians of {} rounds, taken in turn\n", self.rounds);
        println!("| git-support | ms | beside it | ms | ratio |\n| --- | --- | --- | --- | --- |");
        let id = bench.said(&["list", "--all", "--format", "csv", "limit:1"]);
        let id = id.lines().nth(1).unwrap_or_default().split(',').next().unwrap_or_default().to_owned();
        let log: Vec<&str> = vec!["log", "--full-history", "-m", "--raw", "--format=%H", "--", ".support"];
        // Older than the newest tags: the changes of tickets are the newest commits.
        let changes: usize =
            bench.git_said(&["rev-list", "--count", "HEAD", "--", ".support"]).trim().parse().unwrap();
        let old = format!("HEAD~{}", changes + commits / 60);
        let contains: Vec<&str> = vec!["tag", "--contains", &old];
        for (name, fresh, ours, beside) in [
            ("`log ID`, without an index", true, vec!["log", &id], &log),
            ("`log ID`, again", false, vec!["log", &id], &log),
            ("`log -n 20`", false, vec!["log", "-n", "20"], &log),
            ("`release notes`", false, vec!["release", "notes", release], &contains),
            ("`show ID`, with \"fixed in\"", false, vec!["show", &id], &contains),
            ("`scan`, nothing new", false, vec!["scan"], &log),
            ("`doctor`", false, vec!["doctor"], &log),
            ("`audit`, first", true, vec!["audit"], &log),
            ("`audit`, again", false, vec!["audit"], &log),
            ("`list --at DATE`", false, vec!["list", "--at", "2026-01-01"], &log),
            ("`assign --suggest`", false, vec!["assign", "--suggest", &id], &log),
        ] {
            let named = format!("`git {}`", beside.join(" "));
            self.compare(
                name,
                &mut |_| {
                    if fresh {
                        bench.forget_index();
                        bench.forget("verified");
                    }
                    bench.support(&ours)
                },
                vec![(&named, Box::new(|_| bench.git(beside)))],
            );
        }
    }
}
