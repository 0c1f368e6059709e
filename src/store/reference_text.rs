//! Texts under references of their own, beside the branches: they make no commits. Changed where nobody was first, merged
//! with what a remote has, sent.

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git;

/// How often sending it is tried again because somebody was faster.
const ROUNDS: u64 = 100;

impl Store {
    /// Changes the text under a reference; `change` is asked again where another process was first.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn change_text(
        &self,
        name: &str,
        subject: &str,
        change: &dyn Fn(Option<&str>) -> String,
    ) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            let known = self.repository.text_of(name)?;
            let text = change(known.as_ref().map(|(_, text)| text.as_str()));
            let old = known.map(|(id, _)| id);
            if self.repository.set_text(name, old, &text, subject)? {
                return Ok(());
            }
        }
        Err(busy(name).into())
    }

    /// Takes over what the remote has under a reference.
    ///
    /// # Errors
    /// The remote cannot be reached, or the text cannot be written.
    pub(super) fn fetch_merged(
        &self,
        name: &str,
        subject: &str,
        merge: &dyn Fn(Option<&str>, &str) -> String,
    ) -> Result<(), Error> {
        let remote = self.repository.remote(None, self.target())?;
        if let Some((_, theirs)) = self.repository.fetch_text(&remote, name)? {
            self.change_text(name, subject, &|ours| merge(ours, &theirs))?;
        }
        Ok(())
    }

    /// Sends the text under a reference to the remote, with what the remote has beside.
    ///
    /// # Errors
    /// The remote cannot be reached, or does not take it.
    pub(super) fn push_merged(
        &self,
        name: &str,
        subject: &str,
        merge: &dyn Fn(Option<&str>, &str) -> String,
    ) -> Result<(), Error> {
        let remote = self.repository.remote(None, self.target())?;
        let mut refused: Option<(Option<git::ObjectId>, git::Error)> = None;
        for round in 1..=ROUNDS {
            let theirs = self.repository.fetch_text(&remote, name)?;
            let seen = theirs.as_ref().map(|(id, _)| *id);
            // Nobody was faster: the remote does not want it.
            if let Some((_, error)) = refused.take().filter(|(before, _)| *before == seen) {
                return Err(error.into());
            }
            if let Some((_, theirs)) = &theirs {
                self.change_text(name, subject, &|ours| merge(ours, theirs))?;
            }
            let Some((ours, _)) = self.repository.text_of(name)? else { return Ok(()) };
            match self.repository.push_text(&remote, name, ours, seen) {
                Ok(()) => return Ok(()),
                Err(error) => refused = Some((seen, error)),
            }
            // Many who try again at one moment would meet again.
            let spread = u64::from(std::process::id() % 17) + 1;
            std::thread::sleep(std::time::Duration::from_millis(spread * round.min(20)));
        }
        Err(busy(name).into())
    }
}

fn busy(name: &str) -> git::Error {
    git::Error::new(git::Kind::Busy, format!("{name} keeps moving")).hint("try again")
}
