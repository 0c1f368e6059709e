//! What systems do differently with terminals and processes: signals, groups of processes, keys. The only place of the
//! command line that asks which system it is on.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::*;
#[cfg(windows)]
pub(super) use windows::*;

/// What the keyboard is about.
pub(super) enum Keyboard {
    /// Nobody typed.
    Silent,
    /// Somebody did.
    Typed,
    /// The terminal is gone.
    Gone,
}
