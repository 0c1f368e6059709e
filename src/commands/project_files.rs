//! The project's files: settings, people, vendors, releases, read as far as they can be, and what is wrong with the rest.

use std::collections::BTreeMap;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Calendar, ClockRules, Release, Rules, Settings, Team, Vendor, unknown_setting};
use crate::store::{Snapshot, layout};
use crate::ticket::{MAX_FILE_BYTES, Node, visible, yaml};

/// How many files that cannot be read are named one by one.
const MAX_NAMED: usize = 30;

/// The settings in force, as far as they can be read: a wrong value is said, and its default counts; a policy that
/// cannot be read is enforced, and of clocks there are then none.
pub(crate) fn settings(snapshot: &Snapshot<'_>) -> Result<Settings, Failure> {
    Ok(settings_and_faults(snapshot)?.0)
}

fn settings_and_faults(snapshot: &Snapshot<'_>) -> Result<(Settings, Vec<Failure>), Failure> {
    let file = match readable(yaml_file(snapshot, layout::CONFIG))? {
        Ok(Some(file)) => file,
        Ok(None) => return Ok((Settings::default(), Vec::new())),
        Err(failure) => {
            let wrong = vec![(String::new(), failure.error.to_string())];
            return Ok((Settings::unreadable(wrong), vec![failure]));
        }
    };
    let mut settings = Settings::read_leniently(&file.node);
    let fault = |(key, problem): &(String, String)| {
        let invalid = file.invalid(&parts(key), problem);
        // Only what can be unset is proposed.
        if unknown_setting(key).is_none() {
            invalid.hint(format!("git support config unset {key}"))
        } else {
            invalid
        }
    };
    let mut faults: Vec<Failure> = settings.wrong.iter().map(fault).collect();
    faults.extend(unknown_keys(&file.node).iter().map(|(key, problem)| file.invalid(&parts(key), problem)));
    if let Err(failure) = add_holidays(&mut settings, snapshot) {
        settings.wrong.push(("calendars".to_owned(), failure.error.to_string()));
        settings.clocks = ClockRules::default();
        faults.push(failure);
    }
    Ok((settings, faults))
}

/// The parts of a dotted key; none where the whole file is meant.
fn parts(key: &str) -> Vec<String> {
    key.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Sees that the files of holidays that calendars name can be read.
///
/// # Errors
/// One is not there, or is no calendar.
pub(crate) fn check_holidays(snapshot: &Snapshot<'_>) -> Result<(), Failure> {
    match yaml_file(snapshot, layout::CONFIG) {
        Ok(Some(file)) => add_holidays(&mut Settings::read_leniently(&file.node), snapshot),
        Ok(None) | Err(_) => Ok(()),
    }
}

/// What cannot be read for what it says, told from what cannot be read at all.
fn readable<T>(read: Result<T, Failure>) -> Result<Result<T, Failure>, Failure> {
    match read {
        Err(failure) if failure.kind != Kind::Invalid => Err(failure),
        read => Ok(read),
    }
}

/// Adds the holidays that the calendars of settings have in files of their own.
fn add_holidays(settings: &mut Settings, snapshot: &Snapshot<'_>) -> Result<(), Failure> {
    for name in settings.calendar_files() {
        let path = layout::calendar(&name);
        let Some(bytes) = snapshot.file(&path, MAX_FILE_BYTES)? else {
            return Err(Failure::new(
                Kind::Invalid,
                format!("{}: a calendar names {path}, which is not there", layout::CONFIG),
            )
            .hint(format!("put the file there: git add {path} && git commit")));
        };
        let added = settings.add_holidays(&name, &String::from_utf8_lossy(&bytes));
        added.map_err(|problem| invalid_file(&path, 0, &problem))?;
    }
    Ok(())
}

/// The rules of clocks in force: those of the settings, and what vendors have promised.
///
/// # Errors
/// They cannot be read: clocks would stand elsewhere than they do.
pub(crate) fn clock_rules(snapshot: &Snapshot<'_>) -> Result<ClockRules, Failure> {
    let (settings, faults) = settings_and_faults(snapshot)?;
    if settings.has_wrong_clocks()
        && let Some(fault) = faults.into_iter().next_back()
    {
        return Err(fault);
    }
    // A vendor who cannot be read is told by whoever asks for vendors, and hides no ticket.
    let vendors = vendors(snapshot)?;
    Ok(settings.clocks.with_vendors(vendors.values()))
}

/// Everything of the project's files that cannot be read: settings, people, vendors, releases.
fn faults(snapshot: &Snapshot<'_>) -> Result<Vec<Failure>, Failure> {
    let mut faults = settings_and_faults(snapshot)?.1;
    faults.extend(team_and_faults(snapshot)?.1);
    faults.extend(vendors_and_faults(snapshot)?.1);
    faults.extend(readable(releases(snapshot))?.err());
    Ok(faults)
}

/// Says what of the project's files cannot be read, for a command that goes on without it.
pub(crate) fn warn_of_files(snapshot: &Snapshot<'_>, session: &mut Session<'_>) -> Result<(), Failure> {
    for fault in faults(snapshot)?.into_iter().take(MAX_NAMED) {
        session.note(format!("warning: {} (run git support doctor)", fault.error));
    }
    Ok(())
}

/// Sees that a gate can judge: with settings or people that cannot be read, it would open by mistake.
///
/// # Errors
/// What cannot be read.
pub(crate) fn check_files(snapshot: &Snapshot<'_>) -> Result<(), Failure> {
    match faults(snapshot)?.into_iter().next() {
        Some(fault) => {
            let message = format!("cannot evaluate the gate: {}", fault.error);
            let is_mended = fault.error.to_string().starts_with(layout::CONFIG);
            let failure = Failure { error: anyhow::anyhow!(message), ..fault };
            Err(if is_mended { failure.hint("git support doctor --repair") } else { failure })
        }
        None => Ok(()),
    }
}

/// Sees that a file of the project that is no ticket can be read, and says only what this version knows.
pub(crate) fn check_project_file(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    if path.starts_with(layout::CALENDARS) {
        let added = Calendar::always().add_events(&String::from_utf8_lossy(bytes));
        return added.map_err(|problem| invalid_file(path, 0, &problem));
    }
    let file = parsed(path, bytes)?;
    let named = |folder: &str| path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".yaml");
    if path == layout::CONFIG {
        check_settings(&file)
    } else if path == layout::TEAM {
        Team::read(&file.node).map(drop).map_err(|(key, problem)| file.invalid(&key, &problem))
    } else if let Some(name) = named(layout::VENDORS) {
        Vendor::read(name, &file.node).map(drop).map_err(|(key, problem)| file.invalid(&[key], &problem))
    } else if let Some(version) = named(layout::RELEASES) {
        Release::read(version, &file.node).map(drop).map_err(|(key, problem)| file.invalid(&[key], &problem))
    } else {
        let message = format!("{path} is no file of git-support's");
        Err(Failure::new(Kind::Invalid, message).hint(format!("git rm {path}, or commit it with git")))
    }
}

/// Sees that every setting is one this version knows, with a value it takes.
fn check_settings(file: &YamlFile) -> Result<(), Failure> {
    Settings::read(&file.node).map_err(|(key, problem)| file.invalid(&parts(&key), &problem))?;
    match unknown_keys(&file.node).first() {
        Some((key, problem)) => Err(file.invalid(&parts(key), problem)),
        None => Ok(()),
    }
}

/// The keys of the settings that this version does not know: misspelt, they would have no effect.
fn unknown_keys(file: &Node) -> Vec<(String, String)> {
    let Node::Map(groups) = file else { return Vec::new() };
    let mut unknown = Vec::new();
    for (group, values) in groups {
        // `policy.x: y` at the top is no setting of the group `policy`.
        if group.to_string().contains('.') {
            unknown.push((group.to_string(), format!("unknown key '{}'", visible(&group.to_string()))));
            continue;
        }
        let keys = match values {
            Node::Map(pairs) => pairs.iter().map(|(key, _)| format!("{group}.{key}")).collect(),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => {
                vec![group.to_string()]
            }
        };
        for key in keys.into_iter().filter(|key| !matches!(key.as_str(), "schema" | "branch")) {
            unknown.extend(unknown_setting(&key).map(|problem| (key, problem)));
        }
    }
    unknown
}

/// The rules in force: settings, people, vendors.
pub(crate) fn rules(snapshot: &Snapshot<'_>) -> Result<Rules, Failure> {
    Ok(Rules { settings: settings(snapshot)?, team: team(snapshot)?, vendors: vendors(snapshot)? })
}

/// The people of the project, as far as they can be read; none where there is no such file.
pub(crate) fn team(snapshot: &Snapshot<'_>) -> Result<Team, Failure> {
    Ok(team_and_faults(snapshot)?.0)
}

/// The people of the project, all of them: for whoever writes the file anew.
///
/// # Errors
/// Somebody cannot be read, and would be lost.
pub(crate) fn whole_team(snapshot: &Snapshot<'_>) -> Result<Team, Failure> {
    let (team, faults) = team_and_faults(snapshot)?;
    faults.into_iter().next().map_or(Ok(team), Err)
}

fn team_and_faults(snapshot: &Snapshot<'_>) -> Result<(Team, Vec<Failure>), Failure> {
    Ok(match readable(yaml_file(snapshot, layout::TEAM))? {
        Ok(None) => (Team::default(), Vec::new()),
        Ok(Some(file)) => {
            let (team, wrong) = Team::read_leniently(&file.node);
            (team, wrong.iter().map(|(path, problem)| file.invalid(path, problem)).collect())
        }
        Err(failure) => (Team::unreadable(), vec![failure]),
    })
}

/// The vendors of the project who can be read, by name.
pub(crate) fn vendors(snapshot: &Snapshot<'_>) -> Result<BTreeMap<String, Vendor>, Failure> {
    Ok(vendors_and_faults(snapshot)?.0)
}

type Vendors = BTreeMap<String, Vendor>;

fn vendors_and_faults(snapshot: &Snapshot<'_>) -> Result<(Vendors, Vec<Failure>), Failure> {
    let (mut vendors, mut faults) = (BTreeMap::new(), Vec::new());
    for name in snapshot.names_in(layout::VENDORS)? {
        let Some(name) = name.strip_suffix(".yaml").filter(|name| Vendor::is_name(name)) else { continue };
        let read = || -> Result<Option<Vendor>, Failure> {
            let Some(file) = yaml_file(snapshot, &layout::vendor(name))? else { return Ok(None) };
            let vendor = Vendor::read(name, &file.node);
            vendor.map(Some).map_err(|(key, problem)| file.invalid(&[key], &problem))
        };
        match readable(read())? {
            Ok(vendor) => vendors.extend(vendor.map(|vendor| (name.to_owned(), vendor))),
            Err(failure) => faults.push(failure),
        }
    }
    Ok((vendors, faults))
}

/// The releases of the project, by version.
pub(crate) fn releases(snapshot: &Snapshot<'_>) -> Result<Vec<Release>, Failure> {
    let mut releases = Vec::new();
    for name in snapshot.names_in(layout::RELEASES)? {
        let Some(version) = name.strip_suffix(".yaml").filter(|name| Release::is_version(name)) else {
            continue;
        };
        if let Some(file) = yaml_file(snapshot, &layout::release(version))? {
            let release = Release::read(version, &file.node);
            releases.push(release.map_err(|(key, problem)| file.invalid(&[key], &problem))?);
        }
    }
    Ok(releases)
}

/// A file of the project that was read: its path, text and content.
struct YamlFile {
    path: String,
    text: String,
    node: Node,
}

impl YamlFile {
    /// What is wrong with a value of it, and on which line.
    fn invalid(&self, key: &[String], problem: &str) -> Failure {
        let line = yaml::line_of(&self.text, key);
        let name = if key.is_empty() { String::new() } else { format!("{}: ", key.join(".")) };
        invalid_file(&self.path, line, &format!("{name}{problem}"))
    }
}

fn invalid_file(path: &str, line: usize, problem: &str) -> Failure {
    let place = if line > 0 { format!(":{line}") } else { String::new() };
    Failure::new(Kind::Invalid, format!("{path}{place}: {problem}"))
        .hint(format!("put it right and commit it: $EDITOR {path}"))
}

fn yaml_file(snapshot: &Snapshot<'_>, path: &str) -> Result<Option<YamlFile>, Failure> {
    let Some(bytes) = snapshot.file(path, MAX_FILE_BYTES)? else { return Ok(None) };
    parsed(path, &bytes).map(Some)
}

fn parsed(path: &str, bytes: &[u8]) -> Result<YamlFile, Failure> {
    let invalid = |error: yaml::SyntaxError| invalid_file(path, error.line, &error.problem);
    let text = yaml::decode(bytes).map_err(invalid)?;
    let node = yaml::parse(&text).map_err(invalid)?;
    Ok(YamlFile { path: path.to_owned(), text, node })
}
