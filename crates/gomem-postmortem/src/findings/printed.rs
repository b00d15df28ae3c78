//! What tools printed, as people paste it: tables and graphs of profiles, and what the kernel says of the process.

use foldhash::HashMap;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GoState, Quantity};
use gomem_pprof::{Profile, TopOptions};
use gomem_symbol::Symbol;
use gomem_table::{MIB, Unit, percent};

use crate::{
    attribution::Place,
    bundle::{
        Bundle, Field, HeapProfile, Listing, Logged, LoggedMemory, Printout, ProcessMemory, Reading, Scavenger,
        ToolOutput,
    },
    findings::{
        call_advice::row_advice,
        finding::{Finding, FindingKind},
        memory_limiter::memory_limiter,
        oom_report::out_of_memory,
        snapshot::GIVEN_BACK,
        stated::stated,
    },
};

/// A finding for each thing that was printed, the largest of many.
pub(crate) fn find(bundle: &Bundle, state: &GoState) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        bundle.printed.iter().take(MOST).filter_map(|printed| profile(printed, bundle)).collect();
    for output in bundle.tool_outputs.iter().take(MOST) {
        let name = &output.name;
        findings.extend(match &output.printout {
            Printout::Process(process) => Some(resident(process, name, bundle, state)),
            Printout::Scavenger(found) => scavenger(found, name),
            Printout::Listing(listing) => listed(listing, name),
            Printout::Logged(logged) => logged_memory(logged, name),
            Printout::Limiter(limiter) => Some(memory_limiter(limiter, name)),
            Printout::OomReport(report) => Some(out_of_memory(report, name)),
            Printout::Stated(memory) => stated(memory, name, resident_beside(bundle)),
        });
    }
    findings.extend(in_words(bundle, state));
    findings
}

/// What a person says is resident, where no tool's output does, beside what Go says of itself.
fn in_words(bundle: &Bundle, state: &GoState) -> Option<Finding> {
    let is_said = |output: &ToolOutput| {
        matches!(output.printout, Printout::Process(_) | Printout::Stated(_) | Printout::Logged(_))
    };
    let has_beside =
        state.last(Quantity::HeldBytes).is_some() || bundle.printed.iter().any(|printed| in_use(printed).is_some());
    let resident_bytes = bundle.spoken_resident.filter(|_| has_beside && !bundle.tool_outputs.iter().any(is_said))?;
    let process = ProcessMemory { tool: "the text", resident_bytes, ..ProcessMemory::default() };
    Some(resident(&process, &bundle.name, bundle, state))
}

/// The functions of a table, or of a graph, that hold or make most.
fn profile(printed: &HeapProfile, bundle: &Bundle) -> Option<Finding> {
    let profile = &printed.profile;
    let kind = profile.sample_types().first()?;
    let unit = Unit::from_pprof(kind.unit());
    let top = profile.top(&TopOptions::new(0));
    let total = top.total().max(1) as f64;
    let rows: Vec<(String, f64)> =
        top.rows().iter().filter(|row| row.flat > 0).map(|row| (row.name(), row.flat as f64)).take(SHOWN).collect();
    let (first, most) = rows.first()?;
    let share = |value: f64| percent(value / total, 1);
    let of_what = of_what(kind.name());
    let short = Symbol::decode(first).short();
    let title = format!("{short}: {} of {of_what}, {}", share(*most), unit.humanize(*most));
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    let others: Vec<String> = rows
        .iter()
        .skip(1)
        .map(|(name, value)| {
            format!("`{}` {} ({})", Symbol::decode(name).short(), unit.humanize(*value), share(*value))
        })
        .collect();
    finding.summary = format!("{}: {} in all.", printed.name, unit.humanize(total));
    if !others.is_empty() {
        finding.summary += &format!(" After it: {}.", others.join(", "));
    }
    if let Some(caller) = caller(profile, first) {
        finding.summary += &format!(" Most of `{short}` is called by way of `{caller}`.");
    }
    if kind.name() == "inuse_space" {
        finding.summary += " The process takes more than that: at GOGC=100 the heap grows to about twice of what is in use before each \
                            GC, and Go keeps what it may need again.";
    }
    let goroutines =
        bundle.goroutines().last().map(|goroutines| goroutines.total(0)).filter(|_| first == "runtime.malg");
    if let Some(count) = goroutines {
        finding.summary += &format!(" {count} goroutines are left in the goroutine profile.");
    }
    let is_in_use = kind.name().starts_with("inuse_");
    if *most < SMALL_SHARE * total {
        finding.summary += " No function has much of it: two such profiles some time apart, and `gomem diff` of both, say which grows.";
    }
    let known = rows.iter().find_map(|(name, _)| Some((name, row_advice(name, is_in_use)?)));
    let has_all = rows.len() > 1 || profile.samples().len() > 1;
    finding.action = match known {
        Some((name, advice)) if name == first => advice.to_owned(),
        Some((name, advice)) => format!("Of `{}`: {advice}", Symbol::decode(name).short()),
        None if has_all => {
            "Give the profile itself: `gomem attribute` and `gomem postmortem` say which of your lines call it, and why it \
                            is allocated."
                .to_owned()
        }
        None => "Give the profile that it was made of.".to_owned(),
    };
    finding.confidence = Confidence::Medium;
    if unit == Unit::Bytes {
        finding.bytes = Some(*most as i64);
    }
    finding.evidence = vec![
        Evidence::new("of that function alone", *most, unit).with_source("printed profile"),
        Evidence::new("in all", total, unit).with_source("printed profile"),
    ];
    finding
        .confounders
        .push("a table or a graph has no lines of the program, and one moment says nothing of growth".to_owned());
    Some(finding)
}

/// What the values are shares of.
fn of_what(kind: &str) -> &'static str {
    match kind {
        "inuse_space" => "what is in use",
        "inuse_objects" => "the objects in use",
        "alloc_space" => "what was allocated",
        "alloc_objects" => "the objects allocated",
        "space" => "the bytes",
        "cpu" | "time" => "the time",
        "delay" | "contentions" => "the waiting",
        _ => "what it counts",
    }
}

/// The nearest function of other code that most of a function's samples are called by, where there are stacks.
fn caller(profile: &Profile, function: &str) -> Option<String> {
    let package = |name: &str| Symbol::decode(name).package().to_owned();
    let mut places: HashMap<&str, usize> = HashMap::default();
    let mut sums: Vec<(&str, i64)> = Vec::new();
    for sample in profile.samples() {
        let mut names = sample.frames().filter_map(|line| Some(line.function()?.name()));
        if names.next() != Some(function) {
            continue;
        }
        let own = package(function);
        let Some(caller) = names.find(|name| package(name) != own && !name.starts_with("runtime.")) else { continue };
        let place = *places.entry(caller).or_insert(sums.len());
        match sums.get_mut(place) {
            Some((_, sum)) => *sum = sum.saturating_add(sample.value(0)),
            None => sums.push((caller, sample.value(0))),
        }
    }
    let (caller, _) = sums.into_iter().max_by_key(|(_, sum)| *sum)?;
    Some(Symbol::decode(caller).short())
}

/// What the process holds, beside what Go says that it holds.
fn resident(process: &ProcessMemory, name: &str, bundle: &Bundle, state: &GoState) -> Finding {
    let bytes = |bytes: f64| Unit::Bytes.humanize(bytes);
    let who = if process.process.is_empty() { "the process".to_owned() } else { format!("`{}`", process.process) };
    let now = process.resident_bytes;
    let grown = process.first_bytes.filter(|&first| now >= 1.5 * first && now - first >= 32.0 * MIB);
    let title = match grown {
        Some(first) => format!("{} resident at first, {} at last", bytes(first), bytes(now)),
        None => format!("{} resident", bytes(now)),
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = format!("{name}: {} shows {} of {who} resident", process.tool, bytes(now));
    let parts = [
        (process.peak_bytes.filter(|&peak| peak > 1.1 * now), "at most so far"),
        (process.anonymous_bytes, "of it anonymous (heaps of any kind, and stacks)"),
        (process.file_bytes, "of it pages of files, which the kernel can take back"),
        (
            process.shared_bytes,
            "of it shared (SHR): pages of files, mmap of a database among them, which no heap profile has",
        ),
        (process.lazy_free_bytes, "of it given back and not taken yet (LazyFree)"),
        (process.huge_page_bytes, "of it in huge pages"),
        (process.swap_bytes, "more swapped out"),
    ];
    for (part, words) in parts {
        if let Some(part) = part {
            finding.summary += &format!(", {} {words}", bytes(part));
        }
    }
    finding.summary += ".";
    let printed = bundle.tool_outputs.iter().find_map(last_stated);
    let held = state.last(Quantity::HeldBytes).or(printed.and_then(Reading::held));
    let released = state.last(Quantity::HeapReleasedBytes).or(printed.and_then(|printed| printed.of(Field::Released)));
    let live = bundle.printed.iter().find_map(in_use);
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
    } else if let Some(live) = live {
        finding.summary += &format!(
            " The profile has {} in use. At GOGC=100 the heap grows to twice of what is live before each GC, that is about {}; \
             the rest is what Go holds and does not use, stacks, its tables, or outside of Go.",
            bytes(live),
            bytes(2.0 * live)
        );
        finding.action = "To tell them apart take runtime.MemStats (/debug/pprof/heap?debug=1, its end; or /metrics): HeapInuse − \
                          HeapAlloc are free slots, HeapIdle − HeapReleased is kept for later, HeapReleased is given back, and what \
                          is resident beyond Sys − HeapReleased is outside of Go. GOMEMLIMIT, or a lower GOGC, lowers the goal."
            .to_owned();
    } else {
        finding.action = "It does not say what of it is Go's: take scrapes of /metrics, or /debug/pprof/heap?debug=1, whose end has \
                          Sys, HeapReleased and HeapInuse. A Go of 1.12 to 1.15 gives memory back by MADV_FREE: it stays resident \
                          until the system is short of memory, and GODEBUG=madvdontneed=1 shows the difference."
            .to_owned();
    }
    finding.bytes = Some(now as i64);
    finding.evidence.push(Evidence::new("resident", now, Unit::Bytes).with_source("tool output"));
    finding
        .evidence
        .extend(process.peak_bytes.map(|peak| Evidence::new("peak", peak, Unit::Bytes).with_source("tool output")));
    finding.confounders.push("it was taken at another moment than what it is held against, perhaps".to_owned());
    finding
}

/// What is resident beyond what Go holds was given back and is still there, or was never Go's; less than that was never touched.
fn beside_held(finding: &mut Finding, resident: f64, held: f64, released: Option<f64>) {
    let bytes = |bytes: f64| Unit::Bytes.humanize(bytes);
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

/// What a printed heap profile has in use.
fn in_use(printed: &HeapProfile) -> Option<f64> {
    let is_in_use = printed.profile.sample_types().first()?.name() == "inuse_space";
    is_in_use.then(|| printed.profile.total(0) as f64)
}

/// What the scavenger of Go up to 1.13 had not given back.
fn scavenger(found: &Scavenger, name: &str) -> Option<Finding> {
    let bytes = |bytes: f64| Unit::Bytes.humanize(bytes);
    let kept = found.idle_bytes - found.released_bytes;
    if kept < 32.0 * MIB || kept < found.inuse_bytes {
        return None;
    }
    let title = format!("{} is idle and not given back: {} is in use", bytes(kept), bytes(found.inuse_bytes));
    let mut finding = Finding::new(FindingKind::Printed, Severity::Warning, title);
    finding.summary = format!(
        "{name}: the scavenger's trace has {} in use, {} idle, {} of that released. It is no leak of live objects.",
        bytes(found.inuse_bytes),
        bytes(found.idle_bytes),
        bytes(found.released_bytes)
    );
    finding.action = "This trace is of Go up to 1.13, which gave idle memory back after minutes, and in whole runs of pages only: use a \
                      newer Go, whose scavenger works all the time; a GOMEMLIMIT makes it give memory back earlier. \
                      debug.FreeOSMemory gives back once what is idle now."
        .to_owned();
    finding.bytes = Some(kept as i64);
    finding.evidence = vec![
        Evidence::new("idle and not released", kept, Unit::Bytes).with_source("GC trace"),
        Evidence::new("in use", found.inuse_bytes, Unit::Bytes).with_source("GC trace"),
    ];
    Some(finding)
}

/// What a program's own log says of its memory, in Go and outside of it.
fn logged_memory(logged: &LoggedMemory, name: &str) -> Option<Finding> {
    let bytes = |bytes: f64| Unit::Bytes.humanize(bytes);
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
    finding.action = if is_outside {
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

/// The line of a function that takes most, with what it calls.
fn listed(listing: &Listing, name: &str) -> Option<Finding> {
    let most = listing.lines.first()?;
    let place =
        Place { function: listing.function.as_str().into(), file: listing.file.as_str().into(), line: most.line };
    let title = format!("{}: {} of {} in `{}`", place.short(), most.shown, listing.total, place.short_function());
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    let of_all = listing.percent.map_or_else(String::new, |percent| format!(" The function has {percent} % of all."));
    finding.summary = format!("{name}: the line is `{}`.{of_all}", most.text);
    let others: Vec<String> =
        listing.lines[1..].iter().map(|line| format!("line {} {} (`{}`)", line.line, line.shown, line.text)).collect();
    if !others.is_empty() {
        finding.summary += &format!(" After it: {}.", others.join(", "));
    }
    finding.action =
        "Change that line, or call it for fewer: what it calls makes it. The profile itself says why it is allocated \
                      (`gomem postmortem`), and what the line calls (`gomem tree`)."
            .to_owned();
    finding.confidence = Confidence::Medium;
    finding.place = Some(place);
    Some(finding)
}

/// The last reading of `runtime.MemStats` that a person printed.
fn last_stated(output: &ToolOutput) -> Option<&Reading> {
    let Printout::Stated(memory) = &output.printout else { return None };
    memory.readings.last()
}

/// What is resident by the system's tools, and else by the person's words.
fn resident_beside(bundle: &Bundle) -> Option<f64> {
    let of_tool = |output: &ToolOutput| match &output.printout {
        Printout::Process(process) => Some(process.resident_bytes),
        _ => None,
    };
    bundle.tool_outputs.iter().find_map(of_tool).or(bundle.spoken_resident)
}

/// Of what is counted: a function with less is not what the memory is taken for.
const SMALL_SHARE: f64 = 0.1;
/// Of a table.
const SHOWN: usize = 5;
/// Of a bundle.
const MOST: usize = 8;
