//! What a file is by its bytes, before any of it is decoded.

use gomem_metrics::Format;
use gomem_pprof::PrintedTable;
use gomem_transport::Compression;
use memchr::memmem;

/// What a file is by its bytes. It may be several things: a service's log holds GC traces, and goroutines when it
/// crashed.
///
/// ```
/// use gomem_postmortem::Signature;
///
/// assert!(Signature::from_bytes(b"# p\n./a.go:1:2: moved to heap: x\n").escape_log);
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Signature<'a> {
    /// A profile: the whole file, or the goroutines within a log.
    pub profile: Option<&'a [u8]>,
    /// `GODEBUG=gctrace=1` lines.
    pub gc_trace: bool,
    /// What the compiler says of escapes and inlining.
    pub escape_log: bool,
    /// Metrics of the Go runtime.
    pub metrics: bool,
    /// What `go test -bench` printed.
    pub benchmarks: bool,
}

impl<'a> Signature<'a> {
    /// What `bytes` are. The beginning of a file will do for most.
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        if Format::detect(bytes) == Format::Protobuf {
            return Self { metrics: true, ..Self::default() };
        }
        if Compression::from_head(bytes).is_some() || !looks_like_text(bytes) || is_text_profile(bytes) {
            let metrics = looks_like_text(bytes) && contains(bytes, MEM_STATS);
            return Self { profile: Some(bytes), metrics, ..Self::default() };
        }
        let found = Self {
            profile: dump_within(bytes),
            // What `GODEBUG=inittrace=1` writes has a clock too.
            gc_trace: contains(bytes, GC_TRACE) && contains(bytes, GC_TRACE_CPU),
            escape_log: is_compiler(bytes),
            benchmarks: has_benchmarks(bytes),
            metrics: false,
        };
        let is_known = found.profile.is_some() || found.gc_trace || found.escape_log || found.benchmarks;
        let has_metrics = || {
            METRIC_WORDS.iter().any(|word| contains(bytes, word))
                || CONTAINER_SAMPLES.iter().any(|sample| begins_line(bytes, sample))
                || OF_LINES.contains(&Format::detect(bytes))
        };
        Self { metrics: !is_known && has_metrics(), ..found }
    }
}

/// Whether a file that begins so is a profile as text, compressed or not.
pub(crate) fn begins_text_profile(head: &[u8]) -> bool {
    is_text_profile(&Compression::head_within(head, FIRST_LINE))
}

/// Whether a file that begins so is a log of the compiler.
pub(crate) fn begins_compiler_log(head: &[u8]) -> bool {
    looks_like_text(head) && !is_text_profile(head) && is_compiler(head)
}

/// Whether a line begins the goroutines of a program that crashed.
pub(crate) fn begins_dump(line: &[u8]) -> bool {
    is_goroutine(line)
}

/// Whether a line is of a GC trace.
pub(crate) fn is_gc_trace(line: &[u8]) -> bool {
    contains(line, GC_TRACE)
}

/// A profile as `debug=1` or `debug=2` gives it.
fn is_text_profile(bytes: &[u8]) -> bool {
    let first = first_line(bytes);
    first.starts_with(b"heap profile:")
        || first.starts_with(b"heap_v2/")
        || contains(first, b" profile: total ")
        || [&b"--- mutex:"[..], b"--- contention:"].contains(&first)
        || is_goroutine(first)
        || is_of_pprof(bytes)
}

/// What tools print or draw of a profile, which is read back.
fn is_of_pprof(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    let is_begin =
        [&b"File: "[..], b"Type: ", b"Build ID: ", b"Main binary filename", b"Showing nodes accounting for "]
            .iter()
            .any(|word| head.starts_with(word));
    let first = first_line(bytes);
    let is_part = || PrintedTable::is_row(&String::from_utf8_lossy(first));
    let has_table = || contains(head, PPROF_TABLE) || PrintedTable::parse(&String::from_utf8_lossy(head)).is_some();
    (is_begin || contains(first, b" total (") || is_table_head(first) || is_part())
        && (contains(head, b"\n-----------+--") || has_table())
        || head.trim_ascii_start().starts_with(b"{")
            && (contains(bytes, b"\"flamebearer\"") || contains(bytes, b"\"flamegraph\""))
        || is_folded(head)
}

fn is_table_head(line: &[u8]) -> bool {
    let begin = line.trim_ascii_start();
    begin.starts_with(PPROF_TABLE) || begin.starts_with(b"Flat\tFlat%")
}

/// `main.main;main.load 12`, in each line that is looked at.
fn is_folded(head: &[u8]) -> bool {
    let whole = head.len() < 4096;
    let mut lines: Vec<&[u8]> = head.split(|&byte| byte == b'\n').collect();
    if !whole {
        lines.pop();
    }
    let is_stack = |line: &&[u8]| {
        let line = line.trim_ascii_end();
        let count = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        count > 0 && line.len() > count + 1 && line[line.len() - count - 1] == b' ' && !line.starts_with(b" ")
    };
    let mut stacks = lines.iter().filter(|line| !line.trim_ascii().is_empty()).take(20);
    let has_frames = lines.iter().take(20).any(|line| line.contains(&b';') && !contains(line, b"; "));
    has_frames && stacks.all(is_stack)
}

pub(crate) fn looks_like_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    // Colours are escapes, and a terminal's log has them anywhere.
    head.iter().all(|&byte| byte >= 0x20 || b"\n\r\t\x1b\x07\x08".contains(&byte))
}

/// `goroutine 7 [chan receive, 3 minutes]:`, and what goleak writes of one.
fn is_goroutine(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.starts_with(b"goroutine ") && line.contains(&b'[') && line.ends_with(b":") || is_of_goleak(line)
}

/// `[Goroutine 7 in state chan receive, with main.f on top of the stack:`
fn is_of_goleak(line: &[u8]) -> bool {
    line.ends_with(GOLEAK) && contains(line, b"Goroutine ") && contains(line, b" in state ")
}

/// The goroutines that a crashing program, or one that got SIGQUIT, writes into its log.
fn dump_within(bytes: &[u8]) -> Option<&[u8]> {
    let of_runtime = memmem::find_iter(bytes, b"\ngoroutine ")
        .map(|at| &bytes[at + 1..])
        .find(|rest| is_goroutine(first_line(rest)));
    of_runtime.or_else(|| {
        let end = memmem::find(bytes, GOLEAK)?;
        let begin = memchr::memrchr(b'\n', &bytes[..end]).map_or(0, |at| at + 1);
        Some(&bytes[begin..]).filter(|rest| is_goroutine(first_line(rest)))
    })
}

/// The first line, as far as it can tell what follows.
fn first_line(bytes: &[u8]) -> &[u8] {
    let head = &bytes[..bytes.len().min(FIRST_LINE)];
    head.split(|&byte| byte == b'\n').next().unwrap_or(head)
}

fn is_compiler(bytes: &[u8]) -> bool {
    let is_explained =
        bytes.starts_with(b"{\"version\":") && contains(&bytes[..bytes.len().min(4096)], b"\"gc_version\"");
    is_explained || COMPILER_WORDS.iter().any(|word| contains(bytes, word))
}

/// `BenchmarkRender-8   402110   2980 ns/op`; in events of `go test -json` the name stands in one, the rest in another.
fn has_benchmarks(bytes: &[u8]) -> bool {
    let begins = |at: usize| at == 0 || matches!(bytes[at - 1], b'\n' | b'"');
    // Tables that compare two outputs have it in their heading.
    let is_measured = |at: usize| at > 0 && bytes[at - 1].is_ascii_digit();
    memmem::find_iter(bytes, PER_OPERATION).any(is_measured) && memmem::find_iter(bytes, BENCHMARK).any(begins)
}

/// Whether a line is of a benchmark's run, or says what the runs that follow are of.
pub(crate) fn is_of_benchmarks(line: &[u8]) -> bool {
    let is_run = line.starts_with(BENCHMARK) && contains(line, PER_OPERATION);
    is_run || [&b"pkg: "[..], b"goos: ", b"goarch: ", b"cpu: "].iter().any(|setting| line.starts_with(setting))
}

fn begins_line(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find_iter(bytes, word).any(|at| at == 0 || bytes[at - 1] == b'\n')
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find(bytes, word).is_some()
}

const PPROF_TABLE: &[u8] = b"flat  flat%";
const GOLEAK: &[u8] = b" on top of the stack:";
const GC_TRACE: &[u8] = b" ms clock, ";
const GC_TRACE_CPU: &[u8] = b" ms cpu, ";
const COMPILER_WORDS: [&[u8]; 4] = [b" escapes to heap", b"moved to heap: ", b": can inline ", b" does not escape"];
const BENCHMARK: &[u8] = b"Benchmark";
/// Each line of a benchmark has it.
const PER_OPERATION: &[u8] = b" ns/op";
const METRIC_WORDS: [&[u8]; 7] =
    [b"go_", b"\"go.", b"process_", b"\"memstats\"", MEM_STATS, b"\"/gc/", b"\"/memory/classes/"];
/// Formats that are known by their lines.
const OF_LINES: [Format; 7] = [
    Format::MemStatsLog,
    Format::InfluxLines,
    Format::PanelCsv,
    Format::RuntimeMetrics,
    Format::GoMetrics,
    Format::JsonRecords,
    Format::LongCsv,
];
/// People name these in their texts too; a sample has labels.
const CONTAINER_SAMPLES: [&[u8]; 3] =
    [b"container_memory_working_set_bytes{", b"container_memory_usage_bytes{", b"container_memory_rss{"];
const MEM_STATS: &[u8] = b"# runtime.MemStats";
const FIRST_LINE: usize = 512;
