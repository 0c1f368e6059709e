//! From a request to a command, and from what it answers to a page.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use maud::Markup;

use crate::web::Site;
use crate::web::desk::{Answer, Problem};
use crate::web::guard::branch_of;
use crate::web::once;
use crate::web::pages::{self, Page};
use crate::web::shown::with_visible_text;

/// Runs what reads on a thread of its own: it waits for the disk.
pub(super) async fn read(site: &Arc<Site>, words: Vec<String>) -> Result<Answer, Problem> {
    let site = Arc::clone(site);
    run(move || site.desk.read(&words)).await
}

/// Runs what writes, for a form with this token, on the branch that its page showed; the same form again gets the same
/// answer.
pub(super) async fn write(
    site: &Arc<Site>,
    token: Option<&str>,
    words: Vec<String>,
    input: Vec<u8>,
) -> Result<Answer, Problem> {
    let site = Arc::clone(site);
    let mut words = words;
    if let Some(branch) = site.desk.elsewhere(token.and_then(branch_of)) {
        words.insert(1, format!("--branch={branch}"));
    }
    let mark = once::mark(token.unwrap_or_default(), &words, &input);
    run(move || site.once.answer(mark, || site.desk.write(&words, &input))).await
}

/// A change goes on to its end where the browser breaks off: it is a commit or none.
async fn run(command: impl FnOnce() -> Result<Answer, Problem> + Send + 'static) -> Result<Answer, Problem> {
    let done = tokio::task::spawn_blocking(command).await;
    done.unwrap_or_else(|_| {
        let message = "the command ended before it was done".to_owned();
        Err(Problem { kind: "internal", message, hints: Vec::new() })
    })
}

/// Words of a command.
pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A page as an answer.
pub(super) fn page(site: &Site, title: &str, said: &[String], content: &Markup) -> Response {
    with_status(StatusCode::OK, site, title, said, content)
}

/// The same with another status.
pub(super) fn with_status(
    status: StatusCode,
    site: &Site,
    title: &str,
    said: &[String],
    content: &Markup,
) -> Response {
    let (now, is_read_only) = ((site.desk.now)(), site.desk.write.is_none());
    let branch = (site.desk.branch)();
    let page = Page { site: &site.name, branch: &branch, title, said, is_read_only, now: &now };
    (status, Html(with_visible_text(pages::page(&page, content).into_string()))).into_response()
}

/// The page of what a command said is wrong.
pub(super) fn failed(site: &Site, problem: &Problem) -> Response {
    with_status(status_of(problem), site, "That did not work", &[], &pages::problem(problem))
}

/// The status that tells a program what a problem is.
pub(super) fn status_of(problem: &Problem) -> StatusCode {
    match problem.kind {
        "usage" | "ambiguous" => StatusCode::BAD_REQUEST,
        "not-found" => StatusCode::NOT_FOUND,
        "conflict" => StatusCode::CONFLICT,
        "refused" | "invalid" | "identity" => StatusCode::UNPROCESSABLE_ENTITY,
        "busy" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
