//! What one URL answers.

use std::time::Duration;

use crate::{
    error::Error,
    service::{Client, Headers, Secrets, Target},
};

impl Target {
    /// What the URL answers to one GET without any header of the caller's: `http://127.0.0.1:6060/debug/pprof/heap`. Redirects
    /// lead to the same origin only. A profile of `?seconds=30` may take so much longer than the minute that any other may.
    ///
    /// # Errors
    /// When the URL holds what may be secret (a user, or a query value of six characters or more), since errors and titles name it;
    /// when there is no answer, another than 200, or more than `limit_bytes`.
    pub fn fetch(&self, limit_bytes: u64) -> Result<Vec<u8>, Error> {
        if self.has_secrets() {
            let reason =
                "its credentials or its query may be secret: `gomem capture` sends such and keeps them out of files";
            return Err(Error::Url { reason: reason.to_owned() });
        }
        let client = Client::new(Headers::default(), Secrets::default(), limit_bytes, None);
        let body = client.fetch(self.url(), LONGEST + self.seconds());
        body.map(|body| body.bytes).map_err(|problem| Error::Nothing { url: self.shown(), reason: problem.reason })
    }

    /// For how long the service is asked to record.
    fn seconds(&self) -> Duration {
        let mut pairs = self.url().query_pairs();
        let seconds = pairs.find_map(|(name, value)| (name == "seconds").then(|| value.parse().ok())?);
        Duration::from_secs(seconds.unwrap_or(0).min(MOST_SECONDS))
    }
}

/// A CPU profile takes 30 s where it is not said how long.
const LONGEST: Duration = Duration::from_secs(60);
const MOST_SECONDS: u64 = 3600;
