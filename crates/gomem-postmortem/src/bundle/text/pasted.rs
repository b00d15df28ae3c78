//! A text that a person wrote, as an issue or a message, with what tools printed between the words.
//!
//! It is taken apart into what each tool printed: the blocks that Markdown or HTML sets apart, and within them, or where nothing is
//! set apart, what begins and ends by its own form (a heap profile as text, `runtime.MemStats`, a table of pprof). The rest stays
//! together: GC traces, logs of the compiler and dumps of goroutines are told among other lines by whoever reads them.

use foldhash::HashSet;
use gomem_pprof::PrintedTable;

use crate::bundle::signature::{Signature, looks_like_text};
use crate::bundle::text::{
    benchmark_rows,
    blocks::{Block, Line, blocks, is_marked_up},
    delve_goroutines,
    machine::cgroup::files_named,
    pprof_session::PprofSession,
    words::stated::deletes_of_map,
};

/// What one tool printed, or what a person wrote around it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its first line in the text, from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
    /// Whether a person wrote it: no tool did, and no mark sets it apart.
    pub(crate) is_prose: bool,
}

impl Part {
    pub(crate) fn deletes_of_map(&self) -> bool {
        deletes_of_map(&self.text)
    }
}

/// The parts of a text that a person wrote; `None` for what is one piece.
pub(crate) fn written_parts(bytes: &[u8]) -> Option<Vec<Part>> {
    if !looks_like_text(bytes) {
        return None;
    }
    let written = gomem_transport::written(bytes);
    if written.len() > LARGEST {
        return None;
    }
    let is_whole = || {
        let signature = Signature::from_bytes(&written);
        signature.metrics || signature.profile.is_some_and(|profile| profile.len() == written.len())
    };
    let is_apart = is_marked_up(&written) || is_of_person(&String::from_utf8_lossy(&written));
    (is_apart || !is_whole()).then(|| parts(&written, is_apart)).flatten()
}

/// The parts of a text; `None` where it is one piece, unless it `is_apart` from what tools print.
fn parts(text: &[u8], is_apart: bool) -> Option<Vec<Part>> {
    let text = String::from_utf8_lossy(text);
    let blocks = blocks(&text);
    let is_set_apart = is_apart || blocks.len() > 1 || blocks.iter().any(|block| block.is_set_apart);
    let mut session = PprofSession::default();
    let parts = blocks.into_iter().flat_map(|block| cut(block, &mut session));
    let mut parts: Vec<Part> = parts.filter(|part| !part.text.trim().is_empty()).collect();
    join_files(&mut parts);
    join_samples(&mut parts);
    join_stacks(&mut parts);
    (is_set_apart || parts.len() > 1).then_some(parts)
}

/// The files of a control group are often shown one by one: they are one, unless one of them is shown twice.
fn join_files(parts: &mut Vec<Part>) {
    let mut seen: HashSet<&str> = HashSet::default();
    let mut first = None;
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_prose) {
        let named: HashSet<&str> = files_named(&part.text).collect();
        if !seen.is_disjoint(&named) {
            return;
        }
        first = first.or((!named.is_empty()).then_some(at));
        seen.extend(named);
    }
    let Some(first) = first else { return };
    let is_of_group = |part: &Part| !part.is_prose && files_named(&part.text).next().is_some();
    let (more, rest): (Vec<Part>, Vec<Part>) = parts.drain(first + 1..).partition(is_of_group);
    parts.extend(rest);
    parts[first].text.extend(more.into_iter().map(|part| part.text));
}

/// Samples in blocks of their own are of the profile before them whose header counts more than it shows.
fn join_samples(parts: &mut Vec<Part>) {
    let header =
        |part: &Part| part.text.lines().next()?.strip_prefix("goroutine profile: total ")?.trim().parse::<u64>().ok();
    let shown = |part: &Part| part.text.lines().filter_map(counted).fold(0_u64, u64::saturating_add);
    let Some(first) = parts.iter().position(|part| header(part).is_some_and(|total| total > shown(part))) else {
        return;
    };
    let mut missing = header(&parts[first]).unwrap_or(0) - shown(&parts[first]);
    let mut at = first + 1;
    while let Some(part) = parts.get(at) {
        let count = shown(part);
        // Whose header was made of its samples counts what it shows.
        if header(part) != Some(count) || count > missing {
            at += 1;
            continue;
        }
        missing -= count;
        let part = parts.remove(at);
        let samples = part.text.split_once('\n').map_or("", |(_, samples)| samples);
        parts[first].text.push('\n');
        parts[first].text.push_str(samples);
    }
}

/// Stacks of goroutines are often shown one by one: they are one dump, unless two of them have the same number.
fn join_stacks(parts: &mut Vec<Part>) {
    let is_dump = |part: &Part| !part.is_prose && part.text.trim_start().lines().next().is_some_and(is_goroutine);
    let mut seen: HashSet<&str> = HashSet::default();
    for part in parts.iter().filter(|part| is_dump(part)) {
        let heads = part.text.lines().filter(|line| is_goroutine(line));
        let numbers: Vec<&str> = heads.filter_map(|head| head.split(' ').nth(1)).collect();
        // A stack whose head was not shown has the number 0, whoever it is of.
        if !numbers.into_iter().all(|number| number == "0" || seen.insert(number)) {
            return;
        }
    }
    let Some(first) = parts.iter().position(is_dump) else { return };
    let (more, rest): (Vec<Part>, Vec<Part>) = parts.drain(first + 1..).partition(is_dump);
    parts.extend(rest);
    for part in more {
        parts[first].text.push('\n');
        parts[first].text.push_str(&part.text);
    }
}

/// `goroutine 361 [IO wait, 106 minutes]:`.
fn is_goroutine(line: &str) -> bool {
    let rest = line.strip_prefix("goroutine ").and_then(|rest| rest.trim_end().strip_suffix(':'));
    rest.and_then(|rest| rest.split_once(" [")).is_some_and(|(number, state)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && state.ends_with(']')
    })
}

/// What begins and ends by its own form, and the rest of the block.
fn cut(Block { lines: block, is_set_apart }: Block<'_>, session: &mut PprofSession) -> Vec<Part> {
    let (mut parts, mut rest) = (Vec::new(), String::new());
    rest += headless_stack(&block).filter(|_| is_set_apart).unwrap_or_default();
    let first = block.first().map_or(1, |(number, _)| *number);
    let mut at = 0;
    // Of objects that nothing closes: each of many would be looked through to its end.
    let mut in_vain = 0;
    while let Some((number, line)) = block.get(at) {
        session.read(*number, line);
        let form = Form::begin(line).filter(|form| !matches!(form, Form::Object) || in_vain <= block.len());
        let Some(form) = form else {
            rest.push_str(line);
            rest.push('\n');
            at += 1;
            continue;
        };
        let lines = &block[at..block.len().min(at + MOST_LINES)];
        let length = form.length(lines).unwrap_or_else(|| {
            in_vain += lines.len();
            1
        });
        let mut text = lines[..length].iter().map(|(_, line)| line.as_ref()).collect::<Vec<_>>().join("\n");
        if matches!(form, Form::Pprof) {
            lines[1..length].iter().for_each(|(number, line)| session.read(*number, line));
            text = session.describe(text);
        }
        match form.text(text) {
            Ok(text) => parts.push(Part { line: *number, text: text + "\n", is_prose: false }),
            Err(text) => {
                rest.push_str(&text);
                rest.push('\n');
            }
        }
        at += length;
    }
    parts.push(Part { line: first, text: rest, is_prose: !is_set_apart });
    parts
}

/// The first line of a goroutine, for a block that begins in the middle of one: its calls are as good without it.
fn headless_stack(block: &[Line<'_>]) -> Option<&'static str> {
    let mut lines = block.iter().map(|(_, line)| line.as_ref()).filter(|line| !line.trim().is_empty());
    let (call, place) = (lines.next()?, lines.next()?);
    let (function, arguments) = call.trim_end().split_once('(')?;
    let is_call = function.contains('.') && !function.contains(' ') && arguments.ends_with(')');
    let is_place = place.contains(".go:") && (place.contains(" +0x") || place.contains(" fp=0x"));
    let waits = function.starts_with("runtime.gopark");
    (is_call && is_place).then_some(if waits { "goroutine 0 [waiting]:\n" } else { "goroutine 0 [running]:\n" })
}

/// What is told by its first line, and ends where a line is of another form.
#[derive(Clone, Copy)]
enum Form {
    /// A profile of `debug=1`.
    Profile,
    /// Samples of such a profile of goroutines, without its first line.
    Samples,
    /// What `debug=1` writes of `runtime.MemStats`.
    Trailer,
    /// An object of JSON, or as JavaScript's console prints one.
    Object,
    /// What `go tool pprof` prints, from its header on.
    Pprof,
    /// What its `-list` prints of a function.
    Listing,
    /// Goroutines as Delve lists them.
    Delve,
    /// A table of benchmarks in Markdown.
    Benchmarks,
}

impl Form {
    fn begin(line: &str) -> Option<Self> {
        let text = line.trim_end();
        if text.starts_with("heap profile: ") || is_count_header(text) {
            return Some(Self::Profile);
        }
        if counted(text).is_some() {
            return Some(Self::Samples);
        }
        if text.starts_with("# runtime.MemStats") {
            return Some(Self::Trailer);
        }
        if text.trim_start().starts_with('{') {
            return Some(Self::Object);
        }
        if text.starts_with("ROUTINE ====") {
            return Some(Self::Listing);
        }
        if delve_goroutines::is_row(text) {
            return Some(Self::Delve);
        }
        if benchmark_rows::is_heading(text) {
            return Some(Self::Benchmarks);
        }
        let is_head = ["File: ", "Type: ", "Showing nodes accounting for "].iter().any(|head| text.starts_with(head));
        let is_old_head = || text.ends_with('%') || text.ends_with("%)");
        // `Total: 82.4 MB`: of a listing the unit stands at the number.
        let is_oldest_head = text.starts_with("Total: ") && text.split(' ').count() == 3;
        let is_part = is_table_head(text) || PrintedTable::is_row(text);
        (is_head || is_oldest_head || text.contains(" total (") && is_old_head() || is_part).then_some(Self::Pprof)
    }

    /// How many of the lines belong to it; `None` where none of them ends it.
    fn length(self, lines: &[Line<'_>]) -> Option<usize> {
        let count = |lines: &[Line<'_>], is_more: &dyn Fn(&str) -> bool| {
            lines.iter().take_while(|(_, line)| is_more(line.trim_end())).count()
        };
        let until = |is_more: &dyn Fn(&str) -> bool| 1 + count(&lines[1..], is_more);
        Some(match self {
            Self::Profile => until(&is_of_profile),
            // Without a frame below it a sample is none: whatever follows is looked at for itself.
            Self::Samples if !lines.get(1).is_some_and(|(_, line)| is_frame(line)) => 1,
            Self::Samples => until(&|line| counted(line).is_some() || is_frame(line) || line.is_empty()),
            Self::Trailer => until(&|line| line.starts_with('#')),
            Self::Listing => {
                until(&|line| LEFT_OUT.contains(&line) || line.starts_with([' ', '.', '\t']) && !line.trim().is_empty())
            }
            Self::Object => object_length(lines)?,
            Self::Delve => delve_goroutines::list_length(lines),
            Self::Benchmarks => until(&benchmark_rows::is_of_table),
            Self::Pprof => {
                // Up to the table the lines are the report's head, and a shell's prompts.
                let is_rows = |(_, line): &Line<'_>| is_table_head(line) || is_rule(line) || PrintedTable::is_row(line);
                let Some(head) = lines.iter().take(LONGEST_HEAD).position(is_rows) else { return Some(1) };
                head + 1 + count(&lines[head + 1..], &is_of_table)
            }
        })
    }

    /// What is read; `Err` where it is none of this form.
    fn text(self, text: String) -> Result<String, String> {
        if matches!(self, Self::Samples) {
            let total = text.lines().filter_map(counted).fold(0_u64, u64::saturating_add);
            let has_frames = text.lines().any(is_frame);
            return if has_frames { Ok(format!("goroutine profile: total {total}\n{text}")) } else { Err(text) };
        }
        if matches!(self, Self::Delve) {
            return Ok(delve_goroutines::as_profile(&text));
        }
        if matches!(self, Self::Benchmarks) {
            return benchmark_rows::as_output(&text).ok_or(text);
        }
        if matches!(self, Self::Pprof) {
            let has_rule = text.lines().any(is_rule);
            return if has_rule || PrintedTable::parse(&text).is_some() { Ok(text) } else { Err(text) };
        }
        if matches!(self, Self::Trailer) && is_of_person(&text) {
            // Without the marks it reads like any other list of amounts.
            return Err(text.lines().map(|line| line.trim_start_matches('#').trim_start().to_owned() + "\n").collect());
        }
        if !matches!(self, Self::Object) {
            return Ok(text);
        }
        let is_stats = ["HeapSys", "HeapAlloc", "HeapInuse"].iter().filter(|name| text.contains(**name)).count() >= 2;
        let is_known =
            text.contains("\"memstats\"") || text.contains("\"flamebearer\"") || text.contains("\"flamegraph\"");
        if !is_stats || is_known {
            return if is_known || text.starts_with("{\"") { Ok(text) } else { Err(text) };
        }
        Ok(format!("{{\"memstats\": {}}}", with_quoted_keys(&text)))
    }
}

/// Whether a person wrote the amounts of `runtime.MemStats` in other units: Go itself prints whole bytes.
fn is_of_person(trailer: &str) -> bool {
    let amount = |line: &str| line.strip_prefix("# HeapAlloc = ").map(|amount| amount.trim().to_owned());
    trailer.lines().find_map(amount).is_some_and(|amount| {
        amount.starts_with(|letter: char| letter.is_ascii_digit()) && amount.parse::<u64>().is_err()
    })
}

fn is_count_header(line: &str) -> bool {
    line.split_once(" profile: total ").is_some_and(|(name, count)| {
        !name.is_empty() && !name.contains(' ') && !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// How many goroutines `426 @ 0x4416ea 0x450c79` counts.
fn counted(line: &str) -> Option<u64> {
    let (count, stack) = line.trim_end().split_once(" @ ")?;
    let is_address = |word: &str| {
        word.strip_prefix("0x")
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let count = Some(count).filter(|count| count.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    stack.split(' ').all(is_address).then_some(count)
}

/// `#\t0x4c72e8\tnet/http.(*persistConn).readLoop+0x9c8\t/go/src/net/http/transport.go:1536`.
fn is_frame(line: &str) -> bool {
    line.trim_start_matches(['#', ' ', '\t']).starts_with("0x") && line.starts_with('#') && line.contains("+0x")
        || is_frame_without_mark(line)
}

/// The same where a page took `#` for a mark of its own: an address, a function with its offset, and a place.
fn is_frame_without_mark(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let [address, function, place] = [words.next(), words.next(), words.next()].map(Option::unwrap_or_default);
    let is_place = || place.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok());
    line.starts_with([' ', '\t'])
        && address.starts_with("0x")
        && function.contains("+0x")
        && is_place()
        && words.next().is_none()
}

fn is_of_profile(line: &str) -> bool {
    let digits = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let is_sample = digits.len() < line.len() && (digits.starts_with(": ") || digits.starts_with(" @"));
    line.is_empty() || line.starts_with('#') || is_sample || is_frame_without_mark(line)
}

fn is_table_head(line: &str) -> bool {
    let begin = line.trim_start();
    begin.starts_with("flat  flat%") || begin.starts_with("Flat\tFlat%")
}

fn is_rule(line: &str) -> bool {
    line.starts_with("-----------+--")
}

/// A row of a table, or a frame of a stack: both are indented, and what is not is a rule.
fn is_of_table(line: &str) -> bool {
    is_rule(line)
        || line.starts_with("-----")
        || is_table_head(line)
        || is_row(line)
        || line.starts_with("             ")
}

/// `40.50MB 50.63% …`, and `40.50MB   main.f` of a stack.
fn is_row(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-')
        && (text.contains('%') || text.split_whitespace().count() == 2 || line.starts_with(' '))
}

/// Up to where all braces are closed.
fn object_length(lines: &[Line<'_>]) -> Option<usize> {
    let (mut depth, mut in_text, mut is_escaped) = (0_i64, false, false);
    for (number, (_, line)) in lines.iter().enumerate() {
        for letter in line.bytes() {
            match letter {
                _ if is_escaped => is_escaped = false,
                b'\\' if in_text => is_escaped = true,
                b'"' => in_text = !in_text,
                b'{' | b'[' if !in_text => depth += 1,
                b'}' | b']' if !in_text => depth -= 1,
                _ => {}
            }
        }
        if depth <= 0 {
            return Some(number + 1);
        }
    }
    None
}

/// `Alloc: 12` is `"Alloc": 12`: JavaScript's console leaves out the marks.
fn with_quoted_keys(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + text.len() / 4);
    let mut rest = text;
    while let Some(begin) = rest.find(|letter: char| letter.is_ascii_alphabetic()) {
        let is_bare = !rest[..begin].ends_with('"');
        let word = rest[begin..].split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
        let after = &rest[begin + word.len()..];
        quoted.push_str(&rest[..begin]);
        if is_bare && after.trim_start().starts_with(':') {
            quoted.push('"');
            quoted.push_str(word);
            quoted.push('"');
        } else {
            quoted.push_str(word);
        }
        rest = after;
    }
    quoted + rest
}

/// How people mark lines that they left out.
const LEFT_OUT: [&str; 5] = ["...", "<...>", "[...]", "(...)", "…"];
/// Nobody pastes more.
const LARGEST: usize = 8 << 20;
/// Of one part.
const MOST_LINES: usize = 100_000;
/// The head of a report of pprof, with what a shell says before.
const LONGEST_HEAD: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(usize, String)> {
        parts(text.as_bytes(), false).unwrap_or_default().into_iter().map(|part| (part.line, part.text)).collect()
    }

    #[test]
    fn fences_set_apart_and_the_words_between_stay() {
        let found = texts("It grows:\n```shell\ngc 1 @0.1s\n```\nand\n~~~\nx\n~~~~\nend\n");
        let expected = [(1, "It grows:\n"), (3, "gc 1 @0.1s\n"), (5, "and\n"), (7, "x\n"), (9, "end\n")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        // As GitHub shows it: code on the line of the mark itself.
        assert_eq!(
            texts("so\n```[1.0] killed it\nsecond```\n").last(),
            Some(&(2, "[1.0] killed it\nsecond\n".to_owned()))
        );
        assert_eq!(texts("<pre>a -&gt; <code>b</code>\n</pre>\nend\n")[0], (1, "a -> b\n".to_owned()));
        assert_eq!(parts(b"one piece\nof text\n", false), None);
        let found = written_parts(b"```\ngoroutine profile: total 9\n```\n").unwrap_or_default();
        assert_eq!((found.len(), found[0].text.as_str()), (1, "goroutine profile: total 9\n"));
    }

    #[test]
    fn samples_in_blocks_of_their_own_are_of_the_profile_before() {
        let block = |count: u64| format!("```\n{count} @ 0x1 0x2\n#\t0x1\tmain.f+0x1\t/src/main.go:3\n```\n");
        let text = |total: u64| {
            format!(
                "```\ngoroutine profile: total {total}\n7 @ 0x1 0x2\n#\t0x1\tmain.g+0x1\t/src/main.go:9\n```\nand\n{}",
                block(5)
            )
        };
        let joined = texts(&text(13));
        assert_eq!(joined.len(), 2, "{joined:?}");
        assert!(joined[0].1.contains("\n5 @ 0x1 0x2\n"), "{joined:?}");
        // More than its header counts is of another one.
        assert_eq!(texts(&text(8)).len(), 3);
        assert_eq!(texts(&text(7)).len(), 3);
    }

    #[test]
    fn stacks_in_blocks_of_their_own_are_one_dump() {
        let block = |number: u64| {
            format!("```\ngoroutine {number} [select, 107 minutes]:\nmain.f()\n\t/src/main.go:3 +0x1\n```\n")
        };
        let joined = texts(&format!("{}and\n{}", block(7), block(9)));
        assert_eq!(joined.len(), 2, "{joined:?}");
        assert!(joined[0].1.contains("goroutine 7 [") && joined[0].1.contains("\n\ngoroutine 9 ["), "{joined:?}");
        // The same goroutine twice is two dumps of one program, or dumps of two.
        assert_eq!(texts(&format!("{}and\n{}", block(7), block(7))).len(), 3);
    }

    #[test]
    fn frames_without_their_mark_are_of_their_sample() {
        let frame = "        0x822124\tnet/http.(*persistConn).writeLoop+0x164\t/go/src/net/http/transport.go:1759";
        let text = format!(
            "It grows:\n\ngoroutine profile: total 12\n7 @ 0x4c974c 0x4d9228\n{frame}\n\n5 @ 0x4c974c 0x1\n {frame}\n\nWhy?\n"
        );
        let found = texts(&text);
        assert!(found[0].0 == 3 && found[0].1.contains("\n5 @ 0x4c974c 0x1\n"), "{found:?}");
        assert_eq!(found[1].1, "It grows:\n\nWhy?\n");
        // An address in a list of another kind is no frame.
        assert!(!is_frame("    0x822124  is where it was") && !is_frame("    0x1 main.f+0x1 /a.go:1 and more"));
    }

    #[test]
    fn amounts_of_a_person_are_no_trailer_of_go() {
        let person = "# runtime.MemStats\n# Sys = 6.25 GB\n# HeapAlloc = 0.46 GB\n# HeapReleased = 4.03 GB\n";
        assert_eq!(
            texts(&format!("see\n{person}and\n```\nx\n```\n"))[0].1,
            "see\nruntime.MemStats\nSys = 6.25 GB\nHeapAlloc = 0.46 GB\nHeapReleased = 4.03 GB\n\nand\n"
        );
        let own = "# runtime.MemStats\n# Sys = 62500000\n# HeapAlloc = 4600000\n";
        assert_eq!(texts(&format!("see\n{own}and\n"))[0], (2, own.to_owned()));
    }

    #[test]
    fn files_of_two_groups_stay_apart() {
        let one = "```\n$ cat memory.current\n9\n```\nand\n```\n$ cat memory.max\n9\n```\n";
        assert_eq!(texts(one)[0], (2, "$ cat memory.current\n9\n$ cat memory.max\n9\n".to_owned()));
        let two = "```\n$ cat memory.current\n9\n```\nand\n```\n$ cat memory.current\n8\n```\n";
        assert_eq!(texts(two).len(), 3);
    }

    #[test]
    fn what_begins_by_its_own_form_is_cut_out() {
        let text = "see\nheap profile: 1: 2 [3: 4] @ heap/1048576\n1: 2 [3: 4] @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:1\n\nand then\n\
                    > stats()\n{\n  HeapAlloc: 5,\n  HeapSys: 9\n}\nbye\n";
        let found = texts(text);
        assert_eq!(
            found[0],
            (
                2,
                "heap profile: 1: 2 [3: 4] @ heap/1048576\n1: 2 [3: 4] @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:1\n\n"
                    .to_owned()
            )
        );
        assert_eq!(found[1], (8, "{\"memstats\": {\n  \"HeapAlloc\": 5,\n  \"HeapSys\": 9\n}}\n".to_owned()));
        assert_eq!(found[2], (1, "see\nand then\n> stats()\nbye\n".to_owned()));
    }

    #[test]
    fn samples_without_their_header_are_counted() {
        let text = "It leaks:\n\n31 @ 0x1 0x2\n#\t0x1\tmain.f+0x1\t/a.go:1\n\n12 @ 0x3\n#\t0x3\tmain.g+0x1\t/a.go:9\n\n// the code\n";
        let found = texts(text);
        assert!(found[0].0 == 3 && found[0].1.starts_with("goroutine profile: total 43\n31 @ 0x1 0x2\n#"), "{found:?}");
        assert_eq!(found[1].1, "It leaks:\n\n// the code\n");
        for other in
            ["3 @ home\nwas 2 @ 0x1 then\n#\t0x1\tf\n", "31 @ 0x1 0x2\nno frames\n", "3 @ 0x1\n# 0x1 is an address\n"]
        {
            assert_eq!(texts(other), [], "{other}");
        }
    }

    #[test]
    fn a_stack_without_its_head_has_one() {
        let stack =
            "runtime.growslice(0x1, {0x2?})\n\t/go/src/runtime/slice.go:290 +0x4ea fp=0x1\nmain.f()\n\t/a.go:3 +0x1\n";
        let found = texts(&format!("it dies:\n```\n{stack}```\n"));
        assert_eq!(found.last(), Some(&(3, format!("goroutine 0 [running]:\n{stack}"))));
        let whole = texts(&format!("it dies:\n```\ngoroutine 7 [select]:\n{stack}```\n"));
        assert_eq!(whole[1].1, format!("goroutine 7 [select]:\n{stack}"));
    }

    #[test]
    fn tables_end_where_words_begin() {
        let text = "$ go tool pprof heap\nFile: api\nType: inuse_space\n(pprof) top\nShowing nodes accounting for 2MB, 50% of 4MB total\n      \
                    flat  flat%   sum%        cum   cum%\n       2MB 50.00% 50.00%        2MB 50.00%  main.f\nWhat is it?\n";
        let found = texts(text);
        assert!(found[0].0 == 2 && found[0].1.ends_with("main.f\n"), "{found:?}");
        assert_eq!(found[1].1, "$ go tool pprof heap\nWhat is it?\n");
    }
}
