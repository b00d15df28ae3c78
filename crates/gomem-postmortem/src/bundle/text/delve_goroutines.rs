//! What `goroutines` of Delve prints, with `-group` or without: where each goroutine is in the program's code, and what it waits for.
//!
//! ```text
//! (dlv) goroutines -group userloc
//! /srv/app/fan.go:77 main.(*Fan).deliver
//!     Goroutine 812 - User: /srv/app/fan.go:77 main.(*Fan).deliver (0x8a1f2c) [chan send]
//!     Total: 18342
//! ```

use std::{collections::BTreeMap, fmt::Write as _};

use crate::bundle::text::blocks::Line;

/// Whether a line is a goroutine's.
pub(crate) fn is_row(line: &str) -> bool {
    Row::parse(line).is_some()
}

/// How many lines belong to the list that begins with the first: rows, ends of groups, and each line right above a row.
pub(crate) fn list_length(lines: &[Line<'_>]) -> usize {
    let is_row_at = |at: usize| lines.get(at).is_some_and(|(_, line)| is_row(line));
    let is_of_it = |at: usize| {
        let line = lines[at].1.trim();
        line.is_empty() || line == "..." || total(line).is_some() || is_row_at(at) || is_row_at(at + 1)
    };
    (0..lines.len()).take_while(|&at| is_of_it(at)).count()
}

/// A profile of goroutines as text. A group that shows a few of its goroutines, all at one place, has all of them there.
pub(crate) fn as_profile(text: &str) -> String {
    let mut groups = Groups::default();
    for line in text.lines() {
        if let Some(row) = Row::parse(line) {
            *groups.open.entry(row).or_default() += 1;
        } else if let Some(total) = total(line.trim()) {
            groups.close(total);
        }
    }
    groups.close(0);
    let Groups { counts, all, .. } = groups;
    let mut profile = format!("goroutine profile: total {all}\n");
    for (Row { address, function, place, state }, count) in counts {
        let label = if state.is_empty() { String::new() } else { format!("# labels: {{\"state\":\"{state}\"}}\n") };
        let _ = write!(profile, "{count} @ 0x{address}\n{label}#\t0x{address}\t{function}+0x0\t{place}\n\n");
    }
    profile
}

/// How many goroutines are at each place.
#[derive(Default)]
struct Groups<'a> {
    counts: BTreeMap<Row<'a>, u64>,
    /// Of the group whose end was not read yet, those that are shown.
    open: BTreeMap<Row<'a>, u64>,
    all: u64,
}

impl Groups<'_> {
    /// Ends the group, which has `total` goroutines.
    fn close(&mut self, total: u64) {
        let open = std::mem::take(&mut self.open);
        let shown: u64 = open.values().sum();
        self.all = self.all.saturating_add(total.max(shown));
        let is_one = open.len() == 1;
        for (row, count) in open {
            let of_row = self.counts.entry(row).or_default();
            *of_row = of_row.saturating_add(if is_one { total.max(count) } else { count });
        }
    }
}

/// Where a goroutine is, and what it waits for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row<'a> {
    address: &'a str,
    function: &'a str,
    place: &'a str,
    state: &'a str,
}

impl<'a> Row<'a> {
    /// `* Goroutine 812 - User: ./fan.go:77 main.(*Fan).deliver (0x8a1f2c) (thread 91) [chan send 1211]`.
    fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim();
        let (number, rest) = line.strip_prefix("* ").unwrap_or(line).strip_prefix("Goroutine ")?.split_once(' ')?;
        number.parse::<u64>().ok().filter(|_| line.len() <= LONGEST_LINE)?;
        let (at, rest) = rest.strip_prefix("- User: ")?.rsplit_once(" (0x")?;
        let (address, rest) = rest.split_once(')')?;
        let (place, function) = at.rsplit_once(' ')?;
        let is_place = place.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok());
        let is_address = !address.is_empty() && address.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let state = rest.split_once('[').and_then(|(_, state)| state.split_once(']')).map_or("", |(state, _)| state);
        // Behind it stands since when, in the clock of the runtime.
        let state = state.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
        let is_state = state.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .()-".contains(&byte));
        (is_place && is_address && is_state && function.contains('.')).then_some(Self {
            address,
            function,
            place,
            state,
        })
    }
}

/// `Total: 18342`.
fn total(line: &str) -> Option<u64> {
    line.strip_prefix("Total: ")?.parse().ok()
}

const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const FAN: &str = "Goroutine 7 - User: ./fan.go:77 main.(*Fan).deliver (0x8a1f2c) [chan send 1211]\n";
    const MAIN: &str = "* Goroutine 1 - User: /srv/my app/main.go:61 main.main (0x9120aa) (thread 9) [select]\n";

    #[test]
    fn a_group_has_as_many_as_it_says() {
        let text = format!(
            "\t  {FAN}\t  {FAN}\t...\n\tTotal: 18342\n\n/srv/my app/main.go:61 main.main\n\t{MAIN}\tTotal: 1\n"
        );
        let profile = as_profile(&text);
        assert!(profile.starts_with("goroutine profile: total 18343\n"), "{profile}");
        let fan = "18342 @ 0x8a1f2c\n# labels: {\"state\":\"chan send\"}\n#\t0x8a1f2c\tmain.(*Fan).deliver+0x0\t./fan.go:77\n";
        assert!(profile.contains(fan), "{profile}");
        assert!(profile.contains("1 @ 0x9120aa\n") && profile.contains("\t/srv/my app/main.go:61\n"), "{profile}");
        // Without groups each is one; of a group at several places only those shown are known.
        assert!(as_profile(&format!("{FAN}{MAIN}{FAN}")).contains("total 3\n2 @ 0x8a1f2c\n"));
        let mixed = as_profile(&format!("{FAN}{MAIN}Total: 90\n"));
        assert!(mixed.starts_with("goroutine profile: total 90\n1 @ ") && !mixed.contains("90 @"), "{mixed}");
    }

    #[test]
    fn the_list_ends_where_its_rows_do() {
        let text = format!("{FAN}Total: 5\n\nmain.go:61 main.main\n{MAIN}[2 goroutines]\n(dlv) exit\n");
        let lines: Vec<Line<'_>> = (1..).zip(text.lines().map(Into::into)).collect();
        assert_eq!(list_length(&lines), 5);
        for line in
            ["Goroutine 7 - Start: ./a.go:7 main.f (0x1)", "Goroutine 7 - User: a.go main.f (0x1)", "Goroutine 7"]
        {
            assert!(!is_row(line), "{line}");
        }
    }
}
