//! The documentation as a site: every link in it leads somewhere, and a browser finds no fault in its pages.

use std::path::Path;

use crate::pages::looked_at;
use crate::sandbox::{has_tool, leave_out};

#[test]
fn the_site_is_made_its_links_lead_somewhere_and_a_browser_finds_no_fault() {
    for tool in ["mdbook", "python3"] {
        if !has_tool(tool) {
            return leave_out(tool);
        }
    }
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("site");
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/site/build");
    let made = std::process::Command::new("python3").arg(build).arg(&out).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let names = ["introduction.html", "team.html", "audit.html"];
    let pages: Vec<_> = names.iter().map(|name| out.join(name)).collect();
    let pages: Vec<&Path> = pages.iter().map(AsRef::as_ref).collect();
    if let Some(faults) = looked_at(Some(&out), &pages) {
        assert_eq!(faults, "");
    }
    let search = std::fs::read_dir(&out).unwrap().flatten();
    assert!(search.into_iter().any(|file| file.file_name().to_string_lossy().starts_with("searchindex")));
}
