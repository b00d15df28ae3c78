//! What a file is that holds nothing gomem reads: said by its name, with what a server wrote into it.

use gomem_metrics::Format;
use serde_json::Value;

use crate::bundle::{signature::looks_like_text, text::printed::printed};

/// What `bytes` are, where they are something else than a profile, a log, metrics or a trace.
///
/// ```
/// assert!(gomem_postmortem::stranger(b"<html></html>").is_some_and(|what| what.contains("HTML")));
/// ```
#[must_use]
pub fn stranger(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some("empty".to_owned());
    }
    if let Some((_, name)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some((*name).to_owned());
    }
    if !looks_like_text(bytes) {
        // A person's text may begin with the release too.
        return bytes.starts_with(b"go 1.").then(|| "an execution trace, for `gomem trace`".to_owned());
    }
    let text = bytes.trim_ascii();
    if text.is_empty() {
        return Some("nothing but blanks".to_owned());
    }
    let head = String::from_utf8_lossy(&text[..text.len().min(HEAD)]);
    let lower = head.to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Some(format!("an HTML page: \u{201c}{}\u{201d}", cleaned(&without_tags(&head))));
    }
    if lower.starts_with("<?xml") || lower.starts_with("<error") {
        return Some(format!("XML: \u{201c}{}\u{201d}", cleaned(&without_tags(&head))));
    }
    let is_braced = text.starts_with(b"{") || text.starts_with(b"[");
    if let Some(told) = is_braced.then(|| json(text)).flatten() {
        return Some(told);
    }
    if let Some(told) = printed(text, &head).or_else(|| mem_stats_lines(text)) {
        return Some(told);
    }
    let is_answer = text.len() < LONGEST_ANSWER && head.lines().count() <= 3;
    is_answer.then(|| format!("{QUOTED}\u{201c}{}\u{201d}", cleaned(&head)))
}

/// Whether bytes that cannot be read as metrics announce that they are: any JSON may be taken for them.
pub(crate) fn is_announced(bytes: &[u8]) -> bool {
    let is_any_json = matches!(Format::detect(bytes), Format::Expvar | Format::JsonRecords);
    !is_any_json || memchr::memmem::find(bytes, b"\"memstats\"").is_some()
}

/// What a file is that nothing is made of.
pub(crate) fn other(bytes: &[u8]) -> String {
    match stranger(bytes) {
        Some(_) if is_manifest(bytes) => "what gomem capture took, when, and what failed".to_owned(),
        Some(what) if is_json(bytes) && what.starts_with("JSON with ") => format!("{what}: nothing that gomem reads"),
        Some(what) => format!("not recognised: {what}"),
        None => NOT_RECOGNISED.to_owned(),
    }
}

/// Whether the reason says no more than that.
pub(crate) fn is_unknown(reason: &str) -> bool {
    // The names of metrics stand in texts too.
    reason == NOT_RECOGNISED || reason.contains(QUOTED) || reason.contains(": no sample found in ")
}

pub(crate) fn is_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start(), [b'{' | b'[', ..])
}

/// Whether it is what `gomem capture` says of its bundle.
fn is_manifest(bytes: &[u8]) -> bool {
    let is_ours = |found: Value| found["tool"].as_str().is_some_and(|tool| tool.starts_with("gomem capture"));
    is_json(bytes) && bytes.len() <= LARGEST_MANIFEST && serde_json::from_slice(bytes).is_ok_and(is_ours)
}

/// Lines of `runtime.MemStats` without times, as the `PrintMemUsage` of many tutorials writes them.
fn mem_stats_lines(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let of = |line: &str, name: &str| {
        let (_, value) = line.split_once(name)?;
        let value = value.trim_start().split(['\t', ',', ';']).next()?.trim();
        let words: Vec<&str> = value.split_whitespace().take(2).collect();
        let is_number = words.first()?.starts_with(|letter: char| letter.is_ascii_digit());
        is_number.then(|| words.join(" "))
    };
    let is_told = |line: &&str| line.contains("Alloc = ") && line.contains("NumGC = ");
    let mut lines = text.lines().filter(is_told);
    let first = lines.next()?;
    let (count, last) = lines.fold((1, first), |(count, _), line| (count + 1, line));
    let [begin, end] = [first, last].map(|line| of(line, "Alloc = ").unwrap_or_default());
    let cycles = of(last, "NumGC = ").unwrap_or_default();
    Some(format!(
        "lines of runtime.MemStats, {count} of them (Alloc {} at first, {} at last, NumGC {}): they say neither when nor what a GC \
         leaves alive; scrapes of /metrics or three heap profiles do",
        cleaned(&begin),
        cleaned(&end),
        cleaned(&cycles)
    ))
}

/// JSON: what the server complains of, or the names of its fields.
fn json(text: &[u8]) -> Option<String> {
    if text.len() > LARGEST_JSON {
        return None;
    }
    let value = match serde_json::from_slice::<Value>(text) {
        Ok(value) => value,
        // `[881234.112] api …` and `[INFO] …` are lines of a log.
        Err(error) => {
            let begins = [&b"{\""[..], b"[{", b"[\"", b"[["].iter().any(|start| text.starts_with(start));
            return (begins || error.is_eof()).then(|| "JSON that is damaged or cut short".to_owned());
        }
    };
    let frames = value.pointer("/results").is_some_and(|results| results.to_string().contains("\"frames\""));
    if frames {
        return Some("data frames of Grafana: ask Prometheus itself, by /api/v1/query_range".to_owned());
    }
    let Value::Object(fields) = &value else { return None };
    let is_kind = |kind: &&(&[&str], &str)| kind.0.iter().all(|name| fields.contains_key(*name));
    if let Some((_, what)) = JSON_KINDS.iter().find(is_kind) {
        return Some((*what).to_owned());
    }
    let complaint = COMPLAINTS.iter().find_map(|name| {
        let field = fields.get(*name)?;
        let inner = field.get("message").unwrap_or(field);
        inner.as_str().map(str::to_owned)
    });
    match complaint {
        Some(complaint) => Some(format!("JSON in which a server says \u{201c}{}\u{201d}", cleaned(&complaint))),
        None => {
            let names: Vec<&str> = fields.keys().take(5).map(String::as_str).collect();
            Some(format!("JSON with {}", cleaned(&names.join(", "))))
        }
    }
}

/// The text of a page, its scripts and styles left out.
fn without_tags(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(begin) = rest.find('<') {
        text.push_str(&rest[..begin]);
        text.push(' ');
        rest = &rest[begin..];
        let lower = rest.get(..8).unwrap_or(rest).to_ascii_lowercase();
        let end = ["<script", "<style"].iter().position(|tag| lower.starts_with(tag));
        let end = end.and_then(|tag| rest.find(["</script", "</style"][tag]).map(|at| at + 1)).unwrap_or(0);
        rest = rest[end..].find('>').map_or("", |close| &rest[end + close + 1..]);
    }
    text + rest
}

/// A short text in one line, without what a terminal would obey.
fn cleaned(text: &str) -> String {
    let plain = gomem_transport::without_escapes(text.as_bytes());
    let plain = String::from_utf8_lossy(&plain);
    let words: Vec<String> = plain
        .split_whitespace()
        .map(|word| word.chars().filter(|letter| !letter.is_control()).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

const MAGIC: [(&[u8], &str); 17] = [
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ", "a program of Windows"),
    (b"\xcf\xfa\xed\xfe", "a program of macOS"),
    (b"\xfd7zXZ", "an archive of xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd, and damaged or too large"),
    (b"BZh", "packed by bzip2: unpack it first"),
    (b"7z\xbc\xaf", "an archive of 7-Zip: unpack it first"),
    (b"Rar!", "an archive of RAR: unpack it first"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF"),
    (b"PERFILE2", "a recording of perf, for `perf report`"),
    (b"SQLite format 3", "a database of SQLite"),
    (b"JAVA PROFILE", "a heap dump of Java"),
    (b"go1.7 heap dump", "a heap dump of `debug.WriteHeapDump`"),
    (b"version https://git-lfs", "a pointer of Git LFS: `git lfs pull` fetches the file"),
];
/// Files of other tools, by fields that they have.
const JSON_KINDS: [(&[&str], &str); 5] = [
    (
        &["traceEvents"],
        "a trace of Chrome's form, as `go tool trace` shows one: give the execution trace it was made of",
    ),
    (&["shared", "profiles"], "a profile for Speedscope: give the pprof profile it was made of"),
    (&["stackTable", "frameTable"], "a profile for Firefox: give the pprof profile it was made of"),
    (&["nodes", "timeDeltas"], "a CPU profile of JavaScript"),
    (
        &["panels", "templating"],
        "a dashboard of Grafana: it holds queries and no values; ask Prometheus by /api/v1/query_range",
    ),
];
/// What servers call it.
const COMPLAINTS: [&str; 6] = ["error", "message", "detail", "error_description", "reason", "title"];
pub(crate) const NOT_RECOGNISED: &str = "not recognised";
/// What a text is called that is only quoted.
pub(crate) const QUOTED: &str = "text that says ";
/// A line of it is a file of a bundle.
const LARGEST_MANIFEST: usize = 4 << 20;
const HEAD: usize = 8 << 10;
const LONGEST_ANSWER: usize = 2048;
const LONGEST_QUOTE: usize = 120;
const LARGEST_JSON: usize = 16 << 20;

/// Of why each part of a text is of no use, what says most: what some part is, before the first words of another.
pub(crate) fn most_telling(reasons: &[String]) -> &str {
    let is_told = |reason: &&String| *reason != NOT_RECOGNISED;
    let is_named = |reason: &&String| is_told(reason) && !reason.contains(&*format!(": {QUOTED}"));
    reasons.iter().find(is_named).or_else(|| reasons.iter().find(is_told)).map_or(NOT_RECOGNISED, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_gos_is_called_by_its_name() {
        for (bytes, what) in [
            (&b""[..], "empty"),
            (b"\x7fELF\x02\x01", "a program (ELF)"),
            (b"404 page not found\n", "text that says \u{201c}404 page not found\u{201d}"),
            (
                b"{\"error\":\"unauthorized\",\"code\":401}\n",
                "JSON in which a server says \u{201c}unauthorized\u{201d}",
            ),
            (b"{\"error\":{\"message\":\"no\"}}", "JSON in which a server says \u{201c}no\u{201d}"),
            (b"{\"a\":1}", "JSON with a"),
            (b"{\"a\":1", "JSON that is damaged or cut short"),
            (b"[INFO] started\n", "text that says \u{201c}[INFO] started\u{201d}"),
            (b"BenchmarkDecode-8  402110  2980 ns/op\nPASS\n", "results of `go test -bench`, for `gomem bench`"),
            (b"<!DOCTYPE html><style>b{}</style><h1>Sign \x1b[1min</h1>", "an HTML page: \u{201c}Sign in\u{201d}"),
            (b"<script", "text that says \u{201c}<script\u{201d}"),
            (b"<html><script", "an HTML page: \u{201c}\u{201d}"),
            (
                b"Alloc = 3 MiB\tTotalAlloc = 6 MiB\tSys = 11 MiB\tNumGC = 1\nAlloc = 85 MiB\tTotalAlloc = 375 MiB\tNumGC = 23\n",
                "lines of runtime.MemStats, 2 of them (Alloc 3 MiB at first, 85 MiB at last, NumGC 23): they say neither when nor \
                 what a GC leaves alive; scrapes of /metrics or three heap profiles do",
            ),
            (b"go 1.22 trace\0\0\0", "an execution trace, for `gomem trace`"),
        ] {
            assert_eq!(stranger(bytes).as_deref(), Some(what));
        }
        assert_eq!(other(b"{\"tool\": \"gomem capture 0.1.0\"}"), "what gomem capture took, when, and what failed");
        assert_eq!(stranger(&[8, 1, 0, 0]), None);
        assert_eq!(stranger("a\n".repeat(5000).as_bytes()), None);
    }
}
