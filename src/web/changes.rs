//! Tells open pages of tickets that change, as server-sent events.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use futures_core::Stream;
use tokio::sync::mpsc;

use crate::web::Site;
use crate::web::requests::{read, words};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(2);
/// The most pages that are told at once; others are not told, and lose nothing but the mark.
pub(super) const MAX_STREAMS: usize = 32;
/// How many of the newest changes are looked at.
const NEWEST: &str = "sort:-updated limit:50";

/// The streams that are open.
#[derive(Default)]
pub(super) struct Changes {
    open: AtomicUsize,
}

/// Counts a stream for as long as it is open.
struct Open(Arc<Site>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.changes.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The pieces of an answer, as they come.
struct Pieces(mpsc::Receiver<String>);

impl Stream for Pieces {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(|text| Ok(Bytes::from(text))))
    }
}

/// A stream of the IDs of tickets that change from now on.
///
/// A page that is not looked at closes its stream, since a browser opens six connections to a server at most; when it opens
/// one again, `since` says what it has seen.
pub(super) fn stream(site: &Arc<Site>, asked: &BTreeMap<String, String>) -> Response {
    if site.changes.open.fetch_add(1, Ordering::SeqCst) >= MAX_STREAMS {
        site.changes.open.fetch_sub(1, Ordering::SeqCst);
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let open = Open(Arc::clone(site));
    let since = asked.get("since").cloned().unwrap_or_default();
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        let mut before: Option<BTreeMap<String, String>> = None;
        // A comment, which also finds out that the page is gone.
        while sender.send(":\n\n".to_owned()).await.is_ok() {
            let Some(now) = latest(&open.0).await else { break };
            for id in changed(before.as_ref(), &since, &now) {
                if sender.send(format!("event: ticket\ndata: {id}\n\n")).await.is_err() {
                    return;
                }
            }
            before = Some(now);
            tokio::time::sleep(EVERY).await;
        }
    });
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(Pieces(receiver))).into_response()
}

/// When the tickets that changed last did so.
async fn latest(site: &Arc<Site>) -> Option<BTreeMap<String, String>> {
    let answer = read(site, words(&["list", "--all", "--", NEWEST])).await.ok()?;
    let tickets = answer.value.as_array()?.iter();
    let pair = |ticket: &serde_json::Value| {
        Some((ticket["id"].as_str()?.to_owned(), ticket["updated"].as_str()?.to_owned()))
    };
    Some(tickets.filter_map(pair).collect())
}

/// The tickets that changed between two looks, or, at the first one, since a time.
fn changed<'a>(
    before: Option<&'a BTreeMap<String, String>>,
    since: &'a str,
    now: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = &'a String> {
    let is_new = move |(id, at): &(&String, &String)| match before {
        Some(before) => before.get(*id).is_none_or(|known| known < *at),
        None => !since.is_empty() && at.as_str() > since,
    };
    now.iter().filter(is_new).map(|(id, _)| id)
}
