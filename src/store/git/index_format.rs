//! An index file as bytes (gitformat-index(5)): what it says of a path, and the same file with entries put in
//! or taken out, all others as they stand.
//!
//! libgit2 would make an object of every entry and hash with SHA-1 that looks for attacks: at 100,000 entries
//! that took four fifths of a write. Versions 2 and 3 are ours; whatever else there is, git writes.

use std::collections::{BTreeMap, BTreeSet};

use git2::{ObjectFormat, Oid};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// Extensions that stay true when entries change; `TREE` with the folders of the entries taken out of it.
const KEPT: [&[u8]; 3] = [b"TREE", b"REUC", b"NAME"];
/// Extensions that speak of where entries lie: git makes them again.
const DROPPED: [&[u8]; 2] = [b"EOIE", b"IEOT"];
const HEADER_BYTES: usize = 12;
/// Bytes of an entry before the object's name.
const STAT_BYTES: usize = 40;
const EXTENDED: u16 = 0x4000;
const STAGES: u16 = 0x3000;
/// The longest name whose length stands in the flags; of a longer one, this does.
const MAX_NAME: usize = 0xfff;
const SKIP_WORKTREE: u16 = 1 << 14;

/// An index file of version 2 or 3, with no extension but those that can be kept or made again.
pub(crate) struct IndexFile {
    bytes: Vec<u8>,
    format: ObjectFormat,
    /// Where the entries end and the extensions begin.
    entries_end: usize,
    /// Where each entry begins.
    starts: Vec<usize>,
    /// True where git was told not to check (`index.skipHash`).
    is_unchecked: bool,
}

/// Why a file is not read here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Another version, or an extension that git alone can keep: split, sparse, untracked cache, fsmonitor.
    Odd,
    /// It is no index, or damaged.
    Damaged,
}

/// An entry, as it lies in the file.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    start: usize,
    end: usize,
    pub(crate) path: &'a [u8],
    pub(crate) id: Oid,
    flags: u16,
    extended: u16,
    /// Seconds of the file's last change.
    pub(crate) modified: u32,
    /// The file's size, in bytes.
    pub(crate) size: u32,
}

impl Entry<'_> {
    /// True for one side of a conflict.
    pub(crate) fn is_conflict(&self) -> bool {
        self.flags & STAGES != 0
    }

    /// True where a sparse checkout leaves the file out of the work tree.
    pub(crate) fn is_skipped(&self) -> bool {
        self.extended & SKIP_WORKTREE != 0
    }
}

/// What an entry is to become.
pub(crate) enum Edit {
    /// These fields before the name of the blob, in order of the file; then the blob.
    Put { stat: [u32; 10], id: Oid, skipped: bool },
    /// The same, but git is to look at the file again.
    Smudge,
    /// None.
    Remove,
}

impl IndexFile {
    /// An index without entries.
    pub(crate) fn empty(format: ObjectFormat) -> Self {
        let bytes = [b"DIRC".as_slice(), &2_u32.to_be_bytes(), &0_u32.to_be_bytes()].concat();
        Self { entries_end: bytes.len(), bytes, format, starts: Vec::new(), is_unchecked: false }
    }

    /// Reads an index file.
    pub(crate) fn read(mut bytes: Vec<u8>, format: ObjectFormat) -> Result<Self, Unread> {
        let length = hash_bytes(format);
        let end = bytes.len().checked_sub(length).filter(|end| *end >= HEADER_BYTES);
        let end = end.ok_or(Unread::Damaged)?;
        let (body, hash) = bytes.split_at(end);
        let is_unchecked = hash.iter().all(|byte| *byte == 0);
        if !body.starts_with(b"DIRC") || !(is_unchecked || digest(body, format) == hash) {
            return Err(Unread::Damaged);
        }
        if !matches!(number(body, 4), Some(2 | 3)) {
            return Err(Unread::Odd);
        }
        let count = number(body, 8).ok_or(Unread::Damaged)?;
        bytes.truncate(end);
        let mut file = Self { bytes, format, entries_end: 0, starts: Vec::new(), is_unchecked };
        let mut at = HEADER_BYTES;
        for _ in 0..count {
            file.starts.push(at);
            at = file.entry_at(at).ok_or(Unread::Damaged)?.end;
        }
        file.entries_end = at;
        let extensions = file.extensions().ok_or(Unread::Damaged)?;
        let is_known = |name: &[u8]| KEPT.contains(&name) || DROPPED.contains(&name);
        if extensions.iter().all(|(name, _)| is_known(name)) { Ok(file) } else { Err(Unread::Odd) }
    }

    /// The entries, in order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.starts.iter().filter_map(|start| self.entry_at(*start))
    }

    /// The entries of a path: one, or the sides of a conflict.
    pub(crate) fn entries_of(&self, path: &[u8]) -> impl Iterator<Item = Entry<'_>> {
        let is_before = |start: &usize| self.entry_at(*start).is_some_and(|entry| entry.path < path);
        let first = self.starts.partition_point(is_before);
        let found = self.starts.iter().skip(first).filter_map(|start| self.entry_at(*start));
        found.take_while(move |entry| entry.path == path)
    }

    fn entry_at(&self, start: usize) -> Option<Entry<'_>> {
        let length = hash_bytes(self.format);
        let bytes = self.bytes.get(start..)?;
        let half = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let whole = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let flags = half(STAT_BYTES + length)?;
        let is_extended = flags & EXTENDED != 0;
        let name_at = STAT_BYTES + length + if is_extended { 4 } else { 2 };
        let said = usize::from(flags) & MAX_NAME;
        let name = bytes.get(name_at..)?;
        let name_bytes = if said < MAX_NAME { said } else { name.iter().position(|byte| *byte == 0)? };
        // An entry is padded with 1 to 8 NULs to a multiple of eight bytes.
        let end = (name_at + name_bytes + 8) / 8 * 8;
        bytes.get(..end)?;
        Some(Entry {
            start,
            end: start + end,
            path: name.get(..name_bytes)?,
            id: Oid::from_bytes(bytes.get(STAT_BYTES..STAT_BYTES + length)?).ok()?,
            flags,
            extended: if is_extended { half(name_at - 2)? } else { 0 },
            modified: whole(8)?,
            size: whole(36)?,
        })
    }

    /// The extensions' names and contents.
    fn extensions(&self) -> Option<Vec<(&[u8], &[u8])>> {
        let mut at = self.entries_end;
        let mut found = Vec::new();
        while at < self.bytes.len() {
            let content = at + 8..(at + 8).checked_add(number(&self.bytes, at + 4)?)?;
            found.push((self.bytes.get(at..at + 4)?, self.bytes.get(content.clone())?));
            at = content.end;
        }
        Some(found)
    }

    /// The tree of a folder at the top, as far as whoever wrote the index knew it.
    pub(crate) fn known_tree(&self, folder: &str) -> Option<Oid> {
        let extensions = self.extensions()?;
        let (_, content) = extensions.into_iter().find(|(name, _)| *name == b"TREE")?;
        let wanted = format!("{folder}/").into_bytes();
        let known = known_trees(content, self.format)?.into_iter().find(|known| known.folder == wanted)?;
        Oid::from_bytes(known.id).ok()
    }

    /// The bytes of the file with these entries changed, by path.
    pub(crate) fn edited(&self, edits: &BTreeMap<Vec<u8>, Edit>) -> Option<Vec<u8>> {
        let mut out = self.bytes.get(..HEADER_BYTES)?.to_vec();
        let mut count = self.starts.len();
        let mut version = number(&self.bytes, 4)?;
        let mut waiting = edits.iter().peekable();
        let mut copied = HEADER_BYTES;
        let mut put = |out: &mut Vec<u8>, path: &[u8], edit: &Edit, count: &mut usize| {
            if let Edit::Put { stat, id, skipped } = edit {
                version = if *skipped { 3 } else { version };
                write_entry(out, path, stat, *id, *skipped);
                *count += 1;
            }
        };
        for entry in self.entries() {
            // What stands before this entry.
            while let Some((path, edit)) = waiting.next_if(|(path, _)| path.as_slice() < entry.path) {
                out.extend(self.bytes.get(copied..entry.start)?);
                copied = entry.start;
                put(&mut out, path, edit, &mut count);
            }
            let Some((_, edit)) = waiting.peek().filter(|(path, _)| path.as_slice() == entry.path) else {
                continue;
            };
            out.extend(self.bytes.get(copied..entry.start)?);
            copied = entry.start;
            if let Edit::Smudge = edit {
                out.extend(self.bytes.get(entry.start..entry.start + STAT_BYTES - 4)?);
                out.extend([0; 4]);
                copied += STAT_BYTES;
            } else {
                // All sides of a conflict go; what is put comes before the next path.
                copied = entry.end;
                count -= 1;
            }
        }
        out.extend(self.bytes.get(copied..self.entries_end)?);
        for (path, edit) in waiting {
            put(&mut out, path, edit, &mut count);
        }
        self.add_extensions(&mut out, edits)?;
        let count = u32::try_from(count).ok()?;
        out.get_mut(4..8)?.copy_from_slice(&u32::try_from(version).ok()?.to_be_bytes());
        out.get_mut(8..12)?.copy_from_slice(&count.to_be_bytes());
        let hash = digest(&out, self.format);
        out.extend(if self.is_unchecked { vec![0; hash.len()] } else { hash });
        Some(out)
    }

    fn add_extensions(&self, out: &mut Vec<u8>, edits: &BTreeMap<Vec<u8>, Edit>) -> Option<()> {
        for (name, content) in self.extensions()? {
            if !KEPT.contains(&name) {
                continue;
            }
            let mended;
            let content = if name == b"TREE" {
                let changed = edits.iter().filter(|(_, edit)| !matches!(edit, Edit::Smudge));
                mended =
                    without_trees(content, &folders(changed.map(|(path, _)| path.as_slice())), self.format)?;
                &mended
            } else {
                content
            };
            out.extend(name);
            out.extend(u32::try_from(content.len()).ok()?.to_be_bytes());
            out.extend(content);
        }
        Some(())
    }
}

fn write_entry(out: &mut Vec<u8>, path: &[u8], stat: &[u32; 10], id: Oid, skipped: bool) {
    let start = out.len();
    stat.iter().for_each(|number| out.extend(number.to_be_bytes()));
    out.extend(id.as_bytes());
    let length = u16::try_from(path.len().min(MAX_NAME)).unwrap_or_default();
    out.extend((length | if skipped { EXTENDED } else { 0 }).to_be_bytes());
    if skipped {
        out.extend(SKIP_WORKTREE.to_be_bytes());
    }
    out.extend(path);
    out.resize(start + (out.len() - start + 8) / 8 * 8, 0);
}

/// The folders above paths, each with a slash at its end; the top is empty.
fn folders<'a>(paths: impl Iterator<Item = &'a [u8]>) -> BTreeSet<Vec<u8>> {
    let mut found = BTreeSet::new();
    for path in paths {
        found.insert(Vec::new());
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        found.extend(slashes.filter_map(|(at, _)| Some(path.get(..=at)?.to_vec())));
    }
    found
}

/// The extension that knows folders' trees, without those of folders that changed.
fn without_trees(content: &[u8], changed: &BTreeSet<Vec<u8>>, format: ObjectFormat) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(content.len());
    for known in known_trees(content, format)? {
        out.extend(known.name);
        if changed.contains(&known.folder) {
            out.extend(format!("-1 {}\n", known.below).into_bytes());
        } else {
            out.extend(known.line);
            out.extend(known.id);
        }
    }
    Some(out)
}

/// A folder in the extension that knows folders' trees.
struct KnownTree<'c> {
    /// Its path, with a slash at the end; empty for the top.
    folder: Vec<u8>,
    /// Its own name, with the NUL behind it.
    name: &'c [u8],
    /// How many folders directly below it follow.
    below: usize,
    /// The line that says how many entries and folders there are.
    line: &'c [u8],
    /// The bytes of its tree's name; empty where it is not known.
    id: &'c [u8],
}

fn known_trees(content: &[u8], format: ObjectFormat) -> Option<Vec<KnownTree<'_>>> {
    let mut found = Vec::new();
    // The folders we are in, and how many below each are still to come.
    let mut above: Vec<(Vec<u8>, usize)> = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let (name, after) = rest.split_at_checked(rest.iter().position(|byte| *byte == 0)? + 1)?;
        let (line, after) = after.split_at_checked(after.iter().position(|byte| *byte == b'\n')? + 1)?;
        let (entries, below) = std::str::from_utf8(line).ok()?.trim_end().split_once(' ')?;
        let (entries, below): (i64, usize) = (entries.parse().ok()?, below.parse().ok()?);
        let (id, after) = after.split_at_checked(if entries < 0 { 0 } else { hash_bytes(format) })?;
        while above.last().is_some_and(|(_, below)| *below == 0) {
            above.pop();
        }
        let mut folder = Vec::new();
        if let Some((parent, below)) = above.last_mut() {
            *below = below.checked_sub(1)?;
            folder = [parent.as_slice(), name.strip_suffix(b"\0")?, b"/"].concat();
        }
        above.push((folder.clone(), below));
        found.push(KnownTree { folder, name, below, line, id });
        rest = after;
    }
    Some(found)
}

/// Bytes of an object's name.
pub(crate) fn hash_bytes(format: ObjectFormat) -> usize {
    if format == ObjectFormat::Sha256 { 32 } else { 20 }
}

fn digest(bytes: &[u8], format: ObjectFormat) -> Vec<u8> {
    if format == ObjectFormat::Sha256 { Sha256::digest(bytes).to_vec() } else { Sha1::digest(bytes).to_vec() }
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}
