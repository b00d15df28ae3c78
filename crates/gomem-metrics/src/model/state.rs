//! One vocabulary over all the names under which Go programs export their runtime.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use gomem_table::{Definition, Table, TableSchema, ToTable, Unit};

use super::{
    containers::Containers,
    exporter::Exporter,
    metrics::Metrics,
    names::{divisor, is_of_container, known_name},
    quantity::Quantity,
    running_totals::{RunningTotals, running_totals},
    series::Series,
};
use crate::decode::{GcTrace, PAST_CYCLES};

/// The Go runtime's state over time: one row per target and scrape, in that order.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..5 {
/// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
/// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
/// # }
/// # let state = metrics.state();
/// use gomem_metrics::Quantity;
///
/// assert_eq!(state.rows(), 5);
/// assert_eq!(state.last(Quantity::Goroutines), Some(16.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct GoState {
    targets: Vec<Arc<str>>,
    runs: Vec<u32>,
    times_ms: Vec<i64>,
    versions: Vec<Option<String>>,
    /// Of each target, sorted by it.
    exporters: Vec<(Arc<str>, Exporter)>,
    /// One column per [`Quantity`], in the order of [`Quantity::ALL`].
    pub(super) columns: Vec<Vec<Option<f64>>>,
}

impl Metrics {
    /// The Go runtime's state over time, whatever naming scheme the exporter uses.
    #[must_use]
    pub fn state(&self) -> GoState {
        GoState::from_metrics(self)
    }
}

impl GoState {
    fn from_metrics(metrics: &Metrics) -> Self {
        let mut targets: BTreeMap<String, Vec<Source<'_>>> = BTreeMap::new();
        let mut containers = Vec::new();
        let prefix = metrics.prefix().unwrap_or_default();
        for series in metrics.series() {
            if is_of_container(&series.metric) {
                containers.push(series);
            } else if let Some(known_name) = Source::name_of(series, prefix) {
                targets.entry(target_of(series)).or_default().push(Source { known_name, series });
            }
        }
        let mut state = Self { columns: vec![Vec::new(); Quantity::ALL.len()], ..Self::default() };
        let containers = Containers::new(&containers);
        if targets.is_empty() {
            for (target, used) in containers.used() {
                state.push_container(&target, used, &containers);
            }
        }
        for (target, sources) in targets {
            let begin = state.rows();
            state.push_target(&target, &sources);
            if let Some(source) = sources.first() {
                containers.fill(source.series, &state.times_ms[begin..], &mut state.columns, begin);
            }
        }
        state
    }

    /// The state that the lines of a GC trace give, one row a cycle, for a program that started at `start_ms`. What the trace does
    /// not say (memory of the system, goroutines, the settings) is unknown.
    ///
    /// ```
    /// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
    /// #             0 MB stacks, 0 MB globals, 2 P\n";
    /// use gomem_metrics::{GcTrace, GoState};
    ///
    /// let state = GoState::from_trace(&GcTrace::decode(log)?, 0);
    /// assert_eq!(state.rows(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_trace(trace: &GcTrace, start_ms: i64) -> Self {
        let mut state = Self { columns: vec![Vec::new(); Quantity::ALL.len()], ..Self::default() };
        for (run, lines) in (0..).zip(trace.runs()) {
            for row in running_totals(lines) {
                state.targets.push(Arc::default());
                state.runs.push(run);
                state.times_ms.push(start_ms.saturating_add(row.since_start_ms));
                state.versions.push(None);
                for &quantity in Quantity::ALL {
                    state.columns[quantity as usize].push(row.value(quantity));
                }
            }
        }
        state
    }

    /// Takes from a GC trace of the same program what the metrics do not hold. Cycles are matched by their number, and
    /// the runs of the trace with those of the metrics in their order, the last with the last.
    #[must_use]
    pub fn with_trace(mut self, trace: &GcTrace) -> Self {
        let missing: Vec<Quantity> =
            Quantity::ALL.iter().copied().filter(|&quantity| self.last(quantity).is_none()).collect();
        let totals: Vec<Vec<RunningTotals>> = trace.runs().map(running_totals).collect();
        let segments = self.segments();
        for (segment, rows) in segments.iter().rev().zip(totals.iter().rev()) {
            for row in segment.clone() {
                let Some(cycle) = self.values(Quantity::GcCyclesTotal)[row] else { continue };
                let at = rows.partition_point(|totals| totals.cycle as f64 <= cycle);
                let Some(totals) = at.checked_sub(1).and_then(|at| rows.get(at)) else { continue };
                for &quantity in &missing {
                    self.columns[quantity as usize][row] = totals.value(quantity);
                }
            }
        }
        self
    }

    /// Rows: scrapes, over all targets.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.times_ms.len()
    }

    /// Whether a program says something of itself, or only its node or cluster of its container.
    #[must_use]
    pub fn has_program(&self) -> bool {
        let of_program = Quantity::ALL.iter().filter(|quantity| !Quantity::OF_CONTAINER.contains(quantity));
        of_program.into_iter().any(|&quantity| self.last(quantity).is_some())
    }

    /// The target of each row: its `job`, `instance` and similar labels, empty when there are none.
    #[must_use]
    pub fn targets(&self) -> &[Arc<str>] {
        &self.targets
    }

    /// The run of each row: counts up, from 0 for each target, when the process was restarted.
    #[must_use]
    pub fn runs(&self) -> &[u32] {
        &self.runs
    }

    /// The time of each row, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn times_ms(&self) -> &[i64] {
        &self.times_ms
    }

    /// One quantity over all rows; `None` where it is not exported.
    #[must_use]
    pub fn values(&self, quantity: Quantity) -> &[Option<f64>] {
        self.columns.get(quantity as usize).map_or(&[], Vec::as_slice)
    }

    /// The version of Go, as `go_info` has it.
    #[must_use]
    pub fn go_version(&self, row: usize) -> Option<&str> {
        self.versions.get(row)?.as_deref()
    }

    /// Who exports the metrics of the row's target.
    pub(crate) fn exporter(&self, row: usize) -> Exporter {
        let of = |target: &Arc<str>| {
            let place = self.exporters.binary_search_by(|(known, _)| known.cmp(target)).ok()?;
            Some(self.exporters[place].1)
        };
        self.targets.get(row).and_then(of).unwrap_or_default()
    }

    /// The last known value of a quantity.
    #[must_use]
    pub fn last(&self, quantity: Quantity) -> Option<f64> {
        self.values(quantity).iter().rev().find_map(|&value| value)
    }

    /// The rows of each run of each target.
    ///
    /// ```
    /// # let mut metrics = gomem_metrics::Metrics::new();
    /// # for second in 0..5 {
    /// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
    /// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
    /// # }
    /// # let state = metrics.state();
    /// assert_eq!(state.segments(), [0..5], "one run of one program");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn segments(&self) -> Vec<std::ops::Range<usize>> {
        let mut segments: Vec<std::ops::Range<usize>> = Vec::new();
        for row in 0..self.rows() {
            let same = row > 0 && self.targets[row] == self.targets[row - 1] && self.runs[row] == self.runs[row - 1];
            match segments.last_mut() {
                Some(segment) if same => segment.end = row + 1,
                _ => segments.push(row..row + 1),
            }
        }
        segments
    }

    /// The rows of the longest run of the longest-observed target: what happened across a restart does not add up.
    #[must_use]
    pub fn longest_segment(&self) -> Option<std::ops::Range<usize>> {
        self.segments().into_iter().max_by_key(ExactSizeIterator::len)
    }

    /// What a counter grew by within `rows`, which are of one run.
    #[must_use]
    pub fn increase(&self, quantity: Quantity, rows: std::ops::Range<usize>) -> Option<f64> {
        let values = self.values(quantity).get(rows)?;
        let known = |value: &Option<f64>| *value;
        Some(values.iter().rev().find_map(known)? - values.iter().find_map(known)?)
    }

    /// What its table promises: `target`, `run`, `time`, then a column for each [`Quantity`].
    #[must_use]
    pub fn schema() -> TableSchema {
        Self::default().definition().schema()
    }

    /// One row a scrape.
    fn definition(&self) -> Definition<'_, usize> {
        let run = "counts up, from 0 for each target, when the process was restarted";
        let mut definition = Definition::new("state", "target, then time")
            .about("the runtime's state, one row a scrape")
            .shared_text("target", "the program", |&row: &usize| &self.targets[row])
            .int64("run", Unit::None, run, |&row| i64::from(self.runs[row]))
            .timestamp("time", "when the scrape was taken", |&row| self.times_ms[row]);
        for &quantity in Quantity::ALL {
            let values = self.values(quantity);
            definition = definition.optional_float64(
                quantity.name(),
                quantity.unit(),
                "not exported",
                quantity.doc(),
                move |&row| values[row],
            );
        }
        definition
    }

    /// A container whose program says nothing of itself. It is another run when the cluster started it again.
    fn push_container(&mut self, target: &str, used: &Series, containers: &Containers<'_>) {
        let begin = self.rows();
        let rows = begin + used.times_ms.len();
        self.columns.iter_mut().for_each(|column| column.resize(rows, None));
        containers.fill(used, &used.times_ms, &mut self.columns, begin);
        let target: Arc<str> = Arc::from(target);
        self.exporters.push((Arc::clone(&target), Exporter::default()));
        self.targets.extend(std::iter::repeat_n(target, used.times_ms.len()));
        self.versions.resize(rows, None);
        self.times_ms.extend(&used.times_ms);
        let (mut run, mut before) = (0, None);
        for row in begin..rows {
            let restarts = self.values(Quantity::ContainerRestartsTotal)[row];
            run += u32::from(restarts.zip(before).is_some_and(|(now, before): (f64, f64)| now > before));
            before = restarts.or(before);
            self.runs.push(run);
        }
    }

    fn push_target(&mut self, target: &str, sources: &[Source<'_>]) {
        let chosen: Vec<Option<Vec<&Source<'_>>>> = Quantity::ALL
            .iter()
            .map(|quantity| quantity.sources().iter().find_map(|terms| Source::choose(sources, terms)))
            .collect();
        let mut times: Vec<i64> =
            chosen.iter().flatten().flatten().flat_map(|source| source.series.times_ms.iter().copied()).collect();
        times.sort_unstable();
        times.dedup();
        let begin = self.times_ms.len();
        // A snapshot tells when the last cycles ended. Between several of them, that would hide what they say otherwise.
        let past = sources.iter().find(|source| source.series.metric == PAST_CYCLES).map(|source| source.series);
        let past = past.filter(|_| times.len() < FEWEST_SNAPSHOTS);
        times.extend(past.iter().flat_map(|series| series.times_ms.iter().copied()));
        times.sort_unstable();
        times.dedup();
        for (&quantity, terms) in Quantity::ALL.iter().zip(&chosen) {
            let column = &mut self.columns[quantity as usize];
            let Some(terms) = terms else {
                column.resize(begin + times.len(), None);
                continue;
            };
            let at = |time| {
                let sum = terms.iter().map(|source| source.at(time)).sum::<Option<f64>>();
                let is_counted = quantity == Quantity::GcCyclesTotal && sum.is_none();
                sum.or_else(|| past.filter(|_| is_counted)?.at(time))
            };
            column.extend(times.iter().map(|&time| at(time).and_then(|sum| meaning(quantity, sum))));
        }
        self.derive(begin);
        let versions: Vec<&Series> =
            sources.iter().filter(|source| source.known_name == GO_INFO).map(|source| source.series).collect();
        self.versions.extend(times.iter().map(|&time| {
            let series = versions.iter().find(|series| series.at(time).is_some_and(|value| !value.is_nan()))?;
            series.label("version").map(str::to_owned)
        }));
        let target: Arc<str> = Arc::from(target);
        let exporter = Exporter::from_names(sources.iter().map(|source| &*source.known_name));
        self.exporters.push((Arc::clone(&target), exporter));
        self.targets.extend(std::iter::repeat_n(target, times.len()));
        self.times_ms.extend(times);
        self.split_runs(begin);
        self.infer_memory_limit(begin);
    }

    /// What follows from other quantities where no metric gives it.
    fn derive(&mut self, begin: usize) {
        for row in begin..self.columns[Quantity::SysBytes as usize].len() {
            let of = |quantity| self.values(quantity)[row];
            let held = of(Quantity::HeldBytes)
                .or_else(|| Some((of(Quantity::SysBytes)? - of(Quantity::HeapReleasedBytes)?).max(0.0)));
            // Its metric counts the quick ones.
            let slow = of(Quantity::StopsTotal).zip(of(Quantity::SlowStopsTotal));
            let slow = slow.map(|(all, quick)| (all - quick).max(0.0));
            self.columns[Quantity::HeldBytes as usize][row] = held;
            self.columns[Quantity::SlowStopsTotal as usize][row] = slow;
        }
    }

    /// A process is another one when it started at another time, or its counters went back.
    fn split_runs(&mut self, begin: usize) {
        let (mut run, mut start) = (0, None);
        let counters = [Quantity::AllocTotalBytes, Quantity::GcCyclesTotal];
        let mut highest = [None; 2];
        for row in begin..self.times_ms.len() {
            let started = self.values(Quantity::StartTimeSeconds)[row];
            let restarted = matches!((start, started), (Some(before), Some(after)) if f64::abs(after - before) > 1.0);
            let now = counters.map(|counter| self.values(counter)[row]);
            let back = |(before, after): (&Option<f64>, &Option<f64>)| Some(after.as_ref()? < before.as_ref()?);
            let comparisons: Vec<bool> = highest.iter().zip(&now).filter_map(back).collect();
            let went_back = !comparisons.is_empty() && comparisons.iter().all(|&back| back);
            if restarted || went_back {
                run += 1;
                highest = [None; 2];
            }
            start = started.or(start);
            for (highest, now) in highest.iter_mut().zip(now) {
                *highest = now.or(*highest);
            }
            self.runs.push(run);
        }
    }
}

impl ToTable for GoState {
    fn to_table(&self) -> Table {
        self.definition().table(0..self.rows())
    }
}

/// A series that gives a quantity, or a part of one.
struct Source<'a> {
    known_name: Cow<'a, str>,
    series: &'a Series,
}

impl<'a> Source<'a> {
    fn name_of(series: &'a Series, prefix: &str) -> Option<Cow<'a, str>> {
        let metric = series.metric.strip_prefix(prefix).unwrap_or(&series.metric);
        if metric == GO_INFO || metric == PAST_CYCLES {
            return Some(Cow::Borrowed(metric));
        }
        // The runtime's buckets of seconds are reduced to decades: one of them ends close to 10 ms.
        if metric == STOPS_BUCKET {
            let bound: f64 = series.label("le")?.parse().ok()?;
            return (0.009..0.012).contains(&bound).then_some(Cow::Borrowed(STOPS_BUCKET));
        }
        known_name(metric)
    }

    /// A series for each term. Of several, as two Prometheus replicas give them, the one that says most.
    fn choose<'b>(sources: &'b [Self], terms: &[&str]) -> Option<Vec<&'b Self>> {
        let find = |term: &&str| {
            let (name, label) = term.strip_suffix('}').and_then(|term| term.split_once('{')).unwrap_or((term, ""));
            let labelled = |series: &Series| label.is_empty() || series.labels.iter().any(|(_, value)| value == label);
            sources
                .iter()
                .filter(|source| source.known_name == name && labelled(source.series))
                .max_by_key(|source| source.series.times_ms.len())
        };
        terms.iter().map(find).collect()
    }

    fn at(&self, time_ms: i64) -> Option<f64> {
        Some(self.series.at(time_ms)? / divisor(&self.series.metric))
    }
}

/// What a number stands for: NaN is a staleness marker, and the runtime writes "off" and "no limit" as the largest
/// integer it has.
fn meaning(quantity: Quantity, value: f64) -> Option<f64> {
    match quantity {
        _ if value.is_nan() => None,
        // The runtime keeps an `int32`; off is -1, which is 2⁶⁴ - 1 as `runtime/metrics` has it, and 2⁶³ - 1 with OpenTelemetry.
        Quantity::GogcPercent if value > f64::from(i32::MAX) || value < 0.0 => Some(f64::INFINITY),
        Quantity::MemoryLimitBytes if value >= i64::MAX as f64 => Some(f64::INFINITY),
        _ => Some(value),
    }
}

fn target_of(series: &Series) -> String {
    let labels: Vec<_> =
        TARGET_LABELS.iter().filter_map(|&name| series.label(name).map(|value| format!("{name}={value}"))).collect();
    labels.join(",")
}

const GO_INFO: &str = "go_info";
const STOPS_BUCKET: &str = "go_sched_pauses_stopping_gc_seconds_bucket";

/// The labels by which scrapers tell processes apart: those of Prometheus and OpenTelemetry, of Telegraf and Datadog, and the
/// legends of a panel.
const TARGET_LABELS: [&str; 16] = [
    "cluster",
    "namespace",
    "job",
    "service",
    "service_name",
    "service_instance_id",
    "pod",
    "container",
    "node",
    "instance",
    "pod_name",
    "container_id",
    "host",
    "hostname",
    "url",
    "legend",
];

const FEWEST_SNAPSHOTS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn state(scrapes: &[&str]) -> GoState {
        let mut metrics = Metrics::new();
        for (time, scrape) in (0..).zip(scrapes) {
            metrics.push_scrape(time * 1000, scrape.as_bytes()).unwrap();
        }
        metrics.state()
    }

    #[test]
    fn naming_schemes_are_one() {
        let memstats = state(&["go_memstats_heap_inuse_bytes 30\ngo_memstats_next_gc_bytes 50\n"]);
        let classes = state(&["go_memory_classes_heap_objects_bytes 20\ngo_memory_classes_heap_unused_bytes 10\n\
                               go_gc_heap_goal_bytes 50\n"]);
        for quantity in [Quantity::HeapInuseBytes, Quantity::HeapGoalBytes] {
            assert_eq!(memstats.values(quantity), classes.values(quantity), "{quantity:?}");
        }
        assert_eq!(classes.last(Quantity::HeapInuseBytes), Some(30.0));
        assert_eq!(classes.last(Quantity::Goroutines), None);
    }

    #[test]
    fn sentinels_mean_off_no_limit_and_unknown() {
        let otel = state(&["go_config_gogc_percent 9.223372036854776e+18\n"]);
        assert_eq!(otel.last(Quantity::GogcPercent), Some(f64::INFINITY));
        let state =
            state(&["go_gc_gogc_percent 1.8446744073709552e+19\ngo_gc_gomemlimit_bytes 9.223372036854775807e+18\n\
                             go_goroutines NaN\n"]);
        assert_eq!(state.last(Quantity::GogcPercent), Some(f64::INFINITY));
        assert_eq!(state.last(Quantity::MemoryLimitBytes), Some(f64::INFINITY));
        assert_eq!(state.last(Quantity::Goroutines), None);
    }

    #[test]
    fn targets_and_restarts_split_the_rows() {
        let state = state(&[
            "go_memstats_alloc_bytes_total{instance=\"a\"} 5\ngo_memstats_alloc_bytes_total{instance=\"b\"} 9\n",
            "go_memstats_alloc_bytes_total{instance=\"a\"} 7\ngo_memstats_alloc_bytes_total{instance=\"b\"} 2\n",
        ]);
        assert_eq!(
            state.targets().iter().map(|target| &**target).collect::<Vec<_>>(),
            ["instance=a", "instance=a", "instance=b", "instance=b"]
        );
        assert_eq!(state.runs(), [0, 0, 0, 1]);
        assert_eq!(state.segments(), [0..2, 2..3, 3..4]);
        assert_eq!(state.increase(Quantity::AllocTotalBytes, 0..2), Some(2.0));
    }

    #[test]
    fn prefixes_and_containers_are_matched() {
        let state = state(&["a_go_goroutines 3\na_go_threads 4\na_go_memstats_sys_bytes 5\n\
                             container_spec_memory_limit_bytes{container=\"POD\",pod=\"p\"} 0\n\
                             container_spec_memory_limit_bytes{container=\"api\",pod=\"p\"} 1e8\n"]);
        assert_eq!(
            (state.last(Quantity::Goroutines), state.last(Quantity::ContainerLimitBytes)),
            (Some(3.0), Some(1e8))
        );
        assert_eq!(state.targets().len(), 1);
        assert!(state.has_program());
    }

    #[test]
    fn containers_alone_are_told_apart_and_begin_anew() {
        let scrape = |used: u64, restarts: u64| {
            format!(
                "container_memory_working_set_bytes{{container=\"api\",pod=\"p\"}} {used}\n\
                 container_memory_working_set_bytes{{container=\"POD\",pod=\"p\"}} 7\n\
                 container_memory_working_set_bytes{{container=\"proxy\",pod=\"p\"}} 5\n\
                 container_oom_events_total{{container=\"api\",pod=\"p\"}} 0\n\
                 kube_pod_container_status_restarts_total{{container=\"api\",pod=\"p\"}} {restarts}\n"
            )
        };
        let scrapes = [scrape(100, 1), scrape(200, 1), scrape(80, 2)];
        let state = state(&scrapes.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(!state.has_program());
        assert_eq!(state.segments(), [0..2, 2..3, 3..6]);
        assert_eq!(state.values(Quantity::ContainerUsedBytes)[..3], [Some(100.0), Some(200.0), Some(80.0)]);
        assert_eq!(state.values(Quantity::ContainerKillsTotal)[0], Some(0.0));
        assert_eq!(&*state.targets()[3], "pod=p,container=proxy");
    }

    #[test]
    fn a_container_that_begins_anew_is_the_same() {
        let scrape = |life: u64, used: u64| {
            let labels = format!("container=\"api\",pod=\"p\",name=\"k8s_api_p_{life}\",id=\"/{life}\"");
            format!(
                "container_memory_working_set_bytes{{{labels}}} {used}\ncontainer_spec_memory_limit_bytes{{{labels}}} 900\n\
                 kube_pod_container_status_restarts_total{{container=\"api\",pod=\"p\"}} {life}\n"
            )
        };
        let scrapes = [scrape(0, 100), scrape(0, 200), scrape(1, 80), scrape(1, 90)];
        let scrapes: Vec<&str> = scrapes.iter().map(String::as_str).collect();
        let alone = state(&scrapes);
        assert_eq!(alone.segments(), [0..2, 2..4], "one container, of two lives");
        assert_eq!(alone.values(Quantity::ContainerUsedBytes), [Some(100.0), Some(200.0), Some(80.0), Some(90.0)]);
        // A program's own label of that name is another thing.
        let program = |name: &str| format!("{}go_goroutines{{container=\"api\",pod=\"p\"{name}}} 7\n", scrapes[0]);
        for name in ["", ",name=\"api\""] {
            assert_eq!(state(&[&program(name)]).last(Quantity::ContainerLimitBytes), Some(900.0), "{name}");
        }
        // Without pods, it is the name of the container.
        let docker = |name: &str| {
            format!(
                "container_spec_memory_limit_bytes{{name=\"api\"}} 900\ncontainer_spec_memory_limit_bytes{{name=\"db\"}} 700\n\
                 go_goroutines{{name=\"{name}\"}} 7\n"
            )
        };
        assert_eq!(state(&[&docker("api")]).last(Quantity::ContainerLimitBytes), Some(900.0));
        assert_eq!(state(&[&docker("web")]).last(Quantity::ContainerLimitBytes), None);
    }

    #[test]
    fn of_two_at_the_same_time_nothing_is_said() {
        let scrape = |node: &str, used: u64| {
            format!("container_memory_working_set_bytes{{container=\"api\",pod=\"p\",node=\"{node}\"}} {used}\n")
        };
        let both = format!("{}{}", scrape("a", 100), scrape("b", 200));
        assert_eq!(state(&[&both, &both]).rows(), 0);
        let same = format!("{}{}", scrape("a", 100), scrape("b", 100));
        assert_eq!(state(&[&same, &same]).rows(), 2, "told twice");
        assert_eq!(
            state(&["container_memory_usage_bytes{container=\"api\"} 5\n"]).rows(),
            0,
            "all page cache is in it"
        );
    }

    #[test]
    fn hosts_and_addresses_are_programs() {
        for label in ["host", "url", "legend"] {
            let state = state(&[&format!("go_goroutines{{{label}=\"a\"}} 1\ngo_goroutines{{{label}=\"b\"}} 2\n")]);
            assert_eq!(state.segments(), [0..1, 1..2], "{label}");
        }
    }

    #[test]
    fn snapshots_are_not_hidden_by_the_cycles_they_remember() {
        let snapshot = |n: u64| {
            format!(
                "{{\"memstats\":{{\"NumGC\":{n},\"Sys\":5,\"PauseEnd\":[{},{}]}}}}",
                n * 1_000_000,
                (n + 1) * 1_000_000
            )
        };
        let rows = |count: u64| {
            let mut metrics = Metrics::new();
            (1..=count).for_each(|n| metrics.push(n as i64 * 1000, snapshot(n).as_bytes()).unwrap());
            metrics.state().rows()
        };
        assert_eq!(rows(4), 4);
        assert!(rows(1) > 1, "one snapshot: its past is all there is");
    }

    #[test]
    fn the_table_has_a_column_per_quantity() {
        let table = state(&["go_goroutines 1\n"]).to_table();
        let names: Vec<_> = table.columns().iter().map(|column| column.name().to_owned()).collect();
        assert_eq!(names, GoState::schema().columns.iter().map(|column| &*column.name).collect::<Vec<_>>());
        assert_eq!((names.len(), table.rows()), (3 + Quantity::ALL.len(), 1));
    }
}
