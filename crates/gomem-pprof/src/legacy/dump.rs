//! Goroutine dumps: `debug=2`, what a Go program writes when it dies, and what goleak found at the end of a test.

use super::{
    lines::{Line, Lines},
    stack::{Frame, Stack},
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error},
    model::{Profile, goroutine_label as label},
};

/// `goroutine 18 [chan receive, 5 minutes]:`; goleak's is `Goroutine 18 in state chan receive, with main.f on top of the stack:`.
pub(super) struct Header<'a> {
    id: i64,
    state: &'a str,
    minutes: Option<i64>,
    /// The function that goleak names; versions before 1.0 print no stack below.
    top: Option<&'a str>,
    /// Who found that it leaks.
    leaked_by: Option<&'static str>,
    is_locked: bool,
    labels: Vec<(String, String)>,
}

pub(super) fn header(text: &str) -> Option<Header<'_>> {
    runtime_header(text).or_else(|| goleak_header(text))
}

/// `Stack.String` of `go.uber.org/goleak/internal/stack`; the first of a list has its bracket.
fn goleak_header(text: &str) -> Option<Header<'_>> {
    let text = text.trim_start().trim_start_matches('[').strip_prefix("Goroutine ")?;
    let (id, rest) = text.strip_suffix(" on top of the stack:")?.split_once(" in state ")?;
    let (state, top) = rest.rsplit_once(", with ")?;
    let (state, rest) = state.split_once(", ").unwrap_or((state, ""));
    let minutes = rest.strip_suffix(" minutes").and_then(|minutes| minutes.parse().ok());
    Some(Header {
        id: id.parse().ok()?,
        state,
        minutes,
        top: Some(top),
        leaked_by: Some("goleak"),
        is_locked: false,
        labels: Vec::new(),
    })
}

fn runtime_header(text: &str) -> Option<Header<'_>> {
    let (id, rest) = text.strip_prefix("goroutine ")?.split_once(' ')?;
    let id = id.parse().ok()?;
    // `gp=0xc000002380 m=0 mp=0x5671e0 [running]:` where the traceback tells all.
    let (_, rest) = rest.split_once('[')?;
    let (inside, rest) = rest.rsplit_once(']')?;
    let labels = rest.trim().strip_suffix(':').map(str::trim).unwrap_or_default();
    let mut parts = inside.split(", ");
    let mut state = parts.next()?;
    let mut header =
        Header { id, state, minutes: None, top: None, leaked_by: None, is_locked: false, labels: labels_of(labels) };
    let mut is_leaked = false;
    for mark in [" (scan)", " (leaked)"] {
        if let Some(plain) = state.strip_suffix(mark) {
            is_leaked |= mark == " (leaked)";
            state = plain;
        }
    }
    header.state = state.strip_suffix(" (leaked)").unwrap_or(state);
    is_leaked |= header.state != state;
    header.leaked_by = is_leaked.then_some("true");
    for part in parts {
        if let Some(minutes) = part.strip_suffix(" minutes") {
            header.minutes = minutes.parse().ok();
        }
        header.is_locked |= part == "locked to thread";
    }
    Some(header)
}

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    let mut lines = Lines::new(bytes);
    let mut text = TextProfile::new(options, &[("goroutine", "count")]);
    text.set_period("goroutine", "count", 1);
    while let Some(line) = lines.next() {
        let Some(header) = header(line.text.trim_end()) else { continue };
        let (mut stack, mut creator) = (Stack::default(), None);
        let mut is_elided = false;
        while let Some(line) = lines.peek().filter(|line| !line.text.trim().is_empty()) {
            if self::header(line.text.trim_end()).is_some() {
                break;
            }
            lines.next();
            is_elided |= line.text.starts_with("...") && line.text.contains("frames elided");
            let Some(call) = Call::decode(&line) else { continue };
            let place = lines.peek().and_then(|place| place_below(&line.text, &place.text));
            let Some((file, number, address)) = place else {
                text.flaw(&line, "a call without its place")?;
                continue;
            };
            lines.next();
            match call {
                Call::Made { function, inlined } => {
                    stack.frames.push(Frame { address, entry: None, function, file, line: number, inlined });
                }
                Call::CreatedBy { function, goroutine } => creator = Some((function, goroutine, file, number)),
            }
        }
        if let Some(function) = header.top.filter(|_| stack.frames.is_empty()) {
            let function = function.to_owned();
            stack.frames.push(Frame {
                address: 0,
                entry: None,
                function,
                file: String::new(),
                line: 0,
                inlined: false,
            });
        }
        let mut labels =
            vec![text.number_label(label::GOROUTINE, header.id, ""), text.text_label(label::STATE, header.state)];
        if let Some(minutes) = header.minutes {
            labels.push(text.number_label(label::WAIT, minutes, "minutes"));
        }
        if let Some(finder) = header.leaked_by {
            labels.push(text.text_label(label::LEAKED, finder));
        }
        for (is_so, key) in [(header.is_locked, label::LOCKED), (is_elided, label::ELIDED)] {
            if is_so {
                labels.push(text.text_label(key, "true"));
            }
        }
        if let Some((function, goroutine, file, number)) = creator {
            labels.push(text.text_label(label::CREATED_BY, &function));
            labels.push(text.text_label(label::CREATED_AT, &format!("{file}:{number}")));
            if let Some(goroutine) = goroutine {
                labels.push(text.number_label(label::CREATED_BY_GOROUTINE, goroutine, ""));
            }
        }
        for (key, value) in &header.labels {
            labels.push(text.text_label(key, value));
        }
        text.sample(&stack, &[1], &labels)?;
    }
    Ok(text.builder.finish())
}

/// The line above a place.
enum Call {
    Made { function: String, inlined: bool },
    CreatedBy { function: String, goroutine: Option<i64> },
}

impl Call {
    fn decode(line: &Line<'_>) -> Option<Self> {
        // A test's output is indented.
        let text = line.text.trim();
        if let Some(created) = text.strip_prefix("created by ") {
            let (function, goroutine) = match created.rsplit_once(" in goroutine ") {
                Some((function, goroutine)) => (function, goroutine.parse().ok()),
                None => (created, None),
            };
            return Some(Self::CreatedBy { function: function.to_owned(), goroutine });
        }
        // `main.(*T).work(0xc000010000, {0x1, 0x2})`; of what was inlined, the arguments are not known: `main.f(...)`.
        let open = matching_parenthesis(text)?;
        Some(Self::Made { function: text[..open].to_owned(), inlined: text.ends_with("(...)") })
    }
}

/// Where the parenthesis begins that the text ends with.
fn matching_parenthesis(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (byte == b'(' && at > 0).then_some(at);
        }
    }
    None
}

/// The place of a call, in the line below it: behind a tab, which what people paste through makes blanks, or takes away.
fn place_below(call: &str, line: &str) -> Option<(String, i64, u64)> {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let is_deeper = line.trim_start_matches(' ').starts_with('\t') || indent(line) > indent(call);
    place_of(line).filter(|(file, ..)| is_deeper || SOURCES.iter().any(|ending| file.ends_with(ending)))
}

/// `/src/main.go:12 +0x1d` and, where the traceback tells all, `fp=0x… sp=0x… pc=0x…` behind it.
fn place_of(text: &str) -> Option<(String, i64, u64)> {
    let text = text.trim();
    let address = text.rsplit_once(" pc=0x").and_then(|(_, digits)| u64::from_str_radix(digits, 16).ok());
    let place = text.split_once(" +0x").or_else(|| text.split_once(" fp=0x")).map_or(text, |(place, _)| place);
    let (file, line) = place.rsplit_once(':')?;
    Some((file.to_owned(), line.parse().ok()?, address.unwrap_or(0)))
}

const SOURCES: [&str; 3] = [".go", ".s", ".c"];

/// `{key: value, "another key": "another value"}`
fn labels_of(text: &str) -> Vec<(String, String)> {
    let Some(mut rest) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else { return Vec::new() };
    let mut labels = Vec::new();
    while let Some((key, after)) = token(rest, ": ") {
        let (value, after) = token(after, ", ").unwrap_or_else(|| (after.to_owned(), ""));
        labels.push((key, value));
        rest = after;
    }
    labels
}

/// A word, quoted or not, up to the separator or the end.
fn token<'a>(text: &'a str, separator: &str) -> Option<(String, &'a str)> {
    if text.is_empty() {
        return None;
    }
    if text.starts_with('"') {
        let mut is_escaped = false;
        let end = text.char_indices().skip(1).find_map(|(at, c)| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends.then_some(at + 1)
        })?;
        let word = serde_json::from_str(&text[..end]).unwrap_or_else(|_| text[1..end - 1].to_owned());
        return Some((word, text[end..].strip_prefix(separator).unwrap_or("")));
    }
    match text.split_once(separator) {
        Some((word, rest)) => Some((word.to_owned(), rest)),
        None => Some((text.to_owned(), "")),
    }
}
