//! What VictoriaMetrics' `/api/v1/export` gives: a series a line.
//!
//! ```text
//! {"metric":{"__name__":"up","job":"api"},"values":[1,null],"timestamps":[1700000000000,1700000015000]}
//! ```

use serde_json::Value;

use super::{
    api,
    observation::{Observation, Observations},
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
        match serde_json::from_slice::<Value>(line).ok().as_ref().and_then(series) {
            Some(values) => observations.values.extend(values),
            None => {
                let problem = "not a series with values and timestamps";
                observations.diagnostics.push(Diagnostic::skipped(number, 0, problem));
            }
        }
    }
    if observations.values.is_empty() {
        return Err(Error::new(ErrorKind::NothingFound { expected: "series of VictoriaMetrics", lines }));
    }
    Ok(observations)
}

fn series(line: &Value) -> Option<Vec<Observation>> {
    let series = api::series(line.get("metric")?.as_object()?);
    let (values, times) = (line.get("values")?.as_array()?, line.get("timestamps")?.as_array()?);
    let number = |value: &Value| match value {
        Value::Null => Some(f64::NAN),
        value => value.as_f64().or_else(|| value.as_str()?.parse().ok()),
    };
    let point = |(value, time): (&Value, &Value)| {
        Some(Observation { value: number(value)?, ..series.clone() }.at(time.as_i64()?))
    };
    Some(values.iter().zip(times).filter_map(point).collect())
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
        let seen: Vec<_> = observations.values.iter().map(|seen| (&*seen.metric, seen.time_ms, seen.value)).collect();
        assert_eq!(seen[0], ("up", Some(1000), 1.0));
        assert!(seen[1].2.is_nan() && seen[2].2.is_infinite());
        assert_eq!((seen.len(), observations.diagnostics.len()), (4, 1));
        assert!(decode(b"{}").is_err());
    }
}
