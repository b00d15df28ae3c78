//! What a machine has, by `free` and `/proc/meminfo`.
//!
//! ```text
//! $ free -m
//!               total        used        free      shared  buff/cache   available
//! Mem:           7821        7102         121          14         597         431
//! Swap:          2047        2047           0
//! ```

use gomem_table::{ByteUnits, MIB};

use crate::bundle::text::machine::machine_bytes::{KIB, of_machine};

/// The memory of a machine; bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MachineMemory {
    pub(crate) tool: &'static str,
    pub(crate) total: f64,
    /// What programs can still have, pages of files that are given up among it.
    pub(crate) available: f64,
    /// All of the swap, and what is free of it.
    pub(crate) swap: Option<(f64, f64)>,
}

impl MachineMemory {
    /// The last that a text has.
    pub(crate) fn find(text: &str) -> Option<Self> {
        of_free(text).or_else(|| of_meminfo(text))
    }
}

fn of_free(text: &str) -> Option<MachineMemory> {
    let mut available_at = None;
    let mut found: Option<MachineMemory> = None;
    let (mut before, mut asked, mut scale) = ("", None, None);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let before = std::mem::replace(&mut before, line);
        if cells.first() == Some(&"total") && cells.contains(&"used") {
            available_at = cells.iter().position(|cell| *cell == "available");
            asked = Asked::find(before);
            continue;
        }
        let (Some(available_at), Some(name)) = (available_at, cells.first()) else { continue };
        let amounts = &cells[1..];
        match *name {
            "Mem:" => {
                scale = match asked {
                    Some(Asked::Scale(scale)) => Some(scale),
                    Some(Asked::Other) => None,
                    None => {
                        let total = amounts.first().and_then(|cell| cell.parse::<f64>().ok());
                        total.filter(|total| KILOBYTES.contains(total)).map(|_| KIB)
                    }
                };
                let bytes = |at: usize| bytes(amounts.get(at)?, scale);
                let amounts = bytes(0).zip(bytes(available_at));
                found = amounts
                    .filter(|(total, available)| *total > 0.0 && available <= total)
                    .map(|(total, available)| MachineMemory { tool: "free", total, available, swap: None });
            }
            "Swap:" => {
                let of = |at: usize| bytes(amounts.get(at)?, scale);
                if let Some(found) = &mut found {
                    found.swap = of(0).zip(of(2)).filter(|(total, _)| *total > 0.0);
                }
            }
            _ => {}
        }
    }
    found
}

/// The unit of plain numbers, by the command above them.
#[derive(Clone, Copy)]
enum Asked {
    Scale(f64),
    /// Whole gigabytes say too little, and others are of 1000.
    Other,
}

impl Asked {
    /// `$ free -m`; `None` where no command is there.
    fn find(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['`', ':'])).collect();
        let at = words.iter().rposition(|word| *word == "free" || word.ends_with("/free"))?;
        let options: Vec<&str> = words[at + 1..].iter().copied().filter(|word| word.starts_with('-')).collect();
        if options.iter().any(|option| option.starts_with("--")) {
            return Some(Self::Other);
        }
        let is_command = at == 0 || words[at - 1].ends_with(['$', '#', '%', '-']);
        let unit = options.iter().flat_map(|option| option.chars()).rfind(|letter| "bkmgh".contains(*letter));
        match unit {
            Some('b') => Some(Self::Scale(1.0)),
            Some('m') => Some(Self::Scale(MIB)),
            Some('k') => Some(Self::Scale(KIB)),
            Some(_) => Some(Self::Other),
            None => (is_command && words.len() == at + 1).then_some(Self::Scale(KIB)),
        }
    }
}

fn of_meminfo(text: &str) -> Option<MachineMemory> {
    let field = |name: &str| {
        let line = text.lines().rev().find_map(|line| line.trim_start().strip_prefix(name))?;
        of_machine(ByteUnits::Binary.parse(line.trim())?)
    };
    Some(MachineMemory {
        tool: "/proc/meminfo",
        total: field("MemTotal:").filter(|&total| total > 0.0)?,
        available: field("MemAvailable:")?,
        swap: field("SwapTotal:").zip(field("SwapFree:")).filter(|(total, _)| *total > 0.0),
    })
}

/// `7821`, `7.6G`, `431Mi`, `0B`; a plain number only of a known unit.
fn bytes(cell: &str, scale: Option<f64>) -> Option<f64> {
    let bytes = match cell.parse::<f64>() {
        Ok(number) => number * scale.filter(|_| number >= 0.0)?,
        Err(_) => ByteUnits::Binary.parse(cell)?,
    };
    of_machine(bytes)
}

/// Totals that are kilobytes, where no command says it: of megabytes that were terabytes, and of bytes no machine.
const KILOBYTES: std::ops::Range<f64> = 4.0 * MIB..256.0 * MIB;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_free_and_meminfo() {
        let head = "   total   used   free   shared  buff/cache   available\n";
        let of = |command: &str, rows: &str| {
            let found = MachineMemory::find(&format!("{command}\n{head}{rows}"))?;
            let swap = found.swap.map(|(all, free)| (all / MIB, free / MIB));
            Some((found.total / MIB, found.available / MIB, swap))
        };
        assert_eq!(
            of("$ free -m", "Mem: 7821 7102 121 14 597 431\nSwap: 2047 2047 0\n"),
            Some((7821.0, 431.0, Some((2047.0, 0.0))))
        );
        let mebibytes = |rows: &str| of("", rows);
        assert_eq!(mebibytes("Mem: 8388608 7102 121 14 597 1048576\nSwap: 0 0 0\n"), Some((8192.0, 1024.0, None)));
        assert_eq!(mebibytes("Mem: 7.5Gi 6.9Gi 121Mi 14Mi 597Mi 512Mi\n"), Some((7680.0, 512.0, None)));
        assert_eq!(mebibytes("Mem: some words\n"), None);
        // The unit is not known: megabytes of a machine, gigabytes, or kilobytes of a small one.
        for (command, rows) in [
            ("", "Mem: 7821 7102 121 14 597 431\n"),
            ("$ free -g", "Mem: 7 6 0 0 0 0\n"),
            ("", "Mem: 496320 7102 121 14 597 180000\n"),
            ("", "Mem: 2063872 7102 121 14 597 1800000\n"),
            ("", "Mem: 8388608000 7102 121 14 597 431000000\n"),
            ("$ free --mega", "Mem: 8388608 7102 121 14 597 431000\n"),
            ("how much is free", "Mem: 7821 7102 121 14 597 431\n"),
        ] {
            assert_eq!(of(command, rows), None, "{command} {rows}");
        }
        assert_eq!(of("$ free", "Mem: 524288 0 0 0 0 262144\n"), Some((512.0, 256.0, None)));
        assert_eq!(of("$ free -b", "Mem: 8589934592 0 0 0 0 1073741824\n"), Some((8192.0, 1024.0, None)));
        assert_eq!(MachineMemory::find("Mem: 1 2 3 4 5 6\n"), None, "without a heading");
        let info =
            "MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable: 1048576 kB\nSwapTotal: 2048 kB\nSwapFree: 1024 kB\n";
        let found = MachineMemory::find(info).unwrap();
        assert_eq!((found.tool, found.total / MIB, found.swap), ("/proc/meminfo", 8192.0, Some((2.0 * MIB, MIB))));
    }
}
