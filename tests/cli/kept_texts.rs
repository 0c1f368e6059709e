//! What somebody wrote in an editor is on disk whatever refuses it, and is filed with `--resume`.

use crate::sandbox::{Output, Sandbox};

/// What the fake editor writes on top of the text, before it does something else.
const WORDS: &str = "Four hours of my afternoon.";

/// Runs a command of one ticket with an editor that writes the words, and then does something.
fn written(sandbox: &Sandbox, command: &str, meanwhile: &str) -> Output {
    sandbox.file("../editor", format!("#!/bin/sh\nfile=$1\nprintf '{WORDS}\\n%s' \"$(cat \"$1\")\" >\"$1.new\"\nmv \"$1.new\" \"$1\"\n{meanwhile}\n"));
    sandbox.shell(&format!("chmod +x ../editor; GIT_EDITOR=../editor git-support {command}"))
}

/// The text that is kept, and the command that files it, as the error says.
#[track_caller]
fn kept(sandbox: &Sandbox, output: &Output) -> (String, String) {
    let text =
        std::fs::read(sandbox.repo().join(".git/support/EDITMSG")).unwrap_or_else(|_| panic!("{output:?}"));
    let hint =
        output.stderr.lines().find_map(|line| line.split_once("file it with: ").map(|(_, command)| command));
    let command = hint.unwrap_or_else(|| panic!("no hint: {output:?}"));
    (String::from_utf8_lossy(&text).into_owned(), command.replacen("git support", "git-support", 1))
}

/// What the command is, what happens while the text is written, the exit status, and what puts it right.
const REFUSED: &[(&str, &str, i32, &str)] = &[
    ("comment $id -e", "exit 1", 1, ""),
    (
        "comment $id -e",
        "{ cat $file | head -1; head -c 70000 /dev/zero | tr '\\0' x; } >$file.2; mv $file.2 $file",
        1,
        "head -c 1000 $kept >x; mv x $kept",
    ),
    (
        "comment $id -e",
        "printf 'AKIAIOSFODNN7EXAMPLE\\n%s' \"$(cat $file)\" >$file.2; mv $file.2 $file",
        1,
        "sed -i /AKIA/d $kept",
    ),
    (
        "comment $id -e",
        "{ head -1 $file; printf '\\377'; } >$file.2; mv $file.2 $file",
        1,
        "head -1 $kept >x; mv x $kept",
    ),
    (
        "diagnose $id -e",
        "git-support resolve $id --as answered -m x >/dev/null",
        1,
        "git-support reopen $id -m again",
    ),
    ("comment $id -e --if-match $last", "git-support edit $id --level 2 >/dev/null", 1, "git-support undo"),
    ("comment $id -e", "echo '# mine' >>$path", 1, "git checkout -q $path"),
    ("comment $id -e", "git checkout -q --detach", 4, "git checkout -q main"),
    (
        "comment $id -e",
        "git config user.useConfigOnly true; git config --unset user.email; git config --global --unset user.email",
        1,
        "git config user.email dana@example.com",
    ),
    ("comment $id -e", ">.git/index.lock", 4, "rm .git/index.lock"),
    (
        "edit $id --severity major -e",
        "git-support team add Po --email po@example.com --role product-owner; git-support config set policy.severity_by_owner enforce",
        1,
        "GIT_AUTHOR_NAME=Po GIT_AUTHOR_EMAIL=po@example.com git-support config set policy.severity_by_owner warn",
    ),
    ("escalate $id --requirements r --troubleshooting t -e --dry-run", "", 0, ""),
];

#[test]
fn a_text_that_was_refused_is_kept_and_filed_later() {
    for case in REFUSED {
        let sandbox = Sandbox::new();
        let (id, env, output) = refused(&sandbox, case);
        let (text, resume) = kept(&sandbox, &output);
        assert!(text.contains(WORDS), "{case:?}: {text}");
        assert_eq!(sandbox.shell(&format!("{env}{}", case.3)).status, Some(0), "{case:?}");
        let timeline = sandbox.field(&id, "timeline");
        let entry = |at: usize| timeline[at]["id"].as_str().unwrap().to_owned();
        let newest = entry(timeline.as_array().unwrap().len() - 1);
        let resume = resume.replace(&format!("--if-match {}", entry(0)), &format!("--if-match {newest}"));
        let output = sandbox.shell(&resume);
        assert_eq!(output.status, Some(0), "{case:?}: {resume}: {output:?}");
        assert!(sandbox.ticket_file(&id).contains(WORDS), "{case:?}: {resume}");
        assert!(!sandbox.repo().join(".git/support/EDITMSG").exists(), "{case:?}: it is filed");
    }
}

/// A ticket, what a shell has to know of it, and the answer to a command that was refused after its text was written.
fn refused(sandbox: &Sandbox, case: &(&str, &str, i32, &str)) -> (String, String, Output) {
    let (command, meanwhile, status, _) = case;
    let id = sandbox.ticket("Pay fails");
    let last = sandbox.field(&id, "timeline")[0]["id"].as_str().unwrap().to_owned();
    let path = crate::sandbox::path_of(&id);
    let env = format!("export id={id} path={path} kept=.git/support/EDITMSG; ");
    sandbox.file("../env", &env);
    let command = command.replace("$id", &id).replace("$last", &last);
    let output = written(sandbox, &command, &format!(". ../env\n{meanwhile}\n"));
    assert_eq!(output.status, Some(*status), "{case:?}: {output:?}");
    (id, env, output)
}

#[test]
fn a_text_survives_a_kill() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let _ = written(&sandbox, &format!("comment {id} -e"), "kill -9 $PPID");
    assert!(std::fs::read_to_string(sandbox.repo().join(".git/support/EDITMSG")).unwrap().contains(WORDS));
    sandbox.run(&["comment", &id, "--resume"]).ok();
    assert!(sandbox.ticket_file(&id).contains(WORDS));
}

#[test]
fn a_refused_form_opens_again_with_the_error_on_top() {
    if sandbox_has_no_script() {
        return;
    }
    // The first time a severity that is none; where the error stands on top, it is put right.
    let editor = "if grep -q '^# error: ' \"$1\"; then cp \"$1\" ../second; sed -i 's/^severity:.*/severity: major/' \"$1\"; \
                  else sed -i -e 's/^title:.*/title: Pay fails/' -e 's/^severity:.*/severity: huge/' \"$1\"; fi";
    let sandbox = Sandbox::new();
    sandbox.file("../editor", format!("#!/bin/sh\n{editor}\n"));
    let run = |command: &str| {
        sandbox.shell(&format!("chmod +x ../editor; GIT_PAGER=cat GIT_EDITOR=../editor script -qec '{command}' /dev/null </dev/null"))
    };
    let output = run("git-support new");
    assert_eq!(output.status, Some(0), "{output:?}");
    let second = std::fs::read_to_string(sandbox.repo().join("../second")).unwrap();
    assert!(
        second.starts_with("# error: ") && second.contains("huge") && second.contains("title: Pay fails"),
        "{second}"
    );
    let list = sandbox.run(&["list", "severity:major"]).ok();
    assert!(list.contains("Pay fails"), "{list}");
    assert!(!sandbox.repo().join(".git/support/EDITMSG").exists());
    // Left as it is, it is kept; and a form is filed with --resume, a terminal or not.
    sandbox.file(
        "../editor",
        "#!/bin/sh\nsed -i -e 's/^title:.*/title: Kept one/' -e 's/^severity:.*/severity: huge/' \"$1\"\n",
    );
    let output = run("git-support new --label card");
    assert_eq!(output.status, Some(1), "{output:?}");
    let kept = sandbox.repo().join(".git/support/EDITMSG");
    let text = std::fs::read_to_string(&kept).unwrap().replace("severity: huge", "severity: minor");
    // Under another title, too.
    for command in ["new --label card --resume=EDITMSG", "new 'Named one' --resume"] {
        std::fs::write(&kept, &text).unwrap();
        let output = sandbox.shell(&format!("git-support {command}"));
        assert_eq!(output.status, Some(0), "{output:?}");
        assert!(!kept.exists(), "{command}");
    }
    assert!(sandbox.run(&["list", "severity:minor"]).ok().contains("Named one"));
    assert!(sandbox.run(&["new", "X", "--resume=nosuch"]).fails(1).contains("no text"));
    assert!(sandbox.run(&["list", "severity:minor", "label:card"]).ok().contains("Kept one"));
    // An editor that is left with nothing written ends it; nothing is kept.
    sandbox.file("../editor", "#!/bin/sh\n:\n");
    assert_eq!(run("git-support new").status, Some(1));
    assert!(!kept.exists());
}

fn sandbox_has_no_script() -> bool {
    !crate::sandbox::has_tool("script")
}

#[test]
fn what_is_refused_in_any_case_is_said_before_the_editor_opens() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    for command in [
        format!("diagnose {id} -e"),
        format!("escalate {id} -e"),
        format!("resolve {id} --as fixed -e"),
        format!("comment {id} --replace zzzzzzzz -e"),
        "comment zzzzzzzzzz -e".to_owned(),
    ] {
        let output = written(&sandbox, &command, "touch ../opened");
        assert!(
            output.status != Some(0) && !sandbox.repo().join("../opened").exists(),
            "{command}: {output:?}"
        );
    }
}

#[test]
fn an_entry_is_dated_when_its_text_was_finished() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let before = sandbox.git(&["log", "-1", "--format=%at"]).trim().parse::<i64>().unwrap();
    let output = sandbox.shell(&format!(
        "printf '#!/bin/sh\\nsleep 3; echo words >$1\\n' >../editor; chmod +x ../editor; \
         date +%s >../begun; unset GIT_SUPPORT_NOW GIT_AUTHOR_DATE GIT_COMMITTER_DATE; GIT_EDITOR=../editor git-support comment {id} -e"
    ));
    assert_eq!(output.status, Some(0), "{output:?}");
    let begun: i64 =
        std::fs::read_to_string(sandbox.repo().join("../begun")).unwrap().trim().parse().unwrap();
    let at = sandbox.git(&["log", "-1", "--format=%at"]).trim().parse::<i64>().unwrap();
    assert!(at >= begun + 3, "{before} {begun} {at}");
}

#[test]
fn several_kept_texts_are_told_apart() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    for _ in 0..2 {
        written(&sandbox, &format!("comment {id} -e"), "exit 1").fails(1);
    }
    let folder = sandbox.repo().join(".git/support");
    assert!(folder.join("EDITMSG").exists() && folder.join("EDITMSG.2").exists());
    let stderr = sandbox.run(&["comment", &id, "--resume"]).fails(1);
    assert!(stderr.contains("EDITMSG.2") && stderr.contains("--resume="), "{stderr}");
    sandbox.run(&["comment", &id, "--resume=EDITMSG.2"]).ok();
    sandbox.run(&["comment", &id, "--resume"]).ok();
    assert!(sandbox.run(&["comment", &id, "--resume"]).fails(1).contains("no text is kept"));
    assert!(sandbox.run(&["comment", &id, "--resume=../../config"]).fails(1).contains("no text"));
}
