//! Who may ask: pages are for one browser on this machine, and forms for our own pages.
//!
//! Hostile pages can make a browser send requests here (cross-site request forgery, DNS rebinding), and other users of the
//! machine can connect. So each request must name our address in `Host`, and carry the cookie that the token of the start was
//! exchanged for; each change must come from a page of ours, and carry the token of its form.

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, ORIGIN, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The longest address that is looked at, in bytes.
pub(super) const MAX_URI_BYTES: usize = 8192;
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    /// The status.
    pub(super) status: StatusCode,
    /// What is wrong.
    pub(super) why: &'static str,
}

const fn refused(status: StatusCode, why: &'static str) -> Refused {
    Refused { status, why }
}

/// The secrets of a run.
pub(super) struct Guard {
    port: u16,
    token: Mutex<Option<String>>,
    session: String,
    form: String,
    forms: AtomicU64,
}

impl Guard {
    /// The guard of a server on a port, with three secrets that nobody can foresee.
    pub(super) fn new(port: u16, [token, session, form]: [String; 3]) -> Self {
        Self { port, token: Mutex::new(Some(token)), session, form, forms: AtomicU64::default() }
    }

    /// A token for a form, which tells it from every other: one that is sent twice is taken once. It has the branch whose
    /// tickets the page shows.
    pub(super) fn form_token(&self, branch: &str) -> String {
        format!("{}.{}.{branch}", self.form, self.forms.fetch_add(1, Ordering::SeqCst))
    }

    /// The cookie's name: cookies are not kept apart by port, so that two servers would take each other's.
    fn cookie_name(&self) -> String {
        format!("git_support_{}", self.port)
    }

    /// What sets the cookie.
    pub(super) fn cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name(), self.session)
    }

    /// True once for the token of the start.
    pub(super) fn takes_token(&self, given: &str) -> bool {
        let Ok(mut token) = self.token.lock() else { return false };
        let is_right = token.as_deref().is_some_and(|token| same(token, given));
        if is_right {
            *token = None;
        }
        is_right
    }

    /// What holds for every request, before anything else is looked at.
    pub(super) fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
        if headers.get_all(HOST).iter().count() != 1 {
            return Err(refused(StatusCode::BAD_REQUEST, "one Host header is needed"));
        }
        if !self.is_our_host(headers) {
            return Err(refused(StatusCode::FORBIDDEN, "the Host header names another server"));
        }
        if uri.to_string().len() > MAX_URI_BYTES {
            return Err(refused(StatusCode::URI_TOO_LONG, "the address is too long"));
        }
        if ![Method::GET, Method::HEAD, Method::POST].contains(method) {
            return Err(refused(StatusCode::METHOD_NOT_ALLOWED, "only GET, HEAD and POST are understood"));
        }
        // Browsers send forms with a length. What two servers could read differently is read by none.
        if headers.contains_key(TRANSFER_ENCODING) || headers.get_all(CONTENT_LENGTH).iter().count() > 1 {
            return Err(refused(StatusCode::BAD_REQUEST, "the length of the request is not plain"));
        }
        let site = headers.get(FETCH_SITE).map(|site| site.as_bytes());
        if site.is_some_and(|site| !matches!(site, b"same-origin" | b"none")) {
            return Err(refused(StatusCode::FORBIDDEN, "the request comes from another site"));
        }
        Ok(())
    }

    /// Whether the request carries the cookie.
    pub(super) fn check_cookie(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let name = self.cookie_name();
        let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        if pairs.any(|(key, value)| key == name && same(value, &self.session)) {
            return Ok(());
        }
        Err(refused(StatusCode::UNAUTHORIZED, "open the address that git support web prints"))
    }

    /// Whether a form comes from a page of ours, and as a browser sends forms.
    pub(super) fn check_form(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let is_ours = match headers.get(ORIGIN) {
            Some(_) if headers.get_all(ORIGIN).iter().count() > 1 => false,
            Some(origin) => origin.as_bytes() == format!("http://{host}").as_bytes(),
            // Looked at already: where it is there, it is same-origin.
            None => headers.get(FETCH_SITE).is_some_and(|site| site.as_bytes() == b"same-origin"),
        };
        if !is_ours {
            return Err(refused(StatusCode::FORBIDDEN, "the form does not come from a page of this server"));
        }
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !matches!(kind.as_str(), "application/x-www-form-urlencoded" | "multipart/form-data") {
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "only forms are understood"));
        }
        Ok(())
    }

    /// Whether a form carries its token.
    pub(super) fn check_form_token(&self, given: Option<&str>) -> Result<(), Refused> {
        let secret = given.and_then(|given| given.split_once('.')).map(|(secret, _)| secret);
        if secret.is_some_and(|secret| same(secret, &self.form)) {
            return Ok(());
        }
        Err(refused(StatusCode::FORBIDDEN, "the form is not of this run; open the page again"))
    }

    fn hosts(&self) -> [String; 2] {
        [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)]
    }

    fn is_our_host(&self, headers: &HeaderMap) -> bool {
        headers
            .get(HOST)
            .is_some_and(|host| self.hosts().iter().any(|ours| host.as_bytes() == ours.as_bytes()))
    }
}

/// The branch that a form's token has.
pub(super) fn branch_of(token: &str) -> Option<&str> {
    token.splitn(3, '.').nth(2)
}

/// True where two secrets are the same; how long it takes says nothing of where they differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard::new(4711, ["token".to_owned(), "session".to_owned(), "form".to_owned()])
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_token_is_good_once() {
        let guard = guard();
        assert!(!guard.takes_token("") && !guard.takes_token("tokem"));
        assert!(guard.takes_token("token") && !guard.takes_token("token"));
    }

    #[test]
    fn only_our_address_is_answered() {
        let guard = guard();
        let uri = Uri::from_static("/");
        for host in ["evil.example", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:4711", ""] {
            assert!(guard.check(&Method::GET, &uri, &headers(&[("host", host)])).is_err(), "{host}");
        }
        assert!(guard.check(&Method::GET, &uri, &headers(&[])).is_err());
        assert!(guard.check(&Method::GET, &uri, &headers(&[("host", "localhost:4711")])).is_ok());
    }

    #[test]
    fn a_form_is_ours_or_nobodys() {
        let guard = guard();
        let form = ("content-type", "application/x-www-form-urlencoded");
        let host = ("host", "127.0.0.1:4711");
        let foreign = [
            "http://evil.example",
            "null",
            "http://127.0.0.1:80",
            "https://127.0.0.1:4711",
            "http://localhost:4711",
        ];
        for origin in foreign {
            assert!(guard.check_form(&headers(&[host, ("origin", origin), form])).is_err(), "{origin}");
        }
        let ours = ("origin", "http://127.0.0.1:4711");
        assert!(guard.check_form(&headers(&[host, form])).is_err());
        assert!(guard.check_form(&headers(&[host, ours])).is_err());
        assert!(guard.check_form(&headers(&[host, ours, ("content-type", "application/json")])).is_err());
        assert!(guard.check_form(&headers(&[host, ours, form])).is_ok());
        let mut two = headers(&[host, ours, form]);
        two.append("origin", "http://evil.example".parse().unwrap());
        assert!(guard.check_form(&two).is_err());
    }
}
