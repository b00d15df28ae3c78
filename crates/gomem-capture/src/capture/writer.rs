//! Writing what comes.

use std::{
    ops::ControlFlow,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant, SystemTime},
};

use gomem_source::SourceTree;

use crate::{
    bundle::{BundleFile, Failure, Folder, Manifest, Omission, Window, rfc3339},
    capture::{
        event::{Event, SCRAPE, SCRAPES},
        options::CaptureOptions,
        sources::Sources,
    },
    error::Error,
    service::{HEAP_END, HEAP_START, Secrets, Target},
};

/// How far a capture is.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use gomem_capture::Progress;
///
/// // What `capture` calls meanwhile; it can stop it.
/// let watch = |progress: Progress<'_>| {
///     println!("{:.0?} of {:.0?}: {}", progress.elapsed, progress.expected, progress.latest);
///     ControlFlow::<()>::Continue(())
/// };
/// # let _: &dyn Fn(Progress<'_>) -> ControlFlow<()> = &watch;
/// ```
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

/// Writes what comes, and notes it.
pub(crate) struct Writer {
    folder: Folder,
    manifest: Manifest,
    /// The two heap profiles.
    heaps: [Vec<u8>; 2],
    secrets: Secrets,
    /// What the profiles name, where sources are asked for.
    sources: Option<Sources>,
}

impl Writer {
    pub(crate) fn new(folder: Folder, options: &CaptureOptions, metrics: &Target) -> Self {
        let secrets = options.secrets();
        let mut manifest = Manifest {
            tool: concat!("gomem capture ", env!("CARGO_PKG_VERSION")).to_owned(),
            url: secrets.scrub(&options.target.shown()),
            metrics_url: secrets.scrub(&metrics.shown()),
            start: rfc3339(SystemTime::now()),
            seconds: options.seconds,
            ..Manifest::default()
        };
        if !options.headers.is_empty() && !options.headers_to_metrics && !metrics.has_origin_of(&options.target) {
            let warning = "the metrics are at another origin (scheme, host, port): it is sent no headers";
            manifest.warnings.push(warning.to_owned());
        }
        let sources = options.sources.as_ref().map(|_| Sources::default());
        Self { folder, manifest, heaps: Default::default(), secrets, sources }
    }

    /// Until all threads are done, or the caller wants no more.
    pub(crate) fn follow(
        &mut self,
        events: &Receiver<Event>,
        options: &CaptureOptions,
        watch: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let start = Instant::now();
        let expected = Duration::from_secs(u64::from(options.seconds) + u64::from(options.trace_seconds.unwrap_or(0)));
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
            Event::File { what, file, url, start, bytes } => {
                self.folder.write(&file, &bytes)?;
                let (size, url) = (bytes.len() as u64, self.secrets.scrub(&url));
                let is_scrape = what == SCRAPE;
                if is_scrape && manifest.go_version.is_none() {
                    manifest.learn(&bytes);
                }
                if let Some(sources) = self.sources.as_mut().filter(|_| file.ends_with(PROFILE)) {
                    sources.learn(&bytes);
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
                        manifest.files.push(BundleFile { path, what, url, start, end: now, bytes: size, count: 1 });
                    }
                }
                return Ok(Some(what));
            }
            Event::Failure { what, url, reason } => {
                let url = self.secrets.scrub(&url);
                match manifest.failed.iter_mut().find(|earlier| earlier.what == what) {
                    Some(earlier) => earlier.count += 1,
                    None => manifest.failed.push(Failure { what: what.to_owned(), url, time: now, reason, count: 1 }),
                }
            }
            Event::Omission { what, reason } => {
                manifest.skipped.push(Omission { what: what.to_owned(), reason: reason.to_owned() });
            }
            // Scrapes repeat themselves.
            Event::Warning(warning) if manifest.warnings.contains(&warning) => {}
            Event::Warning(warning) => manifest.warnings.push(warning),
        }
        Ok(None)
    }

    pub(crate) fn finish(mut self, options: &CaptureOptions) -> Result<Manifest, Error> {
        if self.manifest.files.is_empty() && !self.manifest.interrupted {
            self.folder.abandon();
            let reason = self.manifest.failed.first().map_or("nothing answered", |failed| &failed.reason);
            return Err(Error::Nothing { url: self.manifest.url, reason: reason.to_owned() });
        }
        let [start, end] = &self.heaps;
        self.manifest.window = Window::between(start, end);
        if let Some((sources, tree)) = self.sources.take().zip(options.sources.as_ref()) {
            self.copy(sources, tree)?;
        }
        self.manifest.end = rfc3339(SystemTime::now());
        self.folder.write(MANIFEST, self.manifest.to_json().as_bytes())?;
        Ok(self.manifest)
    }

    fn copy(&mut self, sources: Sources, tree: &SourceTree) -> Result<(), Error> {
        let start = rfc3339(SystemTime::now());
        let copied = sources.copy(tree, &self.folder, &mut self.manifest)?;
        if copied.files > 0 {
            self.manifest.files.push(BundleFile {
                path: "src/".to_owned(),
                what: "sources that the profiles name".to_owned(),
                url: String::new(),
                start,
                end: rfc3339(SystemTime::now()),
                bytes: copied.bytes,
                count: copied.files,
            });
        }
        Ok(())
    }
}

const TICK: Duration = Duration::from_millis(100);
/// The end of a profile's file.
const PROFILE: &str = ".pb.gz";
const MANIFEST: &str = "manifest.json";
