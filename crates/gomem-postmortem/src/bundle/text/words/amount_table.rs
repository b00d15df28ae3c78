//! A table of readings: when each was taken, and amounts of memory beside it.
//!
//! ```text
//! | time  | RSS    | heap in use |          t(s)  rss_mb  heap_mb
//! |-------|--------|-------------|          0     120     45
//! | 09:20 | 420 MB | 310 MB      |          60    180     97
//! ```
//!
//! Rows that differ by a word are of different things (pods, builds), and no readings of one. Plain numbers need a unit in their
//! heading.

use gomem_table::ByteUnits;

use crate::bundle::text::{
    machine::machine_bytes::of_machine,
    words::{
        reading_time::{ReadingTime, TimeWords},
        stated,
        subject::Subject,
    },
};

/// One column of a table: what it is of, and its amounts in the order of their times.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AmountColumn {
    pub(crate) name: String,
    pub(crate) bytes: Vec<f64>,
}

impl AmountColumn {
    /// The columns of memory of all tables in a text.
    pub(crate) fn find(text: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut lines = text.lines().filter(|line| line.len() <= LONGEST_LINE).peekable();
        while let Some(line) = lines.next() {
            let Some(heading) = Heading::parse(line) else { continue };
            let mut rows: Vec<Vec<&str>> = Vec::new();
            while let Some(row) = lines.peek().map(|line| heading.cells(line)) {
                if !is_rule(&row) {
                    if row.len() != heading.names.len() || rows.len() >= MOST_ROWS {
                        break;
                    }
                    rows.push(row);
                }
                lines.next();
            }
            found.extend(heading.columns(&rows));
        }
        found
    }
}

/// The names of a table's columns.
struct Heading<'a> {
    names: Vec<&'a str>,
    has_bars: bool,
}

impl<'a> Heading<'a> {
    /// `None` for what has no column of memory and none of times, and for what is read as `runtime.MemStats`.
    fn parse(line: &'a str) -> Option<Self> {
        let has_bars = line.contains(BARS);
        let names = cells(line, has_bars);
        let is_amount = |name: &&str| Subject::parse(name) == Subject::Memory;
        let is_one = names.len() >= 2 && names.iter().any(is_amount) && !stated::is_heading_of_stats(&names);
        is_one.then_some(Self { names, has_bars })
    }

    fn cells<'l>(&self, line: &'l str) -> Vec<&'l str> {
        cells(line, self.has_bars)
    }

    /// Those whose every cell is an amount of memory.
    fn columns(&self, rows: &[Vec<&str>]) -> Vec<AmountColumn> {
        if rows.len() < FEWEST {
            return Vec::new();
        }
        let column = |at: usize| -> Vec<&str> { rows.iter().map(|row| row[at]).collect() };
        let kinds: Vec<Kind> = (0..self.names.len()).map(|at| Kind::find(self.names[at], &column(at))).collect();
        let Some(order) = kinds.iter().find_map(|kind| if let Kind::Order(order) = kind { Some(order) } else { None })
        else {
            return Vec::new();
        };
        if kinds.contains(&Kind::Things) {
            return Vec::new();
        }
        let amounts = kinds.iter().zip(&self.names).filter_map(|(kind, name)| {
            let Kind::Amounts(bytes) = kind else { return None };
            let name = Unit::find(name).map_or(*name, |unit| unit.name);
            let bytes = order.iter().map(|&at| bytes[at]).collect();
            Some(AmountColumn { name: name.to_owned(), bytes })
        });
        amounts.collect()
    }
}

/// What a column holds.
#[derive(Debug, PartialEq)]
enum Kind {
    /// Times, or a count that goes one way: the rows, the earliest first.
    Order(Vec<usize>),
    /// Bytes of memory.
    Amounts(Vec<f64>),
    /// Names by which the rows differ.
    Things,
    Other,
}

impl Kind {
    fn find(name: &str, cells: &[&str]) -> Self {
        if Subject::parse(name) == Subject::Memory {
            let scale = Unit::find(name).map(|unit| unit.scale);
            let bytes = cells.iter().map(|cell| amount(cell, scale)).collect::<Option<Vec<f64>>>();
            return bytes.map_or(Self::Other, Self::Amounts);
        }
        let times: Vec<Option<ReadingTime>> = cells.iter().map(|cell| time(cell)).collect();
        if let Some(order) = ReadingTime::order(&times).or_else(|| count_order(name, cells)) {
            return Self::Order(order);
        }
        let is_word = |cell: &&str| cell.starts_with(|letter: char| letter.is_alphabetic()) && time(cell).is_none();
        let mut words: Vec<&str> = cells.iter().copied().filter(|cell| is_word(cell)).collect();
        let is_remark = REMARKS.iter().any(|remark| name.to_ascii_lowercase().contains(remark));
        words.sort_unstable();
        words.dedup();
        if words.len() > 1 && !is_remark { Self::Things } else { Self::Other }
    }
}

/// The unit that a heading names, and what stands before it: `RSS (MB)`, `rss_mb`, `heap [MiB]`.
struct Unit<'a> {
    name: &'a str,
    scale: f64,
}

impl<'a> Unit<'a> {
    fn find(heading: &'a str) -> Option<Self> {
        let inner = heading.trim_end_matches([')', ']', ' ']);
        let begin = inner.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).len();
        let unit = &inner[begin..];
        // Programs divide by 1024, whatever they call it.
        let scale = ByteUnits::Binary.scale(unit).filter(|_| unit.ends_with(['B', 'b', 's']))?;
        let name = heading[..begin].trim_end_matches(|letter: char| !letter.is_alphanumeric());
        (!name.is_empty()).then_some(Self { name, scale })
    }
}

fn time(cell: &str) -> Option<ReadingTime> {
    let mut time = TimeWords::default();
    let is_time = cell.split_whitespace().all(|word| time.take(word.trim_end_matches(',')));
    is_time.then(|| time.time()).flatten()
}

/// Of a column that counts: seconds, minutes, requests, rounds.
fn count_order(name: &str, cells: &[&str]) -> Option<Vec<usize>> {
    let lower = name.to_ascii_lowercase();
    let mut words =
        lower.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '#').filter(|word| !word.is_empty());
    words.any(|word| COUNTS.contains(&word)).then_some(())?;
    let counts: Vec<f64> = cells.iter().map(|cell| cell.replace([',', '_'], "").parse().ok()).collect::<Option<_>>()?;
    counts.windows(2).all(|pair| pair[0] < pair[1]).then(|| (0..counts.len()).collect())
}

/// An amount with its unit, or of the heading's.
fn amount(cell: &str, scale: Option<f64>) -> Option<f64> {
    let cell = cell.trim_start_matches(['~', '≈']).trim();
    let end = cell.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | ',')).unwrap_or(cell.len());
    let number: f64 = cell[..end].replace(',', "").parse().ok()?;
    let unit = cell[end..].trim();
    let scale = if unit.is_empty() { scale? } else { ByteUnits::Binary.scale(unit).filter(|_| !unit.is_empty())? };
    of_machine(number * scale)
}

fn cells(line: &str, has_bars: bool) -> Vec<&str> {
    if has_bars {
        let line = line.trim().trim_matches(BARS);
        return line.split(BARS).map(|cell| cell.trim().trim_matches(['*', '`']).trim()).collect();
    }
    line.split_whitespace().collect()
}

fn is_rule(cells: &[&str]) -> bool {
    let is_line =
        |cell: &&str| cell.chars().all(|letter| matches!(letter, '-' | ':' | '=' | '+' | '─' | '┼' | '├' | '┤'));
    !cells.is_empty() && cells.iter().all(is_line) && cells.iter().any(|cell| !cell.is_empty())
}

const BARS: [char; 2] = ['|', '│'];
/// Fewer have no course.
const FEWEST: usize = 4;
const MOST_ROWS: usize = 10_000;
const LONGEST_LINE: usize = 1024;
/// What is counted upwards while a program runs.
const COUNTS: [&str; 30] = [
    "#",
    "n",
    "no",
    "s",
    "sec",
    "secs",
    "second",
    "seconds",
    "m",
    "min",
    "mins",
    "minute",
    "minutes",
    "h",
    "hr",
    "hour",
    "hours",
    "day",
    "t",
    "time",
    "elapsed",
    "uptime",
    "step",
    "iteration",
    "iterations",
    "iter",
    "round",
    "cycle",
    "requests",
    "sample",
];
/// Columns that say of each row what was seen.
const REMARKS: [&str; 6] = ["note", "comment", "remark", "event", "phase", "what"];

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    fn found(text: &str) -> Vec<(String, Vec<f64>)> {
        let mebibytes = |bytes: Vec<f64>| bytes.into_iter().map(|bytes| bytes / MIB).collect();
        AmountColumn::find(text).into_iter().map(|column| (column.name, mebibytes(column.bytes))).collect()
    }

    #[test]
    fn columns_of_memory_beside_times() {
        let bars = "Every ten minutes:\n\n| time | RSS | heap in use | note |\n|---|---|---|---|\n| 09:20 | 420 MB | 310 MB | start |\n\
                    | 09:30 | 1.5 GB | 311 MB | |\n| 09:40 | 430 MB | 312 MB | after GC |\n| 09:50 | 440 MB | 313 MB | |\n";
        let heap = ("heap in use".to_owned(), vec![310.0, 311.0, 312.0, 313.0]);
        assert_eq!(found(bars), [("RSS".to_owned(), vec![420.0, 1536.0, 430.0, 440.0]), heap]);
        let blanks = "t(s)  rss_mb  goroutines\n0 120 9\n60 180 9\n120 240 10\n180 300 9\n";
        assert_eq!(found(blanks), [("rss".to_owned(), vec![120.0, 180.0, 240.0, 300.0])]);
        let newest = "| Requests | Heap (MiB) |\n|--:|--:|\n| 10,000 | 12.5 |\n| 20,000 | 20 |\n| 30,000 | 30 |\n| 40,000 | 40 |\n";
        assert_eq!(found(newest), [("Heap".to_owned(), vec![12.5, 20.0, 30.0, 40.0])]);
        let dashed = "| time | RSS—MB |\n|---|---|\n| 10:00 | 90 |\n| 10:01 | 91 |\n| 10:02 | 92 |\n| 10:03 | 93 |\n";
        assert_eq!(found(dashed), [("RSS".to_owned(), vec![90.0, 91.0, 92.0, 93.0])]);
        let boxed =
            "│ time │ RSS │\n├──────┼─────┤\n│ 10:03 │ 4GiB │\n│ 10:02 │ 3GiB │\n│ 10:01 │ 2GiB │\n│ 10:00 │ 1GiB │\n";
        assert_eq!(found(boxed), [("RSS".to_owned(), vec![1024.0, 2048.0, 3072.0, 4096.0])]);
    }

    #[test]
    fn other_tables_are_none() {
        for text in [
            "",
            // Rows of different things, without an order, without a unit, of something else, too few.
            "| date | release | RSS |\n|---|---|---|\n| 2026-01-01 | v1 | 90 MB |\n| 2026-02-01 | v2 | 91 MB |\n| 2026-03-01 | v3 | 92 MB |\n\
             | 2026-04-01 | v4 | 93 MB |\n",
            "| pod | memory |\n|---|---|\n| a | 90 MB |\n| b | 91 MB |\n| c | 92 MB |\n| d | 93 MB |\n",
            "| time | RSS |\n|---|---|\n| 10:00 | 90 |\n| 10:01 | 91 |\n| 10:02 | 92 |\n| 10:03 | 93 |\n",
            "| time | disk |\n|---|---|\n| 10:00 | 9 GB |\n| 10:01 | 9 GB |\n| 10:02 | 9 GB |\n| 10:03 | 9 GB |\n",
            "| time | RSS |\n|---|---|\n| 10:00 | 90 MB |\n| 10:01 | 91 MB |\n| 10:02 | 92 MB |\n",
            "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 1 0.0 0.1 9000 8000 ? Ss 10:00 0:01 init\n\
             root 2 0.0 0.1 9000 8000 ? S 10:01 0:02 a\nroot 3 0.0 0.1 9000 8000 ? S 10:02 0:03 b\nroot 4 0.0 0.1 9000 8000 ? S 10:03 0:04 c\n",
            "| size | memory limit |\n|---|---|\n| 1 | 90 MB |\n| 2 | 91 MB |\n| 3 | 92 MB |\n| 4 | 93 MB |\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
