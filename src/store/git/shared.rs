//! `core.sharedRepository`: what is made in the git directory of a shared repository is for the others, too.
//!
//! Git changes the mode of each file it has made (`adjust_shared_perm` in its path.c); libgit2 does not. So the
//! process takes a umask with which everything, libgit2's files and the index among them, is made as git leaves it.
//! The work tree stays its user's own.

use std::sync::OnceLock;

use crate::store::git::config::Config;
use crate::store::git::platform::set_umask;

/// The umask that the process was started with, where it was changed.
static USERS: OnceLock<u32> = OnceLock::new();

/// Takes the umask that the repository asks for (git-config(1), core.sharedRepository).
pub(crate) fn share(config: &Config) {
    let Some(value) = config.text("core.sharedRepository") else { return };
    let Some(sharing) = Sharing::parse(&value) else { return };
    let own = *USERS.get_or_init(|| {
        let own = set_umask(0);
        set_umask(own);
        own
    });
    set_umask(sharing.umask(own));
}

/// A mode for a file or folder of the work tree, which the umask of its user counts for.
pub(crate) fn users_mode(mode: u32) -> u32 {
    mode & !USERS.get().copied().unwrap_or_default()
}

/// Who is to read and write what is made.
#[derive(Debug, PartialEq, Eq)]
enum Sharing {
    /// At least these bits of a file's mode.
    AtLeast(u32),
    /// Just these.
    Exactly(u32),
}

impl Sharing {
    /// Reads a value as git does (`git_config_perm` in its setup.c).
    fn parse(value: &str) -> Option<Self> {
        match value.to_lowercase().as_str() {
            "group" | "true" | "yes" | "on" | "1" => return Some(Self::AtLeast(0o660)),
            "all" | "world" | "everybody" | "2" => return Some(Self::AtLeast(0o664)),
            "umask" | "false" | "no" | "off" | "0" | "" => return None,
            _ => {}
        }
        let mode = u32::from_str_radix(value, 8).ok()?;
        // Git refuses a mode that its owner cannot read and write.
        (mode & 0o600 == 0o600).then_some(Self::Exactly(mode & 0o666))
    }

    /// The umask for it: folders may be entered by whoever may read them.
    fn umask(&self, own: u32) -> u32 {
        let open = |mode: u32| mode | ((mode & 0o444) >> 2);
        match self {
            Self::AtLeast(mode) => own & !open(*mode),
            Self::Exactly(mode) => 0o777 & !open(*mode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_git_reads_them() {
        for (value, own, umask) in [
            ("group", 0o022, 0o002),
            ("true", 0o077, 0o007),
            ("all", 0o077, 0o002),
            ("0640", 0o000, 0o027),
            ("0660", 0o022, 0o007),
            ("0600", 0o022, 0o077),
        ] {
            assert_eq!(Sharing::parse(value).unwrap().umask(own), umask, "{value}");
        }
        for value in ["umask", "false", "0", "0400", "perhaps"] {
            assert_eq!(Sharing::parse(value), None, "{value}");
        }
    }
}
