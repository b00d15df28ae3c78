//! One answer, within its limits.

use std::{
    io::{ErrorKind, Read},
    sync::Arc,
    time::Duration,
};

use ureq::{
    Agent,
    http::{Response, header},
    tls::{RootCerts, TlsConfig},
};
use url::Url;

use crate::service::{authorities::Authorities, header::Headers, secrets::Secrets};

/// Asks one host.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    headers: Headers,
    secrets: Secrets,
    limit_bytes: u64,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: String,
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// In words, without secrets.
    pub(crate) reason: String,
    pub(crate) kind: ProblemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// Nobody answered at all, or not as who they should be.
    Unreachable,
    /// No entry.
    Denied,
    /// The service refused: asking again does not help.
    Refused,
    Other,
}

impl Problem {
    /// Other paths will not do better.
    pub(crate) fn is_hopeless(&self) -> bool {
        matches!(self.kind, ProblemKind::Unreachable | ProblemKind::Denied)
    }
}

impl Client {
    pub(crate) fn new(headers: Headers, secrets: Secrets, limit_bytes: u64, authorities: Option<&Authorities>) -> Self {
        // The system's roots, since services inside of a company have certificates of its own authority.
        let roots = authorities.map_or(RootCerts::PlatformVerifier, Authorities::roots);
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .accept_encoding("")
            .user_agent(concat!("gomem/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build()
            .new_agent();
        Self { agent, headers, secrets, limit_bytes }
    }

    /// The whole body of a 200, as it came.
    pub(crate) fn fetch(&self, url: &Url, timeout: Duration) -> Result<Body, Problem> {
        let problem = |kind, reason: &str| self.problem(kind, reason);
        let mut at = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.ask(&at, timeout).map_err(|err| {
                problem(
                    if is_unreachable(&err) { ProblemKind::Unreachable } else { ProblemKind::Other },
                    &words_of(&err, timeout),
                )
            })?;
            let status = response.status();
            if status.is_redirection() {
                at = redirection(&at, &response).map_err(|reason| problem(ProblemKind::Refused, &reason))?;
                continue;
            }
            let content_type = header_text(&response, &header::CONTENT_TYPE);
            if status.as_u16() != 200 {
                let kind = match status.as_u16() {
                    401 | 403 => ProblemKind::Denied,
                    400..500 => ProblemKind::Refused,
                    _ => ProblemKind::Other,
                };
                // Go says why in the first line.
                let excuse = self.excuse(response);
                let line = excuse.lines().next().unwrap_or_default();
                // Often it says no more than the status does.
                let is_said = status.to_string().to_lowercase().contains(&line.trim().to_lowercase())
                    || line.starts_with(&format!("{} page", status.as_str()));
                let text = if content_type.contains("html") || is_said { "" } else { line };
                return Err(problem(kind, format!("{status} {text}").trim_end()));
            }
            let mut bytes = Vec::new();
            let limit = self.limit_bytes;
            response
                .into_body()
                .into_reader()
                .take(limit.saturating_add(1))
                .read_to_end(&mut bytes)
                .map_err(|err| problem(ProblemKind::Other, &words_of(&ureq::Error::from(err), timeout)))?;
            if bytes.len() as u64 > limit {
                return Err(problem(ProblemKind::Other, &format!("larger than {limit} bytes")));
            }
            return Ok(Body { bytes, content_type });
        }
        Err(problem(ProblemKind::Refused, &format!("more than {MOST_REDIRECTS} redirects")))
    }

    /// An answer as it may be stored, and how often something was blanked in it. What is compressed is looked through
    /// and stored as it came, or not at all.
    pub(crate) fn without_secrets(&self, bytes: Vec<u8>) -> Result<(Vec<u8>, usize), Problem> {
        if self.secrets.is_empty() {
            return Ok((bytes, 0));
        }
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            return Ok(self.secrets.blank(&bytes).unwrap_or((bytes, 0)));
        }
        let reason = match self.secrets.are_inside(&bytes) {
            Some(false) if !self.secrets.are_in(&bytes) => return Ok((bytes, 0)),
            None => "it inflates to more than is looked through for what was sent: not stored",
            _ => "the answer repeats a secret of the request: not stored",
        };
        Err(self.problem(ProblemKind::Other, reason))
    }

    /// What an answer says first, without secrets.
    fn excuse(&self, response: Response<ureq::Body>) -> String {
        let mut excuse = Vec::new();
        let longest = self.secrets.longest();
        let most = LONGEST_EXCUSE + longest;
        let _ = response.into_body().into_reader().take(most as u64).read_to_end(&mut excuse);
        let is_cut = excuse.len() == most;
        let mut excuse = self.secrets.blank(&excuse).map_or(excuse, |(blanked, _)| blanked);
        if is_cut {
            // The end may be the beginning of a secret.
            excuse.truncate(excuse.len().saturating_sub(longest));
        }
        String::from_utf8_lossy(&excuse).into_owned()
    }

    /// A problem in words that may be shown.
    pub(crate) fn problem(&self, kind: ProblemKind, reason: &str) -> Problem {
        Problem { reason: clean(&self.secrets.scrub(reason)), kind }
    }

    pub(crate) fn has_headers(&self) -> bool {
        !self.headers.is_empty()
    }

    /// Ends what is under way.
    pub(crate) fn shutdown(&self) {
        self.agent.clone().shutdown();
    }

    fn ask(&self, url: &Url, timeout: Duration) -> Result<Response<ureq::Body>, ureq::Error> {
        let mut request = self
            .agent
            .get(url.as_str())
            .config()
            .timeout_global(Some(timeout))
            .timeout_connect(Some(timeout.min(LONGEST_CONNECT)))
            .build();
        for (name, value) in self.headers.iter() {
            request = request.header(name.clone(), value.clone());
        }
        request.call()
    }
}

/// A redirect leads where the headers may go: to the same origin.
fn redirection(from: &Url, response: &Response<ureq::Body>) -> Result<Url, String> {
    let location = header_text(response, &header::LOCATION);
    let to = from.join(&location).map_err(|_| format!("{} without a usable location", response.status()))?;
    if to.origin() != from.origin() {
        let host = to.host_str().unwrap_or("an unknown host");
        let port = to.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
        return Err(format!("redirects to {}://{host}{port}: not followed; ask there, if that is right", to.scheme()));
    }
    Ok(to)
}

fn header_text(response: &Response<ureq::Body>, name: &header::HeaderName) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn is_unreachable(err: &ureq::Error) -> bool {
    match err {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::Rustls(_) | ureq::Error::Tls(_) => {
            true
        }
        // A certificate that is not trusted is invalid data.
        ureq::Error::Io(err) => matches!(err.kind(), ErrorKind::ConnectionRefused | ErrorKind::InvalidData),
        ureq::Error::Timeout(which) => matches!(which, ureq::Timeout::Connect | ureq::Timeout::Resolve),
        _ => false,
    }
}

fn words_of(err: &ureq::Error, timeout: Duration) -> String {
    match err {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => "no connection in time".to_owned(),
        ureq::Error::Timeout(_) => format!("not finished after {} s", timeout.as_secs_f64()),
        ureq::Error::Io(err) if err.kind() == ErrorKind::UnexpectedEof => "the answer ends too early".to_owned(),
        other => other.to_string(),
    }
}

/// One line, and not a long one, of what a stranger may have written.
fn clean(text: &str) -> String {
    let line: String =
        text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(LONGEST_REASON).collect();
    line.trim().to_owned()
}

const MOST_REDIRECTS: usize = 5;
const LONGEST_CONNECT: Duration = Duration::from_secs(5);
const LONGEST_EXCUSE: usize = 1024;
const LONGEST_REASON: usize = 300;
