//! A line of `GODEBUG=gctrace=1`.
//!
//! ```text
//! gc N @S.SSSs P%[ (checking for goroutine leaks)]: a+b+c ms clock, d+e/f/g+h ms cpu,
//!     H0->H1->H2 MB, G MB goal[, S MB stacks, B MB globals], N P[ (forced)]
//! ```
//!
//! Go 1.5 has two times more, `a+x+y+b+c ms clock, d+x+y+e/f/g+h ms cpu`: its scan of roots, and the stop that switches the write
//! barrier on. They count as marking.
//!
//! The line is printed by `gcMarkTermination` in `runtime/mgc.go`. Stacks and globals are there since Go 1.18; the leak
//! check since 1.26. `MB` is 2²⁰ bytes, rounded down.

use gomem_table::{Definition, Row, Unit};
use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::{tag, take_while1},
    character::complete::{digit1, u32 as int32, u64 as int64},
    combinator::{map_opt, opt, recognize},
    sequence::{preceded, terminated},
};

/// One GC cycle, as its line says.
///
/// ```
/// # let log = b"gc 1 @0.010s 1%: 0.01+0.50+0.01 ms clock, 0.02+0.10/0.40/0.20+0.02 ms cpu, \
/// #             4->5->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\n";
/// let trace = gomem_metrics::GcTrace::decode(log)?;
/// let line = &trace.lines()[0];
/// assert_eq!((line.cycle, line.heap_start_mb, line.heap_end_mb, line.heap_live_mb, line.goal_mb), (1, 4, 5, 2, 4));
/// assert_eq!((line.mark_ms, line.procs, line.forced), (0.5, 2, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// Whether the clock of the machine was fine enough to say what GC cost: no phase takes no time, and where most do, by the
/// trace, each was shorter than a tick of the clock, as on Windows (0.5 to 15.6 ms).
pub(crate) fn resolves_cost(lines: &[GcTraceLine]) -> bool {
    let phases = |line: &GcTraceLine| [line.stw_sweep_ms, line.mark_ms, line.stw_mark_term_ms];
    let zeros = lines.iter().flat_map(phases).filter(|&phase| phase == 0.0).count();
    2 * zeros <= 3 * lines.len()
}

impl GcTraceLine {
    /// What no program can have: then the line was made up, edited, or put together of two.
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        if self.heap_end_mb < self.heap_start_mb {
            Some("a heap that is smaller when marking ends than when it begins: no program has that")
        } else if self.heap_live_mb > self.heap_end_mb.saturating_add(ROUNDED_MB) {
            Some("more is live than there is: no program has that")
        } else if self.procs == 0 || self.gc_percent > 100 {
            Some("no processors, or more than all of them busy with GC: no program has that")
        } else {
            None
        }
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

gomem_table::serialize_rows!(GcTraceLine);

/// A line, from `gc ` on; what follows it is left.
pub(super) fn cycle(input: &[u8]) -> IResult<&[u8], GcTraceLine> {
    let (input, cycle) = preceded(tag("gc "), int64).parse(input)?;
    let (input, start_seconds) = preceded(tag(" @"), terminated(number, tag("s "))).parse(input)?;
    let (input, gc_percent) = terminated(int32, tag("%")).parse(input)?;
    let (input, leak_check) = opt(tag(" (checking for goroutine leaks)")).parse(input)?;
    let (input, (stw_sweep_ms, scan_ms, mark_ms, stw_mark_term_ms)) =
        (preceded(tag(": "), number), opt(scan), preceded(tag("+"), number), preceded(tag("+"), number))
            .parse(input)?;
    let mark_ms = scan_ms.unwrap_or(0.0) + mark_ms;
    let (input, (stw_sweep_cpu_ms, _, assist_cpu_ms, background_cpu_ms, idle_cpu_ms, stw_mark_term_cpu_ms)) = (
        preceded(tag(" ms clock, "), number),
        opt(scan),
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

/// Go 1.5 scanned roots, and stopped the world to switch the write barrier on, before it marked: two times more, of which the next
/// ones are told by what follows them.
fn scan(input: &[u8]) -> IResult<&[u8], f64> {
    let plus = || preceded(tag("+"), number);
    let (rest, (scan, switch)) = (plus(), plus()).parse(input)?;
    // What follows are the time of marking, and that of the termination after it or of workers.
    let (_, _) = (plus(), alt((tag("+"), tag("/")))).parse(rest)?;
    Ok((rest, scan + switch))
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

fn saturating(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Sizes are rounded down, and the two are counted in different ways.
const ROUNDED_MB: u64 = 1;
