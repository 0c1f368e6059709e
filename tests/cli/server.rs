//! `git support web` as a test starts it, and a client that sends what no browser would.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::sandbox::Sandbox;

/// A server that runs, as somebody's browser knows it.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) port: u16,
    pub(crate) token: String,
    pub(crate) cookie: String,
    pub(crate) form: String,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts one, and opens its address as a browser does.
    pub(crate) fn start(sandbox: &Sandbox, options: &[&str]) -> Self {
        let mut server = Self::unopened(sandbox, options);
        let welcome = server.ask(&format!("GET /?token={} HTTP/1.1\r\n{}\r\n", server.token, server.host()));
        assert_eq!(welcome.status, 200, "{}", welcome.body);
        let cookie = welcome.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        server.cookie = cookie.split(';').next().unwrap().to_owned();
        let page = server.get("/new");
        let form = page.body.split("name=\"form\" value=\"").nth(1);
        server.form = form.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
        server
    }

    /// Starts one, whose address nobody has opened.
    pub(crate) fn unopened(sandbox: &Sandbox, options: &[&str]) -> Self {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
        command.args(["web", "--no-open"]).args(options).stdout(Stdio::piped()).stderr(Stdio::null());
        // It stands open for hours: the time goes on.
        for name in ["GIT_SUPPORT_NOW", "GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
            command.env_remove(name);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (port, token) =
            line.trim().strip_prefix("http://127.0.0.1:").unwrap().split_once("/?token=").unwrap();
        let port = port.parse().unwrap();
        Self { child, port, token: token.to_owned(), cookie: String::new(), form: String::new() }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.token)
    }

    fn host(&self) -> String {
        format!("Host: 127.0.0.1:{}\r\n", self.port)
    }

    /// Sends bytes as they are, and reads the answer to its end.
    pub(crate) fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // A server may turn a request away before it is sent whole.
        let _ = stream.write_all(request.as_bytes());
        read_answer(stream)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\n{}Cookie: {}\r\n\r\n", self.host(), self.cookie))
    }

    /// Sends a form as a page of ours does.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let all: Vec<(&str, &str)> =
            std::iter::once(("form", self.form.as_str())).chain(fields.iter().copied()).collect();
        self.post_as(
            path,
            &all,
            &format!("Origin: http://127.0.0.1:{}\r\nCookie: {}\r\n", self.port, self.cookie),
        )
    }

    /// Sends a form with these headers.
    pub(crate) fn post_as(&self, path: &str, fields: &[(&str, &str)], headers: &str) -> Answer {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let (body, host) = (body.join("&"), self.host());
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let length = body.len();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\n{host}{headers}{kind}\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }
}

/// An answer, read as far as its length says, or until the server closes.
fn read_answer(stream: TcpStream) -> Answer {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<u64>().ok());
    let mut body = Vec::new();
    let _ = reader.take(length.unwrap_or(0)).read_to_end(&mut body);
    Answer { status, head, body: String::from_utf8_lossy(&body).into_owned() }
}

/// The fields of a page's forms that nobody types: a browser sends them as they came.
pub(crate) fn hidden(page: &str) -> Vec<(String, String)> {
    let field = |rest: &str| {
        let (name, rest) = rest.split_once('"')?;
        let value = rest.strip_prefix(" value=\"")?.split('"').next()?;
        Some((name.to_owned(), value.to_owned()))
    };
    page.split("<input type=\"hidden\" name=\"").skip(1).filter_map(field).collect()
}

/// What a browser sends of a page whose user typed these fields.
pub(crate) fn filled<'a>(
    came: &'a [(String, String)],
    typed: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let came = came.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    came.filter(|(name, _)| *name != "form").chain(typed.iter().copied()).collect()
}

/// A value as a form sends it.
pub(crate) fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
