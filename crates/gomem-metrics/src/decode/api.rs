//! The JSON of Prometheus' HTTP API: `/api/v1/query_range` gives a matrix, `/api/v1/query` a vector, a scalar or a string.

use gomem_table::checkpoint;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{
    json,
    observation::{Observation, Observations, ObservedSeries, milliseconds},
};
use crate::error::{Diagnostic, Error, ErrorKind};

/// An answer, or its data, as people save them. What may be large stays text until it is looked at, one value at a time: an
/// answer of a hundred megabytes would take a gigabyte as values.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer<'a> {
    status: Value,
    #[serde(rename = "errorType")]
    error_type: Value,
    error: Value,
    warnings: Value,
    infos: Value,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(rename = "resultType")]
    result_type: Value,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

/// The values of one series.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    metric: Option<Map<String, Value>>,
    #[serde(borrow)]
    values: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    histograms: Option<&'a RawValue>,
    #[serde(borrow)]
    histogram: Option<&'a RawValue>,
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let whole: &RawValue = json::parse(bytes)?;
    let mut observations = Observations::default();
    // The whole answer, its data, or the bare list of results.
    let answer: Answer<'_> = part(whole).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if text(&answer.status) == "error" {
        let kind = ErrorKind::Refused { kind: text(&answer.error_type), message: text(&answer.error) };
        return Err(Error::new(kind));
    }
    for remark in [&answer.warnings, &answer.infos].into_iter().filter_map(Value::as_array).flatten() {
        let remark = format!("the server remarks: {}", text(remark));
        observations.tell(Diagnostic::remark(1, 0, remark));
    }
    let (data, of_data) = match answer.data {
        Some(data) => (data, part(data).unwrap_or_default()),
        None => (whole, answer),
    };
    let Some(items) = list(of_data.result.unwrap_or(data)) else {
        let message = "JSON without a list of results: not an answer of /api/v1/query or /api/v1/query_range";
        return Err(Error::new(ErrorKind::Json(message.to_owned())));
    };
    match of_data.result_type.as_str() {
        Some("scalar") => observations.scalar(&items),
        Some("string") => observations.skip("a string: it has no value"),
        _ => items.into_iter().enumerate().for_each(|(index, item)| observations.item(index, item)),
    }
    Ok(observations)
}

/// An object's fields; `None` where it is no object, or has one of them twice.
fn part<'a, T: Deserialize<'a>>(json: &'a RawValue) -> Option<T> {
    // A list would be taken for the fields in their order.
    serde_json::from_str(json.get()).ok().filter(|_| json.get().starts_with('{'))
}

fn list(json: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json.get()).ok()
}

fn value(json: &RawValue) -> Value {
    checkpoint();
    serde_json::from_str(json.get()).unwrap_or_default()
}

impl Observations {
    fn item(&mut self, index: usize, item: &RawValue) {
        let Some(Item { metric: Some(labels), values, value: single, histograms, histogram }) = part(item) else {
            return self.skip(format!("result {index} has no metric"));
        };
        let series = series(&labels);
        let name = &series.metric;
        let pairs = values.and_then(list).unwrap_or_default();
        let mut points = Vec::with_capacity(pairs.len() + 1);
        for (place, pair) in pairs.into_iter().chain(single).enumerate() {
            match point(&value(pair)) {
                Some(point) => points.push(point),
                None => self.skip(format!("result {index} ({name}), value {place}: not a time and a number")),
            }
        }
        for (place, pair) in histograms.and_then(list).unwrap_or_default().into_iter().chain(histogram).enumerate() {
            let pair = value(pair);
            match (pair.get(0).and_then(Value::as_f64).and_then(milliseconds), pair.get(1)) {
                (Some(time), Some(histogram)) => {
                    let histogram = Some(histogram.to_string());
                    self.values.push(Observation { value: f64::NAN, histogram, ..series.clone() }.at(time));
                }
                _ => self.skip(format!("result {index} ({name}), histogram {place}: not a time and a histogram")),
            }
        }
        if !points.is_empty() {
            self.series.push(ObservedSeries { metric: series.metric, labels: series.labels, points });
        }
    }

    fn scalar(&mut self, pair: &[&RawValue]) {
        match point(&Value::Array(pair.iter().copied().map(value).collect())) {
            Some((time, value)) => self.values.push(Observation::new("scalar", value).at(time)),
            None => self.skip("a scalar that is not a time and a number"),
        }
    }

    fn skip(&mut self, problem: impl Into<std::borrow::Cow<'static, str>>) {
        self.tell(Diagnostic::skipped(1, 0, problem));
    }
}

/// A series without a value yet.
pub(super) fn series(labels: &Map<String, Value>) -> Observation {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let metric = labels.get("__name__").map(text).unwrap_or_default();
    let labels = labels.iter().filter(|(key, _)| *key != "__name__").map(|(key, value)| (key.clone(), text(value)));
    Observation::new(metric, f64::NAN).with_labels(labels.collect())
}

/// `[1435781430.781, "1.5"]`; a number instead of its text is understood too.
fn point(pair: &Value) -> Option<(i64, f64)> {
    let time = milliseconds(pair.get(0)?.as_f64()?)?;
    Some((time, json::number(pair.get(1)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrix_vector_and_scalar() {
        let matrix = br#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"__name__":"up","job":"api"},"values":[[1700000000,"1"],[1700000015.5,"NaN"],[1700000030,"x"]]},
            {"metric":{"__name__":"h"},"histograms":[[1700000000,{"count":"3","sum":"1.5","buckets":[[0,"0","1","3"]]}]]}
        ]},"warnings":["cut"]}"#;
        let observations = decode(matrix).unwrap();
        let times: Vec<_> = observations.series[0].points.iter().map(|point| point.0).collect();
        assert_eq!(times, [1_700_000_000_000, 1_700_000_015_500]);
        assert_eq!(*observations.series[0].labels, [("job".to_owned(), "api".to_owned())]);
        assert_eq!(observations.values[0].time_ms, Some(1_700_000_000_000));
        assert!(observations.values[0].histogram.as_deref().unwrap().contains("\"count\":\"3\""));
        assert_eq!(observations.diagnostics.iter().map(|found| found.skipped).collect::<Vec<_>>(), [false, true]);
        let vector = br#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}}"#;
        assert_eq!(decode(vector).unwrap().series[0].points, [(1000, 2.0)]);
        let scalar = br#"{"status":"success","data":{"resultType":"scalar","result":[1.5,"+Inf"]}}"#;
        assert_eq!(decode(scalar).unwrap().values[0], Observation::new("scalar", f64::INFINITY).at(1500));
    }

    #[test]
    fn refusals_and_other_json_are_errors() {
        let err = decode(br#"{"status":"error","errorType":"bad_data","error":"parse error"}"#).unwrap_err();
        assert_eq!(err.to_string(), "the server answered bad_data: parse error");
        assert!(decode(b"{\"a\":1}").unwrap_err().to_string().starts_with("JSON without a list of results"));
        let err = decode(b"{\"status\":\n\"succ").unwrap_err();
        assert_eq!(err.line(), Some(2));
    }
}
