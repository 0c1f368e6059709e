//! Pages and forms for a browser on this machine: each page is read by commands, and each click runs one.

mod changes;
mod desk;
mod edited;
mod files;
mod flash;
mod guard;
mod headers;
mod managed;
mod once;
mod pages;
mod requests;
mod routes;
mod server;
mod shown;
mod steps;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

pub use desk::{Answer, Desk, Problem, READ_VERBS, Run};
pub use server::{Ended, listen};

use crate::web::flash::Flash;
use crate::web::guard::Guard;

/// What is taken from a browser at most; docs/limits.md has the table.
pub const LIMITS: &[(&str, usize, &str)] = &[
    ("address that the pages of `web` are asked for", guard::MAX_URI_BYTES, "bytes"),
    ("form of a page", routes::MAX_FORM_BYTES, "bytes"),
    ("form of a page with a file", routes::MAX_FILE_BYTES, "bytes"),
    ("tickets of a list on a page", routes::MAX_ROWS, "tickets"),
    ("connections to the pages at once", server::MAX_CONNECTIONS, "connections"),
    ("open pages that are told of changes", changes::MAX_STREAMS, "pages"),
];

/// What a server is started with.
pub struct Start {
    /// The socket, on 127.0.0.1.
    pub listener: TcpListener,
    /// Its port.
    pub port: u16,
    /// The commands that pages may run.
    pub desk: Desk,
    /// Three secrets that nobody can foresee: the token of the address, the cookie, the token of forms.
    pub secrets: [String; 3],
    /// Whether a connection comes from a program of the user: other users of the machine can connect, too.
    pub is_own: Box<dyn Fn(SocketAddr) -> bool + Send + Sync>,
    /// How long the server goes on without a request.
    pub idle: Duration,
    /// The name of what is served, for titles.
    pub name: String,
}

/// What requests share.
pub(crate) struct Site {
    desk: Desk,
    guard: Guard,
    flash: Flash,
    changes: changes::Changes,
    once: once::Once,
    name: String,
}

impl Site {
    /// A token for a form of the tickets that are shown now.
    fn form_token(&self) -> String {
        self.guard.form_token(&(self.desk.branch)())
    }
}

/// Serves pages until a signal comes (`signal` returns the status to end with; 0 while none came) or nobody asks any more.
///
/// # Errors
/// No threads can be started, or the socket cannot be used.
pub fn serve(start: Start, signal: &(dyn Fn() -> u8 + Sync)) -> std::io::Result<Ended> {
    let Start { listener, port, desk, secrets, is_own, idle, name } = start;
    let guard = Guard::new(port, secrets);
    let site = Arc::new(Site {
        desk,
        guard,
        flash: Flash::default(),
        changes: changes::Changes::default(),
        once: once::Once::default(),
        name,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .enable_io()
        .enable_time()
        .build()?;
    let ended = runtime.block_on(server::serve(listener, routes::router(site), &*is_own, idle, signal));
    // What still runs is a read, or a change that its lock guards: neither is waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}
