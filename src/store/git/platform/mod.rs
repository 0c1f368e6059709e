//! What systems do differently with files: folders that are entered without following a link, identities, waiting for the
//! disk. The only place of the store that asks which system it is on.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;

/// What tells a file or folder from a copy of it: device and number.
pub(crate) type Identity = (u64, u64);

/// What git remembers of a file in its index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stat {
    pub(crate) ctime: (i64, i64),
    pub(crate) mtime: (i64, i64),
    pub(crate) dev: u64,
    pub(crate) ino: u64,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) bytes: u64,
}

/// What tells one index file from the next: number, time of change, size.
pub(crate) type Stamp = (u64, i64, i64, u64);
