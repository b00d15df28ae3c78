//! `GODEBUG=gctrace=1` lines, wherever they stand in a log.
//!
//! ```text
//! gc N @S.SSSs P%[ (checking for goroutine leaks)]: a+b+c ms clock, d+e/f/g+h ms cpu,
//!     H0->H1->H2 MB, G MB goal[, S MB stacks, B MB globals], N P[ (forced)]
//! ```
//!
//! The line is printed by `gcMarkTermination` in `runtime/mgc.go`. Stacks and globals are there since Go 1.18; the leak
//! check since 1.26. `MB` is 2²⁰ bytes, rounded down.

use gomem_table::{Definition, Row, Table, ToTable, Unit, View};
use memchr::memmem;
use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::{tag, take_while1},
    character::complete::{digit1, u32 as int32, u64 as int64},
    combinator::{map_opt, opt, recognize},
    sequence::{preceded, terminated},
};

use super::trace_options::TraceOptions;
use crate::error::{Diagnostic, Error, ErrorKind};

/// The GC cycles in a log.
#[derive(Debug, Clone, Default)]
pub struct GcTrace {
    lines: Vec<GcTraceLine>,
    diagnostics: Vec<Diagnostic>,
    suppressed_diagnostics: u64,
    log_lines: u64,
}

/// One GC cycle, as its line says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct GcTraceLine {
    /// The line of the log, from 1.
    pub log_line: u64,
    /// The cycle's number, from 1 at the program's start.
    pub cycle: u64,
    /// Seconds since the program's start.
    pub start_seconds: f64,
    /// Percent of the available CPU spent in GC since the program's start.
    pub gc_percent: u32,
    /// Wall time of the stop-the-world sweep termination.
    pub stw_sweep_ms: f64,
    /// Wall time of concurrent marking.
    pub mark_ms: f64,
    /// Wall time of the stop-the-world mark termination.
    pub stw_mark_term_ms: f64,
    /// CPU time of the stop-the-world sweep termination.
    pub stw_sweep_cpu_ms: f64,
    /// CPU time that allocating goroutines spent assisting.
    pub assist_cpu_ms: f64,
    /// CPU time of dedicated and fractional mark workers.
    pub background_cpu_ms: f64,
    /// CPU time of mark workers on otherwise idle processors.
    pub idle_cpu_ms: f64,
    /// CPU time of the stop-the-world mark termination.
    pub stw_mark_term_cpu_ms: f64,
    /// The heap when marking started.
    pub heap_start_mb: u64,
    /// The heap when marking ended.
    pub heap_end_mb: u64,
    /// What was marked live, including all that was allocated during marking.
    pub heap_live_mb: u64,
    /// The goal the cycle worked towards.
    pub goal_mb: u64,
    /// Stacks to scan; `None` before Go 1.18.
    pub stacks_mb: Option<u64>,
    /// Globals to scan; `None` before Go 1.18.
    pub globals_mb: Option<u64>,
    /// `GOMAXPROCS`.
    pub procs: u32,
    /// Whether the program asked for it (`runtime.GC`).
    pub forced: bool,
    /// Whether it looked for leaked goroutines.
    pub leak_check: bool,
}

impl GcTrace {
    /// Its tables.
    pub const TABLES: &'static [View<Self>] = &[View::new(GcTraceLine::schema, Self::to_table)];

    /// Finds all GC cycles in a log. Other lines, prefixes before the trace and text after it are passed over; what
    /// begins like a cycle and cannot be read is a [diagnostic](Self::diagnostics).
    ///
    /// # Errors
    /// When there is no cycle at all, or there are too many.
    pub fn decode(log: &[u8]) -> Result<Self, Error> {
        Self::decode_with(log, &TraceOptions::default())
    }

    /// [`decode`](Self::decode), with options.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    pub fn decode_with(log: &[u8], options: &TraceOptions) -> Result<Self, Error> {
        let limits = &options.limits;
        let mut trace = Self::default();
        let (mut at, mut counted_to) = (0, 0);
        let finder = memmem::Finder::new(b"gc ");
        while let Some(found) = finder.find(&log[at..]) {
            let start = at + found;
            at = start + 3;
            if !announces_cycle(log, start) {
                continue;
            }
            trace.log_lines += newlines(&log[counted_to..start]);
            counted_to = start;
            let rest = &log[start..];
            let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            let log_line = trace.log_lines + 1;
            match cycle(rest) {
                Ok((after, line)) => {
                    if trace.lines.len() as u64 >= limits.cycles {
                        return Err(Error::at(ErrorKind::Limit { what: "GC cycles", limit: limits.cycles }, log_line));
                    }
                    trace.lines.push(GcTraceLine { log_line, ..line });
                    at = start + rest.len() - after.len();
                }
                Err(err) => {
                    let begin = memchr::memrchr(b'\n', &log[..start]).map_or(0, |newline| newline + 1);
                    let consumed = match err {
                        nom::Err::Error(err) | nom::Err::Failure(err) => rest.len() - err.input.len(),
                        nom::Err::Incomplete(_) => rest.len(),
                    };
                    if (trace.diagnostics.len() as u64) < limits.diagnostics {
                        let problem = "begins like a gctrace line, and goes on otherwise from here";
                        trace.diagnostics.push(Diagnostic::skipped(log_line, start - begin + consumed, problem));
                    } else {
                        trace.suppressed_diagnostics += 1;
                    }
                }
            }
        }
        trace.log_lines += newlines(&log[counted_to..]) + u64::from(log.last().is_some_and(|&last| last != b'\n'));
        if trace.lines.is_empty() {
            let kind = ErrorKind::NothingFound { expected: "gctrace line", lines: trace.log_lines };
            return Err(trace
                .diagnostics
                .first()
                .map_or_else(|| Error::new(kind.clone()), |d| Error::at(kind.clone(), d.line)));
        }
        Ok(trace)
    }

    /// A trace whose lines were read already, elsewhere.
    #[must_use]
    pub fn from_lines(lines: Vec<GcTraceLine>) -> Self {
        let log_lines = lines.len() as u64;
        Self { lines, log_lines, ..Self::default() }
    }

    /// The cycles, in the order of the log.
    #[must_use]
    pub fn lines(&self) -> &[GcTraceLine] {
        &self.lines
    }

    /// The cycles of each run of the program: a log that spans restarts counts from 1 again.
    pub fn runs(&self) -> impl Iterator<Item = &[GcTraceLine]> {
        self.lines.chunk_by(|a, b| b.cycle > a.cycle)
    }

    /// What begins like a cycle and cannot be read.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Diagnostics beyond the limit, counted but not kept.
    #[must_use]
    pub fn suppressed_diagnostics(&self) -> u64 {
        self.suppressed_diagnostics
    }

    /// How many lines the log has.
    #[must_use]
    pub fn log_lines(&self) -> u64 {
        self.log_lines
    }
}

impl ToTable for GcTrace {
    fn to_table(&self) -> Table {
        self.lines.to_table()
    }
}

impl Row for GcTraceLine {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        let (ms, mb) = (Unit::Milliseconds, Unit::Mebibytes);
        let before = "not printed before Go 1.18";
        Definition::new("gctrace", "as in the log")
            .about("one row a GC cycle")
            .int64("cycle", Unit::Count, "the cycle's number, from 1 at the program's start", |line: &&'a Self| {
                saturating(line.cycle)
            })
            .float64("start_seconds", Unit::Seconds, "when it started, since the program's start", |line| {
                line.start_seconds
            })
            .int64(
                "gc_percent",
                Unit::None,
                "percent of the available CPU spent in GC since the program's start",
                |line| i64::from(line.gc_percent),
            )
            .float64("stw_sweep_ms", ms, "wall time of the stop-the-world sweep termination", |line| line.stw_sweep_ms)
            .float64("mark_ms", ms, "wall time of concurrent marking", |line| line.mark_ms)
            .float64("stw_mark_term_ms", ms, "wall time of the stop-the-world mark termination", |line| {
                line.stw_mark_term_ms
            })
            .float64("assist_cpu_ms", ms, "CPU time of goroutines that assisted while allocating", |line| {
                line.assist_cpu_ms
            })
            .float64("background_cpu_ms", ms, "CPU time of dedicated and fractional workers", |line| {
                line.background_cpu_ms
            })
            .float64("idle_cpu_ms", ms, "CPU time of workers on idle processors", |line| line.idle_cpu_ms)
            .int64("heap_start_mb", mb, "the heap when marking started, in MiB rounded down", |line| {
                saturating(line.heap_start_mb)
            })
            .int64("heap_end_mb", mb, "the heap when marking ended", |line| saturating(line.heap_end_mb))
            .int64("heap_live_mb", mb, "what was marked live, with all that was allocated during marking", |line| {
                saturating(line.heap_live_mb)
            })
            .int64("goal_mb", mb, "the goal the cycle worked towards", |line| saturating(line.goal_mb))
            .optional_int64("stacks_mb", mb, before, "stacks to scan", |line| line.stacks_mb.map(saturating))
            .optional_int64("globals_mb", mb, before, "globals to scan", |line| line.globals_mb.map(saturating))
            .int64("procs", Unit::Count, "GOMAXPROCS", |line| i64::from(line.procs))
            .bool("forced", "whether the program asked for it", |line| line.forced)
            .bool("leak_check", "whether it looked for leaked goroutines", |line| line.leak_check)
    }
}

/// Whether `gc N @` stands at `start`, and is not the end of another word.
fn announces_cycle(log: &[u8], start: usize) -> bool {
    let own_word =
        start == 0 || !matches!(log[start - 1], b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'/' | b'.');
    let after = &log[start + 3..];
    let digits = after.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    own_word && digits > 0 && after[digits..].starts_with(b" @")
}

fn cycle(input: &[u8]) -> IResult<&[u8], GcTraceLine> {
    let (input, cycle) = preceded(tag("gc "), int64).parse(input)?;
    let (input, start_seconds) = preceded(tag(" @"), terminated(number, tag("s "))).parse(input)?;
    let (input, gc_percent) = terminated(int32, tag("%")).parse(input)?;
    let (input, leak_check) = opt(tag(" (checking for goroutine leaks)")).parse(input)?;
    let (input, (stw_sweep_ms, mark_ms, stw_mark_term_ms)) =
        (preceded(tag(": "), number), preceded(tag("+"), number), preceded(tag("+"), number)).parse(input)?;
    let (input, (stw_sweep_cpu_ms, assist_cpu_ms, background_cpu_ms, idle_cpu_ms, stw_mark_term_cpu_ms)) = (
        preceded(tag(" ms clock, "), number),
        preceded(tag("+"), number),
        preceded(tag("/"), number),
        preceded(tag("/"), number),
        preceded(tag("+"), number),
    )
        .parse(input)?;
    let (input, (heap_start_mb, heap_end_mb, heap_live_mb, goal_mb)) = (
        preceded(tag(" ms cpu, "), int64),
        preceded(tag("->"), int64),
        preceded(tag("->"), int64),
        preceded(tag(" MB, "), terminated(int64, tag(" MB goal, "))),
    )
        .parse(input)?;
    let (input, roots) = opt((
        terminated(int64, tag(" MB stacks, ")),
        terminated(int64, alt((tag(" MB globals, "), tag("MB globals, ")))),
    ))
    .parse(input)?;
    let (input, procs) = terminated(int32, tag(" P")).parse(input)?;
    let (input, forced) = opt(tag(" (forced)")).parse(input)?;
    let line = GcTraceLine {
        log_line: 0,
        cycle,
        start_seconds,
        gc_percent,
        stw_sweep_ms,
        mark_ms,
        stw_mark_term_ms,
        stw_sweep_cpu_ms,
        assist_cpu_ms,
        background_cpu_ms,
        idle_cpu_ms,
        stw_mark_term_cpu_ms,
        heap_start_mb,
        heap_end_mb,
        heap_live_mb,
        goal_mb,
        stacks_mb: roots.map(|roots| roots.0),
        globals_mb: roots.map(|roots| roots.1),
        procs,
        forced: forced.is_some(),
        leak_check: leak_check.is_some(),
    };
    Ok((input, line))
}

/// `1`, `0.25`, `1.5e+03`: what `%v` and the runtime's own `itoaDiv` print for a time; never a sign, never a word.
fn number(input: &[u8]) -> IResult<&[u8], f64> {
    let exponent = || opt((alt((tag("e"), tag("E"))), opt(alt((tag("+"), tag("-")))), digit1));
    let text = recognize((take_while1(|byte: u8| byte.is_ascii_digit()), opt((tag("."), digit1)), exponent()));
    map_opt(text, |digits: &[u8]| {
        std::str::from_utf8(digits).ok()?.parse().ok().filter(|value: &f64| value.is_finite())
    })
    .parse(input)
}

fn newlines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

fn saturating(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "gc 12 @3.051s 4%: 0.044+3.6+0.037 ms clock, 0.089+0.079/1.0/2.7+0.074 ms cpu, \
                        27->28->14 MB, 28 MB goal, 1 MB stacks, 2 MB globals, 8 P";

    #[test]
    fn every_field_of_a_line() {
        let trace = GcTrace::decode(LINE.as_bytes()).unwrap();
        let expected = GcTraceLine {
            log_line: 1,
            cycle: 12,
            start_seconds: 3.051,
            gc_percent: 4,
            stw_sweep_ms: 0.044,
            mark_ms: 3.6,
            stw_mark_term_ms: 0.037,
            stw_sweep_cpu_ms: 0.089,
            assist_cpu_ms: 0.079,
            background_cpu_ms: 1.0,
            idle_cpu_ms: 2.7,
            stw_mark_term_cpu_ms: 0.074,
            heap_start_mb: 27,
            heap_end_mb: 28,
            heap_live_mb: 14,
            goal_mb: 28,
            stacks_mb: Some(1),
            globals_mb: Some(2),
            procs: 8,
            forced: false,
            leak_check: false,
        };
        assert_eq!(trace.lines(), [expected]);
        assert_eq!(trace.log_lines(), 1);
    }

    #[test]
    fn lines_are_found_among_others_and_inside_wrappers() {
        let forced = LINE.replace("8 P", "8 P (forced)").replace("4%:", "4% (checking for goroutine leaks):");
        let log = format!(
            "listening on :8080\n2026-01-02T03:04:05Z stderr F {LINE}\r\n{{\"log\":\"{forced}\\n\",\"stream\":\"stderr\"}}\n\
             calling gc 3 times\nmygc 4 @ home\n",
        );
        let trace = GcTrace::decode(log.as_bytes()).unwrap();
        let at: Vec<_> = trace.lines().iter().map(|line| (line.log_line, line.forced, line.leak_check)).collect();
        assert_eq!(at, [(2, false, false), (3, true, true)]);
        assert!(trace.diagnostics().is_empty());
        assert_eq!(trace.log_lines(), 5);
    }

    #[test]
    fn no_limit_prints_a_goal_beyond_any_memory_and_old_versions_print_no_roots() {
        let off = LINE.replace("28 MB goal", "17592186044415 MB goal");
        assert_eq!(GcTrace::decode(off.as_bytes()).unwrap().lines()[0].goal_mb, 17_592_186_044_415);
        let old = LINE.replace(" 1 MB stacks, 2 MB globals,", "");
        let line = GcTrace::decode(old.as_bytes()).unwrap().lines()[0];
        assert_eq!((line.stacks_mb, line.globals_mb, line.procs), (None, None, 8));
    }

    #[test]
    fn a_torn_line_is_told_with_its_place() {
        let log = format!("{LINE}\n  gc 13 @3.2s 4%: 0.044+3.6listening\n{LINE}\n");
        let trace = GcTrace::decode(log.as_bytes()).unwrap();
        assert_eq!(trace.lines().len(), 2);
        assert_eq!(
            trace.diagnostics()[0].to_string(),
            format!("line 2, column 28: {}", trace.diagnostics()[0].problem)
        );
    }

    #[test]
    fn restarts_begin_a_new_run() {
        let log: String = [1, 2, 3, 1, 2].iter().map(|n| LINE.replace("gc 12", &format!("gc {n}")) + "\n").collect();
        let trace = GcTrace::decode(log.as_bytes()).unwrap();
        assert_eq!(trace.runs().map(<[_]>::len).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn nothing_found_and_too_much_are_errors() {
        let err = GcTrace::decode(b"a\nb\n").unwrap_err();
        assert_eq!(err.to_string(), "no gctrace line found in 2 lines");
        let err = GcTrace::decode(b"a\ngc 1 @x\n").unwrap_err();
        assert_eq!(err.to_string(), "line 2: no gctrace line found in 2 lines");
        let limits = crate::Limits { cycles: 1, ..crate::Limits::default() };
        let options = TraceOptions::default().with_limits(limits);
        let err = GcTrace::decode_with(format!("{LINE}\n{LINE}\n").as_bytes(), &options).unwrap_err();
        assert!(err.is_limit());
        assert_eq!(err.to_string(), "line 2: more than 1 GC cycles");
    }
}
