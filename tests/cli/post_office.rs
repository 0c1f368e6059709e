//! Customer and desk write to each other through a real mail server on the loopback address: one thread on both sides.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::mailing::desk;
use crate::sandbox::{Sandbox, leave_out};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/post_office.py");

/// The Python that has aiosmtpd: of this machine, or of `.ci/run`.
fn python() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/mail/bin/python");
    let has = |python: &Path| {
        let asked = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    [PathBuf::from("python3"), own].into_iter().find(|python| has(python))
}

/// A mail server, which ends with the test.
struct PostOffice {
    child: Child,
    port: String,
    python: PathBuf,
    folder: PathBuf,
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl PostOffice {
    fn open(python: PathBuf, sandbox: &Sandbox) -> Self {
        let folder = sandbox.root().join("post");
        fs::create_dir_all(&folder).unwrap();
        let mut child = Command::new(&python)
            .args([SCRIPT, folder.to_str().unwrap(), "support", "ann", "bob"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, port: port.trim().to_owned(), python, folder }
    }

    /// The command line that hands a message to the server.
    fn sendmail(&self) -> String {
        format!("{} {SCRIPT} send {}", self.python.display(), self.port)
    }

    /// The customer sends a message.
    fn send(&self, sandbox: &Sandbox, message: &str) {
        fs::write(sandbox.root().join("message"), message).unwrap();
        sandbox.shell(&format!("{} support@shop.example < ../message", self.sendmail())).ok();
    }

    /// The messages in somebody's mailbox, oldest first.
    fn mailbox(&self, name: &str) -> Vec<String> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.join(name).join("new"))
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        files.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
        files.iter().map(|path| fs::read_to_string(path).unwrap().replace("\r\n", "\n")).collect()
    }
}

/// A header of a message, its folded lines joined.
fn header(message: &str, name: &str) -> String {
    let head = message.split("\n\n").next().unwrap().replace("\n ", " ").replace("\n\t", " ");
    let line =
        head.lines().find(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
    line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// What the customer's mail program sends in answer to a message.
fn answer(to: &str, id: &str, text: &str) -> String {
    let answered = header(to, "Message-ID");
    let references = format!("{} {answered}", header(to, "References"));
    format!(
        "From: Ann Lee <ann@customer.example>\nTo: support@shop.example\nSubject: {}\nMessage-ID: <{id}>\n\
         In-Reply-To: {answered}\nReferences: {references}\n\n{text}\n\nOn Monday, Support wrote:\n> Earlier\n",
        header(to, "Subject")
    )
}

/// A question, its acknowledgement, a reply, an answer with a file, the end, a word after it, a message that bounces.
fn correspond(sandbox: &Sandbox, office: &PostOffice) {
    let maildir = office.folder.join("support");
    let take = || {
        let json = sandbox.run(&["mail", "take", maildir.to_str().unwrap(), "--json"]).ok();
        serde_json::from_str::<Value>(&json).unwrap()
    };
    let send = || sandbox.run(&["mail", "send"]).ok();
    let question = "From: Ann Lee <ann@customer.example>\nTo: support@shop.example\nSubject: Pay fails\n\
                    Message-ID: <q1@customer.example>\n\nPaying fails with 502.\n";
    office.send(sandbox, question);
    let line = &take()[0];
    assert_eq!(line["outcome"], "opened", "{line}");
    let id = line["ticket"].as_str().unwrap().to_owned();
    send();
    let acknowledged = office.mailbox("ann");
    assert_eq!(acknowledged.len(), 1);
    assert!(acknowledged[0].contains(&id) && header(&acknowledged[0], "Auto-Submitted") == "auto-replied");
    sandbox.run(&["reply", &id, "-m", "Which card do you use?", "--cc", "bob@customer.example"]).ok();
    sandbox.run(&["pend", &id]).ok();
    send();
    let asked = office.mailbox("ann").pop().unwrap();
    assert!(asked.contains("Which card do you use?"), "{asked}");
    assert_eq!(office.mailbox("bob").len(), 1);
    let with_file = answer(&asked, "a1@customer.example", "A blue one.")
        .replace("\n\nA blue", "\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nA blue")
        + "--b\nContent-Type: image/png; name=card.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n";
    office.send(sandbox, &with_file);
    assert_eq!(take()[0]["outcome"], "comment");
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    assert!(sandbox.run(&["attach", &id, "--list"]).ok().contains("card.png"));
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "Blue cards work again."]).ok();
    sandbox.run(&["reply", &id, "-m", "Blue cards work again."]).ok();
    send();
    let last = office.mailbox("ann").pop().unwrap();
    office.send(sandbox, &answer(&last, "a2@customer.example", "Not mine."));
    assert_eq!(take()[0]["ticket"], id.as_str());
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    // To somebody who is not there.
    sandbox.run(&["reply", &id, "--to", "gone@customer.example", "-m", "Do you know?"]).ok();
    send();
    let line = &take()[0];
    assert_eq!(
        (line["outcome"].as_str(), line["ticket"].as_str()),
        (Some("note"), Some(id.as_str())),
        "{line}"
    );
    // One thread in the customer's mailbox: each message names the first.
    for message in office.mailbox("ann") {
        assert!(header(&message, "References").contains("<q1@customer.example>"), "{message}");
        assert_eq!(header(&message, "Subject"), format!("Re: Pay fails [{id}]"));
    }
    assert_eq!(office.mailbox("ann").len(), 3);
    assert_eq!(sandbox.run(&["mail", "queue"]).ok(), "no messages to send\n");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn customer_and_desk_write_to_each_other_in_one_thread() {
    let Some(python) = python() else { return leave_out("aiosmtpd") };
    let sandbox = desk();
    let office = PostOffice::open(python, &sandbox);
    sandbox.git(&["config", "sendemail.sendmailCmd", &office.sendmail()]);
    correspond(&sandbox, &office);
}

#[test]
fn messages_leave_through_git_send_email_where_a_server_is_configured() {
    let Some(python) = python() else { return leave_out("aiosmtpd") };
    let sandbox = desk();
    // Git says which of its programs are installed.
    if !sandbox.git(&["--list-cmds=main"]).lines().any(|name| name == "send-email") {
        return leave_out("git-email");
    }
    let office = PostOffice::open(python, &sandbox);
    sandbox.git(&["config", "sendemail.smtpServer", "127.0.0.1"]);
    sandbox.git(&["config", "sendemail.smtpServerPort", &office.port]);
    correspond(&sandbox, &office);
}
