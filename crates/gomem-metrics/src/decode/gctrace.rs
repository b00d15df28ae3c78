//! The GC cycles of a log: `GODEBUG=gctrace=1` lines, wherever they stand and however they were shipped.

use std::sync::LazyLock;

use gomem_table::{Row, Table, ToTable, View, checkpoint};
use memchr::memmem::Finder;

use super::{
    gc_runs::{self, Found},
    gctrace_line::{GcTraceLine, cycle, resolves_cost},
    trace_options::TraceOptions,
};
use crate::error::{Diagnostic, Error, ErrorKind};

/// The GC cycles in a log, one process after the other.
#[derive(Debug, Clone, Default)]
pub struct GcTrace {
    lines: Vec<GcTraceLine>,
    runs: Vec<Run>,
    diagnostics: Vec<Diagnostic>,
    suppressed_diagnostics: u64,
    log_lines: u64,
}

/// The lines of one process.
#[derive(Debug, Clone)]
struct Run {
    origin: String,
    end: usize,
}

impl GcTrace {
    /// Its tables.
    pub const TABLES: &'static [View<Self>] = &[View::new(GcTraceLine::schema, Self::to_table)];

    /// Finds all GC cycles in a log. Other lines, prefixes before the trace and text after it are passed over, and records of
    /// log shippers are unpacked; what begins like a cycle and cannot be read is a [diagnostic](Self::diagnostics).
    ///
    /// # Errors
    /// When there is no cycle at all, or there are too many.
    ///
    /// ```
    /// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
    /// #             0 MB stacks, 0 MB globals, 2 P\n";
    /// let trace = gomem_metrics::GcTrace::decode(log)?;
    /// assert_eq!((trace.lines()[0].cycle, trace.lines()[0].goal_mb), (7, 14));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode(log: &[u8]) -> Result<Self, Error> {
        Self::decode_with(log, &TraceOptions::default())
    }

    /// [`decode`](Self::decode), with options.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    pub fn decode_with(log: &[u8], options: &TraceOptions) -> Result<Self, Error> {
        let mut reader = Reader { options: *options, ..Reader::default() };
        for line in gomem_transport::lines(&gomem_transport::utf8(log)) {
            reader.line(line.number, &line.origin, &line.text)?;
        }
        reader.finish()
    }

    /// A trace whose lines were read already, elsewhere: a run of the program ends where cycles count from the beginning.
    #[must_use]
    pub fn from_lines(lines: Vec<GcTraceLine>) -> Self {
        let runs = lines.chunk_by(|a, b| b.cycle > a.cycle).map(|run| (String::new(), run.to_vec())).collect();
        Self::from_runs(runs)
    }

    /// The lines of several processes, each with what it is called by.
    #[must_use]
    pub fn from_runs(runs: Vec<(String, Vec<GcTraceLine>)>) -> Self {
        let mut trace = Self::default();
        for (origin, lines) in runs {
            trace.lines.extend(lines);
            trace.runs.push(Run { origin, end: trace.lines.len() });
        }
        trace.log_lines = trace.lines.len() as u64;
        trace
    }

    /// The cycles: those of each process in their order, one process after the other.
    #[must_use]
    pub fn lines(&self) -> &[GcTraceLine] {
        &self.lines
    }

    /// The cycles of each process that the log tells of: a program that was started again, several pods, or all that
    /// `go run` starts.
    ///
    /// ```
    /// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
    /// #             0 MB stacks, 0 MB globals, 2 P\n";
    /// // A cycle that counts from the beginning again is another run.
    /// let later = String::from_utf8_lossy(log).replace("gc 7 @1.250s", "gc 1 @0.010s");
    /// let trace = gomem_metrics::GcTrace::decode(&[log, later.as_bytes()].concat())?;
    /// assert_eq!(trace.runs().count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn runs(&self) -> impl Iterator<Item = &[GcTraceLine]> {
        self.named_runs().map(|(_, lines)| lines)
    }

    /// The same with the names of the processes, as far as the log has them.
    pub fn named_runs(&self) -> impl Iterator<Item = (&str, &[GcTraceLine])> {
        let begin =
            |index: usize| index.checked_sub(1).and_then(|before| self.runs.get(before)).map_or(0, |run| run.end);
        self.runs
            .iter()
            .enumerate()
            .filter_map(move |(index, run)| Some((run.origin.as_str(), self.lines.get(begin(index)..run.end)?)))
    }

    /// Whether the times of the phases say what GC cost. They do not where most are 0 ms: the machine's clock was too coarse, as
    /// on Windows.
    #[must_use]
    pub fn resolves_cost(&self) -> bool {
        resolves_cost(&self.lines)
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

/// Looks for cycles in one line after the other.
#[derive(Debug, Default)]
struct Reader {
    found: Vec<Found>,
    trace: GcTrace,
    options: TraceOptions,
}

impl Reader {
    fn line(&mut self, number: u64, origin: &str, text: &[u8]) -> Result<(), Error> {
        checkpoint();
        let limits = self.options.limits;
        self.trace.log_lines = number;
        let mut at = 0;
        while let Some(found) = MARK.find(&text[at..]) {
            let start = at + found;
            at = start + 3;
            if !announces_cycle(text, start) {
                continue;
            }
            match cycle(&text[start..]) {
                Ok((after, line)) => {
                    let end = text.len() - after.len();
                    if let Some(contradiction) = line.contradiction() {
                        self.note(Diagnostic::skipped(number, start, contradiction));
                    } else if self.found.len() as u64 >= limits.cycles {
                        return Err(Error::at(ErrorKind::Limit { what: "GC cycles", limit: limits.cycles }, number));
                    } else {
                        self.found.push(Found::new(GcTraceLine { log_line: number, ..line }, origin, &text[..start]));
                    }
                    at = end;
                }
                Err(err) => {
                    let left = match err {
                        nom::Err::Error(err) | nom::Err::Failure(err) => err.input.len(),
                        nom::Err::Incomplete(_) => 0,
                    };
                    let problem = "begins like a gctrace line, and goes on otherwise from here";
                    self.note(Diagnostic::skipped(number, text.len() - left, problem));
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, diagnostic: Diagnostic) {
        if (self.trace.diagnostics.len() as u64) < self.options.limits.diagnostics {
            self.trace.diagnostics.push(diagnostic);
        } else {
            self.trace.suppressed_diagnostics += 1;
        }
    }

    fn finish(self) -> Result<GcTrace, Error> {
        let Self { found, trace, .. } = self;
        if found.is_empty() {
            let kind = ErrorKind::NothingFound { expected: "gctrace line", lines: trace.log_lines };
            return Err(match trace.diagnostics.first() {
                Some(first) => Error::at(kind, first.line),
                None => Error::new(kind),
            });
        }
        let GcTrace { lines, runs, .. } = GcTrace::from_runs(gc_runs::tell_apart(found));
        Ok(GcTrace { lines, runs, ..trace })
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

/// What a cycle's line has. It is looked for in each line: to build the search costs more than to search.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("gc "));

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
    fn the_five_phases_of_go_1_5() {
        let line = b"gc 7 @1.250s 3%: 0.25+0.5+0.125+2.5+0.75 ms clock, 1.5+2+0.5+0.5/8.0/0.25+4.5 ms cpu, 4->4->1 MB, 5 MB goal, 16 P\n";
        let trace = GcTrace::decode(line).unwrap();
        let found = trace.lines()[0];
        assert_eq!((found.stw_sweep_ms, found.mark_ms, found.stw_mark_term_ms), (0.25, 3.125, 0.75));
        let cpu = [found.stw_sweep_cpu_ms, found.assist_cpu_ms, found.background_cpu_ms, found.idle_cpu_ms];
        assert_eq!((cpu, found.stw_mark_term_cpu_ms), ([1.5, 0.5, 8.0, 0.25], 4.5));
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
        let later = LINE.replace("gc 12 @3.051s", "gc 14 @3.4s");
        let log = format!("{LINE}\n  gc 13 @3.2s 4%: 0.044+3.6listening\n{later}\n");
        let trace = GcTrace::decode(log.as_bytes()).unwrap();
        assert_eq!(trace.lines().len(), 2);
        assert_eq!(
            trace.diagnostics()[0].to_string(),
            format!("line 2, column 28: {}", trace.diagnostics()[0].problem)
        );
    }

    #[test]
    fn what_no_program_can_have_is_told_and_not_taken() {
        let impossible =
            [LINE.replace("27->28->14", "27->28->114"), LINE.replace("27->28", "27->8"), LINE.replace("4%", "400%")];
        let log = format!("{LINE}\n{}\n", impossible.join("\n"));
        let trace = GcTrace::decode(log.as_bytes()).unwrap();
        assert_eq!((trace.lines().len(), trace.diagnostics().len()), (1, 3));
        assert!(GcTrace::decode(impossible[0].as_bytes()).is_err());
    }

    #[test]
    fn pods_are_told_apart_by_name() {
        let log: String = [1, 2, 3]
            .iter()
            .map(|n| LINE.replace("gc 12", &format!("gc {n}")))
            .map(|l| format!("p-1 s {l}\np-2 s {l}\n"))
            .collect();
        let trace = GcTrace::decode(log.as_bytes()).unwrap();
        let runs: Vec<_> = trace.named_runs().map(|(name, lines)| (name, lines.len())).collect();
        assert_eq!(runs, [("p-1 s", 3), ("p-2 s", 3)]);
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
