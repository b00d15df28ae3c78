//! What `promtool query range` and `promtool query instant` print.
//!
//! ```text
//! name{label="value"} =>           name{label="value"} => VALUE @[SECONDS]
//! VALUE @[SECONDS]
//! VALUE @[SECONDS]
//! ```

use super::{
    exposition::{Dialect, Exposition},
    observation::{Observation, Observations, milliseconds},
};
use crate::error::Diagnostic;

pub(crate) fn decode(bytes: &[u8]) -> Observations {
    let mut observations = Observations::default();
    let mut series = None;
    for (line_number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        let skip = |problem| Diagnostic::skipped(line_number, 0, problem);
        let Ok(line) = std::str::from_utf8(line) else {
            observations.tell(skip("not UTF-8"));
            continue;
        };
        let mut value = line.trim();
        if let Some((metric, rest)) = value.rsplit_once(" =>") {
            series = metric_of(metric);
            value = rest.trim();
            if series.is_none() {
                observations.tell(skip("expected a metric before =>"));
                continue;
            }
        }
        if value.is_empty() {
            continue;
        }
        match (&series, point(value)) {
            (Some(series), Some((time, value, histogram))) => {
                observations.values.push(Observation { value, histogram, ..series.clone() }.at(time));
            }
            (None, _) => observations.tell(skip("a value before any metric")),
            (_, None) => observations.tell(skip("expected a value and its time as @[seconds]")),
        }
    }
    observations
}

/// A metric without a value is read as one with a value; an expression has no name.
pub(super) fn metric_of(text: &str) -> Option<Observation> {
    let unnamed = text.starts_with('{') && !text.starts_with("{\"") && !text.contains("__name__");
    let line = format!("{}{text} 0", if unnamed { "expression" } else { "" });
    let exposition = Exposition::decode_as(line.as_bytes(), Dialect::Prometheus);
    let sample = exposition.samples().first()?;
    let labels = sample.labels().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
    let metric = if unnamed { String::new() } else { sample.name.clone().into_owned() };
    Some(Observation::new(metric, f64::NAN).with_labels(labels))
}

fn point(text: &str) -> Option<(i64, f64, Option<String>)> {
    let (value, time) = text.rsplit_once("@[")?;
    let time = milliseconds(time.strip_suffix(']')?.parse().ok()?)?;
    let value = value.trim();
    if value.starts_with('{') {
        return Some((time, f64::NAN, Some(value.to_owned())));
    }
    Some((time, value.parse().ok()?, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_instants_and_expressions() {
        let text = "go_goroutines{job=\"a => b\"} =>\n12 @[1700000000]\n13 @[1700000015.5]\n\n{job=\"x\"} => NaN @[1]\n\
                    h => {count:1, sum:2} @[2]\nup =>\nx @[1]\n";
        let observations = decode(text.as_bytes());
        let seen: Vec<_> = observations.values.iter().map(|seen| (&*seen.metric, seen.time_ms)).collect();
        let (first, second) = (Some(1_700_000_000_000), Some(1_700_000_015_500));
        assert_eq!(seen, [("go_goroutines", first), ("go_goroutines", second), ("", Some(1000)), ("h", Some(2000))]);
        assert_eq!(*observations.values[0].labels, [("job".to_owned(), "a => b".to_owned())]);
        assert_eq!(observations.diagnostics[0].line, 8);
        assert_eq!(decode(b"1 @[1]").diagnostics[0].problem, "a value before any metric");
    }
}
