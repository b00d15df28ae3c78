//! `runtime.MemStats` in a person's own form: pairs of a name and an amount, or a table, without times.
//!
//! ```text
//! HeapIdle = 685.4 MiB                            sys: 6207 MB alloc: 4577 MB inuse: 4577 MB released: 103 MB
//! Idle heap bytes    312,418,304                  | min | RssAnon | Go `Sys` | Go `HeapReleased` | Go `HeapAlloc` |
//! HeapAlloc 3811204112 HeapInuse 3811655680 HeapIdle 38141952
//! ```
//!
//! A field that comes again begins another reading. What does not fit together (more allocated than taken of the system) is none,
//! and so is what has no bytes: a table of plain numbers needs one unit that the text names. Settings and other programs have
//! `system` and `allocated` too: without a name that is Go's, a reading stands in one line, with units.

use gomem_table::ByteUnits;

use crate::bundle::text::machine::machine_bytes::of_machine;

/// The readings of one text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StatedMemory {
    pub(crate) readings: Vec<Reading>,
    /// Whether Go code beside them deletes from a map, as who wrote the text shows it.
    pub(crate) deletes_of_map: bool,
}

/// One reading: bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Reading {
    values: [Option<f64>; FIELDS],
}

/// What is read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// Objects, live and dead; `runtime.MemStats` has it twice.
    Alloc,
    HeapAlloc,
    Sys,
    HeapSys,
    Idle,
    Inuse,
    Released,
    Stacks,
    /// By the kernel.
    Resident,
    /// Of all time, and the heap's goal: they only say what the others are of.
    TotalAlloc,
    NextGc,
    /// How often GC ran, the last here: all before it are bytes.
    NumGc,
}

impl Reading {
    pub(crate) fn of(&self, field: Field) -> Option<f64> {
        self.values[field as usize]
    }

    /// Objects, live and dead.
    pub(crate) fn objects(&self) -> Option<f64> {
        self.of(Field::Alloc).or(self.of(Field::HeapAlloc))
    }

    /// What Go holds of the system: all that it took, without what it gave back.
    pub(crate) fn held(&self) -> Option<f64> {
        Some((self.of(Field::Sys)? - self.of(Field::Released)?).max(0.0))
    }

    /// What was taken of the system, given back or not; of the heap alone where nothing says more.
    pub(crate) fn taken(&self) -> Option<f64> {
        let heap = || Some(self.of(Field::Inuse)? + self.of(Field::Idle)?);
        self.of(Field::Sys).or(self.of(Field::HeapSys)).or_else(heap)
    }

    /// What is free between objects, in spans that are in use.
    pub(crate) fn free_slots(&self) -> Option<f64> {
        Some(self.of(Field::Inuse)? - self.objects()?)
    }

    fn put(&mut self, field: Field, value: f64) {
        self.values[field as usize] = Some(value);
    }

    /// All that is in bytes.
    fn amounts(&self) -> impl Iterator<Item = f64> {
        self.values[..Field::NumGc as usize].iter().flatten().copied()
    }

    fn used(&self) -> Option<f64> {
        self.objects().or(self.of(Field::Inuse))
    }

    /// Whether it has enough of `runtime.MemStats`, and what fits together.
    fn is_one(&self) -> bool {
        let (Some(taken), true) = (self.taken(), self.used().is_some()) else { return false };
        let fits = |part: Option<f64>| part.is_none_or(|part| part <= ROUNDED * taken);
        // What was allocated of all time, and the goal where GC is off, may be any amount.
        let is_memory = |field: Field| self.of(field).is_none_or(|bytes| of_machine(bytes).is_some());
        let is_of_machine = [Field::Sys, Field::Resident].into_iter().all(is_memory);
        let parts =
            [Field::Alloc, Field::HeapAlloc, Field::HeapSys, Field::Idle, Field::Inuse, Field::Released, Field::Stacks];
        let count = self.values.iter().flatten().count();
        count >= FEWEST && is_of_machine && parts.into_iter().all(|field| fits(self.of(field)))
    }
}

impl StatedMemory {
    /// The readings of a text; `None` where it has none.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let table = of_tables(text);
        let mut readings = if table.is_empty() { of_pairs(text) } else { table };
        readings.retain(Printed::is_of_go);
        let scale = Scale::find(&readings, text)?;
        let readings: Vec<Reading> =
            readings.into_iter().map(|reading| scale.apply(reading)).filter(Reading::is_one).collect();
        // Before the work begins, and when all of it is let go, less than a unit is in use.
        let has_objects = readings.iter().any(|reading| reading.used() > Some(0.0));
        has_objects.then_some(Self { readings, deletes_of_map: false })
    }
}

/// Whether a text holds Go code that deletes from a map: `delete(m, k)`, of what is a map there.
pub(crate) fn deletes_of_map(text: &str) -> bool {
    let of = |line: &str| {
        let (_, rest) = line.trim_start().split_once("delete(").filter(|(before, _)| before.trim().is_empty())?;
        let (map, _) = rest.split_once(", ")?;
        Some(map.rsplit('.').next()?.to_owned()).filter(|map| !map.is_empty())
    };
    let is_map = |name: String| {
        let is_made = |line: &str| {
            let begin = line.split_once("map[").map(|(before, _)| before);
            begin.is_some_and(|begin| {
                begin.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == name)
            })
        };
        text.lines().any(is_made)
    };
    text.lines().filter_map(of).take(MOST_DELETES).any(is_map)
}

/// A reading as printed: its numbers, whether a unit stood beside one, and whether a name has `heap`.
#[derive(Debug, Clone, Copy, Default)]
struct Printed {
    reading: Reading,
    has_unit: bool,
    names_heap: bool,
    /// Whether pairs of several lines are in it.
    is_of_lines: bool,
}

impl Printed {
    fn put(&mut self, (field, names_heap): Named, value: f64, has_unit: bool) {
        self.reading.put(field, value);
        self.has_unit |= has_unit;
        self.names_heap |= names_heap;
    }

    /// Whether its names are those of Go, or at least its form one in which programs write.
    fn is_of_go(&self) -> bool {
        let own = [Field::HeapAlloc, Field::HeapSys, Field::TotalAlloc, Field::NextGc, Field::NumGc];
        let has = |field: Field| self.reading.of(field).is_some();
        own.into_iter().any(has) || self.names_heap || self.has_unit && !self.is_of_lines
    }
}

/// A field, and whether its name says that it is of the heap.
type Named = (Field, bool);

/// What plain numbers are of.
struct Scale(f64);

impl Scale {
    /// Bytes, or the one unit that the text names if they are too small for bytes of a Go program; `None` if it names several.
    fn find(readings: &[Printed], text: &str) -> Option<Self> {
        let plain = readings.iter().filter(|printed| !printed.has_unit);
        let largest = plain.flat_map(|printed| printed.reading.amounts()).fold(0.0, f64::max);
        if largest == 0.0 || largest >= SMALLEST_HEAP {
            return Some(Self(1.0));
        }
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        let mut named = words.filter_map(|word| {
            let unit = word.trim_start_matches(|letter: char| letter.is_ascii_digit());
            ByteUnits::Binary.scale(unit).filter(|&scale| scale > 1.0 && unit.ends_with(['B', 'b']))
        });
        let first = named.next()?;
        named.all(|scale| scale == first).then_some(Self(first))
    }

    fn apply(&self, printed: Printed) -> Reading {
        let mut reading = printed.reading;
        if !printed.has_unit {
            reading.values[..Field::NumGc as usize].iter_mut().flatten().for_each(|value| *value *= self.0);
        }
        reading
    }
}

/// Of lines that hold names and amounts, one pair or several.
fn of_pairs(text: &str) -> Vec<Printed> {
    let mut readings = vec![Printed::default()];
    // What the scavenger traces is in megabytes, and has its own reader.
    let is_source = |line: &str| line.trim_end().ends_with(',') || line.contains("MemStats{");
    let is_short = |line: &&str| line.len() <= LONGEST_LINE;
    for line in text.lines().filter(is_short).filter(|line| !line.contains("scvg") && !is_source(line)) {
        let mut is_first = true;
        for (name, value, has_unit) in Pairs::new(line) {
            let is_again = readings.last().is_some_and(|last| last.reading.of(name.0).is_some());
            if is_again {
                if readings.len() >= MOST_READINGS {
                    return readings;
                }
                readings.push(Printed::default());
            }
            if let Some(last) = readings.last_mut() {
                last.is_of_lines |= is_first && last.reading != Reading::default();
                last.put(name, value, has_unit);
            }
            is_first = false;
        }
    }
    readings
}

/// The pairs of one line, each a name, its amount, and whether that has a unit.
struct Pairs<'a> {
    rest: &'a str,
    /// Whether a name on the line is one that only Go has.
    names_go: bool,
}

impl<'a> Pairs<'a> {
    fn new(line: &'a str) -> Self {
        let mut words = line.split(|letter: char| !letter.is_ascii_alphanumeric());
        Self { rest: line, names_go: words.any(is_own_name) }
    }
}

impl Iterator for Pairs<'_> {
    type Item = (Named, f64, bool);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.rest = self.rest.trim_start_matches(' ');
            // Columns are set apart by blanks; behind a name that only Go has, one will do.
            let mut bytes = self.rest.bytes().zip(self.rest.bytes().skip(1).chain([b'\n']));
            let separator = bytes.position(|pair| matches!(pair, (b'=' | b':' | b'\t', _) | (b' ', b' ')));
            let separator = [separator, behind_own_name(self.rest)].into_iter().flatten().min()?;
            let (label, rest) = self.rest.split_at(separator);
            let value = rest.trim_start_matches(['=', ':', '\t', ' ', '~']);
            let Some((number, unit, after)) = amount(value) else {
                self.rest = value;
                // What is no number may be the next label: a separator was passed, so the line gets shorter.
                continue;
            };
            self.rest = after;
            if let Some(field) = field(label, self.names_go) {
                return Some((field, number * unit.unwrap_or(1.0), unit.is_some()));
            }
        }
    }
}

/// The blank between a name that only Go has and a number.
fn behind_own_name(line: &str) -> Option<usize> {
    let is_it = |at: &usize| {
        let name = line[..*at].rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next();
        name.is_some_and(is_own_name) && line[at + 1..].starts_with(|letter: char| letter.is_ascii_digit())
    };
    line.match_indices(' ').map(|(at, _)| at).find(is_it)
}

fn is_own_name(word: &str) -> bool {
    matches!(
        word,
        "HeapAlloc"
            | "HeapSys"
            | "HeapIdle"
            | "HeapInuse"
            | "HeapReleased"
            | "StackInuse"
            | "TotalAlloc"
            | "NextGC"
            | "NumGC"
    )
}

/// A number, the bytes of its unit, and what follows.
fn amount(text: &str) -> Option<(f64, Option<f64>, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | ',')).unwrap_or(text.len());
    let digits = text[..end].trim_end_matches(['.', ',']);
    let number = number(digits)?;
    let after = &text[digits.len()..];
    let words = after.strip_prefix(' ').unwrap_or(after);
    let length = words.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(words.len());
    let is_whole =
        !words[length..].starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '/' | '=' | ':'));
    // Programs divide by 1024, whatever they call it.
    match ByteUnits::Binary.scale(&words[..length]) {
        Some(scale) if is_whole => Some((number, Some(scale), &words[length..])),
        // `3ms`, `12%`, `2020-01-01`: a number of something else.
        _ if after.trim_start().starts_with('*') => None,
        _ if after
            .starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '%' | '-' | '/' | '+')) =>
        {
            None
        }
        _ => Some((number, None, after)),
    }
}

/// `1,264,525,560`, `685.4375`.
fn number(digits: &str) -> Option<f64> {
    let number = match digits.split_once(',') {
        None => digits.parse().ok()?,
        Some((first, rest)) => {
            let is_grouped = (1..=3).contains(&first.len()) && rest.split(',').all(|group| group.len() == 3);
            is_grouped.then(|| digits.replace(',', "").parse().ok()).flatten()?
        }
    };
    Some(number).filter(|number: &f64| number.is_finite())
}

/// A heading with the names of fields, and the rows below it.
fn of_tables(text: &str) -> Vec<Printed> {
    let mut readings = Vec::new();
    let mut columns: Vec<Option<Named>> = Vec::new();
    for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
        let cells = cells(line);
        if cells.len() < FEWEST || readings.len() >= MOST_READINGS {
            columns.clear();
            continue;
        }
        let is_rule = cells.iter().all(|cell| !cell.is_empty() && cell.trim_matches(['-', ':', '=']).is_empty());
        if is_rule {
            continue;
        }
        let values: Vec<_> = cells.iter().map(|cell| amount(cell).filter(|(.., after)| after.is_empty())).collect();
        if !columns.is_empty() && columns.len() == values.len() && values.iter().flatten().count() * 2 > values.len() {
            // Each row is of a heading.
            let mut printed = Printed { is_of_lines: true, ..Printed::default() };
            for (field, value) in columns.iter().zip(&values) {
                if let (Some(field), Some((number, unit, _))) = (field, value) {
                    printed.put(*field, number * unit.unwrap_or(1.0), unit.is_some());
                }
            }
            readings.push(printed);
            continue;
        }
        let names: Vec<Option<Named>> = cells.iter().map(|cell| field(cell, false)).collect();
        columns = if values.iter().all(Option::is_none) && is_heading(&names) { names } else { Vec::new() };
    }
    readings
}

/// Whether cells are the heading of a table of `runtime.MemStats`.
pub(crate) fn is_heading_of_stats(cells: &[&str]) -> bool {
    is_heading(&cells.iter().map(|cell| field(cell, false)).collect::<Vec<_>>())
}

/// Enough fields, none of them twice.
fn is_heading(names: &[Option<Named>]) -> bool {
    let known: Vec<Field> = names.iter().flatten().map(|(field, _)| *field).collect();
    let is_twice = |at: usize, field: &Field| known[..at].contains(field);
    let is_of_bytes = |field: &&Field| **field != Field::NumGc;
    known.iter().filter(is_of_bytes).count() >= FEWEST
        && !known.iter().enumerate().any(|(at, field)| is_twice(at, field))
}

/// Between bars, or between blanks.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    if line.contains('|') {
        return line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches(['*', '`']).trim()).collect();
    }
    line.split_whitespace().collect()
}

/// The field that a name means, however it is written.
fn field(label: &str, names_go: bool) -> Option<Named> {
    let label = label.rsplit([',', ';', '(', '{', '[', '"', '|']).next()?.trim();
    let plain: String = label.chars().filter(char::is_ascii_alphanumeric).take(LONGEST_NAME).collect();
    let plain = plain.to_ascii_lowercase();
    if let Some(field) = named(&plain) {
        return Some((field, plain.contains("heap")));
    }
    // Words before it: only names that nothing else has.
    let last = label.rsplit([' ', '.', '\'', '`']).find(|word| !word.is_empty())?;
    let is_own = is_own_name(last) || names_go && matches!(last, "Alloc" | "Sys");
    is_own.then(|| Some((named(&last.to_ascii_lowercase())?, is_own_name(last)))).flatten()
}

fn named(plain: &str) -> Option<Field> {
    let plain = PREFIXES.iter().find_map(|prefix| plain.strip_prefix(prefix)).unwrap_or(plain);
    let plain = SUFFIXES.iter().find_map(|suffix| plain.strip_suffix(suffix)).unwrap_or(plain);
    Some(match plain {
        "alloc" | "allocated" => Field::Alloc,
        "heapalloc" | "heapallocated" | "allocatedheap" => Field::HeapAlloc,
        "sys" | "system" | "totalsys" | "obtainedfromsystem" => Field::Sys,
        "heapsys" | "heapsystem" => Field::HeapSys,
        "idle" | "heapidle" | "idleheap" => Field::Idle,
        "inuse" | "heapinuse" | "inuseheap" => Field::Inuse,
        "released" | "heapreleased" | "heaprelease" | "releasedtosystem" | "releasedtoos" => Field::Released,
        "stackinuse" | "stacksinuse" | "stacks" => Field::Stacks,
        "rss" | "rssanon" | "vmrss" | "resident" | "residentset" | "residentsetsize" | "residentsize"
        | "residentmemory" => Field::Resident,
        "totalalloc" | "totalallocated" => Field::TotalAlloc,
        "nextgc" => Field::NextGc,
        "numgc" => Field::NumGc,
        _ => return None,
    })
}

const FIELDS: usize = Field::NumGc as usize + 1;
/// Fewer are words of something else.
const FEWEST: usize = 3;
/// Rounded to whole megabytes, each.
const ROUNDED: f64 = 1.02;
/// No Go program has less.
const SMALLEST_HEAP: f64 = 256.0 * 1024.0;
const MOST_READINGS: usize = 10_000;
const MOST_DELETES: usize = 8;
const LONGEST_LINE: usize = 4096;
const LONGEST_NAME: usize = 40;
const PREFIXES: [&str; 4] = ["memstats", "runtime", "go", "mem"];
const SUFFIXES: [&str; 7] = ["inmib", "inmb", "mib", "mb", "bytes", "kb", "gb"];

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    fn mebibytes(text: &str, field: Field) -> Vec<Option<f64>> {
        let found = StatedMemory::find(text).map(|found| found.readings).unwrap_or_default();
        found.iter().map(|reading| reading.of(field).map(|bytes| bytes / MIB)).collect()
    }

    #[test]
    fn words_of_a_log_stand_before_the_first_name() {
        let line = "2026-11-20 10:00:00 INFO mem Alloc=612MiB TotalAlloc=91234MiB Sys=3610MiB HeapInuse=3120MiB HeapIdle=310MiB\n";
        assert_eq!(mebibytes(line, Field::Alloc), [Some(612.0)]);
        assert_eq!(mebibytes(line, Field::Inuse), [Some(3120.0)]);
        assert_eq!(mebibytes("INFO gpu Alloc=612MiB Sys=3610MiB Idle=3MiB\n", Field::Alloc), []);
    }

    #[test]
    fn one_pair_a_line_is_one_reading() {
        let text = "After an hour:\n Alloc = 12.5 MiB\n HeapAlloc = 12.5 MiB\n TotalAlloc = 900.1 MiB\n Sys = 600 MiB\n NumGC = 161\n HeapIdle = 560.25 MiB\n \
                    HeapInuse = 18 MiB\n HeapRelease = 540 MiB\n";
        assert_eq!(mebibytes(text, Field::Alloc), [Some(12.5)]);
        assert_eq!(mebibytes(text, Field::Released), [Some(540.0)]);
        let grouped = "Allocated bytes\t209,715,200\nTotal allocated bytes\t2,384,210,888\nSystem bytes\t419,430,400\nHeap system \
                       bytes\t314,572,800\nIn use bytes\t262,144,000\nBy size\nSize\tMallocs\n8\t1,024\n";
        assert_eq!(mebibytes(grouped, Field::Alloc), [Some(200.0)]);
        assert_eq!(mebibytes(grouped, Field::Inuse), [Some(250.0)]);
    }

    #[test]
    fn columns_are_set_apart_by_blanks() {
        let text = "Memory:\n   heap_objects                 1024\n   heap_idle_bytes              16777216\n   heap_in_use_bytes            104857600\n   \
                    heap_released_bytes          4194304\n   next_gc_bytes                227877488\n";
        assert_eq!(mebibytes(text, Field::Inuse), [Some(100.0)]);
        assert_eq!(mebibytes(text, Field::Idle), [Some(16.0)]);
        let beside = "Time:   51s  Count:   200  Resident size:  9.0MB  MemStats.Sys:  8.0MB  MemStats.Alloc:  3.0MB  MemStats.TotalAlloc: 474.0MB\n";
        assert_eq!(mebibytes(beside, Field::Resident), [Some(9.0)]);
    }

    #[test]
    fn a_field_that_comes_again_is_another_reading() {
        let text = "sys: 100 MB alloc: 80 MB inuse: 90 MB\nsys: 200 MB alloc: 180 MB inuse: 190 MB\n";
        assert_eq!(mebibytes(text, Field::Sys), [Some(100.0), Some(200.0)]);
        let tutorial = "Alloc = 3 MiB\tTotalAlloc = 6 MiB\tSys = 11 MiB\tHeapIdle = 2 MiB\tNumGC = 1\n\
                        Alloc = 5 MiB\tTotalAlloc = 9 MiB\tSys = 12 MiB\tHeapIdle = 2 MiB\tNumGC = 2\n";
        assert_eq!(mebibytes(tutorial, Field::Alloc), [Some(3.0), Some(5.0)]);
    }

    #[test]
    fn tables_have_a_heading_and_rows() {
        let bars = "| min | RssAnon | Go `Sys` | Go `HeapReleased` | Go `HeapAlloc` |\n| --- | --- | --- | --- | --- |\n\
                    | 0 | 80.5 | 95 | 70 | 6.5 |\n| 9 | 99.5 | 95 | 71 | 7.5 |\nAll MiB.\n";
        assert_eq!(mebibytes(bars, Field::Resident), [Some(80.5), Some(99.5)]);
        let blanks =
            "Alloc   Frees  HeapIdle HeapInUse HeapSys Sys\n2097152 0      1048576  3145728   4194304 8388608\n";
        assert_eq!(mebibytes(blanks, Field::Inuse), [Some(3.0)]);
        let words = "Runtime stats: HeapAlloc 2097152 HeapInuse 3145728 HeapIdle 4194304 HeapReleased 4194304\nLater: HeapAlloc 1048576 \
                     HeapInuse 2097152 HeapIdle 5242880 NumGC 7\n";
        assert_eq!(mebibytes(words, Field::Inuse), [Some(3.0), Some(2.0)]);
        assert_eq!(StatedMemory::find(words).unwrap().readings[1].of(Field::NumGc), Some(7.0));
        // Without a unit nobody knows what the numbers are.
        assert_eq!(StatedMemory::find(&bars.replace("All MiB.", "")), None);
        assert_eq!(StatedMemory::find(&bars.replace("All MiB.", "in MiB or in GB")), None);
    }

    #[test]
    fn nothing_in_use_before_and_after_is_a_reading() {
        let text = "start HeapAlloc=0 MB HeapInuse=0 MB HeapIdle=3 MB\nfull  HeapAlloc=90 MB HeapInuse=92 MB HeapIdle=9 MB\n\
                    nil   HeapAlloc=0 MB HeapInuse=0 MB HeapIdle=99 MB\n";
        assert_eq!(mebibytes(text, Field::HeapAlloc), [Some(0.0), Some(90.0), Some(0.0)]);
    }

    #[test]
    fn code_that_deletes_from_a_map() {
        assert!(deletes_of_map("\tm := make(map[int]string)\n\tfor k := range m {\n\t\tdelete(m, k)\n\t}\n"));
        assert!(deletes_of_map("type cache struct {\n\titems map[string]*item\n}\n\tdelete(c.items, key)\n"));
        for text in
            ["delete(m, k)\n", "m := map[int]int{}\nwe delete(m, k) later\n", "m := map[int]int{}\ndelete(n, k)\n", ""]
        {
            assert!(!deletes_of_map(text), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_none() {
        for text in [
            "",
            "user: 3 sys: 12 idle: 85\n",
            "%Cpu(s): 6.2 us, 3.9 sy\nreal\t0m1s\nuser\t0m2s\nsys\t0m0.02s\n",
            "allocated: 123456789, active: 130000000, resident: 140000000\n",
            "scvg: inuse: 16000000, idle: 10180000, sys: 10350000, released: 0\n",
            // More allocated than taken of the system.
            "alloc: 900 MB sys: 100 MB inuse: 90 MB\n",
            "PreAlloc = 3 MiB TotalSys2 = 4 MiB Idleness = 3 MiB\n",
            "CPU %user %nice %system %iowait %steal %idle\nall 1.0 0.0 2.0 0.0 0.0 97.0\n",
            // Settings, other programs, a table of something else, and source code.
            "system: 4096 MB\nallocated: 2048 MB\nidle: 1024 MB\n",
            "total: 900000000\nsystem: 500000000\nallocated: 450000000\nstacks: 3000\n",
            "user: 300000 sys: 1200000 idle: 850000 alloc: 700000\n",
            "| lib | sys | alloc | idle |\n|---|---|---|---|\n| a | 600000 | 500000 | 100000 |\n",
            "want := runtime.MemStats{\n\tAlloc: 50000000,\n\tSys: 90000000,\n\tHeapIdle: 40000000,\n}\n",
            "m := MemStats{Alloc: 50000000, Sys: 90000000, HeapIdle: 40000000}\n",
            "Alloc = 4 * 1024 Sys = 90000000 HeapIdle = 4000000\n",
            // More than can be addressed.
            // Nothing in use in any reading.
            "Alloc = 0 MiB Sys = 9 MiB HeapIdle = 5 MiB\nAlloc = 0 MiB Sys = 9 MiB HeapIdle = 6 MiB\n",
            "Alloc = 999999999 GB Sys = 999999999 GB HeapIdle = 5 GB\n",
            "alloc = 3ms, sys = 12%, inuse = 2020-01-02\n",
            "HeapAlloc and HeapInuse 2 of HeapIdle, see issue 5242880\n",
            "alloc 90000000 sys 95000000 idle 4000000 NumGCs 7000000\n",
        ] {
            assert_eq!(StatedMemory::find(text), None, "{text}");
        }
    }
}
