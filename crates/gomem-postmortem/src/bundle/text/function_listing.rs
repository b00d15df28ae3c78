//! The lines of a function, as `go tool pprof -list` and its web page print them.

use crate::bundle::text::printed::printable;

/// The lines of a function with what each took, as `go tool pprof -list` and its web page print them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listing {
    pub(crate) function: String,
    pub(crate) file: String,
    /// Of the function, with what it calls; as printed, and of all.
    pub(crate) total: String,
    pub(crate) percent: Option<f64>,
    /// The lines that took most, with what they call: number, amount, text.
    pub(crate) lines: Vec<ListedLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ListedLine {
    pub(crate) line: i64,
    pub(crate) amount: f64,
    pub(crate) shown: String,
    pub(crate) text: String,
}

impl Listing {
    /// All that a text has, as far as they are read; rows without a heading where it has no other.
    ///
    /// `ROUTINE ======== main.f in /src/a.go`, or on the web page the function and its file in two lines, then
    /// `  4MB  43.93GB (flat, cum) 66.55% of Total` and the lines.
    pub(crate) fn find(text: &str) -> Vec<Self> {
        let lines: Vec<&str> = text.lines().collect();
        let mut found = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let Some((amounts, share)) = line.split_once(AMOUNTS) else { continue };
            let Some(total) = amounts.split_whitespace().next_back() else { continue };
            let before = |back: usize| at.checked_sub(back).and_then(|at| lines.get(at)).map_or("", |line| line.trim());
            let head = (1..=3).map(before).find(|line| line.starts_with("ROUTINE ="));
            let (function, file) = match head {
                Some(head) => head
                    .trim_start_matches("ROUTINE")
                    .trim_start_matches([' ', '='])
                    .split_once(" in ")
                    .unwrap_or_default(),
                None => {
                    let mut words = (1..=4).map(before).filter(|line| !line.is_empty());
                    let file = words.next().unwrap_or_default();
                    (words.next().unwrap_or_default(), file)
                }
            };
            if function.is_empty() || !file.contains('/') {
                continue;
            }
            let percent = share.split('%').next().and_then(|number| number.trim().parse().ok());
            let mut of_lines: Vec<ListedLine> = lines[at + 1..]
                .iter()
                .take_while(|line| !line.trim().is_empty() && !line.contains(AMOUNTS))
                .filter_map(|line| listed(line))
                .collect();
            of_lines.sort_by(|a, b| b.amount.total_cmp(&a.amount));
            of_lines.truncate(MOST_LISTED);
            if found.len() < MOST_LISTINGS && !of_lines.is_empty() {
                found.push(Self {
                    function: printable(function),
                    file: printable(file),
                    total: printable(total),
                    percent,
                    lines: of_lines,
                });
            }
        }
        if found.is_empty() {
            found.extend(Self::without_heading(&lines));
        }
        found
    }

    /// Rows that were pasted alone: what function they are of says a line that begins it, if it is there.
    fn without_heading(lines: &[&str]) -> Option<Self> {
        let is_amount = |cell: &str| cell == "." || gomem_pprof::printed_amount(cell).is_some();
        let is_row = |line: &str| {
            let cells: Vec<&str> = line.split_whitespace().take(3).collect();
            let [flat, cum, number] = cells.as_slice() else { return false };
            let is_number = number.split_once(':').is_some_and(|(number, _)| number.parse::<u32>().is_ok());
            is_amount(flat) && is_amount(cum) && is_number
        };
        let rows = lines.iter().filter(|line| is_row(line));
        let has_unit =
            |line: &&&str| line.split_whitespace().take(2).any(|cell| cell.ends_with('B') || cell.ends_with("ms"));
        if rows.clone().count() < FEWEST_ROWS || !rows.clone().any(|line| has_unit(&line)) {
            return None;
        }
        let texts = rows.clone().filter_map(|line| line.split_once(':')).map(|(_, text)| text.trim());
        let function = texts.filter_map(|text| text.strip_prefix("func ")?.split_once(" {")).next();
        let mut lines: Vec<ListedLine> = rows.filter_map(|line| listed(line)).collect();
        lines.sort_by(|a, b| b.amount.total_cmp(&a.amount));
        lines.truncate(MOST_LISTED);
        let function = function.map_or_else(String::new, |(signature, _)| printable(signature));
        (!lines.is_empty()).then(|| Self { function, file: String::new(), total: String::new(), percent: None, lines })
    }
}

/// `         .    43.92GB   1020:   text` of `-list`, `  1020   .   43.92GB   text` of the page.
fn listed(line: &str) -> Option<ListedLine> {
    let mut words = line.split_whitespace();
    let [first, second, third] = [words.next()?, words.next()?, words.next()?];
    let (cum, number) = match third.split_once(':') {
        Some((number, _)) if number.parse::<i64>().is_ok() => (second, number),
        _ => (third, first),
    };
    let text = match third.split_once(':') {
        Some(_) if cum == second => line.split_once(':').map_or("", |(_, rest)| rest),
        // The same amount may stand twice.
        _ => {
            let after = |text: &'_ str, word: &str| text.find(word).map(|at| at + word.len());
            let at = after(line, first).and_then(|at| Some(at + after(&line[at..], second)?));
            at.and_then(|at| Some(at + after(&line[at..], third)?)).map_or("", |at| &line[at..])
        }
    };
    Some(ListedLine {
        line: number.parse().ok()?,
        amount: gomem_pprof::printed_amount(cum)?,
        shown: cum.to_owned(),
        text: printable(text.trim()),
    })
}

/// What ends the amounts of a function; another one ends its lines.
const AMOUNTS: &str = " (flat, cum)";
const FEWEST_ROWS: usize = 2;
const MOST_LISTED: usize = 3;
const MOST_LISTINGS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_heading() {
        let rows = "         .          .     11:func load() {\n       2MB        2MB     12:\ta := make([]int, 9)\n         .       12MB     \
                    13:\tparse(a)\n";
        let found = Listing::find(rows).remove(0);
        assert_eq!(
            (found.function.as_str(), found.lines[0].line, found.lines[0].shown.as_str()),
            ("load()", 13, "12MB")
        );
        assert_eq!(Listing::find("3 4 5: five\n6 7 8: eight\nat 10 11:30 B\n"), []);
    }

    #[test]
    fn listings_of_both_forms() {
        let list = "Total: 20MB\nROUTINE ======================== main.load in /src/load.go\n      2MB       14MB (flat, cum) 70.00% of Total\n         \
                    .          .     11:func load() {\n      2MB        2MB     12:\ta := make([]int, 9)\n         .       12MB     \
                    13:\tparse(a)\n";
        let page = "example.org/api.(*API).targets\n/src/api.go\n\n  Total:      6MB    3GB (flat, cum) 66.55%\n   20   .   .   if x {\n   21   .   \
                    3GB   y.Map()\n";
        for (text, function, line, shown, source) in [
            (list, "main.load", 13, "12MB", "parse(a)"),
            (page, "example.org/api.(*API).targets", 21, "3GB", "y.Map()"),
        ] {
            let found = Listing::find(text).remove(0);
            let first = &found.lines[0];
            assert_eq!((found.function.as_str(), first.line, first.shown.as_str()), (function, line, shown));
            assert_eq!(first.text, source);
        }
    }
}
