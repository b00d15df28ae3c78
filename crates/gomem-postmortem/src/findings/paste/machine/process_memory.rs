//! What a process holds by the kernel, or by a person's words, beside what Go says that it holds.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GcTrace, GoState, Quantity};
use gomem_pprof::PrintedTable;
use gomem_table::{MIB, Unit};

use crate::{
    bundle::{
        Bundle, Contents, Field, HeapProfile, Printout, ProcessMemory, Reading, SpokenMemory, ToolOutput, is_unit,
    },
    findings::{
        finding::{Finding, FindingKind},
        goroutine::wait::what_ends,
        moment::snapshot::GIVEN_BACK,
        paste::machine::{
            heap_goal::beside_live,
            outside_of_go::tell_outside,
            swap::{OF_SWAP, tell_swap},
            threads::{OF_THREADS, tell_threads},
        },
        sentence::bytes,
    },
};

/// What people say is resident, where no tool's output does: beside what Go says of itself, else what it takes to know more.
pub(crate) fn spoken_memory(bundle: &Bundle, state: &GoState) -> Vec<Finding> {
    let tells = |output: &ToolOutput| {
        matches!(
            output.printout,
            Printout::Process(_) | Printout::Stated(_) | Printout::Logged(_) | Printout::Amounts(_)
        )
    };
    // By a profile, or by metrics.
    let is_counted =
        bundle.goroutines.iter().any(|profile| profile.total(0) > 0) || state.last(Quantity::Goroutines).is_some();
    let mut counted: Vec<Finding> =
        bundle.spoken.iter().filter(|_| !is_counted).filter_map(spoken_goroutines).collect();
    if counted.is_empty() && !is_counted {
        // The head of a profile alone.
        let head = bundle.goroutines.iter().filter_map(|profile| profile.header_total()).max();
        let spoken =
            |count: i64| SpokenMemory { goroutines: Some((count as f64, count as f64)), ..SpokenMemory::default() };
        counted
            .extend(head.and_then(|count| spoken_goroutines(&("the head of the profile".to_owned(), spoken(count)))));
    }
    if bundle.tool_outputs.iter().any(tells) {
        return counted;
    }
    let has_words_only = bundle.contents().iter().all(|(_, contents)| *contents == Contents::Words);
    let of_text = |(file, spoken): &(String, SpokenMemory)| {
        let is_known = state.last(Quantity::HeldBytes).is_some() || in_use(bundle, file).is_some();
        if let Some(resident_bytes) = spoken.resident.filter(|_| is_known) {
            let first_bytes = spoken.first_resident;
            let process = ProcessMemory { tool: WORDS, resident_bytes, first_bytes, ..ProcessMemory::default() };
            return Some(process_memory(&process, file, bundle, state));
        }
        // What is counted says more than that something is wrong.
        let is_needed = has_words_only && (counted.is_empty() || spoken.resident.or(spoken.heap).is_some());
        is_needed.then(|| words_alone(spoken, file))
    };
    let of_memory: Vec<Finding> = bundle.spoken.iter().take(MOST).filter_map(of_text).collect();
    counted.into_iter().chain(of_memory).take(MOST).collect()
}

/// How many goroutines a person counts, where no profile of them is there.
fn spoken_goroutines((file, spoken): &(String, SpokenMemory)) -> Option<Finding> {
    let (first, last) = spoken.goroutines?;
    let grown = last >= 3.0 * first;
    if !grown && last < MANY_GOROUTINES {
        return None;
    }
    let count = |count: f64| Unit::Count.humanize(count);
    let title = match grown {
        true => format!("Goroutines: {} at first, {} at last, by the text's words", count(first), count(last)),
        false => format!("{} goroutines, by the text's words", count(last)),
    };
    let severity = if spoken.goroutines_grow { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    let stacks = match spoken.stacks {
        Some(stacks) => format!("their stacks take {}, {} each", bytes(stacks), bytes(stacks / last)),
        None => format!("each has a stack of 2 KiB at least, {} in all", bytes(last * SMALLEST_STACK)),
    };
    finding.summary = format!("{file}: {stacks}, and each holds what it refers to: connections, buffers, requests.");
    finding.summary += &match spoken.wait {
        Some(state) => format!(" By the text's words they wait ({state}): {}.", what_ends(state)),
        None => " What they wait for no word says.".to_owned(),
    };
    finding.action = "Take /debug/pprof/goroutine?debug=1 (`gomem capture` does) and once more later: `gomem postmortem` says at which lines they wait, and \
                      which grow. If their number goes with that of something (connections, tenants, watches, streams), make fewer of \
                      these, or share them; if it only grows, something does not end."
        .to_owned();
    finding.confidence = Confidence::Low;
    finding.evidence.push(Evidence::new("goroutines", last, Unit::Count).with_source("the text's words"));
    Some(finding)
}

/// Of a text without a tool's output: it says what is wrong, and not why.
fn words_alone(spoken: &SpokenMemory, file: &str) -> Finding {
    let title = match spoken.swing {
        Some((low, high)) => {
            format!("Memory goes up and down between {} and {}, by the text's words", bytes(low), bytes(high))
        }
        None => "What holds the memory is not known from this text".to_owned(),
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    if spoken.swing.is_some() {
        finding.summary = format!(
            "{file}: what comes and goes is no leak; what is large at a peak, no word says. The limit has to hold the peak, with what GC lets \
             lie there on top."
        );
        finding.action = "Take a heap profile at a peak and one between (/debug/pprof/heap?gc=1), and scrapes of /metrics meanwhile: `gomem diff LOW HIGH` \
                          says what the peak is made of. Bound how much of that is worked on at once."
            .to_owned();
        finding.confidence = Confidence::Low;
        return finding;
    }
    finding.summary = match (spoken.resident, spoken.heap) {
        (_, Some(heap)) => format!(
            "{file}: by its words the heap has {} in use. What a process or container takes beyond about twice of that is not \
             in live objects: it is kept by Go for later, outside of Go (cgo, mmap), or pages of files, which count towards a \
             container too.",
            bytes(heap)
        ),
        (Some(resident), None) => format!(
            "{file}: by its words the process or its container takes {}{}; of that no word says how much is live in Go's heap.",
            bytes(resident),
            spoken.first_resident.map_or_else(String::new, |first| format!(", {} at first", bytes(first)))
        ),
        (None, None) => format!(
            "{file}: it says that something is wrong; no amount in it is surely one of Go's heap or of the process."
        ),
    };
    finding.action = "Take it while it is large, and once more later: `gomem capture http://HOST:PORT` fetches heap and goroutine profiles \
                      and /metrics, `gomem postmortem` reads both. Growing live heap is a leak, and the profiles name it; Sys − HeapReleased \
                      far above the live heap is kept or fragmented; resident memory beyond that is outside of Go, or given back by \
                      MADV_FREE (Go 1.12 to 1.15) and still counted. In a container memory.stat tells anon from file."
        .to_owned();
    finding.confidence = Confidence::Low;
    finding.bytes = spoken.resident.or(spoken.heap).map(|bytes| bytes as i64);
    finding
}

/// What the process holds, beside what Go says that it holds.
pub(crate) fn process_memory(process: &ProcessMemory, name: &str, bundle: &Bundle, state: &GoState) -> Finding {
    let who = if process.process.is_empty() { "the process".to_owned() } else { format!("`{}`", process.process) };
    let now = process.resident_bytes;
    let is_other = |first: f64| first.max(now) >= 1.5 * first.min(now) && (now - first).abs() >= 32.0 * MIB;
    let changed = process.first_bytes.filter(|&first| is_other(first));
    let container = match process.process.as_str() {
        "" => "The container".to_owned(),
        name if is_unit(name) => format!("The unit {who}"),
        _ => format!("The container {who}"),
    };
    let at_limit = |bytes: f64| process.limit_bytes.filter(|limit| bytes >= NEARLY_FULL * limit);
    let was_at_limit = process.peak_bytes.and_then(at_limit);
    let title = match (changed, process.is_container) {
        (_, true) if let Some(limit) = was_at_limit => format!("{container} was at its limit of {}", bytes(limit)),
        (Some(first), true) => format!("{container} takes {} at first, {} at last", bytes(first), bytes(now)),
        (None, true) => format!("{container} takes {}", bytes(now)),
        (Some(first), false) => format!("{} resident at first, {} at last", bytes(first), bytes(now)),
        (None, false) if process.first_bytes.is_some() => format!("{} resident, about as at first", bytes(now)),
        (None, false) if process.tool == WORDS => format!("{} resident, by the text's words", bytes(now)),
        (None, false) => format!("{} resident", bytes(now)),
    };
    // Chance puts four in that order once in 24 times, and the last is half as much again; of three it is twice as much.
    let is_rising = process.is_rising
        && changed.is_some_and(|first| match process.readings {
            ..FEWEST_RISING => false,
            FEWEST_RISING => now >= 2.0 * first,
            _ => now > first,
        });
    let title = if is_rising { format!("{title}, more in each of {} readings", process.readings) } else { title };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = if process.is_container {
        contained(process)
    } else {
        format!("{} shows {} of {who} resident", process.tool, bytes(now))
    };
    finding.summary = format!("{name}: {}", finding.summary);
    if at_limit(now).or(was_at_limit).is_some() || process.kills.is_some() || is_rising {
        finding.severity = Severity::Warning;
    }
    let parts = [
        (process.peak_bytes.filter(|&peak| peak > 1.1 * now), "at most so far"),
        (process.go_heap_bytes, "of it where Go has its heap (by the addresses of its arenas)"),
        (process.anonymous_bytes, "of it anonymous (heaps of any kind, and stacks)"),
        (process.file_bytes, "of it pages of files, which the kernel can take back"),
        (
            process.shared_bytes,
            "of it shared (SHR): pages of files, mmap of a database among them, which no heap profile has",
        ),
        (process.lazy_free_bytes, "of it given back and not taken yet (LazyFree)"),
        (process.huge_page_bytes, "of it in huge pages"),
        (process.kernel_bytes, "of it the kernel's own, for it"),
        (process.swap_bytes, "more swapped out"),
    ];
    for (part, words) in parts {
        if let Some(part) = part {
            finding.summary += &format!(", {} {words}", bytes(part));
        }
    }
    finding.summary += ".";
    if was_at_limit.is_some() {
        finding.summary +=
            " It was at its limit: there the kernel takes pages of files back, and kills where that is not enough.";
    }
    if let Some(kills) = process.kills {
        finding.summary += &format!(" The kernel killed {kills} of its processes for want of memory.");
    }
    if let Some(first) = changed.filter(|&first| first > now) {
        finding.summary += &match process.is_container {
            true => {
                format!(" {} less than at first: given back, or it was started again meanwhile.", bytes(first - now))
            }
            false => {
                format!(" {} of it were given back meanwhile: what comes and goes is no leak.", bytes(first - now))
            }
        };
    }
    let unchanged = process.first_bytes.filter(|&first| !is_other(first));
    if let Some(first) = unchanged.filter(|_| !process.is_container) {
        finding.summary += &format!(" At first it was {}: by these readings the process does not grow.", bytes(first));
        if is_spoken_of(bundle, name) {
            finding.summary += " What counts for its container beside it are pages of files and the kernel's own (memory.stat of its cgroup).";
        }
    }
    let is_swapped = tell_swap(&mut finding, process);
    let many_threads = process.threads.filter(|&threads| threads >= MANY_THREADS);
    if let Some(threads) = many_threads {
        tell_threads(&mut finding, threads);
    }
    if let Some((count, resident)) = process.malloc_arenas {
        finding.summary += &format!(
            " {} of it is in {count} arenas of C's malloc (64 MiB of addresses each, one or more for each thread that allocates), which Go's \
             runtime does not use.",
            bytes(resident)
        );
    }
    if let Some(addresses) = process.virtual_bytes {
        finding.summary += &format!(
            " Its {} of addresses (VIRT, VSZ) are no memory: what is reserved, or mapped and not touched, counts there.",
            bytes(addresses)
        );
    }
    if let Some(all) = processes_beside(process, name, bundle) {
        finding.summary += &format!(" All processes of the text's table have {} resident.", bytes(all));
        if now > 2.0 * all {
            finding.summary += " If that is all of the container's, the rest is of no process: pages of files, tmpfs, or the kernel's own, which it is \
                                charged for.";
        }
    }
    let printed = bundle.tool_outputs.iter().find_map(last_stated);
    let held = state.last(Quantity::HeldBytes).or(printed.and_then(Reading::held));
    let released = state.last(Quantity::HeapReleasedBytes).or(printed.and_then(|printed| printed.of(Field::Released)));
    let live = in_use(bundle, name);
    let by_metrics = state.last(Quantity::ResidentBytes).filter(|metrics| metrics.max(now) > 2.0 * metrics.min(now));
    if let Some(metrics) = by_metrics {
        finding.summary += &format!(
            " The metrics say {}: they are of another process, or of another moment. `process_…` metrics are of the process that serves \
             them, an exporter's own where it watches others.",
            bytes(metrics)
        );
        finding.action =
            "Scrape the process itself. An exporter that watches others has their numbers under names of its own."
                .to_owned();
    } else if let Some(held) = held {
        beside_held(&mut finding, now, held, released);
    } else if tell_outside(&mut finding, process) {
    } else if let Some((live, by)) =
        live.filter(|(live, _)| *live > CONTRADICTS * (now + process.swap_bytes.unwrap_or(0.0)))
    {
        finding.summary += &format!(
            " {by} {} in use, more than is resident: the two contradict, and are of two moments or of two processes.",
            bytes(live)
        );
        finding.action = "Take both at one moment, and of one process: its RSS (/proc/PID/status) and its heap profile (/debug/pprof/heap).".to_owned();
    } else if let Some((live, by)) = live.filter(|(live, _)| now < MOSTLY * live) {
        finding.summary += &format!(" {by} {} in use: that is most of it.", bytes(live));
        finding.action = "Two heap profiles some time apart (/debug/pprof/heap), and `gomem diff` of both, say what the heap is made of, and what of it grows."
            .to_owned();
    } else if let Some((live, by)) = live {
        beside_live(&mut finding, now, (live, by), spoken_in(bundle, name).and_then(|spoken| spoken.gogc));
    } else if process.go_heap_bytes.is_some()
        && process.malloc_arenas.is_some_and(|(_, resident)| 2.0 * resident >= now)
    {
        OF_MALLOC.clone_into(&mut finding.action);
        finding.severity = Severity::Warning;
    } else if process.go_heap_bytes.is_some_and(|heap| 2.0 * heap >= now) {
        finding.action = "Most of it is Go's heap, not cgo or mmap: what of that is live, free slots, kept for later, or given back and still \
                          resident (MADV_FREE, Go 1.12 to 1.15) runtime.MemStats tells (/debug/pprof/heap?debug=1, its end; or /metrics), \
                          LazyFree of smaps_rollup the last."
            .to_owned();
    } else if let Some(traced) =
        bundle.gctrace().and_then(largest_heap).filter(|traced| BY_FAR * traced < now && process.all_bytes.is_none())
    {
        beside_trace(&mut finding, process, now, traced);
    } else if let Some((anonymous, file)) =
        process.anonymous_bytes.zip(process.file_bytes).filter(|_| process.is_container)
    {
        finding.action = match () {
            () if file > BY_FAR * anonymous => OF_FILES,
            () if 2.0 * anonymous > now => OF_ANONYMOUS,
            () => OF_BOTH,
        }
        .to_owned();
    } else if is_swapped {
        OF_SWAP.clone_into(&mut finding.action);
    } else if process.is_container && process.process.is_empty() {
        OF_GROUP.clone_into(&mut finding.action);
    } else if changed.is_some_and(|first| first > now) {
        finding.action = "For what it held while it was large take a heap profile then (/debug/pprof/heap), and one after it: `gomem diff`. Go gives \
                          back what it does not need within minutes; GOMEMLIMIT bounds the peak, debug.FreeOSMemory gives back at once."
            .to_owned();
    } else if many_threads.is_some() {
        OF_THREADS.clone_into(&mut finding.action);
    } else if process.is_container {
        finding.action = "What of that is pages of files, which the kernel takes back, memory.stat of its cgroup tells (anon and file). What \
                          of anon is Go's: scrapes of /metrics, or /debug/pprof/heap?debug=1, whose end has Sys, HeapReleased and HeapInuse."
            .to_owned();
    } else {
        finding.action = "It does not say what of it is Go's: take scrapes of /metrics, or /debug/pprof/heap?debug=1, whose end has \
                          Sys, HeapReleased and HeapInuse. A Go of 1.12 to 1.15 gives memory back by MADV_FREE: it stays resident \
                          until the system is short of memory, and GODEBUG=madvdontneed=1 shows the difference."
            .to_owned();
    }
    if changed.is_some_and(|first| first < now) && process.readings > FEWEST_OF_GROWTH {
        finding.action += " It is more than at first: two heap profiles some time apart, and `gomem diff`, say whether Go's live heap grows, and \
                           what of it.";
    }
    finding.bytes = Some(now as i64);
    finding.evidence.push(Evidence::new("resident", now, Unit::Bytes).with_source("tool output"));
    finding
        .evidence
        .extend(process.peak_bytes.map(|peak| Evidence::new("peak", peak, Unit::Bytes).with_source("tool output")));
    finding.confounders.push("it was taken at another moment than what it is held against, perhaps".to_owned());
    finding
}

/// What a tool shows of a container.
fn contained(process: &ProcessMemory) -> String {
    let limit = process.limit_bytes.map_or_else(String::new, |limit| format!(" of a limit of {}", bytes(limit)));
    let amount = match process.first_bytes {
        Some(first) => format!(
            "{} at first, {} at last in {} readings",
            bytes(first),
            bytes(process.resident_bytes),
            process.readings
        ),
        None => bytes(process.resident_bytes),
    };
    if process.process.is_empty() {
        return format!(
            "the files of {} say {amount}{limit}, pages of files and the kernel's own among it",
            process.tool
        );
    }
    format!(
        "what `{}` shows: {} takes {amount}{limit}, pages of files that are in use among it",
        process.tool, process.process
    )
}

/// What is resident beyond what Go holds was given back and is still there, or was never Go's; less than that was never touched.
fn beside_held(finding: &mut Finding, resident: f64, held: f64, released: Option<f64>) {
    let beyond = resident - held;
    finding.summary += &format!(" Go holds {} (Sys − HeapReleased).", bytes(held));
    if beyond < 0.1 * resident {
        finding.summary += " That is all of it, but for what was never touched.";
        finding.action = "It is Go's own: what of it is live, free slots, or kept for later is told below.".to_owned();
        return;
    }
    let lazy = released.filter(|&released| released >= 0.5 * beyond);
    finding.summary += &format!(" {} more are resident", bytes(beyond));
    if let Some(released) = lazy {
        finding.summary += &format!(
            ": of {} that Go gave back, so much may still be there, or it is outside of Go (the program's file, cgo, mmap).",
            bytes(released)
        );
        GIVEN_BACK.clone_into(&mut finding.action);
    } else {
        finding.summary += ": outside of Go (cgo, mmap, files), which neither a heap profile nor GOMEMLIMIT counts.";
        finding.action = "Find who holds it: /proc/PID/smaps names its areas, and those of the runtime [anon: Go: …] from Go 1.25 on; \
                          for cgo use the allocator's own statistics."
            .to_owned();
        if beyond >= 0.5 * resident && beyond >= 64.0 * MIB {
            finding.severity = Severity::Warning;
        }
    }
}

/// The heap at most that a GC trace shows, or its goal.
fn largest_heap(trace: &GcTrace) -> Option<f64> {
    trace.lines().iter().map(|line| line.heap_end_mb.max(line.goal_mb)).max().map(|mebibytes| mebibytes as f64 * MIB)
}

/// What is not of a heap that stays small.
fn beside_trace(finding: &mut Finding, process: &ProcessMemory, now: f64, traced: f64) {
    let who = if process.process.is_empty() { process.tool } else { &process.process };
    finding.title = format!("{} of `{who}`, and Go's heap is {} at most by the GC trace", bytes(now), bytes(traced));
    finding.summary += &format!(
        " The cycles of the GC trace work towards a heap of {} at most: the live heap is not what takes the rest, {}.",
        bytes(traced),
        bytes(now - traced)
    );
    finding.action = "It is outside of Go's heap (cgo, mmap, pages of files, many threads; with `go build -race` the race detector's shadow memory, five to ten \
                      times the program's own), or what an earlier, larger heap left and Go keeps. runtime.MemStats tells them apart \
                      (/debug/pprof/heap?debug=1, its end; or /metrics): HeapIdle − HeapReleased is kept, what is resident beyond Sys − \
                      HeapReleased is outside."
        .to_owned();
}

/// What Go's heap has in use, by a printed profile, else by the words of the same text; and who says it.
fn in_use(bundle: &Bundle, name: &str) -> Option<(f64, &'static str)> {
    let of_profile = |printed: &HeapProfile| {
        let is_in_use = printed.profile.sample_types().first()?.name() == IN_USE;
        is_in_use.then(|| printed.profile.total(0) as f64)
    };
    let of_table =
        |table: &PrintedTable| table.total.filter(|_| table.kind.as_deref() == Some(IN_USE) && !table.is_difference);
    let printed = bundle.printed.iter().find_map(of_profile);
    let printed = printed.or_else(|| bundle.tables.iter().find_map(|(_, table)| of_table(table)));
    let spoken = || Some((spoken_in(bundle, name)?.heap?, "By the text's words the heap has"));
    printed.map(|bytes| (bytes, "The profile has")).or_else(spoken)
}

/// What the processes of a container have, where a table in the same text has several of them.
fn processes_beside(container: &ProcessMemory, part: &str, bundle: &Bundle) -> Option<f64> {
    let file = bundle.tool_outputs.iter().find(|output| output.name == part).map(|output| &output.file);
    let of_table = |output: &ToolOutput| match &output.printout {
        Printout::Process(process) => process.all_bytes,
        _ => None,
    };
    let mut outputs = bundle.tool_outputs.iter().filter(|output| Some(&output.file) == file);
    outputs.find_map(of_table).filter(|_| container.is_container)
}

/// What the text says in words that a part is of.
fn spoken_in<'b>(bundle: &'b Bundle, part: &str) -> Option<&'b SpokenMemory> {
    let is_of = |file: &str| part.strip_prefix(file).is_some_and(|rest| rest.is_empty() || rest.starts_with(", line "));
    bundle.spoken.iter().find(|(file, _)| is_of(file)).map(|(_, spoken)| spoken)
}

/// Whether the text that a part is of speaks of memory in words.
pub(crate) fn is_spoken_of(bundle: &Bundle, part: &str) -> bool {
    spoken_in(bundle, part).is_some()
}

/// The last reading of `runtime.MemStats` that a person printed.
fn last_stated(output: &ToolOutput) -> Option<&Reading> {
    let Printout::Stated(memory) = &output.printout else { return None };
    memory.readings.last()
}

/// What is resident by the system's tools, and else by the words of the text that `part` is of.
pub(crate) fn resident_beside(bundle: &Bundle, part: &str) -> Option<f64> {
    let of_tool = |output: &ToolOutput| match &output.printout {
        Printout::Process(process) => Some(process.resident_bytes),
        _ => None,
    };
    bundle.tool_outputs.iter().find_map(of_tool).or_else(|| spoken_in(bundle, part)?.resident)
}

const OF_MALLOC: &str = "It is of C code, by way of cgo: see that what C gives is freed (C.free, or the library's own Close), on every path. Where many threads \
                         call C at once, fewer arenas help (MALLOC_ARENA_MAX=2), or another allocator (jemalloc). Neither a heap profile nor \
                         GOMEMLIMIT counts it; the library's own statistics, or heaptrack and jemalloc's profiles, say at which call.";
const OF_FILES: &str = "Most of it is pages of files, which the kernel takes back before it kills, but for tmpfs (shmem) and what is mapped and used: that is not the \
                        program's heap. Where it reads much once, or writes logs and databases, that is usual; kubectl top's working set has \
                        the active ones of them.";
const OF_ANONYMOUS: &str = "Most of it is the program's own (anon): what of that is Go's live heap, kept, or outside of Go, scrapes of /metrics tell, or \
                            /debug/pprof/heap?debug=1, whose end has Sys, HeapReleased and HeapInuse. GOMEMLIMIT at about 90 % of the limit \
                            bounds Go's part.";
const OF_BOTH: &str = "Neither pages of files nor the program's own (anon) are most by far: two readings of memory.stat tell which of them grows, and a heap \
                       profile (/debug/pprof/heap) or scrapes of /metrics what of anon is Go's.";
const OF_GROUP: &str = "The limit counts all of that, so a dashboard can show less: kubectl top's working set leaves inactive pages of files out, RSS all of them and \
                        the kernel's own, and a scrape each 15 s misses what comes between. memory.stat of the same group has anon (the program's \
                        own), file and kernel; for anon take scrapes of /metrics, or /debug/pprof/heap?debug=1. GOMEMLIMIT at about 90 % of \
                        the limit bounds Go's part.";
/// Of two the last may be of a peak.
const FEWEST_OF_GROWTH: usize = 2;
const FEWEST_RISING: usize = 3;
/// Of its limit: the next step upwards kills it.
const NEARLY_FULL: f64 = 0.95;
/// A judgement.
const BY_FAR: f64 = 4.0;
/// Two numbers of one moment differ by less.
const CONTRADICTS: f64 = 1.1;
/// Of what is in use: the heap's goal is further away.
const MOSTLY: f64 = 1.5;
/// What any large service may have: fewer tell nothing.
const MANY_GOROUTINES: f64 = 1000.0;
/// `stackMin` of `runtime/stack.go`.
const SMALLEST_STACK: f64 = 2048.0;
/// Who shows it where no tool does.
const WORDS: &str = "the text";
const IN_USE: &str = "inuse_space";
/// Of a bundle.
const MOST: usize = 8;
/// A judgement: Go runs as many as it has processors, and some more for what blocks.
const MANY_THREADS: u64 = 1000;
