//! OpenTelemetry's metrics as JSON (OTLP), as the collector's file exporter and the SDK's exporter to standard output write them:
//! one export a line, or one in all.
//!
//! ```text
//! {"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeMetrics":[
//!   {"metrics":[{"name":"go.goroutine.count","sum":{"dataPoints":[{"timeUnixNano":"1764489600000000000","asInt":"49"}]}}]}]}]}
//! ```
//!
//! The service and its instance are labels, so that programs are told apart. Of a histogram the number of its values and their sum are
//! read. A total since the last export (delta) is added up.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    json,
    observation::{Observation, Observations, SharedLabels},
};
use crate::error::{Diagnostic, Error, ErrorKind};

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut observations = Observations::default();
    let mut totals = Totals::default();
    let mut lines = 0;
    if let Ok(export) = json::value(bytes) {
        take_export(&export, &mut observations, &mut totals);
    } else {
        for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
            lines = number;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match json::value(line) {
                Ok(export) => take_export(&export, &mut observations, &mut totals),
                Err(_) => {
                    observations.tell(Diagnostic::skipped(number, 0, "not an export of OpenTelemetry"));
                }
            }
        }
    }
    if observations.count() == 0 {
        return Err(Error::new(ErrorKind::NothingFound { expected: "data point of OpenTelemetry", lines }));
    }
    observations.leave_out_impossible_times();
    Ok(observations)
}

/// What counters that begin anew with each export have come to.
type Totals = BTreeMap<(String, Vec<(String, String)>), f64>;

fn take_export(export: &Value, into: &mut Observations, totals: &mut Totals) {
    for resource in items(export, "resourceMetrics") {
        let of_resource = labels(resource.get("resource").unwrap_or(&Value::Null), &OF_RESOURCE);
        for metric in items(resource, "scopeMetrics").flat_map(|scope| items(scope, "metrics")) {
            take_metric(metric, &of_resource, into, totals);
        }
    }
}

fn take_metric(metric: &Value, of_resource: &[(String, String)], into: &mut Observations, totals: &mut Totals) {
    let Some(name) = metric.get("name").and_then(Value::as_str) else { return };
    let Some(kind) = KINDS.iter().find_map(|kind| metric.get(*kind)) else { return };
    let is_delta = kind
        .get("aggregationTemporality")
        .is_some_and(|kept| kept.as_i64() == Some(1) || kept.as_str() == Some("AGGREGATION_TEMPORALITY_DELTA"))
        && kind.get("isMonotonic").is_none_or(|monotonic| monotonic.as_bool() == Some(true));
    for point in items(kind, "dataPoints") {
        let Some(time_ms) = point.get("timeUnixNano").and_then(whole).map(|nanos| nanos / 1_000_000) else { continue };
        let mut labels = of_resource.to_vec();
        labels.extend(self::labels(point, &[]));
        labels.sort();
        let shared: SharedLabels = Arc::new(labels.clone());
        let values = [("asInt", ""), ("asDouble", ""), ("count", "_count"), ("sum", "_sum")];
        for (field, suffix) in values {
            let Some(value) = point.get(field).and_then(json::number) else { continue };
            let metric = format!("{name}{suffix}");
            let value = match is_delta {
                true => {
                    let total = totals.entry((metric.clone(), labels.clone())).or_default();
                    *total += value;
                    *total
                }
                false => value,
            };
            let seen = Observation::new(metric, value).at(time_ms);
            into.values.push(Observation { labels: SharedLabels::clone(&shared), ..seen });
        }
    }
}

/// The attributes of `of` as labels: all of them, or those of these names by other ones.
fn labels(of: &Value, named: &[(&str, &str)]) -> Vec<(String, String)> {
    let label = |attribute: &Value| {
        let key = attribute.get("key")?.as_str()?;
        let key = match named.iter().find(|(name, _)| *name == key) {
            Some((_, label)) => (*label).to_owned(),
            None if named.is_empty() => key.replace('.', "_"),
            None => return None,
        };
        let value = attribute.get("value")?.as_object()?.values().next()?;
        Some((key, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    };
    items(of, "attributes").filter_map(label).collect()
}

fn items<'v>(of: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Whole numbers of 64 bits are text in JSON, as protobuf writes them.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

const KINDS: [&str; 3] = ["sum", "gauge", "histogram"];
/// What tells programs apart, by the names that Prometheus has for it.
const OF_RESOURCE: [(&str, &str); 2] = [("service.name", "job"), ("service.instance.id", "instance")];

#[cfg(test)]
mod tests {
    use super::*;

    fn export(name: &str, seconds: u64, point: &str) -> String {
        format!(
            r#"{{"resourceMetrics":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}},{{"key":"host.name","value":{{"stringValue":"a"}}}}]}},"scopeMetrics":[{{"metrics":[{{"name":"{name}","sum":{{"dataPoints":[{{"timeUnixNano":"{seconds}000000000",{point}}}]"#
        )
    }

    #[test]
    fn each_line_is_an_export() {
        let used = r#""asInt":"4096","attributes":[{"key":"go.memory.type","value":{"stringValue":"stack"}}]"#;
        let text = format!(
            "{}}}}}]}}]}}]}}\n{{cut\n{}}}}}]}}]}}]}}\n",
            export("go.memory.used", 1_764_489_600, used),
            export("go.goroutine.count", 1_764_489_660, "\"asDouble\":49.0")
        );
        let observations = decode(text.as_bytes()).unwrap();
        let [used, count] = observations.values.as_slice() else { panic!("{observations:?}") };
        assert_eq!((&*used.metric, used.value, used.time_ms), ("go.memory.used", 4096.0, Some(1_764_489_600_000)));
        let labels =
            [("go_memory_type", "stack"), ("job", "shop")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(**used.labels, labels);
        assert_eq!((&*count.metric, count.value), ("go.goroutine.count", 49.0));
        assert_eq!(observations.diagnostics.len(), 1);
    }

    #[test]
    fn totals_since_the_last_export_are_added_up() {
        let line = |seconds| {
            let begun = export("go.memory.allocated", seconds, "\"asInt\":\"100\"");
            format!("{begun},\"aggregationTemporality\":1,\"isMonotonic\":true}}}}]}}]}}]}}\n")
        };
        let observations = decode((line(1_764_489_600) + &line(1_764_489_660)).as_bytes()).unwrap();
        let values: Vec<f64> = observations.values.iter().map(|seen| seen.value).collect();
        assert_eq!(values, [100.0, 200.0]);
    }

    #[test]
    fn other_json_is_none() {
        assert!(decode(b"{\"resourceSpans\":[]}").is_err());
        assert!(decode(b"{\"resourceMetrics\":[{\"scopeMetrics\":7}]}").is_err());
    }
}
