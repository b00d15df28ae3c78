//! Asking a service, in threads.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::SyncSender,
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use url::Url;

use crate::{
    capture::{
        event::{Event, SCRAPE, SCRAPES},
        options::CaptureOptions,
    },
    service::{
        AT_THE_END, CPU, Client, Endpoint, Form, HEAP_START, Problem, ProblemKind, Reach, TRACE, Target, addresses,
        records_of, shown, warning,
    },
};

/// Asks the service, in threads of its own.
#[derive(Clone)]
pub(crate) struct Asker {
    target: Target,
    client: Client,
    metrics_client: Client,
    seconds: u32,
    trace_seconds: Option<u32>,
    timeout: Duration,
    limit_bytes: u64,
    stopped: Arc<AtomicBool>,
    events: SyncSender<Event>,
}

impl Asker {
    pub(crate) fn new(options: &CaptureOptions, metrics: &Target, events: SyncSender<Event>) -> Self {
        let secrets = options.secrets();
        let client = |target| {
            let headers = options.headers_for(target);
            Client::new(headers, secrets.clone(), options.limit_bytes, options.authorities.as_ref())
        };
        Self {
            target: options.target.clone(),
            client: client(&options.target),
            metrics_client: client(metrics),
            seconds: options.seconds,
            trace_seconds: options.trace_seconds,
            timeout: options.timeout,
            limit_bytes: options.limit_bytes,
            stopped: Arc::default(),
            events,
        }
    }

    /// Ends all requests; those that wait for their turn do not begin.
    pub(crate) fn stopper(&self) -> impl FnOnce() + use<> {
        let (stopped, clients) = (Arc::clone(&self.stopped), [self.client.clone(), self.metrics_client.clone()]);
        move || {
            stopped.store(true, Ordering::Relaxed);
            for client in clients {
                client.shutdown();
            }
        }
    }

    pub(crate) fn start(self, metrics: Target) {
        let scraper = self.clone();
        thread::spawn(move || scraper.scrape(&metrics));
        thread::spawn(move || self.take_profiles());
    }

    fn take_profiles(self) {
        let addresses = addresses(&self.target);
        if let Some(warning) = warning(&addresses) {
            self.tell(Event::Warning(warning));
        }
        let is_elsewhere = addresses.iter().any(|address| Reach::from_address(address.ip()) != Reach::Loopback);
        if is_elsewhere && !self.target.is_encrypted() && self.client.has_headers() {
            self.tell(Event::Warning("the headers go over the network unencrypted: use https or a tunnel".to_owned()));
        }

        let index_url = self.target.pprof("");
        let ask_index = || {
            self.client.fetch(&index_url, self.timeout).map(|body| String::from_utf8_lossy(&body.bytes).into_owned())
        };
        let page = ask_index();
        if let Err(problem) = &page {
            self.tell(failure("index of profiles", &index_url, &problem.reason));
        }
        let heap = self.take(HEAP_START, self.timeout);
        if [page.as_ref().err(), heap.err().as_ref()].iter().all(|problem| problem.is_some_and(Problem::is_hopeless)) {
            let trace = self.trace_seconds.map(|_| TRACE);
            for endpoint in [CPU].iter().chain(&AT_THE_END).chain(&trace) {
                self.tell(Event::Omission {
                    what: endpoint.what,
                    reason: "the service does not answer, or gives no entry",
                });
            }
            return;
        }

        let end = Instant::now() + Duration::from_secs(self.seconds.into());
        let profiler = self.clone();
        thread::spawn(move || {
            let time = Duration::from_secs(profiler.seconds.into()) + profiler.timeout;
            let _ = profiler.take(CPU, time);
        });
        self.sleep_until(end);
        // What had no samples at the start may have some by now.
        let page = page.and_then(|_| ask_index()).unwrap_or_default();
        for endpoint in AT_THE_END {
            let is_off = ["mutex", "block"].contains(&endpoint.path) && records_of(&page, endpoint.path) == Some(0);
            if is_off {
                self.tell(Event::Omission { what: endpoint.what, reason: "off, or without samples" });
            } else {
                let _ = self.take(endpoint, self.timeout);
            }
        }
        if let Some(seconds) = self.trace_seconds {
            let _ = self.take(TRACE, Duration::from_secs(seconds.into()) + self.timeout);
        }
    }

    fn take(&self, endpoint: Endpoint, timeout: Duration) -> Result<u64, Problem> {
        let seconds = match endpoint {
            CPU => Some(self.seconds),
            TRACE => self.trace_seconds,
            _ => None,
        };
        let path = match seconds {
            Some(seconds) => format!("{}?seconds={seconds}", endpoint.path),
            None => endpoint.path.to_owned(),
        };
        let url = self.target.pprof(&path);
        self.fetch(&self.client, endpoint.what, endpoint.form, &url, timeout, |_| endpoint.file.to_owned())
    }

    /// Once a second; a scrape that takes longer costs those that it covers.
    fn scrape(self, metrics: &Target) {
        let start = Instant::now();
        let most_bytes = self.limit_bytes.saturating_mul(SCRAPES_TO_ANSWER);
        let (mut bytes, mut failures) = (0, 0);
        for second in 0..=self.seconds {
            let due = start + Duration::from_secs(second.into());
            if due + Duration::from_secs(1) < Instant::now() {
                continue;
            }
            self.sleep_until(due);
            let name = |start: SystemTime| format!("{SCRAPES}/{}.prom", unix_ms(start));
            match self.fetch(&self.metrics_client, SCRAPE, Form::Metrics, metrics.url(), self.timeout, name) {
                Ok(size) => bytes += size,
                Err(problem) => {
                    failures += 1;
                    let is_hopeless = matches!(problem.kind, ProblemKind::Refused | ProblemKind::Denied)
                        || failures >= MOST_FAILURES_AT_FIRST;
                    if is_hopeless && bytes == 0 {
                        return;
                    }
                }
            }
            if bytes > most_bytes {
                self.tell(failure(SCRAPE, metrics.url(), &format!("larger than {most_bytes} bytes together")));
                return;
            }
        }
    }

    /// Gives the size of the answer.
    fn fetch(
        &self,
        client: &Client,
        what: &'static str,
        form: Form,
        url: &Url,
        timeout: Duration,
        name: impl FnOnce(SystemTime) -> String,
    ) -> Result<u64, Problem> {
        if self.stopped.load(Ordering::Relaxed) {
            return Ok(0);
        }
        let start = SystemTime::now();
        let answer = client.fetch(url, timeout).and_then(|body| match form.check(&body) {
            Ok(()) => client.without_secrets(body.bytes),
            Err(reason) => Err(client.problem(ProblemKind::Refused, &reason)),
        });
        match answer {
            Ok((bytes, blanks)) => {
                let size = bytes.len() as u64;
                if blanks > 0 {
                    let text = format!("{what}: the answer repeats what was sent to it; blanked");
                    self.tell(Event::Warning(text));
                }
                self.tell(Event::File { what, file: name(start), url: shown(url), start, bytes });
                Ok(size)
            }
            Err(problem) => {
                self.tell(failure(what, url, &problem.reason));
                Err(problem)
            }
        }
    }

    fn sleep_until(&self, due: Instant) {
        while !self.stopped.load(Ordering::Relaxed) {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(TICK));
        }
    }

    /// Nobody listens any more after a stop.
    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }
}

fn failure(what: &'static str, url: &Url, reason: &str) -> Event {
    Event::Failure { what, url: shown(url), reason: reason.to_owned() }
}

fn unix_ms(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

const TICK: Duration = Duration::from_millis(100);
/// All scrapes together have as many bytes as so many answers.
const SCRAPES_TO_ANSWER: u64 = 8;
/// A metrics URL that never answered is given up; one that did is asked to the end.
const MOST_FAILURES_AT_FIRST: u32 = 3;
