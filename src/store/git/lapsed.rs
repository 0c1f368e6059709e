//! Keys that were trusted and are not any more: when that was, and whether a signature was good at a moment.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::store::git::error::{Error, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;
use crate::store::git::temporary::{create_with, random_part};

/// What gpg(1) says of an expired key, in lines for programs (doc/DETAILS of GnuPG).
const EXPIRED: &str = "[GNUPG:] KEYEXPIRED ";
/// What it says of a signature by a revoked key.
const REVOKED: &str = "[GNUPG:] REVKEYSIG ";

impl Repository {
    /// When the key of a commit's signature expired, or was revoked: seconds since 1970 UTC. `None` where that cannot be
    /// told.
    ///
    /// # Errors
    /// Git cannot be run.
    pub fn lapsed(&self, commit: ObjectId, key: &str) -> Result<Option<i64>> {
        let said = match self.git_output(&["verify-commit", "--raw", "--", &commit.to_string()], b"", None) {
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.message,
        };
        let expired = said.lines().filter_map(|line| line.strip_prefix(EXPIRED)?.trim().parse().ok()).min();
        Ok(if said.contains(REVOKED) { self.revoked(key) } else { expired })
    }

    /// The addresses of a key of gpg that are valid by themselves: a key may be given any name by who has it. `None` for
    /// a key of ssh, or where gpg cannot be asked.
    #[must_use]
    pub fn addresses_of(&self, key: &str) -> Option<Vec<String>> {
        let listed = self.listed(key, "--list-keys")?;
        let valid = |line: &str| {
            let mut fields = line.split(':');
            let is_valid =
                fields.next() == Some("uid") && fields.next().is_some_and(|one| "fum".contains(one));
            is_valid.then(|| fields.nth(7).map(str::to_owned)).flatten()
        };
        let found: Vec<String> = listed.lines().filter_map(valid).collect();
        // Of a key that has expired since, no address is valid any more.
        (!found.is_empty()).then_some(found)
    }

    /// When a key of gpg was revoked, as its own list says.
    fn revoked(&self, key: &str) -> Option<i64> {
        let listed = self.listed(key, "--list-sigs")?;
        let revocations = listed.lines().filter(|line| line.starts_with("rev:"));
        revocations.filter_map(|line| line.split(':').nth(5)?.parse().ok()).min()
    }

    /// What gpg lists of a key, in lines for programs.
    fn listed(&self, key: &str, what: &str) -> Option<String> {
        let program = self.configured("gpg.program").unwrap_or_else(|| "gpg".to_owned());
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        let listed = Command::new(program)
            .args(["--batch", "--with-colons", what, "--", key])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output();
        let listed = listed.ok().filter(|listed| is_key && listed.status.success())?;
        Some(String::from_utf8_lossy(&listed.stdout).into_owned())
    }

    /// True where the ssh signature of a commit was good at a moment (UTC, `YYYYMMDDHHMMSS`), by the file of allowed
    /// signers.
    ///
    /// # Errors
    /// The commit cannot be read, or ssh-keygen(1) cannot be run.
    pub fn is_signed_at(&self, commit: ObjectId, signer: &str, at: &str) -> Result<bool> {
        let failed = |error: git2::Error| Error::git("reading a signature", &error);
        let (signature, content) = self.repo.extract_signature(&commit.0, None).map_err(failed)?;
        let io = |error: std::io::Error| Error::io("verifying a signature".to_owned(), &error);
        let path = std::env::temp_dir().join(format!("git-support-{}.sig", random_part().map_err(io)?));
        drop(create_with(&path, &signature).map_err(io)?);
        let verified = self.verify_at(&path, &content, signer, at);
        std::fs::remove_file(&path).map_err(io)?;
        verified
    }

    fn verify_at(&self, signature: &Path, content: &[u8], signer: &str, at: &str) -> Result<bool> {
        let io = |error: std::io::Error| Error::io("running ssh-keygen".to_owned(), &error);
        let signers = self.git_here(&["config", "--type=path", "gpg.ssh.allowedSignersFile"], b"", None)?;
        let signers = String::from_utf8_lossy(&signers).trim_end().to_owned();
        let program = self.configured("gpg.ssh.program").unwrap_or_else(|| "ssh-keygen".to_owned());
        let mut child = Command::new(program)
            .args(["-Y", "verify", "-n", "git", "-I", signer, "-f", &signers, "-s"])
            .arg(signature)
            .arg(format!("-Overify-time={at}"))
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(io)?;
        if let Some(mut stdin) = child.stdin.take() {
            // Who ends early says so by its status.
            let _ = stdin.write_all(content);
        }
        Ok(child.wait().map_err(io)?.success())
    }
}
