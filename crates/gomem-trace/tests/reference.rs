//! Whole traces beside what `golang.org/x/exp/trace` finds in them (`testdata/traces/reference`).
//!
//! With `GOMEM_TRACES=FOLDER`, those of another folder too: files `NAME.trace` and `NAME.tsv`.

#![allow(clippy::expect_used, clippy::panic)]

use std::{collections::BTreeMap, fs, path::Path};

use gomem_table::{Cell, Table, ToTable};
use gomem_testkit::root;
use gomem_trace::{LifetimeBy, Trace, TraceReader};

#[test]
fn traces_are_as_the_reference_says() {
    let mut folders = vec![root().join("testdata/traces")];
    folders.extend(std::env::var_os("GOMEM_TRACES").map(Into::into));
    let (mut compared, mut wrong) = (0, Vec::new());
    for folder in folders {
        let mut files: Vec<_> =
            fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "tsv")) {
            let facts = fs::read_to_string(file).expect("facts");
            if facts.is_empty() {
                continue;
            }
            let trace = file.with_extension("trace");
            let differences = compare(&trace, &facts);
            if !differences.is_empty() {
                wrong.push(format!("{}:\n{}", trace.display(), differences.join("\n")));
            }
            compared += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 10, "{compared} traces");
}

/// What differs, a line each.
fn compare(path: &Path, facts: &str) -> Vec<String> {
    let bytes = fs::read(path).expect("a trace");
    let trace = Trace::decode(&bytes).expect("it is a trace");
    let mut expected: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    for line in facts.lines() {
        let (kind, rest) = line.split_once('\t').expect("a kind and its facts");
        expected.entry(kind).or_default().push(rest.split('\t').collect());
    }
    let of = |kind: &str| expected.get(kind).cloned().unwrap_or_default();
    let mut found = Vec::new();
    if expected.contains_key("event") {
        let counts: Vec<Vec<String>> =
            trace.event_counts().map(|(event, count)| vec![count.to_string(), event.to_owned()]).collect();
        found.extend(different("event", of("event"), counts));
    }
    let cycles = rows(
        &trace.cycles(None).to_table(),
        &[
            "start_seconds",
            "end_seconds",
            "heap_start_bytes",
            "heap_end_bytes",
            "heap_live_bytes",
            "goal_bytes",
            "next_goal_bytes",
            "trigger",
        ],
    );
    let mut expected_cycles = of("cycle");
    let sizes = rows(&trace.heap(None).to_table(), &["seconds", "heap_live_bytes"]);
    // What threads write in the same unit of time has no order, and then the reference can have the size before.
    for (row, found) in expected_cycles.iter_mut().zip(&cycles) {
        let times = |size: &str| {
            let own = sizes.iter().filter(move |one| one[1] == size).filter_map(|one| one[0].parse::<i64>().ok());
            own.collect::<Vec<_>>()
        };
        let (one, other) = (times(row[2]), times(&found[2]));
        let is_close = |time: &i64| other.iter().any(|other| time.abs_diff(*other) < 64);
        let begin = row[0].parse::<i64>().ok();
        if row[2] != found[2] && one.iter().chain(&begin).any(is_close) {
            row[2] = &found[2];
        }
    }
    let expected_cycles: Vec<Vec<String>> =
        expected_cycles.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    let expected_cycles = expected_cycles.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    found.extend(different("cycle", expected_cycles, cycles));
    let complete = |mut rows: Vec<Vec<String>>| {
        rows.retain(|row| row[0] != "-1" && row[1] != "-1");
        rows
    };
    let mut pauses = rows(
        &trace.pauses().to_table(),
        &["start_seconds", "seconds", "runtime_seconds", "goroutine", "reason", "function", "line"],
    );
    pauses.iter_mut().for_each(join_site);
    found.extend(different("pause", of("pause"), complete(pauses)));
    let mut assists = rows(
        &trace.assists().to_table(),
        &["start_seconds", "wall_seconds", "running_seconds", "stw_seconds", "goroutine", "region", "function", "line"],
    );
    assists.iter_mut().for_each(join_site);
    found.extend(different("assist", of("assist"), complete(assists)));
    let sweeps =
        rows(&trace.sweeps().to_table(), &["start_seconds", "seconds", "goroutine", "swept_bytes", "reclaimed_bytes"]);
    found.extend(different("sweep", of("sweep"), complete(sweeps)));
    let workers = rows(&trace.workers().to_table(), &["start_seconds", "seconds", "goroutine", "mode"]);
    found.extend(different("worker", of("worker"), workers));
    let mut tasks = rows(&trace.tasks().to_table(), &["start_seconds", "seconds", "task", "parent", "name"]);
    for row in &mut tasks {
        // The reference has the end.
        if let (Ok(begin), Ok(seconds)) = (row[0].parse::<i64>(), row[1].parse::<i64>()) {
            row[1] = if begin < 0 || seconds < 0 { "-1".to_owned() } else { (begin + seconds).to_string() };
        }
        no_task(&mut row[3]);
    }
    let known = |mut rows: Vec<Vec<String>>| {
        rows.retain(|row| row[0] != "-1");
        rows
    };
    let mut expected_tasks = of("task");
    expected_tasks.retain(|row| row[0] != "-1");
    found.extend(different("task", expected_tasks, known(tasks)));
    let mut regions = rows(&trace.regions().to_table(), &["start_seconds", "seconds", "goroutine", "task", "name"]);
    regions.iter_mut().for_each(|row| no_task(&mut row[3]));
    found.extend(different("region", of("region"), complete(regions)));
    let mut logs = rows(&trace.logs().to_table(), &["seconds", "goroutine", "task", "key", "value"]);
    logs.iter_mut().for_each(|row| no_task(&mut row[2]));
    found.extend(different("log", of("log"), logs));
    found.extend(lives(&trace, &of("lives")));
    let mut reader = TraceReader::new(bytes.as_slice()).expect("it is a trace");
    let mut generations = 0;
    while reader.next_generation().expect("it can be read").is_some() {
        generations += 1;
    }
    let again = reader.finish().expect("it can be read");
    assert_eq!(generations, trace.generations().len());
    for view in Trace::TABLES {
        let (table, other) = (view.table(&trace), view.table(&again));
        assert!(is_same(&table, &other), "{} read in parts", view.schema().name);
    }
    found
}

fn is_same(one: &Table, other: &Table) -> bool {
    let pairs = one.columns().iter().zip(other.columns());
    one.rows() == other.rows() && pairs.into_iter().all(|(a, b)| (0..one.rows()).all(|row| a.cell(row) == b.cell(row)))
}

fn lives(trace: &Trace, expected: &[Vec<&str>]) -> Vec<String> {
    let table = trace.lifetimes(LifetimeBy::Type).unwrap_or_default().to_table();
    let mut found = rows(
        &table,
        &[
            "existed",
            "allocated",
            "freed",
            "size_bytes",
            "noscan",
            "type",
            "cycles_median",
            "dead_at_first_gc_fraction",
        ],
    );
    let mut expected: Vec<Vec<String>> = expected
        .iter()
        .map(|row| {
            let [existed, allocated, freed, cycles, size, noscan, name] = row[..] else { panic!("a row of lives") };
            let mut counts: Vec<(u64, u64)> = cycles
                .split(',')
                .filter(|one| !one.is_empty())
                .map(|one| {
                    let (cycles, count) = one.split_once(':').expect("a number and a count");
                    (cycles.parse().expect("a number"), count.parse().expect("a count"))
                })
                .collect();
            counts.sort_unstable();
            let all: u64 = counts.iter().map(|(_, count)| count).sum();
            let mut seen = 0;
            let median = counts.iter().find(|(_, count)| {
                seen += count;
                seen * 2 >= all
            });
            let first: u64 = counts.iter().filter(|(cycles, _)| *cycles <= 1).map(|(_, count)| count).sum();
            let allocated_count: u64 = allocated.parse().expect("a count");
            // Where the span is not known, a death can be told of another word than the birth.
            let dead = if allocated_count == 0 || size == "0" {
                "-1".to_owned()
            } else {
                shown(first as f64 / allocated_count as f64)
            };
            let median = median.map_or("-1".to_owned(), |(cycles, _)| cycles.to_string());
            let (size, noscan) = if size == "0" { ("-1", "-1") } else { (size, noscan) };
            [existed, allocated, freed, size, noscan, name]
                .map(str::to_owned)
                .into_iter()
                .chain([median, dead])
                .collect()
        })
        .collect();
    for row in &mut found {
        for cell in [3, 4] {
            if row[cell] == "-" {
                "-1".clone_into(&mut row[cell]);
            }
        }
    }
    found.sort();
    expected.sort();
    let expected: Vec<Vec<&str>> = expected.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    different("lives", expected, found)
}

fn join_site(row: &mut Vec<String>) {
    let line = row.pop().expect("a line");
    let function = row.last_mut().expect("a function");
    if function != "-" {
        function.push(':');
        function.push_str(&line);
    }
}

fn no_task(task: &mut String) {
    if task == "-1" {
        "0".clone_into(task);
    }
}

/// The cells of some columns: times as nanoseconds, unknown numbers as -1, unknown texts as -.
fn rows(table: &Table, columns: &[&str]) -> Vec<Vec<String>> {
    let column = |name: &&str| table.columns().iter().find(|column| column.name() == *name).expect("a column");
    let columns: Vec<_> = columns.iter().map(column).collect();
    let text = ["function", "reason", "region", "name", "key", "value", "type", "noscan", "mode", "trigger"];
    (0..table.rows())
        .map(|row| {
            let cell = |column: &&gomem_table::Column| match column.cell(row) {
                Cell::Null if text.contains(&column.name()) => "-".to_owned(),
                Cell::Null => "-1".to_owned(),
                Cell::Int64(value) => value.to_string(),
                Cell::Float64(value) if column.name().ends_with("seconds") => format!("{:.0}", value * 1e9),
                Cell::Float64(value) => shown(value),
                Cell::Text(text) => text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t"),
                Cell::Bool(flag) => flag.to_string(),
                other => panic!("{other:?}"),
            };
            columns.iter().map(cell).collect()
        })
        .collect()
}

fn shown(fraction: f64) -> String {
    format!("{fraction:.6}")
}

/// How far numbers of a column may be from each other.
fn tolerance(kind: &str, column: usize) -> u64 {
    match (kind, column) {
        ("cycle", 0 | 1) | ("pause", 0..=2) | ("assist", 0..=3) => 1000,
        ("sweep" | "worker" | "region" | "task", 0 | 1) | ("log", 0) => 1000,
        _ => 0,
    }
}

/// Whether the reference moved a row's times, and nothing else differs.
///
/// It tells events in an order in which they can have happened, and where one has an earlier time than the one before it, which
/// happens where generations meet and where a thread's time runs ahead, it gives it the time of that and a nanosecond more. The
/// clock counts 64 ns, so that such times are told from those in the trace.
fn is_moved(kind: &str, expected: &[&str], found: &[String]) -> bool {
    let number = |text: &str| text.parse::<i64>().ok();
    let is_time = |column: usize| tolerance(kind, column) == 1000;
    if expected.len() != found.len() {
        return false;
    }
    let has_length = !["cycle", "task", "log"].contains(&kind);
    let mut columns = expected.iter().zip(found).enumerate();
    columns.all(|(column, (one, other))| match number(one).zip(number(other)).filter(|_| is_time(column)) {
        None => one == other,
        // The times from one event to another of several, each moved on its own.
        Some(_) if has_length && column > 1 => true,
        Some((one, other)) if has_length && column == 1 => {
            let begins = number(expected[0]).zip(number(&found[0]));
            begins.is_some_and(|(begin, found_begin)| found_begin + other <= begin + one + 1000)
        }
        Some((one, other)) => other <= one,
    })
}

/// Whether all times of a row could be in the trace.
fn is_on_clock(kind: &str, row: &[&str]) -> bool {
    let times = row.iter().enumerate().filter(|(column, _)| tolerance(kind, *column) == 1000);
    times.filter_map(|(_, cell)| cell.parse::<i64>().ok()).all(|time| time % CLOCK == 0)
}

/// The nanoseconds of a unit of the clock on Linux.
const CLOCK: i64 = 64;

/// Compares rows in the order of their first number.
fn different(kind: &str, mut expected: Vec<Vec<&str>>, mut found: Vec<Vec<String>>) -> Vec<String> {
    // Rows of one goroutine are by time, and goroutines that did something at the same time by their numbers.
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    let exact = |row: Vec<&str>| -> Vec<String> {
        let exact = row.into_iter().enumerate().filter(|(column, _)| tolerance(kind, *column) == 0);
        exact.map(|(_, cell)| cell.to_owned()).collect()
    };
    if kind != "cycle" {
        expected.sort_by_key(|row| (exact(row.clone()), number(row[0])));
        found.sort_by_key(|row| (exact(row.iter().map(String::as_str).collect()), number(&row[0])));
    }
    if expected.len() != found.len() {
        let missing = expected
            .iter()
            .filter(|row| !found.iter().any(|one| one[..] == row[..]))
            .take(3)
            .map(|row| format!("missing {row:?}"));
        let more = found
            .iter()
            .filter(|one| !expected.iter().any(|row| one[..] == row[..]))
            .take(3)
            .map(|row| format!("more {row:?}"));
        return vec![format!("{kind}: {} expected, {} found", expected.len(), found.len())]
            .into_iter()
            .chain(missing)
            .chain(more)
            .collect();
    }
    // Rows of one goroutine need not be in the same order where the reference moved some.
    let mut equal: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    found.iter().for_each(|row| *equal.entry(row.clone()).or_default() += 1);
    expected.retain(|row| {
        let row: Vec<String> = row.iter().map(|cell| (*cell).to_owned()).collect();
        equal.get_mut(&row).is_none_or(|count| count.checked_sub(1).map(|left| *count = left).is_none())
    });
    found
        .retain(|row| equal.get_mut(row).is_some_and(|count| count.checked_sub(1).map(|left| *count = left).is_some()));
    let is_same = |column: usize, one: &str, other: &str| match (one.parse::<i64>(), other.parse::<i64>()) {
        (Ok(one), Ok(other)) if tolerance(kind, column) > 0 => one.abs_diff(other) <= tolerance(kind, column),
        _ => one == other,
    };
    let is_row = |expected: &[&str], found: &[String]| {
        expected.len() == found.len()
            && expected.iter().zip(found).enumerate().all(|(column, (one, other))| is_same(column, one, other))
    };
    let (mut moved, mut moved_on_clock) = (0, 0);
    expected.retain(|row| {
        let same = found.iter().position(|other| is_row(row, other));
        let place = same.or_else(|| found.iter().rposition(|other| is_moved(kind, row, other)));
        if same.is_none() && place.is_some() {
            moved += 1;
            moved_on_clock += usize::from(is_on_clock(kind, row));
        }
        place.map(|place| found.remove(place)).is_none()
    });
    // One in 64 is moved to a time that could be in the trace.
    if moved_on_clock * 16 > moved + 32 {
        return vec![format!("{kind}: {moved_on_clock} of {moved} times were moved to one of the clock")];
    }
    expected
        .iter()
        .zip(&found)
        .take(5)
        .map(|(expected, found)| format!("{kind}: expected {expected:?}\n  found {found:?}"))
        .collect()
}
