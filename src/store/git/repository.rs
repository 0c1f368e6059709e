//! An opened repository: where it lies, its configuration, and who writes.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Once;

use crate::store::git::config::Config;
use crate::store::git::embedded;
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::identity::Identity;
use crate::store::git::mailmap_lines::Mailmap;
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::quoted;
use crate::store::git::pipeline::Pipeline;
use crate::store::git::process_env::ProcessEnv;
use crate::store::git::program::Program;
use crate::store::git::shared::share;
use crate::store::git::temporary;

/// A repository.
pub struct Repository {
    pub(crate) repo: git2::Repository,
    pub(crate) surroundings: ProcessEnv,
    pub(crate) git: Program,
    pub(crate) config: Config,
    /// What this process has configured since it was read.
    configured: RefCell<BTreeMap<String, String>>,
    /// True where references are in a reftable, which git reads and writes for us.
    pub(crate) has_reftable: bool,
    /// True where a remote has promised objects that are not here.
    pub(crate) is_partial: bool,
    /// The trees of commits that were read last: the message of a commit of many tickets is long, and each look for a file
    /// would read it again.
    pub(crate) trees: RefCell<HashMap<ObjectId, git2::Oid>>,
    /// The `.mailmap` that was read last, and its text: each person would have it read again.
    pub(crate) mailmap: RefCell<Option<(String, Rc<Mailmap>)>>,
}

impl Repository {
    /// Opens the repository that git would find from here.
    ///
    /// # Errors
    /// There is none, it belongs to somebody else, or libgit2 cannot read its format.
    pub fn open(surroundings: ProcessEnv) -> Result<Self> {
        bound_memory();
        let git = Program::of(&surroundings);
        let repo = match found(&surroundings) {
            Err(error) if error.message().contains("unsupported extension") => {
                extended(&surroundings, &git, &error)?
            }
            // What git takes for safe (safe.directory of the command line, of the environment, by a pattern) is safe.
            Err(error) if error.code() == git2::ErrorCode::Owner => {
                let is_safe = git.run(&["rev-parse", "--git-dir"], b"", &[]).is_ok();
                if is_safe { of_another(&surroundings)? } else { return Err(refused(&surroundings, &error)) }
            }
            opened => opened.map_err(|error| refused(&surroundings, &error))?,
        };
        embedded::check(&repo, &surroundings)?;
        let config = Config::read(&repo, &surroundings, &git)?;
        share(&config);
        if let Some(top) = named_work_tree(&surroundings, &config, &repo) {
            let failed = |error: git2::Error| Error::git("finding the work tree", &error);
            repo.set_workdir(&top, false).map_err(failed)?;
        }
        let has_reftable = config.text("extensions.refStorage").is_some_and(|kind| kind == "reftable");
        let is_partial = config.text("extensions.partialClone").is_some()
            || config.boolean("remote.origin.promisor").unwrap_or(false);
        let (configured, trees, mailmap) = (RefCell::default(), RefCell::default(), RefCell::default());
        let git = git.at_top(repo.path(), repo.workdir());
        Ok(Self { repo, surroundings, git, config, configured, has_reftable, is_partial, trees, mailmap })
    }

    /// Author and committer, as git would take them now.
    ///
    /// # Errors
    /// Git does not know who writes.
    pub fn identity(&self) -> Result<Identity> {
        Identity::read(&self.config, &self.surroundings, &self.git)
    }

    /// True for a clone whose history was cut.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.repo.is_shallow()
    }

    /// True where commits do not have the parents here that they name: what is derived from such a history is not kept.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_shallow() || self.repo.commondir().join("info/grafts").exists()
    }

    /// A value of git's configuration.
    #[must_use]
    pub fn configured(&self, name: &str) -> Option<String> {
        self.configured.borrow().get(name).cloned().or_else(|| self.config.text(name))
    }

    /// True where a pipeline runs, of a system that is known or of any that says so by `CI`.
    #[must_use]
    pub fn is_in_pipeline(&self) -> bool {
        let is_told = |value: String| !value.eq_ignore_ascii_case("false");
        // TeamCity sets no `CI`.
        Pipeline::of(&self.surroundings).is_some()
            || self.surroundings.text("CI").is_some_and(is_told)
            || self.surroundings.has("TEAMCITY_VERSION")
    }

    /// The name of the program that acts for whoever writes (`GIT_SUPPORT_VIA`, or `support.via`).
    #[must_use]
    pub fn program_name(&self) -> Option<String> {
        let given = self.surroundings.text("GIT_SUPPORT_VIA").or_else(|| self.configured("support.via"));
        given.filter(|name| !name.trim().is_empty())
    }

    /// Remembers a value in this clone's configuration.
    ///
    /// # Errors
    /// The configuration cannot be written.
    pub fn configure(&self, name: &str, value: &str) -> Result<()> {
        let failed = |error: git2::Error| Error::git("writing git's configuration", &error);
        let config = self.repo.config().map_err(failed)?;
        let mut local = config.open_level(git2::ConfigLevel::Local).map_err(failed)?;
        local.set_str(name, value).map_err(failed)?;
        self.configured.borrow_mut().insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    /// The top of the work tree; `None` in a bare repository.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.repo.workdir()
    }

    /// The git directory of this work tree.
    #[must_use]
    pub fn git_directory(&self) -> &Path {
        self.repo.path()
    }

    /// The git directory that all work trees share.
    #[must_use]
    pub fn common_directory(&self) -> &Path {
        self.repo.commondir()
    }

    /// Our folder in the git directory that all work trees share.
    #[must_use]
    pub fn own_folder(&self) -> PathBuf {
        self.repo.commondir().join("support")
    }

    /// The git directory that all work trees share.
    pub(crate) fn common_folder(&self) -> &Path {
        self.repo.commondir()
    }

    /// The text of a file of our folder; `None` where it is not there, or is none.
    pub(crate) fn read_own(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.own_folder().join(name)).ok()
    }

    /// Writes a file of our folder in one step.
    pub(crate) fn write_own(&self, name: &str, content: &[u8]) -> Result<()> {
        let folder = self.own_folder();
        let place = folder.join(name);
        let failed = |error: std::io::Error| Error::io(format!("writing {}", place.display()), &error);
        fs::create_dir_all(&folder).map_err(failed)?;
        let part = temporary::random_part().map_err(failed)?;
        // Not in `tmp`: what lies there goes with whoever writes next.
        let made = folder.join(format!("{name}.{part}"));
        temporary::create_with(&made, content).map_err(failed)?;
        fs::rename(&made, &place).map_err(failed)
    }
}

/// The work tree that the environment names, which git takes from the working directory (git(1)); libgit2
/// takes it from the git directory.
fn named_work_tree(surroundings: &ProcessEnv, config: &Config, repo: &git2::Repository) -> Option<PathBuf> {
    if let Some(top) = surroundings.text("GIT_WORK_TREE") {
        return Some(surroundings.directory.join(top));
    }
    let is_elsewhere = config.text("core.worktree").is_some() || repo.is_bare();
    (surroundings.text("GIT_DIR").is_some() && !is_elsewhere).then(|| surroundings.directory.clone())
}

/// The bytes of objects that libgit2 keeps, by their size on the disk; parsed they take several times as many, and
/// a walk over a long history sees each once.
const CACHED_BYTES: isize = 4 * 1024 * 1024;

/// The bytes of packs that libgit2 maps, in all and at once: half of what it takes where addresses have 32 bits. On others
/// it maps a GiB at once, and all that was read of a large pack counts as memory of this process.
const MAPPED_BYTES: usize = 128 * 1024 * 1024;
const WINDOW_BYTES: usize = 16 * 1024 * 1024;

/// The largest folder that libgit2 keeps, in bytes; by itself it keeps none of more than 4,096, and unpacks a folder of a
/// hundred tickets each time that one of them is looked for.
const CACHED_TREE_BYTES: usize = 256 * 1024;

/// Bounds what libgit2 keeps of objects, 256 MiB on the disk by its own measure, and what it maps of packs.
#[expect(
    unsafe_code,
    reason = "libgit2 keeps the limits in statics; the first repository is opened before any thread"
)]
fn bound_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: these are the first calls to libgit2, from the one thread that is there; the one that waits for
        // signals never calls it.
        let _ = unsafe { git2::opts::set_cache_max_size(CACHED_BYTES) };
        // SAFETY: as above.
        let _ = unsafe { git2::opts::set_cache_object_limit(git2::ObjectType::Tree, CACHED_TREE_BYTES) };
        // SAFETY: as above.
        let _ = unsafe { git2::opts::set_mwindow_size(WINDOW_BYTES) };
        // SAFETY: as above.
        let _ = unsafe { git2::opts::set_mwindow_mapped_limit(MAPPED_BYTES) };
    });
}

/// What libgit2 refuses to open and works with all the same: missing objects and references are git's part.
const MORE_EXTENSIONS: [&str; 2] = ["partialclone", "refstorage"];

/// Opens a repository with extensions that libgit2 does not know, if git opens it and they are among those
/// that git can stand in for.
#[expect(unsafe_code, reason = "libgit2 keeps the list in a static; nothing else of it runs yet")]
fn extended(surroundings: &ProcessEnv, git: &Program, error: &git2::Error) -> Result<git2::Repository> {
    let known = ["noop", "objectformat", "worktreeconfig", "preciousobjects", "relativeworktrees"];
    let listed =
        git.run(&["config", "--local", "--name-only", "--get-regexp", r"^extensions\."], b"", &[])?;
    let listed = String::from_utf8_lossy(&listed).to_lowercase();
    let unknown = |name: &&str| !known.contains(name) && !MORE_EXTENSIONS.contains(name);
    let mut names = listed.lines().filter_map(|line| line.strip_prefix("extensions."));
    if names.any(|name| unknown(&name)) {
        return Err(refused(surroundings, error));
    }
    // SAFETY: this thread alone calls libgit2, and the other one, which waits for signals, never does.
    unsafe { git2::opts::set_extensions(&MORE_EXTENSIONS) }.map_err(|error| refused(surroundings, &error))?;
    found(surroundings).map_err(|error| refused(surroundings, &error))
}

/// Opens a repository of another user, which git itself has opened.
#[expect(unsafe_code, reason = "libgit2 keeps the switch in a static; nothing else of it runs yet")]
fn of_another(surroundings: &ProcessEnv) -> Result<git2::Repository> {
    // SAFETY: this thread alone calls libgit2, and the other one, which waits for signals, never does.
    let _ = unsafe { git2::opts::set_verify_owner_validation(false) };
    let opened = found(surroundings);
    // SAFETY: as above. Any other repository is looked at again.
    let _ = unsafe { git2::opts::set_verify_owner_validation(true) };
    opened.map_err(|error| refused(surroundings, &error))
}

/// The repository that git would find: as the environment says, or around a directory that was named.
fn found(surroundings: &ProcessEnv) -> std::result::Result<git2::Repository, git2::Error> {
    if !surroundings.is_elsewhere {
        let opened = git2::Repository::open_from_env()?;
        // Of git's own commands, only those that serve others look into a namespace (gitnamespaces(7)).
        opened.remove_namespace()?;
        return Ok(opened);
    }
    let none: [&OsStr; 0] = [];
    git2::Repository::open_ext(&surroundings.directory, git2::RepositoryOpenFlags::empty(), none)
}

/// Why a repository was not opened, with what puts it right.
fn refused(surroundings: &ProcessEnv, error: &git2::Error) -> Error {
    let here = surroundings.directory.display().to_string();
    if error.code() == git2::ErrorCode::NotFound {
        return Error::new(Kind::Repository, format!("{here} is not in a git repository"))
            .hint("git init, or -C DIR to work in another directory");
    }
    if error.code() == git2::ErrorCode::Owner {
        return Error::new(Kind::Repository, error.message())
            .hint(format!("git config --global --add safe.directory {}", quoted(&here)));
    }
    let message = error.message();
    if message.contains("unsupported extension") || message.contains("unsupported repository") {
        let message = format!("this repository's format is not supported: {message}");
        return Error::new(Kind::Repository, message);
    }
    Error::git("opening the repository", error)
}

impl Repository {
    /// True while a merge, a pick or a revert waits for its commit.
    #[must_use]
    pub fn is_in_the_middle(&self) -> bool {
        ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"]
            .iter()
            .any(|name| self.repo.path().join(name).exists())
    }

    /// The command that continues what git has under way, if it has.
    #[must_use]
    pub fn way_on(&self) -> Option<&'static str> {
        let is_there = |name: &str| self.repo.path().join(name).exists();
        let ways = [
            ("rebase-merge", "git rebase --continue"),
            ("rebase-apply/applying", "git am --continue"),
            ("rebase-apply", "git rebase --continue"),
            ("MERGE_HEAD", "git commit"),
            ("CHERRY_PICK_HEAD", "git cherry-pick --continue"),
            ("REVERT_HEAD", "git revert --continue"),
        ];
        ways.into_iter().find(|(name, _)| is_there(name)).map(|(_, way)| way)
    }

    /// True while a revert waits for its commit.
    #[must_use]
    pub fn is_reverting(&self) -> bool {
        self.repo.path().join("REVERT_HEAD").exists()
    }

    /// The commits that a merge, a pick, a revert or a rebase brings together, `HEAD` among them.
    #[must_use]
    pub fn sides(&self) -> Vec<ObjectId> {
        let names = ["HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD"];
        names.iter().filter_map(|name| self.revision(name).ok()).collect()
    }
}
