//! Tables that compare two outputs of benchmarks, as benchstat and benchcmp print them: what one operation allocates.
//!
//! ```text
//! name      old alloc/op  new alloc/op  delta         │ old.txt │          new.txt          │
//! Decode-4  1.89GB ± 0%   1.88GB ± 0%   -0.11%        │  B/op   │   B/op     vs base        │
//!                                                Decode-4  536.0 ± 1%   920.0 ± 2%  +71.64% (p=0.002 n=10)
//! ```
//!
//! People write the same in Markdown, both amounts in one cell: `| Benchmark | ns/op | allocs |` and `| Decode | 674 | 5 → 7 |`.

use gomem_table::ByteUnits;

use crate::bundle::text::{benchmark_rows::cells, printed::printable};

/// What became of each operation's allocation.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct BenchmarkTable {
    pub(crate) bytes: Vec<BenchmarkChange>,
    pub(crate) objects: Vec<BenchmarkChange>,
}

/// One benchmark, before and after.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BenchmarkChange {
    pub(crate) name: String,
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// Whether the tool could not tell both apart.
    pub(crate) is_same: bool,
}

impl BenchmarkTable {
    /// All rows of a text below headings that say what they are of.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let mut table = Self::default();
        let mut below = None;
        let mut arrows = ArrowColumns::default();
        for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
            arrows.read(line, &mut table);
            if let Some(heading) = Heading::parse(line) {
                below = Some(heading);
                continue;
            }
            let rows = match below {
                Some(Heading::Bytes) => &mut table.bytes,
                Some(Heading::Objects) => &mut table.objects,
                Some(Heading::Other) | None => continue,
            };
            rows.extend(BenchmarkChange::parse(line).filter(|_| rows.len() < MOST_ROWS));
        }
        (!table.bytes.is_empty() || !table.objects.is_empty()).then_some(table)
    }
}

/// The columns of a table in Markdown whose cells hold both amounts.
#[derive(Default)]
struct ArrowColumns {
    is_within: bool,
    bytes: Option<usize>,
    objects: Option<usize>,
}

impl ArrowColumns {
    fn read(&mut self, line: &str, table: &mut BenchmarkTable) {
        if !line.trim_start().starts_with('|') {
            *self = Self::default();
            return;
        }
        let row: Vec<&str> = cells(line).collect();
        if !self.is_within {
            let column = |units: &[&str]| (1..row.len()).find(|&at| units.contains(&row[at]));
            *self = Self { is_within: true, bytes: column(&["B/op"]), objects: column(&["allocs", "allocs/op"]) };
            return;
        }
        for (column, rows) in [(self.bytes, &mut table.bytes), (self.objects, &mut table.objects)] {
            let change = column.and_then(|at| row.get(at)).and_then(|cell| both_amounts(cell));
            let name = row.first().filter(|name| !name.is_empty() && rows.len() < MOST_ROWS);
            rows.extend(change.zip(name).map(|((before, after), name)| BenchmarkChange {
                name: printable(&name.trim_start_matches("Benchmark").replace('`', "")),
                before,
                after,
                is_same: before == after,
            }));
        }
    }
}

/// `31 → 58`, `1.2KB -> 900B`.
fn both_amounts(cell: &str) -> Option<(f64, f64)> {
    let (before, after) = cell.split_once('→').or_else(|| cell.split_once("->"))?;
    let of = |text: &str| amount(&text.trim_matches([' ', '*', '`']).replace(',', ""));
    of(before).zip(of(after))
}

/// What the rows below a heading are of.
#[derive(Clone, Copy)]
enum Heading {
    Bytes,
    Objects,
    /// Time, or a speed.
    Other,
}

impl Heading {
    fn parse(line: &str) -> Option<Self> {
        let has = |word: &str| line.contains(word);
        let is_pair = |unit: &str| has(&format!("old {unit}")) && has(&format!("new {unit}"));
        let is_against_base = |unit: &str| has("vs base") && has(unit);
        if is_pair("bytes") || is_pair("alloc/op") || is_against_base(" B/op ") {
            return Some(Self::Bytes);
        }
        if is_pair("allocs") || is_pair("allocs/op") || is_against_base(" allocs/op ") {
            return Some(Self::Objects);
        }
        let is_other = has("vs base") || ["ns/op", "time/op", "MB/s", "speed"].iter().any(|unit| is_pair(unit));
        is_other.then_some(Self::Other)
    }
}

impl BenchmarkChange {
    /// A name, two amounts with what they vary by, and what the second is more by.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        let is_name = name.starts_with(|letter: char| letter.is_ascii_uppercase()) && name != "Geomean";
        let rest: Vec<&str> = words.take_while(|word| !word.starts_with('(')).collect();
        // `± 3%`, and notes in small figures.
        let is_spread =
            |at: usize| rest[at].starts_with('±') || at.checked_sub(1).is_some_and(|before| rest[before] == "±");
        let mut amounts = (0..rest.len()).filter(|&at| !is_spread(at)).filter_map(|at| amount(rest[at]));
        let (before, after) = (amounts.next()?, amounts.next()?);
        let is_delta = |word: &&str| word.starts_with(['+', '-']) && word.ends_with('%');
        let is_same = rest.contains(&"~");
        let has_delta = is_same || rest.iter().any(is_delta);
        let name = printable(name.trim_start_matches("Benchmark"));
        (is_name && has_delta && amounts.next().is_none()).then_some(Self { name, before, after, is_same })
    }
}

/// `536`, `1.89GB`, `1.033Mi`, `13.0M`, `5.000k`.
fn amount(word: &str) -> Option<f64> {
    word.starts_with(|letter: char| letter.is_ascii_digit()).then_some(())?;
    let end = word.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(word.len());
    let number: f64 = word[..end].parse().ok()?;
    let scale = match &word[end..] {
        "" => 1.0,
        unit => ByteUnits::Standard.scale(unit)?,
    };
    Some(number * scale)
}

const MOST_ROWS: usize = 10_000;
const LONGEST_LINE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<(String, f64, f64, bool)> {
        let found = BenchmarkTable::find(text).unwrap_or_default().bytes;
        found.into_iter().map(|row| (row.name, row.before, row.after, row.is_same)).collect()
    }

    #[test]
    fn the_tables_of_three_tools() {
        let benchcmp = "benchmark          old ns/op  new ns/op  delta\nBenchmarkWrite-2   674        921        +36.65%\n\
                        benchmark          old allocs new allocs delta\nBenchmarkWrite-2   5          7          +40.00%\n\
                        benchmark          old bytes  new bytes  delta\nBenchmarkWrite-2   536        920        +71.64%\n";
        assert_eq!(bytes(benchcmp), [("Write-2".to_owned(), 536.0, 920.0, false)]);
        assert_eq!(BenchmarkTable::find(benchcmp).unwrap().objects[0].after, 7.0);
        let old = "name      old time/op    new time/op    delta\nDecode-4    2.27s ± 3%     2.16s ± 2%  -5.10%  (p=0.008 n=5+5)\n\n\
                   name      old alloc/op   new alloc/op   delta\nDecode-4    1.50kB ± 0%    1.60kB ± 0%     ~     (p=0.1 n=5+5)\n";
        assert_eq!(bytes(old), [("Decode-4".to_owned(), 1500.0, 1600.0, true)]);
        let new = "            │   old.txt    │              new.txt              │\n            │    sec/op    │   sec/op     vs base              │\n\
                   Decode-4       21.2µ ± 1%     21.8µ ± 2%  +2.90% (p=0.002 n=10)\n\n\
                   \u{20}           │     B/op     │     B/op      vs base              │\n\
                   Decode-4      1.000Ki ± 1%   2.000Ki ± ∞ ¹  +100.00% (p=0.002 n=10)\ngeomean       1.0Ki  2.0Ki  +100.00%\n";
        assert_eq!(bytes(new), [("Decode-4".to_owned(), 1024.0, 2048.0, false)]);
    }

    #[test]
    fn a_table_of_markdown_with_both_in_one_cell() {
        let table = "| Benchmark | README | now | B/op | allocs |\n|---|---:|---:|---|---|\n\
                     | `BenchmarkStore` (disk) | 3,911,204 | 8,120,933 | 1,024 -> 2,048 | 27 → **54** |\n| x | 1 | 2 | - | 3 |\n";
        let found = BenchmarkTable::find(table).unwrap();
        let row = |before: f64, after: f64| {
            [BenchmarkChange { name: "Store (disk)".to_owned(), before, after, is_same: false }]
        };
        assert_eq!((&*found.bytes, &*found.objects), (&row(1024.0, 2048.0)[..], &row(27.0, 54.0)[..]));
        let other = "| Pool | size |\n|---|---|\n| a | 3 → 4 |\n\nallocs | x\n| b | allocs |\n";
        assert_eq!(BenchmarkTable::find(other), None);
    }

    #[test]
    fn other_tables_are_none() {
        for text in [
            "",
            "BenchmarkWrite-2 100 921 ns/op 64 B/op 2 allocs/op\n",
            "old bytes and new bytes\nWe had 5 of them and now 7.\n",
            "name old time/op new time/op delta\nDecode-4 2.27s ± 3% 2.16s ± 2% -5.10%\n",
        ] {
            assert_eq!(BenchmarkTable::find(text), None, "{text}");
        }
    }
}
