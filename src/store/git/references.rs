//! References: read, and moved only while they are locked and stand where they stood, with a line in the log.
//!
//! Two hands do it: libgit2 where references are files, and `git` itself where they are in a reftable, which
//! libgit2 cannot read.

use std::ffi::OsString;

use git2::{ErrorCode, Oid, Reference, Transaction};

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::identity::Ident;
use crate::store::git::index::{REFTABLE_LOCK, held};
use crate::store::git::lock::Wait;
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::shown;
use crate::store::git::program::Conversation;
use crate::store::git::repository::Repository;

/// The characters of a commit's ID that git takes for it at least, and those of a whole one (SHA-256) at most.
const ID_CHARS: std::ops::RangeInclusive<usize> = 4..=64;

/// What the reference's log will say.
pub(crate) struct Reflog {
    pub(crate) who: Ident,
    pub(crate) subject: String,
}

/// A reference, where it stands, and where it is to go.
#[derive(Clone, Copy)]
pub(crate) struct RefUpdate<'a> {
    pub(crate) name: &'a str,
    /// `None` where it must not exist yet.
    pub(crate) old: Option<ObjectId>,
    pub(crate) new: ObjectId,
    pub(crate) log: &'a Reflog,
}

/// A reference that nobody else can move while this lives.
pub(crate) struct LockedReference<'a> {
    step: RefUpdate<'a>,
    hand: Hand<'a>,
}

enum Hand<'a> {
    Libgit2(Transaction<'a>),
    Git(Conversation),
}

fn failed(name: &str, error: &git2::Error) -> Error {
    Error::git(&format!("moving {name}"), error)
}

impl Repository {
    /// The full name of the branch HEAD is on; `None` while it is detached.
    pub(crate) fn head_branch(&self) -> Result<Option<String>> {
        self.symbolic_target("HEAD")
    }

    /// The object a reference stands at, itself read afresh from the disk.
    pub(crate) fn reference_id(&self, name: &str) -> Result<Option<ObjectId>> {
        if self.has_reftable {
            let said = self.git_here(&["rev-parse", "-q", "--verify", name], b"", None).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            return if said.trim().is_empty() { Ok(None) } else { self.parse_id(said.trim()).map(Some) };
        }
        match self.repo.refname_to_id(name) {
            Ok(id) => Ok(Some(ObjectId(id))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(Error::git(&format!("reading {name}"), &error)),
        }
    }

    /// Where a symbolic reference such as `refs/remotes/origin/HEAD` leads; `None` for any other.
    pub(crate) fn symbolic_target(&self, name: &str) -> Result<Option<String>> {
        if self.has_reftable {
            let said = self.git_here(&["symbolic-ref", "-q", name], b"", None).unwrap_or_default();
            let target = String::from_utf8_lossy(&said).trim().to_owned();
            return Ok((!target.is_empty()).then_some(target));
        }
        match self.repo.find_reference(name) {
            Ok(reference) => Ok(reference.symbolic_target().ok().flatten().map(str::to_owned)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(Error::git(&format!("reading {name}"), &error)),
        }
    }

    /// The references under a folder such as `refs/heads/`: full names and objects, in order of their names.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn references(&self, folder: &str) -> Result<Vec<(String, ObjectId)>> {
        if self.has_reftable {
            let format = "--format=%(objectname) %(refname)";
            let said = self.git_here(&["for-each-ref", format, folder.trim_end_matches('/')], b"", None)?;
            let said = String::from_utf8_lossy(&said).into_owned();
            let pairs = said.lines().filter_map(|line| line.split_once(' '));
            return pairs.map(|(id, name)| Ok((name.to_owned(), self.parse_id(id)?))).collect();
        }
        let failed = |error: git2::Error| Error::git("reading references", &error);
        let mut found = Vec::new();
        for reference in self.repo.references_glob(&format!("{folder}*")).map_err(failed)? {
            // One that is broken hides none of the others.
            let Ok(reference) = reference else { continue };
            let (Ok(name), Ok(id)) = (reference.name(), reference.resolve()) else { continue };
            found.extend(id.target().map(|id| (name.to_owned(), ObjectId(id))));
        }
        found.sort();
        Ok(found)
    }

    /// The branches under a folder such as `refs/heads/`, and their commits. What leads to something else is no branch; one
    /// whose commit is missing stays, so that whoever reads it learns so.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn branches(&self, folder: &str) -> Result<Vec<(String, ObjectId)>> {
        let commit = |(name, id)| match self.peeled(id) {
            Some(commit) => Some((name, commit)),
            None => (!self.has_object(id)).then_some((name, id)),
        };
        Ok(self.references(folder)?.into_iter().filter_map(commit).collect())
    }

    /// The commits that HEAD was on, as far as this clone remembers: those of branches that are gone, too.
    #[must_use]
    pub fn remembered(&self) -> Vec<ObjectId> {
        // A clone that remembers nothing is no error.
        let said = self.git_here(&["reflog", "--format=%H", "HEAD"], b"", None).unwrap_or_default();
        let names = String::from_utf8_lossy(&said).into_owned();
        names.lines().filter_map(ObjectId::parse).filter(|id| self.is_commit(*id)).collect()
    }

    /// The commits of every branch, tag, and other reference that leads to one.
    ///
    /// # Errors
    /// References cannot be read.
    pub fn commit_tips(&self) -> Result<Vec<ObjectId>> {
        let references = self.references("refs/")?;
        let mut tips: Vec<ObjectId> = references.iter().filter_map(|(_, id)| self.peeled(*id)).collect();
        tips.sort();
        tips.dedup();
        Ok(tips)
    }

    /// The commit of a tag; of a whole commit's name, that one. A branch of the same name is none.
    ///
    /// # Errors
    /// There is no such tag.
    pub fn tagged(&self, name: &str) -> Result<ObjectId> {
        let plain = name.strip_prefix("refs/tags/").unwrap_or(name);
        let tag = self.revision(&format!("refs/tags/{plain}"));
        let is_whole = |name: &str| ObjectId::parse(name).is_some_and(|id| id.to_string() == name);
        tag.or_else(|_| if is_whole(name) { self.revision(name) } else { Err(no_tag(name)) })
    }

    /// The commit a revision names.
    ///
    /// # Errors
    /// There is no such revision.
    pub fn revision(&self, text: &str) -> Result<ObjectId> {
        self.check_one_meaning(text)?;
        let by_git = || {
            let commit = format!("{text}^{{commit}}");
            let said =
                self.git_here(&["rev-parse", "-q", "--verify", "--end-of-options", &commit], b"", None);
            said.ok().and_then(|said| self.parse_id(String::from_utf8_lossy(&said).trim()).ok())
        };
        let found = if self.has_reftable {
            by_git()
        } else {
            match self.repo.revparse_single(text) {
                Ok(object) => self.peeled(ObjectId(object.id())),
                // It is there, and libgit2 refuses it: a commit that is malformed.
                Err(error) if error.code() == git2::ErrorCode::GenericError => by_git(),
                Err(_) => None,
            }
        };
        found.ok_or_else(|| {
            let message = match is_date(text) && text.len() == 10 {
                true => format!(
                    "'{text}' is a date, and a revision is needed here (git rev-list -1 --before={text} HEAD)"
                ),
                false => format!("'{text}' is not a valid revision or date (use HEAD~5, v1.0 or 2099-12-01)"),
            };
            Error::new(Kind::NotFound, message).hint("git log --oneline -- .support")
        })
    }

    /// Sees that a name means a tag, a branch or a remote's branch, and not two of them at different commits: git would take the
    /// first of them, whoever pushed it.
    fn check_one_meaning(&self, text: &str) -> Result<()> {
        let name = text.split(['~', '^', '@', '{', ':']).next().unwrap_or_default();
        let full = |kind: &str| format!("refs/{kind}{name}");
        if !Reference::is_valid_name(&full("heads/")) {
            return Ok(());
        }
        // Or the beginning of a commit's own name, which git takes only where no reference has it.
        let own = self.abbreviated(name).map(|id| (id.to_string(), "the beginning of a commit's ID", id));
        let mut first: Option<(String, &str, ObjectId)> = own;
        let kinds = [
            ("", "a reference"),
            ("tags/", "a tag"),
            ("heads/", "a branch"),
            ("remotes/", "a remote's branch"),
        ];
        for (kind, called) in kinds {
            let reference = full(kind);
            let commit = self.reference_id(&reference)?.and_then(|id| self.peeled(id));
            match (&first, commit) {
                (Some((taken, as_what, known)), Some(commit)) if commit != *known => {
                    let message = format!("'{name}' is {called} and {as_what}, of different commits");
                    let hint = format!("write {reference}, or {taken}");
                    return Err(Error::new(Kind::Refused, message).hint(hint));
                }
                (None, Some(commit)) => first = Some((reference, called, commit)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The commit whose ID begins so, if there is one.
    fn abbreviated(&self, name: &str) -> Option<ObjectId> {
        let is_hex = name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || !ID_CHARS.contains(&name.len()) {
            return None;
        }
        self.repo.find_commit_by_prefix(name).ok().map(|commit| ObjectId(commit.id()))
    }

    /// The name of an object, from its text.
    pub(crate) fn parse_id(&self, text: &str) -> Result<ObjectId> {
        let id = Oid::from_str_ext(text, self.repo.object_format());
        id.map(ObjectId).map_err(|error| Error::git("reading an object's name", &error))
    }

    /// Locks a reference that still stands where it stood; `None` where it has moved.
    pub(crate) fn lock_reference<'a>(&'a self, step: RefUpdate<'a>) -> Result<Option<LockedReference<'a>>> {
        self.check_no_quarantine()?;
        if self.surroundings.is_read_only {
            let message = format!("{} cannot move here: this only reads", step.name);
            return Err(Error::new(Kind::Refused, message));
        }
        let mut wait = Wait::new();
        loop {
            let locked =
                if self.has_reftable { self.lock_by_git(step)? } else { self.lock_by_libgit2(step)? };
            // Compared while it is locked: nobody can move it between this and the move.
            let stands = self.reference_id(step.name)? == step.old;
            match locked {
                Some(hand) => return Ok(stands.then_some(LockedReference { step, hand })),
                None if !stands => return Ok(None),
                None if wait.again() => {}
                None => {
                    let own = format!("{}.lock", step.name);
                    let lock = if self.has_reftable { REFTABLE_LOCK } else { own.as_str() };
                    let lock = self.repo.commondir().join(lock);
                    if lock.exists() {
                        return Err(held(&lock));
                    }
                    let message = format!("{} is locked by another git; nothing was changed", step.name);
                    return Err(Error::new(Kind::Busy, message).hint("try again"));
                }
            }
        }
    }

    fn lock_by_libgit2<'a>(&'a self, step: RefUpdate<'a>) -> Result<Option<Hand<'a>>> {
        let mut transaction = self.repo.transaction().map_err(|error| failed(step.name, &error))?;
        match transaction.lock_ref(step.name) {
            Ok(()) => Ok(Some(Hand::Libgit2(transaction))),
            Err(error) if error.code() == ErrorCode::Locked || error.message().contains("lock file") => {
                Ok(None)
            }
            Err(error) => Err(failed(step.name, &error)),
        }
    }

    /// A transaction of `git update-ref` that is prepared: it holds the lock, and has compared.
    fn lock_by_git(&self, step: RefUpdate<'_>) -> Result<Option<Hand<'static>>> {
        let zeros = "0".repeat(step.new.to_string().len());
        let old = step.old.map_or(zeros, |old| old.to_string());
        let who = &step.log.who;
        let extra = vec![
            ("GIT_COMMITTER_NAME", OsString::from(&who.name)),
            ("GIT_COMMITTER_EMAIL", OsString::from(&who.email)),
            ("GIT_COMMITTER_DATE", OsString::from(who.date())),
        ];
        let arguments = ["update-ref", "-m", &step.log.subject, "-z", "--stdin"];
        let mut conversation = self.git.converse(&arguments, &[self.git_environment(), extra].concat())?;
        let request = format!("start\0update {}\0{}\0{old}\0prepare\0", step.name, step.new);
        let is_locked = conversation.say(&request, &["start: ok", "prepare: ok"]);
        Ok(is_locked.then_some(Hand::Git(conversation)))
    }
}

impl LockedReference<'_> {
    /// Moves the reference, and lets it go.
    pub(crate) fn move_it(self) -> Result<()> {
        let RefUpdate { name, new, log, .. } = self.step;
        match self.hand {
            Hand::Libgit2(mut transaction) => {
                let who = log.who.to_git()?;
                let moved = transaction.set_target(name, new.0, Some(&who), &log.subject);
                moved.and_then(|()| transaction.commit()).map_err(|error| failed(name, &error))
            }
            Hand::Git(mut conversation) => {
                if conversation.say("commit\0", &["commit: ok"]) {
                    return Ok(());
                }
                Err(Error::new(Kind::Io, format!("git could not move {name}")))
            }
        }
    }
}

fn no_tag(name: &str) -> Error {
    Error::new(Kind::NotFound, format!("'{}' is not a tag of a commit here", shown(name))).hint("git tag")
}

/// Whether a text begins as a date is written, `2026-11-23`, whether or not there is such a day.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let is_part = |(place, byte): (usize, u8)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() >= 10 && text.bytes().take(10).enumerate().all(is_part)
}
