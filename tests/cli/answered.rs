//! What was answered with status 0 stays: whoever begins the branch, fetches it, rebases it elsewhere, or aborts.

use crate::sandbox::Sandbox;

/// A project, a bare remote of it, and the id of its ticket.
const BASE: &str = "set -e; unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE; s() { export GIT_SUPPORT_SEED=$((GIT_SUPPORT_SEED + 70)); git support -q \"$@\"; }; \
    git init -q --bare -b main ../hub.git; git init -q -b main .; git remote add origin ../hub.git; git commit -q --allow-empty -m init; \
    s init; id=$(git support new One); git push -qu origin main; ";

#[test]
fn a_branch_that_two_begin_at_once_keeps_what_both_wrote() {
    let sandbox = Sandbox::nowhere();
    let script = format!(
        "{BASE} s init --branch tickets; id=$(git support new Two --push); cd ..; \
         for i in $(seq 12); do rm -rf c; git clone -q hub.git c; cd c; \
           GIT_SUPPORT_SEED=$((1000 + i * 140)) git support sync >/dev/null 2>&1 & sync=$!; sleep 0.0$((i % 8)); \
           rc=0; GIT_SUPPORT_SEED=$((2000 + i * 140)) git support comment $id -m \"kept $i\" >/dev/null 2>&1 || rc=$?; wait $sync || true; \
           if [ $rc = 0 ]; then git support log $id | grep -q \"kept $i\" || echo \"lost $i\"; fi; cd ..; done"
    );
    let output = sandbox.shell(&script);
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""), "{output:?}");
}

#[test]
fn a_fetch_goes_over_no_branch_of_ours() {
    for (clone, name) in [
        ("git clone -q --mirror ../hub.git ../m; cd ../m", "a mirror"),
        (
            "git clone -q --bare ../hub.git ../m; cd ../m; git config remote.origin.fetch '+refs/heads/*:refs/heads/*'",
            "a bare clone",
        ),
        (
            "git clone -q ../hub.git ../m; cd ../m; git config --add remote.origin.fetch '+refs/heads/tickets:refs/heads/tickets'",
            "a refspec",
        ),
    ] {
        let sandbox = Sandbox::nowhere();
        let script = format!(
            "{BASE} s init --branch tickets; id=$(git support new Two --push); git push -q origin tickets; {clone}; \
             export GIT_SUPPORT_BRANCH=tickets; s comment $id -m one >/dev/null; s sync; s comment $id -m two --push >/dev/null; \
             for place in . ../hub.git; do git -C $place support log $id | grep -c '^  \\(one\\|two\\)'; done"
        );
        let output = sandbox.shell(&script);
        assert!(output.status == Some(0) && output.stdout.ends_with("2\n2\n"), "{name}: {output:?}");
    }
}

#[test]
fn what_an_abort_would_drop_is_refused() {
    let two = "for i in 1 2; do echo $i >>f; git add f; git commit -qm $i; done; ";
    let series = "echo b >f; git add f; git commit -qm base; git switch -qc o; for i in 1 2; do echo o$i >f; git commit -qam o$i; done; \
                  git switch -q main; echo m >f; git commit -qam m; ";
    for (begin, abort) in [
        (
            "git worktree add -q ../w2 -b x; TWO GIT_SEQUENCE_EDITOR=\"sed -i '1s/^pick/edit/'\" git rebase -q -i HEAD~2; cd ../w2; b='--branch main'",
            "cd ../hub.git",
        ),
        ("SERIES git cherry-pick o~1 o || true", "git cherry-pick --abort"),
        ("SERIES git revert --no-edit HEAD~1 HEAD~2 || true", "git revert --abort"),
        ("SERIES git format-patch -q -2 o -o ../p; git am -q -3 ../p/* || true", "git am --abort"),
    ] {
        let sandbox = Sandbox::nowhere();
        let begin = begin.replace("TWO", two).replace("SERIES", series);
        let script =
            format!("{BASE} b=; {begin}; rc=0; git support $b comment $id -m x || rc=$?; {abort}; exit $rc");
        let output = sandbox.shell(&script);
        assert_eq!(output.status, Some(4), "{begin}: {output:?}");
        assert!(output.stderr.contains("would drop"), "{begin}: {output:?}");
    }
    // One commit alone is another matter: git does not go back over what came after it began.
    let sandbox = Sandbox::nowhere();
    let script = format!(
        "{BASE} {series} git cherry-pick o~1 || true; s comment $id -m stays; git cherry-pick --abort; git support log $id | grep stays"
    );
    assert_eq!(sandbox.shell(&script).status, Some(0));
}

#[test]
fn a_branch_of_tickets_may_have_any_name_that_git_takes() {
    for name in ["@team/tickets", "#desk", "true", "123", "null", "0x10", "it's", "!x", "a:b?"] {
        let sandbox = Sandbox::nowhere();
        let script = format!(
            "{BASE} git check-ref-format --branch \"$b\" >/dev/null 2>&1 || exit 7; s init --branch \"$b\" >/dev/null; \
             GIT_SUPPORT_SEED=990 git support new Two >/dev/null; git support doctor; git clone -q . ../c; git -C ../c support list"
        );
        // A project whose branch of code has no tickets of its own.
        let script = script.replace("s init; id=$(git support new One); ", "");
        let output = sandbox.shell(&format!("b=\"{name}\"; {script}"));
        if output.status == Some(7) {
            continue;
        }
        assert!(output.status == Some(0) && output.stdout.contains("Two"), "{name}: {output:?}");
    }
}

#[test]
fn a_lock_that_a_killed_git_left_on_reftables_is_named() {
    let sandbox = Sandbox::nowhere();
    let script = "git init -q --ref-format=reftable -b main . || exit 7; git commit -q --allow-empty -m init; git support init -q; \
                  id=$(git support new One); touch -d '1 hour ago' .git/reftable/tables.list.lock; git support doctor; \
                  git support comment $id -m x; rc=$?; rm .git/reftable/tables.list.lock; exit $rc";
    let output = sandbox.shell(script);
    if output.status != Some(7) {
        assert_eq!(output.status, Some(4), "{output:?}");
        assert!(
            output.stdout.contains("lock.old") && output.stderr.contains("reftable/tables.list.lock"),
            "{output:?}"
        );
    }
}

#[test]
fn a_branch_that_follows_a_local_one_syncs_with_the_remote_there_is() {
    let sandbox = Sandbox::nowhere();
    let script = format!(
        "{BASE} git switch -q -c feat --track main; git push -q origin feat; s comment $id -m x --push; git support sync; \
         git -C ../hub.git support --branch feat log $id"
    );
    let output = sandbox.shell(&script);
    assert!(output.status == Some(0) && output.stdout.contains("\n  x\n"), "{output:?}");
}
