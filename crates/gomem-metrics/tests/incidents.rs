//! What the rules say of recorded runs whose cause is known.
//!
//! The recordings of `testdata/incidents` are always judged. With `GOMEM_INCIDENTS=<folder>` the labelled runs in that folder
//! (`<name>/label.json`, `<name>/scrapes/<unix_ms>.prom`) are too. Each is read with all metrics and with those that
//! client_golang exports by default; with each scrape, and with every second, fourth and fifteenth.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use gomem_finding::Severity;
use gomem_metrics::{DiagnoseOptions, Diagnosis, Metrics, Verdict};
use gomem_testkit::{testdata, testdata_text};

struct Incident {
    name: String,
    /// Lines of text by the time of the scrape.
    scrapes: BTreeMap<i64, String>,
    expect: BTreeSet<String>,
    allow: BTreeSet<String>,
}

#[derive(Default, Debug)]
struct Score {
    found: usize,
    missed: Vec<String>,
    not_evaluable: usize,
    extra: Vec<String>,
    /// How often the rule of thumb `sys_retained` fired, and how often references were really held.
    thumb: [usize; 2],
}

#[test]
fn recorded_runs_are_diagnosed() {
    judge_all(&recorded(), 0.9);
}

#[test]
fn labelled_runs_are_diagnosed() {
    let Some(folder) = std::env::var_os("GOMEM_INCIDENTS") else {
        eprintln!("skipped: GOMEM_INCIDENTS names no folder of labelled runs");
        return;
    };
    judge_all(&labelled(folder.as_ref()), 0.9);
}

/// Nothing extra fires in any of the eight readings; with all scrapes, `recall` of what can be judged is found.
fn judge_all(incidents: &[Incident], recall: f64) {
    assert!(!incidents.is_empty());
    let mut extra = Vec::new();
    for default_names in [false, true] {
        for every in [1, 2, 4, 15] {
            let mut score = Score::default();
            for incident in incidents {
                judge(incident, default_names, every, &mut score);
            }
            let names = if default_names { "default names" } else { "all metrics" };
            println!(
                "{names}, every {every}: {} found, {} missed {:?}, {} not evaluable, {} extra {:?}",
                score.found,
                score.missed.len(),
                score.missed,
                score.not_evaluable,
                score.extra.len(),
                score.extra
            );
            if (default_names, every) == (false, 1) {
                let [fired, right] = score.thumb;
                println!("sys_retained alone: fired {fired}, rightly {right}");
            }
            let evaluable = score.found + score.missed.len();
            if every == 1 {
                assert!(score.found as f64 >= recall * evaluable as f64, "{names}: {score:?}");
            }
            extra.extend(score.extra);
        }
    }
    assert!(extra.is_empty(), "{extra:?}");
}

fn judge(incident: &Incident, default_names: bool, every: usize, score: &mut Score) {
    let mut metrics = Metrics::new();
    for (&time, text) in incident.scrapes.iter().step_by(every) {
        let kept: String = if default_names {
            text.lines().filter(|line| is_default(line)).flat_map(|line| [line, "\n"]).collect()
        } else {
            text.clone()
        };
        metrics.push_scrape(time, kept.as_bytes()).unwrap();
    }
    let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
    let mut fired = BTreeSet::new();
    for judgement in diagnosis.fired().filter(|judgement| judgement.severity > Severity::Info) {
        let rule = judgement.rule.name();
        if !["gc_inflation", "sys_retained", "alloc_sys_ratio"].contains(&rule) {
            fired.insert(rule);
            if !incident.expect.contains(rule) && !incident.allow.contains(rule) {
                score.extra.push(format!("{}/{every}: {rule}: {}", incident.name, judgement.summary));
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
        let judgement = diagnosis.judgements().iter().find(|judgement| judgement.rule.name() == rule);
        let verdict = judgement.map(|judgement| judgement.verdict);
        if fired.contains(rule.as_str()) {
            score.found += 1;
        } else if verdict == Some(Verdict::NotEvaluable) {
            score.not_evaluable += 1;
        } else {
            let why = judgement.map_or("", |judgement| judgement.summary.as_str());
            score.missed.push(format!("{}: {rule}: {}: {why}", incident.name, verdict.map_or("", Verdict::name)));
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
            scrapes,
            expect: rules(fields[6]),
            allow: rules(fields[7]),
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
    let mut scrapes = BTreeMap::new();
    for entry in std::fs::read_dir(path.join("scrapes")).unwrap() {
        let file = entry.unwrap().path();
        let time = file.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        scrapes.insert(time, std::fs::read_to_string(&file).unwrap());
    }
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Incident { name, scrapes, expect: rules("expect"), allow: rules("allow") }
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
