//! What VictoriaMetrics' `/api/v1/export` gives: a series a line.
//!
//! ```text
//! {"metric":{"__name__":"up","job":"api"},"values":[1,null],"timestamps":[1700000000000,1700000015000]}
//! ```

use serde_json::Value;

use super::{
    api, json,
    observation::{Observations, ObservedSeries},
};
use crate::error::{Diagnostic, Error, ErrorKind};

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut observations = Observations::default();
    let mut lines = 0;
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        lines = number;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match json::value(line).ok().as_ref().and_then(series) {
            Some(series) => observations.series.push(series),
            None => {
                let problem = "not a series with values and timestamps";
                observations.tell(Diagnostic::skipped(number, 0, problem));
            }
        }
    }
    if observations.count() == 0 {
        return Err(Error::new(ErrorKind::NothingFound { expected: "series of VictoriaMetrics", lines }));
    }
    Ok(observations)
}

fn series(line: &Value) -> Option<ObservedSeries> {
    let series = api::series(line.get("metric")?.as_object()?);
    let (values, times) = (line.get("values")?.as_array()?, line.get("timestamps")?.as_array()?);
    let number = |value: &Value| match value {
        Value::Null => Some(f64::NAN),
        value => json::number(value),
    };
    let point = |(value, time): (&Value, &Value)| Some((time.as_i64()?, number(value)?));
    let points = values.iter().zip(times).filter_map(point).collect();
    Some(ObservedSeries { metric: series.metric, labels: series.labels, points })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_series() {
        let text = br#"{"metric":{"__name__":"up","job":"a"},"values":[1,null,"Inf"],"timestamps":[1000,2000,3000]}
{"metric":{"__name__":"down"},"values":[2],"timestamps":[1000]}
{cut"#;
        let observations = decode(text).unwrap();
        let [up, down] = observations.series.as_slice() else { panic!("{observations:?}") };
        assert_eq!((&*up.metric, up.points[0], down.points.as_slice()), ("up", (1000, 1.0), &[(1000, 2.0)][..]));
        assert!(up.points[1].1.is_nan() && up.points[2].1.is_infinite());
        assert_eq!(observations.diagnostics.len(), 1);
        assert!(decode(b"{}").is_err());
    }
}
