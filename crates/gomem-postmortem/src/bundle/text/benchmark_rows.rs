//! A table of benchmarks as people write it in Markdown, whose columns have the units of `go test -bench -benchmem`.
//!
//! ```text
//! | Benchmark | ns/op | B/op | allocs/op |
//! |-----------|------:|-----:|----------:|
//! | Insert    | 2,210 | 1,184 | 19 |
//! ```

use std::fmt::Write as _;

/// Whether a line is the heading of such a table: what one operation allocates has a column.
pub(crate) fn is_heading(line: &str) -> bool {
    line.len() <= LONGEST_LINE && line.trim_start().starts_with('|') && cells(line).skip(1).any(|cell| cell == "B/op")
}

/// Whether a line is of a table.
pub(crate) fn is_of_table(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

/// The rows as `go test` prints them; `None` where there is none.
pub(crate) fn as_output(table: &str) -> Option<String> {
    let mut lines = table.lines().filter(|line| line.len() <= LONGEST_LINE);
    let heading: Vec<&str> = cells(lines.next()?).collect();
    // Of two columns with one unit nothing says which is which.
    let column = |unit: &str| {
        let mut all = (1..heading.len()).filter(|&at| heading[at] == unit);
        all.next().filter(|_| all.next().is_none())
    };
    let bytes_at = column("B/op")?;
    let mut output = String::new();
    for line in lines {
        let row: Vec<&str> = cells(line).collect();
        let value = |at: usize| number(row.get(at)?);
        let (Some(bytes), Some(name)) = (value(bytes_at), row.first().filter(|name| !name.is_empty())) else {
            continue;
        };
        let name = name.replace(char::is_whitespace, "_");
        let mark = if name.starts_with("Benchmark") { "" } else { "Benchmark" };
        let _ = write!(output, "{mark}{name} 1");
        let of = |unit: &str| Some((value(column(unit)?)?, unit.to_owned()));
        for (value, unit) in [of("ns/op"), Some((bytes, "B/op".to_owned())), of("allocs/op")].into_iter().flatten() {
            let _ = write!(output, " {value} {unit}");
        }
        output.push('\n');
    }
    (!output.is_empty()).then_some(output)
}

/// The cells of a row, without what sets their type.
pub(crate) fn cells(line: &str) -> impl Iterator<Item = &str> {
    let line = line.trim().trim_start_matches('|');
    line.strip_suffix('|').unwrap_or(line).split('|').map(|cell| cell.trim_matches([' ', '*', '`']))
}

/// `1,184`.
fn number(cell: &str) -> Option<f64> {
    let is_number = cell.starts_with(|letter: char| letter.is_ascii_digit())
        && cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'));
    cell.replace(',', "").parse().ok().filter(|_| is_number)
}

const LONGEST_LINE: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_like_an_output() {
        let table = "| Benchmark | ns/op | B/op | allocs/op |\n|---|---:|---:|---:|\n| `BenchmarkA-8` | 2,210 | 1,184 | 19 |\n\
                     | Clean (~90 B) | **13.5** | 0 | 0 |\n| C | 7 | - | 1 |\n";
        assert!(is_heading(table.lines().next().unwrap()));
        let output = "BenchmarkA-8 1 2210 ns/op 1184 B/op 19 allocs/op\nBenchmarkClean_(~90_B) 1 13.5 ns/op 0 B/op 0 allocs/op\n";
        assert_eq!(as_output(table).as_deref(), Some(output));
    }

    #[test]
    fn other_tables_are_none() {
        for line in ["| Benchmark | ns/op |", "Benchmark B/op", "| B/op |", "| a | 12 B/op |"] {
            assert!(!is_heading(line), "{line}");
        }
        for table in
            ["| a | B/op | B/op |\n| x | 1 | 2 |\n", "| a | B/op |\n|---|---|\n", "| a | B/op |\n| x | 1 → 2 |\n"]
        {
            assert_eq!(as_output(table), None, "{table}");
        }
    }
}
