//! The addresses: which page is where, and what holds for all of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, FromRequest as _, Path, Query, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::web::Site;
use crate::web::guard::Refused;
use crate::web::headers::{REPORT_POLICY, harden};
use crate::web::requests::{failed, page, read, words};
use crate::web::shown::with_visible_text;
use crate::web::{changes, files, managed, pages, steps};

/// The most bytes of a form; what a ticket takes is less, and refused with the draft kept.
pub(super) const MAX_FORM_BYTES: usize = 8 * 1024 * 1024;
/// The most bytes of a form with a file; the setting `attachments.max_bytes` allows less.
pub(super) const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;
/// The rows of a list, unless more are asked for.
const ROWS: usize = 200;
/// The most rows of a list.
pub(super) const MAX_ROWS: usize = 10_000;
/// How long a request may take, its body included.
const TIMEOUT: Duration = Duration::from_secs(60);

type Shared = State<Arc<Site>>;
type Asked = Query<BTreeMap<String, String>>;

/// All addresses. Where nothing may be written, there is no address that takes a form.
pub(super) fn router(site: Arc<Site>) -> Router {
    let pages = Router::new()
        .route("/", get(queue))
        .route("/inbox", get(inbox))
        .route("/board", get(board))
        .route("/tickets", get(list))
        .route("/similar", get(similar))
        .route("/t/{id}", get(ticket))
        .route("/t/{id}/files/{entry}", get(files::file))
        .route("/t/{id}/{document}", get(document))
        .route("/severities", get(severities))
        .route("/releases", get(releases))
        .route("/releases/{version}", get(release))
        .route("/vendors", get(vendors))
        .route("/vendors/{name}", get(vendor))
        .route("/report", get(report))
        .route("/report/page", get(report_page))
        .route("/audit", get(audit))
        .route("/settings", get(settings))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route(
            "/changes",
            get(|State(site): Shared, Query(asked): Asked| async move { changes::stream(&site, &asked) }),
        );
    let forms = Router::new()
        .route("/new", get(steps::new_form).post(steps::new))
        .route("/t/{id}/do/{verb}", get(steps::form).post(steps::take))
        .route("/manage/{verb}/{below}", get(managed::form).post(managed::change))
        .route("/severities/confirm", post(managed::confirm))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES));
    let files = Router::new()
        .route("/t/{id}/attach", post(steps::attach))
        .layer(DefaultBodyLimit::max(MAX_FILE_BYTES));
    let all = if site.desk.write.is_some() { pages.merge(forms).merge(files) } else { pages };
    all.fallback(nowhere).layer(from_fn_with_state(Arc::clone(&site), guarded)).with_state(site)
}

/// What holds for every request: who may ask, for how long, and what the answer lets the browser do.
async fn guarded(State(site): Shared, request: Request, next: Next) -> Response {
    let mut response = match admitted(&site, &request) {
        Ok(None) => match tokio::time::timeout(TIMEOUT, next.run(request)).await {
            Ok(response) => response,
            Err(_) => turned_away(Refused {
                status: StatusCode::REQUEST_TIMEOUT,
                why: "the request took too long; what it changed, if anything, is in git log",
            }),
        },
        Ok(Some(welcome)) => welcome,
        Err(refused) => match tokio::time::timeout(TIMEOUT, draft_of(&site, request, refused)).await {
            Ok(response) => response,
            Err(_) => turned_away(refused),
        },
    };
    harden(response.headers_mut());
    response
}

/// Whether a request is answered; the first one brings the token and gets the cookie.
fn admitted(site: &Site, request: &Request) -> Result<Option<Response>, Refused> {
    let (uri, headers) = (request.uri(), request.headers());
    site.guard.check(request.method(), uri, headers)?;
    let token = uri.query().and_then(|query| query.strip_prefix("token="));
    if let Some(token) = token.filter(|_| uri.path() == "/" && request.method() == Method::GET) {
        if site.guard.takes_token(token) {
            let mut response = Html(pages::welcome().into_string()).into_response();
            if let Ok(cookie) = HeaderValue::from_str(&site.guard.cookie()) {
                response.headers_mut().insert(SET_COOKIE, cookie);
            }
            return Ok(Some(response));
        }
        // A page that is opened again, by the browser's history say, has the cookie already.
        if site.guard.check_cookie(headers).is_err() {
            let why = "this address was used already; run git support web for a new one";
            return Err(Refused { status: StatusCode::FORBIDDEN, why });
        }
    }
    site.guard.check_cookie(headers)?;
    if request.method() == Method::POST {
        site.guard.check_form(headers)?;
    }
    Ok(None)
}

/// The answer to what is turned away; a form of ours from an earlier run gets its text back.
async fn draft_of(site: &Arc<Site>, request: Request, refused: Refused) -> Response {
    let is_form = request.method() == Method::POST
        && refused.status == StatusCode::UNAUTHORIZED
        && site.desk.write.is_some()
        && site.guard.check_form(request.headers()).is_ok();
    if !is_form {
        return turned_away(refused);
    }
    match Form::<Vec<(String, String)>>::from_request(request, &()).await {
        Ok(Form(values)) => steps::outdated(site, &values, refused),
        Err(_) => turned_away(refused),
    }
}

fn turned_away(refused: Refused) -> Response {
    let Refused { status, why } = refused;
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{why}\n")).into_response()
}

pub(super) async fn nowhere(State(site): Shared) -> Response {
    super::requests::with_status(StatusCode::NOT_FOUND, &site, "Not found", &[], &pages::nowhere())
}

/// The lines that the last click left for this page.
fn said(site: &Site, asked: &BTreeMap<String, String>) -> Vec<String> {
    site.flash.take(asked.get("said").and_then(|number| number.parse().ok()))
}

/// True where a text can be a ticket's ID, or the beginning of one.
pub(super) fn is_id(text: &str) -> bool {
    (4..=10).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

async fn queue(State(site): Shared, Query(asked): Asked) -> Response {
    let (mine, all) = tokio::join!(
        read(&site, words(&["next", "-n", "50", "--mine"])),
        read(&site, words(&["next", "-n", "50"]))
    );
    let (mine, all) = match (mine, all) {
        (Ok(mine), Ok(all)) => (mine, all),
        (Err(problem), _) | (_, Err(problem)) => return failed(&site, &problem),
    };
    let mut lines = said(&site, &asked);
    lines.extend(all.notes.iter().cloned());
    page(&site, "Queue", &lines, &pages::lists::queue(&mine.value, &all.value, &all.now))
}

async fn inbox(State(site): Shared, Query(asked): Asked) -> Response {
    let is_all = asked.contains_key("all");
    let which = if is_all { "--all" } else { "--peek" };
    match read(&site, words(&["inbox", which])).await {
        Ok(answer) => {
            // Of an empty one, the page says so itself.
            let is_empty = answer.value.as_array().is_none_or(Vec::is_empty);
            let notes = if is_empty { &[] } else { answer.notes.as_slice() };
            page(&site, "Inbox", notes, &pages::lists::inbox(&answer.value, is_all))
        }
        Err(problem) => failed(&site, &problem),
    }
}

async fn board(State(site): Shared, Query(asked): Asked) -> Response {
    let by = asked.get("by").map_or("status", String::as_str);
    let limit = (pages::board::MAX_CARDS + 1).to_string();
    match read(&site, words(&["list", "--limit", &limit, "--", "status:open sort:urgency"])).await {
        Ok(answer) => {
            page(&site, "Board", &said(&site, &asked), &pages::board::board(&answer.value, by, &answer.now))
        }
        Err(problem) => failed(&site, &problem),
    }
}

async fn list(State(site): Shared, Query(asked): Asked) -> Response {
    let query = asked.get("q").map(String::as_str).unwrap_or_default().trim();
    let rows = asked.get("rows").and_then(|rows| rows.parse().ok()).unwrap_or(ROWS).clamp(1, MAX_ROWS);
    // One more than is shown tells whether there are more.
    let mut line = words(&["list", "--limit", &(rows + 1).to_string()]);
    if asked.contains_key("all") {
        line.push("--all".to_owned());
    }
    if !query.is_empty() {
        // A blank before it: a minus at the beginning negates a term, and is no option.
        line.extend(["--".to_owned(), format!(" {query}")]);
    }
    let is_all = asked.contains_key("all");
    let asked = pages::lists::Asked { query, is_all, rows, most: MAX_ROWS };
    match read(&site, line).await {
        Ok(answer) => page(&site, "Tickets", &answer.notes, &pages::lists::found(&asked, Ok(&answer))),
        Err(problem) => {
            let content = pages::lists::found(&asked, Err(&problem));
            super::requests::with_status(
                super::requests::status_of(&problem),
                &site,
                "Tickets",
                &[],
                &content,
            )
        }
    }
}

/// Open tickets with a word of a title that is being typed, for the form of a new one.
async fn similar(State(site): Shared, Query(asked): Asked) -> Response {
    let title = asked.get("title").map(String::as_str).unwrap_or_default();
    let terms = title.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() > 3);
    let query: Vec<String> = terms.take(8).map(|word| format!("\"{word}\"")).collect();
    if query.is_empty() {
        return Html(String::new()).into_response();
    }
    let line = words(&["list", "--limit", "5", "--", &query.join(" OR ")]);
    let found = read(&site, line).await.map(|answer| pages::lists::similar(&answer.value));
    Html(with_visible_text(found.unwrap_or_default().into_string())).into_response()
}

async fn ticket(State(site): Shared, Path(id): Path<String>, Query(asked): Asked) -> Response {
    if !is_id(&id) {
        return nowhere(State(site)).await;
    }
    let (shown, clocks) =
        tokio::join!(read(&site, words(&["show", "--", &id])), read(&site, words(&["sla", "--", &id])));
    match shown {
        Ok(answer) => {
            let clocks = clocks.map(|answer| answer.value).unwrap_or_default();
            let mut lines = said(&site, &asked);
            lines.extend(answer.notes);
            let form = site.desk.write.as_ref().map(|_| site.form_token());
            let linked = pages::ticket::linked(&answer.value).join(",");
            let others = match linked.is_empty() {
                true => None,
                false => read(&site, words(&["list", "--all", "--", &format!("id:{linked}")])).await.ok(),
            };
            let others = others.map(|answer| answer.value).unwrap_or_default();
            let content = pages::ticket::ticket(&answer.value, &clocks, &others, form.as_deref());
            let title =
                answer.value.get("title").and_then(serde_json::Value::as_str).unwrap_or(&id).to_owned();
            page(&site, &title, &lines, &content)
        }
        Err(problem) => failed(&site, &problem),
    }
}

/// The handover notes of a ticket, or the brief for a vendor, as text.
async fn document(State(site): Shared, Path((id, document)): Path<(String, String)>) -> Response {
    let verb = match document.as_str() {
        "handover" | "brief" => document,
        _ => return nowhere(State(site)).await,
    };
    if !is_id(&id) {
        return nowhere(State(site)).await;
    }
    match read(&site, words(&[&verb, "--format=markdown", "--", &id])).await {
        Ok(answer) => {
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            page(
                &site,
                &format!("{} of {id}", pages::capital(&verb)),
                &answer.notes,
                &pages::ticket::document(&id, &verb, &text),
            )
        }
        Err(problem) => failed(&site, &problem),
    }
}

async fn severities(State(site): Shared, Query(asked): Asked) -> Response {
    match read(&site, words(managed::PROPOSED)).await {
        Ok(answer) => {
            let form = site.desk.write.as_ref().map(|_| site.form_token());
            let content = pages::lists::severities(&answer.value, form.as_deref(), &[], None);
            page(&site, "Severities to confirm", &said(&site, &asked), &content)
        }
        Err(problem) => failed(&site, &problem),
    }
}

/// A page that shows what one read answers.
async fn shown(
    site: &Arc<Site>,
    line: Vec<String>,
    title: &str,
    asked: &BTreeMap<String, String>,
    content: impl FnOnce(&serde_json::Value, bool) -> maud::Markup,
) -> Response {
    match read(site, line).await {
        Ok(answer) => {
            let mut lines = said(site, asked);
            lines.extend(answer.notes);
            page(site, title, &lines, &content(&answer.value, site.desk.write.is_some()))
        }
        Err(problem) => failed(site, &problem),
    }
}

async fn releases(State(site): Shared, Query(asked): Asked) -> Response {
    shown(&site, words(&["release", "list"]), "Releases", &asked, pages::records::releases).await
}

async fn release(State(site): Shared, Path(version): Path<String>, Query(asked): Asked) -> Response {
    let line = words(&["release", "show", "--", &version]);
    shown(&site, line, &format!("Release {version}"), &asked, pages::records::release).await
}

async fn vendors(State(site): Shared, Query(asked): Asked) -> Response {
    shown(&site, words(&["vendor", "list"]), "Vendors", &asked, pages::records::vendors).await
}

async fn vendor(State(site): Shared, Path(name): Path<String>, Query(asked): Asked) -> Response {
    let line = words(&["vendor", "show", "--", &name]);
    shown(&site, line, &format!("Vendor {name}"), &asked, pages::records::vendor).await
}

async fn report(State(site): Shared, Query(asked): Asked) -> Response {
    let from = asked.get("from").map_or("30d", String::as_str).to_owned();
    let line = words(&["report", &format!("--from={from}")]);
    shown(&site, line, "Report", &asked, |value, _| pages::records::report(value, &from)).await
}

/// The page that `report --html` writes, charts included, in a sandbox of its own.
async fn report_page(State(site): Shared, Query(asked): Asked) -> Response {
    let from = asked.get("from").map_or("30d", String::as_str);
    match read(&site, words(&["report", &format!("--from={from}"), "--html=report.html"])).await {
        Ok(answer) => {
            let mut response = Html(answer.bytes).into_response();
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, REPORT_POLICY);
            response
        }
        Err(problem) => failed(&site, &problem),
    }
}

async fn audit(State(site): Shared, Query(asked): Asked) -> Response {
    shown(&site, words(&["audit"]), "Audit", &asked, |value, _| pages::records::audit(value)).await
}

async fn settings(State(site): Shared, Query(asked): Asked) -> Response {
    let (settings, team) =
        (read(&site, words(&["config", "list"])).await, read(&site, words(&["team", "list"])).await);
    match (settings, team) {
        (Ok(settings), Ok(team)) => {
            let may_write = site.desk.write.is_some();
            let content = pages::records::settings(&settings.value, &team.value, may_write);
            page(&site, "Settings and team", &said(&site, &asked), &content)
        }
        (Err(problem), _) | (_, Err(problem)) => failed(&site, &problem),
    }
}
