//! Attachments, as downloads that open nothing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use crate::web::Site;
use crate::web::headers::FILE_POLICY;
use crate::web::requests::{failed, read, words};
use crate::web::routes::{is_id, nowhere};

type Shared = State<Arc<Site>>;

/// An attachment, as a download.
pub(super) async fn file(State(site): Shared, Path((id, entry)): Path<(String, String)>) -> Response {
    if !is_id(&id) || !is_id(&entry) {
        return nowhere(State(site)).await;
    }
    let line = words(&["attach", &format!("--get={entry}"), "--output=-", "--", &id]);
    let name = attachment_name(&site, &id, &entry).await;
    match read(&site, line).await {
        Ok(answer) => {
            let disposition = format!("attachment; filename=\"{name}\"");
            let mut response = answer.bytes.into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            headers.insert(CONTENT_SECURITY_POLICY, FILE_POLICY);
            if let Ok(disposition) = HeaderValue::from_str(&disposition) {
                headers.insert(CONTENT_DISPOSITION, disposition);
            }
            response
        }
        Err(problem) => failed(&site, &problem),
    }
}

/// The name to save an attachment under: letters and digits of its own, so that it leads nowhere.
async fn attachment_name(site: &Arc<Site>, id: &str, entry: &str) -> String {
    let listed = read(site, words(&["attach", "--list", "--", id])).await.map(|answer| answer.value);
    let listed = listed.unwrap_or_default();
    let mut lines = listed.as_array().into_iter().flatten();
    let found = lines.find(|line| line["entry"].as_str() == Some(entry));
    let name = found.and_then(|line| line["name"].as_str()).unwrap_or_default();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let name: String = name.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { entry.to_owned() } else { name.chars().take(100).collect() }
}
