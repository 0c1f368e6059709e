//! The server: a socket on the loopback address, with limits on how many connections there are and how long they take.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The most connections at once; more wait.
pub(super) const MAX_CONNECTIONS: usize = 128;
/// How long a request's head may take, and a connection may wait for the next one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of a request's head.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How often signals and idleness are looked at.
const TICK: Duration = Duration::from_millis(200);
/// How long requests under way may take after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nobody asked for anything for as long as that is allowed.
    Idle,
    /// By a signal: the status to end with.
    Signal(u8),
}

/// A socket on 127.0.0.1.
///
/// # Errors
/// The port is taken, or may not be listened on.
pub fn listen(port: u16) -> std::io::Result<(TcpListener, u16)> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

/// What is going on: when the last request came, and how many are under way.
struct Activity {
    start: Instant,
    last_millis: AtomicI64,
    running: AtomicUsize,
}

impl Activity {
    fn touch(&self) {
        let millis = i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.last_millis.store(millis, Ordering::SeqCst);
    }

    fn idle(&self) -> Duration {
        let last = u64::try_from(self.last_millis.load(Ordering::SeqCst)).unwrap_or_default();
        self.start.elapsed().saturating_sub(Duration::from_millis(last))
    }
}

/// Answers requests until a signal comes or nobody asks any more.
///
/// # Errors
/// The socket cannot be used.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    is_own: &(dyn Fn(SocketAddr) -> bool + Send + Sync),
    idle: Duration,
    signal: &(dyn Fn() -> u8 + Sync),
) -> std::io::Result<Ended> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let start = Instant::now();
    let activity =
        Arc::new(Activity { start, last_millis: AtomicI64::default(), running: AtomicUsize::default() });
    loop {
        let connection = tokio::time::timeout(TICK, async {
            let permit = Arc::clone(&permits).acquire_owned().await.ok()?;
            let (stream, peer) = listener.accept().await.ok()?;
            is_own(peer).then_some((stream, permit))
        });
        if let Ok(Some((stream, permit))) = connection.await {
            let (router, activity) = (router.clone(), Arc::clone(&activity));
            tokio::spawn(async move {
                answer(stream, router, activity).await;
                drop(permit);
            });
        }
        let status = signal();
        if status != 0 {
            end_of_requests(&activity).await;
            return Ok(Ended::Signal(status));
        }
        if activity.idle() > idle && activity.running.load(Ordering::SeqCst) == 0 {
            return Ok(Ended::Idle);
        }
    }
}

/// Waits for what is under way: a change is a commit or none.
async fn end_of_requests(activity: &Activity) {
    let since = Instant::now();
    while activity.running.load(Ordering::SeqCst) > 0 && since.elapsed() < GRACE {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Answers the requests of a connection.
async fn answer(stream: tokio::net::TcpStream, router: Router, activity: Arc<Activity>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (mut router, activity) = (router.clone(), Arc::clone(&activity));
        async move {
            activity.touch();
            activity.running.fetch_add(1, Ordering::SeqCst);
            let response: Result<Response<Body>, Infallible> = {
                use tower_service::Service as _;
                router.call(request.map(Body::new)).await
            };
            activity.running.fetch_sub(1, Ordering::SeqCst);
            activity.touch();
            response
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    // Who breaks off, or asks for what is no request, is told by hyper or not at all.
    let _ = connection.await;
}
