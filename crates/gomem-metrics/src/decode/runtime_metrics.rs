//! `runtime/metrics` as programs print them: a name, and its value.
//!
//! ```text
//! /gc/heap/live:bytes: 640112344                  2026-11-28T10:00:00Z /memory/classes/total:bytes = 2.7 GiB
//! | `/sched/goroutines:goroutines` | 1411 |       {"/gc/heap/live:bytes": 640112344}
//! ```
//!
//! A line's own time is taken. Of what has no time the last value of each name is, since a later reading stands below.

use std::collections::BTreeMap;

use gomem_table::ByteUnits;

use super::{
    json,
    moment::moment_in,
    observation::{Observation, Observations},
};
use crate::error::{Diagnostic, Error, ErrorKind};

/// Whether enough lines are a name of `runtime/metrics` with its value.
pub(crate) fn is_lines(head: &[u8]) -> bool {
    let lines = head.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let mut names: Vec<&str> = Vec::with_capacity(FEWEST_NAMES);
    for (name, _) in lines.filter_map(parse) {
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() >= FEWEST_NAMES {
            return true;
        }
    }
    false
}

/// The lines, or one object or list of JSON.
pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    if is_lines(bytes) { lines(bytes) } else { json::runtime_metrics(bytes) }
}

fn lines(bytes: &[u8]) -> Result<Observations, Error> {
    let mut observations = Observations::default();
    let mut untimed: BTreeMap<&str, Observation> = BTreeMap::new();
    let mut lines = 0;
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        lines = number;
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let Some((name, value)) = parse(line) else { continue };
        let found = Observation { time_ms: moment_in(line), ..Observation::new(name, value) };
        if found.time_ms.is_some() {
            observations.values.push(found);
        } else if untimed.insert(name, found).is_some() && observations.diagnostics.is_empty() {
            let problem = "a later reading without a time: the last value of each name is taken";
            observations.tell(Diagnostic::remark(number, 0, problem));
        }
    }
    observations.values.extend(untimed.into_values());
    if observations.values.is_empty() {
        return Err(Error::new(ErrorKind::NothingFound { expected: "name of runtime/metrics with its value", lines }));
    }
    Ok(observations)
}

/// The name and the value of one line.
fn parse(line: &str) -> Option<(&str, f64)> {
    let line = line.get(..line.len().min(LONGEST_LINE))?;
    let begin = ROOTS.iter().filter_map(|root| line.find(root)).min()?;
    let is_begin = |before: char| before.is_whitespace() || matches!(before, '"' | '`' | '\'' | '|' | '[' | '(');
    line[..begin].chars().next_back().is_none_or(is_begin).then_some(())?;
    let (path, rest) = line[begin..].split_once(':')?;
    let is_of_path = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '-' | '_');
    path.chars().all(is_of_path).then_some(())?;
    let unit = &rest[..rest.find(|letter: char| !letter.is_ascii_lowercase() && letter != '-').unwrap_or(rest.len())];
    let name = &line[begin..begin + path.len() + 1 + unit.len()];
    let value = line[begin + name.len()..].trim_start_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, ':' | '=' | ',' | '|' | '"' | '`' | '\'' | '>')
    });
    let end = value.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | 'e' | 'E' | '+'));
    let (digits, after) = value.split_at(end.unwrap_or(value.len()));
    let number: f64 = digits.parse().ok()?;
    let word = after.trim_start();
    let word = &word[..word.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(word.len())];
    // Programs divide by 1024, whatever they call it.
    let scale = if unit == "bytes" { ByteUnits::Binary.scale(word) } else { None };
    let is_whole = scale.is_some() || !after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '/');
    (is_whole && !unit.is_empty()).then(|| (name, number * scale.unwrap_or(1.0)))
}

/// What the names of `runtime/metrics` begin with (`metrics.All` in `runtime/metrics/description.go`).
const ROOTS: [&str; 6] = ["/gc/", "/memory/classes/", "/sched/", "/cpu/classes/", "/sync/mutex/", "/cgo/"];
/// One or two are words in a sentence.
const FEWEST_NAMES: usize = 3;
const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, Option<i64>, f64)> {
        assert!(is_lines(text.as_bytes()), "{text}");
        let found = decode(text.as_bytes()).unwrap().values;
        found.into_iter().map(|seen| (seen.metric.to_string(), seen.time_ms, seen.value)).collect()
    }

    #[test]
    fn a_name_and_its_value_a_line() {
        for text in [
            "/gc/heap/live:bytes: 5242880\n/memory/classes/total:bytes: 7340032\n/sched/goroutines:goroutines: 9\n",
            "  /gc/heap/live:bytes 5242880\n  /memory/classes/total:bytes 7340032\n  /sched/goroutines:goroutines 9\n",
            "| `/gc/heap/live:bytes` | 5242880 |\n| `/memory/classes/total:bytes` | 7340032 |\n| `/sched/goroutines:goroutines` | 9 |\n",
            "/gc/heap/live:bytes = 5.0 MiB\n/memory/classes/total:bytes = 7 MiB\n/sched/goroutines:goroutines = 9\n",
            "/gc/heap/live:bytes => 5242880,\n/memory/classes/total:bytes => 7340032,\n/sched/goroutines:goroutines => 9\n",
        ] {
            let found = values(text);
            assert_eq!(found[0], ("/gc/heap/live:bytes".to_owned(), None, 5_242_880.0), "{text}");
            assert_eq!(found[1].2, 7_340_032.0, "{text}");
            assert_eq!(found[2].2, 9.0, "{text}");
        }
    }

    #[test]
    fn a_later_reading_is_another_time_or_the_last_one() {
        let text = "2026-11-28T10:00:00Z /gc/heap/live:bytes 5\n2026-11-28T10:00:00Z /gc/heap/goal:bytes 9\n\
                    2026-11-28T10:00:00Z /gc/gogc:percent 100\n2026-11-28T10:01:00Z /gc/heap/live:bytes 7\n";
        let found = values(text);
        assert_eq!((found[0].1, found[3].1), (Some(1_795_860_000_000), Some(1_795_860_060_000)));
        let text = "/gc/heap/live:bytes 5\n/gc/heap/goal:bytes 9\n/gc/gogc:percent 100\n/gc/heap/live:bytes 7\n";
        assert_eq!(values(text).into_iter().find(|found| found.0 == "/gc/heap/live:bytes").unwrap().2, 7.0);
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "",
            // Words about them, a table of units, source code, paths.
            "/gc/heap/live:bytes\n\tHeap memory occupied by live objects\n/gc/heap/goal:bytes\n/gc/gogc:percent\n",
            "We read /gc/heap/live:bytes 5 times.\n",
            "{Name: \"/gc/heap/live:bytes\"},\n{Name: \"/gc/heap/goal:bytes\"},\n{Name: \"/gc/gogc:percent\"},\n",
            "GET /gc/heap:8080 12\nGET /sched/run:9 4\nGET /cgo/a:7 3\n",
            "/gc/heap/live:bytes/5\n/gc/heap/goal:bytes x9\n/gc/gogc:percent 10th\n",
        ] {
            assert!(!is_lines(text.as_bytes()), "{text}");
        }
    }
}
