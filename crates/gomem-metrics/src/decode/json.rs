//! JSON objects of values: `/debug/vars` of expvar, and `runtime/metrics` as programs write them.

use std::io::BufReader;

use gomem_table::Interruptible;
use serde::Deserialize;
use serde_json::Value;

use super::{
    mem_stats,
    observation::{Observation, Observations, PAST_CYCLES},
};
use crate::error::{Diagnostic, Error, ErrorKind};

/// `/debug/vars`: numbers by name, with `runtime.MemStats` among them. Of several answers one after the other, as a loop of
/// `curl` writes them, each is of the end of the last GC cycle that it remembers, and later than the one before.
pub(crate) fn expvar(bytes: &[u8]) -> Result<Observations, Error> {
    let answers = documents(bytes)?;
    if let [answer] = answers.as_slice() {
        return expvar_answer(answer);
    }
    let mut all = Observations::default();
    let (mut last_ms, mut known_cycles) = (0, 0.0);
    for answer in &answers {
        let mut found = expvar_answer(answer)?;
        let Some(cycle_ms) = found.last_cycle_ms() else { continue };
        last_ms = cycle_ms.max(last_ms + 1);
        let is_known = |seen: &Observation| &*seen.metric == PAST_CYCLES && seen.value <= known_cycles;
        found.values.retain(|seen| !is_known(seen));
        for seen in &mut found.values {
            if &*seen.metric == PAST_CYCLES {
                known_cycles = seen.value.max(known_cycles);
            }
            seen.time_ms.get_or_insert(last_ms);
        }
        all.values.append(&mut found.values);
        if all.diagnostics.is_empty() {
            (all.diagnostics, all.suppressed_diagnostics) = (found.diagnostics, found.suppressed_diagnostics);
        }
    }
    if all.values.is_empty() {
        return Err(Error::new(ErrorKind::Json(
            "answers without a GC cycle: when each was given is not known".to_owned(),
        )));
    }
    Ok(all)
}

fn expvar_answer(json: &Value) -> Result<Observations, Error> {
    let Some(vars) = json.as_object() else {
        return Err(Error::new(ErrorKind::Json("JSON that is not an object: not /debug/vars".to_owned())));
    };
    let mut observations = Observations::default();
    for (name, value) in vars {
        observations.flatten(name, value);
    }
    if let Some(stats) = json.get("memstats") {
        let numbers = |name: &str| {
            let ring = stats.get(name).and_then(Value::as_array)?;
            Some(ring.iter().map(|value| value.as_u64().unwrap_or(0)).collect())
        };
        let number = |name: &str| stats.get(name).and_then(Value::as_u64);
        observations.values.extend(mem_stats::past_cycles(number, numbers));
    }
    Ok(observations)
}

/// `{"/gc/heap/live:bytes": 123, …}`, or a list of `{"name": …, "value": …}`.
pub(crate) fn runtime_metrics(bytes: &[u8]) -> Result<Observations, Error> {
    let json = value(bytes)?;
    let mut observations = Observations::default();
    match metrics_in(&json) {
        Value::Object(metrics) => metrics.iter().for_each(|(name, value)| observations.flatten(name, value)),
        Value::Array(items) => {
            for item in items {
                let field = |lower: &str, upper: &str| item.get(lower).or_else(|| item.get(upper));
                match (field("name", "Name").and_then(Value::as_str), field("value", "Value")) {
                    (Some(name), Some(value)) => observations.flatten(name, value),
                    _ => observations.tell(Diagnostic::skipped(1, 0, "an item without a name and a value")),
                }
            }
        }
        _ => return Err(Error::new(ErrorKind::Json("JSON that is neither an object nor a list".to_owned()))),
    }
    Ok(observations)
}

/// What holds the metrics: the whole, or what a program put beside other things that it says of itself.
fn metrics_in(json: &Value) -> &Value {
    let is_name = |name: &str| name.starts_with('/') && name.contains(':');
    let is_named = |item: &Value| item.get("name").or(item.get("Name")).and_then(Value::as_str).is_some_and(is_name);
    let holds = |value: &Value| match value {
        Value::Object(fields) => fields.keys().any(|key| is_name(key)),
        Value::Array(items) => items.first().is_some_and(is_named),
        _ => false,
    };
    let mut inner = json.as_object().filter(|_| !holds(json)).into_iter().flat_map(|fields| fields.values());
    inner.find(|value| holds(value)).unwrap_or(json)
}

/// A number, or the text of one.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// The values of JSON that stand one after the other, a line each or not.
pub(super) fn documents(bytes: &[u8]) -> Result<Vec<Value>, Error> {
    let reader = BufReader::new(Interruptible(without_mark(bytes)));
    let documents = serde_json::Deserializer::from_reader(reader).into_iter::<Value>();
    documents.collect::<Result<Vec<_>, _>>().map_err(|err| damaged(&err))
}

/// JSON as a value. It is read as a stream, so that Ctrl-C ends it.
pub(super) fn value(bytes: &[u8]) -> Result<Value, Error> {
    let bytes = without_mark(bytes);
    serde_json::from_reader(BufReader::new(Interruptible(bytes))).map_err(|err| damaged(&err))
}

/// JSON, or where it is damaged.
pub(super) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(without_mark(bytes)).map_err(|err| damaged(&err))
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

fn damaged(err: &serde_json::Error) -> Error {
    let text = err.to_string();
    let problem = text.split(" at line").next().unwrap_or(&text).to_owned();
    Error::at(ErrorKind::Json(format!("damaged JSON, column {}: {problem}", err.column())), err.line() as u64)
}

impl Observations {
    /// Numbers, under the names of the objects that they are in.
    fn flatten(&mut self, name: &str, value: &Value) {
        match value {
            Value::Number(number) => {
                self.values.push(Observation::new(name, number.as_f64().unwrap_or(f64::NAN)));
            }
            Value::Bool(flag) => self.values.push(Observation::new(name, f64::from(u8::from(*flag)))),
            Value::Object(fields) if is_histogram(value) => {
                let text = Value::Object(fields.clone()).to_string();
                self.values.push(Observation { histogram: Some(text), ..Observation::new(name, f64::NAN) });
            }
            Value::Object(fields) => {
                fields.iter().for_each(|(key, field)| self.flatten(&format!("{name}.{key}"), field));
            }
            Value::Array(items) if name == "memstats.BySize" => items.iter().for_each(|item| self.size_class(item)),
            // The rings of pauses are read as GC cycles.
            Value::Array(_) if name.starts_with("memstats.Pause") || name == "cmdline" => {}
            Value::Array(_) | Value::String(_) => {
                self.diagnostics.push(Diagnostic::skipped(1, 0, format!("{name}: not a number")));
            }
            Value::Null => {}
        }
    }

    fn size_class(&mut self, item: &Value) {
        let number = |name: &str| item.get(name).and_then(Value::as_f64);
        let Some(size) = number("Size") else { return };
        for name in ["Mallocs", "Frees"] {
            let labels = vec![("size".to_owned(), size.to_string())];
            let metric = format!("memstats.BySize.{name}");
            self.values.extend(number(name).map(|value| Observation::new(metric, value).with_labels(labels)));
        }
    }
}

/// `metrics.Float64Histogram` as JSON.
fn is_histogram(value: &Value) -> bool {
    ["counts", "Counts"].iter().any(|key| value.get(key).is_some_and(Value::is_array))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expvar_is_flattened_and_its_rings_become_cycles() {
        let json = br#"{"cmdline":["x"],"requests":{"api":3},"name":"svc","memstats":{"Alloc":100,"NumGC":2,
            "NextGC":18446744073709551615,"PauseTotalNs":30,"PauseNs":[10,20,0],"PauseEnd":[1000000000,2000000000,0],
            "BySize":[{"Size":16,"Mallocs":5,"Frees":2}]}}"#;
        let observations = expvar(json).unwrap();
        let find = |name: &str| observations.values.iter().filter(|seen| &*seen.metric == name).collect::<Vec<_>>();
        assert_eq!(find("requests.api")[0].value, 3.0);
        assert_eq!(find("memstats.NextGC")[0].value, 18_446_744_073_709_551_615.0);
        assert_eq!(*find("memstats.BySize.Mallocs")[0].labels, [("size".to_owned(), "16".to_owned())]);
        let cycles: Vec<_> = find("memstats.PauseEnd").iter().map(|seen| (seen.time_ms, seen.value)).collect();
        assert_eq!(cycles, [(Some(1000), 1.0), (Some(2000), 2.0)]);
        assert_eq!(find("memstats.NumGC")[0].value, 2.0);
        assert_eq!(observations.diagnostics[0].problem, "name: not a number");
    }

    #[test]
    fn answers_one_after_the_other_are_a_series() {
        let answer = |alloc: u64, cycles: u64| {
            let ends: Vec<u64> =
                (0..4).map(|cycle| if cycle < cycles { (cycle + 1) * 1_000_000_000 } else { 0 }).collect();
            format!(
                "{{\n\"memstats\": {{\"Alloc\":{alloc},\"NumGC\":{cycles},\"PauseNs\":[1,1,1,1],\"PauseEnd\":{ends:?}}}\n}}\n"
            )
        };
        let text = [answer(100, 1), answer(200, 2), answer(300, 2), answer(150, 3)].concat();
        let observations = expvar(text.as_bytes()).unwrap();
        let of = |name: &str| -> Vec<_> {
            let found = observations.values.iter().filter(|seen| &*seen.metric == name);
            found.map(|seen| (seen.time_ms.unwrap(), seen.value)).collect()
        };
        assert_eq!(of("memstats.Alloc"), [(1000, 100.0), (2000, 200.0), (2001, 300.0), (3000, 150.0)]);
        assert_eq!(of(PAST_CYCLES), [(1000, 1.0), (2000, 2.0), (3000, 3.0)]);
        assert!(expvar(b"{\"a\":1}\n{\"a\":2}\n").is_err());
        assert!(expvar(b"{\"a\":1}\n{\"a\":").is_err());
        assert!(expvar(b"").is_err());
    }

    #[test]
    fn runtime_metrics_as_object_and_as_list() {
        for json in [
            &br#"{"/gc/heap/live:bytes": 5, "/h:seconds": {"counts":[1],"buckets":[0,1]}}"#[..],
            br#"[{"name":"/gc/heap/live:bytes","value":5},{"Name":"/h:seconds","Value":{"Counts":[1]}}]"#,
        ] {
            let observations = runtime_metrics(json).unwrap();
            assert_eq!(observations.values[0], Observation::new("/gc/heap/live:bytes", 5.0));
            assert!(observations.values[1].histogram.is_some());
        }
        let within = br#"{"service":"api","at":"noon","metrics":[{"Name":"/gc/heap/live:bytes","Value":5}]}"#;
        assert_eq!(runtime_metrics(within).unwrap().values, [Observation::new("/gc/heap/live:bytes", 5.0)]);
        assert!(runtime_metrics(b"3").is_err());
    }
}
