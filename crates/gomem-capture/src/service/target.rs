//! Where a service is.

use std::fmt;

use url::Url;

use crate::{
    error::Error,
    service::{credentials::Credentials, secrets::SHORTEST},
};

/// The URL of a service, whose credentials and query are sent but never shown.
#[derive(Clone)]
pub struct Target {
    url: Url,
    credentials: Option<Credentials>,
}

impl Target {
    /// Reads a URL; without a scheme it is `http`.
    ///
    /// # Errors
    /// When it is none, or not of `http` or `https`.
    ///
    /// ```
    /// use gomem_capture::Target;
    ///
    /// assert!(Target::parse("https://host/internal/debug/pprof/")?.is_encrypted());
    /// assert!(Target::parse("ftp://host").is_err());
    /// # Ok::<(), gomem_capture::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::Url { reason: reason.to_owned() };
        let text = text.trim();
        let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let mut url = Url::parse(&full).map_err(|err| refuse(&err.to_string()))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(refuse("the scheme is neither http nor https"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(refuse("it names no host"));
        }
        let credentials = Credentials::from_url(&url);
        let cleared = url.set_username("").is_ok() && url.set_password(None).is_ok();
        if !cleared {
            return Err(refuse("its credentials cannot be read"));
        }
        url.set_fragment(None);
        Ok(Self { url, credentials })
    }

    /// The URL without credentials and query: fit for logs and files.
    #[must_use]
    pub fn shown(&self) -> String {
        shown(&self.url)
    }

    /// `https`?
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// `debug/pprof/` and what is below it: the URL may name the service or the index itself.
    pub(crate) fn pprof(&self, profile: &str) -> Url {
        let path = self.url.path().trim_end_matches('/');
        let index = if path.ends_with("/debug/pprof") { path.to_owned() } else { format!("{path}/debug/pprof") };
        let mut url = self.url.clone();
        let (name, query) = profile.split_once('?').unwrap_or((profile, ""));
        url.set_path(&format!("{index}/{name}"));
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            url.query_pairs_mut().append_pair(key, value);
        }
        url
    }

    /// Where the same service has its metrics by custom.
    pub(crate) fn metrics(&self) -> Self {
        let path = self.url.path().trim_end_matches('/');
        let prefix = path.strip_suffix("/debug/pprof").unwrap_or(path);
        let mut metrics = self.clone();
        metrics.url.set_path(&format!("{prefix}/metrics"));
        metrics
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Scheme, host and port are the same?
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// The URL itself says a secret: of a user, or in its query.
    pub(crate) fn has_secrets(&self) -> bool {
        self.credentials.is_some() || self.url.query_pairs().any(|(_, value)| value.len() >= SHORTEST)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.shown()).finish()
    }
}

/// A URL without what may be secret in it.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target {
        Target::parse(text).unwrap()
    }

    #[test]
    fn urls_of_the_service_and_of_its_index_are_the_same() {
        for text in ["127.0.0.1:6060", "http://127.0.0.1:6060/", "http://127.0.0.1:6060/debug/pprof/"] {
            assert_eq!(target(text).pprof("heap").as_str(), "http://127.0.0.1:6060/debug/pprof/heap");
            assert_eq!(target(text).metrics().shown(), "http://127.0.0.1:6060/metrics");
        }
        assert_eq!(target("localhost:6060").pprof("").as_str(), "http://localhost:6060/debug/pprof/");
        assert_eq!(
            target("https://h/api/debug/pprof?k=v").pprof("profile?seconds=3").as_str(),
            "https://h/api/debug/pprof/profile?k=v&seconds=3"
        );
        assert_eq!(target("https://h/api").metrics().shown(), "https://h/api/metrics");
    }

    #[test]
    fn secrets_are_not_shown() {
        let target = target("https://me:hunter22@h:1/p?token=hunter22#hunter22");
        assert_eq!(target.shown(), "https://h:1/p");
        assert!(!format!("{target:?}").contains("hunter22"));
        assert!(target.credentials().is_some());
    }

    #[test]
    fn what_is_no_url_of_a_service_is_refused() {
        for text in ["", "ftp://h/", "http://", "http://h:99999/", "file:///etc/passwd", "http://me:hunter22@:x/"] {
            let err = Target::parse(text).unwrap_err().to_string();
            assert!(err.starts_with("not the URL of a service") && !err.contains("hunter22"), "{err}");
        }
    }
}
