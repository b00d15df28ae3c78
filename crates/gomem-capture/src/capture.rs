//! All of it: profiles and scrapes of one service, into one folder.
//!
//! Threads ask, and the caller's thread writes: when the caller wants to stop, nobody else holds a file.

use std::{
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use url::Url;

use crate::{
    Authorities, Error, Failed, Headers, Manifest, Skipped, TakenFile, Target, Window,
    client::{Client, Problem, ProblemKind},
    endpoint::{AT_THE_END, CPU, Endpoint, Form, HEAP_END, HEAP_START},
    folder::Folder,
    index,
    manifest::rfc3339,
    reach, target,
};

/// What to take, and within which limits.
#[derive(Debug, Clone)]
pub struct CaptureOptions {
    target: Target,
    metrics: Option<Target>,
    seconds: u32,
    headers: Headers,
    authorities: Option<Authorities>,
    timeout: Duration,
    limit_bytes: u64,
}

impl CaptureOptions {
    /// Of a service, over 30 seconds; each answer within 10 seconds and 128 MiB.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            metrics: None,
            seconds: 30,
            headers: Headers::default(),
            authorities: None,
            timeout: Duration::from_secs(10),
            limit_bytes: 128 << 20,
        }
    }

    /// Where the metrics are, if not at `/metrics` of the service itself.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Target) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// How long the CPU is profiled and metrics are scraped: from 1 to 3600.
    #[must_use]
    pub fn with_seconds(mut self, seconds: u32) -> Self {
        self.seconds = seconds.clamp(1, LONGEST_SECONDS);
        self
    }

    /// What to send with each request to the service's host, and to no other.
    #[must_use]
    pub fn with_headers(mut self, headers: Headers) -> Self {
        self.headers = headers;
        self
    }

    /// Whose certificates to trust instead of those of the system's authorities.
    #[must_use]
    pub fn with_authorities(mut self, authorities: Authorities) -> Self {
        self.authorities = Some(authorities);
        self
    }

    /// How long an answer may take; the CPU profile may take as much longer than its seconds.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How large an answer may be, as it comes over the wire.
    #[must_use]
    pub fn with_limit_bytes(mut self, limit_bytes: u64) -> Self {
        self.limit_bytes = limit_bytes;
        self
    }
}

/// How far a capture is.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Since the start.
    pub elapsed: Duration,
    /// How long it takes when everything answers at once.
    pub expected: Duration,
    /// What came last.
    pub latest: &'a str,
}

/// What was taken.
#[derive(Debug, Clone)]
pub struct Capture {
    manifest: Manifest,
}

impl Capture {
    /// What the bundle says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// `manifest.json`, as it was written.
    #[must_use]
    pub fn manifest_json(&self) -> String {
        json(&self.manifest)
    }
}

/// Takes a bundle into an empty or new folder. `watch` is called several times a second and can stop it.
///
/// # Errors
/// When the folder is not empty or cannot be written, or when not a single answer could be stored. An endpoint that
/// fails among others is in the manifest's [`failed`](Manifest::failed).
pub fn capture(
    options: &CaptureOptions,
    directory: &Path,
    watch: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<Capture, Error> {
    let folder = Folder::create(directory)?;
    let metrics = options.metrics.clone().unwrap_or_else(|| options.target.metrics());
    let mut writer = Writer::new(folder, options, &metrics);
    let (events, received) = sync_channel(QUEUE);
    let asker = Asker::new(options, &metrics, events);
    let stop = asker.stopper();
    asker.start(metrics);
    let outcome = writer.follow(&received, options, watch);
    stop();
    outcome?;
    writer.finish()
}

/// What the asking threads tell.
enum Event {
    Taken { what: &'static str, file: String, url: String, start: SystemTime, bytes: Vec<u8> },
    Failed { what: &'static str, url: String, reason: String },
    Skipped { what: &'static str, reason: &'static str },
    Warning(String),
}

/// Asks the service, in threads of its own.
#[derive(Clone)]
struct Asker {
    target: Target,
    client: Client,
    metrics_client: Client,
    seconds: u32,
    timeout: Duration,
    limit_bytes: u64,
    stopped: Arc<AtomicBool>,
    events: SyncSender<Event>,
}

impl Asker {
    fn new(options: &CaptureOptions, metrics: &Target, events: SyncSender<Event>) -> Self {
        let headers = options.headers.clone().with_secrets_of(&options.target);
        // What one host is told in confidence is not told to another.
        let for_metrics =
            if metrics.has_host_of(&options.target) { options.headers.clone() } else { Headers::default() };
        let client = |headers| Client::new(headers, options.limit_bytes, options.authorities.as_ref());
        Self {
            target: options.target.clone(),
            client: client(headers),
            metrics_client: client(for_metrics.with_secrets_of(metrics)),
            seconds: options.seconds,
            timeout: options.timeout,
            limit_bytes: options.limit_bytes,
            stopped: Arc::default(),
            events,
        }
    }

    /// Ends all requests; those that wait for their turn do not begin.
    fn stopper(&self) -> impl FnOnce() + use<> {
        let (stopped, clients) = (Arc::clone(&self.stopped), [self.client.clone(), self.metrics_client.clone()]);
        move || {
            stopped.store(true, Ordering::Relaxed);
            for client in clients {
                client.shutdown();
            }
        }
    }

    fn start(self, metrics: Target) {
        let scraper = self.clone();
        thread::spawn(move || scraper.scrape(&metrics));
        thread::spawn(move || self.take_profiles());
    }

    fn take_profiles(self) {
        let addresses = reach::addresses(&self.target);
        if let Some(warning) = reach::warning(&addresses) {
            self.tell(Event::Warning(warning));
        }
        let is_elsewhere = addresses.iter().any(|address| reach::Reach::of(address.ip()) != reach::Reach::Loopback);
        if is_elsewhere && !self.target.is_encrypted() && self.client.has_headers() {
            self.tell(Event::Warning("the headers go over the network unencrypted: use https or a tunnel".to_owned()));
        }

        let index_url = self.target.pprof("");
        let ask_index = || {
            self.client.fetch(&index_url, self.timeout).map(|body| String::from_utf8_lossy(&body.bytes).into_owned())
        };
        let page = ask_index();
        if let Err(problem) = &page {
            self.tell(failed("index of profiles", &index_url, &problem.reason));
        }
        let heap = self.take(HEAP_START, self.timeout);
        if [page.as_ref().err(), heap.err().as_ref()].iter().all(|problem| problem.is_some_and(Problem::is_hopeless)) {
            for endpoint in [CPU].iter().chain(&AT_THE_END) {
                self.tell(Event::Skipped {
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
            let is_off = ["mutex", "block"].contains(&endpoint.path) && index::count(&page, endpoint.path) == Some(0);
            if is_off {
                self.tell(Event::Skipped { what: endpoint.what, reason: "off, or without samples" });
            } else {
                let _ = self.take(endpoint, self.timeout);
            }
        }
    }

    fn take(&self, endpoint: Endpoint, timeout: Duration) -> Result<u64, Problem> {
        let path =
            if endpoint == CPU { format!("{}?seconds={}", CPU.path, self.seconds) } else { endpoint.path.to_owned() };
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
                self.tell(failed(SCRAPE, metrics.url(), &format!("larger than {most_bytes} bytes together")));
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
            Ok(()) => Ok(body.bytes),
            Err(reason) => Err(client.problem(ProblemKind::Refused, &reason)),
        });
        match answer {
            Ok(bytes) => {
                let size = bytes.len() as u64;
                self.tell(Event::Taken { what, file: name(start), url: target::shown(url), start, bytes });
                Ok(size)
            }
            Err(problem) => {
                self.tell(failed(what, url, &problem.reason));
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

fn failed(what: &'static str, url: &Url, reason: &str) -> Event {
    Event::Failed { what, url: target::shown(url), reason: reason.to_owned() }
}

/// Writes what comes, and notes it.
struct Writer {
    folder: Folder,
    manifest: Manifest,
    /// The two heap profiles.
    heaps: [Vec<u8>; 2],
}

impl Writer {
    fn new(folder: Folder, options: &CaptureOptions, metrics: &Target) -> Self {
        let mut manifest = Manifest {
            tool: concat!("gomem capture ", env!("CARGO_PKG_VERSION")).to_owned(),
            url: options.target.shown(),
            metrics_url: metrics.shown(),
            start: rfc3339(SystemTime::now()),
            seconds: options.seconds,
            ..Manifest::default()
        };
        if !options.headers.is_empty() && !metrics.has_host_of(&options.target) {
            manifest.warnings.push("the metrics are at another host: it is sent no headers".to_owned());
        }
        Self { folder, manifest, heaps: Default::default() }
    }

    /// Until all threads are done, or the caller wants no more.
    fn follow(
        &mut self,
        events: &Receiver<Event>,
        options: &CaptureOptions,
        watch: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let start = Instant::now();
        let expected = Duration::from_secs(options.seconds.into());
        let mut latest = "";
        loop {
            match events.recv_timeout(TICK) {
                Ok(event) => latest = self.note(event)?.unwrap_or(latest),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if watch(Progress { elapsed: start.elapsed(), expected, latest }).is_break() {
                self.manifest.interrupted = true;
                return Ok(());
            }
        }
    }

    /// Gives what was taken.
    fn note(&mut self, event: Event) -> Result<Option<&'static str>, Error> {
        let manifest = &mut self.manifest;
        let now = rfc3339(SystemTime::now());
        match event {
            Event::Taken { what, file, url, start, bytes } => {
                self.folder.write(&file, &bytes)?;
                let size = bytes.len() as u64;
                let is_scrape = what == SCRAPE;
                if is_scrape && manifest.go_version.is_none() {
                    manifest.learn(&bytes);
                }
                for (endpoint, kept) in [HEAP_START, HEAP_END].iter().zip(&mut self.heaps) {
                    if endpoint.file == file {
                        kept.clone_from(&bytes);
                    }
                }
                match manifest.files.iter_mut().find(|earlier| is_scrape && earlier.what == what) {
                    Some(earlier) => {
                        earlier.end = now;
                        earlier.bytes += size;
                        earlier.count += 1;
                    }
                    None => {
                        let path = if is_scrape { format!("{SCRAPES}/") } else { file };
                        let (what, start) = (what.to_owned(), rfc3339(start));
                        manifest.files.push(TakenFile { path, what, url, start, end: now, bytes: size, count: 1 });
                    }
                }
                return Ok(Some(what));
            }
            Event::Failed { what, url, reason } => {
                match manifest.failed.iter_mut().find(|earlier| earlier.what == what) {
                    Some(earlier) => earlier.count += 1,
                    None => manifest.failed.push(Failed { what: what.to_owned(), url, time: now, reason, count: 1 }),
                }
            }
            Event::Skipped { what, reason } => {
                manifest.skipped.push(Skipped { what: what.to_owned(), reason: reason.to_owned() });
            }
            Event::Warning(warning) => manifest.warnings.push(warning),
        }
        Ok(None)
    }

    fn finish(mut self) -> Result<Capture, Error> {
        if self.manifest.files.is_empty() && !self.manifest.interrupted {
            self.folder.abandon();
            let reason = self.manifest.failed.first().map_or("nothing answered", |failed| &failed.reason);
            return Err(Error::Nothing { url: self.manifest.url, reason: reason.to_owned() });
        }
        let [start, end] = &self.heaps;
        self.manifest.window = Window::between(start, end);
        self.manifest.end = rfc3339(SystemTime::now());
        self.folder.write(MANIFEST, json(&self.manifest).as_bytes())?;
        Ok(Capture { manifest: self.manifest })
    }
}

fn unix_ms(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

fn json(manifest: &Manifest) -> String {
    serde_json::to_string_pretty(manifest).unwrap_or_default() + "\n"
}

/// Answers that wait for being written.
const QUEUE: usize = 2;
const TICK: Duration = Duration::from_millis(100);
const LONGEST_SECONDS: u32 = 3600;
/// All scrapes together have as many bytes as so many answers.
const SCRAPES_TO_ANSWER: u64 = 8;
const MANIFEST: &str = "manifest.json";
const SCRAPES: &str = "metrics";
const SCRAPE: &str = "scrapes of metrics";
/// A metrics URL that never answered is given up; one that did is asked to the end.
const MOST_FAILURES_AT_FIRST: u32 = 3;
