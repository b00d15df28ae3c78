//! The JSON of Prometheus' HTTP API: `/api/v1/query_range` gives a matrix, `/api/v1/query` a vector, a scalar or a string.

use serde_json::{Map, Value};

use super::observation::{Observation, Observations, milliseconds};
use crate::error::{Diagnostic, Error, ErrorKind};

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let json = super::json::parse(bytes)?;
    let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("status") == "error" {
        let kind = ErrorKind::Refused { kind: text("errorType").to_owned(), message: text("error").to_owned() };
        return Err(Error::new(kind));
    }
    let mut observations = Observations::default();
    for key in ["warnings", "infos"] {
        for remark in json.get(key).and_then(Value::as_array).into_iter().flatten() {
            let remark = format!("the server remarks: {}", remark.as_str().unwrap_or_default());
            observations.diagnostics.push(Diagnostic::remark(1, 0, remark));
        }
    }
    // The whole answer, its data, or the bare list of results, as people save them.
    let data = json.get("data").unwrap_or(&json);
    let result = data.get("result").unwrap_or(data);
    let Some(items) = result.as_array() else {
        let message = "JSON without a list of results: not an answer of /api/v1/query or /api/v1/query_range";
        return Err(Error::new(ErrorKind::Json(message.to_owned())));
    };
    match data.get("resultType").and_then(Value::as_str) {
        Some("scalar") => observations.scalar(items),
        Some("string") => observations.skip("a string: it has no value"),
        _ => items.iter().enumerate().for_each(|(index, item)| observations.item(index, item)),
    }
    Ok(observations)
}

impl Observations {
    fn item(&mut self, index: usize, item: &Value) {
        let Some(labels) = item.get("metric").and_then(Value::as_object) else {
            return self.skip(format!("result {index} has no metric"));
        };
        let series = series(labels);
        let list = |key: &str| item.get(key).and_then(Value::as_array).into_iter().flatten();
        for (place, pair) in list("values").chain(item.get("value")).enumerate() {
            match point(pair) {
                Some((time, value)) => self.values.push(Observation { value, ..series.clone() }.at(time)),
                None => {
                    self.skip(format!("result {index} ({}), value {place}: not a time and a number", series.metric));
                }
            }
        }
        for (place, pair) in list("histograms").chain(item.get("histogram")).enumerate() {
            match (pair.get(0).and_then(Value::as_f64).and_then(milliseconds), pair.get(1)) {
                (Some(time), Some(histogram)) => {
                    let histogram = Some(histogram.to_string());
                    self.values.push(Observation { value: f64::NAN, histogram, ..series.clone() }.at(time));
                }
                _ => self
                    .skip(format!("result {index} ({}), histogram {place}: not a time and a histogram", series.metric)),
            }
        }
    }

    fn scalar(&mut self, pair: &[Value]) {
        match point(&Value::Array(pair.to_vec())) {
            Some((time, value)) => self.values.push(Observation::new("scalar", value).at(time)),
            None => self.skip("a scalar that is not a time and a number"),
        }
    }

    fn skip(&mut self, problem: impl Into<std::borrow::Cow<'static, str>>) {
        self.diagnostics.push(Diagnostic::skipped(1, 0, problem));
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
    let value = pair.get(1)?;
    Some((time, value.as_f64().or_else(|| value.as_str()?.parse().ok())?))
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
        let times: Vec<_> = observations.values.iter().map(|seen| seen.time_ms.unwrap()).collect();
        assert_eq!(times, [1_700_000_000_000, 1_700_000_015_500, 1_700_000_000_000]);
        assert_eq!(*observations.values[0].labels, [("job".to_owned(), "api".to_owned())]);
        assert!(observations.values[2].histogram.as_deref().unwrap().contains("\"count\":\"3\""));
        assert_eq!(observations.diagnostics.iter().map(|found| found.skipped).collect::<Vec<_>>(), [false, true]);
        let vector = br#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}}"#;
        assert_eq!(decode(vector).unwrap().values[0].value, 2.0);
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
