//! A scrape as protobuf: `application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited`.
//!
//! Native histograms are only exposed so. The messages are those of `io/prometheus/client/metrics.proto`, as far as their
//! fields are read.

use std::sync::Arc;

use prost::Message;

use super::observation::{Observation, Observations};
use crate::error::{Diagnostic, Error, ErrorKind};

/// Whether bytes are such a scrape: the length of a family, and then its name and its text or its type.
pub(crate) fn is_scrape(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let Ok(length) = prost::encoding::decode_varint(&mut rest) else { return false };
    let Some(rest) = rest.strip_prefix(&[NAME_TAG]) else { return false };
    let Some((&name_length, rest)) = rest.split_first() else { return false };
    let Some((name, rest)) = rest.split_at_checked(usize::from(name_length)) else { return false };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_:.".contains(byte);
    name.len() > 1
        && name.iter().all(is_name)
        && length > u64::from(name_length) + 2
        && rest.first().is_some_and(|tag| [HELP_TAG, TYPE_TAG, METRIC_TAG].contains(tag))
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut observations = Observations::default();
    let mut rest = bytes;
    let mut families = 0;
    while !rest.is_empty() {
        match Family::decode_length_delimited(&mut rest) {
            Ok(family) => family.metric.iter().for_each(|metric| observations.metric(&family, metric)),
            Err(problem) => {
                // What follows cannot be found without a length.
                let problem = format!("family {families}: {problem}; the rest is left out");
                observations.tell(Diagnostic::skipped(0, bytes.len() - rest.len(), problem));
                break;
            }
        }
        families += 1;
    }
    if observations.values.is_empty() {
        return Err(Error::new(ErrorKind::NothingFound { expected: "metric in protobuf", lines: families }));
    }
    Ok(observations)
}

impl Observations {
    fn metric(&mut self, family: &Family, metric: &Metric) {
        let labels: Arc<Vec<(String, String)>> =
            Arc::new(metric.label.iter().map(|label| (label.name.clone(), label.value.clone())).collect());
        let time_ms = (metric.timestamp_ms != 0).then_some(metric.timestamp_ms);
        let mut push = |suffix: &str, bound: Option<(&'static str, f64)>, value: f64| {
            let (labels, bound) = (Arc::clone(&labels), bound.map(|(name, value)| (name, value.to_string())));
            let observation = Observation::new(format!("{}{suffix}", family.name), value);
            self.values.push(Observation { labels, bound, time_ms, ..observation });
        };
        for number in [&metric.gauge, &metric.counter, &metric.untyped].into_iter().flatten() {
            push("", None, number.value);
        }
        if let Some(summary) = &metric.summary {
            push("_count", None, summary.sample_count as f64);
            push("_sum", None, summary.sample_sum);
            summary.quantile.iter().for_each(|point| push("", Some(("quantile", point.quantile)), point.value));
        }
        let Some(histogram) = &metric.histogram else { return };
        push("_count", None, (histogram.sample_count as f64).max(histogram.sample_count_float));
        push("_sum", None, histogram.sample_sum);
        for bucket in &histogram.bucket {
            let count = (bucket.cumulative_count as f64).max(bucket.cumulative_count_float);
            push("_bucket", Some(("le", bucket.upper_bound)), count);
        }
        if histogram.is_native() {
            let observation = Observation::new(family.name.as_str(), f64::NAN);
            self.values.push(Observation { labels, time_ms, histogram: Some(histogram.text()), ..observation });
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct Family {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "4")]
    metric: Vec<Metric>,
}

#[derive(Clone, PartialEq, Message)]
struct Metric {
    #[prost(message, repeated, tag = "1")]
    label: Vec<Label>,
    #[prost(message, optional, tag = "2")]
    gauge: Option<Number>,
    #[prost(message, optional, tag = "3")]
    counter: Option<Number>,
    #[prost(message, optional, tag = "4")]
    summary: Option<Summary>,
    #[prost(message, optional, tag = "5")]
    untyped: Option<Number>,
    #[prost(int64, tag = "6")]
    timestamp_ms: i64,
    #[prost(message, optional, tag = "7")]
    histogram: Option<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Number {
    #[prost(double, tag = "1")]
    value: f64,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(uint64, tag = "1")]
    sample_count: u64,
    #[prost(double, tag = "2")]
    sample_sum: f64,
    #[prost(message, repeated, tag = "3")]
    quantile: Vec<Quantile>,
}

#[derive(Clone, PartialEq, Message)]
struct Quantile {
    #[prost(double, tag = "1")]
    quantile: f64,
    #[prost(double, tag = "2")]
    value: f64,
}

#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(uint64, tag = "1")]
    sample_count: u64,
    #[prost(double, tag = "2")]
    sample_sum: f64,
    #[prost(message, repeated, tag = "3")]
    bucket: Vec<Bucket>,
    #[prost(double, tag = "4")]
    sample_count_float: f64,
    #[prost(sint32, tag = "5")]
    schema: i32,
    #[prost(double, tag = "6")]
    zero_threshold: f64,
    #[prost(uint64, tag = "7")]
    zero_count: u64,
    #[prost(message, repeated, tag = "9")]
    negative_span: Vec<Span>,
    #[prost(sint64, repeated, tag = "10")]
    negative_delta: Vec<i64>,
    #[prost(message, repeated, tag = "12")]
    positive_span: Vec<Span>,
    #[prost(sint64, repeated, tag = "13")]
    positive_delta: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
struct Bucket {
    #[prost(uint64, tag = "1")]
    cumulative_count: u64,
    #[prost(double, tag = "2")]
    upper_bound: f64,
    #[prost(double, tag = "4")]
    cumulative_count_float: f64,
}

#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(sint32, tag = "1")]
    offset: i32,
    #[prost(uint32, tag = "2")]
    length: u32,
}

impl Histogram {
    fn is_native(&self) -> bool {
        !self.positive_span.is_empty() || !self.negative_span.is_empty() || self.zero_threshold > 0.0
    }

    /// As JSON: a schema, and spans of buckets whose counts are differences.
    fn text(&self) -> String {
        let spans = |spans: &[Span]| {
            spans.iter().map(|span| vec![i64::from(span.offset), i64::from(span.length)]).collect::<Vec<_>>()
        };
        serde_json::json!({
            "count": self.sample_count,
            "sum": self.sample_sum,
            "schema": self.schema,
            "zero_threshold": self.zero_threshold,
            "zero_count": self.zero_count,
            "positive_spans": spans(&self.positive_span),
            "positive_deltas": self.positive_delta,
            "negative_spans": spans(&self.negative_span),
            "negative_deltas": self.negative_delta,
        })
        .to_string()
    }
}

const NAME_TAG: u8 = 0x0a;
const HELP_TAG: u8 = 0x12;
const TYPE_TAG: u8 = 0x18;
const METRIC_TAG: u8 = 0x22;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_read_and_native_histograms_kept() {
        let label = Label { name: "le".to_owned(), value: "x".to_owned() };
        let gauge = Metric { gauge: Some(Number { value: 3.0 }), label: vec![label], ..Metric::default() };
        let histogram = Histogram {
            sample_count: 2,
            positive_span: vec![Span { offset: -1, length: 2 }],
            positive_delta: vec![1, 0],
            bucket: vec![Bucket { cumulative_count: 2, upper_bound: f64::INFINITY, ..Bucket::default() }],
            ..Histogram::default()
        };
        let native = Metric { histogram: Some(histogram), timestamp_ms: 5, ..Metric::default() };
        let mut bytes =
            Family { name: "go_goroutines".to_owned(), metric: vec![gauge] }.encode_length_delimited_to_vec();
        assert!(is_scrape(&bytes));
        bytes.extend(Family { name: "h".to_owned(), metric: vec![native] }.encode_length_delimited_to_vec());
        let observations = decode(&bytes).unwrap();
        let names: Vec<&str> = observations.values.iter().map(|seen| &*seen.metric).collect();
        assert_eq!(names, ["go_goroutines", "h_count", "h_sum", "h_bucket", "h"]);
        assert_eq!(observations.values[3].sorted_labels(), [("le".to_owned(), "inf".to_owned())]);
        assert!(observations.values[4].histogram.as_deref().unwrap().contains("\"positive_spans\":[[-1,2]]"));
        for end in 0..bytes.len() {
            let _ = (is_scrape(&bytes[..end]), decode(&bytes[..end]));
        }
        assert!(!is_scrape(b"\x0a\x05go_go"));
    }
}
