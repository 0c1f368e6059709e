//! The record of which tests passed on a branch: a text under a reference of its own, beside the branches, so
//! that a run in which everything passes makes no commit.

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git;

/// How often sending it is tried again because somebody was faster.
const ROUNDS: u64 = 100;

/// The reference of a branch's record.
fn reference(branch: &str) -> String {
    format!("refs/support/passes/{branch}")
}

impl Store {
    /// The record of a branch; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn passes(&self, branch: &str) -> Result<Option<String>, Error> {
        Ok(self.repository.text_of(&reference(branch))?.map(|(_, text)| text))
    }

    /// Changes the record of a branch; `change` is asked again where another process was first.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn change_passes(&self, branch: &str, change: &dyn Fn(Option<&str>) -> String) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            let known = self.repository.text_of(&reference(branch))?;
            let text = change(known.as_ref().map(|(_, text)| text.as_str()));
            let old = known.map(|(id, _)| id);
            if self.repository.set_text(&reference(branch), old, &text, "support: passes")? {
                return Ok(());
            }
        }
        Err(busy(branch).into())
    }

    /// Takes over what the remote knows of a branch's tests.
    ///
    /// # Errors
    /// The remote cannot be reached, or the record cannot be written.
    pub fn fetch_passes(
        &self,
        branch: &str,
        merge: &dyn Fn(Option<&str>, &str) -> String,
    ) -> Result<(), Error> {
        let remote = self.repository.remote(None, self.target())?;
        if let Some((_, theirs)) = self.repository.fetch_text(&remote, &reference(branch))? {
            self.change_passes(branch, &|ours| merge(ours, &theirs))?;
        }
        Ok(())
    }

    /// Sends the record of a branch to the remote, with what the remote knows beside.
    ///
    /// # Errors
    /// The remote cannot be reached, or does not take it.
    pub fn push_passes(
        &self,
        branch: &str,
        merge: &dyn Fn(Option<&str>, &str) -> String,
    ) -> Result<(), Error> {
        let (remote, name) = (self.repository.remote(None, self.target())?, reference(branch));
        let mut refused: Option<(Option<git::ObjectId>, git::Error)> = None;
        for round in 1..=ROUNDS {
            let theirs = self.repository.fetch_text(&remote, &name)?;
            let seen = theirs.as_ref().map(|(id, _)| *id);
            // Nobody was faster: the remote does not want it.
            if let Some((_, error)) = refused.take().filter(|(before, _)| *before == seen) {
                return Err(error.into());
            }
            if let Some((_, theirs)) = &theirs {
                self.change_passes(branch, &|ours| merge(ours, theirs))?;
            }
            let Some((ours, _)) = self.repository.text_of(&name)? else { return Ok(()) };
            match self.repository.push_text(&remote, &name, ours, seen) {
                Ok(()) => return Ok(()),
                Err(error) => refused = Some((seen, error)),
            }
            // Many who try again at one moment would meet again.
            let spread = u64::from(std::process::id() % 17) + 1;
            std::thread::sleep(std::time::Duration::from_millis(spread * round.min(20)));
        }
        Err(busy(branch).into())
    }
}

fn busy(branch: &str) -> git::Error {
    git::Error::new(git::Kind::Busy, format!("{} keeps moving", reference(branch))).hint("try again")
}
