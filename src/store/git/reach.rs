//! Walks over a whole history, in one process of git each: it reads its commit graph and changed-path filters where they
//! are, and commits of code cost us nothing.

use std::collections::{BTreeSet, HashMap};

use crate::store::git::code_commit::CodeCommit;
use crate::store::git::error::{Error, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;
use crate::store::git::version_order::{Turn, VersionOrder};

/// What a line of a message must hold to say something of tickets, or of other commits (`CodeCommit::read`): looked for by
/// git, so that the messages of all others are not read here. In lower case and upper.
const SAYING: &str = concat!(
    r"(fix(e[sd])?|close[sd]?|resolve[sd]?)(-ticket)?:?[[:space:]]+(tickets?[[:space:]]+)?[([]?#?[0-9a-hjkmnp-tv-z]{10}",
    r#"|^(resolves|support)-ticket[[:space:]]*:|this reverts commit |^revert "|cherry picked from commit "#
);
/// How many commits are worth a question of git's which of them decide something.
const MANY: usize = 1000;
/// A count that is being made: it waits for it.
pub type Counting = Box<dyn FnOnce() -> Result<usize>>;
/// Bits of a word.
const BITS: usize = 64;

/// Which of some commits each of some tips contains.
#[derive(Debug, Default)]
pub struct Reach {
    places: HashMap<ObjectId, usize>,
    /// Of each commit that was asked for, a bit for each tip.
    within: HashMap<ObjectId, Vec<u64>>,
}

impl Reach {
    /// The tips.
    pub fn places(&self) -> impl Iterator<Item = ObjectId> {
        self.places.keys().copied()
    }

    /// True where a tip contains a commit, or is it.
    #[must_use]
    pub fn contains(&self, tip: ObjectId, commit: ObjectId) -> bool {
        let Some(place) = self.places.get(&tip) else { return false };
        let word = self.within.get(&commit).and_then(|bits| bits.get(place / BITS));
        word.is_some_and(|word| word >> (place % BITS) & 1 == 1)
    }
}

impl Repository {
    /// Which of some commits each of some tips contains, in one walk.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn reach(&self, tips: &[ObjectId], asked: &BTreeSet<ObjectId>) -> Result<Reach> {
        let mut reach = Reach::default();
        for tip in tips {
            let place = reach.places.len();
            reach.places.entry(*tip).or_insert(place);
        }
        let words = reach.places.len().div_ceil(BITS);
        if words == 0 || asked.is_empty() {
            return Ok(reach);
        }
        let mut open: HashMap<ObjectId, Vec<u64>> = HashMap::new();
        let mut left = asked.len();
        let names: Vec<String> = tips.iter().map(ToString::to_string).collect();
        let mut arguments = vec!["rev-list", "--topo-order", "--parents"];
        arguments.extend(names.iter().map(String::as_str));
        arguments.push("--");
        self.git.stream(&arguments, &self.git_environment(), b'\n', |line| -> Result<bool> {
            let text = String::from_utf8_lossy(line);
            let mut ids = text.split(' ').filter_map(ObjectId::parse);
            let Some(commit) = ids.next() else { return Ok(true) };
            let mut bits = open.remove(&commit).unwrap_or_else(|| vec![0; words]);
            if let Some(place) = reach.places.get(&commit)
                && let Some(word) = bits.get_mut(place / BITS)
            {
                *word |= 1 << (place % BITS);
            }
            for parent in ids {
                let known = open.entry(parent).or_insert_with(|| vec![0; words]);
                known.iter_mut().zip(&bits).for_each(|(known, bits)| *known |= bits);
            }
            if asked.contains(&commit) {
                reach.within.insert(commit, bits);
                left -= 1;
            }
            Ok(left > 0)
        })?;
        Ok(reach)
    }

    /// The commits that some contain, and no branch, no tag and not `HEAD`.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn outside_references(&self, commits: &[ObjectId]) -> Result<BTreeSet<ObjectId>> {
        if commits.is_empty() {
            return Ok(BTreeSet::new());
        }
        let lines: Vec<String> = commits.iter().map(ToString::to_string).collect();
        let input = format!("{}\n", lines.join("\n"));
        let mut arguments = vec!["rev-list", "--stdin", "--not", "--branches", "--tags", "--remotes"];
        arguments.extend(self.revision("HEAD").is_ok().then_some("HEAD"));
        let said = self.git_here(&arguments, input.as_bytes(), None)?;
        Ok(String::from_utf8_lossy(&said).lines().filter_map(ObjectId::parse).collect())
    }

    /// The commits that some tips contain, less what others contain, that changed something under some paths, as git tells
    /// them: more rather than fewer. The newest first, until `visit` says to stop.
    ///
    /// # Errors
    /// Git cannot read the history; or what `visit` says.
    pub fn commits_on<E: From<Error>>(
        &self,
        tips: &[ObjectId],
        less: &[ObjectId],
        (order, paths): (&str, &[&str]),
        mut visit: impl FnMut(ObjectId) -> std::result::Result<bool, E>,
    ) -> std::result::Result<(), E> {
        if tips.is_empty() {
            return Ok(());
        }
        let tips: Vec<String> = tips.iter().map(ToString::to_string).collect();
        let less: Vec<String> = less
            .iter()
            .filter(|commit| self.is_commit(**commit))
            .map(|commit| format!("^{commit}"))
            .collect();
        let mut arguments = vec!["--literal-pathspecs", "rev-list", "--full-history"];
        arguments.extend(Some(order).filter(|order| !order.is_empty()));
        arguments.extend(tips.iter().chain(&less).map(String::as_str));
        arguments.push("--");
        arguments.extend(paths);
        self.git.stream(&arguments, &self.git_environment(), b'\n', |line| {
            ObjectId::parse(&String::from_utf8_lossy(line)).map_or(Ok(true), &mut visit)
        })
    }

    /// The commit that made a file what it is at a tip: a merge that took it from a parent is passed over.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn last_on(&self, tip: ObjectId, path: &str) -> Result<Option<ObjectId>> {
        let tip = tip.to_string();
        let arguments = ["--literal-pathspecs", "rev-list", "--max-count=1", &tip, "--", path];
        let said = self.git.run(&arguments, b"", &self.git_environment())?;
        Ok(ObjectId::parse(String::from_utf8_lossy(&said).trim()))
    }

    /// The same as a list, the oldest first, each after its parents.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn touching(&self, tips: &[ObjectId], less: &[ObjectId], paths: &[&str]) -> Result<Vec<ObjectId>> {
        let mut commits = Vec::new();
        self.commits_on(tips, less, ("--topo-order", paths), |commit| -> Result<bool> {
            commits.push(commit);
            Ok(true)
        })?;
        commits.reverse();
        Ok(commits)
    }

    /// The commits that changed something under a folder, that have a file otherwise than each of their parents, or whose
    /// messages have a line that begins in some way, the oldest first, each after its parents.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn touching_or_saying(
        &self,
        tips: &[ObjectId],
        less: &[ObjectId],
        (folder, file): (&str, &str),
        says: &str,
    ) -> Result<Vec<ObjectId>> {
        if tips.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> = tips
            .iter()
            .map(ToString::to_string)
            .chain(less.iter().filter(|one| self.is_commit(**one)).map(|one| format!("^{one}")))
            .collect();
        // Both walks at once: each is a process of git's own.
        let (git, environment, grep) = (self.git.clone(), self.git_environment(), format!("--grep=^{says}"));
        let asked = &names;
        let (touching, saying) = std::thread::scope(|scope| {
            let look = move || -> Result<Vec<ObjectId>> {
                let mut arguments = vec!["rev-list", "--regexp-ignore-case", &grep];
                arguments.extend(asked.iter().map(String::as_str));
                arguments.push("--");
                let said = git.run(&arguments, b"", &environment)?;
                Ok(String::from_utf8_lossy(&said).lines().filter_map(ObjectId::parse).collect())
            };
            let beside = std::thread::Builder::new().spawn_scoped(scope, look.clone());
            let touching = self.touching(tips, less, &[folder, file]);
            let touching = touching.and_then(|commits| self.less_taken_over(commits, folder, file));
            let saying = match beside {
                Ok(thread) => thread.join().unwrap_or_else(|_| look()),
                Err(_) => look(),
            };
            (touching, saying)
        });
        let (touching, saying) = (touching?, saying?);
        let known: BTreeSet<ObjectId> = touching.iter().copied().collect();
        if saying.iter().all(|commit| known.contains(commit)) {
            return Ok(touching);
        }
        // Some say that they are ours, and are not: they stand where they belong.
        let all: BTreeSet<ObjectId> = known.into_iter().chain(saying).collect();
        let mut commits = self.commits_between(tips, less)?;
        commits.retain(|commit| all.contains(commit));
        Ok(commits)
    }

    /// Some commits less those that have a folder as all their parents have it, and took a file over as it went on: in a product
    /// with many merges, most have only taken the file over from one side. Few commits are not worth the question.
    fn less_taken_over(&self, commits: Vec<ObjectId>, folder: &str, file: &str) -> Result<Vec<ObjectId>> {
        if commits.len() < MANY {
            return Ok(commits);
        }
        let arguments = [
            "--literal-pathspecs",
            "diff-tree",
            "--stdin",
            "-m",
            "--raw",
            "--no-abbrev",
            "--root",
            "--no-renames",
            "--",
            folder,
            file,
        ];
        let asked: String = commits.iter().map(|commit| format!("{commit}\n")).collect();
        let said = self.git.run(&arguments, asked.as_bytes(), &self.git_environment())?;
        let said = String::from_utf8_lossy(&said);
        let (mut touches, mut files) = (BTreeSet::new(), HashMap::<ObjectId, Vec<Turn<'_>>>::new());
        let (mut commit, of_file) = (None, format!("\t{file}"));
        for line in said.lines() {
            match (ObjectId::parse(line), commit) {
                (Some(next), _) => commit = Some(next),
                (None, Some(commit)) if line.ends_with(&of_file) => {
                    files.entry(commit).or_default().extend(Turn::of(line));
                }
                (None, Some(commit)) => drop(touches.insert(commit)),
                (None, None) => {}
            }
        }
        let counts: Vec<usize> =
            commits.iter().map(|commit| Ok(self.parents(*commit)?.len())).collect::<Result<_>>()?;
        let sides = |commit: &ObjectId| files.get(commit).map(Vec::as_slice).unwrap_or_default();
        // What no parent has, the commit has made, a merge of two changes, too: it is judged itself.
        let has_made = |commit: &ObjectId, parents: usize| {
            let sides = sides(commit);
            !sides.is_empty() && sides.len() >= parents
        };
        let mut order = VersionOrder::default();
        for (commit, _) in commits.iter().zip(&counts).filter(|(commit, parents)| has_made(commit, **parents))
        {
            sides(commit).iter().for_each(|turn| order.learn(turn));
        }
        let mut decides = |(commit, parents): (&ObjectId, usize)| {
            let is_own = touches.contains(commit) || has_made(commit, parents);
            is_own || !sides(commit).iter().all(|turn| order.went_on(turn))
        };
        let left: Vec<bool> = commits.iter().zip(counts).map(&mut decides).collect();
        Ok(commits.into_iter().zip(left).filter_map(|(commit, decides)| decides.then_some(commit)).collect())
    }

    /// The merges below some tips that brought a commit to a line of history which had not got it: each with that line's last
    /// commit.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn arrivals_of(&self, commit: ObjectId, tips: &[ObjectId]) -> Result<Vec<(ObjectId, ObjectId)>> {
        let names: Vec<String> = tips.iter().map(ToString::to_string).collect();
        let without = format!("^{commit}");
        let mut arguments = vec!["rev-list", "--ancestry-path", "--parents", &without];
        arguments.extend(names.iter().map(String::as_str));
        arguments.push("--");
        let (mut later, mut merges) = (BTreeSet::from([commit]), Vec::new());
        self.git.stream(&arguments, &self.git_environment(), b'\n', |line| -> Result<bool> {
            let text = String::from_utf8_lossy(line);
            let ids: Vec<ObjectId> = text.split(' ').filter_map(ObjectId::parse).collect();
            let Some((own, parents)) = ids.split_first() else { return Ok(true) };
            later.insert(*own);
            if parents.len() > 1 {
                merges.extend(parents.iter().map(|parent| (*own, *parent)));
            }
            Ok(true)
        })?;
        merges.retain(|(_, parent)| !later.contains(parent));
        Ok(merges)
    }

    /// The commits at which the history of a shallow clone was cut.
    pub(crate) fn cut_commits(&self) -> BTreeSet<ObjectId> {
        if !self.is_shallow() {
            return BTreeSet::new();
        }
        let text = std::fs::read_to_string(self.common_directory().join("shallow")).unwrap_or_default();
        text.lines().filter_map(ObjectId::parse).collect()
    }

    /// The commits at which a history was cut that some tips contain, and others do not.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn cuts(&self, tips: &[ObjectId], less: &[ObjectId]) -> Result<Vec<ObjectId>> {
        if !self.is_shallow() {
            return Ok(Vec::new());
        }
        let cuts = self.cut_commits();
        let (within, without) = (self.reach(tips, &cuts)?, self.reach(less, &cuts)?);
        let is_in = |reach: &Reach, tips: &[ObjectId], cut: ObjectId| {
            tips.iter().any(|tip| reach.contains(*tip, cut))
        };
        let found = cuts.into_iter().filter(|cut| is_in(&within, tips, *cut) && !is_in(&without, less, *cut));
        Ok(found.collect())
    }

    /// Has git count the commits that some tips contain and others do not, beside what goes on: asked when it is needed.
    #[must_use]
    pub fn counting(&self, tips: &[ObjectId], less: &[ObjectId]) -> Counting {
        let is_here = |commit: &&ObjectId| self.is_commit(**commit);
        let less = less.iter().filter(is_here).map(|commit| format!("^{commit}"));
        let names: Vec<String> = tips.iter().map(ToString::to_string).chain(less).collect();
        if tips.is_empty() {
            return Box::new(|| Ok(0));
        }
        let (git, environment) = (self.git.clone(), self.git_environment());
        let count = move || -> Result<usize> {
            let mut arguments = vec!["rev-list", "--count"];
            arguments.extend(names.iter().map(String::as_str));
            arguments.push("--");
            let said = git.run(&arguments, b"", &environment)?;
            Ok(String::from_utf8_lossy(&said).trim().parse().unwrap_or_default())
        };
        match std::thread::Builder::new().spawn(count.clone()) {
            Ok(thread) => Box::new(move || thread.join().unwrap_or_else(|_| count())),
            // No more threads are to be had.
            Err(_) => Box::new(count),
        }
    }

    /// The commits that some tips contain, less what others contain, whose messages may say something of tickets or of
    /// other commits, the oldest first: each with its message.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub(crate) fn saying(&self, tips: &[ObjectId], less: &[ObjectId]) -> Result<Vec<CodeCommit>> {
        if tips.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> = tips
            .iter()
            .map(ToString::to_string)
            .chain(less.iter().map(|commit| format!("^{commit}")))
            .collect();
        let grep = format!("--grep={SAYING}");
        let mut arguments = vec![
            "-c",
            "log.showSignature=false",
            "-c",
            "i18n.logOutputEncoding=UTF-8",
            "log",
            "--topo-order",
            "--reverse",
            "--no-color",
            "--no-notes",
            "-i",
            "-E",
            &grep,
            "--format=%H%n%B%x00",
        ];
        arguments.extend(names.iter().map(String::as_str));
        arguments.push("--");
        let mut commits = Vec::new();
        self.git.stream(&arguments, &self.git_environment(), 0, |record| -> Result<bool> {
            let text = String::from_utf8_lossy(record);
            let text = text.trim_start_matches('\n');
            if let Some((id, message)) = text.split_once('\n')
                && let Some(id) = ObjectId::parse(id)
            {
                commits.extend(CodeCommit::read(id, message));
            }
            Ok(true)
        })?;
        Ok(commits)
    }
}
