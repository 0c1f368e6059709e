//! Signatures of commits and tags, as git itself verifies them: gpg, ssh or x509, by its configuration.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::store::git::error::{Error, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::program::Program;
use crate::store::git::repository::Repository;

/// Commits whose signatures one git verifies.
const CHUNK: usize = 64;
/// How many gits verify at a time: each starts a program for every signature.
const VERIFIERS: usize = 4;
/// What git says of a signature that is none of gpg, ssh or x509.
const NO_FORM: &str = "incompatible signature";
/// What git prints of a commit: its name, the verdict's letter, the signer, the key (git-log(1), pretty formats).
const FORMAT: &str = "--format=%H%x00%G?%x00%GS%x00%GF";

/// What git says of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureStatus {
    /// Good, by a key that is trusted.
    Good,
    /// Good, by a key that was trusted, and has expired or was revoked since.
    Lapsed,
    /// It fits, but the key is not trusted, or unknown.
    Untrusted,
    /// It does not fit what it signs.
    Bad,
    /// There is none.
    None,
}

impl SignatureStatus {
    /// Reads the letter of `%G?`. An ssh key that no file of allowed signers names is said to be good with
    /// undefined validity.
    fn of(letter: &str) -> Self {
        match letter {
            "G" => Self::Good,
            "X" | "Y" | "R" => Self::Lapsed,
            "B" => Self::Bad,
            "N" | "" => Self::None,
            _ => Self::Untrusted,
        }
    }
}

/// A signature that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What git says of it.
    pub verdict: SignatureStatus,
    /// Who signed: a name and address, or whom the file of allowed signers gives.
    pub signer: String,
    /// The key's fingerprint.
    pub key: String,
}

/// An annotated tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The name that was signed; a reference of another name may hold it.
    pub name: String,
    /// The commit it stands on.
    pub commit: ObjectId,
    /// Name and address of who made it.
    pub tagger: (String, String),
    /// Its message.
    pub message: String,
}

impl Repository {
    /// The signatures of commits. Git starts a program for each, so only those that carry one should be asked for.
    ///
    /// # Errors
    /// Git cannot be run.
    pub fn signatures(&self, commits: &[ObjectId]) -> Result<BTreeMap<ObjectId, Signed>> {
        let (git, environment) = (&self.git, &self.git_environment());
        let chunks: Vec<&[ObjectId]> = commits.chunks(CHUNK).collect();
        let mut found = BTreeMap::new();
        for round in chunks.chunks(VERIFIERS) {
            let said: Vec<Result<Vec<u8>>> = std::thread::scope(|scope| {
                let start = |chunk| {
                    let ask = move || verified(git, environment, chunk);
                    (chunk, std::thread::Builder::new().spawn_scoped(scope, ask))
                };
                let asked: Vec<_> = round.iter().map(|chunk| start(*chunk)).collect();
                let lost = || Err(Error::new(crate::store::git::Kind::Io, "git was not waited for"));
                let answer = |(chunk, thread): (_, std::io::Result<std::thread::ScopedJoinHandle<'_, _>>)| {
                    match thread {
                        Ok(thread) => thread.join().unwrap_or_else(|_| lost()),
                        Err(_) => verified(git, environment, chunk),
                    }
                };
                asked.into_iter().map(answer).collect()
            });
            for said in said {
                let said = String::from_utf8_lossy(&said?).into_owned();
                found.extend(said.lines().filter_map(line));
            }
        }
        Ok(found)
    }

    /// Verifies the signature of a tag; gives who signed, as the keyring or the allowed signers name them, where git
    /// says so.
    ///
    /// # Errors
    /// Git says why it is not good.
    pub fn verify_tag(&self, tag: ObjectId) -> Result<Option<String>> {
        let output = self.git_output(&["verify-tag", &tag.to_string()], b"", None)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(said.lines().find_map(signer).map(str::to_owned))
    }

    /// Writes a signed tag on a commit.
    ///
    /// # Errors
    /// There is one of that name, or git cannot sign.
    pub fn sign_tag(&self, name: &str, commit: ObjectId, message: &str) -> Result<()> {
        let commit = commit.to_string();
        self.git_here(&["tag", "-s", "-F", "-", "--", name, &commit], message.as_bytes(), None).map(drop)
    }

    /// An annotated tag; `None` for any other reference.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn tag(&self, object: ObjectId) -> Result<Option<Tag>> {
        let failed = |error: git2::Error| Error::git("reading a tag", &error);
        let Ok(tag) = self.repo.find_tag(object.0) else { return Ok(None) };
        let commit = self
            .peeled(ObjectId(tag.target_id()))
            .ok_or_else(|| failed(git2::Error::from_str("it names no commit")))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let tagger = tag.tagger();
        let tagger = tagger.map(|tagger| (text(tagger.name_bytes()), text(tagger.email_bytes())));
        Ok(Some(Tag {
            name: text(tag.name_bytes()),
            commit,
            tagger: tagger.unwrap_or_default(),
            message: text(tag.message_bytes().unwrap_or_default()),
        }))
    }
}

/// The signer in a line of `git verify-tag`: of ssh-keygen(1), or of gpg(1).
fn signer(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("Good \"git\" signature for ") {
        return rest.rsplit_once(" with ").map(|(signer, _)| signer);
    }
    let (_, rest) = line.split_once("Good signature from \"")?;
    rest.rsplit_once('"').map(|(signer, _)| signer)
}

fn verified(git: &Program, environment: &[(&str, OsString)], chunk: &[ObjectId]) -> Result<Vec<u8>> {
    match (verified_at_once(git, environment, chunk), chunk) {
        // Git ends at a signature that is of no form it knows: the others are asked for one by one.
        (Err(error), [commit]) if error.message.contains(NO_FORM) => {
            Ok(format!("{commit}\0B\0\0\n").into_bytes())
        }
        (Err(error), _) if error.message.contains(NO_FORM) => {
            let said = chunk.iter().map(|commit| verified(git, environment, &[*commit]));
            Ok(said.collect::<Result<Vec<_>>>()?.concat())
        }
        (said, _) => said,
    }
}

fn verified_at_once(git: &Program, environment: &[(&str, OsString)], chunk: &[ObjectId]) -> Result<Vec<u8>> {
    let names: String = chunk.iter().map(|commit| format!("{commit}\n")).collect();
    git.run(
        &["-c", "log.showSignature=false", "log", "--no-walk=unsorted", "--stdin", FORMAT],
        names.as_bytes(),
        environment,
    )
}

fn line(line: &str) -> Option<(ObjectId, Signed)> {
    let mut parts = line.split('\0');
    let commit = ObjectId::parse(parts.next()?)?;
    let verdict = SignatureStatus::of(parts.next()?);
    let (signer, key) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some((commit, Signed { verdict, signer, key }))
}
