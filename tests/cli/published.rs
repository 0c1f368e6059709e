//! What pages for everybody leave out, and that they take nothing of earlier ones along.

use crate::sandbox::Sandbox;

/// All pages under a folder, or a page that is alone.
fn all(sandbox: &Sandbox, place: &str) -> String {
    sandbox.shell(&format!("find {place} -type f | sort | xargs cat")).ok()
}

#[test]
fn a_page_for_everybody_has_no_name_of_a_customer_and_no_words_of_colleagues() {
    let sandbox = Sandbox::new();
    let kim = "GIT_AUTHOR_NAME='Kim Roe' GIT_AUTHOR_EMAIL=kim@customer.example git support";
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "lead"]).ok();
    sandbox
        .shell(&format!(
            "set -e; unset GIT_SUPPORT_SEED; id=$({kim} new 'Pay fails'); {kim} comment $id -m 'Still so.'
             git support comment $id -m 'Told by phone.' --from customer
             git support alert $id --to 'Dana Li' -m WORDS1; git support escalate $id --force -m WORDS2
             git support assign $id --to me -m WORDS3; git support edit $id --estimate 6h -m WORDS4
             git support comment $id --internal -m WORDS5; git support edit $id --title 'Card payments fail' -m WORDS6
             git support comment $id -m 'For everybody.'; git support resolve $id --as answered -m 'Use the other card.'"
        ))
        .ok();
    sandbox.run(&["report", "--html", "../one.html"]).ok();
    sandbox.run(&["report", "--html", "../public"]).ok();
    sandbox.run(&["report", "--html", "../all", "--internal"]).ok();
    for place in ["../one.html", "../public"] {
        let page = all(&sandbox, place);
        for hidden in ["Kim", "kim@", "WORDS", "6h"] {
            assert!(!page.contains(hidden), "{place}: {hidden}");
        }
        for shown in ["the reporter", "Still so.", "For everybody.", "Use the other card.", "Dana Li"] {
            assert!(page.contains(shown), "{place}: {shown}");
        }
    }
    let page = all(&sandbox, "../all");
    for shown in ["Kim Roe", "WORDS1", "WORDS2", "WORDS3", "WORDS4", "WORDS5", "WORDS6"] {
        assert!(page.contains(shown), "{shown}");
    }
    let changes = sandbox.run(&["diff", "HEAD~8..HEAD", "--format", "markdown"]).ok();
    assert!(changes.contains("For everybody.") && !changes.contains("WORDS"), "{changes}");
}

#[test]
fn pages_of_tickets_that_are_not_shown_any_more_go() {
    let sandbox = Sandbox::new();
    let (kept, purged) = (sandbox.ticket("Kept"), sandbox.ticket("Secret of Hans"));
    sandbox.run(&["comment", &kept, "--internal", "-m", "INTERNAL"]).ok();
    sandbox.run(&["report", "--html", "../site", "--internal"]).ok();
    sandbox
        .shell("echo 'a page of somebody about git support report' >../site/tickets/mine.html; echo x >../site/tickets/style.css")
        .ok();
    sandbox.run(&["purge", &purged, "-y", "-m", "Asked for."]).ok();
    sandbox.is_tampered_with();
    let said = sandbox.run(&["report", "--html", "../site"]);
    assert!(
        said.stderr.contains("removed 1 pages of earlier reports") || said.stderr.contains("removed 1 page"),
        "{}",
        said.stderr
    );
    let site = all(&sandbox, "../site");
    assert!(!site.contains("Secret of Hans") && !site.contains("INTERNAL") && site.contains("Kept"));
    assert!(site.contains("a page of somebody"));
    sandbox.run(&["report", "--html", "../site", "title:nothing"]).ok();
    assert_eq!(sandbox.shell("ls ../site/tickets").ok(), "mine.html\nstyle.css\n");
}

#[test]
fn pages_do_not_go_among_the_tickets() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("One");
    for place in [".support", ".support/site", "./.support/x.html", "../repo/.support"] {
        let refused = sandbox.run(&["report", "--html", place]).fails(1);
        assert!(refused.contains("is a folder of tickets"), "{refused}");
    }
    sandbox.run(&["doctor"]).ok();
}

#[test]
fn a_file_that_is_got_is_written_where_it_is_named_and_replaces_nothing_else() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    sandbox.shell(&format!("echo evidence >../f.txt; git support attach {id} ../f.txt")).ok();
    let get = |to: &str| format!("git support attach {id} --get f.txt -o {to}");
    // A link is followed, a pipe written into, a folder gets the file.
    sandbox
        .shell(&format!("echo old >../target; ln -s target ../link; {}; test -L ../link", get("../link")))
        .ok();
    assert_eq!(sandbox.shell("cat ../target").ok(), "evidence\n");
    let piped = sandbox
        .shell(&format!("mkfifo ../pipe; cat ../pipe & {}; wait; test -p ../pipe", get("../pipe")))
        .ok();
    assert_eq!(piped, "evidence\n");
    assert_eq!(
        sandbox
            .shell(&format!(
                "{} | cat; mkdir ../folder; {}; cat ../folder/f.txt",
                get("/dev/stdout"),
                get("../folder")
            ))
            .ok(),
        "evidence\nevidence\n"
    );
    let refused =
        sandbox.shell(&format!("echo kept >../read-only; chmod 444 ../read-only; {}", get("../read-only")));
    assert_eq!(refused.status, Some(1));
    assert_eq!(sandbox.shell("cat ../read-only").ok(), "kept\n");
}

#[test]
fn a_link_in_the_repository_leads_no_page_and_no_text_elsewhere() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("One");
    sandbox.shell("git stash -qu; echo precious >../precious; ln -s ../precious AGENTS.md; ln -s ../precious page.html; git add -A; git commit -qm Links").ok();
    let _ = sandbox.run_unwatched(&["agents", "--write", "AGENTS.md"], "");
    let _ = sandbox.run_unwatched(&["report", "--html", "page.html"], "");
    assert_eq!(sandbox.shell("cat ../precious").ok(), "precious\n");
}
