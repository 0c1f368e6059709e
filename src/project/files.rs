//! The project's files: settings, people, vendors, releases, each read once for a state, and what is wrong with them.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::process::{ClockRules, Release, Rules, Settings, Team, Vendor, unknown_keys, unknown_setting};
use crate::project::Project;
use crate::project::failure::{Failure, Kind};
use crate::store::{Snapshot, Wording, layout};
use crate::ticket::{MAX_FILE_BYTES, Node, yaml};

/// How many files that cannot be read are named one by one.
const MAX_NAMED: usize = 30;

/// What is wrong with a file, and what puts it right.
#[derive(Debug, Clone)]
pub(super) struct FileProblem {
    message: String,
    hints: Vec<String>,
}

impl FileProblem {
    /// A problem of a file, on a line where one is known.
    pub(super) fn new(path: &str, line: usize, problem: &str) -> Self {
        let place = if line > 0 { format!(":{line}") } else { String::new() };
        let hint = format!("put it right and commit it: $EDITOR {path}");
        Self { message: format!("{path}{place}: {problem}"), hints: vec![hint] }
    }

    fn hint(mut self, hint: String) -> Self {
        self.hints.push(hint);
        self
    }
}

impl From<FileProblem> for Failure {
    fn from(problem: FileProblem) -> Self {
        let failure = Self::new(Kind::Invalid, problem.message);
        problem.hints.into_iter().fold(failure, Self::hint)
    }
}

/// Something read from a file, as far as it can be, and what is wrong with the rest.
type Part<T> = OnceCell<(T, Vec<FileProblem>)>;

/// The project's files of one state, as far as they were asked for.
#[derive(Default)]
pub(super) struct Files {
    settings: Part<Settings>,
    team: Part<Team>,
    vendors: Part<BTreeMap<String, Vendor>>,
    releases: Part<Vec<Release>>,
    rules: OnceCell<Rules>,
}

/// The files that were read, by the names of their blobs and folders: most commits change none of them.
#[derive(Default)]
pub(super) struct FilesCache(RefCell<BTreeMap<Vec<u8>, Rc<Files>>>);

/// A part, read on first use.
fn part<T>(
    cell: &Part<T>,
    read: impl FnOnce() -> Result<(T, Vec<FileProblem>), Failure>,
) -> Result<&(T, Vec<FileProblem>), Failure> {
    if let Some(part) = cell.get() {
        return Ok(part);
    }
    let read = read()?;
    Ok(cell.get_or_init(|| read))
}

impl Project<'_> {
    fn files(&self) -> Result<&Files, Failure> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let key = self.snapshot().names_of_project_files()?;
        let files = Rc::clone(self.cache.0.borrow_mut().entry(key).or_default());
        Ok(self.files.get_or_init(|| files))
    }

    /// The settings in effect, as far as they can be read: for a wrong value its default counts; a policy that cannot
    /// be read is enforced, and of clocks there are then none.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn settings(&self) -> Result<&Settings, Failure> {
        Ok(&part(&self.files()?.settings, || read_settings(&self.snapshot()))?.0)
    }

    /// The people of the project, as far as they can be read; none where there is no such file.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn team(&self) -> Result<&Team, Failure> {
        Ok(&part(&self.files()?.team, || read_team(&self.snapshot()))?.0)
    }

    /// The people of the project, all of them: for whoever writes the file anew.
    ///
    /// # Errors
    /// Somebody cannot be read, and would be lost.
    pub(super) fn whole_team(&self) -> Result<&Team, Failure> {
        let (team, problems) = part(&self.files()?.team, || read_team(&self.snapshot()))?;
        problems.first().map_or(Ok(team), |problem| Err(problem.clone().into()))
    }

    /// The vendors of the project who can be read, by name.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn vendors(&self) -> Result<&BTreeMap<String, Vendor>, Failure> {
        Ok(&part(&self.files()?.vendors, || read_vendors(&self.snapshot()))?.0)
    }

    /// A vendor that must be there.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn vendor(&self, name: &str) -> Result<&Vendor, Failure> {
        self.vendors()?.get(name).ok_or_else(|| {
            Failure::new(Kind::NotFound, format!("no vendor '{name}'")).hint("git support vendor list")
        })
    }

    /// The releases of the project, by version.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn releases(&self) -> Result<&[Release], Failure> {
        let (releases, problems) = part(&self.files()?.releases, || read_releases(&self.snapshot()))?;
        problems.first().map_or(Ok(releases), |problem| Err(problem.clone().into()))
    }

    /// A release that must be there.
    ///
    /// # Errors
    /// There is none of that version.
    pub fn release(&self, version: &str) -> Result<&Release, Failure> {
        self.releases()?.iter().find(|release| release.version == version).ok_or_else(|| {
            Failure::new(Kind::NotFound, format!("no release '{version}'"))
                .hint(format!("git support release handover {version} --tag TAG"))
        })
    }

    /// The rules in effect: settings, people, vendors.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn rules(&self) -> Result<&Rules, Failure> {
        let rules = &self.files()?.rules;
        if let Some(rules) = rules.get() {
            return Ok(rules);
        }
        let read = Rules {
            settings: self.settings()?.clone(),
            team: self.team()?.clone(),
            vendors: self.vendors()?.clone(),
        };
        Ok(rules.get_or_init(|| read))
    }

    /// What the project wants in its commit messages.
    pub(super) fn wording(&self) -> Result<Wording, Failure> {
        let settings = self.settings()?;
        Ok(Wording { prefix: settings.commit_prefix.clone(), skip_ci: settings.skip_ci })
    }

    /// The rules of clocks in effect: those of the settings, and what vendors have promised.
    ///
    /// # Errors
    /// They cannot be read: clocks would stand elsewhere than they do.
    pub(super) fn clock_rules(&self) -> Result<ClockRules, Failure> {
        let (settings, problems) = part(&self.files()?.settings, || read_settings(&self.snapshot()))?;
        match problems.last().filter(|_| settings.has_wrong_clocks()) {
            Some(problem) => Err(problem.clone().into()),
            // A vendor who cannot be read is named by whoever asks for vendors, and hides no ticket.
            None => Ok(settings.clocks.clone().with_vendors(self.vendors()?.values())),
        }
    }

    /// Everything of the project's files that cannot be read.
    fn file_problems(&self) -> Result<Vec<FileProblem>, Failure> {
        let files = self.files()?;
        let snapshot = self.snapshot();
        let mut problems = part(&files.settings, || read_settings(&snapshot))?.1.clone();
        problems.extend(part(&files.team, || read_team(&snapshot))?.1.iter().cloned());
        problems.extend(part(&files.vendors, || read_vendors(&snapshot))?.1.iter().cloned());
        problems.extend(part(&files.releases, || read_releases(&snapshot))?.1.iter().cloned());
        Ok(problems)
    }

    /// Says what of the project's files cannot be read, for a command that goes on without it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn warn_of_files(&self) -> Result<(), Failure> {
        for problem in self.file_problems()?.into_iter().take(MAX_NAMED) {
            self.host.note(format!("warning: {} (run git support doctor)", problem.message));
        }
        Ok(())
    }

    /// Sees that a gate can judge: with settings or people that cannot be read, it would open by mistake.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn check_files(&self) -> Result<(), Failure> {
        let Some(problem) = self.file_problems()?.into_iter().next() else { return Ok(()) };
        let is_mended = problem.message.starts_with(layout::CONFIG);
        let message = format!("cannot evaluate the gate: {}", problem.message);
        let failure: Failure = FileProblem { message, ..problem }.into();
        Err(if is_mended { failure.hint("git support doctor --repair") } else { failure })
    }
}

fn read_settings(snapshot: &Snapshot<'_>) -> Result<(Settings, Vec<FileProblem>), Failure> {
    let file = match yaml_file(snapshot, layout::CONFIG)? {
        Ok(Some(file)) => file,
        Ok(None) => return Ok((Settings::default(), Vec::new())),
        Err(problem) => {
            let wrong = vec![(String::new(), problem.message.clone())];
            return Ok((Settings::unreadable(wrong), vec![problem]));
        }
    };
    let mut settings = Settings::read_leniently(&file.node);
    let problem = |(key, problem): &(String, String)| {
        let invalid = file.problem(&parts(key), problem);
        // Only what can be unset is proposed.
        if unknown_setting(key).is_none() {
            invalid.hint(format!("git support config unset {key}"))
        } else {
            invalid
        }
    };
    let mut problems: Vec<FileProblem> = settings.wrong.iter().map(problem).collect();
    problems.extend(unknown_keys(&file.node).iter().map(|(key, problem)| file.problem(&parts(key), problem)));
    if let Some(problem) = add_holidays(&mut settings, snapshot)? {
        settings.wrong.push(("calendars".to_owned(), problem.message.clone()));
        settings.clocks = ClockRules::default();
        problems.push(problem);
    }
    Ok((settings, problems))
}

/// The parts of a dotted key; none where the whole file is meant.
pub(super) fn parts(key: &str) -> Vec<String> {
    key.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Adds the holidays that the calendars of settings have in files of their own.
pub(super) fn add_holidays(
    settings: &mut Settings,
    snapshot: &Snapshot<'_>,
) -> Result<Option<FileProblem>, Failure> {
    for name in settings.calendar_files() {
        let path = layout::calendar(&name);
        let Some(bytes) = snapshot.file(&path, MAX_FILE_BYTES)? else {
            let message = format!("{}: a calendar names {path}, which is not there", layout::CONFIG);
            let hints = vec![format!("put the file there: git add {path} && git commit")];
            return Ok(Some(FileProblem { message, hints }));
        };
        if let Err(problem) = settings.add_holidays(&name, &String::from_utf8_lossy(&bytes)) {
            return Ok(Some(FileProblem::new(&path, 0, &problem)));
        }
    }
    Ok(None)
}

fn read_team(snapshot: &Snapshot<'_>) -> Result<(Team, Vec<FileProblem>), Failure> {
    Ok(match yaml_file(snapshot, layout::TEAM)? {
        Ok(None) => (Team::default(), Vec::new()),
        Ok(Some(file)) => {
            let (team, wrong) = Team::read_leniently(&file.node);
            (team, wrong.iter().map(|(path, problem)| file.problem(path, problem)).collect())
        }
        Err(problem) => (Team::unreadable(), vec![problem]),
    })
}

/// Reads a file by its name; or says what is wrong under which key.
type Read<T> = fn(&str, &Node) -> Result<T, (String, String)>;

/// The files of a folder that `read` can read, and what is wrong with the others.
fn read_folder<T>(
    snapshot: &Snapshot<'_>,
    folder: &str,
    is_name: fn(&str) -> bool,
    read: Read<T>,
) -> Result<(Vec<T>, Vec<FileProblem>), Failure> {
    let (mut items, mut problems) = (Vec::new(), Vec::new());
    for name in snapshot.names_in(folder)? {
        let Some(stem) = name.strip_suffix(".yaml").filter(|stem| is_name(stem)) else { continue };
        match yaml_file(snapshot, &format!("{folder}/{name}"))? {
            Ok(None) => {}
            Ok(Some(file)) => match read(stem, &file.node) {
                Ok(item) => items.push(item),
                Err((key, problem)) => problems.push(file.problem(&[key], &problem)),
            },
            Err(problem) => problems.push(problem),
        }
    }
    Ok((items, problems))
}

fn read_vendors(snapshot: &Snapshot<'_>) -> Result<(BTreeMap<String, Vendor>, Vec<FileProblem>), Failure> {
    let (vendors, problems) = read_folder(snapshot, layout::VENDORS, Vendor::is_name, Vendor::read)?;
    Ok((vendors.into_iter().map(|vendor| (vendor.name.clone(), vendor)).collect(), problems))
}

fn read_releases(snapshot: &Snapshot<'_>) -> Result<(Vec<Release>, Vec<FileProblem>), Failure> {
    read_folder(snapshot, layout::RELEASES, Release::is_version, Release::read)
}

/// A file of the project that was read: its path, text and content.
pub(super) struct YamlFile {
    path: String,
    text: String,
    pub(super) node: Node,
}

impl YamlFile {
    /// Reads the bytes of a file.
    pub(super) fn parse(path: &str, bytes: &[u8]) -> Result<Self, FileProblem> {
        let invalid = |error: yaml::SyntaxError| FileProblem::new(path, error.line, &error.problem);
        let text = yaml::decode(bytes).map_err(invalid)?;
        let node = yaml::parse(&text).map_err(invalid)?;
        Ok(Self { path: path.to_owned(), text, node })
    }

    /// What is wrong with a value of it, and on which line.
    pub(super) fn problem(&self, key: &[String], problem: &str) -> FileProblem {
        let line = yaml::line_of(&self.text, key);
        let name = if key.is_empty() { String::new() } else { format!("{}: ", key.join(".")) };
        FileProblem::new(&self.path, line, &format!("{name}{problem}"))
    }
}

/// A file of the project; the inner error where it cannot be read for what it says.
pub(super) fn yaml_file(
    snapshot: &Snapshot<'_>,
    path: &str,
) -> Result<Result<Option<YamlFile>, FileProblem>, Failure> {
    match snapshot.file(path, MAX_FILE_BYTES) {
        Ok(None) => Ok(Ok(None)),
        Ok(Some(bytes)) => Ok(YamlFile::parse(path, &bytes).map(Some)),
        Err(crate::store::Error::BadFile(bad)) => {
            let hints = vec![format!("git log -p -- {}", bad.path)];
            Ok(Err(FileProblem { message: bad.to_string(), hints }))
        }
        Err(error) => Err(error.into()),
    }
}
