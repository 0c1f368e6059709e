//! Every hint that has a command in it is given in the situation that prints it, the command is run, and it helps.

use crate::hint_texts::{is_printed, literals};
use crate::sandbox::{Output, Sandbox};

/// A situation (its last command prints the hint), the beginning of the command that it prints, what the placeholders of
/// that command stand for (a script for sed), and what works after it: `again` is the last command of the situation.
struct Case(&'static str, &'static str, &'static str, &'static str);

/// What every situation begins with: `id` names a ticket, `s` runs the program, `fresh` a branch of its own.
const BEGIN: &str = "\
s() { git-support \"$@\"; }
quiet() { \"$@\" >/dev/null 2>&1; }
quiet git stash -u; unset GIT_SUPPORT_SEED
id=$(s new 'Pay fails' -m Story.); path=$(git ls-files .support/tickets)
as_eve() { GIT_AUTHOR_EMAIL=eve@example.com GIT_COMMITTER_EMAIL=eve@example.com s \"$@\"; }
hub() { quiet git init -q --bare -b main ../hub.git; quiet git remote add origin ../hub.git; quiet git push -q -u origin main; }
eve() { (cd ../eve 2>/dev/null || { git clone -q ../hub.git ../eve && cd ../eve; }; git config user.name Eve; git config user.email eve@example.com; \"$@\"); }
";

#[rustfmt::skip] // a line a case
const CASES: &[Case] = &[
    Case("s new X --key k; s new X --key k --severity minor", "git support edit", "s/VALUE/minor/", "s list severity:minor | grep X"),
    Case("sed -i 's/^status: new/status: new\\nseverty: minor/' $path; s save", "git diff HEAD", "", "true"),
    Case("echo x >f; s attach $id f; s resolve $id --as answered -m x; s init --branch tickets", "git support --branch", "s/DIR/..\\/files/g", "s list --all | grep Pay && s attach $id --list | grep f && s audit && test -z \"$(s --branch main doctor 2>&1 | grep missing)\""),
    Case("quiet git commit --allow-empty -m Fix --trailer Resolves-Ticket:$id; quiet s scan; s reopen $id -m x; s resolve $id --as fixed -m x", "git support edit", "s/COMMIT/HEAD~3/", "test -z \"$(s show $id 2>&1 | grep again)\""),
    Case("quiet s vendor add acme; quiet s answer add hi -m Hi; s init --branch beside", "git worktree add", "s#DIR#../copy#g", "s vendor | grep acme && s answer list | grep hi && s audit"),
    Case("s list fixed-in:1.1", "git support show", "s/ID/$id/", "true"),
    // What the process refuses.
    Case("s new -m '' </dev/null", "git support new", "", "test $(s list | wc -l) = 3"),
    Case("head -c 70000 /dev/zero | tr '\\0' x >long.txt; s comment $id -F long.txt", "git support attach", "s/ID/$id/;s/FILE/long.txt/", "s attach $id --list | grep long"),
    Case("s config set attachments.max_bytes 5; echo longer >f; s attach $id f", "git support config set attachments.max_bytes", "s/BYTES/100/", "again"),
    Case("s close $id", "git support show", "", "true"),
    Case("s resolve $id --as answered -m x; e=$(s log $id --format ndjson | tail -1 | grep -o '\"id\":\"[a-z0-9]\\{8\\}\"' | tail -1 | cut -d'\"' -f4); s close $id; s undo $e", "git support reopen", "s/REASON/Again/", "s show $id | grep in-progress"),
    Case("s edit $id --resolution answered", "git support resolve", "s/CODE/answered/;s/TEXT/x/", "s show $id | grep resolved"),
    Case("printf 'deferral:\\n  to: customer\\n  follow_up: 2099-12-01T00:00:00Z\\n' >d; sed -i '/^level:/r d' $path; s save", "git support pend", "s/TEXT/x/;s|^|git checkout -q $path; |", "s show $id | grep pending"),
    Case("s assign $id --to nobody", "git support assign", "s/ID/$id/", "true"),
    Case("s team add bo@example.com", "git support team add NAME", "s/NAME/Bo/", "s team | grep bo@example.com"),
    Case("s team add 'Bo Li'", "git support team add", "s/ADDRESS/bo@example.com/", "s team | grep bo@example.com"),
    Case("s team add Pat --email pat@example.com; s config set policy.level_by_role enforce; s new Two --status pending", "git support pend", "s/ID/$id -m x/", "s show $id | grep pending"),
    Case("mkdir -p target/surefire-reports; echo '<testsuite/>' >target/surefire-reports/x.xml; echo '[INFO] Tests run: 1' | s ci report -", "git support ci report", "", "true"),
    Case("mkdir -p build/test-results/test; echo '<testsuite/>' >build/test-results/test/x.xml; echo '> Task :test' | s ci report -", "git support ci report", "", "true"),
    Case("s log --since 2d", "git log --since", "", "true"),
    Case("s list --search pay", "git support list", "s/WORD/pay/", "true"),
    Case("s show $id --comments", "git support show", "s/ID/$id/;s/ prints.*//", "true"),
    Case("s close $id --reason x", "git support resolve", "s/ID/$id/;s/CODE/answered -m x/", "s show $id | grep resolved"),
    Case("s edit $id --remove-assignee x", "git support assign", "s/ID/$id/", "true"),
    Case("s return $id -m x", "git support show", "", "true"),
    Case("s escalate $id", "git support escalate", "s/…/known/g;s/, or .*//", "s show $id | grep 'level 2'"),
    Case("s defer $id --vendor acme --case 1 --follow-up 3d", "git support escalate", "s/$/ --requirements r --troubleshooting t/", "s show $id | grep 'level 2'"),
    Case("s edit $id --level 2; s defer $id --vendor acme --case 1 --follow-up 3d", "git support vendor add acme", "s/ADDRESS/a@b.example/", "again"),
    Case("s edit $id --level 2; s defer $id --case 1 --follow-up 3d", "git support vendor add", "s/NAME/acme/;s/ADDRESS/a@b.example/;s/, then.*//", "again --vendor acme"),
    Case("s edit $id --level 2; s vendor add acme --contract 1; s defer $id --vendor acme --case 1 --follow-up 3d", "git support vendor edit acme", "s/ADDRESS/a@b.example/", "again"),
    Case("s resolve $id --as fixed", "git support resolve", "s/COMMIT/$(git rev-list --max-parents=0 HEAD)/;s/, or.*//", "s show $id | grep resolved"),
    Case("s resolve $id --as fixed --commit HEAD", "git log --oneline -- .", "s/git log/git --no-pager log/", "true"),
    Case("s edit $id --commit nowhere", "git log --oneline -- .", "s/git log/git --no-pager log/", "true"),
    Case("other=$(s new Other); s resolve $id --as duplicate", "git support resolve", "s/--duplicate-of ID/--duplicate-of $other/", "s show $id | grep resolved"),
    Case("s team add Pat --email pat@example.com --role product-owner; s config set policy.severity_by_owner enforce; s edit $id --severity major", "git support config get policy.severity_by_owner", "", "true"),
    Case("s triage $id --confirm", "git support triage", "", "true"),
    Case("s undo $id; s undo zzzzzzzz", "git support log --limit 20", "", "true"),
    Case("as_eve undo", "git support log", "", "true"),
    Case("s link --remove $id blocks 0000000000", "git support", "", "true"),
    Case("d=$(s new Dup); s resolve $d --as duplicate --of $id -m x; s link --remove $d duplicate-of $id", "git support link", "s/ORIGINAL/$id/", "s show $id | grep duplicated-by"),
    Case("s report --html x.html --by severity", "git support report --by", "s/WHAT/severity/", "true"),
    Case("s comment $id --replace zzzzzzzz -m x", "git support log", "", "true"),
    Case("s redact $id --entry zzzzzzzz -m x", "git support show", "", "true"),
    Case("s comment $id --if-match zzzzzzzz -m x", "git support log", "", "true"),
    Case("s team add Pat --email pat@example.com; s config set policy.level_by_role enforce; s edit $id --status pending", "git support pend", "s/, or.*//", "s show $id | grep pending"),
    Case("s edit $id --reporter 'Ann <a@b.example>' --channel phone; s resolve $id --as answered; s close $id; s comment $id --from customer -m x", "git support new TITLE --relates-to", "s/TITLE/Again/", "s list title:again | grep Again"),
    Case("s estimate 6h", "git support estimate", "s/ID/$id/", "true"),
    Case("s edit $id --severity blocker; s config set clocks.blocker.resolution 4h; s sla", "git support sla --settings HEAD", "s/ shows them//", "true"),
    Case("for i in 1 2 3 4 5 6 7 8 9 10; do s comment $id -m $i; done; s audit ..", "git support audit", "", "true"),
    Case("git commit -q --allow-empty -m x; git replace HEAD HEAD~1; s audit", "git replace -d", "", "s audit"),
    Case("s team add Pat --email pat@example.com --role lead; as_eve comment $id -m 'a secret'; s redact $id --text 'a secret' -m x", "git support team", "", "true"),
    Case("ssh-keygen -q -N '' -f ../key; git config user.signingKey $PWD/../key.pub; git config gpg.format ssh; s team add Pat --email pat@example.com --role lead; s audit --seal", "git support team", "", "true"),
    Case("s team add Pat --email pat@example.com --role lead; sed -i 's/^title:.*/title: Forged/' $path; git commit -qam x; s audit --accept $(s audit --json | sed -n 's/.*\"finding\": \"\\(.*\\)\".*/\\1/p') -m x", "git support team", "", "true"),
    Case("sed -i 's/^title:.*/title: Forged/' $path; git commit -qam x; s audit --accept -m x", "git support audit --accept", "s/FINDING/$(git-support audit --json | grep -o '[a-z0-9]\\{10\\}' | head -1)/;s/REASON/Fine/", "s audit"),
    Case("s init; s init --hours 'mon-fri 09:00-17:00'", "git support config set calendars.office", "", "s config get calendars.office.hours.mon-fri"),
    Case("s team add Pat --email pat@example.com; s init --owner 'Pat <pat@example.com>'", "git support team edit", "s/NAME/Pat/", "s team | grep product-owner"),
    Case("SHELL=/bin/dash s completions", "git support completions bash", "", "true"),
    Case("s schema nothing", "git support schema", "", "true"),
    Case("s reply $id -m Hi", "git support config set mail.address", "", "again"),
    Case("s config set mail.address desk@x.example; s edit $id --reporter Ann; s reply $id -m Hi", "git support reply", "s/TEXT/Hi/", "s mail queue | grep ann@"),
    Case("s edit $id --level 2; s config set mail.address desk@x.example; s vendor add acme --url https://acme.example; s defer $id --vendor acme --case 1 --send", "git support vendor edit acme", "", "again"),
    Case("mkdir -p ../M/new ../M/cur; s mail take", "git support mail take", "s#~/Maildir.*#../M#", "true"),
    Case("s mail show zzzzzzzz", "git support mail queue", "", "true"),
    Case("s purge", "git support config set policy.retain", "", "again"),
    Case("s known --add $id", "git support known --add", "s/TEXT/Wait./", "s known | grep Wait"),
    Case("s known --add $id --workaround Wait.; s new 'Pay fails again'", "git support resolve", "", "s list --all resolution:workaround | grep again"),
    Case("other=$(s new 'Quite another'); s resolve $id --as workaround --known $other", "git support known --add", "s/TEXT/Wait./", "again"),
    Case("s answer add hello -m 'Hello {name}.'; s comment $id --answer hello", "git support answer show", "", "true"),
    Case("s answer add hello -m Hello.; s answer add hello -m Hello.", "git support answer edit", "s/-e/-m Hi./", "s answer show hello | grep Hi"),
    Case("s comment $id --answer hello", "git support answer list", "", "true"),
    // What is not there.
    Case("s team add Pat --email pat@example.com; s assign $id --to bob", "git support team add", "s/NAME/Bob/;s/ADDRESS/bob@e.example/;s/ROLE/l1/", "again"),
    Case("s show !", "git support list", "", "true"),
    Case("s show zzzzzzzzzz", "git support list --all", "", "true"),
    Case("git switch -q -c side; s new Theirs >../new; git switch -q main; s show $(cat ../new)", "git support --branch side", "s/….*/show $(cat ..\\/new)/", "true"),
    Case("s config set queries.mine 'status:open'; sed -i 's/status:open/stattus:open/' .support/config.yaml; git commit -qam x; s doctor", "git support config set queries.mine", "s/QUERY/status:open/", "s doctor"),
    Case("s list @mine", "git support config set queries.mine", "s/assignee:me/level:1/", "again"),
    Case("s config set queries.mine 'status:open'; sed -i 's/status:open/stattus:open/' .support/config.yaml; git commit -qam x; s list @mine", "git support config get queries.mine", "", "true"),
    Case("s list --at nowhere", "git log --oneline", "", "true"),
    Case("s inbox --since soon", "git support inbox --since 3d", "", "true"),
    Case("s vendor show acme", "git support vendor list", "", "true"),
    Case("s release show 9.9", "git support release handover 9.9", "s/TAG/v1/;s/^/git tag v1; /", "again"),
    Case("git tag v1; s release handover 1.0 --tag v1; s release handover 1.0 --tag v1", "git support release show 1.0", "", "true"),
    Case("s team remove Nobody", "git support team", "", "true"),
    Case("s team add Pat --email p@q.example; s team add Pat --email r@q.example", "git support team add", "s/NAME (CITY)/Pat (Bonn)/;s/ADDRESS/r@q.example/", "s team | grep Bonn"),
    Case("s team add Pat --email p@q.example; s team add Pat --email p@q.example", "git support team edit", "s/…/--role l1/;s/NAME/Pat/", "s team | grep l1"),
    Case("s vendor add acme --email a@b.example --phone 12; s vendor edit acme --phone ''", "git support vendor edit acme --clear", "", "! s vendor show acme | grep 12"),
    Case("s vendor add acme --email a@b.example; s vendor edit acme --email c@d.example --clear email", "git support vendor edit --help", "", "true"),
    Case("s vendor add acme --email a@b.example; s vendor add acme --email a@b.example", "git support vendor edit acme", "s/…/--phone 12/", "s vendor show acme | grep 12"),
    Case("s vendor add acme --email a@b.example; s edit $id --level 2; s defer $id --vendor acme --case 1 --follow-up 3d; s vendor remove acme", "git support vendor show acme", "s/ID/$id/", "again"),
    Case("s assign $id --suggest", "git support team add", "s/NAME/Pat/;s/ADDRESS/p@q.example/", "true"),
    Case("s brief $id", "git support brief", "s/NAME/acme/;s/^/git support vendor add acme --email a@b.example \\&\\& /", "true"),
    Case("s config set nonsense 1", "git support config list", "", "true"),
    Case("s config set branch x", "git support init --branch", "s/NAME/tickets/", "test $(git config support.branch) = tickets"),
    Case("s sla $id", "git support config set clocks.blocker.resolution 4h", "", "s edit $id --severity blocker && s sla $id | grep resolution"),
    Case("s report budget", "git support config set agreement.hours 40", "", "again"),
    Case("s report --from 2026-11-20 --to 2026-11-01", "git support report --from", "", "true"),
    Case("s edit --severity major", "git support edit", "s/<SEVERITY>/major/;s/<ID>.../$id/", "s list severity:major | grep Pay"),
    Case("s edit $id </dev/null", "git support edit --help", "", "true"),
    Case("git stash -qu; git checkout -q --detach $(git rev-list --max-parents=0 HEAD); s list", "git support list --branch", "s/NAME/main/", "s list --branch main | grep Pay"),
    Case("s board </dev/null", "git support list", "", "true"),
    Case("s qqq --format json", "git support help", "s/[^a-z -].*//", "true"),
    Case("echo a >f; s attach $id f; s attach $id --get f", "git support attach", "s/-o FILE/-o g/", "cmp f g"),
    Case("echo a >f; s attach $id f f; s attach $id --get f -o g", "git support attach", "s/$/ -o g/", "cmp f g"),
    Case("s attach $id --get nope", "git support attach", "", "true"),
    Case("echo a >f; s attach $id f; e=$(s attach $id --list --json | grep -o '\"entry\": *\"[^\"]*' | cut -d'\"' -f4); s redact $id --entry $e -m x; s attach $id --get f", "git support log", "", "true"),
    Case("echo 'a b' | s audit --pre-receive", "git support audit", "s/RANGE/HEAD/", "true"),
    // What stands in the way in git.
    Case("echo '# mine' >>$path; s comment $id -m x", "git support save", "s/, or.*//", "again"),
    Case("git rm -q --cached $path; s comment $id -m x", "git restore --staged", "", "again"),
    Case("rm $path; s comment $id -m x", "git restore --staged", "", "again"),
    Case("rm $path; s save", "git restore --staged", "", "s show $id"),
    Case("sed -i s/open/edit/ $path; s save", "git diff", "s/git diff[^;]*/git --no-pager diff/", "s show $id"),
    Case("git checkout -q --detach; s comment $id -m x", "git config support.branch", "s/NAME/main/", "again"),
    Case("hub; git -C ../hub.git branch -q desk main; s list --branch desk", "git fetch origin desk:desk", "s/, or.*//", "again"),
    Case("git mv .support/tickets .support/tickets.old; git commit -qm x; s list", "git mv .support/tickets.old", "s/git commit/git commit -qm Back/", "again"),
    Case("echo '<testsuite/>' >r.xml; s ci report r.xml --revision zzz", "git log --oneline", "s/git log/git --no-pager log/", "true"),
    Case("s list --branch nowhere", "git branch --all", "s/, or.*//;s/git branch/git --no-pager branch/", "true"),
    Case("git config user.useConfigOnly true; git config --global --unset user.name; git config --global --unset user.email; unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL EMAIL; s comment $id -m x", "git config user.name", "", "again"),
    Case("s sync", "git remote add origin", "s|URL|../hub.git|", "git init -q --bare ../hub.git && git push -q -u origin main && again"),
    Case("git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; s sync", "git push origin main", "", "again"),
    Case("hub; s comment $id -m lost; git push -q; eve true; git reset -q --hard HEAD~1; git push -qf; eve s sync", "git support sync --accept-rewrite", "s/ to use.*//;s/^/cd ..\\/eve; /", "eve s sync"),
    Case("hub; s comment $id -m lost; git push -q; eve true; git reset -q --hard HEAD~1; git push -qf; eve s sync", "git support sync --keep-mine", "s/^.*or git/git/;s/ to restore.*//;s/^/cd ..\\/eve; /", "eve s sync"),
    Case("s --branch t init; t=$(s new Other --branch t); git init -q --bare ../hub.git; git remote add origin ../hub.git; git push -q origin t; git fetch -q; git -C ../hub.git branch -q -D t; s sync --branch t", "git support sync --keep-mine", "s/ to push.*//;s/$/ --branch t/", "s sync --branch t"),
    Case("git init -q -b main ../empty; cd ../empty; git remote add origin ../repo; git fetch -q; s new x", "git reset --hard origin/main", "", "again"),
    // What doctor finds.
    Case("git config --unset merge.support.driver; s doctor", "git support doctor --repair", "", "again"),
    Case("git rm -q $path; git commit -qm x; s doctor", "git support doctor --repair", "", "again"),
    Case("sed -i 's/^title:.*/title: By hand/' $path; git commit -qam x; s doctor", "git support doctor --repair", "", "again"),
    Case("git rm -q .support/.gitattributes; git commit -qm x; s doctor", "git support doctor --repair", "", "again"),
    Case("sed -i 's/^title:.*/title: By hand/' $path; s doctor", "git support save", "", "again"),
    Case("echo x >>$path; s doctor", "git diff HEAD", "s/$/; git checkout -q ./", "again"),
    Case("rm $path; s doctor", "git restore --staged --worktree", "", "again && test -e $path"),
    Case("git switch -q --orphan bare; git commit -q --allow-empty -m x; s check", "git fetch origin", "s/.*; //;s/NAME/main/", "true"),
    Case("for b in aa bb; do git switch -q --orphan $b; mkdir -p .support; printf \"schema: 1\\nbranch: $b\\n\" >.support/config.yaml; git add .support; git commit -qm x; done; git switch -q --orphan cc; git commit -q --allow-empty -m x; s list", "git config support.branch", "s/NAME/main/", "again"),
    Case("s edit $id --assignee 'Who <who@x.example>'; s team add Pat --email p@q.example --role l1; s doctor", "git support assign", "", "true"),
    Case("mkdir -p .support/attachments/$id; echo x >.support/attachments/$id/stray.txt; git add .support; git commit -qm x; s doctor", "git rm", "", "git commit -qm gone && again"),
    Case("echo a >f; s attach $id f; echo b >$(git ls-files .support/attachments); git commit -qam x; s doctor", "git support doctor --repair", "s/)//", "again"),
    Case("echo a >f; s attach $id f; git rm -q $(git ls-files .support/attachments); git commit -q --amend --no-edit; s doctor", "git log --stat", "s/git/git --no-pager/", "true"),
    Case("printf 'schema: 1\\ntag: v9\\n' >../r; mkdir -p .support/releases; cp ../r .support/releases/9.yaml; git add .support; git commit -qm x; hub; s doctor", "git fetch --tags", "", "true"),
    Case("printf 'schema: 1\\nclocks: {major: {response: never}}\\n' >.support/config.yaml; git add .support; git commit -qm x; s check level:3", "git support config unset clocks.major", "", "again"),
    Case("printf 'title: [' >$path; git commit -qam x; s show $id", "git log -p", "s/git/git --no-pager/", "true"),
    Case("printf 'title: [' >$path; git commit -qam x; s doctor", "git log -p", "s/git/git --no-pager/", "true"),
    Case("printf '.support/\\n' >>.git/info/exclude; s doctor", "git check-ignore", "", "true"),
    Case("printf 'schema: 1\\nemial: x\\n' >../v; mkdir -p .support/vendors; cp ../v .support/vendors/a.yaml; git add .support; git commit -qm x; s doctor", "git log -p", "s/git/git --no-pager/", "true"),
    Case("git switch -q -c side; s comment $id -m a; git switch -q main; git merge -q --squash side; s comment $id -m x", "git support save, or where", "s/.*them: //;s/; to drop.*//;s/git commit/git commit -qm x/", "again"),
    Case("git switch -q -c side; s comment $id -m a; git switch -q main; git merge -q --squash side; s save", "git commit", "s/$/ -qm x/", "s show $id | grep ' a$'"),
    Case("echo a >f; s attach $id f; echo b >>$(git ls-files .support/attachments); s save", "git restore --staged", "s/; a new.*//", "s doctor"),
    Case("entry=$(s show $id --json | grep '\"id\"' | sed -n 2p | cut -d'\"' -f4); s redact $id --entry $entry -m x", "git support redact", "s/TEXT/'Pay'/;s/REASON/x/", "true"),
    Case("s report budget severity:major", "git support report", "", "true"),
    Case("s report --from 2099-01-01", "git support report --from 30d", "", "true"),
    Case("s vendor add p --email a@b.example --response 2d; sed -i s/2d/1w/ .support/vendors/p.yaml; git commit -qm x .support; s doctor", "git support vendor edit p --response", "", "s doctor"),
    Case("s vendor add p --email a@b.example --response 8h --calendar nope", "git support config", "", "true"),
    Case("s vendor add p --email a@b.example --response 8h; printf 'calendar: nope\\n' >>.support/vendors/p.yaml; git commit -qam x; s doctor", "git support vendor edit p", "s/CALENDAR/24x7/", "s doctor"),
    Case("echo x >f; s attach $id f --name $(printf 'n%.0s' $(seq 600))", "git support attach", "s/ID/$id/;s/FILE/f/;s/NAME/short/", "s attach $id --list | grep short"),
    Case("printf x >.support/strange; git add .support; s save", "rm .support/strange", "s/, or.*//;s/$/; git rm -q --cached .support\\/strange/", "! again | grep strange"),
    Case("printf x >.support/strange; git add .support; s save", "git add .support/strange", "s/git commit/git commit -qm x/", "! again | grep strange"),
    Case("git switch -q -c side; s edit $id --severity minor; s comment $id -m a; git switch -q main; s edit $id --severity major; git merge --no-edit side", "git support show", "", "true"),
    Case("hub; eve s comment $id -m there; eve git push -q; git fetch -q; s show $id", "git support sync", "", "s show $id | grep there"),
    Case("hub; eve git rm -q $path; eve git commit -qm gone; eve git push -q; s sync", "git support doctor --repair", "s/ brings.*//", "s show $id"),
    Case("git rm -q $path; git commit -qm x; s audit", "git support doctor", "", "s show $id"),
    Case("sed -i 's/^title:.*/title: Forged/' $path; git commit -qam x; s audit", "git support", "", "true"),
    Case("sed -i 's/action: open/action: close/' $path; git commit -qam x; s audit", "git show", "s/git/git --no-pager/", "true"),
    Case("s release handover 1.0 --tag nope", "git tag", "", "true"),
    Case("printf '\\377' >f; s comment $id -F f", "git support attach", "s/ID/$id/;s/FILE.*/f/", "s attach $id --list | grep f"),
    Case("hub; git init -q -b main ../empty; cd ../empty; git remote add origin ../hub.git; s sync", "git pull", "s/ first/ -q origin main/", "again"),
    Case("hub; s comment $id -m lost; git push -q; eve true; git reset -q --hard HEAD~1; echo 1 >g; git add g; git commit -qm code; git push -qf; eve s sync --accept-rewrite", "git rebase --onto", "s/^/cd ..\\/eve; /", "eve s sync"),
    Case("git rm -rq .support; rm -rf .support; ln -s ../elsewhere .support; git add .support; git commit -qm x; s new x", "git ls-tree", "", "true"),
    Case("mkdir ../bare; cd ../bare; s list", "git init", "s/, or.*//", "again"),
    Case("git worktree add -q ../w -b w; s comment $id -m x --branch w", "git -C", "s/….*/comment $id -m x/", "true"),
    Case("git config merge.support.driver false; git switch -q -c side; s comment $id -m a; git switch -q main; s comment $id -m b; git rebase side; s comment $id -m x", "git rebase", "s/ --continue or --abort first.*/ --abort/", "again"),
    Case("git config commit.gpgsign true; git config gpg.program false; s comment $id -m x", "git config commit.gpgsign false", "", "again"),
    Case("printf 'schema: 1\\ncalendars: {o: {timezone: UTC, hours: {mon-fri: [\"08:00-12:00\"]}, holidays: [x.ics]}}\\nclocks: {major: {response: 1h, calendar: o}}\\n' >.support/config.yaml; git add .support; git commit -qm x; s check level:3", "git add", "s/$/ -qm x/;s/^/mkdir -p .support\\/calendars; printf 'BEGIN:VCALENDAR\\\\r\\\\nVERSION:2.0\\\\r\\\\nPRODID:x\\\\r\\\\nEND:VCALENDAR\\\\r\\\\n' >.support\\/calendars\\/x.ics; /", "again"),
    Case("printf 'schema: 1\\nclocks: 3\\n' >.support/config.yaml; git add .support; git commit -qm x; s comment $id -m x", "git support doctor", "s/$/ || test \\$? = 3/", "true"),
    Case("s init; printf '[' >.support/config.yaml; git add .support; git commit -qm x; s config set commit.prefix x", "git support doctor --repair", "s/ puts.*//", "again"),
    Case("s init --hours 'mon-fri 09:00-17:00 Europe/Berlin'; sed -i 's/17:00/1700/' .support/config.yaml; git commit -qam x; s check level:3", "git support config set", "", "again"),
    Case("s init --hours 'mon-fri 09:00-17:00 Europe/Berlin'; s config set calendars.office.hours.mon-thu 09:00-17:00", "git support config set", "", "true"),
    Case("s init --hours 'mon-fri 09:00-17:00 Europe/Berlin'; s config unset calendars.office.hours", "git support config set", "", "true"),
    Case("s init; sed -i 's/^schema: 1/schema: 2/' .support/config.yaml; git commit -qam x; s config set commit.prefix x", "git support --version", "", "true"),
    Case("s team add Bo --email bo@x.example --role l1; s team add Cy --email cy@x.example --role l1; s assign $id --to Bo; s team remove Bo", "git support list is:orphaned", "", "true"),
    Case("s team add Dana --email dana@example.com --role lead; s team add Cy --email cy@x.example --role l1; s config set policy.rules_by_role enforce; s team edit Dana --role l2", "git support team edit", "s/NAME/Cy/;s/ROLE/lead/", "s team edit Dana --role l2"),
    Case("s config set policy.signed_commits enforce; git config commit.gpgsign true; git config gpg.program false; s comment $id -m x", "git config user.signingKey", "s/KEY/x/", "true"),
    Case("git tag app/v1.2; s release handover app/v1.2 --tag app/v1.2", "git support release handover", "", "true"),
    Case("mkdir -p .support/tickets/0/0; sed s/^id:.*/id: 0000000000/ $path >.support/tickets/0/0/0000000000.yaml; s save", "git support new", "s/,.*/ Copied; rm -r .support\\/tickets\\/0/", "test $(s list | wc -l) = 3"),
    Case("rm $path; ln -s /etc/passwd $path; s save", "git restore --staged", "s/, or.*//", "s show $id"),
    Case("s comment $id -m 1; hub; git clone -q --depth 1 file://$PWD/../hub.git ../sh; cd ../sh; s audit", "git fetch --unshallow", "s/)//", "again"),
    Case("other=$(s new Other); s link $id blocks $other; git rm -q .support/tickets/*/*/$other.yaml; git commit -qm x; s doctor", "git support link --remove", "s/, or.*//", "true"),
    Case("ssh-keygen -q -N '' -f ../key; s audit --seal", "git config user.signingKey", "s|KEY.*|$PWD/../key.pub; git config gpg.format ssh|", "true"),
    Case("git config merge.support.driver false; git switch -q -c side; s comment $id -m a; git switch -q main; s comment $id -m b; git merge side; s doctor --repair; s comment $id -m x", "git commit", "s/$/ -q --no-edit/", "again && s show $id | grep ' a$'"),
    Case("git config merge.support.driver false; git switch -q -c side; s comment $id -m a; git switch -q main; s comment $id -m b; git merge side; s doctor --repair; s doctor", "git commit", "s/$/ -q --no-edit/", "s doctor"),
    Case("hub; s init --branch tickets; git push -q origin tickets; git config --unset support.branch; s doctor", "git config support.branch tickets", "", "s doctor || test $? = 3"),
    Case("echo 1111111111111111111111111111111111111111 >.git/refs/heads/gone; s doctor", "git update-ref -d", "", "s doctor"),
    Case("git switch -q -c side; s team add Ann --email a@x.example; git switch -q main; s team add Ann --email b@x.example; git merge side; s doctor", "git add", "s/^/git checkout -q --ours .support\\/team.yaml; /;s/$/; git commit -q --no-edit/", "again"),
    Case("other=$(s new Other); third=$(s new Third); s link $id blocks $other; s link $other blocks $third; s link $third blocks $id", "git support link --remove", "", "s doctor"),
];

/// What a terminal or a pipe showed.
fn all(output: &Output) -> String {
    format!("{}{}", output.stdout, output.stderr)
}

/// Runs a case; what its situation printed.
fn printed(case: &Case) -> String {
    let Case(situation, beginning, fill, then) = case;
    let sandbox = Sandbox::new().may_be_damaged();
    let (setup, last) = situation.rsplit_once("; ").unwrap_or(("true", situation));
    let again = format!("again() {{ {last} \"$@\"; }}");
    let begin = format!("{BEGIN}\n{{ {setup}; }} >../setup 2>&1; {again}");
    let output = sandbox.shell(&format!("{begin}\nagain 2>&1; pwd >../pwd; set >../set"));
    let said = all(&output);
    let place = said.find(beginning).unwrap_or_else(|| panic!("{situation}: no `{beginning}` in:\n{said}"));
    let command = said[place..].lines().next().unwrap().trim_end_matches(')').to_owned();
    std::fs::write(sandbox.root().join("command"), &command).unwrap();
    let vars = "id=$(sed -n \"s/^id='\\?\\([0-9a-z]*\\)'\\?$/\\1/p\" ../set); other=$(sed -n \"s/^other='\\?\\([0-9a-z]*\\)'\\?$/\\1/p\" ../set); path=$(git ls-files .support/tickets | head -1)";
    let functions: String =
        BEGIN.lines().filter(|line| line.contains("() {")).map(|line| format!("{line}\n")).collect();
    let helped = sandbox.shell(&format!(
        "cd \"$(cat ../pwd)\"; {functions}{again}\n{vars}\nline=$(sed \"{fill}\" ../command); \
         echo \"+ $line\"; eval \"$line\" </dev/null || exit 97; {then}"
    ));
    assert_eq!(helped.status, Some(0), "{situation}\n`{command}` did not help, `{then}`:\n{}", all(&helped));
    said
}

/// The commands that the source prints and no case of this file does: the test that prints and follows each.
const ELSEWHERE: &[(&str, &str)] = &[
    ("had changed while the form was open", "editors::a_form_tells_what_changed_while_it_was_open"),
    (
        "git support triage {id} --confirm",
        "proposals::a_gate_goes_by_the_confirmed_severity_until_a_lower_one_is_confirmed",
    ),
    ("finish it, or abort it: git status", "answered::what_an_abort_would_drop_is_refused"),
    ("the text is kept for: git support", "first_days::a_kept_text_is_for_what_it_was_written_for"),
    ("what you typed is kept: git support", "first_days::what_is_typed_at_a_terminal_is_kept"),
    ("say it in your own words", "scripted::the_words_of_the_team_are_nobody_elses"),
    ("--resolution fixed --commit COMMIT", "scripted::a_resolution_is_corrected_as_the_hint_says"),
    (
        "are in no branch or tag",
        "release_records::a_fix_that_was_squashed_or_rebased_is_named_and_can_be_named_anew",
    ),
    (
        "git config support.branch {}; git support doctor --repair",
        "ticket_branch::a_clone_from_before_the_branch_of_the_tickets_begins_no_other",
    ),
    ("git support audit --seal", "seals::two_seals_of_one_second_have_one_name"),
    ("is reverted; to reopen it", "reopening::a_revert_after_the_scan_is_named_with_the_way_to_reopen"),
    ("would merge tickets by", "release_records::attributes_that_break_merges_are_found_and_repaired"),
    ("git check-attr merge", "release_records::attributes_that_break_merges_are_found_and_repaired"),
    ("git tag -f {} {commit", "release_records::what_was_handed_over_stays_though_its_tag_moves"),
    ("reopened, and does not resolve it", "reopening::no_copy_of_a_fix_that_did_not_help_resolves_again"),
    (
        "where the tickets are on {0} now",
        "ticket_branch::a_renamed_branch_of_tickets_is_noticed_and_named_anew",
    ),
    (
        "which other clones read (run git support doctor)",
        "ticket_branch::a_renamed_branch_of_tickets_is_noticed_and_named_anew",
    ),
    (
        "git worktree add ../{branch} {branch} && git",
        "sharing::a_conflict_on_a_branch_beside_is_settled_as_the_hint_says",
    ),
    (
        "git pull --no-rebase, settle the conflict in it",
        "syncing::settings_that_both_sides_changed_are_merged_by_git",
    ),
    (
        "were not synced, its code differs ({names}): git pull",
        "taken_over::settings_come_with_the_code_and_who_syncs_has_not_changed_them",
    ),
    (
        "were not pushed, its code differs ({names}): git push",
        "taken_over::ones_own_settings_are_said_to_go_with_the_code",
    ),
    ("the team now has {} ({})", "settings_both::two_changes_that_leave_nobody_together_are_named"),
    ("git rm {path} && git commit", "redacting::an_attachment_that_comes_back_after_its_redaction_is_named"),
    ("run git support web for a new one", "serving: a token that was used"),
    ("open the address that git support web prints", "serving: a request without the cookie"),
    ("git send-email", "post_office::messages_leave_through_git_send_email_where_a_server_is_configured"),
    ("git support reply does", "replying::what_is_said_with_a_step_is_sent_when_it_is_to_be"),
    ("what git support audit says", "pages::a_day_in_a_browser"),
    ("git support web", "serving::pages_that_change_nothing_take_no_form"),
    ("use several batches", "bounds: a batch of 200,000 operations"),
    ("<!-- git-support: begin", "a mark in a file"),
    ("if you trust it, name it: GIT_DIR=", "following::a_bare_repository_among_files_is_not_taken_for_ours"),
    (
        "has no tickets yet; open the first one: git support new",
        "first_run::a_read_where_nothing_is_says_what_to_do_first",
    ),
    ("set up team and settings: git support init", "first_run::init_takes_flags"),
    ("git log --all --format= --raw", "purging::the_commands_that_are_printed_take_it_out_of_history"),
    ("git symbolic-ref HEAD", "pushes::the_branch_of_the_tickets_is_renamed_on_a_server"),
    ("serve a repository of its own", "repositories::a_namespace_is_for_servers"),
    ("write a list as a table", "habits of others"),
    ("shows when it is due", "habits of others"),
    ("write the kind as a word", "habits of others"),
    ("git cherry-pick --continue", "merging"),
    ("git am --continue", "what git itself says"),
    ("git revert --continue", "doctor::a_revert_in_conflict_is_settled_as_an_undo"),
    ("brings back {:.10}, from before", "fixes::a_fix_that_came_back_is_named"),
    ("git filter-repo", "redacting::the_printed_command_removes_it_from_history_and_nothing_else"),
    ("attachments are missing", "attachments::an_export_with_attachments_and_clocks_round_trips"),
    ("use another name", "hostile"),
    ("revert the commit that added it", "hostile_trees"),
    ("fetch.fsck", "hostile"),
    ("safe.directory", "repositories::somebody_elses_repository_is_refused_as_git_does"),
    ("your text is kept", "kept_texts::a_text_that_was_refused_is_kept_and_filed_later"),
    ("more files cannot be read", "bounds"),
    ("attach the text instead", "full_tickets::a_full_ticket_takes_every_step_and_long_texts_are_attached"),
    ("restores it, and undo withdraws it", "without_us"),
    ("to bring it back: git support doctor --repair", "without_us"),
    ("git would merge {which} by", "intruders::attributes_that_break_merges_of_some_tickets_are_found"),
    ("level 0, consistency: not all", "proofs::each_level_says_what_the_next_one_needs"),
    ("level 1, identity", "proofs::each_level_says_what_the_next_one_needs"),
    ("complete runs", "lanes::a_test_that_is_gone_is_proposed_for_closing"),
    ("git push REMOTE HEAD, without", "a fact, and no command"),
    ("git subtree add, or", "a fact, and no command"),
    ("git was not set up to sign", "a fact, and no command"),
    ("is from an earlier version: git diff", "a fact, and no command"),
    ("was not written by git support report", "a fact, and no command"),
    ("git could not move", "a fact, and no command"),
    ("git keeps the low", "a fact, and no command"),
    ("git has locked", "a fact, and no command"),
    ("another git support has been", "a fact, and no command"),
    ("git was not waited for", "a fact, and no command"),
    ("git did not store", "a fact, and no command"),
    ("git is not on the PATH", "a fact, and no command"),
    ("Saved queries, for", "a comment in the settings"),
    ("Open, work on and resolve", "the overview"),
    ("git init && ", "helping::without_a_command_the_first_ones_and_the_queue_are_shown"),
    ("One command:", "the overview"),
    ("No tickets here. Set up", "the overview"),
    ("git support list @{name}", "what a setting is for"),
    (
        "see who wrote that: git log -p -- .mailmap",
        "intruders::a_line_of_the_map_about_somebody_who_joins_is_named",
    ),
    ("an option of git stands before", "as_typed::options_of_git_and_numbers_are_said_as_people_type_them"),
    ("git support estimate [OPTIONS]", "a usage line"),
    ("_git_support", "completion"),
    ("language of git support list", "help of the board"),
    ("git support {} {}", "title of the board"),
    ("git support  {}  {}", "title of the board"),
    ("git support board ", "title of the board"),
    ("git support check {}", "name of a gate"),
];

#[test]
fn each_hint_is_followed_and_helps() {
    let (mut failed, mut all_printed) = (Vec::new(), String::new());
    for case in CASES {
        match std::panic::catch_unwind(|| printed(case)) {
            Ok(said) => all_printed.push_str(&said),
            Err(error) => failed.push(error.downcast_ref::<String>().cloned().unwrap_or_default()),
        }
    }
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), CASES.len(), failed.join("\n\n"));
    let is_elsewhere = |text: &String| ELSEWHERE.iter().any(|(known, _)| text.contains(known));
    let missing: Vec<String> = literals()
        .into_iter()
        .filter(|text| !is_elsewhere(text) && !is_printed(text, &all_printed))
        .collect();
    assert!(missing.is_empty(), "no test follows these {}:\n{}", missing.len(), missing.join("\n"));
}
