//! What `go tool pprof` prints: the table of `-top` and `-tree`, the stacks of `-traces`.
//!
//! ```text
//! File: api                                          what the profile is of (Report.header in internal/report/report.go)
//! Type: inuse_space
//! Showing nodes accounting for 62.5MB, 78% of 80MB total
//!       flat  flat%   sum%        cum   cum%
//!    40.50MB 50.63% 50.63%    40.50MB 50.63%  bufio.NewReaderSize (inline)
//!       22MB 27.50% 78.13%       30MB 37.50%  main.load /src/load.go:12
//!
//! -----------+-----------------------------------    -traces: a stack each, leaf first
//!    40.50MB   bufio.NewReaderSize (inline)
//!              main.accept
//! -----------+-----------------------------------
//! ```
//!
//! A table has no stacks: each of its rows becomes a sample of one frame that has the row's own value (`flat`), and what the table
//! leaves out of its total becomes a sample without one.

use super::{
    lines::Lines,
    maps,
    printed_table::{Amount, COUNT, PrintedTable, is_heading, is_rule, total_of},
    stack::{Frame, Stack},
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error, ErrorKind},
    model::Profile,
};

/// What was printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printed {
    Table,
    Traces,
}

impl Printed {
    /// What the lines that follow are, as `first` begins them.
    pub(super) fn sniff(first: &str, lines: Lines<'_>) -> Option<Self> {
        let is_begin = is_heading(first)
            || is_rule(first)
            || PrintedTable::is_row(first)
            || HEADS.iter().any(|word| first.starts_with(word))
            || total_of(first).is_some();
        if !is_begin {
            return None;
        }
        let mut lines = lines;
        let mut head = vec![first.to_owned()];
        head.extend(std::iter::from_fn(|| lines.next()).take(MOST_HEAD).map(|line| line.text.into_owned()));
        if head.iter().any(|line| is_heading(line) || PrintedTable::is_row(line)) {
            return Some(Self::Table);
        }
        head.iter().any(|line| is_rule(line)).then_some(Self::Traces)
    }

    pub(super) fn decode(self, bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
        let mut lines = Lines::new(bytes);
        let (head, rows) = match self {
            Self::Table => {
                let table = PrintedTable::read(&mut lines).unwrap_or_default();
                let total = table.total.map(|value| Amount { value, unit: table.unit });
                let rows = samples(&table);
                (Head { kind: table.kind, total }, rows)
            }
            Self::Traces => (Head::read(&mut lines)?, traces(&mut lines, options)?),
        };
        if rows.is_empty() {
            return Err(Error::new(ErrorKind::Text { problem: "no row of pprof's that could be read" }));
        }
        profile(&head, rows, lines, options)
    }
}

/// What stands above the rows.
#[derive(Default)]
struct Head {
    kind: Option<String>,
    total: Option<Amount>,
}

impl Head {
    /// Up to the rule above the first stack.
    fn read(lines: &mut Lines<'_>) -> Result<Self, Error> {
        let mut head = Self::default();
        for line in std::iter::from_fn(|| lines.next()) {
            let text = line.text.trim();
            if let Some(kind) = text.strip_prefix("Type: ") {
                head.kind = Some(kind.to_owned());
            } else if let Some(total) = total_of(text) {
                head.total = Some(total);
            } else if is_rule(text) {
                return Ok(head);
            }
        }
        Err(Error::new(ErrorKind::Text { problem: "neither a table nor stacks of pprof" }))
    }
}

struct Row {
    amount: Amount,
    stack: Stack,
}

fn profile(head: &Head, rows: Vec<Row>, lines: Lines<'_>, options: &DecodeOptions) -> Result<Profile, Error> {
    let unit = rows.iter().map(|row| row.amount.unit).find(|unit| *unit != COUNT).unwrap_or(COUNT);
    let kind = head.kind.as_deref().unwrap_or(match unit {
        "bytes" => "space",
        "nanoseconds" => "time",
        _ => "samples",
    });
    let mut text = TextProfile::new(options, &[(kind, unit)]);
    let shown: f64 = rows.iter().map(|row| row.amount.value).sum();
    for row in rows {
        text.sample(&row.stack, &[row.amount.value.round() as i64], &[])?;
    }
    let left_out = head.total.map_or(0.0, |total| total.value - shown);
    if left_out >= 1.0 {
        text.sample(&Stack::default(), &[left_out.round() as i64], &[])?;
    }
    maps::finish(text, lines)
}

/// A sample for each row that has something of its own.
fn samples(table: &PrintedTable) -> Vec<Row> {
    let own = table.rows.iter().filter(|row| row.flat != 0.0);
    own.map(|row| {
        let frame = Frame { inlined: row.is_inlined, ..frame(&row.name) };
        let amount = Amount { value: row.flat, unit: table.unit };
        Row { amount, stack: Stack { addresses: Vec::new(), frames: vec![frame] } }
    })
    .collect()
}

fn traces(lines: &mut Lines<'_>, options: &DecodeOptions) -> Result<Vec<Row>, Error> {
    let mut rows: Vec<Row> = Vec::new();
    while let Some(line) = lines.peek() {
        let text = line.text.trim();
        let indented = line.text.starts_with([' ', '\t']);
        if !indented && !is_rule(text) && !text.is_empty() {
            break;
        }
        let begins = text.split_once(char::is_whitespace);
        let begins = begins.and_then(|(amount, name)| Some((Amount::parse(amount)?, name.trim())));
        if let Some((amount, name)) = begins {
            if rows.len() as u64 >= options.limits.samples {
                return Err(Error::limit("samples", options.limits.samples));
            }
            rows.push(Row { amount, stack: Stack { addresses: Vec::new(), frames: vec![frame(name)] } });
        } else if !text.is_empty()
            && !is_rule(text)
            && !text.contains(":  ")
            && let Some(row) = rows.last_mut()
        {
            if row.stack.frames.len() as u64 >= options.limits.stack_depth {
                return Err(Error::limit("frames in one sample", options.limits.stack_depth));
            }
            row.stack.frames.push(frame(text));
        }
        lines.next();
    }
    Ok(rows)
}

/// `main.load /src/load.go:12 (inline)`: the place is there when it was asked for.
fn frame(name: &str) -> Frame {
    let whole = name.trim_end();
    let name = ["(inline)", "(partial-inline)"].iter().fold(whole, |name, mark| name.trim_end_matches(mark).trim_end());
    let inlined = name.len() < whole.len();
    let place = name.rsplit_once(' ').and_then(|(function, place)| {
        let (file, line) = place.rsplit_once(':')?;
        Some((function.trim_end(), file, line.parse().ok()?))
    });
    let (function, file, line) = place.unwrap_or((name, "", 0));
    Frame { address: 0, entry: None, function: function.to_owned(), file: file.to_owned(), line, inlined }
}

const HEADS: [&str; 6] =
    ["File: ", "Build ID: ", "Type: ", "Time: ", "Duration: ", "Main binary filename not available"];
/// The head of a report has about ten lines, and a shell's prompt may stand between.
const MOST_HEAD: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TopOptions;

    fn top(text: &str) -> (String, i128, Vec<(String, i128)>) {
        let profile = Profile::decode(text.as_bytes()).unwrap();
        let top = profile.top(&TopOptions::new(0));
        let rows = top.rows().iter().map(|row| (row.name(), row.flat)).collect();
        let kind = &profile.sample_types()[0];
        (format!("{}/{}", kind.name(), kind.unit()), top.total(), rows)
    }

    const TABLE: &str = "File: api\nType: inuse_space\nTime: Nov 29, 2026 at 3:00am (UTC)\nEntering interactive mode (type \"help\" for \
                         commands, \"o\" for options)\n(pprof) top\nShowing nodes accounting for 3MB, 75% of 4MB total\nDropped 7 nodes \
                         (cum <= 0.02MB)\n      flat  flat%   sum%        cum   cum%\n       2MB 50.00% 50.00%        2MB 50.00%  \
                         bufio.NewReaderSize (inline)\n       1MB 25.00% 75.00%        3MB 75.00%  main.load\n         0     0% 75.00%        \
                         4MB   100%  main.main\n(pprof) quit\n";

    #[test]
    fn a_table_has_what_each_function_has_itself_and_its_total() {
        let rows = vec![("bufio.NewReaderSize".to_owned(), 2 << 20), ("main.load".to_owned(), 1 << 20)];
        assert_eq!(top(TABLE), ("inuse_space/bytes".to_owned(), 4 << 20, rows.clone()));
        let old = "3MB of 4MB total (75.00%)\n      flat  flat%   sum%        cum   cum%\n       2MB 50.00% 50.00%        2MB 50.00%  \
                   bufio.NewReaderSize\n       1MB 25.00% 75.00%        3MB 75.00%  main.load\n";
        assert_eq!(top(old), ("space/bytes".to_owned(), 4 << 20, rows));
    }

    #[test]
    fn a_tree_has_the_same_rows() {
        let tree = "Type: cpu\nShowing nodes accounting for 30ms, 100% of 30ms total\n\
                    ----------------------------------------------------------+-------------\n      flat  flat%   sum%        cum   cum%   \
                    calls calls% + context\n----------------------------------------------------------+-------------\n                     \
                         30ms   100% |   main.main\n      20ms 66.67% 66.67%       30ms   100%                | main.work\n                   \
                         10ms 33.33% |   main.leaf\n----------------------------------------------------------+-------------\n      10ms 33.33%   \
                    100%       10ms 33.33%                | main.leaf\n";
        let rows = vec![("main.work".to_owned(), 20_000_000), ("main.leaf".to_owned(), 10_000_000)];
        assert_eq!(top(tree), ("cpu/nanoseconds".to_owned(), 30_000_000, rows));
    }

    #[test]
    fn traces_are_stacks_with_their_lines() {
        let traces = "File: api\nType: inuse_space\n-----------+----------------------------------------------\n     bytes:  4kB\n       2MB   \
                      bufio.NewReaderSize /go/src/bufio/bufio.go:57 (inline)\n             main.accept /src/accept.go:9\n\
                      -----------+----------------------------------------------\n         0   main.idle\n\
                      -----------+----------------------------------------------\n";
        let profile = Profile::decode(traces.as_bytes()).unwrap();
        let sample = profile.samples().next().unwrap();
        let frames: Vec<(String, i64)> =
            sample.frames().map(|line| (line.function().unwrap().name().to_owned(), line.line())).collect();
        assert_eq!(frames, [("bufio.NewReaderSize".to_owned(), 57), ("main.accept".to_owned(), 9)]);
        assert_eq!(profile.samples().len(), 2);
    }

    #[test]
    fn other_text_is_none() {
        for text in [
            "File: notes\nnothing here\n",
            "Type: x\n",
            "Showing nodes accounting for 1MB, 1% of 4MB total\n",
            "      flat  flat%   sum%        cum   cum%\nno row\n",
            "-----------+----------------------------------------------\n",
        ] {
            assert!(Profile::decode(text.as_bytes()).is_err(), "{text}");
        }
        for (text, amount) in
            [("1.5kB", Some((1536.0, "bytes"))), ("12", Some((12.0, COUNT))), ("x", None), ("1XB", None)]
        {
            assert_eq!(Amount::parse(text).map(|amount| (amount.value, amount.unit)), amount);
        }
    }
}
