//! A recorded run, as `testdata/gogc/capture.sh` writes it.

use std::{fs, path::Path};

use gomem_gogc::{Cycle, Gogc};
use gomem_metrics::{GcTrace, GcTraceLine, Metrics};
pub(crate) use gomem_table::MIB;
use serde_json::Value;

pub(crate) struct Run {
    pub(crate) workload: String,
    /// Workload, version of Go and `GOMAXPROCS`: what has to be the same for one run to tell of another.
    pub(crate) program: String,
    pub(crate) gogc: Gogc,
    pub(crate) memory_limit_bytes: Option<u64>,
    pub(crate) trace: Vec<GcTraceLine>,
    pub(crate) actual: Actual,
    pub(crate) procs: f64,
    header: Vec<String>,
    rows: Vec<Vec<f64>>,
    process_cpu_seconds: f64,
}

/// What the run came to.
#[derive(Clone, Copy)]
pub(crate) struct Actual {
    pub(crate) cycles: f64,
    pub(crate) peak_heap_bytes: f64,
    pub(crate) gc_cpu_fraction: f64,
}

/// Which metrics are shown to a model.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Exported {
    /// Every metric of `runtime/metrics`, every row.
    Runtime,
    /// The default names of client_golang, twenty scrapes.
    Default,
}

impl Run {
    pub(crate) fn read_all(folder: &Path) -> Vec<Self> {
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
            .collect();
        names.sort();
        names.iter().map(|name| Self::read(folder, name)).collect()
    }

    /// `<version>_<workload>[_p<GOMAXPROCS>]_g<GOGC>_m<limit>_r<repeat>`
    fn read(folder: &Path, name: &str) -> Self {
        let file = |end: &str| fs::read_to_string(folder.join(format!("{name}{end}"))).expect(name);
        let summary: Value = serde_json::from_str(&file(".json")).expect(name);
        let number = |key: &str| summary[key].as_f64().expect(key);
        // A limit that is never reached leaves no line.
        let trace = GcTrace::decode(file(".log").as_bytes()).map_or(Vec::new(), |trace| trace.lines().to_vec());
        let parts: Vec<&str> = name.split('_').collect();
        let procs = parts.iter().find_map(|part| part.strip_prefix('p')?.parse().ok()).unwrap_or(1.0);
        let limit =
            parts.iter().rev().find_map(|part| part.strip_prefix('m')).and_then(|limit| limit.strip_suffix("MiB"));
        // Only runs that others are forecast from need their series.
        let series = fs::read_to_string(folder.join(format!("{name}.series.csv"))).unwrap_or_default();
        let mut lines = series.lines().map(|line| line.split(','));
        let header = lines.next().map(|head| head.map(str::to_owned).collect()).unwrap_or_default();
        let highest = trace.iter().map(|line| line.heap_end_mb as f64 + 0.5).fold(0.0, f64::max) * MIB;
        Self {
            workload: parts[1].to_owned(),
            program: format!("{} {} P={procs}", parts[0], parts[1]),
            gogc: summary["gogc"].as_str().and_then(|gogc| gogc.parse().ok()).map_or(Gogc::Off, Gogc::Percent),
            memory_limit_bytes: limit.map(|limit| limit.parse::<u64>().expect(name) << 20),
            actual: Actual {
                cycles: trace.len() as f64,
                peak_heap_bytes: highest.max(number("peak_objects")),
                gc_cpu_fraction: (number("/cpu/classes/gc/total:cpu-seconds")
                    - number("/cpu/classes/gc/mark/idle:cpu-seconds"))
                    / (procs * number("wall_s")),
            },
            trace,
            procs,
            header,
            rows: lines.map(|line| line.map(|field| field.parse().unwrap_or(f64::NAN)).collect()).collect(),
            process_cpu_seconds: number("utime_s") + number("stime_s"),
        }
    }

    pub(crate) fn is_base(&self) -> bool {
        self.gogc == Gogc::Percent(100) && self.memory_limit_bytes.is_none()
    }

    pub(crate) fn live_bytes(&self) -> f64 {
        let mut live: Vec<u64> = self.trace.iter().map(|line| line.heap_live_mb).collect();
        live.sort_unstable();
        live.get(live.len() / 2).map_or(0.0, |&mb| (mb as f64 + 0.5) * MIB)
    }

    /// The run's series as scrapes of a Go program.
    pub(crate) fn metrics(&self, exported: Exported) -> Metrics {
        let mut metrics = Metrics::new();
        let step = match exported {
            Exported::Runtime => 1.0,
            Exported::Default => (self.rows.len() as f64 / 20.0).max(1.0),
        };
        let mut next = 0.0;
        for (number, row) in self.rows.iter().enumerate() {
            if (number as f64) < next && number + 1 < self.rows.len() {
                continue;
            }
            next += step;
            let share = row[0] / self.rows.last().map_or(1.0, |last| last[0]);
            let text = match exported {
                Exported::Runtime => self.runtime_names(row),
                Exported::Default => self.default_names(row),
            };
            let process = format!(
                "process_start_time_seconds {START_SECONDS}\nprocess_cpu_seconds_total {}\n",
                self.process_cpu_seconds * share
            );
            let time_ms = START_SECONDS * 1000 + (row[0] * 1e3) as i64;
            metrics.push_scrape(time_ms, (text + &process).as_bytes()).expect("a scrape");
        }
        metrics
    }

    fn runtime_names(&self, row: &[f64]) -> String {
        let settings = format!("go_sched_gomaxprocs_threads {}\ngo_gc_gogc_percent {}\n", self.procs, self.percent());
        self.header.iter().zip(row).skip(1).fold(settings, |text, (name, value)| {
            let counts = ["/cpu/classes", "/gc/cycles", "/gc/heap/allocs", "/gc/heap/frees"];
            let total = if counts.iter().any(|start| name.starts_with(start)) { "_total" } else { "" };
            text + &format!("go{}{total} {value}\n", name.replace(['/', ':', '-'], "_"))
        })
    }

    fn default_names(&self, row: &[f64]) -> String {
        let of = |name: &str| self.header.iter().position(|head| head == name).map_or(f64::NAN, |index| row[index]);
        let objects = of("/memory/classes/heap/objects:bytes");
        let released = of("/memory/classes/heap/released:bytes");
        format!(
            "go_memstats_alloc_bytes {objects}\ngo_memstats_alloc_bytes_total {}\ngo_memstats_next_gc_bytes {}\n\
             go_gc_duration_seconds_count {}\ngo_gc_gogc_percent {}\ngo_memstats_heap_idle_bytes {}\n\
             go_memstats_heap_inuse_bytes {}\ngo_memstats_heap_released_bytes {released}\ngo_memstats_sys_bytes {}\n\
             go_sched_gomaxprocs_threads {}\ngo_memstats_stack_inuse_bytes {}\n",
            of("/gc/heap/allocs:bytes"),
            of("/gc/heap/goal:bytes"),
            of("/gc/cycles/total:gc-cycles"),
            self.percent(),
            of("/memory/classes/heap/free:bytes") + released,
            objects + of("/memory/classes/heap/unused:bytes"),
            of("/memory/classes/total:bytes"),
            self.procs,
            of("/memory/classes/heap/stacks:bytes")
        )
    }

    fn percent(&self) -> f64 {
        self.gogc.factor().map_or(u64::MAX as f64, |factor| factor * 100.0)
    }
}

/// GC CPU of a traced line, in seconds.
pub(crate) fn gc_cpu_seconds(line: &GcTraceLine) -> f64 {
    let cycle = Cycle {
        assist_cpu_seconds: line.assist_cpu_ms / 1e3,
        background_cpu_seconds: line.background_cpu_ms / 1e3,
        stw_seconds: (line.stw_sweep_ms + line.stw_mark_term_ms) / 1e3,
        procs: line.procs,
        ..Cycle::default()
    };
    cycle.gc_cpu_seconds()
}

const START_SECONDS: i64 = 1_700_000_000;
