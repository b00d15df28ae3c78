//! JSON that dashboards, APM tools and clouds export: the shape is each tool's own, and what is in it alike.
//!
//! ```text
//! {"timeSeries":[{"beginTimeSeconds":1795860000,"average.go_goroutines":12.0},…]}                          New Relic
//! {"series":[{"metric":"runtime.go.num_goroutine","scope":"host:a","pointlist":[[1795860000000,12.0],…]}]}  Datadog
//! {"@timestamp":"2026-11-28T10:00:00Z","golang":{"heap":{"allocations":{"allocated":4704344}}}}            Elastic
//! {"MetricDataResults":[{"Label":"go_goroutines","Timestamps":["2026-11-28T10:00:00Z",…],"Values":[12,…]}]} CloudWatch
//! {"results":[{"series":[{"name":"runtime","columns":["time","HeapAlloc"],"values":[["2026-11-28T10:00:00Z",1],…]}]}]}
//! ```
//!
//! An object that has a time holds values of it, by their names, or one value of the name beside it or around it. Lists of times
//! and of values, and of pairs of both, are of the name beside them. What is called as nothing of Go's runtime is kept as it is.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::records::{LONGEST_IDENTITY, MOST_IDENTITIES, Records, is_identity, is_metric, is_time, is_value, time_of};
use crate::{
    decode::{
        json,
        observation::{Observations, SharedLabels},
    },
    error::{Error, ErrorKind},
};

/// Whether JSON that begins so may be such an export, of a Go program: a field is called as a time is, and one as Go's memory or
/// goroutines are.
pub(crate) fn may_be(head: &[u8]) -> bool {
    let has = |word: &&str| memchr::memmem::find(head, word.as_bytes()).is_some();
    TIMES.iter().any(has) && OF_GO.iter().any(has) && !has(&"\"memstats\"")
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut export = Export::default();
    let documents = json::documents(bytes)?;
    for document in &documents {
        export.read(document, &Around::default(), 0);
    }
    let observations = Observations { series: export.records.finish(), ..Observations::default() };
    if observations.count() == 0 {
        return Err(Error::new(ErrorKind::NothingFound {
            expected: "value with its time",
            lines: documents.len() as u64,
        }));
    }
    Ok(observations)
}

#[derive(Default)]
struct Export {
    records: Records,
}

/// What the objects around a value say of it.
#[derive(Clone, Default)]
struct Around<'a> {
    metric: Option<&'a str>,
    labels: SharedLabels,
}

impl Export {
    fn read(&mut self, value: &Value, around: &Around<'_>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.read(item, around, depth + 1)),
            Value::Object(fields) => self.object(fields, around, depth),
            _ => {}
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, around: &Around<'_>, depth: usize) {
        let metric = fields.iter().find_map(|(key, value)| is_metric(key).then(|| name_in(value))?).or(around.metric);
        let labels = identities(fields).map_or_else(|| SharedLabels::clone(&around.labels), Arc::new);
        let around = Around { metric, labels };
        if let Some(time) = fields.iter().find_map(|(key, value)| is_time(key).then(|| time_in(value))?) {
            return self.record(fields, &around, time);
        }
        if self.columns(fields, &around) || self.parallel(fields, &around) || self.pairs(fields, &around) {
            return;
        }
        let interval = fields.get("interval").and_then(Value::as_object);
        let time = interval
            .and_then(|interval| interval.iter().find_map(|(key, value)| is_time(key).then(|| time_in(value))?));
        match time {
            // A point of Google's: `{"interval":{"endTime":…},"value":{"doubleValue":…}}`.
            Some(time) => self.record(fields, &around, time),
            None => fields.values().for_each(|value| self.read(value, &around, depth + 1)),
        }
    }

    /// What one object says of one time.
    fn record(&mut self, fields: &Map<String, Value>, around: &Around<'_>, time: i64) {
        let single = fields.iter().find(|(key, _)| is_value(key)).and_then(|(_, value)| number_in(value));
        if let Some((metric, value)) = around.metric.zip(single) {
            return self.records.push(metric, &around.labels, time, value);
        }
        let mut path = String::new();
        self.leaves(fields, &around.labels, time, &mut path);
    }

    /// Numbers, under the names of the objects that they are in.
    fn leaves(&mut self, fields: &Map<String, Value>, labels: &SharedLabels, time: i64, path: &mut String) {
        for (key, value) in fields.iter().filter(|(key, _)| !is_time(key)) {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(key);
            match value {
                Value::Object(inner) if path.len() <= LONGEST_PATH => self.leaves(inner, labels, time, path),
                _ => {
                    if let Some(number) = json::number(value) {
                        self.records.push(own_name(path), labels, time, number);
                    }
                }
            }
            path.truncate(length);
        }
    }

    /// A list of names and rows of values, as InfluxDB answers.
    fn columns(&mut self, fields: &Map<String, Value>, around: &Around<'_>) -> bool {
        let names = fields.get("columns").and_then(Value::as_array);
        let rows = fields.get("values").or(fields.get("rows")).and_then(Value::as_array);
        let Some((names, rows)) = names.zip(rows) else { return false };
        let names: Vec<&str> = names.iter().map(|name| name_in(name).unwrap_or_default()).collect();
        let Some(time_at) = names.iter().position(|name| is_time(name)) else { return false };
        for row in rows.iter().filter_map(Value::as_array) {
            let Some(time) = row.get(time_at).and_then(time_in) else { continue };
            for (name, value) in names.iter().zip(row).filter(|(name, _)| !is_time(name)) {
                if let Some(number) = json::number(value) {
                    let is_only = names.len() == 2 && is_value(name);
                    let metric = if is_only { around.metric.unwrap_or(name) } else { own_name(name) };
                    self.records.push(metric, &around.labels, time, number);
                }
            }
        }
        true
    }

    /// A list of times and one of values beside it.
    fn parallel(&mut self, fields: &Map<String, Value>, around: &Around<'_>) -> bool {
        let times = fields.iter().find_map(|(key, value)| {
            let times = value.as_array().filter(|_| key.strip_suffix(['s', 'S']).is_some_and(is_time))?;
            times.iter().map(time_in).collect::<Option<Vec<i64>>>()
        });
        let values = fields.iter().find(|(key, _)| key.strip_suffix(['s', 'S']).is_some_and(is_value));
        let (Some(times), Some(values), Some(metric)) =
            (times, values.and_then(|(_, value)| value.as_array()), around.metric)
        else {
            return false;
        };
        for (time, value) in times.into_iter().zip(values) {
            if let Some(value) = json::number(value) {
                self.records.push(metric, &around.labels, time, value);
            }
        }
        true
    }

    /// A list of pairs, each a time and a value, or a value and its time.
    fn pairs(&mut self, fields: &Map<String, Value>, around: &Around<'_>) -> bool {
        let Some(metric) = around.metric else { return false };
        let pair = |item: &Value| {
            let [one, other] = item.as_array()?.as_slice() else { return None };
            let time_first = time_in(one).map(|time| (time, json::number(other)));
            time_first.or_else(|| Some((time_in(other)?, json::number(one))))
        };
        let points = fields.values().filter_map(Value::as_array).find_map(|items| {
            let points: Option<Vec<_>> = items.iter().map(pair).collect();
            points.filter(|points| !points.is_empty())
        });
        let Some(points) = points else { return false };
        for (time, value) in points {
            self.records.push(metric, &around.labels, time, value.unwrap_or(f64::NAN));
        }
        true
    }
}

/// A name, or an object that holds one: `"go_goroutines"`, `{"type":"…/go_goroutines/gauge"}`, `{"value":"go_goroutines"}`.
fn name_in(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("type").or(value.get("value")).or(value.get("__name__"))?.as_str())
}

fn time_in(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => time_of(text),
        Value::Number(number) => time_of(&number.to_string()),
        _ => None,
    }
}

/// A number, or an object that holds one: `{"doubleValue":12.0}`.
fn number_in(value: &Value) -> Option<f64> {
    json::number(value).or_else(|| value.as_object().filter(|inner| inner.len() == 1)?.values().find_map(json::number))
}

/// Which program an object is of; `None` where it does not say.
fn identities(fields: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    let own = fields.iter().filter(|(key, _)| is_identity(key));
    let texts =
        own.filter_map(|(key, value)| Some((key, value.as_str().filter(|text| text.len() <= LONGEST_IDENTITY)?)));
    let labels: Vec<_> = texts.take(MOST_IDENTITIES).map(|(key, text)| (key.clone(), text.to_owned())).collect();
    (!labels.is_empty()).then_some(labels)
}

/// A field of `runtime.MemStats` is known by where it stands in it, whatever it is in here.
fn own_name(path: &str) -> &str {
    let field = path.rsplit('.').next().unwrap_or(path);
    if OF_MEM_STATS.contains(&field) { path.rfind("memstats.").map_or(path, |at| &path[at..]) } else { path }
}

const OF_MEM_STATS: [&str; 7] = ["HeapAlloc", "HeapSys", "HeapIdle", "HeapInuse", "HeapReleased", "NumGC", "NextGC"];
const TIMES: [&str; 14] = [
    "\"time\"",
    "\"timestamp\"",
    "\"@timestamp\"",
    "\"timestamps\"",
    "\"Timestamps\"",
    "\"timeStamp\"",
    "\"ts\"",
    "\"beginTimeSeconds\"",
    "\"pointlist\"",
    "\"datapoints\"",
    "\"endTime\"",
    "\"date\"",
    "\"Timestamp\"",
    "\"clock\"",
];
const OF_GO: [&str; 11] = [
    "go_goroutines",
    "go_memstats_",
    "go_gc_",
    "runtime.go.",
    "\"golang",
    "go.memory.",
    "go.goroutine",
    "process_resident_memory_bytes",
    "container/memory/used_bytes",
    "container.memory.",
    "kubernetes.memory.",
];
const DEEPEST: usize = 32;
const LONGEST_PATH: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_860_000_000;

    fn found(text: &str) -> Vec<(String, Vec<(i64, f64)>)> {
        let mut series = decode(text.as_bytes()).map(|found| found.series).unwrap_or_default();
        series.sort_by(|a, b| a.metric.cmp(&b.metric));
        series.into_iter().map(|series| (series.metric.to_string(), series.points)).collect()
    }

    #[test]
    fn each_tool_has_its_own_shape() {
        let goroutines = |name: &str| [(name.to_owned(), vec![(AT, 12.0), (AT + 60_000, 13.0)])];
        for (text, name) in [
            (
                r#"{"metadata":{},"timeSeries":[{"beginTimeSeconds":1795860000,"endTimeSeconds":1795860060,"average.go_goroutines":12.0},
                   {"beginTimeSeconds":1795860060,"endTimeSeconds":1795860120,"average.go_goroutines":13.0}]}"#,
                "go_goroutines",
            ),
            (
                r#"{"status":"ok","series":[{"metric":"runtime.go.num_goroutine","scope":"host:a",
                   "pointlist":[[1795860000000.0,12.0],[1795860060000.0,13.0]]}]}"#,
                "runtime.go.num_goroutine",
            ),
            (
                r#"{"hits":{"hits":[{"_source":{"@timestamp":"2026-11-28T10:00:00.000Z","golang":{"goroutines":12}}},
                   {"_source":{"@timestamp":"2026-11-28T10:01:00.000Z","golang":{"goroutines":13}}}]}}"#,
                "golang.goroutines",
            ),
            (
                "{\"@timestamp\":\"2026-11-28T10:00:00Z\",\"golang\":{\"goroutines\":12}}\n{\"@timestamp\":\"2026-11-28T10:01:00Z\",\"golang\":{\"goroutines\":13}}\n",
                "golang.goroutines",
            ),
            (
                r#"{"MetricDataResults":[{"Id":"m1","Label":"go_goroutines","Timestamps":["2026-11-28T10:01:00+00:00","2026-11-28T10:00:00+00:00"],
                   "Values":[13.0,12.0],"StatusCode":"Complete"}]}"#,
                "go_goroutines",
            ),
            (
                r#"{"timeSeries":[{"metric":{"type":"prometheus.googleapis.com/go_goroutines/gauge"},"points":[
                   {"interval":{"startTime":"2026-11-28T10:01:00Z","endTime":"2026-11-28T10:01:00Z"},"value":{"doubleValue":13.0}},
                   {"interval":{"startTime":"2026-11-28T10:00:00Z","endTime":"2026-11-28T10:00:00Z"},"value":{"doubleValue":12.0}}]}]}"#,
                "go_goroutines",
            ),
            (
                r#"{"value":[{"name":{"value":"go_goroutines"},"timeseries":[{"data":[{"timeStamp":"2026-11-28T10:00:00Z","average":12.0},
                   {"timeStamp":"2026-11-28T10:01:00Z","average":13.0},{"timeStamp":"2026-11-28T10:02:00Z"}]}]}]}"#,
                "go_goroutines",
            ),
            (
                r#"{"result":[{"metricId":"go_goroutines:avg","data":[{"dimensions":[],"timestamps":[1795860000000,1795860060000],"values":[12,13]}]}]}"#,
                "go_goroutines:avg",
            ),
            (
                r#"{"results":[{"series":[{"name":"runtime","columns":["time","go_goroutines"],"values":[["2026-11-28T10:00:00Z",12],
                   ["2026-11-28T10:01:00Z",13]]}]}]}"#,
                "go_goroutines",
            ),
            (r#"[{"target":"go_goroutines","datapoints":[[12,1795860000],[13,1795860060]]}]"#, "go_goroutines"),
            (
                r#"[{"time":"2026-11-28T10:00:00Z","metric":"go_goroutines","value":"12"},{"time":"2026-11-28T10:01:00Z","metric":"go_goroutines","value":"13"}]"#,
                "go_goroutines",
            ),
        ] {
            assert!(may_be(text.as_bytes()), "{text}");
            assert_eq!(found(text), goroutines(name), "{text}");
        }
    }

    #[test]
    fn programs_are_told_apart() {
        let text =
            r#"[{"time":1795860000,"pod":"a","go_goroutines":1},{"time":1795860000,"pod":"b","go_goroutines":2}]"#;
        let series = decode(text.as_bytes()).unwrap().series;
        assert_eq!(series.iter().map(|series| series.labels[0].1.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn memory_of_a_container_has_a_unit() {
        let text = r#"{"timeSeries":[{"metric":{"type":"kubernetes.io/container/memory/used_bytes"},"points":[
            {"interval":{"endTime":"2026-11-28T10:00:00Z"},"value":{"int64Value":"412345678"}}]}]}"#;
        let series = decode(text.as_bytes()).unwrap().series;
        assert_eq!(&*series[0].metric, "kubernetes.io/container/memory/used_bytes");
        assert!(series[0].labels.contains(&("unit".to_owned(), "bytes".to_owned())));
    }

    #[test]
    fn what_has_no_time_or_is_no_program_is_none() {
        for text in [
            "{\"go_goroutines\":12}",
            "[]",
            "{\"time\":\"soon\",\"go_goroutines\":12}",
            "{\"a\":[[1,2],[3,4]],\"metric\":\"x\"}",
        ] {
            assert!(decode(text.as_bytes()).is_err(), "{text}");
        }
        assert!(!may_be(br#"{"time":1795860000,"users":12}"#));
        assert!(!may_be(br#"{"go_goroutines":12}"#));
        assert!(!may_be(br#"{"time":"x","memstats":{"Alloc":1},"go_goroutines":12}"#));
        let deep = "[".repeat(90) + &"]".repeat(90);
        assert!(decode(deep.as_bytes()).is_err());
    }
}
