//! Who writes, and when: author and committer as git takes them from environment and configuration.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::store::git::config::Config;
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::pipeline::Pipeline;
use crate::store::git::process_env::ProcessEnv;
use crate::store::git::program::Program;

/// A name, an address and a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Seconds since 1970 UTC.
    pub seconds: i64,
    /// The offset from UTC, in minutes.
    pub offset_minutes: i32,
}

/// Author and committer of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who did it.
    pub author: Ident,
    /// Who recorded it.
    pub committer: Ident,
}

impl Identity {
    /// Author and committer, as git would take them now.
    pub(crate) fn read(config: &Config, surroundings: &ProcessEnv, git: &Program) -> Result<Self> {
        let role = |role| signature(role, config, surroundings, git);
        Ok(Self { author: role("author")?, committer: role("committer")? })
    }
}

impl Ident {
    /// As libgit2 takes it.
    pub(crate) fn to_git(&self) -> Result<git2::Signature<'static>> {
        let time = git2::Time::new(self.seconds, self.offset_minutes);
        git2::Signature::new(&self.name, &self.email, &time).map_err(|error| {
            Error::new(Kind::Identity, format!("`{} <{}>`: {}", self.name, self.email, error.message()))
                .hint("git config user.name \"Your Name\"")
        })
    }

    /// As `GIT_AUTHOR_DATE` takes it.
    pub(crate) fn date(&self) -> String {
        let (sign, minutes) = (if self.offset_minutes < 0 { '-' } else { '+' }, self.offset_minutes.abs());
        format!("@{} {sign}{:02}{:02}", self.seconds, minutes / 60, minutes % 60)
    }
}

fn signature(role: &str, config: &Config, surroundings: &ProcessEnv, git: &Program) -> Result<Ident> {
    let variable = |what: &str| surroundings.text(&format!("GIT_{}_{what}", role.to_uppercase()));
    let configured =
        |what: &str| config.text(&format!("{role}.{what}")).or_else(|| config.text(&format!("user.{what}")));
    let name = variable("NAME").or_else(|| configured("name"));
    let email = variable("EMAIL").or_else(|| configured("email")).or_else(|| surroundings.text("EMAIL"));
    let pipeline = || Pipeline::of(surroundings).map(|pipeline| pipeline.identity());
    let (name, email) = match (name, email) {
        // Nobody told git who writes in a CI system: the system does.
        (None, None) => pipeline().unzip(),
        known => known,
    };
    let date = match variable("DATE") {
        None => Some((surroundings.clock.seconds(), local_offset())),
        Some(text) => date(&text),
    };
    if let (Some(name), Some(email), Some((seconds, offset_minutes))) = (name, email, date) {
        let (name, email) = (cleaned(&name), cleaned(&email));
        check_date(role, seconds, offset_minutes)?;
        if !name.is_empty() && !email.is_empty() {
            return Ok(Ident { name, email, seconds, offset_minutes });
        }
    }
    from_git(role, git)
}

/// The last second that every reader of a commit can hold: 32 bits, in the year 2106.
const LAST_SECOND: i64 = u32::MAX as i64;
/// A day: no clock on earth is further from UTC.
const DAY_MINUTES: i32 = 24 * 60;

/// Refuses a date that would be another one in the commit, or that git fsck takes for damage.
fn check_date(role: &str, seconds: i64, offset_minutes: i32) -> Result<()> {
    let problem = if !(0..=LAST_SECOND).contains(&seconds) {
        format!("{seconds} is outside the years 1970 to 2106")
    } else if offset_minutes.abs() >= DAY_MINUTES {
        format!("the time zone is {offset_minutes} minutes from UTC")
    } else {
        return Ok(());
    };
    let variable = format!("GIT_{}_DATE", role.to_uppercase());
    Err(Error::new(Kind::Identity, format!("the {role} date is not valid: {problem}"))
        .hint(format!("unset {variable}, or set it to a date such as 2026-11-23T09:00:00Z")))
}

/// Without what git strips too: angle brackets, line ends, and punctuation at the ends.
fn cleaned(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\0')).collect();
    kept.trim_matches(|c: char| c.is_whitespace() || ".,:;\"\\'".contains(c)).to_owned()
}

/// Git's own answer, for dates in words and for what only git can tell.
fn from_git(role: &str, git: &Program) -> Result<Ident> {
    let variable = format!("GIT_{}_IDENT", role.to_uppercase());
    let missing = || {
        Error::new(Kind::Identity, format!("git has no {role} name and email"))
            .hint("git config user.name \"Your Name\" && git config user.email you@example.com")
    };
    let said = git.run(&["-c", "user.useConfigOnly=true", "var", &variable], b"", &[]).map_err(|error| {
        let asks_who = error.message.contains("identity") || error.message.contains("tell me who");
        if asks_who || error.message.contains("e-mail") || error.message.contains("not on the PATH") {
            missing()
        } else {
            Error { kind: Kind::Identity, ..error }
        }
    })?;
    let said = String::from_utf8_lossy(&said);
    let (who, when) = said.trim().rsplit_once("> ").ok_or_else(missing)?;
    let (name, email) = who.split_once('<').ok_or_else(missing)?;
    let (seconds, offset_minutes) = date(when).ok_or_else(missing)?;
    check_date(role, seconds, offset_minutes)?;
    Ok(Ident { name: name.trim().to_owned(), email: email.to_owned(), seconds, offset_minutes })
}

/// Reads `1700000000 +0100`, with or without `@`, and `2026-11-23T09:12:04+01:00`.
fn date(text: &str) -> Option<(i64, i32)> {
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some((moment.unix_timestamp(), i32::from(moment.offset().whole_minutes())));
    }
    let (seconds, zone) = text.strip_prefix('@').unwrap_or(text).split_once(' ')?;
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2).filter(|_| digits.len() == 4)?;
    let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    Some((seconds.parse().ok()?, sign * minutes))
}

/// The local offset from UTC in minutes, as libgit2 reads it.
fn local_offset() -> i32 {
    git2::Signature::now("a", "b").map_or(0, |now| now.when().offset_minutes())
}
