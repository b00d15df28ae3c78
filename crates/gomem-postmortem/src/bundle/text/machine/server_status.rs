//! What a server answers of its own process: `/varz` of NATS.
//!
//! ```text
//! {"server_id":"NDJW…","server_name":"nats-2","version":"2.11.4","go":"go1.24.4","mem":98041856,"connections":1207,…}
//! ```

use serde_json::Value;

use crate::bundle::text::{
    machine::{machine_bytes::of_machine, process_memory::ProcessMemory},
    printed::printable,
};

/// What is resident by the answers of one server, the last of several one after the other.
pub(crate) fn server_status(text: &str) -> Option<ProcessMemory> {
    let begin = text.trim_start();
    let may_be = begin.starts_with('{') && text.contains("\"server_id\"") && text.contains("\"mem\"");
    let documents = may_be.then(|| serde_json::Deserializer::from_str(text).into_iter::<Value>())?;
    let answers: Vec<Value> = documents.take(MOST_ANSWERS).map_while(Result::ok).collect();
    let server = |answer: &Value| answer.get("server_id").and_then(Value::as_str).map(str::to_owned);
    let known = server(answers.first()?)?;
    let same = answers.iter().filter(|answer| server(answer).as_ref() == Some(&known));
    let bytes: Vec<f64> = same.map(resident).collect::<Option<_>>()?;
    let name = answers.last()?.get("server_name").and_then(Value::as_str).unwrap_or(&known);
    Some(ProcessMemory {
        tool: "NATS' /varz",
        process: printable(name),
        first_bytes: bytes.first().copied().filter(|_| bytes.len() > 1),
        readings: bytes.len(),
        is_rising: bytes.windows(2).all(|pair| pair[0] < pair[1]),
        resident_bytes: *bytes.last()?,
        ..ProcessMemory::default()
    })
}

/// What is resident, of an answer that has what NATS says beside it.
fn resident(answer: &Value) -> Option<f64> {
    ["connections", "in_msgs", "go"].iter().all(|key| answer.get(key).is_some()).then_some(())?;
    of_machine(answer.get("mem")?.as_f64()?)
}

const MOST_ANSWERS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(mem: u64) -> String {
        format!(
            "{{\"server_id\":\"N1\",\"server_name\":\"a\",\"go\":\"go1.24.4\",\"mem\":{mem},\"connections\":3,\"in_msgs\":9}}\n"
        )
    }

    #[test]
    fn answers_of_one_server() {
        let found = server_status(&answer(98_041_856)).unwrap();
        assert_eq!((&*found.process, found.resident_bytes, found.first_bytes), ("a", 98_041_856.0, None));
        let found = server_status(&[answer(8 << 20), answer(9 << 20)].concat()).unwrap();
        assert_eq!((found.first_bytes, found.readings, found.is_rising), (Some(8_388_608.0), 2, true));
    }

    #[test]
    fn other_answers_are_none() {
        for text in [
            "",
            "{\"server_id\":\"N1\",\"mem\":98041856}",
            "{\"mem\":98041856,\"go\":\"x\"}",
            "{\"server_id\":\"N1\",\"mem\":",
        ] {
            assert_eq!(server_status(text), None, "{text}");
        }
    }
}
