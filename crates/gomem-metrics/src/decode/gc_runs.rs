//! Which lines of a log are of the same process.
//!
//! A log may hold several: the pods of a service, `go run` with the compiler and the linker, a program before and after it
//! was started again. Who wrote a line is told by what shippers put before it; where they say nothing, by the cycles'
//! numbers and times, which only rise in a process, and by its goals. Exports that begin with the newest line are turned round.

use std::collections::HashMap;

use super::gctrace_line::GcTraceLine;

/// A line, and who wrote it as far as the log says.
#[derive(Debug, Clone)]
pub(super) struct Found {
    line: GcTraceLine,
    origin: String,
    /// What stands before it, if that can be a name.
    before: String,
}

impl Found {
    pub(super) fn new(line: GcTraceLine, origin: &str, before: &[u8]) -> Self {
        let is_name = |text: &[u8]| {
            text.len() <= LONGEST_NAME
                && text.last().is_some_and(|byte| b" |:]>".contains(byte))
                && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b" -_./:|[]>@".contains(byte))
        };
        let name = if is_name(before) { String::from_utf8_lossy(before).trim().to_owned() } else { String::new() };
        Self { line, origin: origin.to_owned(), before: name }
    }
}

/// The lines of each process, in the order in which the processes appear.
pub(super) fn tell_apart(found: Vec<Found>) -> Vec<(String, Vec<GcTraceLine>)> {
    // A text before a line that stands there but once is no name.
    let mut times: HashMap<String, usize> = HashMap::new();
    for one in &found {
        *times.entry(one.before.clone()).or_default() += 1;
    }
    let mut origins: Vec<(String, Vec<GcTraceLine>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for Found { line, origin, before } in found {
        let before = if times.get(&before).is_some_and(|&times| times > 1) { before } else { String::new() };
        let name = [origin, before].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
        let index = *known.entry(name.clone()).or_insert_with(|| {
            origins.push((name, Vec::new()));
            origins.len() - 1
        });
        origins[index].1.push(line);
    }
    let mut runs = Vec::new();
    for (name, mut lines) in origins {
        if is_newest_first(&lines) {
            lines.reverse();
        }
        let first = runs.len();
        for chain in chains(lines) {
            // A log that two shippers collect has each line twice.
            let is_copy = |known: &(String, Vec<GcTraceLine>)| is_same(&known.1, &chain);
            if !runs.iter().skip(first).any(is_copy) {
                runs.push((name.clone(), chain));
            }
        }
    }
    runs
}

/// Whether the cycles' numbers and times fall.
fn is_newest_first(lines: &[GcTraceLine]) -> bool {
    let (mut rising, mut falling) = (0_u64, 0_u64);
    for (index, line) in lines.iter().enumerate() {
        let near = lines.iter().skip(index + 1).take(NEAR);
        for next in near {
            rising += u64::from(next.cycle == line.cycle + 1 && next.start_seconds >= line.start_seconds);
            falling += u64::from(next.cycle + 1 == line.cycle && next.start_seconds <= line.start_seconds);
        }
    }
    falling > rising
}

fn chains(lines: Vec<GcTraceLine>) -> Vec<Vec<GcTraceLine>> {
    let mut chains: Vec<Vec<GcTraceLine>> = Vec::new();
    // Those that may go on, the latest last.
    let mut open: Vec<usize> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let ahead = &lines[at + 1..lines.len().min(at + 1 + AHEAD)];
        let fit = |&place: &usize| {
            let last = chains[open[place]].last()?;
            let unlikeness = unlikeness(&chains[open[place]], line)?;
            // What comes next in that process is still to come: this is another's.
            let waits = |next: &GcTraceLine| next.cycle == last.cycle + 1 && next.start_seconds >= last.start_seconds;
            let is_others = line.cycle > last.cycle + 1 && ahead.iter().any(waits);
            (!is_others).then_some((place, unlikeness))
        };
        let best = (0..open.len()).rev().filter_map(|place| fit(&place)).min_by(|a, b| a.1.total_cmp(&b.1));
        let chain = match best {
            Some((place, _)) => open.remove(place),
            None => {
                chains.push(Vec::new());
                chains.len() - 1
            }
        };
        chains[chain].push(*line);
        open.push(chain);
        if open.len() > MOST_OPEN {
            open.remove(0);
        }
    }
    chains
}

/// How unlike a process's next line this one is; `None` where it cannot be.
fn unlikeness(chain: &[GcTraceLine], line: &GcTraceLine) -> Option<f64> {
    let last = chain.last()?;
    if line.cycle <= last.cycle || line.start_seconds < last.start_seconds {
        return None;
    }
    let lost = (line.cycle - last.cycle - 1) as f64;
    let ratio =
        |live: &GcTraceLine, goal: &GcTraceLine| ((goal.goal_mb as f64 + 1.0) / (live.heap_live_mb as f64 + 1.0)).ln();
    let usual = chain.len().checked_sub(2).and_then(|before| chain.get(before)).map(|before| ratio(before, last));
    let goal = if lost == 0.0 { usual.map_or(0.0, |usual| (ratio(last, line) - usual).abs()) } else { 0.0 };
    let globals = line.globals_mb.zip(last.globals_mb).map_or(0.0, |(a, b)| if a.abs_diff(b) > 1 { 2.0 } else { 0.0 });
    let procs = if line.procs == last.procs { 0.0 } else { 2.0 };
    Some(10.0 * lost + goal + globals + procs)
}

fn is_same(a: &[GcTraceLine], b: &[GcTraceLine]) -> bool {
    let is_same = |(a, b): (&GcTraceLine, &GcTraceLine)| GcTraceLine { log_line: b.log_line, ..*a } == *b;
    a.len() == b.len() && a.iter().zip(b).all(is_same)
}

/// How far lines of several processes that write at once lie apart.
const NEAR: usize = 8;
const AHEAD: usize = 64;
const MOST_OPEN: usize = 64;
const LONGEST_NAME: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cycle: u64, start_seconds: f64, goal_mb: u64) -> GcTraceLine {
        GcTraceLine { cycle, start_seconds, goal_mb, heap_live_mb: goal_mb / 2, procs: 2, ..GcTraceLine::default() }
    }

    fn cycles(lines: Vec<GcTraceLine>) -> Vec<Vec<(u64, u64)>> {
        let found = lines.into_iter().map(|line| Found::new(line, "", b"")).collect();
        tell_apart(found).into_iter().map(|run| run.1.iter().map(|line| (line.cycle, line.goal_mb)).collect()).collect()
    }

    #[test]
    fn processes_that_write_at_once_and_one_after_the_other() {
        let (a, b) = (|n: u64| line(n, n as f64, 4), |n: u64| line(n, n as f64 / 2.0, 100));
        let interleaved = vec![b(7), a(1), b(8), a(2), a(3), b(9), a(4), b(10)];
        assert_eq!(
            cycles(interleaved),
            [vec![(7, 100), (8, 100), (9, 100), (10, 100)], vec![(1, 4), (2, 4), (3, 4), (4, 4)]]
        );
        // Those of the larger first: what is still to come tells them apart.
        let late = vec![a(1), b(7), a(2), b(8), a(3), b(9)];
        assert_eq!(cycles(late).iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
        assert_eq!(cycles(vec![a(1), a(2), a(3), a(1), a(2)]).iter().map(Vec::len).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn newest_first_is_turned_round_and_gaps_stay_one_run() {
        let of = |numbers: &[u64]| cycles(numbers.iter().map(|&n| line(n, n as f64, 4)).collect());
        assert_eq!(of(&[5, 4, 3, 2, 1]), [[(1, 4), (2, 4), (3, 4), (4, 4), (5, 4)]]);
        assert_eq!(of(&[1, 2, 5, 9, 10]).len(), 1);
        assert_eq!(of(&[3, 2, 1, 3, 2, 1]).len(), 1, "collected twice");
    }
}
