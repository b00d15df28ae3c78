//! `gomem capture`: a bundle from a live service.

use std::{
    io::Write,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Duration,
};

use clap::Args;
use gomem_capture::{Authorities, CaptureOptions, Headers, Manifest, Target, capture, listen_check};
#[cfg(target_os = "linux")]
use gomem_capture::{CoreOptions, take_core};
use indicatif::HumanBytes;

use crate::{
    commands::service::interrupt::{EXIT_INTERRUPTED, interrupted},
    failure::Failure,
    read::{read, read_source_tree},
    show::{Output, one_line, progress_of_time},
};

/// Take a bundle from a live service: its profiles, and a scrape of its metrics each second.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem capture http://127.0.0.1:6060 -o incident/ && gomem postmortem incident/ -o report.html
  gomem capture http://127.0.0.1:6060 --metrics-url http://127.0.0.1:8080/metrics -o incident/
  gomem capture https://service.internal --bearer-token-env TOKEN -o incident/
  gomem capture http://127.0.0.1:6060 --trace 5 -o incident/
  gomem capture http://127.0.0.1:6060 --source . -o incident/
  gomem capture --pid 4711 -o incident/ && gomem postmortem incident/ -o report.html
  gomem capture http://127.0.0.1:6060 --listen-check")]
pub(crate) struct Capture {
    /// The service, or its debug/pprof/.
    #[cfg_attr(target_os = "linux", arg(required_unless_present = "pid"))]
    #[cfg_attr(not(target_os = "linux"), arg(required = true))]
    url: Option<String>,
    /// Take a core of this process too, by its number, and its program: who keeps its memory, without any of its texts. The process
    /// stands still while its memory is copied.
    #[cfg(target_os = "linux")]
    #[arg(long, conflicts_with = "listen_check", value_parser = clap::value_parser!(i32).range(1..))]
    pid: Option<i32>,
    /// All of the process's memory, with every secret that it has, as debuggers want it.
    #[cfg(target_os = "linux")]
    #[arg(long, requires = "pid")]
    full: bool,
    /// The folder to make: new, or empty. With --pid alone it may have something in it.
    #[arg(short, long, value_name = "DIR", required_unless_present = "listen_check")]
    output: Option<PathBuf>,
    /// Profile the CPU and scrape metrics for so long.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// Take an execution trace of so long too, after all else: it slows the program meanwhile, and holds text of its users (names
    /// of tasks, logs).
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    trace: Option<u32>,
    /// Copy the source files that the profiles name from this folder into the bundle's folder src: a checkout, a module cache, a
    /// Go installation; may be repeated. They are copied as they are, with whatever secret stands in them; 64 MiB at most.
    #[cfg_attr(target_os = "linux", arg(requires = "url"))]
    #[arg(long, value_name = "DIR", conflicts_with = "listen_check")]
    source: Vec<PathBuf>,
    /// Where the metrics are [default: /metrics of URL].
    #[arg(long, value_name = "URL")]
    metrics_url: Option<String>,
    /// A header to send; again for more. What it says is neither shown nor stored.
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Send the bearer token that this environment variable holds.
    #[arg(long, value_name = "NAME", conflicts_with = "bearer_token_file")]
    bearer_token_env: Option<String>,
    /// Send the bearer token in this file; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    bearer_token_file: Option<PathBuf>,
    /// Send the headers and the token to --metrics-url too, when its scheme, host or port is another.
    #[arg(long, requires = "metrics_url")]
    headers_to_metrics: bool,
    /// Let headers and tokens go unencrypted (http) to a host that is not this machine.
    #[arg(long)]
    insecure_token: bool,
    /// Trust the authorities whose certificates are in this PEM file, instead of the system's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// How long an answer may take, in seconds; the CPU profile so much longer than its own.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// How many MiB an answer may have.
    #[arg(long, value_name = "MIB", default_value_t = 128, value_parser = clap::value_parser!(u64).range(1..=4096))]
    limit: u64,
    /// Take nothing: say at which addresses the service answers, and how to bind it to 127.0.0.1. Exits with 1 when others reach it.
    #[arg(long, conflicts_with = "output")]
    listen_check: bool,
}

impl Capture {
    /// The report goes to `out`, warnings and the progress bar to `err`.
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<u8, Failure> {
        let target = self.url.as_deref().map(Target::parse).transpose()?;
        let Some(directory) = &self.output else {
            let Some(target) = target else { return Err(Failure::Usage("--listen-check needs a URL".to_owned())) };
            let check = listen_check(&target, Duration::from_secs(self.timeout.min(LONGEST_CONNECT_SECONDS)));
            out.write_all(check.to_string().as_bytes())?;
            return Ok(u8::from(check.is_exposed()));
        };
        let code = match target {
            Some(target) => self.take_bundle(target, directory, out, err)?,
            None => 0,
        };
        #[cfg(target_os = "linux")]
        if let Some(pid) = self.pid {
            self.take_core(pid, directory, out)?;
        }
        writeln!(out, "\nnext: gomem postmortem {}", directory.display())?;
        Ok(code)
    }

    /// Stops a process for as long as its memory is copied.
    #[cfg(target_os = "linux")]
    fn take_core(&self, pid: i32, directory: &Path, out: &mut Output<'_>) -> Result<(), Failure> {
        let options = CoreOptions::new(pid);
        let taken = take_core(&if self.full { options.with_contents() } else { options }, directory)?;
        let [core, program] = &taken.files;
        let what =
            if self.full { "all that the process has in memory" } else { "what holds its memory, without texts" };
        let milliseconds = taken.stood_still.as_secs_f64() * 1000.0;
        writeln!(out, "process {pid} stood still for {milliseconds:.0} ms")?;
        writeln!(out, "  {core:<16} {:>10}  {what}", HumanBytes(taken.copied_bytes).to_string())?;
        writeln!(out, "  {program:<16} {:>10}  its program", "")?;
        Ok(())
    }

    fn take_bundle(
        &self,
        target: Target,
        directory: &Path,
        out: &mut Output<'_>,
        err: &mut dyn Write,
    ) -> Result<u8, Failure> {
        let mut options = CaptureOptions::new(target)
            .with_seconds(self.seconds)
            .with_headers(self.headers()?)
            .with_timeout(Duration::from_secs(self.timeout))
            .with_limit_bytes(self.limit << 20);
        if let Some(seconds) = self.trace {
            options = options.with_trace(seconds);
        }
        if let Some(sources) = read_source_tree(&self.source, err)? {
            options = options.with_sources(sources);
        }
        if let Some(url) = &self.metrics_url {
            options = options.with_metrics(Target::parse(url)?);
        }
        if self.headers_to_metrics {
            options = options.with_headers_to_metrics();
        }
        if self.insecure_token {
            options = options.with_insecure_token();
        }
        if let Some(path) = &self.ca_file {
            let authorities = Authorities::decode(&read(path)?).map_err(|problem| Failure::input(path, problem))?;
            options = options.with_authorities(authorities);
        }
        let bar = progress_of_time(u64::from(self.seconds + self.trace.unwrap_or(0)) * 1000);
        let interrupted = interrupted();
        let taken = capture(&options, directory, &mut |progress| {
            bar.set_position(u64::try_from(progress.elapsed.min(progress.expected).as_millis()).unwrap_or(u64::MAX));
            bar.set_message(progress.latest.to_owned());
            if interrupted.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        bar.finish_and_clear();
        let taken = taken?;
        for warning in &taken.manifest().warnings {
            writeln!(err, "gomem: warning: {}", one_line(warning))?;
        }
        report(&taken, out)?;
        if taken.manifest().interrupted {
            writeln!(out, "\ninterrupted: the bundle holds what came until then")?;
        }
        Ok(if taken.manifest().interrupted { EXIT_INTERRUPTED } else { 0 })
    }

    fn headers(&self) -> Result<Headers, Failure> {
        let mut headers = Headers::default();
        for line in &self.header {
            headers.push_line(line)?;
        }
        if let Some(name) = &self.bearer_token_env {
            let token = std::env::var(name)
                .map_err(|_| Failure::Usage(format!("--bearer-token-env {name}: not set, or no text")))?;
            headers.push_bearer(&token)?;
        }
        if let Some(path) = &self.bearer_token_file {
            let token = String::from_utf8(read(path)?).map_err(|_| Failure::input(path, "no text"))?;
            headers.push_bearer(&token)?;
        }
        Ok(headers)
    }
}

fn report(taken: &gomem_capture::Capture, out: &mut Output<'_>) -> std::io::Result<()> {
    let Manifest { files, failed, skipped, window, go_version, .. } = taken.manifest();
    writeln!(out, "{}{}", taken.manifest().url, go_version.as_ref().map(|go| format!(", {go}")).unwrap_or_default())?;
    for file in files {
        let many = if file.count > 1 { format!(", {} files", file.count) } else { String::new() };
        writeln!(out, "  {:<16} {:>10}  {}{many}", file.path, HumanBytes(file.bytes).to_string(), file.what)?;
    }
    for failed in failed {
        let times = if failed.count > 1 { format!(" ({} times)", failed.count) } else { String::new() };
        writeln!(out, "  failed           {:>10}  {}: {}{times}", "", failed.what, failed.reason)?;
    }
    for skipped in skipped {
        writeln!(out, "  not taken        {:>10}  {}: {}", "", skipped.what, skipped.reason)?;
    }
    if let Some(window) = window {
        let bytes = |bytes: i64| HumanBytes(u64::try_from(bytes).unwrap_or(0));
        writeln!(
            out,
            "\nBetween the heap profiles: {} allocated in {} objects; in use {}, then {}.",
            bytes(window.alloc_bytes),
            window.alloc_objects,
            bytes(window.inuse_bytes_start),
            bytes(window.inuse_bytes_end)
        )?;
    }
    Ok(())
}

const LONGEST_CONNECT_SECONDS: u64 = 3;
