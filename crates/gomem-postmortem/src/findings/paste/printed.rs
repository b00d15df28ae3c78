//! What tools printed, as people paste it: tables and graphs of profiles, and what the kernel says of the process.

use foldhash::HashMap;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::GoState;
use gomem_table::{MIB, Unit};

use crate::{
    attribution::Place,
    bundle::{Bundle, Listing, Logged, LoggedMemory, MachineMemory, Printout, ProcessKey, ProcessMemory, ToolOutput},
    findings::{
        finding::{Finding, FindingKind},
        paste::{
            benchmark_table::benchmark_table,
            course::{course, course_of_goroutines},
            machine::{
                container_spec::container_spec,
                eviction::evicted,
                group_events::group_events,
                handles::tell_handles,
                oom_report::out_of_memory,
                process_memory::{process_memory, resident_beside, spoken_memory},
            },
            memory_limiter::memory_limiter,
            perf_report::perf_report,
            printed_profile::printed_profiles,
            profile_index::profile_index,
            refused::refused,
            scavenger::{scavenger, scavenger_trace},
            stated::stated,
        },
        sentence::bytes,
    },
};

/// A finding for each thing that was printed, the largest of many.
pub(crate) fn find(bundle: &Bundle, state: &GoState) -> Vec<Finding> {
    let mut findings = printed_profiles(bundle);
    let outputs = joined(&bundle.tool_outputs);
    for output in outputs.iter().take(MOST) {
        let name = &output.name;
        findings.extend(match &output.printout {
            Printout::Process(process) => Some(tell_handles(process_memory(process, name, bundle, state), process)),
            Printout::Eviction(eviction) => Some(evicted(eviction, name)),
            Printout::Spec(spec) => Some(container_spec(spec, name)),
            Printout::Machine(memory) => Some(machine_memory(memory, name)),
            Printout::Scavenger(found) => scavenger(found, name),
            Printout::ScavengerTrace(found) => scavenger_trace(found, bundle.gctrace(), name),
            Printout::Listing(listing) => listed(listing, name),
            Printout::Logged(logged) => logged_memory(logged, name),
            Printout::Amounts(amounts) => course(amounts, name),
            Printout::Goroutines(counts) => course_of_goroutines(counts, name),
            Printout::Limiter(limiter) => Some(memory_limiter(limiter, name)),
            Printout::Refused(calls) => Some(refused(calls, name)),
            Printout::Perf(report) => perf_report(report, name),
            Printout::GroupEvents(events) => Some(group_events(events, name)),
            Printout::Index(index) => Some(profile_index(index, name)),
            Printout::Benchmarks(table) => benchmark_table(table, name),
            Printout::OomReport(report) => Some(out_of_memory(report, name)),
            Printout::Stated(memory) => stated(memory, name, resident_beside(bundle, name)),
        });
    }
    findings.extend(spoken_memory(bundle, state));
    findings
}

/// Readings of one process that stand apart in one text are one, with what it was at first.
fn joined(outputs: &[ToolOutput]) -> Vec<ToolOutput> {
    let mut joined: Vec<ToolOutput> = Vec::with_capacity(outputs.len());
    let mut known: HashMap<(&str, ProcessKey<'_>), usize> = HashMap::default();
    for output in outputs {
        let Printout::Process(now) = &output.printout else {
            joined.push(output.clone());
            continue;
        };
        let at = now.key().map(|key| *known.entry((&output.file, key)).or_insert(joined.len()));
        match at.and_then(|at| joined.get_mut(at)).map(|earlier| &mut earlier.printout) {
            Some(Printout::Process(before)) => {
                let first_bytes = before.first_bytes.or(Some(before.resident_bytes));
                let first_handles = before.first_handles.or(before.handles);
                *before = ProcessMemory { first_bytes, first_handles, ..now.clone() };
            }
            _ => joined.push(output.clone()),
        }
    }
    joined
}

/// What the machine has left: of one program it says nothing.
fn machine_memory(memory: &MachineMemory, name: &str) -> Finding {
    let is_short = memory.available < SHORT * memory.total;
    let title = format!("The machine has {} of {} left", bytes(memory.available), bytes(memory.total));
    let severity = if is_short { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    let swap = match memory.swap {
        None => String::new(),
        Some((all, free)) if free < SHORT * all => format!(", and its swap of {} is full", bytes(all)),
        Some((all, free)) => format!(", and {} of its swap of {}", bytes(free), bytes(all)),
    };
    finding.summary = format!(
        "{name}: `{}` says what all programs can still have, pages of files that are given up among it{swap}. Of one program it says \
         nothing.",
        memory.tool
    );
    finding.action = if is_short {
        "Who holds it: `ps aux --sort=-rss | head`, and what is of no process (tmpfs, Slab and Shmem of /proc/meminfo). If it is the Go program: scrapes of \
         /metrics, or /debug/pprof/heap?debug=1, tell its live heap from what it keeps; two heap profiles say what grows. GOMEMLIMIT bounds \
         Go's part; while the machine swaps, each GC reads what was swapped out."
    } else {
        "That is no shortage. What is `used` or not `free` counts little: Linux fills memory with pages of files, and gives those up."
    }
    .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence.push(Evidence::new("available", memory.available, Unit::Bytes).with_source("tool output"));
    finding
}

/// What a program's own log says of its memory, in Go and outside of it.
fn logged_memory(logged: &LoggedMemory, name: &str) -> Option<Finding> {
    let last = &logged.last;
    let go = last.go_total.or(last.go_alloc);
    let (title, is_outside) = match (last.c_total.or(last.c_alloc), go) {
        (Some(outside), Some(go)) if outside >= go => {
            (format!("{} are outside of Go (C's allocator), {} in Go", bytes(outside), bytes(go)), true)
        }
        (Some(outside), Some(go)) => (format!("{} are in Go, {} outside of it", bytes(go), bytes(outside)), false),
        (_, Some(go)) => (format!("{} are in Go, by the program's own log", bytes(go)), false),
        (Some(outside), None) => (format!("{} are outside of Go (C's allocator)", bytes(outside)), true),
        _ => return None,
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    if let Some((before, now)) = grown_outside(logged) {
        finding.title =
            format!("What is outside of Go (C's allocator) grows: {} at first, {} at last", bytes(before), bytes(now));
        finding.severity = Severity::Warning;
    }
    let mut words: Vec<String> = Vec::new();
    let first = logged.first.as_ref();
    let mut told = |what: &str, of: fn(&Logged) -> Option<f64>| {
        let Some(now) = of(last) else { return };
        let before = first.and_then(of).filter(|before| (before - now).abs() > 0.1 * now);
        words.push(match before {
            Some(before) => format!("{what} {} at first, {} at last", bytes(before), bytes(now)),
            None => format!("{what} {}", bytes(now)),
        });
    };
    told("resident", |logged| logged.resident);
    told("objects in Go", |logged| logged.go_alloc);
    told("Go in all", |logged| logged.go_total);
    told("taken of C's allocator", |logged| logged.c_alloc);
    told("held by it", |logged| logged.c_total);
    finding.summary = format!("{name}, {} lines of the program's own: {}.", logged.lines, words.join(", "));
    if let Some(goroutines) = last.goroutines {
        finding.summary += &format!(" {goroutines:.0} goroutines.");
    }
    finding.action = if is_outside || finding.severity == Severity::Warning {
        "A heap profile cannot show it, and GOMEMLIMIT does not count it: ask the allocator (jemalloc's profile, malloc_info), and set the \
         sizes of caches that C code keeps (a database's block cache)."
    } else {
        "A heap profile (/debug/pprof/heap) says of what: two of them, before it rises and after, and `gomem diff`."
    }
    .to_owned();
    finding.confidence = Confidence::Medium;
    let evidence = |what, value: Option<f64>| {
        value.map(|value| Evidence::new(what, value, Unit::Bytes).with_source("tool output"))
    };
    finding.evidence.extend(evidence("resident", last.resident));
    finding.evidence.extend(evidence("Go in all", go));
    finding.evidence.extend(evidence("outside of Go", last.c_total.or(last.c_alloc)));
    Some(finding)
}

/// What was taken of C's allocator at first and at last, where it rises from third to third of the lines, and Go's part does not
/// as much.
fn grown_outside(logged: &LoggedMemory) -> Option<(f64, f64)> {
    let course = &logged.c_course;
    let third = course.len() / 3;
    let (first, last) = (*course.first()?, *course.last()?);
    let go = |of: &Logged| of.go_total.or(of.go_alloc).unwrap_or(0.0);
    let in_go = go(&logged.last) - logged.first.as_ref().map_or(0.0, go);
    let (begin, rest) = course.split_at_checked(third)?;
    let (middle, end) = rest.split_at_checked(rest.len() - third)?;
    let most = |part: &[f64]| part.iter().copied().fold(0.0, f64::max);
    let least = |part: &[f64]| part.iter().copied().fold(f64::MAX, f64::min);
    let rises = course.len() >= FEWEST_LOGGED && most(begin) <= least(middle) && most(middle) <= least(end);
    let grown = last - first;
    (rises && grown >= LEAST_GROWN && grown >= 0.5 * first && in_go <= 0.5 * grown).then_some((first, last))
}

/// The line of a function that takes most, with what it calls.
fn listed(listing: &Listing, name: &str) -> Option<Finding> {
    let most = listing.lines.first()?;
    let place = Place::new(&listing.function, &listing.file, most.line);
    let title = if listing.file.is_empty() {
        format!("Line {} takes {}: `{}`", most.line, most.shown, most.text)
    } else {
        format!("{}: {} of {} in `{}`", place.short(), most.shown, listing.total, place.short_function())
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    let of_all = listing.percent.map_or_else(String::new, |percent| format!(" The function has {percent} % of all."));
    finding.summary = format!("{name}: the line is `{}`.{of_all}", most.text);
    if listing.file.is_empty() {
        let function = if listing.function.is_empty() { String::new() } else { format!(" of `{}`", listing.function) };
        finding.summary +=
            &format!(" The rows{function} have no heading, which says the file, and how much there is in all.");
    }
    let others: Vec<String> =
        listing.lines[1..].iter().map(|line| format!("line {} {} (`{}`)", line.line, line.shown, line.text)).collect();
    if !others.is_empty() {
        finding.summary += &format!(" After it: {}.", others.join(", "));
    }
    finding.action = if declares(&most.text) { OF_VARIABLE } else { OF_LINE }.to_owned();
    finding.confidence = Confidence::Medium;
    finding.place = Some(place).filter(|_| !listing.file.is_empty());
    Some(finding)
}

/// Whether a line only declares a variable: `var n int`.
fn declares(text: &str) -> bool {
    text.trim_start().starts_with("var ") && !text.contains(['=', '('])
}

const OF_LINE: &str = "Change that line, or call it for fewer: what it calls makes it. The profile itself says why it is allocated (`gomem postmortem`), and what \
                       the line calls (`gomem tree`).";
const OF_VARIABLE: &str = "The variable itself is on the heap, a new one each time the line runs: its address goes where the compiler cannot know for how long (to \
                           a call of C or of an interface, into a struct, to a goroutine or closure). Let what is called return it, or make one \
                           outside of the loop or call. `go build -gcflags=-m=2` says where it goes; what the numbers count, in use or ever \
                           allocated, the table's `Type:` does.";
/// A judgement: of all that a machine has.
const SHORT: f64 = 0.1;
/// Of a bundle.
const MOST: usize = 8;
/// A part of a log's lines is a third of them.
const FEWEST_LOGGED: usize = 9;
const LEAST_GROWN: f64 = 64.0 * MIB;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(course: &[f64]) -> Finding {
        let line = |c: &f64| {
            format!(
                "runtime stats: 4.0 GiB RSS, 60 goroutines (stacks: 1 MiB), 1.2 GiB/2.0 GiB Go alloc/total, {c:.1} GiB/{c:.1} GiB CGO alloc/total (1.0 CGO/sec)\n"
            )
        };
        let text: String = course.iter().map(line).collect();
        logged_memory(&LoggedMemory::find(&text).unwrap(), "a.log").unwrap()
    }

    #[test]
    fn what_a_program_logs_of_c_and_grows() {
        let grows = told(&[1.0, 1.4, 1.3, 2.0, 2.1, 2.4, 2.6, 3.0, 3.4]);
        assert_eq!(grows.title, "What is outside of Go (C's allocator) grows: 1.0 GiB at first, 3.4 GiB at last");
        assert_eq!(grows.severity, Severity::Warning);
        for course in [
            &[1.0, 3.4][..],
            &[1.0, 3.0, 3.4, 3.3, 3.4, 3.2, 3.4, 3.3, 3.4],
            &[3.0, 3.1, 3.0, 3.1, 3.2, 3.1, 3.2, 3.3, 3.3],
        ] {
            assert_eq!(told(course).severity, Severity::Info, "{course:?}");
        }
    }
}
