//! An import on a line of history that has not got the ticket: a merge brings its entries to the ticket that another line has.

use crate::beside_steps::{AS_THEM, held};
use crate::sandbox::Sandbox;
use crate::tampering::{TOOLS, found};

/// `beside`: a line that begins before the ticket, to which somebody imports it with entries of theirs; `joined`: the line of
/// the ticket with that.
const BESIDE: &str = r#"
beside() { git reset -q --hard before; git switch -qC side "$(git log --diff-filter=A --format=%H -- $A)~1"; git checkout -q before -- $A; }
imports() { printf "$2" | entry $(($(grep -c '^- seq' $A) + 1)) $1 "${3:-$who <$who@x.example>}"
    git add -A .support; as $who git commit -qm 'support: import 1 ticket' -m 'Support-Action: import'; }
main=$(git symbolic-ref --short HEAD)
"#;

/// What somebody imports beside the ticket, and an audit does not find once the lines are one.
fn not_found(sandbox: &Sandbox, who: &str, import: &str) -> Option<String> {
    for join in [
        "git switch -q $main; as Pat git merge -q --no-ff --no-edit side",
        "as $who git merge -q --no-ff --no-edit $main; git switch -q $main; git merge -q --ff-only side",
        "as $who git merge -q --no-ff --no-edit before; echo x >x.rs; git add x.rs; as $who git commit -qm code; git switch -q $main; as Pat git merge -q --no-ff --no-edit side",
    ] {
        let script = format!(
            "{TOOLS}{AS_THEM}git switch -qf main 2>&- || git switch -qf master; {BESIDE}who={who}; beside; {import}; {join}"
        );
        sandbox.shell(&script).ok();
        for range in [&[][..], &["before.."]] {
            let (rules, status) = found(sandbox, range);
            if status != Some(3) {
                return Some(format!("{who}: {import}: {join}: {range:?}: {rules:?}, {status:?}"));
            }
        }
    }
    None
}

#[test]
fn what_was_imported_beside_a_ticket_decides_no_more_there_than_a_step() {
    let (sandbox, mut wrong) = (held(), Vec::new());
    for who in ["Mal", "Ann"] {
        for import in [
            "sed -i 's/^severity: blocker/severity: minor/' $A; imports triage '  set:\\n    severity:\\n      from: blocker\\n      to: minor\\n'",
            "sed -i 's/^level: 3/level: 1/' $A; imports edit '  set:\\n    level:\\n      from: 3\\n      to: 1\\n'",
            "imports comment \"  undoes: [$(id 4)]\\n  note: So.\\n\"",
            "imports comment \"  replaces: $(id 4)\\n  note: I was wrong.\\n\"",
            // A decision in the name of somebody else.
            "sed -i 's/^severity: blocker/severity: minor/' $A; imports triage '  set:\\n    severity:\\n      from: blocker\\n      to: minor\\n' 'Pat <Pat@x.example>'",
            "imports comment '  note: Ship it.\\n' 'Pat <Pat@x.example>'",
        ] {
            wrong.extend(not_found(&sandbox, who, import));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn who_leads_decides_by_an_import_beside_a_ticket_as_by_a_step() {
    let sandbox = held();
    let script = "main=$(git symbolic-ref --short HEAD); who=Pat; beside
        sed -i 's/^severity: blocker/severity: minor/' $A; imports triage '  set:\\n    severity:\\n      from: blocker\\n      to: minor\\n'
        git switch -q $main; as Pat git merge -q --no-ff --no-edit side; grep -q '^severity: minor' $A
        git support audit; git support audit before..";
    sandbox.shell(&format!("{TOOLS}{AS_THEM}{BESIDE}{script}")).ok();
}

#[test]
fn who_is_not_of_the_team_imports_no_ticket_that_is_decided_already() {
    let sandbox = held();
    let forged = "git reset -q --hard before; who=Mal; as Mal git support -q new probe --key test:pay::t; A=$(git ls-files .support/tickets | xargs grep -l probe)
        printf '  set:\\n    status:\\n      from: new\\n      to: resolved\\n    resolution:\\n      to: wont-fix\\n' | entry 2 resolve 'ci <ci@bot.example>'
        sed -i 's/^status: new/status: resolved/; /^resolution:/d; s/^timeline:/resolution: wont-fix\\ntimeline:/' $A
        cp $A ../probe.yaml; git reset -q --hard before; mkdir -p $(dirname $A); cp ../probe.yaml $A
        git add -A .support; as Mal git commit -qm 'support: import 1 ticket' -m 'Support-Action: import'
        git support export --full key:test:pay::t >../probe.ndjson";
    sandbox.shell(&format!("{TOOLS}{AS_THEM}{forged}")).ok();
    let (rules, status) = found(&sandbox, &["before.."]);
    assert!(status == Some(3) && rules.contains(&"level.role".to_owned()), "{rules:?}");
    let import = "git reset -q --hard before; as Mal git support import ../probe.ndjson";
    let said = sandbox.shell(&format!("{TOOLS}{AS_THEM}{import}"));
    assert_eq!(said.status, Some(1), "{}", said.stdout);
    assert!(said.stderr.contains("not allowed"), "{}", said.stderr);
    // Of the team, whoever imports answers for it; and what is open, anybody may bring.
    let honest = "git reset -q --hard before; as Ann git support import ../probe.ndjson; git support audit before..
        git reset -q --hard before; printf 'Key,Title\\nA-1,Slow\\n' | as Mal git support import - --from csv --map key=Key; git support audit before..";
    sandbox.shell(&format!("{TOOLS}{AS_THEM}{honest}")).ok();
}

#[test]
fn who_is_not_of_the_team_brings_nobody_elses_words_into_a_ticket_and_no_decision_of_the_team() {
    let sandbox = held();
    let word = "printf '  note: Please close it.\\n' | entry $(($(grep -c '^- seq' $A) + 1)) comment 'Cara <cara@c.example>'; as Mal git commit -qam 'support: import 1 ticket'";
    let new = "N=$(as Mal git support new Refunds); A=$(git ls-files .support/tickets | grep $N); as Kim git support -q edit $N --level 3 --force -m x; as Kim git support -q resolve $N --as wont-fix -m No.
        cp $A ../f; git reset -q --hard before; mkdir -p $(dirname $A); cp ../f $A; git add .support; git reflog expire --expire=all --all; git gc -q --prune=now; as Mal git commit -qm 'support: import 1 ticket'";
    for trailer in ["Support-Action: import", "Support-Action: mail"] {
        for script in [word, new] {
            let script = format!("{TOOLS}git reset -q --hard before; {AS_THEM}{script} -m '{trailer}'");
            sandbox.shell(&script).ok();
            for range in [&[][..], &["before.."]] {
                let (rules, status) = found(&sandbox, range);
                assert!(
                    status == Some(3) && rules.contains(&"entry.author".to_owned()),
                    "{script}: {rules:?}"
                );
            }
        }
    }
    // Of the team, whoever imports vouches for it.
    let honest = word.replace("as Mal", "as Ann");
    let honest = format!(
        "{TOOLS}git reset -q --hard before; {AS_THEM}{honest} -m 'Support-Action: import'; git support audit before.."
    );
    sandbox.shell(&honest).ok();
    // The command knows the rule, too.
    let import = "git reset -q --hard before; printf 'Key,Title,Comments\nA-1,Slow,\n' >../a.csv; as Ann git support -q import ../a.csv --map key=Key
        printf 'Key,Title,Status,Reporter\nA-1,Slower,closed,Cy <cy@c.example>\n' >../b.csv; as Mal git support import ../b.csv --map key=Key";
    let said = sandbox.shell(&format!("{TOOLS}git reset -q --hard before; {AS_THEM}{import}"));
    assert_eq!(said.status, Some(1), "{}{}", said.stdout, said.stderr);
}

#[test]
fn a_copy_of_a_ticket_under_another_id_is_found_in_a_range_as_in_the_whole() {
    let sandbox = held();
    for message in ["-m 'support: import 1 ticket' -m 'Support-Action: import'", "-m Tidy"] {
        for who in ["Mal", "Ann"] {
            let copy = format!(
                "git reset -q --hard before; mkdir -p .support/tickets/z/z; sed \"s/$(basename $A .yaml)/zz00000000/\" $A >.support/tickets/z/z/zz00000000.yaml; git add .support; as {who} git commit -q {message}"
            );
            sandbox.shell(&format!("{TOOLS}git reset -q --hard before; {AS_THEM}{copy}")).ok();
            for range in [&[][..], &["before.."]] {
                let (rules, status) = found(&sandbox, range);
                assert!(
                    status == Some(3) && rules.contains(&"ticket.renamed".to_owned()),
                    "{copy}: {rules:?}"
                );
            }
        }
    }
}

#[test]
fn an_end_beside_a_raised_level_is_contested() {
    for (raises, action) in [
        (vec!["escalate", "ID", "--force", "-m", "dev"], "escalate"),
        (vec!["edit", "ID", "--level", "2", "--force", "-m", "dev"], "edit"),
    ] {
        let sandbox = Sandbox::new();
        let id = sandbox.ticket("Card payments fail");
        let raises: Vec<&str> =
            raises.into_iter().map(|word| if word == "ID" { id.as_str() } else { word }).collect();
        sandbox.git(&["stash", "-qu"]);
        sandbox.run(&["replicate", &id, "--steps", "Pay."]).ok();
        sandbox.git(&["branch", "old"]);
        sandbox.run(&raises).ok();
        sandbox.git(&["switch", "-q", "old"]);
        sandbox.run(&["resolve", &id, "--as", "answered", "-m", "So."]).ok();
        sandbox.git(&["switch", "-q", "main"]);
        sandbox.git(&["merge", "-q", "--no-edit", "old"]);
        let shown = sandbox.run(&["show", &id]).ok();
        assert!(shown.contains(&format!("status: also {action}, by Dana Li")), "{shown}");
        let json = sandbox.run(&["show", &id, "--json"]).ok();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let contested = &json["contested"][0];
        assert_eq!((&contested["field"], &contested["value"]), (&"status".into(), &action.into()));
        // Who ends it again has seen both.
        sandbox.run(&["reopen", &id, "-m", "No."]).ok();
        sandbox.run(&["resolve", &id, "--as", "answered", "-m", "So."]).ok();
        assert!(!sandbox.run(&["show", &id]).ok().contains("also"));
    }
}
