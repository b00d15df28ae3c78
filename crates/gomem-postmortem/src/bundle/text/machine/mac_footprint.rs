//! What a process takes on macOS: `vmmap --summary PID` and `footprint PID`.
//!
//! ```text
//! Process:         indexer [4211]                   indexer [4211]: 64-bit    Footprint: 1224 MB (16384 bytes per page)
//! Physical footprint:         1.2G
//! Physical footprint (peak):  2.1G                  phys_footprint_peak: 2150 MB
//! ```
//!
//! The footprint counts dirty and compressed pages, and no clean pages of files.

use gomem_table::ByteUnits;

use crate::bundle::text::{
    machine::{machine_bytes::of_machine, process_memory::ProcessMemory},
    printed::printable,
};

/// The first process of a text.
pub(crate) fn mac_footprint(text: &str) -> Option<ProcessMemory> {
    let short = || text.lines().map(str::trim).filter(|line| line.len() <= LONGEST_LINE);
    let behind = |name: &str| short().find_map(|line| line.split_once(name).map(|(_, value)| amount(value)))?;
    let (tool, now, peak) = match behind("Physical footprint:") {
        Some(now) => ("vmmap", now, behind("Physical footprint (peak):")),
        None => {
            let is_of_tool = text.contains("bytes per page");
            ("footprint", behind("Footprint: ").filter(|_| is_of_tool)?, behind("phys_footprint_peak: "))
        }
    };
    let named = short().find_map(|line| {
        // A line of a log has a `]: ` too.
        let of_footprint =
            || line.split_once("]: ").filter(|(_, rest)| rest.contains("Footprint: ")).map(|(name, _)| name);
        line.strip_prefix("Process:").map(str::trim).or_else(of_footprint)
    });
    let (process, pid) = named.and_then(|name| name.trim_end_matches(']').rsplit_once('[')).unwrap_or_default();
    Some(ProcessMemory {
        tool,
        process: printable(process),
        pid: Some(pid.to_owned()).filter(|pid| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit())),
        resident_bytes: now,
        peak_bytes: peak,
        ..ProcessMemory::default()
    })
}

/// `1.2G`, `1224 MB`.
fn amount(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace();
    let number = words.next()?;
    of_machine(
        ByteUnits::Binary.parse(number).or_else(|| ByteUnits::Binary.parse(&format!("{number} {}", words.next()?)))?,
    )
}

const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    #[test]
    fn footprints_of_both_tools() {
        let of = |text: &str| {
            let found = mac_footprint(text)?;
            Some((
                found.tool,
                found.process,
                found.pid,
                found.resident_bytes / MIB,
                found.peak_bytes.map(|peak| peak / MIB),
            ))
        };
        let pid = || Some("4211".to_owned());
        let vmmap =
            "Process:         indexer [4211]\nPhysical footprint:         1.5G\nPhysical footprint (peak):  2.0G\n";
        assert_eq!(of(vmmap), Some(("vmmap", "indexer".to_owned(), pid(), 1536.0, Some(2048.0))));
        let footprint =
            "indexer [4211]: 64-bit    Footprint: 1224 MB (16384 bytes per page)\n    phys_footprint_peak: 2150 MB\n";
        assert_eq!(of(footprint), Some(("footprint", "indexer".to_owned(), pid(), 1224.0, Some(2150.0))));
        let below_a_log = format!("09:11:07 server [info]: heap inuse 61 MB\n{footprint}");
        assert_eq!(of(&below_a_log), of(footprint));
        for other in ["Footprint: 12 MB of the binary\n", "Physical footprint: unknown\n", ""] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
