//! The `runtime.MemStats` that `/debug/pprof/heap?debug=1` ends with.
//!
//! ```text
//! # runtime.MemStats
//! # Alloc = 123
//! # Stack = 4 / 5                 in use, of the system
//! # PauseNs = [10 20 …]           a ring of 256; the newest is at (NumGC+255) % 256
//! # MaxRSS = 678                  Linux
//! ```

use std::collections::HashMap;

use memchr::memmem;

use super::observation::{Observation, Observations, PAST_CYCLES};
use crate::error::{Diagnostic, Error, ErrorKind};

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let before = memmem::find(bytes, HEADING).unwrap_or(bytes.len());
    let mut line_number = memchr::memchr_iter(b'\n', &bytes[..before]).count() as u64;
    let mut observations = Observations::default();
    let mut rings = HashMap::new();
    let mut numbers = HashMap::new();
    for line in bytes[before..].split(|&byte| byte == b'\n') {
        line_number += 1;
        let Some((name, value)) = std::str::from_utf8(line).ok().and_then(entry) else { continue };
        if let Some(ring) = value.strip_prefix('[') {
            let ring = ring.trim_end_matches(']').split_ascii_whitespace().map(|number| number.parse().unwrap_or(0));
            rings.insert(name, ring.collect::<Vec<u64>>());
        } else if let Some((inuse, sys)) = value.split_once(" / ") {
            for (end, text) in [("Inuse", inuse), ("Sys", sys)] {
                observations.number(&format!("{name}{end}"), text, line_number);
            }
        } else {
            numbers.extend(value.parse::<u64>().ok().map(|value| (name, value)));
            observations.number(name, value, line_number);
        }
    }
    if observations.values.is_empty() {
        return Err(Error::new(ErrorKind::NothingFound { expected: "runtime.MemStats", lines: line_number }));
    }
    let cycles = past_cycles(|name| numbers.get(name).copied(), |name| rings.get(name).cloned());
    observations.values.extend(cycles);
    Ok(observations)
}

/// The GC cycles in the rings of pauses: up to 256 of them out of one file.
pub(super) fn past_cycles(
    number: impl Fn(&str) -> Option<u64>,
    ring: impl Fn(&str) -> Option<Vec<u64>>,
) -> Vec<Observation> {
    let (Some(cycles), Some(ends)) = (number("NumGC"), ring("PauseEnd")) else { return Vec::new() };
    let size = ends.len() as u64;
    let kept = cycles.min(size);
    (cycles - kept..cycles)
        .filter_map(|before| {
            let end = *ends.get(usize::try_from(before % size).ok()?)?;
            let time = i64::try_from(end / 1_000_000).ok().filter(|&time| time > 0)?;
            Some(Observation::new(PAST_CYCLES, (before + 1) as f64).at(time))
        })
        .collect()
}

impl Observations {
    fn number(&mut self, name: &str, text: &str, line: u64) {
        match text.parse() {
            Ok(value) => self.values.push(Observation::new(format!("memstats.{name}"), value)),
            Err(_) => {
                let flag = match text {
                    "true" => 1.0,
                    "false" => 0.0,
                    _ => return self.tell(Diagnostic::skipped(line, 0, format!("{name}: not a number"))),
                };
                self.values.push(Observation::new(format!("memstats.{name}"), flag));
            }
        }
    }
}

fn entry(line: &str) -> Option<(&str, &str)> {
    line.trim_end().strip_prefix("# ")?.split_once(" = ")
}

const HEADING: &[u8] = b"# runtime.MemStats";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trailer_is_read_with_its_rings() {
        let text = b"heap profile: 1: 2 [3: 4] @ heap/1048576\n\n# runtime.MemStats\n# Alloc = 123\n# Stack = 4 / 5\n\
                     # PauseNs = [10 20 0]\n# PauseEnd = [4000000000 5000000000 3000000000]\n# NumGC = 5\n\
                     # DebugGC = false\n# Odd = x\n# MaxRSS = 678\n";
        let observations = decode(text).unwrap();
        let find = |name: &str| observations.values.iter().find(|seen| &*seen.metric == name).map(|seen| seen.value);
        assert_eq!(find("memstats.Alloc"), Some(123.0));
        assert_eq!((find("memstats.StackInuse"), find("memstats.StackSys")), (Some(4.0), Some(5.0)));
        assert_eq!((find("memstats.MaxRSS"), find("memstats.DebugGC")), (Some(678.0), Some(0.0)));
        let cycles: Vec<_> = observations.values.iter().filter(|seen| seen.time_ms.is_some()).collect();
        let cycles: Vec<_> = cycles.iter().map(|seen| (seen.time_ms.unwrap(), seen.value)).collect();
        assert_eq!(cycles, [(3000, 3.0), (4000, 4.0), (5000, 5.0)]);
        assert_eq!(observations.diagnostics[0].line, 10);
        assert!(decode(b"nothing").is_err());
    }
}
