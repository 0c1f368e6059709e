//! The packages: made twice with the same bytes, installed as their own tools do it, run, and removed without a trace.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sandbox::{has_tool, is_here, leave_out};

/// Runs a line in a shell below a folder, with what it needs of the environment and no more.
#[track_caller]
fn shell(folder: &Path, line: &str) -> String {
    let output = Command::new("sh").args(["-ec", line]).current_dir(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{}{said}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// All files below a folder.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path));
        } else {
            found.insert(path);
        }
    }
    found
}

/// Runs an installed binary and reads an installed page.
#[track_caller]
fn works(folder: &Path, binary: &str, pages: Option<&str>) {
    let said = shell(folder, &format!("{binary} --version; {binary} demo --fast demo-$$ | tail -1"));
    assert!(said.contains("git-support 0.") && said.contains("It is all there"), "{said}");
    if let Some(pages) = pages.filter(|_| has_tool("man")) {
        let page =
            shell(folder, &format!("MANPATH={pages} MANPAGER=cat MANWIDTH=80 man git-support-escalate"));
        assert!(page.contains("GIT-SUPPORT-ESCALATE(1)"), "{page}");
    }
}

/// The descriptions for package managers name the archives and their checksums, and are read by what is here to read them.
#[track_caller]
fn describes_what_was_made(made: &Path) {
    let sums = fs::read_to_string(made.join("SHA256SUMS")).unwrap();
    let sum_of = |end: &str| {
        let line = sums.lines().find(|line| line.ends_with(end)).expect(end);
        line.split_once("  ").map(|(sum, name)| (sum.to_owned(), name.to_owned())).unwrap()
    };
    let texts = |folder: &str| {
        let files = files(&made.join("manifests").join(folder));
        files.iter().map(|file| fs::read_to_string(file).unwrap()).collect::<String>()
    };
    for (folder, archive) in [
        ("homebrew", "source.tar.gz"),
        ("nix", "source.tar.gz"),
        ("scoop", "windows-x86_64.zip"),
        ("winget", "windows-x86_64.zip"),
    ] {
        let (sum, name) = sum_of(archive);
        let text = texts(folder);
        assert!(text.to_lowercase().contains(&sum), "{folder}: {text}");
        assert!(text.contains(&format!("https://example.com/v0.1.0/{name}")), "{folder}: {text}");
    }
    serde_json::from_str::<serde_json::Value>(&texts("scoop")).unwrap();
    for file in files(&made.join("manifests/winget")) {
        let text = fs::read_to_string(file).unwrap();
        let read: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(read["PackageVersion"].as_str(), Some(env!("CARGO_PKG_VERSION")));
    }
    if is_here("ruby") {
        shell(made, "ruby -c manifests/homebrew/git-support.rb");
    }
    if is_here("nix-instantiate") {
        shell(made, "nix-instantiate --parse manifests/nix/package.nix manifests/nix/flake.nix");
    }
    let source = shell(made, "tar -tzf *-source.tar.gz");
    assert!(source.contains("/Cargo.lock") && source.contains("/src/main.rs"), "{source}");
}

#[test]
fn each_package_installs_works_and_goes() {
    let missing: Vec<&str> = ["python3", "dpkg-deb", "rpmbuild", "npm", "strip"]
        .into_iter()
        .filter(|tool| !has_tool(tool))
        .collect();
    if let Some(tool) = missing.first() {
        return leave_out(tool);
    }
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/packages/build").display().to_string();
    shell(root, &format!("strip -o git-support {}", env!("CARGO_BIN_EXE_git-support")));
    for out in ["one", "two"] {
        let options = "--windows git-support --url https://example.com/v0.1.0/";
        shell(root, &format!("python3 {build} --binary git-support {options} --out {out}"));
    }
    shell(root, "diff -r one two");
    shell(&root.join("one"), "sha256sum --quiet -c SHA256SUMS");
    describes_what_was_made(&root.join("one"));
    let bill: serde_json::Value =
        serde_json::from_str(&shell(root, "cat one/*.cdx.json")).expect("a bill of materials");
    let parts = bill["components"].as_array().unwrap();
    assert!(
        parts.iter().any(|part| part["name"] == "git2")
            && !parts.iter().any(|part| part["name"] == "proptest")
    );

    shell(root, "mkdir tar && tar -xzf one/*-linux*.tar.gz -C tar --strip-components 1");
    works(root, "tar/bin/git-support", Some("tar/share/man"));
    // Debian's own tool, on a root of its own.
    shell(root, "mkdir -p deb/var/lib/dpkg/info deb/var/lib/dpkg/updates && touch deb/var/lib/dpkg/status");
    let dpkg =
        "dpkg --root=$PWD/deb --force-depends --force-not-root --force-script-chrootless --log=/dev/null";
    shell(root, &format!("{dpkg} -i one/*.deb 2>/dev/null"));
    works(root, "deb/usr/bin/git-support", Some("deb/usr/share/man"));
    assert!(root.join("deb/usr/share/bash-completion/completions/git-support").exists());
    shell(root, &format!("{dpkg} -P git-support 2>/dev/null"));
    assert_eq!(files(&root.join("deb/usr")), BTreeSet::new());
    let rpm = "rpm --root $PWD/rpm --dbpath /var/lib/rpm --nodeps";
    shell(root, &format!("mkdir rpm && {rpm} -i one/*.rpm"));
    works(root, "rpm/usr/bin/git-support", Some("rpm/usr/share/man"));
    shell(root, &format!("{rpm} -e git-support"));
    assert_eq!(files(&root.join("rpm/usr/bin")), BTreeSet::new());
    assert_eq!(files(&root.join("rpm/usr/share")), BTreeSet::new());
    shell(root, "npm install --silent --offline --no-audit --global --prefix $PWD/npm ./one/*-npm-*.tgz");
    works(root, "npm/bin/git-support", None);
    shell(root, "npm uninstall --silent --global --prefix $PWD/npm git-support");
    assert_eq!(files(&root.join("npm/bin")), BTreeSet::new());
    if Command::new("python3")
        .args(["-m", "venv"])
        .arg(root.join("venv"))
        .output()
        .is_ok_and(|out| out.status.success())
    {
        shell(root, "venv/bin/pip install --quiet --no-index --no-deps one/*.whl");
        works(root, "venv/bin/git-support", None);
        shell(root, "venv/bin/pip uninstall --quiet --yes git-support");
        assert!(!root.join("venv/bin/git-support").exists());
    }
}
