//! Whom `.mailmap` makes of whom, as far as those who wrote its lines could say so: a line that gives somebody's commits to a
//! person of the team is that person's to write, or theirs who may change the rules.

use std::collections::BTreeSet;

use crate::process::{Member, Rules};
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::{Blob, MAILMAP, Mailmap, ObjectId};
use crate::store::{Error, layout};
use crate::ticket::{MAX_FILE_BYTES, Person};

/// The map without the lines of those who could not say so; none where there are no such lines, and git's own way to read the
/// file is as good.
pub(super) fn trusted(project: &Project<'_>, tips: &[ObjectId]) -> Result<Option<Mailmap>, Failure> {
    let repository = project.store.repository();
    let mut asked = BTreeSet::new();
    for tip in tips {
        let rules = project.at_commit(Some(*tip)).rules()?.clone();
        asked.extend(
            lines(project, *tip)?.into_iter().filter(|line| gives_to_member(line, &rules.team.members)),
        );
    }
    if asked.is_empty() {
        return Ok(None);
    }
    let commits = repository.touching(tips, &[], &[MAILMAP]).map_err(Error::from)?;
    let untrusted = untrusted(project, &commits, &asked, None)?;
    if untrusted.is_empty() {
        return Ok(None);
    }
    Ok(Some(map_of(kept(&repository.mailmap_text(), &untrusted).collect())?))
}

/// The map of where a stretch begins, with the lines that it brings itself, of those who could say so there; none where it
/// brings none.
pub(super) fn with_new(
    project: &Project<'_>,
    begin: ObjectId,
    tips: &[ObjectId],
) -> Result<Option<Mailmap>, Failure> {
    let repository = project.store.repository();
    let known = lines(project, begin)?;
    let mut asked = BTreeSet::new();
    for tip in tips {
        asked.extend(lines(project, *tip)?.into_iter().filter(|line| !known.contains(line)));
    }
    if asked.is_empty() {
        return Ok(None);
    }
    let commits = repository.touching(tips, &[begin], &[MAILMAP]).map_err(Error::from)?;
    let untrusted = untrusted(project, &commits, &asked, Some(begin))?;
    asked.retain(|line| !untrusted.contains(line));
    if asked.is_empty() {
        return Ok(None);
    }
    let known = text(project, begin)?;
    Ok(Some(map_of(known.lines().chain(asked.iter().map(String::as_str)).collect())?))
}

/// The map with the lines, too, that stood there once, and the commits that removed them; none where there are no such lines.
/// Who acted while a line stood there is still who the line made of them.
pub(super) fn with_removed(
    project: &Project<'_>,
    tips: &[ObjectId],
) -> Result<Option<(Mailmap, Vec<ObjectId>)>, Failure> {
    let repository = project.store.repository();
    let present = repository.mailmap_text().to_lowercase();
    let present: BTreeSet<&str> = present.lines().map(str::trim).collect();
    let (mut removed, mut removals) = (BTreeSet::new(), Vec::new());
    let commits = repository.touching(tips, &[], &[MAILMAP]).map_err(Error::from)?;
    for commit in &commits {
        let now = lines(project, *commit)?;
        let parents = repository.parents(*commit).map_err(Error::from)?;
        let Some(parent) = parents.first() else { continue };
        let gone: Vec<String> = lines(project, *parent)?
            .into_iter()
            .filter(|line| line.contains('<') && !now.contains(line) && !present.contains(line.as_str()))
            .collect();
        if !gone.is_empty() {
            removals.push(*commit);
            removed.extend(gone);
        }
    }
    if removed.is_empty() {
        return Ok(None);
    }
    let asked = removed.iter().cloned().chain(present.into_iter().map(str::to_owned)).collect();
    let untrusted = untrusted(project, &commits, &asked, None)?;
    // Of two lines about one address, git takes the last: what stands there now.
    let text = repository.mailmap_text();
    let lines = removed.iter().map(String::as_str).filter(|line| !untrusted.contains(*line));
    Ok(Some((map_of(lines.chain(kept(&text, &untrusted)).collect())?, removals)))
}

/// The lines of a text that are not untrusted.
fn kept<'a>(text: &'a str, untrusted: &BTreeSet<String>) -> impl Iterator<Item = &'a str> {
    text.lines().filter(|line| !untrusted.contains(&line.trim().to_lowercase()))
}

fn map_of(lines: Vec<&str>) -> Result<Mailmap, Failure> {
    Ok(Mailmap::of_text(&lines.join("\n")).map_err(Error::from)?)
}

/// Those of some lines that were written last by who could not say so; the commits that changed the file, the oldest first.
/// Of commits that come to a branch, its rules decide who could, not theirs.
fn untrusted(
    project: &Project<'_>,
    commits: &[ObjectId],
    asked: &BTreeSet<String>,
    begin: Option<ObjectId>,
) -> Result<BTreeSet<String>, Failure> {
    let repository = project.store.repository();
    let mut untrusted: BTreeSet<String> = BTreeSet::new();
    for commit in commits {
        let commit = *commit;
        let parents = repository.parents(commit).map_err(Error::from)?;
        let mut before = BTreeSet::new();
        for parent in &parents {
            before.extend(lines(project, *parent)?);
        }
        let mut new: Vec<String> =
            lines(project, commit)?.into_iter().filter(|line| !before.contains(line)).collect();
        new.retain(|line| asked.contains(line));
        if new.is_empty() {
            continue;
        }
        let rules =
            project.at_commit(begin.or(parents.first().copied())).rules().cloned().unwrap_or_default();
        let known: Vec<String> = before.into_iter().filter(|line| !untrusted.contains(line)).collect();
        let author = repository.passage(commit, layout::FOLDER).map_err(Error::from)?.identity.author;
        let map = Mailmap::of_text(&known.join("\n")).map_err(Error::from)?;
        let (name, email) = map.mapped(&author.name, &author.email).map_err(Error::from)?;
        let known = Person { name, email };
        for line in new {
            match may_write(&line, &known, &author.email, &rules) {
                true => untrusted.remove(&line),
                false => untrusted.insert(line),
            };
        }
    }
    Ok(untrusted)
}

fn may_write(line: &str, author: &Person, address: &str, rules: &Rules) -> bool {
    let gets = addresses(line).next().unwrap_or_default();
    let is_theirs = gets == author.email.to_lowercase() || gets == address.to_lowercase();
    // Somebody of the team who writes under another address becomes nobody else: the audit holds members apart.
    let is_of_team = |address: &str| {
        let has = |member: &Member| member.emails.iter().any(|own| own.eq_ignore_ascii_case(address));
        rules.team.members.iter().any(has)
    };
    is_theirs || rules.may_change_rules(author) || addresses(line).skip(1).all(is_of_team)
}

/// True for a line that gives to somebody of the team what was done under an address that is not theirs.
fn gives_to_member(line: &str, members: &[Member]) -> bool {
    let has =
        |member: &Member, address: &str| member.emails.iter().any(|own| own.eq_ignore_ascii_case(address));
    let Some(gets) = addresses(line).next() else { return false };
    let member = members.iter().find(|member| has(member, gets));
    member.is_some_and(|member| addresses(line).any(|address| !has(member, address)))
}

/// The addresses of a line, that of the person it gives to first (gitmailmap(5)).
fn addresses(line: &str) -> impl Iterator<Item = &str> {
    line.split('<').skip(1).filter_map(|part| part.split('>').next())
}

/// The lines of a commit's file, in lower case: names and addresses are compared so.
fn lines(project: &Project<'_>, commit: ObjectId) -> Result<BTreeSet<String>, Failure> {
    Ok(text(project, commit)?.lines().map(|line| line.trim().to_lowercase()).collect())
}

/// A commit's file; empty where there is none.
fn text(project: &Project<'_>, commit: ObjectId) -> Result<String, Failure> {
    let content = project.store.repository().file(commit, MAILMAP, MAX_FILE_BYTES).map_err(Error::from)?;
    let Some(Blob::Bytes(bytes)) = content else { return Ok(String::new()) };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
