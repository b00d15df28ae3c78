//! What dashboards and APM tools have of a program at one time: names and numbers, whose, and when.

use std::{collections::BTreeMap, sync::Arc};

use crate::decode::{
    moment::milliseconds_of,
    observation::{ObservedSeries, SharedLabels},
};

/// The values of each metric of each program, in the order in which they came.
#[derive(Default)]
pub(super) struct Records {
    series: BTreeMap<(String, SharedLabels), Vec<(i64, f64)>>,
}

impl Records {
    /// `name` is as the tool has it, `labels` say whose the value is.
    pub(super) fn push(&mut self, name: &str, labels: &SharedLabels, time_ms: i64, value: f64) {
        // One name can stand beside very many values: it is looked at for each.
        if name.len() > LONGEST_TITLE {
            return;
        }
        let name = metric_name(name);
        if is_name(name) && value.is_finite() {
            self.series.entry((name.to_owned(), SharedLabels::clone(labels))).or_default().push((time_ms, value));
        }
    }

    pub(super) fn finish(self) -> Vec<ObservedSeries> {
        let series = self.series.into_iter().map(|((metric, mut labels), mut points)| {
            if is_memory_of_container(&metric) && points.iter().all(|(_, bytes)| is_bytes(*bytes)) {
                Arc::make_mut(&mut labels).push(("unit".to_owned(), "bytes".to_owned()));
            }
            // Newest first is common, and so is a point at the end of one page and the beginning of the next.
            points.sort_by_key(|point| point.0);
            points.dedup_by_key(|point| point.0);
            ObservedSeries { metric: metric.into(), labels, points }
        });
        series.collect()
    }
}

/// Whether a field is called as one that holds a time.
pub(super) fn is_time(key: &str) -> bool {
    is_called(key, &TIMES)
}

/// Whether a field is called as one that holds the name of what is measured.
pub(super) fn is_metric(key: &str) -> bool {
    is_called(key, &METRICS)
}

/// Whether a field is called as one that holds the number.
pub(super) fn is_value(key: &str) -> bool {
    is_called(key, &VALUES)
}

/// Whether a field is called as one that says which program it is of. All values are compared by what it holds.
pub(super) fn is_identity(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    key.len() <= LONGEST_IDENTITY && is_called(last, &IDENTITIES)
}

/// A moment, as a number of seconds, milliseconds, microseconds or nanoseconds, or as a date.
pub(super) fn time_of(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text
        .split('.')
        .next()
        .filter(|whole| whole.len() >= MICROSECONDS && whole.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|whole| whole.parse::<i64>().ok().map(|number| (whole.len(), number))) {
        Some((MICROSECONDS..NANOSECONDS, number)) => Some(number / 1000),
        Some((_, number)) => Some(number / 1_000_000),
        None => milliseconds_of(text).filter(|&moment| moment >= EARLIEST),
    }
}

/// `average.go_goroutines`, `avg(go_goroutines)`, `avg:runtime.go.num_goroutine{service:api}`, `golang.goroutines.avg` and
/// `prometheus.googleapis.com/go_goroutines/gauge` without what is not its name. A sum is of several programs, and stays what it is.
fn metric_name(name: &str) -> &str {
    let name = name.trim();
    let name = name.split_once('{').filter(|(_, tags)| tags.ends_with('}')).map_or(name, |(name, _)| name);
    let inner =
        name.strip_suffix(')').and_then(|name| name.split_once('(')).filter(|(kind, _)| AGGREGATES.contains(kind));
    let name = inner.map_or(name, |(_, name)| name.trim_matches(['`', '\'', '"']));
    let before =
        name.split_once(['.', ':']).filter(|(kind, _)| AGGREGATES.contains(kind)).map_or(name, |(_, name)| name);
    let after = before.rsplit_once('.').filter(|(_, kind)| AGGREGATES.contains(kind)).map_or(before, |(name, _)| name);
    let of_google = after.split_once(".googleapis.com/").and_then(|(_, path)| path.split('/').next());
    of_google.unwrap_or(after)
}

/// Whether it is what a cloud or an orchestrator counts of a container's memory, by its name; nothing knows it by that.
fn is_memory_of_container(metric: &str) -> bool {
    let words: Vec<&str> = metric.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let has = |word: &str| words.contains(&word);
    // What cadvisor exports is known by its name.
    !metric.starts_with("container_")
        && has("memory")
        && ["used", "usage", "rss", "bytes"].into_iter().any(has)
        && !words.iter().any(|word| OF_PROGRAMS.contains(word))
}

/// Whole, and a mebibyte or more: what holds memory has as much.
fn is_bytes(value: f64) -> bool {
    value.fract() == 0.0 && value >= 1_048_576.0
}

fn is_name(name: &str) -> bool {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | ':' | '/' | '-');
    !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(is_of_name)
}

/// Whether it is one of these without case and marks: `begin_time_seconds` is `beginTimeSeconds`, and `@timestamp` is `timestamp`.
fn is_called(key: &str, names: &[&str]) -> bool {
    let plain = key.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    names.iter().any(|name| plain.clone().eq(name.bytes()))
}

/// In the order of digits.
const MICROSECONDS: usize = 16;
const NANOSECONDS: usize = 19;
/// The year 2000: smaller numbers are no moments.
const EARLIEST: i64 = 946_684_800_000;
const LONGEST_NAME: usize = 200;
/// What is longer, or more than so many, names no program.
pub(super) const LONGEST_IDENTITY: usize = 512;
pub(super) const MOST_IDENTITIES: usize = 16;
/// With what stands around a name: tags, a function, a path.
const LONGEST_TITLE: usize = 2048;
const AGGREGATES: [&str; 9] = ["average", "avg", "mean", "median", "max", "maximum", "min", "latest", "last"];
const TIMES: [&str; 14] = [
    "time",
    "timestamp",
    "ts",
    "date",
    "datetime",
    "timeunix",
    "begintimeseconds",
    "starttime",
    "endtime",
    "endtimeseconds",
    "timestampms",
    "clock",
    "at",
    "bucket",
];
const METRICS: [&str; 9] =
    ["metric", "metricname", "metricid", "measurement", "name", "target", "displayname", "series", "label"];
const VALUES: [&str; 7] = ["value", "average", "avg", "mean", "lastvalue", "last", "doublevalue"];
/// Programs count so themselves, and their names are known; a limit or a request is no amount in use.
const OF_PROGRAMS: [&str; 8] = ["go", "golang", "process", "memstats", "limit", "limits", "request", "requests"];
const IDENTITIES: [&str; 14] = [
    "pod",
    "podname",
    "instance",
    "host",
    "hostname",
    "container",
    "containername",
    "containerid",
    "scope",
    "service",
    "servicename",
    "facet",
    "job",
    "pid",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_what_was_done_to_their_values() {
        for (name, metric) in [
            ("average.go_goroutines", "go_goroutines"),
            ("avg(go_goroutines)", "go_goroutines"),
            ("max:runtime.go.num_goroutine{service:api}", "runtime.go.num_goroutine"),
            ("golang.heap.allocations.allocated.avg", "golang.heap.allocations.allocated"),
            ("prometheus.googleapis.com/go_goroutines/gauge", "go_goroutines"),
            ("sum(go_goroutines)", "sum(go_goroutines)"),
            ("memory", "memory"),
        ] {
            assert_eq!(metric_name(name), metric);
        }
    }

    #[test]
    fn memory_of_containers_is_in_bytes() {
        assert!(is_memory_of_container("kubernetes.io/container/memory/used_bytes"));
        assert!(is_memory_of_container("kubernetes.memory.rss"));
        for metric in [
            "container_memory_usage_bytes",
            "go_memory_used_bytes",
            "process_resident_memory_bytes",
            "kubernetes.memory.limits",
            "memory_pressure",
            "disk_used_bytes",
        ] {
            assert!(!is_memory_of_container(metric), "{metric}");
        }
    }

    #[test]
    fn moments_of_any_unit() {
        for moment in ["1795860000", "1795860000000", "1795860000000000", "1795860000000000000", "2026-11-28T10:00:00Z"]
        {
            assert_eq!(time_of(moment), Some(1_795_860_000_000), "{moment}");
        }
        assert_eq!(time_of("12"), None);
        assert_eq!(time_of("now"), None);
    }
}
