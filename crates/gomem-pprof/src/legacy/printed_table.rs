//! The tables that `go tool pprof` prints: those of `-top`, `-tree` and `-peek`, and what its web page shows under "Top".
//!
//! ```text
//! Type: inuse_space
//! Showing nodes accounting for 62.5MB, 78% of 80MB total
//!       flat  flat%   sum%        cum   cum%   calls calls% + context
//! -----------+-----------------------------------
//!                                40.50MB   100% |   main.accept            a caller, above
//!    40.50MB 50.63% 50.63%    40.50MB 50.63%     | bufio.NewReaderSize     the function
//!                                    8MB 19.75% |   bufio.grow             what it calls, below
//! -----------+-----------------------------------
//! ```
//!
//! The first versions of pprof wrote the unit only into the line of the total:
//!
//! ```text
//! Total: 82.4 MB
//!     56.3  68.4%  68.4%     56.3  68.4% main.FindLoops
//! ```
//!
//! People paste any part: rows without the heading, the line of the total without a row, or a table sorted by `cum`.

use gomem_table::ByteUnits;

use super::lines::Lines;

/// A table as it was printed.
///
/// ```
/// let text = "      flat  flat%   sum%        cum   cum%\n       2MB 50.00% 50.00%        3MB 75.00%  main.load (inline)\n";
/// let table = gomem_pprof::PrintedTable::parse(text).unwrap();
/// assert_eq!((table.rows[0].name.as_str(), table.rows[0].cum), ("main.load", 3_145_728.0));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PrintedTable {
    /// What the values are of (`inuse_space`, `goroutine`, …), where the text says it.
    pub kind: Option<String>,
    /// `bytes`, `nanoseconds`, or `count`.
    pub unit: &'static str,
    /// Of the whole profile, in that unit, where the text says it.
    pub total: Option<f64>,
    /// As printed; none where the text has only the total.
    pub rows: Vec<PrintedRow>,
    /// Whether it is of what one profile has more than another (`-base`, `-diff_base`): amounts below zero tell it, or a line
    /// `Difference: …` of whoever saw the command.
    pub is_difference: bool,
}

/// A function of a table; values in the table's unit.
///
/// ```
/// use gomem_pprof::PrintedTable;
///
/// let table = PrintedTable::parse(
///     "Showing nodes accounting for 3MB, 100% of 3MB total\n\
///            flat  flat%   sum%        cum   cum%\n\
///             3MB   100%   100%        3MB   100%  main.parse\n",
/// );
/// let row = table.and_then(|table| table.rows.into_iter().next()).expect("a row");
/// assert_eq!((&*row.name, row.share), ("main.parse", 1.0));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedRow {
    /// Its name, with its place where that was asked for, and without a mark of inlining.
    pub name: String,
    /// Whether it was inlined.
    pub is_inlined: bool,
    /// Of itself.
    pub flat: f64,
    /// The same as a share of the whole profile.
    pub share: f64,
    /// With what it calls.
    pub cum: f64,
    /// Its callers, and how much is by way of each; of trees only.
    pub callers: Vec<(String, f64)>,
    /// What it calls, and how much each has.
    pub callees: Vec<(String, f64)>,
}

impl PrintedTable {
    /// The first table of a text; `None` where it has neither a row nor a total.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(&mut Lines::new(text.as_bytes()))
    }

    /// Whether a line is a row of such a table: of a function, or in a tree of a caller or a callee.
    #[must_use]
    pub fn is_row(line: &str) -> bool {
        Entry::parse(line.trim()).is_some()
    }

    /// The same, up to the first line behind it.
    pub(super) fn read(lines: &mut Lines<'_>) -> Option<Self> {
        let mut table = Self { unit: COUNT, ..Self::default() };
        let mut apart = None;
        while let Some(line) = lines.peek() {
            let text = line.text.trim();
            if let Some(kind) = text.strip_prefix("Type: ") {
                table.kind = Some(kind.trim().to_owned());
            } else if text.starts_with("Difference: ") {
                table.is_difference = true;
            } else if let Some(total) = total_of(text) {
                (table.total, table.unit) = (Some(total.value), total.unit);
            } else if let Some(total) = total_apart(text) {
                apart = Some(total);
            } else if is_heading(text) {
                lines.next();
                break;
            } else if Self::is_row(text) {
                break;
            }
            lines.next();
        }
        table.read_rows(lines);
        if let Some((number, scale, unit)) = apart.filter(|_| table.unit == COUNT && table.total.is_none()) {
            table.scale(scale, unit);
            table.total = (!table.rows.is_empty()).then_some(number * scale);
        }
        table.is_difference |= table.rows.iter().any(|row| row.flat < 0.0 || row.cum < 0.0);
        // The share that stands beside an amount tells of how much it is one: best by the largest.
        let largest = table.rows.iter().filter(|row| row.share > 0.0).max_by(|a, b| a.flat.total_cmp(&b.flat));
        table.total = table.total.or(largest.map(|row| row.flat / row.share));
        // Only goroutines stand for the most part where they wait.
        let waits: f64 = table.rows.iter().filter(|row| row.name == "runtime.gopark").map(|row| row.share).sum();
        if table.unit == COUNT && table.kind.is_none() && waits > 0.5 {
            table.kind = Some("goroutine".to_owned());
        }
        let has_bytes = table.unit == "bytes";
        // What was set before is of another table, where the unit is another.
        let is_of_it =
            |kind: &String| !(kind.ends_with("_space") && !has_bytes || kind.ends_with("_objects") && has_bytes);
        table.kind = table.kind.filter(is_of_it);
        (table.total.is_some() || !table.rows.is_empty()).then_some(table)
    }

    /// Gives plain numbers their unit.
    fn scale(&mut self, scale: f64, unit: &'static str) {
        self.unit = unit;
        for row in &mut self.rows {
            let calls = row.callers.iter_mut().chain(&mut row.callees).map(|(_, value)| value);
            [&mut row.flat, &mut row.cum].into_iter().chain(calls).for_each(|value| *value *= scale);
        }
    }

    fn read_rows(&mut self, lines: &mut Lines<'_>) {
        let mut callers = Vec::new();
        // Above a function stand its callers, below it what it calls, and a rule ends both.
        let mut is_below = false;
        while let Some(line) = lines.peek() {
            match Entry::parse(line.text.trim()) {
                Some(Entry::Function(unit, mut row)) => {
                    if unit != COUNT {
                        self.unit = unit;
                    }
                    row.callers = std::mem::take(&mut callers);
                    self.rows.push(row);
                    is_below = true;
                }
                Some(Entry::Call(name, value)) => match self.rows.last_mut().filter(|_| is_below) {
                    Some(row) => row.callees.push((name, value)),
                    None => callers.push((name, value)),
                },
                None if is_rule(&line.text) => is_below = false,
                None => break,
            }
            lines.next();
        }
    }
}

/// A line of a table.
enum Entry {
    Function(&'static str, PrintedRow),
    /// Of a tree: a caller or a callee, and how much is by way of it.
    Call(String, f64),
}

impl Entry {
    /// `40.50MB 50.63% 50.63%    40.50MB 50.63%  main.f (inline)`, with `|` before the name in a tree; `30ms   100% |   main.main`.
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut word = || {
            let (word, others) = rest.split_once(char::is_whitespace)?;
            rest = others.trim_start();
            Some(word)
        };
        let first = Amount::parse(word()?)?;
        let share = percent_of(word()?)?;
        let third = word()?;
        if third == "|" {
            return name_of(rest).map(|(name, _)| Self::Call(name, first.value));
        }
        percent_of(third)?;
        let cum = Amount::parse(word()?)?;
        percent_of(word()?)?;
        let (name, is_inlined) = name_of(rest.strip_prefix('|').unwrap_or(rest))?;
        let unit = if first.unit == COUNT { cum.unit } else { first.unit };
        let (flat, cum) = (first.value, cum.value);
        Some(Self::Function(
            unit,
            PrintedRow { name, is_inlined, flat, share, cum, callers: Vec::new(), callees: Vec::new() },
        ))
    }
}

/// A name without the mark of inlining, and whether that is there.
fn name_of(text: &str) -> Option<(String, bool)> {
    let whole = text.trim();
    let name = ["(inline)", "(partial-inline)"].iter().fold(whole, |name, mark| name.trim_end_matches(mark).trim_end());
    (!name.is_empty()).then(|| (name.to_owned(), name.len() < whole.len()))
}

/// A value, and what it counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Amount {
    pub(super) value: f64,
    pub(super) unit: &'static str,
}

impl Amount {
    /// As `measurement.Label` prints it: `40.50MB`, `1.2hrs`, `12`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let end = text.find(|letter: char| !letter.is_ascii_digit() && !"-.".contains(letter)).unwrap_or(text.len());
        let number: f64 = text.get(..end)?.parse().ok().filter(|number: &f64| number.is_finite())?;
        let name = &text[end..];
        let of_bytes = || Some((ByteUnits::Binary.scale(name)?, "bytes"));
        let of_others = UNITS.iter().find(|unit| unit.0 == name).map(|&(_, scale, unit)| (scale, unit));
        let (scale, unit) = of_others.or_else(of_bytes)?;
        Some(Self { value: number * scale, unit })
    }
}

/// What `40.50MB` is, as pprof prints amounts: in bytes, nanoseconds, or as a count.
///
/// ```
/// assert_eq!(gomem_pprof::printed_amount("1.5kB"), Some(1536.0));
/// assert_eq!(gomem_pprof::printed_amount("."), None);
/// ```
#[must_use]
pub fn printed_amount(text: &str) -> Option<f64> {
    Amount::parse(text).map(|amount| amount.value)
}

/// `Showing nodes accounting for 62.5MB, 78% of 80MB total`, before Go 1.10 `62.5MB of 80MB total (78%)`.
pub(super) fn total_of(text: &str) -> Option<Amount> {
    let (before, _) = text.split_once(" total")?;
    let (head, total) = before.rsplit_once(" of ")?;
    let is_head = head.starts_with("Showing nodes accounting for ") || Amount::parse(head).is_some();
    is_head.then(|| Amount::parse(total)).flatten()
}

/// `Total: 82.4 MB`, `Total: 1763108 objects`: the number, and what its unit makes of it. Go's own listings write `Total: 82.40MB`.
fn total_apart(text: &str) -> Option<(f64, f64, &'static str)> {
    let (number, unit) = text.strip_prefix("Total: ")?.split_once(' ')?;
    let number = number.parse().ok().filter(|number: &f64| number.is_finite())?;
    match unit {
        "objects" | "samples" => Some((number, 1.0, COUNT)),
        "seconds" => Some((number, 1e9, "nanoseconds")),
        _ => Some((number, ByteUnits::Binary.scale(unit)?, "bytes")),
    }
}

/// `50.63%` as a share.
fn percent_of(text: &str) -> Option<f64> {
    text.strip_suffix('%')?.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number / 100.0)
}

/// `flat  flat%   sum%        cum   cum%`, with capitals and tabs between on the web page.
pub(super) fn is_heading(text: &str) -> bool {
    let mut words = text.split_whitespace();
    ["flat", "flat%", "sum%", "cum", "cum%"]
        .iter()
        .all(|name| words.next().is_some_and(|word| word.eq_ignore_ascii_case(name)))
}

/// What stands between stacks and around a tree.
pub(super) fn is_rule(text: &str) -> bool {
    let text = text.trim();
    text.len() > 20 && text.contains("-+-") && text.bytes().all(|byte| matches!(byte, b'-' | b'+'))
}

pub(super) const COUNT: &str = "count";
/// Units of `internal/measurement/measurement.go`, as printed, but those of bytes.
const UNITS: [(&str, f64, &str); 8] = [
    ("", 1.0, COUNT),
    ("ns", 1.0, "nanoseconds"),
    ("us", 1e3, "nanoseconds"),
    ("ms", 1e6, "nanoseconds"),
    ("s", 1e9, "nanoseconds"),
    ("mins", 60e9, "nanoseconds"),
    ("hrs", 3600e9, "nanoseconds"),
    ("days", 86_400e9, "nanoseconds"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const MEGABYTE: f64 = 1_048_576.0;

    #[test]
    fn callers_stand_above_and_callees_below() {
        let peek = "Showing nodes accounting for 30MB, 75% of 40MB total\n\
                    ----------------------------------------------------------+-------------\n\
                    24MB 80.00% |   main.accept (inline)\n 6MB 20.00% |   main.retry\n\
                    20MB 50.00% 50.00% 30MB 75.00%                | main.read\n 10MB 33.33% |   bytes.growSlice\n\
                    ----------------------------------------------------------+-------------\n\
                    10MB   100% |   main.read\n 10MB 25.00% 75.00% 10MB 25.00% | bytes.growSlice\n";
        for text in [peek, peek.split_once('\n').unwrap().1] {
            let table = PrintedTable::parse(text).unwrap();
            let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
            assert_eq!((names, table.unit), (vec!["main.read", "bytes.growSlice"], "bytes"));
            let first = &table.rows[0];
            assert_eq!((first.flat, first.cum), (20.0 * MEGABYTE, 30.0 * MEGABYTE));
            assert_eq!(first.callers[0], ("main.accept".to_owned(), 24.0 * MEGABYTE));
            assert_eq!(first.callees, [("bytes.growSlice".to_owned(), 10.0 * MEGABYTE)]);
            assert_eq!(table.rows[1].callers, [("main.read".to_owned(), 10.0 * MEGABYTE)]);
        }
    }

    #[test]
    fn old_rows_have_the_unit_of_their_total() {
        let rows = "    56.3  68.4%  68.4%     56.3  68.4% main.FindLoops\n     8.0   9.7%  78.1%     25.6  31.0% main.NewEdge\n";
        let of = |head: &str| PrintedTable::parse(&format!("(pprof) top5\n{head}{rows}")).unwrap();
        let table = of("Total: 82.4 MB\n");
        assert_eq!((table.unit, table.total), ("bytes", Some(82.4 * MEGABYTE)));
        assert_eq!((table.rows[0].flat, table.rows[1].cum), (56.3 * MEGABYTE, 25.6 * MEGABYTE));
        let samples = of("Total: 82 samples\n");
        assert_eq!((samples.unit, samples.total, samples.rows[0].flat), (COUNT, Some(82.0), 56.3));
        assert_eq!(of("").unit, COUNT);
        assert_eq!(PrintedTable::parse("Total: 82.4 MB\nROUTINE ==== main.f in /src/a.go\n"), None);
    }

    #[test]
    fn parts_of_a_table_are_one() {
        let page =
            "Flat\tFlat%\tSum%\tCum\tCum%\tName\tInlined?\n2MB\t50.00%\t50.00%\t3MB\t75.00%\tmain.load\t(inline)\n";
        let table = PrintedTable::parse(page).unwrap();
        assert_eq!((table.rows[0].name.as_str(), table.rows[0].is_inlined), ("main.load", true));
        let rows =
            "  2MB 50.00% 50.00%        3MB 75.00%  main.load\n    0     0% 50.00%        4MB   100%  main.main\n";
        let table = PrintedTable::parse(rows).unwrap();
        assert_eq!((table.rows.len(), table.rows[1].cum, table.total), (2, 4.0 * MEGABYTE, Some(4.0 * MEGABYTE)));
        let total =
            PrintedTable::parse("Type: inuse_space\nShowing nodes accounting for 38MB, 50% of 76MB total\n").unwrap();
        assert_eq!(
            (total.total, total.rows.len(), total.kind.as_deref()),
            (Some(76.0 * MEGABYTE), 0, Some("inuse_space"))
        );
        let other = PrintedTable::parse(&format!("Type: alloc_objects\n{rows}")).unwrap();
        assert_eq!(other.kind, None);
        let parked =
            PrintedTable::parse("19 95.00% 95.00% 19 95.00% runtime.gopark\n1 5.00% 100% 1 5.00% main.f\n").unwrap();
        assert_eq!((parked.kind.as_deref(), parked.total.map(f64::round)), (Some("goroutine"), Some(20.0)));
        assert_eq!(PrintedTable::parse("12 50% of them\nType: x\n"), None);
    }
}
