//! What an editor lists of the compiler's decisions: VS Code's "Problems" as they are copied, or a language server's diagnostics.
//!
//! ```text
//! [{"resource":"/src/app/main.go","message":"moved to heap: buf","source":"optimizer details","startLineNumber":48,"startColumn":9,…}]
//! {"uri":"file:///src/app/main.go","diagnostics":[{"range":{"start":{"line":47,"character":8},…},"message":"moved to heap: buf"}]}
//! ```
//!
//! Each becomes the line that `-gcflags=-m` prints.

use serde_json::{Map, Value};

use crate::bundle::signature::looks_like_text;

/// The compiler's log that such a list was made of; `None` for what is none.
pub(crate) fn log_of_problems(bytes: &[u8]) -> Option<Vec<u8>> {
    let begin = bytes.trim_ascii_start();
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    let may_be = (begin.starts_with(b"[") || begin.starts_with(b"{"))
        && has(b"\"message\"")
        && (has(b" escapes to heap") || has(b"moved to heap: "))
        && bytes.len() <= LARGEST_LIST
        && looks_like_text(bytes);
    let json: Value = may_be.then(|| serde_json::from_slice(bytes).ok()).flatten()?;
    let mut log = String::new();
    read(&json, None, &mut log, 0);
    (!log.is_empty() && log.len() <= LARGEST_LOG).then(|| log.into_bytes())
}

fn read(value: &Value, file: Option<&str>, log: &mut String, depth: usize) {
    // One path can stand above very many problems.
    if depth > DEEPEST || log.len() > LARGEST_LOG {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| read(item, file, log, depth + 1)),
        Value::Object(fields) => {
            let own = ["resource", "uri", "file", "filename"].iter().find_map(|key| fields.get(*key)?.as_str());
            let file = own.or(file);
            match file.zip(problem(fields)) {
                Some((file, (line, column, message))) => {
                    let path = file.strip_prefix("file://").unwrap_or(file);
                    *log += &format!("{path}:{line}:{column}: {message}\n");
                }
                None => fields.values().for_each(|value| read(value, file, log, depth + 1)),
            }
        }
        _ => {}
    }
}

/// The line, the column and the words of one.
fn problem(fields: &Map<String, Value>) -> Option<(u64, u64, &str)> {
    let message = fields.get("message")?.as_str().filter(|message| !message.contains('\n'))?;
    let number = |key: &str| fields.get(key)?.as_u64();
    let of_editor = || Some((number("startLineNumber")?, number("startColumn")?));
    let of_server = || {
        let start = fields.get("range")?.get("start")?;
        // Its lines and columns begin at 0.
        Some((start.get("line")?.as_u64()?.checked_add(1)?, start.get("character")?.as_u64()?.checked_add(1)?))
    };
    let (line, column) = of_editor().or_else(of_server)?;
    Some((line, column, message))
}

const LARGEST_LIST: usize = 8 << 20;
const LARGEST_LOG: usize = 4 * LARGEST_LIST;
const DEEPEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> Option<String> {
        log_of_problems(text.as_bytes()).map(|log| String::from_utf8(log).unwrap())
    }

    #[test]
    fn lists_of_editors_and_servers_are_logs() {
        let expected = "/src/app/main.go:48:9: moved to heap: buf\n";
        let editor = r#"[{"resource":"/src/app/main.go","severity":2,"message":"moved to heap: buf","startLineNumber":48,"startColumn":9}]"#;
        assert_eq!(log(editor).as_deref(), Some(expected));
        let server = r#"{"uri":"file:///src/app/main.go","diagnostics":[{"range":{"start":{"line":47,"character":8}},"message":"moved to heap: buf"}]}"#;
        assert_eq!(log(server).as_deref(), Some(expected));
    }

    #[test]
    fn a_long_path_above_many_problems_is_no_list() {
        let problem = r#"{"range":{"start":{"line":4,"character":8}},"message":"x escapes to heap"}"#;
        let text = format!(r#"{{"uri":"{}","diagnostics":[{}]}}"#, "a".repeat(1 << 20), vec![problem; 1000].join(","));
        assert_eq!(log(&text), None);
    }

    #[test]
    fn other_lists_are_none() {
        for text in [
            r#"[{"resource":"/src/app/main.go","message":"unused variable","startLineNumber":48,"startColumn":9}]"#,
            r#"[{"message":"moved to heap: buf","startLineNumber":48,"startColumn":9}]"#,
            r#"[{"resource":"/a.go","message":"x escapes to heap"}]"#,
            r#"[{"resource":"/a.go","message":"x escapes to heap""#,
            "x escapes to heap \"message\"",
        ] {
            assert_eq!(log(text), None, "{text}");
        }
    }
}
