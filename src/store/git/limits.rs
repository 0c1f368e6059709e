//! How much of a repository is read and written at most; docs/limits.md has the table.

/// The longest name of a file or folder, in bytes: what Linux, macOS and NTFS take.
pub(crate) const MAX_NAME_BYTES: usize = 255;
/// The longest path under `.support/`, in bytes.
pub(crate) const MAX_PATH_BYTES: usize = 1024;
/// The names in a path, `.support` among them; ours have five.
pub(crate) const MAX_PATH_DEPTH: usize = 8;
/// The entries of trees that one walk looks at.
pub(crate) const MAX_WALKED: usize = 8_000_000;
/// The entries that one walk looks at again, in folders that are the same object as another.
pub(crate) const MAX_REPEATED: usize = 20_000;
/// The largest file under `.support/` that is written, or carried from one clone to another, in bytes.
pub const MAX_BLOB_BYTES: usize = 256 * 1024 * 1024;
/// The largest text that stands under a reference of its own, in bytes.
pub(crate) const MAX_REFERENCE_TEXT_BYTES: usize = 32 * 1024 * 1024;

/// What is bounded, how much is taken, and in which unit.
pub const LIMITS: &[(&str, usize, &str)] = &[
    ("name of a file or folder under `.support/`", MAX_NAME_BYTES, "bytes"),
    ("path under `.support/`", MAX_PATH_BYTES, "bytes"),
    ("folders in a path, `.support` among them", MAX_PATH_DEPTH, "names"),
    ("folders of one commit that are looked at", MAX_WALKED, "entries"),
    ("folders that are the same object as another", MAX_REPEATED, "entries"),
    ("attachment, or any other file under `.support/`", MAX_BLOB_BYTES, "bytes"),
    ("record of passed tests under a reference", MAX_REFERENCE_TEXT_BYTES, "bytes"),
];
