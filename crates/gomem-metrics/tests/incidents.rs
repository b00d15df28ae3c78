//! What the rules say of recorded runs whose cause is known.
//!
//! The recordings of `testdata/incidents` are always judged. With `GOMEM_INCIDENTS=<folder>` the labelled runs in that folder
//! (`<name>/label.json`, `<name>/scrapes/<unix_ms>.prom`, where there are any `<name>/otel/<unix_ms>.prom` and
//! `<name>/expvar/<unix_ms>.json`) are too. Each is read with all metrics, with those that client_golang exports by default, as
//! OpenTelemetry has them and as expvar does; with each scrape, and with every second, fourth and fifteenth.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod exporters;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use gomem_finding::Severity;
use gomem_metrics::{DiagnoseOptions, Diagnosis, Metrics, Verdict};
use gomem_testkit::{testdata, testdata_text};

struct Incident {
    name: String,
    /// What each exporter shows, by the time of the scrape; in the order of [`Reading::ALL`].
    scrapes: [BTreeMap<i64, String>; 4],
    expect: BTreeSet<String>,
    allow: BTreeSet<String>,
    container_limit_bytes: Option<u64>,
}

/// By whose names a run is read.
#[derive(Debug, Clone, Copy)]
enum Reading {
    AllMetrics,
    DefaultNames,
    OpenTelemetry,
    Expvar,
}

impl Reading {
    const ALL: [Self; 4] = [Self::AllMetrics, Self::DefaultNames, Self::OpenTelemetry, Self::Expvar];

    fn name(self) -> &'static str {
        ["all metrics", "default names", "OpenTelemetry", "expvar"][self as usize]
    }

    /// The least part that is found with all scrapes: of the causes that client_golang's names can show, and of all causes by
    /// the names of others.
    fn least_recall(self) -> f64 {
        [0.95, 0.9, 0.65, 0.75][self as usize]
    }

    /// What it would show of a scrape with all metrics.
    fn of(self, scrape: &str) -> String {
        match self {
            Self::AllMetrics => scrape.to_owned(),
            Self::DefaultNames => {
                scrape.lines().filter(|line| is_default(line)).flat_map(|line| [line, "\n"]).collect()
            }
            Self::OpenTelemetry => exporters::opentelemetry(scrape),
            Self::Expvar => exporters::expvar(scrape),
        }
    }
}

#[derive(Default, Debug)]
struct Score {
    found: usize,
    /// Causes that are said not to be there, though they are.
    clear: Vec<String>,
    /// Causes of which too little is known.
    undecided: Vec<String>,
    /// Those of them for which a metric is missing.
    not_evaluable: usize,
    extra: Vec<String>,
    /// How often the rule of thumb `sys_retained` fired, and how often references were really held.
    thumb: [usize; 2],
}

impl Score {
    fn causes(&self) -> usize {
        self.found + self.clear.len() + self.undecided.len()
    }
}

#[test]
fn recorded_runs_are_diagnosed() {
    judge_all(&recorded());
}

#[test]
fn labelled_runs_are_diagnosed() {
    let Some(folder) = std::env::var_os("GOMEM_INCIDENTS") else {
        eprintln!("skipped: GOMEM_INCIDENTS names no folder of labelled runs");
        return;
    };
    judge_all(&labelled(folder.as_ref()));
}

/// Nothing extra fires in any of the sixteen readings, and nothing that is there is said not to be; with all scrapes, most is found.
fn judge_all(incidents: &[Incident]) {
    assert!(!incidents.is_empty());
    let mut wrong = Vec::new();
    for reading in Reading::ALL {
        for every in [1, 2, 4, 15] {
            let mut score = Score::default();
            for incident in incidents {
                judge(incident, reading, every, &mut score);
            }
            println!(
                "{}, every {every}: {} of {} found, {} undecided ({} not evaluable), {} wrongly clear, {} extra",
                reading.name(),
                score.found,
                score.causes(),
                score.undecided.len(),
                score.not_evaluable,
                score.clear.len(),
                score.extra.len()
            );
            for (what, told) in [("undecided", &score.undecided), ("clear", &score.clear), ("extra", &score.extra)] {
                told.iter().for_each(|line| println!("  {what}: {line}"));
            }
            if matches!(reading, Reading::AllMetrics) && every == 1 {
                let [fired, right] = score.thumb;
                println!("sys_retained alone: fired {fired}, rightly {right}");
            }
            let causes = match reading {
                Reading::AllMetrics | Reading::DefaultNames => score.causes() - score.not_evaluable,
                Reading::OpenTelemetry | Reading::Expvar => score.causes(),
            };
            if every == 1 && (score.found as f64) < reading.least_recall() * causes as f64 {
                wrong.push(format!("{}: {} of {causes} found", reading.name(), score.found));
            }
            wrong.extend(score.extra);
            wrong.extend(score.clear);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn judge(incident: &Incident, reading: Reading, every: usize, score: &mut Score) {
    let mut metrics = Metrics::new();
    for (&time, text) in incident.scrapes[reading as usize].iter().step_by(every) {
        metrics.push(time, text.as_bytes()).unwrap();
    }
    let options = DiagnoseOptions::default().with_memory_limit_bytes(incident.container_limit_bytes);
    let diagnosis = Diagnosis::from_state(&metrics.state(), options);
    let mut fired = BTreeSet::new();
    for judgement in diagnosis.fired().filter(|judgement| judgement.severity > Severity::Info) {
        let rule = judgement.rule.name();
        if !["gc_inflation", "sys_retained", "alloc_sys_ratio"].contains(&rule) {
            fired.insert(rule);
            if !incident.expect.contains(rule) && !incident.allow.contains(rule) {
                score.extra.push(format!("{}: {rule}: {}", incident.name, judgement.summary));
            }
        }
    }
    if diagnosis.fired().any(|judgement| judgement.rule.name() == "sys_retained") {
        let may_fire = |rule: &&str| incident.expect.contains(*rule) || incident.allow.contains(*rule);
        let is_held = ["live_heap_leak", "goroutine_leak"].iter().any(may_fire);
        score.thumb[0] += 1;
        score.thumb[1] += usize::from(is_held);
    }
    for rule in &incident.expect {
        let judgement = diagnosis.judgements().iter().find(|judgement| judgement.rule.name() == rule).unwrap();
        let told = format!("{}: {rule}: {}: {}", incident.name, judgement.verdict.name(), judgement.summary);
        match judgement.verdict {
            _ if fired.contains(rule.as_str()) => score.found += 1,
            Verdict::Insufficient | Verdict::NotEvaluable => {
                score.not_evaluable += usize::from(judgement.verdict == Verdict::NotEvaluable);
                score.undecided.push(told);
            }
            _ => score.clear.push(told),
        }
    }
    if std::env::var("GOMEM_SHOW").is_ok_and(|name| name == incident.name) {
        for judgement in diagnosis.judgements() {
            let evidence: Vec<_> =
                judgement.evidence.iter().map(|e| format!("{}={:.4}", e.quantity, e.value)).collect();
            println!(
                "  {} {} {} {:?} {}",
                judgement.rule.name(),
                judgement.verdict.name(),
                judgement.severity.name(),
                evidence,
                judgement.summary
            );
        }
    }
}

fn recorded() -> Vec<Incident> {
    let runs = String::from_utf8(testdata("incidents/runs.tsv")).unwrap();
    let rules = |text: &str| text.split(' ').filter(|rule| *rule != "-").map(str::to_owned).collect();
    let mut incidents = Vec::new();
    for line in runs.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let text = testdata_text(format!("incidents/{}.prom.gz", fields[0]));
        let mut scrapes: BTreeMap<i64, String> = BTreeMap::new();
        for line in text.lines() {
            let time = line.rsplit_once(' ').unwrap().1.parse().unwrap();
            let scrape = scrapes.entry(time).or_default();
            scrape.push_str(line);
            scrape.push('\n');
        }
        incidents.push(Incident {
            name: fields[0].to_owned(),
            scrapes: Reading::ALL.map(|reading| as_read(reading, &scrapes)),
            expect: rules(fields[6]),
            allow: rules(fields[7]),
            container_limit_bytes: None,
        });
    }
    incidents
}

fn labelled(folder: &Path) -> Vec<Incident> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names.iter().map(|path| one_labelled(path)).collect()
}

fn one_labelled(path: &Path) -> Incident {
    let label: serde_json::Value = serde_json::from_slice(&std::fs::read(path.join("label.json")).unwrap()).unwrap();
    let rules = |key: &str| {
        let names = label[key].as_array().cloned().unwrap_or_default();
        names.iter().filter_map(|name| renamed(name.as_str().unwrap())).map(str::to_owned).collect()
    };
    let scrapes = scrapes_in(&path.join("scrapes"));
    let scrapes = Reading::ALL.map(|reading| {
        let own = match reading {
            Reading::AllMetrics | Reading::DefaultNames => None,
            Reading::OpenTelemetry => Some(path.join("otel")),
            Reading::Expvar => Some(path.join("expvar")),
        };
        own.filter(|own| own.is_dir()).map_or_else(|| as_read(reading, &scrapes), |own| scrapes_in(&own))
    });
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let container_limit_bytes = label["container_limit_bytes"].as_u64();
    Incident { name, scrapes, expect: rules("expect"), allow: rules("allow"), container_limit_bytes }
}

fn scrapes_in(folder: &Path) -> BTreeMap<i64, String> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let time = |file: &Path| file.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    files.map(|file| (time(&file), std::fs::read_to_string(&file).unwrap())).collect()
}

fn as_read(reading: Reading, scrapes: &BTreeMap<i64, String>) -> BTreeMap<i64, String> {
    scrapes.iter().map(|(&time, scrape)| (time, reading.of(scrape))).collect()
}

/// Labels say some rules otherwise; a restart is a new run of the state, not a rule.
fn renamed(rule: &str) -> Option<&str> {
    Some(match rule {
        "restart" => return None,
        "gc_frequency_high" | "alloc_rate_high" => "gc_cpu_high",
        "live_heap_step" => "step_change",
        "stack_growth" => "huge_stacks",
        "near_memory_limit" => "container_oom_risk",
        "sched_latency" => "cpu_throttled",
        other => other,
    })
}

/// What client_golang exports without being asked for more.
fn is_default(line: &str) -> bool {
    let name = line.split([' ', '{']).next().unwrap_or_default();
    name.starts_with("go_memstats_")
        || name.starts_with("process_")
        || name.starts_with("go_gc_duration_seconds")
        || [
            "go_gc_gogc_percent",
            "go_gc_gomemlimit_bytes",
            "go_goroutines",
            "go_info",
            "go_sched_gomaxprocs_threads",
            "go_threads",
        ]
        .contains(&name)
}
