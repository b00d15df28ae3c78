//! What a machine has, by `free` and `/proc/meminfo`.
//!
//! ```text
//! $ free -m
//!               total        used        free      shared  buff/cache   available
//! Mem:           7821        7102         121          14         597         431
//! Swap:          2047        2047           0
//! ```

use gomem_table::{ByteUnits, MIB};

use crate::bundle::text::process_memory::of_machine;

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
    let mut scale = 1.0;
    for line in text.lines() {
        let cells: Vec<&str> = line.split_whitespace().collect();
        if cells.first() == Some(&"total") && cells.contains(&"used") {
            available_at = cells.iter().position(|cell| *cell == "available");
            continue;
        }
        let (Some(available_at), Some(name)) = (available_at, cells.first()) else { continue };
        let amounts = &cells[1..];
        let number = |cell: &&str| cell.parse::<f64>().ok();
        match *name {
            "Mem:" => {
                // Plain numbers are kilobytes, or megabytes where there would be too few of them.
                scale = match amounts.first().and_then(number) {
                    Some(total) if total < FEWEST_KILOBYTES => MIB,
                    _ => 1024.0,
                };
                let bytes = |at: usize| bytes(amounts.get(at)?, scale);
                if let Some((total, available)) = bytes(0).zip(bytes(available_at)).filter(|(total, _)| *total > 0.0) {
                    found = Some(MachineMemory { tool: "free", total, available, swap: None });
                }
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

fn of_meminfo(text: &str) -> Option<MachineMemory> {
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.trim_start().strip_prefix(name))?;
        of_machine(ByteUnits::Binary.parse(line.trim())?)
    };
    Some(MachineMemory {
        tool: "/proc/meminfo",
        total: field("MemTotal:").filter(|&total| total > 0.0)?,
        available: field("MemAvailable:")?,
        swap: field("SwapTotal:").zip(field("SwapFree:")).filter(|(total, _)| *total > 0.0),
    })
}

/// `7821`, `7.6G`, `431Mi`, `0B`.
fn bytes(cell: &str, scale: f64) -> Option<f64> {
    let plain = || cell.parse::<f64>().ok().filter(|number| *number >= 0.0).map(|number| number * scale);
    of_machine(plain().or_else(|| ByteUnits::Binary.parse(cell))?)
}

/// A machine has a gigabyte at least.
const FEWEST_KILOBYTES: f64 = 1024.0 * 1024.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_free_and_meminfo() {
        let head = "   total   used   free   shared  buff/cache   available\n";
        let mebibytes = |rows: &str| {
            let found = MachineMemory::find(&format!("$ free\n{head}{rows}"))?;
            let swap = found.swap.map(|(all, free)| (all / MIB, free / MIB));
            Some((found.total / MIB, found.available / MIB, swap))
        };
        assert_eq!(
            mebibytes("Mem: 7821 7102 121 14 597 431\nSwap: 2047 2047 0\n"),
            Some((7821.0, 431.0, Some((2047.0, 0.0))))
        );
        assert_eq!(mebibytes("Mem: 8388608 7102 121 14 597 1048576\nSwap: 0 0 0\n"), Some((8192.0, 1024.0, None)));
        assert_eq!(mebibytes("Mem: 7.5Gi 6.9Gi 121Mi 14Mi 597Mi 512Mi\n"), Some((7680.0, 512.0, None)));
        assert_eq!(mebibytes("Mem: some words\n"), None);
        assert_eq!(MachineMemory::find("Mem: 1 2 3 4 5 6\n"), None, "without a heading");
        let info =
            "MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable: 1048576 kB\nSwapTotal: 2048 kB\nSwapFree: 1024 kB\n";
        let found = MachineMemory::find(info).unwrap();
        assert_eq!((found.tool, found.total / MIB, found.swap), ("/proc/meminfo", 8192.0, Some((2.0 * MIB, MIB))));
    }
}
