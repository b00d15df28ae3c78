//! What of a bundle lies in a window of time.

use std::sync::Arc;

use gomem_metrics::{GcRun, GcTrace, GcTraceLine, Quantity, Window};
use gomem_pprof::Profile;

use crate::bundle::{
    artifact::{Contents, Remark, UnusedFile},
    bundle::{Bundle, HeapProfile},
    error::BundleError,
};

/// How many things of a kind lie where.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    within: usize,
    outside: usize,
    /// They do not say when they are of.
    undated: usize,
}

impl Bundle {
    /// What is known to be from a window of time. Metrics and GC cycles are cut. Heap profiles count what was allocated since
    /// the last one that was taken until the window began, which stays as the window's beginning. What does not say when it
    /// was taken is left out, as dumps of goroutines and of memory are. The compiler's log, the program, its sources and its
    /// benchmarks stay. [`remarks`](Self::remarks) and [`unused_files`](Self::unused_files) say what was cut.
    ///
    /// ```
    /// use gomem_metrics::Window;
    /// # let scrape = |minute: i64| gomem_postmortem::Artifact {
    /// #     name: format!("{}.prom", 1_794_130_200_000 + minute * 60_000),
    /// #     bytes: b"go_goroutines 12\n".to_vec(),
    /// #     modified_ms: None,
    /// # };
    /// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", (0..60).map(scrape).collect());
    /// assert_eq!(bundle.metrics().scrape_times_ms().len(), 60);
    /// let window = Window::parse("2026-11-08 09:35", "2026-11-08 09:40")?;
    /// assert_eq!(bundle.within(window)?.metrics().scrape_times_ms().len(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When nothing is known to be from the window.
    pub fn within(&self, window: Window) -> Result<Self, BundleError> {
        let mut cut = self.clone();
        if !window.is_open() {
            cut.keep(window);
            if !cut.contents.iter().any(|(_, contents)| DATED.contains(contents)) {
                return Err(BundleError::EmptyWindow { window, seen: self.seen() });
            }
        }
        Ok(cut)
    }

    /// From the first to the last moment of which something is known.
    fn seen(&self) -> Option<Window> {
        let heaps = self.heaps.iter().map(|heap| &heap.profile);
        let profiles = heaps.chain(&self.cpu).chain(&self.goroutines).filter_map(|profile| moment(profile));
        let traces = self.execution_trace.iter().filter_map(|trace| trace.start_unix_ms());
        let scrapes = self.metrics.scrape_times_ms().iter().copied();
        let all: Vec<i64> = scrapes.chain(profiles).chain(traces).collect();
        Window::new(Some(*all.iter().min()?), Some(*all.iter().max()?)).ok()
    }

    fn keep(&mut self, window: Window) {
        self.is_cut = true;
        // The cycles first: the metrics know when the process began.
        let cycles = self.cut_gctrace(window);
        let scrapes = self.cut_metrics(window);
        let heaps = self.cut_heaps(window);
        let (kept, cpu) = divide(self.cpu.take(), |profile| is_within(profile, window));
        self.cpu = kept.into_iter().next();
        let (kept, goroutines) = divide(std::mem::take(&mut self.goroutines), |profile| is_within(profile, window));
        self.goroutines = kept;
        let (kept, traces) = divide(self.execution_trace.take(), |trace| {
            let begin = trace.start_unix_ms()?;
            Some(window.overlaps(begin, begin.saturating_add((trace.duration_seconds() * 1e3) as i64)))
        });
        self.execution_trace = kept.into_iter().next();
        let (_, memory) = divide(self.heap_dump.take(), |_| None);
        let (kept, mut printed) =
            divide(std::mem::take(&mut self.printed), |profile| is_within(&profile.profile, window));
        self.printed = kept;
        // A table and words have no time.
        printed.undated += self.tables.drain(..).len();
        self.spoken.clear();
        let (_, tool_outputs) = divide(std::mem::take(&mut self.tool_outputs), |_| None);
        // A program dies at the end of all.
        let is_last = window.to_ms().is_none().then_some(true);
        let (kept, crashes) = divide(std::mem::take(&mut self.crashes), |_| is_last);
        self.crashes = kept;
        for (kind, counts) in [
            (Contents::GcTrace, cycles),
            (Contents::Metrics, scrapes),
            (Contents::Heap, heaps),
            (Contents::Cpu, cpu),
            (Contents::Goroutine, goroutines),
            (Contents::ExecutionTrace, traces),
            (Contents::HeapDump, memory),
            (Contents::Core, memory),
            (Contents::Crash, crashes),
            (Contents::PrintedProfile, printed),
            (Contents::ToolOutput, tool_outputs),
        ] {
            self.tell(kind, counts, window);
        }
        self.shorten();
    }

    fn cut_metrics(&mut self, window: Window) -> Counts {
        let all = self.metrics.scrape_times_ms().len();
        self.metrics = Arc::new(self.metrics.within(window));
        let within = self.metrics.scrape_times_ms().len();
        Counts { within, outside: all - within, undated: 0 }
    }

    /// Cycles are told from the start of their process, and metrics of one process say when that was.
    fn cut_gctrace(&mut self, window: Window) -> Counts {
        let Some(trace) = self.gctrace.take() else { return Counts::default() };
        let all = trace.lines().len();
        let mut runs = GcRun::all(&trace);
        let (Some(run), None, Some(start_ms)) = (runs.next(), runs.next(), self.start_ms()) else {
            return Counts { undated: all, ..Counts::default() };
        };
        let is_within =
            |line: &&GcTraceLine| window.contains(start_ms.saturating_add((line.start_seconds * 1e3) as i64));
        let lines: Vec<GcTraceLine> = run.lines.iter().filter(is_within).copied().collect();
        let within = lines.len();
        self.gctrace = (within > 0).then(|| Arc::new(GcTrace::from_runs(vec![(run.origin.to_owned(), lines)])));
        Counts { within, outside: all - within, undated: 0 }
    }

    /// When the process began, by metrics that know one process.
    fn start_ms(&self) -> Option<i64> {
        let state = self.metrics.state();
        let mut starts = state.values(Quantity::StartTimeSeconds).iter().flatten().copied();
        let first = starts.next()?;
        starts.all(|start| start == first).then_some((first * 1e3) as i64)
    }

    fn cut_heaps(&mut self, window: Window) -> Counts {
        let mut counts = Counts::default();
        let (mut before, mut kept) = (None, Vec::new());
        for heap in std::mem::take(&mut self.heaps) {
            match moment(&heap.profile) {
                None => counts.undated += 1,
                Some(taken) if window.begins_after(taken) => {
                    counts.outside += 1;
                    before = Some(heap);
                }
                Some(taken) if window.contains(taken) => kept.push(heap),
                Some(_) => counts.outside += 1,
            }
        }
        counts.within = kept.len();
        if kept.is_empty() {
            return counts;
        }
        let Some(before) = before else {
            self.heaps = kept;
            return counts;
        };
        let since = |heap: &HeapProfile| heap.profile.since(&before.profile).ok().flatten();
        // Another process than before has counted nothing else.
        let all: Option<Vec<HeapProfile>> = std::iter::once(&before)
            .chain(&kept)
            .map(|heap| Some(HeapProfile { name: heap.name.clone(), profile: Arc::new(since(heap)?) }))
            .collect();
        self.heaps = all.unwrap_or(kept);
        counts
    }

    /// Says what was cut of a kind.
    fn tell(&mut self, kind: Contents, counts: Counts, window: Window) {
        let Counts { within, outside, undated } = counts;
        if outside + undated == 0 || !self.contents.iter().any(|(_, contents)| *contents == kind) {
            return;
        }
        if within > 0 {
            let all = within + outside + undated;
            let unit = match kind {
                Contents::Metrics => "scrapes",
                Contents::GcTrace => "GC cycles",
                _ => kind.name(),
            };
            let text = format!("{within} of {all} lie in the window {window}");
            self.remarks.push(Remark { name: unit.to_owned(), text });
            return;
        }
        let reason = match outside {
            0 => "it does not say when it was taken, and a window of time is looked at",
            _ => "not known to be from the window of time that is looked at",
        };
        let gone = |(_, contents): &mut (String, Contents)| *contents == kind;
        let files: Vec<String> = self.contents.extract_if(.., gone).map(|(name, _)| name).collect();
        self.unused_files.extend(files.into_iter().map(|name| UnusedFile { name, reason: reason.to_owned() }));
    }
}

/// What is known to lie in the window.
fn divide<T>(all: impl IntoIterator<Item = T>, is_within: impl Fn(&T) -> Option<bool>) -> (Vec<T>, Counts) {
    let mut counts = Counts::default();
    let mut count = |one: &T| {
        let place = is_within(one);
        match place {
            None => counts.undated += 1,
            Some(true) => counts.within += 1,
            Some(false) => counts.outside += 1,
        }
        place == Some(true)
    };
    let kept = all.into_iter().filter(|one| count(one)).collect();
    (kept, counts)
}

/// A profile that took a while lies there in part at least.
fn is_within(profile: &Profile, window: Window) -> Option<bool> {
    let begin = moment(profile)?;
    let length = profile.duration_nanos().unwrap_or(0).max(0) / NANOS_PER_MS;
    Some(window.overlaps(begin, begin.saturating_add(length)))
}

fn moment(profile: &Profile) -> Option<i64> {
    profile.as_of_nanos().map(|nanos| nanos.div_euclid(NANOS_PER_MS))
}

/// What says when it was taken, or may.
const DATED: [Contents; 6] = [
    Contents::Heap,
    Contents::Cpu,
    Contents::Goroutine,
    Contents::GcTrace,
    Contents::Metrics,
    Contents::ExecutionTrace,
];
const NANOS_PER_MS: i64 = 1_000_000;
