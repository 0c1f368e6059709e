//! The project's own files as a change writes them: settings, people, vendors, releases.

use crate::process::{
    Policy, Refusal, Release, Settings, Target, Team, Vendor, has_newer_schema, hours_key,
    left_without_hours, no_more_always, no_target, vacancies,
};
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind, UPDATE};
use crate::project::parts::{add_holidays, yaml_file};
use crate::project::state::Project;
use crate::store::git::FileChange;
use crate::store::layout;
use crate::ticket::{
    MAX_FILE_BYTES, NEWER, Node, list_in_text, record_in_text, set_in_text, shell_word, yaml,
};

impl Project<'_> {
    /// What the settings' file says; nothing where there is none.
    ///
    /// # Errors
    /// It is no file of settings; or an object cannot be read.
    pub fn settings_node(&self) -> Result<Node, Failure> {
        let file = yaml_file(&self.snapshot(), layout::CONFIG)??;
        Ok(file.map_or(Node::Null, |file| file.node))
    }

    /// Sees that who writes may begin with other rules: on another branch, those of this one are not asked.
    ///
    /// # Errors
    /// They are enforced, and not for the author to change.
    pub fn check_may_leave_rules(&self) -> Result<(), Failure> {
        let (rules, who) = (self.rules()?, self.member()?);
        if rules.settings.rules_by_role != Policy::Enforce || rules.may_change_rules(&who) {
            return Ok(());
        }
        let (who, what) = (who.to_string(), "keep tickets on another branch".to_owned());
        let allowed = rules.team.leaders();
        Err(Refusal::NotTheirs { who, what, allowed, policy: "policy.rules_by_role" }.into())
    }

    /// True where the project has a settings' file.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn has_settings(&self) -> Result<bool, Failure> {
        Ok(self.snapshot().config()?.is_some())
    }

    /// The records beside tickets and settings that there are: the path of each file or folder.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn record_paths(&self) -> Result<Vec<&'static str>, Failure> {
        let Some(commit) = self.snapshot().commit() else { return Ok(Vec::new()) };
        let all = [layout::TEAM, layout::VENDORS, layout::RELEASES, layout::CALENDARS, layout::ANSWERS];
        let mut there = Vec::new();
        for path in all {
            let item = self.store.repository().find(commit, path).map_err(crate::store::Error::from)?;
            there.extend(item.map(|_| path));
        }
        Ok(there)
    }
}

impl Change<'_, '_> {
    /// Edits the people of the project.
    ///
    /// # Errors
    /// Somebody of the file cannot be read, and would be lost; or what `edit` says.
    pub fn edit_team(&mut self, edit: impl Fn(&mut Team) -> Result<(), Failure>) -> Result<(), Failure> {
        let old = self.project().whole_team()?;
        let mut new = old.clone();
        edit(&mut new)?;
        if new != *old {
            Team::read(&new.to_node()).map_err(|(_, problem)| Failure::usage(problem))?;
            self.check_vacancies(&new)?;
            let node = new.to_node();
            let people =
                if let Some(Node::List(people)) = node.at("people") { people.as_slice() } else { &[] };
            self.put_text(layout::TEAM, &node, |old| list_in_text(old, "people", people))?;
        }
        Ok(())
    }

    /// Sees the same of people whose file was edited by hand; one that cannot be read is refused elsewhere.
    ///
    /// # Errors
    /// Somebody leaves whom an enforced policy trusts alone.
    pub(super) fn check_who_is_left(&mut self, content: &[u8]) -> Result<(), Failure> {
        let team = yaml::decode(content).and_then(|text| yaml::parse(&text)).ok();
        let team = team.and_then(|file| Team::read(&file).ok());
        team.map_or(Ok(()), |team| self.check_vacancies(&team))
    }

    /// Sees that nobody is the last whom a policy trusts: what it keeps to them would be anybody's.
    fn check_vacancies(&mut self, team: &Team) -> Result<(), Failure> {
        let rules = self.project().rules()?;
        for vacancy in vacancies(&rules.settings, &rules.team, team) {
            let message = format!("the team would have {} ({})", vacancy.problem, vacancy.key);
            if vacancy.is_refused {
                return Err(Failure::new(Kind::Refused, message)
                    .hint("give somebody else the role first: git support team edit NAME --role ROLE"));
            }
            self.warnings.push(format!("warning: {message}"));
        }
        Ok(())
    }

    /// Writes a vendor, unless it is so already.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn put_vendor(&mut self, vendor: &Vendor) -> Result<(), Failure> {
        if self.project().vendors()?.get(&vendor.name) != Some(vendor) {
            self.project().check_vendor_file(&vendor.name)?;
            if let Some(response) = vendor.response.as_deref().filter(|text| Target::parse(text).is_none()) {
                return Err(Failure::usage(format!("response: {}", no_target(response))));
            }
            let settings = self.project().settings()?;
            let calendar = vendor.calendar.as_deref().filter(|_| !settings.has_wrong_clocks());
            if let Some(problem) = calendar.and_then(|name| settings.clocks.unknown_calendar(name)) {
                return Err(Failure::new(Kind::Invalid, problem).hint("git support config"));
            }
            let node = vendor.to_node();
            let text = |old: &str| record_in_text(old, &node, Vendor::KEYS);
            self.put_text(&layout::vendor(&vendor.name), &node, text)?;
        }
        Ok(())
    }

    /// Removes a vendor's file.
    ///
    /// # Errors
    /// It is not for the author to change.
    pub fn remove_vendor(&mut self, name: &str) -> Result<(), Failure> {
        self.remove_owned(layout::vendor(name))
    }

    /// Removes a file that not everybody may change.
    pub(super) fn remove_owned(&mut self, path: String) -> Result<(), Failure> {
        self.check_owned(&path)?;
        self.files.push(FileChange::remove(path));
        Ok(())
    }

    /// Sees that the author may change a file of the project's rules; or an answer, which is the team's.
    pub(super) fn check_owned(&mut self, path: &str) -> Result<(), Failure> {
        let rules = self.project().rules()?;
        let (team, member) = (&rules.team, &self.author.member);
        let is_answer = path.starts_with(layout::ANSWERS);
        let is_theirs = is_answer && (team.members.is_empty() || team.has_member(member));
        if is_theirs || rules.may_change_rules(member) {
            return Ok(());
        }
        let who = self.author.by.to_string();
        match rules.settings.rules_by_role {
            Policy::Off => Ok(()),
            Policy::Warn => {
                let why = if is_answer { "is not on the team" } else { "is neither lead nor product owner" };
                self.warnings.push(format!(
                    "warning: {path}: {} {why} (policy.rules_by_role)",
                    self.author.by.short()
                ));
                Ok(())
            }
            Policy::Enforce => {
                let everybody = || team.members.iter().map(|member| member.name.clone()).collect();
                let allowed = if is_answer { everybody() } else { team.leaders() };
                let what = format!("change {path}");
                Err(Refusal::NotTheirs { who, what, allowed, policy: "policy.rules_by_role" }.into())
            }
        }
    }

    /// Writes what is recorded of a release.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn put_release(&mut self, release: &Release) -> Result<(), Failure> {
        let node = release.to_node();
        let text = |old: &str| record_in_text(old, &node, Release::KEYS);
        self.put_text(&layout::release(&release.version), &node, text)
    }

    /// Writes the text of the settings' file.
    pub fn put_settings(&mut self, text: String) {
        self.files.push(FileChange::write(layout::CONFIG, text));
    }

    /// Sets one setting, or resets it to its default. What is wrong elsewhere in the file is said, and does not keep
    /// anybody from putting this right.
    ///
    /// # Errors
    /// The file is not valid YAML, or the setting does not take the value.
    pub fn set_setting(&mut self, key: &str, value: Option<&Node>) -> Result<(), Failure> {
        let invalid = |error: yaml::SyntaxError| {
            Failure::new(Kind::Invalid, format!("{}:{}: {error}", layout::CONFIG, error.line))
                .hint("git support doctor --repair puts back what could be read last")
        };
        let old = self.project().snapshot().config()?.unwrap_or_else(|| b"schema: 1\n".to_vec());
        let old = yaml::decode(&old).map_err(invalid)?;
        let new = set_in_text(&old, key, value.cloned()).map_err(invalid)?;
        let (before, after) = (yaml::parse(&old).map_err(invalid)?, yaml::parse(&new).map_err(invalid)?);
        if has_newer_schema(&before) {
            let message = format!("{}: is of a version that {NEWER}", layout::CONFIG);
            return Err(Failure::new(Kind::Invalid, message).hint(UPDATE));
        }
        self.check_hours(key, &before, &after)?;
        let wrong = |file: &Node| Settings::read_leniently(file).wrong;
        let (before, after) = (wrong(&before), wrong(&after));
        let is_new = |(place, problem): &&(String, String)| {
            let is_known = before.iter().any(|(known, said)| same_group(known, place) || said == problem);
            (value.is_some() && place == key) || !is_known
        };
        if let Some((place, problem)) = after.iter().find(is_new) {
            let failure = Failure::new(Kind::Invalid, format!("{place}: {problem}"));
            return Err(match hours_key(place).map(|hours| shell_word(&hours)) {
                Some(hours) => failure
                    .hint(format!("git support config set {hours} 'mon-thu 09:00-17:00, fri 09:00-15:00'")),
                None => failure,
            });
        }
        if new != old {
            // Without its holidays no calendar is one, and no clock would be shown.
            let mut settings =
                yaml::parse(&new).map(|file| Settings::read_leniently(&file)).map_err(invalid)?;
            if key.starts_with("calendars.")
                && let Some(problem) = add_holidays(&mut settings, &self.project().snapshot())?
            {
                return Err(problem.into());
            }
            self.check_owned(layout::CONFIG)?;
            self.put_settings(new);
        }
        Ok(())
    }

    /// Sees that no calendar is open around the clock, or no more, without a word of it.
    fn check_hours(&self, key: &str, before: &Node, after: &Node) -> Result<(), Failure> {
        if let Some(name) = left_without_hours(before, after) {
            let message = format!("calendars.{name} would have no hours: it would be open around the clock");
            let line =
                format!("git support config set calendars.{} 24x7", shell_word(&format!("{name}.hours")));
            return Err(Failure::new(Kind::Invalid, message).hint(line));
        }
        // All hours in one value are what somebody means.
        let is_part = hours_key(key).is_some_and(|hours| hours != key);
        if let Some(name) = no_more_always(before, after).filter(|_| is_part) {
            let note = format!(
                "warning: calendars.{name}.hours was 24x7; it has only the hours of the new value now"
            );
            self.project().host.note(note);
        }
        Ok(())
    }

    /// Writes a record: a new file, or what a file that is there becomes by it.
    fn put_text(
        &mut self,
        path: &str,
        node: &Node,
        change: impl Fn(&str) -> Result<String, yaml::SyntaxError>,
    ) -> Result<(), Failure> {
        self.check_owned(path)?;
        let old = self.project().snapshot().file(path, MAX_FILE_BYTES)?;
        let old = old.and_then(|bytes| yaml::decode(&bytes).ok());
        let pairs = if let Node::Map(pairs) = node { pairs.as_slice() } else { &[] };
        let new = old.and_then(|old| change(&old).ok()).unwrap_or_else(|| yaml::write(pairs));
        self.files.push(FileChange::write(path, new));
        Ok(())
    }
}

/// True for keys of one group: of what is wrong in it, only the first may be known.
fn same_group(one: &str, other: &str) -> bool {
    one.split('.').next() == other.split('.').next()
}
