//! Moving a reference: locked, compared, and only then moved, with a line in its log.

use git2::{ErrorCode, Transaction};

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::lock::Wait;
use crate::store::git::objects::ObjectId;
use crate::store::git::repository::Repository;

/// What the reference's log will say.
pub(crate) struct Log {
    pub(crate) who: git2::Signature<'static>,
    pub(crate) subject: String,
}

/// A reference that nobody else can move while this lives.
pub(crate) struct LockedReference<'a> {
    transaction: Transaction<'a>,
    name: &'a str,
}

fn failed(name: &str, error: &git2::Error) -> Error {
    Error::git(&format!("moving {name}"), error)
}

impl Repository {
    /// Locks a reference that still stands where it stood; `None` where it has moved.
    pub(crate) fn lock_reference<'a>(
        &'a self,
        name: &'a str,
        old: Option<ObjectId>,
    ) -> Result<Option<LockedReference<'a>>> {
        let mut transaction = self.repo.transaction().map_err(|error| failed(name, &error))?;
        let mut wait = Wait::new();
        while let Err(error) = transaction.lock_ref(name) {
            if error.code() != ErrorCode::Locked && !error.message().contains("lock file") {
                return Err(failed(name, &error));
            }
            if !wait.again() {
                let message = format!("{name} is locked by another git; nothing was changed");
                return Err(Error::new(Kind::Busy, message).hint("try again"));
            }
        }
        // Compared while it is locked: nobody can move it between this and the move.
        Ok((self.reference_id(name)? == old).then_some(LockedReference { transaction, name }))
    }
}

impl LockedReference<'_> {
    /// Moves the reference, and lets it go.
    pub(crate) fn move_to(mut self, new: ObjectId, log: &Log) -> Result<()> {
        let moved = self.transaction.set_target(self.name, new.0, Some(&log.who), &log.subject);
        moved.and_then(|()| self.transaction.commit()).map_err(|error| failed(self.name, &error))
    }
}
