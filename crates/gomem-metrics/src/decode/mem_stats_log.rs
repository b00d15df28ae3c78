//! `runtime.MemStats` as programs write it into their logs, a line a time.
//!
//! ```text
//! 2026/11/28 10:00:00 mem: {Alloc:7404920 TotalAlloc:11865560 Sys:16349448 … PauseNs:[40 20 …] NumGC:3 …}      %+v
//! 2026/11/28 10:00:00 Alloc = 7 MiB  TotalAlloc = 11 MiB  Sys = 15 MiB  NumGC = 3                              by name
//! {"time":"2026-11-28T10:00:00Z","Alloc":7404920,"TotalAlloc":11865560,"Sys":16349448,"NumGC":3}               as JSON
//! {"ts":"2026-11-28T10:00:00Z","msg":"memory","heap_alloc":7404920,"next_gc":12582912,"num_gc":3}              in small letters
//! {"level":"info","ts":1764324000.1,"msg":"mem","alloc_mb":7,"sys_mb":15,"num_gc":3}                            with a unit
//! time=2026-11-28T10:00:00Z msg=memory alloc="7 MB" total_alloc="11 MB" sys="15 MB" num_gc=3 goroutines=41
//! 2026-11-28T10:00:00Z INFO [monitoring] … {"monitoring":{"metrics":{"beat":{"memstats":{"gc_next":4194304,"memory_alloc":…}}}}}
//! ```
//!
//! The line's own time is taken; of `%+v` without one, the end of the last GC cycle.

use std::sync::LazyLock;

use foldhash::HashMap;
use gomem_table::ByteUnits;

use super::{
    moment::{moment_in, stamp_in},
    observation::{Observation, Observations},
};
use crate::error::{Diagnostic, Error, ErrorKind};

/// Whether some line is of `runtime.MemStats` and says when.
pub(crate) fn is_log(text: &[u8]) -> bool {
    let lines = text.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    lines
        .filter(|line| ["Alloc", "alloc=", "_alloc", "alloc_", "\"alloc"].iter().any(|mark| line.contains(mark)))
        .take(TRIED)
        .any(|line| entries(line).is_some_and(|found| found.time().is_some()))
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut observations = Observations::default();
    let mut lines = 0;
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        lines = number;
        let Some(found) = std::str::from_utf8(line).ok().and_then(entries) else { continue };
        let Some(time) = found.time() else {
            observations.tell(Diagnostic::skipped(number, 0, "runtime.MemStats without a time".to_owned()));
            continue;
        };
        let of_line = found.numbers.into_iter().map(|(name, value)| {
            let known = OF_BEATS.iter().find(|(field, _)| *field == name).map(|(_, known)| (*known).to_owned());
            Observation::new(known.unwrap_or_else(|| format!("memstats.{name}")), value).at(time)
        });
        observations.values.extend(of_line);
    }
    if observations.values.is_empty() {
        return Err(Error::new(ErrorKind::NothingFound { expected: "line of runtime.MemStats with its time", lines }));
    }
    Ok(observations)
}

/// What one line says.
struct Entries<'a> {
    line: &'a str,
    numbers: Vec<(&'static str, f64)>,
}

impl Entries<'_> {
    fn time(&self) -> Option<i64> {
        let of_gc = || {
            let last = self.numbers.iter().find(|(name, _)| *name == "LastGC")?.1;
            (last > 0.0).then_some((last / 1e6) as i64)
        };
        moment_in(self.line).or_else(|| stamp_in(self.line)).or_else(of_gc)
    }
}

/// The fields of a line that has enough of them to be one.
fn entries(line: &str) -> Option<Entries<'_>> {
    // What Beats count is some of all that they say.
    let of_beats = line.contains("memory_alloc").then(|| OF_BEATS.iter().map(|(name, _)| name)).into_iter().flatten();
    let fields = FIELDS.iter().chain(of_beats);
    let mut numbers: Vec<_> = fields.filter_map(|name| Some((*name, field(line, name)?))).collect();
    if numbers.is_empty() {
        numbers.extend(in_other_letters(line));
    }
    let has = |name: &str| numbers.iter().any(|(known, _)| *known == name);
    let is_one = numbers.len() >= FEWEST_FIELDS && (has("Alloc") || has("HeapAlloc") || has("memory_alloc"));
    is_one.then_some(Entries { line, numbers })
}

/// The fields of a line whose names are written otherwise than in Go, as JSON has them or as `name=value`: `heap_alloc`, `heapAlloc`,
/// `alloc_mb`. One has to be Go's own.
fn in_other_letters(line: &str) -> Vec<(&'static str, f64)> {
    let is_json = line.contains("{\"");
    let mut found: Vec<(&'static str, f64)> = Vec::new();
    for (at, _) in line.match_indices(if is_json { ':' } else { '=' }) {
        let before = line[..at].trim_end();
        let name = match is_json {
            true => before.strip_suffix('"').and_then(|before| before.rsplit('"').next()),
            false => before.rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next(),
        };
        let Some((field, scale)) = name.and_then(field_in_other_letters) else { continue };
        if found.iter().all(|(known, _)| *known != field) {
            found.extend(amount(&line[at + 1..]).map(|amount| (field, amount * scale)));
        }
    }
    if !found.iter().any(|(name, _)| is_own(name) && *name != GOROUTINES) {
        return Vec::new();
    }
    found
}

/// The field that a name is in any letters, and what its unit makes of a number.
fn field_in_other_letters(name: &str) -> Option<(&'static str, f64)> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let plain: String =
        name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect();
    let of = |plain: &str| IN_OTHER_LETTERS.get(plain).copied();
    let with_unit =
        || UNITS.iter().find_map(|unit| Some((of(plain.strip_suffix(unit)?)?, ByteUnits::Binary.scale(unit)?)));
    of(&plain).map(|field| (field, 1.0)).or_else(with_unit)
}

/// The field that a name is, as Go has it or in small letters.
pub(crate) fn field_named(name: &str) -> Option<&'static str> {
    FIELDS.iter().copied().find(|field| *field == name || snake_case(field) == name)
}

/// Whether a field is Go's own: other allocators count what they allocate and free too.
pub(crate) fn is_own(field: &str) -> bool {
    !OF_ANY_ALLOCATOR.contains(&field)
}

/// `HeapAlloc` is `heap_alloc`, `MSpanSys` is `mspan_sys`.
pub(crate) fn snake_case(field: &str) -> String {
    let field = field.replace("MSpan", "Mspan").replace("MCache", "Mcache").replace("GC", "Gc");
    let mut name = String::with_capacity(field.len() + 4);
    for ch in field.chars() {
        if ch.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(ch.to_ascii_lowercase());
    }
    name
}

/// `Alloc = 7 MiB`, `Alloc: 7MiB`, `Alloc=7404920`, `"Alloc":7404920`.
fn field(line: &str, name: &str) -> Option<f64> {
    value_after(line, name, &['=', ':'])
}

/// The amount behind a name and one of these marks.
fn value_after(line: &str, name: &str, marks: &[char]) -> Option<f64> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut from = 0;
    while let Some(found) = line[from..].find(name) {
        let (begin, end) = (from + found, from + found + name.len());
        from = end;
        let after = line[end..].strip_prefix('"').unwrap_or(&line[end..]);
        let value = after.trim_start().strip_prefix(marks);
        if let Some(value) = value.filter(|_| !line[..begin].ends_with(is_letter)) {
            return amount(value);
        }
    }
    None
}

/// The amount that follows a mark: `"7 MB"`, ` 7404920`.
fn amount(after: &str) -> Option<f64> {
    let value = after.trim_start();
    let value = value.strip_prefix('"').unwrap_or(value);
    let number = value.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(value.len());
    let unit = value[number..].trim_start_matches(' ');
    let unit = &unit[..unit.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(unit.len())];
    let number: f64 = value[..number].trim_end_matches('.').parse().ok()?;
    // Programs divide by 1024, whatever they call it.
    Some(number * ByteUnits::Binary.scale(unit).unwrap_or(1.0))
}

/// The fields in small letters without the marks between words, and how many goroutines there are.
static IN_OTHER_LETTERS: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let goroutines = ["goroutines", "numgoroutine", "numgoroutines"].map(|name| (name.to_owned(), GOROUTINES));
    FIELDS.iter().map(|name| (name.to_ascii_lowercase(), *name)).chain(goroutines).collect()
});

/// The fields that the state of a program is made of.
const FIELDS: [&str; 23] = [
    "Alloc",
    "TotalAlloc",
    "Sys",
    "Mallocs",
    "Frees",
    "HeapAlloc",
    "HeapSys",
    "HeapIdle",
    "HeapInuse",
    "HeapReleased",
    "HeapObjects",
    "StackInuse",
    "StackSys",
    "MSpanInuse",
    "MSpanSys",
    "MCacheInuse",
    "MCacheSys",
    "BuckHashSys",
    "GCSys",
    "OtherSys",
    "NextGC",
    "LastGC",
    "NumGC",
];
/// Fields that Elastic's Beats count of themselves, and the metrics that they are known as.
const OF_BEATS: [(&str, &str); 5] = [
    ("memory_alloc", "beat.memstats.memory_alloc"),
    ("memory_total", "beat.memstats.memory_total"),
    ("gc_next", "beat.memstats.gc_next"),
    ("rss", "beat.memstats.rss"),
    ("goroutines", "beat.runtime.goroutines"),
];
const OF_ANY_ALLOCATOR: [&str; 4] = ["Alloc", "Sys", "Mallocs", "Frees"];
const FEWEST_FIELDS: usize = 3;
const GOROUTINES: &str = "NumGoroutine";
/// What programs put behind a name, longest first.
const UNITS: [&str; 7] = ["bytes", "mib", "kib", "gib", "mb", "kb", "gb"];
const LONGEST_NAME: usize = 40;
/// Lines that could be one.
const TRIED: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: i64 = 1_795_860_000_000;

    fn values(text: &str, name: &str) -> Vec<(i64, f64)> {
        let found = decode(text.as_bytes()).unwrap().values;
        found.iter().filter(|seen| *seen.metric == *name).map(|seen| (seen.time_ms.unwrap(), seen.value)).collect()
    }

    #[test]
    fn names_of_json_are_known_too() {
        let text = "{\"level\":\"info\",\"ts\":\"2026-11-28T10:00:00Z\",\"msg\":\"memory\",\"heap_alloc\":41000000,\"next_gc\":80000000,\
                    \"num_gc\":907,\"goroutines\":41}\n";
        assert!(is_log(text.as_bytes()));
        assert_eq!(values(text, "memstats.HeapAlloc"), [(BEGIN, 41e6)]);
        assert_eq!(values(text, "memstats.NextGC"), [(BEGIN, 80e6)]);
        assert_eq!(values(text, "memstats.NumGoroutine"), [(BEGIN, 41.0)]);
        let assigned = "time=\"2026-11-28T10:00:00Z\" level=info msg=\"memory usage\" alloc=\"40 MB\" total_alloc=\"900 MB\" sys=\"92 MB\" \
                        num_gc=907 goroutines=41\n";
        assert!(is_log(assigned.as_bytes()));
        assert_eq!(values(assigned, "memstats.Alloc"), [(BEGIN, 41_943_040.0)]);
        assert_eq!(values(assigned, "memstats.NumGoroutine"), [(BEGIN, 41.0)]);
        let within = "2026-11-28T10:00:00Z\tINFO\tmemory\t{\"alloc\": 41000000, \"sys\": 92000000, \"num_gc\": 907}\n";
        assert_eq!(values(within, "memstats.Alloc"), [(BEGIN, 41e6)]);
        let with_units =
            "{\"level\":\"info\",\"ts\":1795860000.25,\"msg\":\"mem\",\"alloc_mb\":41,\"sysMB\":92,\"numGC\":907}\n";
        assert!(is_log(with_units.as_bytes()));
        assert_eq!(values(with_units, "memstats.Alloc"), [(BEGIN + 250, 42_991_616.0)]);
        assert_eq!(values(with_units, "memstats.Sys"), [(BEGIN + 250, 96_468_992.0)]);
        let camel = "{\"time\":1795860000000,\"heapAlloc\":41000000,\"heapSys\":80000000,\"numGC\":907}\n";
        assert_eq!(values(camel, "memstats.HeapAlloc"), [(BEGIN, 41e6)]);
        let other = "{\"ts\":\"2026-11-28T10:00:00Z\",\"my_heap_alloc\":1,\"sys\":\"linux\",\"num_gc\":1}\n";
        assert!(!is_log(other.as_bytes()));
    }

    #[test]
    fn lines_of_a_log_are_a_series() {
        let text = "2026/11/28 10:00:00 listening\n\
                    2026/11/28 10:00:00 mem: {Alloc:7404920 TotalAlloc:11865560 Sys:16349448 HeapAlloc:7404920 PauseNs:[40 20] NumGC:3}\n\
                    2026/11/28 10:01:00 mem: {Alloc:8404920 TotalAlloc:12865560 Sys:16349448 HeapAlloc:8404920 PauseNs:[40 20] NumGC:4}\n";
        assert!(is_log(text.as_bytes()));
        assert_eq!(values(text, "memstats.Alloc"), [(BEGIN, 7_404_920.0), (BEGIN + 60_000, 8_404_920.0)]);
        assert_eq!(values(text, "memstats.NumGC"), [(BEGIN, 3.0), (BEGIN + 60_000, 4.0)]);
        let named = "2026/11/28 10:00:00 Alloc = 3 MiB\tTotalAlloc = 6 MiB\tSys = 11MiB\tNumGC = 1\n";
        assert_eq!(values(named, "memstats.Alloc"), [(BEGIN, 3_145_728.0)]);
        assert_eq!(values(named, "memstats.Sys"), [(BEGIN, 11_534_336.0)]);
        let undated = "{Alloc:7 TotalAlloc:11 Sys:16 LastGC:1795860000000000000 NumGC:3}";
        assert_eq!(values(undated, "memstats.TotalAlloc"), [(BEGIN, 11.0)]);
    }

    #[test]
    fn beats_count_themselves() {
        let text = "2026-11-28T10:00:00Z\tINFO\t[monitoring]\tlog/log.go:184\tNon-zero metrics in the last 30s\t{\"monitoring\": {\"metrics\": \
                    {\"beat\":{\"memstats\":{\"gc_next\":8194304,\"memory_alloc\":4404920,\"memory_total\":911865560,\"rss\":66060288},\
                    \"runtime\":{\"goroutines\":73}}}}}\n";
        assert!(is_log(text.as_bytes()));
        assert_eq!(values(text, "beat.memstats.gc_next"), [(BEGIN, 8_194_304.0)]);
        assert_eq!(values(text, "beat.runtime.goroutines"), [(BEGIN, 73.0)]);
        let json = "{\"time\":\"2026-11-28T10:00:00Z\",\"Alloc\":7404920,\"TotalAlloc\":11865560,\"NumGC\":3}\n";
        assert_eq!(values(json, "memstats.Alloc"), [(BEGIN, 7_404_920.0)]);
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "",
            "Alloc = 3 MiB\tTotalAlloc = 6 MiB\tSys = 11 MiB\tNumGC = 1\n",
            "2026/11/28 10:00:00 PreAlloc: 3 TotalAllocs: 4 Sys",
            "2026/11/28 10:00:00 Alloc: 3",
            "2026/11/28 10:00:00 Alloc: x TotalAlloc: y NumGC: z",
            "2026/11/28 10:00:00 memory_alloc_failed: 3 rss: 4 goroutines: 5 gc_nexts: 6",
            "2026/11/28 10:00:00 rss: 4096 goroutines: 5",
            "time=2026-11-28T10:00:00Z msg=arena alloc=4096 sys=8192 mallocs=7 frees=5",
            "time=2026-11-28T10:00:00Z msg=cpu user=3 sys=12 idle=85 num_gc=1",
        ] {
            assert!(!is_log(text.as_bytes()), "{text}");
            assert!(decode(text.as_bytes()).is_err(), "{text}");
        }
    }
}
