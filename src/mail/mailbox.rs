//! Where messages come from: a file, a pipe, an mbox, a Maildir, a folder of files.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::mail::mbox::{Mbox, begins_message, too_large};

/// The largest message that is read, in bytes: mail servers take less.
pub(super) const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// The most that is read of a file to tell what it is.
const MAX_LINE_BYTES: u64 = 1_000;

/// Where messages come from.
#[derive(Debug)]
pub enum Mailbox {
    /// What came through a pipe: a message, or an mbox.
    Pipe(Vec<u8>),
    /// Many in one file, each after a line that begins with `From `.
    Mbox(PathBuf),
    /// A Maildir, whose new messages are taken, and moved to `cur` then.
    Maildir(PathBuf, Vec<PathBuf>),
    /// Files of a message each, which are left where they are.
    Files(Vec<PathBuf>),
}

/// Where a message stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file of its own.
    File(PathBuf),
    /// The so-manieth of a file, from 1.
    Nth(usize),
    /// The so-manieth of a file of a folder, from 1.
    Within(PathBuf, usize),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => f.write_str(&name_of(path)),
            Self::Nth(number) => write!(f, "message {number}"),
            Self::Within(path, number) => write!(f, "{}, message {number}", name_of(path)),
        }
    }
}

/// The name of a file, as it may be shown.
fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    crate::ticket::visible(&name.to_string_lossy())
}

/// True for a file of many messages, each after a line that begins with `From `.
fn is_mbox(path: &Path) -> io::Result<bool> {
    let mut line = Vec::new();
    BufReader::new(File::open(path)?.take(MAX_LINE_BYTES)).read_until(b'\n', &mut line)?;
    Ok(begins_message(&line))
}

impl Mailbox {
    /// Opens a mailbox.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    pub fn open(path: &Path, directory: &Path, input: &mut dyn Read) -> io::Result<Self> {
        if path == Path::new("-") {
            return read_all(input).map(Self::Pipe);
        }
        let path = directory.join(path);
        let kind = fs::metadata(&path)?;
        if kind.is_dir() {
            return Self::folder(path);
        }
        if !kind.is_file() {
            return Err(io::Error::other("is neither a file nor a folder"));
        }
        Ok(if is_mbox(&path)? { Self::Mbox(path) } else { Self::Files(vec![path]) })
    }

    fn folder(path: PathBuf) -> io::Result<Self> {
        let is_maildir = ["new", "cur"].iter().all(|part| path.join(part).is_dir());
        let from = if is_maildir { path.join("new") } else { path.clone() };
        let mut files = Vec::new();
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            // What is no plain file may be anything: a pipe would be waited for.
            if entry.file_type()?.is_file() && !is_hidden {
                files.push(entry.path());
            }
        }
        // The oldest first: names of a Maildir begin with the second of delivery.
        files.sort();
        Ok(if is_maildir { Self::Maildir(path, files) } else { Self::Files(files) })
    }

    /// How many messages there are, where that is known without reading them.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::Pipe(_) | Self::Mbox(_) => None,
            Self::Maildir(_, files) | Self::Files(files) => Some(files.len()),
        }
    }

    /// Hands over the messages one by one: each is read when its turn comes, and let go of after.
    ///
    /// # Errors
    /// What `take` says, or the mailbox cannot be read.
    pub fn each<E: From<anyhow::Error>>(
        &self,
        mut take: impl FnMut(Place, io::Result<Vec<u8>>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Pipe(raw) if begins_message(raw) => {
                each_of(raw.as_slice(), |number, raw| take(Place::Nth(number), raw))
            }
            Self::Pipe(raw) => take(Place::Nth(1), Ok(raw.clone())),
            Self::Mbox(path) => {
                let file = File::open(path).map_err(anyhow::Error::from)?;
                each_of(BufReader::new(file), |number, raw| take(Place::Nth(number), raw))
            }
            Self::Maildir(_, files) => {
                files.iter().try_for_each(|path| take(Place::File(path.clone()), read(path)))
            }
            Self::Files(files) => {
                for path in files {
                    // What cannot be opened is said by who reads it.
                    if is_mbox(path).unwrap_or(false) {
                        let file = File::open(path).map_err(anyhow::Error::from)?;
                        each_of(BufReader::new(file), |number, raw| {
                            take(Place::Within(path.clone(), number), raw)
                        })?;
                    } else {
                        take(Place::File(path.clone()), read(path))?;
                    }
                }
                Ok(())
            }
        }
    }

    /// Moves a message of a Maildir from `new` to `cur`: as seen, or as still to be read by somebody.
    ///
    /// # Errors
    /// It cannot be moved.
    pub fn done(&self, place: &Place, is_seen: bool) -> io::Result<()> {
        let (Self::Maildir(folder, _), Place::File(path)) = (self, place) else { return Ok(()) };
        let Some(name) = path.file_name() else { return Ok(()) };
        let name = name.to_string_lossy().into_owned();
        let (unique, flags) = name.split_once(":2,").unwrap_or((&name, if is_seen { "S" } else { "" }));
        let named = |number: usize| {
            let apart = if number == 0 { String::new() } else { format!("_{number}") };
            folder.join("cur").join(format!("{unique}{apart}:2,{flags}"))
        };
        // Another message may have that name there.
        let free = (0..).map(named).find(|path| !path.exists());
        match fs::rename(path, free.unwrap_or_else(|| named(0))) {
            // Another run was first.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            moved => moved,
        }
    }
}

fn each_of<E>(
    mbox: impl BufRead,
    mut take: impl FnMut(usize, io::Result<Vec<u8>>) -> Result<(), E>,
) -> Result<(), E> {
    Mbox::new(mbox, MAX_MESSAGE_BYTES).enumerate().try_for_each(|(place, message)| take(place + 1, message))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_all(&mut File::open(path)?)
}

/// Reads a message to its end.
fn read_all(from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(MAX_MESSAGE_BYTES).map_or(u64::MAX, |most| most.saturating_add(1));
    let mut raw = Vec::new();
    from.take(limit).read_to_end(&mut raw)?;
    if raw.len() > MAX_MESSAGE_BYTES {
        return Err(too_large(MAX_MESSAGE_BYTES));
    }
    Ok(raw)
}
