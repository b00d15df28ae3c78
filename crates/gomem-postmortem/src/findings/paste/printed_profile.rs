//! Profiles as tools print or draw them: which functions have most, by way of whom, and what grew between two tables.

use foldhash::{HashMap, HashSet};
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::{PrintedRow, PrintedTable, Profile, TopOptions};
use gomem_symbol::{Origin, Symbol};
use gomem_table::{MIB, Unit, percent};

use crate::{
    bundle::{Bundle, HeapProfile},
    findings::{
        calls::call_advice::{goroutine_advice, row_advice, wait_advice},
        finding::{Finding, FindingKind},
        paste::{printed_cpu::gc_time, printed_difference::difference},
        sentence::bytes,
    },
};

/// A finding for each, what is in use first, and what grew between tables of what is in use before all.
pub(crate) fn printed_profiles(bundle: &Bundle) -> Vec<Finding> {
    let kind = |printed: &HeapProfile| printed.profile.sample_types().first().map_or("", |kind| kind.name()).to_owned();
    let mut printed: Vec<&HeapProfile> = bundle.printed.iter().collect();
    printed.sort_by_key(|printed| !kind(printed).starts_with("inuse_"));
    let mut findings: Vec<Finding> = grown(&bundle.tables).into_iter().collect();
    findings.extend(printed.into_iter().take(MOST).filter_map(|printed| profile(printed, bundle)));
    let with_profile: HashSet<&str> = bundle.printed.iter().map(|printed| printed.name.as_str()).collect();
    let without_profile = bundle.tables.iter().filter(|(name, _)| !with_profile.contains(name.as_str()));
    findings.extend(without_profile.take(MOST).filter_map(|(name, table)| match table.kind.as_deref() {
        _ if table.is_difference => difference(name, table),
        Some("goroutine") => goroutines(name, table),
        _ => by_cum(name, table),
    }));
    findings
}

/// The functions of a table, or of a graph, that hold or make most.
fn profile(printed: &HeapProfile, bundle: &Bundle) -> Option<Finding> {
    let profile = &printed.profile;
    let kind = profile.sample_types().first()?;
    let table = table_of(bundle, &printed.name);
    if let Some(finding) = table.and_then(|table| gc_time(&printed.name, table)) {
        return Some(finding);
    }
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
    if let Some(caller) = caller(profile, first).or_else(|| caller_in(table?, first)) {
        finding.summary += &format!(" Most of `{short}` is called by way of `{caller}`.");
    }
    finding.summary += &table.map_or_else(String::new, |table| with_callees(table, unit, total, &rows));
    finding.summary += scope(kind.name());
    // What is in use was allocated: of a table that does not say which it shows, the sum is the most that is in use.
    let is_little = matches!(kind.name(), "inuse_space" | "space") && total < LITTLE;
    if is_little && kind.name() == "space" {
        finding.summary += " In either case no more than that is in use.";
    }
    if kind.name() == "inuse_space" {
        finding.summary += " The process takes more than that: at GOGC=100 the heap grows to about twice of what is in use before each \
                            GC, and Go keeps what it may need again.";
    }
    if first != MALG
        && unit == Unit::Bytes
        && let Some((_, bytes)) = rows.iter().find(|(name, _)| *name == MALG)
        && *bytes >= LEAST_OF_DESCRIPTORS
    {
        let count = Unit::Count.humanize((bytes / DESCRIPTOR / ROUND).round() * ROUND);
        finding.summary += &format!(
            " `runtime.malg` makes descriptors of goroutines, 416 to 480 B each, which are never given back: about {count} of them were \
             there at once. Are they still? /debug/pprof/goroutine?debug=1 says it: what goroutines refer to stays with them."
        );
    }
    let goroutines = bundle.goroutines().last().map(|goroutines| goroutines.total(0)).filter(|_| first == MALG);
    if let Some(count) = goroutines {
        finding.summary += &format!(" {count} goroutines are left in the goroutine profile.");
    }
    let is_in_use = kind.name().starts_with("inuse_");
    if *most < SMALL_SHARE * total {
        finding.summary += " No function has much of it: two such profiles some time apart, and `gomem diff` of both, say which grows.";
    }
    let large = rows.iter().take_while(|(_, value)| 2.0 * value >= *most);
    let known = large.filter_map(|(name, _)| Some((name, row_advice(name, is_in_use)?))).next();
    let has_all = rows.len() > 1 || profile.samples().len() > 1;
    finding.action = match known {
        _ if is_little => LITTLE_IN_USE.to_owned(),
        Some((name, advice)) if name == first => advice.to_owned(),
        Some((name, advice)) => format!("Of `{}`: {advice}", Symbol::decode(name).short()),
        None if is_in_use => format!(
            "What `{short}` made is live: something refers to it. If it is what the program is there to hold (tables, caches, rules), make \
             it smaller or bound it; if not, find who keeps it. Two such profiles some time apart tell whether it grows (`gomem diff`), the \
             profile itself which of your lines call it (`gomem postmortem`)."
        ),
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

const MALG: &str = "runtime.malg";
/// `g` of `runtime/runtime2.go`, by size class: 416 B in Go 1.21, 448 in 1.24 and 1.25, 480 in 1.27 (measured).
const DESCRIPTOR: f64 = 448.0;
/// Ten thousand goroutines and more.
const LEAST_OF_DESCRIPTORS: f64 = 4.0 * MIB;
const ROUND: f64 = 1000.0;

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

/// What such values say, and what not.
fn scope(kind: &str) -> &'static str {
    match kind {
        "alloc_space" | "alloc_objects" => {
            " That is all that was ever allocated, freed or not: it says what GC works for, not what holds memory (for that: \
             -sample_index=inuse_space)."
        }
        "space" => {
            " Whether that is in use, or all that was ever allocated, the text does not say: the line `Type:` above the table does."
        }
        _ => "",
    }
}

fn table_of<'b>(bundle: &'b Bundle, name: &str) -> Option<&'b PrintedTable> {
    bundle.tables.iter().find(|(part, _)| part == name).map(|(_, table)| table)
}

/// In a tree, the function that most of another's is called by.
fn caller_in(table: &PrintedTable, function: &str) -> Option<String> {
    let row = table.rows.iter().find(|row| row.name == function)?;
    let (name, value) = row.callers.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (2.0 * value >= row.cum).then(|| Symbol::decode(name).short())
}

/// The functions that have most with what they call, where they have little of it themselves.
fn with_callees(table: &PrintedTable, unit: Unit, total: f64, told: &[(String, f64)]) -> String {
    let is_told = |row: &PrintedRow| told.iter().any(|(name, _)| *name == row.name);
    let mut rows: Vec<&PrintedRow> =
        table.rows.iter().filter(|row| row.cum >= LARGE_SHARE * total && 2.0 * row.flat < row.cum).collect();
    rows.retain(|row| !is_told(row) && is_of_program(&row.name));
    rows.sort_by(|a, b| b.cum.total_cmp(&a.cum));
    let words: Vec<String> = rows
        .iter()
        .take(SHOWN_CALLERS)
        .map(|row| {
            format!(
                "`{}` {} ({})",
                Symbol::decode(&row.name).short(),
                unit.humanize(row.cum),
                percent(row.cum / total, 1)
            )
        })
        .collect();
    if words.is_empty() { String::new() } else { format!(" With what they call: {}.", words.join(", ")) }
}

/// Whether a function tells something: not of the runtime, nor where every program begins.
fn is_of_program(name: &str) -> bool {
    let symbol = Symbol::decode(name);
    let is_of_others = matches!(Origin::from_package(symbol.package(), ""), Origin::Runtime | Origin::Std);
    !is_of_others && name != "main.main"
}

fn is_of_framework(name: &str) -> bool {
    FRAMEWORKS.iter().any(|path| name.starts_with(path))
}

/// A table sorted by `cum`, or a total alone: what it has.
fn by_cum(name: &str, table: &PrintedTable) -> Option<Finding> {
    let total = table.total.or_else(|| table.rows.iter().map(|row| row.cum).reduce(f64::max))?;
    let unit = Unit::from_pprof(table.unit);
    let kind = table.kind.as_deref().unwrap_or(if table.unit == "bytes" { "space" } else { "" });
    let of_what = of_what(kind);
    let mut rows: Vec<&PrintedRow> = table.rows.iter().filter(|row| is_of_program(&row.name)).collect();
    rows.sort_by(|a, b| b.cum.total_cmp(&a.cum));
    let shown = |row: &&PrintedRow| format!("`{}` {}", Symbol::decode(&row.name).short(), unit.humanize(row.cum));
    let title = match rows.first() {
        Some(first) => format!(
            "{}: {} of {of_what}, with what it calls",
            Symbol::decode(&first.name).short(),
            percent(first.cum / total.max(1.0), 1)
        ),
        None => format!("{} are {of_what}, by the printed profile's total", unit.humanize(total)),
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = format!("{name}: {} in all.", unit.humanize(total));
    let others: Vec<String> = rows.iter().skip(1).take(SHOWN).map(shown).collect();
    if !others.is_empty() {
        finding.summary += &format!(" After it: {}.", others.join(", "));
    }
    finding.summary += scope(kind);
    let missing =
        if table.rows.is_empty() { "no function with its share" } else { "no function that has some of it itself" };
    finding.action = format!(
        "The text has {missing}: give the rows of `top`, or the profile, and `gomem top` and `gomem tree` say which have it and by way of \
         whom."
    );
    finding.confidence = Confidence::Low;
    finding.evidence = vec![Evidence::new("in all", total, unit).with_source("printed profile")];
    Some(finding)
}

/// How many goroutines a printed table has, and whose they are: what a goroutine stands in is the runtime's own waiting.
fn goroutines(name: &str, table: &PrintedTable) -> Option<Finding> {
    let waiting: f64 = table.rows.iter().filter(|row| WAITING.contains(&row.name.as_str())).map(|row| row.flat).sum();
    let all = table.total.or_else(|| table.rows.iter().map(|row| row.cum).reduce(f64::max))?;
    let mut rows: Vec<&PrintedRow> =
        table.rows.iter().filter(|row| is_of_program(&row.name) && row.cum >= LARGE_SHARE * all).collect();
    rows.sort_by(|a, b| b.cum.total_cmp(&a.cum));
    // A framework's dispatch is on each stack of a server, and tells less than what it calls.
    let most = rows.first().map_or(0.0, |row| row.cum);
    rows.sort_by_key(|row| is_of_framework(&row.name) || 2.0 * row.cum < most);
    let is_crowd = all >= CROWD;
    let title = match rows.first().filter(|_| is_crowd) {
        Some(first) => {
            format!("{:.0} of {all:.0} goroutines are in `{}`", first.cum, Symbol::decode(&first.name).short())
        }
        None if is_crowd => format!("{all:.0} goroutines; the table does not show whose they are"),
        None => format!("No crowd of goroutines: {all:.0}, and nothing that says that they leak"),
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = format!("{name}: {all:.0} goroutines, {waiting:.0} of them wait");
    let waits = WAITS.iter().filter_map(|(function, what)| {
        let row = table.rows.iter().filter(|row| row.name == *function).max_by(|a, b| a.cum.total_cmp(&b.cum))?;
        Some((row.cum, *what))
    });
    let most = waits.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(count, _)| *count >= LARGE_SHARE * all);
    finding.summary += &most.map_or_else(|| ".".to_owned(), |(count, what)| format!(", {count:.0} {what}."));
    let is_lock = most.is_some_and(|(count, what)| what == LOCK && 2.0 * count >= all);
    let words: Vec<String> = rows
        .iter()
        .take(SHOWN)
        .map(|row| format!("{:.0} in `{}`", row.cum, Symbol::decode(&row.name).short()))
        .collect();
    if !words.is_empty() {
        finding.summary += &format!(" On their stacks: {}.", words.join(", "));
    }
    finding.action = if is_crowd && is_lock {
        "One that holds the lock does not come back, or is slow: /debug/pprof/goroutine?debug=2, for `gomem postmortem`, has the one that \
         stands behind Lock and waits for something else. Requests pile up behind it, and keep their memory."
    } else if is_crowd {
        "Whether they grow more takes two such tables some time apart. What they wait for, at which line, and who made them says \
         /debug/pprof/goroutine?debug=2, for `gomem postmortem`."
    } else {
        "It is not goroutines by this: see the heap profile, and what is resident beyond it. A leak shows as many at one place."
    }
    .to_owned();
    if let Some((count, function, advice)) = known_wait(table, all).filter(|_| is_crowd && !is_lock) {
        finding.action = format!("{count:.0} are in `{function}`. {advice} {}", finding.action);
    }
    finding.confidence = Confidence::Medium;
    finding.evidence = vec![Evidence::new("goroutines", all, Unit::Count).with_source("printed profile")];
    Some(finding)
}

/// Between the first and the last table of what is in use, in one text: the function that grew most.
fn grown(tables: &[(String, PrintedTable)]) -> Option<Finding> {
    let in_use = |table: &&(String, PrintedTable)| {
        table.1.kind.as_deref() == Some("inuse_space") && !table.1.rows.is_empty() && !table.1.is_difference
    };
    let mut of_kind = tables.iter().filter(in_use);
    let (Some((_, first)), Some((name, last))) = (of_kind.next(), of_kind.next_back()) else { return None };
    let sum = |table: &PrintedTable| table.total.unwrap_or_else(|| table.rows.iter().map(|row| row.flat).sum());
    let (before, after) = (sum(first), sum(last));
    let earlier: HashMap<&str, f64> = first.rows.iter().map(|row| (row.name.as_str(), row.flat)).collect();
    // What the first table does not show has at most as much there as its last row.
    let least = first.rows.iter().map(|row| row.flat).filter(|&flat| flat > 0.0).reduce(f64::min).unwrap_or(0.0);
    let growth = |row: &PrintedRow| row.flat - earlier.get(row.name.as_str()).copied().unwrap_or(least);
    let most = last.rows.iter().max_by(|a, b| growth(a).total_cmp(&growth(b)))?;
    let more = growth(most);
    if after < LEAST_GROWTH * before || more < 0.25 * (after - before) {
        return None;
    }
    let short = Symbol::decode(&most.name).short();
    let then = earlier.get(most.name.as_str()).map_or_else(|| format!("at most {}", bytes(least)), |&then| bytes(then));
    let title = format!("`{short}` grows: {then} in use at first, {} at last", bytes(most.flat));
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = format!(
        "{name}: the first table of the text has {} in use, the last one {}. Two moments may be two loads: three, after a GC each \
         (`?gc=1`), tell a leak.",
        bytes(before),
        bytes(after)
    );
    finding.action = row_advice(&most.name, true).map_or_else(
        || format!("See what keeps what `{short}` makes: `gomem growth` over several heap profiles names your line that calls it."),
        str::to_owned,
    );
    finding.confidence = Confidence::Medium;
    finding.bytes = Some(more as i64);
    finding.evidence = vec![
        Evidence::new("in use at first", before, Unit::Bytes).with_source("printed profile"),
        Evidence::new("in use at last", after, Unit::Bytes).with_source("printed profile"),
    ];
    Some(finding)
}

const LITTLE_IN_USE: &str = "That is little. Where the process takes much more, it is not in live objects: Sys, HeapIdle and HeapReleased (/metrics, or the \
                             end of /debug/pprof/heap?debug=1) tell what Go keeps, and what is resident beyond that is outside of Go. Where \
                             it grows, take the profile when it is large.";
const LITTLE: f64 = 16.0 * MIB;
/// Of what is counted: a function with less is not what the memory is taken for.
const SMALL_SHARE: f64 = 0.1;
/// Of what is counted: less is beside the point.
/// In which function of a library many of all goroutines are that what goroutines wait for is known of, and what to do about that.
fn known_wait(table: &PrintedTable, all: f64) -> Option<(f64, String, &'static str)> {
    let known = table.rows.iter().filter(|row| row.cum >= LARGE_SHARE * all).filter_map(|row| {
        let advice = goroutine_advice(&row.name).or_else(|| wait_advice(&row.name))?;
        Some((row.cum, Symbol::decode(&row.name).short(), advice))
    });
    known.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)))
}

const LARGE_SHARE: f64 = 0.2;
/// A judgement: fewer are what a server has.
const CROWD: f64 = 100.0;
/// Two profiles of a steady program differ by less.
const LEAST_GROWTH: f64 = 1.2;
/// Where goroutines stand that wait, and not for the kernel.
const WAITING: [&str; 3] = ["runtime.gopark", "runtime.goparkunlock", "runtime.notetsleepg"];
/// What stands between `net/http` and the program's own handlers, or runs the program's own loops.
const FRAMEWORKS: [&str; 10] = [
    "github.com/gin-gonic/gin.",
    "github.com/labstack/echo/",
    "github.com/gorilla/mux.",
    "github.com/go-chi/chi/",
    "github.com/gofiber/fiber/",
    "github.com/valyala/fasthttp.",
    "google.golang.org/grpc",
    "k8s.io/apimachinery/",
    "k8s.io/client-go/",
    "sigs.k8s.io/controller-runtime/",
];
const LOCK: &str = "for a lock";
/// What goroutines wait for, by the functions that are on their stacks then.
const WAITS: [(&str, &str); 9] = [
    ("sync.runtime_SemacquireMutex", LOCK),
    ("sync.runtime_SemacquireRWMutexR", LOCK),
    ("sync.runtime_SemacquireRWMutex", LOCK),
    ("sync.runtime_Semacquire", "for a WaitGroup or a lock"),
    ("runtime.selectgo", "in select"),
    ("runtime.chanrecv", "to receive of a channel"),
    ("runtime.chansend", "to send to a channel"),
    ("internal/poll.runtime_pollWait", "for the network"),
    ("time.Sleep", "in time.Sleep"),
];
/// Of a table.
const SHOWN: usize = 5;
const SHOWN_CALLERS: usize = 3;
/// Of a bundle.
const MOST: usize = 8;
