//! InfluxDB's line protocol, as Telegraf writes it to a file and InfluxDB's own `_internal` keeps it.
//!
//! ```text
//! internal_memstats,host=edge heap_alloc_bytes=14333952i,num_gc=5i 1663184060000000000
//! runtime,hostname=db Alloc=4194304i,HeapInUse=8388608i,NumGC=12i 1463184060000000000
//! prometheus,url=http://api:9090/metrics go_goroutines=12 1663184060000000000
//! ```
//!
//! A time is in nanoseconds, or in a larger unit, told by its digits; lines without one have the file's, but where none has one
//! they are another program's. Fields that Go's `runtime.MemStats` has are known by its names where a measurement has enough of
//! them, those that Prometheus' plug-in writes by their own, others by measurement and field.

use std::collections::{BTreeMap, BTreeSet};

use super::observation::{Observation, Observations, SharedLabels};
use crate::error::{Diagnostic, Error, ErrorKind};

/// Whether the first lines are of it.
pub(crate) fn is_lines(head: &[u8]) -> bool {
    let lines = head
        .split(|&byte| byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok())
        .filter(|line| is_said(line));
    let first: Option<Vec<Line<'_>>> = lines.take(TRIED).map(Line::parse).collect();
    first.is_some_and(|lines| lines.iter().any(|line| line.time_ms.is_some()))
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut observations = Observations::default();
    let of_go = measurements_of_go(bytes);
    let mut lines = 0;
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        lines = number;
        let line = String::from_utf8_lossy(line);
        if !is_said(&line) {
            continue;
        }
        let Some(found) = Line::parse(&line) else {
            observations.tell(Diagnostic::skipped(number, 0, "not a line of InfluxDB's protocol"));
            continue;
        };
        if found.tags.len() > MOST_TAGS {
            // Each of the line's series has all of them.
            let problem = format!("{} tags, where no series is told apart by more than {MOST_TAGS}", found.tags.len());
            observations.tell(Diagnostic::skipped(number, 0, problem));
            continue;
        }
        let labels = found.labels();
        let is_of_go = of_go.contains(found.measurement);
        let values = found.fields.iter().map(|(field, value)| {
            let seen = Observation::new(found.metric(field, is_of_go), *value);
            Observation { labels: SharedLabels::clone(&labels), time_ms: found.time_ms, ..seen }
        });
        observations.values.extend(values);
    }
    if observations.values.is_empty() {
        return Err(Error::new(ErrorKind::NothingFound { expected: "line of InfluxDB's protocol", lines }));
    }
    Ok(observations)
}

/// The measurements whose fields are those of `runtime.MemStats`, in one line or over several: a few of its names others have too.
fn measurements_of_go(bytes: &[u8]) -> BTreeSet<String> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for line in bytes.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok()) {
        let Some(line) = Some(line).filter(|line| is_said(line)).and_then(Line::parse) else { continue };
        let is_seen = |(field, _): &(&str, f64)| OF_MEM_STATS.iter().copied().find(|known| known == field);
        let mut fields = line.fields.iter().filter_map(is_seen).peekable();
        if fields.peek().is_some() {
            match found.get_mut(line.measurement) {
                Some(known) => known.extend(fields),
                None => _ = found.insert(line.measurement.to_owned(), fields.collect()),
            }
        }
    }
    let is_of_heap = |fields: &BTreeSet<&str>| fields.iter().any(|field| field.starts_with("Heap"));
    let is_of_go = |fields: &BTreeSet<&str>| fields.len() >= FEWEST_OF_GO && is_of_heap(fields);
    found.into_iter().filter(|(_, fields)| is_of_go(fields)).map(|(measurement, _)| measurement).collect()
}

/// Neither blank nor a comment.
fn is_said(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#') && !line.starts_with("> ")
}

struct Line<'a> {
    measurement: &'a str,
    tags: Vec<(&'a str, &'a str)>,
    fields: Vec<(&'a str, f64)>,
    time_ms: Option<i64>,
}

impl<'a> Line<'a> {
    /// `measurement[,tag=value…] field=value[,field=value…] [time]`; blanks in names are escaped, and such names are not Go's.
    fn parse(line: &'a str) -> Option<Self> {
        let mut words = line.trim_end().split(' ');
        let mut series = words.next()?.split(',');
        let measurement = series.next().filter(|name| !name.is_empty() && name.chars().all(is_of_name))?;
        let tags: Option<Vec<_>> = series.map(|tag| tag.split_once('=')).collect();
        let tags = tags?;
        let pairs: Option<Vec<_>> = words.next()?.split(',').map(|field| field.split_once('=')).collect();
        let pairs = pairs?;
        let is_named =
            |(name, value): &(&str, &str)| !name.is_empty() && name.chars().all(is_of_name) && !value.is_empty();
        let fields: Vec<(&str, f64)> = pairs.iter().filter_map(|(name, value)| Some((*name, number(value)?))).collect();
        let time_ms = match words.next() {
            Some(time) => Some(milliseconds(time)?),
            None => None,
        };
        let is_line = pairs.iter().all(is_named) && !fields.is_empty() && words.next().is_none();
        is_line.then_some(Self { measurement, tags, fields, time_ms })
    }

    /// Shared by all of its fields.
    fn labels(&self) -> SharedLabels {
        self.tags.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>().into()
    }

    fn metric(&self, field: &str, is_of_go: bool) -> String {
        match field {
            "gauge" | "counter" | "value" => self.measurement.to_owned(),
            _ if self.measurement == "prometheus" => field.to_owned(),
            _ if is_of_go && OF_MEM_STATS.contains(&field) => format!("memstats.{field}"),
            _ => format!("{}_{field}", self.measurement),
        }
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-' | '/' | ':')
}

/// `14333952i`, `1.5`, `7u`; texts and truths are none.
fn number(value: &str) -> Option<f64> {
    value.strip_suffix(['i', 'u']).unwrap_or(value).parse().ok().filter(|number: &f64| number.is_finite())
}

/// Seconds of a moment have ten digits, nanoseconds nineteen.
fn milliseconds(time: &str) -> Option<i64> {
    let number: i64 = time.parse().ok().filter(|_| time.bytes().all(|byte| byte.is_ascii_digit()))?;
    match time.len() {
        10 => Some(number * 1000),
        13 => Some(number),
        16 => Some(number / 1000),
        19 => Some(number / 1_000_000),
        _ => None,
    }
}

/// Lines of a file that is looked at.
const TRIED: usize = 5;
/// Telegraf on a cluster writes some dozens.
const MOST_TAGS: usize = 128;
/// The fields of `runtime.MemStats`, and what InfluxDB calls otherwise or counts beside them.
const OF_MEM_STATS: [&str; 22] = [
    "Alloc",
    "TotalAlloc",
    "Sys",
    "Lookups",
    "Mallocs",
    "Frees",
    "HeapAlloc",
    "HeapSys",
    "HeapIdle",
    "HeapInuse",
    "HeapInUse",
    "HeapReleased",
    "HeapObjects",
    "StackInuse",
    "StackSys",
    "GCSys",
    "NextGC",
    "LastGC",
    "PauseTotalNs",
    "NumGC",
    "NumForcedGC",
    "NumGoroutine",
];
const FEWEST_OF_GO: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_known_by_their_form() {
        let text = "# of telegraf\ninternal_memstats,host=edge heap_alloc_bytes=14333952i,num_gc=5i,note=\"x\" 1663184060000000000\n\
                    runtime Alloc=4194304i 1463184060\nruntime HeapAlloc=1i,NumGC=2i,Sys=3i,Kind=4i\nprometheus,url=u go_goroutines=12\ngo_threads,url=u gauge=7 1663184060000\n";
        assert!(is_lines(text.as_bytes()));
        let found = decode(text.as_bytes()).unwrap().values;
        let seen: Vec<_> = found.iter().map(|seen| (&*seen.metric, seen.time_ms, seen.value)).collect();
        let at = Some(1_663_184_060_000);
        assert_eq!(
            seen,
            [
                ("internal_memstats_heap_alloc_bytes", at, 14_333_952.0),
                ("internal_memstats_num_gc", at, 5.0),
                ("memstats.Alloc", Some(1_463_184_060_000), 4_194_304.0),
                ("memstats.HeapAlloc", None, 1.0),
                ("memstats.NumGC", None, 2.0),
                ("memstats.Sys", None, 3.0),
                ("runtime_Kind", None, 4.0),
                ("go_goroutines", None, 12.0),
                ("go_threads", at, 7.0),
            ]
        );
        assert_eq!(*found[0].labels, [("host".to_owned(), "edge".to_owned())]);
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "",
            "# only a comment\n",
            "go_goroutines 12\n",
            "go_goroutines{job=\"a\"} 12 1663184060000\n",
            "level=info msg=started\n",
            "level=info n=7 of=9\n",
            "a b=c 1663184060000000000\n",
            "a b=7 then more\n",
            "internal_memstats heap_alloc_bytes=1i 12\n",
            "GOGC=100 GODEBUG=gctrace=1 ./app\n",
        ] {
            assert!(!is_lines(text.as_bytes()), "{text}");
        }
        assert!(!is_lines(b"memstats Alloc=1,HeapAlloc=2,Sys=3,NumGC=4\n"), "no line has a time: a log");
        let other = decode(b"jvm,host=a Alloc=1i,Frees=2i,NumGC=3i,Sys=4i 1663184060000000000\n").unwrap();
        assert_eq!(&*other.values[0].metric, "jvm_Alloc", "a few names are not Go's alone");
        let tags: String = (0..=MOST_TAGS).map(|at| format!(",t{at}=v")).collect();
        let wide = decode(format!("a{tags} b=1 1663184060\na c=1 1663184060\n").as_bytes()).unwrap();
        assert_eq!((wide.values.len(), wide.diagnostics.len()), (1, 1));
        let cut = "a b=7 1663184060000000000\na b=\n";
        assert_eq!(decode(cut.as_bytes()).unwrap().diagnostics.len(), 1);
        assert!(decode(b"x\n").is_err());
    }
}
