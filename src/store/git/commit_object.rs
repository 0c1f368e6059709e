//! A commit as it lies in the object database. What git reads, we read: libgit2 refuses one whose author or date is
//! malformed, and old histories, or somebody who may push, have such.

use git2::{Commit, ErrorCode, ObjectType, Oid};

use crate::store::git::error::{Error, Result};
use crate::store::git::identity::Ident;
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;

/// A commit.
pub(crate) enum CommitObject<'r> {
    /// One that libgit2 reads.
    WellFormed(Commit<'r>),
    /// One that git alone reads, as its lines tell it.
    Malformed(Lines),
}

/// The lines of a commit that are needed.
pub(crate) struct Lines {
    tree: Oid,
    parents: Vec<Oid>,
    header: Vec<u8>,
    message: Vec<u8>,
}

impl CommitObject<'_> {
    /// As libgit2 has it; `None` for one that it refuses.
    pub(crate) fn well_formed(&self) -> Option<&Commit<'_>> {
        match self {
            Self::WellFormed(commit) => Some(commit),
            Self::Malformed(_) => None,
        }
    }

    pub(crate) fn tree_id(&self) -> Oid {
        match self {
            Self::WellFormed(commit) => commit.tree_id(),
            Self::Malformed(lines) => lines.tree,
        }
    }

    /// Its parents, as far as this clone goes back.
    pub(crate) fn parents(&self) -> Vec<ObjectId> {
        match self {
            Self::WellFormed(commit) => commit.parent_ids().map(ObjectId).collect(),
            Self::Malformed(lines) => lines.parents.iter().copied().map(ObjectId).collect(),
        }
    }

    /// The lines above the message.
    pub(crate) fn header(&self) -> String {
        match self {
            Self::WellFormed(commit) => String::from_utf8_lossy(commit.raw_header_bytes()).into_owned(),
            Self::Malformed(lines) => String::from_utf8_lossy(&lines.header).into_owned(),
        }
    }

    /// The message, without empty lines before it.
    pub(crate) fn message(&self) -> String {
        let bytes = match self {
            Self::WellFormed(commit) => commit.message_bytes(),
            Self::Malformed(lines) => lines.message.as_slice(),
        };
        String::from_utf8_lossy(bytes).trim_start_matches('\n').to_owned()
    }

    pub(crate) fn author(&self) -> Ident {
        match self {
            Self::WellFormed(commit) => ident(&commit.author()),
            Self::Malformed(lines) => lines.ident("author "),
        }
    }

    pub(crate) fn committer(&self) -> Ident {
        match self {
            Self::WellFormed(commit) => ident(&commit.committer()),
            Self::Malformed(lines) => lines.ident("committer "),
        }
    }
}

fn ident(signature: &git2::Signature<'_>) -> Ident {
    Ident {
        name: String::from_utf8_lossy(signature.name_bytes()).into_owned(),
        email: String::from_utf8_lossy(signature.email_bytes()).into_owned(),
        seconds: signature.when().seconds(),
        offset_minutes: signature.when().offset_minutes(),
    }
}

impl Lines {
    /// The lines of a commit; `None` for what git does not take for one: it needs a tree, and parents that are names.
    fn read(content: &[u8]) -> Option<Self> {
        let end = content.windows(2).position(|two| two == b"\n\n").unwrap_or(content.len());
        let (header, message) = content.split_at_checked(end)?;
        let mut lines = header.split(|byte| *byte == b'\n');
        let name = |line: &[u8], key: &str| {
            let name = line.strip_prefix(key.as_bytes())?;
            Oid::from_str(std::str::from_utf8(name).ok()?).ok()
        };
        let tree = name(lines.next()?, "tree ")?;
        let parents = lines.take_while(|line| line.starts_with(b"parent ")).map(|line| name(line, "parent "));
        let parents = parents.collect::<Option<Vec<Oid>>>()?;
        Some(Self { tree, parents, header: header.to_vec(), message: message.to_vec() })
    }

    /// Who made it, by the line of that key; what cannot be read is empty, and the date 1970, as git has it.
    fn ident(&self, key: &str) -> Ident {
        let header = String::from_utf8_lossy(&self.header);
        let line = header.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        let (who, when) = line.rsplit_once('>').unwrap_or((line, ""));
        let (name, email) = who.split_once('<').unwrap_or((who, ""));
        let seconds = when.split_whitespace().next().and_then(|seconds| seconds.parse().ok());
        Ident {
            name: name.trim().to_owned(),
            email: email.trim().to_owned(),
            seconds: seconds.unwrap_or_default(),
            offset_minutes: 0,
        }
    }
}

impl Repository {
    /// A commit.
    ///
    /// # Errors
    /// There is none of that name, or git could not read it either.
    pub(crate) fn commit_object(&self, id: ObjectId) -> Result<CommitObject<'_>> {
        let found = self.or_fetched(id.0, || match self.repo.find_commit(id.0) {
            Ok(commit) => Ok(CommitObject::WellFormed(commit)),
            Err(error) if error.code() == ErrorCode::NotFound => Err(error),
            Err(error) => self.malformed(id.0).map(CommitObject::Malformed).ok_or(error),
        });
        found.map_err(|error| Error::git(&format!("reading commit {id:.10}"), &error))
    }

    /// True where a commit of that name is here.
    pub(crate) fn is_commit(&self, id: ObjectId) -> bool {
        let header = self.repo.odb().and_then(|odb| odb.read_header(id.0));
        header.is_ok_and(|(_, kind)| kind == ObjectType::Commit)
    }

    /// The commit that an object leads to: itself, or what a tag names.
    pub(crate) fn peeled(&self, id: ObjectId) -> Option<ObjectId> {
        let mut id = id.0;
        // A tag may name a tag, and none can name itself.
        loop {
            let (_, kind) = self.repo.odb().and_then(|odb| odb.read_header(id)).ok()?;
            match kind {
                ObjectType::Commit => return Some(ObjectId(id)),
                ObjectType::Tag => id = self.repo.find_tag(id).ok()?.target_id(),
                ObjectType::Any | ObjectType::Tree | ObjectType::Blob => return None,
            }
        }
    }

    fn malformed(&self, id: Oid) -> Option<Lines> {
        let odb = self.repo.odb().ok()?;
        let object = odb.read(id).ok()?;
        (object.kind() == ObjectType::Commit).then(|| Lines::read(object.data()))?
    }
}
