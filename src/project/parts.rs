//! The project's files as they are read: settings, people, vendors, releases, each as far as it can be, and what is
//! wrong with the rest.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::process::{
    Acceptance, ClockRules, Release, Rules, Settings, Team, Vendor, has_newer_schema, hours_key,
    unknown_keys, unknown_setting,
};
use crate::project::failure::{Failure, Kind, UPDATE, way_out_of};
use crate::store::{Snapshot, layout};
use crate::ticket::{MAX_FILE_BYTES, Node, shell_word, version_order, yaml};

/// What is wrong with a file, and what puts it right.
#[derive(Debug, Clone)]
pub(super) struct FileProblem {
    pub(super) path: String,
    pub(super) message: String,
    pub(super) hints: Vec<String>,
}

impl FileProblem {
    /// A problem of a file, on a line where one is known.
    pub(super) fn new(path: &str, line: usize, problem: &str) -> Self {
        let place = if line > 0 { format!(":{line}") } else { String::new() };
        let hint = format!("correct it and commit it: $EDITOR {}", shell_word(path));
        Self { path: path.to_owned(), message: format!("{path}{place}: {problem}"), hints: vec![hint] }
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
    pub(super) settings: Part<Settings>,
    pub(super) team: Part<Team>,
    pub(super) vendors: Part<BTreeMap<String, Vendor>>,
    pub(super) releases: Part<Vec<Release>>,
    pub(super) rules: OnceCell<Rules>,
}

/// The files that were read, by the names of their blobs and folders: most commits change none of them.
#[derive(Default)]
pub(super) struct FilesCache(RefCell<BTreeMap<Vec<u8>, Rc<Files>>>);

/// The most problems of a file that are named with their lines; nobody reads more.
const MAX_PROBLEMS: usize = 100;

impl FilesCache {
    /// The files of these names.
    pub(super) fn of(&self, names: Vec<u8>) -> Rc<Files> {
        Rc::clone(self.0.borrow_mut().entry(names).or_default())
    }
}

/// A part, read on first use.
pub(super) fn part<T>(
    cell: &Part<T>,
    read: impl FnOnce() -> Result<(T, Vec<FileProblem>), Failure>,
) -> Result<&(T, Vec<FileProblem>), Failure> {
    if let Some(part) = cell.get() {
        return Ok(part);
    }
    let read = read()?;
    Ok(cell.get_or_init(|| read))
}

pub(super) fn read_settings(snapshot: &Snapshot<'_>) -> Result<(Settings, Vec<FileProblem>), Failure> {
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
        // Only what can be unset is proposed; a calendar without hours is open around the clock.
        if let Some(hours) = hours_key(key) {
            invalid.hint(format!("git support config set {} 'mon-fri 09:00-17:00'", shell_word(&hours)))
        } else if unknown_setting(key).is_none() {
            invalid.hint(format!("git support config unset {}", shell_word(key)))
        } else {
            invalid
        }
    };
    let mut problems: Vec<FileProblem> = settings.wrong.iter().take(MAX_PROBLEMS).map(problem).collect();
    let unknown: Vec<(Vec<String>, String)> =
        unknown_keys(&file.node).into_iter().map(|(key, problem)| (parts(&key), problem)).collect();
    problems.extend(file.problems(&unknown));
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
            let quoted = shell_word(&path);
            let hints = vec![format!("save the holidays as {quoted}, then: git add {quoted} && git commit")];
            return Ok(Some(FileProblem { path, message, hints }));
        };
        if let Err(problem) = settings.add_holidays(&name, &String::from_utf8_lossy(&bytes)) {
            return Ok(Some(FileProblem::new(&path, 0, &problem)));
        }
    }
    Ok(None)
}

pub(super) fn read_team(snapshot: &Snapshot<'_>) -> Result<(Team, Vec<FileProblem>), Failure> {
    Ok(match yaml_file(snapshot, layout::TEAM)? {
        Ok(None) => (Team::default(), Vec::new()),
        Ok(Some(file)) => {
            let (team, wrong) = Team::read_leniently(&file.node);
            (team, file.problems(&wrong))
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

pub(super) fn read_vendors(
    snapshot: &Snapshot<'_>,
) -> Result<(BTreeMap<String, Vendor>, Vec<FileProblem>), Failure> {
    let (vendors, problems) = read_folder(snapshot, layout::VENDORS, Vendor::is_name, Vendor::read)?;
    Ok((vendors.into_iter().map(|vendor| (vendor.name.clone(), vendor)).collect(), problems))
}

pub(super) fn read_releases(snapshot: &Snapshot<'_>) -> Result<(Vec<Release>, Vec<FileProblem>), Failure> {
    let (mut releases, problems) =
        read_folder(snapshot, layout::RELEASES, Release::is_version, Release::read)?;
    releases.sort_by_cached_key(|release| version_order(&release.version));
    Ok((releases, problems))
}

/// The findings that were accepted; those that cannot be read accept nothing.
pub(super) fn read_accepted(snapshot: &Snapshot<'_>) -> Result<Vec<Acceptance>, Failure> {
    Ok(read_folder(snapshot, layout::ACCEPTED, Acceptance::is_name, Acceptance::read)?.0)
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

    /// What is wrong with values of it: of very many, the first.
    fn problems(&self, wrong: &[(Vec<String>, String)]) -> Vec<FileProblem> {
        wrong.iter().take(MAX_PROBLEMS).map(|(key, problem)| self.problem(key, problem)).collect()
    }

    /// What is wrong with a value of it, and on which line.
    pub(super) fn problem(&self, key: &[String], problem: &str) -> FileProblem {
        let line = yaml::line_of(&self.text, key);
        let name = if key.is_empty() { String::new() } else { format!("{}: ", key.join(".")) };
        let found = FileProblem::new(&self.path, line, &format!("{name}{problem}"));
        let is_newer = key.first().is_some_and(|key| key == "schema") && has_newer_schema(&self.node);
        if is_newer { FileProblem { hints: vec![UPDATE.to_owned()], ..found } } else { found }
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
        Err(crate::store::Error::BadFile(bad)) => Ok(Err(FileProblem {
            path: path.to_owned(),
            message: bad.to_string(),
            hints: vec![way_out_of(&bad)],
        })),
        Err(error) => Err(error.into()),
    }
}
