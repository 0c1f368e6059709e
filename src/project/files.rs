//! The project's files as commands ask for them: each read once for all states that have the same.

use std::collections::BTreeMap;

use crate::process::{ClockRules, Owners, Release, Rules, Settings, Team, Vendor, mailmap_addresses};
use crate::project::failure::{Failure, Kind};
use crate::project::parts::{
    FileProblem, Files, part, read_releases, read_settings, read_team, read_vendors,
};
use crate::project::settings_repair;
use crate::project::state::Project;
use crate::store::Wording;
use crate::store::layout;
use crate::ticket::{Person, plain_version};

/// How many files that cannot be read are named one by one.
const MAX_NAMED: usize = 30;

impl Project<'_> {
    pub(super) fn files(&self) -> Result<&Files, Failure> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let key = self.snapshot().names_of_project_files()?;
        let files = self.cache.of(key);
        Ok(self.files.get_or_init(|| files))
    }

    /// The settings in effect, as far as they can be read: for a wrong value its default counts; a policy that cannot
    /// be read is enforced, and of clocks there are then none.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn settings(&self) -> Result<&Settings, Failure> {
        Ok(&part(&self.files()?.settings, || read_settings(&self.snapshot()))?.0)
    }

    /// The people of the project, as far as they can be read; none where there is no such file.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn team(&self) -> Result<&Team, Failure> {
        Ok(&part(&self.files()?.team, || read_team(&self.snapshot()))?.0)
    }

    /// The people of the project, all of them: for whoever writes the file anew.
    ///
    /// # Errors
    /// Somebody cannot be read, and would be lost.
    pub(super) fn whole_team(&self) -> Result<&Team, Failure> {
        let (team, problems) = part(&self.files()?.team, || read_team(&self.snapshot()))?;
        problems.first().map_or(Ok(team), |problem| Err(problem.clone().into()))
    }

    /// The vendors of the project who can be read, by name.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn vendors(&self) -> Result<&BTreeMap<String, Vendor>, Failure> {
        Ok(&part(&self.files()?.vendors, || read_vendors(&self.snapshot()))?.0)
    }

    /// A vendor that must be there.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn vendor(&self, name: &str) -> Result<&Vendor, Failure> {
        self.check_vendor_file(name)?;
        self.vendors()?.get(name).ok_or_else(|| {
            Failure::new(Kind::NotFound, format!("no vendor '{name}'")).hint("git support vendor list")
        })
    }

    /// Sees that the file of a vendor can be read, if there is one: nobody is to write another in its place.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_vendor_file(&self, name: &str) -> Result<(), Failure> {
        let (_, problems) = part(&self.files()?.vendors, || read_vendors(&self.snapshot()))?;
        let path = layout::vendor(name);
        let problem = problems.iter().find(|problem| problem.path == path);
        problem.map_or(Ok(()), |problem| Err(problem.clone().into()))
    }

    /// The releases of the project, by version.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn releases(&self) -> Result<&[Release], Failure> {
        let (releases, problems) = part(&self.files()?.releases, || read_releases(&self.snapshot()))?;
        problems.first().map_or(Ok(releases), |problem| Err(problem.clone().into()))
    }

    /// A release that must be there.
    ///
    /// # Errors
    /// There is none of that version.
    pub fn release(&self, version: &str) -> Result<&Release, Failure> {
        let releases = self.releases()?;
        let is_it = |release: &&Release| plain_version(&release.version) == plain_version(version);
        releases.iter().find(is_it).ok_or_else(|| {
            let known = releases.iter().find(|release| release.tag == version).map(|known| &known.version);
            Failure::new(Kind::NotFound, format!("no release '{version}'")).hint(known.map_or_else(
                || format!("git support release handover {version} --tag TAG"),
                |known| format!("{version} is the tag of release {known}"),
            ))
        })
    }

    /// The rules in effect: settings, people, vendors.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn rules(&self) -> Result<&Rules, Failure> {
        let rules = &self.files()?.rules;
        if let Some(rules) = rules.get() {
            return Ok(rules);
        }
        let read = Rules {
            settings: self.settings()?.clone(),
            team: self.team_by_every_address()?,
            vendors: self.vendors()?.clone(),
        };
        Ok(rules.get_or_init(|| read))
    }

    /// The team, each with the address that `.mailmap` gives them since: who has another one is still who they were.
    fn team_by_every_address(&self) -> Result<Team, Failure> {
        let named = self.team()?;
        let mut team = named.clone();
        let owners = Owners::of(named);
        for member in &mut team.members {
            for email in member.emails.clone() {
                let now = self.store.mapped(&Person { name: member.name.clone(), email })?;
                if owners.owner(&now).is_none() {
                    member.emails.push(now.email);
                }
            }
        }
        Ok(team)
    }

    /// The people of the project as questions find them: also under the addresses that `.mailmap` joins to one of theirs. Anybody
    /// can add a line there, so this gives nobody a right.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn people(&self) -> Result<Team, Failure> {
        let mut team = self.rules()?.team.clone();
        let text = self.store.repository().mailmap_text();
        let owners = Owners::of(&self.rules()?.team);
        for (proper, earlier) in mailmap_addresses(&text) {
            let is_free = owners.owner_of(earlier).is_none();
            let owner = owners.owner_of(proper).filter(|_| is_free);
            let member =
                owner.and_then(|owner| team.members.iter_mut().find(|member| member.name == owner.name));
            if let Some(member) = member {
                member.emails.push(earlier.to_owned());
            }
        }
        Ok(team)
    }

    /// The addresses that `.mailmap` gives to whoever has one of these, besides: what is committed under them counts as theirs.
    #[must_use]
    pub fn mapped_addresses(&self, emails: &[String]) -> Vec<String> {
        let has = |email: &str| emails.iter().any(|own| own.eq_ignore_ascii_case(email));
        let text = self.store.repository().mailmap_text();
        let theirs = mailmap_addresses(&text).filter(|(proper, earlier)| has(proper) && !has(earlier));
        theirs.map(|(_, earlier)| earlier.to_owned()).collect()
    }

    /// What the project wants in its commit messages.
    pub(super) fn wording(&self) -> Result<Wording, Failure> {
        let settings = self.settings()?;
        Ok(Wording { prefix: settings.commit_prefix.clone(), skip_ci: settings.skip_ci })
    }

    /// The rules of clocks in effect: those of the settings, and what vendors have promised.
    ///
    /// # Errors
    /// They cannot be read: clocks would stand elsewhere than they do.
    pub(super) fn clock_rules(&self) -> Result<ClockRules, Failure> {
        let (settings, problems) = part(&self.files()?.settings, || read_settings(&self.snapshot()))?;
        match problems.last().filter(|_| settings.has_wrong_clocks()) {
            Some(problem) => Err(problem.clone().into()),
            // A vendor who cannot be read is named by whoever asks for vendors, and hides no ticket.
            None => Ok(settings.clocks.clone().with_vendors(self.vendors()?.values())),
        }
    }

    /// Everything of the project's files that cannot be read.
    fn file_problems(&self) -> Result<Vec<FileProblem>, Failure> {
        let files = self.files()?;
        let snapshot = self.snapshot();
        let mut problems = part(&files.settings, || read_settings(&snapshot))?.1.clone();
        problems.extend(part(&files.team, || read_team(&snapshot))?.1.iter().cloned());
        problems.extend(part(&files.vendors, || read_vendors(&snapshot))?.1.iter().cloned());
        problems.extend(part(&files.releases, || read_releases(&snapshot))?.1.iter().cloned());
        Ok(problems)
    }

    /// Says what of the project's files cannot be read, for a command that goes on without it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn warn_of_files(&self) -> Result<(), Failure> {
        for problem in self.file_problems()?.into_iter().take(MAX_NAMED) {
            self.host.note(format!("warning: {} (run git support doctor)", problem.message));
        }
        Ok(())
    }

    /// Sees that a gate can judge: with settings or people that cannot be read, it would open by mistake.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn check_files(&self) -> Result<(), Failure> {
        let Some(problem) = self.file_problems()?.into_iter().next() else { return Ok(()) };
        let message = format!("cannot evaluate the gate: {}", problem.message);
        let failure: Failure = FileProblem { message, ..problem }.into();
        let is_repaired = settings_repair::repaired(&self.store, &self.snapshot())?.is_some();
        Err(if is_repaired { failure.hint("git support doctor --repair") } else { failure })
    }
}
