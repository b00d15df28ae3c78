//! What the rules say of recorded runs whose cause is known, through the names of other exporters: OpenTelemetry's runtime
//! metrics as Prometheus shows them, and `/debug/vars` of expvar. Less is exported there, and so less can be judged; what is said
//! must be right all the same.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use gomem_finding::Severity;
use gomem_metrics::{DiagnoseOptions, Diagnosis, Metrics, Verdict};
use gomem_testkit::{testdata, testdata_text};

type Values = BTreeMap<String, f64>;

struct Incident {
    name: String,
    scrapes: BTreeMap<i64, Values>,
    expect: BTreeSet<String>,
    allow: BTreeSet<String>,
}

#[test]
fn opentelemetry() {
    judge_all(|values| otel(values).into_bytes(), 0.65);
}

#[test]
fn expvar() {
    judge_all(|values| vars(values).into_bytes(), 0.67);
}

/// Nothing wrong is said, and so much of what is to be found is found; the rest is undecided.
fn judge_all(form: fn(&Values) -> Vec<u8>, recall: f64) {
    let mut incidents = recorded();
    if let Some(folder) = std::env::var_os("GOMEM_INCIDENTS") {
        incidents = labelled(Path::new(&folder));
    }
    let (mut found, mut undecided, mut wrong, mut extra) = (0, Vec::new(), Vec::new(), Vec::new());
    for incident in &incidents {
        let mut metrics = Metrics::new();
        for (&time, values) in &incident.scrapes {
            metrics.push(time, &form(values)).unwrap();
        }
        let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
        for judged in diagnosis.judgements() {
            let rule = judged.rule.name();
            let is_loud = judged.verdict == Verdict::Fired && judged.severity > Severity::Info;
            let is_sign = ["gc_inflation", "sys_retained", "alloc_sys_ratio"].contains(&rule);
            let about = || format!("{}: {rule}: {}: {}", incident.name, judged.verdict.name(), judged.summary);
            match (incident.expect.contains(rule), is_loud) {
                (true, true) => found += 1,
                (true, false) if judged.verdict == Verdict::Clear => wrong.push(about()),
                (true, false) => undecided.push(about()),
                (false, true) if !incident.allow.contains(rule) && !is_sign => extra.push(about()),
                _ => {}
            }
        }
    }
    let all = found + undecided.len() + wrong.len();
    println!("{found} of {all} found; undecided: {undecided:#?}; clear, and wrong: {wrong:#?}; extra: {extra:#?}");
    assert!(extra.is_empty(), "{extra:#?}");
    assert!(found as f64 >= recall * all as f64, "{found} of {all}");
}

/// What OpenTelemetry's runtime instrumentation exports without being asked for more.
fn otel(values: &Values) -> String {
    let of = |name: &str| values.get(name).copied();
    let stacks = of("go_memstats_stack_inuse_bytes").unwrap();
    let held = of("go_memstats_sys_bytes").unwrap() - of("go_memstats_heap_released_bytes").unwrap();
    let limit = of("go_gc_gomemlimit_bytes").filter(|limit| *limit < 9e18);
    let rows = [
        ("go_memory_used_bytes{go_memory_type=\"stack\"}", Some(stacks)),
        ("go_memory_used_bytes{go_memory_type=\"other\"}", Some(held - stacks)),
        ("go_memory_limit_bytes", limit),
        ("go_memory_allocated_bytes_total", of("go_memstats_alloc_bytes_total")),
        ("go_memory_allocations_total", of("go_memstats_mallocs_total")),
        ("go_memory_gc_goal_bytes", of("go_memstats_next_gc_bytes")),
        ("go_goroutine_count", of("go_goroutines")),
        ("go_processor_limit", of("go_sched_gomaxprocs_threads")),
        ("go_config_gogc_percent", of("go_gc_gogc_percent").filter(|percent| *percent < 1e10)),
    ];
    rows.iter().filter_map(|(name, value)| Some(format!("{name} {}\n", (*value)?))).collect()
}

/// `/debug/vars`; its rings of past cycles end with the last one that the scrape counts.
fn vars(values: &Values) -> String {
    let fields = [
        ("Alloc", "go_memstats_alloc_bytes"),
        ("TotalAlloc", "go_memstats_alloc_bytes_total"),
        ("Sys", "go_memstats_sys_bytes"),
        ("Mallocs", "go_memstats_mallocs_total"),
        ("Frees", "go_memstats_frees_total"),
        ("HeapAlloc", "go_memstats_heap_alloc_bytes"),
        ("HeapSys", "go_memstats_heap_sys_bytes"),
        ("HeapIdle", "go_memstats_heap_idle_bytes"),
        ("HeapInuse", "go_memstats_heap_inuse_bytes"),
        ("HeapReleased", "go_memstats_heap_released_bytes"),
        ("HeapObjects", "go_memstats_heap_objects"),
        ("StackInuse", "go_memstats_stack_inuse_bytes"),
        ("StackSys", "go_memstats_stack_sys_bytes"),
        ("MSpanSys", "go_memstats_mspan_sys_bytes"),
        ("MCacheSys", "go_memstats_mcache_sys_bytes"),
        ("BuckHashSys", "go_memstats_buck_hash_sys_bytes"),
        ("GCSys", "go_memstats_gc_sys_bytes"),
        ("OtherSys", "go_memstats_other_sys_bytes"),
        ("NextGC", "go_memstats_next_gc_bytes"),
        ("NumGC", "go_gc_duration_seconds_count"),
        ("NumForcedGC", "go_gc_cycles_forced_gc_cycles_total"),
    ];
    let known = fields.iter().filter_map(|(field, name)| Some((field, values.get(*name)?)));
    let mut text = String::new();
    known.for_each(|(field, value)| write!(text, "\"{field}\":{value:.0},").unwrap());
    let last = values.get("go_memstats_last_gc_time_seconds").copied().unwrap_or(0.0) * 1e9;
    let cycles = values.get("go_gc_duration_seconds_count").copied().unwrap_or(0.0) as u64;
    let mut ends = vec![0_u64; 256];
    for back in 0..cycles.min(256) {
        ends[((cycles + 255 - back) % 256) as usize] = (last as u64).saturating_sub(back * 50_000_000);
    }
    let pauses = values.get("go_gc_duration_seconds_sum").copied().unwrap_or(0.0) * 1e9;
    format!("{{\"cmdline\":[\"svc\"],\"memstats\":{{{text}\"PauseTotalNs\":{pauses:.0},\"PauseEnd\":{ends:?}}}}}")
}

fn recorded() -> Vec<Incident> {
    let runs = String::from_utf8(testdata("incidents/runs.tsv")).unwrap();
    let rules = |text: &str| text.split(' ').filter(|rule| *rule != "-").map(str::to_owned).collect();
    let incident = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let mut scrapes: BTreeMap<i64, Values> = BTreeMap::new();
        for line in testdata_text(format!("incidents/{}.prom.gz", fields[0])).lines() {
            let (line, time) = line.rsplit_once(' ').unwrap();
            note(scrapes.entry(time.parse().unwrap()).or_default(), line);
        }
        Incident { name: fields[0].to_owned(), scrapes, expect: rules(fields[6]), allow: rules(fields[7]) }
    };
    runs.lines().skip(1).map(incident).collect()
}

fn labelled(folder: &Path) -> Vec<Incident> {
    let incident = |path: &Path| {
        let label: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path.join("label.json")).unwrap()).unwrap();
        let rules = |key: &str| {
            let names = label[key].as_array().cloned().unwrap_or_default();
            names
                .iter()
                .map(|name| renamed(name.as_str().unwrap()).to_owned())
                .filter(|name| name != "restart")
                .collect()
        };
        let mut scrapes = BTreeMap::new();
        for entry in std::fs::read_dir(path.join("scrapes")).unwrap() {
            let file = entry.unwrap().path();
            let time = file.file_stem().unwrap().to_str().unwrap().parse().unwrap();
            let values: &mut Values = scrapes.entry(time).or_default();
            std::fs::read_to_string(&file).unwrap().lines().for_each(|line| note(values, line));
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Incident { name, scrapes, expect: rules("expect"), allow: rules("allow") }
    };
    std::fs::read_dir(folder).unwrap().map(|entry| incident(&entry.unwrap().path())).collect()
}

fn note(values: &mut Values, line: &str) {
    if let Some((name, value)) = line.rsplit_once(' ').filter(|_| !line.starts_with('#'))
        && let Ok(value) = value.parse()
    {
        values.insert(name.to_owned(), value);
    }
}

/// Labels say some rules otherwise.
fn renamed(rule: &str) -> &str {
    match rule {
        "gc_frequency_high" | "alloc_rate_high" => "gc_cpu_high",
        "live_heap_step" => "step_change",
        "stack_growth" => "huge_stacks",
        "near_memory_limit" => "container_oom_risk",
        "sched_latency" => "cpu_throttled",
        other => other,
    }
}
