//! Files that others wrote into: unknown keys and comments stay, and pages of others are not overwritten.

use crate::sandbox::Sandbox;

fn committed(path: &str, text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    sandbox.file(path, text);
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-q", "-m", "By hand.", "--", ".support"]);
    sandbox.git(&["tag", "v1"]);
    sandbox
}

#[test]
fn what_others_wrote_into_records_stays() {
    for (path, text, command, from, to) in [
        (
            ".support/vendors/paygate.yaml",
            "# the gateway\nschema: 1\nemail: help@paygate.example  # day and night\nportal: {user: us}\n# phone them first\nphone: \"555 1\"\n",
            "vendor edit paygate --phone '555 2'",
            "555 1",
            "555 2",
        ),
        (
            ".support/vendors/paygate.yaml",
            "schema: 1\nemail: help@paygate.example\n# ours\n",
            "vendor edit paygate --covers src/pay",
            "# ours\n",
            "# ours\ncovers: [src/pay]\n",
        ),
        (
            ".support/team.yaml",
            "# who we are\nschema: 1\npeople:\n# day shift\n- name: Ann\n  emails: [ann@x.example]  # work\n  roles: [l1]\nrota: https://x.example\n",
            "team add Bob --email bob@x.example --role l2",
            "  roles: [l1]\n",
            "  roles: [l1]\n- name: Bob\n  emails: [bob@x.example]\n  roles: [l2]\n",
        ),
        (
            ".support/team.yaml",
            "people:\n# day shift\n- name: Ann\n  emails: [ann@x.example]  # work\n  roles: [l1]\n# night shift\n- name: Bob\n  emails: [bob@x.example]\n  roles: [l2]\nrota: x\n",
            "team remove Ann",
            "# day shift\n- name: Ann\n  emails: [ann@x.example]  # work\n  roles: [l1]\n",
            "",
        ),
        (
            ".support/team.yaml",
            "people:   # all of us\n- name: Ann   # prefers mornings\n  emails: [ann@x.example]   # work\n  # inside\n  roles: [l1]\n",
            "team edit Ann --role l2",
            "[l1]",
            "[l2]",
        ),
        (
            ".support/releases/1.0.yaml",
            "schema: 1\ntag: v1 # signed\nowner: delivery\nchanges: |\n  One.\n\n  Two.\n",
            "release accept 1.0",
            "\n  Two.\n",
            "\n  Two.\naccepted:",
        ),
    ] {
        let sandbox = committed(path, text);
        let output = sandbox.shell(&format!("git-support {command}"));
        assert_eq!(output.status, Some(0), "{command}: {output:?}");
        let now = sandbox.git(&["show", &format!("HEAD:{path}")]);
        let expected = text.replace(from, to);
        assert!(now.starts_with(&expected), "{command}:\n{now}\nexpected:\n{expected}");
    }
}

#[test]
fn doctor_names_unknown_keys_of_records() {
    for (path, text, key) in [
        (
            ".support/vendors/paygate.yaml",
            "schema: 1\nemial: help@paygate.example\n",
            "unknown key 'emial'; did you mean 'email'",
        ),
        (
            ".support/releases/1.0.yaml",
            "schema: 1\ntag: v1\nrunbok: x\n",
            "unknown key 'runbok'; did you mean 'runbook'",
        ),
        (".support/team.yaml", "schema: 1\npeople: []\nrota: x\n", "unknown key 'rota'"),
    ] {
        let sandbox = committed(path, text).may_be_damaged();
        let said = sandbox.run(&["doctor"]);
        assert_eq!(said.status, Some(3));
        assert!(said.stdout.contains(key) && said.stdout.contains(path), "{said:?}");
    }
}

#[test]
fn a_report_overwrites_nothing_that_it_did_not_write() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let folder = sandbox.root().join("site");
    let at = |name: &str| folder.join(name).display().to_string();
    std::fs::create_dir_all(folder.join("tickets")).unwrap();
    std::fs::write(folder.join("index.html"), "<html>mine</html>").unwrap();
    let site = folder.display().to_string();
    assert!(sandbox.run(&["report", "--html", &site]).fails(1).contains("was not written by git support"));
    assert!(sandbox.run(&["report", "--html", &at("index.html")]).fails(1).contains("was not written"));
    assert_eq!(std::fs::read_to_string(at("index.html")).unwrap(), "<html>mine</html>");
    std::fs::remove_file(at("index.html")).unwrap();
    let page = at(&format!("tickets/{id}.html"));
    std::fs::write(&page, "mine").unwrap();
    assert!(sandbox.run(&["report", "--html", &site]).fails(1).contains(&id));
    assert!(!folder.join("index.html").exists(), "nothing was written before");
    std::fs::remove_file(&page).unwrap();
    sandbox.run(&["report", "--html", &site]).ok();
    sandbox.run(&["report", "--html", &site]).ok();
    sandbox.run(&["report", "--html", &at("alone.html")]).ok();
    sandbox.run(&["report", "--html", &at("alone.html")]).ok();
}

#[test]
fn a_team_that_lost_its_last_member_can_be_joined_again() {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Ann", "--email", "ann@x.example"]).ok();
    sandbox.run(&["team", "remove", "Ann"]).ok();
    assert!(sandbox.git(&["show", "HEAD:.support/team.yaml"]).contains("people: []"));
    sandbox.run(&["team", "add", "Bob", "--email", "bob@x.example"]).ok();
    sandbox.run(&["doctor"]).ok();
    // As an earlier version left it.
    sandbox.file(".support/team.yaml", "schema: 1\npeople:\n");
    sandbox.git(&["commit", "-qm", "x", "--", ".support"]);
    sandbox.run(&["check"]).ok();
    sandbox.run(&["team", "add", "Cat", "--email", "cat@x.example"]).ok();
    assert!(sandbox.run(&["team"]).ok().contains("Cat"));
}
