//! Where the branch of a remote has been seen. A push says where it is, unless it goes to another repository than the
//! fetches come from, as it does where somebody fetches from a project and pushes to their fork of it.

use crate::store::git::error::Result;
use crate::store::git::object_id::ObjectId;
use crate::store::git::remote::tracking;
use crate::store::git::repository::Repository;
use crate::store::git::target::Target;

/// How git words a push in the log of a remote-tracking branch (git's `transport.c`).
const PUSH: &str = "update by push";

impl Repository {
    /// True where a push to the remote does not reach what is fetched from it (`remote.NAME.pushurl`,
    /// `url.BASE.pushInsteadOf`).
    ///
    /// # Errors
    /// There is no such remote.
    pub(crate) fn pushes_elsewhere(&self, remote: &str) -> Result<bool> {
        let fetched = self.git_here(&["remote", "get-url", "--", remote], b"", None)?;
        let pushed = self.git_here(&["remote", "get-url", "--push", "--all", "--", remote], b"", None)?;
        let [fetched, pushed] = [fetched, pushed].map(|said| String::from_utf8_lossy(&said).into_owned());
        let fetched = fetched.lines().next().map(place);
        Ok(!pushed.lines().any(|address| Some(place(address)) == fetched))
    }

    /// Where the remote-tracking branch of a target has stood, as far as this clone's log of it goes; `fetched_alone` leaves
    /// out where a push has put it.
    pub(crate) fn tracked(&self, remote: &str, target: &Target, fetched_alone: bool) -> Vec<ObjectId> {
        let name = tracking(remote, target);
        if !self.has_reftable {
            // A fresh clone has no log of where it began; the first line says where it came from.
            // Asked for one that is not there, libgit2 would make it.
            let has_log = self.repo.reference_has_log(&name).unwrap_or(false);
            let log = has_log.then(|| self.repo.reflog(&name).ok()).flatten();
            let lines = log.iter().flat_map(git2::Reflog::iter).flat_map(|line| {
                let is_push = line.message_bytes() == Some(PUSH.as_bytes());
                let (new, old) = (Some(line.id_new()), Some(line.id_old()));
                [new.filter(|_| !(fetched_alone && is_push)), old.filter(|_| !fetched_alone)]
            });
            return lines.flatten().filter(|id| !id.is_zero()).map(ObjectId).collect();
        }
        let said =
            self.git_here(&["reflog", "show", "--format=%H %gs", &name, "--"], b"", None).unwrap_or_default();
        let said = String::from_utf8_lossy(&said).into_owned();
        let lines = said.lines().filter_map(|line| line.split_once(' '));
        let lines = lines.filter(|(_, message)| !(fetched_alone && *message == PUSH));
        lines.filter_map(|(id, _)| ObjectId::parse(id)).collect()
    }
}

/// The host (empty for a path) and the path of an address, in any of the forms of git-fetch(1): a repository is the same
/// over HTTPS and over ssh.
fn place(address: &str) -> (String, &str) {
    let address = address.trim_end_matches('/').trim_end_matches(".git").trim_end_matches('/');
    if let Some((scheme, rest)) = address.split_once("://") {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = if scheme == "file" { "" } else { authority };
        return (host_of(host), if scheme == "file" { &rest[authority.len()..] } else { path });
    }
    match address.split_once(':') {
        Some((authority, path)) if !authority.contains('/') => {
            (host_of(authority), path.trim_start_matches('/'))
        }
        _ => (String::new(), address),
    }
}

/// A host without who asks and by which port.
fn host_of(authority: &str) -> String {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    port.map_or(host, |(host, _)| host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_repository_is_the_same_by_every_protocol() {
        let same = |one: &str, other: &str| assert_eq!(place(one), place(other), "{one} {other}");
        same("https://forge.example/acme/shop.git", "git@forge.example:acme/shop.git");
        same("https://me:secret@Forge.example/acme/shop", "ssh://git@forge.example:2222/acme/shop.git/");
        same("git@forge.example:/acme/shop", "git://forge.example/acme/shop");
        same("/srv/git/shop.git", "file:///srv/git/shop");
        same("../up.git", "../up");
    }

    #[test]
    fn a_fork_is_another() {
        let other = |one: &str, other: &str| assert_ne!(place(one), place(other), "{one} {other}");
        other("https://forge.example/acme/shop.git", "git@forge.example:ann/shop.git");
        other("https://forge.example/acme/shop.git", "https://mirror.example/acme/shop.git");
        other("../up.git", "../fork.git");
        other("/srv/shop", "host:/srv/shop");
    }
}
