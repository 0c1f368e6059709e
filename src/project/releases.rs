//! Which releases contain the fix of a ticket, read from the commit graph.

use std::collections::BTreeSet;

use crate::process::Release;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::{Builds, RESOLVES};
use crate::ticket::{Field, FixCommits, Ticket, is_prefix, version_order};

/// The most tickets that are named one by one.
const MAX_NAMED: usize = 20;

impl Project<'_> {
    /// The versions whose builds contain a ticket's fix.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn fixed_in(&self, ticket: &Ticket) -> Result<Vec<String>, Failure> {
        if ticket.fields().members(&Field::Commits).next().is_none() {
            return Ok(Vec::new());
        }
        self.warn_of_cut_history();
        let tips = self.builds_here(|_| true)?;
        let ids: Vec<_> = tips.iter().map(|(_, tip)| *tip).collect();
        let said = self.store.said(&ids)?;
        let builds = self.store.builds(&ids, &said, std::slice::from_ref(ticket))?;
        let mut versions = Vec::new();
        for (version, tip) in tips {
            if builds.of(tip).fixes(ticket) {
                versions.push(version);
            }
        }
        Ok(versions)
    }

    /// The versions of some releases with the commits of their builds. What is not in this clone tells nothing, and is named.
    fn builds_here(&self, wanted: impl Fn(&Release) -> bool) -> Result<Vec<(String, ObjectId)>, Failure> {
        let (mut here, mut missing) = (Vec::new(), Vec::new());
        for release in self.releases()?.iter().filter(|release| wanted(release)) {
            match self.build_of(release) {
                Ok(build) => here.push((release.version.clone(), build)),
                Err(_) => missing.push(format!("{} of {}", release.tag, release.version)),
            }
        }
        // Of a shallow clone, that is said: it has few tags by nature.
        if self.store.repository().is_shallow() {
            return Ok(here);
        }
        if let Some(named) = missing.get(..MAX_NAMED.min(missing.len())).filter(|named| !named.is_empty()) {
            let (named, more) = (named.join(", "), and_more(missing.len() - named.len()));
            let (noun, verb) = if missing.len() == 1 { ("tag", "is") } else { ("tags", "are") };
            self.host.note(format!(
                "warning: {noun} {named}{more} {verb} not in this clone (git fetch --tags): what was fixed there is not known"
            ));
        }
        Ok(here)
    }

    /// The commit of a release's build: the one that was handed over, whatever its tag names since.
    fn build_of(&self, release: &Release) -> Result<ObjectId, Failure> {
        let repository = self.store.repository();
        let Release { version, tag, .. } = release;
        let tagged = repository.tagged(tag).map_err(|_| {
            let message = format!("tag {tag} of {version} is not in this clone");
            Failure::new(Kind::NotFound, message).hint("git fetch --tags")
        })?;
        let handed_over = release.commit.as_deref().and_then(ObjectId::parse);
        let Some(build) = handed_over.filter(|commit| *commit != tagged) else { return Ok(tagged) };
        // A history that was rewritten has another commit for the build.
        let is_here = repository.has_object(build);
        self.host.note(if is_here {
            format!(
                "warning: tag {tag} was moved after {version} was handed over at {build:.10}; it names {tagged:.10} now"
            )
        } else {
            format!(
                "warning: {version} was handed over at {build:.10}, which is not in this repository; its tag {tag} names {tagged:.10} now, which is read instead"
            )
        });
        Ok(if is_here { build } else { tagged })
    }

    /// Names the tickets that are resolved as fixed by commits which no branch and no tag has: no release can contain them.
    fn warn_of_lost_fixes(&self, tickets: &[Ticket], builds: &Builds<'_>) -> Result<(), Failure> {
        let mut unknown = Vec::new();
        for ticket in tickets.iter().filter(|ticket| !ticket.fields().status().is_open()) {
            let FixCommits { mut counting, later, .. } = ticket.fix_commits().unwrap_or_default();
            if !counting.is_empty() && counting.iter().all(|fix| builds.is_in_none(fix)) {
                counting.extend(later);
                unknown.push((ticket.id(), counting));
            }
        }
        let names = unknown.iter().flat_map(|(_, fixes)| fixes).map(String::as_str).collect();
        let lost = self.store.lost_commits(&names)?;
        let is_lost = |fixes: &BTreeSet<String>| fixes.iter().all(|fix| lost.contains(fix.as_str()));
        let of: Vec<&str> =
            unknown.iter().filter(|(_, fixes)| is_lost(fixes)).map(|(id, _)| id.as_str()).collect();
        let ids = of.get(..MAX_NAMED.min(of.len())).unwrap_or_default();
        if !ids.is_empty() {
            let more = and_more(of.len() - ids.len());
            self.host.note(format!(
                "warning: the commits that fixed {}{more} are in no branch or tag (squashed or rebased since?); name the new ones: git support edit ID --commit COMMIT",
                ids.join(" ")
            ));
        }
        Ok(())
    }

    /// The tickets whose fix a release's tag contains, and no earlier release's tag does. A fix that was reverted
    /// before the tag does not count.
    ///
    /// # Errors
    /// A tag is not in this clone, or an object cannot be read.
    pub fn first_fixed_in(&self, release: &Release) -> Result<Vec<Ticket>, Failure> {
        self.warn_of_cut_history();
        let tag = self.build_of(release)?;
        let mut tips = vec![tag];
        for (version, tip) in self.builds_here(|other| other.version != release.version)? {
            if tip == tag && version_order(&version) < version_order(&release.version) {
                // One build, and what it fixes was in the earlier release.
                return Ok(Vec::new());
            }
            if tip != tag && !tips.contains(&tip) {
                tips.push(tip);
            }
        }
        let said = self.store.said(&tips)?;
        let mut query = "has:commit".to_owned();
        for (name, id) in said.iter().flat_map(|commit| &commit.trailers) {
            if name.eq_ignore_ascii_case(RESOLVES) && is_prefix(id) {
                query.push_str(" OR id:");
                query.push_str(id);
            }
        }
        let tickets = self.find_tickets(&format!("({query}) sort:id"))?;
        let builds = self.store.builds(&tips, &said, &tickets)?;
        let this = builds.of(tag);
        let (mut fixed, others): (Vec<Ticket>, Vec<Ticket>) =
            tickets.into_iter().partition(|ticket| this.fixes(ticket));
        self.warn_of_lost_fixes(&others, &builds)?;
        // Only what is fixed here is looked for in the releases before.
        for earlier in tips.iter().skip(1).filter(|other| builds.contains(tag, **other)) {
            if fixed.is_empty() {
                break;
            }
            let earlier = builds.of(*earlier);
            fixed.retain(|ticket| !earlier.fixes(ticket));
        }
        Ok(fixed)
    }
}

/// How many more there are than were named.
fn and_more(count: usize) -> String {
    if count == 0 { String::new() } else { format!(" and {count} more") }
}
