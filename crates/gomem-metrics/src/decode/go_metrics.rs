//! What HashiCorp's go-metrics keeps of a program's runtime: Consul, Vault, Nomad and Serf answer it, or log it on SIGUSR1.
//!
//! ```text
//! {"Timestamp":"2026-11-28 10:00:00 +0000 UTC","Gauges":[{"Name":"consul.runtime.alloc_bytes","Value":4704344,"Labels":{}},…]}
//! [2026-11-28 10:00:00 +0000 UTC][G] 'consul.runtime.alloc_bytes': 4704344.000
//! ```

use serde_json::Value;

use super::{
    json,
    moment::moment_in,
    observation::{Observation, Observations},
};
use crate::error::{Error, ErrorKind};

/// Whether some line is a gauge of the runtime.
pub(crate) fn is_log(head: &[u8]) -> bool {
    lines(head).any(|line| gauge(line).is_some())
}

/// Whether JSON is one interval of its gauges.
pub(crate) fn is_answer(head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    has(b"\"Timestamp\"") && has(b"\"Gauges\"") && has(b".runtime.")
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut observations = Observations::default();
    if bytes.trim_ascii_start().starts_with(b"{") {
        let json = json::value(bytes)?;
        let time_ms = json.get("Timestamp").and_then(Value::as_str).and_then(moment_in);
        let gauges = json.get("Gauges").and_then(Value::as_array).into_iter().flatten();
        let known = gauges.filter_map(|gauge| {
            let (name, value) = (known(gauge.get("Name")?.as_str()?)?, gauge.get("Value")?.as_f64()?);
            Some(Observation { time_ms, ..Observation::new(name, value) })
        });
        observations.values.extend(known);
    } else {
        let known =
            lines(bytes).filter_map(gauge).map(|(name, time_ms, value)| Observation::new(name, value).at(time_ms));
        observations.values.extend(known);
    }
    if observations.values.is_empty() {
        let lines = lines(bytes).count() as u64;
        return Err(Error::new(ErrorKind::NothingFound { expected: "gauge of the Go runtime", lines }));
    }
    Ok(observations)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok())
}

/// `[2026-11-28 10:00:00 +0000 UTC][G] 'consul.runtime.alloc_bytes': 4704344.000`.
fn gauge(line: &str) -> Option<(&'static str, i64, f64)> {
    let (before, rest) = line.split_once("][G] '")?;
    let (name, value) = rest.split_once("': ")?;
    Some((known(name)?, moment_in(before)?, value.trim().parse().ok()?))
}

/// The name of a field of `runtime.MemStats`, behind the program's and perhaps its host's.
fn known(name: &str) -> Option<&'static str> {
    let (service, field) = name.split_once(".runtime.").or_else(|| name.split_once("_runtime_"))?;
    let known = KNOWN.iter().find(|(own, _)| *own == field)?.1;
    (!service.is_empty()).then_some(known)
}

/// Its gauges (`emitRuntimeStats` in `metrics.go`), and what they are.
const KNOWN: [(&str, &str); 8] = [
    ("alloc_bytes", "memstats.Alloc"),
    ("sys_bytes", "memstats.Sys"),
    ("malloc_count", "memstats.Mallocs"),
    ("free_count", "memstats.Frees"),
    ("heap_objects", "memstats.HeapObjects"),
    ("num_goroutines", "memstats.NumGoroutine"),
    ("total_gc_runs", "memstats.NumGC"),
    ("total_gc_pause_ns", "memstats.PauseTotalNs"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_860_000_000;

    fn found(text: &str) -> Vec<(String, Option<i64>, f64)> {
        let found = decode(text.as_bytes()).unwrap().values.into_iter();
        found.map(|seen| (seen.metric.to_string(), seen.time_ms, seen.value)).collect()
    }

    #[test]
    fn an_answer_and_a_log() {
        let answer = "{\"Timestamp\":\"2026-11-28 10:00:00 +0000 UTC\",\"Gauges\":[{\"Name\":\"consul.a1.runtime.alloc_bytes\",\"Value\":\
                      4704344,\"Labels\":{}},{\"Name\":\"consul.session_ttl.active\",\"Value\":0}],\"Points\":[],\"Counters\":[]}";
        assert!(is_answer(answer.as_bytes()));
        assert_eq!(found(answer), [("memstats.Alloc".to_owned(), Some(AT), 4_704_344.0)]);
        let log = "[2026-11-28 10:00:00 +0000 UTC][G] 'nomad.runtime.num_goroutines': 73.000\n\
                   [2026-11-28 10:00:00 +0000 UTC][C] 'nomad.rpc': Count: 3\n";
        assert!(is_log(log.as_bytes()));
        assert_eq!(found(log), [("memstats.NumGoroutine".to_owned(), Some(AT), 73.0)]);
    }

    #[test]
    fn gauges_of_something_else_are_none() {
        for text in [
            "",
            "[2026-11-28 10:00:00 +0000 UTC][G] 'consul.session_ttl.active': 0.000\n",
            "[2026-11-28 10:00:00 +0000 UTC][G] '.runtime.alloc_bytes': x\n",
            "[G] 'consul.runtime.alloc_bytes': 3\n",
        ] {
            assert!(!is_log(text.as_bytes()) && decode(text.as_bytes()).is_err(), "{text}");
        }
        assert!(!is_answer(b"{\"Timestamp\":\"x\",\"Gauges\":[]}"));
    }
}
