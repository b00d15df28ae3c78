//! JSON that a shipper put around a line.

use serde_json::{Map, Value};

/// What a program wrote, out of a record.
///
/// ```
/// let line = br#"{"log":"gc 1 @0.1s 2%: \u003e\n","stream":"stderr","time":"2026-01-01T00:00:00Z"}"#;
/// let message = gomem_transport::message(line).expect("a record of Docker's");
/// assert!(message.text.starts_with("gc 1 @0.1s 2%: >"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The text.
    pub text: String,
    /// Who wrote it, as far as the record says: pod, container, host, process.
    pub origin: String,
}

/// The message in a line of JSON; `None` where it is no record of a log.
///
/// ```
/// let message = gomem_transport::message(br#"{"log":"gc 1 @0.1s\n","stream":"stderr"}"#).unwrap();
/// println!("{message:?}");
/// ```
#[must_use]
pub fn message(line: &[u8]) -> Option<Message> {
    let line = line.trim_ascii();
    if !(line.starts_with(b"{") && line.ends_with(b"}")) {
        return None;
    }
    let record: Value = serde_json::from_slice(line).ok()?;
    let text = text_of(record.as_object()?)?;
    let mut names = Vec::new();
    origin_of(&record, &mut names);
    Some(Message { text, origin: names.join(" ") })
}

/// Every message of a whole document of JSON, in its order: lists of records, and Loki's streams.
pub(crate) fn messages(document: &[u8]) -> Option<Vec<Message>> {
    let document: Value = serde_json::from_slice(document).ok()?;
    let mut found = Vec::new();
    walk(&document, "", &mut found);
    (!found.is_empty()).then_some(found)
}

fn walk(value: &Value, origin: &str, found: &mut Vec<Message>) {
    match value {
        Value::Object(fields) => {
            let mut names = Vec::new();
            // Loki names the stream beside its lines.
            match fields.get("stream") {
                Some(stream @ Value::Object(_)) => all_texts(stream, &mut names),
                _ if text_of(fields).is_some() => origin_of(value, &mut names),
                _ => {}
            }
            let own = names.join(" ");
            let origin = if own.is_empty() { origin } else { own.as_str() };
            match text_of(fields) {
                Some(text) => found.push(Message { text, origin: origin.to_owned() }),
                None => fields.values().for_each(|field| walk(field, origin, found)),
            }
        }
        Value::Array(items) => match items.as_slice() {
            [Value::String(time), Value::String(text), ..] if time.bytes().all(|byte| byte.is_ascii_digit()) => {
                found.push(Message { text: text.clone(), origin: origin.to_owned() });
            }
            items => items.iter().for_each(|item| walk(item, origin, found)),
        },
        _ => {}
    }
}

/// The field that holds the message: by the names that shippers and loggers give it.
fn text_of(fields: &Map<String, Value>) -> Option<String> {
    let text = |name: &&str| fields.get(*name).and_then(text);
    FIELDS.iter().find_map(text).or_else(|| {
        let below = |name: &&str| fields.get(*name)?.as_object().and_then(text_of);
        FOLDERS.iter().find_map(below)
    })
}

/// A text; journald writes one with odd bytes in it, such as colours, as a list of their numbers.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if !items.is_empty() => {
            let bytes: Option<Vec<u8>> =
                items.iter().map(|item| item.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect();
            bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => None,
    }
}

fn origin_of(value: &Value, names: &mut Vec<String>) {
    let Value::Object(fields) = value else { return };
    for (name, field) in fields {
        match field {
            Value::Object(_) => origin_of(field, names),
            Value::String(text) if ORIGINS.contains(&name.as_str()) => names.push(text.clone()),
            _ => {}
        }
    }
}

fn all_texts(value: &Value, names: &mut Vec<String>) {
    let Value::Object(fields) = value else { return };
    names.extend(fields.values().filter_map(Value::as_str).map(str::to_owned));
}

/// Docker, journald, Elastic and CloudWatch, zap and logrus and slog, `go test -json`, Google, Bunyan's kin, Datadog, Splunk.
const FIELDS: [&str; 13] = [
    "log",
    "MESSAGE",
    "message",
    "msg",
    "Output",
    "textPayload",
    "@message",
    "event",
    "line",
    "body",
    "text",
    "_raw",
    "content",
];
/// Where it lies deeper.
const FOLDERS: [&str; 8] = ["jsonPayload", "_source", "fields", "result", "attributes", "data", "event", "record"];
/// Fields that tell programs apart, and do not change from line to line.
const ORIGINS: [&str; 16] = [
    "pod",
    "pod_name",
    "podName",
    "container",
    "container_name",
    "container_id",
    "containerId",
    "host",
    "hostname",
    "_HOSTNAME",
    "_PID",
    "SYSLOG_PID",
    "instance",
    "logStream",
    "logStreamName",
    "task",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_every_shipper() {
        for (line, text, origin) in [
            (r#"{"log":"3-\u003e5 MB\n","stream":"stderr","time":"t"}"#, "3->5 MB\n", ""),
            (r#"{"MESSAGE":[103,99,32,27],"_PID":"7","_HOSTNAME":"h"}"#, "gc \u{1b}", "h 7"),
            (r#"{"level":"info","msg":"x","ts":1}"#, "x", ""),
            (r#"{"message":"x","kubernetes":{"pod":{"name":"n"},"pod_name":"a"}}"#, "x", "a"),
            (r#"{"_index":"i","_source":{"message":"x","host":"b"}}"#, "x", "b"),
            (r#"{"jsonPayload":{"message":"x"},"resource":{"labels":{"pod_name":"p"}}}"#, "x", "p"),
        ] {
            let found = message(line.as_bytes()).unwrap();
            assert_eq!((found.text.as_str(), found.origin.as_str()), (text, origin), "{line}");
        }
        for line in ["", "{}", "{\"a\":1}", "{a", "[1]", "{\"msg\":3}"] {
            assert_eq!(message(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn documents_of_records() {
        let loki = br#"{"status":"success","data":{"result":[{"stream":{"pod":"a"},"values":[["1","x"],["2","y"]]}]}}"#;
        let texts: Vec<_> = messages(loki).unwrap().into_iter().map(|found| (found.text, found.origin)).collect();
        assert_eq!(texts, [("x".to_owned(), "a".to_owned()), ("y".to_owned(), "a".to_owned())]);
        let cloudwatch = b"{\n \"events\": [{\"timestamp\": 1, \"message\": \"x\\n\"}]}";
        assert_eq!(messages(cloudwatch).unwrap()[0].text, "x\n");
        assert!(messages(b"[1, 2]").is_none());
    }
}
