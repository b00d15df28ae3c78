//! What a panel of Grafana, a notebook of Datadog or a query of CloudWatch exports as CSV: a row a time, a column a series.
//!
//! ```text
//! "Time","{__name__=""go_goroutines"", instance=""a:9090""}",go_memstats_alloc_bytes
//! 2026-11-28 10:00:00,12,4194304
//! 1795860015000,13,4.50 MiB
//!
//! timestamp,runtime.go.mem_stats.heap_alloc,avg:runtime.go.num_goroutine{service:api}
//!
//! time,HeapAlloc,HeapSys,HeapReleased,RSS                  time,heap_alloc_mb,heap_sys_mb,rss_mb
//! ```
//!
//! A time is a date, taken for UTC where it names no zone, or a number of milliseconds or seconds. Values may carry the units that
//! Grafana formats bytes with. A column whose head names no metric (a legend of one's own) is a series by that name if its values
//! have such units, or are whole and a mebibyte or more each, with the label `unit`; one that ends in "goroutines" counts them if its
//! values have none, and is a program of its own. Where two columns are headed as fields of `runtime.MemStats`, and one of them as Go
//! alone has them, such heads are these fields, and `RSS` what is resident. Others are left out, and told; so are sums, which are of no program.

use std::borrow::Cow;

use gomem_table::ByteUnits;

use crate::{
    decode::{
        mem_stats_log,
        moment::milliseconds_of,
        observation::{Observation, Observations, ObservedSeries},
        promtool::metric_of,
    },
    error::{Diagnostic, Error, ErrorKind},
};

/// Whether the first line that says anything heads such a table.
pub(crate) fn is_panel(text: &[u8]) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').filter(|line| is_row(line));
    let mut next = || Some(cells(std::str::from_utf8(lines.next()?).ok()?));
    let (Some(head), Some(row)) = (next(), next()) else { return false };
    let is_time = head.len() > 1
        && head.first().is_some_and(|name| is_of_windows(name) || TIMES.contains(&&*name.trim().to_ascii_lowercase()));
    // Where words stand behind a time it is a log.
    is_time
        && row.first().is_some_and(|cell| time_of(cell, &head[0]).is_some())
        && row.iter().skip(1).any(|cell| may_be_value(cell.trim()))
}

/// `12`, `4.50 MiB`, `1.2 req/s`, or none.
fn may_be_value(cell: &str) -> bool {
    let is_number = cell.trim_start_matches(['-', '+', '.']).starts_with(|letter: char| letter.is_ascii_digit());
    is_number && cell.split_whitespace().count() <= 2
        || ["", "nan", "null", "undefined"].contains(&&*cell.to_lowercase())
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut observations = Observations::default();
    let mut columns: Option<Vec<Column>> = None;
    let mut of_times = String::new();
    let mut head_line = 0;
    let mut points: Vec<Vec<(i64, f64)>> = Vec::new();
    let mut lines = 0;
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        lines = number;
        let skip = |problem| Diagnostic::skipped(number, 0, problem);
        let Ok(line) = std::str::from_utf8(line) else {
            observations.tell(skip("not UTF-8"));
            continue;
        };
        if !is_row(line.as_bytes()) {
            continue;
        }
        let mut row = cells(line).into_iter();
        let time = row.next().unwrap_or_default();
        if columns.is_none() {
            let row: Vec<Cow<'_, str>> = row.collect();
            let has_mem_stats = has_mem_stats(&row);
            let of_mem_stats = |head: &str| Column::of_mem_stats(head).filter(|_| has_mem_stats);
            let heads: Vec<Column> =
                row.iter().map(|head| of_mem_stats(head).unwrap_or_else(|| Column::new(head))).collect();
            points = vec![Vec::new(); heads.len()];
            (columns, head_line) = (Some(heads), number);
            of_times = time.into_owned();
            continue;
        }
        let Some(time) = time_of(&time, &of_times) else {
            observations.tell(skip("expected a time in the first column"));
            continue;
        };
        for ((points, cell), column) in points.iter_mut().zip(row).zip(columns.iter_mut().flatten()) {
            let plain = cell.trim().parse().ok().map(|plain: f64| plain * column.scale);
            let value = plain.or_else(|| ByteUnits::Standard.parse(&cell));
            // `1.1M` is a million of anything.
            column.has_units |= plain.is_none() && value.is_some() && cell.trim_end().ends_with('B');
            if let Some(value) = value {
                let is_large = plain.is_some() && value.fract() == 0.0 && value >= LEAST_OF_BYTES;
                column.is_large = Some(is_large && column.is_large.unwrap_or(true));
            }
            points.extend(value.map(|value| (time, value)));
        }
    }
    let columns = columns.unwrap_or_default();
    let unnamed = columns.iter().filter(|column| !column.is_series()).count();
    if unnamed > 0 {
        let problem = format!("{unnamed} columns have a legend instead of a metric's name");
        observations.diagnostics.insert(0, Diagnostic::skipped(head_line, 0, problem));
    }
    observations.series.extend(columns.into_iter().zip(points).filter(|(column, _)| column.is_series()).map(
        |(column, points)| {
            let Observation { metric, labels, .. } = column.into_series();
            ObservedSeries { metric, labels, points }
        },
    ));
    if observations.count() == 0 {
        return Err(Error::new(ErrorKind::NothingFound { expected: "column named like a metric", lines }));
    }
    Ok(observations)
}

/// A column behind that of the times.
struct Column {
    legend: String,
    series: Option<Observation>,
    /// What plain numbers of it are multiplied by.
    scale: f64,
    /// Whether the legend says that it counts goroutines: then no value of it has a unit.
    is_count: bool,
    /// Whether a value has a unit of bytes.
    has_units: bool,
    /// Whether all values are whole and as large as bytes of memory are.
    is_large: Option<bool>,
}

impl Column {
    fn new(head: &str) -> Self {
        let legend = counter_of_windows(head.trim()).unwrap_or_else(|| head.trim().to_owned());
        let count = series_of_count(&legend);
        let is_count = count.is_some();
        let series = count.or_else(|| series_of(&legend));
        Self { legend, series, scale: 1.0, is_count, has_units: false, is_large: None }
    }

    /// `HeapAlloc`, `heap_alloc_mb`, `RSS (KB)`.
    fn of_mem_stats(head: &str) -> Option<Self> {
        let (name, scale) = without_unit(head.trim());
        let metric = match field_of(name) {
            Some(field) => format!("memstats.{field}"),
            None => name.eq_ignore_ascii_case("rss").then(|| "process_resident_memory_bytes".to_owned())?,
        };
        let series = Some(Observation::new(metric, f64::NAN));
        Some(Self { legend: head.to_owned(), series, scale, is_count: false, has_units: false, is_large: None })
    }

    fn is_series(&self) -> bool {
        self.known().is_some() || (self.has_units || self.is_large == Some(true)) && !self.legend.is_empty()
    }

    fn known(&self) -> Option<&Observation> {
        self.series.as_ref().filter(|_| !(self.is_count && self.has_units))
    }

    fn into_series(self) -> Observation {
        let of_legend =
            || Observation::new(&*self.legend, f64::NAN).with_labels(vec![("unit".to_owned(), "bytes".to_owned())]);
        self.known().cloned().unwrap_or_else(of_legend)
    }
}

/// Whether several columns are headed as fields of `runtime.MemStats`, one of them as Go alone has them.
fn has_mem_stats(heads: &[Cow<'_, str>]) -> bool {
    let fields = heads.iter().filter_map(|head| field_of(without_unit(head.trim()).0));
    let fields: Vec<&str> = fields.collect();
    fields.len() >= FEWEST_FIELDS && fields.iter().any(|field| mem_stats_log::is_own(field))
}

/// `HeapAlloc`, `heap_alloc`, `Heap Alloc`.
fn field_of(name: &str) -> Option<&'static str> {
    mem_stats_log::field_named(&name.replace(' ', ""))
}

/// The head of a column without the unit that it names, and the bytes of that.
fn without_unit(head: &str) -> (&str, f64) {
    let plain = head.trim_end_matches([')', ']']);
    let named = plain
        .rsplit_once(['_', ' ', '(', '['])
        .and_then(|(name, unit)| Some((name.trim_end_matches(['_', ' ', '(', '[']), ByteUnits::Binary.scale(unit)?)));
    named.unwrap_or((head, 1.0))
}

/// Whether the first column is headed as `typeperf` and the performance monitor of Windows do: `(PDH-CSV 4.0) (…)(-60)`.
fn is_of_windows(head: &str) -> bool {
    head.trim().starts_with("(PDH-CSV ")
}

/// A time of the first column. Windows writes the month first: `02/28/2026 09:00:00.412`.
fn time_of(cell: &str, head: &str) -> Option<i64> {
    if !is_of_windows(head) {
        return milliseconds_of(cell);
    }
    let (date, clock) = cell.trim().split_once(' ')?;
    let mut date = date.splitn(3, '/');
    let (month, day, year) = (date.next()?, date.next()?, date.next()?);
    milliseconds_of(&format!("{year}-{month}-{day} {clock}"))
}

/// `\\HOST\Process(api)\Private Bytes`, in words that say that it is memory.
fn counter_of_windows(head: &str) -> Option<String> {
    let (_, rest) = head.strip_prefix("\\\\")?.split_once("\\Process(")?;
    let (process, counter) = rest.split_once(")\\")?;
    ["Private Bytes", "Working Set", "Working Set - Private"]
        .contains(&counter)
        .then(|| format!("{process} memory, {counter}"))
}

/// Excel is told the separator on a line of its own.
pub(super) fn is_row(line: &[u8]) -> bool {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii();
    !line.is_empty() && !line.starts_with(b"sep=")
}

/// The cells of a line (RFC 4180), between what ends the first of them, as no time has a comma, a semicolon or a tab in it; none of
/// Grafana's has a line break.
pub(super) fn cells(line: &str) -> Vec<Cow<'_, str>> {
    let separator = line.chars().find(|mark| matches!(mark, ',' | ';' | '\t')).unwrap_or(',');
    let mut rest = line.trim_start_matches('\u{feff}').trim_end_matches('\r');
    let mut cells = Vec::new();
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = closing_quote(quoted);
                let after = quoted.get(end + 1..).unwrap_or_default();
                (Cow::Owned(quoted[..end].replace("\"\"", "\"")), after.find(separator).map(|at| &after[at + 1..]))
            }
            None => match rest.split_once(separator) {
                Some((cell, after)) => (Cow::Borrowed(cell), Some(after)),
                None => (Cow::Borrowed(rest), None),
            },
        };
        cells.push(cell);
        match after {
            Some(after) => rest = after,
            None => return cells,
        }
    }
}

/// Where a quoted cell ends: at a quote that no second one follows.
fn closing_quote(quoted: &str) -> usize {
    let bytes = quoted.as_bytes();
    let mut at = 0;
    while let Some(found) = quoted[at..].find('"') {
        let quote = at + found;
        if bytes.get(quote + 1) != Some(&b'"') {
            return quote;
        }
        at = quote + 2;
    }
    quoted.len()
}

fn series_of(head: &str) -> Option<Observation> {
    if let Some(series) = series_of_query(head) {
        return Some(series);
    }
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
    let name = head.split('{').next().unwrap_or_default();
    let is_selector = name.is_empty() && head.contains("__name__") || !name.is_empty() && name.chars().all(is_name);
    metric_of(head).filter(|series| is_selector && !series.metric.is_empty())
}

/// `runtime.go.mem_stats.heap_alloc`, `avg:runtime.go.num_goroutine{service:api,env:prod}`: names with dots, and tags of Datadog.
fn series_of_query(head: &str) -> Option<Observation> {
    let (name, tags) = match head.split_once('{') {
        Some((name, tags)) => (name, tags.strip_suffix('}')?),
        None => (head, ""),
    };
    let name = name.split_once(':').filter(|(kind, _)| AGGREGATES.contains(kind)).map_or(name, |(_, name)| name);
    let is_of_name =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '.');
    let is_dotted = name.contains('.')
        && name.chars().all(is_of_name)
        && name.starts_with(|letter: char| letter.is_ascii_lowercase());
    let labels = tags.split(',').filter_map(|tag| tag.trim().split_once(':'));
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    is_dotted.then(|| Observation::new(name, f64::NAN).with_labels(labels))
}

/// `router/0 numGoRoutines`, `Goroutines`: a legend that ends so counts them, whoever exports it, unless it says more of the number.
/// What else it says is the program.
fn series_of_count(head: &str) -> Option<Observation> {
    let is_other = |letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '.');
    let legend = head.to_ascii_lowercase();
    let mut words = legend.split(is_other).filter(|word| !word.is_empty());
    let is_count = matches!(words.next_back()?, "goroutines" | "numgoroutines" | "numgoroutine")
        && !head.contains("__name__")
        && !head.contains(['{', '(', '%']);
    let mut others = words.peekable();
    let labels = others.peek().map(|_| ("legend".to_owned(), head.to_owned())).into_iter().collect();
    let is_of_now = others.all(|word| !OTHER_COUNTS.contains(&word));
    (is_count && is_of_now).then(|| Observation::new("goroutines", f64::NAN).with_labels(labels))
}

/// One such name may be anything's.
const FEWEST_FIELDS: usize = 2;
/// A mebibyte: what a program holds of memory is more.
const LEAST_OF_BYTES: f64 = 1_048_576.0;
/// How the first column is called.
const TIMES: [&str; 6] = ["time", "timestamp", "@timestamp", "_time", "date", "datetime"];
/// A sum grows with the programs that there are.
const AGGREGATES: [&str; 3] = ["avg", "max", "min"];
/// Words before "goroutines" that make it another number than how many one program has now.
const OTHER_COUNTS: [&str; 25] = [
    "max",
    "maximum",
    "min",
    "minimum",
    "peak",
    "highest",
    "limit",
    "expected",
    "allowed",
    "target",
    "threshold",
    "of",
    "per",
    "by",
    "in",
    "for",
    "created",
    "started",
    "new",
    "exited",
    "finished",
    "blocked",
    "total",
    "sum",
    "all",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_series() {
        let text = "sep=,\r\n\"Time\",\"{__name__=\"\"go_goroutines\"\", instance=\"\"a,b\"\"}\",go_memstats_alloc_bytes,Heap of api\r\n\
                    2026-11-28 10:00:00,12,4 MiB,7\r\n2026-11-28T12:00:15.5+02:00,13,,8\r\nnever,1,2,3\r\n1795860030000,14,1.5 kB,9\r\n";
        assert!(is_panel(text.as_bytes()));
        let observations = decode(text.as_bytes()).unwrap();
        let [goroutines, alloc] = observations.series.as_slice() else { panic!("{observations:?}") };
        let begin = 1_795_860_000_000;
        assert_eq!(goroutines.points, [(begin, 12.0), (begin + 15_500, 13.0), (begin + 30_000, 14.0)]);
        assert_eq!(*goroutines.labels, [("instance".to_owned(), "a,b".to_owned())]);
        assert_eq!(alloc.points, [(begin, 4_194_304.0), (begin + 30_000, 1500.0)]);
        let problems: Vec<_> = observations.diagnostics.iter().map(|told| told.line).collect();
        assert_eq!(problems, [2, 5]);
    }

    #[test]
    fn fields_of_mem_stats_by_their_own_names() {
        let named = |text: &str| {
            let found = decode(text.as_bytes()).map(|found| found.series).unwrap_or_default();
            found.into_iter().map(|series| (series.metric.to_string(), series.points[0].1)).collect::<Vec<_>>()
        };
        let own = named("time,HeapAlloc,HeapReleased,RSS,Goroutines\n1795860000,4194304,1048576,9437184,7\n");
        let names: Vec<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
        let resident = "process_resident_memory_bytes";
        assert_eq!(names, ["memstats.HeapAlloc", "memstats.HeapReleased", resident, "goroutines"]);
        let small = named("timestamp,alloc_mb,num_gc,rss_kb,\n1795860000,4.5,12,2048,7\n");
        let expected =
            [("memstats.Alloc", 4_718_592.0), ("memstats.NumGC", 12.0), ("process_resident_memory_bytes", 2_097_152.0)];
        assert_eq!(small, expected.map(|(name, value)| (name.to_owned(), value)));
        let of_mem_stats = |text: &str| named(text).iter().filter(|(name, _)| name.starts_with("memstats.")).count();
        assert_eq!(of_mem_stats("time,Heap Alloc (MB),RSS [MB],HeapSys (MB),NextGC (MB)\n1795860000,7,8,9,9\n"), 3);
        // Another allocator has such names, and one column may be of anything.
        assert_eq!(of_mem_stats("time,alloc,sys,frees\n1795860000,7,8,9\n"), 0);
        assert_eq!(of_mem_stats("time,HeapAlloc,queue\n1795860000,7,8\n"), 0);
    }

    #[test]
    fn names_with_dots_and_legends_with_units() {
        let counted = decode(
            b"Time,router/0 numGoRoutines,goroutines per user,max of goroutines left,Goroutines\n1795860000,7,8,9,4\n",
        )
        .unwrap();
        let labels = |at: usize| counted.series[at].labels.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>();
        assert_eq!(counted.series.iter().map(|series| &*series.metric).collect::<Vec<_>>(), ["goroutines"; 2]);
        assert_eq!((labels(0), labels(1)), (vec!["router/0 numGoRoutines"], vec![]));
        for head in [
            "Max goroutines",
            "created goroutines",
            "limit of goroutines",
            "expected goroutines",
            "sum:runtime.go.num_goroutine{*}",
            "sum:runtime.go.num_goroutine{host:a}",
        ] {
            assert!(decode(format!("Time,{head}\n1795860000,7\n").as_bytes()).is_err(), "{head}");
        }
        let memory = decode(b"Time,Stack memory goroutines\n1795860000,7 MiB\n").unwrap();
        assert_eq!(&*memory.series[0].metric, "Stack memory goroutines", "bytes are no count");
        let text = "timestamp;avg:runtime.go.num_goroutine{service:api,env:prod};runtime.go.mem_stats.heap_alloc;orders-0\n\
                    1795860000;12;4194304;0.5 GiB\n1795860060;13;5194304;0.6 GiB\n";
        assert!(is_panel(text.as_bytes()));
        let observations = decode(text.as_bytes()).unwrap();
        let [goroutines, alloc, pod] = observations.series.as_slice() else { panic!("{observations:?}") };
        assert_eq!(
            (&*goroutines.metric, &*alloc.metric),
            ("runtime.go.num_goroutine", "runtime.go.mem_stats.heap_alloc")
        );
        assert_eq!(goroutines.labels[0], ("service".to_owned(), "api".to_owned()));
        assert_eq!((&*pod.metric, pod.points[0].1), ("orders-0", 536_870_912.0));
        assert_eq!(*pod.labels, [("unit".to_owned(), "bytes".to_owned())]);
    }

    #[test]
    fn whole_numbers_of_mebibytes_are_bytes() {
        let series = decode(b"Time,api-1\n1795860000,104857600\n1795860060,\n1795860120,209715200\n").unwrap().series;
        assert_eq!((&*series[0].metric, series[0].points.len()), ("api-1", 2));
        assert_eq!(*series[0].labels, [("unit".to_owned(), "bytes".to_owned())]);
    }

    #[test]
    fn other_tables_are_no_panels() {
        for text in ["", "Time,a\n", "Time\n1795860000\n", "name,value\n1,2\n", "Time,a\nx,1\n", "\"Time\n\"\n"] {
            assert!(!is_panel(text.as_bytes()), "{text}");
        }
        let log = b"@timestamp,@message\n2026-03-02 08:03:23.000,\"REPORT RequestId: 712e Duration: 40.65 ms\"\n";
        assert!(!is_panel(log));
        assert!(decode(b"Time,Heap of api\n1795860000,7\n").is_err());
        // A million of anything.
        assert!(decode(b"Time,Resident set\n1795860000,1048575\n1795860060,104857600\n").is_err());
        assert!(decode(b"Time,Resident population\n1795860000,1.1M\n").is_err());
        assert!(decode(b"Time,a b.c,A.b,.x\n1795860000,7,8,9\n").is_err());
        assert_eq!(cells("a,\"b"), ["a", "b"]);
        assert_eq!(milliseconds_of("1969-12-31 23:59:59"), Some(-1000));
        for text in
            ["2026-13-01 00:00:00", "9223372036854775807-01-01 00:00:00", "2026-01-01 9223372036854775807:00", "1e300"]
        {
            assert_eq!(milliseconds_of(text), None, "{text}");
        }
    }

    #[test]
    fn counters_of_windows() {
        let text = "\"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)\",\"\\\\WIN7\\Process(syncd)\\Private Bytes\",\"\\\\WIN7\\Process(syncd)\\Handle Count\"\n\
                    \"11/28/2026 10:00:00.000\",\"220000000\",\"400\"\n\"11/28/2026 10:02:00.000\",\"225100000\",\"431\"\n";
        assert!(is_panel(text.as_bytes()));
        let found = decode(text.as_bytes()).unwrap().series;
        assert_eq!(found.len(), 1);
        assert_eq!(&*found[0].metric, "syncd memory, Private Bytes");
        assert_eq!(found[0].points, [(1_795_860_000_000, 2.2e8), (1_795_860_120_000, 2.251e8)]);
    }
}
