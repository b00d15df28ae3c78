//! What is sent with each request, and kept secret.

use std::fmt;

use ureq::http::{HeaderName, HeaderValue};

use crate::{
    error::Error,
    service::{secrets::Secrets, target::Target},
};

/// Headers of a request. Their values are neither shown nor stored.
///
/// ```
/// let mut headers = gomem_capture::Headers::default();
/// headers.push_line("X-Scope-OrgID: team-a")?;
/// headers.push_bearer("a-token")?;
/// assert!(!headers.is_empty());
/// # Ok::<(), gomem_capture::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Headers {
    pairs: Vec<(HeaderName, HeaderValue)>,
    secrets: Secrets,
}

impl Headers {
    /// Adds `Name: value`.
    ///
    /// # Errors
    /// When name or value are no header's.
    pub fn push_line(&mut self, line: &str) -> Result<(), Error> {
        // A line without a colon may be nothing but a token: it is not repeated.
        let (name, value) = line
            .split_once(':')
            .ok_or(Error::Header { name: String::new(), reason: "no colon; expected 'Name: value'" })?;
        self.push(name.trim(), value.trim())
    }

    /// Adds a header.
    ///
    /// # Errors
    /// When name or value are no header's.
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let refuse = |reason| Error::Header { name: name.to_owned(), reason };
        let known = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Error::Header { name: String::new(), reason: "its name is no header's name" })?;
        let mut sent =
            HeaderValue::from_str(value).map_err(|_| refuse("its value has characters that none can have"))?;
        sent.set_sensitive(true);
        self.secrets.insert_header(value);
        self.pairs.push((known, sent));
        Ok(())
    }

    /// Adds `Authorization: Bearer …`; space around the token, as files have it, is not part of it.
    ///
    /// # Errors
    /// When the token is empty, or no header can hold it.
    pub fn push_bearer(&mut self, token: &str) -> Result<(), Error> {
        let token = token.trim();
        if token.is_empty() {
            return Err(Error::Header { name: "Authorization".to_owned(), reason: "the token is empty" });
        }
        self.push("Authorization", &format!("Bearer {token}"))
    }

    /// Nothing is sent?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// With what the URL itself holds.
    pub(crate) fn with_secrets_of(mut self, target: &Target) -> Self {
        if let Some(credentials) = target.credentials() {
            self.pairs.push((ureq::http::header::AUTHORIZATION, credentials.header.clone()));
            credentials.secrets.iter().for_each(|secret| self.secrets.insert(secret));
        }
        target.url().query_pairs().for_each(|(_, value)| self.secrets.insert(&value));
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(HeaderName, HeaderValue)> {
        self.pairs.iter()
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(name, _)| name.as_str())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sent_and_not_shown() {
        let mut headers = Headers::default();
        headers.push_line("X-Scope-OrgID: tenant-one").unwrap();
        headers.push_bearer(" hunter2222\n").unwrap();
        assert_eq!(headers.iter().last().unwrap().1.to_str().unwrap(), "Bearer hunter2222");
        assert_eq!(format!("{headers:?}"), r#"["x-scope-orgid", "authorization"]"#);
        assert_eq!(headers.secrets().scrub("got Bearer hunter2222, hunter2222, tenant-one"), "got ***, ***, ***");
    }

    #[test]
    fn what_is_no_header_is_refused_without_being_shown() {
        let mut headers = Headers::default();
        for line in ["hunter2222", "X-Token: hunter2222\r\nEvil: 1", "hunter2222 x: y"] {
            let err = headers.push_line(line).unwrap_err().to_string();
            assert!(!err.contains("hunter2222"), "{err}");
        }
        assert!(headers.push_bearer(" \n").is_err());
        assert!(headers.is_empty());
    }

    #[test]
    fn credentials_of_a_url() {
        let target = Target::parse("http://Aladdin:open%20sesame@h/?k=hunter2222").unwrap();
        let headers = Headers::default().with_secrets_of(&target);
        assert_eq!(headers.iter().next().unwrap().1.to_str().unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(headers.secrets().scrub("open sesame, open%20sesame, hunter2222"), "***, ***, ***");
    }
}
