//! One amount of memory over several readings, as people and tools write them down: a list, a chart's values, a log of a platform.
//!
//! ```text
//! - 3:06PM - 49.8Mi                              t= 121s  engine= 1806MB     <- after the start
//! 97.0MiB / 512MiB                               REPORT RequestId: … Memory Size: 512 MB  Max Memory Used: 75 MB
//! ```
//!
//! Bytes are counted of much else: that they are of memory their own name says, or the line above them.

use std::{borrow::Cow, cell::OnceCell};

use gomem_metrics::Metrics;

use crate::bundle::{
    packing::written::is_shipped,
    text::{
        machine::machine_bytes::of_machine,
        printed::printable,
        printed_profile::LARGEST_OUTPUT,
        words::{
            amount_line::{AmountLine, AmountSource},
            amount_table::AmountColumn,
            reading_time::{ReadingTime, TimeWords},
            subject::Subject,
        },
    },
};

/// The readings of one thing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Amounts {
    /// What they are of, as the text calls it; empty where it does not.
    pub(crate) name: String,
    pub(crate) source: AmountSource,
    /// The earliest first, where that is known.
    pub(crate) bytes: Vec<f64>,
    pub(crate) is_ordered: bool,
    pub(crate) limit: Option<f64>,
}

impl Amounts {
    /// All that a text has, which is of `file`, as it was sent: there the times are that tell the order.
    pub(crate) fn find_in(sent: &[u8], file: &str) -> Vec<Self> {
        if sent.len() > LARGEST_OUTPUT || !is_shipped(sent) {
            return Vec::new();
        }
        let find = |text: &[u8]| Self::find(&String::from_utf8_lossy(text), file);
        let found = find(sent);
        if !found.is_empty() {
            return found;
        }
        match gomem_transport::written(sent) {
            // Nothing stood before the lines.
            Cow::Borrowed(_) => found,
            Cow::Owned(written) => find(&written),
        }
    }

    fn find(text: &str, file: &str) -> Vec<Self> {
        let mut found: Vec<Collected<'_>> = Vec::new();
        let mut above = Above::file(file);
        let mut started = "";
        for (number, line) in (1..).zip(text.lines()) {
            let Some(reading) = AmountLine::parse(line).filter(|_| line.len() <= LONGEST_LINE) else {
                started = line.split_once("START RequestId: ").map_or(started, |(_, id)| first_word(id));
                above = Above::line(number, line).unwrap_or(above);
                continue;
            };
            let names_memory = reading.source.names_memory();
            if !names_memory && Subject::parse(reading.name).and(above.subject(reading.source)) != Subject::Memory {
                continue;
            }
            // Two functions differ by their memory's size, two lists by what stands above them.
            let key = Key {
                source: reading.source,
                name: reading.name,
                above: if names_memory { 0 } else { above.number },
                size: if names_memory { reading.limit } else { None },
                tags: reading.tags,
            };
            let at = found.iter().position(|known| known.key == key).or_else(|| {
                let is_room = found.len() < MOST;
                is_room.then(|| found.push(Collected::new(key)))?;
                found.len().checked_sub(1)
            });
            if let Some(at) = at {
                let is_after_start = !started.is_empty() && reading.request == started;
                let is_next = is_after_start || reading.source == AmountSource::StatsD;
                found[at].push(&reading, is_next);
            }
        }
        let lists = found.into_iter().filter(|collected| collected.bytes.len() >= FEWEST).map(Collected::finish);
        let tables = AmountColumn::find(text).into_iter().map(Self::of_column);
        lists.chain(tables).take(MOST).collect()
    }

    fn of_column(column: AmountColumn) -> Self {
        Self { name: printable(&column.name), bytes: column.bytes, is_ordered: true, ..Self::default() }
    }

    /// The columns of a panel that have a unit of bytes and no metric's name, where the file or their legend speaks of memory.
    pub(crate) fn of_panel(file: &str, metrics: &Metrics) -> Vec<Self> {
        let is_of_bytes = |label: Option<&str>| label == Some("bytes");
        let of_file = Subject::parse(&without_parentheses(own_name(file)));
        let columns = metrics.series().iter().filter(|series| is_of_bytes(series.label("unit")));
        let columns = columns.filter(|series| Subject::parse(&series.metric).and(of_file) == Subject::Memory);
        let amounts = columns.map(|series| Self {
            name: printable(&series.metric),
            source: AmountSource::Panel,
            bytes: series.values.iter().copied().filter(|bytes| of_machine(*bytes).is_some()).collect(),
            is_ordered: true,
            limit: None,
        });
        amounts.filter(|amounts| amounts.bytes.len() >= FEWEST).take(MOST).collect()
    }
}

/// What makes readings those of one thing.
#[derive(Clone, Copy, PartialEq)]
struct Key<'a> {
    source: AmountSource,
    name: &'a str,
    /// The number of the line above the list.
    above: usize,
    size: Option<f64>,
    tags: &'a str,
}

/// Readings of one thing, as the text has them.
struct Collected<'a> {
    key: Key<'a>,
    bytes: Vec<f64>,
    times: Vec<Option<ReadingTime>>,
    limit: Option<f64>,
    /// Whether each was written after the one above it, whatever its time.
    are_in_order: bool,
}

impl<'a> Collected<'a> {
    fn new(key: Key<'a>) -> Self {
        Self { key, bytes: Vec::new(), times: Vec::new(), limit: None, are_in_order: true }
    }

    fn push(&mut self, reading: &AmountLine<'_>, is_next: bool) {
        self.bytes.push(reading.bytes);
        self.times.push(reading.time);
        self.limit = reading.limit.or(self.limit);
        self.are_in_order &= is_next;
    }

    fn finish(self) -> Amounts {
        let order = ReadingTime::order(&self.times);
        Amounts {
            name: printable(self.key.name),
            source: self.key.source,
            is_ordered: order.is_some() || self.are_in_order,
            bytes: match order {
                Some(order) => order.iter().map(|&at| self.bytes[at]).collect(),
                None => self.bytes,
            },
            limit: self.limit,
        }
    }
}

/// What stands above a list. What it says is looked at where a list follows.
struct Above<'a> {
    number: usize,
    text: &'a str,
    subject: OnceCell<Subject>,
    of_docker: OnceCell<Subject>,
}

impl<'a> Above<'a> {
    fn new(number: usize, text: &'a str) -> Self {
        Self { number, text, subject: OnceCell::new(), of_docker: OnceCell::new() }
    }

    /// Above the first line stands the file's name.
    fn file(file: &'a str) -> Self {
        Self::new(0, own_name(file))
    }

    /// `None` for what is no words, and for the other lines of a log.
    fn line(number: usize, line: &'a str) -> Option<Self> {
        let plain = line.trim();
        let is_mark = plain.starts_with("```") || plain.starts_with("~~~") || plain.starts_with('<');
        let mut time = TimeWords::default();
        let is_of_log = time.take(first_word(plain).trim_matches(['[', ']'])) && time.is_any();
        let is_words = plain.contains(|letter: char| letter.is_alphanumeric());
        (is_words && !is_mark && !is_of_log).then(|| Self::new(number, plain))
    }

    fn subject(&self, source: AmountSource) -> Subject {
        *match source {
            AmountSource::Docker => self.of_docker.get_or_init(|| Subject::of_docker(self.text)),
            _ => self.subject.get_or_init(|| Subject::parse(self.text)),
        }
    }
}

/// Of the folders that a file is in nothing is said of it.
fn own_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// What stands in parentheses says more of what is named before them: `Memory (limit 512Mi)`.
fn without_parentheses(name: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::new();
    for letter in name.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// Fewer have no course.
const FEWEST: usize = 4;
const MOST: usize = 32;
const LONGEST_LINE: usize = 1024;

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    fn found(text: &str) -> Vec<(String, AmountSource, Vec<f64>, bool)> {
        let mebibytes = |bytes: &[f64]| bytes.iter().map(|bytes| bytes / MIB).collect();
        let all = Amounts::find(text, "x.txt").into_iter();
        all.map(|amounts| (amounts.name, amounts.source, mebibytes(&amounts.bytes), amounts.is_ordered)).collect()
    }

    #[test]
    fn lists_are_readings() {
        let list = "Memory of the controller:\n- 3:06PM - 50Mi\n- 3:07PM - 248Mi\n- 3:08PM - 282Mi\n- 3:09PM - 282Mi\n";
        let values = vec![50.0, 248.0, 282.0, 282.0];
        assert_eq!(found(list), [(String::new(), AmountSource::List, values.clone(), true)]);
        let newest = "RSS:\n- 3:09PM - 282Mi\n- 3:08PM - 282Mi\n- 3:07PM - 248Mi\n- 3:06PM - 50Mi\n";
        assert_eq!(found(newest), [(String::new(), AmountSource::List, values, true)]);
        let pairs = "t=   0s  engine=  693MiB     <- restarted\nt= 121s  engine= 1806MiB\n...\nt= 241s  engine= 2190MiB\nt=601s engine=2494MiB\n";
        assert_eq!(found(pairs), [], "of whatever");
        let above = format!("RSS of each:\n```\n{pairs}```\n");
        let values = vec![693.0, 1806.0, 2190.0, 2494.0];
        assert_eq!(found(&above), [("engine".to_owned(), AmountSource::List, values, true)]);
        let logged = "10:00 rss=50MB\n10:00 served 7\n10:01 rss=51MB\n10:02 rss=52MB\n10:03 rss=53MB\n";
        assert_eq!(found(logged)[0].2, [50.0, 51.0, 52.0, 53.0]);
        let two = "RSS of a:\n10:00 50MB\n10:01 51MB\nRSS of b:\n10:02 90MB\n10:03 91MB\n";
        assert_eq!(found(two), []);
    }

    #[test]
    fn tools_are_known_by_their_lines() {
        let docker = "97MiB / 512MiB\n2026-01-02 10:00:00 98MiB / 512MiB\n99MiB / 512MiB\n120MiB / 512MiB\n";
        assert_eq!(found(docker), [], "a download has such lines too");
        let docker = format!("MEM USAGE / LIMIT\n{docker}");
        let stats = found(&docker).remove(0);
        assert_eq!((stats.2, stats.3), (vec![97.0, 98.0, 99.0, 120.0], false));
        assert_eq!(Amounts::find(&docker, "x")[0].limit, Some(512.0 * MIB));
        let report = |size: u32, used: u32| {
            format!(
                "REPORT RequestId: a{used}\tDuration: 4 ms\tMemory Size: {size} MiB\tMax Memory Used: {used} MiB\t\n"
            )
        };
        let two: String = (60..64).flat_map(|used| [report(128, used), report(512, used + 100)]).collect();
        let first = vec![60.0, 61.0, 62.0, 63.0];
        let second = vec![160.0, 161.0, 162.0, 163.0];
        let lambda = |values, is_ordered| (String::new(), AmountSource::Lambda, values, is_ordered);
        assert_eq!(found(&two), [lambda(first.clone(), false), lambda(second, false)]);
        let started: String =
            (60..64).map(|used| format!("START RequestId: a{used} Version: 1\n{}", report(128, used))).collect();
        assert_eq!(found(&started), [lambda(first.clone(), true)]);
        let statsd = |host: char, bytes: u32| {
            format!("api.go.mem_stats.heap_alloc:{}|g|#host:{host}\napi.go.num_gc:7|g\n", bytes << 20)
        };
        let two: String = (60..64).flat_map(|bytes| [statsd('a', bytes), statsd('b', 64)]).collect();
        let gauge = |values| ("api.go.mem_stats.heap_alloc".to_owned(), AmountSource::StatsD, values, true);
        assert_eq!(found(&two), [gauge(vec![60.0, 61.0, 62.0, 63.0]), gauge(vec![64.0; 4])]);
        let newest: String = (60..64)
            .rev()
            .map(|used| {
                format!("2026-03-02 08:00:{used}.000,\"{}\"\n", report(128, used).trim_end()).replace(":6", ":0")
            })
            .collect();
        assert_eq!(found(&newest), [lambda(first, true)]);
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "",
            // Sizes of files, two amounts, no time, no unit, rates.
            "RSS:\n- a.tar 50Mi\n- b.tar 60Mi\n- c.tar 70Mi\n- d.tar 80Mi\n",
            "RSS:\n3:06PM 50Mi 60Mi\n3:07PM 50Mi 60Mi\n3:08PM 50Mi 60Mi\n3:09PM 50Mi 60Mi\n",
            "RSS:\n3:06PM 50\n3:07PM 51\n3:08PM 52\n3:09PM 53\n",
            "RSS:\n3:06PM 50MB/s\n3:07PM 51MB/s\n3:08PM 52MB/s\n3:09PM 53MB/s\n",
            "RSS:\n3:06PM we had 50MB then\n3:07PM we had 51MB then\n3:08PM we had 52MB\n3:09PM and 53MB then\n",
            "RSS:\n3:06PM 50Mi\n3:07PM 51Mi\n3:08PM 52Mi\n",
            "memory of 5m: 50Mi\n",
            // Minutes, and thousandths of a CPU.
            "Memory:\n10:00 100m\n10:01 160m\n10:02 220m\n10:03 280m\n",
            // Timers, other gauges, and what is no name.
            "a.heap_alloc:52428800|ms\na.heap_alloc:52428800|c\na.heap_objects:52428800|g\nheap_alloc:52428800|g\n",
            // Of something else, by their own name and by the line above.
            "Memory:\n10:00 free=50MB\n10:01 free=51MB\n10:02 free=52MB\n10:03 free=53MB\n",
            "The heap is small.\n\nThe dumps:\n10:00 50MB\n10:01 51MB\n10:02 52MB\n10:03 53MB\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        assert_eq!(own_name("memory/requests.csv"), "requests.csv");
    }
}
