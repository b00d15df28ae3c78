//! User and password in a URL.

use base64::{Engine, engine::general_purpose::STANDARD};
use ureq::http::HeaderValue;
use url::Url;

/// User and password of a URL.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) header: HeaderValue,
    /// What no message may hold.
    pub(crate) secrets: Vec<String>,
}

impl Credentials {
    pub(crate) fn from_url(url: &Url) -> Option<Self> {
        if url.username().is_empty() && url.password().is_none() {
            return None;
        }
        let decoded = |text: &str| {
            let pair = format!("x={}", text.replace('+', "%2B"));
            url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        let (raw, password) = (url.password().unwrap_or_default(), decoded(url.password().unwrap_or_default()));
        let encoded = STANDARD.encode(format!("{}:{password}", decoded(url.username())));
        let mut header = HeaderValue::from_str(&format!("Basic {encoded}")).ok()?;
        header.set_sensitive(true);
        // A token may stand where the user does.
        let secrets = if password.is_empty() {
            vec![url.username().to_owned(), encoded]
        } else {
            vec![raw.to_owned(), password, encoded]
        };
        Some(Self { header, secrets })
    }
}
