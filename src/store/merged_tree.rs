//! Two states of everything under `.support/` made one: tickets by the merge rule, other files as texts.

use crate::store::Store;
use crate::store::driver::read_merged;
use crate::store::error::{BadFile, Error};
use crate::store::git::{
    self, Blob, FileChange, FileDelta, MAX_BLOB_BYTES, ObjectId, Repository, SupportPath,
};
use crate::store::layout;
use crate::store::merged_files::{MovedFile, joined, moved};
use crate::ticket::{
    Field, MAX_FILE_BYTES, MAX_TICKET_BYTES, Merged, ThreeWay, Ticket, TicketId, codec, contested_value,
    merge, merge_three, merge_yaml, sha256, visible_line, yaml,
};

/// What each of two sides lacks of their union.
#[derive(Debug, Default)]
pub(crate) struct MergedTree {
    /// The files that our side is to take.
    pub(crate) for_ours: Vec<FileChange>,
    /// The files that their side is to take.
    pub(crate) for_theirs: Vec<FileChange>,
    /// Tickets that met under one id by chance: the id, and that which the younger one got.
    pub(crate) renamed: Vec<(TicketId, TicketId)>,
    /// Tickets of which both sides set fields otherwise, with those fields.
    pub(crate) contested: Vec<(TicketId, Vec<Field>)>,
    /// Tickets that one side waits with, or has resolved, while the customer wrote on the other.
    pub(crate) unheard: Vec<TicketId>,
    /// Attachments of which each side took another part of the name: where they are to be, and where each side has them.
    joined: Vec<(String, [String; 2])>,
    /// Attachments of tickets that go on under another id.
    moved: Vec<MovedFile>,
    /// Of settings that are left as they are, those that our side and their side have changed.
    pub(crate) left: [Vec<String>; 2],
}

/// What of two sides is made one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Everything,
    /// Tickets and their evidence. The rest belongs to the code of each side: carried over without it, what one side took
    /// back would come again from the other, in the name of who carried it.
    Tickets,
}

impl MergedTree {
    /// A path's content in the union, for the sides that have it otherwise.
    fn put(&mut self, path: &str, content: Option<&[u8]>, ours: Option<&[u8]>, theirs: Option<&[u8]>) {
        let change = || match content {
            Some(content) => FileChange::write(path, content),
            None => FileChange::remove(path),
        };
        if content != ours {
            self.for_ours.push(change());
        }
        if content != theirs {
            self.for_theirs.push(change());
        }
    }
}

/// The union of two commits' files under `.support/`; `base` is what both came from.
///
/// # Errors
/// A ticket cannot be read on one side, or a file was changed on both.
pub(crate) fn union(
    repository: &Repository,
    base: Option<ObjectId>,
    ours: ObjectId,
    theirs: ObjectId,
) -> Result<MergedTree, Error> {
    union_of(repository, Extent::Everything, base, ours, theirs)
}

/// The same, of so much of them.
///
/// # Errors
/// A ticket cannot be read on one side, or a file was changed on both.
pub(crate) fn union_of(
    repository: &Repository,
    extent: Extent,
    base: Option<ObjectId>,
    ours: ObjectId,
    theirs: ObjectId,
) -> Result<MergedTree, Error> {
    let mut union = MergedTree::default();
    for difference in repository.differences(layout::FOLDER, ours, theirs)? {
        let path = &*SupportPath::parse(&difference.path)?;
        if extent == Extent::Tickets && !is_of_tickets(path) {
            let before = repository.committed(base, path)?;
            for (left, now) in union.left.iter_mut().zip([difference.ours, difference.theirs]) {
                left.extend((now != before).then(|| path.to_owned()));
            }
            continue;
        }
        let read = |blob: Option<ObjectId>| blob.map(|blob| content(repository, path, blob)).transpose();
        let (mine, other) = (read(difference.ours)?, read(difference.theirs)?);
        let before = match base {
            Some(base) => read(repository.committed(Some(base), path)?)?,
            None => None,
        };
        let (mine, other, before) = (mine.as_deref(), other.as_deref(), before.as_deref());
        match layout::id_of(path) {
            Some(id) => tickets(&mut union, &id, path, [before, mine, other])?,
            None if is_of_purged(repository, path, [ours, theirs])? => union.put(path, None, mine, other),
            None => {
                let merged = file(repository, path, [before, mine, other])?;
                union.put(path, merged.as_deref(), mine, other);
            }
        }
    }
    for (path, sides) in std::mem::take(&mut union.joined) {
        let mut content = None;
        for (side, old) in [ours, theirs].into_iter().zip(&sides) {
            let blob = repository.committed(Some(side), &SupportPath::parse(old)?)?;
            content = content.or(blob.map(|blob| self::content(repository, old, blob)).transpose()?);
        }
        for (changes, own) in [(&mut union.for_ours, &sides[0]), (&mut union.for_theirs, &sides[1])] {
            changes.retain(|change| !sides.contains(&change.path));
            changes.push(FileChange::remove(own));
            changes.extend(content.as_ref().map(|content| FileChange::write(&path, content.clone())));
        }
    }
    for file in std::mem::take(&mut union.moved) {
        move_file(repository, &mut union, &file, [ours, theirs])?;
    }
    Ok(union)
}

/// Has an attachment lie where its ticket goes on.
fn move_file(
    repository: &Repository,
    union: &mut MergedTree,
    file: &MovedFile,
    sides: [ObjectId; 2],
) -> Result<(), Error> {
    let MovedFile { old, new, sha256: wanted, is_of_both } = file;
    let at = |side: ObjectId| -> Result<Option<Vec<u8>>, Error> {
        let blob = repository.committed(Some(side), &SupportPath::parse(old)?)?;
        blob.map(|blob| content(repository, old, blob)).transpose()
    };
    let [mine, other] = [at(sides[0])?, at(sides[1])?];
    let found = mine.iter().chain(&other).find(|content| sha256(content) == *wanted).cloned();
    let Some(content) = found else { return Ok(()) };
    for (changes, own) in [(&mut union.for_ours, mine), (&mut union.for_theirs, other)] {
        if !is_of_both {
            changes.retain(|change| change.path != *old);
            changes.extend(own.is_some().then(|| FileChange::remove(old)));
        }
        changes.push(FileChange::write(new, content.clone()));
    }
    Ok(())
}

/// True for a ticket, and for evidence.
fn is_of_tickets(path: &str) -> bool {
    let evidence = path.strip_prefix(layout::ATTACHMENTS).is_some_and(|rest| rest.starts_with('/'));
    layout::id_of(path).is_some() || evidence
}

/// True for an attachment of a ticket that is purged on either side.
fn is_of_purged(repository: &Repository, path: &str, sides: [ObjectId; 2]) -> Result<bool, Error> {
    let Some((id, _)) = layout::attachment_of(path) else { return Ok(false) };
    for side in sides {
        let file = layout::ticket(&id);
        let blob = repository.committed(Some(side), &SupportPath::parse(&file)?)?;
        let bytes = blob.map(|blob| content(repository, &file, blob)).transpose()?;
        if bytes.and_then(|bytes| codec::read(&id, &bytes).ok()).is_some_and(|ticket| ticket.is_purged()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn content(repository: &Repository, path: &str, blob: ObjectId) -> Result<Vec<u8>, Error> {
    // Evidence may be larger than what is merged: it is only carried over.
    let limit = if layout::id_of(path).is_some() { MAX_TICKET_BYTES } else { MAX_BLOB_BYTES };
    match repository.blob(blob, limit)? {
        Blob::Bytes(bytes) => Ok(bytes),
        Blob::TooLarge(bytes) => {
            let problem = format!("has {bytes} bytes; at most {limit} are read");
            Err(BadFile::whole(path, problem).into())
        }
    }
}

/// A ticket that is missing on one side is taken over, never away.
fn tickets(
    union: &mut MergedTree,
    id: &TicketId,
    path: &str,
    sides: [Option<&[u8]>; 3],
) -> Result<(), Error> {
    let [before, mine, other] = sides;
    let (Some(ours), Some(theirs)) = (mine, other) else {
        union.put(path, mine.or(other), mine, other);
        return Ok(());
    };
    // What a newer version wrote on one side is not merged, and need not be where the other side left the ticket alone.
    let is_newer = |bytes: &[u8]| codec::read(id, bytes).is_err_and(|invalid| invalid.is_newer());
    if before.is_some() && ((mine == before && is_newer(theirs)) || (other == before && is_newer(ours))) {
        union.put(path, if mine == before { other } else { mine }, mine, other);
        return Ok(());
    }
    let base = before.and_then(|bytes| codec::read(id, bytes).ok());
    let (ours, theirs) = (read_merged(id, path, ours)?, read_merged(id, path, theirs)?);
    match one(base.as_ref(), &ours, &theirs, path)? {
        Merged::One(ticket) => {
            let fields = newly_contested(&ticket, [&ours, &theirs]);
            if !fields.is_empty() {
                union.contested.push((id.clone(), fields));
            }
            let is_unheard = |ticket: &Ticket| ticket.unheard().is_some();
            if is_unheard(&ticket) && ![&ours, &theirs].into_iter().any(is_unheard) {
                union.unheard.push(id.clone());
            }
            union.put(path, Some(readable(path, &ticket)?.as_bytes()), mine, other);
            union.joined.extend(joined(&ticket, [&ours, &theirs]));
        }
        Merged::Two { kept, renamed } => {
            union.put(path, Some(codec::write(&kept).as_bytes()), mine, other);
            union.moved.extend(moved(&kept, &renamed));
            let new = layout::ticket(renamed.id());
            union.put(&new, Some(codec::write(&renamed).as_bytes()), None, None);
            union.renamed.push((id.clone(), renamed.id().clone()));
        }
    }
    Ok(())
}

/// The file of a merged ticket. One that nobody could read is not written: both sides stay as they are.
pub(crate) fn readable(path: &str, ticket: &Ticket) -> Result<String, Error> {
    let content = codec::write(ticket);
    if content.len() > MAX_TICKET_BYTES {
        let bytes = content.len();
        let problem = format!("would have {bytes} bytes when merged; at most {MAX_TICKET_BYTES} are read");
        return Err(BadFile::whole(path, problem).into());
    }
    Ok(content)
}

/// The fields of a merged ticket that concurrent entries contest, and that were not contested on either side.
pub(crate) fn newly_contested(merged: &Ticket, sides: [&Ticket; 2]) -> Vec<Field> {
    let of =
        |ticket: &Ticket| -> Vec<Field> { ticket.contested().into_iter().map(|(field, _)| field).collect() };
    let known = sides.map(of).concat();
    of(merged).into_iter().filter(|field| !known.contains(field)).collect()
}

fn one(base: Option<&Ticket>, ours: &Ticket, theirs: &Ticket, path: &str) -> Result<Merged, Error> {
    let Some(base) = base else { return Ok(merge(ours, theirs)) };
    match merge_three(base, ours, theirs) {
        // What a revert elsewhere took out of the file stays: a timeline only grows.
        ThreeWay::One(ticket) | ThreeWay::TakenBack { ticket, .. } => Ok(Merged::One(ticket)),
        ThreeWay::Two => Ok(merge(ours, theirs)),
        ThreeWay::Contested(fields) => {
            let names: Vec<String> = fields.iter().map(crate::ticket::Field::name).collect();
            let problem = format!("{} was edited by hand, and changed on the other side", names.join(", "));
            Err(BadFile::whole(path, problem).into())
        }
    }
}

/// A file that is no ticket, as it changes on the last of three versions: what was before, what became of it, and
/// what stands there now.
pub(crate) fn file_of(
    repository: &Repository,
    path: &str,
    versions: [Option<ObjectId>; 3],
) -> Result<Option<FileChange>, Error> {
    let read = |blob: Option<ObjectId>| blob.map(|blob| content(repository, path, blob)).transpose();
    let [before, now, there] = versions;
    let (before, now, there) = (read(before)?, read(now)?, read(there)?);
    let merged = file(repository, path, [before.as_deref(), now.as_deref(), there.as_deref()])?;
    Ok((merged != there).then(|| match merged {
        Some(merged) => FileChange::write(path, merged),
        None => FileChange::remove(path),
    }))
}

impl Store {
    /// True where a merge has of a file just what git, or `sync`, makes of its two sides.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn is_as_merged(&self, parents: &[ObjectId], file: &FileDelta) -> Result<bool, Error> {
        let repository = self.repository();
        if repository.is_as_git_merges(parents, file)? {
            return Ok(true);
        }
        let ([one, other], Some(now)) = (parents, &file.now) else { return Ok(false) };
        let read = |commit: Option<ObjectId>| -> Result<Option<Vec<u8>>, Error> {
            let Some(commit) = commit else { return Ok(None) };
            Ok(match repository.file(commit, &file.path, MAX_FILE_BYTES)? {
                Some(Blob::Bytes(bytes)) => Some(bytes),
                Some(Blob::TooLarge(_)) | None => None,
            })
        };
        let before = read(repository.merge_base(*one, *other)?)?.unwrap_or_default();
        let (Some(one), Some(other)) = (read(Some(*one))?, read(Some(*other))?) else { return Ok(false) };
        for (ours, theirs) in [(&one, &other), (&other, &one)] {
            let merged = text_of(repository, &file.path, [&before, ours, theirs])?;
            if merged.is_some_and(|merged| repository.hash(&merged).is_ok_and(|hash| hash == now.id)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A file in conflict that is no ticket, as its sides make it one; `None` where people have to.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn settled(
        &self,
        path: &str,
        [before, ours, theirs]: [Option<Vec<u8>>; 3],
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some((ours, theirs)) = ours.zip(theirs) else { return Ok(None) };
        text_of(self.repository(), path, [&before.unwrap_or_default(), &ours, &theirs])
    }
}

/// Two versions of a text made one: line by line, as git does, and of a YAML file value by value where that would leave a
/// conflict, or no YAML.
pub(crate) fn text_of(
    repository: &Repository,
    path: &str,
    [before, ours, theirs]: [&[u8]; 3],
) -> Result<Option<Vec<u8>>, Error> {
    let lines = repository.merge_texts(before, ours, theirs)?;
    if !path.ends_with(".yaml") {
        return Ok(lines);
    }
    let text = |bytes: &[u8]| yaml::decode(bytes).ok().filter(|text| yaml::parse(text).is_ok());
    let (Some(ours), Some(theirs)) = (text(ours), text(theirs)) else { return Ok(lines) };
    if lines.as_deref().is_some_and(|lines| text(lines).is_some()) {
        return Ok(lines);
    }
    let before = yaml::decode(before).unwrap_or_default();
    Ok(merge_yaml(&before, &ours, &theirs).map(String::into_bytes))
}

/// The value that both versions of a YAML file set otherwise, where it can be named.
fn contested(sides: [&[u8]; 3]) -> Option<String> {
    let [before, ours, theirs] = sides.map(|side| yaml::decode(side).unwrap_or_default());
    contested_value(&before, &ours, &theirs)
}

/// A file that is no ticket: the side that changed it counts; where both did, their texts are merged.
fn file(repository: &Repository, path: &str, sides: [Option<&[u8]>; 3]) -> Result<Option<Vec<u8>>, Error> {
    let [before, ours, theirs] = sides;
    if ours == before || (before.is_none() && ours.is_none()) {
        return Ok(theirs.map(<[u8]>::to_vec));
    }
    if theirs == before {
        return Ok(ours.map(<[u8]>::to_vec));
    }
    let both = ours.zip(theirs);
    let merged =
        both.map(|(ours, theirs)| text_of(repository, path, [before.unwrap_or_default(), ours, theirs]));
    match merged.transpose()?.flatten() {
        Some(merged) => Ok(Some(merged)),
        None => {
            let value = both.and_then(|(ours, theirs)| contested([before.unwrap_or_default(), ours, theirs]));
            let place = value.unwrap_or_else(|| "the same place".to_owned());
            let problem =
                format!("{} was changed on both sides in {}", visible_line(path), visible_line(&place));
            let hint = "git pull --no-rebase, settle the conflict in it, git add it, git commit; then git support sync";
            Err(git::Error::new(git::Kind::Conflict, problem).hint(hint).into())
        }
    }
}
